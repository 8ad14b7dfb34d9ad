"""Officers at their desks, and the volunteer who changes the FAQ while all this goes on."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import ClientError, ClientTimeout

from bot.core.actions import Ask
from bot.desk.access import COOKIE
from tests.soak.citizens import World
from tests.soak.ledger import Visit
from tests.soak.town import Town

WAITING = re.compile(r'href="/desk/people/([0-9a-f]{28})"')
ANSWER = "Cán bộ trả lời số {number}: hồ sơ của bạn đã có kết quả."
HANDS_UP = ClientTimeout(total=30)
SORRY = re.compile("Dịch vụ bị lỗi|Hệ thống đang bận")  # the desk's own pages of errors
LOOK_EVERY = 0.3  # seconds
SETTLED = 3.0  # seconds after it was booked
ENTRY, FILE = "so-phien-ban-thu", "phien-ban-thu.yaml"
FAQ = """group: phien-ban-thu
title: Phiên bản thử
entries:
  - id: so-phien-ban-thu
    question: Phiên bản thử nghiệm tải của bot là số mấy?
    answer: Đây là phiên bản thử số {number}.
"""


@dataclass
class Officer:
    """One of them, signed in; marks visits, answers people."""

    world: World
    town: Town
    session: str
    clock: Callable[[], datetime]  # the service's
    answers: int = 0

    async def work(self) -> None:
        """A tap each second, until the world is over."""
        while not self.world.over.is_set():
            await asyncio.sleep(self.world.dice.uniform(0.5, 1.5))
            with suppress(ClientError, OSError, TimeoutError):
                await (self.marks() if self.world.dice.random() < 0.8 else self.answers_one())

    async def marks(self) -> None:
        """Who stands in front of them has come, or has been served."""
        visits = [v for v in self.world.ledger.visits.values() if self._today(v)]
        if not visits:
            return
        visit = self.world.dice.choice(visits)
        to = {"booked": "arrived", "arrived": "served"}[visit.state]
        office, _, at = visit.slot.partition(".")
        day = datetime.strptime(at, "%y%m%d%H%M").date()  # noqa: DTZ007 - a slot's own day
        form = {"code": visit.code, "seen": visit.state, "to": to, "version": str(visit.version)}
        visit.pending += 1
        before = self.clock()
        try:
            status, where = await self._post(f"/desk/day/{office}/{day}/mark", form)
            visit.doubtful |= status >= 500
            if "said=marked" in where:
                visit.ends(before)
                visit.state = to
        except (ClientError, OSError, TimeoutError):
            visit.doubtful = True
        finally:
            visit.pending -= 1

    def _today(self, visit: Visit) -> bool:
        """Whether it can be marked, and nobody is changing it. Half of the people have not come
        yet: their reminders are still wanted."""
        if visit.code[-1] < "G":
            return False
        old = time.monotonic() - visit.at > SETTLED
        return old and visit.sure and bool(visit.slot) and visit.state in ("booked", "arrived")

    async def answers_one(self) -> None:
        status, page = await self._call("GET", "/desk/people", {})
        found = WAITING.findall(page) if status == 200 else []
        if not found:
            return
        self.answers += 1
        text = ANSWER.format(number=f"{self.session[:6]}-{self.answers}")
        status, where = await self._post(f"/desk/people/{found[0]}", {"do": "send", "text": text})
        if status == 303 and "answered" in where:
            self.world.ledger.answered[text] = found[0]

    async def _post(self, path: str, form: dict[str, str]) -> tuple[int, str]:
        return await self._call("POST", path, {"csrf": "token", **form})

    async def _call(self, method: str, path: str, form: dict[str, str]) -> tuple[int, str]:
        """Status, and where to look next, or the page."""
        base = self.world.fleet.url()
        headers = {"Cookie": f"{COOKIE}={self.session}", "Origin": base}
        more: dict[str, Any] = {"data": form} if form else {}
        async with self.world.client.request(
            method, base + path, headers=headers, allow_redirects=False, timeout=HANDS_UP, **more
        ) as answer:
            page = await answer.text()
            if answer.status >= 500:
                self.world.ledger.refused(f"desk {answer.status}")
                if not SORRY.search(page):
                    self.world.ledger.unfriendly.append(f"desk {answer.status}: {page[:80]!r}")
            return answer.status, answer.headers.get("Location", page)


@dataclass
class Volunteer:
    """Writes the number of a version into the FAQ; `live` is when each was first answered."""

    world: World
    faq: Path
    number: int = 0
    slowest: float = 0.0
    missed: int = 0

    async def work(self, every: float, within: float) -> None:
        """A new version *every* so many seconds, to be answered *within* so many."""
        while not self.world.over.is_set():
            await asyncio.sleep(every)
            self.number += 1
            self._write(FAQ.format(number=self.number))
            began = time.monotonic()
            live = await self._live_within(within)
            self.slowest = max(self.slowest, time.monotonic() - began)
            self.missed += not live
            self._write("group: [hỏng\n")  # a slip: the last good version stays
            await asyncio.sleep(1)

    async def _live_within(self, seconds: float) -> bool:
        for _ in range(int(seconds / LOOK_EVERY)):
            if await self._is_live():
                return True
            await asyncio.sleep(LOOK_EVERY)
        return False

    def _write(self, text: str) -> None:
        draft = self.faq / "draft.tmp"
        draft.write_text(text, encoding="utf-8")
        draft.replace(self.faq / FILE)

    async def _is_live(self) -> bool:
        body = {"session": "", "button": Ask(ENTRY).pack()}
        with suppress(ClientError, OSError, TimeoutError):
            url = f"{self.world.fleet.url()}/api/chat"
            async with self.world.client.post(url, json=body, timeout=HANDS_UP) as answer:
                return f"số {self.number}." in await answer.text()
        return False
