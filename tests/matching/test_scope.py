"""What is not ours to answer: learnt from `linh-vuc-khac.yaml`, told from a question's words."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.core.documents.file import Faults
from bot.faq import elsewhere, entries
from bot.faq.matching.matcher import Matcher, Outcome
from tests.support.paths import FAQ


def test_each_thing_is_asked_about_in_some_of_the_ways_and_in_the_same_ones_each_time() -> None:
    made = elsewhere.questions({"vật": ["máy bơm", "cái thang"], "câu": ["trời có mưa không"]})
    assert made == elsewhere.questions(
        {"vật": ["máy bơm", "cái thang"], "câu": ["trời có mưa không"]}
    )
    assert "máy bơm" in made
    assert "cái thang" in made
    assert made[-1] == "trời có mưa không"
    assert len(made) == 2 * elsewhere.EACH + 1 == len(set(made))


@pytest.mark.parametrize(
    "text",
    ["máy bơm nước hỏng thì thay ở đâu", "giấy bảo hành đồng hồ mất rồi làm lại được không"],
)
def test_what_no_entry_is_about_is_not_answered(full: Matcher, text: str) -> None:
    result = full.match(text)
    assert result.outcome is Outcome.ADMIT or result.neighbour


def test_a_likely_answer_is_not_a_sure_one(full: Matcher) -> None:
    levels = full.thresholds
    shown = [full.match(text) for text in ("thẻ căn cước", "đổi thẻ", "mất thẻ phải làm sao")]
    for result in shown:
        if result.outcome is Outcome.ANSWER:
            assert result.sure == (result.confidence >= levels.answer)
            assert result.confidence >= levels.likely


def test_an_unknown_key_is_told_with_its_line(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FAQ, tmp_path / "faq"))
    (folder / elsewhere.FILE).write_text("vật: [máy bơm]\nđồ: [cái thang]\n", encoding="utf-8")
    with pytest.raises(Faults) as caught:
        entries.load(folder)
    assert [fault.line for fault in caught.value.faults] == [2]
