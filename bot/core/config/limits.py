"""How much one person, one network address and everybody together may ask for."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field

from bot.core.config.section import Section

Count: TypeAlias = Annotated[int, Field(ge=1, le=1_000_000)]
Percent: TypeAlias = Annotated[int, Field(ge=1, le=100)]


class Limits(Section):
    """Many people share one network address (a dormitory, thousands behind one of a mobile
    network's), so an address may do a lot more than a person. Whoever goes over a limit is told
    what to do, and nothing is lost."""

    messages_per_minute: Count = 30  # of one person, on any channel
    requests_per_minute: Count = 1200  # of one address, on the web
    requests_per_second: Count = 500  # of everybody, on the web
    streams_per_address: Count = 200  # pages open at a time
    streams: Count = 5000  # of everybody; fewer where the process may not open so many descriptors
    sessions_per_hour: Count = 30  # new talks of one address before its browsers are given work
    # A talk on the web ends when nobody came back to it for so many days; used, it goes on for ever.
    session_days: Annotated[int, Field(ge=1, le=3650)] = 90
    sessions_per_minute: Count = 600  # new talks of everybody before all browsers are given work
    work_bits: Annotated[int, Field(ge=1, le=20)] = 15  # each more doubles the work
    holds_per_hour: Count = 10  # that one account does not book; thrice as many in a day
    holds_per_address: Count = 100  # places held at a time from one address, on the web
    bookings_per_day: Count = 12  # places that one account books; and its moves
    visits_per_number: Count = (
        12  # to come, with one typed number; the true bound is up to twice this
    )
    bookings_per_address: Count = 1000  # places that are booked from one address in a day
    # Accounts that nothing vouches for (the web's, unless linked with Telegram or Zalo):
    unvouched_share: Percent = 75  # of a day's places, together, from the day after tomorrow on
    near_per_address: Count = 2  # places in an office's next eight days of each address's own
    near_share: Percent = 5  # of these days' places, for what all addresses take beyond
    places_before_work: Count = 20  # taken from one address in a week; then each hold takes work
