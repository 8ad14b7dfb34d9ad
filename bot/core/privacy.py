"""Find and mask personal data in what people type. Pure functions of text.

Masked before anything is stored: identity numbers, telephone and account numbers, one-time codes and
passwords, however they are grouped; docs/privacy.md says exactly which, and which not.

Work is linear in the text's length: the text is cut into groups of digits once, and around each group
only a bounded stretch is looked at.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Secret(StrEnum):
    """What was found; the value stands in the masked text."""

    ID_NUMBER = "[số giấy tờ]"
    PHONE = "[số điện thoại]"
    CODE = "[mã bí mật]"


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without personal data, and the kinds that were taken out of it."""

    text: str
    found: frozenset[Secret]


@dataclass(frozen=True, slots=True)
class Span:
    """The characters from `start` to `end` of a text are a secret."""

    start: int
    end: int
    kind: Secret


def mask(text: str, before: str = "") -> Masked:
    """Replace personal data in *text* (NFC) by what it was; say which kinds were found.

    *before* are the digits that the same person's last message ended with (see `open_digits`): a number
    that is spread over two messages is masked in the second.
    """
    passwords = tuple(_passwords(text))
    rest = _without(text, passwords)
    numbers = tuple(_numbers(rest, before))
    found = frozenset(span.kind for span in (*passwords, *numbers))
    return Masked(_without(rest, numbers), found)


def begins_with_digits(text: str) -> bool:
    return text.lstrip(OPENING)[:1].isdecimal()


def open_digits(text: str, before: str = "") -> str:
    """The digits that a masked *text* ends with, where the next message may go on with them.

    A message that is nothing but digits goes on with *before*, those of the message before it.
    """
    if not any(map(str.isdecimal, text[-ENDING:])):
        return ""
    runs = _runs(text)
    if not runs or not TAIL.fullmatch(text, runs[-1].end):
        return ""
    if text[: runs[-1].start][-1:].isalpha():
        return ""  # a code that is read out, say
    alone = len(runs) == 1 and not text[: runs[0].start].strip(OPENING)
    return (before * alone + runs[-1].digits)[-LONGEST:]


def _without(text: str, spans: Sequence[Span]) -> str:
    """*text* with each of *spans* replaced by the name of its kind."""
    parts, end = [], 0
    for span in spans:
        parts += [text[end : span.start], span.kind.value]
        end = span.end
    return "".join(parts) + text[end:]


def _bare(sign: str) -> str:
    return unicodedata.normalize("NFD", sign)[0].lower().replace("đ", "d")


# One sign for one sign, so that places in a folded text are places in the text.
LETTERS = (*range(ord("A"), ord("Z") + 1), *range(0xC0, 0x1B1), *range(0x1EA0, 0x1EFA))
FOLDED = {code: _bare(chr(code)) for code in LETTERS}


def _fold(text: str) -> str:
    """*text* in lower case without Vietnamese marks, sign by sign."""
    return text.translate(FOLDED)


# --- groups of digits -----------------------------------------------------------------------------

SHORTEST, LONG, LONGEST = 4, 9, 19  # digits: of a code, of an identity number, of a bank card
INVISIBLE = r"\u00ad\u200b-\u200f\u2060-\u2064\ufeff"
HYPHEN = r"\-\u2010-\u2015\u2212"
OPENING = " (+"  # what a number may begin with
ENDING = 8  # characters that may hold the end of a number and what closes its sentence
GROUP = re.compile(r"\d+")
# What may stand between the digits of one number, and where only the context tells that it is one.
RUN = re.compile(rf"\d+(?:[\s{INVISIBLE}{HYPHEN}.,/\\()_·•|*+~]{{1,4}}\d+)*")
CLOSE = re.compile(rf"[{INVISIBLE}]*+(?:[.{HYPHEN}]|[^\S\r\n]{{0,3}})[{INVISIBLE}]*")
TAIL = re.compile(rf"[\s{INVISIBLE}.,!)]*")
# Not personal: a date, and the numbers of public lines that begin with 1800 or 1900.
PUBLIC = re.compile(
    r"(?:0?[1-9]|[12]\d|3[01])\s?([./\-])\s?(?:0?[1-9]|1[0-2])\s?\1\s?(?:19|20)\d\d(?!\d)"
    r"|(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?!\d)"
    r"|1[89]00[ .\-]?\d{4}(?!\d)"
)


@dataclass(frozen=True, slots=True)
class Group:
    """Digits with nothing between them. `first`: their place among the digits of the run; `close`: no more
    stands before them than people put between the digits of one number."""

    start: int
    end: int
    first: int
    close: bool


@dataclass(frozen=True, slots=True)
class Run:
    """Groups that may belong together. `ends` leads from the place of a digit to how many groups end
    before it."""

    groups: tuple[Group, ...]
    digits: str
    ends: dict[int, int]

    @classmethod
    def of(cls, text: str, places: Sequence[tuple[int, int]]) -> Run:
        groups, digits, ends, last = [], "", {}, places[0][0]
        for count, (start, end) in enumerate(places, 1):
            groups.append(Group(start, end, len(digits), bool(CLOSE.fullmatch(text, last, start))))
            digits += text[start:end]
            ends[len(digits)] = count
            last = end
        ascii_digits = (
            digits if digits.isascii() else "".join(str(unicodedata.decimal(d)) for d in digits)
        )
        return cls(tuple(groups), ascii_digits, ends)

    @property
    def start(self) -> int:
        return self.groups[0].start

    @property
    def end(self) -> int:
        return self.groups[-1].end


def _runs(text: str) -> list[Run]:
    """The runs of *text*, from left to right; dates and public numbers stand between them."""
    runs = []
    for run in RUN.finditer(text):
        known, places = run.start(), list[tuple[int, int]]()
        for group in GROUP.finditer(text, run.start(), run.end()):
            if group.start() < known:
                continue
            if public := PUBLIC.match(text, group.start()):
                known = public.end()
                runs.append(places)
                places = []
            else:
                places.append(group.span())
        runs.append(places)
    return [Run.of(text, places) for places in runs if places]


def _numbers(text: str, before: str) -> Iterator[Span]:
    """The numbers of *text* that must not be kept, from left to right."""
    runs = _runs(text)
    if before and runs and not text[: runs[0].start].strip(OPENING):
        kind = _continued(before, runs[0])
        if kind:
            yield Span(runs[0].start, runs[0].end, kind)
            runs = runs[1:]
    for run in runs:
        if len(run.digits) >= SHORTEST:
            yield from _in_run(text, run)


def _continued(before: str, run: Run) -> Secret | None:
    """What the first digits of a message are, together with the last of the message before."""
    digits = before + run.digits
    if len(digits) > LONGEST:
        return None
    kind = next((kind for kind, pattern in CERTAIN if pattern.fullmatch(digits)), None)
    long = len(digits) >= LONG and min(len(before), len(run.digits)) >= 3
    return kind or (Secret.ID_NUMBER if long else None)


def _in_run(text: str, run: Run) -> Iterator[Span]:
    at = rest = 0
    while at < len(run.groups):
        count, kind = _certain_from(run, run.groups[at].first)
        if count <= at:
            at += 1
            continue
        yield from _in_rest(text, run.groups[rest:at])
        start, end = run.groups[at].start, run.groups[count - 1].end
        yield Span(_with_signs(text, start, end), end, kind)
        at = rest = count
    yield from _in_rest(text, run.groups[rest:])


def _with_signs(text: str, start: int, end: int) -> int:
    """Where a number begins with its "+", and with a bracket that ends inside of it."""
    opening = "+(" if ")" in text[start:end] else "+"
    while start and text[start - 1] in opening:
        start -= 1
    return start


# --- numbers that their digits tell ---------------------------------------------------------------

# Mobile and fixed lines have 0 or 84 and 9 or 10 digits (numbering plan, Thông tư 22/2014/TT-BTTTT); the
# personal identification number has 12 (Luật Căn cước 26/2023/QH15, điều 12), an old identity card 9.
CERTAIN = (
    (Secret.PHONE, re.compile(r"(?:(?:00)?840?|0)[35789]\d{8}")),
    (Secret.PHONE, re.compile(r"(?:(?:00)?840?|0)2\d{9}")),
    (Secret.PHONE, re.compile(r"(?:(?:00)?840?|0)2\d{8}")),
    (Secret.ID_NUMBER, re.compile(r"0\d{11}")),
    (Secret.ID_NUMBER, re.compile(r"0\d{8}")),
)
CARD = re.compile(r"[2-6]\d{3}")
DOUBLED = str.maketrans(
    "0123456789", "0246813579"
)  # twice a digit, and the sum of that one's digits


def _certain_from(run: Run, first: int) -> tuple[int, Secret]:
    """Where the run's digits from *first* on are a number that they tell by themselves: how many groups have
    ended with it, and which kind it is; 0 for none. One whole group goes before several."""
    found = [
        (run.ends[match.end()], kind)
        for kind, pattern in CERTAIN
        if (match := pattern.match(run.digits, first)) and match.end() in run.ends
    ]
    whole = [one for one in found if run.groups[one[0] - 1].first == first]
    if first:  # nine digits in the middle of others are the end of an amount: 300.000.000.000
        found = [
            one for one in found if one[1] is Secret.PHONE or run.ends.get(first + 9) != one[0]
        ]
    if whole or found:
        return whole[0] if whole else max(found)
    return _card_from(run, first), Secret.ID_NUMBER


def _card_from(run: Run, first: int) -> int:
    """The same for bank cards: 13 to 19 digits with a check digit (ISO/IEC 7812-1)."""
    if not CARD.match(run.digits, first) or any(first + n in run.ends for n in (1, 2, 3)):
        return 0
    lengths = (16, 19, 18, 17, 15, 14, 13)
    ends = (first + length for length in lengths if first + length in run.ends)
    return next((run.ends[end] for end in ends if _is_card(run.digits[first:end])), 0)


def _is_card(digits: str) -> bool:
    doubled = digits[-2::-2].translate(DOUBLED)
    return (sum(map(int, digits[::-2])) + sum(map(int, doubled))) % 10 == 0


# --- numbers that the words around them tell ------------------------------------------------------

APART, WORD_ENDS = r"(?<![a-z\[])", r"(?![a-z])"
ID_WORD = re.compile(
    rf"{APART}(?:cccd|cmnd|cmt|cmtnd|cc|can cuoc|chung minh|dinh danh|so the|stk|tk|tai khoan|bhxh|bao hiem|mst"
    rf"|ma so thue|giay to|sdt|dt|dien thoai|so may){WORD_ENDS}[^\d\[\]]{{0,20}}\Z"
)
MONEY = re.compile(
    r"\s{0,3}(?:đ|₫|vnđ|vnd|đồng|dong|tr|triệu|trieu|tỷ|ty|tỉ|ti|k|ngàn|ngan|nghìn|nghin)(?!\w)",
    re.IGNORECASE,
)
# An amount grouped by thousands: a round one, or one with its unit.
AMOUNT = re.compile(
    rf"[1-9]\d{{0,2}}(?:[.,]\d{{3}})*[.,](?:000(?!\d)|\d{{3}}(?!\d){MONEY.pattern})", re.IGNORECASE
)
YEAR = re.compile(r"(?:19[3-9]|20[0-4])\d")
MORE = re.compile(r"[.,/\-]\w")

CODE_WORD = (
    r"(?:otp|o\.t\.p|ma\s+(?:otp|xac\s+(?:nhan|thuc|minh)|bao\s+mat|pin|kich\s+hoat|dang\s+nhap|bi\s+mat)"
    r"|passcode|pass\s?word|pass|mat\s+khau|mat\s+ma|m\.?khau|mk|pw|code|(?:so\s+)?pin(?=\s*[:=]|\s+(?:la|cua)\s))"
)
SAID = (  # what people put between such a word and the code
    r"(?:\s++(?:la|cua\s+\w{1,12}|ne|em|toi|minh|no|cu|moi|nay|do|day|so|vneid|zalo|gui|ve|cho|vua|nhan|duoc"
    r"|dat|hien|tai)\b){0,8}\s*+[:=\-]?\s*+"
)
CODE_BEFORE = re.compile(rf"{APART}{CODE_WORD}(?P<said>{SAID})\Z")
CODE_NEAR = re.compile(rf"{APART}(?:{CODE_WORD}|ma){WORD_ENDS}[^\d\[\]]{{0,40}}\Z")
CODE_AFTER = re.compile(rf"[^\d\[\]\n]{{0,25}}{APART}{CODE_WORD}{WORD_ENDS}")
CALLED_CODE = re.compile(rf"\s{{0,3}}(?:day\s+)?(?:la|=)\s{{0,3}}(?:ma|{CODE_WORD}){WORD_ENDS}")
MOST_OF_CODE = 8  # digits
AROUND = 90  # characters before and after a number that are looked at


def _in_rest(text: str, groups: Sequence[Group]) -> Iterator[Span]:
    """Secrets among groups whose digits do not tell what they are."""
    at = 0
    while at < len(groups):
        # Behind other digits no word says what it is, and only what stands close belongs together.
        before = "" if at else _before(text, groups[0])
        if amount := _amount(text, groups, at, before):
            at += amount
            continue
        nearest = groups[at : at + LONGEST]
        nearest = nearest if before else _close(nearest)
        count, kind = _long_number(text, nearest, before), Secret.ID_NUMBER
        if not count:
            count, kind = _code(text, nearest, before), Secret.CODE
        if count:
            yield Span(groups[at].start, groups[at + count - 1].end, kind)
        at += count or 1


def _amount(text: str, groups: Sequence[Group], at: int, before: str) -> int:
    """How many groups from *at* on are an amount of money grouped by thousands; 0 for none."""
    amount = AMOUNT.match(text, groups[at].start)
    if amount is None or ID_WORD.search(before) or CODE_BEFORE.search(before):
        return 0
    return sum(group.end <= amount.end() for group in groups[at : at + LONGEST])


def _long_number(text: str, groups: Sequence[Group], before: str) -> int:
    """How many of *groups* are an identity, account or card number: nine digits and more, joined as
    people join them, that are no amount of money; 0 for none."""
    sizes = _sizes(groups)
    if sizes[-1] < LONG:
        return 0
    named = ID_WORD.search(before) is not None
    for count in (_joined(groups, sizes, LONGEST, any_gap=named), 1):
        if sizes[count - 1] >= LONG and (named or not _is_money(text, groups[:count])):
            return count
    return 0


def _code(text: str, groups: Sequence[Group], before: str) -> int:
    """How many of *groups* are a one-time code, a PIN or a password of digits; 0 for none."""
    sizes = _sizes(groups)
    if sizes[-1] < SHORTEST:
        return 0
    said = CODE_BEFORE.search(before)
    for count in range(_joined(groups, sizes, MOST_OF_CODE, any_gap=said is not None), 0, -1):
        if SHORTEST <= sizes[count - 1] <= MOST_OF_CODE and _is_code(
            text, groups[:count], sizes[count - 1], before, said
        ):
            return count
    return 0


def _close(groups: Sequence[Group]) -> Sequence[Group]:
    apart = (count for count, group in enumerate(groups) if count and not group.close)
    return groups[: next(apart, len(groups))]


def _sizes(groups: Sequence[Group]) -> list[int]:
    """How many digits the first group has, the first two, and so on."""
    start = groups[0].first
    return [group.first + group.end - group.start - start for group in groups]


def _joined(groups: Sequence[Group], sizes: Sequence[int], most: int, *, any_gap: bool) -> int:
    """How many groups stand so close that they may be one number of at most *most* digits."""
    apart = (
        count
        for count, group in enumerate(groups)
        if count and (sizes[count] > most or not (group.close or any_gap))
    )
    return next(apart, len(groups))


def _is_code(
    text: str, groups: Sequence[Group], size: int, before: str, said: re.Match[str] | None
) -> bool:
    last = groups[-1]
    if said:
        year = size == len("2026") and YEAR.fullmatch(text, groups[0].start, last.end)
        return not year or bool(said["said"].strip())
    if CALLED_CODE.match(_after(text, last)):
        return True
    return size == len("123456") and _six_digits(text, groups, before)


def _six_digits(text: str, groups: Sequence[Group], before: str) -> bool:
    """Whether six digits are a code; what else has so many is money, or part of something longer."""
    start, end = groups[0].start, groups[-1].end
    if CODE_NEAR.search(before) and not MONEY.match(text, end):
        return True
    if text[start:end].endswith("000") or _is_money(text, groups):
        return False
    if len(groups) > 1:
        return CODE_AFTER.match(_after(text, groups[-1])) is not None
    return text[max(0, start - 1) : start] not in {*".,/-"} and MORE.match(text, end) is None


def _is_money(text: str, groups: Sequence[Group]) -> bool:
    return text[groups[0].start] != "0" and MONEY.match(text, groups[-1].end) is not None


def _before(text: str, group: Group) -> str:
    return _fold(text[max(0, group.start - AROUND) : group.start])


def _after(text: str, group: Group) -> str:
    return _fold(text[group.end : group.end + AROUND])


# --- passwords ------------------------------------------------------------------------------------

PASSWORD_SAID = re.compile(
    rf"{APART}{CODE_WORD}(?:{SAID}|(?:\s++[^\s:=\d]{{1,12}}){{1,5}}?(?:\s++la\s|\s*+[:=])\s*+)"
)
TOKEN = re.compile(r"[^\s\[\]]{4,64}")
PLAIN = re.compile(r"[^\W\d_]+")


def _passwords(text: str) -> Iterator[Span]:
    """Words that are said to be a password."""
    folded = _fold(text)
    at = 0
    while said := PASSWORD_SAID.search(folded, at):
        at = said.end()
        word = TOKEN.match(text, at)
        if word and _is_password(word[0].rstrip(".,?!;"), said[0].rstrip()):
            at = word.end()
            yield Span(word.start(), at, Secret.CODE)


def _is_password(word: str, said: str) -> bool:
    """Whether *word*, which stands behind *said*, is none of a sentence: it mixes letters with digits or
    signs; or it has letters alone and follows a colon, or follows "là" and is longer than any syllable.
    Digits alone are looked at with the other numbers."""
    if not any(map(str.isalpha, word)):
        return False
    if not PLAIN.fullmatch(word):
        return len(word) >= 6
    return word.isascii() and (
        said.endswith((":", "=")) or (said.endswith(" la") and len(word) >= 8)
    )
