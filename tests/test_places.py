"""Wards by any name people use, and what is near."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bot import places
from bot.places import Wards, kilometres, nearest, offices_near


@dataclass(frozen=True)
class Office:
    name: str
    ward: str = ""
    latitude: float | None = None
    longitude: float | None = None


def names(wards: Wards, text: str) -> list[str]:
    return [ward.name for ward in wards.find(text)]


def test_the_city_has_168_wards_communes_and_one_special_zone(wards: Wards) -> None:
    """Nghị quyết 1685/NQ-UBTVQH15 (16/6/2025): 113 wards, 54 communes, Côn Đảo."""
    found = [ward.name for ward in places.load()._wards.values()]
    kinds = [name.split()[0] for name in found]
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
    ],
)
def test_a_name_of_before_july_2025_leads_to_todays_ward(
    wards: Wards, old: str, today: str
) -> None:
    assert names(wards, old) == [today]


@pytest.mark.parametrize("typed", ["quận 7", "q7", "Q.7", "tui o quan 7"])
def test_an_old_district_gives_all_its_wards(wards: Wards, typed: str) -> None:
    assert names(wards, typed) == [
        "Phường Phú Thuận",
        "Phường Tân Hưng",
        "Phường Tân Mỹ",
        "Phường Tân Thuận",
    ]


def test_the_ward_of_that_very_name_comes_first(wards: Wards) -> None:
    assert names(wards, "thủ đức")[0] == "Phường Thủ Đức"
    assert names(wards, "vung tau")[0] == "Phường Vũng Tàu"


def test_two_communes_that_differ_by_a_mark_are_both_offered(wards: Wards) -> None:
    assert names(wards, "thanh an") == ["Xã Thanh An", "Xã Thạnh An"]


def test_a_slip_of_the_finger_is_forgiven(wards: Wards) -> None:
    assert "Phường Bình Hưng Hòa" in names(wards, "binh hunh hoa")


@pytest.mark.parametrize("typed", ["", "   ", "xyzt qwert", "mất thẻ căn cước", "🙂", "a" * 5000])
def test_what_is_no_place_is_none(wards: Wards, typed: str) -> None:
    assert names(wards, typed) == []


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
