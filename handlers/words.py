"""Words as handlers compare them."""

from __future__ import annotations

import re
import unicodedata

_NOT_WORD = re.compile(r"[^a-z0-9/]+")


def plain(text: str) -> str:
    """*text* in lower case, without accents, with single spaces between words."""
    letters = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return _NOT_WORD.sub(" ", letters.encode("ascii", "ignore").decode()).strip()
