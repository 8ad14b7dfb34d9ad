"""What is turned on and off for everybody: booking, and a notice in every chat."""

from __future__ import annotations

from datetime import datetime, timedelta

from aiohttp import web

from bot.desk.context import desk_of, note, page, redirect, run
from bot.store.database import Transaction
from bot.store.staff import switches

NAMES = {"booking": switches.BOOKING_CLOSED, "notice": switches.NOTICE}
TITLES = {"booking": "tạm ngừng đặt lịch", "notice": "thông báo chung"}
LONGEST = 300  # characters
HOURS = (1, 2, 4, 12, 24, 72)


async def show(request: web.Request, fault: str = "", status: int = 200) -> web.Response:
    now = desk_of(request).clock()

    def values(tx: Transaction) -> dict[str, switches.Switch | None]:
        return {key: switches.state(tx, name, now) for key, name in NAMES.items()}

    found = await run(request, values)
    return page(
        request, "switches.html", {"switches": found, "hours": HOURS, "fault": fault}, status
    )


async def turn_on(request: web.Request) -> web.Response:
    key, form = _key(request), await request.post()
    text = " ".join(str(form.get("text", "")).split())
    hours = str(form.get("hours", ""))
    if not text or len(text) > LONGEST:
        return await show(request, f"Viết nội dung, tối đa {LONGEST} ký tự.", 422)
    if hours not in map(str, HOURS):
        return await show(request, "Chọn tắt sau bao nhiêu giờ.", 422)
    until = _until(desk_of(request).clock(), int(hours))

    def keep(tx: Transaction) -> None:
        switches.turn_on(tx, NAMES[key], text, until)
        note(tx, request, f"bật {TITLES[key]}", detail=f"{hours} giờ: {text}")

    await run(request, keep)
    return redirect("/desk/switches?said=on")


def _until(now: datetime, hours: int) -> datetime:
    return now + timedelta(hours=hours)


async def turn_off(request: web.Request) -> web.Response:
    key = _key(request)

    def clear(tx: Transaction) -> None:
        if switches.turn_off(tx, NAMES[key]):
            note(tx, request, f"tắt {TITLES[key]}")

    await run(request, clear)
    return redirect("/desk/switches?said=off")


def _key(request: web.Request) -> str:
    key = request.match_info["switch"]
    if key not in NAMES:
        raise web.HTTPNotFound
    return key
