"""What can be read in one of Telegram's messages. Pure: JSON in, texts out."""

from __future__ import annotations

from bot.channels.reading import SIGNS, Json, said, shown, words

# The first part found in a message says what it is. An animation carries a `document` as well, and
# a venue a `location`.
MEDIA = (
    "photo", "voice", "audio", "video_note", "sticker", "animation", "dice", "video", "live_photo",
    "paid_media", "document", "location",
)  # fmt: skip
# Who somebody is, not what they say: names of people, bots and chats.
PEOPLE = frozenset({
    "chat", "chats", "from", "sender_chat", "sender_user", "sender_business_bot", "via_bot", "user",
    "users", "forward_origin", "forward_from", "forward_from_chat", "origin", "contact", "winners",
    "left_chat_member", "new_chat_members", "users_shared", "chat_shared", "passport_data",
})  # fmt: skip
# Around the words, or what they answer to: read for danger, never taken for what the person says.
AROUND = frozenset({
    "entities", "caption_entities", "link_preview_options", "reply_markup", "quote", "external_reply",
    "reply_to_message", "reply_to_story", "pinned_message", "venue", "story", "options", "web_app_data",
})  # fmt: skip


def own(message: Json) -> str:
    """What somebody says in *message*: its text or caption, else what it is about (a poll's question,
    a list's title and lines, whatever has words in a kind of message to come), else what it quotes."""
    return said(message.get("text")) or said(message.get("caption")) or _about(message)


def _about(message: Json) -> str:
    about = words(message, skip={*MEDIA, *PEOPLE, *AROUND})
    return "\n".join(about) or "\n".join(words(_quoted(message)))


def _quoted(message: Json) -> list[Json]:
    """The passage that *message* quotes, unless the bot said it."""
    match message:
        case {"reply_to_message": {"from": {"is_bot": True}}}:
            return []
        case {"quote": dict(quote)}:
            return [quote]
    return []


def around(message: Json, text: str) -> str:
    """What else can be read in *message* beside *text*: addresses behind words and buttons, names of
    files, what it answers to unless the bot said it."""
    skip = {*PEOPLE, "pinned_message"}
    match message:
        case {"reply_to_message": {"from": {"is_bot": True}}}:
            skip |= {"quote", "reply_to_message"}
    return shown(words(message, SIGNS, skip), text, *text.splitlines())
