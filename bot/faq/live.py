"""The FAQ that is live: loaded, indexed, and swapped whole when its files change."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog

from bot.core import memory
from bot.core.documents.file import Faults
from bot.faq import entries, last_good, training
from bot.faq.entries import Faq
from bot.faq.matching.matcher import Matcher, Thresholds

LOOK_EVERY = 0.5  # seconds between looks at the files
AFTER_FAULT = 5.0  # seconds of rest when a look failed, as while the database is gone

log = structlog.get_logger()


class Library:
    """Holds the matcher in use. A folder with faults never replaces a good one."""

    def __init__(
        self,
        folder: Path,
        thresholds: Thresholds,
        report: Callable[[Faults], Awaitable[None]] | None = None,
        kept: Path | None = None,
        spare: Path | None = None,
    ) -> None:
        """Load *folder*; raises `Faults` when it cannot be used at all. What is learnt from it is
        kept in the folder *kept* for the next start. The last good version is put aside in
        *spare*, and is what a start with a faulty *folder* falls back on."""
        self._folder = folder
        self._thresholds = thresholds
        self._report = report
        self._print = _fingerprint(folder)
        self._kept = kept
        self._spare = spare
        self.faults: Faults | None = None
        self._matcher = self._first()
        self.reloads = 0  # versions that went live since the start
        self._looking = asyncio.Lock()

    def matcher(self) -> Matcher:
        return self._matcher

    async def watch(self) -> None:
        """Look for changed files until cancelled; no fault ends it."""
        told = self.faults is None
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                if not told:
                    await self._tell(self.faults)
                    told = True
                await self.refresh()
            except Exception:
                log.exception("looking at the faq failed")
                await asyncio.sleep(AFTER_FAULT)

    async def refresh(self) -> bool:
        """Reload when a file has changed; True when a new version is live. A second caller waits
        for the first, so that what was written before the call is live (or refused) after it."""
        async with self._looking:
            found = await asyncio.to_thread(_fingerprint, self._folder)
            if found == self._print:
                return False
            before, self._print = self._print, found
            try:
                return await self._reload()
            except Exception:
                self._print = before  # what could not be reported is looked at again
                raise
            finally:
                await asyncio.to_thread(memory.give_back)

    async def _reload(self) -> bool:
        """New words of known entries are live at once; how they are asked for, when it is learnt."""
        before = self._matcher.faq.version
        try:
            faq = await asyncio.to_thread(entries.load, self._folder)
        except Faults as faults:
            self.faults = faults.with_traceback(None)  # which would hold all that was read so far
            await self._tell(faults)
            return False
        await asyncio.to_thread(self._put_aside, faq)
        if reworded := self._matcher.reworded(faq):
            self._go_live(reworded)
        if self._kept:
            ranker = await training.learn(faq, self._kept)
            self._go_live(Matcher(faq, self._thresholds, ranker))
        else:
            self._go_live(await asyncio.to_thread(Matcher.build, faq, self._thresholds))
        self.reloads += 1
        log.info("faq live", version=faq.version, entries=len(faq.entries))
        return faq.version != before

    def _go_live(self, matcher: Matcher) -> None:
        self._matcher, self.faults = matcher, None

    async def _tell(self, faults: Faults | None) -> None:
        log.error("faq refused, the last good one stays", faults=str(faults))
        if self._report and faults:
            await self._report(faults)

    def _first(self) -> Matcher:
        """At the start; from what was put aside when *folder* has faults."""
        try:
            faq = entries.load(self._folder)
        except Faults as faults:
            aside = last_good.find(self._spare) if self._spare else None
            if aside is None:
                raise
            self.faults = faults
            return Matcher.build(entries.load(aside), self._thresholds, self._kept)
        self._put_aside(faq)
        return Matcher.build(faq, self._thresholds, self._kept)

    def _put_aside(self, faq: Faq) -> None:
        if self._spare:
            last_good.keep(self._folder, self._spare, faq.version)


def _fingerprint(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Names, times and sizes of the files; cheap enough to look at twice a second."""
    found = []
    for file in sorted(folder.glob(entries.FILES)):
        try:
            stat = file.stat()
        except OSError:
            continue  # an editor is swapping it just now; the next look sees it
        found.append((file.name, stat.st_mtime_ns, stat.st_size))
    return tuple(found)
