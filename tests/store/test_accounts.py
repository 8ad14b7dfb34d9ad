"""Accounts of the desk on both engines: sessions, tries that failed, devices, the second factor."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.store.database import Database, Transaction
from bot.store.staff import accounts
from bot.store.staff.accounts import Failed
from tests.support.people import Clock

LONG = timedelta(days=1)


@pytest.fixture
def tx(database: Database, clock: Clock) -> Iterator[Transaction]:
    with database.transaction() as tx:
        for name in ("lan", "minh"):
            accounts.add(tx, name, "officer", ["mau-a"], "hash", clock())
        yield tx


def found(tx: Transaction, name: str = "lan") -> accounts.Account:
    account = accounts.get(tx, name)
    assert account
    return account


def session(tx: Transaction, clock: Clock, id_: str) -> accounts.Session | None:
    return accounts.find_session(tx, id_, clock() - LONG, clock() - LONG)


def test_a_session_knows_what_failed_before_it_and_the_next_one_begins_anew(
    tx: Transaction, clock: Clock
) -> None:
    for _ in range(3):
        clock.move(minutes=1)
        accounts.failed(tx, "lan", clock())
    last = clock()
    clock.move(minutes=1)
    accounts.open_session(tx, "one", "lan", "csrf", clock())
    accounts.open_session(tx, "two", "lan", "csrf", clock())
    one, two = session(tx, clock, "one"), session(tx, clock, "two")
    assert one
    assert two
    assert (one.failed, one.failed_at) == (3, last)
    assert (two.failed, two.failed_at) == (0, None)


def test_failures_are_counted_for_the_pair_the_account_and_the_address(
    tx: Transaction, clock: Clock
) -> None:
    start = clock() - timedelta(minutes=15)
    assert accounts.failures(tx, "lan", "here", start) == dict.fromkeys(
        ("pair", "account", "address"), Failed(0, None)
    )
    tries = [
        ("lan", "here"),
        ("lan", "there"),
        ("minh", "here"),
        ("minh", "there"),
        ("lan", "here"),
    ]
    for n, (name, address) in enumerate(tries):
        clock.move(seconds=1)
        accounts.tried(tx, str(n), name, address, clock(), good=False)
    accounts.succeeded(tx, "4")
    counted = accounts.failures(tx, "lan", "here", start)
    assert {what: one.count for what, one in counted.items()} == {
        "pair": 1, "account": 2, "address": 2,
    }  # fmt: skip
    assert counted["address"].last == clock() - timedelta(seconds=2)
    accounts.not_looked_at(tx, "0")
    assert accounts.failures(tx, "lan", "here", start)["pair"].count == 0
    assert accounts.was_here(tx, "lan", "here")
    assert not accounts.was_here(tx, "lan", "there")
    assert not accounts.was_here(tx, "minh", "here")
    assert accounts.failures(tx, "minh", "here", clock())["pair"].count == 0  # too long ago


@pytest.mark.parametrize("how", ["password", "disabled", "everywhere"])
def test_whatever_ends_all_sessions_forgets_the_devices_of_that_account(
    tx: Transaction, clock: Clock, how: str
) -> None:
    accounts.open_session(tx, "one", "lan", "csrf", clock())
    accounts.open_session(tx, "other", "minh", "csrf", clock())
    before = found(tx).devices
    match how:
        case "password":
            accounts.set_password(tx, "lan", "hash", must_change=False)
        case "disabled":
            accounts.set_disabled(tx, "lan", disabled=True)
        case "everywhere":
            accounts.leave_everywhere(tx, "lan")
    assert found(tx).devices == before + 1
    assert session(tx, clock, "one") is None
    assert session(tx, clock, "other")
    assert found(tx, "minh").devices == before


def test_a_second_factor_is_turned_off_before_another_is_turned_on(tx: Transaction) -> None:
    assert accounts.set_totp(tx, "lan", "sealed one", 7)
    assert not accounts.set_totp(tx, "lan", "sealed two", 8)
    assert found(tx).totp == "sealed one"
    assert accounts.set_totp(tx, "lan", "")
    assert accounts.set_totp(tx, "lan", "sealed two", 8)
    assert found(tx).totp == "sealed two"
