"""Warnings: of a danger that somebody is in, of personal data in a message."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from bot.core.actions import DangerSteps, button
from bot.core.messages import Button, Reply
from bot.core.privacy import Secret
from bot.faq.dangers import DangerKind
from handlers.texts.common import notice


def now(kind: DangerKind, about: Iterable[Button]) -> Reply:
    """What to do now stands in the first line; the full list behind a button."""
    every = button("📋 Xem đủ việc cần làm", DangerSteps(kind.id))
    buttons = (*_call(kind), every, *about)
    return replace(notice(f"{kind.first}\n\n{kind.then}", *buttons), entry=kind.entries[0])


def steps(kind: DangerKind, about: Iterable[Button]) -> Reply:
    lines = "\n".join(f"{number}. {line}" for number, line in enumerate(kind.steps, 1))
    return replace(notice(f"{kind.first}\n\n{lines}", *_call(kind), *about), entry=kind.entries[0])


def _call(kind: DangerKind) -> tuple[Button, ...]:
    return (Button(f"📞 Gọi {kind.call}", url=f"tel:{kind.call}"),) if kind.call else ()


def app_file() -> Reply:
    """Of a file that installs an app, or an address that leads to one."""
    text = (
        "⚠️ ĐỪNG CÀI tệp .apk này – ứng dụng giả thường được gửi như vậy để chiếm điện thoại.\n\n"
        "VNeID thật chỉ cài từ App Store hoặc CH Play. Lỡ cài rồi: tắt mạng, gọi ngay ngân hàng để khóa "
        "tài khoản, rồi báo công an nơi gần nhất."
    )
    return notice(text)


def posing_address() -> Reply:
    """Of an address that only looks like the State's or a bank's."""
    text = (
        "⚠️ ĐỪNG BẤM, ĐỪNG NHẬP GÌ: đường dẫn này chỉ giống trang của Nhà nước hay ngân hàng.\n\n"
        "Trang thật của Nhà nước kết thúc bằng .gov.vn, như vneid.gov.vn, dichvucong.gov.vn. Đã lỡ nhập mã, "
        "mật khẩu, số thẻ: gọi ngay ngân hàng để khóa tài khoản, rồi báo công an nơi gần nhất."
    )
    return notice(text)


FOUND = {
    Secret.ID_NUMBER: "số giấy tờ",
    Secret.PHONE: "số điện thoại",
    Secret.CODE: "mã bí mật",
}


def privacy_notices(found: Collection[Secret]) -> tuple[Reply, ...]:
    """Tell the person what was masked in their message; nothing when nothing was found."""
    if not found:
        return ()
    names = ", ".join(FOUND[kind] for kind in FOUND if kind in found)
    text = (
        f"🔒 Tin của bạn có {names}. Mình đã che đi, không lưu lại. "
        "Bạn đừng gửi những thông tin này cho bất kỳ ai qua tin nhắn nhé; nếu được, hãy xóa tin đó."
    )
    return (notice(text),)
