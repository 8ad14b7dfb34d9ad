"""Posters: a list with what each brought, one to look at and print, a new one, taken down and back."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from bot.core.audiences import AUDIENCES
from bot.core.likeness import plain
from bot.desk import forms
from bot.desk.context import desk_of, new_id, note, officer, page, redirect, run
from bot.faq.greetings import Greetings
from bot.outreach import links, poster_files, poster_list, poster_texts, posters
from bot.outreach.links import AUDIENCE, Link
from bot.outreach.poster_files import PREVIEW_DOTS, NoChannel, NoWords
from bot.outreach.poster_list import Wanted
from bot.outreach.posters import BadPlace
from bot.store.campaigns import posters as stored
from bot.store.campaigns.posters import Poster
from bot.store.database import Transaction

PREVIEW = "preview.png"
MOST = 1000  # posters of one page
# Name in the address -> size and format.
FILES = {
    f"{size}.{kind}": (size, kind) for size in poster_files.SIZES for kind in poster_files.FORMATS
}


async def show(
    request: web.Request, fault: str = "", form: dict[str, str] | None = None, status: int = 200
) -> web.Response:
    everything = "all" in request.query
    found = await run(request, lambda tx: stored.newest(tx, MOST))
    search = forms.one_line(forms.tidy(request.query.get("q", "")[:100]))
    hanging = [one for one in found if everything or one.poster.retired_at is None]
    values = {
        "posters": [one for one in hanging if _named(one.poster, search)],
        "hanging": len(hanging),
        "search": search,
        "most": MOST if len(found) == MOST else 0,
        "retired": sum(one.poster.retired_at is not None for one in found),
        "everything": everything,
        "kinds": words(request).places,
        "audiences": _audience_links(request),
        "steps": poster_texts.STEPS,
        "missing": missing(request),
        "fault": fault,
        "form": form or {"place": "", "kind": ""},
    }
    return page(request, "posters.html", values, status)


def _named(poster: Poster, search: str) -> bool:
    """Whether *search*, typed with or without marks, is in the poster's code, place or kind."""
    return plain(search) in plain(f"PT-{poster.code} {poster.code} {poster.place} {poster.kind}")


def _audience_links(request: web.Request) -> list[tuple[str, str, list[Link]]]:
    """For each kind of people their audience in campaigns, and the links that greet them as such, to post
    or to send."""
    settings = desk_of(request).settings
    return [
        (
            one.name,
            AUDIENCES[one.segment],
            [link for link in links.of(settings, AUDIENCE + one.id) if link.carries],
        )
        for one in words(request).audiences.values()
    ]


async def make(request: web.Request) -> web.Response:
    form = await forms.fields(request)
    kept = {name: form.get(name, "")[:200] for name in ("place", "kind")}
    if kept["kind"] not in words(request).places:
        return await show(request, "Bạn chọn loại nơi dán.", kept, 422)
    try:
        wanted = Wanted(0, kept["kind"], poster_list.checked_place(kept["place"]))
        ((made, new),) = await run(request, lambda tx: put_up(tx, request, [wanted]))
    except BadPlace as error:
        text = str(error)
        return await show(request, f"{text[:1].upper()}{text[1:]}.", kept, 422)
    except (NoChannel, NoWords) as error:
        return await show(request, poster_texts.why_not(error), kept, 422)
    return redirect(f"/desk/posters/{made.code}?said={'made' if new else 'known'}")


async def one(request: web.Request) -> web.Response:
    code = request.match_info["poster"]
    found = await run(request, lambda tx: stored.counted(tx, code))
    if found is None:
        raise web.HTTPNotFound
    desk = desk_of(request)
    payload = posters.payload(desk.vault, code)
    kind = words(request).places.get(found.poster.kind)
    values = {
        "one": found,
        "poster": found.poster,
        "kind": kind.name if kind else found.poster.kind,
        "files": FILES,
        "links": tuple(links.of(desk.settings, payload)),
        "check": links.check_page(desk.settings),
        "steps": poster_texts.STEPS,
        "missing": missing(request),
    }
    return page(request, "poster.html", values)


async def file(request: web.Request) -> web.Response:
    """The poster to print, or its picture in the page."""
    name = request.match_info["file"]
    size, kind = ("A5", "png") if name == PREVIEW else FILES.get(name, ("", ""))
    poster = await run(request, lambda tx: stored.get(tx, request.match_info["poster"]))
    if poster is None or not kind:
        raise web.HTTPNotFound
    dots = PREVIEW_DOTS if name == PREVIEW else poster_files.DOTS
    sheet = drawable(request, poster)
    body = await asyncio.to_thread(poster_files.render, sheet, size, kind, dots)
    if name != PREVIEW:
        await run(request, lambda tx: note(tx, request, "tải áp phích", poster.code, name))
    return attached(body, poster_files.name(poster, size, kind), poster_files.FORMATS[kind])


async def retire(request: web.Request) -> web.Response:
    code = request.match_info["poster"]
    desk, who = desk_of(request), officer(request).account.id

    def take_down(tx: Transaction) -> bool:
        done = stored.retire(tx, code, desk.clock(), who)
        if done:
            note(tx, request, "thôi dùng áp phích", code)
        return done

    return await _done(request, code, await run(request, take_down), "retired")


async def restore(request: web.Request) -> web.Response:
    code = request.match_info["poster"]

    def bring_back(tx: Transaction) -> bool:
        done = stored.restore(tx, code)
        if done:
            note(tx, request, "dùng lại áp phích", code)
        return done

    return await _done(request, code, await run(request, bring_back), "restored")


async def _done(request: web.Request, code: str, done: bool, said: str) -> web.Response:
    if await run(request, lambda tx: stored.get(tx, code)) is None:
        raise web.HTTPNotFound
    return redirect(f"/desk/posters/{code}?said={said if done else 'not-done'}")


# --- shared with lists of posters ----------------------------------------------------------------


def words(request: web.Request) -> Greetings:
    return desk_of(request).library.matcher().faq.greetings


def missing(request: web.Request) -> str:
    """Why no poster can be made here; "" when one can."""
    if not words(request).places:
        return poster_texts.why_not(NoWords())
    has_links = any(links.of(desk_of(request).settings, ""))
    return "" if has_links else poster_texts.why_not(NoChannel())


def put_up(
    tx: Transaction, request: web.Request, wanted: list[Wanted], batch: str = ""
) -> list[tuple[Poster, bool]]:
    """Register all of *wanted*; raises `NoChannel` or `NoWords` when they could not be drawn."""
    desk, who, made = desk_of(request), officer(request).account.id, []
    for each in wanted:
        seed = new_id(request)()
        poster, new = posters.put_up(tx, each.kind, each.place, desk.clock(), who, seed, batch)
        poster_files.sheet(poster, desk.settings, words(request), desk.vault)
        if new:
            note(tx, request, "làm áp phích", poster.code, poster.place)
        made.append((poster, new))
    return made


def drawable(request: web.Request, poster: Poster) -> Any:
    """What stands on *poster*; raises 409 when it leads nowhere any more."""
    desk = desk_of(request)
    try:
        return poster_files.sheet(poster, desk.settings, words(request), desk.vault)
    except (NoChannel, NoWords) as error:
        raise web.HTTPConflict from error


def attached(body: bytes, name: str, media_type: str) -> web.Response:
    disposition = f'{"inline" if media_type == "image/png" else "attachment"}; filename="{name}"'
    return web.Response(
        body=body, content_type=media_type, headers={"Content-Disposition": disposition}
    )
