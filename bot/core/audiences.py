"""Whom the service speaks to, by what they do: the one list. The ids stand in rules and profiles; each
audience of faq/loi-chao.yaml, which greets more finely, names the one here that it is part of."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

AUDIENCES: Mapping[str, str] = MappingProxyType({
    "cong-nhan": "Công nhân",
    "sinh-vien": "Sinh viên",
    "cao-tuoi": "Người cao tuổi",
    "tieu-thuong": "Tiểu thương",
    "doanh-nghiep": "Doanh nghiệp",
    "khac": "Việc khác",
})  # fmt: skip
STATUSES: Mapping[str, str] = MappingProxyType({
    "none": "Chưa làm",
    "enrolled": "Đã làm, chưa kích hoạt",
    "active": "Đã kích hoạt",
})  # fmt: skip
