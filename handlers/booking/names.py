"""Who comes, as people write it: "cô Ba", "tôi tên là Nguyễn Văn Thử", "bà Tư, cháu Tí"."""

from __future__ import annotations

import re

LONGEST = 40
SEPARATOR = re.compile(r"[,;\n]|(?<=\s)và(?=\s)")
NAME = re.compile(r"[^\W\d_]+(?:[ .'’-]+[^\W\d_]+)*\.?")
BEFORE = re.compile(r"^(?:\w+ )?t[êe]n (?:\w+ )?l[àa] (?=\S)", re.IGNORECASE)


def read(text: str) -> tuple[str, ...]:
    """The names in *text*; none when one of them is no name."""
    parts = (BEFORE.sub("", part.strip()) for part in SEPARATOR.split(text.strip()))
    found = tuple(part for part in parts if part)
    good = all(len(name) <= LONGEST and NAME.fullmatch(name) for name in found)
    return found if good else ()
