"""A linear classifier over sparse features, trained while the FAQ is loaded.

Multinomial logistic regression with an L2 penalty, fitted by L-BFGS on the dual: the weights are
`features.T @ duals`, so every vector of the search is (texts x entries), small beside (features x
entries). Training is deterministic and takes about a third of a second for 5,800 texts and 186 entries.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]  # float32

PENALTY = 0.04  # on unit-length rows
STEPS = 15
HALVINGS = 12  # of a step, until it helps
MEMORY = 5  # pairs kept by L-BFGS


class _Pair(NamedTuple):
    """A step of the duals, the change of the gradient it made, and both times the kernel."""

    step: Array
    kernel_step: Array
    change: Array
    kernel_change: Array
    scale: float  # 1 / <step, change>


def train(rows: Any, labels: NDArray[np.intp], classes: int) -> Array:
    """Weights (features x classes) for *rows*, a scipy CSR matrix (texts x features)."""
    kernel = _kernel(rows)
    wanted = np.zeros((rows.shape[0], classes), np.float32)
    wanted[np.arange(rows.shape[0]), labels] = 1

    duals = np.zeros_like(wanted)
    logits = np.zeros_like(wanted)
    chances = softmax(logits)
    slope = chances - wanted
    kernel_slope = kernel(slope)
    pairs: deque[_Pair] = deque(maxlen=MEMORY)
    for _ in range(STEPS):
        way, kernel_way = _direction(slope, kernel_slope, pairs)
        length = _length(way, kernel_way, kernel_slope, chances)
        if length <= 0:
            break
        length = _shortened(length, way, kernel_way, duals, logits, labels)
        step, kernel_step = -length * way, -length * kernel_way
        duals += step
        logits += kernel_step
        chances = softmax(logits)
        new = chances - wanted + PENALTY * duals
        kernel_new = kernel(new)
        change, kernel_change = new - slope, kernel_new - kernel_slope
        curve = _dot(step, kernel_change)
        if curve > 0:
            pairs.append(_Pair(step, kernel_step, change, kernel_change, 1 / curve))
        slope, kernel_slope = new, kernel_new
    return np.asarray(rows.T.tocsr() @ duals, np.float32)


def _kernel(rows: Any) -> Callable[[Array], Array]:
    """`rows @ rows.T` as a function. A feature of one text only is like no other text: it adds to
    the diagonal alone, which spares half of the columns."""
    frequency = np.bincount(rows.indices, minlength=rows.shape[1])
    shared = rows[:, np.flatnonzero(frequency > 1)].tocsr()
    columns = shared.T.tocsr()
    own = np.where(frequency[rows.indices] == 1, rows.data, 0)
    place = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    alone = np.bincount(place, own * own, minlength=rows.shape[0]).astype(np.float32)[:, None]

    def times(duals: Array) -> Array:
        return np.asarray(shared @ (columns @ duals) + alone * duals, np.float32)

    return times


def softmax(logits: Array) -> Array:
    """Rows of chances that sum to 1."""
    chances = np.exp(logits - logits.max(axis=-1, keepdims=True))
    chances /= chances.sum(axis=-1, keepdims=True)
    return np.asarray(chances)


def _dot(left: Array, right: Array) -> float:
    return float(np.vdot(left, right))


def _direction(slope: Array, kernel_slope: Array, pairs: deque[_Pair]) -> tuple[Array, Array]:
    """The two-loop recursion of L-BFGS, in the geometry of the kernel."""
    way, kernel_way = slope.copy(), kernel_slope.copy()
    shares = []
    for pair in reversed(pairs):
        share = pair.scale * _dot(pair.step, kernel_way)
        shares.append(share)
        way -= share * pair.change
        kernel_way -= share * pair.kernel_change
    if pairs:
        last = pairs[-1]
        shrink = 1 / (last.scale * _dot(last.change, last.kernel_change))
        way *= shrink
        kernel_way *= shrink
    for pair, share in zip(pairs, reversed(shares), strict=True):
        rest = share - pair.scale * _dot(pair.change, kernel_way)
        way += rest * pair.step
        kernel_way += rest * pair.kernel_step
    return way, kernel_way


def _shortened(
    length: float,
    way: Array,
    kernel_way: Array,
    duals: Array,
    logits: Array,
    labels: NDArray[np.intp],
) -> float:
    """*length*, halved until the loss falls: where chances are near 0 or 1, Newton's step goes far too far."""
    before = _loss(duals, logits, labels)
    for _ in range(HALVINGS):
        if _loss(duals - length * way, logits - length * kernel_way, labels) < before:
            return length
        length /= 2
    return 0.0


def _loss(duals: Array, logits: Array, labels: NDArray[np.intp]) -> float:
    """What is minimised: minus the logarithm of the chances of what is right, and the penalty."""
    top = logits.max(axis=1)
    spread = np.log(np.exp(logits - top[:, None]).sum(axis=1)) + top
    right = logits[np.arange(len(labels)), labels]
    return float((spread - right).sum(dtype=float)) + PENALTY / 2 * _dot(duals, logits)


def _length(way: Array, kernel_way: Array, kernel_slope: Array, chances: Array) -> float:
    """How far to go: Newton's step on the line."""
    weighted = chances * kernel_way
    curve = _dot(weighted, kernel_way) - float(np.square(weighted.sum(axis=1)).sum())
    curve += PENALTY * _dot(way, kernel_way)
    return _dot(way, kernel_slope) / curve if curve > 0 else 0.0
