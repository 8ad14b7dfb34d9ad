"""What the bot says about news, and about what somebody told of themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.booking.wards import Ward
from bot.core.actions import (
    AgreeNews,
    AgreeReminders,
    ChangeProfile,
    EraseProfile,
    EraseProfileNow,
    OfferNews,
    StopMessages,
    button,
)
from bot.core.audiences import AUDIENCES, STATUSES
from bot.core.clock import local
from bot.core.messages import Button, Reply
from bot.store.people.profiles import Profile
from handlers.texts.common import CANCEL, MENU, notice, step

NEWS = button("📰 Cho tôi nhận tin mới về VNeID", OfferNews())
STOP = button("Dừng nhận tin", StopMessages())
ERASE = button("🗑 Xóa hồ sơ", EraseProfile())
# The text of the consent, by its version: it changes only under a new version (Luật 91/2025/QH15:
# per purpose, nothing ticked beforehand, withdrawn at any time).
CONSENT_VERSION = "nhan-tin-2026-11"
CONSENT = (
    "🔒 Để gửi đúng tin bạn cần, mình lưu những gì bạn chọn: nhóm, phường, đã làm VNeID đến đâu; làm "
    "xong ở nơi hẹn thì mình tự ghi tiếp. Chỉ dùng để gửi tin, không đưa cho ai khác. Nhiều nhất một "
    "tin mỗi ngày, bốn tin mỗi tháng, không nhắn ban đêm. Nhắn DỪNG là thôi ngay; nhắn “xóa hồ sơ” là "
    "xóa hết."
)


def offer() -> Reply:
    text = f"Bạn muốn nhận tin mới về VNeID, căn cước dành cho mình?\n\n{CONSENT}"
    return step(text, button("✅ Đồng ý nhận tin", AgreeNews()), CANCEL)


def which_audience() -> Reply:
    buttons = (button(title, ChangeProfile("audience", id_)) for id_, title in AUDIENCES.items())
    return step(
        "Đã ghi. Bạn thuộc nhóm nào?", *buttons, button("Bỏ qua", ChangeProfile("audience", ""))
    )


def which_status() -> Reply:
    buttons = (button(title, ChangeProfile("status", id_)) for id_, title in STATUSES.items())
    return step(
        "Bạn đã làm VNeID mức 2 đến đâu?", *buttons, button("Không rõ", ChangeProfile("status", ""))
    )


def which_ward() -> Reply:
    return step("Bạn ở phường, xã nào? Gõ tên (tên cũ cũng được), ví dụ: Tân Phú.", CANCEL)


def which_of(wards: Sequence[Ward]) -> Reply:
    buttons = (button(ward.name, ChangeProfile("ward", ward.code)) for ward in wards)
    return step("Có mấy nơi tên này, bạn chọn giúp mình:", *buttons, CANCEL)


def unknown_ward() -> Reply:
    return step("Mình chưa tìm ra phường, xã này ở TP.HCM. Bạn gõ lại giúp mình.", CANCEL)


def shown(profile: Profile, ward: str, since: datetime | None, *, new: bool = False) -> Reply:
    """All that is kept, and what can be done about it."""
    head = (
        "✅ Xong. Mình giữ những điều này về bạn:" if new else "👤 Mình giữ những điều này về bạn:"
    )
    agreed = f" (đồng ý ngày {local(since):%d/%m/%Y})" if since else ""
    text = (
        f"{head}\n"
        f"• Nhóm: {AUDIENCES.get(profile.audience, 'chưa cho biết')}\n"
        f"• Phường, xã: {ward or 'chưa cho biết'}\n"
        f"• VNeID mức 2: {STATUSES.get(profile.status, 'chưa rõ').lower()}\n"
        f"• Nhận tin: {'có' + agreed if profile.news else 'không'}"
    )
    return notice(text, *_changes(profile), ERASE, MENU)


def _changes(profile: Profile) -> Iterable[Button]:
    if not profile.news:
        return (NEWS,)
    return (
        button("Đổi nhóm", ChangeProfile("audience")),
        button("Đổi phường" if profile.ward else "📍 Thêm phường", ChangeProfile("ward")),
        button("Đổi tình trạng", ChangeProfile("status")),
        STOP,
    )


def nothing() -> Reply:
    return notice(
        "Mình chưa giữ điều gì về bạn trong hồ sơ. Muốn nhận tin thì bấm nút dưới.", NEWS, MENU
    )


def sure() -> Reply:
    text = "Xóa hồ sơ thì mình quên nhóm, phường, tình trạng của bạn và thôi gửi tin. Lịch hẹn vẫn giữ."
    return step(text, button("Xóa ngay", EraseProfileNow()), CANCEL)


def erased() -> Reply:
    text = "Đã xóa hồ sơ, không còn giữ gì và sẽ không gửi tin nữa. Đổi ý thì nhắn NHẬN TIN."
    return notice(text, MENU)


def stopped() -> Reply:
    text = (
        "✅ Đã dừng. Mình sẽ không tự nhắn cho bạn nữa, cả tin mới lẫn nhắc hẹn. Lịch đã đặt vẫn giữ "
        "nguyên.\n\nMuốn nhận lại, bạn nhắn NHẬN TIN hoặc bấm nút dưới đây."
    )
    return notice(text, NEWS, button("Nhắc tôi trước giờ hẹn", AgreeReminders()), MENU)
