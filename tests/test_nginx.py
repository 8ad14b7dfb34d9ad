"""deploy/nginx.conf in a real nginx, in front of the real service."""

from __future__ import annotations

import gzip
import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.paths import FAQ, PROJECT
from tests.support.service import running, write_config

HOST = "troly.example.vn"
CONF = (PROJECT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
HSTS = "max-age=31536000; includeSubDomains"
PATIENCE = 20  # seconds until a test gives up
AS_DEPLOYED = (
    f"public_url: https://{HOST}\nlisten: {{behind_proxy: true}}\nwatch: {{token: '${{TOKEN}}'}}\n"
)
# What surrounds a file of conf.d on Debian, in the test's own folder.
AROUND = """
{user}worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log info;
events {{ worker_connections 1024; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/troly-vneid.conf;
}}
"""


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    all_headers: list[tuple[str, str]]


@dataclass
class Front:
    """nginx on loopback, with the service behind it."""

    folder: Path
    https: int
    http: int

    def connect(self) -> http.client.HTTPSConnection:
        trusted = ssl.create_default_context(cafile=self.folder / "cert.pem")
        return _Named("127.0.0.1", self.https, timeout=PATIENCE, context=trusted)

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> Answer:
        return _asked(self.connect(), method, path, body, headers)

    def plainly(self, path: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.http, timeout=PATIENCE)
        return _asked(connection, "GET", path, "", {})


class _Named(http.client.HTTPSConnection):
    """Connects to loopback and asks for the public name, in TLS too."""

    def connect(self) -> None:
        plain = socket.create_connection((self.host, self.port), timeout=PATIENCE)
        self.sock = ssl_of(self).wrap_socket(plain, server_hostname=HOST)


def ssl_of(connection: http.client.HTTPSConnection) -> ssl.SSLContext:
    return connection._context  # type: ignore[attr-defined,no-any-return]


def _asked(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: str,
    headers: Mapping[str, str],
) -> Answer:
    with closing(connection):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body.encode(), {"Host": HOST, **named})
        answer = connection.getresponse()
        told = answer.getheaders()
        return Answer(
            answer.status, {name.lower(): value for name, value in told}, answer.read(), told
        )


def certificate(folder: Path) -> None:
    """A self-signed one, for two days."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


def free_port() -> int:
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture(scope="module")
def nginx() -> str:
    found = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if found is None:
        could = os.geteuid() == 0 and shutil.which("apt-get") and os.environ.get("CI") == "true"
        (pytest.fail if could else pytest.skip)("no nginx found; see tests/ensure_nginx.sh")
    return found


def write_front(folder: Path, service: int, changed: str = CONF) -> Front:
    """The file as it is deployed, but for its addresses, ports and certificate."""
    front = Front(folder, free_port(), free_port())
    certificate(folder)
    acme = folder / "acme" / ".well-known" / "acme-challenge"
    acme.mkdir(parents=True)
    (acme / "made-up").write_text("proof")
    text = re.sub(r" *listen \[::\].*\n", "", changed)
    for deployed, here in {
        "listen 80;": f"listen 127.0.0.1:{front.http};",
        "listen 443": f"listen 127.0.0.1:{front.https}",
        "127.0.0.1:8080": f"127.0.0.1:{service}",
        "/etc/ssl/troly-vneid/fullchain.pem": f"{folder}/cert.pem",
        "/etc/ssl/troly-vneid/key.pem": f"{folder}/key.pem",
        "/var/www/letsencrypt": f"{folder}/acme",
    }.items():
        assert deployed in text
        text = text.replace(deployed, here)
    (folder / "troly-vneid.conf").write_text(text, encoding="utf-8")
    user = "user root;\n" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(AROUND.format(user=user, folder=folder), encoding="utf-8")
    return front


def serve(nginx: str, front: Front) -> Iterator[Front]:
    command = [nginx, "-p", str(front.folder), "-c", str(front.folder / "nginx.conf")]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert "test is successful" in checked.stderr, checked.stderr
    assert "[warn]" not in checked.stderr.replace("listen ... http2", "")
    with subprocess.Popen(command) as process:
        try:
            until_open(front.https)
            yield front
        finally:
            process.terminate()


def until_open(port: int) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except ConnectionRefusedError:
            assert time.monotonic() < end, "nginx did not start"
        else:
            return


@pytest.fixture(scope="module")
def front(nginx: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("front")
    config = write_config(folder, AS_DEPLOYED, FAQ)
    with running(config, environment={"TOKEN": "a-made-up-token-of-tests"}) as service:
        yield from serve(nginx, write_front(folder, service.port))


@pytest.fixture
def alone(nginx: str, tmp_path: Path) -> Iterator[Front]:
    """nginx while the service is away."""
    yield from serve(nginx, write_front(tmp_path, free_port()))


# --- https ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/desk/people?x=1&y=%20"])
def test_port_80_leads_to_https_and_to_nowhere_else(front: Front, path: str) -> None:
    answer = front.plainly(path)
    assert (answer.status, answer.headers["location"]) == (301, f"https://{HOST}{path}")
    assert "strict-transport-security" not in answer.headers


def test_a_certificate_is_renewed_over_port_80(front: Front) -> None:
    assert front.plainly("/.well-known/acme-challenge/made-up").body == b"proof"


@pytest.mark.parametrize(
    "path",
    ["/", "/static/chat.js", "/desk/sign-in", "/khong-co", "/healthz", "/metrics", "/files/a/1/b"],
)
def test_browsers_are_told_once_to_come_by_https_only(front: Front, path: str) -> None:
    told = [
        v
        for name, v in front.ask("GET", path).all_headers
        if name.lower() == "strict-transport-security"
    ]
    assert told == [HSTS]


# --- what is passed on --------------------------------------------------------------------------------


def test_the_page_and_the_chat_work_through_it(front: Front) -> None:
    assert "Trợ lý VNeID" in front.ask("GET", "/").body.decode()
    said = front.ask("POST", "/api/chat", json.dumps({"text": "mất thẻ căn cước"}))
    assert json.loads(said.body)["replies"]


def test_what_is_the_same_for_everybody_is_compressed_and_asked_for_again_by_its_mark(
    front: Front,
) -> None:
    for path in (
        "/",
        "/static/chat.js",
        "/static/chat.css",
        "/desk/static/desk.css",
    ):
        whole = front.ask("GET", path)
        small = front.ask("GET", path, Accept_Encoding="gzip")
        assert small.headers.get("content-encoding") == "gzip", path
        assert gzip.decompress(small.body) == whole.body
        assert len(small.body) < 0.7 * len(whole.body)
        assert small.headers["cache-control"] == "no-cache"
        assert "accept-encoding" in small.headers["vary"].lower()
        again = front.ask("GET", path, Accept_Encoding="gzip", If_None_Match=small.headers["etag"])
        assert (again.status, again.body) == (304, b"")


def test_what_holds_a_secret_is_never_compressed(front: Front) -> None:
    body = json.dumps({"text": "mất thẻ căn cước"})
    for answer in (
        front.ask("POST", "/api/chat", body, Accept_Encoding="gzip"),
        front.ask("GET", "/desk/sign-in", Accept_Encoding="gzip"),
    ):
        assert answer.status == 200
        assert "content-encoding" not in answer.headers


def test_a_stream_flows_at_once(front: Front) -> None:
    with closing(front.connect()) as connection:
        connection.request("POST", "/api/events", b"{}", {"Host": HOST, "Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        assert answer.headers["Content-Type"] == "text/event-stream"
        assert (
            answer.readline() == b": alive\n"
        )  # the next one comes in 15 s; a buffer would wait for more


def test_a_made_up_address_is_not_believed(front: Front) -> None:
    """The service counts by what nginx saw: the work for many new talks is that of 127.0.0.1."""
    for number in range(3):
        front.ask("POST", "/api/chat", "{}", X_Forwarded_For=f"198.51.100.{number}")
    told = front.ask("GET", "/metrics", X_Forwarded_For="127.0.0.1", Forwarded="for=127.0.0.1")
    assert told.status == 403


# --- limits -------------------------------------------------------------------------------------------


def limits() -> tuple[int, int, int, int]:
    """Requests a second, those at once, requests under way of an address, of all."""
    return (
        int(re.findall(r"zone=troly_requests:10m rate=(\d+)r/s", CONF)[0]),
        int(re.findall(r"zone=troly_requests burst=(\d+) nodelay", CONF)[0]),
        int(re.findall(r"limit_conn troly_address (\d+);", CONF)[0]),
        int(re.findall(r"limit_conn troly_all (\d+);", CONF)[0]),
    )


def test_the_front_is_nowhere_stricter_than_the_service() -> None:
    from bot.core.config.limits import Limits

    ours, (rate, burst, one, all_) = Limits(), limits()
    assert rate * 60 > ours.requests_per_minute
    files = len(list((PROJECT / "bot" / "channels" / "web" / "static").iterdir()))
    assert burst >= 300 * (files + 4)  # a crowd behind one address opens the page at once
    assert burst > ours.requests_per_minute
    assert one > 2 * ours.streams_per_address
    assert all_ > ours.streams


def test_who_asks_too_much_is_told_so_in_a_page_or_in_json(nginx: str, tmp_path: Path) -> None:
    small = CONF.replace("burst=6000", "burst=4").replace("rate=100r/s", "rate=1r/m")
    for front in serve(nginx, write_front(tmp_path, free_port(), small)):
        answers = [front.ask("GET", "/") for _ in range(6)]
        assert [answer.status for answer in answers] == [503] * 5 + [429]
        page, call = answers[-1], front.ask("POST", "/api/chat", "{}")
        assert "đợi một phút" in page.body.decode()
        assert call.status == 429
        assert json.loads(call.body)["retry_after"] == int(call.headers["retry-after"]) == 10
        for answer in (page, call):
            assert answer.headers["strict-transport-security"] == HSTS
        assert front.ask("POST", "/webhook/telegram", "{}").status == 503  # not counted by address


def test_while_the_service_is_away_pages_and_calls_are_told_to_come_again(alone: Front) -> None:
    page, call = alone.ask("GET", "/desk/"), alone.ask("POST", "/api/history", "{}")
    assert (page.status, call.status) == (503, 503)
    assert "Máy chủ đang bận" in page.body.decode()
    assert json.loads(call.body)["retry_after"] == 5
    assert page.headers["content-type"] == "text/html; charset=utf-8"
