"""Warnings: of a scam that goes on now, of personal data in a message."""

from __future__ import annotations

from collections.abc import Collection

from bot.core.messages import Reply
from bot.core.privacy import Secret
from handlers.texts.common import notice


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


def app_file() -> Reply:
    """Of a file that installs an app, or an address that leads to one."""
    text = (
        "⚠️ ĐỪNG CÀI tệp .apk này – ứng dụng giả thường được gửi như vậy để chiếm điện thoại.\n\n"
        "VNeID thật chỉ cài từ App Store hoặc CH Play. Lỡ cài rồi: tắt mạng, gọi ngay ngân hàng để khóa "
        "tài khoản, rồi báo công an nơi gần nhất."
    )
    return notice(text)


def posing_address() -> Reply:
    """Of an address that calls itself the State's and is none."""
    text = (
        "⚠️ Cẩn thận: đường dẫn này có tên giống trang của Nhà nước nhưng không kết thúc bằng .gov.vn.\n\n"
        "Bạn đừng bấm, đừng nhập số giấy tờ, mật khẩu hay mã OTP vào đó. Trang thật là vneid.gov.vn và "
        "dichvucong.gov.vn."
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
