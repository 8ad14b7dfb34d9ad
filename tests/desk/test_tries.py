"""Who may try to sign in, how often, and what is written down of it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.crypto import Vault
from bot.desk import login_attempts, passwords
from bot.desk.passwords import MOST_WAITING, Busy, Hashing
from bot.store.staff import accounts
from tests.desk.conftest import PASSWORD, Officer, text
from tests.desk.people import VAULT
from tests.support.people import Clock
from tests.support.web_service import Response, WebService

Account = Callable[..., str]
SignedIn = Callable[..., Officer]
TOO_MANY = "Thử quá nhiều lần"
DEVICE = login_attempts.DEVICE


@pytest.fixture(autouse=True)
def a_while_later(moving: Clock) -> None:
    moving.move(minutes=16)  # what others tried is forgotten


def device_of(one: Officer) -> Officer:
    """The same browser, after its session has ended."""
    return Officer(one.service, {DEVICE: one.cookies[DEVICE]})


def fails(one: Officer, name: str, times: int) -> Response:
    """So many wrong tries; the answer to the last."""
    for _ in range(times - 1):
        one.sign_in(name, "wrong")
    return one.sign_in(name, "wrong")


def told(answer: Response) -> tuple[int, bool]:
    return answer.status, TOO_MANY in text(answer)


# --- devices that are known ----------------------------------------------------------------------


def test_others_tries_never_lock_a_known_device_out(service: WebService, account: Account) -> None:
    victim, one = account(), Officer(service)
    one.sign_in(victim)
    assert told(fails(Officer(service), victim, 8)) == (429, True)  # from the office's own address
    for n in range(32):
        fails(Officer(service), f"invented {n}", 1)
    assert told(Officer(service).sign_in(victim)) == (
        429,
        True,
    )  # a stranger waits, password or not
    assert device_of(one).sign_in(victim).status == 303


def test_everybody_of_a_shared_device_is_known_there(service: WebService, account: Account) -> None:
    first, second, shared = account(), account(), Officer(service)
    shared.sign_in(first)
    shared.sign_in(second)
    for name in (first, second):
        fails(Officer(service), name, 6)
    assert device_of(shared).sign_in(first).status == 303
    assert device_of(shared).sign_in(second).status == 303


def test_a_device_is_known_for_those_who_signed_in_there_only(
    service: WebService, account: Account
) -> None:
    mine, other, one = account(), account(), Officer(service)
    one.sign_in(mine)
    fails(Officer(service), other, 6)
    assert told(device_of(one).sign_in(other)) == (429, True)


def test_a_known_device_is_slowed_down_by_its_own_tries(
    service: WebService, account: Account, moving: Clock
) -> None:
    name, one = account(), Officer(service)
    one.sign_in(name)
    assert told(fails(device_of(one), name, 6)) == (429, True)
    moving.move(seconds=31)
    assert device_of(one).sign_in(name).status == 303


@pytest.mark.parametrize("change", ["password", "disabled", "everywhere"])
def test_a_device_is_forgotten_by_whatever_ends_all_sessions(
    service: WebService, account: Account, moving: Clock, change: str
) -> None:
    name, one = account(), Officer(service)
    one.sign_in(name)
    if change == "everywhere":
        assert "Đã đăng xuất mọi máy" in text(one.post("/desk/me/leave"))
        assert one.get("/desk/").status == 303
    with service.database.transaction() as tx:
        found = accounts.get(tx, name)
        assert found
        if change == "password":
            accounts.set_password(tx, name, found.password, must_change=False)
        if change == "disabled":
            accounts.set_disabled(tx, name, disabled=True)
            accounts.set_disabled(tx, name, disabled=False)
    fails(Officer(service), name, 6)
    assert told(device_of(one).sign_in(name)) == (429, True)


def test_a_device_is_forgotten_after_half_a_year_without_a_sign_in(
    service: WebService, account: Account, moving: Clock
) -> None:
    name, one, start = account(), Officer(service), moving.now
    one.sign_in(name)
    moving.move(days=179)
    fails(Officer(service), name, 6)
    assert (again := device_of(one)).sign_in(name).status == 303  # … which it is counted from anew
    moving.move(days=179)
    fails(Officer(service), name, 6)
    assert device_of(again).sign_in(name).status == 303
    moving.move(days=179)
    fails(Officer(service), name, 6)
    assert told(device_of(one).sign_in(name)) == (429, True)
    moving.now = start


MADE_UP = accounts.Account("an", "officer", (), "hash", must_change=False, totp="", disabled=False)


@given(st.text(max_size=200))
def test_no_made_up_mark_is_a_device(cookie: str) -> None:
    assert login_attempts.device_of(cookie, MADE_UP, VAULT, Clock()()) == ""


def test_a_changed_mark_and_one_of_another_key_is_none() -> None:
    now = Clock()()
    mark = login_attempts._mark(MADE_UP, VAULT, int(now.timestamp()), "ab12").decode()
    assert login_attempts.device_of(f"x.{mark}", MADE_UP, VAULT, now)
    assert not login_attempts.device_of(mark, MADE_UP, Vault("another"), now)
    for n, sign in enumerate(mark):
        changed = mark[:n] + ("0" if sign != "0" else "1") + mark[n + 1 :]
        assert not login_attempts.device_of(changed, MADE_UP, VAULT, now), changed


def test_the_cookie_of_a_device_is_read_by_no_script_and_sent_from_our_pages_only(
    service: WebService, account: Account
) -> None:
    body = f"csrf=&account={account()}&password={PASSWORD.replace(' ', '+')}"
    headers = {"Origin": service.url, "Content-Type": "application/x-www-form-urlencoded"}
    answer = service.request("POST", "/desk/sign-in", body, headers)
    (device,) = (one for one in answer.set_cookies if one.startswith(DEVICE))
    for part in ("HttpOnly", "Secure", "SameSite=Strict", "Path=/", "Max-Age=15552000"):
        assert part in device
    assert "Domain" not in device


# --- strangers -----------------------------------------------------------------------------------


def test_the_wait_doubles_with_each_try_and_is_never_longer_than_the_window(
    service: WebService, account: Account, moving: Clock
) -> None:
    name, waits = account(), []
    fails(Officer(service), name, 5)
    for _ in range(4):
        refused = Officer(service).sign_in(name, "wrong")
        waits.append(int(refused.headers["retry-after"]))
        moving.move(seconds=waits[-1] + 1)
        assert Officer(service).sign_in(name, "wrong").status == 401
    assert waits == [30, 60, 120, 240]
    moving.move(minutes=16)
    assert Officer(service).sign_in(name).status == 303


def test_an_account_and_a_name_that_is_none_are_refused_alike(
    service: WebService, account: Account, moving: Clock
) -> None:
    said = []
    for name in (account(), "invented.by.somebody"):
        moving.move(minutes=16)
        answers = [Officer(service).sign_in(name, "wrong") for _ in range(7)]
        said.append(
            [(a.status, a.headers.get("retry-after"), text(a).replace(name, "")) for a in answers]
        )
    assert said[0] == said[1]


def test_strangers_all_together_are_bounded_and_known_devices_are_not(
    service: WebService, account: Account, moving: Clock
) -> None:
    name, one = account(), Officer(service)
    one.sign_in(name)
    now = moving()
    with service.database.transaction() as tx:
        before = tx.rows("SELECT count(*) AS n FROM sign_ins")
    strangers = service.desk.strangers
    while not strangers.take("", now):
        pass
    assert told(Officer(service).sign_in(name)) == (429, True)
    with service.database.transaction() as tx:
        assert tx.rows("SELECT count(*) AS n FROM sign_ins") == before  # nothing is kept of it
    assert device_of(one).sign_in(name).status == 303


# --- what is written down ------------------------------------------------------------------------


def test_the_officer_is_told_of_tries_since_the_last_time(
    service: WebService, account: Account, moving: Clock
) -> None:
    name, one = account(), Officer(service)
    one.sign_in(name)
    assert "lần đăng nhập sai" not in text(one.get("/desk/"))
    fails(Officer(service), name, 2)
    moving.move(minutes=1)
    fails(Officer(service), name, 1)
    again = device_of(one)
    again.sign_in(name)
    home = text(again.get("/desk/"))
    assert "3 lần đăng nhập sai từ lần trước, gần nhất lúc" in home
    later = device_of(again)
    later.sign_in(name)
    assert "lần đăng nhập sai" not in text(later.get("/desk/"))


def test_the_audit_log_has_failed_tries_and_nothing_that_may_be_a_password(
    service: WebService, account: Account, officer: SignedIn
) -> None:
    name, secret = account(), "my own made-up secret 99"
    fails(Officer(service), name, 2)
    Officer(service).sign_in(secret, "wrong")  # typed into the wrong field
    Officer(service).sign_in(name, secret)
    rows = service.rows("SELECT * FROM audit WHERE what = 'đăng nhập sai' ORDER BY number")
    assert [row["subject"] for row in rows].count(name) == 3
    assert all("máy lạ" in row["detail"] for row in rows if row["subject"] == name)
    assert any("tên không có" in row["detail"] for row in rows)
    kept = [*service.rows("SELECT * FROM audit"), *service.rows("SELECT * FROM sign_ins")]
    assert not any(secret in str(value) for row in kept for value in row.values())
    assert name in text(officer("admin").get("/desk/audit"))


def test_names_that_are_invented_fill_no_log(service: WebService) -> None:
    count = "SELECT count(*) AS n FROM audit WHERE what = 'đăng nhập sai'"
    before = service.rows(count)[0]["n"]
    for n in range(25):
        Officer(service).sign_in(f"name {n}", "wrong")
    assert service.rows(count)[0]["n"] - before <= 1


# --- the second factor ---------------------------------------------------------------------------


@pytest.fixture
def sealed(officer: SignedIn, moving: Clock) -> tuple[Officer, str]:
    """Somebody with a second factor, and its secret."""
    one, secret = officer(), pyotp.random_base32()
    code = pyotp.TOTP(secret).at(moving())
    assert one.post("/desk/me/totp", secret=secret, code=code).status == 303
    moving.move(seconds=30)
    return one, secret


def test_a_second_factor_is_not_replaced_by_who_only_has_the_session(
    service: WebService, sealed: tuple[Officer, str], moving: Clock
) -> None:
    one, secret = sealed
    stored = service.rows("SELECT totp FROM accounts WHERE totp <> '' ORDER BY id")
    other = pyotp.random_base32()
    code = pyotp.TOTP(other).at(moving())
    for more in (
        {},
        {"password": PASSWORD},
        {"password": PASSWORD, "old": pyotp.TOTP(secret).at(moving())},
    ):
        assert one.post("/desk/me/totp", secret=other, code=code, **more).status == 409
    assert service.rows("SELECT totp FROM accounts WHERE totp <> '' ORDER BY id") == stored
    assert "Tắt mã hai lớp" in text(one.get("/desk/me"))


@pytest.mark.parametrize("given", ["nothing", "password", "code", "old code"])
def test_it_is_taken_away_by_the_password_and_a_current_code_only(
    service: WebService, sealed: tuple[Officer, str], moving: Clock, given: str
) -> None:
    one, secret = sealed
    now = pyotp.TOTP(secret).at(moving())
    old = pyotp.TOTP(secret).at(moving() - timedelta(minutes=5))
    form = {
        "nothing": {},
        "password": {"password": PASSWORD},
        "code": {"password": "wrong", "code": now},
        "old code": {"password": PASSWORD, "code": old},
    }[given]
    assert one.post("/desk/me/totp/off", **form).status == 422
    moving.move(seconds=30)
    now = pyotp.TOTP(secret).at(moving())
    assert one.post("/desk/me/totp/off", password=PASSWORD, code=now).status == 303


# --- passwords -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "password",
    ["1234567890", "matkhau123", "congan1234", "Matkhau@2026", "M@tKh4u2026", "mật khẩu 2026", "Công an 2026!",
     "cancuoc2027",
     "vneid2026tphcm", "congan@hcm2026", "VNeID@12345", "qwertyuiop", "Password123!", "P@ssw0rd2026", "tphcm@12345678",
     "saigon1975!", "hochiminh@1975", "nguyenvanan1990", "anhyeuem123", "19751975abcd", "Canbo.2026!", "toilacongan1",
     "congancongan", "CongAnPhuongMauA", "phuong mau a 2026", "0901234567", "12345678901234567890"],
)  # fmt: skip
def test_what_others_think_of_first_is_no_password(password: str) -> None:
    said = passwords.weakness(password, "lan.tran", ["Trợ lý VNeID", "Công an phường Mẫu A"])
    assert "dễ đoán" in said
    assert "ghép 4-5 từ" in said


@pytest.mark.parametrize(
    "password",
    ["made-up words 42", "other made-up words 7", "trời hôm nay xanh quá", "mua-thu-la-bay-72", "kVq7-zPp2-mmRt",
     "correct horse battery staple", "ca phe sua da 3 ly"],
)  # fmt: skip
def test_a_few_words_of_ones_own_are_one(password: str) -> None:
    assert passwords.weakness(password, "lan.tran", ["Trợ lý VNeID", "Công an phường Mẫu A"]) == ""


def test_the_form_says_so_in_words(officer: SignedIn) -> None:
    one = officer("officer", "mau-a")
    for bad in ("matkhau123", "Phuong.Mau.A.2026"):
        answer = one.post("/desk/me/password", old=PASSWORD, new=bad, again=bad)
        assert (answer.status, "ghép 4-5 từ" in text(answer)) == (422, True)


def test_a_one_time_password_is_as_good() -> None:
    for _ in range(20):
        assert passwords.weakness(passwords.one_time(), "lan.tran") == ""


def test_how_long_a_password_is_looked_at_is_bounded() -> None:
    assert "dài nhất 128" in passwords.weakness("ab1" * 1_000_000, "lan.tran")
    head = "made-up words of somebody 42 and many mo"
    assert len(head) == passwords.CHECKED
    assert passwords._guesses(head + "re" * 40, ()) == passwords._guesses(head, ())


# --- hashing -------------------------------------------------------------------------------------


class Oven:
    """Work that lasts until it is let go, and tells how much of it there was at once."""

    def __init__(self) -> None:
        self.now = self.most = self.done = 0
        self.go, self.lock = threading.Event(), threading.Lock()
        self.order: list[str] = []

    def bake(self, name: str) -> str:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
            self.order.append(name)
        assert self.go.wait(20)
        with self.lock:
            self.now -= 1
            self.done += 1
        return name


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_never_more_than_one_password_is_hashed_at_a_time() -> None:
    hashing, oven = Hashing(), Oven()
    all_ = [
        asyncio.create_task(hashing.run(oven.bake, str(n), known=n % 2 == 0)) for n in range(16)
    ]
    await settled()
    oven.go.set()
    await asyncio.gather(*all_)
    assert (oven.done, oven.most) == (16, passwords.AT_ONCE)


async def test_drawing_does_not_wait_for_passwords() -> None:
    hashing, oven = Hashing(), Oven()
    waiting = [asyncio.create_task(hashing.run(oven.bake, str(n), known=False)) for n in range(12)]
    await settled()
    for n in range(8):  # the threads that draw cards and posters are all free
        assert await asyncio.to_thread(lambda n=n: n) == n
    assert oven.done == 0
    oven.go.set()
    await asyncio.gather(*waiting)


async def test_who_is_known_waits_for_one_strangers_password_at_the_most() -> None:
    hashing, oven = Hashing(), Oven()
    strangers = [asyncio.create_task(hashing.run(oven.bake, "x", known=False)) for _ in range(10)]
    await settled()
    known = asyncio.create_task(hashing.run(oven.bake, "known", known=True))
    await settled()
    oven.go.set()
    await asyncio.gather(known, *strangers)
    assert oven.order.index("known") <= 1


async def test_one_too_many_is_sent_away_and_the_others_are_not() -> None:
    hashing, oven = Hashing(), Oven()
    waiting = [
        asyncio.create_task(hashing.run(oven.bake, str(n), known=False))
        for n in range(MOST_WAITING)
    ]
    await settled()
    with pytest.raises(Busy):
        await hashing.run(oven.bake, "one too many", known=False)
    known = asyncio.create_task(hashing.run(oven.bake, "known", known=True))
    await settled()
    oven.go.set()
    await asyncio.gather(known, *waiting)
    assert await hashing.run(oven.bake, "later", known=False) == "later"


def test_who_is_sent_away_is_told_when_to_come_back_and_the_try_does_not_count(
    service: WebService, account: Account
) -> None:
    name, full = account(), service.desk.hashing._waiting
    count = service.count("sign_ins")
    full[False] += MOST_WAITING
    try:
        answer = Officer(service).sign_in(name)
    finally:
        full[False] -= MOST_WAITING
    assert (answer.status, answer.headers["retry-after"]) == (503, "10")
    assert "Bạn đợi 10 giây" in text(answer)
    assert service.count("sign_ins") == count
    assert Officer(service).sign_in(name).status == 303
