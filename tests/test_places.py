"""Wards by any name people use, and what is near."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bot.booking.wards import Wards, kilometres, nearest, offices_near, read
from bot.core.vietnamese import strip


@dataclass(frozen=True)
class Office:
    name: str
    ward: str = ""
    latitude: float | None = None
    longitude: float | None = None


def names(wards: Wards, text: str) -> list[str]:
    return [ward.name for ward in wards.find(text)]


def test_the_city_has_168_wards_communes_and_one_special_zone() -> None:
    """Nghị quyết 1685/NQ-UBTVQH15 (16/6/2025): 113 wards, 54 communes, Côn Đảo."""
    units, _ = read()
    kinds = [unit.name.split()[0] for unit in units]
    assert (kinds.count("Phường"), kinds.count("Xã"), kinds.count("Đặc")) == (113, 54, 1)


@pytest.mark.parametrize(
    "typed",
    ["Phường Tân Định", "phuong tan dinh", "P. Tân Định", "p tan dinh", "PHƯỜNG TÂN ĐỊNH",
     "phường tân định, tphcm", "tui ở phường Tân Định"],
)  # fmt: skip
def test_a_ward_of_today_however_it_is_typed(wards: Wards, typed: str) -> None:
    assert names(wards, typed) == ["Phường Tân Định"]


@pytest.mark.parametrize(
    ("old", "today"),
    [
        ("Bến Nghé", "Phường Sài Gòn"),
        ("phường 12 quận 3", "Phường Nhiêu Lộc"),
        ("p12 q3", "Phường Nhiêu Lộc"),
        ("P.1, Q.4", "Phường Vĩnh Hội"),
        ("binh hung hoa b", "Phường Bình Tân"),
        ("con dao", "Đặc khu Côn Đảo"),
        ("Q3 P12", "Phường Nhiêu Lộc"),
        ("quận 3, phường 12", "Phường Nhiêu Lộc"),
        ("p04 q08", "Phường Chánh Hưng"),
        ("go vap p5", "Phường An Nhơn"),
        ("P.5 - Q.GV", "Phường An Nhơn"),
        ("p22 bthanh", "Phường Thạnh Mỹ Tây"),
        ("đông hòa, dĩ an, bình dương", "Phường Đông Hòa"),
        ("tt cu chi", "Xã Tân An Hội"),
        ("thắng tam", "Phường Vũng Tàu"),
        # Wards that had gone into another before 2025, and districts that had gone into Thủ Đức.
        ("phường 13 quận 3", "Phường Nhiêu Lộc"),
        ("phuong 6 quan 3", "Phường Xuân Hòa"),
        ("thao dien quan 2", "Phường An Khánh"),
        ("Tân Phú quận 7", "Phường Tân Mỹ"),
        ("tan phu q9", "Phường Tăng Nhơn Phú"),
    ],
)
def test_a_name_of_before_july_2025_leads_to_todays_ward(
    wards: Wards, old: str, today: str
) -> None:
    assert names(wards, old) == [today]


@pytest.mark.parametrize(
    "typed", ["quận 7", "q7", "Q.7", "tui o quan 7", "quận bảy", "Q.07, TPHCM"]
)
def test_an_old_district_gives_all_its_wards(wards: Wards, typed: str) -> None:
    assert names(wards, typed) == [
        "Phường Phú Thuận",
        "Phường Tân Hưng",
        "Phường Tân Mỹ",
        "Phường Tân Thuận",
    ]


@pytest.mark.parametrize(
    "typed",
    [
        "123 Nguyễn Trãi phường 2 quận 5",
        "khu phố 4, phường 2, quận 5, Thành phố Hồ Chí Minh, Việt Nam",
        "mình ở phường 2 quận 5 nè",
    ],
)
def test_the_ward_is_found_in_an_address_and_in_a_sentence(wards: Wards, typed: str) -> None:
    assert names(wards, typed) == ["Phường Chợ Quán"]


def test_an_address_without_the_word_for_ward_is_read_by_its_commas(wards: Wards) -> None:
    assert names(wards, "12 Lê Lợi, Bến Thành, Q1") == ["Phường Bến Thành"]


@pytest.mark.parametrize(
    ("typed", "count", "one"),
    [
        ("Tân Phú", 8, "Phường Tân Mỹ"),
        ("phường 1", 12, "Phường Vĩnh Hội"),
        ("tx di an", 3, "Phường Tân Đông Hiệp"),
        ("quận mười hai", 5, "Phường Thới An"),
        ("quận 9", 5, "Phường Long Bình"),
        ("quận Thủ Đức", 4, "Phường Tam Bình"),
        ("q. bt", 12, "Phường Bình Thạnh"),  # Bình Thạnh or Bình Tân
        ("phường 99 quận 3", 3, "Phường Bàn Cờ"),  # no such ward, but the district is known
    ],
)
def test_a_name_of_several_places_gives_them_all(
    wards: Wards, typed: str, count: int, one: str
) -> None:
    found = names(wards, typed)
    assert len(found) == count
    assert one in found


@pytest.mark.parametrize("typed", ["thạnh an", "Xã Thạnh An", "xã Thạnh An, Cần Giờ"])
def test_a_name_typed_with_its_marks_is_that_one(wards: Wards, typed: str) -> None:
    assert names(wards, typed) == ["Xã Thạnh An"]


def test_every_ward_of_today_is_found_by_its_own_name(wards: Wards) -> None:
    units, _ = read()
    for unit in units:
        assert wards.find(unit.name) == [unit]
        assert unit in wards.find(strip(unit.name))


def test_every_ward_of_today_is_on_the_map_of_the_city(wards: Wards) -> None:
    """From Côn Đảo in the south to Dầu Tiếng in the north."""
    units, _ = read()
    assert all(8.5 < unit.latitude < 11.6 for unit in units)
    assert all(106.2 < unit.longitude < 107.6 for unit in units)


def test_the_ward_of_that_very_name_comes_first(wards: Wards) -> None:
    assert names(wards, "thủ đức")[0] == "Phường Thủ Đức"
    assert names(wards, "vung tau")[0] == "Phường Vũng Tàu"


def test_two_communes_that_differ_by_a_mark_are_both_offered(wards: Wards) -> None:
    assert names(wards, "thanh an") == ["Xã Thanh An", "Xã Thạnh An"]


def test_a_slip_of_the_finger_is_forgiven(wards: Wards) -> None:
    assert "Phường Bình Hưng Hòa" in names(wards, "binh hunh hoa")


@pytest.mark.parametrize(
    "typed",
    ["", "   ", "xyzt qwert", "mất thẻ căn cước", "🙂", "a" * 5000,
     "12", "hà nội", "tphcm", "cơ quan nào làm căn cước", "quan trọng không", "em ở xa quá",
     "phương án nào tốt hơn", "lệ phí bao nhiêu"],
)  # fmt: skip
def test_what_is_no_place_is_none(wards: Wards, typed: str) -> None:
    assert names(wards, typed) == []


@pytest.mark.parametrize("typed", ["phường ❸", "phường " + "9" * 5000, "p٣"])
def test_a_digit_that_is_no_number_breaks_nothing(wards: Wards, typed: str) -> None:
    assert wards.find(typed) == []


def test_a_number_is_never_taken_for_another(wards: Wards) -> None:
    """ "p9 qgovapp" is a slip in the name; "quận 13" is no slip of "quận 12"."""
    assert names(wards, "p5 quan go vapp") == names(wards, "p5 quan go vap")
    assert names(wards, "quận 13") == []


def test_distance_is_that_of_the_globe() -> None:
    """From Bến Thành market to Tân Sơn Nhất airport: 6 km as the crow flies."""
    assert kilometres(10.7725, 106.6980, (10.8188, 106.6519)) == pytest.approx(7.2, abs=0.2)


def test_the_nearest_come_first_and_the_unknown_last() -> None:
    here, there, nowhere = Office("a", "", 10.8, 106.7), Office("b", "", 10.9, 106.7), Office("c")
    found = nearest([nowhere, there, here], 10.8, 106.7, limit=3)
    assert [office.name for office, _ in found] == ["a", "b", "c"]
    assert found[0][1] == 0
    assert found[2][1] is None


def test_the_wards_own_office_comes_before_a_nearer_one(wards: Wards) -> None:
    (ward,) = wards.find("phường Tân Định")
    own = Office("own", ward.code, ward.latitude + 0.05, ward.longitude)
    near = Office("near", "", ward.latitude, ward.longitude)
    assert [o.name for o, _ in offices_near(ward, [near, own], 2)] == ["own", "near"]
