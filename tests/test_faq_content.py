"""The FAQ that ships: what citizens read on days when a fee or a deadline turns."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.faq import entries
from bot.faq.entries import Entry, Kind
from handlers.texts import common

FAQ = entries.load(Path(__file__).parents[1] / "faq")
IN_SCOPE = [entry for entry in FAQ.entries.values() if entry.kind is Kind.ANSWER]

HALF_FEE, WAIVED_ONLY, BASE_FEE = date(2026, 11, 25), date(2027, 1, 1), date(2027, 3, 1)


def read(entry: str, day: date) -> str:
    return common.entry_text(FAQ.entries[entry].on(day))


@pytest.mark.parametrize(
    ("entry", "half", "full"),
    [
        ("le-phi-the-can-cuoc", ["25.000", "35.000", "15.000"], ["50.000", "70.000", "30.000"]),
        ("mat-the-cap-lai", ["35.000"], ["70.000"]),
        ("doi-cccd-sang-the-moi", ["15.000"], ["30.000"]),
        ("doi-the-thay-doi-thong-tin", ["25.000"], ["50.000"]),
        ("doi-the-online", ["25.000", "35.000"], ["50.000", "70.000"]),
        ("ho-chieu", ["100.000"], ["200.000"]),
    ],
)
def test_the_half_fee_ends_with_2026(entry: str, half: list[str], full: list[str]) -> None:
    in_2026 = read(entry, HALF_FEE)
    assert all(f"{amount} đồng" in in_2026 for amount in half)
    for day in (WAIVED_ONLY, BASE_FEE):
        later = read(entry, day)
        assert all(f"{amount} đồng" in later for amount in full)
        assert not any(f"{amount} đồng" in later for amount in half if amount not in full)


@pytest.mark.parametrize(
    "entry",
    [
        "le-phi-the-can-cuoc",
        "mat-the-cap-lai",
        "doi-cccd-sang-the-moi",
        "doi-the-thay-doi-thong-tin",
        "doi-the-online",
        "le-phi-cu-tru",
        "dang-ky-tam-tru",
        "gia-han-xoa-tam-tru",
        "dang-ky-thuong-tru",
        "tach-ho",
        "ly-lich-tu-phap",
        "doi-gplx",
        "ho-chieu",
    ],
)
def test_the_waiver_online_ends_with_february_2027(entry: str) -> None:
    for day in (HALF_FEE, WAIVED_ONLY, date(2027, 2, 28)):
        assert "28/02/2027" in read(entry, day)
        assert "được miễn" in read(entry, day)
    assert "trực tuyến được miễn" not in read(entry, BASE_FEE)


def test_no_answer_speaks_of_the_waiver_as_still_open_after_its_end() -> None:
    open_still = [e.id for e in IN_SCOPE if "miễn đến hết 28/02/2027" in read(e.id, BASE_FEE)]
    assert open_still == []


@pytest.mark.parametrize("entry", ["lien-ket-nen-tang-2026", "nguoi-ban-online-dinh-danh"])
def test_a_deadline_that_passed_is_said_to_have_passed(entry: str) -> None:
    assert "đã qua" not in read(entry, date(2026, 12, 30))
    assert "đã qua" in read(entry, date(2026, 12, 31))


def test_the_banks_deadline_is_open_half_a_year_longer() -> None:
    assert "còn đến trước 30/6/2027" in read("lien-ket-nen-tang-2026", date(2027, 6, 29))
    assert "đều đã qua" in read("lien-ket-nen-tang-2026", date(2027, 6, 30))


@pytest.mark.parametrize(
    ("entry", "day", "gone", "said"),
    [
        (
            "thay-doi-2025-2026",
            date(2026, 12, 31),
            "tài khoản lập trước 28/9/2026: trước",
            "đã qua",
        ),
        ("thay-doi-2025-2026", BASE_FEE, "Sắp tới", "hết đợt miễn lệ phí"),
        ("thay-doi-2025-2026", date(2027, 6, 30), "còn đến", "đều đã qua"),
        ("tin-don-vneid", date(2026, 12, 31), "thì trước 31/12/2026", "đã hết hạn"),
        ("tin-don-vneid", date(2027, 6, 30), "còn đến", "đều đã qua"),
        ("sinh-trac-ngan-hang", date(2027, 6, 30), "có hạn liên kết", "chưa liên kết thì làm sớm"),
        ("giay-to-de-mien-le-phi", BASE_FEE, "đến hết 28/02/2027", "đã hết từ 01/3/2027"),
        ("luat-ho-tich-2027", BASE_FEE, "Trước ngày đó", "Từ 01/3/2027"),
        ("khai-sinh-khai-tu-lien-thong", BASE_FEE, "Đừng để quá lâu", "Giấy chứng tử"),
    ],
)
def test_what_turns_on_a_day_reads_rightly_from_it(
    entry: str, day: date, gone: str, said: str
) -> None:
    before, after = read(entry, day - timedelta(days=1)), read(entry, day)
    assert gone in before
    assert gone not in after
    assert said in after


def source_faults(entry: Entry) -> list[str]:
    lacking = [s.law for s in entry.sources if s.law and not (s.article and s.since)]
    return [f"{entry.id}: {law}" for law in lacking] or ([] if entry.sources else [entry.id])


def test_every_answer_names_sources_and_every_law_its_article_and_day() -> None:
    versions = [e.on(day) for e in IN_SCOPE for day in (HALF_FEE, WAIVED_ONLY, BASE_FEE)]
    assert [fault for entry in versions for fault in source_faults(entry)] == []


def test_every_answer_offers_two_or_three_neighbours() -> None:
    assert [e.id for e in IN_SCOPE if not 2 <= len(e.related) <= 3] == []


def test_no_answer_claims_to_know_what_decree_320_changed_about_accounts() -> None:
    """What it changed there is not known, so an answer may only say that it may have."""
    claims = [e.id for e in IN_SCOPE if "có sửa quy định" in read(e.id, HALF_FEE)]
    assert claims == []
