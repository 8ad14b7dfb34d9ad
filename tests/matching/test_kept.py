"""What was learnt is kept for the next start."""

from __future__ import annotations

import weakref
from dataclasses import replace
from pathlib import Path

from bot.faq import entries
from bot.faq.matching import lessons
from bot.faq.matching.matcher import Matcher, Thresholds
from bot.faq.matching.ranker import Ranker
from tests.support.paths import FAQ
from tests.support.uncollected import uncollected

QUESTIONS = ("rớt bóp mất thẻ", "quen mat khau roi", "thuế đất", "xin chào")


def answers(matcher: Matcher) -> list[object]:
    return [matcher.match_all(question) for question in QUESTIONS]


def test_a_kept_matcher_answers_as_the_one_that_was_built(tmp_path: Path) -> None:
    faq = entries.load(FAQ)
    built = Matcher.build(faq, Thresholds(), tmp_path)
    (file,) = tmp_path.iterdir()
    before = file.stat().st_mtime_ns
    kept = Matcher.build(faq, Thresholds(), tmp_path)
    assert file.stat().st_mtime_ns == before
    assert answers(kept) == answers(built) == answers(Matcher.build(faq, Thresholds()))


def test_a_file_that_was_cut_off_or_has_a_hole_is_built_anew(tmp_path: Path) -> None:
    faq = entries.load(FAQ)
    Matcher.build(faq, Thresholds(), tmp_path)
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    hole = whole[: len(whole) // 2] + bytes(4096) + whole[len(whole) // 2 + 4096 :]
    for part in (b"", whole[:100], whole[: len(whole) // 2], b"no pickle", hole):
        file.write_bytes(part)
        assert answers(Matcher.build(faq, Thresholds(), tmp_path))
        assert file.read_bytes() == whole


def test_what_teaches_something_else_is_another_file_and_few_are_kept(tmp_path: Path) -> None:
    faq = entries.load(FAQ)
    for number in range(6):
        other = replace(faq, synonyms={"thẻ": (f"tấm{number}",)})
        Matcher.build(other, Thresholds(), tmp_path)
    assert len(list(tmp_path.iterdir())) == 3


def test_a_change_that_teaches_nothing_is_the_same_file(tmp_path: Path) -> None:
    faq = entries.load(FAQ)
    Matcher.build(faq, Thresholds(), tmp_path)
    (file,) = tmp_path.iterdir()
    before = file.stat().st_mtime_ns
    unsourced = {
        id_: entry.model_copy(update={"sources": ()}) for id_, entry in faq.entries.items()
    }
    Matcher.build(replace(faq, entries=unsourced, version="another"), Thresholds(), tmp_path)
    assert [one.stat().st_mtime_ns for one in tmp_path.iterdir()] == [before]


def test_a_folder_that_cannot_be_written_only_costs_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert answers(Matcher.build(entries.load(FAQ), Thresholds(), tmp_path / "file"))


def test_what_was_learnt_goes_out_of_memory_without_the_collector() -> None:
    """It is tens of megabytes, and the collector passes over what was there at the start."""
    faq = entries.load(FAQ)
    with uncollected():
        ranker = Ranker.build(lessons.lesson(faq))
        matcher = Matcher(faq, Thresholds(), ranker)
        assert matcher.match_all(QUESTIONS[0])
        parts = [weakref.ref(part) for part in (ranker, *vars(ranker).values()) if refers(part)]
        del ranker, matcher
        assert [part() for part in parts] == [None] * len(parts)
        assert len(parts) >= 4


def refers(part: object) -> bool:
    return type(part).__module__.startswith("bot.faq.matching")
