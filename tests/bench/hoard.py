"""What one laptop keeps of a ward's week for itself, and how a crowd behind one address fares.

.venv/bin/python -m tests.bench.hoard
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta

import structlog

from bot.core.config.limits import Limits
from tests.support.hoard import DEFAULTS, FIVE, HOUR, ONE, UNBOUNDED, crowded, hoarded


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    loose = DEFAULTS.model_copy(update=UNBOUNDED)
    rows: list[tuple[str, str, Sequence[str], bool, Limits, timedelta]] = [
        ("books, as it was before", "book", ONE, False, loose, timedelta(days=1)),
        ("books", "book", ONE, False, DEFAULTS, HOUR / 2),
        ("books, with made-up numbers", "book", ONE, True, DEFAULTS, HOUR / 2),
        ("holds only", "hold", ONE, False, DEFAULTS, HOUR / 6),
        ("books and cancels", "cancel", ONE, False, DEFAULTS, HOUR / 2),
        ("books and erases", "erase", ONE, False, DEFAULTS, HOUR / 2),
        ("books later days, moves", "move", ONE, False, DEFAULTS, 2 * HOUR),
        ("waits for 100 given back", "wait", ONE, False, DEFAULTS, HOUR / 2),
        ("books, five networks", "book", FIVE, False, DEFAULTS, HOUR / 2),
        ("holds only, five networks", "hold", FIVE, False, DEFAULTS, HOUR / 6),
    ]
    for name, how, addresses, phones, limits, pause in rows:
        one, places = hoarded(how, addresses, phones=phones, limits=limits, pause=pause)
        print(
            f"{name:30} {one.worst:4} of {places} places ({100 * one.worst / places:3.0f} %)  "
            f"{one.talks:5} talks  {one.seconds:7.0f} s of work",
            flush=True,
        )
    crowd = crowded()
    print(
        f"300 people, one address: {crowd.served} have their place, {crowd.refused} not; {crowd.soon} places "
        f"in the next seven days; at most {crowd.longest:.1f} s of work for a phone"
    )


if __name__ == "__main__":
    main()
