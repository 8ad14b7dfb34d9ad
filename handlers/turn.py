"""What a handler may look at: one message, the state of the talk, and nothing else of the world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.booking.wards import Ward, Wards
from bot.core import privacy
from bot.core.actions import Action
from bot.core.clock import local
from bot.core.config import Settings
from bot.core.crypto import Vault
from bot.core.messages import Address, Answer, Conversation, Incoming, Reply
from bot.core.privacy import Masked
from bot.core.vietnamese import plain
from bot.faq.entries import Entry, Faq
from bot.faq.matching.alarm import Danger
from bot.faq.matching.matcher import Matcher, Meaning
from bot.store.database import Transaction, Undone
from bot.store.values import pack

ASK = "/hoi"  # a command with a question behind it


class Unread(Undone):
    """Something that a message says was not read before its transaction; `read` does it."""

    def __init__(self, read: Callable[[], Reading]) -> None:
        self.read = read


@dataclass(frozen=True, slots=True)
class Reading:
    """What a message says, as far as its text alone tells. It is made before the transaction, which holds
    SQL alone: what is asked for there and not known yet raises `Unread`, is read outside, and the turn
    begins again.

    `words` is the text in lower case without accents or punctuation, for comparing. `masked` and
    `data` are the text and the button's data with personal data taken out: the only forms that may be
    stored or shown. `before` are the digits that the last message ended with, which this one goes on with;
    `digits` are those that it ends with itself. `danger`: what it, or what came along, tells of.
    """

    text: str
    words: str
    masked: Masked
    data: str
    matcher: Matcher
    wards: Wards
    meanings: Mapping[str | None, Meaning] = field(default_factory=dict)
    found: tuple[Ward, ...] | None = None
    before: str = ""
    digits: str = ""
    begins_with_digits: bool = False
    danger: Danger | None = None

    @classmethod
    def of(cls, incoming: Incoming, matcher: Matcher, wards: Wards) -> Reading:
        text, data = privacy.mask(incoming.text), privacy.mask(incoming.data)
        return cls(
            incoming.text,
            plain(incoming.text),
            text,
            data.text,
            matcher,
            wards,
            digits=privacy.open_digits(text.text),
            begins_with_digits=privacy.begins_with_digits(incoming.text),
        )

    def examined(self, incoming: Incoming) -> Reading:
        """With the danger that the text tells of, or else what came along with it."""
        danger = self.matcher.danger(incoming.text) or self.matcher.danger(incoming.shown)
        return replace(self, danger=danger)

    def meaning(self, previous: str | None = None) -> Meaning:
        """What is asked, as a text by itself or after the answer of the entry *previous*."""
        if previous is not None and not self.meaning().leans:
            return self.meaning()
        if previous not in self.meanings:
            raise Unread(lambda: self.understood(previous))
        return self.meanings[previous]

    def check_before(self, digits: str) -> None:
        """A text that begins with digits has to be masked together with those that the last one ended with."""
        if digits != self.before and self.begins_with_digits:
            raise Unread(lambda: self._behind(digits))

    def _behind(self, before: str) -> Reading:
        masked = privacy.mask(self.text, before)
        digits = privacy.open_digits(masked.text, before)
        return replace(self, masked=masked, before=before, digits=digits)

    def places(self) -> tuple[Ward, ...]:
        """The wards that the text may mean."""
        if self.found is None:
            raise Unread(self.located)
        return self.found

    def understood(self, previous: str | None = None) -> Reading:
        question = self.text.removeprefix(f"{ASK} ")
        meaning = self.matcher.understand(question, previous=previous)
        return replace(self, meanings={**self.meanings, previous: meaning})

    def located(self) -> Reading:
        return replace(self, found=tuple(self.wards.find(self.text)))


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a talk.

    `action`: what the pressed button asks for; None when none was pressed, or one that nobody knows (any more).
    `window`: how long after a person's last word this channel may still write to them; None: always.
    `mailbox`: this channel only keeps what is said until its page is looked at.
    `now` is aware UTC. `tx` is the transaction that everything of this turn is written in.
    """

    incoming: Incoming
    reading: Reading
    conversation: Conversation
    now: datetime
    tx: Transaction
    settings: Settings
    vault: Vault
    window: timedelta | None
    new_id: Callable[[], str]
    action: Action | None = None
    mailbox: bool = False

    @property
    def text(self) -> str:
        return self.incoming.text

    @property
    def words(self) -> str:
        return self.reading.words

    @property
    def masked(self) -> Masked:
        return self.reading.masked

    @property
    def faq(self) -> Faq:
        return self.reading.matcher.faq

    @property
    def wards(self) -> Wards:
        return self.reading.wards

    @property
    def data(self) -> str:
        """What came beside words: a place, a deep link's payload. A pressed button is an `action`."""
        return self.incoming.data

    def entry(self, id: str) -> Entry | None:
        """The FAQ entry as it reads today in Vietnam."""
        found = self.faq.entries.get(id)
        return found.on(local(self.now).date()) if found else None


Handler = Callable[[Turn], Answer | None]


def at_rest(turn: Turn, reply: Reply) -> Answer:
    """A reply after which nothing typed is waited for; its buttons carry all that follows."""
    return Answer((reply,), turn.conversation.idle)


def erased_mark(vault: Vault, person: Address) -> str:
    """What the log of erasures knows *person* by."""
    return vault.mark(f"erased {pack([person.channel, person.user])}")
