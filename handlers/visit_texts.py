"""What the bot says of a visit that is booked: the confirmation, moving, cancelling."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from urllib.parse import quote

from bot.config.booking import Service
from bot.matching.entries import Entry
from bot.messages import Attachment, Button, Reply, Tone
from bot.store.bookings import Booking, State
from bot.store.offices import Office
from bot.store.slots import Free
from bot.vietnam import local
from handlers.booking_texts import BOOK, LINK, VISITS
from handlers.day_texts import day_buttons, day_name, hour_buttons, moment
from handlers.profile_texts import NEWS, STOP
from handlers.texts import MENU, notice, step

# --- booked --------------------------------------------------------------------------------------


def confirmed(
    booked: Sequence[Booking],
    office: Office,
    service: Service,
    *,
    bring: Entry | None,
    fee: Entry | None,
    files: tuple[Attachment, ...],
    moved: bool = False,
) -> Reply:
    code = booked[0].code
    change = Button("Đổi lịch", f"visit:move:{code}"), Button("Hủy hẹn", f"visit:cancel:{code}")
    changes = change if len(booked) == 1 else ()  # of several each has buttons of their own there
    title = "✅ Đã đổi lịch." if moved else "✅ Đã đặt lịch."
    parts = [
        f"{title} {_codes(booked)}",
        f"{service.title}\n{moment(booked[0].starts_at)}\n{office.name}\n{office.address}",
        what_to_bring(bring),
        f"Lệ phí: {fee.fee}" if fee and fee.fee else "",
        "Đến nơi, bạn đưa mã hẹn hoặc mã QR cho cán bộ. Bận thì đổi hoặc hủy giúp để người khác có chỗ.",
    ]
    return Reply(
        Tone.NOTICE,
        "\n\n".join(part for part in parts if part),
        (map_button(office), *changes, VISITS, NEWS),
        attachments=files,
    )


def out_of_reach(starts_at: datetime, window: timedelta) -> Reply:
    """The visit is further away than this channel may write to somebody who stays silent."""
    text = (
        "📌 Còn lâu mới đến ngày hẹn. Ứng dụng nhắn tin này chỉ cho mình chủ động nhắn trong "
        f"{window.days} ngày kể từ lần cuối bạn nhắn hoặc bấm nút.\n\n"
        f"Từ {day_name(local(starts_at - window).date())} trở đi, bạn mở lại khung chat này và bấm nút "
        "dưới đây một lần, mình mới nhắc lịch cho bạn được."
    )
    return notice(text, VISITS)


def _codes(booked: Sequence[Booking]) -> str:
    if len(booked) == 1:
        return f"Mã hẹn: {booked[0].code}"
    lines = "\n".join(
        f"• {booking.name or f'Người {booking.member}'}: {booking.code}"
        f" ({local(booking.starts_at):%H:%M})"
        for booking in booked
    )
    return f"Mã hẹn của từng người:\n{lines}"


def what_to_bring(entry: Entry | None) -> str:
    """The FAQ's own words: the list of papers, or the answer where there is none."""
    if entry is None:
        return ""
    if entry.documents:
        return "Mang theo:\n" + "\n".join(f"• {line}" for line in entry.documents)
    return entry.answer


def map_button(office: Office) -> Button:
    """Opens a map: at the coordinates where they are known, else at the address."""
    if office.latitude is not None and office.longitude is not None:
        place = f"{office.latitude},{office.longitude}"
    else:
        place = f"{office.name}, {office.address}"
    return Button(
        "🗺 Xem bản đồ", url=f"https://www.google.com/maps/search/?api=1&query={quote(place)}"
    )


def no_visits() -> Reply:
    return notice("Bạn chưa có lịch hẹn nào ở đây.", BOOK, LINK, MENU)


def visit(booking: Booking, office: Office, service: Service) -> Reply:
    name = f"{booking.name}\n" if booking.name else ""
    state = "\nBạn đã báo sẽ đến." if booking.answer == "coming" else ""
    arrived = "\nCán bộ đã ghi nhận bạn đến." if booking.state is State.ARRIVED else ""
    text = (
        f"📌 Mã hẹn {booking.code}\n{name}{service.title}\n{moment(booking.starts_at)}\n"
        f"{office.name}, {office.address}{state}{arrived}"
    )
    changes = (
        Button("Đổi lịch", f"visit:move:{booking.code}"),
        Button("Hủy hẹn", f"visit:cancel:{booking.code}"),
    )
    return notice(text, map_button(office), *(changes if booking.state is State.BOOKED else ()))


def move_days(booking: Booking, office: Office, found: Sequence[tuple[date, int]]) -> Reply:
    buttons = day_buttons(found, f"mday:{booking.code}")
    text = (
        f"Lịch {booking.code} đang là {moment(booking.starts_at)}. Chỗ cũ vẫn giữ đến khi đổi xong.\n\n"
        f"{office.name}: bạn chọn ngày mới."
    )
    return step(text, *buttons, Button("Giữ nguyên lịch cũ", "visits"))


def move_times(booking: Booking, day: date, found: Sequence[Free]) -> Reply:
    buttons = hour_buttons(found, f"mtime:{booking.code}")
    other = Button("Ngày khác", f"visit:move:{booking.code}")
    return step(f"{day_name(day)}: bạn chọn giờ mới.", *buttons, other)


def move_full(booking: Booking) -> Reply:
    text = "Nơi này hiện không còn giờ nào khác. Lịch cũ của bạn vẫn giữ nguyên."
    return notice(text, Button("Hủy hẹn", f"visit:cancel:{booking.code}"), VISITS)


def move_gone(booking: Booking) -> Reply:
    text = "Giờ đó vừa hết chỗ. Lịch cũ của bạn vẫn giữ nguyên, bạn chọn giờ khác nhé."
    return notice(text, Button("Chọn giờ khác", f"visit:move:{booking.code}"), VISITS)


def sure_to_cancel(booking: Booking) -> Reply:
    whose = f" của {booking.name}" if booking.name else ""
    text = f"Bạn chắc chắn hủy lịch {booking.code}{whose}, {moment(booking.starts_at)}?"
    return step(
        text,
        Button("Hủy lịch này", f"visit:drop:{booking.code}"),
        Button("Đổi giờ khác", f"visit:move:{booking.code}"),
        Button("Giữ lịch", "visits"),
    )


def cancelled(booking: Booking, files: tuple[Attachment, ...]) -> Reply:
    text = (
        f"Đã hủy lịch {booking.code}. Cảm ơn bạn đã báo, chỗ này sẽ dành cho người khác.\n\n"
        "Cần thì bạn đặt lại lúc nào cũng được. Tệp kèm theo xóa buổi hẹn khỏi lịch trên máy bạn."
    )
    buttons = (Button("Đặt lại", f"book:{booking.service}"), MENU)
    return Reply(Tone.NOTICE, text, buttons, attachments=files)


def not_live(code: str) -> Reply:
    return notice(f"Lịch {code} không còn nữa (đã hủy, đã đổi hoặc đã qua).", VISITS, BOOK)


def not_yours() -> Reply:
    return notice("Mình không thấy lịch này trong khung chat của bạn.", VISITS, BOOK)


# --- what is sent unasked --------------------------------------------------------------------------


def reminders_on() -> Reply:
    return notice("Mình sẽ nhắc bạn trước giờ hẹn. Muốn thôi, bạn gõ DỪNG.", VISITS, STOP)
