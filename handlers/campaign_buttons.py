"""A button under a campaign's message: counted, then done as if it stood anywhere else."""

from __future__ import annotations

from dataclasses import replace

from bot.core.actions import CampaignChoice, parse
from bot.core.messages import Answer
from bot.outreach.message import Message
from bot.store.campaigns import campaigns, responses
from handlers.booking import place
from handlers.questions import ask
from handlers.turn import Turn


def handle(turn: Turn) -> Answer | None:
    match turn.action:
        case CampaignChoice(campaign, number):
            return _tapped(turn, campaign, number)
    return None


def _tapped(turn: Turn, id_: str, number: int) -> Answer | None:
    campaign = campaigns.get(turn.tx, id_)
    choices = Message.unpacked(campaign.plan.message).choices if campaign else ()
    if number >= len(choices):
        return None
    responses.tap(turn.tx, id_, turn.incoming.sender, turn.now)
    meant = replace(turn, action=parse(choices[number].to))
    return ask.handle(meant) or place.handle(meant)
