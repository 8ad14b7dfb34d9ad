"""What is said to who votes on an answer."""

from __future__ import annotations

from bot.core.actions import ExplainVote, button
from bot.core.messages import Reply
from handlers.texts.common import MENU, OFFICER, notice, step

REASONS = {
    "wrong": "Thông tin sai",
    "unclear": "Khó hiểu",
    "other": "Không phải điều mình hỏi",
    "missing": "Thiếu điều mình cần",
}


def thanks_up() -> Reply:
    return notice("Cảm ơn bạn 👍")


def thanks_down(question_id: str) -> Reply:
    buttons = (button(label, ExplainVote(code, question_id)) for code, label in REASONS.items())
    return step("Tiếc quá. Câu trả lời chưa ổn ở chỗ nào?", *buttons, OFFICER)


def thanks_reason() -> Reply:
    return notice("Cảm ơn bạn, tình nguyện viên sẽ xem lại câu này.", MENU, OFFICER)


def forgotten() -> Reply:
    """The question is older than what is kept, or was erased."""
    text = "Câu hỏi này đã cũ, mình không còn giữ nên không ghi thêm được. Cảm ơn bạn đã bấm."
    return notice(text, MENU)
