"""Warnings: of a scam that goes on now, of personal data in a message."""

from __future__ import annotations

from collections.abc import Collection

from bot.messages import Reply
from bot.privacy import Secret
from handlers.texts import notice


def scam_now() -> Reply:
    text = (
        "⚠️ DỪNG LẠI – đây có dấu hiệu lừa đảo.\n\n"
        "1. Cúp máy, đừng trả lời tin nhắn. Công an không gọi điện hay nhắn Zalo bảo đọc mã OTP, "
        "cài ứng dụng hay bấm đường dẫn.\n"
        "2. KHÔNG đọc mã, không cài gì, không chuyển tiền.\n"
        "3. Lỡ cài hoặc lỡ đọc mã: tắt mạng, gọi ngay ngân hàng để khóa tài khoản, rồi báo công an "
        "nơi gần nhất. Đang bị đe dọa: gọi 113.\n"
        "4. Giữ lại số gọi đến và tin nhắn; báo số lạ qua 156 (gọi) hoặc 5656 (nhắn)."
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
