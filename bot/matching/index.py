"""Scores of all entries for a text: a trained head and BM25 over whole entries, on shared features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bot.matching import head
from bot.matching.features import View, view_of

Array: TypeAlias = NDArray[np.float32]
Ids: TypeAlias = NDArray[np.int32]

VIEW_WEIGHTS = np.sqrt(np.array([1.0, 1.0, 1.0, 0.5], np.float32) / 3.5)
# Letters that come in one text only, or in very many, cost time and tell nothing.
LEAST_TEXTS, MOST_TEXTS = 2, 0.05
SATURATION, LENGTH_SHARE = 1.2, 0.75  # BM25's k1 and b
HEAD_LEAST, HEAD_MOST = 4, 8_000  # phrasings: per entry on average, and in all


@dataclass(frozen=True, slots=True)
class Query:
    """A text as rows of the index."""

    ids: Ids
    weights: Array  # of unit length, view by view
    entry_ids: Ids
    idf_sum: float  # of the words and pairs, unknown ones too


class Index:
    """Texts with the number of the entry that each belongs to -> scores of entries for a text."""

    def __init__(self, texts: Sequence[Sequence[str]], owners: Sequence[int], entries: int) -> None:
        self.entries = entries
        labels = np.asarray(owners, np.intp)
        names: dict[str, int] = {}
        counts = _count(texts, names)
        kept = _useful(names, counts)
        self._ids = {name: i for i, name in enumerate(np.array(list(names), object)[kept])}
        counts = counts[:, kept].tocsr()
        self._views = np.array([view_of(name) for name in self._ids], np.int8)
        frequency = np.bincount(counts.indices, minlength=len(self._ids))
        self._idf = _idf(len(texts), frequency)
        self._postings, self._entry_idf, self._rarest = self._index_entries(counts, labels)
        self._head: Array | None = None
        if HEAD_LEAST * entries <= len(texts) <= HEAD_MOST:
            self._head = head.train(self._rows(counts), labels, entries)

    def query(self, features: Sequence[str]) -> Query:
        known = self._ids
        ids, counts = np.unique(
            np.fromiter((known[f] for f in features if f in known), np.int32), return_counts=True
        )
        views = self._views[ids]
        weights = (1 + np.log(counts, dtype=np.float32)) * self._idf[ids]
        lengths = np.sqrt(np.bincount(views, weights * weights, minlength=len(View)))
        weights *= (VIEW_WEIGHTS / np.maximum(lengths, 1e-9))[views].astype(np.float32)
        entry_ids = ids[views <= View.PAIR]
        unknown = {f for f in features if f[0] in "wp" and f not in known}
        idf_sum = float(self._entry_idf[entry_ids].sum()) + self._rarest * len(unknown)
        return Query(ids, weights.astype(np.float32), entry_ids, idf_sum)

    def logits(self, query: Query) -> Array:
        """The head's scores; zeros where no head was trained."""
        if self._head is None or not len(query.ids):
            return np.zeros(self.entries, np.float32)
        return query.weights @ self._head[query.ids]

    def coverage(self, query: Query) -> Array:
        """BM25 of each entry, divided by the weight of all that was asked: about 0 to 2."""
        scores = np.zeros(self.entries, np.float32)
        starts, places, values = self._postings
        for row in query.entry_ids:
            part = slice(starts[row], starts[row + 1])
            scores[places[part]] += values[part]
        return scores / max(query.idf_sum, 1e-9)

    def _rows(self, counts: Any) -> Any:
        rows = counts.astype(np.float32)
        rows.data = (1 + np.log(rows.data)) * self._idf[rows.indices]
        place = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
        views = self._views[rows.indices]
        cell = place * len(View) + views
        lengths = np.sqrt(np.bincount(cell, rows.data**2, minlength=rows.shape[0] * len(View)))
        rows.data *= (VIEW_WEIGHTS[views] / lengths[cell]).astype(np.float32)
        return rows

    def _index_entries(self, counts: Any, labels: NDArray[np.intp]) -> tuple[Any, Array, float]:
        """BM25 postings of entries: each entry is one text, all its phrasings together."""
        ones = np.ones(len(labels), np.float32)
        member = sparse.csr_matrix(
            (ones, (labels, np.arange(len(labels)))), (self.entries, len(labels))
        )
        table = (member @ counts).tocsr()
        table = table.multiply(self._views <= View.PAIR).tocsc()
        table.eliminate_zeros()
        lengths = np.asarray(table.sum(axis=1)).ravel()
        idf = _idf(self.entries, np.diff(table.indptr))
        longer = SATURATION * (1 - LENGTH_SHARE + LENGTH_SHARE * lengths / lengths.mean())
        term = np.repeat(np.arange(table.shape[1]), np.diff(table.indptr))
        tf = table.data
        values = idf[term] * tf * (SATURATION + 1) / (tf + longer[table.indices])
        postings = (table.indptr, table.indices, values.astype(np.float32))
        return postings, idf, float(idf.max())


def _count(texts: Sequence[Sequence[str]], names: dict[str, int]) -> Any:
    """A CSR matrix (texts x features) of counts; fills *names* with the columns' names."""
    places = [names.setdefault(feature, len(names)) for text in texts for feature in text]
    starts = np.cumsum([0, *map(len, texts)])
    ones = np.ones(len(places), np.float32)
    counts = sparse.csr_matrix((ones, places, starts), (len(texts), len(names)))
    counts.sum_duplicates()
    return counts


def _useful(names: dict[str, int], counts: Any) -> NDArray[np.intp]:
    frequency = np.bincount(counts.indices, minlength=len(names))
    letters = np.fromiter((name[0] == "c" for name in names), bool, len(names))
    common = max(MOST_TEXTS * counts.shape[0], LEAST_TEXTS)
    return np.flatnonzero(~letters | ((frequency >= LEAST_TEXTS) & (frequency <= common)))


def _idf(texts: int, frequency: NDArray[np.intp]) -> Array:
    return (np.log((1 + texts) / (1 + frequency)) + 1).astype(np.float32)
