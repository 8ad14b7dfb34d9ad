"""Scoring, its command, and floors under the accuracy on the regression questions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli.faq import faq as command
from bot.core.documents.file import Faults
from bot.faq.matching.matcher import Matcher
from bot.faq.score import Row, auroc, read_rows, score
from bot.faq.variants import VARIANTS, hard, telex
from tests.support.paths import FAQ, PROJECT

KEYS = [
    "n", "top1", "top3", "answered", "likely", "asked_back", "admitted", "wrong_answered",
    "direct", "offered", "wrong", "oos_n", "oos_answered", "oos_asked_back", "oos_auroc",
    "p50_ms", "p99_ms",
]  # fmt: skip


def rows_of(matcher: Matcher) -> list[Row]:
    files = sorted((PROJECT / "faq/questions").glob("*.tsv"))
    return [row for file in files for row in read_rows(file, matcher.faq.entries)]


def test_accuracy_does_not_fall(full: Matcher) -> None:
    report = score(full, rows_of(full))
    for name, figures in report.variants.items():
        assert figures.top1 >= 0.94, name
        assert figures.top3 >= 0.98, name
        assert figures.wrong_answered <= 0.03, name
        assert figures.oos_answered <= 0.035, name
        assert figures.oos_auroc >= 0.97, name


def test_shares_add_up(full: Matcher) -> None:
    total = score(full, rows_of(full)[::20]).total
    assert total.answered + total.likely + total.asked_back + total.admitted == pytest.approx(1)


def test_a_wrong_answer_and_an_answered_stranger_are_misses(full: Matcher) -> None:
    rows = [Row("quên mật khẩu vneid", "ho-chieu"), Row("quên mật khẩu vneid", "-")]
    report = score(full, rows)
    assert [miss.row for miss in report.misses] == rows
    assert (report.total.top1, report.total.wrong_answered, report.total.oos_answered) == (0, 1, 1)


def test_auroc_counts_ties_half() -> None:
    assert auroc([1, 1], [0, 1]) == 0.75
    assert auroc([], [1]) == 0.5


def test_bad_lines_are_told_all_at_once(tmp_path: Path) -> None:
    file = tmp_path / "cau.tsv"
    file.write_text(
        "# ghi chú\n\nđổi thẻ\tcó-đâu\nkhông có tab\nquên mật khẩu\ta\n", encoding="utf-8"
    )
    with pytest.raises(Faults) as caught:
        read_rows(file, ["a"])
    assert [fault.line for fault in caught.value.faults] == [3, 4]


def test_the_command_prints_the_agreed_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # without a config.yaml
    file = tmp_path / "cau.tsv"
    file.write_text("làm thẻ căn cước lần đầu\t-\n", encoding="utf-8")
    done = CliRunner().invoke(command, ["score", str(file), "--faq", str(FAQ), "--json"])
    data = json.loads(done.output)
    assert list(data) == [*KEYS, "variants"]
    assert {name: list(found) for name, found in data["variants"].items()} == dict.fromkeys(
        VARIANTS, KEYS
    )


def test_the_command_names_the_bad_line(tmp_path: Path) -> None:
    file = tmp_path / "cau.tsv"
    file.write_text("đổi thẻ\tcó-đâu\n", encoding="utf-8")
    done = CliRunner().invoke(command, ["score", str(file), "--faq", str(FAQ)])
    assert done.exit_code == 2
    assert "cau.tsv:1:" in done.output


def test_variants_repeat_and_change_only_the_typing() -> None:
    text = "Tôi muốn đổi thẻ căn cước thì phải làm sao?"
    assert {name: change(text) for name, change in VARIANTS.items()} == {
        name: change(text) for name, change in VARIANTS.items()
    }
    assert VARIANTS["no_diacritics"](text) == "Toi muon doi the can cuoc thi phai lam sao?"
    assert telex("Đường thẻ") == "Dduwowngf ther"
    assert hard(text).isascii()
