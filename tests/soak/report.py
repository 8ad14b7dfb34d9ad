"""The figures of a run, as a page of Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tests.soak.check import Case, receipts
from tests.soak.faults import Happened
from tests.soak.fleet import Fleet, Sample
from tests.soak.ledger import Ledger, Said

AFTERWARDS = 10.0  # seconds in which a fault's backlog still counts as its own
LONG_ENOUGH = 4  # minutes of one life
FLAT = 30.0  # MB an hour: less is flat
JUDGED = 600.0  # seconds: a run this long has lives that are long enough
STOPPED = 10.0  # seconds that a graceful stop may take


@dataclass(frozen=True)
class Slope:
    """How one life of a process grew over the last two thirds of the run."""

    life: tuple[int, int]
    seconds: float
    first_mb: float
    last_mb: float
    mb_an_hour: float


def slopes(samples: Sequence[Sample], seconds: float) -> list[Slope]:
    """Of each life that was long enough to be judged. A reload of the FAQ holds two of them for a
    second: of each whole minute only the least counts."""
    end = seconds // 60 * 60
    late = [sample for sample in _least(samples) if seconds / 3 < sample.at < end]
    found = []
    for life in sorted({sample.life for sample in late}):
        mine = [sample for sample in late if sample.life == life]
        if len(mine) >= LONG_ENOUGH:
            fit = np.polyfit([s.at for s in mine], [s.mb for s in mine], 1)
            span = mine[-1].at - mine[0].at
            found.append(Slope(life, span, mine[0].mb, mine[-1].mb, float(fit[0]) * 3600))
    return found


def growth(samples: Sequence[Sample], seconds: float) -> Iterator[str]:
    """Whose memory was not flat; also when there was nothing to judge a long run by."""
    found = slopes(samples, seconds)
    if not found and seconds >= JUDGED:
        yield "no process lived long enough to tell"
    for one in found:
        if one.mb_an_hour >= FLAT:
            yield f"process {one.life[0]}, life {one.life[1]}: {one.mb_an_hour:+.1f} MB/h"


def slow_stops(endings: Sequence[float]) -> Iterator[str]:
    yield from (f"a graceful stop took {took:.1f} s" for took in endings if took > STOPPED)


def _least(samples: Sequence[Sample]) -> list[Sample]:
    """The smallest sample of each minute of each life, in order."""
    found: dict[tuple[tuple[int, int], int], Sample] = {}
    for sample in samples:
        key = sample.life, int(sample.at / 60)
        found[key] = min(found.get(key, sample), sample, key=lambda one: one.mb)
    return sorted(found.values(), key=lambda one: one.at)


def answered(case: Case, said: Said) -> float:
    """When the first answer to *said* arrived; 0 when none did."""
    if said.channel == "web":
        return said.acked
    rows = case.replies.get((said.channel, said.id), [])
    found = (case.ledger.arrivals.get((said.channel, r)) for row in rows for r in receipts(row))
    return min((arrival.at for arrival in found if arrival), default=0.0)


def waits(case: Case, happened: Sequence[Happened]) -> Mapping[str, list[float]]:
    """Seconds from a message to its answer, by the fault that was on: "" in calm."""
    found: dict[str, list[float]] = {"": []}
    for said in case.ledger.said.values():
        if at := answered(case, said):
            during = [h for h in happened if said.first < h.end + AFTERWARDS and at > h.begin]
            for name in {one.name for one in during} or {""}:
                found.setdefault(name, []).append(at - said.first)
    return found


def percentiles(seconds: Sequence[float]) -> str:
    if not seconds:
        return "– | – | –"
    p50, p99 = np.percentile(seconds, (50, 99))
    return f"{_time(float(p50))} | {_time(float(p99))} | {_time(max(seconds))}"


def _time(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def faults_table(case: Case, happened: Sequence[Happened]) -> Iterator[str]:
    found = waits(case, happened)
    counts = Counter(one.name for one in happened)
    yield "| fault | times | calls refused to people | answer p50 | p99 | slowest |"
    yield "|---|---|---|---|---|---|"
    yield f"| (calm) | | {_refused(case.ledger, happened, '')} | {percentiles(found[''])} |"
    for name, count in counts.items():
        refused = _refused(case.ledger, happened, name)
        yield f"| {name} | {count} | {refused} | {percentiles(found.get(name, []))} |"


def _refused(ledger: Ledger, happened: Sequence[Happened], name: str) -> int:
    """Calls of people and platforms that failed while *name* was on; they were repeated."""
    during = [h for h in happened if not name or h.name == name]

    def within(at: float) -> bool:
        return any(h.begin <= at < h.end + AFTERWARDS for h in during)

    return sum(within(at) != (not name) for at, _ in ledger.refusals)


def totals(case: Case) -> Iterator[str]:
    said = case.ledger.said.values()
    by_channel = Counter(one.channel for one in said)
    yield f"messages of people: {len(said)} ({_list(by_channel)})"
    yield f"answers and other messages that arrived: {len(case.ledger.arrivals)}"
    yield f"rows of the outbox: {_list(case.outcomes)}"
    yield f"bookings people were told of: {len(case.ledger.visits)}, by state: " + _list(
        Counter(visit.state for visit in case.ledger.visits.values())
    )
    yield f"reminders looked at: {case.reminded}"
    yield f"officers' answers: {len(case.ledger.answered)}"
    yield f"also: {_list(case.ledger.notes)}"
    yield f"refused, and repeated by the platform or the page: {_list(_refusals(case.ledger))}"


def _refusals(ledger: Ledger) -> Counter[str]:
    return Counter(what for _, what in ledger.refusals)


def _list(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "none"


def memory(fleet: Fleet, seconds: float) -> Iterator[str]:
    for one in slopes(fleet.samples, seconds):
        flat = "flat" if one.mb_an_hour < FLAT else "GROWS"
        yield (
            f"process {one.life[0]}, life {one.life[1]}: {one.first_mb:.0f} MB to {one.last_mb:.0f} MB "
            f"in {one.seconds / 60:.1f} min, fit {one.mb_an_hour:+.1f} MB/h: {flat} (limit {FLAT:.0f})"
        )


def course(fleet: Fleet) -> str:
    """The least of each minute, in MB."""
    numbers = sorted({sample.life[0] for sample in fleet.samples})
    least = _least(fleet.samples)
    return "; ".join(
        f"process {number}: " + " ".join(f"{s.mb:.0f}" for s in least if s.life[0] == number)
        for number in numbers
    )


def endings(fleet: Fleet) -> str:
    slowest = max(fleet.endings, default=0.0)
    return f"graceful stops: {len(fleet.endings)}, the slowest took {slowest:.1f} s"


def verdicts(found: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for name, faults in found.items():
        yield f"{'ok   ' if not faults else 'WRONG'} {name}" + (
            f": {len(faults)}" if faults else ""
        )
        yield from (f"        {fault}" for fault in faults[:8])
