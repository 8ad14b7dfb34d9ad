"""Zalo's OAuth server: a code or a refresh token for a new pair of tokens."""

from __future__ import annotations

import hashlib
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from aiohttp import ClientSession

from bot.channels import api_client
from bot.core.config.channels import ZaloOa
from bot.delivery.errors import Uncertain

PATH = "/v4/oa/access_token"
CONSENT = "/v4/oa/permission"
SHORT_LIFE = 3600  # seconds that a token is taken to live when Zalo does not say


class ConsentNeeded(Exception):
    """Zalo refuses the token or code: an administrator has to consent again."""


@dataclass(frozen=True, slots=True)
class Granted:
    """A new pair; the older one is worthless from now on."""

    access: str
    refresh: str
    lifetime: timedelta


async def renew(session: ClientSession, settings: ZaloOa, refresh: str) -> Granted:
    """Exchange the single-use *refresh* token. Raises `ConsentNeeded` or a `SendError`."""
    return await _exchange(
        session, settings, {"grant_type": "refresh_token", "refresh_token": refresh}
    )


async def redeem(session: ClientSession, settings: ZaloOa, code: str, verifier: str) -> Granted:
    """Exchange the *code* that a consent gave. Raises `ConsentNeeded` or a `SendError`."""
    grant = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier}
    return await _exchange(session, settings, grant)


async def _exchange(session: ClientSession, settings: ZaloOa, grant: dict[str, str]) -> Granted:
    body = await api_client.post(
        session,
        settings.oauth_url + PATH,
        headers={"secret_key": settings.app_secret},
        data={**grant, "app_id": settings.app_id},
    )
    match body:
        case {"access_token": str(access), "refresh_token": str(refresh)} if access and refresh:
            return Granted(access, refresh, _lifetime(body.get("expires_in")))
        case {"error": number} if number:
            words = body.get("error_description") or body.get("error_name") or ""
            raise ConsentNeeded(f"{number} {words}"[:200])
    raise Uncertain("neither tokens nor an error")


def _lifetime(seconds: Any) -> timedelta:
    """`expires_in` is text: some say a day, some an hour, so only it is believed."""
    text = str(seconds)
    return timedelta(seconds=int(text) if text.isascii() and text.isdigit() else SHORT_LIFE)


def new_verifier() -> str:
    """A secret of PKCE: 43 characters."""
    return secrets.token_urlsafe(32)


def challenge(verifier: str) -> str:
    """What the consent page gets of *verifier* (PKCE's S256)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


def consent_address(settings: ZaloOa, redirect: str, verifier: str, state: str) -> str:
    """Where an administrator of the account consents."""
    query = {
        "app_id": settings.app_id,
        "redirect_uri": redirect,
        "code_challenge": challenge(verifier),
        "state": state,
    }
    return f"{settings.oauth_url}{CONSENT}?{urlencode(query)}"
