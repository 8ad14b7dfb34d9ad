"""A button under a campaign's message: counted, then done as if it stood anywhere else."""

from __future__ import annotations

from dataclasses import replace

from bot.core.messages import Answer, Kind
from bot.outreach.message import TAP, Message
from bot.store.campaigns import campaigns, responses
from handlers.booking import place
from handlers.questions import ask
from handlers.turn import Turn


def handle(turn: Turn) -> Answer | None:
    if turn.incoming.kind is not Kind.BUTTON:
        return None
    match turn.data.split(":"):
        case [verb, campaign, number] if verb == TAP and number.isascii() and number.isdigit():
            return _tapped(turn, campaign, int(number))
    return None


def _tapped(turn: Turn, id_: str, number: int) -> Answer | None:
    campaign = campaigns.get(turn.tx, id_)
    choices = Message.unpacked(campaign.plan.message).choices if campaign else ()
    if number >= len(choices):
        return None
    responses.tap(turn.tx, id_, turn.incoming.sender, turn.now)
    meant = replace(turn, incoming=replace(turn.incoming, data=choices[number].to))
    return ask.handle(meant) or place.handle(meant)
