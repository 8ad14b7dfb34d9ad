"""`vneid-bot zalo login`, run as a person would, against a Zalo of our own."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner, Result

from bot.channels.zalo_oa.oauth import challenge
from bot.cli.main import main
from bot.core.crypto import Vault
from bot.store import tokens
from bot.store.database import SqliteDatabase
from bot.store.tokens import Pair
from tests.support.fakes.server import Fault
from tests.support.fakes.zalo import APP_ID, APP_SECRET, FakeZalo
from tests.support.paths import FAQ
from tests.support.service import write_config

KEY = "a made-up key"
CALLBACK = "https://bot.example/zalo"


@pytest.fixture
async def zalo() -> AsyncIterator[FakeZalo]:
    async with FakeZalo() as server:
        yield server


@pytest.fixture
def config(zalo: FakeZalo, tmp_path: Path) -> Path:
    text = f"""
data_key: ${{KEY}}
zalo_oa: {{app_id: "{APP_ID}", app_secret: "${{SECRET}}", oauth_url: "{zalo.url}"}}
"""
    return write_config(tmp_path, text, faq=FAQ)


async def login(*arguments: str, config: Path, keys: str, secret: str = APP_SECRET) -> Result:
    """In a thread: the command has a loop of its own."""
    runner = CliRunner(env={"SECRET": secret, "KEY": KEY})
    command = ["zalo", "login", *arguments, "--config", str(config)]
    return await asyncio.to_thread(runner.invoke, main, command, input=keys)


def stored(config: Path) -> Pair | None:
    database = SqliteDatabase(config.parent / "vneid.db")
    with database.transaction() as tx:
        pair = tokens.get(tx, f"zalo-oa {APP_ID}")
    database.close()
    return pair


async def test_the_consent_page_gets_the_challenge_and_the_state(
    zalo: FakeZalo, config: Path
) -> None:
    result = await login("--redirect", CALLBACK, "--verifier", "v" * 43, config=config, keys="x\n")
    (address,) = re.findall(r"http://\S+/v4/oa/permission\S+", result.output)
    query = parse_qs(urlsplit(address).query)
    assert query["app_id"] == [APP_ID]
    assert query["redirect_uri"] == [CALLBACK]
    assert query["code_challenge"] == [challenge("v" * 43)]
    assert len(query["state"][0]) >= 8


@pytest.mark.parametrize("pasted", ["{code}", f"{CALLBACK}?oa_id=2&code={{code}}", "  {code} "])
async def test_the_code_or_the_whole_address_gives_tokens_that_are_sealed(
    zalo: FakeZalo, config: Path, pasted: str
) -> None:
    zalo.codes["a-code"] = challenge("v" * 43)
    keys = pasted.format(code="a-code") + "\n"
    result = await login("--redirect", CALLBACK, "--verifier", "v" * 43, config=config, keys=keys)
    assert result.exit_code == 0, result.output
    assert "Xong" in result.output
    pair = stored(config)
    assert pair
    access = Vault(KEY).open(pair.access)
    assert access in zalo.access
    assert access not in result.output
    assert pair.expires_at - datetime.now(UTC) > timedelta(hours=24)


async def test_a_code_is_good_once_and_for_its_verifier(zalo: FakeZalo, config: Path) -> None:
    zalo.codes["a-code"] = challenge("another verifier")
    result = await login("--redirect", CALLBACK, config=config, keys="a-code\n")
    assert result.exit_code == 1
    assert "Zalo không nhận" in result.output
    assert stored(config) is None


@pytest.mark.parametrize(
    ("pasted", "words"),
    [
        (f"{CALLBACK}?error=denied", "Bạn đã bấm Cho phép chưa?"),
        (f"{CALLBACK}?code=a-code&state=another", "của lần đăng nhập khác"),
    ],
)
async def test_an_address_that_is_no_good_says_why(
    zalo: FakeZalo, config: Path, pasted: str, words: str
) -> None:
    result = await login("--redirect", CALLBACK, config=config, keys=f"{pasted}\n")
    assert result.exit_code == 1
    assert words in result.output
    assert zalo.calls == []


async def test_pasted_tokens_are_exchanged_at_once_and_never_shown(
    zalo: FakeZalo, config: Path
) -> None:
    result = await login("--tokens", config=config, keys="refresh-0\n")
    assert result.exit_code == 0, result.output
    assert "refresh-0" not in result.output
    assert zalo.used == {"refresh-0"}
    again = await login("--tokens", config=config, keys="refresh-0\n")
    assert again.exit_code == 1
    assert stored(config)


async def test_a_new_login_replaces_the_old_pair(zalo: FakeZalo, config: Path) -> None:
    zalo.refresh.add("refresh-x")
    await login("--tokens", config=config, keys="refresh-0\n")
    await login("--tokens", config=config, keys="refresh-x\n")
    pair = stored(config)
    assert pair
    assert pair.generation == 2


async def test_zalo_out_of_reach_is_said_plainly(zalo: FakeZalo, config: Path) -> None:
    zalo.fail("tokens", Fault(status=502))
    result = await login("--tokens", config=config, keys="refresh-0\n")
    assert "Không hỏi được Zalo" in result.output


async def test_an_account_that_is_off_says_how_to_turn_it_on(config: Path) -> None:
    result = await login("--tokens", config=config, keys="", secret="")
    assert result.exit_code == 1
    assert "ZALO_APP_SECRET" in result.output
