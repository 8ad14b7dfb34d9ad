"""What a sentence says of the visit that it asks for: which service, and when."""

from __future__ import annotations

import re

from bot.booking import sentence
from bot.booking.sentence import Wanted
from bot.core.clock import local
from bot.core.config.booking import Service
from bot.core.vietnamese import plain
from handlers.turn import Turn

# Somebody's age decides what a child needs; without it nothing is chosen for them.
CHILD = re.compile(r"\b(?:con|be|chau|tre|em be|con nit)\b")
# … but "con muốn", "cho con đặt" are how the young speak of themselves.
GROWN = re.compile(
    r"\b(?:con|chau|em) (?:muon|can|dat|xin|hen|dang|cam|bi|la|di)\b"
    r"|\b(?:cho|giup|gium|dum) (?:con|chau|em) (?:dat|hen|xin)\b"
)


def wanted(turn: Turn) -> Wanted:
    return sentence.read(turn.words, local(turn.now).date())


def service(turn: Turn) -> Service | None:
    """The service that the sentence names, or that somebody of the age in it needs; the one whose name there is
    longest. None when it names none, or speaks of a child whose age it does not say."""
    offered = turn.settings.booking.services
    words = turn.words[: sentence.MOST_LETTERS]
    named = [(len(name), one) for one in offered for name in map(plain, one.words) if name in words]
    best = max(named, key=lambda pair: pair[0], default=(0, None))[1]
    age = wanted(turn).age
    if age is not None and (best is None or best.ages):
        return next(
            (one for one in offered if one.ages and one.ages[0] <= age <= one.ages[1]), best
        )
    if best and best.ages and CHILD.search(GROWN.sub(" ", words)):
        return None
    return best
