"""Personal data is found in what people type, and only personal data."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.privacy import Secret, mask

ID, PHONE, CODE = Secret.ID_NUMBER, Secret.PHONE, Secret.CODE


@pytest.mark.parametrize(
    ("typed", "kept", "found"),
    [
        ("cccd 079123456789 sao k vào dc", f"cccd {ID} sao k vào dc", {ID}),
        ("số 079 123 456 789 đó", f"số {ID} đó", {ID}),
        ("cmnd cũ 123456789", f"cmnd cũ {ID}", {ID}),
        ("stk 1234 5678 9012 34", f"stk {ID}", {ID}),
        ("sdt 0909 000 111", f"sdt {PHONE}", {PHONE}),
        ("gọi +84 909000111 nha", f"gọi {PHONE} nha", {PHONE}),
        ("0 9 0 9 0 0 0 1 1 1", str(PHONE), {PHONE}),
        ("otp là 123456", f"otp là {CODE}", {CODE}),
        ("ma otp 123456 nè", f"ma otp {CODE} nè", {CODE}),
        ("123456 là mã otp hả", f"{CODE} là mã otp hả", {CODE}),
        ("nó gửi mã 654321 về", f"nó gửi mã {CODE} về", {CODE}),
        ("123456", str(CODE), {CODE}),
        ("mk là Abc@12345", f"mk là {CODE}", {CODE}),
        ("079123456789 với 0909000111", f"{ID} với {PHONE}", {ID, PHONE}),
    ],
)
def test_personal_data_is_masked(typed: str, kept: str, found: set[Secret]) -> None:
    assert mask(typed).text == kept
    assert mask(typed).found == found


@pytest.mark.parametrize(
    "typed",
    [
        "gọi 1900.0368 hay 1022, 113, 156, 5656",
        "sinh năm 2001 thì năm 2026 đổi thẻ",
        "mất 130.000.000 đồng",
        "phạt 500.000 đ tới 1.000.000 đ",
        "nghị định 58/2026 có từ 15/3/2026",
        "mk mất sim 4g rồi",
        "mk quên mật khẩu 8-20 ký tự",
        "passcode 6 số là gì",
        "từ 01/07/2025 đến 31/12/2026",
    ],
)
def test_public_numbers_dates_and_money_are_left_alone(typed: str) -> None:
    assert mask(typed).text == typed
    assert not mask(typed).found


@given(st.text(max_size=300))
def test_masking_twice_is_masking_once(text: str) -> None:
    once = mask(text).text
    assert mask(once).text == once


@pytest.mark.parametrize("text", ["000000000OTP0000", "0900000001OTP123456"])
def test_a_code_that_is_glued_to_a_number_is_masked_with_it(text: str) -> None:
    assert not any(character.isdigit() for character in mask(text).text)


@given(st.integers(10**9, 10**10 - 1), st.text("abc ,.?", max_size=20))
def test_no_twelve_digit_number_stays(number: int, around: str) -> None:
    typed = f"{around} 07{number} {around}"
    assert str(number) not in mask(typed).text
