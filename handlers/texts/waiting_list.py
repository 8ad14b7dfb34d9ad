"""What the bot says to people who wait for a place, and to those whose hour is gone."""

from __future__ import annotations

from bot.core.actions import (
    AcceptOffer,
    AgreeReminders,
    CancelVisit,
    DeclineOffer,
    JoinWaitingList,
    LeaveWaitingList,
    MoveVisit,
    button,
)
from bot.core.clock import local
from bot.core.messages import Button, Reply
from bot.store.booking.bookings import Booking
from bot.store.booking.waiting_list import Offer
from bot.store.booking.waiting_of_person import Answered, Wait
from handlers.texts.booking import BOOK, VISITS
from handlers.texts.common import MENU, notice, step
from handlers.texts.dates import moment
from handlers.texts.reminders import papers
from handlers.texts.visits import Advice, fee

ANYWHERE = "bất cứ nơi nào"


def leave(service: str) -> Button:
    """*service* is its id."""
    return button("Thôi, không chờ nữa", LeaveWaitingList(service))


def waits(wait: Wait, title: str, hours: int) -> Reply:
    """*hours* of daytime are given to answer an offer."""
    where = wait.office or ANYWHERE
    text = (
        f"🔔 Đã ghi bạn vào danh sách chờ: {title}, {where}. Có người hủy là mình báo bạn theo "
        f"thứ tự; bạn có {hours} giờ ban ngày để nhận."
    )
    return notice(text, leave(wait.service), MENU)


def waits_already(wait: Wait, title: str) -> Reply:
    text = (
        f"Bạn đang ở trong danh sách chờ rồi: {title}, {wait.office or ANYWHERE}. Có chỗ là mình báo. "
        "Muốn chờ ở nơi khác thì thôi chờ ở đây trước."
    )
    return notice(text, leave(wait.service), MENU)


def in_line(wait: Wait, title: str) -> Reply:
    """What somebody waits for, when they ask what they have."""
    text = f"🔔 Bạn đang chờ chỗ: {title}, {wait.office or ANYWHERE}. Có chỗ là mình báo."
    return notice(text, leave(wait.service))


def nothing() -> Reply:
    return notice("Bạn không ở trong danh sách chờ nào.", BOOK, VISITS)


def remind_too() -> Reply:
    """Who took an offer was never asked whether they want to be reminded."""
    text = "Bạn có muốn mình nhắc trước giờ hẹn không?"
    return notice(text, button("🔔 Nhắc tôi trước giờ hẹn", AgreeReminders()))


def left() -> Reply:
    return notice("Đã bỏ tên bạn khỏi danh sách chờ.", BOOK, MENU)


def offer(offer: Offer, office: str, service: str, advice: Advice) -> Reply:
    parts = [
        f"🔔 Có chỗ rồi!\n{service}\n{moment(offer.starts_at)}\n{office}",
        papers(advice.bring),
        fee(advice.fee),
        f"Chỗ này giữ cho bạn đến {local(offer.until):%H:%M ngày %d/%m}. Quá giờ mình mời người sau.",
    ]
    return step(
        "\n\n".join(part for part in parts if part),
        button("✅ Nhận chỗ này", AcceptOffer(offer.id)),
        button("Giờ này không hợp", DeclineOffer(offer.id)),
        leave(offer.service),
    )


def passed_on(service: str) -> Reply:
    text = "Mình mời người sau. Bạn vẫn ở trong danh sách chờ; có chỗ khác mình báo tiếp."
    return notice(text, leave(service), MENU)


def declined() -> Reply:
    return notice("Bạn đã bỏ qua lời mời này, và mình đã mời người sau.", VISITS, BOOK)


def expired(offer: Answered) -> Reply:
    text = (
        f"Lời mời nhận chỗ {moment(offer.starts_at)} đã hết hạn lúc {local(offer.until):%H:%M ngày %d/%m}, "
        "hoặc nơi làm đã nghỉ giờ đó, nên mình không giữ được nữa."
    )
    wait = button("🔔 Báo tôi khi có chỗ khác", JoinWaitingList(offer.service, offer.office))
    return notice(text, wait, BOOK, VISITS)


def too_late() -> Reply:
    text = "Lời mời này đã hết hạn hoặc đã dùng rồi."
    return notice(text, VISITS, BOOK)


def back(booking: Booking, office: str) -> Reply:
    text = (
        f"✅ {office} làm lại giờ đã báo nghỉ: giờ hẹn {moment(booking.starts_at)} (mã {booking.code}) "
        "vẫn như bạn đã đặt. Bạn không cần chọn giờ khác."
    )
    return notice(text, VISITS)


def changed(booking: Booking, office: str) -> Reply:
    text = (
        f"⚠ {office} vừa đổi giờ làm, nên giờ hẹn {moment(booking.starts_at)} (mã {booking.code}) "
        "không còn phục vụ. Lịch của bạn vẫn còn; bạn chọn giờ khác giúp nhé."
    )
    return step(
        text,
        button("Chọn giờ khác", MoveVisit(booking.code)),
        button("Hủy hẹn", CancelVisit(booking.code)),
    )
