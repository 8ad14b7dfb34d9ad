"""The way back: tried without touching anything, or for real."""

from __future__ import annotations

import os
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot.backup import BadBackup
from bot.backup.archive import TEMPORARY, Manifest, sync, write_out
from bot.store import invariants, snapshot

EXISTS = "{file} đã có; phục hồi không ghi đè. Dời tệp đó (và tệp -wal, -shm) đi nơi khác trước."


@dataclass(frozen=True, slots=True)
class Drill:
    """What a restore would give. `lost`: work younger than this backup would be lost (RPO);
    `took`: so long until the database is there and checked (RTO, without the service's start)."""

    manifest: Manifest
    faults: tuple[str, ...]
    lost: timedelta
    took: timedelta


def drill(file: Path, key: str, now: datetime) -> Drill:
    """Restore *file* to a temporary place and look at it from all sides; raises `BadBackup`."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix=TEMPORARY) as place:
        restored = Path(place) / "restored.db"
        manifest = write_out(file, key, restored)
        faults = tuple(_faults(restored, manifest))
    took = timedelta(seconds=time.monotonic() - began)
    return Drill(manifest, faults, now - manifest.moment, took)


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
        return faults + list(invariants.faults(tx))


def restore(file: Path, key: str, to: Path) -> Manifest:
    """Put the database of *file* at *to*, whole or not at all, over nothing that exists."""
    for there in (to, Path(f"{to}-wal"), Path(f"{to}-shm")):
        if there.exists():
            raise BadBackup(EXISTS.format(file=there))
    to.parent.mkdir(parents=True, exist_ok=True)
    part = Path(f"{to}.part")
    part.unlink(missing_ok=True)
    try:
        manifest = write_out(file, key, part)
        os.link(part, to)  # fails where the name is taken meanwhile; a rename would not
    except FileExistsError as error:
        raise BadBackup(EXISTS.format(file=to)) from error
    finally:
        part.unlink(missing_ok=True)
    sync(to.parent)
    return manifest
