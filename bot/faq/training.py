"""Learning a new FAQ in a process of its own, beside the service.

To learn takes seconds of a core and several times the memory of what is learnt, most of it in small
pieces between those that stay: done within the service it slows answers down and leaves holes that the
process never gives back. Another process hands over what it has learnt, and is gone. It comes through
a pipe: a disk that is full or stands still has no part in it.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from pathlib import Path
from typing import IO

import structlog

from bot.faq.entries import Faq
from bot.faq.matching import cache, lessons
from bot.faq.matching.lessons import Lesson
from bot.faq.matching.ranker import Ranker

WITHIN = 120.0  # seconds; a busy small machine takes some ten

log = structlog.get_logger()


async def learn(faq: Faq, place: Path) -> Ranker:
    """What was learnt from *faq*: found in the folder *place*, else learnt and kept there. When no other
    process can do it, it is learnt here."""
    lesson = await asyncio.to_thread(lessons.lesson, faq)
    found = await asyncio.to_thread(cache.find, lesson, place)
    if found is None:
        found = await _apart(lesson, place)
    if found is None:
        found = await asyncio.to_thread(cache.ranker, lesson, place)
    return found


async def _apart(lesson: Lesson, place: Path) -> Ranker | None:
    ours, theirs = os.pipe()
    with os.fdopen(ours, "rb") as answer:
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot.faq.matching.cache", str(place)),
                stdin=PIPE,
                stdout=theirs,
                stderr=PIPE,
                start_new_session=True,  # Ctrl-C is for the service, which ends this one
            )
        except OSError as error:
            log.warning("the faq is learnt within the service", error=str(error))
            return None
        finally:
            os.close(theirs)
        return await _taught(process, answer, lesson)


async def _taught(process: Process, answer: IO[bytes], lesson: Lesson) -> Ranker | None:
    """Within time; the other process never outlives who waits for it."""
    reading = asyncio.create_task(asyncio.to_thread(cache.read, answer))
    try:
        async with asyncio.timeout(WITHIN):
            _, told = await process.communicate(pickle.dumps(lesson))
            found = await asyncio.shield(reading)
        if found is None:
            error = told.decode(errors="replace").strip().rpartition("\n")[2]
            log.warning("the faq is learnt within the service", error=error)
        return found
    except TimeoutError:
        log.warning("the faq is learnt within the service", error="too slow")
        return None
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        await asyncio.wait({reading})  # its pipe has ended
