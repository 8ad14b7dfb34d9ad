"""The volunteers' room: changes of the FAQ that are tried on the whole folder before they are made.

Plain functions of a folder and what is live; slow ones (a matcher takes a second or two to build)
are for a thread of their own.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.core import privacy
from bot.core.documents.file import Faults
from bot.core.likeness import plain
from bot.faq import entries, lint, regression
from bot.faq.editing.add_line import Edit, EditRefused, add_item
from bot.faq.editing.blocks import block_of, replace_block
from bot.faq.editing.values import Value, set_values
from bot.faq.entries import Entry, Faq
from bot.faq.gaps import WORDS, masked
from bot.faq.lint import Finding, House
from bot.faq.matching.matcher import Matcher, Outcome, Thresholds
from bot.faq.regression import Change, Fared, Row


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change that the whole folder loads with. `old` and `new` are the entry's lines in its file;
    `serious` are the check's new complaints about the entry."""

    edit: Edit
    faq: Faq
    entry: Entry
    old: str
    new: str
    serious: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """An entry as it stands in its file, which is live half a second later, or has faults."""

    file: Path
    block: str
    entry: Entry


def written(folder: Path, id_: str) -> Written:
    """Raises `EditRefused` when no file holds it. The lines are read before the entry: when the
    file changes in between, a change that starts from here is refused rather than lost."""
    file = file_of(folder, id_)
    block = block_of(file, id_)
    for item in lint.corpus.read(folder).items:
        if item.entry.id == id_:
            return Written(file, block, item.entry)
    raise EditRefused(f"mục {id_!r} vừa bị xóa")


def file_of(folder: Path, id_: str) -> Path:
    """The file that holds the entry; raises `EditRefused` when none does."""
    for item in lint.corpus.read(folder).items:
        if item.entry.id == id_:
            return folder / item.file.name
    raise EditRefused(f"không có mục nào tên {id_!r} trong thư mục FAQ")


def owner(faq: Faq, text: str) -> str | None:
    """The entry that is asked by *text* already."""
    wanted = plain(text)
    return next(
        (
            entry.id
            for entry in faq.entries.values()
            if wanted in map(plain, (entry.question, *entry.phrasings))
        ),
        None,
    )


def answered_by(matcher: Matcher, text: str) -> str | None:
    """The entry whose answer *text* gets today without a question back."""
    result = matcher.match(text)
    if result.outcome is Outcome.ANSWER:
        return result.matches[0].entry
    return result.neighbour


def phrasing_fault(faq: Faq, text: str) -> str:
    """Why *text* is not kept as a phrasing, in Vietnamese; "" when it can be."""
    if len(text.split()) not in WORDS:
        return f"Cách hỏi cần từ {WORDS.start} đến {WORDS.stop - 1} chữ."
    if masked(text) or privacy.mask(text).found:
        return "Câu này có số giấy tờ, số điện thoại hoặc mã đã che; hãy viết lại cùng ý."
    known = owner(faq, text)
    return f"Câu này đã có ở mục {known}." if known else ""


def add_phrasing(folder: Path, id_: str, text: str, house: House) -> Proposal:
    """Raises `EditRefused`, or `Faults` of the whole folder as it would be."""
    return propose(folder, add_item(file_of(folder, id_), id_, "phrasings", text), id_, house)


def change(folder: Path, id_: str, values: Mapping[str, Value], house: House) -> Proposal:
    """Raises `EditRefused`, or `Faults` of the whole folder as it would be."""
    return propose(folder, set_values(file_of(folder, id_), id_, values), id_, house)


def put_back(
    folder: Path, file: Path, id_: str, expected: str, wanted: str, house: House
) -> Proposal:
    """The entry as it was in *wanted*; refused unless it stands as *expected*."""
    return propose(folder, replace_block(file, id_, expected, wanted), id_, house)


def propose(folder: Path, edit: Edit, id_: str, house: House) -> Proposal:
    """Try *edit* on a copy of the folder; raises `Faults` when that cannot be loaded."""
    old = block_of(edit.file, id_)
    with copied(folder, edit) as trial:
        faq = entries.load(trial)
        serious = _serious(trial, id_, house)
        if serious:  # what was wrong before is not this change's fault
            before = {(one.rule, one.fault.message) for one in _serious(folder, id_, house)}
            serious = [one for one in serious if (one.rule, one.fault.message) not in before]
        new = block_of(trial / edit.file.name, id_)
    return Proposal(edit, faq, faq.entries[id_], old, new, tuple(serious))


@contextmanager
def copied(folder: Path, edit: Edit) -> Iterator[Path]:
    """A copy of the folder with *edit* made in it."""
    with tempfile.TemporaryDirectory(prefix="faq") as place:
        trial = Path(place)
        for file in folder.glob("*.y*ml"):
            shutil.copyfile(file, trial / file.name)
        if (questions := folder / regression.FOLDER).is_dir():
            shutil.copytree(questions, trial / regression.FOLDER)
        (trial / edit.file.name).write_bytes(edit.after.encode())
        yield trial


def _serious(folder: Path, id_: str, house: House) -> list[Finding]:
    """What the check calls a fault within the entry."""
    file = file_of(folder, id_)
    start, end = _lines_of(file, id_)
    return [
        one
        for one in lint.check(folder, house)
        if one.serious and one.fault.file == file.name and start <= one.fault.line <= end
    ]


def _lines_of(file: Path, id_: str) -> tuple[int, int]:
    """The first and last line of the entry, from 1."""
    text = file.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    block = block_of(file, id_)
    start = text[: text.index(block)].count("\n") + 1
    return start, start + block.count("\n")


def fares(matcher: Matcher, rows: Sequence[Row]) -> tuple[Fared, ...]:
    """How the regression questions fare today."""
    return tuple(regression.run(matcher, rows))


def questions(folder: Path, faq: Faq) -> tuple[Row, ...]:
    """The regression questions; lines that cannot be read are left to the check."""
    return tuple(regression.read(folder, faq.entries)[0])


def effect(proposal: Proposal, thresholds: Thresholds, live: Sequence[Fared]) -> Change:
    """Which regression questions turn right or break with the proposal, against *live*."""
    matcher = Matcher.build(proposal.faq, thresholds)
    after = regression.run(matcher, [one.row for one in live])
    return regression.compare(after, {one.row.key: one.fate for one in live})


def faults_of(error: Faults | EditRefused) -> list[str]:
    """What is wrong, line by line, as volunteers read it."""
    return [str(fault) for fault in error.faults] if isinstance(error, Faults) else [str(error)]


def overdue(faq: Faq, today: date) -> list[Entry]:
    """Entries whose review is due, the longest overdue first."""
    due = [entry for entry in faq.entries.values() if entry.review_by and entry.review_by < today]
    return sorted(due, key=lambda entry: (entry.review_by or today, entry.id))
