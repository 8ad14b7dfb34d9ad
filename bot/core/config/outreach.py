"""How people are brought to the service: the addresses that posters name; at which hours they are
written to, how many a second, and who has to agree."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from bot.core import quiet_hours as rest_hours
from bot.core.config.section import Id, Section


class RestHours(Section):
    """Hours in which some people are at rest; `hours` as "11:30-13:00, 18:30-21:00", "" all day
    outside quiet hours."""

    id: Id
    title: str
    hours: str = ""

    @field_validator("hours")
    @classmethod
    def _readable(cls, value: str) -> str:
        rest_hours.parse(value)
        return value


class Rates(Section):
    """Messages a second that a platform takes from us, replies included."""

    telegram: Annotated[float, Field(gt=0, le=1000)] = 30
    zalo_oa: Annotated[float, Field(gt=0, le=1000)] = 20
    zalo_bot: Annotated[float, Field(gt=0, le=1000)] = 10
    web: Annotated[float, Field(gt=0, le=10000)] = 100


REST_HOURS = (
    RestHours(id="nha-tro", title="Nhà trọ buổi tối", hours="18:30-21:00"),
    RestHours(id="nghi-trua", title="Nghỉ trưa", hours="11:30-13:00"),
    RestHours(id="ca-ngay", title="Cả ngày", hours=""),
)


class Outreach(Section):
    """No `telegram_username` or `zalo_url`: there is no such channel, and no poster names it; the
    web's address is `public_url`. `approve_above`: to more people than that a second officer has to
    agree. `in_flight`: messages of a campaign that may be on their way at a time where a platform
    answers slowly."""

    telegram_username: Annotated[str, Field(pattern=r"^([A-Za-z]\w{4,31})?$")] = ""
    zalo_url: Annotated[str, Field(pattern=r"^(https://zalo\.me/[\w./-]{1,80})?$")] = ""
    rest_hours: Annotated[tuple[RestHours, ...], Field(strict=False, min_length=1)] = REST_HOURS
    approve_above: Annotated[int, Field(ge=0)] = 200
    zalo_template_price: Annotated[int, Field(ge=0)] = 300  # dong for one message by approved form
    rates: Rates = Rates()
    in_flight: Annotated[int, Field(ge=1, le=32)] = 8
