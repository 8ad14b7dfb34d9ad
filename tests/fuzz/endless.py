"""Long texts of people who want to keep a machine busy: a beginning that some part of the code waits for, then
the same again and again, and an end that disappoints it."""

from __future__ import annotations

from collections.abc import Iterator

LENGTH = 16 * 1024  # characters: as much as the web's door takes in one request
HEADS = ("", "a", "otp", "mật khẩu là ", "tôi tên là ", "phường 12 ", "pt", "/hoi ", "0")
AGAIN = (
    " ", "\n", " \n", "\u00a0", "\u200b", "0", "1 ", "12.", "0900000001 ", "a", "á ", "ế", "\u0323\u0301", "🙂",
    ".", ",", "?", "-", "(", '"', "a.", "a-", "a?", "đ ", "và ", ", và ", " với lại", "otp ", "otp la ", "pass123456",
    "mk: ", "goi ", "no goi gui ", "co nguoi hoi ", "cho ma otp ", "da ", "cam on ", "tên là ", "lớp 1 ", "sinh năm ",
    "phường ", "quận 1, ", "vn eid ", "ddawng ", "tphcm ", "không ", "\ufdfa", "١", "ab1 ", "goi no doc a a a a ",
)  # fmt: skip
TAILS = ("b", "1", "?")


def text(head: str, again: str, tail: str = "", length: int = LENGTH) -> str:
    """*head*, *again* as often as it fits, *tail*: *length* characters."""
    room = length - len(head) - len(tail)
    return head + (again * (room // len(again) + 1))[:room] + tail


def texts(length: int = LENGTH) -> Iterator[str]:
    """Each beginning with each piece; the ends take turns."""
    for number, head in enumerate(HEADS):
        for place, again in enumerate(AGAIN):
            yield text(head, again, TAILS[(number + place) % len(TAILS)], length)
