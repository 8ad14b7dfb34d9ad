"""The language of segments: `status = chưa kích hoạt and audience = công nhân and ward in [Tân Phú]`.

    rule  = part (("or" | "hoặc") part)*
    part  = one (("and" | "và") one)*
    one   = ("not" | "không") one | "(" rule ")" | field ("=" | "!=") value | field "in" list
    field = "audience" | "nhóm" | "ward" | "phường" | "status" | "tình trạng" | "channel" | "kênh"

Words are read without marks and in any case; quotation marks are only needed around a keyword. An
empty rule is everybody who agreed to news.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from bot.booking.wards import Wards
from bot.core.audiences import AUDIENCES, STATUSES
from bot.outreach.segment_tokens import Mark, Piece, RuleError, pieces, plain
from bot.store.campaigns.segments import AllOf, AnyOf, Everybody, Field, Is, Not, Rule

__all__ = ["FIELDS", "RuleError", "parse", "told"]

LONGEST = 1000  # characters of a rule
DEEPEST = 20  # parentheses within each other
FIELDS: Mapping[str, Field] = MappingProxyType({
    "audience": Field.AUDIENCE, "nhom": Field.AUDIENCE, "doi tuong": Field.AUDIENCE,
    "ward": Field.WARD, "phuong": Field.WARD, "phuong xa": Field.WARD, "xa": Field.WARD,
    "status": Field.STATUS, "tinh trang": Field.STATUS,
    "channel": Field.CHANNEL, "kenh": Field.CHANNEL,
})  # fmt: skip
NAMES = "audience (nhóm), ward (phường), status (tình trạng), channel (kênh)"
SHAPE = " rồi dấu =, ví dụ: nhóm = công nhân"
UNTOLD = {"chua ro": "", "khong ro": "", "chua noi": ""}
VALUES: Mapping[Field, Mapping[str, tuple[str, ...]]] = MappingProxyType({
    Field.AUDIENCE: {
        name: (key,) for key, title in AUDIENCES.items() for name in (plain(title), plain(key))
    } | {name: (key,) for name, key in UNTOLD.items()},
    Field.STATUS: {
        "chua lam": ("none",), "da lam chua kich hoat": ("enrolled",),
        "chua kich hoat": ("enrolled",), "da kich hoat": ("active",),
    } | {name: (key,) for name, key in UNTOLD.items()},
    Field.CHANNEL: {
        "telegram": ("telegram",), "zalo": ("zalo-oa", "zalo-bot"), "zalo oa": ("zalo-oa",),
        "zalo bot": ("zalo-bot",), "web": ("web",), "trang web": ("web",),
    },
})  # fmt: skip
KNOWN: Mapping[Field, str] = MappingProxyType({
    Field.AUDIENCE: ", ".join(AUDIENCES.values()).lower() + ", chưa rõ",
    Field.STATUS: "chưa làm, đã làm chưa kích hoạt, đã kích hoạt, chưa rõ",
    Field.CHANNEL: "telegram, zalo, web",
})  # fmt: skip


def parse(text: str, wards: Wards) -> Rule:
    """The rule as a tree, wards by their codes; raises `RuleError`."""
    if len(text) > LONGEST:
        raise RuleError(LONGEST, f"luật dài quá {LONGEST} ký tự")
    if not text.strip():
        return Everybody()
    reader = _Reader(pieces(text), wards)
    rule = reader.rule(0)
    reader.expect(Mark.END, "thừa từ đây; nối các điều kiện bằng and (và) hoặc or (hoặc)")
    return rule


class _Reader:
    """One look ahead over the pieces."""

    def __init__(self, found: Iterable[Piece], wards: Wards) -> None:
        self._pieces = list(found)
        self._wards = wards
        self._next = 0

    @property
    def _piece(self) -> Piece:
        return self._pieces[self._next]

    def _take(self, mark: Mark) -> Piece | None:
        piece = self._piece
        if piece.mark is not mark:
            return None
        self._next += mark is not Mark.END
        return piece

    def expect(self, mark: Mark, why: str) -> Piece:
        at = self._piece.at
        piece = self._take(mark)
        if piece is None:
            raise RuleError(at, why)
        return piece

    def rule(self, depth: int) -> Rule:
        parts = [self._part(depth)]
        while self._take(Mark.OR):
            parts.append(self._part(depth))
        return AnyOf(tuple(parts)) if len(parts) > 1 else parts[0]

    def _part(self, depth: int) -> Rule:
        parts = [self._one(depth)]
        while self._take(Mark.AND):
            parts.append(self._one(depth))
        return AllOf(tuple(parts)) if len(parts) > 1 else parts[0]

    def _one(self, depth: int) -> Rule:
        if depth > DEEPEST:
            raise RuleError(self._piece.at, "lồng ngoặc sâu quá; viết gọn lại")
        if self._take(Mark.NOT):
            return Not(self._one(depth + 1))
        if self._take(Mark.OPEN):
            inner = self.rule(depth + 1)
            self.expect(Mark.CLOSE, "thiếu dấu ) ở đây")
            return inner
        return self._condition()

    def _condition(self) -> Rule:
        name = self.expect(Mark.WORDS, f"cần một điều kiện, bắt đầu bằng {NAMES}")
        field = FIELDS.get(plain(name.text))
        if field is None:
            raise RuleError(name.at, f"không có mục “{name.text}”; dùng {NAMES}{SHAPE}")
        if self._take(Mark.EQUALS):
            return self._value(field)
        if self._take(Mark.DIFFERS):
            return Not(self._value(field))
        self.expect(Mark.IN, f"sau {name.text} cần = hoặc in […]")
        return self._list(field)

    def _list(self, field: Field) -> Rule:
        self.expect(Mark.BEGIN, "sau in cần danh sách trong ngoặc vuông, như [Tân Phú, Bình Tân]")
        found = [self._value(field)]
        while self._take(Mark.COMMA):
            found.append(self._value(field))
        self.expect(Mark.FINISH, "thiếu dấu ] ở đây")
        return Is(field, tuple(dict.fromkeys(value for one in found for value in one.values)))

    def _value(self, field: Field) -> Is:
        piece = self.expect(Mark.WORDS, "thiếu giá trị ở đây")
        values = self._ward(piece) if field is Field.WARD else _known(field, piece)
        return Is(field, values)

    def _ward(self, piece: Piece) -> tuple[str, ...]:
        """The ward of this very name, else all that an older name (of a district, too) stands for."""
        if plain(piece.text) in UNTOLD:
            return ("",)
        found = self._wards.find(piece.text)
        if not found:
            raise RuleError(piece.at, f"không tìm ra phường, xã “{piece.text}” ở TP.HCM")
        wanted = plain(piece.text)
        own = [ward.code for ward in found if wanted in _spellings(ward.name)]
        return tuple(own or [ward.code for ward in found])


def _spellings(name: str) -> tuple[str, str]:
    """A ward's name with its kind and without."""
    whole = plain(name)
    for kind in ("phuong ", "xa ", "dac khu "):
        if whole.startswith(kind):
            return whole, whole.removeprefix(kind)
    return whole, whole


def _known(field: Field, piece: Piece) -> tuple[str, ...]:
    found = VALUES[field].get(plain(piece.text))
    if found is None:
        raise RuleError(piece.at, f"không có “{piece.text}”; chọn trong: {KNOWN[field]}")
    return found


# --- a rule told back ----------------------------------------------------------------------------


def told(rule: Rule, wards: Wards) -> str:
    """What the rule means, for an officer to check."""
    match rule:
        case Everybody():
            return "mọi người đã đăng ký nhận tin"
        case Is(field, values):
            return f"{TITLES[field]} là {' hoặc '.join(_title(field, v, wards) for v in values)}"
        case Not(inner):
            return f"không phải ({told(inner, wards)})"
        case AllOf(rules):
            return " và ".join(_within(one, wards) for one in rules)
        case AnyOf(rules):
            return " hoặc ".join(_within(one, wards) for one in rules)


TITLES = {
    Field.AUDIENCE: "nhóm", Field.WARD: "phường, xã", Field.STATUS: "tình trạng",
    Field.CHANNEL: "kênh",
}  # fmt: skip
CHANNELS = {"telegram": "Telegram", "zalo-oa": "Zalo", "zalo-bot": "Zalo Bot", "web": "trang web"}


def _within(rule: Rule, wards: Wards) -> str:
    words = told(rule, wards)
    return f"({words})" if isinstance(rule, AllOf | AnyOf) else words


def _title(field: Field, value: str, wards: Wards) -> str:
    if not value:
        return "chưa rõ"
    match field:
        case Field.AUDIENCE:
            return AUDIENCES.get(value, value)
        case Field.STATUS:
            return STATUSES.get(value, value)
        case Field.CHANNEL:
            return CHANNELS.get(value, value)
    ward = wards.get(value)
    return ward.name if ward else value
