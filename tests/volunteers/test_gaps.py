"""What people ask and the FAQ does not answer: who is counted, what is shown, what is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.likeness import plain
from bot.core.messages import Address
from bot.faq import gaps
from bot.faq.gaps import Unanswered
from bot.faq.matching.matcher import Match, Outcome, Result
from bot.store.database import Database
from bot.store.people import questions
from bot.store.people import unanswered as stored

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def small(text: str) -> Result:
    """A FAQ that answers on cards, sends passports elsewhere, and knows no more."""
    if "thẻ" in text:
        return Result(Outcome.ANSWER, (Match("doi-the", 0.9),))
    if "passport" in text:
        return Result(Outcome.ADMIT, (Match("ho-chieu", 0.9),), neighbour="ho-chieu")
    return Result(Outcome.ADMIT, (Match("le-phi", 0.1),) if plain(text) else ())


def asked(*texts: str, down: bool = False, outcome: str = "admit") -> list[Unanswered]:
    """Each text by another person."""
    return [
        Unanswered(Address("web", f"p{number}"), text, outcome, None, down)
        for number, text in enumerate(texts)
    ]


def shown(rows: Sequence[Unanswered]) -> list[str | None]:
    return [gap.clearest for gap in gaps.find(rows, small).shown]


ALIKE = ("xin số nhà ở đâu vậy", "xin so nha o dau", "xin số nhà ở đâu")


def test_three_people_who_ask_alike_are_shown() -> None:
    found = gaps.find(asked(*ALIKE), small)
    assert [gap.people for gap in found.shown] == [3]
    assert found.shown[0].clearest in ALIKE


def test_two_people_are_not_however_often_they_ask() -> None:
    found = gaps.find([*asked(*ALIKE[:2]), *asked(*ALIKE[:2])], small)
    assert (found.shown, found.hidden) == ((), 1)


def test_the_same_name_on_two_channels_is_two_people() -> None:
    rows = [Unanswered(Address(c, "1"), ALIKE[0], "admit", None, False) for c in ("a", "b", "c")]
    assert len(gaps.find(rows, small).shown) == 1


def test_most_people_first() -> None:
    few = asked(
        "cây xanh trước nhà ngã ai dọn", "cay xanh truoc nha nga ai don", "cây xanh trước nhà ngã"
    )
    many = [*asked(*ALIKE), Unanswered(Address("zalo", "9"), ALIKE[1], "admit", None, False)]
    assert [gap.people for gap in gaps.find([*few, *many], small).shown] == [4, 3]


def test_what_the_faq_answers_by_now_is_settled() -> None:
    again = asked(*["thẻ hết hạn thì đổi ở đâu"] * 3)
    found = gaps.find(again, small)
    assert (found.shown, found.settled) == ((), 1)


def test_what_was_sent_elsewhere_is_settled_unless_people_disliked_it() -> None:
    text = "làm passport mất mấy ngày"
    assert gaps.find(asked(text, text, text), small).settled == 1
    assert gaps.find(asked(text, text, text, down=True, outcome="admit"), small).shown


@pytest.mark.parametrize(
    ("texts", "clearest"),
    [
        (["so nha o dau", "số nhà ở đâu"], "số nhà ở đâu"),
        (["số [số điện thoại] của ai vậy", "so cua ai vay"], "so cua ai vay"),
        (["gọi [số điện thoại] có sao không"], None),
        (["đâu", "ở đâu"], None),
        (["từ " * 50], None),
    ],
    ids=["marks", "masked beside clear", "only masked", "too short", "too long"],
)
def test_the_clearest_question_is_whole_and_holds_nothing_masked(
    texts: list[str], clearest: str | None
) -> None:
    assert gaps.clear(texts) == clearest


def test_empty_and_odd_questions_do_no_harm() -> None:
    assert shown(asked("", "???", "\u200b", "😀")) == []


def test_the_store_gives_what_went_badly_and_only_that(database: Database) -> None:
    cases = (
        ("a", "admit", None, 1),
        ("b", "ask_back", None, 1),
        ("c", "answer", None, 1),
        ("d", "answer", "down", 1),
        ("e", "admit", "up", 1),
        ("f", "admit", None, 40),
    )
    person = Address("web", "an")
    with database.transaction() as tx:
        for id_, outcome, vote, days in cases:
            at = NOW - timedelta(days=days)
            questions.record(
                tx, id=id_, person=person, at=at, text=id_, outcome=outcome, entry="doi-the",
                confidence=0.5, content="v",
            )  # fmt: skip
            if vote:
                questions.vote(tx, id_, person, vote)
        rows = stored.since(tx, NOW - timedelta(days=30))
    assert [(row.text, row.voted_down) for row in rows] == [("a", False), ("b", False), ("d", True)]
    assert rows[0].person == person


def test_a_question_that_is_grouped_keeps_its_examples() -> None:
    gap = gaps.find(asked(*ALIKE), small).shown[0]
    assert set(gap.examples) == set(ALIKE)
    assert gap.outcomes == {"admit": 3}
    assert gap.nearest == Match("le-phi", 0.1)
