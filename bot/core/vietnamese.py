"""Raw text -> words: hidden characters, case, tone placement and i/y spelling put in one form.

words("Làm thẻ Ở ĐÂU?")  # -> [Word("lam", "lam2"), Word("the", "the3"), Word("o", "o3"), ...]
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from bot.core.text import HIDDEN

MAX_CHARACTERS = 2_000  # longer text is scored by its head and its tail
LONGEST_WORD = (
    40  # letters; the rest of a longer one is noise, which would be kept and compared whole
)
TONES = {"\u0300": "2", "\u0301": "1", "\u0303": "4", "\u0309": "3", "\u0323": "5"}
TONE_MARKS = re.compile(f"[{''.join(TONES)}]")
MARKS = re.compile("[\u0300-\u036fđĐ]")
TOKEN = re.compile(r"[^\W_]+")
NOT_PLAIN = re.compile(r"[^a-z0-9/]+")
# "kỹ" and "kĩ", "lý" and "lí" are the same word.
FINAL_Y = re.compile(r"(?<=[hklmstrv])y$|(?<=^qu)y$")


class Word(NamedTuple):
    """A syllable without marks, and `marked`: with its marks, the tone written as a last digit.
    `marked` is empty when the writer typed no marks in the whole text."""

    plain: str
    marked: str = ""


def shorten(text: str) -> str:
    """*text*, or its head and its tail when it is too long to be a question."""
    if len(text) <= MAX_CHARACTERS:
        return text
    half = MAX_CHARACTERS // 2
    return f"{text[:half]} {text[-half:]}"


def clean(text: str) -> str:
    """One line of lower-case NFC text without hidden characters, of bounded length."""
    text = shorten(text)
    # NFKC undoes full-width and "mathematical" letters, and m² -> m2.
    text = unicodedata.normalize("NFKC", HIDDEN.sub("", text)).lower()
    return " ".join(text.split())[: 2 * MAX_CHARACTERS]


def tokens(text: str) -> list[str]:
    """The words of `clean` text as typed; of endless ones the beginning."""
    return [word[:LONGEST_WORD] for word in TOKEN.findall(unicodedata.normalize("NFC", text))]


@lru_cache(maxsize=20_000)
def to_word(token: str) -> Word:
    """A lower-case token in one spelling: marks stripped, and marks kept with the tone last."""
    parts = unicodedata.normalize("NFD", token)
    tone = "".join(TONES[mark] for mark in TONE_MARKS.findall(parts))[:1]
    shape = unicodedata.normalize("NFC", TONE_MARKS.sub("", parts))
    bare = "".join(c for c in parts if not "\u0300" <= c <= "\u036f").replace("đ", "d")
    return Word(FINAL_Y.sub("i", bare), FINAL_Y.sub("i", shape) + tone)


def strip(text: str) -> str:
    """*text* without Vietnamese marks."""
    parts = unicodedata.normalize("NFD", text)
    bare = "".join(c for c in parts if not "\u0300" <= c <= "\u036f")
    return unicodedata.normalize("NFC", bare.replace("đ", "d").replace("Đ", "D"))


def plain(text: str) -> str:
    """*text* as commands and exact phrases are compared: lower case, no accents, single spaces."""
    letters = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return NOT_PLAIN.sub(" ", letters.encode("ascii", "ignore").decode()).strip()


def has_marks(text: str) -> bool:
    """Whether the writer typed Vietnamese marks."""
    return not text.isascii() and bool(MARKS.search(unicodedata.normalize("NFD", text)))
