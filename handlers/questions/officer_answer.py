"""An officer's answer to somebody who waits for one."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core.messages import Address
from bot.store.database import Transaction
from bot.store.outbox import outbox
from bot.store.staff import inbox
from handlers.texts import handoff as handoff_texts

USEFUL_FOR = timedelta(days=3)
LONGEST = 2000  # characters: one message on every channel (Zalo's limit)


def reply_to(
    tx: Transaction,
    handoff: str,
    text: str,
    now: datetime,
    new_id: str,
    by: str = "",
    read: int | None = None,
) -> Address | None:
    """Send *text* to the person who waits under the id *handoff*, in the channel where they asked,
    and end the wait in the name of the account *by*, who has *read* so many characters of theirs.

    Returns whom it goes to; None when nobody waits under that id (any more) or they have written
    more than was read: nothing is sent then.
    """
    row = inbox.close_handoff(tx, handoff, now, by, answered=True, read=read)
    if row is None:
        return None
    to = Address(row["channel"], row["person"])
    outbox.put(
        tx,
        id=new_id,
        key=f"officer:{handoff}",
        to=to,
        reply=handoff_texts.officer_says(text),
        content="officer",
        now=now,
        useful_until=now + USEFUL_FOR,
    )
    return to
