"""Campaigns: the list, one of them with its dry run and what came of it, and its moves."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from aiohttp import web

from bot.desk.campaign_form import hours_in_words
from bot.desk.context import desk_of, note, officer, page, redirect, run
from bot.outreach import batches, dry_run, message, rates, segment_language
from bot.outreach.dry_run import Told
from bot.outreach.message import Message
from bot.store.campaigns import campaigns, fitness
from bot.store.campaigns.campaigns import Campaign
from bot.store.database import Transaction
from bot.store.values import pack, unpack
from handlers import preview

STATES = {
    "draft": "Bản nháp", "waiting": "Chờ người thứ hai duyệt", "running": "Đang chạy",
    "paused": "Tạm dừng", "stopped": "Đã dừng hẳn", "done": "Đã xong",
}  # fmt: skip
REASONS = {
    fitness.OPTED_OUT: "đã nhắn DỪNG", fitness.GONE: "đã chặn bot", fitness.CAP: "đã đủ tin trong tháng",
    fitness.ENDED: "hết giờ của đợt", "stopped": "đợt đã dừng", "no longer useful": "hết giờ của đợt",
}  # fmt: skip
LEFT_OUT = {
    "opted_out": "đã thôi nhận tin", "unreachable": "đã chặn bot", "enough": "đã đủ bốn tin trong tháng",
    "silent": "Zalo không cho nhắn nữa (quá hạn, chưa có mẫu tin)", "twice": "nhận qua tài khoản khác",
}  # fmt: skip


async def listed(request: web.Request) -> web.Response:
    found = await run(request, campaigns.newest)
    return page(request, "campaigns.html", {"campaigns": found, "states": STATES})


async def show(request: web.Request, fault: str = "", status: int = 200) -> web.Response:
    campaign, result = await run(request, lambda tx: _one(tx, request))
    desk = desk_of(request)
    said = Message.unpacked(campaign.plan.message)
    reply = message.reply(said, campaign.id, campaign.plan.name)
    values = {
        "campaign": campaign,
        "state": STATES[campaign.state],
        "hours": hours_in_words(campaign.plan.hours),
        "told": segment_language.told(
            segment_language.parse(campaign.plan.rule, desk.wards), desk.wards
        ),
        "text": preview.full_text(reply),
        "looks": list(preview.previews(reply)),
        "dry": Told.unpacked(campaign.counted) if campaign.counted else None,
        "left_out": LEFT_OUT,
        "late": dry_run.LATE,
        "above": desk.settings.outreach.approve_above,
        "mine": campaign.author == officer(request).account.id,
        "over": campaign.plan.ends_at <= desk.clock(),
        "progress": in_words(campaign, result),
        "signature": _signature(campaign, result),
        "fault": fault,
    }
    return page(request, "campaign.html", values, status)


def _one(tx: Transaction, request: web.Request) -> tuple[Campaign, dict[str, Any]]:
    campaign = campaigns.get(tx, request.match_info["campaign"])
    if campaign is None:
        raise web.HTTPNotFound
    return campaign, result_of(tx, campaign)


def result_of(tx: Transaction, campaign: Campaign) -> dict[str, Any]:
    """What has come of it; from what was kept when the rows are forgotten."""
    now = batches.result(tx, campaign.id)
    return dict(unpack(campaign.result)) if campaign.result and not now["states"] else now


def in_words(campaign: Campaign, result: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers for a page: by what became of the rows, why some did not arrive, who was left out."""
    by_state: dict[str, int] = {}
    for row in result["states"]:
        by_state[row["state"]] = by_state.get(row["state"], 0) + row["n"]
    reasons: dict[str, int] = {}
    for row in result["reasons"]:
        words = REASONS.get(row["error"]) or _failed(row["error"])
        reasons[words] = reasons.get(words, 0) + row["n"]
    return {
        "sent": by_state.get("sent", 0),
        "waiting": by_state.get("due", 0) + by_state.get("sending", 0),
        "missed": by_state.get("missed", 0),
        "failed": by_state.get("failed", 0),
        "unreachable": sum(part["unreachable"] for part in result["parts"]),
        "silent": sum(part["silent"] for part in result["parts"]),
        "through": bool(result["parts"]) and all(part["done"] for part in result["parts"]),
        "uncertain": result["uncertain"],
        "reasons": reasons,
        "tapped": campaign.tapped,
        "left_after": campaign.left_after,
    }


def _failed(error: str) -> str:
    """Why a send failed; what the platform said beyond that is for the log."""
    return "đã chặn bot" if error.startswith("unreachable") else "nền tảng không nhận tin"


def signature(tx: Transaction, request: web.Request) -> str:
    """Names the state of the page, for whoever has it open."""
    return _signature(*_one(tx, request))


def _signature(campaign: Campaign, result: Mapping[str, Any]) -> str:
    shown = f"{campaign.state} {campaign.people} {pack(in_words(campaign, result))}"
    return hashlib.sha256(shown.encode()).hexdigest()[:16]


# --- moves -----------------------------------------------------------------------------------------

Move = Callable[[Transaction, str, str, datetime], bool]


async def move(request: web.Request) -> web.StreamResponse:
    """What the button says: count, launch, approve, pause, resume or stop."""
    do, id_ = str((await request.post()).get("do", "")), request.match_info["campaign"]
    await run(request, lambda tx: _one(tx, request))
    if do == "count":
        await count(request, id_)
        return redirect(f"/desk/campaigns/{id_}?said=counted")
    if do == "launch":
        return await _launch(request, id_)
    if do not in MOVES:
        raise web.HTTPBadRequest
    what, act, refused = MOVES[do]
    if not await _moved(request, id_, what, act):
        return await show(request, refused, 409)
    return redirect(f"/desk/campaigns/{id_}?said={do}")


async def _moved(request: web.Request, id_: str, what: str, act: Move) -> bool:
    now, by = desk_of(request).clock(), officer(request).account.id

    def do(tx: Transaction) -> bool:
        done = act(tx, id_, by, now)
        if done:
            note(tx, request, what, id_)
        return done

    return await run(request, do)


CHANGED = "Chưa làm gì: đợt tin vừa đổi trạng thái hoặc đã hết hạn. Xem lại bên dưới."
MOVES: Mapping[str, tuple[str, Move, str]] = {
    "approve": (
        "duyệt đợt tin",
        lambda tx, id_, by, now: campaigns.approve(tx, id_, by, now),
        "Chưa duyệt: người soạn không tự duyệt được, hoặc đợt tin không còn chờ duyệt.",
    ),
    "pause": ("tạm dừng đợt tin", lambda tx, id_, by, now: campaigns.pause(tx, id_, now), CHANGED),
    "resume": (
        "chạy tiếp đợt tin",
        lambda tx, id_, by, now: campaigns.resume(tx, id_, now),
        CHANGED,
    ),
    "stop": ("dừng hẳn đợt tin", lambda tx, id_, by, now: batches.stop(tx, id_, now), CHANGED),
}


async def _launch(request: web.Request, id_: str) -> web.StreamResponse:
    desk = desk_of(request)
    now, above = desk.clock(), desk.settings.outreach.approve_above

    def begin(tx: Transaction) -> str | None:
        state = campaigns.launch(tx, id_, above, now)
        if state:
            note(tx, request, "chạy đợt tin" if state == "running" else "xin duyệt đợt tin", id_)
        return state

    state = await run(request, begin)
    if state is None:
        return await show(
            request, "Chưa chạy: hãy chạy thử lại trước, và xem đợt còn hạn không.", 409
        )
    return redirect(f"/desk/campaigns/{id_}?said={state}")


async def count(request: web.Request, id_: str) -> None:
    """A dry run, step by step; kept unless the campaign was changed meanwhile."""
    desk = desk_of(request)
    now = desk.clock()
    version, campaign = await run(
        request, lambda tx: (campaigns.as_of(tx, id_), campaigns.get(tx, id_))
    )
    if campaign is None:
        raise web.HTTPNotFound
    speeds = rates.of(desk.settings)
    counted = dry_run.begin(campaign.plan, desk.settings, desk.wards, speeds)
    while not counted.done:
        counted = await run(request, partial(dry_run.step, counting=counted, now=now))
    told = dry_run.told(counted, campaign.plan, desk.settings, speeds, now)

    def keep(tx: Transaction) -> None:
        if campaigns.keep_count(tx, id_, version, told.packed(), told.people, now):
            note(tx, request, "chạy thử đợt tin", id_, f"{told.people} người")

    await run(request, keep)
