"""How people are brought to the service: the addresses that posters and shared links name."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bot.config.section import Section


class Outreach(Section):
    """Empty: there is no such channel, and nothing names it. The web's address is `public_url`."""

    telegram_username: Annotated[str, Field(pattern=r"^([A-Za-z]\w{4,31})?$")] = ""
    zalo_url: Annotated[str, Field(pattern=r"^(https://zalo\.me/[\w./-]{1,80})?$")] = ""
