"""A made-up town to book in: two offices, three days, few places."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from bot.core.clock import VIETNAM
from bot.core.config import Settings
from bot.store.database import Database, Transaction
from bot.store.values import pack, stamp

SETTINGS = Settings.model_validate(
    {
        "booking": {
            "services": [
                {
                    "id": "the",
                    "title": "Thẻ căn cước",
                    "bring": "mat-the",
                    "fee": "le-phi",
                    "activate": True,
                },
                {"id": "muc-2", "title": "Tài khoản mức 2"},
                {"id": "duoi-6", "title": "Thẻ cho trẻ dưới 6 tuổi", "instead": "mat-the"},
            ]
        },
        "public_url": "https://troly.example.vn",
        "data_key": "a made-up key",
        "limits": {"messages_per_minute": 1000},  # people of tests say all at one moment
    }
)
FRIDAY = date(2026, 11, 27)  # the tests' clock starts on Tuesday the 24th, 10:00

OFFICE = """
    INSERT INTO offices (id, name, address, ward, latitude, longitude, services, hours, changed_at)
    VALUES (:id, :name, :address, :ward, :latitude, :longitude, :services, '{}', :now)
"""
SLOT = """
    INSERT INTO slots (id, office, day, starts_at, ends_at, pool, capacity)
    VALUES (:id, :office, :day, :starts_at, :ends_at, :pool, :capacity)
"""


def at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=VIETNAM)


def slot_id(office: str, day: date, hour: int, pool: str = "all") -> str:
    return f"{office}.{at(day, hour):%y%m%d%H%M}" + ("p" if pool == "priority" else "")


EIGHT, NINE = slot_id("mau-a", FRIDAY, 8), slot_id("mau-a", FRIDAY, 9)


def build(database: Database) -> None:
    """Two offices; 8:00 has two places, 9:00 one, 10:00 a priority place, on three days."""
    with database.transaction() as tx:
        office(tx, "mau-a", "Công an phường Mẫu A", 10.77, 106.70, ["the", "muc-2"])
        office(tx, "mau-b", "Công an phường Mẫu B", 10.85, 106.63, ["the"])
        for id_ in ("mau-a", "mau-b"):
            for day in (FRIDAY, FRIDAY + timedelta(days=3), FRIDAY + timedelta(days=4)):
                slot(tx, id_, day, 8, 2)
                slot(tx, id_, day, 9, 1)
                slot(tx, id_, day, 10, 1, "priority")


def office(
    tx: Transaction, id_: str, name: str, latitude: float, longitude: float, services: list[str]
) -> None:
    tx.rows(
        OFFICE,
        id=id_,
        name=name,
        address=f"Số 1 đường Mẫu, {name[8:]}",
        ward="26740",
        latitude=latitude,
        longitude=longitude,
        services=pack(services),
        now=stamp(at(FRIDAY, 0)),
    )


def slot(
    tx: Transaction, office: str, day: date, hour: int, capacity: int, pool: str = "all"
) -> None:
    tx.rows(
        SLOT,
        id=slot_id(office, day, hour, pool),
        office=office,
        day=day.isoformat(),
        starts_at=stamp(at(day, hour)),
        ends_at=stamp(at(day, hour + 1)),
        pool=pool,
        capacity=capacity,
    )
