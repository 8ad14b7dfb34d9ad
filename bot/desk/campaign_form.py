"""The form in which an officer writes a campaign, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.booking.wards import Wards
from bot.core import quiet_hours
from bot.core.clock import VIETNAM
from bot.core.config import Settings
from bot.core.config.outreach import RestHours
from bot.desk import days, forms
from bot.outreach import message, segment_language
from bot.outreach.message import Message
from bot.outreach.segment_language import RuleError
from bot.store.campaigns.campaigns import Campaign, Plan

LONGEST_NAME = 80
LONGEST = timedelta(days=60)  # of a campaign
WRITTEN = "%Y-%m-%dT%H:%M"  # as a browser sends a time


@dataclass(frozen=True, slots=True)
class Draft:
    """What the form says; `plan` only when there are no `faults`. `told`: whom the rule means."""

    form: Mapping[str, str]
    message: Message
    told: str
    faults: tuple[str, ...]
    plan: Plan | None


def empty(settings: Settings, now: datetime) -> dict[str, str]:
    first = settings.outreach.rest_hours[0]
    start = now.astimezone(VIETNAM) + timedelta(hours=1)
    return {
        "name": "", "rule": "", "text": "", "link": "", "buttons": "", "hours": first.id,
        "starts": start.strftime(WRITTEN), "ends": (start + timedelta(days=3)).strftime(WRITTEN),
    }  # fmt: skip


def of(campaign: Campaign, settings: Settings) -> dict[str, str]:
    """The form as *campaign* fills it."""
    plan, said = campaign.plan, Message.unpacked(campaign.plan.message)
    spans = settings.outreach.rest_hours
    same = (one.id for one in spans if one.hours == plan.hours)
    return {
        "name": plan.name,
        "rule": plan.rule,
        "text": said.text,
        "link": said.link,
        "buttons": message.lines_of(said.choices),
        "hours": next(same, spans[0].id),
        "starts": plan.starts_at.astimezone(VIETNAM).strftime(WRITTEN),
        "ends": plan.ends_at.astimezone(VIETNAM).strftime(WRITTEN),
    }


def read(
    form: Mapping[str, str],
    settings: Settings,
    wards: Wards,
    is_entry: Callable[[str], bool],
    now: datetime,
) -> Draft:
    """The form checked: all faults at once."""
    said = Message(
        text=form.get("text", ""),
        link=forms.one_line(form.get("link", "")),
        choices=message.choices_of(form.get("buttons", "")),
    )
    faults = message.faults(said, is_entry)
    name = forms.one_line(form.get("name", ""))
    if not name or len(name) > LONGEST_NAME:
        faults.append(f"Đặt tên cho đợt tin, tối đa {LONGEST_NAME} ký tự.")
    rule, told = _rule(form, wards, faults)
    hours = _hours(form, settings, faults)
    span = _span(form, now, faults)
    if faults or hours is None or span is None:
        return Draft(form, said, told, tuple(faults), None)
    plan = Plan(name, rule, said.packed(), hours.hours, *span)
    return Draft(form, said, told, (), plan)


def _rule(form: Mapping[str, str], wards: Wards, faults: list[str]) -> tuple[str, str]:
    text = forms.one_line(form.get("rule", ""))
    try:
        return text, segment_language.told(segment_language.parse(text, wards), wards)
    except RuleError as error:
        faults.append(f"Luật chọn người, {error}.")
        return text, ""


def _hours(form: Mapping[str, str], settings: Settings, faults: list[str]) -> RestHours | None:
    spans = settings.outreach.rest_hours
    found = next((one for one in spans if one.id == form.get("hours")), None)
    if found is None:
        faults.append("Chọn khung giờ gửi.")
    return found


def _span(
    form: Mapping[str, str], now: datetime, faults: list[str]
) -> tuple[datetime, datetime] | None:
    start, end = (_time(form.get(name, "")) for name in ("starts", "ends"))
    if start is None or end is None:
        faults.append("Ghi ngày giờ bắt đầu và kết thúc.")
        return None
    if end <= max(start, now) or end - start > LONGEST:
        faults.append(
            f"Kết thúc phải sau lúc bắt đầu và sau bây giờ, trong vòng {LONGEST.days} ngày."
        )
        return None
    return start, end


def _time(text: str) -> datetime | None:
    try:
        at = datetime.strptime(text, WRITTEN)  # noqa: DTZ007 - the next line says whose clock it is
    except ValueError:
        return None
    return at.replace(tzinfo=VIETNAM) if at.year in days.YEARS else None


def hours_in_words(hours: str) -> str:
    """The hours of a campaign, for reading."""
    spans = quiet_hours.parse(hours)
    return ", ".join(f"{one.start:%H:%M}–{one.end:%H:%M}" for one in spans) or "cả ngày"
