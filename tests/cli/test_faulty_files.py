"""A fault in a file that is read at the start: told once, with the file and the line, exit code 2; nothing
is served and nothing of the file is kept."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli.main import main
from bot.store.booking import offices
from bot.store.database import SqliteDatabase
from tests.support.paths import FAQ

OFFICES = """offices:
  - id: mau
    name: Công an phường Mẫu
    address: Số 1 đường Mẫu
    ward: Phường Tân Phú
    services: [the]
    hours: {weekly: "T2-T6 07:30-11:30", capacity: 5}
"""
SECOND = OFFICES.partition("\n")[2]
CONFIG = """database: vneid.db
faq: faq
booking:
  offices: offices.yaml
  services: [{id: the, title: Thẻ căn cước, bring: mat-the, fee: le-phi}]
"""
Break = Callable[[Path], object]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A deployment before its first start, without a fault."""
    shutil.copytree(FAQ, tmp_path / "faq")
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "offices.yaml").write_text(OFFICES, encoding="utf-8")
    return tmp_path


def start(folder: Path) -> Result:
    config = str(folder / "config.yaml")
    return CliRunner().invoke(main, ["serve", "--config", config, "--port", "0"])


def says(words: str) -> Break:
    """The file says *words* in place of what it said."""
    return lambda file: file.write_text(words, encoding="utf-8")


def in_utf_16(file: Path) -> None:
    file.write_bytes("tên: Mẫu\n".encode("utf-16"))


def a_folder(file: Path) -> None:
    file.unlink(missing_ok=True)
    file.mkdir()


def unreadable(file: Path) -> None:
    """For root as well: reading it is an error of input and output."""
    file.unlink(missing_ok=True)
    file.symlink_to("/proc/self/mem")


def endless(file: Path) -> None:
    file.unlink(missing_ok=True)
    file.symlink_to(file.name)


OF_ANY_FILE: dict[str, tuple[Break, str]] = {
    "syntax": (
        says('a:\n  - b: "mở\n    c: d\n'),
        ":2:8: sai cú pháp YAML: dấu nháy mở mà không đóng",
    ),
    "another key": (says("khong_co: 1\n"), ":1:1: khong_co: khóa này không dùng ở đây"),
    "a key that is a number": (says("5: x\n"), ":1:1: khóa '5' không phải là chữ"),
    "a list": (says("- a\n"), ":1:1: "),
    "a key twice": (says("a: 1\na: 2\n"), ":2:1: khóa 'a' viết hai lần"),
    "not UTF-8": (in_utf_16, ":1:1: tệp không phải UTF-8"),
    "a folder": (a_folder, ":1:1: không đọc được tệp"),
    "unreadable": (unreadable, ":1:1: không đọc được tệp"),
    "a link to itself": (endless, ":1:1: không đọc được tệp"),
}
OF_THE_FAQ = [
    ("faq/thu.yaml", "unreadable"),
    ("faq/thu.yaml", "a link to itself"),
    ("faq/synonyms.yaml", "a folder"),
    ("faq/synonyms.yaml", "a link to itself"),
    ("faq/loi-chao.yaml", "not UTF-8"),
]


@pytest.mark.parametrize(
    ("name", "case"), [*(("offices.yaml", case) for case in OF_ANY_FILE), *OF_THE_FAQ]
)
def test_a_fault_of_any_kind_is_told_at_its_line_and_nothing_begins(
    folder: Path, name: str, case: str
) -> None:
    break_, told = OF_ANY_FILE[case]
    break_(folder / name)
    refused(folder, name.rpartition("/")[2] + told)


@pytest.mark.parametrize(
    "case", [case for case in OF_ANY_FILE if OF_ANY_FILE[case][0] not in (a_folder, endless)]
)
def test_a_fault_of_the_configuration_is_told_before_anything_is_made(
    folder: Path, case: str
) -> None:
    break_, told = OF_ANY_FILE[case]
    break_(folder / "config.yaml")
    refused(folder, "config.yaml" + told)
    assert not (folder / "vneid.db").exists()


OF_OFFICES: dict[str, tuple[str, str]] = {
    "empty": ("", ":1:1: đang để trống"),
    "no office": ("offices: []\n", ":1:1: offices: danh sách cần ít nhất 1 mục"),
    "another key": (OFFICES + "    nam: x\n", ":8:5: offices[0].nam: khóa này không dùng ở đây"),
    "a word for a number": (OFFICES.replace("capacity: 5", "capacity: năm"), ":7:42: offices[0].hours.capacity"),
    "an id twice": (OFFICES + SECOND, ":8:1: mã 'mau' có hai lần"),
    "a service that is none": (OFFICES.replace("[the]", "[bay]"), ":2:1: không có việc 'bay'"),
    "hours that end before they begin": (OFFICES.replace("07:30-11:30", "11:30-07:30"), ":7:5: offices[0].hours"),
    "a day that is none": (OFFICES.replace("capacity: 5", "closed: [2027-02-30]"), ":7:51: giá trị không đọc được"),
    "a ward that is none": (OFFICES.replace("Phường Tân Phú", "Phường Mơ"), ":2:1: không rõ phường"),
}  # fmt: skip


@pytest.mark.parametrize("case", OF_OFFICES)
def test_a_fault_among_the_offices_is_told_at_its_line(folder: Path, case: str) -> None:
    text, told = OF_OFFICES[case]
    (folder / "offices.yaml").write_text(text, encoding="utf-8")
    refused(folder, "offices.yaml" + told)


def test_a_file_of_offices_that_is_not_there_is_told_with_the_place_where_it_was_looked_for(
    folder: Path,
) -> None:
    (folder / "offices.yaml").unlink()
    assert str(folder / "offices.yaml") in refused(folder, "offices.yaml:1:1: không đọc được tệp")


def test_a_sheet_of_offices_is_told_by_line_and_column(folder: Path) -> None:
    (folder / "config.yaml").write_text(
        CONFIG.replace("offices.yaml", "offices.csv"), encoding="utf-8"
    )
    (folder / "offices.csv").write_text(
        "Mã,Tên,Địa chỉ,Phường xã,Việc,Giờ làm,Số người\n" * 2, encoding="utf-8"
    )
    refused(folder, "offices.csv:2:")


def test_a_start_after_the_fault_is_mended_takes_the_file_in(folder: Path) -> None:
    (folder / "offices.yaml").write_text(OFFICES + SECOND, encoding="utf-8")
    refused(folder, "offices.yaml:8:1")
    (folder / "offices.yaml").write_text(OFFICES, encoding="utf-8")
    (folder / "faq" / "la.yaml").write_text("a: 1\n", encoding="utf-8")
    refused(folder, "la.yaml:1:1")  # the next file's turn: that of the offices is good now


def test_what_is_in_the_database_already_needs_no_file(folder: Path) -> None:
    with closing(SqliteDatabase(folder / "vneid.db")) as database, database.transaction() as tx:
        tx.rows(
            "INSERT INTO offices (id, name, address, ward, services, hours, state, changed_at) "
            "VALUES ('x', 'x', 'x', 'x', '[]', '{}', 'closed', '2026-01-01T00:00:00.000000Z')"
        )
    (folder / "offices.yaml").write_text("hỏng", encoding="utf-8")
    (folder / "faq" / "la.yaml").write_text("a: 1\n", encoding="utf-8")
    refused(folder, "la.yaml:1:1")


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe\x00"])
def test_a_file_of_the_data_key_that_holds_none_is_told(folder: Path, content: bytes) -> None:
    (folder / "vneid.key").write_bytes(content)
    result = start(folder)
    assert (result.exit_code, "Traceback" in result.output) == (1, False)
    assert f"{folder / 'vneid.key'} không có khóa dữ liệu" in result.output


def test_an_address_that_cannot_be_served_at_is_told_as_that(folder: Path) -> None:
    (folder / "config.yaml").write_text(CONFIG + "listen: {host: 203.0.113.7}\n", encoding="utf-8")
    result = start(folder)
    assert result.exit_code == 1
    assert "Không mở được 203.0.113.7" in result.output


def refused(folder: Path, told: str) -> str:
    """What the start said; *told* is among it."""
    result = start(folder)
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 2
    assert told in result.output
    assert result.output.count("lỗi cần sửa") == 1
    for never in ("Traceback", "đang chạy", "nạp các nơi"):
        assert never not in result.output
    if (folder / "vneid.db").exists():
        with closing(SqliteDatabase(folder / "vneid.db")) as database, database.transaction() as tx:
            assert [office.id for office in offices.all_open(tx)] == []
    return result.output
