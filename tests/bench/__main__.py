"""`make bench`: every benchmark, one after the other; each prints its ratios in one run."""

from __future__ import annotations

import importlib

for name in (
    "messages",
    "matching",
    "slots",
    "bookings",
    "claims",
    "desk",
    "sign_in",
    "backup",
    "hostile",
):
    print(f"\n== {name} ==", flush=True)
    importlib.import_module(f"tests.bench.{name}").main()
