"""What the bot says before a visit to remind of it, and after it until the account works."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.core.actions import (
    Ask,
    CancelVisit,
    Coming,
    IsActivated,
    MoveVisit,
    MyVisits,
    button,
    parse,
)
from bot.core.clock import local
from bot.core.config import Contact
from bot.core.config.booking import Service
from bot.core.messages import REMINDER, Button, Facts, Reply
from bot.faq.entries import Entry
from bot.store.booking.bookings import Booking
from bot.store.booking.offices import Office
from handlers.texts.booking import VISITS
from handlers.texts.common import OFFICER, ask_button, notice
from handlers.texts.dates import moment
from handlers.texts.visits import Advice, fee, map_button

UNNAMED = "bạn"  # who comes, where no name was given
FEW_PAPERS = 4  # more are behind the button


# --- before the visit ----------------------------------------------------------------------------


def reminder(booking: Booking, office: Office, service: Service, advice: Advice) -> Reply:
    """Day and hour are said in full: the message may come late, or be read late."""
    who = f" của {booking.name}" if booking.name else ""
    parts = [
        f"⏰ Nhắc lịch hẹn{who}",
        f"{service.title}\n{moment(booking.starts_at)}\n{office.name}\n{office.address}\n"
        f"Mã hẹn: {booking.code}",
        papers(advice.bring),
        fee(advice.fee),
        "Bạn bấm giúp một nút để nơi làm biết trước. Bận thì đổi hoặc hủy, người khác sẽ có chỗ.",
    ]
    return notice(
        "\n\n".join(part for part in parts if part),
        button("✅ Tôi sẽ đến", Coming((booking.code,))),
        *changes(booking.code),
        map_button(office),
        *((ask_button(advice.bring),) if advice.bring else ()),
    )


def facts(
    booking: Booking, office: Office, service: Service, papers: str = "", fee: str = ""
) -> Facts:
    """What `zalo_oa.templates.reminder` in config.yaml may use, and *papers*, what to bring, and the
    *fee*."""
    at = local(booking.starts_at)
    values = {
        "name": booking.name or UNNAMED,
        "code": booking.code,
        "service": service.title,
        "date": f"{at:%d/%m/%Y}",
        "time": f"{at:%H:%M}",
        "office": office.name,
        "address": office.address,
        "papers": papers,
        "fee": fee,
    }
    return Facts(REMINDER, values, booking.sure_phone)


def together(replies: Sequence[Reply]) -> Reply:
    """One reminder in the place of *replies*, which are for several people at one office and hour.
    Each keeps their own code, and is moved or cancelled on their own."""
    facts = [reply.facts for reply in replies if reply.facts]
    first, count = facts[0].values, len(facts)
    at = datetime.strptime(f"{first['date']} {first['time']} +0700", "%d/%m/%Y %H:%M %z")
    people = (f"• {_called(one)}: mã hẹn {one.values['code']}" for one in facts)
    parts = [
        f"⏰ Nhắc lịch hẹn của {count} người",
        f"{first['service']}\n{moment(at)}\n{first['office']}\n{first['address']}",
        "\n".join(people),
        first.get("papers", ""),
        first.get("fee", ""),
        "Bạn bấm giúp một nút để nơi làm biết trước. Ai bận thì đổi hoặc hủy riêng người đó, người khác "
        "sẽ có chỗ.",
    ]
    codes = tuple(one.values["code"] for one in facts)
    kept = (b for b in replies[0].buttons if b.url or isinstance(parse(b.data), Ask))
    return replace(
        replies[0],
        text="\n\n".join(part for part in parts if part),
        buttons=(
            button(f"✅ Cả {count} người sẽ đến", Coming(codes)),
            button("Đổi, hủy của từng người", MyVisits()),
            *kept,
        ),
        facts=replace(facts[0], values={**first, "name": f"{count} người, có {first['name']}"}),
    )


def _called(one: Facts) -> str:
    name = one.values["name"]
    return "Không ghi tên" if name == UNNAMED else name


def all_coming(found: Sequence[Booking]) -> Reply:
    codes = ", ".join(f"{one.name} ({one.code})" if one.name else one.code for one in found)
    text = (
        f"Cảm ơn bạn đã báo. Hẹn gặp {len(found)} người lúc {moment(found[0].starts_at)}.\n"
        f"Đến nơi, mỗi người đọc mã hẹn của mình cho cán bộ: {codes}."
    )
    return notice(text, VISITS)


def papers(entry: Entry | None) -> str:
    """The FAQ's own list of what to bring, its first lines; "" when it has none."""
    if entry is None or not entry.documents:
        return ""
    lines = [f"• {line}" for line in entry.documents[:FEW_PAPERS]]
    more = ["• …"] if len(entry.documents) > FEW_PAPERS else []
    return "\n".join(["Mang theo:", *lines, *more])


def changes(code: str) -> tuple[Button, Button]:
    return button("Đổi lịch", MoveVisit(code)), button("Hủy hẹn", CancelVisit(code))


PASSED_ON = (
    "ℹ Tin này đến đây vì khung chat đã dùng để đặt lịch không nhận được tin. Muốn đổi hoặc hủy hẹn, "
    "bạn mở lại khung chat đó, hoặc bấm “Gặp cán bộ”."
)


def passed_on(reply: Reply) -> Reply:
    """*reply* for an account that has the phone number of the booking: it may be a relative's, so the
    message reminds and gives no power over the booking. Safe to do again."""
    if PASSED_ON in reply.text:
        return reply
    changes = (MoveVisit, CancelVisit)
    kept = tuple(b for b in reply.buttons if not isinstance(parse(b.data), changes))
    return replace(reply, text=f"{reply.text}\n\n{PASSED_ON}", buttons=(*kept, OFFICER))


def coming(booking: Booking, *, own: bool) -> Reply:
    """*own*: whoever says so may also move and cancel it."""
    text = (
        f"Cảm ơn bạn đã báo. Hẹn gặp bạn lúc {moment(booking.starts_at)}.\n"
        f"Đến nơi, bạn đọc mã hẹn {booking.code} cho cán bộ."
    )
    return notice(text, *((*changes(booking.code), VISITS) if own else (OFFICER,)))


# --- after the visit -----------------------------------------------------------------------------


def not_yet(booking: Booking) -> Reply:
    """The visit that was over is booked again: an officer has taken back what they had marked."""
    text = (
        f"Câu hỏi này không còn nữa: buổi hẹn {booking.code}, {moment(booking.starts_at)} được ghi là chưa "
        "diễn ra."
    )
    return notice(text, VISITS)


def is_it_activated(booking: Booking, service: Service, contact: Contact, *, late: bool) -> Reply:
    """*late*: the seven days in which one can do it oneself may be over."""
    who = f" của {booking.name}" if booking.name else ""
    days = (
        f"Có tin báo đã quá 7 ngày thì bạn gọi tổng đài {contact.hotline} (có thể tính cước) nhờ kích hoạt; "
        "chưa quá thì tự làm được tại nhà."
        if late
        else "Có tin nhắn báo hồ sơ được duyệt là bạn tự làm được tại nhà, trong 7 ngày."
    )
    text = (
        f"📱 Tài khoản VNeID{who} đã kích hoạt chưa?\n\n"
        f"Buổi hẹn {booking.code} ({service.title}) đã xong. Tài khoản được cấp rồi mà chưa kích hoạt "
        f"thì vẫn chưa dùng được. {days}\n\n"
        "🔒 Mình không bao giờ hỏi mã OTP hay mật khẩu."
    )
    return notice(
        text,
        button("✅ Rồi, dùng được rồi", IsActivated("yes", booking.code)),
        button("Chưa, chỉ mình từng bước", IsActivated("how", booking.code)),
        button("Bị lỗi ở một bước", IsActivated("stuck", booking.code)),
    )
