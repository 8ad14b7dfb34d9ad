"""Hold processes to a part of a core, by the kernel's control groups, where that may be done.

On a machine with few cores it shows what more of them would: whether work that is spread over more
processes is done faster, or whether something makes them wait for each other.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PERIOD = 100_000  # microseconds
OLD, NEW = Path("/sys/fs/cgroup/cpu"), Path("/sys/fs/cgroup")


def possible() -> bool:
    root = _root()
    return root is not None and os.access(root, os.W_OK)


def _root() -> Path | None:
    """Where groups with a limit of time can be made: version 1 of the kernel's, or version 2."""
    if (OLD / "cgroup.procs").exists():
        return OLD
    controllers = NEW / "cgroup.subtree_control"
    return NEW if controllers.exists() and "cpu" in controllers.read_text().split() else None


@contextmanager
def held(pids: Iterable[int], share: float) -> Iterator[None]:
    """Each process gets at most *share* of a core meanwhile. Raises `OSError` where it may not."""
    root = _root()
    if root is None:
        raise OSError("no control groups here")
    groups = {pid: root / f"vneid-bench-{pid}" for pid in pids}
    try:
        for pid, group in groups.items():
            group.mkdir()
            _limit(group, int(share * PERIOD))
            (group / "cgroup.procs").write_text(str(pid))
        yield
    finally:
        for pid, group in groups.items():
            with suppress(OSError):  # it has ended
                (root / "cgroup.procs").write_text(str(pid))
            with suppress(OSError):
                group.rmdir()


def _limit(group: Path, quota: int) -> None:
    if (group / "cpu.max").exists():
        (group / "cpu.max").write_text(f"{quota} {PERIOD}")
    else:
        (group / "cpu.cfs_period_us").write_text(str(PERIOD))
        (group / "cpu.cfs_quota_us").write_text(str(quota))
