"""The platforms' bad days: what happens to the service's calls while a fault lasts."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field

MODES = ("calm", "500", "502", "429", "slow", "silent", "reset", "400")
SLOW, SILENT = 3.0, 11.0  # seconds; the second is longer than Telegram's client waits
SHARE = {"slow": 0.5, "silent": 0.2, "400": 0.02}  # of calls that are hit; else most of them
MOST = 0.7
RETRY_AFTER = 3  # seconds that a 429 asks for


@dataclass
class Weather:
    """One platform's. `mode` is changed by the faults; `hit` counts the calls it fell on."""

    dice: random.Random
    mode: str = "calm"
    struck: str = ""  # what was drawn for the call that is just coming in
    hit: Counter[str] = field(default_factory=Counter)

    def strikes(self) -> str:
        """What happens to the call that comes now: "" or the mode's name."""
        if self.mode == "calm" or self.dice.random() >= SHARE.get(self.mode, MOST):
            return ""
        self.hit[self.mode] += 1
        return self.mode
