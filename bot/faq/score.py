"""How well a matcher does on questions with a known answer: figures, and a list of misses.

What is counted (shares are between 0 and 1):

    top1, top3      an expected entry is the best match, or among the best three
    answered        shown as the answer; likely: shown as what was likely meant; asked_back: offered as
                    buttons; admitted: "I do not know", a known neighbour out of scope too. The four add
                    up to 1.
    wrong_answered  of those answered for sure, how many got another entry than expected
    direct          the first reply shows an expected entry, for sure or as likely
    offered         it does not, but has one among its buttons
    wrong           it shows another entry for sure
    oos_answered    of the questions out of scope (`-`, or a neighbour's id), how many were answered, for
                    sure or as likely; oos_asked_back: how many were offered buttons
    oos_auroc       chance that a question in scope gets more confidence in an entry in scope than
                    a question out of scope does; 0.5 is a coin, 1 is perfect
    p50_ms, p99_ms  time of one `match`, in milliseconds

n, top1 ... wrong_answered are over the questions in scope, oos_* over those out of scope.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from bot.core.documents.file import Fault, Faults
from bot.faq.entries import Faq, Kind
from bot.faq.matching.matcher import Matcher, Outcome, Result
from bot.faq.variants import VARIANTS

OUT_OF_SCOPE = "-"
MISSING = "gap:"  # in front of a topic that has no entry yet
HINT = "mỗi dòng: câu hỏi, một phím Tab, rồi id của mục (hoặc - nếu ngoài phạm vi)"


@dataclass(frozen=True, slots=True)
class Row:
    """A question and the id of the entry that answers it, `-` when it is out of scope; several ids with
    `|` between them when each will do. `register`: how it is said, to be counted apart."""

    question: str
    expected: str
    register: str = ""

    @property
    def accepted(self) -> tuple[str, ...]:
        return tuple(self.expected.split("|"))


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares between 0 and 1; see the module. Shares of nothing are 0, an AUROC of nothing 0.5."""

    n: int
    top1: float
    top3: float
    answered: float
    likely: float
    asked_back: float
    admitted: float
    wrong_answered: float
    direct: float
    offered: float
    wrong: float
    oos_n: int
    oos_answered: float
    oos_asked_back: float
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
    registers: Mapping[str, Figures]  # the same, by how they are said

    @property
    def total(self) -> Figures:
        return self.variants["as_typed"]

    def to_json(self) -> dict[str, Any]:
        """One object: the figures as typed, under `variants` those of each way of typing and under
        `registers` those of each register, where the file names any."""
        parts = {"variants": self.variants}
        if self.registers:
            parts["registers"] = self.registers
        told = {
            key: {name: figures.to_json() for name, figures in part.items()}
            for key, part in parts.items()
        }
        return {**self.total.to_json(), **told}


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
    expected, _, register = rest.partition("\t")
    accepted = [one.strip() for one in expected.split("|") if not one.startswith(MISSING)]
    if not question.strip() or not all(accepted) or not accepted or "\t" in register:
        return Fault(file, line, 1, "dòng không đúng dạng", HINT)
    if unknown := next((one for one in accepted if one not in ids), None):
        hint = "sửa id, hoặc ghi - nếu câu này ngoài phạm vi"
        return Fault(file, line, len(question) + 2, f"không có mục nào tên {unknown!r}", hint)
    return Row(question.strip(), "|".join(accepted), register.strip())


def score(matcher: Matcher, rows: Sequence[Row]) -> Report:
    """Ask every question in every way of typing."""
    runs = {name: _run(matcher, rows, change) for name, change in VARIANTS.items()}
    figures = {name: _count(matcher, run) for name, run in runs.items()}
    typed = runs["as_typed"]
    registers = sorted({row.register for row in rows if row.register})
    apart = {name: [a for a in typed if a.row.register == name] for name in registers}
    misses = (Miss(a.row, a.result) for a in typed if _missed(matcher.faq, a))
    counted = {name: _count(matcher, asked) for name, asked in apart.items()}
    return Report(figures, tuple(misses), counted)


class _Asked(NamedTuple):
    row: Row
    result: Result
    ms: float

    def among(self, first: int) -> bool:
        """Whether one of the first matches is expected."""
        return any(m.entry in self.row.accepted for m in self.result.matches[:first])


def _run(matcher: Matcher, rows: Sequence[Row], change: Callable[[str], str]) -> list[_Asked]:
    matcher.match("")  # the first call of all is not what is timed
    found = []
    for row in rows:
        question = change(row.question)
        start = perf_counter()
        result = matcher.match(question)
        found.append(_Asked(row, result, 1000 * (perf_counter() - start)))
    return found


def _count(matcher: Matcher, asked: Sequence[_Asked]) -> Figures:
    faq, choices = matcher.faq, matcher.thresholds.choices
    inside = [a for a in asked if not _is_outside(faq, a.row)]
    others = [a.result for a in asked if _is_outside(faq, a.row)]
    outcomes = Counter(a.result.outcome for a in inside)
    sure = [a for a in inside if a.result.outcome is Outcome.ANSWER and a.result.sure]
    shown = [a for a in inside if a.result.outcome is Outcome.ANSWER]
    offering = [a for a in inside if a.result.outcome is not Outcome.ADMIT and a not in sure]
    direct = sum(a.among(1) for a in shown)
    right = {id(a) for a in shown if a.among(1)}
    n, times = max(len(inside), 1), [a.ms for a in asked] or [0.0]
    return Figures(
        n=len(inside),
        top1=_share(a.among(1) for a in inside),
        top3=_share(a.among(3) for a in inside),
        answered=len(sure) / n,
        likely=(len(shown) - len(sure)) / n,
        asked_back=outcomes[Outcome.ASK_BACK] / n,
        admitted=outcomes[Outcome.ADMIT] / n,
        wrong_answered=_share(not a.among(1) for a in sure),
        direct=direct / n,
        offered=sum(a.among(choices) and id(a) not in right for a in offering) / n,
        wrong=sum(not a.among(1) for a in sure) / n,
        oos_n=len(others),
        oos_answered=_share(r.outcome is Outcome.ANSWER for r in others),
        oos_asked_back=_share(r.outcome is Outcome.ASK_BACK for r in others),
        oos_auroc=auroc(
            [_sureness(faq, a.result) for a in inside], [_sureness(faq, r) for r in others]
        ),
        p50_ms=float(np.percentile(times, 50)),
        p99_ms=float(np.percentile(times, 99)),
    )


def _missed(faq: Faq, asked: _Asked) -> bool:
    if _is_outside(faq, asked.row):
        return asked.result.outcome is Outcome.ANSWER
    return not asked.among(1)


def auroc(above: Sequence[float], below: Sequence[float]) -> float:
    """The chance that a value of *above* is greater than one of *below*, ties counted half."""
    if not above or not below:
        return 0.5
    left, right = np.asarray(above)[:, None], np.asarray(below)[None, :]
    return float(((left > right) + 0.5 * (left == right)).mean())


def _is_outside(faq: Faq, row: Row) -> bool:
    return all(
        one == OUT_OF_SCOPE or faq.entries[one].kind is Kind.OUT_OF_SCOPE for one in row.accepted
    )


def _sureness(faq: Faq, result: Result) -> float:
    """The confidence in the best entry that is in scope."""
    inside = (m.confidence for m in result.matches if faq.entries[m.entry].kind is Kind.ANSWER)
    return next(inside, 0.0)


def _share(values: Iterable[bool]) -> float:
    found = list(values)
    return sum(found) / len(found) if found else 0.0
