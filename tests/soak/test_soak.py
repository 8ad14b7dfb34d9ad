"""A soak of some seconds, and that its checks can fail: each is shown what it must find."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import replace

import pytest

from tests.soak import check, faults, report
from tests.soak.check import Case
from tests.soak.fleet import Sample
from tests.soak.ledger import Ledger
from tests.soak.run import Options, Outcome, soak

SOME = ("providers answer 500", "providers answer 429", "providers break off after taking it")
SHORT = Options(
    seconds=14,
    seed=8,
    stories=8,
    people=(30, 30, 20, 15),
    own_disk=False,
    fault_seconds=0.8,
    kinds={
        **{name: faults.SKIES[name] for name in SOME},
        "clock 1 h back": faults.CLOCKS["clock 1 h back"],
        "every write fails": faults.SQLITE["every write fails"],
    },
    faq_every=3,
    patience=3,
    later=3600,
)
# ruff: noqa: S608 - the statements are this file's own
ONE = (
    "SELECT id FROM outbox WHERE key LIKE 'reply:telegram:%' AND state = 'sent' ORDER BY id LIMIT 1"
)


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcome]:
    stack = AsyncExitStack()

    async def begin() -> Outcome:
        return await stack.enter_async_context(soak(tmp_path_factory.mktemp("soak"), SHORT))

    with asyncio.Runner() as runner:
        yield runner.run(begin())
        runner.run(stack.aclose())


class Undo(Exception):
    """The tampering is over."""


@contextmanager
def tampered(outcome: Outcome, sql: str = "", ledger: Ledger | None = None) -> Iterator[Case]:
    """The end of the run, with something stolen or changed; put back afterwards."""
    before = outcome.case
    with suppress(Undo), outcome.database.transaction() as tx:
        if sql:
            tx.rows("PRAGMA defer_foreign_keys = ON")
            tx.rows(sql)
        yield Case(ledger or before.ledger, tx, before.rules, before.now)
        raise Undo


def test_nothing_is_lost_in_a_short_soak(outcome: Outcome) -> None:
    assert {name: found for name, found in outcome.wrong.items() if found} == {}


def test_the_short_soak_did_what_it_was_for(outcome: Outcome) -> None:
    """Else it would be good whatever the service does."""
    ledger, done = outcome.case.ledger, {one.name for one in outcome.happened}
    assert done >= {*SHORT.kinds, *faults.ENDINGS}
    assert {said.channel for said in ledger.said.values()} == {
        "web", "telegram", "zalo-oa", "zalo-bot"
    }  # fmt: skip
    assert ledger.visits
    assert outcome.case.reminded
    assert ledger.refusals
    assert ledger.notes["delivered twice"]


@pytest.mark.parametrize(
    ("stolen", "name"),
    [
        ("DELETE FROM incoming WHERE channel = 'telegram'", "messages"),
        (f"DELETE FROM outbox WHERE id = ({ONE})", "messages"),
        (f"UPDATE outbox SET state = 'failed', error = 'x' WHERE id = ({ONE})", "replies"),
        (f"UPDATE outbox SET state = 'missed', error = 'x' WHERE id = ({ONE})", "replies"),
        (f"UPDATE outbox SET state = 'sending' WHERE id = ({ONE})", "replies"),
        (f"UPDATE outbox SET receipt = '' WHERE id = ({ONE})", "replies"),
        (f"UPDATE outbox SET receipt = 'another' WHERE id = ({ONE})", "replies"),
        (f"UPDATE outbox SET receipt = 'another', uncertain = 0 WHERE id = ({ONE})", "duplicates"),
        ("DELETE FROM bookings", "visits"),
        ("UPDATE bookings SET state = 'moved' WHERE state = 'booked'", "visits"),
        ("UPDATE bookings SET person = 'another'", "visits"),
        ("UPDATE slots SET booked = 1 WHERE booked = 0", "places"),
        ("DELETE FROM outbox WHERE code IS NOT NULL", "remind"),
        ("UPDATE outbox SET state = 'failed', error = 'x' WHERE code IS NOT NULL", "remind"),
        ("INSERT INTO audit VALUES (999999, '', 'a', 'b', 'c', '', 'forged')", "whole"),
    ],
)
def test_a_check_finds_what_is_stolen(outcome: Outcome, stolen: str, name: str) -> None:
    with tampered(outcome, stolen) as case:
        assert list(getattr(check, name)(case))


def test_an_answer_that_overtook_an_older_one_is_found(outcome: Outcome) -> None:
    arrivals = outcome.case.ledger.arrivals
    turned = {key: replace(one, number=-one.number) for key, one in arrivals.items()}
    with tampered(outcome, ledger=replace(outcome.case.ledger, arrivals=turned)) as case:
        assert list(check.order(case))


def test_an_officers_answer_that_went_nowhere_is_found(outcome: Outcome) -> None:
    answered = {"Hồ sơ của bạn đã xong.": "somebody"}
    with tampered(outcome, ledger=replace(outcome.case.ledger, answered=answered)) as case:
        assert list(check.answers(case))


def test_a_reload_at_the_very_end_is_no_growth() -> None:
    samples = [Sample(5.0 * n, (0, 1), 200) for n in range(204)]
    (slope,) = report.slopes([*samples, Sample(1020.0, (0, 1), 300)], 1020.5)
    assert slope.last_mb == 200


@pytest.mark.parametrize(("each", "flat"), [(0.0, True), (0.5, False)])
def test_memory_that_grows_is_seen(each: float, flat: bool) -> None:
    samples = [Sample(5.0 * n, (0, 1), 200 + each * n + n % 3) for n in range(200)]
    assert (not list(report.growth(samples, 1000))) is flat


def test_a_long_run_that_tells_nothing_of_memory_is_not_good() -> None:
    assert list(report.growth([], 1800))
    assert not list(report.growth([], 60))


def test_a_slow_stop_is_found() -> None:
    assert list(report.slow_stops([0.4, 10.3, 9.9])) == ["a graceful stop took 10.3 s"]


def test_an_error_that_people_saw_is_found(outcome: Outcome) -> None:
    with tampered(outcome, ledger=replace(outcome.case.ledger, unfriendly=["web 500"])) as case:
        assert list(check.friendly(case))
