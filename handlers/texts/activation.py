"""What the bot says while somebody activates VNeID, one step at a time.

The steps and what goes wrong at them are those of the FAQ (kich-hoat-cac-buoc and its neighbours).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.core.actions import Activate, Activation, ActivationStep, Book, IsActivated, button
from bot.core.config import Contact
from bot.core.config.booking import Service
from bot.core.messages import Reply
from bot.faq.entries import Entry
from bot.store.booking.bookings import Booking
from handlers.texts.common import MENU, OFFICER, notice, step


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. `troubles` are the FAQ entries on what goes wrong there, likeliest first."""

    id: str
    name: str
    text: str
    troubles: tuple[str, ...]
    done: str = "✅ Xong, làm tiếp"
    stuck: str = "Vướng ở bước này"


STEPS = (
    Step(
        "tin-nhan",
        "chờ tin nhắn báo duyệt",
        "Máy bạn đã có tin nhắn báo hồ sơ được duyệt chưa?\n\n"
        "Tin thật viết không dấu, mời bạn vào VNeID hoặc vneid.gov.vn. Tin bảo bấm đường dẫn khác là giả. "
        "Có tin rồi thì nên kích hoạt trong 7 ngày.",
        ("chua-nhan-sms-kich-hoat", "ho-so-muc-2-cham", "dang-ky-muc-2"),
        done="✅ Có tin nhắn rồi",
        stuck="Chưa thấy tin nhắn",
    ),
    Step(
        "cai-app",
        "cài ứng dụng VNeID",
        "Bạn cài ứng dụng VNeID, không mất tiền:\n"
        "• iPhone: mở App Store.\n"
        "• Máy khác: mở CH Play (Google Play).\n"
        "Tìm chữ VNeID, xem nơi phát hành là Trung tâm dữ liệu quốc gia về dân cư, Bộ Công an. "
        "Ai gửi đường dẫn hay tệp cài thì đừng bấm.",
        ("tai-cai-app", "app-vneid-gia", "app-loi-bao-tri"),
        done="✅ Cài xong rồi",
    ),
    Step(
        "nhap-so",
        "nhập số định danh và số điện thoại",
        "Mở VNeID, ở màn hình đăng nhập chọn Kích hoạt. Nhập:\n"
        "• 12 số trên thẻ căn cước,\n"
        "• số điện thoại đã khai lúc làm hồ sơ.\n"
        "Rồi bấm Gửi yêu cầu.\n\n"
        "🔒 Nhập trong ứng dụng VNeID thôi. Đừng gửi các số đó vào đây.",
        ("bao-sai-so-dien-thoai", "bao-chua-co-tai-khoan", "app-loi-bao-tri"),
    ),
    Step(
        "otp",
        "nhập mã OTP",
        "VNeID gửi một mã số (OTP) vào tin nhắn điện thoại. Bạn xem tin nhắn rồi tự tay nhập mã vào "
        "VNeID, nhập ngay vì mã mau hết hạn.\n\n"
        "🔒 Đừng đọc mã cho ai, đừng gửi mã vào đây.",
        ("khong-nhan-otp", "bao-sai-so-dien-thoai"),
    ),
    Step(
        "mat-khau",
        "đặt mật khẩu",
        "Bạn đặt mật khẩu: dài 8 đến 20 chữ và số, có đủ\n"
        "• chữ HOA và chữ thường,\n"
        "• số,\n"
        "• một ký tự đặc biệt như @ # !\n\n"
        "VNeID không hỏi đặt mật khẩu (bạn đã có từ trước) thì bạn bấm làm tiếp.",
        ("quen-mat-khau", "app-loi-bao-tri"),
    ),
    Step(
        "passcode",
        "đặt passcode 6 số",
        "Bạn đặt passcode: 6 số, để mở giấy tờ trong VNeID. Passcode khác với mật khẩu. Đừng lấy ngày "
        "sinh, người khác dễ đoán ra.",
        ("quen-passcode", "app-loi-bao-tri"),
    ),
    Step(
        "cau-hoi",
        "trả lời 2 câu hỏi bảo mật",
        "Bạn chọn 2 câu hỏi bảo mật và trả lời, câu nào mình nhớ lâu mà người khác khó đoán. Không có đúng "
        "sai. Nên ghi câu trả lời ra giấy, cất nơi kín.",
        ("cau-hoi-bao-mat", "app-loi-bao-tri"),
    ),
    Step(
        "dang-nhap",
        "đăng nhập lại",
        "Bước cuối: bạn đăng nhập lại VNeID bằng 12 số trên thẻ và mật khẩu vừa đặt. Vào được là xong.",
        ("quen-mat-khau", "quet-nfc-loi", "dien-thoai-khong-nfc", "khuon-mat-khong-khop",
         "dang-nhap-thiet-bi-khac"),
        done="✅ Vào được rồi",
    ),
)  # fmt: skip

BEGIN = button("📱 Kích hoạt từng bước", Activate())
LATER = button("Để lúc khác", Activation("later"))
ANOTHER = button("Vướng ở bước khác", Activation("where"))


def number_of(found: Step) -> int:
    return STEPS.index(found) + 1


def show(found: Step) -> Reply:
    number = number_of(found)
    back = (
        () if number == 1 else (button("◂ Quay lại", ActivationStep("go", STEPS[number - 2].id)),)
    )
    return step(
        f"Bước {number}/{len(STEPS)} – {found.name}\n\n{found.text}",
        button(found.done, ActivationStep("ok", found.id)),
        button(found.stuck, ActivationStep("stuck", found.id)),
        *back,
        LATER,
    )


def welcome() -> Reply:
    text = (
        f"Mình cùng bạn kích hoạt VNeID, {len(STEPS)} bước ngắn, làm tới đâu mình chờ tới đó. Bạn cầm điện "
        "thoại sẽ dùng VNeID và thẻ căn cước.\n\n"
        "Gõ “quay lại” để lùi một bước, “hủy” để thôi."
    )
    return notice(text)


def left_off(found: Step) -> Reply:
    """They were here some days ago."""
    number = number_of(found)
    return step(
        f"Lần trước bạn dừng ở bước {number}/{len(STEPS)}: {found.name}. Mình làm tiếp từ đó nhé?",
        button(f"Làm tiếp bước {number}", ActivationStep("go", found.id)),
        ANOTHER,
        button("Làm lại từ đầu", ActivationStep("go", STEPS[0].id)),
        button("✅ Tôi làm xong rồi", Activation("done")),
    )


def which_step() -> Reply:
    buttons = (
        button(f"{number}. {_capital(one.name)}", ActivationStep("stuck", one.id))
        for number, one in enumerate(STEPS, 1)
    )
    return step("Bạn đang vướng ở bước nào?", *buttons)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


# --- stuck ---------------------------------------------------------------------------------------


def what_is_wrong(found: Step, troubles: Iterable[Entry]) -> Reply:
    """At *found* several things may go wrong: which is it?"""
    return step(
        f"Vướng ở bước {number_of(found)} ({found.name}). Bạn thấy giống điều nào?",
        *(button(entry.title, ActivationStep("why", found.id, entry.id)) for entry in troubles),
        button("Không phải những điều này", ActivationStep("help", found.id)),
    )


def did_it_help(found: Step) -> Reply:
    """Stands under the FAQ's answer."""
    return step(
        "Làm theo cách trên đã được chưa? Mình chờ.",
        button("✅ Được rồi, làm tiếp", ActivationStep("ok", found.id)),
        button("Vẫn chưa được", ActivationStep("help", found.id)),
        button(f"Xem lại bước {number_of(found)}", ActivationStep("go", found.id)),
        LATER,
    )


def help_of_people(found: Step, contact: Contact, service: Service | None) -> Reply:
    """Where a person helps: at an office by appointment, on the phone, in this chat."""
    text = (
        "Không sao, nhiều người cũng vướng chỗ này. Bạn nhờ người giúp nhé:\n"
        f"• Gọi tổng đài {contact.hotline} (có thể tính cước).\n"
        f"• Mang thẻ căn cước và điện thoại đến {contact.office}."
    )
    book = (button("📅 Đặt lịch nhờ cán bộ giúp", Book(service.id)),) if service else ()
    back = button(f"Thử lại bước {number_of(found)}", ActivationStep("go", found.id))
    return step(text, *book, OFFICER, back, LATER)


def never_here() -> Reply:
    """They have just typed a number that belongs into the app."""
    return notice(
        "Số đó bạn chỉ nhập trong ứng dụng VNeID thôi nhé. Mình không cần, và không ai được hỏi bạn số đó."
    )


# --- leaving and coming back ---------------------------------------------------------------------


def see_you(*, reminded: bool) -> Reply:
    """They go on another time; *reminded*: they have agreed to be asked."""
    kept = "Mình nhớ bạn đang ở bước nào. Khi rảnh, bạn gõ “kích hoạt giúp tôi” là làm tiếp được."
    if reminded:
        return notice(f"{kept}\n\nTối mai mình hỏi lại bạn một tiếng.", BEGIN, MENU)
    return step(
        f"{kept}\n\nTối mai mình nhắn hỏi bạn làm tới đâu, được không?",
        button("🔔 Được, nhắc tôi", Activation("remind")),
        button("Không cần nhắc", Activation("quiet")),
    )


def will_ask() -> Reply:
    text = "Vâng, tối mai mình hỏi lại. Muốn thôi nhắc, bạn gõ DỪNG."
    return notice(text, BEGIN, MENU)


def will_not_ask() -> Reply:
    return notice("Vâng, mình không nhắc. Khi rảnh bạn gõ “kích hoạt giúp tôi”.", BEGIN, MENU)


def stopped() -> Reply:
    text = "Đã dừng phần kích hoạt. Khi cần, bạn gõ “kích hoạt giúp tôi”."
    return notice(text, BEGIN, MENU)


def how_is_it() -> Reply:
    """Sent some days later, so it says what it is about."""
    text = (
        "📱 Bữa trước bạn đang kích hoạt VNeID cùng mình. Bạn đã vào được VNeID chưa?\n\n"
        "Quá 7 ngày kể từ ngày có tin báo được cấp tài khoản thì gọi tổng đài 1900.0368 nhờ giúp."
    )
    return notice(
        text,
        button("✅ Rồi, dùng được rồi", Activation("done")),
        button("Chưa, làm tiếp với mình", Activate()),
        button("Đừng hỏi việc này nữa", Activation("stop")),
    )


def well_done(visits: Sequence[Booking]) -> Reply:
    """*visits*: what was booked here and is asked about still; one of them may be this account."""
    text = (
        "🎉 Tốt quá! Từ giờ bạn dùng VNeID thay giấy tờ được rồi. Mình không hỏi lại việc này nữa.\n\n"
        "Nhớ: đừng đọc mã OTP, mật khẩu cho ai, kể cả người xưng là công an."
    )
    if visits:
        text += "\n\nVừa rồi là tài khoản của ai? Bạn bấm để mình thôi hỏi về người đó."
    ours = (
        button(f"Của {visit.name or f'lịch hẹn {visit.code}'}", IsActivated("yes", visit.code))
        for visit in visits
    )
    return notice(text, *ours, MENU)
