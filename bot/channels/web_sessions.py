"""Who a browser is: a session id is a random secret that only it knows; the database holds its hash."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass

from bot.messages import Address


@dataclass(frozen=True, slots=True)
class Session:
    """A browser's secret and the person it stands for."""

    token: str
    person: Address


class Sessions:
    """Issues session ids and recognises its own: 24 random bytes and their keyed hash.

    A client can neither guess another's id nor choose its own, and checking one asks no database.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def new(self) -> Session:
        return self._session(secrets.token_urlsafe(24))

    def find(self, token: str) -> Session | None:
        """The session of *token*; None when it was not issued here."""
        session = self._session(token.partition(".")[0])
        return session if hmac.compare_digest(session.token.encode(), token.encode()) else None

    def _session(self, value: str) -> Session:
        digest = hmac.new(self._key, value.encode(), "sha256").hexdigest()
        return Session(f"{value}.{digest[:32]}", Address("web", digest[24:]))
