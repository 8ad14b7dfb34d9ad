"""Posters: their codes, the signed payload of their links, and putting one up.

A code ("7K3M9", printed as PT-7K3M9) names a poster and is typed by who cannot scan; it proves
nothing. The payload of a link is the code with a keyed mark of it, so that nobody makes one up.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from base64 import urlsafe_b64encode
from datetime import datetime

from bot.core.crypto import Vault
from bot.core.text import few_marks
from bot.store.campaigns import posters
from bot.store.campaigns.posters import Poster
from bot.store.database import Transaction

LINK = "p_"  # deep link `p_<code><mark>`: 18 of the 64 characters that Telegram takes
SHOWN = "PT-"
DIGITS = "23456789"
LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ"  # none that is read as another, or as a digit
CODE_ATTEMPTS = 20
PLACE_CHARACTERS = range(3, 81)
FORMULA = "=+-@＝＋－＠"  # a place that begins so would be run by a spreadsheet one day

PAYLOAD = re.compile(rf"p_([{DIGITS}][{LETTERS}][{LETTERS}{DIGITS}]{{3}})([A-Za-z0-9_-]{{11}})")
# As people type it: "PT-7K3M9", "pt 7k3m9", "kiểm tra pt7k3m9".
TYPED = re.compile(
    rf"\s*+/?(?:(?:mã|ma|kiểm tra|kiem tra)\s++)?(?:áp phích\s++|ap phich\s++|poster\s++)?"
    rf"pt\s*+[-–—.:]?\s*+([{DIGITS}][a-z0-9]{{4}})\s*+[.!?]?\s*+",
    re.IGNORECASE,
)


class BadPlace(Exception):
    """The name of a place cannot be printed; says why, in Vietnamese."""


def payload(vault: Vault, code: str) -> str:
    """What a link of the poster carries."""
    return f"{LINK}{code}{_mark(vault, code)}"


def genuine(vault: Vault, text: str) -> str | None:
    """The code in the payload *text*; None when it was not made here."""
    found = PAYLOAD.fullmatch(text)
    if found and hmac.compare_digest(found[2], _mark(vault, found[1])):
        return found[1]
    return None


def _mark(vault: Vault, code: str) -> str:
    """64 bits that only who has the key can tell from *code*."""
    mark = bytes.fromhex(vault.mark(f"poster {code}"))[:8]
    return urlsafe_b64encode(mark).decode().rstrip("=")


def typed(text: str) -> str | None:
    """The code that *text* is, if it is nothing else."""
    found = TYPED.fullmatch(unicodedata.normalize("NFC", text))
    return found[1].upper() if found else None


def shown(code: str) -> str:
    return f"{SHOWN}{code}"


def code_of(seed: str, attempt: int) -> str:
    """A code that people can read out: a digit, a letter, then three of either. The digit keeps it
    from being a word."""
    number = int.from_bytes(hashlib.sha256(f"poster {seed} {attempt}".encode()).digest()[:8])
    code = ""
    for alphabet in (DIGITS, LETTERS, *(LETTERS + DIGITS,) * 3):
        number, place = divmod(number, len(alphabet))
        code += alphabet[place]
    return code


def place_name(text: str) -> str:
    """*text* as it is printed and kept: one line, NFC. Raises `BadPlace`."""
    normal = unicodedata.normalize("NFC", few_marks(text))
    if any(unicodedata.category(c) in {"Cc", "Cf", "Co", "Cs", "Cn"} for c in normal.strip()):
        raise BadPlace("tên nơi dán có ký tự ẩn; gõ lại cho sạch")
    name = " ".join(normal.split())
    if len(name) not in PLACE_CHARACTERS:
        raise BadPlace(f"tên nơi dán cần từ 3 đến 80 ký tự, đang là {len(name)}")
    if name[0] in FORMULA:
        raise BadPlace(f"tên nơi dán không được bắt đầu bằng dấu {name[0]}")
    return name


def put_up(
    tx: Transaction,
    kind: str,
    place: str,
    now: datetime,
    by: str,
    seed: str,
    batch: str = "",
) -> tuple[Poster, bool]:
    """The poster of this *kind* at *place*, and whether it is new: printing one again keeps its
    code and its counts. A new code is told from *seed*."""
    for attempt in range(CODE_ATTEMPTS):
        there = posters.hanging(tx, kind, place)
        if there is not None:
            return there, False
        made = posters.add(tx, code_of(seed, attempt), kind, place, now, by, batch)
        if made is not None:
            return made, True
    raise RuntimeError("no free code was found")
