"""What people want done (book, cancel, stop …), in the words in which they say it.

Read by what is learnt from `lenh.yaml`, which volunteers keep. Under `không phải` stand questions that sound
alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from bot.faq.model import Texts

FILE = "lenh.yaml"
NOT = "không phải"
WISHES = frozenset({
    "dat-lich", "lich-cua-toi", "huy-lich", "doi-lich", "dung", "nhan-tin", "gap-can-bo", "xoa-du-lieu",
    "du-lieu-cua-toi", "danh-muc", "cach-dung", "kich-hoat", "danh-sach-cho", NOT,
})  # fmt: skip
# What stands for {việc}, {nơi} and {lúc} in a text: it is learnt with some of each, so that it is the wish
# that tells, and not what, where or when.
FILLS = {
    "{việc}": (
        "làm căn cước", "làm cccd", "làm thẻ căn cước cho con", "làm mức 2", "đổi thẻ hết hạn",
        "làm lại thẻ bị mất", "làm định danh cho mẹ", "làm căn cước công dân",
    ),
    "{nơi}": (
        "ở phường tân phú", "ở quận 7", "tại phường bến thành", "gần nhà", "ở gò vấp", "ở thủ đức",
        "ở công an phường", "",
    ),
    "{lúc}": (
        "sáng thứ năm", "ngày mai", "chiều mai", "cuối tuần này", "thứ bảy", "ngày 5", "tuần sau", "9 giờ sáng mai",
        "thứ tư này", "sáng mai", "tối thứ sáu", "",
    ),
}  # fmt: skip
EACH = 6  # texts made of one with something to fill in
HINT = "dùng các khóa đã có trong tệp; dưới mỗi khóa, mỗi dòng một câu sau dấu gạch"


@dataclass(frozen=True, slots=True)
class Wishes:
    """`texts` by what is wished; `questions` that sound like them."""

    texts: Mapping[str, Texts] = field(default_factory=lambda: MappingProxyType({}))
    questions: Texts = ()


def of(lists: Mapping[str, Texts]) -> Wishes:
    texts = {name: _filled(ways) for name, ways in lists.items() if name != NOT}
    return Wishes(MappingProxyType(texts), _filled(lists.get(NOT, ())))


def _filled(texts: Sequence[str]) -> Texts:
    """*texts*, each that has something to fill in as several."""
    made = (text for number, text in enumerate(texts) for text in _ways(text, number))
    return tuple(dict.fromkeys(made))


def _ways(text: str, number: int) -> Iterator[str]:
    if not any(gap in text for gap in FILLS):
        yield text
        return
    for turn in range(EACH):
        way = text
        for step, (gap, fills) in enumerate(FILLS.items(), 1):
            way = way.replace(gap, fills[(number + turn * step) % len(fills)])
        yield " ".join(way.split())
