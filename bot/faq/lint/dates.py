"""Reviews that are due, and variants whose days overlap, leave a gap or have run out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from bot.faq.entries import Variant
from bot.faq.lint.corpus import Corpus, Item
from bot.faq.lint.finding import Finding, Rule
from bot.faq.lint.house import House

SOON = timedelta(days=30)
DAY = timedelta(days=1)
REVIEW_HINT = (
    "đọc lại nguồn, sửa nếu cần, rồi ghi reviewed: hôm nay và review_by: ngày xem lại kế tiếp"
)


def check(corpus: Corpus, house: House) -> Iterator[Finding]:
    for item in corpus.items:
        yield from review(item, house.today)
        yield from variants(item, house.today)


def review(item: Item, today: date) -> Iterator[Finding]:
    entry = item.entry
    for name in ("reviewed", "review_by"):
        if getattr(entry, name) is None:
            message = f"mục {entry.id!r} chưa ghi {name}"
            yield item.finding(Rule.REVIEW, (), message, f"thêm {name}: năm-tháng-ngày")
    if entry.reviewed and entry.reviewed > today:
        message = f"reviewed {_vn(entry.reviewed)} còn ở tương lai"
        yield item.finding(Rule.REVIEW, ("reviewed",), message, "ghi ngày đã xem lại thật")
    if entry.review_by:
        yield from _due(item, entry.review_by, today)


def _due(item: Item, by: date, today: date) -> Iterator[Finding]:
    at = ("review_by",)
    if item.entry.reviewed and by <= item.entry.reviewed:
        message = "review_by không sau reviewed"
        yield item.finding(Rule.REVIEW, at, message, "đặt hạn xem lại ở sau ngày đã xem")
    if by < today:
        message = f"quá hạn xem lại {(today - by).days} ngày ({_vn(by)})"
        yield item.finding(Rule.REVIEW, at, message, REVIEW_HINT)
    elif by - today <= SOON:
        message = f"sắp đến hạn xem lại: {_vn(by)}, còn {(by - today).days} ngày"
        yield item.finding(Rule.REVIEW, at, message, REVIEW_HINT, serious=False)


def variants(item: Item, today: date) -> Iterator[Finding]:
    spans = []
    for number, variant in enumerate(item.entry.variants):
        finding = _unusable(item, number, variant)
        if finding:
            yield finding
        else:
            start, end = variant.valid_from or date.min, variant.valid_to or date.max
            spans.append((start, end, number))
    spans.sort()
    for place in range(1, len(spans)):
        left = max(spans[:place], key=lambda span: span[1])
        yield from _seam(item, left, spans[place])
    if spans:
        _, end, number = max(spans, key=lambda span: span[1])
        yield from _run_out(item, number, end, today)


def _unusable(item: Item, number: int, variant: Variant) -> Finding | None:
    at = ("variants", number)
    if variant.valid_from is None and variant.valid_to is None:
        hint = "thêm valid_from và/hoặc valid_to; phần luôn đúng thì ghi ở trên"
        return item.finding(Rule.DATES, at, "phần thay theo ngày không có ngày nào", hint)
    if variant.valid_from and variant.valid_to and variant.valid_from > variant.valid_to:
        message = "valid_from sau valid_to nên không ngày nào dùng"
        return item.finding(Rule.DATES, (*at, "valid_from"), message, "đổi lại hai ngày")
    return None


def _seam(
    item: Item, left: tuple[date, date, int], right: tuple[date, date, int]
) -> Iterator[Finding]:
    """Between two variants in time order: no day belongs to both, none to neither."""
    end, (start, _, number) = left[1], right
    at = ("variants", number, "valid_from")
    if start <= end:
        message = f"trùng ngày với phần {left[2] + 1}: từ {_vn(start)} có hai phần cùng đúng"
        yield item.finding(Rule.DATES, at, message, "cho phần sau bắt đầu ngay sau phần trước")
    elif start - end > DAY:
        message = f"hở ngày: từ {_vn(end + DAY)} đến {_vn(start - DAY)} không phần nào đúng"
        hint = "nối liền hai khoảng, hoặc thêm một phần cho những ngày đó"
        yield item.finding(Rule.DATES, at, message, hint)


def _run_out(item: Item, number: int, end: date, today: date) -> Iterator[Finding]:
    """After the last variant, what it replaced must stand in the entry itself."""
    given = item.entry.variants[number].model_dump(exclude_none=True)
    missing = [
        name for name in given if hasattr(item.entry, name) and not getattr(item.entry, name)
    ]
    if missing and end <= min(today + SOON, date.max - DAY):
        message = f"từ {_vn(end + DAY)} mục này không còn {', '.join(missing)}"
        hint = "thêm phần cho thời gian tới, hoặc ghi phần luôn đúng ở trên"
        at = ("variants", number)
        yield item.finding(Rule.DATES, at, message, hint, serious=end < today)


def _vn(day: date) -> str:
    return f"{day.day}/{day.month}/{day.year}"
