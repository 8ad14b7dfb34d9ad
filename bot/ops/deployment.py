"""What a deployment has on its machine: the database, its keys, its folder, its clock."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path

from bot.core.config import Settings
from bot.core.crypto import Vault, beside, key_for
from bot.faq.matching.matcher import Thresholds
from bot.ops import file_lock
from bot.store import database as databases
from bot.store import key_value
from bot.store.database import Database, DatabaseUnfit, Transaction

Clock = Callable[[], datetime]


KEY = "data key"  # the mark by which a database knows the key that it was written with
NO_KEY = (
    "chưa có khóa dữ liệu của {name}: đặt VNEID_DATA_KEY như trước nay, hoặc đưa lại {file}. Khóa đã mất hẳn thì "
    "đặt khóa mới rồi chạy: vneid-bot db new-key"
)
OTHER_KEY = (
    "khóa dữ liệu đang đặt không phải khóa mà {name} dùng từ trước đến nay. Đặt lại VNEID_DATA_KEY như cũ, "
    "hoặc đưa lại {file}: sai khóa thì không đọc được số điện thoại và token Zalo, áp phích đã in bị coi là giả. "
    "Khóa cũ đã mất hẳn thì chạy: vneid-bot db new-key"
)


NO_KEY_IN_FILE = (
    "tệp {file} không có khóa dữ liệu nào đọc được. Đưa lại tệp đó từ bản sao lưu, hoặc đặt VNEID_DATA_KEY. Máy mới, "
    "chưa từng chạy, thì xóa tệp đó đi: dịch vụ tự tạo khóa"
)


class AlreadyRunning(Exception):
    """Another process serves from this database."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def thresholds(settings: Settings) -> Thresholds:
    return Thresholds(**settings.matching.model_dump())


def open_database(settings: Settings) -> Database:
    """Raises `DatabaseUnfit`."""
    return databases.open_database(settings.database)


def open_vault(settings: Settings) -> Vault:
    """The vault of the deployment's own key; makes the key when there is none yet. Raises
    `DatabaseUnfit`."""
    with databases.usable(str(key_file(settings))):
        key = key_for(Path(settings.database), settings.data_key)
    if not key:
        raise DatabaseUnfit(NO_KEY_IN_FILE.format(file=key_file(settings)))
    return Vault(key)


def fitting_vault(settings: Settings, tx: Transaction) -> Vault:
    """The same, of the key that the database was written with from the beginning. No other key is taken,
    and none is made beside it, as when a command is run without the service's environment. Raises
    `DatabaseUnfit`."""
    if key_value.get(tx, KEY) and not _has_key(settings):
        raise DatabaseUnfit(_told(NO_KEY, settings))
    vault = open_vault(settings)
    if key_value.once(tx, KEY, vault.mark(KEY)) != vault.mark(KEY):
        raise DatabaseUnfit(_told(OTHER_KEY, settings))
    return vault


def fits(vault: Vault, tx: Transaction) -> bool:
    """Whether the database is one of this key, as far as it knows."""
    return key_value.get(tx, KEY) in {None, vault.mark(KEY)}


def _told(fault: str, settings: Settings) -> str:
    file = "khóa của cơ sở dữ liệu SQLite cũ" if settings.shared else f"tệp {key_file(settings)}"
    return fault.format(name=databases.shown(settings.database), file=file)


def take_key(settings: Settings, tx: Transaction) -> None:
    """From now on the key that is set is the right one."""
    key_value.put(tx, KEY, open_vault(settings).mark(KEY))


def found_vault(settings: Settings) -> Vault | None:
    """The same, but no key is made: None when there is none."""
    return open_vault(settings) if _has_key(settings) else None


def _has_key(settings: Settings) -> bool:
    return bool(settings.data_key) or key_file(settings).is_file()


def key_file(settings: Settings) -> Path:
    """Where the key stands when the environment does not give it."""
    return beside(Path(settings.database))


def kept(settings: Settings) -> Path:
    """The folder of what can be made anew: beside the database, if that is a file."""
    folder = (
        Path(settings.faq).parent / "data" if settings.shared else Path(settings.database).parent
    )
    return folder / "kept"


def lock(settings: Settings) -> AbstractContextManager[object]:
    """Hold the database for this process: only one may serve from one SQLite file, any number from
    a PostgreSQL.

    Raises `AlreadyRunning`, `DatabaseUnfit`. The lock ends with the returned file, or with the process.
    """
    if settings.shared:
        return nullcontext()
    path = Path(settings.database + ".lock")
    with databases.usable(settings.database):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return file_lock.hold(path)
        except BlockingIOError as error:
            raise AlreadyRunning(settings.database) from error
