"""What can be booked, and the rules of booking."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field

from bot.core.config.section import Clock, Id, Section

Age: TypeAlias = Annotated[int, Field(ge=0, le=120)]


class Service(Section):
    """Something one can book. `bring` and `fee` name the FAQ entries that say what to bring and
    what it costs; `instead` names the entry that is shown in place of booking; `activate`: whether
    people are asked afterwards if their account works. `words`: what people call it in a sentence;
    `ages`: for whom it is, in years, from the first to the second."""

    id: Id
    title: str
    bring: str = ""
    fee: str = ""
    instead: str = ""
    activate: bool = False
    words: Annotated[tuple[str, ...], Field(strict=False)] = ()
    ages: Annotated[tuple[Age, Age] | None, Field(strict=False)] = None


class Reminders(Section):
    """When people are reminded: at `evening` on the day before, `hours_before` the visit, and
    `activation_days` after it; never from `quiet_from` to `quiet_to` (equal: at any hour)."""

    evening: Clock = "19:00"
    hours_before: Annotated[float, Field(gt=0, le=24)] = 2
    activation_days: Annotated[
        tuple[Annotated[int, Field(ge=0, le=60)], ...], Field(strict=False)
    ] = (0, 3, 6, 10)
    quiet_from: Clock = "21:00"
    quiet_to: Clock = "07:00"


class Booking(Section):
    """Rules of booking. Times are minutes, hours or days as the names say."""

    services: Annotated[tuple[Service, ...], Field(strict=False)] = ()
    offices: str = ""  # a file that fills an empty list of offices at the first start
    hold_minutes: Annotated[int, Field(ge=1, le=60)] = 10
    lead_hours: Annotated[int, Field(ge=0, le=168)] = 2
    horizon_days: Annotated[int, Field(ge=1, le=120)] = 30
    release_minutes: Annotated[int, Field(ge=0, le=1440)] = 30
    offer_hours: Annotated[int, Field(ge=1, le=24)] = 2
    most_members: Annotated[int, Field(ge=1, le=5)] = 5
    reminders: Reminders = Reminders()

    def service(self, id: str) -> Service | None:
        """The service of this id; None when it is not, or no longer, offered."""
        return next((one for one in self.services if one.id == id), None)

    def named(self, id: str) -> Service:
        """The same; one that is no longer offered is named by its id."""
        return self.service(id) or Service(id=id, title=id)
