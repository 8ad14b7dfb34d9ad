"""The matcher of the real FAQ, built once; small FAQs are made where they are used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.faq import entries
from bot.faq.entries import Faq
from bot.faq.matching.matcher import Matcher, Thresholds
from tests.support.paths import PROJECT


@pytest.fixture(scope="session")
def full() -> Matcher:
    return Matcher.build(entries.load(PROJECT / "faq"), Thresholds())


@pytest.fixture
def make_faq(tmp_path: Path) -> Callable[..., Faq]:
    """A FAQ of `id: [question, phrasing, …]`, with synonyms as in synonyms.yaml."""

    def make(synonyms: str = "", **asked: list[str]) -> Faq:
        rows = ["entries:"]
        for id_, (question, *phrasings) in asked.items():
            rows += [f"  - id: {id_.replace('_', '-')}", f"    question: {question}"]
            rows += ["    answer: Câu trả lời."]
            rows += ["    phrasings:", *(f"      - {p}" for p in phrasings)] if phrasings else []
        (tmp_path / "thu.yaml").write_text("\n".join(rows), encoding="utf-8")
        (tmp_path / "synonyms.yaml").write_text(synonyms, encoding="utf-8")
        return entries.load(tmp_path)

    return make
