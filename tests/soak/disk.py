"""The disk under the database: a small one of its own where that is allowed.

As root a file system in a file is mounted, which can truly be full and truly stand still. Else the
folder is an ordinary one and the kernel is told to let no file of the service grow: SQLite then
sees writes that fail, which is what it sees of a full disk.
"""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from pathlib import Path

from tests.soak.fleet import Fleet

SIZE = "1500M"


class Disk:
    """`folder` is where the database goes."""

    def __init__(self, folder: Path, *, own: bool) -> None:
        self.folder = folder / "disk"
        self.folder.mkdir()
        self._image = folder / "disk.img"
        self._filler = self.folder / "filler"
        self.own = own and self._mount()

    def _mount(self) -> bool:
        try:
            for command in (
                ["truncate", "-s", SIZE, str(self._image)],
                ["mkfs.ext4", "-q", "-m", "0", str(self._image)],
                ["mount", "-o", "loop", str(self._image), str(self.folder)],
            ):
                subprocess.run(command, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            return False
        return True

    @property
    def kind(self) -> str:
        return f"ext4 of its own, {SIZE}" if self.own else "a folder, limits by the kernel"

    def fill(self, fleet: Fleet) -> None:
        """Leave not one free block."""
        if not self.own:
            self.refuse(fleet)
            return
        with self._filler.open("wb") as file:
            free = os.statvfs(self.folder)
            with suppress(OSError):
                os.posix_fallocate(file.fileno(), 0, free.f_bavail * free.f_frsize)
            with suppress(OSError):
                while os.write(file.fileno(), bytes(4096)):
                    file.seek(0, os.SEEK_END)

    def empty(self, fleet: Fleet) -> None:
        self._filler.unlink(missing_ok=True)
        self.accept(fleet)

    def refuse(self, fleet: Fleet) -> None:
        """Every write fails: the file system has become read-only, or is gone."""
        for process in fleet.processes:
            process.limit_files(0)

    def accept(self, fleet: Fleet) -> None:
        for process in fleet.processes:
            with suppress(ProcessLookupError):
                process.limit_files(-1)

    def freeze(self) -> None:
        """Every write waits, as behind a network that has gone."""
        subprocess.run(["fsfreeze", "-f", str(self.folder)], check=True, capture_output=True)

    def thaw(self) -> None:
        subprocess.run(["fsfreeze", "-u", str(self.folder)], check=False, capture_output=True)

    def close(self) -> None:
        if self.own:
            self.thaw()
            subprocess.run(["umount", "-l", str(self.folder)], check=False, capture_output=True)
