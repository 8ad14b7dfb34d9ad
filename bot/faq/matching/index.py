"""Scores of all entries for a text: a trained head and BM25 over whole entries, on shared features.

The head learns which features tell entries apart; BM25 takes each entry as one long text and
needs no training, so it carries entries with few phrasings. Their sum is better than either.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, compress
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bot.faq.matching import classifier
from bot.faq.matching.features import View, view_of
from bot.faq.matching.string_table import Names

Array: TypeAlias = NDArray[Any]  # float32

# Word, pair, concept, letters, marks: the share of each in the length of a text.
SHARES = np.array([2.0, 1.0, 0.5, 2.0, 0.5])
VIEW_WEIGHTS = np.sqrt(SHARES / SHARES.sum()).astype(np.float32)
# Letters that come in one text only, or in the texts of many entries, cost time and tell little.
LEAST_TEXTS = 2
MOST_TEXTS, MOST_ENTRIES = 0.05, 2  # the greater: a share of the texts, as many as of some entries
SATURATION, LENGTH_SHARE = 1.2, 0.5  # BM25's k1 and b
TAKEN_AS_OURS = 2.45  # of questions in scope nine in ten have more
ELSEWHERE = -1  # in place of an entry: a text that none is about
LEAST_GRASP = 0.3  # of a text that is taken for a wish
UNKNOWN = -2  # … a text that some may be about
# A head pays from some texts per entry on; in huge folders it would take too long.
HEAD_LEAST, HEAD_MOST = 4, 10_000
# Letters serve the head alone. With some thousands of texts its words are enough, and it is
# trained in half the time without them.
LETTERS_MOST = 3_000


class Text(NamedTuple):
    """A text of an entry, or of none: of what is `ELSEWHERE`, or of an `UNKNOWN` one. `weight` is its share
    in BM25; only a `taught` one trains the heads. `wish`: the number of what it wants done, 0 for a
    question."""

    features: Sequence[str]
    entry: int
    weight: float = 1.0
    taught: bool = True
    wish: int = 0


@dataclass(frozen=True, slots=True)
class Query:
    """A text in terms of the index."""

    ids: NDArray[np.intp]
    weights: Array  # of unit length, view by view, times the share of words that are known
    entry_ids: NDArray[np.intp]  # words, pairs and concepts
    asked: float  # the idf of all words, pairs and concepts, unknown ones too
    grasp: float  # the share (0-1) of the words that is known


class Index:
    """Immutable; built from the texts of numbered entries, of which *neighbours* are out of scope."""

    def __init__(self, texts: Sequence[Text], entries: int, neighbours: Sequence[int] = ()) -> None:
        self.entries = entries
        names: defaultdict[str, int] = defaultdict()
        counts = _count([text.features for text in texts], names)
        taught = np.flatnonzero([text.taught for text in texts])
        self._names = Names(_useful(names, counts, entries))
        counts = counts[:, [names[name] for name in self._names]].tocsr()
        self._views = np.array([view_of(name) for name in self._names], np.int8)
        owners = np.array([text.entry for text in texts], np.intp)
        weights = np.array([text.weight for text in texts], np.float32)
        self._postings, self._entry_idf = self._index_entries(counts, owners, weights)
        self._rarest = float(self._entry_idf.max(initial=1.0))
        frequency = np.bincount(counts[taught].indices, minlength=len(self._names))
        self._idf = _idf(len(taught), frequency)
        rows, owners = self._unit_rows(counts[taught]), owners[taught]
        inside = owners >= 0
        self._head: Array | None = None
        if pays(int(inside.sum()), entries):
            self._head = classifier.train(rows[np.flatnonzero(inside)], owners[inside], entries)
        self._scope: Array | None = None
        if (owners == ELSEWHERE).any():
            known = np.flatnonzero(owners != UNKNOWN)
            ours = (inside & ~np.isin(owners, neighbours)).astype(np.intp)
            sides = classifier.train(rows[known], ours[known], 2)
            self._scope = sides[:, 1] - sides[:, 0]
        wishes = np.array([text.wish for text in texts], np.intp)[taught]
        self._wishes: Array | None = None
        if wishes.any():
            self._wishes = classifier.train(rows, wishes, int(wishes.max()) + 1)

    @property
    def has_head(self) -> bool:
        return self._head is not None

    def query(self, features: Sequence[str]) -> Query:
        found = self._names.find(features)
        ids, counts = np.unique(found[found >= 0], return_counts=True)
        views = self._views[ids]
        weights = (1 + np.log(counts, dtype=np.float32)) * self._idf[ids]
        lengths = np.sqrt(np.bincount(views, weights * weights, minlength=len(View)))
        strangers = {features[place] for place in np.flatnonzero(found < 0).tolist()}
        unknown = {name for name in strangers if view_of(name) <= View.CONCEPT}
        entry_idf = self._entry_idf[ids]
        foreign = (entry_idf == 0) & (views <= View.CONCEPT)  # words that only other texts have
        strangers_words = sum(view_of(f) == View.WORD for f in unknown)
        strange = self._rarest * (strangers_words + int((foreign & (views == View.WORD)).sum()))
        familiar = float(entry_idf[views == View.WORD].sum())
        grasp = familiar / max(familiar + strange, 1e-9)
        weights *= (grasp * VIEW_WEIGHTS / np.maximum(lengths, 1e-9))[views]
        entry_ids = ids[views <= View.CONCEPT]
        asked = float(self._entry_idf[entry_ids].sum())
        asked += self._rarest * (len(unknown) + int(foreign.sum()))
        return Query(ids, weights.astype(np.float32), entry_ids, asked, grasp)

    def logits(self, query: Query) -> Array:
        """The head's scores; zeros where no head was trained."""
        if self._head is None or not len(query.ids):
            return np.zeros(self.entries, np.float32)
        return np.asarray(query.weights @ self._head[query.ids])

    def scope(self, query: Query) -> float:
        """How much a text is about what entries in scope are about: the logarithm of the odds, 0 for
        even ones. Where no texts from elsewhere taught the difference, every text is taken to be."""
        if self._scope is None:
            return TAKEN_AS_OURS
        if not len(query.ids):
            return 0.0
        return float(query.weights @ self._scope[query.ids])

    def wish(self, query: Query) -> tuple[int, float]:
        """The number of what a text likeliest wants done, and the logarithm of the odds that it does and is
        no question. 0 where no wishes were taught, or few of the words are known."""
        if self._wishes is None or query.grasp < LEAST_GRASP:
            return 0, 0.0
        lean = query.weights @ self._wishes[query.ids]
        best = 1 + int(lean[1:].argmax())
        return best, float(lean[best] - lean[0])

    def coverage(self, query: Query) -> Array:
        """BM25 of each entry, divided by the weight of all that was asked: about 0 to 2."""
        starts, places, values = self._postings
        rows = query.entry_ids
        parts = list(map(slice, starts[rows].tolist(), starts[rows + 1].tolist()))
        if not parts:
            return np.zeros(self.entries, np.float32)
        where = np.concatenate([places[part] for part in parts])
        scores = np.bincount(where, np.concatenate([values[part] for part in parts]), self.entries)
        return (scores / max(query.asked, 1e-9)).astype(np.float32)

    def _unit_rows(self, counts: Any) -> Any:
        """Rows of tf-idf; each view of a row has the length that VIEW_WEIGHTS gives it."""
        rows = counts.astype(np.float32)
        rows.data = (1 + np.log(rows.data)) * self._idf[rows.indices]
        place = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
        views = self._views[rows.indices]
        cell = place * len(View) + views
        lengths = np.sqrt(np.bincount(cell, rows.data**2, minlength=rows.shape[0] * len(View)))
        rows.data *= (VIEW_WEIGHTS[views] / np.maximum(lengths[cell], 1e-9)).astype(np.float32)
        rows.eliminate_zeros()
        return rows

    def _index_entries(
        self, counts: Any, owners: NDArray[np.intp], weights: Array
    ) -> tuple[tuple[Any, Any, Array], Array]:
        """BM25 postings (starts, entries, values by feature) and the features' idf over entries."""
        shape = (self.entries, len(owners))
        mine = np.flatnonzero(owners >= 0)
        member = sparse.csr_matrix((weights[mine], (owners[mine], mine)), shape)
        words = sparse.diags_array((self._views <= View.CONCEPT).astype(np.float32))
        table = sparse.csc_matrix(member @ counts @ words)
        table.eliminate_zeros()
        lengths = np.asarray(table.sum(axis=1)).ravel()
        frequency = np.diff(table.indptr)
        idf = _idf(self.entries, frequency)
        share = 1 - LENGTH_SHARE + LENGTH_SHARE * lengths / max(lengths.mean(), 1e-9)
        saturated = table.data / (table.data + SATURATION * share[table.indices])
        values = np.repeat(idf, frequency) * saturated * (SATURATION + 1)
        return (table.indptr, table.indices, values.astype(np.float32)), idf


def pays(taught: int, entries: int) -> bool:
    """Whether a head is trained on that many texts."""
    return HEAD_LEAST * entries <= taught <= HEAD_MOST


def letters_pay(taught: int, entries: int) -> bool:
    """Whether texts are also compared by their letters."""
    return pays(taught, entries) and taught <= LETTERS_MOST


def _count(texts: Sequence[Sequence[str]], names: defaultdict[str, int]) -> Any:
    """A CSR matrix (texts x features) of counts; fills *names* with the columns' names."""
    names.default_factory = names.__len__
    places = list(map(names.__getitem__, chain.from_iterable(texts)))
    starts = np.cumsum([0, *map(len, texts)])
    ones = np.ones(len(places), np.float32)
    counts = sparse.csr_matrix((ones, places, starts), (len(texts), len(names)))
    counts.sum_duplicates()
    return counts


def _useful(names: dict[str, int], counts: Any, entries: int) -> Iterator[str]:
    """All but the letters that come too seldom or too often."""
    frequency = np.bincount(counts.indices, minlength=len(names))
    letters = np.fromiter((view_of(name) == View.LETTERS for name in names), bool, len(names))
    common = max(MOST_TEXTS, MOST_ENTRIES / max(entries, 1)) * counts.shape[0]
    useful = ~letters | ((frequency >= LEAST_TEXTS) & (frequency <= common))
    return compress(names, useful)


def _idf(texts: int, frequency: NDArray[np.intp]) -> Array:
    """Smooth idf; 0 for what never comes."""
    idf = np.log((1 + texts) / (1 + frequency)) + 1
    return np.where(frequency > 0, idf, 0).astype(np.float32)
