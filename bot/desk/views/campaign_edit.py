"""Writing a campaign: the form, a preview for every channel, and keeping it."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from bot.core.audiences import AUDIENCES
from bot.desk import campaign_form as drafts
from bot.desk import forms
from bot.desk.campaign_form import Draft
from bot.desk.context import desk_of, new_id, note, officer, page, redirect, run
from bot.desk.views.campaigns import count
from bot.outreach import message
from bot.store.campaigns import campaigns
from bot.store.campaigns.campaigns import Campaign, Plan
from bot.store.database import Transaction
from handlers import preview

EXAMPLES = (
    "status = chưa kích hoạt and audience = công nhân and ward in [Tân Phú, Bình Tân]",
    "nhóm = sinh viên và không kênh = zalo",
    "(tình trạng = chưa làm hoặc tình trạng = chưa rõ) và phường = An Khánh",
)


async def new(request: web.Request) -> web.Response:
    desk = desk_of(request)
    return _form(request, drafts.empty(desk.settings, desk.clock()), None)


async def edit(request: web.Request) -> web.Response:
    campaign = await _campaign(request)
    return _form(request, drafts.of(campaign, desk_of(request).settings), campaign)


async def add(request: web.Request) -> web.StreamResponse:
    """Preview, or keep as a draft and count whom it reaches."""
    draft = await _read(request)
    form = await forms.fields(request)
    if draft.plan is None or form.get("do") != "save":
        return _form(request, form, None, draft)
    id_, plan = new_id(request)(), draft.plan

    def keep(tx: Transaction) -> None:
        now = desk_of(request).clock()
        campaigns.add(tx, id_, plan, officer(request).account.id, now)
        note(tx, request, "soạn đợt tin", id_, plan.name)

    await run(request, keep)
    await count(request, id_)
    return redirect(f"/desk/campaigns/{id_}?said=saved")


async def change(request: web.Request) -> web.StreamResponse:
    campaign = await _campaign(request)
    draft = await _read(request)
    form = await forms.fields(request)
    if draft.plan is None or form.get("do") != "save":
        return _form(request, form, campaign, draft)
    if not await run(request, lambda tx: _changed(tx, request, campaign.id, draft.plan)):
        fault = "Chưa ghi: đợt tin đã bắt đầu chạy nên không sửa được nữa."
        return _form(request, form, campaign, draft, fault)
    await count(request, campaign.id)
    return redirect(f"/desk/campaigns/{campaign.id}?said=saved")


def _changed(tx: Transaction, request: web.Request, id_: str, plan: Plan | None) -> bool:
    by, now = officer(request).account.id, desk_of(request).clock()
    done = plan is not None and campaigns.change(tx, id_, plan, by, now)
    if done and plan:
        note(tx, request, "sửa đợt tin", id_, plan.name)
    return done


async def _campaign(request: web.Request) -> Campaign:
    found = await run(request, lambda tx: campaigns.get(tx, request.match_info["campaign"]))
    if found is None:
        raise web.HTTPNotFound
    return found


async def _read(request: web.Request) -> Draft:
    desk = desk_of(request)
    entries = desk.library.matcher().faq.entries
    form = await forms.fields(request)
    return drafts.read(form, desk.settings, desk.wards, entries.__contains__, desk.clock())


def _form(
    request: web.Request,
    form: Mapping[str, str],
    campaign: Campaign | None,
    draft: Draft | None = None,
    refused: str = "",
) -> web.Response:
    faults = (refused,) if refused else draft.faults if draft else ()
    reply = message.reply(draft.message, "", "") if draft and not draft.faults else None
    values = {
        "form": {**drafts.empty(desk_of(request).settings, desk_of(request).clock()), **form},
        "action": f"/desk/campaigns/{campaign.id}/edit" if campaign else "/desk/campaigns/new",
        "campaign": campaign,
        "spans": desk_of(request).settings.outreach.rest_hours,
        "audiences": AUDIENCES.values(),
        "examples": EXAMPLES,
        "faults": faults,
        "told": draft.told if draft else "",
        "text": preview.full_text(reply) if reply else "",
        "looks": list(preview.previews(reply)) if reply else [],
        "longest": message.LONGEST_TEXT,
        "most": message.MOST_CHOICES,
    }
    status = 409 if refused else 422 if faults else 200
    return page(request, "campaign_form.html", values, status)
