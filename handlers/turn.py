"""What a handler may look at: one message, the state of the talk, and nothing else of the world."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.config import Settings
from bot.matching.entries import Entry
from bot.matching.matcher import Matcher
from bot.messages import Address, Answer, Conversation, Incoming, Reply
from bot.places import Wards
from bot.privacy import Masked
from bot.store.database import Transaction
from bot.store.values import pack
from bot.vault import Vault
from bot.vietnam import local


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a talk.

    `words` is the text in lower case without accents or punctuation, for comparing. `masked` is the
    text with personal data taken out: the only form that may be stored or shown.
    `window`: how long after a person's last word this channel may still write to them; None: always.
    `now` is aware UTC. `tx` is the transaction that everything of this turn is written in.
    """

    incoming: Incoming
    words: str
    masked: Masked
    conversation: Conversation
    now: datetime
    tx: Transaction
    matcher: Matcher
    settings: Settings
    vault: Vault
    wards: Wards
    window: timedelta | None
    new_id: Callable[[], str]

    @property
    def text(self) -> str:
        return self.incoming.text

    @property
    def data(self) -> str:
        """The pressed button's data; "" when nothing was pressed."""
        return self.incoming.data

    def entry(self, id: str) -> Entry | None:  # noqa: A002 - the field's name
        """The FAQ entry as it reads today in Vietnam."""
        found = self.matcher.faq.entries.get(id)
        return found.on(local(self.now).date()) if found else None


Handler = Callable[[Turn], Answer | None]


def at_rest(turn: Turn, reply: Reply) -> Answer:
    """A reply after which nothing typed is waited for; its buttons carry all that follows."""
    return Answer((reply,), turn.conversation.idle)


def erased_mark(vault: Vault, person: Address) -> str:
    """What the log of erasures knows *person* by."""
    return vault.mark(f"erased {pack([person.channel, person.user])}")
