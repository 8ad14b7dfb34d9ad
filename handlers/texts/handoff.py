"""What is said about handing a question over to officers."""

from __future__ import annotations

from bot.core.config import Contact
from bot.core.messages import Reply, Tone
from handlers.texts.common import CANCEL, MENU, notice, step


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
