"""What the bot says while a visit is booked, until it is. Afterwards: texts/visits.py."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from math import ceil
from typing import TypeAlias

from bot.booking.wards import Ward
from bot.core.actions import (
    Book,
    Cancel,
    ChooseOffice,
    ChooseWard,
    Confirm,
    Days,
    EditNames,
    Hold,
    HoldForKin,
    Hours,
    JoinWaitingList,
    LinkAccount,
    MoveVisit,
    MyVisits,
    NoName,
    On,
    Soonest,
    button,
)
from bot.core.clock import local
from bot.core.config.booking import Service
from bot.core.messages import Button, Reply, Wish
from bot.store.booking.bookings import Booking
from bot.store.booking.offices import Office
from bot.store.booking.slots import Free
from handlers.texts.common import MENU, OFFICER, notice, step
from handlers.texts.dates import day_buttons, day_name, hour_buttons, moment

Ways: TypeAlias = Mapping[str, str]  # "Telegram", "Zalo" -> address of our account there, or ""

BOOK = button("📅 Đặt lịch hẹn", Book())
VISITS = button("📋 Lịch của tôi", MyVisits())
LOCATION = Button("📍 Gửi vị trí của tôi", wish=Wish.LOCATION)
CONTACT = Button("📱 Gửi số của tôi", wish=Wish.CONTACT)
LINK = button("🔗 Đã đặt ở ứng dụng khác?", LinkAccount())
ELDERLY = "👵 Chỗ ưu tiên: cao tuổi, khuyết tật"
LEAVE = button("Thôi, không đặt nữa", Cancel())  # gives all up; one step back has its own buttons
OFFICIAL = (
    Button("VNeID", url="https://vneid.gov.vn"),
    Button("Cổng Dịch vụ công quốc gia", url="https://dichvucong.gov.vn"),
)
# The text of the consent, by its version: it changes only under a new version, so that what a
# person agreed to can be told later. Luật 91/2025/QH15 (Bảo vệ dữ liệu cá nhân), Nghị định
# 356/2025/NĐ-CP: consent per purpose, nothing ticked beforehand, withdrawn at any time.
CONSENT_VERSION = "2026-11"
CONSENT = (
    "🔒 Để giữ lịch, mình lưu tên gọi, giờ hẹn, và số điện thoại nếu bạn gửi. Chỉ cán bộ nơi bạn hẹn "
    "xem được. Sau buổi hẹn {days} ngày thì xóa. Bạn rút lại lúc nào cũng được, bằng cách hủy hẹn."
)
# Said before the choice, where a reminder only waits on a page.
HERE_ONLY = (
    "🔔 Trang web này chỉ nhắc được khi bạn đang mở trang. Đặt xong có tệp lịch kèm chuông báo để lưu vào "
    "máy. Để lại số điện thoại thì đến lúc nhắc mà bạn chưa mở lại trang, cán bộ có số để gọi.\n\n"
)


# --- choosing ------------------------------------------------------------------------------------


def services(found: Iterable[Service]) -> Reply:
    text = (
        "Bạn muốn đặt lịch làm việc gì?\n\n"
        "Lịch chính thức còn đặt được ngay trên VNeID hoặc Cổng Dịch vụ công quốc gia."
    )
    buttons = (button(service.title, Book(service.id)) for service in found)
    return step(text, *buttons, VISITS, *OFFICIAL)


def no_service() -> Reply:
    text = "Hiện mình chưa nhận đặt lịch ở đây. Bạn đặt trên VNeID hoặc Cổng Dịch vụ công quốc gia nhé."
    return notice(text, *OFFICIAL, MENU)


def closed(why: str) -> Reply:
    """Officers have closed booking for a while; everything else goes on."""
    text = (
        f"Hiện tạm ngừng nhận đặt lịch mới: {why}\n\nLịch đã đặt vẫn giữ nguyên, bạn vẫn hủy hoặc hỏi "
        "mình được. Cần ngay thì đặt trên VNeID hoặc Cổng Dịch vụ công quốc gia."
    )
    return notice(text, VISITS, *OFFICIAL, MENU)


def ask_place(service: Service, offices: Sequence[Office]) -> Reply:
    text = (
        f"{service.title}: bạn muốn làm ở đâu?\n\n"
        "Gõ tên phường, xã (tên cũ cũng được), bấm gửi vị trí, hoặc chọn bên dưới."
    )
    return step(text, *place_buttons(service, offices), soonest_button(service), LOCATION, LEAVE)


def place_buttons(service: Service, offices: Iterable[Office]) -> list[Button]:
    return [button(office.name, Days(service.id, office.id)) for office in offices]


def soonest_button(service: Service) -> Button:
    return button("⚡ Sớm nhất, ở đâu cũng được", Soonest(service.id))


def which_ward(wards: Sequence[Ward]) -> Reply:
    """*wards* are alike by name: the person picks one by its whole name."""
    buttons = (button(ward.name, ChooseWard(ward.code)) for ward in wards)
    return step("Có mấy nơi trùng tên, bạn chọn giúp mình:", *buttons, LEAVE)


def too_many_wards() -> Reply:
    text = "Có nhiều nơi tên này. Bạn gõ thêm quận, huyện cũ giúp mình, ví dụ: phường 1 quận 4."
    return step(text, LOCATION, LEAVE)


def unknown_place(service: Service) -> Reply:
    text = (
        "Mình chưa tìm ra phường, xã này ở TP.HCM. Bạn gõ lại tên phường, xã (ví dụ: phường Tân Phú), "
        "gửi vị trí, hoặc chọn nơi sớm nhất."
    )
    return step(text, soonest_button(service), LOCATION, LEAVE)


def near(service: Service, found: Sequence[tuple[Office, float | None]], where: str) -> Reply:
    """Offices with how far they are, in kilometres where that is known."""
    lines = "\n".join(
        f"{n}. {office.name} – {office.address}{_far(km)}"
        for n, (office, km) in enumerate(found, 1)
    )
    buttons = place_buttons(service, (office for office, _ in found))
    text = f"Nơi làm gần {where}:\n{lines}\n\nBạn chọn một nơi:"
    return step(text, *buttons, soonest_button(service), LEAVE)


def around(found: Sequence[tuple[Office, float | None]]) -> Reply:
    """Offices around a place that was shared with no service chosen yet."""
    lines = "\n".join(
        f"{n}. {office.name} – {office.address}{_far(km)}"
        for n, (office, km) in enumerate(found, 1)
    )
    buttons = (button(f"Đặt lịch: {office.name}", ChooseOffice(office.id)) for office, _ in found)
    return notice(f"Nơi làm gần bạn (mình không lưu vị trí):\n{lines}", *buttons, MENU)


def _far(km: float | None) -> str:
    return "" if km is None else f" (khoảng {km:.1f} km)".replace(".", ",")


def at_office(office: Office, found: Iterable[Service]) -> Reply:
    buttons = (button(service.title, Days(service.id, office.id)) for service in found)
    return step(f"{office.name}: bạn cần làm việc gì?", *buttons, LEAVE)


def days(
    service: Service,
    office: Office,
    found: Sequence[tuple[date, int]],
    *,
    more: date | None,
    priority: bool,
    offer_priority: bool,
    elsewhere: Ways | None = None,
) -> Reply:
    """*elsewhere*: more days are free there than here; None when these are all."""
    buttons = day_buttons(found, lambda day: Hours(service.id, office.id, On(day, priority)))
    if more:
        buttons.append(button("Ngày sau nữa", Days(service.id, office.id, On(more, priority))))
    if offer_priority:
        buttons.append(button(ELDERLY, Days(service.id, office.id, On(priority=True))))
    kind = " (chỗ ưu tiên)" if priority else ""
    more_there = f"\n\n{_few_days(elsewhere)}" if elsewhere is not None else ""
    text = f"{office.name}{kind}\n{office.address}{more_there}\n\nBạn chọn ngày:"
    return step(text, *buttons, button("Nơi khác", Book(service.id)), LEAVE)


def _few_days(ways: Ways) -> str:
    there = f" Đặt qua {' hoặc '.join(ways)} thì còn thêm ngày để chọn." if ways else ""
    return f"Ngày nào không thấy ở đây là chỗ đặt qua web của ngày đó đã hết.{there}"


def times(service: Service, office: Office, day: date, found: Sequence[Free]) -> Reply:
    buttons = hour_buttons(found, lambda slot: Hold(service.id, slot.id))
    back = button("Ngày khác", Days(service.id, office.id))
    return step(f"{office.name}, {day_name(day)}: bạn chọn giờ.", *buttons, back, LEAVE)


def soonest(service: Service, found: Sequence[tuple[Free, Office]]) -> Reply:
    buttons = [
        button(
            f"{local(slot.starts_at):%H:%M} {day_name(local(slot.starts_at).date())}, {office.name}",
            Hold(service.id, slot.id),
        )
        for slot, office in found
    ]
    text = "Những giờ còn trống sớm nhất:"
    return step(text, *buttons, button("Chọn nơi khác", Book(service.id)), LEAVE)


def full(service: Service, office: Office | None) -> Reply:
    """Nothing is free: the waiting list, another place, or the official ways."""
    where = office.name if office else f"{service.title}: mọi nơi"
    other = ", chọn nơi khác" if office else ""
    text = (
        f"{where} hiện đã kín chỗ. Bạn có thể nhờ mình báo khi có người hủy{other}, hoặc đặt trên VNeID, "
        "Cổng Dịch vụ công quốc gia."
    )
    wait = button("🔔 Báo tôi khi có chỗ", JoinWaitingList(service.id, office.id if office else ""))
    others = [button("Nơi khác", Book(service.id)), soonest_button(service)] if office else []
    return notice(text, wait, *others, *OFFICIAL, MENU)


def web_full(service: Service, office: Office | None, ways: Ways) -> Reply:
    """What is left there is not for web accounts, which anybody can open any number of."""
    where = f" ở {office.name}" if office else ""
    text = f"Chỗ đặt qua web của những ngày còn trống{where} đã hết. {_elsewhere(ways)}" + (
        "Bạn cũng có thể chọn ngày khác, nơi khác, hoặc nhờ mình báo khi có chỗ."
    )
    id_ = office.id if office else ""
    return notice(
        text,
        *(Button(f"Đặt qua {name}", url=url) for name, url in ways.items() if url),
        *([button("Ngày khác", Days(service.id, id_))] if office else []),
        button("Nơi khác", Book(service.id)),
        button("🔔 Báo tôi khi có chỗ", JoinWaitingList(service.id, id_)),
        *OFFICIAL,
        MENU,
    )


def _elsewhere(ways: Ways) -> str:
    """Why there is more elsewhere, where there is."""
    if not ways:
        return ""
    names = " hoặc ".join(ways)
    return (
        f"Chỗ còn lại dành cho người đặt qua {names}, vì tài khoản ở đó gắn với số điện thoại nên không ai "
        "giành hết chỗ được. "
    )


def gone(service: Service, office: str) -> Reply:
    text = "Giờ này vừa hết chỗ, hoặc đã quá sát để đặt. Bạn chọn giờ khác nhé."
    return notice(text, button("Xem giờ còn trống", Days(service.id, office)), MENU)


def kept_for_the_elderly(service: Service, office: str) -> Reply:
    """They have not said that they are, as far as this talk knows."""
    text = (
        "Giờ này dành riêng cho người cao tuổi, người khuyết tật. Đúng là bạn, hay người nhà đi cùng, "
        "thì bấm “Chỗ ưu tiên” rồi chọn lại giờ. Không phải thì bạn chọn giờ thường nhé."
    )
    return notice(
        text,
        button(ELDERLY, Days(service.id, office, On(priority=True))),
        button("Xem giờ thường", Days(service.id, office)),
        MENU,
    )


def not_here(service: Service) -> Reply:
    """A button was older than what the office offers now."""
    text = "Nơi này hiện không nhận đặt lịch cho việc này nữa. Bạn chọn nơi khác nhé."
    return notice(text, button("Nơi khác", Book(service.id)), soonest_button(service), MENU)


def already(booking: Booking, slot: str) -> Reply:
    """There is a live booking of the same service."""
    text = (
        f"Bạn đã có lịch hẹn này rồi: mã {booking.code}, {moment(booking.starts_at)}. "
        "Mỗi người một lịch cho một việc."
    )
    return notice(
        text,
        button("Đổi sang giờ khác", MoveVisit(booking.code)),
        for_kin(booking.service, slot),
        VISITS,
    )


def for_kin(service: str, slot: str) -> Button:
    return button("Đặt cho người nhà", HoldForKin(service, slot))


def booked_elsewhere(*more: Button) -> Reply:
    """The number that the platform names as theirs has a visit; nothing is said of it, as the number
    may have been another's when that was booked."""
    text = (
        "Số điện thoại gắn với tài khoản của bạn đã có lịch cho việc này, đặt ở một tài khoản khác. Mỗi "
        "người một lịch cho một việc. Bạn xem lịch đó ở nơi đã đặt; không phải của bạn thì bấm “Gặp cán bộ”."
    )
    return notice(text, *more, LINK, OFFICER)


# --- filling in ----------------------------------------------------------------------------------


def who(held: Sequence[Booking], now: datetime, most: int) -> Reply:
    left = (held[0].held_until or now) - now
    minutes = max(1, ceil(left.total_seconds() / 60))
    text = (
        f"Mình giữ chỗ {moment(held[0].starts_at)} cho bạn trong {minutes} phút.\n\n"
        "Người đến tên gì để cán bộ gọi? Gõ tên thường gọi, ví dụ: cô Ba. "
        f"Đi nhiều người (nhiều nhất {most}) thì gõ các tên cách nhau dấu phẩy."
    )
    unnamed = button("Không ghi tên, gọi bằng mã hẹn", NoName(held[0].party))
    day = local(held[0].starts_at).date()
    back = button("Giờ khác", Hours(held[0].service, held[0].office, On(day)))
    return step(text, unnamed, back, LEAVE)


def bad_phone(typed: str) -> Reply:
    """What was typed is not said again: it may be somebody's number."""
    count = sum(letter.isdigit() for letter in typed)
    text = (
        f"Số bạn vừa gửi có {count} chữ số. Mình cần số di động 10 chữ số, bắt đầu bằng 0 (hoặc +84). "
        "Bạn gõ lại, hoặc bỏ qua cũng được: không có số vẫn đặt được lịch."
    )
    return step(text)


def bad_names(most: int) -> Reply:
    text = (
        f"Tên cần là chữ, mỗi tên tối đa 60 chữ, nhiều nhất {most} người, cách nhau dấu phẩy. "
        "Đừng ghi số giấy tờ. Bạn gõ lại giúp mình nhé."
    )
    return step(text, LEAVE)


def not_enough(service: Service, wanted: int, held: Sequence[Booking]) -> Reply:
    text = (
        f"Giờ này không đủ {wanted} chỗ liền nhau. Chỗ của bạn vẫn giữ; bạn gõ ít tên hơn, "
        "hoặc chọn giờ khác."
    )
    other = button("Chọn giờ khác", Days(service.id, held[0].office))
    return step(text, other, LEAVE)


def share_ended(held: Sequence[Booking]) -> Reply:
    """A party asks for more places than web accounts have left there."""
    text = (
        "Ngày này qua web không còn đặt được nhiều chỗ như vậy. Chỗ của bạn vẫn giữ; bạn gõ ít tên hơn, "
        "hoặc chọn ngày khác."
    )
    return step(text, button("Chọn ngày khác", Days(held[0].service, held[0].office)), LEAVE)


def form(
    held: Sequence[Booking],
    service: Service,
    office: Office,
    *,
    phone: bool,
    keep_days: int,
    mailbox: bool = False,
) -> Reply:
    names = ", ".join(booking.name for booking in held if booking.name) or "gọi bằng mã hẹn"
    number = "đã có" if phone else "chưa có (không bắt buộc; gõ vào đây nếu muốn cán bộ gọi được)"
    until = held[0].held_until or held[0].starts_at
    text = (
        "Bạn xem lại:\n"
        f"• Việc: {service.title}\n"
        f"• Nơi: {office.name}, {office.address}\n"
        f"• Giờ: {moment(held[0].starts_at)}\n"
        f"• Người đến: {names}\n"
        f"• Số điện thoại: {number}\n\n"
        f"{CONSENT.format(days=keep_days)}\n\n"
        f"{HERE_ONLY if mailbox else ''}"
        f"Chỗ được giữ đến {local(until):%H:%M}."
    )
    here = " ở trang này" if mailbox else ""
    party = held[0].party
    return step(
        text,
        button(f"✅ Đồng ý, đặt lịch và nhắc tôi{here}", Confirm(party, remind=True)),
        button("✅ Đồng ý đặt lịch, không cần nhắc", Confirm(party, remind=False)),
        button("Sửa tên", EditNames(party)),
        *(() if phone else (CONTACT,)),
        LEAVE,
    )


def number_not_taken() -> Reply:
    """It stands beside as many visits as it may; whoever typed it hears nothing of those."""
    text = (
        "Số điện thoại này mình không ghi vào lịch hẹn được. Bạn vẫn đặt được: bấm “Đồng ý” bên dưới "
        "để đặt không cần số, hoặc gõ số khác."
    )
    return notice(text)


def hold_ended(service: str, office: str) -> Reply:
    text = "Chỗ giữ cho bạn đã hết giờ nên mình trả lại rồi. Bạn chọn lại giờ nhé, nhanh thôi."
    return notice(text, button("Chọn lại giờ", Days(service, office)), MENU)


def given_back(service: str, office: str) -> Reply:
    text = "Mình trả lại giờ vừa giữ rồi. Bạn chọn giờ khác nhé."
    return notice(text, button("Chọn lại giờ", Days(service, office)), MENU)


def forgotten() -> Reply:
    """Nothing is known (any more) of what the button belonged to."""
    text = (
        "Mình không còn giữ gì của lần chọn giờ này. Lịch đang có của bạn, nếu có, ở “Lịch của tôi”; chưa "
        "đặt thì bạn chọn lại giờ nhé."
    )
    return notice(text, VISITS, BOOK, MENU)


def other_choice() -> Reply:
    """A button of an earlier choice, while something else is held."""
    return notice("Nút đó thuộc lần chọn giờ trước. Chỗ bạn đang giữ bây giờ thì ở dưới đây.")


def no_longer() -> Reply:
    """A button names what is not in the calendar, or not offered, any more."""
    text = "Việc, nơi hoặc giờ này không còn trong lịch nhận đặt nữa. Bạn chọn lại giúp nhé."
    return notice(text, BOOK, VISITS, MENU)


def given_up() -> Reply:
    return notice("Đã thôi đặt lịch, chỗ giữ cho bạn đã trả lại.", BOOK, MENU)
