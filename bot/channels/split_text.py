"""Long texts in parts that a platform takes. Pure."""

from __future__ import annotations

ENDS = ("\n\n", "\n", ". ", " ")  # where a long text is cut: the first that is found


def split(text: str, limit: int) -> list[str]:
    """*text* in parts of at most *limit* units, cut at the ends of paragraphs where it has them,
    else of lines, sentences or words. At least one part, none of them blank unless *text* is."""
    parts = []
    rest = text.strip()
    while units(rest[: limit + 1]) > limit:
        end = _cut(rest, limit)
        parts.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [*parts, rest] if rest or not parts else parts


def units(text: str) -> int:
    """The length of *text* in UTF-16 units: so Telegram counts, and no platform counts more."""
    return len(text) + sum(character > "\uffff" for character in text)


def _cut(text: str, limit: int) -> int:
    """How many characters of *text* go into a part of *limit* units."""
    encoded = text[:limit].encode("utf-16-le", "surrogatepass")[: limit * 2]
    fitting = len(encoded.decode("utf-16-le", "ignore"))
    for end in ENDS:
        found = text.rfind(end, 1, fitting + 1 if end == ". " else fitting + len(end))
        if found > 0:
            return found + 1 if end == ". " else found
    return fitting
