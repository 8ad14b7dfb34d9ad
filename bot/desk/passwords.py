"""Passwords of officers: argon2id (OWASP ASVS 5.0, V11.4.2), one-time ones to begin with, and which ones
are too easily guessed."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from functools import lru_cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from bot.core.vietnamese import strip

T = TypeVar("T")

SHORTEST = 10  # characters; ASVS 5.0 V6.2.1 asks for 8, and desks are worth more
LONGEST = 128
ONE_TIME = "abcdefghkmnpqrstuvwxyz23456789"  # no look-alikes: it is read out or copied by hand
AT_ONCE = 1  # hashes; each takes 64 MiB, and the unit has 512
MOST_WAITING = 20  # for each lane
BUSY_FOR = 10  # seconds until whoever was sent away may try again


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    return PasswordHasher()  # the library's defaults: RFC 9106, low memory


def hashed(password: str) -> str:
    """Slow on purpose (some 50 ms), and 64 MiB: the service hashes by `Hashing`."""
    return _hasher().hash(password)


def matches(password: str, hash_: str) -> bool:
    """Whether *password* is the one of *hash_*, or of nobody's where that is ""; as slow as `hashed`."""
    try:
        return _hasher().verify(hash_ or _nobodys(), password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def _nobodys() -> str:
    """A hash to try for accounts that do not exist, so that they take as long."""
    return hashed(secrets.token_hex(16))


class Busy(Exception):
    """So many wait for their passwords to be looked at that one more is sent away."""


class Hashing:
    """Hashes for everybody at the desk: `AT_ONCE` at a time, in threads of its own, so that neither
    memory runs out nor cards and posters wait for them. Strangers queue among themselves: whatever
    they try, who is *known* waits for one of theirs at the most."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="password")
        self._strangers = asyncio.Semaphore(AT_ONCE)
        self._waiting: Counter[bool] = Counter()

    async def run(self, work: Callable[..., T], *given: str, known: bool) -> T:
        """What *work* makes of *given*; raises `Busy`."""
        if self._waiting[known] >= MOST_WAITING:
            raise Busy
        self._waiting[known] += 1
        try:
            async with nullcontext() if known else self._strangers:
                loop = asyncio.get_running_loop()
                return await loop.run_in_executor(self._threads, work, *given)
        finally:
            self._waiting[known] -= 1


# --- what is set ---------------------------------------------------------------------------------


def one_time() -> str:
    """Sixteen letters in groups of four: 78 bits; like others, none that is easily guessed."""
    while True:
        letters = "".join(secrets.choice(ONE_TIME) for _ in range(16))
        found = "-".join(letters[n : n + 4] for n in range(0, 16, 4))
        if not weakness(found, "?"):
            return found


# What comes to mind first at a police desk in this city, without marks and blanks; zxcvbn knows the
# world's most frequent passwords, English words, names, dates, keyboards and repeats itself.
EASY = (
    "matkhau", "congan", "cancuoc", "cccd", "cmnd", "vneid", "dinhdanh", "dean06", "troly", "canbo", "chiensi",
    "caphuong", "capxa", "phuong", "quan", "huyen", "thanhpho", "tphcm", "hcm", "sg", "saigon", "hochiminh", "vietnam",
    "hanoi", "bocongan", "csqlhc", "quanly", "quantri", "admin", "administrator", "password", "passw0rd", "dangnhap",
    "taikhoan", "nhanvien", "xinchao", "anhyeuem", "emyeuanh", "iloveyou", "gmail", "zalo", "facebook", "telegram",
    "nguyen", "tran", "le", "pham", "hoang", "huynh", "phan", "vu", "vo", "dang", "bui", "do", "ho", "ngo", "duong",
    "ly", "van", "thi", "anh", "em", "toi", "minh", "la", "cua", "qwerty", "asdfgh", "abc", "pass", "test", "demo",
)  # fmt: skip
CHECKED = 40  # characters that the estimate looks at: it grows with the square of their number
GUESSES = 9.0  # log10 of the guesses that a password has to last for
OWN_LETTERS = 4  # letters that are none of the easy words: as many as a syllable or two
NOT_LETTER = re.compile(r"[\W\d_]+")
LOOKS_LIKE = str.maketrans("@4310$5!", "aaeiossi")  # "M@tKh4u" reads as easily as it is guessed
ADVICE = (
    "Bạn ghép 4-5 từ không liên quan đến nhau, ví dụ một câu chỉ mình bạn nghĩ ra, rồi thêm một con số; "
    "đừng dùng tên, năm, nơi làm hay chữ “mật khẩu”."
)


def weakness(password: str, account: str, known: Iterable[str] = ()) -> str:
    """What is wrong with a new password of *account* and what to do, in Vietnamese; "" when nothing is.
    *known*: names that others know of whoever sets it, such as their offices'. Takes up to 50 ms."""
    if len(password) < SHORTEST:
        return f"Mật khẩu cần ít nhất {SHORTEST} ký tự."
    if len(password) > LONGEST:
        return f"Mật khẩu dài nhất {LONGEST} ký tự."
    if account in password.lower():
        return "Mật khẩu không được chứa tên đăng nhập."
    if len(set(password)) < 5:
        return f"Mật khẩu lặp quá ít ký tự, dễ đoán. {ADVICE}"
    named = [part for name in (account, *known) for part in _plain(name).split()]
    easy = {*EASY, *named, *("".join(_plain(name).split()) for name in known)}
    if _guesses(password, easy) < GUESSES or _own_letters(password, easy) < OWN_LETTERS:
        return f"Mật khẩu này dễ đoán. {ADVICE}"
    return ""


def _plain(text: str) -> str:
    """Lower case without marks; all that is neither a letter nor a digit is a blank."""
    return re.sub(r"[\W_]+", " ", strip(text.lower()))


def _guesses(password: str, easy: Iterable[str]) -> float:
    """Log10 of the guesses that *password* takes, as typed or in plainer forms, whichever is fewest."""
    typed = password[:CHECKED]
    plain = "".join(strip(typed.lower()).split())
    forms, words = {typed, plain, plain.translate(LOOKS_LIKE)} - {""}, list(easy)
    return min(float(zxcvbn(form, user_inputs=words)["guesses_log10"]) for form in forms)


def _own_letters(password: str, easy: Iterable[str]) -> int:
    """How many letters are left without digits, signs and easy words."""
    letters = (NOT_LETTER.sub("", one) for one in easy)
    words = sorted((one for one in letters if len(one) > 2), key=len, reverse=True)
    typed = strip(password.lower())
    return min(_left(form, words) for form in (typed, typed.translate(LOOKS_LIKE)))


def _left(text: str, words: Iterable[str]) -> int:
    rest = NOT_LETTER.sub("", text)
    for word in words:
        rest = rest.replace(word, " ")
    return len(rest.replace(" ", ""))
