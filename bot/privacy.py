"""Find and mask personal data in what people type. Pure text functions.

Masked before anything is stored: 12-digit personal identification numbers and 9-digit old ID
numbers, Vietnamese phone numbers, one-time codes, passwords said to be such.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Secret(StrEnum):
    """What was found; the value stands in the masked text."""

    ID_NUMBER = "[số giấy tờ]"
    PHONE = "[số điện thoại]"
    CODE = "[mã bí mật]"


@dataclass(frozen=True, slots=True)
class Masked:
    text: str
    found: frozenset[Secret]


# Digits as people group them: 079 123 456 789, 079.123.456.789, 079-123-456-789.
_GAP = r"[ .\-\u00a0]?"
_PHONE = re.compile(rf"(?<!\d)(?:\+?84|0){_GAP}[235789](?:{_GAP}\d){{8}}(?!{_GAP}\d)")
_ID_12 = re.compile(rf"(?<!\d)0(?:{_GAP}\d){{11}}(?!\d)")
# Other long numbers (9-digit ID, bank account), unless they are an amount of money.
_LONG = re.compile(
    rf"(?<!\d)\d(?:{_GAP}\d){{8,18}}(?!\d)(?!\s*(?:đ|dong\b|vn[dđ]|t[yỷ]\b|tri[eệ]u))",
    re.IGNORECASE,
)
_CODE_WORD = (
    r"(?:otp|o\.t\.p|m[aã]\s+x[aá]c\s+(?:nh[aậ]n|th[uự]c)|passcode|pass|m[aậ]t\s+kh[aẩ]u|mk)"
)
_SAID = r"(?:\s+(?:l[aà]|c[uủ]a\s+\w+|n[eè]|em|t[oô]i|m[iì]nh|n[oó]))*\s*[:=]?\s*"
_CODE = re.compile(
    rf"\b({_CODE_WORD}{_SAID})(\d{{4,8}}|(?=\S*\d)(?=\S*[^\w\s,.?!])\S{{8,20}})", re.IGNORECASE
)
_LONE_CODE = re.compile(r"\A\s*\d{6}\s*\Z|(?<=\bmã )\d{6}\b|(?<=\bma )\d{6}\b", re.IGNORECASE)
_CODE_BEFORE = re.compile(
    rf"(?<![\d.])\d{{6}}(?!\d|[.,]\d)(?=[^\d\n]{{0,12}}\b{_CODE_WORD}\b)", re.IGNORECASE
)
_DIGIT = re.compile(r"\d")  # nothing that is masked is without one


def mask(text: str) -> Masked:
    """Replace personal data in *text* by what it was; say which kinds were found."""
    found: set[Secret] = set()
    while _DIGIT.search(text):
        masked = _mask(text, found)
        if masked == text:
            break
        text = masked  # what stood close to something masked may stand by itself now
    return Masked(text, frozenset(found))


def _mask(text: str, found: set[Secret]) -> str:
    def hide(kind: Secret, kept: str = "") -> str:
        found.add(kind)
        return kept + kind.value

    text = _CODE.sub(lambda m: hide(Secret.CODE, m[1]), text)
    text = _LONE_CODE.sub(lambda m: hide(Secret.CODE), text)
    text = _CODE_BEFORE.sub(lambda m: hide(Secret.CODE), text)
    text = _ID_12.sub(lambda m: hide(Secret.ID_NUMBER), text)
    text = _PHONE.sub(lambda m: hide(Secret.PHONE), text)
    return _LONG.sub(lambda m: hide(Secret.ID_NUMBER), text)
