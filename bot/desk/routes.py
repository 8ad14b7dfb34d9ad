"""Every page of the desk: how it is called, what shows it, and the right it needs.

A path with {office} is only for officers of that office.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from bot.core.documents.file import MAX_BYTES
from bot.desk.roles import Right
from bot.desk.views import (
    audit,
    calendar,
    calls,
    campaign_edit,
    campaigns,
    check_in,
    day,
    export,
    faq,
    faq_entry,
    figures,
    home,
    live,
    me,
    people,
    poster_lists,
    posters,
    progress,
    progress_import,
    sign_in,
    switches,
    visit,
    weekly,
)

MAX_UPLOAD = MAX_BYTES + 64 * 1024  # a file and what stands around it

View = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Route:
    """`right` None: for anybody. `before_change`: also for who must change a one-time password
    first. `most`: bytes of a form that may be larger than others."""

    method: str
    path: str
    view: View
    right: Right | None
    before_change: bool = False
    most: int = 0


DAY = r"/day/{office}/{date:[\d-]+}"

ROUTES = (
    Route("GET", "/sign-in", sign_in.ask, None),
    Route("POST", "/sign-in", sign_in.sign_in, None),
    Route("POST", "/sign-out", sign_in.sign_out, Right.SIGNED_IN, before_change=True),
    Route("GET", "/", home.home, Right.SIGNED_IN),
    Route("GET", "/me", me.show, Right.SIGNED_IN, before_change=True),
    Route("POST", "/me/password", me.change_password, Right.SIGNED_IN, before_change=True),
    Route("POST", "/me/leave", me.leave_everywhere, Right.SIGNED_IN, before_change=True),
    Route("POST", "/me/totp", me.turn_on_totp, Right.SIGNED_IN),
    Route("POST", "/me/totp/off", me.turn_off_totp, Right.SIGNED_IN),
    Route("GET", "/day/{office}", day.today, Right.SEE_VISITS),
    Route("GET", DAY, day.show, Right.SEE_VISITS),
    Route("GET", f"{DAY}/events", live.day_events, Right.SEE_VISITS),
    Route("POST", f"{DAY}/search", day.search, Right.SEE_VISITS),
    Route("GET", f"{DAY}/print", day.printed, Right.SEE_VISITS),
    Route("POST", f"{DAY}/phone", day.phone, Right.SEE_PHONES),
    Route("POST", f"{DAY}/mark", visit.mark, Right.MARK_VISITS),
    Route("POST", f"{DAY}/walk-in", visit.walk_in, Right.MARK_VISITS),
    Route("POST", "/day/{office}/export", export.export, Right.EXPORT),
    Route("GET", "/hen/{ticket}", check_in.show, Right.SEE_VISITS),
    Route("POST", "/hen/{ticket}", check_in.arrived, Right.MARK_VISITS),
    Route("POST", "/me/chat", me.link_chat, Right.SIGNED_IN),
    Route("POST", "/me/chat/off", me.unlink_chat, Right.SIGNED_IN),
    Route("GET", "/calendar/{office}", calendar.show, Right.CHANGE_CALENDAR),
    Route("POST", "/calendar/{office}", calendar.save, Right.CHANGE_CALENDAR),
    Route("GET", "/figures", figures.show, Right.SEE_FIGURES),
    Route("GET", "/figures/weeks.svg", weekly.chart, Right.SEE_FIGURES),
    Route("GET", "/figures/{chart}", figures.chart, Right.SEE_FIGURES),
    Route("GET", "/progress", progress.show, Right.SEE_FIGURES),
    Route("GET", "/progress/wards.svg", progress.chart, Right.SEE_FIGURES),
    Route("POST", "/progress/export", progress.export, Right.SEE_FIGURES),
    Route("GET", "/progress/mau.xlsx", progress_import.template, Right.IMPORT_FIGURES),
    Route("GET", "/progress/import", progress_import.ask, Right.IMPORT_FIGURES),
    Route(
        "POST", "/progress/import", progress_import.preview, Right.IMPORT_FIGURES, most=MAX_UPLOAD
    ),
    Route("POST", "/progress/keep", progress_import.keep, Right.IMPORT_FIGURES),
    Route("POST", "/progress/undo", progress_import.undo, Right.IMPORT_FIGURES),
    Route("GET", "/switches", switches.show, Right.SWITCH),
    Route("POST", "/switches/{switch}/on", switches.turn_on, Right.SWITCH),
    Route("POST", "/switches/{switch}/off", switches.turn_off, Right.SWITCH),
    Route("GET", "/audit", audit.show, Right.READ_AUDIT),
    Route("GET", "/audit/check", audit.check, Right.READ_AUDIT),
    Route("GET", "/people", people.waiting, Right.ANSWER),
    Route("GET", "/people/events", live.people_events, Right.ANSWER),
    Route("GET", "/people/{id}", people.one, Right.ANSWER),
    Route("POST", "/people/{id}", people.answer, Right.ANSWER),
    Route("POST", "/people/{id}/close", people.close, Right.ANSWER),
    Route("POST", "/alerts/{id}/seen", people.seen, Right.ANSWER),
    Route("POST", "/calls/{code}/phone", calls.phone, Right.SEE_PHONES),
    Route("POST", "/calls/{code}/done", calls.done, Right.ANSWER),
    Route("GET", "/posters", posters.show, Right.OUTREACH),
    Route("POST", "/posters", posters.make, Right.OUTREACH),
    Route("GET", "/posters/{poster}", posters.one, Right.OUTREACH),
    Route("GET", "/posters/{poster}/{file}", posters.file, Right.OUTREACH),
    Route("POST", "/posters/{poster}/retire", posters.retire, Right.OUTREACH),
    Route("POST", "/posters/{poster}/restore", posters.restore, Right.OUTREACH),
    Route("GET", "/poster-lists", poster_lists.show, Right.OUTREACH),
    Route("POST", "/poster-lists", poster_lists.make, Right.OUTREACH),
    Route("GET", "/poster-lists/{batch}", poster_lists.one, Right.OUTREACH),
    Route("GET", "/poster-lists/{batch}/{file}", poster_lists.file, Right.OUTREACH),
    Route("GET", "/campaigns", campaigns.listed, Right.OUTREACH),
    Route("GET", "/campaigns/new", campaign_edit.new, Right.OUTREACH),
    Route("POST", "/campaigns/new", campaign_edit.add, Right.OUTREACH),
    Route("GET", "/campaigns/{campaign}", campaigns.show, Right.OUTREACH),
    Route("GET", "/campaigns/{campaign}/events", live.campaign_events, Right.OUTREACH),
    Route("GET", "/campaigns/{campaign}/edit", campaign_edit.edit, Right.OUTREACH),
    Route("POST", "/campaigns/{campaign}/edit", campaign_edit.change, Right.OUTREACH),
    Route("POST", "/campaigns/{campaign}/move", campaigns.move, Right.OUTREACH),
    Route("GET", "/faq", faq.show, Right.EDIT_FAQ),
    Route("GET", "/faq/gaps", faq.unanswered, Right.EDIT_FAQ),
    Route("GET", "/faq/check", faq.checked, Right.EDIT_FAQ),
    Route("POST", "/faq/check", faq.check, Right.EDIT_FAQ),
    Route("GET", "/faq/entries/{entry}", faq_entry.show, Right.EDIT_FAQ),
    Route("POST", "/faq/entries/{entry}", faq_entry.propose, Right.EDIT_FAQ),
    Route("POST", "/faq/entries/{entry}/phrasings", faq_entry.add_phrasing, Right.EDIT_FAQ),
    Route("POST", "/faq/entries/{entry}/undo", faq_entry.undo, Right.EDIT_FAQ),
)
