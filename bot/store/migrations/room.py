"""Room for everybody: hours that serve fewer people than before, and who a place came back from."""

from __future__ import annotations

ROOM = (
    # How many are to be served there now, while more than that are booked; `capacity` falls to it
    # place by place as they cancel. NULL: `capacity` is what the calendar says.
    "ALTER TABLE slots ADD COLUMN lowered_to INTEGER CHECK (lowered_to >= 0)",
    # Where a place that is not free yet was taken from, or is offered to: a keyed hash as in
    # `origins`, "" from elsewhere than the web and once the place is free.
    "ALTER TABLE returned ADD COLUMN origin TEXT NOT NULL DEFAULT ''",
)
