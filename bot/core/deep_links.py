"""Addresses that open the bot at a certain place. Pure."""

from __future__ import annotations

from urllib.parse import urlencode

ENTRY = "e_"  # before an entry's id: opens with that answer
ASK = "hoi"  # opens the talk, where a platform wants a payload for that


def telegram(username: str, payload: str = "") -> str:
    """The private chat with the bot, begun with *payload* (A-Z a-z 0-9 _ -, at most 64)."""
    return f"https://t.me/{username}" + (f"?start={payload}" if payload else "")


def telegram_share(address: str, text: str) -> str:
    """Telegram's own page that sends *address* and *text* to somebody whom one picks there."""
    return "https://t.me/share/url?" + urlencode({"url": address, "text": text})


def web(public_url: str, payload: str = "") -> str:
    """The web chat, begun with *payload*."""
    return f"{public_url}/" + (f"?start={payload}" if payload else "")


def entry(id_: str | None) -> str:
    """The payload that opens with the entry *id_*; "" for none."""
    return f"{ENTRY}{id_}" if id_ else ""
