"""How the service is watched."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bot.core.config.section import Section


class Watch(Section):
    """`token`: who shows it may see /metrics and the details of /readyz from anywhere; without one
    only programs on the same machine may. `oldest_due_minutes`: so long may a reply or a reminder
    that is due wait until officers are told."""

    token: str = Field(default="", repr=False, pattern=r"^(\S{16,256})?$")
    oldest_due_minutes: Annotated[float, Field(gt=0, le=1440)] = 10
