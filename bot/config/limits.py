"""How much one person, one network address and everybody together may ask for."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field

from bot.config.section import Section

Count: TypeAlias = Annotated[int, Field(ge=1, le=1_000_000)]


class Limits(Section):
    """Many people share one network address (a dormitory, thousands behind one of a mobile
    network's), so an address may do a lot more than a person. Whoever goes over a limit is told
    what to do, and nothing is lost."""

    messages_per_minute: Count = 30  # of one person, on any channel
    requests_per_minute: Count = 1200  # of one address, on the web
    requests_per_second: Count = 500  # of everybody, on the web
    streams_per_address: Count = 200  # pages open at a time
    sessions_per_hour: Count = 30  # new talks of one address before its browsers are given work
    sessions_per_minute: Count = 600  # new talks of everybody before all browsers are given work
    work_bits: Annotated[int, Field(ge=1, le=20)] = 15  # each more doubles the work
    holds_per_hour: Count = 10  # that one account does not book; thrice as many in a day
    holds_per_address: Count = 100  # places held at a time from one address, on the web
    bookings_per_day: Count = (
        12  # places that one account, or one phone number, books; and its moves
    )
    bookings_per_address: Count = 1000  # places that are booked from one address in a day
