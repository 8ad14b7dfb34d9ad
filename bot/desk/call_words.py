"""The call list in an officer's words."""

from __future__ import annotations

from bot.booking.reminders import ACTIVATE, EVENING, HOURS
from bot.core.crypto import BadKey, Vault, as_dialled
from bot.store.booking.slots import BACK, CHANGED

KINDS = {
    EVENING: "nhắc tối hôm trước",
    HOURS: "nhắc trước giờ hẹn",
    ACTIVATE: "hỏi đã kích hoạt chưa",
    CHANGED: "giờ hẹn không còn làm, mời chọn giờ khác",
    BACK: "giờ đã báo nghỉ nay làm lại, không cần chọn giờ khác",
}
# How the courier's reasons begin, and what they mean.
REASONS = {
    "unreachable": "người này đã chặn hoặc xóa bot",
    "refused": "kênh không nhận tin này",
    "not sent in time": "kênh hỏng, không gửi kịp",
    "no longer useful": "dịch vụ ngừng, không gửi kịp",
    "officers call": "cán bộ chọn tự gọi",
    "page not opened": "chỉ nhắc được trên trang web, và người này chưa mở lại trang",
}


def phone(sealed: str, vault: Vault) -> str:
    """The number as people write it, or why there is none to show."""
    try:
        return as_dialled(vault.open(sealed)) or "(không có số)"
    except BadKey:
        return "(số ghi bằng khóa khác)"


def kind(name: str) -> str:
    """What the message that did not arrive was for."""
    return KINDS.get(name) or KINDS.get(name.partition("-")[0], name)


def reason(given: str) -> str:
    """Why it did not arrive."""
    return next((text for start, text in REASONS.items() if given.startswith(start)), given)
