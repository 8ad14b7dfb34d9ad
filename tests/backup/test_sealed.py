"""The encrypted stream: what was written comes out, and nothing else ever does."""

from __future__ import annotations

import io
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.ops.backup import BadBackup
from bot.ops.backup.sealed import CHECK, MAGIC, SALT, SIZE, TAG, SealedReader, SealedWriter

KEY = "a-made-up-key-of-the-tests"
HEAD = len(MAGIC) + SALT + CHECK


def sealed(*pieces: bytes) -> bytes:
    file = io.BytesIO()
    with SealedWriter(file, KEY) as writer:
        for piece in pieces:
            writer.write(piece)
    return file.getvalue()


def opened(content: bytes, key: str = KEY, step: int = -1) -> bytes:
    reader = SealedReader(io.BytesIO(content), key)
    if step < 0:
        return reader.read()
    return b"".join(iter(lambda: reader.read(step), b""))


PLAIN = random.Random(8).randbytes(2 * SIZE + 1000)
SEALED = sealed(PLAIN)


@pytest.mark.parametrize("length", [0, 1, SIZE - 1, SIZE, SIZE + 1, 2 * SIZE, 2 * SIZE + 1])
def test_what_went_in_comes_out(length: int) -> None:
    plain = PLAIN[:length]
    assert opened(sealed(plain)) == plain
    assert opened(sealed(plain[:7], b"", plain[7:]), step=100_000) == plain


def test_two_backups_of_the_same_have_nothing_in_common() -> None:
    first, second = sealed(b"x" * 1000), sealed(b"x" * 1000)
    assert first[len(MAGIC) :] != second[len(MAGIC) :]
    assert b"xxxxxxxx" not in first


def test_another_key_is_told_from_a_damaged_file() -> None:
    with pytest.raises(BadBackup, match="VNEID_BACKUP_KEY"):
        opened(SEALED, KEY + "!")


@settings(max_examples=40, deadline=None)
@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
def test_a_changed_byte_anywhere_shows(place: int, change: int) -> None:
    broken = bytearray(SEALED)
    broken[place] ^= change
    with pytest.raises(BadBackup):
        opened(bytes(broken))


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, len(SEALED) - 1)
    | st.sampled_from([HEAD, HEAD + SIZE + TAG, HEAD + 2 * (SIZE + TAG)])
)
def test_an_end_that_is_missing_shows(length: int) -> None:
    with pytest.raises(BadBackup):
        opened(SEALED[:length])


def test_pieces_that_are_swapped_doubled_or_added_show() -> None:
    size = SIZE + TAG
    head, first, second, last = (
        SEALED[:HEAD],
        SEALED[HEAD : HEAD + size],
        SEALED[HEAD + size : HEAD + 2 * size],
        SEALED[HEAD + 2 * size :],
    )
    assert opened(head + first + second + last) == PLAIN
    other = sealed(PLAIN)
    for content in (
        head + second + first + last,
        head + first + first + second + last,
        head + second + last,
        head + first + second + last + last,
        SEALED + b"\0",
        head + first + other[HEAD + size :],
    ):
        with pytest.raises(BadBackup):
            opened(content)


def test_a_writer_that_failed_leaves_no_end() -> None:
    file = io.BytesIO()
    with pytest.raises(OSError, match="full"), SealedWriter(file, KEY) as writer:
        writer.write(PLAIN)
        raise OSError("full")
    with pytest.raises(BadBackup):
        opened(file.getvalue())
