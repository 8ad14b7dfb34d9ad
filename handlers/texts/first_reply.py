"""How much of an entry the first reply says: what was asked, then as much more as a phone's screen holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.faq.entries import Entry
from bot.faq.matching.aspect import Aspect

MOST_WORDS = 90  # about one screen of 360 x 740 pixels
NAMES = {
    Aspect.STEPS: "cách làm",
    Aspect.DOCUMENTS: "giấy tờ",
    Aspect.PLACE: "nơi làm",
    Aspect.FEE: "lệ phí",
    Aspect.TIME: "thời gian",
}
FACTS = {NAMES[aspect] for aspect in (Aspect.PLACE, Aspect.FEE, Aspect.TIME)}
MORE = "lưu ý"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of an entry, and what the button that leads to it calls it ("" for the answer itself)."""

    name: str
    text: str

    @property
    def words(self) -> int:
        return len(self.text.split())


@dataclass(frozen=True, slots=True)
class FirstReply:
    """`text` is what is said at once; `left` names what is not."""

    text: str
    left: tuple[str, ...]


def first_reply(entry: Entry, asks: Sequence[Aspect] = ()) -> FirstReply:
    """What *asks* wants to know stands first (for how it is done: right after the answer); of the rest,
    each part that still fits."""
    answer = Part("", entry.answer)
    aspects = {aspect: Part(NAMES[aspect], text) for aspect, text in parts(entry)}
    wanted = [aspects.pop(aspect) for aspect in asks if aspect in aspects]
    steps = [part for part in wanted if part.name == NAMES[Aspect.STEPS]]
    shown = [*(part for part in wanted if part not in steps), answer, *steps]
    left = [*aspects.values(), *((Part(MORE, entry.more),) if entry.more else ())]
    room = MOST_WORDS - sum(part.words for part in shown)
    for part in tuple(left):
        if part.words <= room:
            room -= part.words
            left.remove(part)
            shown.append(part)
    return FirstReply(_joined(shown), tuple(part.name for part in left))


def _joined(shown: Sequence[Part]) -> str:
    """Facts of a line each stand together."""
    text = shown[0].text
    for before, part in pairwise(shown):
        text += ("\n" if {before.name, part.name} <= FACTS else "\n\n") + part.text
    return text


def parts(entry: Entry) -> Iterator[tuple[Aspect, str]]:
    """The parts of *entry* beside its answer and its `more`, in the order of a visit."""
    if entry.steps:
        yield Aspect.STEPS, "\n".join(f"{n}. {line}" for n, line in enumerate(entry.steps, 1))
    if entry.documents:
        yield Aspect.DOCUMENTS, "Mang theo:\n" + "\n".join(f"• {line}" for line in entry.documents)
    facts = (
        (Aspect.PLACE, "Nơi làm", entry.place),
        (Aspect.FEE, "Lệ phí", entry.fee),
        (Aspect.TIME, "Thời gian", entry.time),
    )
    for aspect, name, value in facts:
        if value:
            yield aspect, f"{name}: {value}"
