"""What passes between channels, dialogue and handlers. Imports nothing of ours.

Everything here is a frozen value that can be written to the database as JSON and read back by a
later version of the service.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a person did."""

    TEXT = "text"
    BUTTON = "button"
    START = "start"  # opened the chat; `data` holds the deep link's payload
    PHOTO = "photo"
    VOICE = "voice"
    STICKER = "sticker"
    LOCATION = "location"  # `data` holds "latitude,longitude" in degrees
    DOCUMENT = "document"
    CONTACT = "contact"  # `text` holds the shared phone number; `data` may be OWN
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"
    HIDDEN = "hidden"  # the platform keeps what was said from us: it protects this person
    UNKNOWN = "unknown"  # something the platform invented after this was written


# The platform vouches that a shared number is the sender's; elsewhere they may have typed any.
OWN = "own"


class Tone(StrEnum):
    """What a reply is, for channels that show the difference and for the JSON API."""

    ANSWER = "answer"
    ASK_BACK = "ask_back"
    ADMIT = "admit"
    STEP = "step"
    NOTICE = "notice"


class Priority:
    """Lower goes out first."""

    REPLY = 0
    REMINDER = 5
    BROADCAST = 9


@dataclass(frozen=True, slots=True)
class Address:
    """Where a person can be reached: a channel's name and that channel's own id of the chat."""

    channel: str
    user: str


@dataclass(frozen=True, slots=True)
class Incoming:
    """One genuine update of a platform.

    `id` is unique within the channel and stable when the platform sends the update again. `public`:
    others read along, and what is answered too. `origin`: a keyed hash of the network address, where
    the channel knows one. `worked`: how hard a proof of work came with it, in bits.

    With a `text` that stood beside something that is no text (a photo's caption), `beside` is the kind
    of that. `shown` is what else could be read: addresses behind words, names of files, what was
    quoted. It is looked through for danger, it is not what the person says, and it is never stored.
    `album` names what was sent together, message by message.
    """

    id: str
    sender: Address
    kind: Kind
    at: datetime
    text: str = ""
    data: str = ""
    edited: bool = False
    public: bool = False
    origin: str = ""
    beside: Kind | None = None
    shown: str = ""
    album: str = ""
    worked: int = 0


class WorkWanted(Exception):
    """What is asked for takes a proof of work of so many `bits` first. Nothing of the message is
    kept: the same one comes again with the proof."""

    def __init__(self, bits: int) -> None:
        super().__init__(f"{bits} bits")
        self.bits = bits


class Wish(StrEnum):
    """Something a button asks the person's device for; a channel that has no such button leaves it
    out, and what is wanted is typed."""

    CONTACT = "contact"  # the sender's own phone number, comes as Kind.CONTACT
    LOCATION = "location"  # where the sender is, comes as Kind.LOCATION
    SHARE = "share"  # to pass the reply on to somebody; `entry` names what the link opens with
    PRIVATE = "private"  # to go on where nobody else reads; `entry` the same


@dataclass(frozen=True, slots=True)
class Button:
    """A choice under a reply. `data` (at most 64 bytes of UTF-8, Telegram's limit) says all that
    is needed to act on it later; a `url` button opens a page or dials (`tel:`), a `wish` button asks
    the device."""

    label: str
    data: str = ""
    url: str = ""
    entry: str | None = None
    wish: Wish | None = None

    @property
    def calls(self) -> bool:
        """Whether it dials a number; its label says which, for channels that cannot dial."""
        return self.url.startswith("tel:")

    def to_json(self) -> dict[str, Any]:
        return {
            "label": self.label,
            "data": self.data,
            "url": self.url,
            "entry": self.entry,
            "wish": self.wish.value if self.wish else None,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Button:
        wish = data.get("wish")
        return cls(**{**data, "wish": Wish(wish) if wish else None})


@dataclass(frozen=True, slots=True)
class Attachment:
    """A small file that goes with a reply (a QR code, a calendar event); `content` is base64, so
    that it lives and is forgotten with its row. `sealed`: it holds what only the person may read,
    `content` is encrypted (bot.core.crypto opens it) and no address alone leads to it. `card` names an FAQ
    entry whose picture this is: it is drawn when it is sent or looked at."""

    media_type: str
    name: str
    content: str
    sealed: bool = False
    card: str = ""

    @property
    def data(self) -> bytes:
        return b64decode(self.content)

    @classmethod
    def of(cls, media_type: str, name: str, data: bytes) -> Attachment:
        return cls(media_type, name, b64encode(data).decode())


REMINDER = "reminder"  # the form of `Facts` that a reminder of a visit has
NEWS = "news"  # … and that of a campaign


@dataclass(frozen=True, slots=True)
class Facts:
    """What a reply says, part by part, for a channel that after a while may send only a form that
    its platform has approved. `form` names which, `phone` is the person's, sealed."""

    form: str
    values: Mapping[str, str]
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """One message to a person, before any platform's form is given to it.

    `first` is the number of its first choice where choices are numbered in the text; 0: it did not
    come from the talk, and its choices count from 1. `sure`: an answer is what was asked for, not only
    likely.
    """

    tone: Tone
    text: str
    buttons: tuple[Button, ...] = ()
    entry: str | None = None
    source: str = ""
    attachments: tuple[Attachment, ...] = ()
    facts: Facts | None = None
    first: int = 0
    sure: bool = True

    @property
    def taps(self) -> tuple[Button, ...]:
        """The buttons that answer, in the order of their numbers."""
        return tuple(button for button in self.buttons if button.data)

    @property
    def calls(self) -> str:
        """Whom to call, as lines of text for channels whose buttons cannot dial."""
        return "\n".join(button.label for button in self.buttons if button.calls)

    def to_json(self) -> dict[str, Any]:
        return {
            "tone": self.tone.value,
            "text": self.text,
            "buttons": [button.to_json() for button in self.buttons],
            "entry": self.entry,
            "source": self.source,
            "attachments": [asdict(item) for item in self.attachments],
            "facts": asdict(self.facts) if self.facts else None,
            "first": self.first,
            "sure": self.sure,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Reply:
        return cls(
            tone=Tone(data["tone"]),
            text=data["text"],
            buttons=tuple(map(Button.from_json, data.get("buttons", ()))),
            entry=data.get("entry"),
            source=data.get("source", ""),
            attachments=tuple(Attachment(**item) for item in data.get("attachments", ())),
            facts=Facts(**data["facts"]) if data.get("facts") else None,
            first=data.get("first", 0),
            sure=data.get("sure", True),
        )


@dataclass(frozen=True, slots=True)
class Conversation:
    """What the bot remembers of a talk between two messages.

    `step` names what is being waited for ("" = nothing); after `deadline` it counts as "".
    `entry` is the entry answered last, which a follow-up question is read with.
    `choices` are the data of the buttons shown last: typing 2 is a tap on the second.
    `told` names the notice to everybody that this person has seen. `digits` are those that their last
    message ended with, which may go on in the next. `warned` says on which day (ISO) they were last told
    of which kind of personal data in their messages.
    `series` names the pictures (or voices, or files) that were answered last; until `series_until`
    further ones belong to them.
    """

    step: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    deadline: datetime | None = None
    entry: str | None = None
    choices: tuple[str, ...] = ()
    told: str = ""
    digits: str = ""
    warned: Mapping[str, str] = field(default_factory=dict)
    series: str = ""
    series_until: datetime | None = None

    @property
    def idle(self) -> Conversation:
        """The same talk, with nothing being waited for."""
        return replace(self, step="", data={}, deadline=None)

    def to_json(self) -> dict[str, Any]:
        return {
            "step": self.step,
            "data": self.data,
            "deadline": self.deadline.isoformat() if self.deadline else None,
            "entry": self.entry,
            "choices": self.choices,
            "told": self.told,
            "digits": self.digits,
            "warned": dict(self.warned),
            "series": self.series,
            "series_until": self.series_until.isoformat() if self.series_until else None,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Conversation:
        deadline, series_until = data.get("deadline"), data.get("series_until")
        return cls(
            step=data.get("step", ""),
            data=data.get("data", {}),
            deadline=datetime.fromisoformat(deadline) if deadline else None,
            entry=data.get("entry"),
            choices=tuple(data.get("choices", ())),
            told=data.get("told", ""),
            digits=data.get("digits", ""),
            warned=data.get("warned", {}),
            series=data.get("series", ""),
            series_until=datetime.fromisoformat(series_until) if series_until else None,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What a handler wants said, and the conversation as it stands afterwards.

    `conversation=None` leaves it as it was. `expected`: the personal data in the message had been
    asked for, so nobody is warned of it (it is masked in what is stored all the same). `urgent`: nothing is
    said before it.
    """

    replies: tuple[Reply, ...] = ()
    conversation: Conversation | None = None
    expected: bool = False
    urgent: bool = False
