"""A new FAQ is learnt beside the service, and whatever happens there the service goes on."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.faq import entries, training
from bot.faq.live import Library
from bot.faq.matching.matcher import Matcher, Thresholds
from tests.support.paths import FAQ

ASKED = ("rớt bóp mất luôn cái thẻ căn cước", "xin chào", "giá vàng hôm nay")


def children() -> set[str]:
    """Processes that this one started and that are still there."""
    return {
        pid
        for task in Path("/proc/self/task").iterdir()
        for pid in (task / "children").read_text().split()
    }


def until_there_are_more(than: set[str]) -> None:
    while children() <= than:
        pass


def test_what_is_learnt_apart_answers_as_what_is_learnt_here(tmp_path: Path) -> None:
    faq = entries.load(FAQ)
    asyncio.run(training.learn(faq, tmp_path))
    (kept,) = tmp_path.glob("matcher-*.bin")
    written = kept.stat().st_mtime_ns
    there = Matcher(faq, Thresholds(), asyncio.run(training.learn(faq, tmp_path)))
    here = Matcher.build(faq, Thresholds())
    assert [there.match(text) for text in ASKED] == [here.match(text) for text in ASKED]
    assert kept.stat().st_mtime_ns == written  # found, and not learnt once more


@pytest.mark.parametrize("what", ["there is no such program", "its file cannot be written"])
async def test_whatever_is_amiss_the_change_is_live_and_a_bad_disk_is_no_reason_to_learn_here(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, place = tmp_path / "faq", tmp_path / "kept"
    folder.mkdir()
    (folder / "mot.yaml").write_text("entries: [{id: mot, question: Một là gì?, answer: Một.}]")
    library = Library(folder, Thresholds(), kept=place)
    (folder / "hai.yaml").write_text("entries: [{id: hai, question: Hai là gì?, answer: Hai.}]")
    if what == "there is no such program":
        monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    else:
        for file in place.iterdir():
            file.unlink()
        place.rmdir()
        place.write_text("no folder")
    with capture_logs() as logs:
        assert await library.refresh()
    assert "hai" in library.matcher().faq.entries
    warned = {line["event"] for line in logs if line["log_level"] == "warning"}
    assert warned == ({"the faq is learnt within the service"} if "program" in what else set())


async def test_what_takes_too_long_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.faq.training.WITHIN", 0.0)
    before = children()
    with capture_logs() as logs:
        await training.learn(entries.load(FAQ), tmp_path)
    assert [line["error"] for line in logs] == ["too slow"]
    assert children() <= before


async def test_who_stops_waiting_leaves_nothing_running(tmp_path: Path) -> None:
    before = children()
    learns = asyncio.create_task(training.learn(entries.load(FAQ), tmp_path))
    await asyncio.to_thread(until_there_are_more, before)
    learns.cancel()
    with suppress(asyncio.CancelledError):
        await learns
    assert children() <= before
