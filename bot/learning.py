"""Learning a new FAQ in a process of its own, beside the service.

To learn takes seconds of a core and twice the memory of what is learnt, most of it in small pieces
between those that stay: done within the service it slows answers down and leaves holes that the
process never gives back. Another process leaves a file that is loaded in a moment, and is gone.
"""

from __future__ import annotations

import asyncio
import pickle
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from pathlib import Path

import structlog

from bot.matching import corpus, kept
from bot.matching.entries import Faq

WITHIN = 120.0  # seconds; a busy small machine takes some ten

log = structlog.get_logger()


async def learn(faq: Faq, place: Path) -> None:
    """What is to be learnt from *faq* is then found in *place* by `Matcher.build`. When that does not
    come about, whoever builds the matcher has to learn it: nothing is raised."""
    lesson = await asyncio.to_thread(_lesson, faq, place)
    if lesson is None:
        return
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot.matching.kept", str(place)),
            stdin=PIPE,
            stdout=DEVNULL,
            stderr=PIPE,
            start_new_session=True,  # Ctrl-C is for the service, which ends this one
        )
    except OSError as error:
        log.warning("the faq is learnt within the service", error=str(error))
        return
    await _ended(process, lesson)


def _lesson(faq: Faq, place: Path) -> bytes | None:
    """To be handed over; None when what it teaches is in *place* already."""
    lesson = corpus.lesson(faq)
    return None if kept.is_kept(lesson, place) else pickle.dumps(lesson)


async def _ended(process: Process, lesson: bytes) -> None:
    """Within time; it never outlives who waits for it."""
    try:
        async with asyncio.timeout(WITHIN):
            _, told = await process.communicate(lesson)
        if process.returncode:
            error = told.decode(errors="replace").strip().rpartition("\n")[2]
            log.warning("the faq is learnt within the service", error=error)
    except TimeoutError:
        log.warning("the faq is learnt within the service", error="too slow")
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
