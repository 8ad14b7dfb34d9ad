"""Offices: where people are served, and their calendars' rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.booking.offices import OfficeRow
from bot.booking.opening_hours import Hours
from bot.store.database import Row, Transaction
from bot.store.values import pack, stamp, unpack


@dataclass(frozen=True, slots=True)
class Office:
    """`ward` is a ward's code; coordinates are degrees, None where they are not known."""

    id: str
    name: str
    address: str
    ward: str
    latitude: float | None
    longitude: float | None
    services: tuple[str, ...]
    hours: Hours
    open: bool

    @classmethod
    def from_row(cls, row: Row) -> Office:
        return cls(
            id=row["id"],
            name=row["name"],
            address=row["address"],
            ward=row["ward"],
            latitude=row["latitude"],
            longitude=row["longitude"],
            services=tuple(unpack(row["services"])),
            hours=Hours.model_validate_json(row["hours"]),
            open=row["state"] == "open",
        )


PUT = """
    INSERT INTO offices (id, name, address, ward, latitude, longitude, services, hours, state,
                         changed_at)
    VALUES (:id, :name, :address, :ward, :latitude, :longitude, :services, :hours, :state, :now)
    ON CONFLICT (id) DO UPDATE SET
        name = excluded.name, address = excluded.address, ward = excluded.ward,
        latitude = excluded.latitude, longitude = excluded.longitude,
        services = excluded.services, hours = excluded.hours, state = excluded.state,
        changed_at = excluded.changed_at
"""


def put(tx: Transaction, row: OfficeRow, now: datetime) -> None:
    """Add an office, or change the one of that id; its slots follow by `slots.sync`. One that is no
    longer open is offered no more; who is booked there stays booked."""
    tx.rows(
        PUT,
        id=row.id,
        name=row.name,
        address=row.address,
        ward=row.ward,
        latitude=row.latitude,
        longitude=row.longitude,
        services=pack(row.services),
        hours=row.hours.model_dump_json(),
        state="open" if row.open else "closed",
        now=stamp(now),
    )


HOURS = "UPDATE offices SET hours = :hours, changed_at = :now WHERE id = :id RETURNING id"


def set_hours(tx: Transaction, id: str, hours: Hours, now: datetime) -> bool:
    """Change when it is open; its slots follow by `slots.sync`. False when there is no such
    office."""
    return bool(tx.rows(HOURS, id=id, hours=hours.model_dump_json(), now=stamp(now)))


GET = "SELECT * FROM offices WHERE id = :id"


def get(tx: Transaction, id: str) -> Office | None:
    rows = tx.rows(GET, id=id)
    return Office.from_row(rows[0]) if rows else None


HOLD = "SELECT * FROM offices WHERE id = :id FOR NO KEY UPDATE"


def hold(tx: Transaction, id: str) -> Office | None:
    """The office, which nobody else changes until the transaction ends."""
    rows = tx.rows(HOLD, id=id)
    return Office.from_row(rows[0]) if rows else None


ALL = "SELECT * FROM offices ORDER BY name, id"


def all_known(tx: Transaction) -> list[Office]:
    """Every office by name, also those that are no longer open."""
    return [Office.from_row(row) for row in tx.rows(ALL)]


OPEN = "SELECT * FROM offices WHERE state = 'open' ORDER BY name, id"


def all_open(tx: Transaction, service: str | None = None) -> list[Office]:
    """The open offices, by name: all, or those that offer *service*."""
    found = map(Office.from_row, tx.rows(OPEN))
    return [office for office in found if service is None or service in office.services]
