"""How this process holds its memory, so that it does not grow by holes.

Both matter where large things are replaced by others now and then, as the FAQ is.
"""

from __future__ import annotations

import ctypes
import gc
import sys
from typing import Any

# glibc's names and numbers, from malloc.h
M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8
LARGE = 256 * 1024  # bytes; from here on a block is mapped by itself, and unmapped when freed
ARENAS = 2  # else each of many threads has a heap, with holes of its own


def keep_tidy() -> None:
    """Once, at the start. By itself glibc takes what was large once for small from then on (up to
    32 MB), and puts it between small things that stay: see mallopt(3)."""
    if libc := _glibc("mallopt"):
        libc.mallopt(M_MMAP_THRESHOLD, LARGE)
        libc.mallopt(M_ARENA_MAX, ARENAS)


def settle() -> None:
    """What is there when the service has started stays, or goes by itself when it is replaced: the
    collector, which stops all else for 40 ms on its way through it, passes it over from then on."""
    gc.collect()
    gc.freeze()


def give_back() -> None:
    """What is free but was not given back to the system, after something large was replaced."""
    gc.collect()
    if libc := _glibc("malloc_trim"):
        libc.malloc_trim(0)


def _glibc(function: str) -> Any:
    """The C library, where it is the one that has *function*."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return libc if hasattr(libc, function) else None
