"""How well a matcher does on questions with a known answer: figures, and a list of misses.

What is counted (shares are between 0 and 1):

    top1, top3      the expected entry is the best match, or among the best three
    answered        shown outright; asked_back: offered as buttons; admitted: "I do not know",
                    a known neighbour out of scope too. The three add up to 1.
    wrong_answered  of those answered outright, how many got another entry than expected
    oos_answered    of the questions out of scope (`-`, or a neighbour's id), how many were answered
    oos_auroc       chance that a question in scope gets more confidence in an entry in scope than
                    a question out of scope does; 0.5 is a coin, 1 is perfect
    p50_ms, p99_ms  time of one `match`, in milliseconds

n, top1 ... wrong_answered are over the questions in scope, oos_* over those out of scope.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from bot.core.documents.file import Fault, Faults
from bot.faq.entries import Faq, Kind
from bot.faq.matching.matcher import Matcher, Outcome, Result
from bot.faq.variants import VARIANTS

OUT_OF_SCOPE = "-"
HINT = "mỗi dòng: câu hỏi, một phím Tab, rồi id của mục (hoặc - nếu ngoài phạm vi)"


@dataclass(frozen=True, slots=True)
class Row:
    """A question and the id of the entry that answers it, `-` when it is out of scope."""

    question: str
    expected: str


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares between 0 and 1; see the module. Shares of nothing are 0, an AUROC of nothing 0.5."""

    n: int
    top1: float
    top3: float
    answered: float
    asked_back: float
    admitted: float
    wrong_answered: float
    oos_n: int
    oos_answered: float
    oos_auroc: float
    p50_ms: float
    p99_ms: float

    def to_json(self) -> dict[str, Any]:
        values = ((name, getattr(self, name)) for name in self.__slots__)
        return {name: round(v, 4) if isinstance(v, float) else v for name, v in values}


@dataclass(frozen=True, slots=True)
class Miss:
    """A question that did not get its entry as the best match, or was answered out of scope."""

    row: Row
    result: Result


@dataclass(frozen=True, slots=True)
class Report:
    variants: Mapping[str, Figures]
    misses: tuple[Miss, ...]  # of the questions as typed

    @property
    def total(self) -> Figures:
        return self.variants["as_typed"]

    def to_json(self) -> dict[str, Any]:
        """One object: the figures as typed, and under `variants` those of each way of typing."""
        return {
            **self.total.to_json(),
            "variants": {name: figures.to_json() for name, figures in self.variants.items()},
        }


def read_rows(file: Path, known: Iterable[str]) -> tuple[Row, ...]:
    """Rows of a TSV file; raise `Faults` with every line that is wrong. *known* are entry ids."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        fault = Fault(file.name, line, 1, "tệp không phải UTF-8", "lưu lại tệp với bảng mã UTF-8")
        raise Faults([fault]) from error
    ids = {*known, OUT_OF_SCOPE}
    lines = [(n, line) for n, line in enumerate(text.split("\n"), 1) if _holds_a_row(line)]
    parsed = [_row(line.rstrip("\r"), file.name, number, ids) for number, line in lines]
    if faults := [item for item in parsed if isinstance(item, Fault)]:
        raise Faults(faults)
    return tuple(item for item in parsed if isinstance(item, Row))


def _holds_a_row(line: str) -> bool:
    return bool(line.strip()) and not line.startswith("#")


def _row(text: str, file: str, line: int, ids: set[str]) -> Row | Fault:
    question, _, rest = text.partition("\t")
    expected = rest.strip()
    if not question.strip() or not expected or "\t" in expected:
        return Fault(file, line, 1, "dòng không đúng dạng", HINT)
    if expected not in ids:
        hint = "sửa id, hoặc ghi - nếu câu này ngoài phạm vi"
        return Fault(file, line, len(question) + 2, f"không có mục nào tên {expected!r}", hint)
    return Row(question.strip(), expected)


def score(matcher: Matcher, rows: Sequence[Row]) -> Report:
    """Ask every question in every way of typing."""
    runs = {name: _run(matcher, rows, change) for name, change in VARIANTS.items()}
    figures = {name: run_figures for name, (run_figures, _) in runs.items()}
    _, as_typed = runs["as_typed"]
    return Report(figures, tuple(_misses(matcher.faq, rows, as_typed)))


def _run(
    matcher: Matcher, rows: Sequence[Row], change: Callable[[str], str]
) -> tuple[Figures, list[Result]]:
    matcher.match("")  # the first call of all is not what is timed
    results, times = [], []
    for row in rows:
        question = change(row.question)
        start = perf_counter()
        results.append(matcher.match(question))
        times.append(1000 * (perf_counter() - start))
    outside = [_is_outside(matcher.faq, row) for row in rows]
    asked = [(r, x) for r, x, out in zip(rows, results, outside, strict=True) if not out]
    others = [x for x, out in zip(results, outside, strict=True) if out]
    return _count(matcher.faq, asked, others, times or [0.0]), results


def _count(
    faq: Faq, asked: list[tuple[Row, Result]], others: list[Result], times: list[float]
) -> Figures:
    answered = [(row, r) for row, r in asked if r.outcome is Outcome.ANSWER]
    inside = [_sureness(faq, r) for _, r in asked]
    return Figures(
        n=len(asked),
        top1=_share(_is_among(row, r, 1) for row, r in asked),
        top3=_share(_is_among(row, r, 3) for row, r in asked),
        answered=_share(r.outcome is Outcome.ANSWER for _, r in asked),
        asked_back=_share(r.outcome is Outcome.ASK_BACK for _, r in asked),
        admitted=_share(r.outcome is Outcome.ADMIT for _, r in asked),
        wrong_answered=_share(not _is_among(row, r, 1) for row, r in answered),
        oos_n=len(others),
        oos_answered=_share(r.outcome is Outcome.ANSWER for r in others),
        oos_auroc=auroc(inside, [_sureness(faq, r) for r in others]),
        p50_ms=float(np.percentile(times, 50)),
        p99_ms=float(np.percentile(times, 99)),
    )


def _misses(faq: Faq, rows: Sequence[Row], results: Sequence[Result]) -> Iterator[Miss]:
    for row, result in zip(rows, results, strict=True):
        outside = _is_outside(faq, row)
        if result.outcome is Outcome.ANSWER if outside else not _is_among(row, result, 1):
            yield Miss(row, result)


def auroc(above: Sequence[float], below: Sequence[float]) -> float:
    """The chance that a value of *above* is greater than one of *below*, ties counted half."""
    if not above or not below:
        return 0.5
    left, right = np.asarray(above)[:, None], np.asarray(below)[None, :]
    return float(((left > right) + 0.5 * (left == right)).mean())


def _is_outside(faq: Faq, row: Row) -> bool:
    return row.expected == OUT_OF_SCOPE or faq.entries[row.expected].kind is Kind.OUT_OF_SCOPE


def _is_among(row: Row, result: Result, first: int) -> bool:
    return row.expected in [match.entry for match in result.matches[:first]]


def _sureness(faq: Faq, result: Result) -> float:
    """The confidence in the best entry that is in scope."""
    inside = (m.confidence for m in result.matches if faq.entries[m.entry].kind is Kind.ANSWER)
    return next(inside, 0.0)


def _share(values: Iterable[bool]) -> float:
    found = list(values)
    return sum(found) / len(found) if found else 0.0
