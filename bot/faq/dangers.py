"""What people say, and what cheats write, when somebody is being cheated: `nguy-hiem.yaml` of the FAQ folder.

Volunteers keep it. A folder without it is read for no danger but addresses that deceive.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, TypeAlias

from pydantic import Field, ValidationError

from bot.core.documents import file as yaml_file
from bot.core.documents.file import Document, Fault, Faults
from bot.faq.model import Id, Part, Text, Texts

FILE = "nguy-hiem.yaml"
FIRST_CHARACTERS = 140  # what a phone shows of a message before it is opened
STEP_CHARACTERS = 140
EACH = 6  # sentences made of one tail; more teach no more

First: TypeAlias = Annotated[
    str, Field(min_length=1, max_length=FIRST_CHARACTERS, pattern=r"^⚠️ \S")
]
Step: TypeAlias = Annotated[str, Field(min_length=1, max_length=STEP_CHARACTERS)]
Few: TypeAlias = Annotated[tuple[Step, ...], Field(min_length=2, max_length=7)]


class Joined(Part):
    """Each of `tails` makes a sentence with some of `heads`."""

    heads: Annotated[tuple[Text, ...], Field(min_length=1)]
    tails: Annotated[tuple[Text, ...], Field(min_length=1)]

    def sentences(self) -> Iterator[str]:
        """Always the same ones; the next tail takes the next heads."""
        each = min(EACH, len(self.heads))
        for number, tail in enumerate(self.tails):
            for turn in range(each):
                yield f"{self.heads[(number * each + turn) % len(self.heads)]} {tail}"


class Said(Part):
    """Texts of one kind: whole ones, and ones that are made of parts."""

    phrases: Texts = ()
    joined: tuple[Joined, ...] = ()

    def texts(self) -> Iterator[str]:
        yield from self.phrases
        for one in self.joined:
            yield from one.sentences()


class DangerKind(Said):
    """A kind of danger. The reply is `first` (what to do now) and `then`; `steps`, the full list, stand
    behind a button, and so does the first of `entries`, which are about the same. `call`: whom to dial."""

    id: Id
    first: First
    then: Text
    steps: Few
    entries: Annotated[tuple[Id, ...], Field(min_length=1, max_length=4)]
    call: Annotated[str, Field(pattern=r"^\d{3,4}$")] | None = None


class DangerFile(Part):
    kinds: Annotated[tuple[DangerKind, ...], Field(min_length=2)]
    ordinary: Said
    words: Mapping[Text, Texts] = {}


@dataclass(frozen=True, slots=True)
class Dangers:
    """`kinds` by id. `ordinary`: what sounds like danger and is none. `words`: those that mean the same when
    somebody is cheated."""

    kinds: Mapping[str, DangerKind] = field(default_factory=lambda: MappingProxyType({}))
    ordinary: Said = field(default_factory=Said)
    words: Mapping[str, Texts] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def entries(self) -> frozenset[str]:
        """The entries that are asked for by who is in danger: their phrasings are no ordinary questions."""
        return frozenset(id_ for kind in self.kinds.values() for id_ in kind.entries)


def load(folder: Path, faults: list[Fault]) -> Dangers:
    """The dangers of *folder*; what is wrong with them is added to *faults*."""
    file = folder / FILE
    if not (file.exists() or file.is_symlink()):  # a link that leads nowhere is a fault
        return Dangers()
    try:
        document = yaml_file.read(file, file.name)
        parsed = DangerFile.model_validate(document.data)
    except Faults as error:
        faults += error.faults
        return Dangers()
    except ValidationError as error:
        faults += document.explain(error)
        return Dangers()
    faults += _repeated(document, [one.id for one in parsed.kinds])
    kinds = MappingProxyType({one.id: one for one in parsed.kinds})
    return Dangers(kinds, parsed.ordinary, MappingProxyType(dict(parsed.words)))


def _repeated(document: Document, ids: Sequence[str]) -> Iterator[Fault]:
    for number, id_ in enumerate(ids):
        if id_ in ids[:number]:
            at = ("kinds", number, "id")
            yield document.fault(at, f"id {id_!r} viết hai lần", "đổi id, hoặc xóa một mục")
