"""One backup: made in one go, or taken apart again. Blocking; run it in a thread."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from bot.ops import file_lock
from bot.ops.backup import BadBackup
from bot.ops.backup.folder import name_of
from bot.ops.backup.gentle import Gentle
from bot.ops.backup.sealed import DAMAGED, SealedReader, SealedWriter
from bot.store import snapshot
from bot.store.database import DatabaseUnfit, usable
from bot.store.values import moment, stamp

DATABASE, MANIFEST = "vneid.db", "manifest.json"
LEVEL = 3  # of gzip: as small as nine tenths of the best, in a third of the time
STEP = 1024 * 1024
TEMPORARY = "vneid-backup-"
BUSY = "Một lần sao lưu khác đang chạy; đợi xong rồi thử lại."
SOURCE_BROKEN = "Cơ sở dữ liệu có lỗi nên không sao lưu được, các bản cũ được giữ nguyên: {faults}"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is in a backup, written when it was made. `digest` is the database's SHA-256."""

    at: str
    service: str
    digest: str
    bytes: int
    counts: dict[str, int]

    @property
    def moment(self) -> datetime:
        return moment(self.at)


def make(database: Path, folder: Path, key: str, now: datetime) -> tuple[Path, Manifest]:
    """Write a backup of *database* into *folder* and read it back. Raises `BadBackup`, `OSError`.

    The copy that is not encrypted yet lies beside the database, where the same people may read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(database), _workplace(database.parent) as place:
        copied = place / DATABASE
        try:
            with usable(database.name):
                snapshot.copy(database, copied, Gentle())
        except DatabaseUnfit as error:
            raise BadBackup(SOURCE_BROKEN.format(faults=error)) from error
        if faults := snapshot.faults(copied):
            raise BadBackup(SOURCE_BROKEN.format(faults="; ".join(faults[:3])))
        size, counts = copied.stat().st_size, snapshot.counts(copied)
        manifest = Manifest(
            stamp(now), version("vneid-bot"), _digest(copied, Gentle()), size, counts
        )
        target = folder / name_of(now)
        with whole_or_not_at_all(target, lambda part: verify(part, key, manifest)) as file:
            _pack(file, key, manifest, copied)
    return target, manifest


def verify(file: Path, key: str, manifest: Manifest) -> None:
    """Read every byte of *file* again, as a restore would; raises `BadBackup`."""
    with unpacked(file, key) as (found, content):
        if found != manifest or _digest_of(content, Gentle()) != manifest.digest:
            raise BadBackup(DAMAGED.format(number=0))


@contextmanager
def unpacked(file: Path, key: str) -> Iterator[tuple[Manifest, IO[bytes]]]:
    """The manifest and the database's content, to be read once; raises `BadBackup`."""
    try:
        with file.open("rb") as raw:
            reader = SealedReader(raw, key)
            with (
                gzip.GzipFile(fileobj=cast(BinaryIO, reader)) as plain,
                tarfile.open(fileobj=plain, mode="r|", bufsize=STEP) as tar,
            ):
                manifest = Manifest(**json.loads(_member(tar, MANIFEST).read()))
                yield manifest, _member(tar, DATABASE)
                while reader.read(STEP):
                    pass  # to the very end: a piece that is missing there shows, too
    except (
        tarfile.TarError,
        EOFError,
        zlib.error,
        gzip.BadGzipFile,
        ValueError,
        TypeError,
    ) as error:
        raise BadBackup(DAMAGED.format(number="?")) from error


def write_out(file: Path, key: str, to: Path) -> Manifest:
    """Put the database of *file* at *to*; raises `BadBackup` when it is not what was packed."""
    with unpacked(file, key) as (manifest, content), to.open("xb") as out:
        to.chmod(0o600)
        shutil.copyfileobj(content, out, STEP)
        out.flush()
        os.fsync(out.fileno())
    if _digest(to) != manifest.digest:
        raise BadBackup(DAMAGED.format(number="?"))
    return manifest


def _member(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    """The next member, which must be *name*: nothing is ever unpacked by the name it gives itself."""
    member = tar.next()
    content = tar.extractfile(member) if member and member.name == name else None
    if content is None:
        raise tarfile.ReadError(f"no {name}")
    return content


def _pack(file: BinaryIO, key: str, manifest: Manifest, database: Path) -> None:
    """A tar of the two; only its heads are made by the library, which would copy big files in tiny
    bites."""
    text, rest = json.dumps(asdict(manifest)).encode(), Gentle()
    with (
        SealedWriter(file, key) as sealed,
        gzip.GzipFile(
            fileobj=cast(BinaryIO, sealed), mode="wb", compresslevel=LEVEL, mtime=0
        ) as plain,
        database.open("rb") as content,
    ):
        plain.write(_head(MANIFEST, len(text)) + text + _filled_up(len(text)))
        plain.write(_head(DATABASE, manifest.bytes))
        while piece := content.read(STEP):
            plain.write(piece)
            file.flush()
            os.fsync(file.fileno())
            rest()
        plain.write(_filled_up(manifest.bytes) + b"\0" * 2 * tarfile.BLOCKSIZE)


def _head(name: str, size: int) -> bytes:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry.tobuf(tarfile.GNU_FORMAT)


def _filled_up(size: int) -> bytes:
    return b"\0" * (-size % tarfile.BLOCKSIZE)


@contextmanager
def _alone(database: Path) -> Iterator[None]:
    """One backup at a time, by the service or by hand; the lock ends with the process."""
    try:
        held = file_lock.hold(Path(f"{database}.backup-lock"))
    except BlockingIOError as error:
        raise BadBackup(BUSY) from error
    with held:
        yield


@contextmanager
def _workplace(folder: Path) -> Iterator[Path]:
    """A folder that only we may read. What a crash left of the last one goes first."""
    for left in folder.glob(TEMPORARY + "*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=TEMPORARY, dir=folder) as name:
        yield Path(name)


@contextmanager
def whole_or_not_at_all(
    target: Path, check: Callable[[Path], None] = lambda part: None
) -> Iterator[BinaryIO]:
    """A file that appears under its name only when all of it is on the disk and *check*, which raises
    otherwise, has read it there: one that is damaged would be taken for the newest, and old ones go."""
    part = target.with_suffix(".part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            _as_the_folder(descriptor, target.parent)
            yield file
            file.flush()
            os.fsync(file.fileno())
        check(part)
        part.rename(target)
        sync(target.parent)
    finally:
        part.unlink(missing_ok=True)


def _as_the_folder(descriptor: int, folder: Path) -> None:
    """What root makes by hand belongs to who owns *folder*, so that the service can read it on."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)


def sync(folder: Path) -> None:
    """Let the folder's new names survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _digest(file: Path, rest: Callable[[], None] = lambda: None) -> str:
    with file.open("rb") as content:
        return _digest_of(content, rest)


def _digest_of(content: Any, rest: Callable[[], None] = lambda: None) -> str:
    digest = hashlib.sha256()
    while piece := content.read(STEP):
        digest.update(piece)
        rest()
    return digest.hexdigest()
