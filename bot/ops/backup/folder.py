"""The folder of backups: what is in it, and what has to go. Other files in it are never touched."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.core.config.backup import Keep
from bot.ops.backup.rotation import kept

NAME = re.compile(r"vneid-(\d{8}T\d{6}Z)\.backup")
FORMAT = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Kept:
    """A backup on the disk."""

    at: datetime
    file: Path


def name_of(at: datetime) -> str:
    return f"vneid-{at.astimezone(UTC):{FORMAT}}.backup"


def listed(folder: Path) -> list[Kept]:
    """All backups, oldest first."""
    found = []
    for file in folder.glob("vneid-*.backup"):
        if match := NAME.fullmatch(file.name):
            at = datetime.strptime(match[1], FORMAT).replace(tzinfo=UTC)
            found.append(Kept(at, file))
    return sorted(found, key=lambda one: one.at)


def rotate(folder: Path, keep: Keep) -> list[Path]:
    """Delete the backups that need not be kept; returns them."""
    found = listed(folder)
    stay = kept([one.at for one in found], keep)
    gone = [one.file for one in found if one.at not in stay]
    for file in gone:
        file.unlink(missing_ok=True)
    return gone
