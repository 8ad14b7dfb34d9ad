"""A campaign to 10,000 people on our own Telegram and Zalo servers, with the service killed three times.

    make broadcast

The real service runs in a process of its own and talks real HTTP to servers as strict as the platforms'.
Some have said stop before, some say it while it goes on, some have blocked the bot; one minute in the
middle is quiet; a citizen asks something every second. Takes about eight minutes.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from tests.support.broadcast_story import Report, Scale, play

FULL = Scale(
    telegram=8000,
    zalo=2000,
    rate=30,
    zalo_rate=20,
    kills=(1000, 3000, 5000),
    opted_out=500,
    blocked=100,
    leaving=50,
    questions=40,
    quiet_after=3,
    patience=900.0,
)


def told(report: Report) -> str:
    limit = report.scale.rate
    held = f"{report.rate_held:.2f}/s = {report.rate_held / limit:.1%} of {limit:g}/s"
    waits = f"median {1000 * report.wait(50):.0f} ms, 95 % within {1000 * report.wait(95):.0f} ms"
    lines = [
        f"people                      {report.scale.telegram} on Telegram, {report.scale.zalo} on Zalo",
        f"rate held on Telegram       {held} (aim: 90 %)",
        f"most in any sliding second  {report.most_in_a_second} (limit: {limit:g})",
        f"sent to who had said stop   {report.to_opted_out} (aim: 0)",
        f"sent in the quiet minute    {report.in_quiet} (aim: 0)",
        f"killed                      {len(report.killed_at)} times",
        f"missed                      {len(report.missed)} people (aim: 0)",
        f"uncertain, sent again       {report.uncertain} (aim: at most one per kill)",
        f"arrived twice               {report.twice}",
        f"rows of the campaign        {report.states}",
        f"a question's answer         {waits}",
    ]
    return "\n".join(lines)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        print(told(asyncio.run(play(Path(folder), FULL))))


if __name__ == "__main__":
    main()
