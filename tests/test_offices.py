"""Files of offices, the calendar that follows from them, and the commands."""

from __future__ import annotations

from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot import server
from bot.booking import offices
from bot.booking.offices import OfficeRow
from bot.booking.wards import Wards
from bot.cli.main import main
from bot.core.config import Settings
from bot.core.documents.file import Faults
from bot.jobs.fill_calendar import Opening
from bot.ops.deployment import utc_now
from bot.store.booking import offices as store
from bot.store.booking import slots
from bot.store.database import Database, SqliteDatabase
from handlers.texts import dates
from tests.support.bookings import Desk
from tests.support.paths import PROJECT
from tests.support.people import Clock

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
        (("id: tan-phu", "id: Tân Phú"), "a.yaml:3:5: offices[0].id: mã chỉ gồm chữ thường"),
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
        (("10,79", "mười"), "a.csv:2:5: Vĩ độ: cần một số (đang là 'mười')"),
        (("10,79", "1079"), "a.csv:2:5: Vĩ độ: không quá 24"),
        (("10,79", ""), "latitude và longitude phải có cả hai"),
        (("tan-phu", ""), "a.csv:2:1: Mã: thiếu khóa này"),
        (("tan-phu", "Tân Phú"), "a.csv:2:1: Mã: mã chỉ gồm chữ thường không dấu"),
        ((";4\n", ";bốn\n"), "a.csv:2:9: Số người: cần một số nguyên"),
        (("07:30-11:30", "sáng"), "khoảng giờ 'sáng': viết như 07:30-11:30"),
        (("Số người", "So nguoii"), "có phải cột 'Số người'?"),
        (("Số người", "Màu sắc"), "a.csv:1:9: không có cột 'Màu sắc'"),
        (("Số người", "Tên"), "a.csv:1:9: cột 'Tên' có hai lần"),
        (("Mã;", "So nguoi;"), "a.csv:1:1: thiếu cột 'Mã'"),
        ((CSV, ""), "tệp trống"),
        ((CSV, "x" * 2_000_001), "tệp quá lớn"),
    ],
)
def test_what_is_wrong_in_a_spreadsheet_is_told_with_its_line(
    tmp_path: Path, wards: Wards, change: tuple[str, str], says: str
) -> None:
    assert says in faults(write(tmp_path, "a.csv", CSV.replace(*change)), wards)


@pytest.mark.parametrize("name", ["a.yaml", "a.csv"])
def test_the_faults_of_all_offices_are_told_at_once(
    tmp_path: Path, wards: Wards, name: str
) -> None:
    """One of a kind that the check of a single office sees, and two of the kind that it does not."""
    text = YAML if name == "a.yaml" else CSV
    one = text.split("\n", 2)[2] if name == "a.yaml" else text.split("\n", 1)[1]
    first = one.replace("tan-phu", "Tân Phú")
    second = one.replace("Phường Tân Phú", "Phường Không Có").replace("the", "khac")
    head = text.removesuffix(one)
    found = faults(write(tmp_path, name, head + first + second), wards)
    assert "mã chỉ gồm chữ thường" in found
    assert "không rõ phường, xã" in found
    assert "không có việc 'khac'" in found


def test_a_spreadsheet_tells_of_closed_days_and_days_of_their_own(
    tmp_path: Path, wards: Wards
) -> None:
    head, line = CSV.splitlines()
    days = '"25/11/2026; 30/11/2026..2/12/2026";05/12/2026 18:30-20:30'
    text = f"{head};Ngày nghỉ;Ngày riêng;Nghỉ lễ;Nhận hẹn\n{line};{days};không;không\n"
    (office,) = read(write(tmp_path, "a.csv", text), wards)
    closed = (date(2026, 11, 25), date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 2))
    assert office.hours.closed == closed
    assert office.hours.extra == {date(2026, 12, 5): "18:30-20:30"}
    assert (office.hours.holidays, office.open) == (False, False)


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


def test_serve_says_where_one_can_book_and_that_a_sample_is_one(
    tmp_path: Path, wards: Wards, database: Database, clock: Clock
) -> None:
    def said(file: Path | str) -> str:
        given = Settings.model_validate({"booking": {"offices": str(file)}})
        return server.bookable(given, database)

    own = write(tmp_path, "a.yaml", YAML)
    assert said("") == "TẮT   chưa có nơi nào; nạp bằng: vneid-bot offices import TỆP"
    assert said(own) == "nạp các nơi từ a.yaml"
    assert "MẪU" in said(PROJECT / "deploy" / "offices.yaml")
    (row,) = read(own, wards)
    with database.transaction() as tx:
        store.put(tx, row, clock())
    assert said(own) == "1 nơi"
    with database.transaction() as tx:
        store.put(tx, row.model_copy(update={"name": "Công an phường Mẫu (mẫu)"}), clock())
    assert "1 nơi (MẪU" in said(own)


# --- opening ---------------------------------------------------------------------------------------


def settings(folder: Path) -> Settings:
    services = [{"id": id_, "title": id_} for id_ in SERVICES]
    booking = {"services": services, "offices": str(folder / "a.yaml"), "horizon_days": 14}
    return Settings.model_validate({"booking": booking})


async def test_the_first_start_takes_in_the_offices_and_opens_the_calendar(
    tmp_path: Path, wards: Wards, database: Database, clock: Clock
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
    tmp_path: Path, wards: Wards, database: Database, clock: Clock
) -> None:
    write(tmp_path, "a.yaml", YAML)
    opening = Opening(database, settings(tmp_path), wards, clock)
    await opening.look()
    clock.move(days=1)
    await opening.look()
    with database.transaction() as tx:
        days = [day for day, _ in slots.days(tx, "tan-phu", clock(), clock() + timedelta(days=60))]
    assert days[-1] == (clock() + timedelta(days=14)).date()


async def open_after_start(
    folder: Path, wards: Wards, database: Database, clock: Clock, **changed: object
) -> list[str]:
    """Which offices are open when the service starts with a file of one, and that one, *changed* by
    officers, is in the database already."""
    write(folder, "a.yaml", YAML)
    (row,) = read(folder / "a.yaml", wards)
    with database.transaction() as tx:
        store.put(tx, row.model_copy(update=changed), clock())
    await Opening(database, settings(folder), wards, clock).look()
    with database.transaction() as tx:
        return [office.id for office in store.all_open(tx)]


async def test_officers_offices_are_not_replaced_by_the_file(
    tmp_path: Path, wards: Wards, database: Database, clock: Clock
) -> None:
    assert await open_after_start(tmp_path, wards, database, clock, id="own") == ["own"]


async def test_offices_that_were_all_closed_are_not_opened_again_by_the_file(
    tmp_path: Path, wards: Wards, database: Database, clock: Clock
) -> None:
    assert await open_after_start(tmp_path, wards, database, clock, open=False) == []


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


def test_importing_says_what_changes_and_whose_visits_are_affected(
    tmp_path: Path, config: Path, clock: Clock
) -> None:
    file = write(tmp_path, "a.yaml", YAML)
    run(config, "import", str(file), "--yes")
    with closing(SqliteDatabase(tmp_path / "test.db")) as database, database.transaction() as tx:
        later = max(
            slots.times(tx, "tan-phu", utc_now(), utc_now() + timedelta(days=60)),
            key=lambda free: free.starts_at,
        )
        code = Desk(tx, Clock(utc_now())).book("an", later.id).code
    write(tmp_path, "a.yaml", YAML.replace("07:30-11:30", "13:30-17:00").replace("Số 1", "Số 2"))
    preview, real = run(config, "import", str(file)), run(config, "import", str(file), "--yes")
    for said in (preview, real):
        assert "sửa địa chỉ, giờ làm  tan-phu" in said
        assert "1 lịch đã đặt bị ảnh hưởng" in said
        assert f"mã hẹn {code}  {dates.moment(later.starts_at)}" in said
    assert "ảnh hưởng" not in run(config, "import", str(file), "--yes")
    write(tmp_path, "a.yaml", YAML)
    back = run(config, "import", str(file), "--yes")
    assert "1 lịch đã đặt được làm lại đúng giờ" in back
    assert f"mã hẹn {code}" in back


def test_an_office_that_takes_no_more_bookings_keeps_those_it_has(
    tmp_path: Path, config: Path
) -> None:
    file = write(tmp_path, "a.yaml", YAML)
    run(config, "import", str(file), "--yes")
    write(tmp_path, "a.yaml", YAML + "    open: false\n")
    assert "thôi nhận hẹn  tan-phu" in run(config, "import", str(file), "--yes")
    assert "đã thôi nhận hẹn" in run(config, "list")
    with closing(SqliteDatabase(tmp_path / "test.db")) as database, database.transaction() as tx:
        assert store.all_open(tx) == []
        assert slots.days(tx, "tan-phu", utc_now(), utc_now() + timedelta(days=60)) == []
    write(tmp_path, "a.yaml", YAML)
    assert "nhận hẹn lại  tan-phu" in run(config, "import", str(file), "--yes")
    assert "còn 0 chỗ" not in run(config, "list")


def test_an_office_that_the_file_leaves_out_stays_as_it_is(tmp_path: Path, config: Path) -> None:
    run(config, "import", str(write(tmp_path, "a.yaml", YAML)), "--yes")
    other = write(tmp_path, "b.yaml", YAML.replace("tan-phu", "khac"))
    assert "ngoài tệp   tan-phu" in run(config, "import", str(other), "--yes")
    assert run(config, "list").count("Công an phường Tân Phú") == 2


def test_a_bad_file_changes_nothing_and_says_why(tmp_path: Path, config: Path) -> None:
    file = write(tmp_path, "a.yaml", YAML.replace("[the]", "[khac]"))
    result = CliRunner().invoke(main, ["offices", "import", str(file), "--config", str(config)])
    assert result.exit_code == 2
    assert "không có việc 'khac'" in result.output
