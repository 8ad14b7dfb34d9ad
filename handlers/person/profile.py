""" "Nhận tin", "hồ sơ của tôi": agree to news, say in three taps what they should be about; see,
change and erase it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.core.actions import (
    AgreeNews,
    ChangeProfile,
    EraseProfile,
    EraseProfileNow,
    MyProfile,
    OfferNews,
)
from bot.core.audiences import AUDIENCES, STATUSES
from bot.core.messages import Answer, Kind, Reply
from bot.store.campaigns import responses
from bot.store.people import consents, profiles
from handlers import interruptions
from handlers.texts import profile as say
from handlers.texts.common import only_here
from handlers.turn import Turn

WARD = "profile:ward"
WAIT = timedelta(minutes=30)
MOST_WARDS = 12
NEWS_WORDS = frozenset({
    "nhan tin", "dang ky nhan tin", "dang ki nhan tin", "dk nhan tin", "cho toi nhan tin", "nhan tin moi",
    "nhan lai tin", "nhan tin lai",
})  # fmt: skip
SHOW_WORDS = frozenset({"ho so", "ho so cua toi", "hoso", "xem ho so", "thong tin cua toi"})
ERASE_WORDS = frozenset({"xoa ho so", "xoa ho so cua toi"})


def handle(turn: Turn) -> Answer | None:
    return _typed(turn) if turn.incoming.kind is Kind.TEXT else _pressed(turn)


def _typed(turn: Turn) -> Answer | None:
    words = turn.words.strip("/ ")
    if words in NEWS_WORDS:
        return Answer((say.offer(),))
    if words in SHOW_WORDS:
        return _show(turn)
    if words in ERASE_WORDS:
        return Answer((say.sure(),))
    return _ward_typed(turn) if turn.conversation.step == WARD else None


def _pressed(turn: Turn) -> Answer | None:
    match turn.action:
        case OfferNews():
            return Answer((say.offer(),))
        case AgreeNews():
            return _agree(turn)
        case MyProfile():
            return _show(turn)
        case EraseProfile():
            return Answer((say.sure(),))
        case EraseProfileNow():
            return _erase(turn)
        case ChangeProfile(what, value):
            return _ask(turn, what) if value is None else _set(turn, what, value)
    return None


def _agree(turn: Turn) -> Answer:
    sender = turn.incoming.sender
    if not consents.has(turn.tx, sender, consents.NEWS):
        id_ = turn.new_id()
        consents.give(turn.tx, id_, sender, consents.NEWS, say.CONSENT_VERSION, turn.now)
    return Answer((only_here(say.which_audience(), mailbox=turn.mailbox),))


def _ask(turn: Turn, what: str) -> Answer | None:
    match what:
        case "audience":
            return Answer((say.which_audience(),))
        case "status":
            return Answer((say.which_status(),))
        case "ward":
            waiting = replace(turn.conversation, step=WARD, data={}, deadline=turn.now + WAIT)
            return Answer((say.which_ward(),), waiting)
    return None


def _set(turn: Turn, what: str, value: str) -> Answer | None:
    """Write down one thing; without consent nothing is kept, and it is asked for."""
    sender = turn.incoming.sender
    match what:
        case "audience" if not value or value in AUDIENCES:
            kept = profiles.set_audience(turn.tx, sender, value, turn.now)
        case "status" if not value or value in STATUSES:
            kept = profiles.set_status(turn.tx, sender, value, turn.now)
        case "ward" if turn.wards.get(value):
            kept = profiles.set_ward(turn.tx, sender, value, turn.now)
        case _:
            return None
    if not kept:
        return Answer((say.offer(),))
    profile = profiles.get(turn.tx, sender)
    if what == "audience" and profile and not profile.status:
        return Answer((say.which_status(),))
    return _show(turn, new=True)


def _ward_typed(turn: Turn) -> Answer | None:
    found = turn.reading.places()
    if not found and interruptions.meant(turn):
        return None  # somebody else answers; then the same is asked again (see `prompt`)
    if not found or len(found) > MOST_WARDS:
        return Answer((say.unknown_ward(),))
    if len(found) > 1:
        return Answer((say.which_of(found),))
    return _set(turn, "ward", found[0].code) or Answer((say.unknown_ward(),))


def _show(turn: Turn, *, new: bool = False) -> Answer:
    sender = turn.incoming.sender
    profile = profiles.get(turn.tx, sender)
    if profile is None:
        return Answer((say.nothing(),))
    ward = turn.wards.get(profile.ward)
    given = consents.given(turn.tx, sender, consents.NEWS)
    reply = say.shown(profile, ward.name if ward else "", given[0] if given else None, new=new)
    ended = turn.conversation.idle if turn.conversation.step == WARD else None
    return Answer((reply,), ended)


def _erase(turn: Turn) -> Answer:
    sender = turn.incoming.sender
    if consents.has(turn.tx, sender, consents.NEWS):
        id_ = turn.new_id()
        consents.take_back(turn.tx, id_, sender, consents.NEWS, say.CONSENT_VERSION, turn.now)
        responses.leave(turn.tx, sender, turn.now)
    profiles.erase(turn.tx, sender)
    return Answer((say.erased(),))


def prompt(turn: Turn) -> tuple[Reply, ...]:
    """What is being waited for, said again after something else was answered."""
    return (say.which_ward(),) if turn.conversation.step == WARD else ()
