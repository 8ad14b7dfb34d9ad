"""What is written to the log: enough to find a fault by, and nobody's data."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.core.config import Settings, secrets_of
from bot.ops.logs import HIDDEN, Mask
from tests.support.fakes.telegram import FakeTelegram
from tests.support.paths import FAQ, PROJECT
from tests.support.service import Service, running, write_config

PHONE, PAPER, NAME = "0900000001", "079000000001", "Nguyễn Văn Thử"
CHAT = 987654321
WATCH_TOKEN = "a-made-up-token-of-tests"
SAID = f"Tôi là {NAME}, số {PHONE}, căn cước {PAPER}, mã OTP 482915, mất thẻ làm sao"


def call(service: Service, path: str, body: Any = None, **headers: str) -> tuple[int, str]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(service.url + path, data, dict(headers))  # noqa: S310 - loopback
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - loopback
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def broken(folder: Path) -> closing[sqlite3.Connection]:
    """A database that refuses messages, and quotes somebody's data as it does so."""
    database = sqlite3.connect(folder / "vneid.db", timeout=20)
    database.execute(
        "CREATE TRIGGER broken BEFORE INSERT ON incoming "
        f"BEGIN SELECT RAISE(ABORT, 'cannot store {PHONE} of {PAPER}'); END"
    )
    database.commit()
    return closing(database)


@pytest.mark.parametrize("form", ["json", "text"])
async def test_no_number_no_token_and_nothing_said_stands_in_the_log(
    tmp_path: Path, form: str
) -> None:
    async with FakeTelegram() as telegram:
        telegram.known.add(CHAT)
        extra = f"log: {form}\nwatch: {{token: '${{WATCH}}'}}\n" + bookable()
        extra += f"telegram_api_url: {telegram.url}\ntelegram: {{token: '${{TOKEN}}'}}\n"
        environment = {"TOKEN": telegram.token, "WATCH": WATCH_TOKEN}
        with running(write_config(tmp_path, extra, FAQ), environment=environment) as service:
            await telegram.offer(telegram.text(CHAT, SAID))
            await telegram.heard(CHAT)
            session = await asyncio.to_thread(talk, service)
            with broken(tmp_path):
                await telegram.offer(telegram.text(CHAT, SAID))
                status, _ = await asyncio.to_thread(call, service, "/api/chat", {"text": SAID})
                assert status == 500
            await asyncio.to_thread(service.stop)
    log = (tmp_path / "service.log").read_text(encoding="utf-8")
    assert "cannot store [số điện thoại] of [số giấy tờ]" in log
    secrets = [PHONE, PAPER, "482915", NAME, "mất thẻ", str(CHAT), telegram.token, WATCH_TOKEN]
    assert [secret for secret in (*secrets, session, session[:20]) if secret in log] == []


def bookable() -> str:
    """The services and sample offices that come along."""
    settings = yaml.safe_load((PROJECT / "config.yaml").read_text(encoding="utf-8"))
    offices = str(PROJECT / "deploy" / "offices.yaml")
    return json.dumps({"booking": {**settings["booking"], "offices": offices}})[1:-1] + "\n"


def talk(service: Service) -> str:
    """All that a browser may do, the wrong things too; returns the session."""
    _, answer = call(service, "/api/chat", {"text": SAID})
    session = str(json.loads(answer)["session"])
    call(service, "/api/chat", {"session": session, "button": f"ask:{PHONE}"})
    book(service, session)
    call(service, "/api/history", {"session": session})
    call(service, f"/?so={PHONE}&token={session}")
    call(service, f"/files/{PAPER}/1/{session}")
    call(service, f"/desk/visit/{PHONE}?next={session}")
    call(service, "/metrics", Authorization=f"Bearer {WATCH_TOKEN}")
    call(service, "/api/chat", {"text": [PHONE]})
    return session


def book(service: Service, session: str) -> None:
    """Press the first button of each answer, and write name and number where one has to write."""
    body: dict[str, str] = {"text": "đặt lịch"}
    asked = set()
    for _ in range(16):
        _, answer = call(service, "/api/chat", {"session": session, **body})
        replies = json.loads(answer)["replies"]
        asked |= {reply["text"][:20] for reply in replies}
        buttons = [button["data"] for reply in replies for button in reply["buttons"]]
        body = {"button": buttons[0]} if buttons else {"text": f"{NAME} {PHONE}"}
    assert len(asked) > 4


def lines(folder: Path) -> Iterator[dict[str, Any]]:
    for line in (folder / "service.log").read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def test_each_line_is_json_with_its_time_level_event_and_request(tmp_path: Path) -> None:
    with running(write_config(tmp_path, "log: json\n", FAQ)) as service:
        call(service, "/api/chat", {"text": SAID, "id": "message-1"})
        with broken(tmp_path):
            call(service, "/api/chat", {"text": SAID, "id": "message-2"})
        service.stop()
    found = list(lines(tmp_path))
    assert all({"timestamp", "level", "event"} <= set(line) for line in found)
    requests = [line for line in found if line["event"] == "request"]
    shown = [(line["method"], line["route"], line["status"]) for line in requests]
    assert shown == [("POST", "/api/chat", 200), ("POST", "/api/chat", 500)]
    (failed,) = [line for line in found if line["event"] == "request failed"]
    assert failed["request"] == requests[1]["request"] != requests[0]["request"]
    assert "IntegrityError" in failed["exception"]


def test_what_is_no_request_makes_one_short_line(tmp_path: Path) -> None:
    with running(write_config(tmp_path, "log: json\n", FAQ)) as service:
        port = int(service.url.rpartition(":")[2])
        for nonsense in (b"GET / HTTP/9.9\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"a" * 9000):
            with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
                connection.sendall(nonsense)
                while connection.recv(65536):
                    pass
        service.stop()
    found = [line for line in lines(tmp_path) if line.get("logger") == "aiohttp.server"]
    assert [line["event"] for line in found] == [
        "malformed request: BadStatusLine",
        "malformed request: LineTooLong",
    ]
    assert {line["level"] for line in found} == {"info"}
    assert all("exception" not in line for line in found)


# --- the mask --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (f"gọi {PHONE}", "gọi [số điện thoại]"),
        (900000001, "[số giấy tờ]"),
        (200, 200),
        (1.5, 1.5),
        (True, True),
        (None, None),
        ([PHONE, {"x": PAPER}], ["[số điện thoại]", {"x": "[số giấy tờ]"}]),
        ({PHONE: 1}, {"[số điện thoại]": 1}),
        (ValueError(PHONE), "ValueError('[số điện thoại]')"),
        ("at https://host/bot1234:made-up/send", f"at https://host/bot{HIDDEN}/send"),
    ],
)
def test_a_value_is_masked_whatever_it_is(value: object, shown: object) -> None:
    mask = Mask(["1234:made-up", ""])
    assert mask(None, "", {"event": "x", "value": value})["value"] == shown


def test_ids_of_messages_stay_readable_and_secrets_in_them_do_not() -> None:
    event = {
        "event": "x",
        "update": "700000001",
        "row": "019a00000000000001",
        "request": "s3cret-x",
    }
    shown = Mask(["s3cret-x"])(None, "", event)
    assert shown == {**event, "request": HIDDEN}


def test_the_password_of_the_database_is_a_secret_as_it_stands_and_as_it_is_sent() -> None:
    settings = Settings(database="postgresql://bot:made%20up-word@host/vneid", data_key="a key")
    assert secrets_of(settings) == ["a key", "made%20up-word", "made up-word"]


def test_what_libraries_log_is_masked_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from bot.ops import logs

    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", root.level)
    logs.take_in_libraries("json", ["1234:made-up"])
    logging.getLogger("some.library").warning("lost %s at /bot1234:made-up/", PHONE)
    line = json.loads(capsys.readouterr().err)
    assert line["event"] == f"lost [số điện thoại] at /bot{HIDDEN}/"
    assert (line["logger"], line["level"]) == ("some.library", "warning")
