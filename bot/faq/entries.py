"""FAQ entries: YAML files of a folder -> frozen values, or every fault with its line."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    field_validator,
    model_validator,
)

from bot.core.documents import file as yaml_file
from bot.core.documents.file import Document, Fault, Faults, KeyPath, dotted
from bot.core.likeness import closest
from bot.core.vietnamese import clean
from bot.faq import dangers, elsewhere, greetings, wishes
from bot.faq.dangers import Dangers
from bot.faq.greetings import Greetings
from bot.faq.model import Id, Part, Text, Texts
from bot.faq.wishes import Wishes

ANSWER_CHARACTERS = 600  # fits one phone screen together with a few steps
LABEL_CHARACTERS = 36  # a button's title that a 360 px screen shows whole
SYNONYMS_FILE = "synonyms.yaml"
ASKED_FILE = "cach-hoi.yaml"
FILES = "*.y*ml"  # all that is read
SYNONYM_HINT = "viết `từ chuẩn: [cách gọi khác, cách gọi khác]`"
ASKED_HINT = "viết id của mục, dấu hai chấm, rồi mỗi dòng một câu hỏi sau dấu gạch"
REPEATED = "đổi id, gộp hai mục, hoặc xóa tệp chép thừa"

Month: TypeAlias = Annotated[str, Field(pattern=r"^\d{4}-\d{2}$")]
Year: TypeAlias = Annotated[int, Field(ge=1945, le=2100)]


class Kind(StrEnum):
    ANSWER = "answer"
    OUT_OF_SCOPE = "out-of-scope"  # a known neighbour: the answer says where to ask


class Source(Part):
    """Where an answer's facts stand: a law with its article, or an official page or newspaper."""

    law: Text | None = None
    article: Text | None = None
    page: Text | None = None
    url: Annotated[str, Field(pattern=r"^https://")] | None = None
    # "from" in YAML: the day the law applies from, or the day of the page; a month ("2025-02") or
    # a year where no more is known.
    since: date | Month | Year | None = Field(default=None, alias="from")

    @field_validator("since", mode="wrap")
    @classmethod
    def _day_month_or_year(cls, value: object, read: ValidatorFunctionWrapHandler) -> Any:
        """One fault instead of one for each of the three forms."""
        try:
            return read(value)
        except ValidationError as error:
            forms = 'cần một ngày (2026-11-24), một tháng ("2026-11") hoặc một năm (2026)'
            raise ValueError(forms) from error

    @model_validator(mode="after")
    def _law_or_page(self) -> Source:
        if not (self.law or self.page):
            raise ValueError("nguồn phải có law (kèm article) hoặc page")
        return self

    def __str__(self) -> str:
        name = ", ".join(part for part in (self.article, self.law or self.page) if part)
        if self.since is None:
            return name
        parts = str(self.since).split("-")
        return f"{name} ({'/'.join(reversed(parts))})"


class Link(Part):
    label: Text
    url: Annotated[str, Field(pattern=r"^https://")]


class Variant(Part):
    """Values that replace the entry's own between two days, both included."""

    valid_from: date | None = None
    valid_to: date | None = None
    answer: Annotated[str, Field(min_length=1, max_length=ANSWER_CHARACTERS)] | None = None
    steps: Texts | None = None
    documents: Texts | None = None
    place: Text | None = None
    fee: Text | None = None
    time: Text | None = None
    more: Text | None = None
    sources: tuple[Source, ...] | None = None

    def holds(self, day: date) -> bool:
        after_start = self.valid_from is None or self.valid_from <= day
        return after_start and (self.valid_to is None or day <= self.valid_to)


class Entry(Part):
    """One question with its answer. Only `id`, `question` and `answer` are required."""

    id: Id
    question: Text
    answer: Text
    kind: Kind = Kind.ANSWER
    label: Annotated[str, Field(min_length=1, max_length=LABEL_CHARACTERS)] | None = None
    phrasings: Texts = ()
    keywords: Texts = ()
    steps: Texts = ()
    documents: Texts = ()
    place: Text | None = None
    fee: Text | None = None
    time: Text | None = None
    more: Text | None = None
    links: tuple[Link, ...] = ()
    sources: tuple[Source, ...] = ()
    reviewed: date | None = None
    review_by: date | None = None
    audience: Texts = ()
    related: tuple[Id, ...] = ()
    action: Literal["book", "activate", "call"] | None = None
    variants: tuple[Variant, ...] = ()

    def on(self, day: date) -> Entry:
        """The entry as it reads on *day*: the first variant that holds replaces its values."""
        for variant in self.variants:
            if variant.holds(day):
                given = variant.model_dump(exclude_none=True, exclude={"valid_from", "valid_to"})
                values = {name: getattr(variant, name) for name in given}
                return self.model_copy(update=values)
        return self

    @property
    def title(self) -> str:
        """A short name for buttons."""
        return self.label or self.question


class GroupFile(Part):
    """A file of the FAQ folder. Only `entries` is required."""

    group: str | None = None
    title: str | None = None
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Group:
    id: str
    title: str
    entries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Faq:
    """All entries of a folder. `version` is a hash of the files' content; how people are greeted is
    no part of it, as it changes no answer. `asked`: questions as people ask them, by the entry that
    answers them, from which finding it is learnt beside its phrasings. `elsewhere`: questions that no
    entry answers. `wishes`: what people want done. `dangers`: what they say who are being cheated."""

    groups: tuple[Group, ...]
    entries: Mapping[str, Entry]
    synonyms: Mapping[str, Texts]
    version: str
    greetings: Greetings = field(default_factory=Greetings)
    asked: Mapping[str, Texts] = field(default_factory=lambda: MappingProxyType({}))
    elsewhere: Texts = ()
    wishes: Wishes = field(default_factory=Wishes)
    dangers: Dangers = field(default_factory=Dangers)


def load(folder: Path) -> Faq:
    """Read every `*.yaml` of *folder*; raise `Faults` listing all that is wrong in all files."""
    faults: list[Fault] = []
    try:
        read_as = version(folder)
    except OSError:
        read_as = ""  # which file cannot be read, and why, is told where it is read
    files = faq_files(folder)
    if not files:
        raise Faults([Fault(str(folder), 1, 1, "không có tệp *.yaml nào", "kiểm tra đường dẫn")])
    groups, entries = _load_entries(files, faults)
    lists = partial(_load_lists, faults=faults)
    found = Faq(
        groups=groups,
        entries=entries,
        synonyms=lists(folder / SYNONYMS_FILE, SYNONYM_HINT),
        version=read_as,
        greetings=greetings.load(folder, faults),
        asked=lists(folder / ASKED_FILE, ASKED_HINT, known=None if faults else entries),
        elsewhere=elsewhere.questions(
            lists(folder / elsewhere.FILE, elsewhere.HINT, known=elsewhere.WAYS)
        ),
        wishes=wishes.of(lists(folder / wishes.FILE, wishes.HINT, known=wishes.WISHES)),
        dangers=dangers.load(folder, faults),
    )
    if faults:
        raise Faults(faults)
    return found


def _load_entries(
    files: Iterable[Path], faults: list[Fault]
) -> tuple[tuple[Group, ...], Mapping[str, Entry]]:
    """What is wrong is added to *faults*."""
    groups: list[Group] = []
    entries: dict[str, Entry] = {}
    for file in files:
        try:
            document = yaml_file.read(file, file.name)
            parsed = _parse(document)
        except Faults as error:
            faults += error.faults
            continue
        faults += _repeated_ids(document, parsed, entries)
        entries.update({entry.id: entry for entry in parsed.entries})
        ids = tuple(entry.id for entry in parsed.entries)
        groups.append(Group(parsed.group or file.stem, parsed.title or file.stem, ids))
    return tuple(groups), MappingProxyType(entries)


def version(folder: Path) -> str:
    """What tells one content of the answers in *folder* from another, readable or not. Greetings have no
    part in it: no answer changes with them."""
    digest = hashlib.sha256()
    others = (SYNONYMS_FILE, ASKED_FILE, elsewhere.FILE, wishes.FILE, dangers.FILE)
    for file in (*faq_files(folder), *(folder / name for name in others)):
        if file.is_file():
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def faq_files(folder: Path) -> list[Path]:
    """The files that hold entries, in the order in which they are read."""
    found = sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")])
    lists = (SYNONYMS_FILE, ASKED_FILE, elsewhere.FILE, wishes.FILE)
    others = (*lists, greetings.FILE, dangers.FILE)
    return [file for file in found if file.name not in others]


def _parse(document: Document) -> GroupFile:
    data = document.data
    if not isinstance(data, dict):
        hint = "bắt đầu bằng group:, title: và entries:"
        raise Faults([document.fault((), "tệp phải gồm các dòng `khóa: giá trị`", hint)])
    try:
        return GroupFile.model_validate(data)
    except ValidationError as error:
        raise Faults(document.explain(error, name=_named(data))) from error


def _named(data: dict[str, Any]) -> Callable[[KeyPath], str]:
    """`mục mat-the-cap-lai: related[1]`, for people who know entries by their ids."""

    def name(path: KeyPath) -> str:
        match path:
            case ("entries", int(index), *rest) if rest:
                row = data["entries"][index]
                if isinstance(row, dict) and isinstance(row.get("id"), str):
                    return f"mục {row['id']}: {dotted(tuple(rest))}"
        return dotted(path)

    return name


def _repeated_ids(
    document: Document, parsed: GroupFile, known: Mapping[str, Entry]
) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, entry in enumerate(parsed.entries):
        if entry.id in known or entry.id in seen:
            message = f"id {entry.id!r} đã có ở mục khác"
            yield document.fault(("entries", index, "id"), message, REPEATED)
        seen.add(entry.id)


def _load_lists(
    file: Path, hint: str, faults: list[Fault], *, known: Collection[str] | None = None
) -> Mapping[str, Texts]:
    """A file that maps words to lists of texts; {} where there is none. When *known* is given, other
    keys are faults."""
    if not (file.exists() or file.is_symlink()):  # a link that leads nowhere is a fault
        return MappingProxyType({})
    try:
        document = yaml_file.read(file, file.name)
    except Faults as error:
        faults += error.faults
        return MappingProxyType({})
    return MappingProxyType(dict(_lists(document, hint, faults, known)))


def _lists(
    document: Document, hint: str, faults: list[Fault], known: Collection[str] | None
) -> Iterable[tuple[str, Texts]]:
    data = document.data or {}
    if not isinstance(data, dict):
        faults.append(document.fault((), "tệp phải gồm các dòng `từ: [cách gọi khác]`", hint))
        return
    seen: dict[str, str] = {}
    for key, texts in data.items():
        if known is not None and key not in known:
            near = closest(str(key), known)
            told = f"có phải {near!r}?" if near else hint
            faults.append(document.fault((str(key),), f"không có mục nào tên {key!r}", told))
        elif isinstance(texts, list) and all(isinstance(item, str) and item for item in texts):
            faults += _repeated(document, str(key), texts, seen) if known is not None else ()
            yield str(key), tuple(texts)
        else:
            faults.append(document.fault((str(key),), f"{key}: cần một danh sách từ", hint))


def _repeated(
    document: Document, key: str, texts: Sequence[str], seen: dict[str, str]
) -> Iterator[Fault]:
    """Texts of *key* that stand in the file already; *seen* is where."""
    for number, text in enumerate(texts):
        before = seen.setdefault(clean(text), key)
        if before != key or text in texts[:number]:
            message = f"câu này đã có ở {before!r}"
            yield document.fault((key, number), message, "xóa một trong hai câu")
