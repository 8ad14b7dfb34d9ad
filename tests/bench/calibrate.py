"""Fit the curve of bot/faq/matching/confidence.py: `.venv/bin/python -m tests.bench.calibrate`.

Held-out questions only: each phrasing and each question from elsewhere asked of a matcher built without
it (four-fold), the questions of faq/questions/, and talk that is no question at all. Prints the
coefficients, and what each threshold would do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import sqrt
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from bot.faq import elsewhere, entries
from bot.faq.entries import Faq, Kind
from bot.faq.matching import lessons
from bot.faq.matching.confidence import LONG, MOST_MARGIN, MOST_SCOPE
from bot.faq.matching.ranker import Ranker
from bot.faq.score import OUT_OF_SCOPE, auroc, read_rows
from bot.faq.variants import VARIANTS, hard
from tests.support.paths import PROJECT

FOLDS = 4
WAYS = (VARIANTS["as_typed"], VARIANTS["no_diacritics"], hard)
# How much a question of each kind counts.
WEIGHTS = {"asked": 1.0, "outside": 2.0, "unseen": 0.3, "elsewhere": 0.3, "talk": 2.0}
TALK = """
alo; hi; hello bot; chào bạn; chào ad; dạ chào anh chị; có ai ở đó không; ok; oke bạn; ừ; dạ;
vâng ạ; cảm ơn; cám ơn nhiều nha; thank you; tks ad; tạm biệt; bye; haha; hihi; hic; buồn quá;
chán ghê; mệt quá đi; trời ơi; test; test thử; thử xem sao; 123; abc; asdf; qwerty; asdkjh qwe;
lkjhg; blah blah; zzz; ơ kìa; hả; gì vậy; sao kỳ vậy; bạn là ai; bạn tên gì; mày là ai; bạn mấy
tuổi; bạn có người yêu chưa; kể chuyện cười đi; hát cho tui nghe; đố bạn biết; thời tiết hôm nay
thế nào; mai có mưa không; mấy giờ rồi; hôm nay thứ mấy; giá vàng hôm nay; tỷ số trận tối qua;
hôm nay ăn gì; nấu phở bò thế nào; quán cà phê nào ngon; con mèo nhà tôi bỏ ăn; cách trồng rau
sạch; giảm cân sao cho nhanh; dịch giùm câu này sang tiếng anh; viết cho tôi bài văn tả mẹ; giải
phương trình bậc hai; thủ đô nước pháp là gì; đồ ngu; bot dở quá; im đi; không hiểu gì hết; nói
lại coi; vậy hả; thế à; đúng rồi; sai rồi; không phải; thôi khỏi
"""


class Case(NamedTuple):
    """What confidence is made of, and whether the best entry is right."""

    kind: str
    margin: float
    seen: float
    scope: float
    right: bool
    inside: bool  # the best entry is in scope


def cases(faq: Faq) -> Iterator[Case]:
    ranker = Ranker.build(lessons.lesson(faq))
    for file in sorted((PROJECT / "faq/questions").glob("*.tsv")):
        for row in read_rows(file, faq.entries):
            kind = "outside" if row.expected == OUT_OF_SCOPE else "asked"
            yield from (_case(faq, ranker, way(row.question), row.expected, kind) for way in WAYS)
    for text in TALK.replace("\n", " ").split(";"):
        yield _case(faq, ranker, text.strip(), OUT_OF_SCOPE, "talk")
    for fold in range(FOLDS):
        part, held = without(faq, fold)
        ranker = Ranker.build(lessons.lesson(part))
        for text, entry in held:
            kind = "elsewhere" if entry == OUT_OF_SCOPE else "unseen"
            yield from (_case(faq, ranker, way(text), entry, kind) for way in (str, hard))


def without(faq: Faq, fold: int) -> tuple[Faq, list[tuple[str, str]]]:
    """The FAQ without every fourth phrasing and question from elsewhere, and those."""
    kept, asked, held = {}, {}, []
    for number, (id_, entry) in enumerate(faq.entries.items()):
        mine = [i for i in range(len(entry.phrasings)) if (i + number) % FOLDS == fold]
        held += [(entry.phrasings[i], id_) for i in mine]
        left = tuple(text for i, text in enumerate(entry.phrasings) if i not in mine)
        kept[id_] = entry.model_copy(update={"phrasings": left})
        theirs = faq.asked.get(id_, ())
        held += [(text, id_) for i, text in enumerate(theirs) if i % FOLDS == fold]
        asked[id_] = tuple(text for i, text in enumerate(theirs) if i % FOLDS != fold)
    things = [
        i // elsewhere.EACH % FOLDS for i in range(len(faq.elsewhere))
    ]  # a thing in all its ways
    pairs = list(zip(faq.elsewhere, things, strict=True))
    held += [(text, OUT_OF_SCOPE) for text, thing in pairs if thing == fold]
    others = tuple(text for text, thing in pairs if thing != fold)
    return replace(faq, entries=MappingProxyType(kept), asked=asked, elsewhere=others), held


def _case(faq: Faq, ranker: Ranker, text: str, expected: str, kind: str) -> Case:
    ranking = ranker.rank(ranker.read(text))
    best, second = np.argsort(-ranking.scores)[:2]
    id_ = list(faq.entries)[best]
    inside = faq.entries[id_].kind is Kind.ANSWER
    right = not inside if expected == OUT_OF_SCOPE else id_ == expected
    margin = min(float(ranking.scores[best] - ranking.scores[second]), MOST_MARGIN)
    seen = float(ranking.coverage[best]) * sqrt(min(ranking.words, LONG))
    scope = max(-MOST_SCOPE, min(ranking.scope if inside else -ranking.scope, MOST_SCOPE))
    return Case(kind, margin, seen, scope, right, inside)


def fit(rows: np.ndarray, right: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weighted logistic regression by Newton's method."""
    found = np.zeros(rows.shape[1])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-rows @ found))
        slope = rows.T @ (weights * (chance - right)) + 1e-2 * found
        curve = (rows.T * (weights * chance * (1 - chance))) @ rows + 1e-2 * np.eye(len(found))
        found = found - np.linalg.solve(curve, slope)
    return found


def _table(found: Sequence[Case], sure: np.ndarray) -> None:
    for level in (0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9):
        told = [bool(s >= level and c.inside) for s, c in zip(sure, found, strict=True)]
        line = [f"{level:.2f}"]
        for kind in WEIGHTS:
            mine = [(t, c.right) for t, c in zip(told, found, strict=True) if c.kind == kind]
            shown = sum(t for t, _ in mine)
            wrong = sum(t and not right for t, right in mine)
            line.append(f"{kind} {shown / len(mine):.3f} wrong {wrong / max(shown, 1):.3f}")
        print(" | ".join(line))


def main() -> None:
    faq = entries.load(PROJECT / "faq")
    found = list(cases(faq))
    rows = np.array([(1, case.margin, case.seen, case.scope) for case in found])
    right = np.array([case.right for case in found], float)
    weights = np.array([WEIGHTS[case.kind] for case in found])
    curve = fit(rows, right, weights)
    sure = 1 / (1 + np.exp(-rows @ curve))
    print("BASE, MARGIN, COVERAGE, SCOPE =", *curve.round(2))
    inside = [s if c.inside else 1 - s for s, c in zip(sure, found, strict=True)]
    asked = [s for s, c in zip(inside, found, strict=True) if c.kind == "asked"]
    other = [s for s, c in zip(inside, found, strict=True) if c.kind in ("outside", "talk")]
    print(f"AUROC {auroc(asked, other):.4f}")
    print("share answered outright, and wrong among them:")
    _table(found, sure)


if __name__ == "__main__":
    main()
