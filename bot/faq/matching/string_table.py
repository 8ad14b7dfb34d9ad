"""Many strings in one block of memory.

What a FAQ teaches are tens of thousands of short strings. As objects in a dictionary, replaced with every
new FAQ among other objects that stay, they leave holes that the process never gives back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray


class Names:
    """An immutable set of strings, numbered from 0 on in the order of their UTF-8 bytes."""

    def __init__(self, names: Iterable[str]) -> None:
        self._sorted = np.unique(np.array([name.encode() for name in names], np.bytes_))

    def __len__(self) -> int:
        return len(self._sorted)

    def __iter__(self) -> Iterator[str]:
        return (name.decode() for name in self._sorted.tolist())

    def find(self, names: Iterable[str]) -> NDArray[np.intp]:
        """The number of each of *names*; -1 for one that is not here.

        Of longer ones than any here as much is compared as tells them apart: the whole block is copied in the
        width of the widest.
        """
        longest = self._sorted.itemsize + 1
        wanted = np.array([name.encode()[:longest] for name in names], np.bytes_)
        if not len(self) or not len(wanted):
            return np.full(len(wanted), -1, np.intp)
        places = np.searchsorted(self._sorted, wanted)
        places[places == len(self)] = 0
        return np.where(self._sorted[places] == wanted, places, -1)
