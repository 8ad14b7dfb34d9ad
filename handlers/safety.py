"""A scam that is going on right now is answered first, with what to do now."""

from __future__ import annotations

import re

from bot.messages import Answer, Kind
from handlers import ask, safety_texts
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
PRESSURE = re.compile(
    rf"\b(?:{WHO})\b.{{0,60}}\b(?:{CONTACT})\b.{{0,80}}\b(?:{WANTS})\b"
    rf"|\b(?:goi|nhan tin|ket ban zalo|nhan zalo)\b.{{0,60}}\b(?:{WHO})\b.{{0,80}}\b(?:{WANTS})\b"
)
# A stranger who asks for a secret is one wherever they stand.
ASKED = re.compile(
    r"\b(?:ai do|co nguoi|nguoi la|may nguoi|nguoi ta|thang nao|co nao|ong nao|tu xung|xung la|gia danh)\b"
    r".{0,40}\b(?:xin|hoi|lay|muon|(?:keu|bao|bat|doi|yeu cau)\b.{0,12}\b(?:doc|dua|cho|gui|cung cap))\b"
    r".{0,25}\b(?:otp|ma xac (?:nhan|thuc)|passcode|mat khau|ma pin)\b"
)
REMOTE = re.compile(
    r"\b(?:goi|nhan tin|zalo|sms|video|dien thoai|tin nhan|link|facebook|messenger)\b"
)
# The talk is about one's own try, not about somebody who asks.
OWN = re.compile(
    r"\b(?:khong|ko|k|chua|hong|hok) (?:nhan|thay|co|ve|gui)\b.{0,20}\b(?:otp|ma)\b"
    r"|\bquen (?:mat khau|passcode)\b"
)


def handle(turn: Turn) -> Answer | None:
    if turn.incoming.kind is not Kind.TEXT or not looks_like_scam(turn.words):
        return None
    rest = ask.handle(turn)
    replies = rest.replies if rest else ()
    return Answer((safety_texts.scam_now(), *replies), rest.conversation if rest else None)


def looks_like_scam(words: str) -> bool:
    """Whether the plain *words* tell of somebody who asks from afar for codes, money, an app or a
    photo of a card, or of a stranger who asks for a code."""
    pressed = REMOTE.search(words) and PRESSURE.search(words)
    return bool((pressed or ASKED.search(words)) and not OWN.search(words))
