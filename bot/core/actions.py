"""What the buttons of the bot carry: one value for each kind, and its short text in a button's data.

Buttons stand in chats for ever, so a text once given is never given another meaning: a kind may gain optional
fields at its end, and `FORMS` only grows. It stands this low because campaigns and channels make buttons, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import UTC, date, datetime
from typing import Any, Literal, get_args, get_origin, get_type_hints

from bot.core.messages import Button

LONGEST = 64  # bytes of UTF-8 in a button's data (Telegram's limit)


class Action:
    """What somebody asks for by pressing a button."""

    __slots__ = ()

    def pack(self) -> str:
        """As a button carries it. Optional fields at the end that say nothing are left out."""
        form = _BY_KIND[type(self)]
        written = [(one, getattr(self, one.name)) for one in form.fields]
        while written and written[-1][1] == written[-1][0].default:
            written.pop()
        return ":".join((form.prefix, *(one.write(value) for one, value in written)))


def button(label: str, action: Action, *, entry: str | None = None) -> Button:
    return Button(label, action.pack(), entry=entry)


def parse(data: str) -> Action | None:
    """The inverse of `Action.pack`; None for what no button of ours carries."""
    for form in _BY_WORD.get(data.split(":", 1)[0], ()):
        if (found := form.read(data)) is not None:
            return found
    return None


# --- finding one's way ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Menu(Action):
    """The groups of entries."""


@dataclass(frozen=True, slots=True)
class NoneOfThese(Action):
    """None of the entries that were offered was meant."""


@dataclass(frozen=True, slots=True)
class Group(Action):
    """The entries of one group, from the one numbered `first` (counted from 0) on."""

    group: str
    first: int = 0


@dataclass(frozen=True, slots=True)
class MoreChoices(Action):
    """The choices of the outbox row `row`, from the one numbered `first` (counted from 0) on."""

    row: str
    first: int


@dataclass(frozen=True, slots=True)
class Help(Action):
    """How to use the bot."""


@dataclass(frozen=True, slots=True)
class Start(Action):
    """Opens the chat, with a deep link's payload if there is one."""

    payload: str = ""


@dataclass(frozen=True, slots=True)
class Cancel(Action):
    """Ends what is being done."""


@dataclass(frozen=True, slots=True)
class CampaignChoice(Action):
    """The choice of that number (counted from 0) under a campaign's message."""

    campaign: str
    number: int


# --- questions -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ask(Action):
    """The answer of an FAQ entry."""

    entry: str


@dataclass(frozen=True, slots=True)
class AskAll(Action):
    """All of an entry whose first reply left something out."""

    entry: str


@dataclass(frozen=True, slots=True)
class DangerSteps(Action):
    """All that is to be done in a danger of that kind."""

    kind: str


@dataclass(frozen=True, slots=True)
class AsPicture(Action):
    """An entry's answer as a picture."""

    entry: str


@dataclass(frozen=True, slots=True)
class Vote(Action):
    """Whether the answer to a question was right."""

    value: Literal["up", "down"]
    question: str


@dataclass(frozen=True, slots=True)
class ExplainVote(Action):
    """What was wrong with the answer to a question."""

    reason: str
    question: str


@dataclass(frozen=True, slots=True)
class AskOfficer(Action):
    """To be answered by an officer."""


# --- choosing a place and an hour ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class On:
    """A day (None: whichever is next), and whether its places kept for the elderly and the disabled are meant."""

    day: date | None = None
    priority: bool = False


@dataclass(frozen=True, slots=True)
class Book(Action):
    """Book `service`; "" for a choice of services."""

    service: str = ""


@dataclass(frozen=True, slots=True)
class ChooseWard(Action):
    """The offices near a ward."""

    ward: str


@dataclass(frozen=True, slots=True)
class ChooseOffice(Action):
    """What can be booked at an office."""

    office: str


@dataclass(frozen=True, slots=True)
class Soonest(Action):
    """The first free hours, wherever they are."""

    service: str


@dataclass(frozen=True, slots=True)
class Days(Action):
    """Days with free places, from that day on. Asking for those of priority is how people say that they are
    elderly or disabled."""

    service: str
    office: str
    on: On = On()


@dataclass(frozen=True, slots=True)
class Hours(Action):
    """Free hours of one day."""

    service: str
    office: str
    on: On


@dataclass(frozen=True, slots=True)
class Hold(Action):
    """Hold a place at `slot` for oneself."""

    service: str
    slot: str


@dataclass(frozen=True, slots=True)
class HoldForKin(Action):
    """Hold a place at `slot` for somebody else, beside one's own visit."""

    service: str
    slot: str


# --- filling in: `party` names what is held ------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NoName(Action):
    """To be called by the visit's code."""

    party: str


@dataclass(frozen=True, slots=True)
class EditNames(Action):
    """To say anew who comes."""

    party: str


@dataclass(frozen=True, slots=True)
class Confirm(Action):
    """Agree, and book; with `remind`, agree to reminders, too."""

    party: str
    remind: bool


# --- what is booked ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MyVisits(Action):
    """What one has booked, and waits for."""


@dataclass(frozen=True, slots=True)
class ChangeMyVisit(Action):
    """Cancel or move the only visit one has; a sentence asks for this, no button does."""

    wish: Literal["cancel", "move"]


@dataclass(frozen=True, slots=True)
class Coming(Action):
    """The people of these visits will come."""

    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MoveVisit(Action):
    """Days to which a visit can be moved."""

    code: str


@dataclass(frozen=True, slots=True)
class MoveToDay(Action):
    """Hours of a day to which a visit can be moved."""

    code: str
    day: date


@dataclass(frozen=True, slots=True)
class MoveToHour(Action):
    """Move a visit to `slot`. `version` is the visit's when the button was made; old buttons have none."""

    code: str
    slot: str
    version: int | None = None


@dataclass(frozen=True, slots=True)
class CancelVisit(Action):
    """Asks whether to cancel."""

    code: str


@dataclass(frozen=True, slots=True)
class CancelNow(Action):
    """Cancel a visit. `version` as in `MoveToHour`."""

    code: str
    version: int | None = None


@dataclass(frozen=True, slots=True)
class TakeBack(Action):
    """Book a cancelled visit again, at its old hour."""

    code: str


@dataclass(frozen=True, slots=True)
class AgreeReminders(Action):
    """To be reminded of visits."""


@dataclass(frozen=True, slots=True)
class MyWaits(Action):
    """What one waits for; asked in a sentence."""


@dataclass(frozen=True, slots=True)
class JoinWaitingList(Action):
    """Wait for a place at `office`; "": anywhere."""

    service: str
    office: str


@dataclass(frozen=True, slots=True)
class LeaveWaitingList(Action):
    service: str


@dataclass(frozen=True, slots=True)
class AcceptOffer(Action):
    """Take the place that was offered to who waits."""

    offer: str


@dataclass(frozen=True, slots=True)
class DeclineOffer(Action):
    offer: str


# --- activating VNeID ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Activate(Action):
    """Step by step, from where one left off."""


@dataclass(frozen=True, slots=True)
class Activation(Action):
    """Something about activating as a whole."""

    wish: Literal["where", "later", "remind", "quiet", "stop", "done"]


@dataclass(frozen=True, slots=True)
class ActivationStep(Action):
    """Something about one step; `entry` says what goes wrong there."""

    wish: Literal["go", "ok", "stuck", "why", "help"]
    step: str
    entry: str = ""


@dataclass(frozen=True, slots=True)
class IsActivated(Action):
    """The answer to the question after a visit: yes, show me how, or stuck somewhere."""

    answer: Literal["yes", "how", "stuck"]
    code: str


# --- one's own data and news ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Privacy(Action):
    """What the bot keeps of people."""


@dataclass(frozen=True, slots=True)
class MyData(Action):
    """The files with all that is held on oneself."""


@dataclass(frozen=True, slots=True)
class Erase(Action):
    """Asks whether to erase all of it."""


@dataclass(frozen=True, slots=True)
class EraseNow(Action):
    """Erase, until a moment (None: nobody knows which) in whole seconds of UTC; at this account or all linked."""

    until: datetime | None
    accounts: Literal["one", "all"]


@dataclass(frozen=True, slots=True)
class LinkAccount(Action):
    """See here what was booked in another app."""


@dataclass(frozen=True, slots=True)
class UnlinkAccount(Action):
    pass


@dataclass(frozen=True, slots=True)
class OfferNews(Action):
    """Shows what agreeing to news means."""


@dataclass(frozen=True, slots=True)
class AgreeNews(Action):
    pass


@dataclass(frozen=True, slots=True)
class StopMessages(Action):
    """Nothing is to be sent unasked any more."""


@dataclass(frozen=True, slots=True)
class MyProfile(Action):
    """What somebody told of themselves."""


@dataclass(frozen=True, slots=True)
class ChangeProfile(Action):
    """One thing of the profile: None asks for its value, "" is to tell nothing."""

    what: Literal["audience", "status", "ward"]
    value: str | None = None


@dataclass(frozen=True, slots=True)
class EraseProfile(Action):
    """Asks whether to."""


@dataclass(frozen=True, slots=True)
class EraseProfileNow(Action):
    pass


# --- how they are written ------------------------------------------------------------------------

# With what each kind begins; its fields follow in their order, each after a colon.
FORMS: tuple[tuple[str, type[Action]], ...] = (
    ("menu", Menu),
    ("none", NoneOfThese),
    ("group", Group),
    ("more", MoreChoices),
    ("help", Help),
    ("start", Start),
    ("cancel", Cancel),
    ("camp", CampaignChoice),
    ("ask", Ask),
    ("full", AskAll),
    ("danger", DangerSteps),
    ("card", AsPicture),
    ("vote", Vote),
    ("why", ExplainVote),
    ("officer", AskOfficer),
    ("book", Book),
    ("ward", ChooseWard),
    ("at", ChooseOffice),
    ("soon", Soonest),
    ("place", Days),
    ("day", Hours),
    ("time", Hold),
    ("kin", HoldForKin),
    ("code", NoName),
    ("who", EditNames),
    ("ok", Confirm),
    ("visits", MyVisits),
    ("visits", ChangeMyVisit),
    ("visit:coming", Coming),
    ("visit:move", MoveVisit),
    ("mday", MoveToDay),
    ("mtime", MoveToHour),
    ("visit:cancel", CancelVisit),
    ("visit:drop", CancelNow),
    ("visit:back", TakeBack),
    ("agree:reminders", AgreeReminders),
    ("waits", MyWaits),
    ("wait", JoinWaitingList),
    ("unwait", LeaveWaitingList),
    ("offer:take", AcceptOffer),
    ("offer:no", DeclineOffer),
    ("coach", Activate),
    ("coach", Activation),
    ("coach", ActivationStep),
    ("active", IsActivated),
    ("privacy", Privacy),
    ("mydata", MyData),
    ("erase", Erase),
    ("erase", EraseNow),
    ("link", LinkAccount),
    ("unlink", UnlinkAccount),
    ("agree:news", OfferNews),
    ("news:yes", AgreeNews),
    ("stop", StopMessages),
    ("profile", MyProfile),
    ("profile:erase", EraseProfile),
    ("profile:erase:yes", EraseProfileNow),
    ("profile", ChangeProfile),
)
_DAY = re.compile(r"[0-9]{6}")
_ON = re.compile(r"([0-9]{6})?(p)?")


@dataclass(frozen=True, slots=True)
class _Field:
    """`read` raises `ValueError` for what it does not know; `default` is `MISSING` where one is required."""

    name: str
    write: Callable[[Any], str]
    read: Callable[[str], Any]
    default: Any


@dataclass(frozen=True, slots=True)
class _Form:
    prefix: str
    kind: type[Action]
    fields: tuple[_Field, ...]

    def read(self, data: str) -> Action | None:
        """The last field takes all that is left, so what is too long names nothing that exists."""
        if data == self.prefix:
            words: list[str] = []
        elif self.fields and data.startswith(f"{self.prefix}:"):
            words = data[len(self.prefix) + 1 :].split(":", len(self.fields) - 1)
        else:
            return None
        if any(one.default is MISSING for one in self.fields[len(words) :]):
            return None
        try:
            given = {
                one.name: one.read(word) for one, word in zip(self.fields, words, strict=False)
            }
        except ValueError:
            return None
        return self.kind(**given)


def _form(prefix: str, kind: type[Action]) -> _Form:
    hints = get_type_hints(kind)
    found = (_Field(one.name, *_codec(hints[one.name]), one.default) for one in fields(kind))  # type: ignore[arg-type]
    return _Form(prefix, kind, tuple(found))


def _codec(hint: Any) -> tuple[Callable[[Any], str], Callable[[str], Any]]:
    if get_origin(hint) is Literal:
        return str, _one_of(get_args(hint))
    return _CODECS[hint]


def _one_of(values: Sequence[Any], write: Callable[[Any], str] = str) -> Callable[[str], Any]:
    """Reads one of *values*, each as *write* gives it."""
    known = {write(value): value for value in values}

    def read(text: str) -> Any:
        if text not in known:
            raise ValueError(text)
        return known[text]

    return read


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return int(text)


def _day(text: str) -> date:
    """Written %y%m%d."""
    if _DAY.fullmatch(text) is None:
        raise ValueError(text)
    year, month, day = (int(text[at : at + 2]) for at in (0, 2, 4))
    return date(2000 + year, month, day)


def _write_on(on: On) -> str:
    return (f"{on.day:%y%m%d}" if on.day else "") + ("p" if on.priority else "")


def _on(text: str) -> On:
    found = _ON.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return On(_day(found[1]) if found[1] else None, bool(found[2]))


def _write_moment(at: datetime | None) -> str:
    return f"{int(at.timestamp()):x}" if at else ""


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(text, 16), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _flag(value: bool) -> str:
    return "1" if value else "0"


_CODECS: dict[Any, tuple[Callable[[Any], str], Callable[[str], Any]]] = {
    str: (str, str),
    str | None: (str, str),
    int: (str, _number),
    int | None: (str, _number),
    bool: (_flag, _one_of((False, True), _flag)),
    date: (lambda day: f"{day:%y%m%d}", _day),
    datetime | None: (_write_moment, _moment),
    tuple[str, ...]: (",".join, lambda text: tuple(text.split(","))),
    On: (_write_on, _on),
}
_FORMS = tuple(_form(prefix, kind) for prefix, kind in FORMS)
_BY_KIND = {form.kind: form for form in _FORMS}
_BY_WORD = {
    word: tuple(form for form in _FORMS if form.prefix.split(":")[0] == word)
    for word in {prefix.split(":")[0] for prefix, _ in FORMS}
}
