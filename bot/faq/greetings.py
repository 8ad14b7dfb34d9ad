"""How people are greeted, by who they are, and what a poster says, by where it hangs.

`loi-chao.yaml` of the FAQ folder, kept by volunteers. A folder without it greets everybody alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, TypeAlias

from pydantic import Field, ValidationError

from bot.core.audiences import AUDIENCES
from bot.core.documents import file as yaml_file
from bot.core.documents.file import Document, Fault, Faults, KeyPath
from bot.core.likeness import closest
from bot.faq.model import Id, Part

FILE = "loi-chao.yaml"
GREETING_CHARACTERS = 250  # the buttons below it are still seen on a phone
HEADLINE_CHARACTERS = 48  # three lines that are read from three metres away
LINE_CHARACTERS = 80  # two lines of a poster

Name: TypeAlias = Annotated[str, Field(min_length=1, max_length=40)]
Headline: TypeAlias = Annotated[str, Field(min_length=1, max_length=HEADLINE_CHARACTERS)]
Line: TypeAlias = Annotated[str, Field(min_length=1, max_length=LINE_CHARACTERS)]


class Audience(Part):
    """Whom a deep link speaks to; `questions` are ids of entries that these people ask first; `segment`:
    the audience of campaigns that they are part of."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,30}$")]
    name: Name
    greeting: Annotated[str, Field(min_length=1, max_length=GREETING_CHARACTERS)]
    questions: Annotated[tuple[Id, ...], Field(min_length=2, max_length=3)]
    segment: Id


class Place(Part):
    """A kind of place where posters hang, for whom, and what they say there."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,30}$")]
    name: Name
    audience: Id
    headline: Headline
    lines: Annotated[tuple[Line, ...], Field(min_length=2, max_length=2)]


class GreetingFile(Part):
    audiences: tuple[Audience, ...]
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Greetings:
    """By id, in the order of the file."""

    audiences: Mapping[str, Audience] = field(default_factory=lambda: MappingProxyType({}))
    places: Mapping[str, Place] = field(default_factory=lambda: MappingProxyType({}))

    def of_place(self, kind: str) -> Audience | None:
        """Whom a poster at a place of this *kind* speaks to."""
        place = self.places.get(kind)
        return self.audiences.get(place.audience) if place else None


def load(folder: Path, faults: list[Fault]) -> Greetings:
    """The greetings of *folder*; what is wrong with them is added to *faults*."""
    file = folder / FILE
    if not (file.exists() or file.is_symlink()):  # a link that leads nowhere is a fault
        return Greetings()
    try:
        document = yaml_file.read(file, file.name)
        parsed = GreetingFile.model_validate(document.data)
    except Faults as error:
        faults += error.faults
        return Greetings()
    except ValidationError as error:
        faults += document.explain(error)
        return Greetings()
    faults += _repeated(document, "audiences", [one.id for one in parsed.audiences])
    faults += _repeated(document, "places", [one.id for one in parsed.places])
    faults += _unknown_audiences(document, parsed)
    faults += _unknown_segments(document, parsed)
    return Greetings(
        MappingProxyType({one.id: one for one in parsed.audiences}),
        MappingProxyType({one.id: one for one in parsed.places}),
    )


def _repeated(document: Document, key: str, ids: Sequence[str]) -> Iterator[Fault]:
    for number, id_ in enumerate(ids):
        if id_ in ids[:number]:
            at: KeyPath = (key, number, "id")
            yield document.fault(at, f"id {id_!r} viết hai lần", "đổi id, hoặc xóa một mục")


def _unknown_audiences(document: Document, parsed: GreetingFile) -> Iterator[Fault]:
    known = [one.id for one in parsed.audiences]
    for number, place in enumerate(parsed.places):
        if place.audience not in known:
            yield _unknown(document, ("places", number, "audience"), place.audience, known)


def _unknown_segments(document: Document, parsed: GreetingFile) -> Iterator[Fault]:
    for number, one in enumerate(parsed.audiences):
        if one.segment not in AUDIENCES:
            yield _unknown(document, ("audiences", number, "segment"), one.segment, [*AUDIENCES])


def _unknown(document: Document, at: KeyPath, given: str, known: Sequence[str]) -> Fault:
    near = closest(given, known)
    hint = f"có phải {near!r}?" if near else f"chọn một trong: {', '.join(known)}"
    return document.fault(at, f"không có nhóm người nào tên {given!r}", hint)
