"""Hot reload: valid changes are live, invalid ones are refused, nothing is dropped."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import sys
import weakref
from contextlib import suppress
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.core.documents.file import Faults
from bot.faq import entries, last_good
from bot.faq.entries import Entry
from bot.faq.live import Library
from bot.faq.matching.matcher import Thresholds
from tests.support.paths import FAQ


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FAQ, tmp_path / "faq"))


def edit(file: Path, old: str, new: str) -> None:
    """As an editor saves: a new file in place of the old one."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    draft = file.with_suffix(".tmp")
    draft.write_text(text.replace(old, new), encoding="utf-8")
    os.utime(draft, ns=(file.stat().st_mtime_ns + 1_000_000,) * 2)
    draft.replace(file)


def answer(library: Library, entry: str) -> str:
    return library.matcher().faq.entries[entry].answer


def a_learner_that_waits(folder: Path) -> tuple[Path, Path, Path]:
    """A program in place of Python, and two pipes: the first is written to when it begins, and it goes
    on as Python when something is written into the second."""
    program, begins, goes_on = (folder / name for name in ("python", "begins", "goes-on"))
    os.mkfifo(begins)
    os.mkfifo(goes_on)
    program.write_text(
        f'#!/bin/sh\necho > {begins}\nread -r _ < {goes_on}\nexec {sys.executable} "$@"\n'
    )
    program.chmod(0o755)
    return program, begins, goes_on


async def test_an_unchanged_folder_is_not_read_again(folder: Path) -> None:
    library = Library(folder, Thresholds())
    before = library.matcher()
    assert not await library.refresh()
    assert library.matcher() is before


async def test_a_changed_answer_is_live_under_a_new_version(folder: Path) -> None:
    library = Library(folder, Thresholds())
    version = library.matcher().faq.version
    edit(folder / "thu.yaml", "không phải về quê", "khỏi về quê")
    assert await library.refresh()
    assert "khỏi về quê" in answer(library, "mat-the")
    assert library.matcher().faq.version != version


async def test_a_changed_answer_is_live_before_the_new_faq_is_learnt(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, spare = tmp_path / "kept", tmp_path / "spare"
    library = Library(folder, Thresholds(), kept=kept, spare=spare)
    edit(folder / "thu.yaml", "không phải về quê", "khỏi về quê")
    program, begins, goes_on = a_learner_that_waits(tmp_path)
    monkeypatch.setattr("sys.executable", str(program))
    refreshing = asyncio.create_task(library.refresh())
    await asyncio.to_thread(begins.read_text)
    assert "khỏi về quê" in answer(library, "mat-the")
    assert not refreshing.done()
    (folder / "thu.yaml").write_text("a slip: [", encoding="utf-8")  # what is learnt is another
    with capture_logs() as logs:
        await asyncio.to_thread(goes_on.write_text, "now")
        assert await refreshing
    assert [line["event"] for line in logs] == ["faq live"]
    assert library.reloads == 1
    assert "khỏi về quê" in answer(Library(folder, Thresholds(), spare=spare), "mat-the")


def test_files_that_have_changed_since_they_were_read_are_not_put_aside(
    folder: Path, tmp_path: Path
) -> None:
    version = entries.load(folder).version
    (folder / "thu.yaml").write_text("a slip: [", encoding="utf-8")
    last_good.keep(folder, tmp_path / "spare", version)
    assert last_good.find(tmp_path / "spare") is None


async def test_a_new_file_is_live(folder: Path) -> None:
    library = Library(folder, Thresholds())
    text = "entries: [{id: moi, question: Câu mới là gì?, answer: Đây là câu mới.}]"
    (folder / "moi.yaml").write_text(text, encoding="utf-8")
    assert await library.refresh()
    assert answer(library, "moi") == "Đây là câu mới."


async def test_a_file_with_faults_is_refused_and_reported_and_the_last_good_one_stays(
    folder: Path,
) -> None:
    reported: list[Faults] = []

    async def report(faults: Faults) -> None:
        reported.append(faults)

    library = Library(folder, Thresholds(), report)
    before = library.matcher()
    edit(folder / "thu.yaml", "    answer: Bạn làm lại", "    anser: Bạn làm lại")
    assert not await library.refresh()
    assert library.matcher() is before
    assert library.faults is reported[0]
    assert "thu.yaml:" in str(reported[0])

    edit(folder / "thu.yaml", "    anser: Bạn làm lại", "    answer: Bạn làm lại")
    await library.refresh()
    assert library.faults is None


def test_a_folder_that_cannot_be_used_at_all_is_a_fault_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(Faults, match=r"không có tệp \*\.yaml nào"):
        Library(tmp_path, Thresholds())


async def test_a_fault_that_could_not_be_reported_is_looked_at_again(folder: Path) -> None:
    told: list[Faults] = []

    async def report(faults: Faults) -> None:
        told.append(faults)
        if len(told) == 1:
            raise OSError("the database is gone")

    library = Library(folder, Thresholds(), report)
    edit(folder / "thu.yaml", "    answer: Bạn làm lại", "    anser: Bạn làm lại")
    with pytest.raises(OSError, match="gone"):
        await library.refresh()
    assert not await library.refresh()
    assert len(told) == 2


def test_a_start_with_a_faulty_file_goes_on_with_the_last_good_version(
    folder: Path, tmp_path: Path
) -> None:
    good = Library(folder, Thresholds(), spare=tmp_path / "kept").matcher().faq.version
    edit(folder / "thu.yaml", "    answer: Bạn làm lại", "    anser: Bạn làm lại")
    again = Library(folder, Thresholds(), spare=tmp_path / "kept")
    assert again.matcher().faq.version == good
    assert "thu.yaml:" in str(again.faults)


async def test_who_started_with_the_last_good_version_takes_the_next_good_one(
    folder: Path, tmp_path: Path
) -> None:
    Library(folder, Thresholds(), spare=tmp_path / "kept")
    edit(folder / "thu.yaml", "    answer: Bạn làm lại", "    anser: Bạn làm lại")
    again = Library(folder, Thresholds(), spare=tmp_path / "kept")
    edit(folder / "thu.yaml", "    anser: Bạn làm lại", "    answer: Bạn nhớ làm lại")
    assert await again.refresh()
    assert again.faults is None
    assert "nhớ làm lại" in answer(again, "mat-the")
    assert len(list((tmp_path / "kept").glob("faq-*"))) == 1


async def test_a_fault_that_was_there_at_the_start_is_reported(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.faq.live.LOOK_EVERY", 0)
    told = asyncio.Queue[Faults]()
    Library(folder, Thresholds(), spare=tmp_path / "kept")
    edit(folder / "thu.yaml", "    answer: Bạn làm lại", "    anser: Bạn làm lại")
    again = Library(folder, Thresholds(), told.put, spare=tmp_path / "kept")
    watching = asyncio.create_task(again.watch())
    async with asyncio.timeout(10):
        assert "thu.yaml:" in str(await told.get())
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching


def test_where_nothing_can_be_put_aside_the_service_goes_on(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("no folder", encoding="utf-8")
    assert Library(folder, Thresholds(), spare=tmp_path / "kept").faults is None


async def test_watching_goes_on_after_a_fault(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.faq.live.LOOK_EVERY", 0)
    monkeypatch.setattr("bot.faq.live.AFTER_FAULT", 0)
    twice = asyncio.Event()
    told: list[Faults] = []

    async def report(faults: Faults) -> None:
        told.append(faults)
        if len(told) == 2:
            twice.set()
        raise OSError("the database is gone")

    library = Library(folder, Thresholds(), report)
    edit(folder / "thu.yaml", "    answer: Bạn làm lại", "    anser: Bạn làm lại")
    watching = asyncio.create_task(library.watch())
    async with asyncio.timeout(10):
        await twice.wait()
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching


async def test_memory_of_the_version_before_is_given_back(folder: Path) -> None:
    """Nothing that only the old version held is left after a reload."""
    library = Library(folder, Thresholds())
    old = weakref.ref(library.matcher())
    edit(folder / "thu.yaml", "không phải về quê", "khỏi về quê")
    assert await library.refresh()
    assert old() is None


async def test_a_version_that_was_refused_holds_no_memory(folder: Path) -> None:
    library = Library(folder, Thresholds())
    held = entries_in_memory()
    (folder / "hong.yaml").write_text("group: [hỏng", encoding="utf-8")
    assert not await library.refresh()
    assert library.faults
    assert entries_in_memory() == held


def entries_in_memory() -> int:
    gc.collect()
    return sum(isinstance(one, Entry) for one in gc.get_objects())
