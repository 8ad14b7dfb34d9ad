"""What the bot says while somebody links their accounts.

The one-time code is letters and called "mã liên kết", so that nobody learns to type an OTP into a chat.
"""

from __future__ import annotations

from bot.core.actions import AskOfficer, LinkAccount, UnlinkAccount, button
from bot.core.messages import Reply
from handlers.texts.booking import CONTACT, LINK, VISITS
from handlers.texts.common import CANCEL, MENU, notice, step


def which_booking() -> Reply:
    text = (
        "🔗 Bạn đã đặt lịch ở Zalo, Telegram hay trên web, giờ muốn xem ở đây?\n\n"
        "Bạn gõ mã hẹn (6 ký tự, có trong tin xác nhận)."
    )
    return step(text, CANCEL)


def which_phone() -> Reply:
    text = (
        "Bạn gõ số điện thoại đã gửi lúc đặt lịch đó. Mình chỉ so với lịch hẹn, không lưu lại.\n\n"
        "Lúc đặt không gửi số thì lịch đó không liên kết được; bạn xem ở nơi đã đặt nhé."
    )
    return step(text, CONTACT, CANCEL)


def code_sent() -> Reply:
    """The same whether anything was sent or not: strangers learn nothing from it."""
    text = (
        "Nếu mã hẹn và số điện thoại đúng của nhau, mình vừa gửi một mã liên kết (6 ký tự) đến nơi bạn "
        "đã đặt lịch.\n\nBạn mở khung chat đó, xem mã rồi gõ vào đây trong 10 phút."
    )
    return step(text, button("Làm lại từ đầu", LinkAccount()), CANCEL)


def one_time_code(code: str) -> Reply:
    """To the account that booked."""
    text = (
        "🔗 Có người xin xem lịch hẹn của bạn từ một khung chat khác, đúng mã hẹn và số điện thoại.\n\n"
        f"Là bạn thì gõ mã liên kết này vào khung chat kia trong 10 phút: {code}\n\n"
        "Không phải bạn thì bỏ qua tin này, và đừng đưa mã cho ai, kể cả người xưng là công an hay "
        "cán bộ. Mình không bao giờ gọi điện hỏi mã."
    )
    return notice(text)


def wrong_code() -> Reply:
    text = (
        "Mã liên kết chưa đúng, hoặc đã quá 10 phút. Bạn xem lại rồi gõ lại, hoặc làm lại từ đầu."
    )
    return step(text, button("Làm lại từ đầu", LinkAccount()), CANCEL)


def linked() -> Reply:
    text = (
        "✅ Đã liên kết. Lịch bạn đặt ở khung chat kia giờ xem, đổi, hủy được ở đây, và ngược lại.\n\n"
        "Muốn thôi thì gõ “bỏ liên kết”."
    )
    return notice(text, VISITS, MENU)


def linked_elsewhere() -> Reply:
    """To the account that booked."""
    text = (
        "✅ Lịch hẹn của bạn đã được liên kết với một khung chat khác.\n\n"
        "Không phải bạn làm? Bấm nút dưới đây ngay, rồi báo cán bộ."
    )
    return notice(text, button("Bỏ liên kết", UnlinkAccount()), button("Gặp cán bộ", AskOfficer()))


def left() -> Reply:
    return notice("Đã bỏ liên kết. Mỗi khung chat lại chỉ thấy lịch đặt ở chính nó.", VISITS)


def not_linked() -> Reply:
    return notice("Khung chat này chưa liên kết với khung chat nào.", LINK, MENU)
