"""Numbers in a sentence, with what they are numbers of: "Thường trú 20.000 đồng nộp trực tiếp".

A `Claim` is a value and the words that say what it is the value of. Two claims can be compared
when those words are nearly the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.core.vietnamese import clean, strip, tokens

_NUMBER = r"\d{1,3}(?:\.\d{3})+|\d+(?:,\d+)?|nửa|một|hai|ba|mười"
_RANGE = rf"(?P<low>{_NUMBER})(?:\s*+(?P<mid>đồng|đ|nghìn|ngàn|triệu|ngày)?\s*+(?:–|-|đến|tới)\s*+(?P<high>{_NUMBER}))?"
_UNIT = (
    r"(?P<unit>nghìn đồng|ngàn đồng|triệu đồng|tỷ đồng|đồng|nghìn|ngàn|triệu|đ\b|"
    r"ngày làm việc|ngày|giờ làm việc|giờ|phút|tháng|tuần|năm|tuổi|lần|ký tự|số|%)(?!\w)"
)
QUANTITY = re.compile(
    rf"(?<![\w/.,-]){_RANGE}\s*{_UNIT}(?!\s*\d{{4}})|"
    r"(?<![\w/-])(?P<date>(?:\d{1,2}/)?(?:0?[1-9]|1[0-2])/\d{4})(?![\w/])",
    re.IGNORECASE,
)
# The number of a law is no date: "Nghị định 08/2024".
LAW = re.compile(
    r"(?:nghị định|thông tư|quyết định|nghị quyết|chỉ thị|luật|số)\s*\Z", re.IGNORECASE
)
SCALES = {"nghìn": 1e3, "ngàn": 1e3, "triệu": 1e6, "tỷ": 1e9}
WORDS = {"nửa": 0.5, "một": 1.0, "hai": 2.0, "ba": 3.0, "mười": 10.0}
CLAUSE = re.compile(r"[;\n•]|[.!?](?=\s|$)")
# "from 30 days on" is a bound, "within 3 days" is a limit: the two never contradict.
BOUND = re.compile(
    r"(?:từ|trên|hơn|ít nhất|tối thiểu|trước|sau|dưới|quá)\s*(?:đủ\s*)?\Z", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Claim:
    """`kind` names what is counted and how ("money", "ngày", "date>" …); `value` is comparable
    within a kind; `said` is the number as written; `about` are the words of its clause."""

    kind: str
    value: tuple[float | str, ...]
    said: str
    about: frozenset[str]


def claims(text: str) -> Iterator[Claim]:
    """Every quantity in *text*, clause by clause."""
    for clause in CLAUSE.split(text):
        found = [
            m
            for m in QUANTITY.finditer(clause)
            if not LAW.search(clause[max(m.start() - 40, 0) : m.start()])
        ]
        subject, start = "", 0
        for number, match in enumerate(found):
            end = _end_of_part(clause, match.end(), found, number)
            before = clause[start : match.start()]
            own = f"{subject} {before} {clause[match.end() : end]}"
            yield _claim(match, before, words(own))
            subject, start = subject or before, end


def _end_of_part(clause: str, start: int, found: list[re.Match[str]], number: int) -> int:
    """Words after a number belong to it up to the next comma or number."""
    comma = clause.find(",", start)
    next_one = found[number + 1].start() if number + 1 < len(found) else len(clause)
    return min(comma, next_one) if comma >= 0 else next_one


def _claim(match: re.Match[str], before: str, about: frozenset[str]) -> Claim:
    said = match[0].strip()
    if match["date"]:
        parts = [int(part) for part in match["date"].split("/")]
        return Claim("date", tuple(map(float, reversed(parts))), said, about)
    unit = match["unit"].lower()
    scale = next((factor for word, factor in SCALES.items() if word in unit), 1.0)
    kind = "money" if scale > 1 or unit in ("đồng", "đ") else unit.split()[0]
    bound = BOUND.search(before)
    if bound and "không" not in before[-12:].lower():
        kind += f" {bound[0].split()[0].lower()}"
    numbers = [match["low"], match["high"]] if match["high"] else [match["low"]]
    return Claim(kind, tuple(_number(one) * scale for one in numbers), said, about)


def _number(said: str) -> float:
    word = WORDS.get(said.lower())
    return word if word is not None else float(said.replace(".", "").replace(",", "."))


# Words that say nothing about what a number counts.
EMPTY = frozenset(
    strip(
        "là của và thì mà có được bị do với cho các những này đó kia ở tại từ đến tới trong khi nếu vì "
        "để hay hoặc không quá khoảng chỉ còn vẫn đã đang sẽ bạn mình người ta việc cần phải thường "
        "nộp kể ngày giờ làm theo về hồ sơ đủ hợp lệ giải quyết kết quả mất thời gian hạn hết tổng "
        "đăng ký giấy cộng mức lệ phí tiền nên cũng như một mỗi thu đồng thẻ ra vào rồi xong nhận"
    ).split()
)
# Words that belong together and tell cases apart.
PAIRS = (
    "truc tuyen|qua mang|online|tren mang",
    "truc tiep|tai quay|tai cong an",
    "thuong tru",
    "tam tru",
    "luu tru",
    "tam vang",
    "tach ho",
    "cap lai|lam lai",
    "cap doi|doi the",
    "lan dau",
    "muc 1|muc 01",
    "muc 2|muc 02",
    "dan cu",
    "can cuoc dien tu",
    "to chuc",
    "nuoc ngoai",
    "da co|con han|co the",
    "chua co|phai xac minh|phai cap|kem the|lam kem|cung luc",
    "duoi 6",
    "duoi 14",
    "du 14",
)
_PAIRS = tuple(
    (re.compile(rf"\b(?:{row})\b"), row.split("|")[0].replace(" ", "_")) for row in PAIRS
)
CASES = frozenset(name for _, name in _PAIRS)
# How or when, not what: a clause with nothing else leans on the entry's label.
MANNERS = frozenset({"truc_tuyen", "truc_tiep", "lan_dau", "da_co", "chua_co"})


def words(text: str) -> frozenset[str]:
    """What *text* is about: words without marks, those that tell cases apart joined."""
    plain = strip(" ".join(tokens(clean(text))))
    for pattern, name in _PAIRS:
        plain = pattern.sub(f" {name} ", plain)
    return frozenset(plain.split()) - EMPTY
