"""Run the service in this process: the web server, or a talk in the terminal."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

import click
import structlog
from aiohttp import web

from bot.app import SERVICE, make_app
from bot.booking import wards
from bot.booking.offices import is_sample
from bot.channels.terminal import NAME, Terminal
from bot.core import file_descriptors, http_request, memory
from bot.core.config import Settings
from bot.core.crypto import Vault
from bot.dialogue import Dialogue
from bot.faq.live import Library
from bot.jobs.fill_calendar import listed
from bot.ops import systemd
from bot.ops.deployment import (
    AlreadyRunning,
    Clock,
    fitting_vault,
    kept,
    lock,
    open_database,
    thresholds,
    utc_now,
)
from bot.ops.shutdown import LAST, REQUESTS
from bot.store.booking import offices
from bot.store.database import Database, SqliteDatabase, shown

# Channels that a token turns on: name, whether it is on, and how to turn it on.
SWITCHES: tuple[tuple[str, Callable[[Settings], bool], str], ...] = (
    ("Telegram", lambda settings: bool(settings.telegram.token), "TELEGRAM_BOT_TOKEN"),
    ("Zalo OA", lambda settings: bool(settings.zalo_oa.app_secret), "ZALO_APP_SECRET"),
    ("Zalo Bot", lambda settings: bool(settings.zalo_bot.token), "ZALO_BOT_TOKEN"),
)


SWITCH = 0.0005  # seconds until a thread that works lets the loop go on

log = structlog.get_logger()


class CannotListen(Exception):
    """The address cannot be served at; the message is the system's."""


def run(settings: Settings, clock: Clock = utc_now) -> int:
    """Serve until SIGTERM or Ctrl-C; returns the exit code."""
    memory.keep_tidy()
    sys.setswitchinterval(SWITCH)
    file_descriptors.raise_limit()
    try:
        held = lock(settings)
    except AlreadyRunning:
        click.echo(f"Dịch vụ khác đang chạy với {settings.database}; tắt nó trước.", err=True)
        return 1
    with held:
        try:
            with asyncio.Runner(loop_factory=_loop_factory()) as runner:
                runner.run(_serve(settings, clock))
        except CannotListen as error:
            where = f"{settings.listen.host}:{settings.listen.port}"
            hint = "đổi listen.host, listen.port trong config.yaml, hoặc chạy với --port"
            click.echo(f"Không mở được {where}: {error}; {hint}.", err=True)
            return 1
    return 0


def _loop_factory() -> type[asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:  # Windows
        return None
    return uvloop.Loop


async def _serve(settings: Settings, clock: Clock) -> None:
    database = open_database(settings)
    try:
        _check_offices(settings, database)
        told = bookable(settings, database)
        app = make_app(settings, database, clock)
    except Exception:
        database.close()
        raise
    room = file_descriptors.shares(settings.limits.streams)
    runner = http_request.runner(
        app, connections=room.connections, shutdown_timeout=REQUESTS, handler_cancellation=False
    )
    stop = _stop_on_signals()
    await runner.setup()
    memory.settle()
    try:
        site = web.TCPSite(runner, settings.listen.host, settings.listen.port)
        try:
            await site.start()
        except OSError as error:
            raise CannotListen(error.strerror) from error
        _announce(settings, app, runner, told)
        await _until_told_to_stop(stop)
        systemd.notify("STOPPING=1")
        app[SERVICE].ending.begin()
        await asyncio.sleep(settings.listen.drain_seconds)
    finally:
        await runner.cleanup()


def _announce(
    settings: Settings, app: web.Application, runner: web.AppRunner, places_told: str
) -> None:
    host, port = runner.addresses[0][:2]
    faq = app[SERVICE].library.matcher().faq
    lines = [
        f"{settings.name} đang chạy: http://{host}:{port}",
        f"  Web       BẬT   http://{host}:{port}/ và POST /api/chat",
    ]
    for name, is_on, variable in SWITCHES:
        state = "BẬT" if is_on(settings) else f"TẮT   đặt biến môi trường {variable} để bật"
        lines.append(f"  {name:9} {state}")
    lines.append(f"  FAQ       {len(faq.entries)} mục, bản {faq.version} ({settings.faq})")
    lines.append(f"  Đặt lịch  {places_told}")
    lines.append(f"  Sức chứa  {_capacity(settings)}")
    lines.append(f"  Dữ liệu   {shown(settings.database)}")
    lines.append(f"  Sao lưu   {_backups(settings)}")
    click.echo("\n".join(lines))


def _backups(settings: Settings) -> str:
    backup = settings.backup
    if settings.shared:
        listed = (
            "" if backup.folder else "; đặt backup.folder để ghi danh sách người xin xóa dữ liệu"
        )
        return f"bằng công cụ của PostgreSQL: xem docs/backup.md{listed}"
    if not backup.folder:
        return "TẮT   đặt backup.folder trong config.yaml và biến môi trường VNEID_BACKUP_KEY"
    return f"BẬT   {backup.at} mỗi đêm vào {backup.folder}"


def _capacity(settings: Settings) -> str:
    """How many pages may wait for messages; what to do where the system allows too few."""
    wanted = settings.limits.streams
    room = file_descriptors.shares(wanted)
    log.info("descriptors", limit=room.limit, connections=room.connections, streams=room.streams)
    told = f"{room.streams} trang mở cùng lúc"
    if room.streams == wanted:
        return told
    need = file_descriptors.needed(wanted)
    log.warning("few descriptors: raise LimitNOFILE (systemd), --ulimit nofile (docker) or ulimit -n",
                limit=room.limit, needed=need)  # fmt: skip
    return (
        f"{told} (ÍT: hệ thống chỉ cho {room.limit} tệp và kết nối, cần {need} cho {wanted} trang; đặt "
        "LimitNOFILE=65536 trong tệp dịch vụ systemd, docker run --ulimit nofile=65536:65536, hoặc ulimit -n 65536)"
    )


def _check_offices(settings: Settings, database: Database) -> None:
    """Raises `Faults` of the file of offices where this start would take it in."""
    with database.transaction() as tx:
        known = offices.all_known(tx)
    if not known:
        listed(settings, wards.load())


def bookable(settings: Settings, database: Database) -> str:
    """Where one can book, and whether the places are only the sample that comes along."""
    with database.transaction() as tx:
        known = offices.all_known(tx)
        names = [office.name for office in offices.all_open(tx)]
    file = Path(settings.booking.offices)
    if names:
        told, sample = f"{len(names)} nơi", any(map(is_sample, names))
    elif known:
        told, sample = "TẮT   các nơi đều đã thôi nhận hẹn", False
    elif settings.booking.offices and file.is_file():
        told, sample = f"nạp các nơi từ {file.name}", is_sample(file.read_text("utf-8", "replace"))
    else:
        told, sample = "TẮT   chưa có nơi nào; nạp bằng: vneid-bot offices import TỆP", False
    return f"{told} (MẪU; thay bằng: vneid-bot offices import TỆP)" if sample else told


async def _until_told_to_stop(stop: asyncio.Event) -> None:
    systemd.notify("READY=1")
    alive = asyncio.create_task(systemd.stay_alive())
    await stop.wait()
    alive.cancel()
    last = threading.Timer(LAST, _end_now, (signal.SIGALRM,))
    last.daemon = True
    last.start()
    click.echo("Đang dừng: làm nốt việc dở, không nhận thêm. Báo dừng lần nữa là tắt ngay.")


def _stop_on_signals() -> asyncio.Event:
    """Set by the first signal; the second ends the process.

    Asked for before anything is let in, so that no moment is left in which a signal cuts off.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def told(number: int) -> None:
        if stop.is_set():
            _end_now(number)
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told, number)
    return stop


def _end_now(number: int) -> None:
    """Leave everything as it is: what was acknowledged is committed, the rest comes again."""
    click.echo("Tắt ngay.", err=True)
    os._exit(128 + number)


def _lasting(settings: Settings, database: Database) -> Vault:
    with database.transaction() as tx:
        return fitting_vault(settings, tx)


@contextmanager
def terminal(settings: Settings, *, remember: bool) -> Iterator[Terminal]:
    """A talk in this terminal; with *remember* in the deployment's database, else in memory."""
    database = open_database(settings) if remember else SqliteDatabase(":memory:")
    try:
        library = Library(Path(settings.faq), thresholds(settings), kept=kept(settings))
        vault = _lasting(settings, database) if remember else Vault(token_hex())
        dialogue = Dialogue(
            database,
            settings,
            library.matcher,
            utc_now,
            vault,
            wards.load(),
            mailboxes=(NAME,),
            numbered=(NAME,),
        )
        yield Terminal(dialogue.handle, utc_now)
    finally:
        database.close()
