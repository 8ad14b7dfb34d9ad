"""Where people reach the service."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from bot.core.config.section import Section


class Listen(Section):
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080  # 0: any free port
    behind_proxy: bool = False  # a proxy of ours stands in front and says who calls
    # Told to stop, it still accepts for so long while /readyz says no: a load balancer looks away.
    drain_seconds: Annotated[float, Field(ge=0, le=2)] = 0


class Telegram(Section):
    token: str = Field(default="", repr=False)
    webhook_secret: str = Field(default="", repr=False, pattern=r"^[A-Za-z0-9_-]{0,256}$")


class Template(Section):
    """A form that Zalo has approved. `by`: sent to the Zalo account (uid) or to the phone number;
    `parameters`: our name of a part -> the form's (see docs/zalo.md)."""

    id: Annotated[str, Field(pattern=r"^\d{1,20}$")]
    by: Literal["uid", "phone"] = "uid"
    parameters: dict[
        Literal[
            "name", "code", "service", "date", "time", "office", "address", "title", "text", "link"
        ],
        str,
    ] = Field(default_factory=dict)


class Templates(Section):
    """The approved form for each kind of message that may have to go out late; none: not at all."""

    reminder: Template | None = None
    news: Template | None = None  # of a campaign


class ZaloOa(Section):
    """An Official Account. `window_days`: how long after a person's last word it may write to them.
    `info_image`: the picture over the form that asks for a phone number; no form without one."""

    app_id: Annotated[str, Field(pattern=r"^\d{0,20}$")] = ""
    app_secret: str = Field(default="", repr=False)
    oa_secret: str = Field(default="", repr=False)
    oa_id: Annotated[str, Field(pattern=r"^\d{0,20}$")] = ""
    window_days: Annotated[float, Field(gt=0, le=30)] = 7
    info_image: str = Field(default="", pattern=r"^(https://.+)?$")
    templates: Templates = Templates()
    api_url: str = "https://openapi.zalo.me"
    business_url: str = "https://business.openapi.zalo.me"
    oauth_url: str = "https://oauth.zaloapp.com"


class ZaloBot(Section):
    """A bot of Zalo's Bot Platform."""

    token: str = Field(default="", repr=False)
    webhook_secret: str = Field(default="", repr=False, pattern=r"^([A-Za-z0-9_-]{8,256})?$")
    api_url: str = "https://bot-api.zaloplatforms.com"
