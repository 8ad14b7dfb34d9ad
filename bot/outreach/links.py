"""Where a poster leads: one address for each channel that has one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.core import deep_links
from bot.core.config import Settings

CHECK_PATH = "/kiem-tra-poster"
WEB = "Trang web"
AUDIENCE = "a_"  # deep link `a_<audience>`: greets as for these people


@dataclass(frozen=True, slots=True)
class Link:
    """`carries`: the address itself tells which poster it was on; without it people send the
    poster's code. `name` is what people may know the channel's account by."""

    title: str
    url: str
    name: str
    carries: bool


def of(settings: Settings, payload: str) -> Iterator[Link]:
    """The channels that the deployment has told the addresses of."""
    outreach = settings.outreach
    if outreach.telegram_username:
        name = outreach.telegram_username
        yield Link("Telegram", deep_links.telegram(name, payload), f"@{name}", carries=True)
    if outreach.zalo_url:
        # No documented parameter of such a link reaches the bot.
        bare = outreach.zalo_url.removeprefix("https://")
        yield Link("Zalo", outreach.zalo_url, bare, carries=False)
    if settings.public_url:
        host = urlsplit(settings.public_url).netloc
        yield Link(WEB, f"{settings.public_url}/?p={payload}", host, carries=True)


def chats(settings: Settings) -> list[Link]:
    """The same without the web page, which keeps a message until it is looked at."""
    return [one for one in of(settings, deep_links.ASK) if one.title != WEB]


def check_page(settings: Settings, payload: str = "") -> str:
    """The page that tells whether a poster is ours; "" where there is no public address."""
    if not settings.public_url:
        return ""
    return settings.public_url + CHECK_PATH + (f"?p={payload}" if payload else "")
