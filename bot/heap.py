"""Memory that is free but was not given back to the system."""

from __future__ import annotations

import ctypes
import gc
import sys


def give_back() -> None:
    """After something large was replaced: without this every new FAQ leaves holes where the one
    before was, and the process grows by some megabytes with each until the holes fit."""
    gc.collect()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's own
        if trim is not None:
            trim(0)
