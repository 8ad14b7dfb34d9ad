"""Passwords of officers: argon2id (OWASP ASVS 5.0, V11.4.2), and one-time ones to begin with."""

from __future__ import annotations

import secrets
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 10  # characters; ASVS 5.0 V6.2.1 asks for 8, and desks are worth more
LONGEST = 128
ONE_TIME = "abcdefghkmnpqrstuvwxyz23456789"  # no look-alikes: it is read out or copied by hand


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    return PasswordHasher()  # the library's defaults: RFC 9106, low memory


def hashed(password: str) -> str:
    """Slow on purpose (some 50 ms): not for the event loop."""
    return _hasher().hash(password)


def matches(password: str, hash_: str) -> bool:
    """Whether *password* is the one of *hash_*; as slow as `hashed`."""
    try:
        return _hasher().verify(hash_, password)
    except (VerificationError, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def nobodys() -> str:
    """A hash to try for accounts that do not exist, so that they take as long."""
    return hashed(secrets.token_hex(16))


def one_time() -> str:
    """Sixteen letters in groups of four: 78 bits."""
    letters = "".join(secrets.choice(ONE_TIME) for _ in range(16))
    return "-".join(letters[n : n + 4] for n in range(0, 16, 4))


def weakness(password: str, account: str) -> str:
    """What is wrong with a new password, in Vietnamese; "" when nothing is."""
    if len(password) < SHORTEST:
        return f"Mật khẩu cần ít nhất {SHORTEST} ký tự."
    if len(password) > LONGEST:
        return f"Mật khẩu dài nhất {LONGEST} ký tự."
    if account in password.lower():
        return "Mật khẩu không được chứa tên đăng nhập."
    if len(set(password)) < 5:
        return "Mật khẩu lặp quá ít ký tự, dễ đoán."
    return ""
