"""loi-chao.yaml: read whole or refused with the line; what it offers is there."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from bot.booking import wards
from bot.core.audiences import AUDIENCES
from bot.core.documents.file import Faults
from bot.faq import entries, lint
from bot.faq.greetings import FILE
from bot.outreach import segment_language
from bot.store.campaigns.segments import Field, Is
from tests.support.faq_house import house
from tests.support.paths import FAQ, PROJECT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FAQ, tmp_path / "faq"))


def spoil(folder: Path, old: str, new: str) -> None:
    file = folder / FILE
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_greetings_come_with_the_faq_and_are_no_entries(folder: Path) -> None:
    faq = entries.load(folder)
    audience = faq.greetings.of_place("nha-tro")
    assert audience
    assert audience.questions == ("le-phi", "mat-the", "cuoc-goi-la")
    assert faq.greetings.of_place("khong-co") is None
    (folder / FILE).unlink()
    without = entries.load(folder)
    assert without.greetings.places == {}
    assert without.version == faq.version


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("audience: cong-nhan", "audience: cong-nhn", "không có nhóm người nào tên 'cong-nhn'"),
        ("segment: cong-nhan", "segment: cong-nhn", "không có nhóm người nào tên 'cong-nhn'"),
        ("- id: xang", "- id: nha-tro", "id 'nha-tro' viết hai lần"),
        ("- id: cong-nhan", "- id: cong-dan", "id 'cong-dan' viết hai lần"),
        ("headline: Đưa bằng lái", f"headline: {'dài ' * 20}Đưa bằng lái", "dài quá 48 ký tự"),
        ("greeting: Chào bạn! Bạn hỏi", f"greeting: {'dài ' * 90} Bạn hỏi", "dài quá 250 ký tự"),
        (
            "questions: [mat-the, quen-mat-khau]",
            "questions: [mat-the]",
            "danh sách cần ít nhất 2 mục",
        ),
        (
            "lines: [Không phải về quê., Nhắn bot lúc nào cũng được.]",
            "lines: [Một, Hai, Ba]",
            "danh sách có nhiều nhất 2 mục",
        ),
        ("places:", "place:", "places: thiếu khóa này"),
        ("audiences:", "audiences: [", "cú pháp"),
    ],
)
def test_a_fault_keeps_the_folder_from_being_used(
    folder: Path, old: str, new: str, why: str
) -> None:
    spoil(folder, old, new)
    with pytest.raises(Faults) as faults:
        entries.load(folder)
    assert why in str(faults.value)
    assert FILE in str(faults.value)
    assert any(why in finding.fault.message for finding in lint.check(folder, house()))


def test_the_check_names_entries_that_are_not_there_and_private_words(folder: Path) -> None:
    spoil(folder, "[mat-the, quen-mat-khau]", "[mat-thee, quen-mat-khau]")
    spoil(folder, "Nhắn bot lúc nào", "Gọi 0900000001 lúc nào")
    told = [
        str(finding.fault) for finding in lint.check(folder, house()) if finding.fault.file == FILE
    ]
    assert len(told) == 2
    assert "không có mục nào tên 'mat-thee'" in told[0]
    assert "có phải 'mat-the'?" in told[0]
    assert "giống số điện thoại của một người" in told[1]


def test_the_projects_own_file_has_no_fault_and_an_audience_for_everybody() -> None:
    found = lint.check(PROJECT / "faq", house(date(2026, 11, 25)))
    assert [finding for finding in found if finding.fault.file == FILE] == []
    greeted = entries.load(PROJECT / "faq").greetings
    assert {
        "cong-dan",
        "cong-nhan",
        "hoc-sinh",
        "nguoi-cao-tuoi",
        "tieu-thuong",
        "doanh-nghiep",
    } <= set(greeted.audiences)
    assert {"xang", "quan", "thang-may", "nha-tro", "nha-may", "truong", "cho", "khac"} <= set(
        greeted.places
    )


def test_whom_posters_speak_to_is_always_an_audience_of_campaigns() -> None:
    greetings = entries.load(PROJECT / "faq").greetings
    of_posters = {greetings.of_place(kind) for kind in greetings.places}
    assert None not in of_posters
    for one in greetings.audiences.values():
        rule = segment_language.parse(f"audience = {AUDIENCES[one.segment]}", wards.load())
        assert rule == Is(Field.AUDIENCE, (one.segment,))
    assert {one.segment for one in greetings.audiences.values()} == AUDIENCES.keys()
