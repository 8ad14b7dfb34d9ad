"""People whom no message reaches, for officers to call."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aiohttp import web

from bot.desk import call_words
from bot.desk.context import desk_of, note, officer, page, redirect, run
from bot.store.database import Row, Transaction
from bot.store.outbox import calls


def mine(request: web.Request, rows: Iterable[Row]) -> list[dict[str, Any]]:
    """The rows of the officer's offices, in words; a phone only as whether there is one."""
    offices = officer(request).account.offices
    return [
        {
            **row,
            "phone": bool(row["phone"]),
            "kind": call_words.kind(row["kind"]),
            "reason": call_words.reason(row["reason"]),
        }
        for row in rows
        if not offices or row["office_id"] in offices
    ]


async def phone(request: web.Request) -> web.Response:
    """Open one number, which is written down; shown in the answer to the form, never in a URL."""
    desk, code = desk_of(request), request.match_info["code"]

    def look(tx: Transaction) -> Row:
        row = _find(tx, request)
        note(tx, request, "xem số điện thoại", code, "danh sách gọi")
        return row

    row = await run(request, look)
    return page(
        request, "call.html", {"call": row, "number": call_words.phone(row["phone"], desk.vault)}
    )


async def done(request: web.Request) -> web.StreamResponse:
    """Take somebody off the list."""
    now, code = desk_of(request).clock(), request.match_info["code"]

    def take(tx: Transaction) -> None:
        _find(tx, request)
        if calls.done(tx, code, now):
            note(tx, request, "đã gọi điện", code)

    await run(request, take)
    return redirect("/desk/people?said=called#calls")


def _find(tx: Transaction, request: web.Request) -> Row:
    """The call of the code in the path; 404 when it is not on the officer's list."""
    rows = calls.waiting(tx, desk_of(request).clock())
    offices, code = officer(request).account.offices, request.match_info["code"]
    for row in rows:
        if row["code"] == code and (not offices or row["office_id"] in offices):
            return row
    raise web.HTTPNotFound
