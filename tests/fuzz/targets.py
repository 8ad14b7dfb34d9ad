"""What is fuzzed: for each door of the service, what comes in and what must hold whatever it is."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.booking import hours_text
from bot.booking import wards as places
from bot.channels.reading import MAX_SHOWN
from bot.channels.telegram import parse as telegram
from bot.channels.telegram.groups import Me
from bot.channels.web import json_api
from bot.channels.web.json_api import BadRequest
from bot.channels.zalo_bot import parse as zalo_bot
from bot.channels.zalo_oa import parse as zalo_oa
from bot.core import privacy
from bot.core.crypto import Vault, phone_number
from bot.core.messages import Address, Conversation, Incoming, Kind
from bot.core.text import clean as clean_text
from bot.core.vietnamese import clean, plain, tokens
from bot.desk import forms
from bot.dialogue import Delivered, Dialogue
from bot.faq import entries
from bot.faq.matching.matcher import Matcher, Thresholds
from bot.outreach import posters, segment_language
from bot.store.database import Database, SqliteDatabase
from bot.store.people import conversations
from handlers.booking import names
from handlers.texts import common
from tests.fuzz import files
from tests.support import town
from tests.support.made import VERBS, Source, file_like, like, one_of, text
from tests.support.paths import FAQ, PROJECT
from tests.support.people import Clock

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
EVENTS = PROJECT / "tests" / "fuzz" / "events"


@dataclass(frozen=True)
class Target:
    """`share`: of every thousand inputs of a long run how many are for this one."""

    name: str
    make: Callable[[Source], Any]
    check: Callable[[Any], None]
    share: int


def growing(wards: places.Wards, matcher: Matcher) -> dict[str, Callable[[str], object]]:
    """What reads texts that may be long, by name; as they come in, or as the door hands them on."""
    return {
        "clean": clean_text,
        "mask": privacy.mask,
        "words": lambda words: plain(clean_text(words)),
        "names": names.read,
        "a number": phone_number,
        "a danger": lambda words: matcher.danger(clean_text(words)),
        "a place": wards.find,
        "a question": lambda words: matcher.understand(clean_text(words)),
        "a poster": lambda words: posters.typed(clean_text(words)),
        "telegram": lambda words: telegram.incoming(_said(words, "private"), NOW, ME),
        "a group": lambda words: telegram.incoming(_said(f"@vneid_bot {words}", "group"), NOW, ME),
        "a rule": lambda words: segment_language.parse(words, wards),
        "opening hours": hours_text.parse_week,
        "a form": forms.tidy,
    }


def _said(words: str, kind: str) -> dict[str, Any]:
    chat = {"id": 1, "type": kind}
    return {"update_id": 1, "message": {"chat": chat, "date": 1, "text": words}}


@contextmanager
def targets(folder: Path) -> Iterator[tuple[Target, ...]]:
    """All of them; *folder* is for files."""
    wards = places.load()
    with talk(wards) as tap:
        yield (
            Target("texts", text, _text, 150),
            Target("places", text, lambda words: _place(wards, words), 60),
            Target("telegram", of("telegram"), _telegram, 190),
            Target("zalo-oa", of("zalo-oa"), _zalo_oa, 190),
            Target("zalo-bot", of("zalo-bot"), _zalo_bot, 140),
            Target("web", lambda source: like(source, WEB), _web, 120),
            Target("deep links", _link, lambda made: tap(*made), 20),
            Target("buttons", _button, lambda made: tap(*made), 45),
            Target("messages", _message, lambda made: tap(*made), 25),
            Target(
                "offices.csv",
                slips(files.CSV),
                lambda raw: files.check_offices(folder, wards, raw),
                25,
            ),
            Target(
                "questions.tsv",
                slips(files.TSV),
                lambda raw: files.check_questions(folder, raw),
                20,
            ),
            Target("faq", slips(files.YAML), lambda raw: files.check_faq(folder, raw), 7),
            Target("config", slips(files.CONFIG), lambda raw: files.check_config(folder, raw), 8),
        )


def of(name: str) -> Callable[[Source], Any]:
    """Events like the genuine ones of a platform, as its documents show them."""
    genuine = examples(name)
    return lambda source: like(source, genuine)


def slips(whole: str) -> Callable[[Source], bytes]:
    raw = whole.encode()
    return lambda source: file_like(source, raw)


def examples(name: str) -> list[Any]:
    """Genuine events of a platform, as its documents show them."""
    return list(json.loads((EVENTS / f"{name}.json").read_text("utf-8")))


# --- texts ---------------------------------------------------------------------------------------


def _text(words: str) -> None:
    assert tokens(clean(words)) is not None
    assert plain(words).isascii()
    number = phone_number(words)
    assert number is None or (number.startswith("84") and len(number) == 11)
    masked = privacy.mask(words)
    assert bool(masked.found) == (masked.text != words)
    assert privacy.mask(masked.text).text == masked.text


def _place(wards: places.Wards, words: str) -> None:
    found = wards.find(words)
    assert all(wards.get(ward.code) == ward for ward in found)


# --- webhooks ------------------------------------------------------------------------------------


def _incoming(found: Incoming | None) -> None:
    if found is None:
        return
    assert found.id
    assert found.sender.user
    assert isinstance(found.text + found.data + found.album, str)
    assert len(found.shown) <= MAX_SHOWN
    assert found.at.tzinfo is not None


ME = Me(1, "vneid_bot")


def _telegram(update: Any) -> None:
    if isinstance(update, dict):
        found = telegram.incoming(update, NOW, ME)
        _incoming(found)
        _readable(update, found)
        assert isinstance(telegram.overlooked(update), str)
        telegram.query_id(update)
        telegram.inline(update)


def _readable(update: dict[str, Any], found: Incoming | None) -> None:
    """Words to the bot alone are heard, whatever stands around them."""
    match update:
        case {
            "update_id": int(),
            "message": {"chat": {"type": "private", "id": int(id_)}, "text": str(words)},
        }:
            if id_ > 0 and words.strip() and "callback_query" not in update:
                assert found is not None


def _zalo_oa(event: Any) -> None:
    if isinstance(event, dict):
        _incoming(zalo_oa.incoming(event, NOW))
        assert isinstance(zalo_oa.account(event), str)
        zalo_oa.known(event)
        assert isinstance(zalo_oa.overlooked(event), str)
        seen = zalo_oa.interaction(event, NOW)
        assert seen is None or seen[1] <= NOW


def _zalo_bot(update: Any) -> None:
    if isinstance(update, dict):
        _incoming(zalo_bot.incoming(update, NOW))
        assert isinstance(zalo_bot.overlooked(update), str)


WEB: list[Any] = [
    {"session": "a.b", "text": "mất thẻ", "id": "a-message-id"},
    {"session": "", "button": "ask:mat-the", "proof": "15.1.a.b:1"},
    {"session": "", "location": {"latitude": 10.77, "longitude": 106.7}},
    {"session": "", "id": "x", "number": 1, "after": "0"},
]


def _web(body: Any) -> None:
    if not isinstance(body, dict):
        return
    for key in ("session", "text", "button", "id", "proof", "after"):
        with suppress(BadRequest):
            json_api.text_of(body, key).encode()
    with suppress(BadRequest):
        assert "," in (json_api.place_of(body) or ",")


# --- talks ---------------------------------------------------------------------------------------

IDS = ("the", "muc-2", "mau-a", "mau-b", town.slot_id("mau-a", town.FRIDAY, 8), "261127", "261127p",
       "26740", "mat-the", "BCDF34", "one", "all", "0", "1", "booking", "news", "reminders", "up", "down",
       "thu", "²", "9999999", "cancel", "move", "coming", "drop", "wrong", "ffffffffffff", "6a3b2c1d")  # fmt: skip
STEPS = ("", "book:place", "book:who", "book:form", "officer", "link:code", "link:phone", "link:secret",
         "coach", "coach:where", "profile:ward", "staff", "none of ours")  # fmt: skip
NAMES = ("party", "service", "office", "booking", "step", "entry")
SAID = (Kind.TEXT, Kind.CONTACT, Kind.LOCATION, Kind.PHOTO, Kind.STICKER, Kind.UNKNOWN)
ERASE_EVERY = 2000  # inputs, so that the database of a long run stays small
Made = tuple[Kind, str, str, str, dict[str, str]]  # kind, text, data, step, what is remembered
Tap = Callable[[Kind, str, str, str, dict[str, str]], None]


def _word(source: Source) -> str:
    return one_of(source, IDS) if source.below(4) else text(source)


def _data(source: Source) -> str:
    if source.below(5) == 0:
        return text(source)
    return ":".join([one_of(source, VERBS), *(_word(source) for _ in range(source.below(4)))])


def _link(source: Source) -> Made:
    payload = one_of(source, ("", "e_", "p_")) + (
        _word(source) if source.below(2) else _data(source)
    )
    return Kind.START, "", payload, "", {}


def _button(source: Source) -> Made:
    return Kind.BUTTON, "", _data(source), *_state(source)


def _message(source: Source) -> Made:
    words = text(source)
    return one_of(source, SAID), words, words, *_state(source)


def _state(source: Source) -> tuple[str, dict[str, str]]:
    """What is waited for, and what is remembered: as it was cleaned when it came in."""
    words = {one_of(source, NAMES): _word(source) for _ in range(source.below(3))}
    kept = {name: word.encode("utf-8", "replace").decode() for name, word in words.items()}
    return one_of(source, STEPS), kept


@contextmanager
def talk(wards: places.Wards) -> Iterator[Tap]:
    """Somebody in the made-up town, in whichever step of whichever talk."""
    database = SqliteDatabase(":memory:")
    town.build(database)
    limits = town.SETTINGS.limits.model_copy(update={"messages_per_minute": 1_000_000})
    settings = town.SETTINGS.model_copy(update={"limits": limits})
    matcher = Matcher.build(entries.load(FAQ), Thresholds())
    clock = Clock(NOW)
    dialogue = Dialogue(database, settings, lambda: matcher, clock, Vault("a made-up key"), wards)
    try:
        with asyncio.Runner() as runner:

            def handle(incoming: Incoming) -> Delivered:
                return runner.run(dialogue.handle(incoming))

            yield Talk(database, clock, handle).tap
    finally:
        database.close()


Handle = Callable[[Incoming], Delivered]


@dataclass
class Talk:
    database: Database
    clock: Clock
    handle: Handle
    count: int = 0

    def tap(self, kind: Kind, words: str, data: str, step: str, kept: dict[str, str]) -> None:
        """Put the talk into *step*, then do something in it: no handler may fail."""
        self.count += 1
        self.clock.move(seconds=1)
        if self.count % ERASE_EVERY == 0:
            _empty(self.database)
            self.clock.now = NOW
        person = Address("telegram", "an")
        now = self.clock()
        with self.database.transaction() as tx:
            conversations.take(tx, person, now)
            deadline = now + timedelta(minutes=30)
            conversations.save(tx, person, Conversation(step, dict(kept), deadline))
        delivered = self.handle(Incoming(str(self.count), person, kind, now, words, data))
        said = [reply.text for reply in delivered.replies]
        assert common.sorry().text not in said, "a handler failed"


def _empty(database: Database) -> None:
    with database.transaction() as tx:
        for table in ("outbox", "incoming", "questions", "erasures"):
            tx.rows(f"DELETE FROM {table}")  # noqa: S608 - names of this line
