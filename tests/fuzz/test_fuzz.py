"""A short look at every target; `make fuzz` looks for longer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fuzz.run import feed_by_hypothesis, grow, run
from tests.fuzz.targets import Target, targets
from tests.support.made import text

INPUTS = 12_000  # by chance, in all
DRAWN = 15  # by Hypothesis, for each target
NAMES = ("texts", "places", "telegram", "zalo-oa", "zalo-bot", "web", "deep links", "buttons", "messages",
         "offices.csv", "questions.tsv", "faq", "config")  # fmt: skip


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Target]]:
    with targets(tmp_path_factory.mktemp("fuzz")) as found:
        yield {target.name: target for target in found}


def test_the_shares_are_of_a_thousand(known: dict[str, Target]) -> None:
    assert sum(target.share for target in known.values()) == 1000
    assert tuple(known) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_no_input_breaks_a_target(known: dict[str, Target], name: str) -> None:
    target = known[name]
    outcome = run(target, INPUTS * target.share // 1000, seed=7)
    assert outcome.findings == {}
    feed_by_hypothesis(target, DRAWN)


def test_growth_is_seen() -> None:
    """Reading the text anew at each of its characters. Of what is straight `make fuzz` tells, with a clock."""
    found = grow("square", lambda words: [words.upper() for _ in words], 3, seed=1)
    assert found.findings


def test_a_finding_is_told_once_with_its_input() -> None:
    def refuses(words: str) -> None:
        assert "a" not in words

    outcome = run(Target("broken", text, refuses, 0), 500, seed=1)
    (finding,) = outcome.findings.values()
    assert "seed" in finding
