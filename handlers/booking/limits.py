"""Whether somebody may take places: not whoever holds them without booking, nor for hundreds."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core.config.limits import Limits
from bot.core.messages import Address, Reply, WorkWanted
from bot.store.booking import fair_shares
from bot.store.booking import limits as quotas
from bot.store.people import erasure_log, linked_accounts, phone_owners
from handlers.texts.booking import OFFICIAL, VISITS
from handlers.texts.common import MENU, OFFICER, notice
from handlers.turn import Turn, erased_mark

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
FULL_HOURS = 3  # a day: who renews a hold just before it ends never fills one hour's number
MOST_ERASURES = 3  # in a day, after which nothing is held: who is erased has nothing counted
MOST_DOUBLINGS = 5  # of the work for a place: a phone of somebody in a crowd has to do it, too


def refusal(turn: Turn, places: int) -> Reply | None:
    """Why the sender cannot hold so many *places* now; None when they can."""
    limits, tx, origin = turn.settings.limits, turn.tx, turn.incoming.origin
    sender = turn.incoming.sender
    if erasure_log.times(tx, erased_mark(turn.vault, sender), turn.now - DAY) >= MOST_ERASURES:
        return held_too_often()
    accounts = linked_accounts.addresses(
        tx, sender
    )  # one that is vouched for vouches for no dozen others
    lately, today = (
        sum(quotas.dropped(tx, one, turn.now - t) for one in accounts) for t in (HOUR, DAY)
    )
    if lately >= limits.holds_per_hour:
        return held_too_often()
    if today >= limits.holds_per_hour * FULL_HOURS:
        return held_too_often("đến mai")
    booked = sum(quotas.booked(tx, one, turn.now - DAY) for one in accounts)
    if booked + places > limits.bookings_per_day:
        return booked_too_many(limits.bookings_per_day)
    held = quotas.held_from(tx, origin, turn.now - HOUR, but=sender)
    if held + places > limits.holds_per_address:
        return crowded_address()
    if quotas.booked_from(tx, origin, turn.now - DAY) + places > limits.bookings_per_address:
        return crowded_address()
    return None


def asker(turn: Turn) -> fair_shares.Asker | None:
    """Who asks for a place, when nothing vouches for the account; None when something does."""
    if phone_owners.vouched(turn.tx, turn.incoming.sender):
        return None
    return bounded(turn.settings.limits, turn.incoming.origin, turn.now)


def bounded(limits: Limits, origin: str, now: datetime) -> fair_shares.Asker:
    """Somebody at *origin* for whom nothing vouches."""
    return fair_shares.Asker(
        origin,
        now,
        of_day=limits.unvouched_share,
        near_each=limits.near_per_address,
        near_common=limits.near_share,
    )


def share(turn: Turn, office: str, pool: str = "all") -> fair_shares.Share | None:
    """What the sender may have of the places of *office*; None for all that are free."""
    one = asker(turn)
    return fair_shares.of(turn.tx, one, office, pool) if one else None


def work(turn: Turn) -> None:
    """Raise `WorkWanted` when many places were taken from the sender's address lately and their
    browser has not worked enough for one more: more with each doubling. A crowd's phones work side
    by side, one machine that wants it all does so one after the other."""
    limits, sender = turn.settings.limits, turn.incoming.sender
    taken = quotas.taken_from(turn.tx, turn.incoming.origin, turn.now - WEEK, but=sender)
    doublings = (taken // limits.places_before_work).bit_length()
    bits = limits.work_bits + min(doublings, MOST_DOUBLINGS) - 1 if doublings else 0
    if bits > turn.incoming.worked:
        raise WorkWanted(bits)


def number_is_full(turn: Turn, mark: str, places: int) -> bool:
    """Whether the number of *mark* was typed beside so many visits that it is written beside no more.

    The bound lies between the limit and twice that, told from the keyed mark, and nobody outside knows
    where. So whoever types a number again and again learns nothing from the moment it is refused, unless
    that comes before the limit; and then only that somebody else has typed it, not whose it is."""
    most = turn.settings.limits.visits_per_number
    return quotas.with_number(turn.tx, mark) + places > most + int(mark[:8], 16) % most


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
