"""How alike texts are, letter by letter: duplicates, groups, nearest names. Knows no entries.

The matcher understands questions; this only sees spelling, which is what finding copies needs.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from bot.core.vietnamese import clean, strip, tokens

DIGITS = re.compile(r"\d+")


def plain(text: str) -> str:
    """Lower case, no marks, no punctuation: what two texts are compared by."""
    return strip(" ".join(tokens(clean(text))))


def duplicates(texts: Sequence[str], least: int) -> Iterator[tuple[int, int]]:
    """Pairs of places whose `plain` texts are alike from *least* (of 100) on, also in another
    order of words. Texts with different numbers ("3 tuổi", "8 tuổi") are never alike."""
    if not texts:
        return
    in_order = _pairs(texts, least)
    sorted_words = _pairs([" ".join(sorted(one.split())) for one in texts], least)
    for left, right in sorted(in_order | sorted_words):
        if DIGITS.findall(texts[left]) == DIGITS.findall(texts[right]):
            yield left, right


def _pairs(texts: Sequence[str], least: int) -> set[tuple[int, int]]:
    scores = process.cdist(texts, texts, scorer=fuzz.ratio, score_cutoff=least, dtype=np.uint8)
    lefts, rights = np.nonzero(np.triu(scores, 1))
    return set(zip(lefts.tolist(), rights.tolist(), strict=True))


def groups(texts: Sequence[str], least: int) -> list[list[int]]:
    """Places of `plain` texts that are alike, in groups: each text joins the first group whose
    first text is alike from *least* (of 100) on, whatever the order of its words."""
    found: list[list[int]] = []
    heads: list[str] = []
    for place, text in enumerate(texts):
        best = process.extractOne(text, heads, scorer=fuzz.token_sort_ratio, score_cutoff=least)
        if best is None:
            heads.append(text)
            found.append([place])
        else:
            found[best[2]].append(place)
    return found


def most_typical(texts: Sequence[str]) -> list[int]:
    """Places of `plain` texts, the one most like all others first."""
    scores: npt.NDArray[np.float32] = process.cdist(texts, texts, scorer=fuzz.token_sort_ratio)
    return [int(place) for place in np.argsort(-scores.sum(axis=1), kind="stable")]


def closest(name: str, names: Collection[str], least: int = 75) -> str | None:
    """The name that *name* may be a slip of, if there is one."""
    found = process.extractOne(name, sorted(names), scorer=fuzz.ratio, score_cutoff=least)
    return found[0] if found else None
