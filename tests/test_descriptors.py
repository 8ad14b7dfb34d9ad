"""However many pages are open, who comes new is let in: pages that only wait make room."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from bot.core.file_descriptors import NoRoom, Shares, Streams, needed, shares
from tests.support.paths import FAQ
from tests.support.service import Service, running, write_config
from tests.support.web_service import PATIENCE

FEW = (64, 128)  # soft and hard limit; a service of its own has 18 descriptors open
ROOMY = (
    "limits: {messages_per_minute: 100000, requests_per_minute: 1000000, requests_per_second: 1000000, "
    "streams_per_address: 100000, sessions_per_hour: 100000, sessions_per_minute: 100000}\n"
)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with running(write_config(tmp_path, ROOMY, FAQ), descriptors=FEW) as started:
        yield started


@pytest.fixture
def connected(service: Service) -> Iterator[Callable[[], socket.socket]]:
    """`connected()`: one more connection, open until the test ends."""
    with ExitStack() as opened:
        yield lambda: opened.enter_context(
            socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE)
        )


def asked(service: Service, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
    method = "GET" if body is None else "POST"
    with closing(http.client.HTTPConnection("127.0.0.1", service.port, timeout=PATIENCE)) as line:
        line.request(method, path, json.dumps(body or {}))
        answer = line.getresponse()
        is_json = "json" in answer.headers["Content-Type"]
        return answer.status, json.loads(answer.read()) if is_json else answer.read().decode()


def follow(connection: socket.socket, **body: Any) -> None:
    """Begin to follow a session on *connection*; returns when it is followed."""
    said = json.dumps(body).encode()
    connection.sendall(
        b"POST /api/events HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s" % (len(said), said)
    )
    heard = b""
    while b"alive" not in heard:
        part = connection.recv(4096)
        assert part, heard
        heard += part


def rest(connection: socket.socket) -> bytes:
    """What came until the server closed the connection."""
    parts = []
    while part := connection.recv(4096):
        parts.append(part)
    return b"".join(parts)


def open_descriptors(service: Service) -> int:
    return len(list(Path(f"/proc/{service.process.pid}/fd").iterdir()))


# --- shares ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [64, 128, 256, 1024, 4096, 65_536, 1_048_576])
def test_whatever_the_limit_there_is_a_share_for_the_service_and_one_for_who_comes_new(
    limit: int,
) -> None:
    given = shares(5000, limit)
    assert limit - given.connections >= min(256, limit // 4)
    assert given.connections - given.streams >= given.connections // 3
    assert 0 < given.streams <= 5000


def test_the_usual_limit_is_too_low_and_what_is_needed_is_enough() -> None:
    assert shares(5000, 1024) == Shares(1024, 768, 512)
    assert shares(5000, needed(5000)).streams == 5000


# --- places ----------------------------------------------------------------------------------------


def test_who_has_been_idle_for_longest_makes_room() -> None:
    streams, left = Streams(2), list[str]()
    with ExitStack() as opened:
        for name in ("an", "binh", "chi", "dung"):
            opened.enter_context(streams.open(name, lambda name=name: left.append(name)))  # type: ignore[misc]
            streams.used("an")
    assert left == ["binh", "chi"]
    assert (len(streams), streams.closed) == (0, 2)


def test_who_was_sent_away_comes_back_only_where_nobody_has_to_leave() -> None:
    streams = Streams(2)
    with streams.open("an", lambda: None):
        with (
            streams.open("binh", lambda: None),
            pytest.raises(NoRoom),
            streams.open("chi", lambda: None, patient=True),
        ):
            pass
        with streams.open("chi", lambda: None, patient=True):
            assert len(streams) == 2


# --- the service ------------------------------------------------------------------------------------


def test_the_service_takes_what_it_may_have_and_says_what_to_do_when_that_is_little(
    service: Service,
) -> None:
    told = service.says("Sức chứa")
    assert "64 trang mở cùng lúc" in told  # of the hard limit; the soft one would be enough for 32
    for what in ("ÍT", "LimitNOFILE=65536", "--ulimit nofile=65536:65536", "ulimit -n 65536"):
        assert what in told


def test_beyond_the_bound_pages_that_wait_are_told_to_poll_and_newcomers_are_served(
    service: Service, connected: Callable[[], socket.socket]
) -> None:
    _, mine = asked(service, "/api/chat", {"button": "officer"})
    first = connected()
    follow(first, session=mine["session"])
    for _ in range(199):
        follow(connected())
    assert rest(first).endswith(b"event: poll\n\n\r\n0\r\n\r\n")
    assert open_descriptors(service) < 100
    assert asked(service, "/")[0] == 200
    assert asked(service, "/api/chat", {"text": "mất thẻ căn cước"})[1]["replies"]
    _, ready = asked(service, "/readyz")
    assert ready["streams"] == {"open": 64, "most": 64}
    assert "vneid_streams_closed_total 136.0" in asked(service, "/metrics")[1]


def test_a_page_that_polls_gets_what_is_new_and_is_told_whether_there_is_room(
    service: Service, connected: Callable[[], socket.socket]
) -> None:
    _, mine = asked(service, "/api/chat", {"button": "officer"})
    look = {"session": mine["session"], "known": ""}
    assert asked(service, "/api/history", look)[1]["room"]
    for _ in range(64):
        follow(connected())
    _, talk = asked(service, "/api/history", look)
    assert (talk["room"], len(talk["lines"])) == (False, 2)
    look["known"] = talk["mark"]
    assert asked(service, "/api/history", look)[1]["lines"] == []
    status, refused = asked(service, "/api/events", {**look, "patient": True})
    assert (status, refused["retry_after"]) == (429, 60)
    asked(service, "/api/chat", {"session": mine["session"], "text": "xin gặp cán bộ"})
    assert len(asked(service, "/api/history", look)[1]["lines"]) == 4


def test_connections_that_say_nothing_shut_nobody_out(
    service: Service, connected: Callable[[], socket.socket]
) -> None:
    """More than there are descriptors; whoever was turned away meanwhile comes again."""
    silent = [connected() for _ in range(200)]
    assert silent[0].recv(1) == b""  # the oldest was closed
    while open_descriptors(service) > 97:
        pass
    assert asked(service, "/api/chat", {"text": "menu"})[0] == 200
