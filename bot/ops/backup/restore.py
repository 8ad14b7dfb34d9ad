"""The way back: tried without touching anything, or for real."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeAlias

from bot.ops.backup import BadBackup
from bot.ops.backup.archive import TEMPORARY, Manifest, sync, write_out
from bot.store import check, snapshot

EXISTS = "{file} đã có; phục hồi không ghi đè. Dời tệp đó (và tệp -wal, -shm) đi nơi khác trước."

# Erases again, in a database that was just restored, who was erased after that backup; returns how
# many accounts, None when there is no list of them.
Erase: TypeAlias = Callable[[Path, Manifest], int | None]


def no_list(restored: Path, manifest: Manifest) -> None:
    """Nobody is known to be erased."""


@dataclass(frozen=True, slots=True)
class Drill:
    """What a restore would give. `lost`: work younger than this backup would be lost (RPO);
    `took`: so long until the database is there and checked (RTO, without the service's start);
    `erased`: so many accounts are erased again, None when there is no list of them."""

    manifest: Manifest
    faults: tuple[str, ...]
    lost: timedelta
    took: timedelta
    erased: int | None


def drill(file: Path, key: str, now: datetime, erase: Erase = no_list) -> Drill:
    """Restore *file* to a temporary place and look at it from all sides; raises `BadBackup`."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix=TEMPORARY) as place:
        restored = Path(place) / "restored.db"
        manifest = write_out(file, key, restored)
        faults = tuple(_faults(restored, manifest))
        erased = None if faults else erase(restored, manifest)
    took = timedelta(seconds=time.monotonic() - began)
    return Drill(manifest, faults, now - manifest.moment, took, erased)


def _faults(restored: Path, manifest: Manifest) -> list[str]:
    if broken := snapshot.faults(restored):
        return broken
    found = snapshot.counts(restored)
    faults = [
        f"bảng {name}: {found.get(name, 0)} dòng, lúc sao lưu có {manifest.counts.get(name, 0)}"
        for name in sorted({*found, *manifest.counts})
        if found.get(name) != manifest.counts.get(name)
    ]
    with snapshot.reading(restored) as tx:
        return faults + list(check.faults(tx))


def restore(file: Path, key: str, to: Path, erase: Erase = no_list) -> tuple[Manifest, int | None]:
    """Put the database of *file* at *to*, whole or not at all, over nothing that exists, and only when
    *erase* has been at it; returns what that returned, too."""
    for there in (to, Path(f"{to}-wal"), Path(f"{to}-shm")):
        if there.exists():
            raise BadBackup(EXISTS.format(file=there))
    to.parent.mkdir(parents=True, exist_ok=True)
    part = Path(f"{to}.part")
    part.unlink(missing_ok=True)
    try:
        manifest = write_out(file, key, part)
        erased = erase(part, manifest)
        os.link(part, to)  # fails where the name is taken meanwhile; a rename would not
    except FileExistsError as error:
        raise BadBackup(EXISTS.format(file=to)) from error
    finally:
        for left in (part, Path(f"{part}-wal"), Path(f"{part}-shm")):
            left.unlink(missing_ok=True)
    sync(to.parent)
    return manifest, erased
