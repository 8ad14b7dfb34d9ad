"""Wrong encodings inside valid UTF-8, and personal data that must not be in the FAQ."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from bot.core.documents.file import Fault, KeyPath
from bot.faq.lint.corpus import Corpus, File, Item
from bot.faq.lint.finding import Finding, Rule
from bot.faq.lint.house import House

# UTF-8 read as Latin-1 or Windows-1252, and letters that were lost for good.
MOJIBAKE = re.compile("Ã[\u0080-\u00bf\u0192¡-¿]|áº|á»|Ä[\u0090\u0091‘]|Æ[°¡]|\ufffd")
HIDDEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+\.[\w.-]+")
PUBLIC_EMAIL = re.compile(r"\.gov\.vn$", re.IGNORECASE)


def check(corpus: Corpus, house: House) -> Iterator[Finding]:
    for file in corpus.files:
        yield from encoding(file)
    for item in corpus.items:
        yield from private(item, house)


def encoding(file: File) -> Iterator[Finding]:
    for number, line in enumerate(file.lines, 1):
        if line.isascii():
            continue
        if broken := MOJIBAKE.search(line):
            message, hint = "chữ vỡ dấu", "mở lại tệp với bảng mã UTF-8 rồi gõ lại chỗ này"
        elif broken := HIDDEN.search(line):
            message = f"có ký tự ẩn U+{ord(broken[0]):04X}"
            hint = "xóa rồi gõ lại chỗ này (thường do dán từ nơi khác)"
        elif broken := _combining(line):
            message = "dấu gõ kiểu tổ hợp, máy khác đọc sai"
            hint = "bật bảng mã “Unicode dựng sẵn” trong bộ gõ rồi gõ lại"
        else:
            continue
        fault = Fault(file.name, number, broken.start() + 1, message, hint)
        yield Finding(fault, Rule.ENCODING)


def _combining(line: str) -> re.Match[str] | None:
    if unicodedata.is_normalized("NFC", line):
        return None
    return re.search("[\u0300-\u036f]", line)


def private(item: Item, house: House) -> Iterator[Finding]:
    """Public hotlines are short, or begin with 1800 or 1900: none of them looks private."""
    for at, text in _all_texts(item):
        kinds = [kind.strip("[]") for kind in house.private(text)]
        mail = EMAIL.search(text)
        if mail and not PUBLIC_EMAIL.search(mail[0]):
            kinds.append("địa chỉ thư điện tử")
        if kinds:
            message = f"giống {', '.join(sorted(kinds))} của một người"
            hint = "xóa đi; chỉ ghi số máy công khai như 113, 1022, 1900.0368"
            yield item.finding(Rule.PRIVATE, at, message, hint)


def _all_texts(item: Item) -> Iterator[tuple[KeyPath, str]]:
    yield from item.texts
    for name in ("phrasings", "keywords"):
        for number, text in enumerate(getattr(item.entry, name)):
            yield (name, number), text
