"""Whom the service speaks to, by what they do; the ids stand in rules, profiles and links."""

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
