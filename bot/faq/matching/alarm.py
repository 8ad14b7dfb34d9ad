"""Whether a text tells of danger (somebody is being cheated, or was), and of which kind.

Two linear classifiers on the same features: one tells danger from everything else, the other the kinds
from each other. Reading is linear in the length of a text. Figures and the choice of `FROM`: docs/matching.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bot.core import addresses
from bot.core.vietnamese import Word, shorten
from bot.faq.matching import classifier, synonyms
from bot.faq.matching.features import features
from bot.faq.matching.lessons import ORDINARY, DangerLesson
from bot.faq.matching.reader import Reader
from bot.faq.matching.string_table import Names
from bot.faq.matching.synonyms import Lexicon

Array: TypeAlias = NDArray[Any]  # float32

CERTAIN = 9.0  # the odds of a text that was taught word for word
FROM = 0.0  # the logarithm of the odds from which on a text is answered as danger
# The share of each view in the length of a text: words, pairs, concepts, letters, marks; and which concepts
# of danger stand in it, alone and two by two, however far apart.
SHARES = {"w": 2.0, "p": 1.0, "s": 1.0, "c": 2.0, "m": 0.5, "k": 2.0, "x": 2.0, "b": 2.0}
VIEWS = {prefix: number for number, prefix in enumerate(SHARES)}
WEIGHTS = np.sqrt(np.array([*SHARES.values()]) / sum(SHARES.values())).astype(np.float32)
SMOOTHING = 150.0  # added to the squared length of each view: a text of two words says little
LEAST_TEXTS = 2  # letters that come in fewer are like no other text
ALWAYS = "b:"  # in each text: what is known of a text of strange words is that few are dangerous
# What stands for an address: which one it is tells nothing, whether it is the State's does.
STATES_ADDRESS, OTHER_ADDRESS = "trangnhanuoc", "tranglakhac đường dẫn"


class Danger(NamedTuple):
    """`odds`: their logarithm that the text is dangerous, above `FROM`."""

    kind: str
    odds: float


class Alarm:
    """Immutable; built from what a FAQ teaches of danger."""

    def __init__(self, lesson: DangerLesson, reader: Reader) -> None:
        self._reader = reader
        self._words = Lexicon(lesson.words, None)
        self._concepts = frozenset(self._words.names)
        self._kinds = lesson.kinds
        self._whole = {_spoken(self._read(text)): kind for kind, text in lesson.whole}
        texts = [text for _, text in lesson.told]
        rows = [Counter(self._features(self._read(t))) for t in (*texts, *lesson.others)]
        kinds = np.array([kind for kind, _ in lesson.told], np.intp)
        found = Counter(name for row in rows for name in row)
        least = {name: LEAST_TEXTS if name[0] == "c" else 1 for name in found}
        self._names = Names(name for name, times in found.items() if times >= least[name])
        self._views = np.array([VIEWS[name[0]] for name in self._names], np.intp)
        times = np.array([found[name] for name in self._names])
        self._idf = (np.log((1 + len(rows)) / (1 + times)) + 1).astype(np.float32)
        table = self._table(rows)
        dangerous = np.zeros(len(rows), np.intp)
        dangerous[: len(texts)] = kinds >= 0
        sides = classifier.train(table, dangerous, 2)
        places = np.flatnonzero(kinds >= 0)
        self._side = sides[:, 1] - sides[:, 0]
        self._kind = classifier.train(table[places], kinds[places], len(self._kinds))

    def read(self, text: str) -> Danger | None:
        """The danger that *text* tells of; None when it tells of none."""
        words = self._read(text)
        whole = self._whole.get(_spoken(words))
        if whole is not None:
            return Danger(self._kinds[whole], CERTAIN) if whole != ORDINARY else None
        ids, weights = self._row(Counter(self._features(words)))
        odds = float(weights @ self._side[ids])
        if odds < FROM:
            return None
        return Danger(self._kinds[int(np.argmax(weights @ self._kind[ids]))], odds)

    def _read(self, text: str) -> list[Word]:
        return self._reader.read(" ".join(map(_in_words, shorten(text).split())))

    def _features(self, words: Sequence[Word]) -> list[str]:
        row, meant = self._words.concepts(words)
        found = [ALWAYS, *features(words)]
        found += synonyms.features(row, meant)
        found += _together(sorted(self._concepts.intersection(row)))
        return found

    def _row(self, counts: Counter[str]) -> tuple[NDArray[np.intp], Array]:
        """The known features and their weights; the part of each view has a length of at most its share."""
        found = self._names.find(counts)
        known = found >= 0
        ids = found[known]
        times = np.fromiter(counts.values(), np.float32, len(counts))[known]
        views = self._views[ids]
        weights = (1 + np.log(times)) * self._idf[ids]
        lengths = np.sqrt(np.bincount(views, weights * weights, len(VIEWS)) + SMOOTHING)
        return ids, (weights * (WEIGHTS / lengths)[views]).astype(np.float32)

    def _table(self, rows: Iterable[Counter[str]]) -> Any:
        found = [self._row(row) for row in rows]
        starts = np.cumsum([0, *(len(ids) for ids, _ in found)])
        ids = np.concatenate([ids for ids, _ in found])
        weights = np.concatenate([weights for _, weights in found])
        return sparse.csr_matrix((weights, ids, starts), (len(found), len(self._names)))


def _together(concepts: Sequence[str]) -> Iterator[str]:
    yield from (f"k:{one}" for one in concepts)
    yield from (f"x:{one}+{other}" for one, other in combinations(concepts, 2))


def _spoken(words: Iterable[Word]) -> str:
    return " ".join(word.plain for word in words)


def _in_words(word: str) -> str:
    """*word*, or what is said in place of an address."""
    address = addresses.read(word)
    if address is None:
        return word
    return STATES_ADDRESS if address.is_state else OTHER_ADDRESS
