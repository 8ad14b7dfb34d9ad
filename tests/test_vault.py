"""Phone numbers at rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.crypto import BadKey, Vault, key_for, phone_number


def test_what_was_sealed_opens_again_and_looks_different_each_time() -> None:
    vault = Vault("made up")
    first, second = vault.seal("84900000001"), vault.seal("84900000001")
    assert vault.open(first) == vault.open(second) == "84900000001"
    assert first != second
    assert "900000001" not in first


def test_another_key_opens_nothing() -> None:
    sealed = Vault("one").seal("84900000001")
    with pytest.raises(BadKey):
        Vault("two").open(sealed)


def test_nothing_is_sealed_as_nothing() -> None:
    assert Vault("made up").seal("") == ""
    assert Vault("made up").open("") == ""


def test_equal_texts_have_equal_marks_under_one_key_only() -> None:
    assert Vault("one").mark("84900000001") == Vault("one").mark("84900000001")
    assert Vault("one").mark("84900000001") != Vault("two").mark("84900000001")


@pytest.mark.parametrize(
    "typed",
    [
        "0900000001",
        "090 000 00 01",
        "090.000.0001",
        "+84 900000001",
        "84900000001",
        "sđt 0900000001",
    ],
)
def test_one_number_however_it_is_typed(typed: str) -> None:
    assert phone_number(typed) == "84900000001"


@pytest.mark.parametrize("typed", ["", "không", "0100000001", "090000000", "09000000012", "12"])
def test_what_is_no_mobile_number_is_none(typed: str) -> None:
    assert phone_number(typed) is None


def test_a_key_is_made_once_and_only_the_service_reads_it(tmp_path: Path) -> None:
    database = tmp_path / "vneid.db"
    key = key_for(database, "")
    assert key == key_for(database, "")
    assert (tmp_path / "vneid.key").stat().st_mode & 0o777 == 0o600


def test_a_given_key_is_used_and_no_file_is_made(tmp_path: Path) -> None:
    assert key_for(tmp_path / "vneid.db", "given") == "given"
    assert list(tmp_path.iterdir()) == []
