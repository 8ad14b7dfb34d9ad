"""What the bot says where others read along: short, and nothing that is one person's alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.core.config import Contact
from bot.core.messages import Button, Reply, Tone, Wish
from bot.faq.entries import Entry
from handlers.texts.common import entry_text, notice, source_line


def private(label: str = "Hỏi riêng trợ lý", entry: str | None = None) -> Button:
    """Opens a talk that nobody else reads, with *entry* if one is named."""
    return Button(label, entry=entry, wish=Wish.PRIVATE)


def hello(name: str) -> Reply:
    text = (
        f"Chào cả nhà, mình là {name}, trợ lý tự động. Muốn hỏi về VNeID, thẻ căn cước, cư trú thì nhắc "
        "tên mình kèm câu hỏi, hoặc trả lời tin của mình. Không ai gọi thì mình im lặng.\n\n"
        "🔒 Ở đây nhiều người đọc: đừng viết số căn cước, mã OTP, mật khẩu."
    )
    return notice(text, private())


def in_private() -> Reply:
    text = "Việc riêng (đặt lịch, lịch hẹn, gặp cán bộ…) thì bạn nhắn riêng cho mình nhé, ở đây nhiều người đọc."
    return notice(text, private("Nhắn riêng cho trợ lý"))


def warning(reply: Reply) -> Reply:
    """A warning as it is said in private; what its buttons lead to is shown there."""
    links = (button for button in reply.buttons if button.url)
    return replace(reply, buttons=(*links, private("Xem đủ việc cần làm", reply.entry)))


def answer(entry: Entry, calls: tuple[Button, ...]) -> Reply:
    """The question stands above, as others have written in between."""
    return Reply(
        Tone.ANSWER,
        f"❓ {entry.question}\n\n{entry_text(entry)}",
        (
            *(Button(link.label, url=link.url) for link in entry.links),
            *calls,
            private(entry=entry.id),
        ),
        entry=entry.id,
        source=source_line(entry),
    )


def which(found: Iterable[Entry]) -> Reply:
    buttons = (private(entry.title, entry.id) for entry in found)
    return Reply(
        Tone.ASK_BACK, "Có phải bạn muốn hỏi câu này? Bấm để xem trong khung riêng:", tuple(buttons)
    )


def admit(contact: Contact) -> Reply:
    text = (
        "Câu này mình chưa có câu trả lời chắc chắn, nên không dám nói bừa. Bạn hỏi "
        f"{contact.office}, hoặc tổng đài {contact.hotline} (có thể tính cước)."
    )
    return Reply(Tone.ADMIT, text, (private(),))
