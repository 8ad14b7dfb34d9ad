"""Backups: where, when, and how long they are kept."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bot.core.config.section import Clock, Section


class Keep(Section):
    """The newest backup of each of so many days, weeks and months."""

    daily: Annotated[int, Field(ge=1, le=366)] = 7
    weekly: Annotated[int, Field(ge=0, le=520)] = 4
    monthly: Annotated[int, Field(ge=0, le=240)] = 0


class Backup(Section):
    """`folder`: on another disk or machine; without one no backups are made. `at`: every day, on
    Vietnam's clock. `key` encrypts them: whoever has it and a backup can read names."""

    folder: str = ""
    at: Clock = "01:30"
    keep: Keep = Keep()
    key: str = Field(default="", repr=False, pattern=r"^(\S{20,})?$")
