"""What buttons carry: written and read back, short enough, and the same as in chats of long ago."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import actions
from bot.core.actions import FORMS, LONGEST, Action, On, parse
from handlers.texts.activation import STEPS
from tests.support.paths import PROJECT

OURS = {PROJECT / "bot/core/actions.py"}

SERVICE = st.from_regex(r"[a-z0-9][a-z0-9-]{0,15}", fullmatch=True)
OFFICE = st.from_regex(r"[a-z0-9][a-z0-9-]{0,19}", fullmatch=True)
SLOT = st.builds(
    "{}.{}{}".format,
    OFFICE,
    st.from_regex(r"[0-9]{10}", fullmatch=True),
    st.sampled_from(("", "p")),
)
ID = st.from_regex(r"[0-9a-f]{28}", fullmatch=True)
ENTRY = st.from_regex(r"[a-z0-9][a-z0-9-]{0,47}", fullmatch=True)
CODE = st.from_regex(r"[A-Z][A-Z0-9]{5}", fullmatch=True)
DAY = st.dates(date(2026, 1, 1), date(2099, 12, 31))
MOMENT = st.integers(0, 2**32).map(lambda at: datetime.fromtimestamp(at, UTC))
NUMBER = st.integers(0, 9999)
VERSION = st.none() | NUMBER
TROUBLES = [(step.id, entry) for step in STEPS for entry in (*step.troubles, "")]

# What fields hold, by their names; ids are as long as the configuration, the FAQ and the store let them be.
FIELDS: dict[str, st.SearchStrategy[object]] = {
    "service": SERVICE, "office": OFFICE, "slot": SLOT, "party": ID, "row": ID, "question": ID, "offer": ID,
    "campaign": ID, "entry": ENTRY, "group": ENTRY, "code": CODE, "day": DAY, "first": NUMBER, "number": NUMBER,
    "version": VERSION, "ward": st.from_regex(r"[0-9]{5}", fullmatch=True),
    "codes": st.lists(CODE, min_size=1, max_size=5).map(tuple),
    "reason": st.sampled_from(("wrong", "unclear", "other", "missing")),
    "until": st.none() | MOMENT,
    "on": st.builds(On, st.none() | DAY, st.booleans()),
    "payload": st.text(st.characters(codec="ascii", categories=("L", "N")), max_size=58),
    "value": st.none() | st.just("") | st.from_regex(r"[0-9]{5}", fullmatch=True),
}  # fmt: skip
OWN: dict[type[Action], st.SearchStrategy[Action]] = {
    actions.Book: st.builds(actions.Book, st.just("") | SERVICE),
    actions.JoinWaitingList: st.builds(actions.JoinWaitingList, SERVICE, st.just("") | OFFICE),
    actions.Vote: st.builds(actions.Vote, question=ID),
    actions.ActivationStep: st.builds(
        lambda wish, at: actions.ActivationStep(wish, *at),
        st.sampled_from(("go", "ok", "stuck", "why", "help")),
        st.sampled_from(TROUBLES),
    ),
}


def of_kind(kind: type[Action]) -> st.SearchStrategy[Action]:
    if kind in OWN:
        return OWN[kind]
    given_ = {name: FIELDS[name] for name in kind.__annotations__ if name in FIELDS}
    return st.builds(kind, **given_)


@given(st.sampled_from(FORMS).flatmap(lambda form: of_kind(form[1])))
def test_what_is_written_is_read_back_and_fits(action: Action) -> None:
    packed = action.pack()
    assert parse(packed) == action
    assert len(packed.encode()) <= LONGEST


@given(
    st.text() | st.sampled_from(FORMS).flatmap(lambda form: st.text().map(f"{form[0]}:".__add__))
)
def test_what_is_garbled_is_nothing_or_says_the_same_again(data: str) -> None:
    found = parse(data)
    assert found is None or parse(found.pack()) == found


FRIDAY = On(date(2026, 11, 27))
LATER = datetime.fromtimestamp(0x6A2794F0, UTC)

# Buttons that stand in people's chats. A line may be added, none may change.
IN_CHATS: tuple[tuple[str, Action], ...] = (
    ("menu", actions.Menu()),
    ("none", actions.NoneOfThese()),
    ("group:the", actions.Group("the")),
    ("group:the:8", actions.Group("the", 8)),
    ("more:0192ab:4", actions.MoreChoices("0192ab", 4)),
    ("help", actions.Help()),
    ("start", actions.Start()),
    ("start:e_mat-the", actions.Start("e_mat-the")),
    ("cancel", actions.Cancel()),
    ("camp:0192ab:1", actions.CampaignChoice("0192ab", 1)),
    ("ask:mat-the", actions.Ask("mat-the")),
    ("full:mat-the", actions.AskAll("mat-the")),
    ("danger:cuoc-goi", actions.DangerSteps("cuoc-goi")),
    ("card:mat-the", actions.AsPicture("mat-the")),
    ("vote:up:0192ab", actions.Vote("up", "0192ab")),
    ("vote:down:0192ab", actions.Vote("down", "0192ab")),
    ("why:unclear:0192ab", actions.ExplainVote("unclear", "0192ab")),
    ("officer", actions.AskOfficer()),
    ("book", actions.Book()),
    ("book:the", actions.Book("the")),
    ("ward:26740", actions.ChooseWard("26740")),
    ("at:mau-a", actions.ChooseOffice("mau-a")),
    ("soon:the", actions.Soonest("the")),
    ("place:the:mau-a", actions.Days("the", "mau-a")),
    ("place:the:mau-a:p", actions.Days("the", "mau-a", On(priority=True))),
    ("place:the:mau-a:261127", actions.Days("the", "mau-a", FRIDAY)),
    ("place:the:mau-a:261127p", actions.Days("the", "mau-a", On(date(2026, 11, 27), True))),
    ("day:the:mau-a:261127", actions.Hours("the", "mau-a", FRIDAY)),
    ("day:the:mau-a:261127p", actions.Hours("the", "mau-a", On(date(2026, 11, 27), True))),
    ("time:the:mau-a.2611270800", actions.Hold("the", "mau-a.2611270800")),
    ("kin:the:mau-a.2611270800p", actions.HoldForKin("the", "mau-a.2611270800p")),
    ("code:0192ab", actions.NoName("0192ab")),
    ("who:0192ab", actions.EditNames("0192ab")),
    ("ok:0192ab:1", actions.Confirm("0192ab", remind=True)),
    ("ok:0192ab:0", actions.Confirm("0192ab", remind=False)),
    ("visits", actions.MyVisits()),
    ("visits:cancel", actions.ChangeMyVisit("cancel")),
    ("visits:move", actions.ChangeMyVisit("move")),
    ("visit:coming:BCDF34", actions.Coming(("BCDF34",))),
    ("visit:coming:BCDF34,CDFG45", actions.Coming(("BCDF34", "CDFG45"))),
    ("visit:move:BCDF34", actions.MoveVisit("BCDF34")),
    ("mday:BCDF34:261127", actions.MoveToDay("BCDF34", date(2026, 11, 27))),
    ("mtime:BCDF34:mau-a.2611270800", actions.MoveToHour("BCDF34", "mau-a.2611270800")),
    ("mtime:BCDF34:mau-a.2611270800:2", actions.MoveToHour("BCDF34", "mau-a.2611270800", 2)),
    ("visit:cancel:BCDF34", actions.CancelVisit("BCDF34")),
    ("visit:drop:BCDF34", actions.CancelNow("BCDF34")),
    ("visit:drop:BCDF34:1", actions.CancelNow("BCDF34", 1)),
    ("visit:back:BCDF34", actions.TakeBack("BCDF34")),
    ("agree:reminders", actions.AgreeReminders()),
    ("waits", actions.MyWaits()),
    ("wait:the:mau-a", actions.JoinWaitingList("the", "mau-a")),
    ("wait:the:", actions.JoinWaitingList("the", "")),
    ("unwait:the", actions.LeaveWaitingList("the")),
    ("offer:take:0192ab", actions.AcceptOffer("0192ab")),
    ("offer:no:0192ab", actions.DeclineOffer("0192ab")),
    ("coach", actions.Activate()),
    ("coach:where", actions.Activation("where")),
    ("coach:later", actions.Activation("later")),
    ("coach:remind", actions.Activation("remind")),
    ("coach:quiet", actions.Activation("quiet")),
    ("coach:stop", actions.Activation("stop")),
    ("coach:done", actions.Activation("done")),
    ("coach:go:otp", actions.ActivationStep("go", "otp")),
    ("coach:ok:otp", actions.ActivationStep("ok", "otp")),
    ("coach:stuck:otp", actions.ActivationStep("stuck", "otp")),
    ("coach:help:otp", actions.ActivationStep("help", "otp")),
    ("coach:why:otp:khong-nhan-otp", actions.ActivationStep("why", "otp", "khong-nhan-otp")),
    ("active:yes:BCDF34", actions.IsActivated("yes", "BCDF34")),
    ("active:how:BCDF34", actions.IsActivated("how", "BCDF34")),
    ("active:stuck:BCDF34", actions.IsActivated("stuck", "BCDF34")),
    ("privacy", actions.Privacy()),
    ("mydata", actions.MyData()),
    ("erase", actions.Erase()),
    ("erase:6a2794f0:one", actions.EraseNow(LATER, "one")),
    ("erase:6a2794f0:all", actions.EraseNow(LATER, "all")),
    ("link", actions.LinkAccount()),
    ("unlink", actions.UnlinkAccount()),
    ("agree:news", actions.OfferNews()),
    ("news:yes", actions.AgreeNews()),
    ("stop", actions.StopMessages()),
    ("profile", actions.MyProfile()),
    ("profile:audience", actions.ChangeProfile("audience")),
    ("profile:audience:", actions.ChangeProfile("audience", "")),
    ("profile:status:", actions.ChangeProfile("status", "")),
    ("profile:ward", actions.ChangeProfile("ward")),
    ("profile:ward:26740", actions.ChangeProfile("ward", "26740")),
    ("profile:erase", actions.EraseProfile()),
    ("profile:erase:yes", actions.EraseProfileNow()),
)


@pytest.mark.parametrize(("data", "action"), IN_CHATS)
def test_buttons_in_chats_go_on_meaning_what_they_meant(data: str, action: Action) -> None:
    assert parse(data) == action
    assert action.pack() == data


def test_every_kind_stands_in_that_table() -> None:
    assert {type(action) for _, action in IN_CHATS} == {kind for _, kind in FORMS}
    ours = (one for one in vars(actions).values() if isinstance(one, type))
    assert {kind for _, kind in FORMS} == {one for one in ours if issubclass(one, Action)} - {
        Action
    }


def test_nobody_else_writes_the_data_of_a_button() -> None:
    files = (
        file for room in ("bot", "handlers") for file in sorted((PROJECT / room).rglob("*.py"))
    )
    made = [f"{file}:{line}" for file in files if file not in OURS for line in _by_hand(file)]
    assert made == []


def _by_hand(file: Path) -> Iterator[int]:
    """Lines that give a `Button` its data."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(ast.Name("Button"), [_, _, *_]):
                yield node.lineno
            case ast.Call(ast.Name("Button"), _, keywords) if "data" in {k.arg for k in keywords}:
                yield node.lineno


@pytest.mark.parametrize(
    "data",
    ["", ":", "menu:", "nobody", "ask", "vote:sideways:0192ab", "ok:0192ab:2", "more:0192ab:²", "more:0192ab:-1",
     "place:the:mau-a:261399", "day:the:mau-a:27", "mday:BCDF34:hom-nay", "visit:drop:BCDF34:x", "coach:otp",
     "coach:dance:otp", "erase:6a2794f0:some", "erase:one", "profile:name:x", "https://vneid.gov.vn", "Menu"],
)  # fmt: skip
def test_what_no_button_of_ours_carries_is_nothing(data: str) -> None:
    assert parse(data) is None


def test_an_invented_end_of_an_erasing_button_is_known_as_none() -> None:
    assert parse("erase:ffffffffffff:one") == actions.EraseNow(None, "one")
    assert parse("erase:khong:all") == actions.EraseNow(None, "all")
