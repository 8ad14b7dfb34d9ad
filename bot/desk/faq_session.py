"""What the volunteers' room remembers between requests: the check under way, how the live FAQ fares,
and that one change is written at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from aiohttp import web

from bot.core.clock import local
from bot.desk.context import desk_of, new_id, note, officer, run
from bot.faq import lint, review
from bot.faq.editing.add_line import Edit, EditRefused
from bot.faq.lint import Finding, House
from bot.faq.matching.matcher import Matcher, Thresholds
from bot.faq.regression import Fared, Row
from bot.faq.review import Proposal
from bot.store.database import Transaction
from bot.store.staff import faq_changes
from bot.store.staff.faq_changes import FaqChange
from handlers import preview


@dataclass(frozen=True, slots=True)
class Checking:
    """A check of the whole folder, under way or done."""

    began: datetime
    by: str
    task: asyncio.Task[tuple[Finding, ...]]


@dataclass(slots=True)
class Room:
    check: Checking | None = None
    fares: tuple[str, tuple[Row, ...], tuple[Fared, ...]] = (
        "",
        (),
        (),
    )  # of which FAQ and questions
    writing: asyncio.Lock = field(default_factory=asyncio.Lock)


ROOM = web.AppKey("faq room", Room)


def room_of(request: web.Request) -> Room:
    return request.config_dict[ROOM]


def folder_of(request: web.Request) -> Path:
    return Path(desk_of(request).settings.faq)


def thresholds_of(request: web.Request) -> Thresholds:
    return Thresholds(**desk_of(request).settings.matching.model_dump())


def house_of(request: web.Request, *, quick: bool) -> House:
    today = local(desk_of(request).clock()).date()
    return preview.house(today, quick, thresholds_of(request))


def matcher_of(request: web.Request) -> Matcher:
    return desk_of(request).library.matcher()


def start_check(request: web.Request) -> bool:
    """Check the whole folder in a thread; False while the check before is still under way."""
    room = room_of(request)
    if room.check and not room.check.task.done():
        return False
    work = asyncio.to_thread(lint.check, folder_of(request), house_of(request, quick=False))
    by = officer(request).account.id
    room.check = Checking(desk_of(request).clock(), by, asyncio.create_task(work))
    return True


async def live_fares(request: web.Request) -> tuple[Fared, ...]:
    """How the regression questions fare with the live FAQ; asked anew when either has changed."""
    room, matcher = room_of(request), matcher_of(request)
    version = matcher.faq.version
    rows = await asyncio.to_thread(review.questions, folder_of(request), matcher.faq)
    if room.fares[:2] != (version, rows):
        room.fares = (version, rows, await asyncio.to_thread(review.fares, matcher, rows))
    return room.fares[2]


async def keep(request: web.Request, id_: str, proposal: Proposal, what: str) -> None:
    """Write the change down, then into the file, and make it live; raises `EditRefused` when the
    file changed in the meantime."""
    made = FaqChange(
        id=new_id(request)(),
        at=desk_of(request).clock(),
        account=officer(request).account.id,
        entry=id_,
        file=proposal.edit.file.name,
        what=what,
        before=proposal.old,
        after=proposal.new,
    )

    def begin(tx: Transaction) -> None:
        faq_changes.add(tx, made)
        note(tx, request, "sửa FAQ", id_, f"{made.file}: {what}")

    await run(request, begin)
    await _write(request, id_, proposal.edit, lambda tx: _refused(tx, made.id))


def _refused(tx: Transaction, id_: str) -> None:
    faq_changes.end(tx, id_, "refused")


async def take_back(request: web.Request, change: FaqChange, proposal: Proposal) -> bool:
    """Undo *change*; False when somebody else has. Raises `EditRefused` as `keep` does."""

    def begin(tx: Transaction) -> bool:
        mine = faq_changes.end(tx, change.id, "undone")
        if mine:
            note(tx, request, "hoàn tác FAQ", change.entry, f"{change.file}: {change.what}")
        return mine

    if not await run(request, begin):
        return False
    undo = proposal.edit
    await _write(request, change.entry, undo, lambda tx: faq_changes.stand_again(tx, change.id))
    return True


async def _write(
    request: web.Request, id_: str, edit: Edit, give_up: Callable[[Transaction], None]
) -> None:
    async with room_of(request).writing:
        try:
            await asyncio.to_thread(edit.write)
        except (EditRefused, OSError) as error:

            def record(tx: Transaction) -> None:
                give_up(tx)
                note(tx, request, "không ghi được FAQ", id_, edit.file.name)

            await run(request, record)
            if isinstance(error, EditRefused):
                raise
            said = f"không ghi được {edit.file.name} ({error.strerror}); báo người triển khai"
            raise EditRefused(said) from error
        await desk_of(request).library.refresh()
