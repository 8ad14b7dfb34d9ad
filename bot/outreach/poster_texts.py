"""What those who make posters read, at the desk and in a terminal."""

from __future__ import annotations

from bot.outreach.poster_files import NoChannel, NoWords
from bot.store.staff.figures import FEWEST

STEPS = ("Lượt quét", "Có hỏi", "Đặt lịch", "Đến làm", "Đã kích hoạt")


def why_not(error: NoChannel | NoWords) -> str:
    if isinstance(error, NoWords):
        return (
            "Thư mục FAQ chưa có chữ cho áp phích: cần tệp loi-chao.yaml với audiences: và places:."
        )
    return (
        "Chưa có kênh nào để in mã QR. Trong config.yaml, ghi public_url, outreach.telegram_username "
        "hoặc outreach.zalo_url."
    )


def people(count: int) -> str:
    """A number that nobody can be told apart in."""
    return str(count) if count == 0 or count >= FEWEST else f"dưới {FEWEST}"
