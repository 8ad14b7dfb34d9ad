"""The same question as other people would type it: for measuring, and for nothing else.

Each variant is made from the text alone (the randomness is seeded by it), so figures repeat.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Mapping
from types import MappingProxyType

from bot.core.vietnamese import strip

TELEX_TONES = {"\u0300": "f", "\u0301": "s", "\u0303": "x", "\u0309": "r", "\u0323": "j"}
TELEX_LETTERS = {
    "ă": "aw", "â": "aa", "đ": "dd", "ê": "ee", "ô": "oo", "ơ": "ow", "ư": "uw",
    "Ă": "Aw", "Â": "Aa", "Đ": "Dd", "Ê": "Ee", "Ô": "Oo", "Ơ": "Ow", "Ư": "Uw",
}  # fmt: skip
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
WORD = re.compile(r"[^\W\d_]+")

# Longest first, so that "bao nhiêu" is one abbreviation and not two words.
TEENCODE = {
    "số điện thoại": ("sđt", "sdt"), "như thế nào": ("ntn",), "bao nhiêu": ("bn", "bnhiu"),
    "điện thoại": ("đt", "dt"), "tài khoản": ("tk",), "mật khẩu": ("mk", "pass"),
    "đăng ký": ("đk", "dk"), "đăng nhập": ("đn", "dnhap"), "mọi người": ("mn",),
    "làm sao": ("lsao", "lm s"), "thế nào": ("tn", "thế nào"), "bây giờ": ("bh", "bây h"),
    "thông tin": ("tt", "ttin"), "người ta": ("ngta",), "công an": ("ca",),
    "không": ("k", "ko", "hk", "hong"), "được": ("dc", "đc"), "giờ": ("h",), "gì": ("j", "ji"),
    "rồi": ("r", "rùi"), "với": ("vs",), "vậy": ("z", "v"), "người": ("ng",), "mình": ("mk", "mik"),
    "biết": ("bít", "bik"), "muốn": ("mún",), "làm": ("lm",), "mới": ("ms",), "trước": ("trc",),
    "trong": ("trog", "trg"), "nhưng": ("nhg",), "những": ("nhữg",), "bạn": ("b",), "cũng": ("cx", "cg"),
    "phải": ("fải", "p"), "quá": ("wá",), "qua": ("wa",), "anh": ("a",), "em": ("e",), "chị": ("c",),
    "vào": ("zô", "vô"), "nhiều": ("nhìu",), "luôn": ("lun",), "đi": ("đi", "ik"), "nữa": ("nx",),
    "tháng": ("th",), "tuổi": ("t", "tủi"), "đang": ("đag",), "chưa": ("chx",), "này": ("này", "nì"),
    "yêu": ("iu",), "thích": ("thik",), "thôi": ("thui",), "vui": ("zui",), "sao": ("s", "seo"),
}  # fmt: skip


def no_diacritics(text: str) -> str:
    return strip(text)


def typo(text: str) -> str:
    """One slip of the finger in one word: a letter dropped, doubled, swapped or a neighbour key."""
    dice = _dice(text, "typo")
    places = [m for m in WORD.finditer(text) if len(m[0]) >= 3]
    if not places:
        return text
    place = dice.choice(places)
    at = (
        place.start() + dice.randrange(1, len(place[0]) - 1) if len(place[0]) > 2 else place.start()
    )
    slip = dice.choice((_drop, _double, _swap, _neighbour))
    return slip(text, at, dice)


def telex(text: str) -> str:
    """The keys of the Telex input method, not turned into letters."""
    return WORD.sub(lambda m: _telex_word(m[0]), unicodedata.normalize("NFC", text))


def teencode(text: str) -> str:
    """Words abbreviated as young people do, most of those that can be."""
    dice = _dice(text, "teencode")
    text = unicodedata.normalize("NFC", text)

    def shorten(match: re.Match[str]) -> str:
        return dice.choice(TEENCODE[match[0].lower()]) if dice.random() < 0.8 else match[0]

    return TEENCODE_WORD.sub(shorten, text)


def hard(text: str) -> str:
    """Teencode, a typo and no diacritics together."""
    return no_diacritics(typo(teencode(text)))


TEENCODE_WORD = re.compile(rf"\b(?:{'|'.join(TEENCODE)})\b", re.IGNORECASE)
VARIANTS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "as_typed": str,
        "no_diacritics": no_diacritics,
        "typo": typo,
        "telex": telex,
        "teencode": teencode,
    }
)


def _dice(text: str, name: str) -> random.Random:
    return random.Random(f"{name}:{text}")  # noqa: S311 - measuring, nothing secret


def _drop(text: str, at: int, _: random.Random) -> str:
    return text[:at] + text[at + 1 :]


def _double(text: str, at: int, _: random.Random) -> str:
    return text[: at + 1] + text[at:]


def _swap(text: str, at: int, _: random.Random) -> str:
    return text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :]


def _neighbour(text: str, at: int, dice: random.Random) -> str:
    letter = strip(text[at]).lower()
    row = next((row for row in ROWS if letter in row), None)
    if row is None:
        return _drop(text, at, dice)
    place = row.index(letter)
    near = [row[i] for i in (place - 1, place + 1) if 0 <= i < len(row)]
    return text[:at] + dice.choice(near) + text[at + 1 :]


def _telex_word(word: str) -> str:
    parts = unicodedata.normalize("NFD", word)
    tone = "".join(TELEX_TONES[c] for c in parts if c in TELEX_TONES)
    shape = unicodedata.normalize("NFC", "".join(c for c in parts if c not in TELEX_TONES))
    return "".join(TELEX_LETTERS.get(c, c) for c in shape) + tone
