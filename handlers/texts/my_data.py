"""What the bot says about what it keeps of people, and the file that shows it to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.core.actions import Erase, EraseNow, MyData, button
from bot.core.messages import Attachment, Reply
from bot.store.people.export import MOST
from handlers.texts.booking import CONSENT, CONSENT_VERSION
from handlers.texts.common import CANCEL, MENU, notice, step
from handlers.texts.dates import moment

SHOW = button("📄 Dữ liệu của tôi", MyData())
ERASE = button("🗑 Xóa dữ liệu của tôi", Erase())
CHANNELS = {
    "web": "trang web",
    "telegram": "Telegram",
    "zalo-oa": "Zalo",
    "zalo-bot": "Zalo",
    "terminal": "cửa sổ lệnh",
}
SECTIONS = {
    "people": "Tài khoản trò chuyện",
    "bookings": "Lịch hẹn",
    "booking_events": "Những gì đã xảy ra với lịch hẹn",
    "waiting": "Danh sách chờ chỗ",
    "offers": "Chỗ trống đã mời bạn",
    "audit": "Cán bộ đã xem hoặc ghi gì về bạn",
    "poster_visits": "Áp phích đưa bạn đến đặt lịch",
    "consents": "Những điều bạn đã đồng ý hoặc rút lại",
    "coachings": "Kích hoạt VNeID từng bước",
    "coach_events": "Các bước kích hoạt đã qua",
    "profiles": "Hồ sơ nhận tin: nhóm, phường, đã làm đến đâu",
    "proactive": "Tin tuyên truyền đã gửi bạn",
    "campaign_taps": "Tin tuyên truyền bạn đã bấm",
    "handoffs": "Câu hỏi gửi cán bộ",
    "questions": "Câu hỏi bot đã trả lời (đã che số)",
    "incoming": "Tin bạn đã gửi (đã che số)",
    "outbox": "Tin bot đã gửi hoặc sẽ gửi bạn",
    "calls": "Cán bộ cần gọi điện cho bạn",
    "links": "Tài khoản đã liên kết",
    "link_requests": "Lần xin liên kết tài khoản",
    "numbers": "Số điện thoại mà ứng dụng xác nhận là của bạn (mã băm)",
    "interactions": "Lần cuối bạn nhắn trên Zalo",
    "officer_chats": "Tài khoản cán bộ của bạn",
    "origins": "Nơi mạng đã đặt chỗ (mã băm, không đọc ngược được)",
}
FIELDS = {
    "account": "tài khoản",
    "actor": "bởi",
    "activated_at": "kích hoạt lúc",
    "answer": "bạn đã báo",
    "answered": "đã trả lời",
    "at": "lúc",
    "audience": "nhóm",
    "booked_at": "đặt lúc",
    "by_another": "người khác xin",
    "changed_at": "đổi lần cuối",
    "channel": "kênh",
    "closed_at": "xong lúc",
    "code": "mã hẹn",
    "created_at": "tạo lúc",
    "done_at": "gọi xong lúc",
    "due_at": "gửi lúc",
    "entry": "mục trả lời",
    "event": "việc",
    "files": "tệp",
    "first_seen": "lần đầu",
    "given": "đồng ý",
    "kind": "loại",
    "last_seen": "lần cuối",
    "mark": "mã băm",
    "name": "tên",
    "news": "nhận tin",
    "office": "nơi làm",
    "origin": "mã băm",
    "other_channel": "kênh kia",
    "outcome": "kết quả",
    "phone": "số điện thoại",
    "place": "nơi dán",
    "poster": "áp phích đã quét",
    "poster_at": "quét lúc",
    "purpose": "mục đích",
    "reachable": "nhắn được",
    "read_at": "mở trang lần cuối",
    "reason": "lý do",
    "service": "việc",
    "starts_at": "giờ hẹn",
    "state": "trạng thái",
    "status": "VNeID mức 2",
    "step": "bước",
    "text": "nội dung",
    "until": "đến",
    "version": "bản văn bản",
    "vote": "bạn chấm",
    "ward": "mã phường",
    "what": "việc",
}
VALUES = {
    "booked": "đã đặt", "arrived": "đã đến", "served": "đã làm xong", "no_show": "không đến",
    "cancelled": "đã hủy", "moved": "đã đổi giờ", "held": "đang giữ chỗ", "expired": "hết hạn giữ",
    "waiting": "đang chờ", "offered": "đã được mời", "left": "đã thôi chờ", "open": "đang chờ",
    "closed": "đã xong", "due": "chờ gửi", "sending": "đang gửi", "sent": "đã gửi",
    "missed": "không gửi nữa", "failed": "không gửi được", "booking": "giữ lịch hẹn",
    "reminders": "nhắc lịch", "news": "tin mới", "coming": "sẽ đến", "person": "bạn",
    "service": "máy", "officer": "cán bộ", "accepted": "bạn đã nhận", "declined": "bạn không nhận",
    "begun": "bắt đầu", "done": "xong", "stuck": "bị vướng", "used": "đã liên kết", "ended": "không thành",
}  # fmt: skip
YES_NO = frozenset({"given", "reachable", "answered", "news", "by_another"})
TIMES = frozenset({"at", "until"})  # and whatever ends with _at or _seen


# --- what is kept --------------------------------------------------------------------------------


def kept(days: int) -> Reply:
    text = (
        "🔒 Bot giữ gì của bạn?\n"
        "• Tin bạn nhắn và câu trả lời; số giấy tờ, số điện thoại, mã bí mật trong đó đã được che.\n"
        "• Khi đặt lịch: tên gọi, giờ hẹn, và số điện thoại nếu bạn gửi (số được mã hóa).\n"
        "• Khi đăng ký nhận tin: nhóm, phường, đã làm VNeID đến đâu (“hồ sơ của tôi”).\n"
        "• Điều bạn đã đồng ý, và lúc nào.\n"
        "Không giữ: số căn cước, OTP, mật khẩu, ảnh, tệp, vị trí.\n\n"
        f"Giữ bao lâu? Tin nhắn {days} ngày; lịch hẹn đến {days} ngày sau buổi hẹn. Sau đó chỉ còn "
        "con số thống kê, không còn biết là ai.\n\n"
        "Ai xem được? Lịch hẹn: cán bộ nơi bạn hẹn. Câu gửi cán bộ: cán bộ trả lời. Mỗi lần xem đều "
        "được ghi lại. Không bán, không đưa cho ai khác.\n\n"
        "Bạn có quyền xem và xóa bất cứ lúc nào: bấm nút dưới đây, hoặc gõ “dữ liệu của tôi”, "
        "“xóa dữ liệu của tôi”."
    )
    return notice(text, SHOW, ERASE, MENU)


# --- the file ------------------------------------------------------------------------------------


def here_it_is(files: Sequence[Attachment], accounts: int) -> Reply:
    also = f", gồm cả {accounts - 1} tài khoản đã liên kết" if accounts > 1 else ""
    text = (
        f"📄 Đây là tất cả những gì bot đang giữ về bạn{also}: một tệp để đọc, một tệp cho máy đọc.\n\n"
        "Trong đó có tên, lịch hẹn và số điện thoại của bạn: đừng gửi tệp cho ai khác. Trên máy dùng "
        "chung, xem xong bạn xóa tệp đi nhé."
    )
    reply = notice(text, ERASE, MENU)
    return Reply(reply.tone, reply.text, reply.buttons, attachments=tuple(files))


def enough_for_today() -> Reply:
    text = (
        "Hôm nay bạn đã lấy tệp này nhiều lần; các tệp đó vẫn ở phía trên. Mai bạn lấy lại được nhé. "
        "Muốn xóa thì vẫn xóa được ngay."
    )
    return notice(text, ERASE, MENU)


def readable(accounts: Iterable[Mapping[str, Any]], made_at: datetime) -> str:
    """What is held, as a text that anybody can read."""
    lines = ["DỮ LIỆU CỦA BẠN Ở TRỢ LÝ VNEID", f"Lập lúc {moment(made_at)}.", ""]
    for account in accounts:
        lines.append(f"═══ {channel_name(account['channel'])} ═══")
        for table, rows in account["held"].items():
            newest = " dòng mới nhất" if len(rows) == MOST else ""
            lines += ["", f"— {SECTIONS[table]} ({len(rows)}{newest}) —"]
            lines += ["• " + "; ".join(_parts(row)) for row in rows]
        lines.append("")
    return "\n".join(lines)


def _parts(row: Mapping[str, Any]) -> Iterable[str]:
    for name, value in row.items():
        if value or value == 0:
            yield f"{FIELDS.get(name, name)}: {_value(name, value)}"


def _value(name: str, value: Any) -> str:
    if name in YES_NO:
        return "có" if value else "không"
    if name in TIMES or name.endswith(("_at", "_seen")):
        return moment(datetime.fromisoformat(value))
    if name == "version" and value == CONSENT_VERSION:
        return f"{value} (“{CONSENT.format(days='…')}”)"
    if name in ("channel", "other_channel"):
        return channel_name(value)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return VALUES.get(str(value), str(value))


def channel_name(channel: str) -> str:
    return CHANNELS.get(channel, channel)


# --- erasing -------------------------------------------------------------------------------------


def sure(live: int, waiting: bool, others: Sequence[str], until: datetime) -> Reply:
    """Asked once: *live* bookings would be cancelled, *others* are the channels of linked accounts,
    *until* marks how long the buttons are good for."""
    cancels = (
        f"• {live} lịch hẹn sắp tới của bạn bị HỦY, chỗ trả lại cho người khác.\n" if live else ""
    )
    waits = "• Bạn không còn trong danh sách chờ chỗ.\n" if waiting else ""
    text = (
        "🗑 Xóa dữ liệu của bạn? Xóa rồi không lấy lại được:\n"
        f"{cancels}{waits}"
        "• Tin nhắn, tên, số điện thoại, câu hỏi gửi cán bộ, các điều đã đồng ý: xóa hết.\n"
        "• Chỉ còn con số thống kê, không biết là ai.\n\n"
        "Bạn sẽ nhận một mã biên nhận."
    )
    if not others:
        return step(text, button("🗑 Xóa hết ngay", EraseNow(until, "one")), CANCEL)
    names = ", ".join(map(channel_name, others))
    return step(
        f"{text}\n\nBạn đã liên kết tài khoản này với: {names}.",
        button("🗑 Xóa hết, cả tài khoản liên kết", EraseNow(until, "all")),
        button("Chỉ xóa ở tài khoản này", EraseNow(until, "one")),
        CANCEL,
    )


def erased_before() -> Reply:
    """The button that erases was pressed once more."""
    text = (
        "Dữ liệu của bạn đã xóa rồi; nút này không xóa thêm gì nữa. Muốn xóa cả những gì có từ lúc đó đến "
        "nay thì bấm nút dưới đây."
    )
    return notice(text, ERASE, MENU)


def erased(code: str, at: datetime) -> Reply:
    text = (
        f"✅ Đã xóa xong dữ liệu của bạn.\n\nBiên nhận: XÓA-{code}, lúc {moment(at)}.\n\n"
        "Biên nhận không chứa gì về bạn; giữ lại nếu sau này cần hỏi. Chỉ còn tin này và mã biên nhận. "
        "Trên Telegram, Zalo, bạn tự xóa cuộc trò chuyện trong ứng dụng của mình nhé.\n\n"
        "Bạn nhắn tiếp thì bot lại giữ như một người mới."
    )
    return notice(text, MENU)
