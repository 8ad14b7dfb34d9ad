"""The regression questions of a FAQ folder: reading them, how each fares, and what has changed.

`questions/*.tsv` hold one `question<TAB>expected id` a line, `-` for a question out of scope. They
are kept apart from the phrasings, so they show how the FAQ does on questions it has not seen.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from bot.core.documents.file import Fault
from bot.faq.entries import Faq, Kind
from bot.faq.matching.matcher import Matcher, Outcome, Result

FOLDER = "questions"
OUT_OF_SCOPE = "-"
LINE_HINT = "mỗi dòng: câu hỏi, một phím Tab, rồi id của mục (hoặc - nếu ngoài phạm vi)"


@dataclass(frozen=True, slots=True)
class Row:
    """A question, the id of the entry that answers it, and where it is written."""

    question: str
    expected: str
    file: str
    line: int

    @property
    def key(self) -> str:
        """Names the question in `accepted.json`; a changed question is a new one."""
        return hashlib.sha256(self.question.encode("utf-8", "surrogatepass")).hexdigest()[:10]


class Fate(StrEnum):
    RIGHT = "right"
    ASKED_BACK = (
        "asked_back"  # the right entry is among the buttons, also those under a likely answer
    )
    MISSED = "missed"  # admitted, or asked back without the right entry
    WRONG = "wrong"  # answered for sure, with another entry

    @property
    def good(self) -> bool:
        return self in (Fate.RIGHT, Fate.ASKED_BACK)


@dataclass(frozen=True, slots=True)
class Fared:
    """How one question fared. `got` is the entry that came first, if any."""

    row: Row
    fate: Fate
    got: str | None
    confidence: float


def read(folder: Path, known: Iterable[str]) -> tuple[list[Row], list[Fault]]:
    """The rows of `folder/questions/*.tsv`, and what is wrong with the lines that cannot be used.

    *known* are the ids that may be expected.
    """
    rows: list[Row] = []
    faults: list[Fault] = []
    ids = {*known, OUT_OF_SCOPE}
    for file in sorted((folder / FOLDER).glob("*.tsv")):
        name = f"{FOLDER}/{file.name}"
        try:
            text = file.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            faults.append(Fault(name, line, 1, "tệp không phải UTF-8", "lưu lại tệp với UTF-8"))
            continue
        for number, line_text in enumerate(text.split("\n"), 1):
            if not line_text.strip() or line_text.startswith("#"):
                continue
            found = _row(line_text.rstrip("\r"), name, number, ids)
            if isinstance(found, Row):
                rows.append(found)
            else:
                faults.append(found)
    return rows, faults


def _row(text: str, file: str, line: int, ids: set[str]) -> Row | Fault:
    question, tab, expected = text.partition("\t")
    expected = expected.strip()
    if not (tab and question.strip() and expected) or "\t" in expected:
        return Fault(file, line, 1, "dòng không đúng dạng", LINE_HINT)
    if expected not in ids:
        hint = "sửa id, hoặc ghi - nếu câu này ngoài phạm vi"
        return Fault(file, line, len(question) + 2, f"không có mục nào tên {expected!r}", hint)
    return Row(question.strip(), expected, file, line)


def run(matcher: Matcher, rows: Iterable[Row]) -> list[Fared]:
    """Ask every question."""
    return [_judge(matcher, row) for row in rows]


def _judge(matcher: Matcher, row: Row) -> Fared:
    result = matcher.match(row.question)
    got = result.neighbour or (result.matches[0].entry if result.matches else None)
    in_scope = row.expected != OUT_OF_SCOPE and _kind(matcher.faq, row.expected) is Kind.ANSWER
    fate = _fate(result, row, matcher.thresholds.choices) if in_scope else _fate_outside(result)
    return Fared(row, fate, got, result.confidence)


def _kind(faq: Faq, id_: str) -> Kind:
    return faq.entries[id_].kind


def _fate(result: Result, row: Row, choices: int) -> Fate:
    entries = [match.entry for match in result.matches]
    if result.outcome is Outcome.ANSWER and entries[:1] == [row.expected]:
        return Fate.RIGHT
    if result.outcome is Outcome.ANSWER and result.sure:
        return Fate.WRONG
    offered = result.outcome is not Outcome.ADMIT and row.expected in entries[:choices]
    return Fate.ASKED_BACK if offered else Fate.MISSED


def _fate_outside(result: Result) -> Fate:
    """Out of scope, admitting is right; asking back does no harm; answering does, sure or not."""
    fates = {Outcome.ADMIT: Fate.RIGHT, Outcome.ASK_BACK: Fate.ASKED_BACK}
    return fates.get(result.outcome, Fate.WRONG)


@dataclass(frozen=True, slots=True)
class Change:
    """What differs from the accepted run; `removed` counts questions that are no longer there."""

    broken: tuple[Fared, ...]  # were good and are not any more
    softened: tuple[Fared, ...]  # were answered and are asked back now
    mended: tuple[Fared, ...]  # were not good and are now
    new: tuple[Fared, ...]
    removed: int


def compare(outcomes: Sequence[Fared], accepted: Mapping[str, Fate]) -> Change:
    before = [(one, accepted.get(one.row.key)) for one in outcomes]
    keys = {one.row.key for one in outcomes}
    right = Fate.RIGHT
    return Change(
        broken=tuple(one for one, was in before if was and was.good and not one.fate.good),
        softened=tuple(one for one, was in before if was is right and one.fate is Fate.ASKED_BACK),
        mended=tuple(one for one, was in before if was and not was.good and one.fate.good),
        new=tuple(one for one, was in before if was is None),
        removed=len(set(accepted) - keys),
    )


def confusions(outcomes: Iterable[Fared]) -> list[tuple[str, str, int]]:
    """Which entry takes whose questions: (whose, taker, how many), most first."""
    pairs = Counter(
        (one.row.expected, one.got)
        for one in outcomes
        if not one.fate.good and one.got and one.got != one.row.expected
    )
    return [(whose, taker, count) for (whose, taker), count in pairs.most_common()]


def to_json(outcomes: Iterable[Fared], version: str) -> dict[str, Any]:
    """What `accepted.json` holds: the content version, and the questions' keys by how they fared."""
    by_fate: dict[str, list[str]] = {fate.value: [] for fate in Fate}
    for one in outcomes:
        by_fate[one.fate.value].append(one.row.key)
    return {"version": version, **{fate: sorted(keys) for fate, keys in by_fate.items()}}


def from_json(data: Mapping[str, Any]) -> dict[str, Fate]:
    return {key: fate for fate in Fate for key in data.get(fate.value, ())}
