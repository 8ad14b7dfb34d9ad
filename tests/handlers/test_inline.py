"""Answers to put into one's own message: the same as in the talk, and only those that are sure enough."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.core.config import Settings
from bot.faq import entries
from bot.faq.matching.matcher import Matcher, Thresholds
from handlers.questions import inline

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
OTHERS = """
entries:
  - id: ho-chieu
    question: Làm hộ chiếu ở đâu?
    answer: Hỏi Phòng Quản lý xuất nhập cảnh.
    kind: out-of-scope
"""


def ids(matcher: Matcher, words: str, now: datetime = NOW) -> list[str]:
    return [found.entry for found in inline.look_up(matcher, Settings(), words, now)]


@pytest.mark.parametrize("words", ["", "  ", "mất", "giá vàng hôm nay", "🙂🙂🙂🙂"])
def test_what_is_no_question_or_not_known_offers_nothing(matcher: Matcher, words: str) -> None:
    assert ids(matcher, words) == []


def test_the_best_answer_stands_first_with_question_and_source(matcher: Matcher) -> None:
    (first, *_) = inline.look_up(matcher, Settings(), "rot bop mat luon cai the can cuoc", NOW)
    assert (first.entry, first.title) == ("mat-the", "Mất thẻ, cấp lại")
    assert first.text.startswith("❓ Mất thẻ căn cước thì làm lại thế nào?\n\nBạn làm lại thẻ")
    assert first.text.endswith("Nguồn: khoản 2 Điều 24, Luật Căn cước (01/07/2024)")
    assert len(first.gist) <= inline.GIST


def test_what_may_be_meant_is_offered_down_to_where_the_bot_asks_back(matcher: Matcher) -> None:
    assert 1 < len(ids(matcher, "thẻ căn cước")) <= inline.MOST


def test_an_answer_reads_as_it_does_that_day(matcher: Matcher) -> None:
    words = "Lệ phí làm thẻ căn cước bao nhiêu tiền?"
    (now, *_) = inline.look_up(matcher, Settings(), words, NOW)
    (then, *_) = inline.look_up(matcher, Settings(), words, datetime(2027, 1, 2, tzinfo=UTC))
    assert "25.000 đ" in now.text
    assert "50.000 đ" in then.text


def test_a_matter_of_another_office_is_not_offered_as_an_answer(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text(OTHERS, encoding="utf-8")
    matcher = Matcher.build(entries.load(tmp_path), Thresholds())
    assert ids(matcher, "Làm hộ chiếu ở đâu?") == []


def test_a_long_answer_is_shortened_where_one_chooses_only(matcher: Matcher) -> None:
    for found in inline.look_up(matcher, Settings(), "công an gọi kêu đọc mã otp", NOW):
        whole = matcher.faq.entries[found.entry].on(NOW.date()).answer
        assert whole in found.text
        assert found.gist == whole or found.gist.endswith("…")
