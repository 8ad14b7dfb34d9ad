"""What the bot says before a visit to remind of it, and after it until the account works."""

from __future__ import annotations

from collections.abc import Iterable

from bot.config.booking import Service
from bot.matching.entries import Entry
from bot.messages import Button, Reply
from bot.store.bookings import Booking
from bot.store.offices import Office
from handlers.booking_texts import VISITS, map_button, moment
from handlers.texts import MENU, OFFICER, ask_button, notice

FEW_PAPERS = 4  # more are behind the button


# --- before the visit ----------------------------------------------------------------------------


def reminder(booking: Booking, office: Office, service: Service, bring: Entry | None) -> Reply:
    """Day and hour are said in full: the message may come late, or be read late."""
    who = f" của {booking.name}" if booking.name else ""
    parts = [
        f"⏰ Nhắc lịch hẹn{who}",
        f"{service.title}\n{moment(booking.starts_at)}\n{office.name}\n{office.address}\n"
        f"Mã hẹn: {booking.code}",
        papers(bring),
        "Bạn bấm giúp một nút để nơi làm biết trước. Bận thì đổi hoặc hủy, người khác sẽ có chỗ.",
    ]
    return notice(
        "\n\n".join(part for part in parts if part),
        Button("✅ Tôi sẽ đến", f"visit:coming:{booking.code}"),
        *changes(booking.code),
        map_button(office),
        *((ask_button(bring),) if bring else ()),
    )


def papers(entry: Entry | None) -> str:
    """The FAQ's own list of what to bring, its first lines; "" when it has none."""
    if entry is None or not entry.documents:
        return ""
    lines = [f"• {line}" for line in entry.documents[:FEW_PAPERS]]
    more = ["• …"] if len(entry.documents) > FEW_PAPERS else []
    return "\n".join(["Mang theo:", *lines, *more])


def changes(code: str) -> tuple[Button, Button]:
    return Button("Đổi lịch", f"visit:move:{code}"), Button("Hủy hẹn", f"visit:cancel:{code}")


def coming(booking: Booking) -> Reply:
    text = (
        f"Cảm ơn bạn đã báo. Hẹn gặp bạn lúc {moment(booking.starts_at)}.\n"
        f"Đến nơi, bạn đọc mã hẹn {booking.code} cho cán bộ."
    )
    return notice(text, *changes(booking.code), VISITS)


# --- after the visit -----------------------------------------------------------------------------


def is_it_activated(booking: Booking, service: Service) -> Reply:
    who = f" của {booking.name}" if booking.name else ""
    text = (
        f"📱 Tài khoản VNeID{who} đã kích hoạt chưa?\n\n"
        f"Buổi hẹn {booking.code} ({service.title}) đã xong. Tài khoản được cấp rồi mà chưa kích hoạt "
        "thì vẫn chưa dùng được. Có tin nhắn báo hồ sơ được duyệt là bạn tự làm được tại nhà.\n\n"
        "🔒 Mình không bao giờ hỏi mã OTP hay mật khẩu."
    )
    return notice(text, *answers(booking.code))


def answers(code: str) -> tuple[Button, Button, Button]:
    return (
        Button("✅ Rồi, dùng được rồi", f"active:yes:{code}"),
        Button("Chưa, chỉ mình cách làm", f"active:how:{code}"),
        Button("Bị lỗi ở một bước", f"active:stuck:{code}"),
    )


def well_done() -> Reply:
    text = (
        "🎉 Tốt quá! Từ giờ bạn dùng VNeID thay giấy tờ được rồi. Mình không hỏi lại việc này nữa.\n\n"
        "Nhớ: đừng đọc mã OTP, mật khẩu cho ai, kể cả người xưng là công an."
    )
    return notice(text, MENU)


def when_done(code: str) -> Reply:
    """Stands under the steps."""
    done, _, stuck = answers(code)
    return notice("Làm xong, hoặc vướng ở đâu, bạn bấm một nút nhé.", done, stuck, OFFICER)


def which_step(steps: Iterable[Entry]) -> Reply:
    """*steps*: what the FAQ knows of the places where people get stuck."""
    text = "Bạn bị vướng ở bước nào? Không thấy đúng bước của bạn thì gõ vào đây, hoặc gặp cán bộ."
    return notice(text, *map(ask_button, steps), OFFICER)
