"""One entry of the FAQ: read it, add a phrasing, change it after a look at what that does, undo."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date

from aiohttp import web

from bot.core.clock import local
from bot.core.documents.file import Faults
from bot.core.messages import Reply
from bot.desk import entry_form, faq_session, forms
from bot.desk.context import desk_of, page, redirect, run
from bot.desk.entry_form import Form
from bot.desk.faq_session import folder_of, house_of, matcher_of
from bot.faq import review
from bot.faq.editing.add_line import EditRefused
from bot.faq.editing.values import Value
from bot.faq.review import Proposal, Written
from bot.store.staff import faq_changes
from handlers import preview
from handlers.texts import common

RELATED = 2  # buttons to neighbouring questions
CHANGED = "Mục này vừa được sửa ở nơi khác. Bản đang có ở ngay dưới; xem lại rồi gửi tiếp."


def _today(request: web.Request) -> date:
    return local(desk_of(request).clock()).date()


async def show(request: web.Request) -> web.Response:
    return await _page(request, {"phrasing": request.query.get("phrasing", "")[:300]})


async def _page(
    request: web.Request, form: Form, faults: list[str] | None = None, status: int = 200
) -> web.Response:
    """The entry as it stands in its file, with what was being written; `base` names that state."""
    written = await _written(request)
    last = await run(request, lambda tx: faq_changes.last(tx, written.entry.id))
    today = _today(request)
    values = {
        "entry": written.entry,
        "file": written.file.name,
        "base": entry_form.print_of(written.block),
        "form": {**entry_form.of(written.entry), **form},
        "last": last,
        "faults": faults or [],
        "stale": status == 409,
        "dated": written.entry.on(today) is not written.entry,
        "covered": entry_form.covered(written.entry, today),
        "was": matcher_of(request).faq.entries.get(request.query.get("was", "")),
        "names": entry_form.NAMES,
    }
    return page(request, "faq_entry.html", values, status)


async def _written(request: web.Request) -> Written:
    try:
        return await asyncio.to_thread(
            review.written, folder_of(request), request.match_info["entry"]
        )
    except EditRefused as error:
        if request.match_info["entry"] in matcher_of(request).faq.entries:
            raise web.HTTPSeeOther("/desk/faq") from error  # its file has faults: they stand there
        raise web.HTTPNotFound from error


async def propose(request: web.Request) -> web.StreamResponse:
    """Edit on, look at what the change does, or accept it, as the button says."""
    form = await forms.fields(request)
    if form.get("do") == "edit":
        return await _page(request, form)
    written = await _written(request)
    if form.get("base") != entry_form.print_of(written.block):
        return await _page(request, form, [CHANGED], 409)
    values = entry_form.changes(form, written.entry, _today(request))
    if not values or not form.get("answer"):
        missing = "Bạn chưa đổi gì." if not values else "Câu trả lời không được để trống."
        return await _page(request, form, [missing], 422)
    try:
        proposal = await asyncio.to_thread(
            review.change,
            folder_of(request),
            written.entry.id,
            values,
            house_of(request, quick=True),
        )
        if form.get("do") == "accept" and not proposal.serious:
            return await _accept(request, proposal, values)
    except (Faults, EditRefused) as error:
        return await _page(request, form, review.faults_of(error), 422)
    return await _preview(request, form, written, proposal, values)


async def _preview(
    request: web.Request,
    form: Form,
    written: Written,
    proposal: Proposal,
    values: Mapping[str, Value],
) -> web.Response:
    """What changes, how it looks on each channel, and which regression questions turn."""
    live = await faq_session.live_fares(request)
    thresholds = faq_session.thresholds_of(request)
    change = await asyncio.to_thread(review.effect, proposal, thresholds, live)
    reply = _reply(request, proposal)
    shown = {
        "entry": proposal.entry,
        "form": form,
        "changes": [
            (entry_form.NAMES[key], getattr(written.entry, key), value)
            for key, value in values.items()
        ],
        "text": preview.full_text(reply),
        "looks": list(preview.previews(reply)),
        "serious": proposal.serious,
        "change": change,
        "asked": len(live),
    }
    return page(request, "faq_preview.html", shown, 422 if proposal.serious else 200)


def _reply(request: web.Request, proposal: Proposal) -> Reply:
    """What a citizen would get today."""
    today = _today(request)
    entry, known = proposal.entry.on(today), proposal.faq.entries
    related = [known[id_] for id_ in entry.related if id_ in known]
    return common.answer(entry, related[:RELATED], "thử")


async def _accept(
    request: web.Request, proposal: Proposal, values: Mapping[str, Value]
) -> web.StreamResponse:
    await faq_session.keep(request, proposal.entry.id, proposal, ", ".join(values))
    return redirect(f"/desk/faq/entries/{proposal.entry.id}?said=kept")


async def add_phrasing(request: web.Request) -> web.StreamResponse:
    """Another way in which people ask it."""
    form = await forms.fields(request)
    text, id_ = forms.one_line(form.get("phrasing", "")), request.match_info["entry"]
    await _written(request)  # or there is no such entry
    if fault := review.phrasing_fault(matcher_of(request).faq, text):
        return await _page(request, {"phrasing": text}, [fault], 422)
    house, was = house_of(request, quick=True), review.answered_by(matcher_of(request), text)
    try:
        proposal = await asyncio.to_thread(
            review.add_phrasing, folder_of(request), id_, text, house
        )
        if proposal.serious:
            raise Faults([one.fault for one in proposal.serious])
        await faq_session.keep(request, id_, proposal, "phrasings")
    except (Faults, EditRefused) as error:
        return await _page(request, {"phrasing": text}, review.faults_of(error), 422)
    taken = f"&was={was}" if was and was != id_ else ""
    return redirect(f"/desk/faq/entries/{id_}?said=phrasing{taken}")


async def undo(request: web.Request) -> web.StreamResponse:
    """Put the entry back as it was before its last change made here."""
    written = await _written(request)
    id_ = written.entry.id
    change = await run(request, lambda tx: faq_changes.last(tx, id_))
    form = await forms.fields(request)
    if change is None or change.id != form.get("change"):
        return await _page(
            request, {}, ["Thay đổi này đã được hoàn tác, hoặc có bản mới hơn."], 409
        )
    try:
        proposal = await asyncio.to_thread(
            review.put_back,
            folder_of(request),
            written.file,
            id_,
            change.after,
            change.before,
            house_of(request, quick=True),
        )
        done = await faq_session.take_back(request, change, proposal)
    except (Faults, EditRefused) as error:
        return await _page(request, {}, review.faults_of(error), 409)
    return redirect(f"/desk/faq/entries/{id_}?said={'undone' if done else 'late'}")
