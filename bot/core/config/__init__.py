"""config.yaml -> frozen settings; all faults at once, each with its line and what to do."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlsplit

from pydantic import Field, ValidationError, field_validator

from bot.core.config.backup import Backup
from bot.core.config.booking import Booking
from bot.core.config.channels import Listen, Telegram, ZaloBot, ZaloOa
from bot.core.config.limits import Limits
from bot.core.config.outreach import Outreach
from bot.core.config.section import Section
from bot.core.config.watch import Watch
from bot.core.documents import file as yaml_file
from bot.core.documents.file import Document, Fault, Faults, KeyPath, dotted

PLACEHOLDER = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")
# A password written out in the address of a database: `//user:it@` or `?password=it`.
PASSWORD = re.compile(r"\w+://([^/@:]*:(?!\$\{)[^/@]+@|.*[?&]password=(?!\$\{))")


class Matching(Section):
    """Confidence from 0 to 1: from `answer` on it answers, from `likely` on it shows what was likely meant,
    from `ask_back` on it asks back."""

    answer: Annotated[float, Field(ge=0, le=1)] = 0.85  # this sure or surer
    likely: Annotated[float, Field(ge=0, le=1)] = 0.5
    ask_back: Annotated[float, Field(ge=0, le=1)] = 0.35  # below, it admits that it does not know
    choices: Annotated[int, Field(ge=1, le=3)] = 3  # at most, when it asks back


class Contact(Section):
    """Whom people are sent to when the bot does not know."""

    hotline: str = "1900.0368"
    office: str = "công an phường, xã, đặc khu nơi gần nhất"


class Settings(Section):
    """All that a deployment decides. Paths are absolute; secrets never show in `repr`."""

    name: str = "Trợ lý VNeID"  # what the bot calls itself
    # A file for SQLite, or `postgresql://user@host/name` for several processes (docs/scale.md).
    database: str = Field(default="data/vneid.db", repr=False)
    faq: str = "faq"  # the folder of the FAQ
    listen: Listen = Listen()
    # The https address of the web chat. With it Telegram and the Zalo Bot use webhooks, without it
    # they are polled.
    public_url: str = ""
    telegram: Telegram = Telegram()
    telegram_api_url: str = "https://api.telegram.org"  # another one: a Bot API server of your own
    zalo_oa: ZaloOa = ZaloOa()
    zalo_bot: ZaloBot = ZaloBot()
    matching: Matching = Matching()
    contact: Contact = Contact()
    booking: Booking = Booking()
    outreach: Outreach = Outreach()
    limits: Limits = Limits()
    data_key: str = Field(default="", repr=False)
    # Days that what people wrote is kept, masked, and what is over of bookings.
    keep_days: Annotated[int, Field(ge=1, le=3650)] = 30
    backup: Backup = Backup()
    watch: Watch = Watch()
    log: Literal["text", "json"] = "text"  # for people, or for machines

    @field_validator("public_url")
    @classmethod
    def _https_or_empty(cls, value: str) -> str:
        if value and not value.startswith("https://"):
            raise ValueError("public_url phải bắt đầu bằng https:// hoặc để trống")
        return value.rstrip("/")

    @field_validator("database")
    @classmethod
    def _file_or_postgresql(cls, value: str) -> str:
        if "://" in value and not value.startswith(("postgresql://", "postgres://")):
            raise ValueError("database là một tệp SQLite, hoặc postgresql://người_dùng@máy/tên")
        return value

    @property
    def shared(self) -> bool:
        """Whether several processes may serve from the database: it is a server, not a file."""
        return "://" in self.database


# Places that only the environment may fill, and the usual variable. Unset: the channel is off.
SECRETS: dict[KeyPath, str] = {
    ("telegram", "token"): "TELEGRAM_BOT_TOKEN",
    ("telegram", "webhook_secret"): "TELEGRAM_WEBHOOK_SECRET",
    ("zalo_oa", "app_secret"): "ZALO_APP_SECRET",
    ("zalo_oa", "oa_secret"): "ZALO_OA_SECRET",
    ("zalo_bot", "token"): "ZALO_BOT_TOKEN",
    ("zalo_bot", "webhook_secret"): "ZALO_BOT_WEBHOOK_SECRET",
    ("data_key",): "VNEID_DATA_KEY",
    ("watch", "token"): "VNEID_WATCH_TOKEN",
    ("backup", "key"): "VNEID_BACKUP_KEY",
}


def load(file: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """Read *file*; raise `Faults` with everything that is wrong in it."""
    document = yaml_file.read(file, file.name)
    faults: list[Fault] = []
    data = {} if document.data is None else document.data
    if not isinstance(data, dict):
        raise Faults([document.fault((), "cấu hình phải gồm các dòng `khóa: giá trị`")])
    faults += _literal_secrets(document, data)
    filled = _fill(document, data, (), environment, faults)
    try:
        settings = Settings.model_validate(filled)
    except ValidationError as error:
        faults += document.explain(error)
        raise Faults(faults) from error
    faults += _cross_checks(document, settings)
    if faults:
        raise Faults(faults)
    return _absolute(settings, file.resolve().parent)


def secrets_of(settings: Settings) -> list[str]:
    """What must never be shown: what only the environment may fill, and the database's password."""
    data = settings.model_dump()
    password = urlsplit(settings.database).password if settings.shared else None
    values = [*(_get(data, path) for path in SECRETS), password, unquote(password or "")]
    return [value for value in values if value]


def _literal_secrets(document: Document, data: dict[str, Any]) -> list[Fault]:
    faults = []
    for path, name in SECRETS.items():
        value = _get(data, path)
        if isinstance(value, str) and value and not PLACEHOLDER.fullmatch(value):
            hint = f"viết ${{{name}}} và đặt biến môi trường {name}"
            message = f"{dotted(path)}: bí mật không được viết trong tệp"
            faults.append(document.fault(path, message, hint))
    if PASSWORD.match(str(data.get("database", ""))):
        message = "database: mật khẩu không được viết trong tệp"
        hint = "viết database: ${VNEID_DATABASE_URL} và đặt biến môi trường VNEID_DATABASE_URL"
        faults.append(document.fault(("database",), message, hint))
    return faults


def _fill(
    document: Document, value: Any, path: KeyPath, env: Mapping[str, str], faults: list[Fault]
) -> Any:
    """Put the environment's values in place of `${NAME}`."""
    if isinstance(value, dict):
        return {k: _fill(document, v, (*path, k), env, faults) for k, v in value.items()}
    if isinstance(value, list):
        return [_fill(document, v, (*path, i), env, faults) for i, v in enumerate(value)]
    if not isinstance(value, str):
        return value

    def replace(match: re.Match[str]) -> str:
        name = match[1]
        if name not in env and path not in SECRETS:
            message = f"{dotted(path)}: chưa có biến môi trường {name}"
            faults.append(document.fault(path, message, f"đặt {name}=… rồi chạy lại"))
        return env.get(name, "")

    return PLACEHOLDER.sub(replace, value)


def _cross_checks(document: Document, settings: Settings) -> list[Fault]:
    faults = []
    if settings.matching.ask_back > settings.matching.answer:
        message = "matching.ask_back lớn hơn matching.answer"
        faults.append(document.fault(("matching", "ask_back"), message, "đặt ask_back nhỏ hơn"))
    for name, bot in (("telegram", settings.telegram), ("zalo_bot", settings.zalo_bot)):
        if settings.public_url and bot.token and not bot.webhook_secret:
            message = f"{name}.webhook_secret: có public_url thì cần bí mật webhook"
            variable = SECRETS[name, "webhook_secret"]
            hint = f"đặt {variable}=… (chuỗi ngẫu nhiên A-Z a-z 0-9 _ -, từ 8 ký tự)"
            faults.append(document.fault((name, "webhook_secret"), message, hint))
    if settings.shared and not settings.data_key:
        message = "data_key: cơ sở dữ liệu PostgreSQL cần khóa mã hóa đặt riêng"
        hint = (
            "đặt VNEID_DATA_KEY=… giống nhau cho mọi máy (tạo bằng: openssl rand -hex 32; "
            "chuyển từ SQLite thì lấy nội dung tệp .key cạnh cơ sở dữ liệu cũ)"
        )
        faults.append(document.fault(("data_key",), message, hint))
    if settings.zalo_oa.app_secret and not settings.zalo_oa.app_id:
        message = "zalo_oa.app_id: có ZALO_APP_SECRET thì cần ID ứng dụng"
        hint = "chép ID ứng dụng từ developers.zalo.me"
        faults.append(document.fault(("zalo_oa", "app_id"), message, hint))
    if settings.backup.folder and not settings.backup.key and not settings.shared:
        message = "backup.key: có backup.folder thì cần khóa mã hóa"
        hint = f"đặt {SECRETS['backup', 'key']}=… (openssl rand -hex 32), cất một bản ở nơi khác"
        faults.append(document.fault(("backup", "folder"), message, hint))
    return faults


def _absolute(settings: Settings, folder: Path) -> Settings:
    database = settings.database if settings.shared else str(folder / settings.database)
    booking = settings.booking
    if booking.offices:
        booking = booking.model_copy(update={"offices": str(folder / booking.offices)})
    backup = settings.backup
    if backup.folder:
        backup = backup.model_copy(update={"folder": str(folder / backup.folder)})
    update = {
        "database": database,
        "faq": str(folder / settings.faq),
        "booking": booking,
        "backup": backup,
    }
    return settings.model_copy(update=update)


def _get(data: Any, path: KeyPath) -> Any:
    for key in path:
        data = data.get(key) if isinstance(data, dict) else None
    return data
