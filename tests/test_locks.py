"""One holder at a time, whoever made the file."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from bot.ops import file_lock


def test_it_is_held_by_one_until_that_one_lets_go(tmp_path: Path) -> None:
    with file_lock.hold(tmp_path / "a.lock"), pytest.raises(BlockingIOError):
        file_lock.hold(tmp_path / "a.lock")
    file_lock.hold(tmp_path / "a.lock").close()


def test_a_file_that_somebody_else_made_need_only_be_readable(tmp_path: Path) -> None:
    with file_lock.hold(tmp_path / "a.lock") as held:
        assert fcntl.fcntl(held, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY
    assert (tmp_path / "a.lock").stat().st_mode & 0o444 == 0o444
