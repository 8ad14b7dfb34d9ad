"""A ranker that was built before, kept in a file: learning takes seconds, loading what was learnt a
fraction of one.

The file lies beside the database and is written by this service only; whoever can change it can change
the database too. Its name holds a hash of the lesson and of this package, so an old one is never loaded.

    python -m bot.faq.matching.cache FOLDER < lesson > ranker

does it in a process of its own (see `bot.faq.training`).
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import sys
from contextlib import suppress
from functools import lru_cache
from io import BufferedRandom
from pathlib import Path
from typing import IO

import numpy as np

from bot.faq.matching.lessons import Lesson
from bot.faq.matching.ranker import Ranker

NAME = "matcher-*.bin"
DIGEST = 32  # bytes of SHA-256 at the head of the file, over all the rest
KEPT = 3  # files: of a change of the FAQ and its undoing, both are there


def ranker(lesson: Lesson, folder: Path | None) -> Ranker:
    """The ranker of *lesson*: from *folder* if it was kept there, else built, and then kept there."""
    if folder is None:
        return Ranker.build(lesson)
    found = find(lesson, folder)
    if found is None:
        found = Ranker.build(lesson)
        _keep(found, _file(lesson, folder))
    return found


def find(lesson: Lesson, folder: Path) -> Ranker | None:
    """None when it is not in *folder*, or not as it was written: a full disk or a crash cut it off, a
    power cut left holes. Answered from, it would be wrong answers."""
    try:
        with _file(lesson, folder).open("rb") as file:
            if file.read(DIGEST) != hashlib.file_digest(file, "sha256").digest():
                return None
            file.seek(DIGEST)
            return read(file)
    except OSError:
        return None


def read(file: IO[bytes]) -> Ranker | None:
    """What was written into *file*, by us; None when it is not whole."""
    try:
        found = pickle.load(file)  # noqa: S301 - our own, see the module
    except (EOFError, pickle.UnpicklingError, AttributeError, ImportError, IndexError):
        return None
    return found if isinstance(found, Ranker) else None


def write(ranker: Ranker, file: IO[bytes]) -> None:
    pickle.dump(ranker, file, protocol=pickle.HIGHEST_PROTOCOL)


def _file(lesson: Lesson, folder: Path) -> Path:
    content = hashlib.sha256(json.dumps(lesson).encode()).hexdigest()[:12]
    return folder / NAME.replace("*", f"{content}-{_code()}")


def _keep(ranker: Ranker, file: Path) -> None:
    """Write it whole or not at all; where nothing can be written, it is built anew next time."""
    draft = file.with_suffix(f".{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("w+b") as out:
            _write_checked(ranker, out)
        draft.replace(file)
        old = sorted(file.parent.glob(NAME), key=lambda one: one.stat().st_mtime)
        for one in old[:-KEPT]:
            one.unlink(missing_ok=True)
    except OSError:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _write_checked(ranker: Ranker, out: BufferedRandom) -> None:
    out.seek(DIGEST)
    write(ranker, out)
    out.seek(DIGEST)
    digest = hashlib.file_digest(out, "sha256").digest()
    out.seek(0)
    out.write(digest)
    out.flush()
    os.fsync(out.fileno())


@lru_cache(maxsize=1)
def _code() -> str:
    """A hash of this package's files and of numpy's version: what was learnt depends on both."""
    digest = hashlib.sha256(np.__version__.encode())
    for file in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


if __name__ == "__main__":
    lesson = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own parent
    write(ranker(lesson, Path(sys.argv[1])), sys.stdout.buffer)
