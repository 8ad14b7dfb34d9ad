"""Vietnam's clocks: inside the service all times are UTC, people read these."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")  # no summer time


def local(moment: datetime) -> datetime:
    """*moment* (aware) on Vietnam's clocks."""
    return moment.astimezone(VIETNAM)
