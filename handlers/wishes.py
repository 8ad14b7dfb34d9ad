"""What people want done, said in a sentence, is done as if they had pressed its button.

The words are learnt from faq/lenh.yaml; here stands what each wish is: the button that does it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.core import actions
from bot.core.messages import Conversation, Incoming, Kind
from handlers.activation import STEP as COACH
from handlers.turn import Reading

ACTIONS: Mapping[str, actions.Action] = {
    "dat-lich": actions.Book(),
    "lich-cua-toi": actions.MyVisits(),
    "huy-lich": actions.ChangeMyVisit("cancel"),
    "doi-lich": actions.ChangeMyVisit("move"),
    "dung": actions.StopMessages(),
    "nhan-tin": actions.OfferNews(),
    "gap-can-bo": actions.AskOfficer(),
    "xoa-du-lieu": actions.Erase(),
    "du-lieu-cua-toi": actions.MyData(),
    "danh-muc": actions.Menu(),
    "cach-dung": actions.Help(),
    "kich-hoat": actions.Activate(),
    "danh-sach-cho": actions.MyWaits(),
}
STOP = "dung"
SURE = 2.0  # log odds of a wish that interrupts something
NAMED = frozenset({"book:who", "link:code", "officer"})  # steps whose answer may be any words


def as_button(incoming: Incoming, conversation: Conversation, reading: Reading) -> Incoming:
    """*incoming* as a press of the button of what it wishes; as it was, where it wishes nothing.

    An answer to what was just asked comes first: there only a sure wish to stop counts. So does a danger:
    nobody's scam is a wish.
    """
    spoken = (
        incoming.kind is Kind.TEXT and not incoming.public and not incoming.text.startswith("/")
    )
    if not spoken or reading.danger:
        return incoming
    meaning = reading.meaning()
    action = ACTIONS.get(meaning.wish)
    step = conversation.step
    busy = bool(step) and not step.startswith(COACH)
    interrupts = meaning.wish == STOP and meaning.lean >= SURE and step not in NAMED
    if action is None or (busy and not interrupts):
        return incoming
    return replace(incoming, kind=Kind.BUTTON, data=action.pack())
