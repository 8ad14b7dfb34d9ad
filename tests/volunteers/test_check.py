"""Seeded faults: each is found by its rule, in its file, at its line."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.faq import lint
from bot.faq.lint import Finding, Rule
from tests.support.faq_house import TODAY, house
from tests.volunteers.conftest import GOOD

THE, PHI = "the.yaml", "phi.yaml"
SENTENCE = "Bạn làm như sau nhé. "
FILLINGS = {"{LONG}": SENTENCE * 40, "{STEP}": SENTENCE * 7, "{TITLE}": SENTENCE * 5}


@dataclass(frozen=True)
class Seed:
    """In *file*, *old* becomes *new*; the finding stands on the line that holds *at*."""

    name: str
    file: str
    old: str
    new: str
    at: str
    rule: str
    says: str
    serious: bool = True
    beside: tuple[str, ...] = ()


def seeds() -> list[Seed]:
    """The table of seeded.yaml, long texts filled in."""
    rows = yaml.safe_load((Path(__file__).parent / "seeded.yaml").read_text(encoding="utf-8"))
    for row in rows:
        for name, text in FILLINGS.items():
            row["new"] = row["new"].replace(name, text)
    return [Seed(**row) for row in rows]


def spoil(file: Path, old: str, new: str) -> str:
    text = file.read_text(encoding="utf-8")
    assert old in text
    text = text.replace(old, new, 1)
    file.write_text(text, encoding="utf-8")
    return text


def line_of(text: str, words: str) -> int:
    return next(n for n, line in enumerate(text.split("\n"), 1) if words in line)


def by_rule(found: Iterable[Finding], rule: Rule) -> list[Finding]:
    return [finding for finding in found if finding.rule is rule]


def test_every_rule_has_a_seed() -> None:
    assert {seed.rule for seed in seeds()} | {Rule.WON, Rule.ALARM} == set(Rule)


def test_the_good_faq_has_no_finding(folder: Path) -> None:
    assert lint.check(folder, house()) == ()


@pytest.mark.parametrize("seed", seeds(), ids=lambda seed: seed.name)
def test_a_seeded_fault_is_found_at_its_line(folder: Path, seed: Seed) -> None:
    (folder / "schema.json").write_text("{}")
    text = spoil(folder / seed.file, seed.old, seed.new)
    if seed.beside:
        spoil(folder / PHI, *seed.beside)
    found = by_rule(lint.check(folder, house()), Rule(seed.rule))
    told = [(f.fault.file, f.fault.line, f.serious) for f in found if seed.says in str(f.fault)]
    assert (seed.file, line_of(text, seed.at), seed.serious) in told, found


@pytest.mark.parametrize(
    ("raw", "line", "says"),
    [
        ("entries:\n  - id: a\n    question: hỏi".encode("utf-16"), 1, "không phải UTF-8"),
        (b"entries:\n  - id: a\n    question: h\xcc\xe1i\n", 3, "không phải UTF-8"),
        (b"a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: [*c,*c]\n", 1, "neo"),
        (b"- " * 3000 + b"x", 1, "lồng quá sâu"),
        (b"entries: " + b"[" * 100_000, 1, "lồng quá sâu"),
        (b"x: " + b"y" * 2_000_001, 1, "quá lớn"),
        (b"", 1, "khóa: giá trị"),
        (b"entries: 5\n", 1, "danh sách"),
        (b"entries:\n  - x\n", 2, "entries[0]"),
    ],
    ids=["utf-16", "latin", "bomb", "deep", "abyss", "huge", "empty", "number", "text"],
)  # fmt: skip
def test_a_broken_file_is_told_and_the_others_are_still_checked(
    folder: Path, raw: bytes, line: int, says: str
) -> None:
    (folder / "hong.yaml").write_bytes(raw)
    spoil(folder / PHI, "related: [doi-the]", "related: [nowhere]")
    found = lint.check(folder, house())
    broken = [f.fault for f in found if f.fault.file == "hong.yaml"]
    assert any(says in fault.message for fault in broken)
    assert line in [fault.line for fault in broken]
    assert by_rule(found, Rule.LINKS)


def test_a_folder_with_the_name_of_a_file_is_told(folder: Path) -> None:
    (folder / "thu-muc.yaml").mkdir()
    assert [f.fault.file for f in lint.check(folder, house())] == ["thu-muc.yaml"]


def test_questions_in_another_encoding_are_told_at_the_line(folder: Path) -> None:
    file = folder / "questions/mau.tsv"
    file.write_bytes(file.read_bytes() + b"h\xe1t\tdoi-the\n")
    found = lint.check(folder, house())
    assert [(f.fault.file, f.fault.line) for f in found] == [("questions/mau.tsv", 12)]


def test_without_regression_questions_none_are_missed(folder: Path) -> None:
    shutil.rmtree(folder / "questions")
    assert lint.check(folder, house()) == ()


def test_all_faults_come_at_once(folder: Path) -> None:
    spoil(folder / THE, "label: Đổi thẻ", "lable: Đổi thẻ")
    spoil(folder / THE, "id: cap-lai", "id: CAP")
    spoil(folder / PHI, "related: [doi-the]", "related: [nowhere]")
    spoil(folder / PHI, "review_by: 2027-05-24", "review_by: 2026-01-01")
    found = lint.check(folder, house())
    assert {Rule.STRUCTURE, Rule.LINKS, Rule.REVIEW} <= {finding.rule for finding in found}
    assert list(found) == sorted(found)


def test_links_into_a_file_that_cannot_be_read_are_not_called_dead(folder: Path) -> None:
    spoil(folder / THE, "title: Thẻ căn cước", "title: [Thẻ")
    assert not by_rule(lint.check(folder, house()), Rule.LINKS)


def test_the_neighbours_of_a_bad_entry_are_still_checked(folder: Path) -> None:
    spoil(folder / THE, "label: Đổi thẻ", "lable: Đổi thẻ")
    spoil(folder / THE, "answer: Bạn xin cấp lại", "answer: Ra công an huyện xin cấp lại")
    assert by_rule(lint.check(folder, house()), Rule.OUTDATED)


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        ("loi-thoi", "answer: Việc này", "answer: Lên công an quận, việc này"),
        ("rieng-tu", "- xin hộ chiếu cho con nhỏ", "- gọi số 0912345678 hả"),
    ],
)
def test_a_waived_finding_is_silent_and_others_are_not(
    folder: Path, rule: str, old: str, new: str
) -> None:
    spoil(folder / PHI, old, new)
    assert lint.check(folder, house())
    text = (folder / PHI).read_text(encoding="utf-8").split("\n")
    place = line_of("\n".join(text), new) - 1
    for waiver, silent in ((f"  # bỏ qua: {rule}", True), ("  # bỏ qua: so-cau", False)):
        lines = [*text[:place], text[place] + waiver, *text[place + 1 :]]
        (folder / PHI).write_text("\n".join(lines), encoding="utf-8")
        assert (lint.check(folder, house()) == ()) is silent


def test_what_keeps_the_service_from_loading_cannot_be_waived(folder: Path) -> None:
    spoil(folder / THE, "label: Đổi thẻ", "lable: Đổi thẻ  # bỏ qua: cau-truc")
    assert lint.check(folder, house())


@pytest.mark.parametrize(
    "sentence",
    [
        "Công an quận, huyện không còn nữa.",
        "Nghị định 69/2024 (thay Nghị định 59/2022).",
        "Không cần mang sổ hộ khẩu.",
        "Sổ hộ khẩu giấy hết giá trị từ 01/01/2023.",
        "Không ai được đòi giấy xác nhận số CMND.",
        "Người dân có thể hỏi công an phường.",
    ],
)
def test_saying_that_a_thing_is_over_is_not_outdated(folder: Path, sentence: str) -> None:
    spoil(folder / PHI, "answer: Việc này", f"answer: {sentence} Việc này")
    assert not by_rule(lint.check(folder, house()), Rule.OUTDATED)


@pytest.mark.parametrize(
    "sentence",
    [
        "Cấp lại thẻ mất 70.000 đồng.",
        "Đổi thẻ trực tuyến mất 25.000 đồng.",
        "Gọi 113, 114, 115, 1022 hoặc 1900.0368.",
        "Ở từ 30 ngày trở lên thì đăng ký tạm trú.",
        "Nghị định 08/2024/NĐ-CP.",
        "Hộ chiếu cấp trong 8 ngày làm việc.",
    ],
)
def test_other_numbers_are_neither_contradictions_nor_private(folder: Path, sentence: str) -> None:
    spoil(folder / PHI, "answer: Việc này", f"answer: {sentence} Việc này")
    assert lint.check(folder, house()) == ()


def test_a_fee_is_compared_as_it_reads_on_its_day(folder: Path) -> None:
    """The base fee may differ from today's; on the day it changes it must not be forgotten."""
    old = "more: Mức này áp dụng từ năm 2027."
    spoil(folder / PHI, old, "answer: Đổi thẻ mất 80.000 đồng, cấp lại thẻ 70.000 đồng.")
    found = by_rule(lint.check(folder, house()), Rule.CONTRADICTION)
    assert {finding.fault.file for finding in found} == {THE, PHI}
    spoil(folder / PHI, "80.000", "50.000")
    assert lint.check(folder, house()) == ()


def test_a_deadline_passes_with_the_day(folder: Path) -> None:
    later = lint.check(folder, house(date(2028, 1, 1)))
    assert {finding.rule for finding in later} == {Rule.REVIEW}
    assert lint.check(folder, house(TODAY)) == ()


def test_variants_that_have_run_out_leave_nothing_to_say(folder: Path) -> None:
    last = "      - valid_from: 2027-01-01\n        more: Mức này áp dụng từ năm 2027.\n"
    text = spoil(folder / PHI, last, "")
    found = {}
    for today in (date(2026, 11, 24), date(2026, 12, 10), date(2027, 1, 1)):
        rows = by_rule(lint.check(folder, house(today)), Rule.DATES)
        found[today.month] = [(row.fault.line, row.serious) for row in rows]
    line = line_of(text, "- valid_from: 2026-01-01")
    assert found == {11: [], 12: [(line, False)], 1: [(line, True)]}


def test_an_unseen_phrasing_that_another_entry_wins_is_worth_a_look(folder: Path) -> None:
    """The stray phrasing is learnt by its own entry, so only a matcher without it tells."""
    stray = "thẻ căn cước gần hết hạn muốn đổi thẻ mới"
    text = spoil(folder / PHI, "- passport bao nhiu tien", f"- {stray}")
    found = by_rule(lint.check(folder, house(match=True)), Rule.WON)
    told = [f.fault.line for f in found if "doi-the" in f.fault.message]
    assert line_of(text, stray) in told


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_a_file_spoilt_in_any_way_is_told_and_never_breaks_the_check(data: st.DataObject) -> None:
    lines = (GOOD / THE).read_text(encoding="utf-8").split("\n")
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(lines) - 1))
        junk = st.sampled_from(
            ["", "  ", "- ", "x", ": ", "[", "{}", "~", "5", '"', "\t", "#", "é\u200b"]
        )
        words = data.draw(junk)
        cut = data.draw(st.integers(0, len(lines[place])))
        lines[place] = (
            lines[place][:cut] + words + lines[place][cut + data.draw(st.integers(0, 9)) :]
        )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(shutil.copytree(GOOD, Path(name) / "faq"))
        (folder / THE).write_text("\n".join(lines), encoding="utf-8")
        for finding in lint.check(folder, house()):
            assert finding.fault.line >= 1
            assert finding.fault.column >= 1
