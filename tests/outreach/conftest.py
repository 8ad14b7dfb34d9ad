"""Posters of the real texts, for a deployment that is on every channel."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from bot.core.config import Settings
from bot.core.crypto import Vault
from bot.faq import greetings
from bot.faq.greetings import Greetings
from bot.outreach import poster_files
from bot.outreach.poster_page import Sheet
from bot.store.campaigns.posters import Poster
from tests.support.paths import PROJECT

SETTINGS = Settings.model_validate(
    {
        "public_url": "https://troly.example.vn",
        "outreach": {
            "telegram_username": "troly_vneid_mau_bot",
            "zalo_url": "https://zalo.me/1234567890123456789",
        },
    }
)
MADE_AT = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def words() -> Greetings:
    """What stands in the project's own loi-chao.yaml."""
    return greetings.load(PROJECT / "faq", [])


@pytest.fixture
def sheet(words: Greetings, vault: Vault) -> Callable[..., Sheet]:
    """`sheet("nha-tro", "Nhà trọ Mẫu")`: what stands on that poster."""

    def make(
        kind: str, place: str = "Nhà trọ Mẫu, 12 đường Mẫu", settings: Settings = SETTINGS
    ) -> Sheet:
        poster = Poster("7K3M9", kind, place, "", MADE_AT, None)
        return poster_files.sheet(poster, settings, words, vault)

    return make
