"""A file that one process holds at a time; the lock ends with the process."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO


def hold(path: Path) -> IO[str]:
    """The lock is held until what is returned is closed. Raises `BlockingIOError` when another process
    has it, `OSError`. Opened for reading only: who administers the machine may have made the file by a
    command, and the service's own user must be able to hold it still."""
    file = os.fdopen(os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644))
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BaseException:
        file.close()
        raise
    return file
