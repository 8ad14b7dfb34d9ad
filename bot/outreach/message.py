"""What a campaign says: written by an officer, checked, and made into a `Reply`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import groupby
from urllib.parse import urlsplit

from bot.core import privacy
from bot.core.actions import Ask, Book, CampaignChoice, StopMessages, button, parse
from bot.core.messages import NEWS, Button, Facts, Reply, Tone
from bot.store.values import pack, unpack

FOOTER = "Không muốn nhận tin nữa? Nhắn DỪNG."
STOP = button("Dừng nhận tin", StopMessages())
LINK_LABEL = "▶ Xem ảnh, video"
LONGEST_TEXT = 1000  # characters: with the footer one message everywhere, and read on a phone
LONGEST_LABEL = 36
MOST_CHOICES = 3  # with the link and "stop" as many as Zalo shows
BOOK = Book().pack()
# They hide where a link leads, which is how people are robbed.
SHORTENERS = frozenset({
    "bit.ly", "tinyurl.com", "t.co", "goo.gl", "is.gd", "ow.ly", "cutt.ly", "rebrand.ly", "s.id",
    "shorturl.at", "rb.gy", "t.ly", "shorte.st", "adf.ly", "buff.ly", "lnkd.in", "tiny.cc", "v.gd",
    "soo.gd", "bl.ink", "short.io", "qr.ae", "trib.al", "dub.sh", "tny.im", "surl.li", "urlz.fr",
    "bom.so", "by.com.vn", "gg.gg", "linktr.ee", "me2.do", "dlvr.it", "x.co", "snip.ly", "clck.ru",
})  # fmt: skip
# It begins where no name does before it: from within one, a search would read its rest again each time.
ADDRESS = re.compile(
    r"\b(?<![\w-])(?<![\w-]\.)(?:https?://|www\.)?((?:[\w-]+\.)+[a-z]{2,})(?:/\S*)?", re.IGNORECASE
)
PLAIN_HTTP = re.compile(r"\bhttp://", re.IGNORECASE)
SECRETS = re.compile(
    r"(?:gửi|đọc|cho|nhập|nhắn)[^.!?\n]{0,30}(?:otp|mật khẩu|passcode|mã pin)", re.IGNORECASE
)
SHOUTED = 4  # words in a row in capitals


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: `to` is "book", "ask:<entry>" or an https address."""

    label: str
    to: str


@dataclass(frozen=True, slots=True)
class Message:
    """`link` leads to a picture or a video."""

    text: str
    link: str = ""
    choices: tuple[Choice, ...] = ()

    def packed(self) -> str:
        return pack(asdict(self))

    @classmethod
    def unpacked(cls, text: str) -> Message:
        data = unpack(text)
        return cls(data["text"], data["link"], tuple(Choice(**one) for one in data["choices"]))


def reply(message: Message, campaign: str, title: str) -> Reply:
    """*message* as it goes out; it ends with how to stop."""
    link = (Button(LINK_LABEL, url=message.link),) if message.link else ()
    choices = (
        Button(choice.label, url=choice.to)
        if choice.to.startswith("https://")
        else button(choice.label, CampaignChoice(campaign, number))
        for number, choice in enumerate(message.choices)
    )
    values = {"title": title, "text": message.text, "link": message.link}
    return Reply(
        Tone.NOTICE,
        f"{message.text}\n\n{FOOTER}",
        (*link, *choices, STOP),
        facts=Facts(NEWS, values),
    )


# --- the house's wording ---------------------------------------------------------------------------


def faults(message: Message, is_entry: Callable[[str], bool]) -> list[str]:
    """Why it may not go out as it is, in Vietnamese; each says what to do."""
    return [*_text(message.text), *_link(message.link), *_choices(message, is_entry)]


def _text(text: str) -> Iterator[str]:
    if not text:
        yield "Bạn chưa viết nội dung tin."
    if len(text) > LONGEST_TEXT:
        yield f"Tin dài {len(text)} ký tự, tối đa {LONGEST_TEXT}. Bạn viết gọn lại."
    if privacy.mask(text).found:
        yield "Tin có vẻ chứa số giấy tờ, số điện thoại của một người hoặc mã bí mật. Bạn xóa đi."
    if SECRETS.search(text):
        yield "Tin bảo người dân gửi mã OTP hay mật khẩu: cơ quan không bao giờ hỏi. Bạn viết lại."
    if _shouts(text):
        yield "Đừng viết cả câu bằng CHỮ HOA: khó đọc và giống tin lừa đảo."
    if PLAIN_HTTP.search(text):
        yield "Đường dẫn phải bắt đầu bằng https://."
    for found in ADDRESS.finditer(text):
        yield from _shortened(found[1])


def _shouts(text: str) -> bool:
    loud = (len(word) > 1 and word.isupper() for word in re.findall(r"[^\W\d_]+", text))
    return any(hit and len(list(run)) >= SHOUTED for hit, run in groupby(loud))


def _link(link: str) -> Iterator[str]:
    if link:
        yield from _address(link, "Đường dẫn ảnh, video")


def _choices(message: Message, is_entry: Callable[[str], bool]) -> Iterator[str]:
    if len(message.choices) > MOST_CHOICES:
        yield f"Tối đa {MOST_CHOICES} nút; bạn bỏ bớt."
    for choice in message.choices:
        if not choice.label or len(choice.label) > LONGEST_LABEL:
            yield f"Chữ trên nút “{choice.label}” cần từ 1 đến {LONGEST_LABEL} ký tự."
        match parse(choice.to):
            case Ask(entry):
                if not is_entry(entry):
                    yield f"Nút “{choice.label}”: không có mục FAQ {entry}."
            case _ if choice.to != BOOK:
                yield from _address(choice.to, f"Nút “{choice.label}”")


def _address(link: str, what: str) -> Iterator[str]:
    try:
        parts = urlsplit(link)
        host = parts.hostname or ""
    except ValueError:
        host = ""
    if not link.startswith("https://") or "." not in host or " " in link or len(link) > 500:
        yield f"{what}: cần địa chỉ https:// đầy đủ, mã mục FAQ, hoặc “đặt lịch”."
        return
    yield from _shortened(host)


def _shortened(host: str) -> Iterator[str]:
    if host.lower().removeprefix("www.") in SHORTENERS:
        yield f"{host} là dịch vụ rút gọn liên kết, người dân không biết nó dẫn đi đâu. Ghi địa chỉ thật."


def choices_of(lines: str) -> tuple[Choice, ...]:
    """One button for each line: "Chữ trên nút | mục FAQ, đặt lịch hoặc https://…"."""
    found = []
    for line in filter(None, map(str.strip, lines.split("\n"))):
        label, _, to = (part.strip() for part in line.partition("|"))
        found.append(Choice(label, _target(to)))
    return tuple(found)


def _target(to: str) -> str:
    if to.lower() in ("đặt lịch", "dat lich", BOOK):
        return BOOK
    packed = isinstance(parse(to), Ask)
    return to if "://" in to or packed or not to else Ask(to).pack()


def lines_of(choices: tuple[Choice, ...]) -> str:
    """The inverse of `choices_of`."""
    return "\n".join(f"{choice.label} | {_typed(choice.to)}" for choice in choices)


def _typed(to: str) -> str:
    match parse(to):
        case Ask(entry):
            return entry
        case Book(""):
            return "đặt lịch"
    return to
