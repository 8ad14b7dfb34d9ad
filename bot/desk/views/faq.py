"""The volunteers' room: how the FAQ stands, its check, and what nobody could answer."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from aiohttp import web

from bot.core.clock import local
from bot.desk import faq_session, forms
from bot.desk.context import desk_of, note, page, redirect, run
from bot.desk.faq_session import room_of
from bot.faq import gaps, review
from bot.store.people import unanswered as stored

DAYS = 30  # that the unanswered questions are looked for in
MOST = 300  # characters of a search
NEAR = 0.01  # confidence from which an entry is worth showing


async def show(request: web.Request) -> web.Response:
    """The state of the FAQ, a search, and every entry by group."""
    library = desk_of(request).library
    matcher = library.matcher()
    search = forms.one_line(forms.tidy(request.query.get("q", "")[:MOST]))
    found = matcher.match(search).matches if search else ()
    today = local(desk_of(request).clock()).date()
    values = {
        "faq": matcher.faq,
        "faults": [str(fault) for fault in library.faults.faults] if library.faults else [],
        "overdue": review.overdue(matcher.faq, today),
        "search": search,
        "found": [
            (matcher.faq.entries[one.entry], one.confidence)
            for one in found
            if one.confidence >= NEAR
        ],
        "phrasing": request.query.get("phrasing", "")[:MOST],
    }
    return page(request, "faq.html", values)


async def unanswered(request: web.Request) -> web.Response:
    """Masked questions that at least three people asked and the FAQ does not answer well."""
    since = desk_of(request).clock() - timedelta(days=DAYS)
    asked = await run(request, lambda tx: stored.since(tx, since))
    matcher = faq_session.matcher_of(request)
    found = await asyncio.to_thread(gaps.find, asked, matcher.match)
    values = {"gaps": found, "days": DAYS, "least": gaps.PEOPLE, "entries": matcher.faq.entries}
    return page(request, "gaps.html", values)


async def check(request: web.Request) -> web.StreamResponse:
    """Start the same check as `vneid-bot faq check`."""
    if faq_session.start_check(request):
        await run(request, lambda tx: note(tx, request, "kiểm tra FAQ"))
    return redirect("/desk/faq/check")


async def checked(request: web.Request) -> web.Response:
    """How long the check has been running, or what it found."""
    checking = room_of(request).check
    values: dict[str, Any] = {"checking": checking, "findings": None, "failed": False}
    if checking and checking.task.done():
        values["failed"] = checking.task.cancelled() or checking.task.exception() is not None
        values["findings"] = () if values["failed"] else checking.task.result()
    elif checking:
        values["seconds"] = int((desk_of(request).clock() - checking.began).total_seconds())
    return page(request, "faq_check.html", values)
