"""Who a browser is: a session id is a random secret that only it knows; the database holds its hash."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.core.messages import Address

RENEW_AFTER = timedelta(days=1)  # a token is written anew so often while it is used


@dataclass(frozen=True, slots=True)
class Session:
    """A browser's token, as it is to be kept from now on, and the person it stands for."""

    token: str
    person: Address


class Sessions:
    """Issues tokens and recognises its own: 24 random bytes, when it was issued, and a keyed hash.

    A client can neither guess another's nor choose its own, and checking one asks no database. A token
    ends when it was not used for as long as it *lasts*. Those from before they had a date are taken, and
    renewed, for as long after *dated_since*, when this deployment began to date them.
    """

    def __init__(self, key: bytes, lasts: timedelta, dated_since: datetime) -> None:
        self._key = key
        self._lasts = lasts
        self._dated_since = dated_since

    def new(self, now: datetime) -> Session:
        return self._issue(secrets.token_urlsafe(24), now)

    def find(self, token: str, now: datetime) -> Session | None:
        """The session of *token*; None when it was not issued here, or has ended."""
        issued = self._issued(token)
        if issued is None or now - issued >= self._lasts:
            return None
        value, has_date = token.partition(".")[0], token.count(".") == 2
        if has_date and now - issued < RENEW_AFTER:
            return Session(token, self._person(value))
        return self._issue(value, now)

    def has_ended(self, token: str, now: datetime) -> bool:
        """Whether *token* was a session's once, and is none any more."""
        return self._issued(token) is not None and self.find(token, now) is None

    def _issued(self, token: str) -> datetime | None:
        """When *token* was written; None when that was not here."""
        value, _, rest = token.partition(".")
        second = rest.partition(".")[0]
        if hmac.compare_digest(f"{value}.{self._digest(value)[:32]}".encode(), token.encode()):
            return self._dated_since
        if not (second.isascii() and second.isdecimal() and len(second) <= 11):
            return None
        genuine = hmac.compare_digest(self._token(value, int(second)).encode(), token.encode())
        return datetime.fromtimestamp(int(second), UTC) if genuine else None

    def _issue(self, value: str, now: datetime) -> Session:
        return Session(self._token(value, int(now.timestamp())), self._person(value))

    def _token(self, value: str, second: int) -> str:
        return f"{value}.{second}.{self._digest(f'{value}.{second}')[:32]}"

    def _person(self, value: str) -> Address:
        return Address("web", self._digest(value)[24:])

    def _digest(self, text: str) -> str:
        return hmac.new(self._key, text.encode(), "sha256").hexdigest()
