"""The last FAQ without faults, put aside: a service that is started again while a file has a slip
answers from it, instead of not at all."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import structlog

from bot.core.documents.file import Fault
from bot.faq import entries, greetings

NAME = "faq-"

log = structlog.get_logger()


def keep(folder: Path, place: Path, version: str) -> None:
    """Put the files of *folder*, read as *version*, aside in *place*, whole or not at all, and take
    older ones away. Where nothing can be written, or they have changed since they were read, the
    service goes on without."""
    new = place / f"{NAME}{version}"
    if new.is_dir():
        return
    draft = place / f"draft-{os.getpid()}"
    try:
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        for file in folder.glob(entries.FILES):
            shutil.copy2(file, draft / file.name)
        if not _is(draft, version):
            raise OSError("it has changed since")
        draft.rename(new)
    except OSError as error:
        log.warning("the good faq was not put aside", error=str(error))
        shutil.rmtree(draft, ignore_errors=True)
        return
    for old in place.glob(f"{NAME}*"):
        if old != new:
            shutil.rmtree(old, ignore_errors=True)


def _is(folder: Path, version: str) -> bool:
    """Without reading the answers anew, which takes a second and the room of one more FAQ."""
    faults: list[Fault] = []
    greetings.load(folder, faults)
    return not faults and entries.version(folder) == version


def find(place: Path) -> Path | None:
    """The folder that was put aside last; None when there is none."""
    found = sorted(place.glob(f"{NAME}*"), key=lambda one: one.stat().st_mtime_ns)
    return found[-1] if found else None
