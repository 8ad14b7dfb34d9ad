"""Files of a reply on both of Zalo's channels, which take pictures only: the others stand in the text."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from bot.core.messages import Attachment, Reply

PICTURES = frozenset({"image/png", "image/jpeg"})
NO_FILE = (
    "📎 Nơi triển khai này chưa gửi được tệp qua Zalo. Bạn gõ “liên kết” để nối với trang web, rồi lấy "
    "tệp ở đó; hoặc gõ “gặp cán bộ”."
)

Address: TypeAlias = Callable[[int], str]  # where the reply's file of this number can be opened


def lines(
    reply: Reply, address: Address | None, is_picture: Callable[[Attachment], bool]
) -> list[str]:
    """The files that are sent as no picture, as links; where there is no *address*, how to come by
    what is sealed."""
    found = [
        f"📎 {file.name}: {address(number)}"
        for number, file in enumerate(reply.attachments)
        if address and not is_picture(file)
    ]
    if not address and any(file.sealed for file in reply.attachments):
        found.append(NO_FILE)
    return found
