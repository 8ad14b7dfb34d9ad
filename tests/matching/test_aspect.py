"""Which aspect of its matter a question asks about."""

from __future__ import annotations

import pytest

from bot.faq.matching.aspect import Aspect, asked
from bot.faq.matching.matcher import Matcher

FEE, TIME, PAPERS = Aspect.FEE, Aspect.TIME, Aspect.DOCUMENTS
PLACE, STEPS = Aspect.PLACE, Aspect.STEPS


@pytest.mark.parametrize(
    ("text", "aspects"),
    [
        ("Làm căn cước cho con mất bao lâu", (TIME,)),
        ("lam the can cuoc may ngay co", (TIME,)),
        ("làm lại thẻ hết bao nhiêu tiền vậy", (FEE,)),
        ("co mat phi khong", (FEE,)),
        ("làm mức 2 ở đâu và tốn bao nhiêu", (PLACE, FEE)),
        ("đi làm căn cước cần mang theo gì", (PAPERS,)),
        ("hồ sơ gồm những gì", (PAPERS,)),
        ("kích hoạt vneid thế nào", (STEPS,)),
        ("ra đâu làm thẻ cho con", (PLACE,)),
        ("thẻ căn cước có hạn bao lâu", ()),
        ("thẻ có giá trị bao lâu", ()),
        ("thẻ cũ có bị thu không", ()),
        ("", ()),
    ],
)
def test_the_aspect_is_read_from_the_words(
    full: Matcher, text: str, aspects: tuple[Aspect, ...]
) -> None:
    assert full.match(text).asks == aspects


def test_the_words_are_looked_at_once_each() -> None:
    assert asked(["bao", "nhieu"] * 5_000) == ()
