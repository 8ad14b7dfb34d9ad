"""Phrasings that another entry would win if they were not there.

A matcher answers its own phrasings by themselves, so it must not have seen them: the phrasings are
dealt into a few parts, and each part is asked of a matcher built without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from types import MappingProxyType

from bot.faq.dangers import Dangers
from bot.faq.entries import Faq
from bot.faq.lint.corpus import Corpus, Item
from bot.faq.lint.finding import Finding, Rule
from bot.faq.lint.house import House
from bot.faq.matching.matcher import Match, Matcher, Outcome

PARTS = 3  # a matcher is built for each
FEWEST = 6  # entries with fewer phrasings need each of them
SURE = 0.9  # an unseen phrasing is worth a look when another entry wins it with this confidence
BUTTONS = 3  # and its own entry would not even be offered when asking back

Row = tuple[Item, int, str]


def check(corpus: Corpus, house: House) -> Iterator[Finding]:
    if corpus.faq is None or not house.match:
        return
    for part in range(PARTS):
        matcher = Matcher.build(_without(corpus.faq, part), house.thresholds)
        rows = [row for row in corpus.phrasings if _in_part(row, part)]
        for item, number, winner in _lost(matcher, rows):
            yield _leaning(item, number, winner)


def _lost(matcher: Matcher, rows: Iterable[Row]) -> Iterator[tuple[Item, int, Match]]:
    for item, number, text in rows:
        result = matcher.match(text)
        best = result.matches[0] if result.matches else None
        answered = result.outcome is Outcome.ANSWER or result.neighbour is not None
        if not best or not answered or best.entry == item.entry.id or best.confidence < SURE:
            continue
        offered = item.entry.id in [match.entry for match in result.matches[:BUTTONS]]
        if not offered:
            yield item, number, best


def _in_part(row: Row, part: int) -> bool:
    item, number, _ = row
    return number % PARTS == part and len(item.entry.phrasings) >= FEWEST


def _without(faq: Faq, part: int) -> Faq:
    """*faq* less every third phrasing of each entry that has enough; of danger nothing is asked."""
    entries = {}
    for id_, entry in faq.entries.items():
        if len(entry.phrasings) >= FEWEST:
            kept = [text for n, text in enumerate(entry.phrasings) if n % PARTS != part]
            entry = entry.model_copy(update={"phrasings": tuple(kept)})
        entries[id_] = entry
    return replace(faq, entries=MappingProxyType(entries), dangers=Dangers())


def _leaning(item: Item, number: int, winner: Match) -> Finding:
    message = (
        f"không có câu này trong FAQ thì mục {winner.entry} giành mất "
        f"({winner.confidence:.0%} chắc chắn)"
    )
    hint = f"câu này có thể thuộc mục {winner.entry}; nếu không, thêm câu cùng ý ở mục này"
    return item.finding(Rule.WON, ("phrasings", number), message, hint, serious=False)
