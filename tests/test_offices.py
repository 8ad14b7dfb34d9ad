"""Files of offices, the calendar that follows from them, and the commands."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot import offices
from bot.cli import main
from bot.config import Settings
from bot.offices import OfficeRow
from bot.opening import Opening
from bot.places import Wards
from bot.store import offices as store
from bot.store import slots
from bot.store.database import SqliteDatabase
from bot.yaml_file import Faults
from tests.conftest import PROJECT, Clock

SERVICES = ("the", "muc-2")
YAML = """
offices:
  - id: tan-phu
    name: Công an phường Tân Phú
    address: Số 1 đường Mẫu
    ward: Phường Tân Phú
    services: [the]
    hours:
      weekly: T2-T6 07:30-11:30
      capacity: 4
"""
CSV = """Mã;Tên;Địa chỉ;Phường xã;Vĩ độ;Kinh độ;Việc;Giờ làm;Số người
tan-phu;Công an phường Tân Phú;Số 1 đường Mẫu;Phường Tân Phú;10,79;106,63;the, muc-2;T2-T6 07:30-11:30;4
"""


def write(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8-sig" if name.endswith("csv") else "utf-8")
    return file


def read(file: Path, wards: Wards) -> tuple[OfficeRow, ...]:
    return offices.read(file, wards, SERVICES)


def faults(file: Path, wards: Wards) -> str:
    with pytest.raises(Faults) as caught:
        read(file, wards)
    return str(caught.value)


def test_an_office_without_coordinates_is_where_its_ward_is(tmp_path: Path, wards: Wards) -> None:
    (office,) = read(write(tmp_path, "a.yaml", YAML), wards)
    ward = wards.get(office.ward)
    assert ward is not None
    assert ward.name == "Phường Tân Phú"
    assert (office.latitude, office.longitude) == (ward.latitude, ward.longitude)


def test_a_spreadsheet_with_vietnamese_headings_is_the_same_office(
    tmp_path: Path, wards: Wards
) -> None:
    (office,) = read(write(tmp_path, "a.csv", CSV), wards)
    assert office.services == ("the", "muc-2")
    assert (office.latitude, office.longitude) == (10.79, 106.63)
    assert (office.hours.weekly, office.hours.capacity) == ("T2-T6 07:30-11:30", 4)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("id: tan-phu", "id: Tân Phú"), "a.yaml:3:5: offices[0].id"),
        (("ward: Phường Tân Phú", "ward: Phường Không Có"), "không rõ phường, xã"),
        (("services: [the]", "services: [khac]"), "không có việc 'khac'"),
        (("capacity: 4", "capacity: bốn"), "a.yaml:10:7: offices[0].hours.capacity"),
        (("T2-T6 07:30-11:30", "8 giờ sáng"), "viết như 'T2-T6"),
        (("    name:", "    tên:"), "khóa này không dùng ở đây"),
    ],
)
def test_what_is_wrong_in_yaml_is_told_with_its_place(
    tmp_path: Path, wards: Wards, change: tuple[str, str], says: str
) -> None:
    assert says in faults(write(tmp_path, "a.yaml", YAML.replace(*change)), wards)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("10,79", "mười"), "a.csv:2:1: latitude"),
        (("tan-phu", ""), "a.csv:2:1: id: thiếu khóa này"),
        (("Số người", "Màu"), "a.csv:2:1: Màu: khóa này không dùng ở đây"),
        ((CSV, ""), "tệp trống"),
    ],
)
def test_what_is_wrong_in_a_spreadsheet_is_told_with_its_line(
    tmp_path: Path, wards: Wards, change: tuple[str, str], says: str
) -> None:
    assert says in faults(write(tmp_path, "a.csv", CSV.replace(*change)), wards)


def test_a_spreadsheet_in_another_encoding_is_told_so(tmp_path: Path, wards: Wards) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(CSV.encode("utf-16"))
    assert "tệp không phải UTF-8" in faults(file, wards)


def test_two_offices_of_one_id_are_refused(tmp_path: Path, wards: Wards) -> None:
    twice = YAML + YAML.split("offices:\n")[1]
    assert "có hai lần" in faults(write(tmp_path, "a.yaml", twice), wards)


def test_the_sample_that_comes_along_is_good_and_says_that_it_is_one(wards: Wards) -> None:
    services = ("the-nguoi-lon", "the-tre-em", "muc-2", "kich-hoat", "luu-dong")
    found = offices.read(PROJECT / "deploy" / "offices.yaml", wards, services)
    assert all("(mẫu)" in office.name for office in found)


# --- opening ---------------------------------------------------------------------------------------


def settings(folder: Path) -> Settings:
    services = [{"id": id_, "title": id_} for id_ in SERVICES]
    booking = {"services": services, "offices": str(folder / "a.yaml"), "horizon_days": 14}
    return Settings.model_validate({"booking": booking})


async def test_the_first_start_takes_in_the_offices_and_opens_the_calendar(
    tmp_path: Path, wards: Wards, database: SqliteDatabase, clock: Clock
) -> None:
    write(tmp_path, "a.yaml", YAML)
    opening = Opening(database, settings(tmp_path), wards, clock)
    await opening.look()
    with database.transaction() as tx:
        days = slots.days(tx, "tan-phu", clock(), clock() + timedelta(days=60))
    # 25/11 to 8/12: weekdays only (24/11 is a holiday of 2026's calendar, or today's morning).
    assert len([day for day, _ in days if day > clock().date()]) == 10
    assert {left for day, left in days if day > clock().date()} == {16}


async def test_each_night_opens_one_more_day_and_keeps_the_rest(
    tmp_path: Path, wards: Wards, database: SqliteDatabase, clock: Clock
) -> None:
    write(tmp_path, "a.yaml", YAML)
    opening = Opening(database, settings(tmp_path), wards, clock)
    await opening.look()
    clock.move(days=1)
    await opening.look()
    with database.transaction() as tx:
        days = [day for day, _ in slots.days(tx, "tan-phu", clock(), clock() + timedelta(days=60))]
    assert days[-1] == (clock() + timedelta(days=14)).date()


async def test_officers_offices_are_not_replaced_by_the_file(
    tmp_path: Path, wards: Wards, database: SqliteDatabase, clock: Clock
) -> None:
    write(tmp_path, "a.yaml", YAML)
    (row,) = read(tmp_path / "a.yaml", wards)
    with database.transaction() as tx:
        store.put(tx, row.model_copy(update={"id": "own"}), clock())
    await Opening(database, settings(tmp_path), wards, clock).look()
    with database.transaction() as tx:
        assert [office.id for office in store.all_open(tx)] == ["own"]


# --- commands --------------------------------------------------------------------------------------


@pytest.fixture
def config(tmp_path: Path) -> Path:
    text = "database: test.db\nbooking:\n  services:\n    - {id: the, title: Thẻ}\n"
    return write(tmp_path, "config.yaml", text)


def run(config: Path, *words: str) -> str:
    result = CliRunner().invoke(main, ["offices", *words, "--config", str(config)])
    assert result.exit_code == 0, result.output
    return result.output


def test_importing_shows_first_and_writes_when_told(tmp_path: Path, config: Path) -> None:
    file = write(tmp_path, "a.yaml", YAML)
    assert "Chưa có nơi nào" in run(config, "list")
    assert "bản xem trước" in run(config, "import", str(file))
    assert "Chưa có nơi nào" in run(config, "list")
    assert "thêm" in run(config, "import", str(file), "--yes")
    assert "Công an phường Tân Phú – Số 1 đường Mẫu" in run(config, "list")
    assert "giữ nguyên" in run(config, "import", str(file), "--yes")


def test_a_bad_file_changes_nothing_and_says_why(tmp_path: Path, config: Path) -> None:
    file = write(tmp_path, "a.yaml", YAML.replace("[the]", "[khac]"))
    result = CliRunner().invoke(main, ["offices", "import", str(file), "--config", str(config)])
    assert result.exit_code == 2
    assert "không có việc 'khac'" in result.output
