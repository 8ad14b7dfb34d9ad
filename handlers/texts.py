"""Every sentence the bot says, and how an entry becomes a message."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from bot.config import Contact
from bot.matching.entries import Entry
from bot.messages import Attachment, Button, Reply, Tone, Wish
from bot.privacy import Secret

MENU = Button("☰ Danh mục", "menu")
OFFICER = Button("Gặp cán bộ", "officer")
HELP = Button("Cách dùng", "help")
CANCEL = Button("Thôi, quay lại", "cancel")


def notice(text: str, *buttons: Button) -> Reply:
    return Reply(Tone.NOTICE, text, buttons)


def step(text: str, *buttons: Button) -> Reply:
    return Reply(Tone.STEP, text, buttons)


def ask_button(entry: Entry) -> Button:
    return Button(entry.title, f"ask:{entry.id}", entry=entry.id)


def call(contact: Contact) -> Button:
    """Dials the hotline, where the channel can."""
    digits = "".join(filter(str.isdigit, contact.hotline))
    return Button(f"📞 Gọi tổng đài {contact.hotline}", url=f"tel:{digits}")


# --- welcome, menu, help -------------------------------------------------------------------------


def welcome(name: str, common: Iterable[Entry]) -> Reply:
    text = (
        f"Xin chào, mình là {name} – trợ lý tự động, không phải cổng của công an.\n\n"
        "Mình trả lời câu hỏi về VNeID, thẻ căn cước, cư trú và Đề án 06, có ghi nguồn. "
        "Bạn cứ gõ như nói chuyện, không dấu cũng được.\n\n"
        "🔒 Mình KHÔNG BAO GIỜ hỏi số căn cước, mã OTP, mật khẩu hay ảnh giấy tờ. "
        "Ai hỏi những thứ đó là lừa đảo."
    )
    return notice(text, *map(ask_button, common), MENU, OFFICER)


def menu(groups: Iterable[tuple[str, str]]) -> Reply:
    """*groups*: id and title of each group of entries."""
    buttons = [Button(title, f"group:{id_}") for id_, title in groups]
    return notice("Bạn cần hỏi về việc gì?", *buttons, OFFICER, HELP)


def group(title: str, entries: Iterable[Entry], more: Button | None) -> Reply:
    last = (more, MENU) if more else (MENU,)
    return notice(f"{title}: chọn điều bạn cần.", *map(ask_button, entries), *last)


def help_text(contact: Contact) -> Reply:
    text = (
        "Cách dùng:\n"
        "• Gõ câu hỏi như nói chuyện, ví dụ: “mat the can cuoc lam sao”.\n"
        "• Bấm nút, hoặc gõ số thứ tự của nút (1, 2, 3…).\n"
        "• Gõ “menu” để xem danh mục, “gặp cán bộ” để nhờ người trả lời, “hủy” để thôi việc đang "
        "làm, “dữ liệu của tôi” để xem bot giữ gì về bạn.\n\n"
        "Mình là trợ lý tự động. Mình không hỏi và không giữ số căn cước, mã OTP, mật khẩu, ảnh "
        f"giấy tờ. Việc gấp: gọi 113. Hỏi về VNeID: tổng đài {contact.hotline} (có thể tính cước)."
    )
    return notice(text, MENU, OFFICER, Button("🔒 Bot giữ gì của bạn?", "privacy"))


def cancelled(was_busy: bool) -> Reply:
    said = "Đã hủy." if was_busy else "Hiện không có việc gì đang làm dở."
    return notice(f"{said} Bạn hỏi tiếp hoặc xem danh mục nhé.", MENU)


def further(choices: Iterable[Button]) -> Reply:
    return step("Bạn chọn tiếp nhé:", *choices)


def outdated() -> Reply:
    return notice("Nút này đã cũ nên không dùng được nữa. Bạn chọn lại từ danh mục nhé.", MENU)


# --- answers -------------------------------------------------------------------------------------


def answer(
    entry: Entry,
    related: Iterable[Entry],
    question_id: str | None,
    action: Button | None = None,
    spread: Iterable[Button] = (),
) -> Reply:
    """The entry as one message; *action* is what one would do next, *spread* how to pass it on.
    With *question_id* it can be voted on."""
    return Reply(
        Tone.ANSWER,
        entry_text(entry),
        (
            *(Button(link.label, url=link.url) for link in entry.links),
            *((action,) if action else ()),
            *map(ask_button, related),
            *spread,
            *(vote_buttons(question_id) if question_id else ()),
        ),
        entry=entry.id,
        source=source_line(entry),
    )


def share(entry: Entry) -> Button:
    return Button("📤 Chia sẻ cho người thân", entry=entry.id, wish=Wish.SHARE)


def card(entry: Entry) -> Button:
    return Button("🖼 Ảnh để gửi nhóm", f"card:{entry.id}", entry=entry.id)


def picture_of(entry: Entry) -> Reply:
    """The picture is drawn when it is sent."""
    text = (
        f"Ảnh câu trả lời: {entry.question}\n\n"
        "Bạn giữ ngón tay vào ảnh để lưu, hoặc chuyển tiếp vào nhóm Zalo, nhóm gia đình."
    )
    picture = Attachment("image/png", f"{entry.id}.png", "", card=entry.id)
    return Reply(Tone.NOTICE, text, (share(entry), MENU), attachments=(picture,))


def entry_text(entry: Entry) -> str:
    """The answer first; then steps, papers, place, fee, time, and what else to know."""
    parts = [entry.answer]
    if entry.steps:
        parts.append("\n".join(f"{n}. {line}" for n, line in enumerate(entry.steps, 1)))
    if entry.documents:
        parts.append("Mang theo:\n" + "\n".join(f"• {line}" for line in entry.documents))
    facts = (("Nơi làm", entry.place), ("Lệ phí", entry.fee), ("Thời gian", entry.time))
    lines = [f"{name}: {value}" for name, value in facts if value]
    if lines:
        parts.append("\n".join(lines))
    if entry.more:
        parts.append(entry.more)
    return "\n\n".join(parts)


def source_line(entry: Entry) -> str:
    return "; ".join(map(str, entry.sources))


def vote_buttons(question_id: str) -> tuple[Button, Button]:
    return (
        Button("👍 Đúng ý", f"vote:up:{question_id}"),
        Button("👎 Chưa đúng", f"vote:down:{question_id}"),
    )


def ask_back(candidates: Iterable[Entry]) -> Reply:
    buttons = (*map(ask_button, candidates), Button("Không phải những câu này", "none"))
    return Reply(Tone.ASK_BACK, "Có phải bạn muốn hỏi:", buttons)


def neighbour(entry: Entry) -> Reply:
    """A matter of another office: say where to ask."""
    return Reply(Tone.ADMIT, entry_text(entry), (MENU, OFFICER), source=source_line(entry))


def admit(contact: Contact) -> Reply:
    text = (
        "Câu này mình chưa có câu trả lời chắc chắn, nên không dám nói bừa.\n\n"
        f"Bạn có thể hỏi {contact.office}, hoặc tổng đài {contact.hotline} (có thể tính cước). "
        "Thử hỏi lại ngắn hơn, mỗi lần một việc, cũng có khi mình hiểu ra."
    )
    return Reply(Tone.ADMIT, text, (MENU, OFFICER))


def edited() -> Reply:
    return notice("Mình thấy bạn vừa sửa câu hỏi, đây là câu trả lời mới:")


# --- safety and privacy --------------------------------------------------------------------------


def scam_now() -> Reply:
    text = (
        "⚠️ DỪNG LẠI – đây có dấu hiệu lừa đảo.\n\n"
        "1. Cúp máy, đừng trả lời tin nhắn. Công an không gọi điện hay nhắn Zalo bảo đọc mã OTP, "
        "cài ứng dụng hay bấm đường dẫn.\n"
        "2. KHÔNG đọc mã, không cài gì, không chuyển tiền.\n"
        "3. Lỡ cài hoặc lỡ đọc mã: tắt mạng, gọi ngay ngân hàng để khóa tài khoản, rồi báo công an "
        "nơi gần nhất. Đang bị đe dọa: gọi 113.\n"
        "4. Giữ lại số gọi đến và tin nhắn; báo số lạ qua 156 (gọi) hoặc 5656 (nhắn)."
    )
    return notice(text)


FOUND = {
    Secret.ID_NUMBER: "số giấy tờ",
    Secret.PHONE: "số điện thoại",
    Secret.CODE: "mã bí mật",
}


def privacy_notices(found: Collection[Secret]) -> tuple[Reply, ...]:
    """Tell the person what was masked in their message; nothing when nothing was found."""
    if not found:
        return ()
    names = ", ".join(FOUND[kind] for kind in FOUND if kind in found)
    text = (
        f"🔒 Tin của bạn có {names}. Mình đã che đi, không lưu lại. "
        "Bạn đừng gửi những thông tin này cho bất kỳ ai qua tin nhắn nhé; nếu được, hãy xóa tin đó."
    )
    return (notice(text),)


# --- photos, voices and the rest -----------------------------------------------------------------

MEDIA = {
    "photo": (
        "🔒 Mình không xem và không lưu ảnh. Nếu đó là ảnh căn cước hay giấy tờ, bạn xóa tin ảnh đi "
        "nhé. Bạn gõ câu hỏi bằng chữ giúp mình."
    ),
    "document": (
        "🔒 Mình không mở và không lưu tệp. Nếu trong đó có giấy tờ cá nhân, bạn xóa tin đi nhé. "
        "Bạn gõ câu hỏi bằng chữ giúp mình. Tệp .apk ai gửi cho bạn thì tuyệt đối đừng cài."
    ),
    "voice": "Mình chưa nghe được tin thoại. Bạn gõ câu hỏi giúp mình, không dấu cũng được.",
    "sticker": "Cảm ơn bạn 😊 Bạn cần hỏi gì về VNeID, căn cước hay cư trú thì cứ gõ nhé.",
    "location": (
        "Cảm ơn bạn đã chia sẻ vị trí; mình không lưu lại. Hiện mình chưa tìm điểm làm theo vị trí. "
        "Bạn xem nơi làm ở các câu dưới đây."
    ),
    "contact": "🔒 Mình chưa cần số điện thoại của bạn nên không lưu lại.",
    "unknown": "Mình chưa đọc được loại tin này. Bạn gõ câu hỏi bằng chữ giúp mình nhé.",
}


def hidden(contact: Contact) -> Reply:
    """To somebody whose messages the platform keeps from us, and who may not be able to answer:
    everything stands in the text."""
    text = (
        "Ứng dụng nhắn tin đang bảo vệ tài khoản của bạn nên mình không đọc được tin này.\n\n"
        f"Bạn gọi tổng đài {contact.hotline} (có thể tính cước), hoặc đến {contact.office} để được "
        "giúp trực tiếp. Việc gấp: gọi 113.\n\n"
        "Bạn cũng có thể nhờ người thân nhắn giúp từ tài khoản của họ."
    )
    return notice(text, MENU)


EMPTY = "Bạn chưa viết gì cả. Bạn gõ câu hỏi, hoặc xem danh mục nhé."
TOO_LONG = (
    "Tin của bạn dài quá mình đọc không xuể. Bạn viết gọn lại trong vài câu: bạn đang cần làm gì, "
    "vướng ở chỗ nào?"
)
NO_TROUBLE = "Dạ không có gì. Cần gì bạn cứ hỏi mình nhé."
ABUSE = (
    "Mình hiểu bạn đang bực. Mình là máy nên chưa giúp được gì nhiều ngoài thông tin; bạn cho biết "
    "đang vướng việc gì, hoặc bấm “Gặp cán bộ” để có người trả lời."
)


# --- officers, feedback, faults ------------------------------------------------------------------


def officer_prompt(contact: Contact) -> Reply:
    text = (
        "Bạn viết điều cần hỏi vào tin nhắn tiếp theo, mình chuyển cho cán bộ; câu trả lời sẽ đến "
        "ngay trong khung chat này, thường vào giờ hành chính.\n\n"
        "Đừng viết số căn cước, mật khẩu hay mã OTP. "
        f"Cần ngay thì gọi tổng đài {contact.hotline} (có thể tính cước); khẩn cấp gọi 113."
    )
    return step(text, CANCEL)


def officer_has_enough() -> Reply:
    """What somebody asked an officer is so long that nothing more is added."""
    text = (
        "Bạn đã gửi cán bộ nhiều rồi nên câu này mình chưa chuyển được. Cán bộ trả lời xong câu trước, bạn "
        "hỏi tiếp nhé; gấp thì gọi tổng đài hoặc đến công an phường, xã."
    )
    return notice(text, MENU)


def officer_queued(again: bool) -> Reply:
    done = "Mình đã thêm vào câu hỏi bạn đang chờ" if again else "Mình đã chuyển câu hỏi của bạn"
    return notice(
        f"{done}. Cán bộ trả lời xong, mình nhắn bạn ngay tại đây. "
        "Trong lúc chờ bạn cứ hỏi mình việc khác.",
        MENU,
    )


def officer_says(text: str) -> Reply:
    return Reply(Tone.ANSWER, f"👮 Cán bộ trả lời:\n{text}", (MENU,))


REASONS = {
    "wrong": "Thông tin sai",
    "unclear": "Khó hiểu",
    "other": "Không phải điều mình hỏi",
    "missing": "Thiếu điều mình cần",
}


def thanks_up() -> Reply:
    return notice("Cảm ơn bạn 👍")


def thanks_down(question_id: str) -> Reply:
    buttons = (Button(label, f"why:{code}:{question_id}") for code, label in REASONS.items())
    return step("Tiếc quá. Câu trả lời chưa ổn ở chỗ nào?", *buttons, OFFICER)


def thanks_reason() -> Reply:
    return notice("Cảm ơn bạn, tình nguyện viên sẽ xem lại câu này.", MENU, OFFICER)


def too_fast(most: int) -> Reply:
    return notice(
        f"Bạn nhắn nhanh quá: mỗi phút mình chỉ trả lời được {most} tin, mấy tin vừa rồi mình chưa xử lý. "
        "Bạn đợi khoảng một phút rồi nhắn lại giúp mình nhé."
    )


def sorry() -> Reply:
    return notice(
        "Xin lỗi, mình gặp trục trặc với tin này. Mình đã ghi lại để sửa; bạn thử hỏi cách khác "
        "hoặc gọi tổng đài 1900.0368.",
        MENU,
    )
