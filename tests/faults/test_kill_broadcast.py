"""kill -9 three times while a campaign goes out: nobody is missed, nobody who left gets it, and at most
one message per kill and channel is uncertain. The same at full scale: `make broadcast`."""

from __future__ import annotations

from pathlib import Path

from tests.support.broadcast_story import Scale, play

SMALL = Scale(
    telegram=110,
    zalo=20,
    rate=60,
    zalo_rate=20,
    kills=(25, 55, 85),
    opted_out=10,
    blocked=6,
    leaving=4,
    in_flight=1,
)
CHANNELS = 2


async def test_a_campaign_reaches_all_who_want_it_whatever_kills_the_service(
    tmp_path: Path,
) -> None:
    report = await play(tmp_path, SMALL)
    assert report.missed == set()
    assert report.to_opted_out == 0
    assert report.campaign == "done"
    assert report.uncertain <= len(SMALL.kills) * CHANNELS
    assert report.twice <= report.uncertain
    assert report.most_in_a_second <= SMALL.rate
