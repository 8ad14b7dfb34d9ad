"""What the bot says of a visit that is booked: the confirmation, moving, cancelling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import quote

from bot.core.actions import (
    Book,
    CancelNow,
    CancelVisit,
    Days,
    MoveToDay,
    MoveToHour,
    MoveVisit,
    MyVisits,
    TakeBack,
    button,
)
from bot.core.clock import local
from bot.core.config.booking import Service
from bot.core.messages import Attachment, Button, Reply, Tone
from bot.faq.entries import Entry, Faq
from bot.outreach.links import Link
from bot.store.booking.bookings import Booking, State
from bot.store.booking.offices import Office
from bot.store.booking.slots import Free
from handlers.texts.booking import BOOK, LINK, VISITS
from handlers.texts.common import MENU, notice, only_here, step
from handlers.texts.dates import day_buttons, day_name, hour_buttons, moment
from handlers.texts.profile import NEWS, STOP

BOOKED, MOVED, TAKEN_BACK = "✅ Đã đặt lịch.", "✅ Đã đổi lịch.", "✅ Đã lấy lại lịch, vẫn giờ cũ."


@dataclass(frozen=True, slots=True)
class Advice:
    """FAQ entries as they read on the day of a visit: what to `bring`, and the `fee`."""

    bring: Entry | None = None
    fee: Entry | None = None


def advice(faq: Faq, service: Service, starts_at: datetime) -> Advice:
    """What the FAQ says of the day of the visit, whenever it is asked: papers and fees change with
    the law, and the visit may lie beyond such a day."""
    day = local(starts_at).date()
    bring, fee = (faq.entries.get(id_) for id_ in (service.bring, service.fee))
    return Advice(bring.on(day) if bring else None, fee.on(day) if fee else None)


# --- booked --------------------------------------------------------------------------------------


def confirmed(
    booked: Sequence[Booking],
    office: Office,
    service: Service,
    *,
    advice: Advice,
    files: tuple[Attachment, ...],
    title: str = BOOKED,
) -> Reply:
    code = booked[0].code
    change = button("Đổi lịch", MoveVisit(code)), button("Hủy hẹn", CancelVisit(code))
    changes = change if len(booked) == 1 else ()  # of several each has buttons of their own there
    parts = [
        f"{title} {_codes(booked)}",
        f"{service.title}\n{moment(booked[0].starts_at)}\n{office.name}\n{office.address}",
        *advised(advice),
        "Đến nơi, bạn đưa mã hẹn hoặc mã QR cho cán bộ. Bận thì đổi hoặc hủy giúp để người khác có chỗ.",
    ]
    return Reply(
        Tone.NOTICE,
        "\n\n".join(part for part in parts if part),
        (map_button(office), *changes, VISITS, NEWS),
        attachments=files,
    )


def only_on_this_page(reply: Reply, addresses: Sequence[Link]) -> Reply:
    """*reply*, the confirmation, and where its reminders are shown that only wait on a page; and what
    brings them for sure. *addresses* are of the chats that the visit can be linked to."""
    chats = "; ".join(f"{one.title}: {one.name}" for one in addresses) or "Telegram hoặc Zalo"
    text = (
        "🔔 Trang web này chỉ nhắc được khi bạn đang mở trang; trang đóng thì không có chuông báo. Để khỏi "
        "quên:\n"
        "• Lưu tệp lịch kèm tin này vào máy: máy báo chuông trước giờ hẹn 2 giờ.\n"
        f"• Hoặc liên kết với ứng dụng nhắn tin ({chats}): mở khung chat với bot ở đó, gõ “liên kết” rồi nhập mã "
        "hẹn và số điện thoại đã gửi; đến lúc nhắc mà trang này chưa mở thì lời nhắc sang khung chat đó.\n"
        "• Có để lại số điện thoại mà đến lúc nhắc bạn chưa mở lại trang, cán bộ có số để gọi."
    )
    buttons = (*reply.buttons, *(Button(one.title, url=one.url) for one in addresses))
    return replace(reply, text=f"{reply.text}\n\n{text}", buttons=buttons)


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


def advised(advice: Advice) -> tuple[str, str]:
    """What to bring, and the fee; "" for what the FAQ does not say."""
    return what_to_bring(advice.bring), fee(advice.fee)


def fee(entry: Entry | None) -> str:
    return f"Lệ phí: {entry.fee}" if entry and entry.fee else ""


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
        button("Đổi lịch", MoveVisit(booking.code)),
        button("Hủy hẹn", CancelVisit(booking.code)),
    )
    return notice(text, map_button(office), *(changes if booking.state is State.BOOKED else ()))


def move_days(booking: Booking, office: Office, found: Sequence[tuple[date, int]]) -> Reply:
    buttons = day_buttons(found, lambda day: MoveToDay(booking.code, day))
    text = (
        f"Lịch {booking.code} đang là {moment(booking.starts_at)}. Chỗ cũ vẫn giữ đến khi đổi xong.\n\n"
        f"{office.name}: bạn chọn ngày mới."
    )
    return step(text, *buttons, button("Giữ nguyên lịch cũ", MyVisits()))


def move_times(booking: Booking, day: date, found: Sequence[Free]) -> Reply:
    code, version = booking.code, booking.version
    buttons = hour_buttons(found, lambda slot: MoveToHour(code, slot.id, version))
    other = button("Ngày khác", MoveVisit(booking.code))
    return step(f"{day_name(day)}: bạn chọn giờ mới.", *buttons, other)


def move_full(booking: Booking) -> Reply:
    text = "Nơi này hiện không còn giờ nào khác. Lịch cũ của bạn vẫn giữ nguyên."
    return notice(text, button("Hủy hẹn", CancelVisit(booking.code)), VISITS)


def move_gone(booking: Booking, why: str = "Giờ đó vừa hết chỗ.") -> Reply:
    text = f"{why} Lịch cũ của bạn vẫn giữ nguyên, bạn chọn giờ khác nhé."
    return notice(text, button("Chọn giờ khác", MoveVisit(booking.code)), VISITS)


def move_kept(booking: Booking) -> Reply:
    text = (
        "Giờ đó dành riêng cho người cao tuổi, người khuyết tật. Lịch cũ của bạn vẫn giữ nguyên, "
        "bạn chọn giờ khác nhé."
    )
    return notice(text, button("Chọn giờ khác", MoveVisit(booking.code)), VISITS)


def sure_to_cancel(booking: Booking) -> Reply:
    whose = f" của {booking.name}" if booking.name else ""
    text = f"Bạn chắc chắn hủy lịch {booking.code}{whose}, {moment(booking.starts_at)}?"
    return step(
        text,
        button("Hủy lịch này", CancelNow(booking.code, booking.version)),
        button("Đổi giờ khác", MoveVisit(booking.code)),
        button("Giữ lịch", MyVisits()),
    )


def cancelled(booking: Booking, files: tuple[Attachment, ...]) -> Reply:
    text = (
        f"Đã hủy lịch {booking.code}. Cảm ơn bạn đã báo, chỗ này sẽ dành cho người khác.\n\n"
        "Bấm nhầm thì bấm “Lấy lại lịch này”, mình giữ lịch như cũ (cùng những điều bạn đã đồng ý). Tệp kèm "
        "theo xóa buổi hẹn khỏi lịch trên máy bạn."
    )
    buttons = (take_back(booking), button("Đặt lại", Book(booking.service)), MENU)
    return Reply(Tone.NOTICE, text, buttons, attachments=files)


def not_live(code: str) -> Reply:
    return notice(f"Lịch {code} không còn nữa (đã hủy, đã đổi hoặc đã qua).", VISITS, BOOK)


def not_yours() -> Reply:
    return notice("Mình không thấy lịch này trong khung chat của bạn.", VISITS, BOOK)


# --- pressed late or twice ---------------------------------------------------------------------------


def stands(
    found: Sequence[Booking],
    office: Office,
    service: Service,
    now: datetime,
    *,
    advice: Advice | None,
    files: tuple[Attachment, ...],
) -> Reply:
    """How visits of one office and service stand today, each with its own buttons. *advice* and
    *files* are of those that are booked."""
    parts = [
        "\n".join(_standing(booking, now) for booking in found),
        f"{service.title}\n{office.name}\n{office.address}",
        *(advised(advice) if advice else ()),
    ]
    buttons = [button for booking in found for button in _ways_on(booking, now, len(found) > 1)]
    if advice:
        buttons.insert(0, map_button(office))
    text = "\n\n".join(part for part in parts if part)
    return Reply(Tone.NOTICE, text, (*buttons, VISITS), attachments=files)


def _standing(booking: Booking, now: datetime) -> str:
    what = f"mã {booking.code}, {moment(booking.starts_at)}"
    whose = f" ({booking.name})" if booking.name else ""
    match booking.state:
        case State.BOOKED if booking.starts_at > now:
            later = " Đây là giờ hiện nay của lịch." if booking.version > 1 else ""
            return f"✅ Bạn đã đặt rồi: {what}{whose}.{later}"
        case State.BOOKED:
            return f"Bạn đã đặt rồi: {what}{whose}. Giờ đó đã đến hoặc đã qua."
        case State.ARRIVED:
            return f"Cán bộ đã ghi nhận bạn đến: {what}{whose}."
        case State.SERVED:
            return f"Buổi hẹn này đã xong, lịch không còn nữa: {what}{whose}."
        case State.NO_SHOW:
            return (
                f"Lịch này đã qua, không còn nữa, và được ghi là không có người đến: {what}{whose}."
            )
    return f"Lịch này đã hủy, không còn nữa: {what}{whose}."


def _ways_on(booking: Booking, now: datetime, several: bool) -> tuple[Button, ...]:
    """*several*: they are shown together, and a button has to say whose it is."""
    which = f" {booking.code}" if several else ""
    again = button("Đặt lại", Book(booking.service))
    match booking.state:
        case State.BOOKED:
            return (
                button(f"Đổi lịch{which}", MoveVisit(booking.code)),
                button(f"Hủy hẹn{which}", CancelVisit(booking.code)),
            )
        case State.CANCELLED if booking.starts_at > now:
            return (take_back(booking, which), *(() if several else (again,)))
        case State.CANCELLED | State.NO_SHOW:
            return () if several else (again,)
    return ()


def take_back(booking: Booking, which: str = "") -> Button:
    return button(f"↩ Lấy lại lịch{which or ' này'}", TakeBack(booking.code))


def too_late_to_take_back(booking: Booking) -> Reply:
    """The place has gone, or has been offered to somebody."""
    text = (
        f"Chỗ {moment(booking.starts_at)} của lịch {booking.code} đã dành cho người khác, nên mình không lấy "
        "lại được. Bạn chọn giờ khác giúp nhé."
    )
    other = button("Xem giờ còn trống", Days(booking.service, booking.office))
    return notice(text, other, VISITS, MENU)


def nothing_to_leave(told: Reply) -> Reply:
    """*told*, what is booked, for who pressed "Thôi" when nothing was under way any more."""
    text = f"Hiện không có việc gì đang làm dở; lịch đã đặt vẫn còn.\n\n{told.text}"
    return replace(told, text=text, attachments=())


# --- what is sent unasked --------------------------------------------------------------------------


def reminders_on(*, mailbox: bool, booked: bool) -> Reply:
    """*booked*: there is something to remind of."""
    text = "Mình sẽ nhắc bạn trước giờ hẹn. Muốn thôi, bạn gõ DỪNG."
    if not booked:
        text = f"Hiện bạn chưa có lịch hẹn nào; đặt rồi thì: {text}"
    return only_here(notice(text, VISITS, STOP), mailbox=mailbox)
