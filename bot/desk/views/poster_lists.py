"""Many posters at once, from a CSV file or lines pasted from a spreadsheet: looked at before they are
made, then printed together."""

from __future__ import annotations

import asyncio

from aiohttp import web

from bot.core.documents.file import Faults
from bot.desk import forms
from bot.desk.context import desk_of, new_id, page, redirect, run
from bot.desk.views.posters import attached, drawable, missing, put_up, words
from bot.outreach import poster_files, poster_list, poster_texts
from bot.outreach.poster_files import NoChannel, NoWords
from bot.outreach.poster_list import Listed
from bot.store.campaigns import posters as stored
from bot.store.campaigns.posters import Poster

MOST = 100  # posters of one list at the desk; `vneid-bot posters from-csv` takes more
TOO_MANY = (
    f"Nhiều nhất {MOST} dòng mỗi lần. Bạn chia nhỏ danh sách, hoặc nhờ quản trị chạy "
    "vneid-bot posters from-csv."
)
NAMES = {
    f"{size}.{ending}": (size, ending) for size in poster_files.SIZES for ending in ("pdf", "zip")
}
MEDIA_TYPES = {"pdf": "application/pdf", "zip": "application/zip"}


async def show(
    request: web.Request,
    text: str = "",
    listed: Listed | None = None,
    fault: str = "",
    status: int = 200,
) -> web.Response:
    """The form; with *listed* what would be made, and every line that is wrong."""
    values = {
        "text": text,
        "listed": listed,
        "faults": listed.faults if listed else (),
        "kinds": words(request).places,
        "most": MOST,
        "missing": missing(request),
        "fault": fault,
    }
    return page(request, "poster_list.html", values, status)


async def make(request: web.Request) -> web.Response:
    """`step` "try" shows what would be made; "make" makes it, the faulty lines left out if `skip`."""
    raw = await _given(request)
    text = raw.decode("utf-8-sig", "replace")
    form = await forms.fields(request)
    try:
        listed = poster_list.read(raw, "danh sách", words(request))
    except Faults as faults:
        told = "; ".join(f"{one.message} ({one.hint})" for one in faults.faults)
        return await show(request, text, fault=f"Danh sách chưa dùng được: {told}", status=422)
    if len(listed.wanted) > MOST:
        return await show(request, text, fault=TOO_MANY, status=422)
    spoilt = bool(listed.faults) and "skip" not in form
    if form.get("step") != "make" or spoilt or not listed.wanted:
        return await show(request, text, listed, status=422 if listed.faults else 200)
    batch = new_id(request)()
    try:
        made = await run(request, lambda tx: put_up(tx, request, list(listed.wanted), batch))
    except (NoChannel, NoWords) as error:
        return await show(request, text, listed, poster_texts.why_not(error), 422)
    new = sum(is_new for _, is_new in made)
    if not new:
        return await show(
            request, text, fault="Mọi nơi trong danh sách đã có áp phích.", status=422
        )
    return redirect(f"/desk/poster-lists/{batch}?said={len(made) - new}")


async def _given(request: web.Request) -> bytes:
    """The file that was chosen, or what was pasted."""
    form = await request.post()
    given = form.get("file")
    if isinstance(given, web.FileField) and given.filename:
        with given.file as file_:
            return file_.read()
    return str(form.get("text", "")).encode()


async def one(request: web.Request) -> web.Response:
    made = await _batch(request)
    known = request.query.get("said", "")
    values = {
        "made": made,
        "batch": made[0].batch,
        "known": int(known) if known in map(str, range(MOST + 1)) else 0,
        "kinds": words(request).places,
        "files": NAMES,
    }
    return page(request, "poster_batch.html", values)


async def file(request: web.Request) -> web.Response:
    """All posters of a list: pages of one PDF, or a PDF each in a zip."""
    name = request.match_info["file"]
    size, ending = NAMES.get(name, ("", ""))
    if not ending:
        raise web.HTTPNotFound
    made = await _batch(request)
    sheets = [drawable(request, poster) for poster in made]
    if ending == "pdf":
        body = await asyncio.to_thread(poster_files.pages, sheets, size)
    else:
        desk = desk_of(request)
        drawn = poster_files.all_files(made, desk.settings, words(request), desk.vault, size, "pdf")
        body = await asyncio.to_thread(poster_files.zipped, drawn)
    return attached(body, f"ap-phich-{len(made)}-to-{name}", MEDIA_TYPES[ending])


async def _batch(request: web.Request) -> list[Poster]:
    made = await run(request, lambda tx: stored.of_batch(tx, request.match_info["batch"]))
    if not made:
        raise web.HTTPNotFound
    return made
