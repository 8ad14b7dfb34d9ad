""" "Dữ liệu của tôi", "Xóa dữ liệu của tôi": see what is held on oneself, and have it erased."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.core.actions import Erase, EraseNow, MyData, Privacy
from bot.core.crypto import BadKey
from bot.core.messages import Address, Answer, Attachment, Conversation, Kind, Reply
from bot.store.booking import bookings, waiting_of_person
from bot.store.booking.bookings import State
from bot.store.database import Row
from bot.store.people import conversations, erasure, erasure_log, export, linked_accounts
from bot.store.values import unpack
from handlers.texts import my_data as say
from handlers.turn import Turn, erased_mark

SHOW_WORDS = frozenset({
    "dulieucuatoi", "du lieu cua toi", "xem du lieu cua toi", "du lieu cua minh", "tai du lieu cua toi",
})  # fmt: skip
ERASE_WORDS = frozenset({
    "xoadulieu", "xoa du lieu", "xoa du lieu cua toi", "xoa het du lieu cua toi",
    "xoa du lieu ca nhan", "xoa du lieu cua toi di", "xoa het thong tin cua toi di", "toi muon xoa du lieu",
    "toi muon xoa du lieu cua toi", "xoa thong tin cua toi", "xoa het thong tin cua toi", "quen toi di",
})  # fmt: skip
KEPT_WORDS = frozenset({
    "rieng tu", "riengtu", "quyen rieng tu", "bot giu gi", "bot luu gi", "bao mat thong tin",
    "bot giu gi cua toi", "bot luu thong tin gi",
})  # fmt: skip
GOOD_FOR = timedelta(minutes=30)  # the button that erases
DAY = timedelta(days=1)
MOST_A_DAY = 5  # files, each of which is kept with its message
JSON_NAME = "du-lieu-cua-toi.json"
UNREADABLE = "(không đọc được: khóa mã hóa đã đổi)"


def handle(turn: Turn) -> Answer | None:
    match turn.incoming.kind:
        case Kind.TEXT:
            return _typed(turn)
        case Kind.BUTTON:
            return _pressed(turn)
    return None


def _typed(turn: Turn) -> Answer | None:
    words = turn.words.strip("/ ")
    if words in SHOW_WORDS:
        return _show(turn)
    if words in ERASE_WORDS:
        return _ask(turn)
    return Answer((say.kept(turn.settings.keep_days),)) if words in KEPT_WORDS else None


def _pressed(turn: Turn) -> Answer | None:
    match turn.action:
        case MyData():
            return _show(turn)
        case Privacy():
            return Answer((say.kept(turn.settings.keep_days),))
        case Erase():
            return _ask(turn)
        case EraseNow(until, accounts):
            return _confirmed(turn, until, accounts)
    return None


# --- showing -------------------------------------------------------------------------------------


def _show(turn: Turn) -> Answer:
    """The file is sealed where it is kept: it holds the phone number in the open."""
    sender = turn.incoming.sender
    if export.times_shown(turn.tx, sender, JSON_NAME, turn.now - DAY) >= MOST_A_DAY:
        return Answer((say.enough_for_today(),))
    addresses = linked_accounts.addresses(turn.tx, sender)
    accounts = [_account(turn, address) for address in addresses]
    files = (
        _file("text/plain", "du-lieu-cua-toi.txt", say.readable(accounts, turn.now)),
        _file("application/json", JSON_NAME, _json(accounts)),
    )
    sealed = [turn.vault.seal_file(file) for file in files]
    return Answer((say.here_it_is(sealed, len(accounts)),))


def _account(turn: Turn, address: Address) -> dict[str, Any]:
    held = {
        table: [_shown(turn, row) for row in rows]
        for table, rows in export.collect(turn.tx, address).items()
    }
    return {"channel": address.channel, "account": address.user, "held": held}


def _shown(turn: Turn, row: Row) -> Row:
    """A row without its wrapping: numbers opened, JSON read, a reply as its words."""
    shown = dict(row)
    if "phone" in shown:
        shown["phone"] = _phone(turn, shown["phone"])
    if "reply" in shown:
        reply = Reply.from_json(unpack(shown.pop("reply")))
        shown["text"] = reply.text
        shown["files"] = [file.name for file in reply.attachments]
    if str(shown.get("state", "")).startswith("{"):
        shown["state"] = _conversation(turn, unpack(shown["state"]))
    return shown


def _conversation(turn: Turn, state: dict[str, Any]) -> dict[str, Any]:
    data = dict(state.get("data", {}))
    if "phone" in data:
        data["phone"] = _phone(turn, data["phone"])
    kept = {"step": state.get("step"), "data": data, "entry": state.get("entry")}
    return {name: value for name, value in kept.items() if value}


def _phone(turn: Turn, sealed: str) -> str:
    try:
        number = turn.vault.open(sealed)
    except BadKey:
        return UNREADABLE
    return number.replace("84", "0", 1) if number else ""


def _file(media_type: str, name: str, text: str) -> Attachment:
    return Attachment.of(media_type, name, text.encode())


def _json(accounts: Sequence[dict[str, Any]]) -> str:
    return json.dumps({"accounts": accounts}, ensure_ascii=False, indent=2)


# --- erasing -------------------------------------------------------------------------------------


def _ask(turn: Turn) -> Answer:
    sender = turn.incoming.sender
    others = linked_accounts.addresses(turn.tx, sender)[1:]
    live = sum(
        booking.state is State.BOOKED
        for address in (sender, *others)
        for booking in bookings.live(turn.tx, address)
    )
    waiting = bool(waiting_of_person.of(turn.tx, sender))
    until = turn.now + GOOD_FOR
    return Answer((say.sure(live, waiting, [other.channel for other in others], until),))


def _confirmed(turn: Turn, until: datetime | None, accounts: str) -> Answer:
    """*until* is the end of a button that was shown lately, or somebody's invention. Where the account was
    erased after it was shown, what it holds now is newer, and that is not what was asked about."""
    if until is None or not timedelta(0) < until - turn.now <= GOOD_FOR:
        return _ask(turn)
    since = conversations.first_seen(turn.tx, turn.incoming.sender)
    if since - timedelta(seconds=1) > until - GOOD_FOR:
        return Answer((say.erased_before(),))
    return _erase(turn, accounts)


def _erase(turn: Turn, accounts: str) -> Answer:
    sender = turn.incoming.sender
    addresses = linked_accounts.addresses(turn.tx, sender) if accounts == "all" else (sender,)
    release_at = turn.now + timedelta(minutes=turn.settings.booking.release_minutes)
    for address in addresses:
        erasure.erase(turn.tx, address, turn.now, release_at, nobody=turn.new_id())
    marks = [erased_mark(turn.vault, one) for one in addresses]
    code = erasure_log.record(turn.tx, marks, turn.now, turn.new_id)
    return Answer((say.erased(code, turn.now),), Conversation())
