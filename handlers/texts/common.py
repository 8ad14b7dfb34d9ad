"""What is said in many places, and how an entry becomes a message. What belongs to one thing that a
citizen can do stands in a module of its own here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from bot.core.actions import (
    Ask,
    AskAll,
    AskOfficer,
    AsPicture,
    Cancel,
    Group,
    Help,
    Menu,
    NoneOfThese,
    Privacy,
    Vote,
    button,
)
from bot.core.config import Contact
from bot.core.messages import Attachment, Button, Reply, Tone, Wish
from bot.faq.entries import Entry
from bot.faq.matching.aspect import Aspect
from handlers.texts.first_reply import FirstReply, first_reply, parts

MENU = button("☰ Danh mục", Menu())
OFFICER = button("Gặp cán bộ", AskOfficer())
HELP = button("Cách dùng", Help())
CANCEL = button("Thôi, quay lại", Cancel())
FACTS = (Aspect.PLACE, Aspect.FEE, Aspect.TIME)  # short ones, said together
NAMED = 3  # of what a first reply leaves out, on the button to it


def notice(text: str, *buttons: Button) -> Reply:
    return Reply(Tone.NOTICE, text, buttons)


def step(text: str, *buttons: Button) -> Reply:
    return Reply(Tone.STEP, text, buttons)


def ask_button(entry: Entry) -> Button:
    return button(entry.title, Ask(entry.id), entry=entry.id)


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
    buttons = [button(title, Group(id_)) for id_, title in groups]
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
    return notice(text, MENU, OFFICER, button("🔒 Bot giữ gì của bạn?", Privacy()))


def cancelled(was_busy: bool) -> Reply:
    said = "Đã hủy việc đang làm dở." if was_busy else "Hiện không có việc gì đang làm dở."
    return notice(f"{said} Bạn hỏi tiếp hoặc xem danh mục nhé.", MENU)


ONLY_HERE = (
    "📌 Ở trang web này, tin của mình chỉ hiện khi bạn mở lại đúng trang này, trên máy này; trang đóng thì "
    "không có chuông báo."
)


def only_here(reply: Reply, *, mailbox: bool) -> Reply:
    """*reply*, which promises a later message; in a *mailbox* nothing brings that to the person."""
    return replace(reply, text=f"{reply.text}\n\n{ONLY_HERE}") if mailbox else reply


def further(choices: Iterable[Button]) -> Reply:
    return step("Bạn chọn tiếp nhé:", *choices)


def no_further() -> Reply:
    """The message that had more choices is forgotten."""
    return notice(
        "Những lựa chọn này đã cũ, mình không còn giữ. Bạn chọn lại từ danh mục nhé.", MENU
    )


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
    """The whole entry as one message; *action* is what one would do next, *spread* how to pass it on.
    With *question_id* it can be voted on."""
    votes = vote_buttons(question_id) if question_id else ()
    done = (action,) if action else ()
    buttons = (*_links(entry), *done, *map(ask_button, related), *spread, *votes)
    return _of(entry, entry_text(entry), source_line(entry), buttons)


def first_answer(
    entry: Entry,
    asks: Sequence[Aspect],
    related: Iterable[Entry],
    question_id: str | None,
    action: Button | None = None,
    spread: Iterable[Button] = (),
) -> Reply:
    """Like `answer`, with what *asks* wants to know first, one screen long, and the rest behind a button."""
    first = first_reply(entry, asks)
    votes = vote_buttons(question_id) if question_id else ()
    done = (*((action,) if action else ()), *_rest(entry, first))
    buttons = (*_links(entry), *done, *map(ask_button, related), *spread, *votes)
    return _of(entry, first.text, first_source(entry), buttons)


def likely(
    entry: Entry, asks: Sequence[Aspect], others: Iterable[Entry], action: Button | None = None
) -> Reply:
    """The entry that was likely meant, and as buttons the *others* that may have been."""
    first = first_reply(entry, asks)
    done = (*((action,) if action else ()), *_rest(entry, first))
    buttons = (*_links(entry), *done, *map(ask_button, others), NONE_OF_THESE)
    text = f"Mình hiểu là bạn hỏi: “{entry.question}”\n\n{first.text}"
    return replace(_of(entry, text, first_source(entry), buttons), sure=False)


def _of(entry: Entry, text: str, source: str, buttons: tuple[Button, ...]) -> Reply:
    return Reply(Tone.ANSWER, text, buttons, entry=entry.id, source=source)


def _links(entry: Entry) -> Iterator[Button]:
    return (Button(link.label, url=link.url) for link in entry.links)


def _rest(entry: Entry, first: FirstReply) -> tuple[Button, ...]:
    """The button to what the first reply left out."""
    if not first.left:
        return ()
    return (button(f"📋 Xem {', '.join(first.left[:NAMED])}", AskAll(entry.id)),)


def share(entry: Entry) -> Button:
    return Button("📤 Chia sẻ cho người thân", entry=entry.id, wish=Wish.SHARE)


def card(entry: Entry) -> Button:
    return button("🖼 Ảnh để gửi nhóm", AsPicture(entry.id), entry=entry.id)


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
    found = dict(parts(entry))
    facts = [found.pop(fact) for fact in FACTS if fact in found]
    whole = (entry.answer, *found.values(), "\n".join(facts), entry.more or "")
    return "\n\n".join(part for part in whole if part)


def source_line(entry: Entry) -> str:
    return "; ".join(map(str, entry.sources))


def first_source(entry: Entry) -> str:
    """The source that carries most; all stand under the whole answer."""
    return str(entry.sources[0]) if entry.sources else ""


def vote_buttons(question_id: str) -> tuple[Button, Button]:
    return (
        button("👍 Đúng ý", Vote("up", question_id)),
        button("👎 Chưa đúng", Vote("down", question_id)),
    )


NONE_OF_THESE = button("Không phải những câu này", NoneOfThese())


def ask_back(candidates: Iterable[Entry]) -> Reply:
    buttons = (*map(ask_button, candidates), NONE_OF_THESE)
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


# --- small talk and faults -----------------------------------------------------------------------

NO_TROUBLE = "Dạ không có gì. Cần gì bạn cứ hỏi mình nhé."
ABUSE = (
    "Mình hiểu bạn đang bực. Mình là máy nên chưa giúp được gì nhiều ngoài thông tin; bạn cho biết "
    "đang vướng việc gì, hoặc bấm “Gặp cán bộ” để có người trả lời."
)


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
