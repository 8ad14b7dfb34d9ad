"""A stream of bytes that only the key's owner can read, and nobody can change or cut short unseen.

    VNEIDBK1 | salt, 16 bytes | check, 16 bytes | piece | piece | … | last piece

Each piece holds SIZE bytes (the last one what is left, perhaps nothing) and 16 more that prove it.
"""

from __future__ import annotations

import os
from types import TracebackType
from typing import BinaryIO, Self

from bot.core.crypto import BadKey, Seal
from bot.ops.backup import BadBackup

MAGIC = b"VNEIDBK1"
SALT = CHECK = TAG = 16
SIZE = 256 * 1024
NO_BACKUP = "Tệp này không phải bản sao lưu của trợ lý VNeID."
WRONG_KEY = (
    "Khóa VNEID_BACKUP_KEY không phải khóa đã dùng khi sao lưu (hoặc đầu tệp đã hỏng). Lấy lại đúng "
    "khóa đã cất, hoặc thử bản sao lưu khác."
)
DAMAGED = "Bản sao lưu bị hỏng hoặc bị cắt mất một đoạn (đoạn {number}). Dùng bản sao lưu khác."


class SealedWriter:
    """Writes to *file*; only after `close` is it whole."""

    def __init__(self, file: BinaryIO, key: str) -> None:
        salt = os.urandom(SALT)
        self._seal = Seal(key, salt, MAGIC + salt)
        self._file = file
        self._waiting = bytearray()
        self._number = 0
        file.write(MAGIC + salt + self._seal.check)

    def write(self, data: bytes) -> int:
        self._waiting += data
        while len(self._waiting) > SIZE:  # what may be the last piece waits for `close`
            self._put(bytes(self._waiting[:SIZE]), last=False)
            del self._waiting[:SIZE]
        return len(data)

    def flush(self) -> None:
        """Pieces have one size: nothing goes out before its time."""

    def close(self) -> None:
        self._put(bytes(self._waiting), last=True)

    def _put(self, data: bytes, *, last: bool) -> None:
        self._file.write(self._seal.close(self._number, data, last=last))
        self._number += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """After an error the file stays without its end, so that nobody takes it for whole."""
        if kind is None:
            self.close()


class SealedReader:
    """Reads what `SealedWriter` wrote; raises `BadBackup` before it gives out one wrong byte."""

    def __init__(self, file: BinaryIO, key: str) -> None:
        head = file.read(len(MAGIC) + SALT + CHECK)
        if not head.startswith(MAGIC) or len(head) < len(MAGIC) + SALT + CHECK:
            raise BadBackup(NO_BACKUP)
        self._seal = Seal(key, head[len(MAGIC) : -CHECK], head[:-CHECK])
        if self._seal.check != head[-CHECK:]:
            raise BadBackup(WRONG_KEY)
        self._file = file
        self._next = file.read(SIZE + TAG)
        self._open = memoryview(b"")
        self._number = 0
        self._ended = False

    def read(self, size: int = -1) -> bytes:
        """Up to *size* bytes, all that is left for -1; nothing at the end."""
        found = bytearray()
        while size < 0 or len(found) < size:
            if not self._open:
                if self._ended:
                    break
                self._open = memoryview(self._piece())
            end = len(self._open) if size < 0 else size - len(found)
            found += self._open[:end]
            self._open = self._open[end:]
        return bytes(found)

    def _piece(self) -> bytes:
        piece, self._next = self._next, self._file.read(SIZE + TAG)
        self._ended = not self._next
        try:
            opened = self._seal.open(self._number, piece, last=self._ended)
        except BadKey as error:
            raise BadBackup(DAMAGED.format(number=self._number + 1)) from error
        self._number += 1
        return opened
