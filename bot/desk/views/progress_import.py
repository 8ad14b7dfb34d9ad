"""Official figures by ward are handed in: shown first with what they change and every fault, then
kept, and taken back if need be."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from aiohttp import web

from bot.booking import ward_figures
from bot.booking.ward_figures import Figures, Given, Reading
from bot.booking.wards import Wards
from bot.desk import excel, forms
from bot.desk.context import desk_of, new_id, note, officer, page, redirect, run
from bot.store.booking import ward_figures as store
from bot.store.database import Transaction
from bot.store.values import pack

PASTED = "bảng dán"
HEADINGS = ("Mã", "Phường xã", "Chỉ tiêu", "Đã thu", "Đã kích hoạt")
KEPT = re.compile(r"(\d{1,8});(-|\d{1,8});(-|\d{1,8});(-|\d{1,8})", re.ASCII)
FAULTS = 200  # shown at once
MOVED = "Chưa ghi: có người vừa nhập hoặc hoàn tác số liệu. Xem lại dưới đây rồi ghi."


async def ask(request: web.Request) -> web.Response:
    return page(request, "progress_import.html", _nothing())


def _nothing() -> dict[str, Any]:
    """The page before anything was handed in."""
    return {"reading": None, "changes": [], "kept": "", "seen": "", "fault": "", "rest": 0,
            "text": "", "names": {}, "faults": ()}  # fmt: skip


async def preview(request: web.Request) -> web.Response:
    """What a file, or a pasted table, would change."""
    name, raw, text = await _handed_in(request)
    if not raw.strip():
        fault = "Bạn chọn một tệp, hoặc dán bảng vào ô."
        return page(request, "progress_import.html", {**_nothing(), "fault": fault}, 422)
    reading = await asyncio.to_thread(ward_figures.read, name, raw, desk_of(request).wards)
    return await _shown(request, name, reading, text=text)


async def _handed_in(request: web.Request) -> tuple[str, bytes, str]:
    """A name for it, its bytes, and the text that was pasted."""
    form = await request.post()
    file = form.get("file")
    if isinstance(file, web.FileField):
        with file.file:
            return forms.one_line(forms.tidy(file.filename))[:80] or "tệp", file.file.read(), ""
    text = str(form.get("text", ""))
    return PASTED, text.encode("utf-8", "replace"), text


async def _shown(
    request: web.Request, name: str, reading: Reading, *, text: str = "", fault: str = ""
) -> web.Response:
    known = await run(request, store.figures)
    made = ward_figures.changes(known, reading.given)
    faults = sorted((*reading.faults, *ward_figures.impossible(name, made)))
    values = {
        **_nothing(),
        "reading": reading,
        "changes": made,
        "faults": faults[:FAULTS],
        "names": {ward.code: ward.name for ward in desk_of(request).wards},
        "rest": len(known.keys() - {one.ward for one in made}),
        "kept": "" if faults else _packed(reading.given),
        "seen": _seal(known),
        "fault": fault,
        "text": text,
    }
    return page(request, "progress_import.html", values, 422 if faults or fault else 200)


def _packed(given: Iterable[Given]) -> str:
    """The numbers as the form carries them from the preview on."""
    rows = ((one.ward, one.target, one.collected, one.activated) for one in given)
    return "\n".join(";".join("-" if cell is None else str(cell) for cell in row) for row in rows)


def _unpacked(text: str, wards: Wards) -> tuple[Given, ...]:
    """What `_packed` made; raises 400 for anything else."""
    found = []
    for line in text.split():
        match = KEPT.fullmatch(line)
        if match is None or wards.get(match[1]) is None:
            raise web.HTTPBadRequest
        numbers = (None if cell == "-" else int(cell) for cell in match.groups()[1:])
        found.append(Given(match[1], (0,), (), *numbers))
    return tuple({one.ward: one for one in found}.values())


def _seal(known: Mapping[str, Figures]) -> str:
    """Stands for what was known when the preview was made."""
    rows = [(ward, *_cells(one)) for ward, one in sorted(known.items())]
    return hashlib.sha256(pack(rows).encode()).hexdigest()[:16]


def _cells(one: Figures) -> tuple[int, int, int]:
    return one.target, one.collected, one.activated


async def keep(request: web.Request) -> web.Response:
    """Write what the preview showed, if nobody has changed the figures since."""
    form = await forms.fields(request)
    given = _unpacked(form.get("kept", ""), desk_of(request).wards)
    if not given:
        raise web.HTTPBadRequest
    count = await run(request, lambda tx: _keep(tx, request, given, form.get("seen", "")))
    if count is None:
        return await _shown(request, "bảng", Reading(given, ()), fault=MOVED)
    return redirect(f"/desk/progress?said=imported-{count}")


def _keep(tx: Transaction, request: web.Request, given: Iterable[Given], seen: str) -> int | None:
    """How many wards changed; None when the figures are not those that were *seen*."""
    known = store.figures(tx)
    made = ward_figures.changes(known, given)
    if _seal(known) != seen or any(ward_figures.impossible("", made)):
        return None
    by = officer(request).account.id
    count = store.put(tx, made, id=new_id(request)(), account=by, now=desk_of(request).clock())
    note(tx, request, "nhập số liệu phường", detail=f"{count} phường thay đổi")
    return count


async def undo(request: web.Request) -> web.Response:
    """Take the newest import back."""
    id_, now = str((await request.post()).get("id", "")), desk_of(request).clock()

    def take(tx: Transaction) -> int | None:
        count = store.undo(tx, id_, now)
        if count is not None:
            note(tx, request, "hoàn tác số liệu phường", id_, f"{count} phường")
        return count

    count = await run(request, take)
    return redirect(f"/desk/progress?said={'late' if count is None else f'undone-{count}'}")


async def template(request: web.Request) -> web.Response:
    """A file with every ward and what is known of it, to fill in."""
    known = await run(request, store.figures)
    rows = [
        (
            ward.code,
            ward.name,
            *(map(str, _cells(known[ward.code])) if ward.code in known else ("",) * 3),
        )
        for ward in sorted(desk_of(request).wards, key=lambda ward: ward.name)
    ]
    body = await asyncio.to_thread(excel.file, excel.EXCEL, HEADINGS, rows)
    return excel.answer(excel.EXCEL, "so-lieu-phuong", body)
