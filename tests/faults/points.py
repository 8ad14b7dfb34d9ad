"""How many points the tests kill at: `python -m tests.faults.points` prints docs/reliability.md's table."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from tests.faults import remind_story
from tests.faults.acts import ACTS
from tests.faults.dying import Orders, taking_orders
from tests.faults.remind_story import Story, chosen
from tests.faults.shelf import Files, Shelf, on_server
from tests.support import postgres


def of_act(shelf: Shelf, orders: Orders, act: str) -> int:
    address = shelf.empty()
    for before in (True, False):
        if (came := orders(address, act, before=before)) != "done":
            raise RuntimeError(f"{act}: {came}")
    return len(orders.points())


def of_story(shelf: Shelf, folder: Path) -> str:
    address = shelf.empty()
    remind_story.prepare(address)
    with tempfile.NamedTemporaryFile(dir=folder) as arrived:
        story = Story(address, Path(arrived.name))
        asyncio.run(story.tell())
    return f"{len(chosen(story.points))} of {len(story.points)}"


def main() -> None:
    if (found := postgres.programs()) is None:
        sys.exit(postgres.MISSING)
    with (
        tempfile.TemporaryDirectory() as name,
        postgres.cluster(found) as cluster,
        on_server(cluster) as server,
        taking_orders(folder := Path(name)) as orders,
    ):
        shelves = (Files(folder), server)
        acts = {act: [of_act(shelf, orders, act) for shelf in shelves] for act in ACTS}
        story = [of_story(shelf, folder) for shelf in shelves]
    sums = [sum(counts) for counts in zip(*acts.values(), strict=True)]
    print("| killed in | SQLite | PostgreSQL |\n|---|---|---|")
    for what, (files, there) in {**acts, "all of booking": sums, "reminders": story}.items():
        print(f"| {what} | {files} | {there} |")


if __name__ == "__main__":
    main()
