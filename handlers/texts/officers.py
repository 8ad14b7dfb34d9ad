"""What the bot says to officers who have linked their chat."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.core.clock import local
from bot.core.messages import Reply
from bot.store.booking.bookings import Booking, State
from bot.store.booking.offices import Office
from handlers.texts.common import MENU, notice
from handlers.texts.dates import day_name, moment

STATES = {
    State.HELD: "đang giữ chỗ",
    State.BOOKED: "đã đặt",
    State.ARRIVED: "đã đến",
    State.SERVED: "làm xong",
    State.NO_SHOW: "không đến",
    State.CANCELLED: "đã hủy",
    State.MOVED: "đã đổi",
    State.EXPIRED: "hết giữ chỗ",
}
MOST_LINES = 60  # of one office; the desk has the rest


def linked(account: str) -> Reply:
    text = (
        f"Đã liên kết khung chat này với tài khoản {account} ở bàn cán bộ.\n\n"
        "/danhsach: lịch hẹn hôm nay ở nơi của bạn\n/hen MÃ: xem một lịch hẹn"
    )
    return notice(text)


def bad_code() -> Reply:
    return notice(
        "Mã liên kết sai hoặc đã hết hạn. Lấy mã mới ở bàn cán bộ, trang tài khoản.", MENU
    )


def not_linked() -> Reply:
    return notice("Lệnh này dành cho cán bộ đã liên kết tài khoản ở bàn làm việc.", MENU)


def unknown_code() -> Reply:
    return notice("Không có mã hẹn này ở nơi của bạn.")


def day(day: date, found: Sequence[tuple[Office, Sequence[Booking]]]) -> Reply:
    if not found:
        return notice(f"{day_name(day)}: không có lịch hẹn nào ở nơi của bạn.")
    parts = [f"Lịch hẹn {day_name(day)}"]
    for office, visits in found:
        lines = [_line(visit) for visit in visits[:MOST_LINES]]
        more = len(visits) - len(lines)
        if more:
            lines.append(f"… và {more} lịch nữa, xem ở bàn cán bộ")
        parts.append(f"{office.name}: {len(visits)} lịch\n" + "\n".join(lines))
    return notice("\n\n".join(parts))


def _line(visit: Booking) -> str:
    coming = ", báo sẽ đến" if visit.answer == "coming" else ""
    name = visit.name or "(không tên)"
    at = f"{local(visit.starts_at):%H:%M}"
    return f"{at} {visit.code} {name} – {STATES[visit.state]}{coming}"


def visit(booking: Booking, office: str, service: str) -> Reply:
    coming = "\nĐã báo sẽ đến" if booking.answer == "coming" else ""
    text = (
        f"{booking.code} – {STATES[booking.state]}\n{booking.name or '(không tên)'}\n{service}\n"
        f"{moment(booking.starts_at)}\n{office}{coming}"
    )
    return notice(text)
