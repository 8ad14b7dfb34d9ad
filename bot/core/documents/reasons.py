"""pydantic's errors in Vietnamese: what is wrong, and how to mend it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DATE = ("cần một ngày", "viết năm-tháng-ngày, ví dụ 2026-11-24")
LIST = ("cần một danh sách", "mỗi mục một dòng, bắt đầu bằng dấu - và một dấu cách")
CHOICE = ("chỉ nhận {expected}", "chọn một trong các giá trị đó, hoặc xóa dòng")
# By pydantic's error type; {names} are filled from the limits that were crossed.
REASONS = {
    "extra_forbidden": ("khóa này không dùng ở đây", "xem lại chính tả, hoặc xóa dòng"),
    "missing": ("thiếu khóa này", "thêm dòng còn thiếu"),
    "int_type": ("cần một số nguyên", "bỏ dấu nháy, ví dụ 8080"),
    "int_parsing": ("cần một số nguyên", "viết một số, ví dụ 8080"),
    "float_type": ("cần một số", "bỏ dấu nháy, ví dụ 0.55"),
    "float_parsing": ("cần một số", "viết một số, ví dụ 0.55"),
    "string_type": ("cần một dòng chữ", "đặt giá trị trong dấu nháy kép"),
    "bool_type": ("cần true hoặc false", "viết true hoặc false, không có dấu nháy"),
    "model_type": ("cần các dòng `khóa: giá trị` thụt vào", "xuống dòng và thụt 2 dấu cách"),
    "list_type": LIST,
    "tuple_type": LIST,
    "date_from_datetime_parsing": DATE,
    "date_type": DATE,
    "date_parsing": DATE,
    "date_from_datetime_inexact": ("cần một ngày", "bỏ giờ, ví dụ 2026-11-24"),
    "int_from_float": ("cần một số nguyên", "bỏ phần lẻ"),
    "bool_parsing": ("cần có hoặc không", "viết true (có) hoặc false (không)"),
    "dict_type": ("cần các dòng `khóa: giá trị` thụt vào", "xuống dòng và thụt 2 dấu cách"),
    "greater_than": ("phải lớn hơn {gt}", "sửa lại số"),
    "string_too_short": ("không được để trống", "điền nội dung"),
    "string_too_long": ("dài quá {max_length} ký tự", "viết ngắn lại"),
    "too_short": ("danh sách cần ít nhất {min_length} mục", "thêm cho đủ"),
    "too_long": ("danh sách có nhiều nhất {max_length} mục", "bỏ bớt"),
    "literal_error": CHOICE,
    "enum": CHOICE,
    "string_pattern_mismatch": ("viết không đúng mẫu {pattern}", "xem lại chính tả"),
    "greater_than_equal": ("phải từ {ge} trở lên", "sửa lại số"),
    "less_than_equal": ("không quá {le}", "sửa lại số"),
}
# By the beginning of the pattern that the value does not fit.
PATTERNS = {
    "^https://": ("địa chỉ phải bắt đầu bằng https://", "chép cả địa chỉ từ trình duyệt"),
    "^[a-z0-9]": (
        "chỉ dùng chữ thường không dấu, số, gạch nối, và không quá dài",
        "ví dụ mat-the-cap-lai; id đã dùng thì đừng đổi",
    ),
    "^([01]": ("cần giờ:phút", 'ví dụ "07:30"'),
}


def reason_of(item: Mapping[str, Any]) -> tuple[str, str]:
    """What is wrong and how to mend it, in Vietnamese, of one of pydantic's errors."""
    if item["input"] is None:
        return "đang để trống", "điền nội dung, hoặc xóa dòng"
    limits = {name: _said(value) for name, value in item.get("ctx", {}).items()}
    for start, told in PATTERNS.items():
        if limits.get("pattern", "").startswith(start):
            return told
    reason, hint = REASONS.get(item["type"], ("", ""))
    return reason.format(**limits) or str(item["msg"]).removeprefix("Value error, "), hint


def _said(limit: object) -> str:
    return str(limit).replace(" or ", " hoặc ")
