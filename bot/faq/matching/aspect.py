"""What a question wants to know of its matter: how long, how much, where, which papers, how it is done.

Read from words without marks, as the reader gives them; each way of asking is a run of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum


class Aspect(StrEnum):
    """Named as the field of an entry that answers it."""

    TIME = "time"
    FEE = "fee"
    DOCUMENTS = "documents"
    PLACE = "place"
    STEPS = "steps"


WAYS: dict[Aspect, tuple[str, ...]] = {
    Aspect.FEE: (
        "bao nhieu tien", "may tien", "nhieu tien", "le phi", "phi bao nhieu", "ton bao nhieu", "gia bao nhieu",
        "ton phi", "mat phi", "mat tien", "ton tien", "dong tien", "mien phi", "muc phi", "chi phi", "het bao nhieu",
        "may dong", "bao nhieu dong", "phi la", "ton may", "tra tien",
    ),
    Aspect.TIME: (
        "bao lau", "may ngay", "bao nhieu ngay", "may tuan", "may bua", "may hom", "khi nao co", "khi nao nhan",
        "khi nao xong", "bao gio co", "bao gio nhan", "bao gio xong", "chung nao co", "chung nao nhan",
        "chung nao xong", "chung nao lay", "khi nao lay", "bao gio lay", "co lau khong", "lau khong",
        "thoi gian giai quyet", "thoi gian cap", "thoi gian lam", "may ngay lam viec",
    ),
    Aspect.DOCUMENTS: (
        "giay to gi", "giay to nao", "giay gi", "giay to nhu the nao", "mang gi", "mang theo gi", "dem gi",
        "dem theo gi", "mang theo nhung", "can gi", "can nhung gi", "chuan bi gi", "chuan bi nhung", "ho so gi",
        "ho so gom", "ho so can", "can giay", "can ho so", "can mang", "can nhung giay", "giay to can",
        "thanh phan ho so", "xuat trinh gi", "nop gi", "nhung giay to",
    ),
    Aspect.PLACE: (
        "o dau", "cho nao", "ra dau", "den dau", "noi nao", "di dau", "toi dau", "len dau", "lam dau", "tai dau",
        "phuong nao", "xa nao", "dia chi nao", "dia chi o", "co quan nao", "noi tiep nhan", "noi nop", "nop dau",
        "qua dau", "ve dau",
    ),
    Aspect.STEPS: (
        "lam sao", "nhu the nao", "lam the nao", "the nao", "cach lam", "cach dang ky", "huong dan", "cac buoc",
        "thu tuc", "trinh tu", "quy trinh", "cach nao", "lam gi", "cach de", "phai lam", "chi giup", "chi gium",
    ),
}  # fmt: skip
# After these, a time is how long something is valid, which is no processing time.
VALID = frozenset({"han", "hieu", "luc", "tri"})
LONGEST = max(len(way.split()) for ways in WAYS.values() for way in ways)
_ASPECTS = {tuple(way.split()): aspect for aspect, ways in WAYS.items() for way in ways}


def asked(words: Sequence[str]) -> tuple[Aspect, ...]:
    """The aspects that a text of these *words* asks about, in the order in which it does."""
    found: dict[Aspect, None] = {}
    at = 0
    while at < len(words):
        aspect, length = _at(words, at)
        if aspect:
            found[aspect] = None
        at += length
    if not VALID.isdisjoint(words):
        found.pop(Aspect.TIME, None)
    return tuple(found)


def _at(words: Sequence[str], at: int) -> tuple[Aspect | None, int]:
    """The aspect whose longest way of asking begins at a place, and how many words it takes."""
    for length in range(min(LONGEST, len(words) - at), 0, -1):
        if aspect := _ASPECTS.get(tuple(words[at : at + length])):
            return aspect, length
    return None, 1
