"""People who wait for an officer."""

from __future__ import annotations

from bot.store.database import Database
from bot.store.staff import inbox
from tests.support.people import Clock
from tests.support.visits import AN


def test_a_wait_ends_once_and_only_when_all_of_it_was_read(
    database: Database, clock: Clock
) -> None:
    asked, more = "Hồ sơ của tôi đâu?", "Thẻ của mẹ tôi nữa."
    with database.transaction() as tx:
        inbox.hand_over(tx, "w1", AN, clock(), asked)
        inbox.add_to_handoff(tx, AN, more)

        def ends(read: int | None) -> bool:
            return bool(inbox.close_handoff(tx, "w1", clock(), "", answered=True, read=read))

        assert not ends(len(asked))
        assert ends(len(f"{asked}\n{more}"))
        assert not ends(None)


def test_who_has_no_page_before_them_ends_it_whatever_was_written(
    database: Database, clock: Clock
) -> None:
    with database.transaction() as tx:
        inbox.hand_over(tx, "w1", AN, clock(), "Hồ sơ của tôi đâu?")
        assert inbox.close_handoff(tx, "w1", clock(), "", answered=False)
