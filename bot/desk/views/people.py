"""People who wait for an officer's answer."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.core import privacy
from bot.core.clock import local
from bot.core.messages import Address, Reply
from bot.desk import forms
from bot.desk.context import desk_of, new_id, note, officer, page, redirect, run
from bot.desk.views import calls
from bot.faq.entries import Entry
from bot.store.database import Row, Transaction
from bot.store.outbox.calls import waiting as to_call
from bot.store.people import conversations
from bot.store.staff import inbox
from bot.store.values import pack, unpack
from handlers import preview
from handlers.questions import handoff
from handlers.texts import common

LINES = 12  # of the talk before the question
TAKEN = "Chưa gửi: người này đã có người lo trước bạn."
MORE = "Chưa gửi, chưa đóng: người này vừa nhắn thêm. Bạn đọc lại câu hỏi ở trên rồi bấm lần nữa."
CHOICES = 5  # canned answers offered
COUNT = re.compile(r"\d{1,9}")  # what is longer is no length of a text, and no database holds it


@dataclass(frozen=True, slots=True)
class Lists:
    """Who waits, who is to be called, and what the service could not do by itself."""

    people: list[Row]
    calls: list[dict[str, Any]]
    alerts: list[Row]

    @property
    def signature(self) -> str:
        """Another text whenever a line comes, goes or grows; it tells nothing of whom."""
        parts = (
            [f"{row['id']}{len(row['text'])}" for row in self.people],
            [f"{row['code']}{row['kind']}" for row in self.calls],
            [row["id"] for row in self.alerts],
        )
        return hashlib.sha256(pack(parts).encode()).hexdigest()[:16]


def look(tx: Transaction, request: web.Request) -> Lists:
    now = desk_of(request).clock()
    called = calls.mine(request, to_call(tx, now))
    return Lists(inbox.waiting(tx), called, inbox.alerts(tx))


async def waiting(request: web.Request) -> web.Response:
    found = await run(request, lambda tx: look(tx, request))
    values = {"people": found.people, "calls": found.calls, "alerts": found.alerts}
    return page(request, "people.html", {**values, "signature": found.signature})


async def one(request: web.Request) -> web.Response:
    """One person's question, the talk before it, and a form to answer in."""
    return await _show(request, {})


async def _show(
    request: web.Request, form: dict[str, str], fault: str = "", status: int = 200
) -> web.Response:
    row, talk = await run(request, lambda tx: _talk(tx, request))
    search = form.get("search", forms.one_line(row["text"]))
    values = {
        "person": row,
        "talk": list(map(_line, talk)),
        "search": search,
        "found": list(_canned(request, search)),
        "text": form.get("text", ""),
        "private": sorted(privacy.mask(form.get("text", "")).found),
        "longest": handoff.LONGEST,
        "fault": fault,
    }
    return page(request, "person.html", values, status)


def _talk(tx: Transaction, request: web.Request) -> tuple[Row, list[Row]]:
    """The wait and the last lines of the talk; reading them is written down, whatever was asked for."""
    row = inbox.handoff(tx, request.match_info["id"])
    if row is None:
        raise web.HTTPNotFound
    note(tx, request, "xem người chờ", row["id"])
    return row, conversations.history(tx, Address(row["channel"], row["person"]), LINES)


def _line(row: Row) -> dict[str, Any]:
    """A line of the talk, masked as it is stored."""
    ours = row["side"] == 1
    text = Reply.from_json(unpack(row["body"])).text if ours else row["body"]
    return {"ours": ours, "at": row["at"], "text": text or f"({row['kind']})"}


def _canned(request: web.Request, search: str) -> Iterator[tuple[Entry, str]]:
    """The entries that are nearest to *search*, each with its answer as it reads today."""
    matcher = desk_of(request).library.matcher()
    today = local(desk_of(request).clock()).date()
    for match in matcher.match(search).matches[:CHOICES] if search else ():
        entry = matcher.faq.entries[match.entry].on(today)
        yield entry, canned_text(entry)


def canned_text(entry: Entry) -> str:
    return preview.full_text(common.answer(entry, (), None))


async def answer(request: web.Request) -> web.StreamResponse:
    """Search, take a canned answer, or send, as the button says; only sending changes anything."""
    form = await forms.fields(request)
    chosen = form.get("use", "")
    if chosen:
        return await _show(request, {**form, "text": _chosen(request, chosen)})
    if form.get("do") != "send":
        return await _show(request, form)
    fault = _fault(form)
    if fault:
        return await _show(request, form, fault, 422)
    return await _send(request, form)


def _chosen(request: web.Request, id_: str) -> str:
    entry = desk_of(request).library.matcher().faq.entries.get(id_)
    if entry is None:
        raise web.HTTPNotFound
    return canned_text(entry.on(local(desk_of(request).clock()).date()))


def _fault(form: dict[str, str]) -> str:
    """Why the answer is not sent, in Vietnamese; "" when it can be."""
    text = form.get("text", "")
    if not text:
        return "Bạn chưa viết câu trả lời."
    if len(text) > handoff.LONGEST:
        return f"Câu trả lời dài {len(text)} ký tự, tối đa {handoff.LONGEST}. Bạn viết gọn lại."
    if privacy.mask(text).found and form.get("sure") != "yes":
        return (
            "Câu trả lời có vẻ chứa số giấy tờ, số điện thoại hoặc mã bí mật. Bạn xóa đi; "
            "nếu đúng là số cần gửi (ví dụ số trực ban) thì đánh dấu ô “Vẫn gửi”."
        )
    return ""


def _read(form: Mapping[str, str]) -> int | None:
    """How many characters of the person's the officer had before them, as the page wrote it."""
    read = form.get("read", "")
    return int(read) if COUNT.fullmatch(read) else None


async def _send(request: web.Request, form: Mapping[str, str]) -> web.StreamResponse:
    desk, id_, text = desk_of(request), request.match_info["id"], form["text"]
    now = desk.clock()

    def send(tx: Transaction) -> Address | None:
        by = officer(request).account.id
        to = handoff.reply_to(tx, id_, text, now, new_id(request)(), by, _read(form))
        if to:
            note(tx, request, "trả lời người chờ", id_, f"{len(text)} ký tự")
        return to

    to = await run(request, send)
    if to is None:
        return await _not_done(request, text)
    desk.wake(to.channel)
    return redirect("/desk/people?said=answered")


async def _not_done(request: web.Request, text: str) -> web.Response:
    """Somebody was first, or the person has written more: nothing was sent, and the words are not
    lost."""
    row = await run(request, lambda tx: inbox.handoff(tx, request.match_info["id"]))
    fault = MORE if row and row["state"] == "open" else TAKEN
    return await _show(request, {"text": text}, fault, 409)


async def close(request: web.Request) -> web.StreamResponse:
    """End the wait without an answer."""
    now, id_ = desk_of(request).clock(), request.match_info["id"]
    read = _read(await forms.fields(request))

    def end(tx: Transaction) -> bool:
        by = officer(request).account.id
        done = inbox.close_handoff(tx, id_, now, by, answered=False, read=read) is not None
        if done:
            note(tx, request, "đóng người chờ, không trả lời", id_)
        return done

    if not await run(request, end):
        return await _not_done(request, "")
    return redirect("/desk/people?said=closed")


async def seen(request: web.Request) -> web.StreamResponse:
    """Take an alert off the list; a second tap changes nothing."""
    now: datetime = desk_of(request).clock()
    id_ = request.match_info["id"]

    def take(tx: Transaction) -> None:
        if kind := inbox.see_alert(tx, id_, now):
            note(tx, request, "đã xem cảnh báo", id_, kind)

    await run(request, take)
    return redirect("/desk/people?said=seen#alerts")
