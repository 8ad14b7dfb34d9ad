"""Values on PostgreSQL as they are on SQLite: whole numbers, floating ones, texts and nothing."""

from __future__ import annotations

from psycopg.abc import Buffer
from psycopg.adapt import AdaptersMap, Loader
from psycopg.types.string import StrDumper


class NumericLoader(Loader):
    """Sums and averages are of a type of their own there."""

    def load(self, data: Buffer) -> int | float:
        text = bytes(data)
        return float(text) if b"." in text else int(text)


class BooleanLoader(Loader):
    def load(self, data: Buffer) -> int:
        return int(bytes(data) == b"t")


def register(adapters: AdaptersMap) -> None:
    """Texts are sent as texts: the server need not guess what a value is."""
    adapters.register_dumper(str, StrDumper)
    adapters.register_loader("numeric", NumericLoader)
    adapters.register_loader("bool", BooleanLoader)
