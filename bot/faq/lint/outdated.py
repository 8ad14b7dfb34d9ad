"""Claims that were true once: each with why it no longer is, and what to write instead.

The list follows section 15 of the fact sheet the FAQ is written from. A sentence that itself says
the thing is over ("không còn", "đã bỏ", "thay …") is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.core.documents.file import KeyPath
from bot.faq.lint.corpus import Corpus, Item
from bot.faq.lint.finding import Finding, Rule
from bot.faq.lint.house import House

SENTENCE = re.compile(r"[^.;!?\n]+(?:[.;!?](?!\s|$)[^.;!?\n]*)*")
# Said of a thing before or after it: it is over. Said just before it: it is not wanted.
OVER = re.compile(
    r"không còn|đã bỏ|bị bỏ|bãi bỏ|trước đây|trước kia|hồi trước|ngày xưa|hết hiệu lực|hết giá trị|"
    r"giải thể|\bthay\b|\bcũ\b|đã thôi",
    re.IGNORECASE,
)
UNWANTED = re.compile(
    r"(?:không|chưa|chẳng|đừng|khỏi|chớ|\bbỏ\b|sai)[^,:]*\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Term:
    """An outdated claim. `pattern` is looked for in each sentence, whatever its case."""

    pattern: re.Pattern[str]
    why: str
    instead: str


def _term(pattern: str, why: str, instead: str) -> Term:
    return Term(re.compile(pattern, re.IGNORECASE), why, instead)


_DECREE = r"(?:nghị định|nđ|nđ-cp)(?: số)? ?"
_CIRCULAR = r"(?:thông tư|tt)(?: số)? ?"

TERMS = (
    _term(
        r"công an (?:cấp )?(?:các )?(?:quận|huyện|thị xã)\b",
        "công an cấp huyện đã bỏ từ 01/3/2025",
        "công an phường, xã, đặc khu (cấp xã) hoặc Công an TP.HCM",
    ),
    _term(
        r"(?:ubnd|ủy ban nhân dân) (?:cấp )?(?:quận|huyện|thị xã)\b",
        "cấp huyện đã bỏ từ 01/7/2025",
        "UBND phường, xã, đặc khu",
    ),
    _term(
        rf"{_CIRCULAR}(?:0?59/2019)",
        "Thông tư 59/2019/TT-BTC về lệ phí đã bị thay từ 21/10/2024",
        "Thông tư 73/2024/TT-BTC",
    ),
    _term(
        rf"{_DECREE}(?:0?59/2022)",
        "Nghị định 59/2022 hết hiệu lực từ 01/7/2024",
        "Nghị định 69/2024/NĐ-CP (sửa bởi Nghị định 320/2026 từ 28/9/2026)",
    ),
    _term(
        rf"{_DECREE}(?:144/2021)",
        "Nghị định 144/2021 đã bị thay từ 15/12/2025",
        "Nghị định 282/2025/NĐ-CP",
    ),
    _term(
        r"300\.000 ?(?:đ|đồng)? ?(?:–|-|đến) ?500\.000|300 ?(?:–|-|đến) ?500 ?(?:nghìn|ngàn|k\b)",
        "mức phạt 300–500 nghìn là của Nghị định 144/2021, đã bị thay từ 15/12/2025",
        "cảnh cáo hoặc 500.000–1.000.000 đồng (Nghị định 282/2025)",
    ),
    _term(
        r"giấy xác nhận số (?:cmnd|chứng minh|căn cước|định danh)",
        "giấy xác nhận số CMND bỏ từ 15/3/2026",
        "không cần giấy này; tra số cũ trong dữ liệu hoặc hỏi công an cấp xã",
    ),
    _term(
        rf"{_CIRCULAR}(?:56/2021|66/2023)",
        "tờ khai CT01 nay theo Thông tư 116/2026/TT-BCA",
        "CT01 theo Thông tư 116/2026/TT-BCA",
    ),
    _term(
        r"\b63 (?:tỉnh|địa phương)",
        "sau sáp nhập từ 01/7/2025 không còn 63 tỉnh, thành",
        "34 tỉnh, thành phố",
    ),
    _term(
        r"\b(?:22|24) quận|\b21 quận",
        "TP.HCM không còn quận, huyện từ 01/7/2025",
        "phường, xã, đặc khu",
    ),
    _term(
        r"(?:cmnd|chứng minh)[^.;]{0,60}(?:đến|tới|hết)[^.;]{0,20}2036",
        "CMND đã hết giá trị sử dụng từ 01/01/2025",
        "CMND không dùng được nữa, phải làm thẻ căn cước",
    ),
    _term(
        r"(?:cần|mang|nộp|kèm|xuất trình|photo|có)(?: theo| thêm| cả| bản sao)* sổ (?:hộ khẩu|tạm trú)",
        "sổ hộ khẩu, sổ tạm trú giấy hết giá trị từ 01/01/2023",
        "thẻ căn cước, VNeID, hoặc giấy xác nhận thông tin cư trú",
    ),
    _term(
        r"(?:cccd|căn cước công dân)[^.;,]{0,30}(?:bắt buộc|phải) (?:phải )?đổi sang",
        "thẻ CCCD còn hạn vẫn dùng đến hết hạn",
        "không bắt buộc đổi; đổi khi hết hạn hoặc khi muốn",
    ),
    _term(
        r"(?:thủ tục|mã)[^.;]{0,60}\b(?:1\.0\d{5}|2\.0\d{5})(?:\.\d+)*",
        "các thủ tục cấp, đổi, cấp lại tách lẻ với mã cũ đã gộp từ 18/8/2026",
        "thủ tục cấp, cấp đổi, cấp lại thẻ căn cước (Quyết định 5230/QĐ-BCA-C06), không ghi mã",
    ),
)


def check(corpus: Corpus, house: House) -> Iterator[Finding]:
    for item in corpus.items:
        for at, text in (*_claims(item), *_sources(item)):
            for found, term in outdated(text):
                hint = f"viết: {term.instead}"
                message = f"“{found}” đã lỗi thời: {term.why}"
                yield item.finding(Rule.OUTDATED, at, message, hint, near=found)


def outdated(text: str) -> Iterator[tuple[str, Term]]:
    """What in *text* is outdated, unless its sentence says so itself."""
    for sentence in SENTENCE.findall(text):
        for term in TERMS:
            found = term.pattern.search(sentence)
            if (
                found
                and not OVER.search(sentence)
                and not UNWANTED.search(sentence[: found.start()])
            ):
                yield found[0], term


def _claims(item: Item) -> Iterator[tuple[KeyPath, str]]:
    """What we say; a question may well ask about what is over."""
    return (row for row in item.texts if row[0] not in (("question",), ("label",)))


def _sources(item: Item) -> Iterator[tuple[KeyPath, str]]:
    for number, source in enumerate(item.entry.sources):
        if source.law:
            yield ("sources", number, "law"), source.law
