"""Which channels are on, and how many messages a second each takes."""

from __future__ import annotations

from bot.core.config import Settings


def of(settings: Settings) -> dict[str, float]:
    rates = settings.outreach.rates
    found = {
        "web": (True, rates.web),
        "telegram": (bool(settings.telegram.token), rates.telegram),
        "zalo-oa": (bool(settings.zalo_oa.app_secret), rates.zalo_oa),
        "zalo-bot": (bool(settings.zalo_bot.token), rates.zalo_bot),
    }
    return {channel: rate for channel, (on, rate) in found.items() if on}
