"""The list of who was erased, beside the backups: a backup holds them still, and a restore erases them
again. It stands outside the database, which a restore replaces.

A line is a time, a keyed hash of the account, and the receipt's code: nothing of it leads to anybody
without the data key. Lines that no backup is older than are dropped. An empty list says that nobody
was erased; no list says nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime
from pathlib import Path

from bot.core.crypto import Vault
from bot.ops.backup import BadBackup
from bot.ops.backup.archive import whole_or_not_at_all
from bot.store.database import Database, SqliteDatabase
from bot.store.people import erasure, erasure_log
from bot.store.people.erasure_log import Erased
from bot.store.values import Ids, stamp
from handlers.turn import erased_mark

NAME = "erased.list"
HEAD = "vneid-erased-1"
OTHER_KEY = (
    "Khóa dữ liệu không phải khóa của danh sách người đã xin xóa {file}. Đặt lại đúng khóa (VNEID_DATA_KEY, "
    "hoặc tệp .key cạnh cơ sở dữ liệu): sai khóa thì cũng không đọc được số điện thoại."
)
NO_LIST = "Tệp {file} không phải danh sách người đã xin xóa, hoặc đã hỏng. Lấy lại tệp này từ bản chép khác."
NO_KEY = (
    "Sau lúc sao lưu đã có {count} lần xóa dữ liệu. Muốn xóa lại những người đó thì cần khóa dữ liệu: đặt "
    "VNEID_DATA_KEY, hoặc tệp .key cạnh cơ sở dữ liệu, rồi chạy lại."
)


def keep(folder: Path, vault: Vault, erased: Iterable[Erased], since: datetime) -> None:
    """See that the list in *folder* has *erased*, and nothing from before *since*. Raises `BadBackup`,
    `OSError`. Several may do it at the same time: what one of them overwrites comes again."""
    file = folder / NAME
    there = file.exists()
    known = read(file, vault) if there else frozenset()
    wanted = {one for one in known.union(erased) if one.at >= stamp(since)}
    if not there or not known <= wanted:
        _write(file, vault, wanted)
    elif wanted != known:
        _append(file, wanted - known)


def read(file: Path, vault: Vault | None) -> frozenset[Erased]:
    """Raises `BadBackup`. A line that a crash cut off is not there yet: it comes again."""
    head, _, rest = file.read_text("ascii", "replace").partition("\n")
    if not head.startswith(f"{HEAD} "):
        raise BadBackup(NO_LIST.format(file=file))
    if vault and head != _head(vault):
        raise BadBackup(OTHER_KEY.format(file=file))
    lines = [line.split(" ") for line in rest.split("\n")[:-1]]
    return frozenset(Erased(*line) for line in lines if len(line) == 3)


def _head(vault: Vault) -> str:
    return f"{HEAD} {vault.mark('the list of who was erased')}"


def _append(file: Path, erased: Iterable[Erased]) -> None:
    with file.open("r+b") as out:
        out.seek(-1, os.SEEK_END)
        cut = out.read(1) != b"\n"
        out.write((b"\n" if cut else b"") + _lines(erased))
        out.flush()
        os.fsync(out.fileno())


def _write(file: Path, vault: Vault, erased: Iterable[Erased]) -> None:
    with whole_or_not_at_all(file) as out:
        out.write(f"{_head(vault)}\n".encode() + _lines(erased))


def _lines(erased: Iterable[Erased]) -> bytes:
    return "".join(f"{one.at} {one.mark} {one.code}\n" for one in sorted(erased)).encode("ascii")


def after(folders: Iterable[Path], moment: datetime, vault: Vault | None) -> set[Erased] | None:
    """Who was erased after *moment*, by the lists in *folders*; None where there is no list at all.
    Raises `BadBackup`, also when somebody was and there is no *vault* to find them with."""
    files = {folder / NAME for folder in folders if (folder / NAME).is_file()}
    if not files:
        return None
    found = {one for file in files for one in read(file, vault) if one.at >= stamp(moment)}
    if found and vault is None:
        raise BadBackup(NO_KEY.format(count=len(found)))
    return found


def erase_again(file: Path, erased: set[Erased], vault: Vault, now: datetime) -> int:
    """Erase in the SQLite *file* whom *erased* tells, to the last byte; returns how many accounts."""
    with closing(SqliteDatabase(file)) as database:
        return erase_in(database, erased, vault, now)


def erase_in(database: Database, erased: set[Erased], vault: Vault, now: datetime) -> int:
    """The same in a database that is open, which nobody serves from."""
    ids, marks = Ids(), {one.mark for one in erased}
    with database.transaction() as tx:
        people = [one for one in erasure.everybody(tx) if erased_mark(vault, one) in marks]
        for person in people:
            erasure.erase(tx, person, now, now, nobody=ids.new(now))
        for one in erased:
            erasure_log.note(tx, one, ids.new(now))
    database.scrub()
    return len(people)
