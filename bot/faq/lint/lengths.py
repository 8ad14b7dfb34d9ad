"""What does not fit: a channel's message, a phone's screen, a button."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bot.faq.entries import ANSWER_CHARACTERS, LABEL_CHARACTERS, Entry
from bot.faq.lint.corpus import Corpus, Item
from bot.faq.lint.finding import Finding, Rule
from bot.faq.lint.house import House

TELEGRAM = 4096  # UTF-16 units
ZALO = 2000  # characters
SCREEN = 1300  # characters of a whole answer on one phone screen with some scrolling
STEP = 140
STEPS = 7
LINK_LABEL = 100  # Zalo's limit of a button's title


def check(corpus: Corpus, house: House) -> Iterator[Finding]:
    for item in corpus.items:
        yield from answer(item)
        yield from whole(item, house)
        yield from steps(item)
        yield from buttons(item)


def answer(item: Item) -> Iterator[Finding]:
    length = len(item.entry.answer)
    if length > ANSWER_CHARACTERS:
        message = f"câu trả lời dài {length} ký tự, tối đa {ANSWER_CHARACTERS}"
        yield item.finding(Rule.LENGTH, ("answer",), message, "chuyển bớt sang steps hoặc more")


def whole(item: Item, house: House) -> Iterator[Finding]:
    """The longest message that the entry ever becomes, over the days of its variants."""
    text = max((house.message(entry) for entry in by_day(item.entry, house.today)), key=len)
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    hint = "viết gọn lại, hoặc tách thành hai mục"
    if units > TELEGRAM:
        message = f"tin dài {units} ký tự, Telegram chỉ nhận {TELEGRAM}"
        yield item.finding(Rule.LENGTH, ("answer",), message, hint)
    if len(text) > ZALO:
        message = f"tin dài {len(text)} ký tự, Zalo chỉ nhận {ZALO}"
        yield item.finding(Rule.LENGTH, ("answer",), message, hint)
    elif len(text) > SCREEN:
        message = f"tin dài {len(text)} ký tự, quá một màn hình điện thoại ({SCREEN})"
        yield item.finding(Rule.LENGTH, ("answer",), message, hint, serious=False)


def by_day(entry: Entry, today: date) -> list[Entry]:
    """The entry as it reads today and from the first day of each variant on."""
    starts = [variant.valid_from or variant.valid_to for variant in entry.variants]
    return [entry.on(day) for day in (today, *(start for start in starts if start))]


def steps(item: Item) -> Iterator[Finding]:
    hint = "tách làm hai bước, hoặc bỏ chữ thừa"
    for at, text in item.texts:
        if "steps" in at and len(text) > STEP:
            message = f"bước dài {len(text)} ký tự, nên ≤ {STEP}"
            yield item.finding(Rule.LENGTH, at, message, hint, serious=False)
    if len(item.entry.steps) > STEPS:
        message = f"có {len(item.entry.steps)} bước, nên ≤ {STEPS}"
        yield item.finding(Rule.LENGTH, ("steps",), message, "gộp các bước", serious=False)


def buttons(item: Item) -> Iterator[Finding]:
    entry = item.entry
    if entry.label is None and len(entry.question) > LABEL_CHARACTERS:
        message = f"câu hỏi dài {len(entry.question)} ký tự nên không vừa nút bấm"
        hint = f"thêm label: một tên ngắn, tối đa {LABEL_CHARACTERS} ký tự"
        yield item.finding(Rule.LENGTH, ("question",), message, hint, serious=False)
    for number, link in enumerate(entry.links):
        if len(link.label) > LINK_LABEL:
            message = f"tên nút dài {len(link.label)} ký tự, Zalo chỉ nhận {LINK_LABEL}"
            at = ("links", number, "label")
            yield item.finding(Rule.LENGTH, at, message, f"nên ≤ {LABEL_CHARACTERS} ký tự")
