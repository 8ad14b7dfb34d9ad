"""What is said to photos, voices and the rest that is not a text one can read."""

from __future__ import annotations

from bot.core.config import Contact
from bot.core.messages import Kind, Reply
from handlers.texts.common import MENU, notice

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

# After the answer to words that stood beside it.
BESIDE = {
    Kind.PHOTO: (
        "📷 Mình trả lời theo lời bạn viết; ảnh gửi kèm thì mình không xem và không lưu. Nếu trong ảnh "
        "có giấy tờ, bạn xóa tin đó đi nhé."
    ),
    Kind.DOCUMENT: (
        "📎 Mình trả lời theo lời bạn viết; tệp hay video gửi kèm thì mình không mở và không lưu. Nếu "
        "trong đó có giấy tờ, bạn xóa tin đó đi nhé."
    ),
    Kind.VOICE: "🎧 Mình trả lời theo lời bạn viết; tin thoại gửi kèm thì mình chưa nghe được.",
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
