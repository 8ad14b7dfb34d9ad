"""Addresses that only look official, with and without https:// in front."""

from __future__ import annotations

import pytest

from bot.core import addresses


@pytest.mark.parametrize(
    "text",
    [
        "http://dichvucong.example.com/nop",
        "bấm vneid-capnhat.example.top nhé",
        "https://vssid-capnhat.example.vn",
        "(phatnguoi-csgt.example.vip)",
        "https://vneid.gov.vn.example.com/a?b=1",
        "vietcombank-xacthuc.com",
        "https://vietcombank.com.example.top/x",
        "HTTPS://BOCONGAN.EXAMPLE.ORG",
        "xem:https://bidv-online.xyz",
    ],
)
def test_one_that_only_looks_official_is_seen(text: str) -> None:
    assert any(found.poses for found in addresses.find(text))


@pytest.mark.parametrize(
    "text",
    [
        "https://vneid.gov.vn/tai",
        "dichvucong.gov.vn",
        "https://www.vietcombank.com.vn/vi",
        "vcbdigibank.vietcombank.com.vn",
        "ebank.tpbank.vn",
        "https://a.example",
        "vneid. Cảm ơn",
        "lệ phí 50.000đ",
        "8.30",
        "..",
        "vneid..com",
        "tp.hcm",
    ],
)
def test_others_are_not(text: str) -> None:
    assert not any(found.poses for found in addresses.find(text))


@pytest.mark.parametrize(
    "text", ["http://x.example/VNeID.apk", "x.example/a/VNeID.APK).", "https://a.example/b.apk?v=1"]
)
def test_one_that_installs_an_app_is_seen(text: str) -> None:
    assert [found.installs for found in addresses.find(text)] == [True]


def test_the_name_of_a_file_is_no_address() -> None:
    assert list(addresses.find("VNeID.apk")) == []
