"""Signing in to the desk: who gets in, and who does not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pyotp
import pytest
from argon2 import extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY

from bot.core.crypto import Vault
from bot.desk import passwords
from bot.store.staff import accounts
from tests.desk.conftest import PASSWORD, Officer, text
from tests.support.people import Clock
from tests.support.web_service import WebService

Account = Callable[..., str]
SignedIn = Callable[..., Officer]
NEW = "other made-up words 7"


@pytest.fixture
def somebody(service: WebService, moving: Clock) -> Officer:
    moving.move(minutes=16)  # what others tried is forgotten
    return Officer(service)


def test_the_desk_asks_for_a_sign_in_and_leads_back(somebody: Officer, account: Account) -> None:
    answer = somebody.get("/desk/me")
    assert (answer.status, answer.headers["location"]) == (303, "/desk/sign-in?next=%2Fdesk%2Fme")
    answer = somebody.sign_in(account(), next="/desk/me")
    assert (answer.status, answer.headers["location"]) == (303, "/desk/me")


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/desk/", "//evil.example", "/", "/desk/\\evil", "javascript:x", "//[x"],
)
def test_nobody_is_led_to_another_site(somebody: Officer, account: Account, elsewhere: str) -> None:
    answer = somebody.sign_in(account(), next=elsewhere)
    assert answer.headers["location"] == "/desk/"


def test_the_cookie_is_the_hosts_alone_and_no_script_reads_it(
    somebody: Officer, account: Account
) -> None:
    cookie = somebody.sign_in(account()).headers["set-cookie"]
    assert cookie.startswith("__Host-desk=")
    assert "__Host-desk-device" in somebody.cookies
    for part in ("HttpOnly", "Secure", "SameSite=Lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie


def test_pages_are_not_kept_framed_or_scripted_from_outside(somebody: Officer) -> None:
    headers = somebody.get("/desk/sign-in").headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe-inline" not in headers["content-security-policy"]


@pytest.mark.parametrize(("name", "password"), [("", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_what_is_wrong_is_not_told_apart(
    somebody: Officer, account: Account, name: str, password: str
) -> None:
    answer = somebody.sign_in(name or account(), password)
    assert answer.status == 401
    assert "Tên đăng nhập, mật khẩu hoặc mã không đúng." in text(answer)
    assert not somebody.cookies


def test_a_sign_in_gets_a_new_session_and_ends_the_old_one(
    service: WebService, somebody: Officer, account: Account
) -> None:
    name = account()
    somebody.sign_in(name)
    old = Officer(service, dict(somebody.cookies))
    somebody.sign_in(name)
    assert somebody.cookies != old.cookies
    assert old.get("/desk/").status == 303
    assert somebody.get("/desk/").status == 200


def test_a_sign_out_ends_the_session(service: WebService, officer: SignedIn) -> None:
    one = officer()
    copy = Officer(service, dict(one.cookies), one.csrf)
    assert one.post("/desk/sign-out").headers["location"] == "/desk/sign-in"
    assert copy.get("/desk/").status == 303


def test_an_idle_session_ends_and_so_does_one_of_a_whole_day(
    officer: SignedIn, moving: Clock
) -> None:
    idle, busy = officer(), officer()
    for _ in range(5):
        moving.move(hours=1, minutes=50)
        assert busy.get("/desk/").status == 200
    assert idle.get("/desk/").status == 303
    moving.move(hours=1, minutes=50)
    assert busy.get("/desk/").status == 200
    moving.move(hours=1, minutes=10)
    assert busy.get("/desk/").status == 303


def test_a_disabled_account_is_out_at_once(
    service: WebService, account: Account, somebody: Officer
) -> None:
    name = account()
    somebody.sign_in(name)
    with service.database.transaction() as tx:
        accounts.set_disabled(tx, name, disabled=True)
    assert somebody.get("/desk/").status == 303
    assert somebody.sign_in(name).status == 401


def test_guessing_is_slowed_down_for_who_guesses_only(
    service: WebService, account: Account, somebody: Officer, moving: Clock
) -> None:
    victim, other = account(), account()
    for _ in range(5):
        somebody.sign_in(victim, "wrong")
    answer = somebody.sign_in(victim)
    assert "Thử quá nhiều lần" in text(answer)
    assert somebody.sign_in(other).status == 303
    moving.move(minutes=16)
    assert Officer(service).sign_in(victim).status == 303


async def test_guesses_at_once_get_no_more_than_one_after_the_other(
    service: WebService, account: Account
) -> None:
    name = account()
    guesses = (asyncio.to_thread(Officer(service).sign_in, name, "wrong") for _ in range(12))
    told = [text(answer) for answer in await asyncio.gather(*guesses)]
    assert sum("mật khẩu hoặc mã không đúng" in page for page in told) == 5
    assert sum("Thử quá nhiều lần" in page for page in told) == 7


@pytest.mark.parametrize("path", ["/desk/me/password", "/desk/me/totp/off"])
def test_an_open_session_is_no_way_to_guess_the_password(officer: SignedIn, path: str) -> None:
    one = officer()
    for _ in range(5):
        assert "không đúng" in text(one.post(path, old="wrong", password="wrong"))
    assert "Thử quá nhiều lần" in text(one.post(path, old=PASSWORD, password=PASSWORD))


def test_guessing_from_elsewhere_does_not_lock_an_officer_out(
    service: WebService, account: Account, somebody: Officer, moving: Clock
) -> None:
    name = account()
    somebody.sign_in(name)
    with service.database.transaction() as tx:
        for n in range(25):
            accounts.tried(tx, f"guess {name} {n}", name, f"elsewhere {n}", moving(), good=False)
    assert Officer(service).sign_in(name).status == 303


def test_a_one_time_password_must_be_changed_first(somebody: Officer, account: Account) -> None:
    name = account(one_time=True)
    somebody.sign_in(name)
    assert somebody.get("/desk/").headers["location"] == "/desk/me?said=change"
    assert "mật khẩu một lần" in text(somebody.get("/desk/me"))
    answer = somebody.post("/desk/me/password", old=PASSWORD, new=NEW, again=NEW)
    assert answer.headers["location"] == "/desk/sign-in?said=changed"
    assert somebody.sign_in(name, NEW).status == 303
    assert somebody.get("/desk/").status == 200


@pytest.mark.parametrize(
    ("old", "new", "again", "says"),
    [
        ("wrong", NEW, NEW, "đang dùng không đúng"),
        (PASSWORD, "short", "short", "ít nhất 10 ký tự"),
        (PASSWORD, NEW, NEW + "!", "không giống nhau"),
        (PASSWORD, PASSWORD, PASSWORD, "phải khác mật khẩu cũ"),
        (PASSWORD, "aaaaaaaaaaaa", "aaaaaaaaaaaa", "lặp quá ít ký tự"),
    ],
)
def test_a_bad_new_password_says_why(
    officer: SignedIn, old: str, new: str, again: str, says: str
) -> None:
    answer = officer().post("/desk/me/password", old=old, new=new, again=again)
    assert answer.status == 422
    assert says in text(answer)


def test_a_second_factor_is_asked_for_once_it_was_shown_to_work(
    service: WebService, account: Account, somebody: Officer, moving: Clock
) -> None:
    name = account()
    somebody.sign_in(name)
    secret = pyotp.random_base32()
    again = text(somebody.post("/desk/me/totp", secret=secret, code="000000"))
    assert "Mã không đúng" in again
    assert f'name="secret" value="{secret}"' in again  # nobody scans twice for a slip
    strange = text(somebody.post("/desk/me/totp", secret='"><b>', code="000000"))
    assert "Quét mã QR mới" in strange
    assert "&#34;&gt;" not in strange
    code = pyotp.TOTP(secret).at(moving())
    assert somebody.post("/desk/me/totp", secret=secret, code=code).status == 303
    assert Officer(service).sign_in(name).status == 401
    assert Officer(service).sign_in(name, code=code).status == 401  # each is good for once
    moving.move(seconds=30)
    code = pyotp.TOTP(secret).at(moving())
    assert Officer(service).sign_in(name, code=code).status == 303
    assert Officer(service).sign_in(name, code=code).status == 401
    moving.move(minutes=16)
    moving.move(seconds=30)
    code = pyotp.TOTP(secret).at(moving())
    assert somebody.post("/desk/me/totp/off", password=PASSWORD, code=code).status == 303
    assert Officer(service).sign_in(name).status == 303


def test_a_second_factor_of_another_data_key_lets_nobody_in_and_is_no_fault(
    service: WebService, account: Account, somebody: Officer
) -> None:
    name = account()
    with service.database.transaction() as tx:
        accounts.set_totp(tx, name, Vault("the key before").seal(pyotp.random_base32()))
    assert somebody.sign_in(name, code="000000").status == 401


@pytest.mark.parametrize("origin", [None, "https://evil.example", "null"])
def test_a_form_from_elsewhere_is_refused(officer: SignedIn, origin: str | None) -> None:
    one = officer()
    assert one.post("/desk/sign-out", origin=origin).status == 403
    assert one.get("/desk/").status == 200


def test_a_form_without_the_sessions_token_is_refused(officer: SignedIn) -> None:
    one = officer()
    one.csrf = "of another session"
    assert one.post("/desk/sign-out").status == 403


def test_a_form_sent_too_late_is_kept_over_the_new_sign_in(
    account: Account, somebody: Officer, moving: Clock
) -> None:
    name = account()
    somebody.sign_in(name)
    moving.move(hours=13)
    late = somebody.post("/desk/me/password", old=PASSWORD, new=NEW, again=NEW)
    assert late.status == 401
    assert "vẫn được giữ" in text(late)
    again = somebody.sign_in(name, next="/desk/me/password", old=PASSWORD, new=NEW, again=NEW)
    assert again.status == 200
    assert f'name="new" value="{NEW}"' in text(again)
    assert 'action="/desk/me/password"' in text(again)


def test_passwords_are_kept_as_argon2id_only(service: WebService, account: Account) -> None:
    account()
    rows = service.rows("SELECT password FROM accounts")
    assert all(row["password"].startswith("$argon2id$") for row in rows)


def test_a_password_is_hashed_at_the_cost_of_rfc_9106() -> None:
    hash_ = passwords.hashed(NEW)
    assert extract_parameters(hash_) == RFC_9106_LOW_MEMORY
    assert passwords.matches(NEW, hash_)
    assert not passwords.matches(PASSWORD, hash_)
