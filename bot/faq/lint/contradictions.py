"""The same fee, time limit, fine or day stated differently in two answers.

A number contradicts another entry when that entry says another number of the same thing, and
neither of the two entries says the other's number anywhere. What stands in a variant is compared
as it reads on its days.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from math import log

from bot.core.documents.file import KeyPath
from bot.faq.lint.corpus import Corpus, Item
from bot.faq.lint.finding import Finding, Rule
from bot.faq.lint.house import House
from bot.faq.lint.quantities import CASES, MANNERS, Claim, claims, words

# The part of the words about a number that two claims must share to be of the same thing: in one
# group or linked entries, in others, and when both only have their label to go by. Chosen on faq/:
# with these there is no false alarm, with 0.30, 0.45 and 0.55 there is.
NEAR_IN_GROUP = 0.4
NEAR = 0.5
NEAR_BY_LABEL = 0.6
RICH = 2  # a clause with fewer words leans on the entry's label
SUMMARIES = ("fee", "time")
FIELDS = ("answer", "steps", "documents", "place", "fee", "time", "more")


@dataclass(frozen=True, slots=True)
class Placed:
    """A claim, the entry that makes it and where; whether the label lent it its words."""

    item: Item
    at: KeyPath
    claim: Claim
    leans: bool = False


def check(corpus: Corpus, house: House) -> Iterator[Finding]:
    told: set[tuple[str, KeyPath, str]] = set()
    for day in _days(corpus, house.today):
        for placed, other in contradictions(_claims(corpus, day)):
            key = (placed.item.entry.id, placed.at, placed.claim.said)
            if key not in told:
                told.add(key)
                yield _finding(placed, other)


def _days(corpus: Corpus, today: date) -> list[date]:
    """Today, and each later day on which some answer changes."""
    starts = {v.valid_from for item in corpus.items for v in item.entry.variants if v.valid_from}
    return [today, *sorted(day for day in starts if day > today)]


def _claims(corpus: Corpus, day: date) -> list[Placed]:
    return [placed for item in corpus.items for placed in _of_item(item, day)]


def _of_item(item: Item, day: date) -> Iterator[Placed]:
    entry = item.entry
    held = next((n for n, variant in enumerate(entry.variants) if variant.holds(day)), None)
    label = words(entry.title)
    for at, text in item.texts:
        if not _reads(item, at, held):
            continue
        for claim in claims(text):
            poor = len(claim.about - MANNERS) < RICH
            about = claim.about | label if poor else claim.about
            yield Placed(item, at, Claim(claim.kind, claim.value, claim.said, about), poor)


def _reads(item: Item, at: KeyPath, held: int | None) -> bool:
    """Whether the text at *at* is shown while the variant *held* holds."""
    if at[0] == "variants":
        return at[1] == held and at[2] in FIELDS
    replaced = held is not None and getattr(item.entry.variants[held], str(at[0]), None) is not None
    return at[0] in FIELDS and not replaced


def contradictions(placed: Sequence[Placed]) -> Iterator[tuple[Placed, Placed]]:
    """Pairs in which the first is the odd one out; both ways round when that cannot be said."""
    weight = _weights(placed)
    by_kind: dict[str, list[Placed]] = defaultdict(list)
    for one in placed:
        by_kind[one.claim.kind].append(one)
    for rows in by_kind.values():
        said = _said(rows)
        for left, right in combinations(rows, 2):
            if _agree(left, right, said) or not comparable(left, right, weight):
                continue
            yield from _odd_one(left, right, rows, weight)


def _weights(placed: Iterable[Placed]) -> Mapping[str, float]:
    """Rare words say more about what a number counts."""
    entries: dict[str, set[str]] = defaultdict(set)
    for one in placed:
        for word in one.claim.about:
            entries[word].add(one.item.entry.id)
    return {
        word: (2.0 if word in CASES else 1.0) * (0.3 + log(1 + 20 / len(ids)))
        for word, ids in entries.items()
    }


def _said(rows: Iterable[Placed]) -> Mapping[str, set[tuple[float | str, ...]]]:
    """The values of each entry, and of each field of an entry ("id/fee")."""
    found: dict[str, set[tuple[float | str, ...]]] = defaultdict(set)
    for one in rows:
        found[one.item.entry.id].add(one.claim.value)
        found[_field(one)].add(one.claim.value)
    return found


def _field(one: Placed) -> str:
    return f"{one.item.entry.id}/{one.at[0] if one.at[0] != 'variants' else one.at[2]}"


def _agree(left: Placed, right: Placed, said: Mapping[str, set[tuple[float | str, ...]]]) -> bool:
    ours, theirs = left.item.entry.id, right.item.entry.id
    if ours == theirs:  # an answer may name several days, its fee and time lines sum it up
        ours, theirs = _field(left), _field(right)
        if not {ours, theirs} & {f"{left.item.entry.id}/{name}" for name in SUMMARIES}:
            return True
    same = left.claim.value == right.claim.value or ours == theirs
    return same or left.claim.value in said[theirs] or right.claim.value in said[ours]


def comparable(left: Placed, right: Placed, weight: Mapping[str, float]) -> bool:
    ours, theirs = left.claim.about, right.claim.about
    if (ours ^ theirs) & CASES or not ours & theirs:
        return False
    both = sum(weight[word] for word in ours & theirs)
    return both >= _need(left, right) * sum(weight[word] for word in ours | theirs)


def _need(left: Placed, right: Placed) -> float:
    if left.leans and right.leans:
        return NEAR_BY_LABEL
    ours, theirs = left.item, right.item
    linked = ours.entry.id in theirs.entry.related or theirs.entry.id in ours.entry.related
    return NEAR_IN_GROUP if linked or ours.file.name == theirs.file.name else NEAR


def _odd_one(
    left: Placed, right: Placed, rows: Sequence[Placed], weight: Mapping[str, float]
) -> Iterator[tuple[Placed, Placed]]:
    ours, theirs = (_backing(one, rows, weight) for one in (left, right))
    if ours <= theirs:
        yield left, right
    if theirs <= ours:
        yield right, left


def _backing(one: Placed, rows: Sequence[Placed], weight: Mapping[str, float]) -> int:
    """How many other entries say the same value of the same thing."""
    return len(
        {
            other.item.entry.id
            for other in rows
            if other.claim.value == one.claim.value and comparable(one, other, weight)
        }
    )


def _finding(placed: Placed, other: Placed) -> Finding:
    place = other.item.fault(other.at, "", near=other.claim.said)
    message = (
        f"“{placed.claim.said}” trái với “{other.claim.said}” "
        f"ở mục {other.item.entry.id} ({place.file}:{place.line})"
    )
    hint = "xem lại nguồn rồi sửa bên sai; nếu là hai việc khác nhau, ghi `# bỏ qua: mau-thuan`"
    return placed.item.finding(Rule.CONTRADICTION, placed.at, message, hint, near=placed.claim.said)
