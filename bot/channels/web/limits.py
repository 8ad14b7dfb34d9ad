"""Who may come in from the web: limits for one address and for everybody, and work for who opens many
talks. Nobody is shut out without being told what to do."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from datetime import datetime

from bot.channels.web.proof_of_work import Work
from bot.core.config.limits import Limits
from bot.core.rate_limit import Buckets

TOO_FAST = "Bạn gửi nhanh quá, mình trả lời không kịp. Bạn đợi khoảng một phút rồi gửi lại nhé."
CROWDED = "Đang có rất đông người hỏi cùng lúc. Bạn thử lại sau ít giây nhé, tin của bạn chưa mất."
BUSY_ADDRESS = "Mạng bạn đang dùng gửi quá nhiều yêu cầu. Bạn đợi một phút rồi gửi lại, hoặc dùng mạng khác nhé."
WORK = "Đang kiểm tra đây không phải máy tự động, bạn đợi vài giây nhé."
MANY_PAGES = "Mạng này đang mở quá nhiều trang trò chuyện. Bạn đóng bớt trang rồi tải lại nhé."
MOST_ADDRESSES = 100_000
HOUR, MINUTE = 3600, 60


class TooMany(Exception):
    """A limit was reached; the message tells the person what to do. `wait` is in seconds; `challenge`
    is work whose result lets them in."""

    def __init__(self, message: str, wait: float = 1.0, challenge: str = "") -> None:
        super().__init__(message)
        self.wait = math.ceil(wait)
        self.challenge = challenge


class Turnstile:
    """Counts in memory, for this process."""

    def __init__(self, limits: Limits, key: bytes, clock: Callable[[], datetime]) -> None:
        self._limits = limits
        self._clock = clock
        self._work = Work(key, clock)
        self._requests = Buckets(limits.requests_per_minute, MINUTE)
        self._everybody = Buckets(limits.requests_per_second, 1)
        self._people = Buckets(limits.messages_per_minute, MINUTE)
        self._new = Windows(HOUR)
        self._all_new = Windows(MINUTE)
        self._open: Counter[str] = Counter()

    def request(self, address: str) -> None:
        """A request has come; raises `TooMany`."""
        now = self._clock()
        if wait := self._requests.take(address, now):
            raise TooMany(BUSY_ADDRESS, wait)
        if wait := self._everybody.take("", now):
            raise TooMany(CROWDED, wait)

    def message(self, person: str) -> None:
        """Somebody says something; raises `TooMany`."""
        if wait := self._people.take(person, self._clock()):
            raise TooMany(TOO_FAST, wait)

    def newcomer(self, address: str, proof: str) -> int:
        """A talk begins. Raises `TooMany` with a challenge when it takes a proof of work to begin
        one more, and *proof* is none. Returns the bits that were proved."""
        now = self._clock()
        bits, proved = self.bits(address), self.proved(address, proof)
        if bits and not proved:
            raise self.work(address, bits)
        self._new.add(address, now)
        self._all_new.add("", now)
        return proved

    def proved(self, address: str, proof: str) -> int:
        """The bits of work that *proof* shows, once."""
        return self._work.accept(address, proof) if proof else 0

    def work(self, address: str, bits: int) -> TooMany:
        """What to raise for work of so many *bits* before anything else."""
        return TooMany(WORK, challenge=self._work.challenge(address, bits))

    def bits(self, address: str) -> int:
        """How hard the work is: none up to the limits, then more with each doubling over them."""
        now = self._clock()
        own = _doublings(self._new.count(address, now), self._limits.sessions_per_hour)
        all_ = _doublings(self._all_new.count("", now), self._limits.sessions_per_minute)
        over = own + all_
        return self._limits.work_bits + over - 1 if over else 0

    def enter(self, address: str) -> None:
        """A page opens a stream; raises `TooMany`. Pair it with `leave`."""
        if self._open[address] >= self._limits.streams_per_address:
            raise TooMany(MANY_PAGES, 30)
        self._open[address] += 1

    def leave(self, address: str) -> None:
        self._open[address] -= 1
        if self._open[address] <= 0:
            del self._open[address]


def _doublings(count: int, limit: int) -> int:
    """0 below *limit*, then 1, and one more with each doubling."""
    return int(math.log2(count / limit)) + 1 if count >= limit else 0


class Windows:
    """How often each key was seen in this window of time, and half of the last one's."""

    def __init__(self, length: int) -> None:
        self._length = length
        self._window = 0
        self._now: Counter[str] = Counter()
        self._before: Counter[str] = Counter()

    def add(self, key: str, now: datetime) -> None:
        self._turn(now)
        if key in self._now or len(self._now) < MOST_ADDRESSES:
            self._now[key] += 1

    def count(self, key: str, now: datetime) -> int:
        self._turn(now)
        return self._now[key] + self._before[key] // 2

    def _turn(self, now: datetime) -> None:
        window = int(now.timestamp()) // self._length
        if window == self._window:
            return
        self._before = self._now if window == self._window + 1 else Counter()
        self._now = Counter()
        self._window = window
