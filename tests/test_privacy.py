"""Personal data is found in what people type, and only personal data."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.privacy import Secret, mask, open_digits

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
    "number",
    [
        "0938.000.645",
        "0938  000  645",
        "0938/000/645",
        "0938, 000, 645",
        "0938 - 000 - 645",
        "0938 – 000 – 645",
        "(0938) 000 645",
        "+84(0)938000645",
        "(+84) 938 000 645",
        "84.938.000.645",
        "0084 938 000 645",
        "0938\u200b000\u200b645",
        "0938\u00a0000\u2009645",
        "0938\u00ad000\u2060645",
        "０９３８０００６４５",
        "0938\n000\n645",
        "0938\t000\t645",
        "028 3800 0645",
        "0 9 3 8 0 0 0 6 4 5",
    ],
)
def test_a_telephone_number_is_masked_however_it_is_grouped(number: str) -> None:
    assert mask(f"sdt {number}").text == f"sdt {PHONE}"
    assert mask(f"sdt {number} đây ạ").text == f"sdt {PHONE} đây ạ"
    assert mask(f"sdt{number}nha").text == f"sdt{PHONE}nha"


@pytest.mark.parametrize(
    "number",
    [
        "079000004213",
        "079 000 004 213",
        "079000  004213",
        "079/000/004/213",
        "079, 000, 004, 213",
        "079 - 000 - 004 - 213",
        "０７９０００００４２１３",
        "179000004213",  # a child's, born after 2000
        "024000357",
        "024/000/357",
        "190000284",
        "190 000 284",
        "4000 0000 0000 0002",  # a made-up card with the right check digit
        "4000/0000/0000/0002",
        "71000123456",
    ],
)
@pytest.mark.parametrize(
    "after", ["đã hết hạn", "đóng lệ phí", "được cấp năm 2010", "đường nào", ""]
)
def test_an_identity_or_account_number_is_masked_whatever_word_follows(
    number: str, after: str
) -> None:
    assert mask(f"cmnd {number} {after}").text == f"cmnd {ID} {after}"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("mã otp của tôi là 483000", f"mã otp của tôi là {CODE}"),
        ("mã otp là 483 921", f"mã otp là {CODE}"),
        ("otp 483-922", f"otp {CODE}"),
        ("otp: 48 39 20", f"otp: {CODE}"),
        ("otp 4 8 3 9 2 0", f"otp {CODE}"),
        ("tôi nhận được 593817 từ vneid gửi về", f"tôi nhận được {CODE} từ vneid gửi về"),
        ("ma pin 8304", f"ma pin {CODE}"),
        ("4839 là mã pin", f"{CODE} là mã pin"),
        ("mã xác thực là 12345678", f"mã xác thực là {CODE}"),
        ("mật khẩu của tôi là Hoahong1990", f"mật khẩu của tôi là {CODE}"),
        ("mật khẩu: hoahong", f"mật khẩu: {CODE}"),
        ("mat khau vneid em dat la conmeo9x", f"mat khau vneid em dat la {CODE}"),
        ("password Hoahong9x!", f"password {CODE}"),
        ("pass=abc#12", f"pass={CODE}"),
        ("mk mới: hoahongdo", f"mk mới: {CODE}"),
        ("mật khẩu Abc12345 bị lộ", f"mật khẩu {CODE} bị lộ"),
    ],
)
def test_a_code_or_password_is_masked_however_it_is_said(typed: str, kept: str) -> None:
    assert mask(typed).text == kept
    assert mask(typed).found == {CODE}


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
        "sinh 03.07.2025 lúc 10:30",
        "phạt 300.000-500.000 đồng",
        "từ 500.000 - 1.000.000",
        "nộp 135000",
        "mật khẩu của tôi là gì",
        "mat khau cua toi la bi quen",
        "quên mật khẩu facebook lấy lại sao",
        "đổi mật khẩu: làm sao",
        "otp không về gọi 1022 hả",
        "pin 5000mah mau hết",
        "thủ tục 1.012534",
        "mk 2001 làm thẻ được chưa",
    ],
)
def test_public_numbers_dates_and_money_are_left_alone(typed: str) -> None:
    assert mask(typed).text == typed
    assert not mask(typed).found


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("sdt cua toi la 0938", "000645"),
        ("0938", "000645 nha"),
        ("sdt 0938000", "645."),
        ("cccd 0790000", "04213"),
        ("stk 190000", "284000"),
        ("(0938", "000 645"),
    ],
)
def test_a_number_in_two_messages_is_masked_in_the_second(first: str, second: str) -> None:
    kept = mask(second, open_digits(mask(first).text))
    assert not any(character.isdigit() for character in kept.text)
    assert kept.found


def test_a_number_in_three_messages_is_masked_where_it_ends() -> None:
    begun = open_digits("000", open_digits("sdt 0938"))
    assert mask("645", begun).text == PHONE


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("tôi sinh năm 2001", "2026 làm được chưa"),
        ("phường 12", "3 người"),
        ("0938 là đầu số gì", "123 tuổi"),
        ("gọi 1022", "0 đồng"),
    ],
)
def test_numbers_of_two_messages_that_are_two_stay(first: str, second: str) -> None:
    assert mask(second, open_digits(mask(first).text)).text == second


@pytest.mark.parametrize("sign", "1 0938, -/84a", ids=repr)
def test_the_work_grows_with_the_text_and_no_faster(sign: str) -> None:
    def calls(length: int) -> int:
        count = 0

        def note(*_: object) -> None:
            nonlocal count
            count += 1

        sys.setprofile(note)
        try:
            mask(f"otp {f'{sign}1 ' * length}")
        finally:
            sys.setprofile(None)
        return count

    assert calls(800) < 2.5 * calls(400)


PIECES = [
    "otp",
    "mã",
    "mật khẩu",
    "là",
    ":",
    " ",
    "-",
    "/",
    "0938",
    "000645",
    "12",
    "5",
    "đ",
    "cmnd",
    "Abc1!x",
    "2026",
]


@given(st.text(max_size=300) | st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
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
