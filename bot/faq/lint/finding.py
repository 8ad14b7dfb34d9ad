"""What a check says: a fault or a warning, under the name of its rule."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.core.documents.file import Fault


class Rule(StrEnum):
    """The names that stand in brackets after a finding and in `# bỏ qua: <rule>` comments."""

    STRUCTURE = "cau-truc"
    ENCODING = "bang-ma"
    IDS = "trung-id"
    LINKS = "lien-ket"
    LENGTH = "qua-dai"
    COUNT = "so-cau"
    SAME = "cau-trung"
    WON = "bi-gianh"
    CONTRADICTION = "mau-thuan"
    OUTDATED = "loi-thoi"
    REVIEW = "ra-soat"
    SOURCES = "nguon"
    DATES = "ngay-ap-dung"
    PRIVATE = "rieng-tu"
    QUESTIONS = "cau-hoi-mau"
    ALARM = "bao-dong"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """`serious` findings fail the check; the others are only worth a look."""

    fault: Fault
    rule: Rule
    serious: bool = True
