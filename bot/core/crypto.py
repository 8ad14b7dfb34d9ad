"""Phone numbers at rest: sealed, and found again only by a keyed hash.

The key lives outside the database: in the environment (`data_key: ${VNEID_DATA_KEY}`), or in a
file beside it that only the service may read. Who steals the database alone learns no number.
"""

from __future__ import annotations

import hmac
import os
import re
from base64 import urlsafe_b64encode
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from bot.core.messages import Attachment, Reply

NOT_DIGIT = re.compile(r"\D")
# Mobile numbers after +84 or 0: nine digits from 3, 5, 7, 8 or 9 (Thông tư 22/2014/TT-BTTTT and
# the renumbering of 2018); a landline cannot be written to, so it is no use here.
MOBILE = re.compile(r"[35789]\d{8}")


class BadKey(Exception):
    """The sealed text was written with another key."""


class Vault:
    """Seals and opens text with one key, and marks values for finding them again."""

    def __init__(self, key: str) -> None:
        secret = sha256(key.encode()).digest()
        self._cipher = Fernet(urlsafe_b64encode(secret))
        self._mark_key = sha256(b"mark" + secret).digest()

    def seal(self, text: str) -> str:
        """*text* encrypted; "" stays ""."""
        return self._cipher.encrypt(text.encode()).decode() if text else ""

    def open(self, sealed: str) -> str:
        """What `seal` was given; raises `BadKey`."""
        if not sealed:
            return ""
        try:
            return self._cipher.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise BadKey from error

    def seal_file(self, file: Attachment) -> Attachment:
        return replace(file, content=self.seal(file.content), sealed=True)

    def open_files(self, reply: Reply) -> Reply:
        """*reply* with its sealed files open, as it is sent; raises `BadKey`."""
        if not any(file.sealed for file in reply.attachments):
            return reply
        return replace(reply, attachments=tuple(map(self.open_file, reply.attachments)))

    def open_file(self, file: Attachment) -> Attachment:
        if not file.sealed:
            return file
        return replace(file, content=self.open(file.content), sealed=False)

    def mark(self, text: str) -> str:
        """A keyed hash of *text*: equal for equal texts, and useless without the key."""
        return hmac.new(self._mark_key, text.encode(), "sha256").hexdigest()[:32]


class Seal:
    """Encrypts one file piece by piece: AES-256-GCM under a key of this file alone (scrypt of *key*
    and its *salt*). A piece opens only at its own place, and only as the last if it was the last, so
    that none can be changed, moved, left out or cut off. *context* is bound to every piece."""

    def __init__(self, key: str, salt: bytes, context: bytes) -> None:
        derived = Scrypt(salt=salt, length=64, n=2**14, r=8, p=1).derive(key.encode())
        self._cipher = AESGCM(derived[:32])
        self._context = context
        self.check = sha256(derived[32:]).digest()[:16]  # tells a wrong key from a damaged file

    def close(self, number: int, data: bytes, *, last: bool) -> bytes:
        return self._cipher.encrypt(_nonce(number, last), data, self._context)

    def open(self, number: int, data: bytes, *, last: bool) -> bytes:
        """What `close` was given; raises `BadKey`."""
        try:
            return self._cipher.decrypt(_nonce(number, last), data, self._context)
        except InvalidTag as error:
            raise BadKey from error


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def phone_number(text: str) -> str | None:
    """A Vietnamese mobile number as 84xxxxxxxxx, or None when *text* is none."""
    digits = NOT_DIGIT.sub("", text)
    for prefix in ("84", "0"):
        rest = digits.removeprefix(prefix)
        if rest != digits and MOBILE.fullmatch(rest):
            return "84" + rest
    return None


def as_dialled(number: str) -> str:
    """84xxxxxxxxx as people write it, with a 0; "" stays ""."""
    return "0" + number.removeprefix("84") if number else ""


def beside(database: Path) -> Path:
    """The file of the key that belongs to the SQLite file *database*."""
    return database.with_suffix(".key")


def key_for(database: Path, given: str) -> str:
    """The deployment's key: *given*, or that of the file beside *database*, made when missing; "" when
    the file holds none."""
    if given:
        return given
    file = beside(database)
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        kept = file.read_bytes().strip()
        return kept.decode() if kept.isascii() else ""
    with os.fdopen(descriptor, "w") as created:
        key = os.urandom(32).hex()
        created.write(key + "\n")
    return key
