"""Codes and payloads: ours are known, others are not, whatever is changed in them."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.crypto import Vault
from bot.core.privacy import mask
from bot.outreach import posters
from bot.outreach.posters import BadPlace
from bot.store.campaigns import posters as stored
from bot.store.database import Database
from tests.support.people import Clock

VAULT = Vault("a made-up key")
PAYLOAD = posters.payload(VAULT, "7K3M9")
SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"


def test_a_payload_fits_every_deep_link() -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", PAYLOAD)
    assert posters.genuine(VAULT, PAYLOAD) == "7K3M9"


@given(st.integers(0, len(PAYLOAD) - 1), st.sampled_from(SIGNS))
def test_a_payload_with_one_sign_changed_is_refused(at: int, sign: str) -> None:
    changed = PAYLOAD[:at] + sign + PAYLOAD[at + 1 :]
    if changed != PAYLOAD:
        assert posters.genuine(VAULT, changed) is None


@given(st.text(max_size=70))
def test_whatever_is_sent_is_refused(text: str) -> None:
    assert posters.genuine(VAULT, text) is None
    assert posters.genuine(VAULT, f"p_7K3M9{text}") is None


def test_another_deployments_payload_is_refused() -> None:
    assert posters.genuine(Vault("another made-up key"), PAYLOAD) is None


@pytest.mark.parametrize(
    "text",
    ["PT-7K3M9", "pt-7k3m9", " PT 7K3M9 ", "pt7k3m9", "PT–7K3M9.", "mã PT-7K3M9", "kiểm tra pt 7k3m9",
     "Kiểm tra áp phích PT-7K3M9", "/pt7K3M9"],
)  # fmt: skip
def test_a_code_is_known_however_it_is_typed(text: str) -> None:
    assert posters.typed(text) == "7K3M9"


@pytest.mark.parametrize(
    "text", ["pt kham", "PT-7K3M", "PT-7K3M99", "7K3M9", "pt thanh toán", "PT-AK3M9", "hỏi PT-7K3M9 là gì",
             "khám pt 12345 ở đâu", ""],
)  # fmt: skip
def test_other_words_are_no_code(text: str) -> None:
    assert posters.typed(text) is None


def test_codes_are_read_out_without_mistakes_and_are_no_secret_to_mask() -> None:
    codes = {posters.code_of(f"seed {n}", 0) for n in range(500)}
    assert len(codes) > 490
    for code in codes:
        assert not set(code) & set("01OILU")
        assert posters.typed(posters.shown(code)) == code
        assert mask(posters.shown(code)).text == posters.shown(code)


@pytest.mark.parametrize(
    "name",
    ["=1+1", "+84", "-2", "@SUM(A1)", "＝x yz", "ab", "x" * 81, "a\x00bc", "tên\u202eẩn"],
)
def test_a_place_that_cannot_be_printed_or_would_run_is_refused(name: str) -> None:
    with pytest.raises(BadPlace):
        posters.place_name(name)


def test_the_same_place_keeps_its_code_until_it_is_retired(
    database: Database, clock: Clock
) -> None:
    with database.transaction() as tx:
        first, new = posters.put_up(tx, "quan", "Quán Mẫu", clock(), "lan", "one")
        assert new
        assert posters.put_up(tx, "quan", "Quán Mẫu", clock(), "lan", "two") == (first, False)
        other, _ = posters.put_up(tx, "cho", "Quán Mẫu", clock(), "lan", "three")
        assert other.code != first.code
        assert stored.retire(tx, first.code, clock(), "lan")
        assert not stored.retire(tx, first.code, clock(), "lan")
        second, new = posters.put_up(tx, "quan", "Quán Mẫu", clock(), "lan", "four")
        assert (new, second.code != first.code) == (True, True)
        assert not stored.restore(tx, first.code)
        assert stored.retire(tx, second.code, clock(), "lan")
        assert stored.restore(tx, first.code)


def test_a_code_that_is_taken_is_not_given_again(database: Database, clock: Clock) -> None:
    with database.transaction() as tx:
        one, _ = posters.put_up(tx, "quan", "Quán A", clock(), "lan", "same")
        two, _ = posters.put_up(tx, "quan", "Quán B", clock(), "lan", "same")
    assert one.code != two.code


def test_of_many_who_put_up_the_same_poster_at_once_all_get_one(
    database: Database, another: Callable[[], Database], clock: Clock
) -> None:
    start = threading.Barrier(4)

    def put_up(number: int) -> tuple[str, bool]:
        own = another()
        try:
            start.wait(20)
            with own.transaction() as tx:
                made, new = posters.put_up(tx, "quan", "Quán Mẫu", clock(), "lan", f"{number}")
            return made.code, new
        finally:
            own.close()

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(put_up, range(4)))
    assert len({code for code, _ in made}) == 1
    assert sum(new for _, new in made) == 1
