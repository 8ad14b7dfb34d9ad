"""One message, one transaction.

The update's id is written first: no row back, it was handled before. Then the person's
conversation is taken, a handler answers, and state and replies are written. Only after the commit
may a channel acknowledge the update; a crash before it means that the platform sends it again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from weakref import WeakValueDictionary

import structlog

from bot import privacy
from bot.buckets import Floods, Pace
from bot.config import Settings
from bot.matching.matcher import Matcher
from bot.messages import Address, Answer, Conversation, Incoming, Kind, Reply
from bot.places import Wards
from bot.store import conversations, officers, outbox
from bot.store.database import Database, DatabaseFault, Transaction
from bot.store.values import Ids
from bot.vault import Vault
from handlers import HANDLERS, safety_texts, texts
from handlers.turn import Handler, Turn
from handlers.words import plain

REPLY_USEFUL_FOR = timedelta(hours=24)
MAX_STORED_CHARACTERS = 2000
SIGNALS = frozenset({Kind.BLOCKED, Kind.UNBLOCKED})  # nobody says anything
MAX_DATA = 64  # a button's data has no more; what is longer was not made by us

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Delivered:
    """Rows written in answer to one update: their outbox ids and replies, in order."""

    rows: tuple[tuple[str, Reply], ...]

    @property
    def replies(self) -> tuple[Reply, ...]:
        return tuple(reply for _, reply in self.rows)


class Dialogue:
    """Handles updates of all channels.

    `matcher` is asked for anew at each message, so that a reload is live at once. `mailboxes` are
    the channels whose readers fetch their replies (web, terminal): rows for them are delivered by
    being written. `numbered` are the channels that show choices as numbers in the text. `windows`
    says for how long after a person's last word a channel may write to them, where that ends.
    `wake` is told the channel that has new rows for the courier.
    """

    def __init__(
        self,
        database: Database,
        settings: Settings,
        matcher: Callable[[], Matcher],
        clock: Callable[[], datetime],
        vault: Vault,
        wards: Wards,
        *,
        handlers: Sequence[Handler] = HANDLERS,
        mailboxes: Collection[str] = (),
        numbered: Collection[str] = (),
        windows: Mapping[str, timedelta] = MappingProxyType({}),
        wake: Callable[[str], None] = lambda channel: None,
    ) -> None:
        self._database = database
        self._settings = settings
        self._matcher = matcher
        self._clock = clock
        self._vault = vault
        self._wards = wards
        self._handlers = handlers
        self._mailboxes = frozenset(mailboxes)
        self._numbered = frozenset(numbered)
        self._windows = windows
        self._wake = wake
        self._floods = Floods(settings.limits.messages_per_minute)
        self._ids = Ids()
        self._lines: WeakValueDictionary[Address, asyncio.Lock] = WeakValueDictionary()

    async def handle(self, incoming: Incoming) -> Delivered:
        """Answer *incoming*; returns after the commit.

        An update that was handled before changes nothing and returns what was written then. A
        fault of a handler is logged and apologised for, so that no message can block the queue;
        a fault of the database is raised: the platform has to send again.
        """
        incoming = replace(incoming, text=_clean(incoming.text), data=_clean(incoming.data))
        async with self._lines.setdefault(
            incoming.sender, asyncio.Lock()
        ):  # first come, first served
            delivered = await self._answer(incoming)
        if delivered.rows and incoming.sender.channel not in self._mailboxes:
            self._wake(incoming.sender.channel)
        return delivered

    async def _answer(self, incoming: Incoming) -> Delivered:
        matcher = self._matcher()
        try:
            return await self._database.run(lambda tx: self._turn(tx, incoming, matcher))
        except HandlerFault as fault:
            log.error(
                "handler failed",
                update=incoming.id,
                channel=incoming.sender.channel,
                exc_info=fault.__cause__,
            )
            return await self._database.run(lambda tx: self._apologise(tx, incoming, matcher))

    def _turn(self, tx: Transaction, incoming: Incoming, matcher: Matcher) -> Delivered:
        turn = self._open(tx, incoming, matcher)
        if turn is None:
            return Delivered(tuple(outbox.replies_to(tx, _prefix(incoming))))
        return self._write(turn, self._heard(turn) or self._ask(turn))

    def _apologise(self, tx: Transaction, incoming: Incoming, matcher: Matcher) -> Delivered:
        turn = self._open(tx, incoming, matcher)
        if turn is None:
            return Delivered(tuple(outbox.replies_to(tx, _prefix(incoming))))
        # Not its id: on the web that names the person, and an alert outlives their data.
        text = f"Một tin nhắn qua {incoming.sender.channel} gặp lỗi khi xử lý; xem nhật ký lúc đó."
        officers.alert(tx, turn.new_id(), turn.now, "handler", text)
        return self._write(turn, Answer((texts.sorry(),), Conversation()))

    def _open(self, tx: Transaction, incoming: Incoming, matcher: Matcher) -> Turn | None:
        """Write the update down and take the conversation; None when it was handled before."""
        now = self._clock()
        masked = privacy.mask(incoming.text)
        stored = _stored(incoming, masked)
        if not conversations.first_time(tx, incoming, stored, now):
            return None
        conversation = conversations.take(tx, incoming.sender, now)
        now = self._clock()  # after what was answered to this person before, by whatever process …
        if waits := outbox.newest_waiting(tx, incoming.sender):
            self._ids.follow(waits)  # … whose clock may have been ahead
        conversation = _current(conversation, now)
        return Turn(
            incoming=_as_tap(incoming, conversation),
            words=plain(incoming.text),
            masked=masked,
            conversation=conversation,
            now=now,
            tx=tx,
            matcher=matcher,
            settings=self._settings,
            vault=self._vault,
            wards=self._wards,
            window=self._windows.get(incoming.sender.channel),
            new_id=lambda: self._ids.new(now),
        )

    def _heard(self, turn: Turn) -> Answer | None:
        """None unless the sender writes faster than anybody reads: they are told so once a minute.
        The web tells it in its own way, before anything gets here."""
        sender = turn.incoming.sender
        if sender.channel in self._mailboxes or turn.incoming.kind in SIGNALS:
            return None
        pace = self._floods.look(f"{sender.channel}:{sender.user}", turn.now)
        if pace is Pace.HEARD:
            return None
        most = self._settings.limits.messages_per_minute
        return Answer((texts.too_fast(most),) if pace is Pace.TOLD else ())

    def _ask(self, turn: Turn) -> Answer:
        """The first handler that answers wins."""
        try:
            answers = (handler(turn) for handler in self._handlers)
            return next((answer for answer in answers if answer is not None), Answer())
        except DatabaseFault:
            raise  # no fault of the handler's: the platform has to send again
        except Exception as error:
            raise HandlerFault from error

    def _write(self, turn: Turn, answer: Answer) -> Delivered:
        warned = () if answer.expected else safety_texts.privacy_notices(turn.masked.found)
        replies = (*warned, *answer.replies)
        if turn.incoming.sender.channel in self._numbered:
            replies, choices = numbering(replies)
        else:
            choices = _last_choices(replies)
        before = answer.conversation or turn.conversation
        conversation = replace(
            before,
            choices=choices or turn.conversation.choices,
            told=before.told or turn.conversation.told,
        )
        if conversation != turn.conversation:
            conversations.save(turn.tx, turn.incoming.sender, conversation)
        rows = tuple((turn.new_id(), reply) for reply in replies)
        for number, (id_, reply) in enumerate(rows):
            outbox.put(
                turn.tx,
                id=id_,
                key=f"{_prefix(turn.incoming)}{number}",
                to=turn.incoming.sender,
                reply=reply,
                content=turn.matcher.faq.version,
                now=turn.now,
                useful_until=turn.now + REPLY_USEFUL_FOR,
                delivered=turn.incoming.sender.channel in self._mailboxes,
            )
        return Delivered(rows)


class HandlerFault(Exception):
    """A handler raised; its transaction was undone."""


def _clean(text: str) -> str:
    """Without lone surrogates and NUL, which no database can hold."""
    return text.encode("utf-8", "replace").decode().replace("\0", " ")


def _stored(incoming: Incoming, masked: privacy.Masked) -> str:
    """What is kept of a message. Where somebody is, is used once and not kept."""
    if incoming.kind is Kind.LOCATION:
        return ""
    return masked.text[:MAX_STORED_CHARACTERS] or privacy.mask(incoming.data).text[:MAX_DATA]


def _prefix(incoming: Incoming) -> str:
    return f"reply:{incoming.sender.channel}:{incoming.id}:"


def _current(conversation: Conversation, now: datetime) -> Conversation:
    """A step whose deadline has passed is forgotten, as at read time nothing else would."""
    if conversation.deadline is not None and now >= conversation.deadline:
        return conversation.idle
    return conversation


def _as_tap(incoming: Incoming, conversation: Conversation) -> Incoming:
    """Typing the number of a choice is a tap on it, in every channel."""
    typed = incoming.text.strip().rstrip(".)")
    if incoming.kind is not Kind.TEXT or not (typed.isascii() and typed.isdigit()):
        return incoming
    number = int(typed) if len(typed) <= 2 else 0
    if 1 <= number <= len(conversation.choices):
        return replace(incoming, kind=Kind.BUTTON, data=conversation.choices[number - 1])
    return incoming


def _last_choices(replies: Sequence[Reply]) -> tuple[str, ...]:
    """What a number typed next refers to: the buttons of the last reply that has any."""
    found = (reply.taps for reply in reversed(replies) if reply.taps)
    return tuple(button.data for button in next(found, ()))


def numbering(replies: Sequence[Reply]) -> tuple[tuple[Reply, ...], tuple[str, ...]]:
    """*replies* with their choices numbered from one to the next, and what each number refers to."""
    choices: tuple[str, ...] = ()
    numbered = []
    for reply in replies:
        numbered.append(replace(reply, first=len(choices) + 1))
        choices += tuple(button.data for button in reply.taps)
    return tuple(numbered), choices
