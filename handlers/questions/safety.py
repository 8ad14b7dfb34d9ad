"""A scam that is going on right now is answered first, with what to do now."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import TypeAlias

from bot.core.messages import Answer, Kind, Reply
from handlers.questions import ask
from handlers.texts import safety
from handlers.turn import Turn

# Somebody unknown …
WHO = (
    r"tu xung|xung la|gia danh|so la|nguoi la|co nguoi|ai do|may nguoi|dau so|cong an|can bo"
    r"|canh sat|csgt|nhan vien|ong nao|thang nao|co nao|no|ho|dien luc|ngan hang|thue"
    r"|bao hiem|shipper|toa an|vien kiem sat"
)
# … is getting in touch …
CONTACT = r"goi|alo|dien|nhan tin|nhan|gui|ket ban|kb|zalo|video call|inbox|ib|chat|keu|bao|doi|yeu cau|bat"
# … and wants one of these.
WANTS = (
    r"(?:doc|gui|dua|cung cap|cho|nhap|xin|hoi|lay)\s(?:\w+\s){0,4}"
    r"(?:otp|ma xac (?:nhan|thuc)|passcode|mat khau|ma pin)"
    r"|(?:cai|tai|bam|nhan|mo|vao|click|truy cap|install)\s(?:\w+\s){0,4}"
    r"(?:app|ung dung|apk|file|tep|link|duong dan|phan mem)"
    r"|chuyen (?:tien|khoan)|nop (?:tien|phi|phat)|chia se man hinh|share man hinh|quet mat|quet ma qr"
    r"|chup (?:\w+\s){0,3}(?:cccd|can cuoc|the)"
)

TOLD_IN = 2_000  # letters; nobody who is being called writes more


def _every(words: str) -> re.Pattern[str]:
    """Each place where one of *words* stands, also within another of them: group 1 is it."""
    return re.compile(rf"(?=(\b(?:{words})\b))")


CALLS = r"goi|nhan tin|ket ban zalo|nhan zalo"
WHO_, CONTACT_, WANTS_, CALLS_ = map(_every, (WHO, CONTACT, WANTS, CALLS))
# A stranger who asks for a secret is one wherever they stand.
STRANGER = _every(
    r"ai do|co nguoi|nguoi la|may nguoi|nguoi ta|thang nao|co nao|ong nao|tu xung|xung la|gia danh"
)
ASKS = _every(r"xin|hoi|lay|muon")
MAKES, HAND_OVER = _every(r"keu|bao|bat|doi|yeu cau"), _every(r"doc|dua|cho|gui|cung cap")
SECRET = _every(r"otp|ma xac (?:nhan|thuc)|passcode|mat khau|ma pin")
# One after the other, each at most so many letters behind the end of the one before.
Link: TypeAlias = tuple[int, re.Pattern[str]]
PRESSURE: tuple[tuple[Link, ...], ...] = (
    ((0, WHO_), (60, CONTACT_), (80, WANTS_)),
    ((0, CALLS_), (60, WHO_), (80, WANTS_)),
)
ASKED: tuple[tuple[Link, ...], ...] = (
    ((0, STRANGER), (40, ASKS), (25, SECRET)),
    ((0, STRANGER), (40, MAKES), (12, HAND_OVER), (25, SECRET)),
)
REMOTE = re.compile(
    r"\b(?:goi|nhan tin|zalo|sms|video|dien thoai|tin nhan|link|facebook|messenger)\b"
)
# The talk is about one's own try, not about somebody who asks.
OWN = re.compile(
    r"\b(?:khong|ko|k|chua|hong|hok) (?:nhan|thay|co|ve|gui)\b.{0,20}\b(?:otp|ma)\b"
    r"|\bquen (?:mat khau|passcode)\b"
)


# An address, to the end of its host and of its path.
ADDRESS = re.compile(r"(?:https?://|www\.)([\w.-]{1,253})([^\s?#]*)", re.IGNORECASE)
# What a host of the State's is called; one that has it in its name and is none is made to deceive.
POSING = re.compile(r"vneid|dichvucong|dich-vu-cong|bocongan|bo-cong-an|cccd|gov[.-]?vn")
STATE = (".gov.vn", ".chinhphu.vn")
APP = ".apk"


def handle(turn: Turn) -> Answer | None:
    if turn.incoming.kind is not Kind.TEXT or not (found := warnings(turn)):
        return None
    rest = ask.handle(turn)
    replies = rest.replies if rest else ()
    return Answer((*found, *replies), rest.conversation if rest else None)


def warnings(turn: Turn) -> tuple[Reply, ...]:
    """What has to be said first, of the words and of all else that came with them."""
    shown = turn.incoming.shown
    if looks_like_scam(turn.words) or looks_like_scam(turn.reading.shown):
        return (safety.scam_now(),)
    if leads_to_app(turn.text) or leads_to_app(shown) or is_app(shown):
        return (safety.app_file(),)
    if any(poses(match[1]) for match in ADDRESS.finditer(f"{turn.text}\n{shown}")):
        return (safety.posing_address(),)
    return ()


def is_app(shown: str) -> bool:
    """Whether a line of *shown* is the name of a file that installs an app."""
    return any(line.strip().lower().endswith(APP) for line in shown.splitlines())


def leads_to_app(text: str) -> bool:
    """Whether an address in *text* ends in such a file."""
    found = (match[2].lower().rstrip(".,;:)!\"'") for match in ADDRESS.finditer(text))
    return any(path.endswith(APP) for path in found)


def poses(host: str) -> bool:
    """Whether *host* calls itself a site of the State and is none."""
    name = f".{host.lower().strip('.')}"
    return bool(POSING.search(name)) and not name.endswith(STATE)


def looks_like_scam(words: str) -> bool:
    """Whether the plain *words* tell of somebody who asks from afar for codes, money, an app or a
    photo of a card, or of a stranger who asks for a code."""
    words = words[:TOLD_IN]
    pressed = REMOTE.search(words) and any(_in_turn(words, chain) for chain in PRESSURE)
    asked = pressed or any(_in_turn(words, chain) for chain in ASKED)
    return bool(asked) and not OWN.search(words)


def _in_turn(words: str, chain: Sequence[Link]) -> bool:
    """Whether the links of *chain* come one after the other. Each is looked for once: a single pattern would look for
    the last anew from every pair of the first two."""
    (_, first), *rest = chain
    ends = sorted(found.end(1) for found in first.finditer(words))
    for within, link in rest:
        near = (one for one in link.finditer(words) if _just_before(ends, one.start(), within))
        ends = sorted(one.end(1) for one in near)
    return bool(ends)


def _just_before(ends: Sequence[int], at: int, within: int) -> bool:
    place = bisect_right(ends, at)
    return place > 0 and at - ends[place - 1] <= within
