"""What every model of the FAQ folder shares."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

Text: TypeAlias = Annotated[str, Field(min_length=1)]
Texts: TypeAlias = tuple[Text, ...]
# Telegram's callback_data holds 64 bytes: an id and the verb in front of it.
Id: TypeAlias = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,47}$")]


class Part(BaseModel):
    """A piece of what a file holds: unknown keys are faults, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)
