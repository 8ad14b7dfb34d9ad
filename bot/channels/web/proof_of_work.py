"""Work for browsers that open many talks: a number is to be found, which costs a phone less than a
second and a script that wants thousands of talks a lot.

The number n is found when SHA-256 of `<challenge>:<n>` begins with as many zero bits as the challenge
says. Nothing is remembered of challenges that are given out; those that were used are, until they end.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime

GOOD_FOR = 600  # seconds
MOST_USED = 100_000
MOST_BITS = 22
LONGEST = 200  # characters of a proof


class Work:
    """Gives out challenges and checks what was found. *key* is the deployment's own."""

    def __init__(self, key: bytes, clock: Callable[[], datetime]) -> None:
        self._key = key
        self._clock = clock
        self._used: dict[str, float] = {}  # the oldest first

    def challenge(self, address: str, bits: int) -> str:
        """Something for *address* to work on."""
        until = int(self._clock().timestamp()) + GOOD_FOR
        text = f"{min(bits, MOST_BITS)}.{until}.{secrets.token_hex(8)}"
        return f"{text}.{self._mark(address, text)}"

    def accept(self, address: str, proof: str) -> int:
        """The bits of *proof* (`<challenge>:<n>`), which does not count again; 0 unless it is right,
        for this address, in time and new."""
        challenge, _, found = proof.rpartition(":")
        text, _, mark = challenge.rpartition(".")
        if not (proof.isascii() and found.isdigit() and len(proof) <= LONGEST):
            return 0
        if not hmac.compare_digest(mark.encode(), self._mark(address, text).encode()):
            return 0
        bits, until, _ = text.split(".")
        now = self._clock().timestamp()
        if now > int(until) or challenge in self._used or zero_bits(proof) < int(bits):
            return 0
        self._remember(challenge, int(until), now)
        return int(bits)

    def _mark(self, address: str, text: str) -> str:
        return hmac.new(self._key, f"{address} {text}".encode(), "sha256").hexdigest()[:32]

    def _remember(self, challenge: str, until: float, now: float) -> None:
        self._used[challenge] = until
        while self._used:
            oldest = next(iter(self._used))
            if self._used[oldest] >= now and len(self._used) <= MOST_USED:
                return
            del self._used[oldest]


def zero_bits(proof: str) -> int:
    """With how many zero bits its SHA-256 begins."""
    digest = hashlib.sha256(proof.encode("utf-8", "replace")).digest()
    return 256 - int.from_bytes(digest).bit_length()
