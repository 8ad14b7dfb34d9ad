"""One message, one transaction.

The update's id is written first: no row back, it was handled before. Then the person's
conversation is taken, a handler answers, and state and replies are written. Only after the commit
may a channel acknowledge the update; a crash before it means that the platform sends it again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType
from weakref import WeakValueDictionary

import structlog

from bot.booking.wards import Wards
from bot.core import actions
from bot.core.clock import local
from bot.core.config import Settings
from bot.core.crypto import Vault
from bot.core.messages import Address, Answer, Conversation, Incoming, Kind, Reply, WorkWanted
from bot.core.privacy import Secret
from bot.core.rate_limit import Floods, Pace
from bot.core.text import clean
from bot.faq.matching.matcher import Matcher
from bot.store.database import Database, DatabaseFault, Transaction
from bot.store.outbox import outbox
from bot.store.people import conversations
from bot.store.staff import inbox
from bot.store.values import Ids
from handlers import HANDLERS, wishes
from handlers.booking import hour
from handlers.texts import common, safety
from handlers.turn import Handler, Reading, Turn, Unread

REPLY_USEFUL_FOR = timedelta(hours=24)
MAX_STORED_CHARACTERS = 2000
SIGNALS = frozenset({Kind.BLOCKED, Kind.UNBLOCKED})  # nobody says anything
AT_ONCE = 300  # characters that are read in less than the time that handing them to a thread takes
REST = 9  # times as long as a long text took to read: all of them get a tenth of a processor
MAX_HOUR = 20  # letters of an hour that is typed: "lúc 9 giờ 30 sáng"

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
        self._long = asyncio.Lock()
        self._lines: WeakValueDictionary[Address, asyncio.Lock] = WeakValueDictionary()

    async def handle(self, incoming: Incoming) -> Delivered:
        """Answer *incoming*; returns after the commit.

        An update that was handled before changes nothing and returns what was written then. A
        fault of a handler is logged and apologised for, so that no message can block the queue;
        a fault of the database, and `WorkWanted`, is raised: the same has to come again.
        """
        incoming = replace(
            incoming,
            text=clean(incoming.text),
            data=clean(incoming.data)[: actions.LONGEST],
            shown=clean(incoming.shown),
        )
        async with self._lines.setdefault(
            incoming.sender, asyncio.Lock()
        ):  # first come, first served
            delivered = await self._answer(incoming)
        if delivered.rows and incoming.sender.channel not in self._mailboxes:
            self._wake(incoming.sender.channel)
        return delivered

    async def _answer(self, incoming: Incoming) -> Delivered:
        pace = self._pace(incoming)
        asks = incoming.kind is Kind.TEXT and pace is Pace.HEARD
        first = partial(self._first_reading, incoming, pace, asks=asks)
        reading = await self._read(incoming, first)
        turn = partial(self._turn, incoming=incoming, pace=pace)
        try:
            return await self._in_one_transaction(turn, incoming, reading)
        except HandlerFault as fault:
            log.error(
                "handler failed",
                update=incoming.id,
                channel=incoming.sender.channel,
                exc_info=fault.__cause__,
            )
            return await self._database.run(lambda tx: self._apologise(tx, incoming, reading))

    def _pace(self, incoming: Incoming) -> Pace:
        """Whether somebody writes faster than anybody reads. The web looks in its own way, before
        anything gets here."""
        sender = incoming.sender
        if sender.channel in self._mailboxes or incoming.kind in SIGNALS:
            return Pace.HEARD
        return self._floods.look(f"{sender.channel}:{sender.user}", self._clock())

    def _first_reading(self, incoming: Incoming, pace: Pace, *, asks: bool) -> Reading:
        reading = Reading.of(incoming, self._matcher(), self._wards)
        if pace is Pace.HEARD and incoming.kind is not Kind.CONTACT:
            reading = reading.examined(incoming)
        return reading.understood() if asks else reading

    async def _read(self, incoming: Incoming, read: Callable[[], Reading]) -> Reading:
        """What *read* gives. A long text is read beside the loop, one at a time and with a rest after
        each, so that whoever sends many keeps nobody else waiting; to send a short one there takes
        longer than to read it."""
        if len(incoming.text) + len(incoming.shown) <= AT_ONCE:
            return read()
        async with self._long:
            began = time.monotonic()
            reading = await asyncio.to_thread(read)
            await asyncio.sleep(REST * (time.monotonic() - began))
            return reading

    async def _in_one_transaction(
        self, turn: Callable[..., Delivered], incoming: Incoming, reading: Reading
    ) -> Delivered:
        """What was not known to be wanted is read when a handler asks for it, after what the turn had
        written until then is undone."""
        while True:
            try:
                return await self._database.run(partial(turn, reading=reading))
            except Unread as unread:
                read = unread.read
            reading = await self._read(incoming, read)

    def _turn(self, tx: Transaction, incoming: Incoming, pace: Pace, reading: Reading) -> Delivered:
        turn = self._open(tx, incoming, reading, heard=pace is Pace.HEARD)
        if turn is None:
            return Delivered(tuple(outbox.replies_to(tx, _prefix(incoming))))
        return self._write(turn, self._ask(turn) if pace is Pace.HEARD else self._slow(pace))

    def _slow(self, pace: Pace) -> Answer:
        """They are told once a minute."""
        most = self._settings.limits.messages_per_minute
        return Answer((common.too_fast(most),) if pace is Pace.TOLD else ())

    def _apologise(self, tx: Transaction, incoming: Incoming, reading: Reading) -> Delivered:
        turn = self._open(tx, incoming, reading)
        if turn is None:
            return Delivered(tuple(outbox.replies_to(tx, _prefix(incoming))))
        # Not its id: on the web that names the person, and an alert outlives their data.
        text = f"Một tin nhắn qua {incoming.sender.channel} gặp lỗi khi xử lý; xem nhật ký lúc đó."
        inbox.alert(tx, turn.new_id(), turn.now, "handler", text)
        return self._write(turn, Answer((common.sorry(),), Conversation()))

    def _open(
        self, tx: Transaction, incoming: Incoming, reading: Reading, *, heard: bool = False
    ) -> Turn | None:
        """Write the update down and take the conversation; None when it was handled before. *heard*: it is
        to be understood, too."""
        now = self._clock()
        if not conversations.first_time(tx, incoming, _stored(incoming, reading), now):
            return None
        conversation = conversations.take(tx, incoming.sender, now)
        reading.check_before(conversation.digits)
        now = self._clock()  # after what was answered to this person before, by whatever process …
        if waits := outbox.newest_waiting(tx, incoming.sender):
            self._ids.follow(waits)  # … whose clock may have been ahead
        conversation = _current(conversation, now)
        numbered = incoming.sender.channel in self._numbered
        incoming = _as_tap(incoming, reading.words, conversation, numbered=numbered)
        if heard:
            incoming = wishes.as_button(incoming, conversation, reading)
        return Turn(
            incoming=incoming,
            reading=reading,
            conversation=conversation,
            now=now,
            tx=tx,
            settings=self._settings,
            vault=self._vault,
            window=self._windows.get(incoming.sender.channel),
            new_id=lambda: self._ids.new(now),
            action=actions.parse(incoming.data) if incoming.kind is Kind.BUTTON else None,
            mailbox=incoming.sender.channel in self._mailboxes,
        )

    def _ask(self, turn: Turn) -> Answer:
        """The first handler that answers wins."""
        try:
            answers = (handler(turn) for handler in self._handlers)
            return next((answer for answer in answers if answer is not None), Answer())
        except (DatabaseFault, WorkWanted, Unread):
            raise  # no fault of the handler's: the same has to come again, or we to read on
        except Exception as error:
            raise HandlerFault from error

    def _write(self, turn: Turn, answer: Answer) -> Delivered:
        today = local(turn.now).date().isoformat()
        new = () if answer.expected else _not_told(turn, today)
        told = safety.privacy_notices(new)
        replies = (*answer.replies, *told) if answer.urgent else (*told, *answer.replies)
        if turn.incoming.sender.channel in self._numbered:
            replies, choices = numbering(replies)
        else:
            choices = _last_choices(replies)
        before = answer.conversation or turn.conversation
        conversation = replace(
            before,
            choices=choices or turn.conversation.choices,
            told=before.told or turn.conversation.told,
            digits=turn.reading.digits if turn.incoming.kind is Kind.TEXT else "",
            warned={**turn.conversation.warned, **{kind.name: today for kind in new}},
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
                content=turn.faq.version,
                now=turn.now,
                useful_until=turn.now + REPLY_USEFUL_FOR,
                delivered=turn.incoming.sender.channel in self._mailboxes,
            )
        return Delivered(rows)


class HandlerFault(Exception):
    """A handler raised; its transaction was undone."""


def _not_told(turn: Turn, today: str) -> tuple[Secret, ...]:
    """Kinds of personal data in this message that its sender was not told of today."""
    told = turn.conversation.warned
    return tuple(kind for kind in turn.masked.found if told.get(kind.name) != today)


def _stored(incoming: Incoming, reading: Reading) -> str:
    """What is kept of a message. Where somebody is, is used once and not kept."""
    if incoming.kind is Kind.LOCATION:
        return ""
    return reading.masked.text[:MAX_STORED_CHARACTERS] or reading.data[: actions.LONGEST]


def _prefix(incoming: Incoming) -> str:
    return f"reply:{incoming.sender.channel}:{incoming.id}:"


def _current(conversation: Conversation, now: datetime) -> Conversation:
    """A step whose deadline has passed is forgotten, as at read time nothing else would."""
    if conversation.deadline is not None and now >= conversation.deadline:
        return conversation.idle
    return conversation


def _as_tap(
    incoming: Incoming, words: str, conversation: Conversation, *, numbered: bool
) -> Incoming:
    """Typing the number of a choice is a tap on it, in every channel, and so is typing an hour that is offered.
    "8" is the hour where choices are not *numbered*."""
    typed = incoming.text.strip().rstrip(".)")
    if incoming.kind is not Kind.TEXT or not typed or len(typed) > MAX_HOUR:
        return incoming
    bare = typed.isascii() and typed.isdigit()
    if (data := hour.typed(words, conversation.choices)) and not (bare and numbered):
        return replace(incoming, kind=Kind.BUTTON, data=data)
    if not bare:
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
