"""Giant, malformed and slow requests, and headers that lie: over raw sockets where HTTP's own client
would be too polite."""

from __future__ import annotations

import select
import socket
from collections.abc import Iterator
from contextlib import closing
from ipaddress import IPv4Address, IPv6Address, ip_network
from pathlib import Path

import pytest
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from bot.core.config import Settings
from bot.core.config.channels import Listen
from bot.core.http_request import NOBODY, address
from tests.support.web_service import PATIENCE, WebService

WAIT = 0.6  # seconds: for a head, for a body, for the rest of a refused one
HOST = b"Host: 127.0.0.1\r\n"
POST = b"POST /api/chat HTTP/1.1\r\n" + HOST


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebService]:
    patience = {"head_within": WAIT, "body_within": WAIT, "lingering_time": WAIT}
    with WebService(tmp_path_factory.mktemp("http"), patience=patience) as running:
        yield running


def connect(service: WebService) -> socket.socket:
    return socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE)


def answer(connection: socket.socket) -> bytes:
    """All that comes until the server closes."""
    parts = []
    try:
        while part := connection.recv(65536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


def say(service: WebService, *parts: bytes) -> bytes:
    """Send *parts* one after the other; what came back until the server closed."""
    with closing(connect(service)) as connection:
        try:
            for part in parts:
                connection.sendall(part)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it has heard enough
        return answer(connection)


def is_alive(service: WebService) -> bool:
    return service.request("GET", "/").status == 200


# --- slow ------------------------------------------------------------------------------------------


def test_who_says_nothing_is_not_waited_for(service: WebService) -> None:
    assert say(service) == b""


def test_a_head_that_never_ends_is_not_waited_for(service: WebService) -> None:
    """Slowloris: a line now and then keeps nobody's place."""
    with closing(connect(service)) as connection:
        connection.sendall(POST)
        closed: list[socket.socket] = []
        while not closed:
            closed, _, _ = select.select([connection], [], [], WAIT / 10)
            if not closed:
                connection.sendall(b"X-A: b\r\n")
        assert answer(connection) == b""
    assert is_alive(service)


def test_a_body_that_never_ends_is_told_so(service: WebService) -> None:
    head = POST + b"Content-Length: 100\r\n\r\n"
    assert b"408" in say(service, head, b'{"session"').split(b"\r\n")[0]


@pytest.mark.parametrize("path", [b"/desk/sign-in", b"/api/history", b"/api/events"])
def test_no_form_is_waited_for_for_ever(service: WebService, path: bytes) -> None:
    kind = b"Content-Type: application/x-www-form-urlencoded\r\n"
    head = b"POST " + path + b" HTTP/1.1\r\n" + HOST + kind + b"Content-Length: 100\r\n\r\n"
    assert b" 408 " in say(service, head, b"account=").split(b"\r\n")[0]


def test_many_slow_callers_keep_nobody_else_waiting(service: WebService) -> None:
    slow = [connect(service) for _ in range(200)]
    for connection in slow:
        connection.sendall(POST + b"Content-Length: 100\r\n\r\n{")
    assert service.post("/api/chat", {"session": "", "text": "menu"}).status == 200
    for connection in slow:
        connection.close()


# --- giant -----------------------------------------------------------------------------------------


def test_a_giant_head_is_refused(service: WebService) -> None:
    for giant in (b"X: " + b"a" * 100_000 + b"\r\n", b"X-A: b\r\n" * 20_000):
        assert b" 400 " in say(service, POST + giant + b"\r\n").split(b"\r\n")[0]
    line = b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n"
    assert b" 400 " in say(service, line).split(b"\r\n")[0]
    assert is_alive(service)


def test_a_giant_body_is_refused_whatever_it_says_of_its_length(service: WebService) -> None:
    honest = POST + b"Content-Length: 999999999\r\n\r\n"
    assert b" 413 " in say(service, honest, b"a" * 100_000).split(b"\r\n")[0]
    chunk = b"ffff\r\n" + b"a" * 0xFFFF + b"\r\n"
    chunked = POST + b"Transfer-Encoding: chunked\r\n\r\n"
    assert b" 413 " in say(service, chunked, chunk * 3).split(b"\r\n")[0]
    assert is_alive(service)


# --- malformed ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "request_",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",  # TLS where none is
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nX y: 1\r\n\r\n",
        POST + b"Content-Length: -1\r\n\r\n",
        POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",  # smuggling
        POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        POST + b"X: a\x00b\r\nContent-Length: 0\r\n\r\n",
        POST + b"X: a\r\n folded\r\nContent-Length: 0\r\n\r\n",
    ],
)
def test_a_malformed_request_is_refused(service: WebService, request_: bytes) -> None:
    status = say(service, request_).split(b"\r\n")[0]
    assert status == b"" or b" 400 " in status
    assert is_alive(service)


# --- headers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/desk/", "/desk/sign-in", "/desk/me?x=1", "/khong-co"])
def test_a_made_up_host_comes_back_nowhere(service: WebService, path: str) -> None:
    response = service.request("GET", path, headers={"Host": "evil.example"})
    assert b"evil.example" not in response.body
    assert all("evil.example" not in value for value in response.headers.values())


@pytest.mark.parametrize("path", ["/desk/me?%0d%0aSet-Cookie:x=1", "/desk/%0d%0aX-Evil:%201"])
def test_no_line_break_gets_into_a_header(service: WebService, path: str) -> None:
    response = service.request("GET", path)
    assert "set-cookie" not in response.headers
    assert "x-evil" not in response.headers


def test_paths_lead_nowhere_else(service: WebService) -> None:
    for path in (
        "/static/../web.py",
        "/static/..%2f..%2fconfig.yaml",
        "/static/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/desk/static/../../app.py",
        "/files/..%2f..%2fweb.db/0/x",
        "//etc/passwd",
    ):
        assert service.request("GET", path).status in {403, 404}


@pytest.mark.parametrize("folder", ["/static/", "/desk/static/"])
@pytest.mark.parametrize("name", ["a" * 300, "a/" * 3000, "%E1%BA%A3" * 100])
def test_a_name_that_no_file_can_have_is_not_found(
    service: WebService, folder: str, name: str
) -> None:
    assert service.request("GET", folder + name).status == 404


# --- who calls -----------------------------------------------------------------------------------------


def seen(*forwarded: str, proxy: bool) -> str:
    headers = [("X-Forwarded-For", value) for value in forwarded]
    request = make_mocked_request("GET", "/", headers=CIMultiDict(headers))
    return address(request, Listen(behind_proxy=proxy))


def test_the_address_is_what_our_own_proxy_says_last() -> None:
    assert seen("10.9.9.9, 203.0.113.7", proxy=True) == "203.0.113.7"
    assert seen("10.9.9.9", "203.0.113.7", proxy=True) == "203.0.113.7"
    assert seen("203.0.113.7", proxy=False) != "203.0.113.7"


def test_one_subscriber_is_one_address() -> None:
    assert seen("2001:db8:1:2:3:4:5:6", proxy=True) == seen("2001:db8:1:2::1", proxy=True)
    assert seen("::ffff:203.0.113.7", proxy=True) == "203.0.113.7"
    assert len(seen("x" * 5000, proxy=True)) <= 64


# --- https -------------------------------------------------------------------------------------------

PUBLIC = "troly.example.vn"


@pytest.mark.parametrize(
    ("behind_proxy", "host", "scheme", "told"),
    [
        (True, PUBLIC, "https", True),
        (True, PUBLIC, "", True),  # a proxy that does not say; public_url is an https address
        (True, PUBLIC, "http", False),
        (True, PUBLIC, "https, http", False),  # only what our own proxy wrote last counts
        (False, PUBLIC, "", True),
        (False, PUBLIC, "http", True),  # nobody to be believed
        (True, "127.0.0.1:8080", "", False),
        (True, "localhost", "https", False),
    ],
)
def test_browsers_that_came_by_https_are_told_to_come_by_nothing_else(
    tmp_path: Path, behind_proxy: bool, host: str, scheme: str, told: bool
) -> None:
    given = {"public_url": f"https://{PUBLIC}", "listen": {"behind_proxy": behind_proxy}}
    settings = Settings.model_validate({"data_key": "made up", **given})
    said = {"X-Forwarded-Proto": scheme} if scheme else {}
    with WebService(tmp_path, settings=settings) as running:
        for path in ("/", "/static/chat.js", "/desk/sign-in", "/desk/static/desk.css", "/khong-co"):
            answer = running.request("GET", path, headers={"Host": host, **said})
            found = answer.headers.get("strict-transport-security")
            assert found == ("max-age=31536000; includeSubDomains" if told else None), path


def test_without_a_public_https_address_nobody_is_told_so(service: WebService) -> None:
    for headers in ({}, {"Host": PUBLIC}, {"X-Forwarded-Proto": "https"}):
        answer = service.request("GET", "/", headers=headers)
        assert "strict-transport-security" not in answer.headers


@pytest.mark.parametrize(
    ("said", "network"),
    [
        ("203.0.113.7:51234", "203.0.113.7"),
        ('"203.0.113.7:51234"', "203.0.113.7"),
        ("[2001:db8::1]:443", "2001:db8::/64"),
        ('"[2001:db8::1]:443"', "2001:db8::/64"),
        ("[2001:db8::1]", "2001:db8::/64"),
        ("2001:db8::1%eth0", "2001:db8::/64"),
        ("[fe80::1%25eth0]:443", "fe80::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("[::ffff:203.0.113.7]:80", "203.0.113.7"),
        ("::ffff:203.0.113.7%eth0", "203.0.113.7"),
        ("::FFFF:CB00:7107", "203.0.113.7"),
    ],
)
def test_a_port_or_a_zone_makes_no_other_address(said: str, network: str) -> None:
    assert seen(said, proxy=True) == network
    assert seen(f"10.9.9.9, {said}", proxy=True) == network


@pytest.mark.parametrize(
    "said",
    ["unknown", "_hidden", "x" * 5000, "203.0.113", "203.0.113.7.8", "1:2", "[", "]", '"', "%", ":", "[]:80",
     "999.1.1.1:80", "203.0.113.7/24", "tệp", "[2001:db8::1", "http://203.0.113.7", "0x7f.1"],
)  # fmt: skip
def test_what_is_no_address_shares_one_limit(said: str) -> None:
    assert seen(said, proxy=True) in {NOBODY, "2001:db8::/64"}


@given(port=st.integers(0, 99_999), host=st.integers(0, 2**64 - 1), v4=st.integers(0, 2**32 - 1))
def test_no_port_and_no_host_part_is_a_fresh_address(port: int, host: int, v4: int) -> None:
    six, four = IPv6Address((0x20010DB8 << 96) + host), IPv4Address(v4)
    assert seen(f"[{six}]:{port}", proxy=True) == "2001:db8::/64"
    assert seen(f"{four}:{port}", proxy=True) == seen(str(four), proxy=True) == str(four)


@given(st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=60))
def test_any_last_hop_is_an_address_or_nobody(said: str) -> None:
    found = seen(said.replace(",", ""), proxy=True)
    assert found in {NOBODY, "127.0.0.1"} or ip_network(found)
