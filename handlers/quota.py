"""Whether somebody may take places: not whoever holds them without booking, nor for hundreds."""

from __future__ import annotations

from datetime import timedelta

from bot.messages import Address, Reply
from bot.store import erasures, quotas
from handlers.booking_texts import OFFICIAL, VISITS
from handlers.texts import MENU, OFFICER, notice
from handlers.turn import Turn, erased_mark

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FULL_HOURS = 3  # a day: who renews a hold just before it ends never fills one hour's number
MOST_ERASURES = 3  # in a day, after which nothing is held: who is erased has nothing counted


def refusal(turn: Turn, places: int) -> Reply | None:
    """Why the sender cannot hold so many *places* now; None when they can."""
    limits, tx, origin = turn.settings.limits, turn.tx, turn.incoming.origin
    sender = turn.incoming.sender
    if erasures.times(tx, erased_mark(turn.vault, sender), turn.now - DAY) >= MOST_ERASURES:
        return held_too_often()
    if quotas.dropped(tx, sender, turn.now - HOUR) >= limits.holds_per_hour:
        return held_too_often()
    if quotas.dropped(tx, sender, turn.now - DAY) >= limits.holds_per_hour * FULL_HOURS:
        return held_too_often("đến mai")
    if quotas.booked(tx, sender, turn.now - DAY) + places > limits.bookings_per_day:
        return booked_too_many(limits.bookings_per_day)
    held = quotas.held_from(tx, origin, turn.now - HOUR, but=sender)
    if held + places > limits.holds_per_address:
        return crowded_address()
    if quotas.booked_from(tx, origin, turn.now - DAY) + places > limits.bookings_per_address:
        return crowded_address()
    return None


def phone_refusal(turn: Turn, holder: str, places: int) -> Reply | None:
    """Why no more *places* are booked for a phone number, whose mark is *holder*."""
    most = turn.settings.limits.bookings_per_day
    booked = quotas.booked_for(turn.tx, holder, turn.now - DAY)
    return booked_too_many(most) if booked + places > most else None


def move_refusal(turn: Turn, booker: Address) -> Reply | None:
    """Why no visit of *booker* can be moved any more today: each move leaves a place that nobody else
    gets for a while."""
    most = turn.settings.limits.bookings_per_day
    enough = quotas.moved(turn.tx, booker, turn.now - DAY) >= most
    return moved_too_often(most) if enough else None


# --- words ---------------------------------------------------------------------------------------


def held_too_often(pause: str = "khoảng một giờ") -> Reply:
    text = (
        "Bạn đã chọn giờ nhiều lần mà chưa đặt, trong khi người khác cũng đang cần chỗ. Bạn nghỉ "
        f"{pause} rồi chọn lại nhé; muốn đặt ngay thì đặt trên VNeID hoặc Cổng Dịch vụ công."
    )
    return notice(text, VISITS, *OFFICIAL, OFFICER)


def booked_too_many(most: int) -> Reply:
    text = (
        f"Mỗi người đặt được nhiều nhất {most} chỗ trong một ngày, để ai cũng có phần. Mai bạn đặt tiếp "
        "nhé. Đặt giúp cho nhiều người (tổ dân phố, cơ quan): bấm “Gặp cán bộ” để được xếp riêng."
    )
    return notice(text, VISITS, OFFICER, MENU)


def moved_too_often(most: int) -> Reply:
    text = (
        f"Bạn đã đổi giờ hẹn {most} lần trong một ngày, mỗi lần là một chỗ người khác chưa đặt được. Lịch "
        "đang có vẫn giữ nguyên; mai bạn đổi tiếp được, hoặc bấm “Gặp cán bộ”."
    )
    return notice(text, VISITS, OFFICER, MENU)


def crowded_address() -> Reply:
    text = (
        "Mạng bạn đang dùng có quá nhiều người đang giữ chỗ. Bạn thử lại sau 10 phút, dùng mạng khác "
        "(ví dụ 4G), hoặc bấm “Gặp cán bộ”."
    )
    return notice(text, VISITS, *OFFICIAL, OFFICER)
