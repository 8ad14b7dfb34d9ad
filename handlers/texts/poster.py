"""What is said to who comes through a poster or a link for some kind of people."""

from __future__ import annotations

from datetime import date

from bot.core.actions import Book, button
from bot.core.config import Settings
from bot.core.messages import Button, Reply
from handlers.texts import common

HELLO = "Chào bạn! Bạn cứ gõ như nói chuyện, không dấu cũng được."
BOOK = button("📅 Đặt lịch hẹn", Book())


def greeting(name: str, words: str, note: str, buttons: tuple[Button, ...]) -> Reply:
    standing = (
        f"{name} là trợ lý tự động, không phải cổng của công an. "
        "🔒 KHÔNG BAO GIỜ hỏi số căn cước, mã OTP, mật khẩu, ảnh giấy tờ."
    )
    return common.notice("\n\n".join(part for part in (words, note, standing) if part), *buttons)


def where_it_hangs(code: str, place: str, retired: date | None) -> str:
    if retired:
        return (
            f"ℹ️ Áp phích {code} ({place}) là thật, nhưng đã thôi dùng từ {retired:%d/%m/%Y}, chữ trên "
            "đó có thể đã cũ. Bạn cứ hỏi mình ở đây."
        )
    return (
        f"✅ Áp phích thật: {code}, dán tại {place}. Thấy nó ở nơi khác thì có người chép lại, "
        "bạn đừng quét."
    )


def forged(settings: Settings) -> Reply:
    text = (
        "⚠️ Mã bạn vừa quét hay đường dẫn bạn vừa bấm KHÔNG phải do chúng tôi làm. Có thể ai đó đã dán "
        "đè mã khác lên áp phích.\n\n"
        "• Khung chat này vẫn là mình, bạn hỏi bình thường.\n"
        "• Đừng quét lại tờ đó, đừng cài ứng dụng, đừng nhập số căn cước, mật khẩu, mã OTP ở trang nó "
        "mở ra.\n"
        f"• Báo giúp {settings.contact.office}. Lỡ đọc mã hay chuyển tiền thì gọi ngay ngân hàng; đang "
        "bị đe dọa thì gọi 113."
    )
    return common.notice(text, common.OFFICER)


def which_poster(page: str) -> Reply:
    text = (
        "Bạn gõ mã in trên áp phích, ví dụ PT-7K3M9: mình cho biết nó thật hay giả, và phải dán ở đâu.\n\n"
        "Thấy tem dán đè lên mã QR thì đừng quét."
    )
    link = (Button("Trang kiểm tra áp phích", url=page),) if page else ()
    return common.notice(text, *link, common.MENU)


def no_such_code(settings: Settings, code: str) -> Reply:
    text = (
        f"⚠️ Mình không có áp phích nào mang mã PT-{code}.\n\n"
        "• Bạn xem lại mã: không có số 0, số 1 và các chữ I, L, O, U.\n"
        "• Mã in đúng như vậy thì đó không phải áp phích của chúng tôi: đừng quét mã, đừng bấm đường "
        f"dẫn trên đó, và báo giúp {settings.contact.office}.\n\n"
        "Bạn vẫn hỏi mình bình thường nhé."
    )
    return common.notice(text, common.MENU)
