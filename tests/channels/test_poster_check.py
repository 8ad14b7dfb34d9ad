"""The page "Kiểm tra áp phích", over real HTTP."""

from __future__ import annotations

import html
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from bot.core.config import Settings
from bot.core.crypto import Vault
from bot.outreach import posters
from bot.store.campaigns import posters as stored
from bot.store.campaigns.posters import Poster
from tests.support.people import Clock
from tests.support.web_service import Response, WebService

KEY = "a made-up key"
SETTINGS = Settings.model_validate(
    {
        "data_key": KEY,
        "public_url": "https://troly.example.vn",
        "outreach": {"telegram_username": "troly_mau_bot"},
        "listen": {"behind_proxy": True},
    }
)


@pytest.fixture(scope="module")
def moving() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, moving: Clock) -> Iterator[WebService]:
    folder: Path = tmp_path_factory.mktemp("check")
    with WebService(folder, settings=SETTINGS, clock=moving) as running:
        yield running


@pytest.fixture(scope="module")
def poster(service: WebService, moving: Clock) -> Poster:
    with service.database.transaction() as tx:
        return posters.put_up(tx, "nha-tro", "Nhà trọ <b>Mẫu</b> & Em", moving(), "lan", "seed")[0]


def ask(service: WebService, query: str = "", who: str = "192.0.2.1") -> Response:
    path = f"/kiem-tra-poster{query}"
    return service.request("GET", path, headers={"X-Forwarded-For": who})


def page(answer: Response) -> str:
    return html.unescape(answer.body.decode())


def test_the_page_asks_for_the_code_and_names_the_true_addresses(service: WebService) -> None:
    answer = ask(service)
    assert answer.status == 200
    for words in (
        "Mã in trên áp phích",
        "@troly_mau_bot",
        "troly.example.vn",
        "1900.0368",
        "mã OTP",
    ):
        assert words in page(answer)
    assert "Áp phích thật" not in page(answer)
    policy = answer.headers["content-security-policy"]
    assert "script-src" not in policy
    assert "form-action 'self'" in policy
    assert answer.headers["cache-control"] == "no-store"
    assert page(service.request("GET", "/poster")) == page(answer)


@pytest.mark.parametrize("typed", ["PT-{}", "pt {}", "{}", " pt{}. "])
def test_a_genuine_code_tells_place_kind_and_day(
    service: WebService, poster: Poster, typed: str
) -> None:
    answer = ask(service, f"?ma={quote(typed.format(poster.code.lower()))}")
    assert "✅ Áp phích thật" in page(answer)
    assert "Nhà trọ <b>Mẫu</b> & Em" in page(answer)
    assert b"<b>" not in answer.body
    assert "nhà trọ" in page(answer)
    assert "24/11/2026" in page(answer)


def test_the_link_of_a_poster_tells_the_same(service: WebService, poster: Poster) -> None:
    payload = posters.payload(Vault(KEY), poster.code)
    assert "✅ Áp phích thật" in page(ask(service, f"?p={payload}"))


def test_a_forged_link_is_warned_of_even_with_a_code_that_exists(
    service: WebService, poster: Poster
) -> None:
    payload = posters.payload(Vault("another key"), poster.code)
    told = page(ask(service, f"?p={payload}"))
    assert "⚠️ Mã QR này không phải của chúng tôi" in told
    assert "dán đè" in told
    assert poster.place not in told


def test_an_unknown_code_is_warned_of_with_what_to_do(service: WebService) -> None:
    told = page(ask(service, "?ma=PT-2A222"))
    assert "⚠️ Không có áp phích nào mang mã PT-2A222" in told
    assert "công an phường" in told
    assert "khóa tài khoản" in told


@pytest.mark.parametrize(
    "typed", ["xin chào", "<script>alert(1)</script>", "' OR 1=1 --", "x" * 5000, "%00"]
)
def test_what_is_no_code_is_asked_again(service: WebService, typed: str) -> None:
    answer = ask(service, f"?ma={quote(typed)}")
    assert answer.status == 200
    assert "ví dụ PT-7K3M9" in page(answer)
    assert b"<script" not in answer.body


def test_a_retired_poster_is_genuine_and_over(
    service: WebService, poster: Poster, moving: Clock
) -> None:
    with service.database.transaction() as tx:
        old, _ = posters.put_up(tx, "quan", "Quán Mẫu", moving(), "lan", "old")
        stored.retire(tx, old.code, moving(), "lan")
    told = page(ask(service, f"?ma={old.code}"))
    assert "Áp phích thật, nhưng đã thôi dùng" in told
    assert "✅" not in told


def test_who_tries_many_codes_waits_and_others_do_not(
    service: WebService, poster: Poster, moving: Clock
) -> None:
    for _ in range(30):
        assert ask(service, "?ma=PT-2A222", "192.0.2.9").status == 200
    held_up = ask(service, f"?ma={poster.code}", "192.0.2.9")
    assert (held_up.status, held_up.headers["retry-after"]) == (429, "600")
    assert "tạm nghỉ 10 phút" in page(held_up)
    assert poster.place not in page(held_up)
    assert ask(service, who="192.0.2.9").status == 200
    assert "✅ Áp phích thật" in page(ask(service, f"?ma={poster.code}", "192.0.2.10"))
    moving.move(minutes=10)
    assert "✅ Áp phích thật" in page(ask(service, f"?ma={poster.code}", "192.0.2.9"))


def test_asking_for_a_true_code_holds_nobody_up(service: WebService, poster: Poster) -> None:
    for _ in range(40):
        assert ask(service, f"?ma={poster.code}", "192.0.2.11").status == 200


def test_while_the_database_is_locked_the_page_says_to_come_back(
    service: WebService, poster: Poster
) -> None:
    with service.locked():
        answer = ask(service, f"?ma={posters.shown(poster.code)}")
    assert answer.status == 503
    assert answer.headers["retry-after"] == "5"
    assert "tải lại trang" in page(answer)
