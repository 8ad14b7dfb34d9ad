"""Who may do what at the desk."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Right(StrEnum):
    """One kind of thing that can be done."""

    SIGNED_IN = "signed in"
    SEE_VISITS = "see visits"
    MARK_VISITS = "mark visits"
    SEE_PHONES = "see phones"
    EXPORT = "export"
    CHANGE_CALENDAR = "change calendar"
    ANSWER = "answer people"
    EDIT_FAQ = "edit faq"
    SEE_FIGURES = "see figures"
    SWITCH = "switch"
    READ_AUDIT = "read audit"
    OUTREACH = "outreach"
    IMPORT_FIGURES = "import figures"


class Role(StrEnum):
    VIEWER = "viewer"
    OFFICER = "officer"
    MANAGER = "manager"
    VOLUNTEER = "volunteer"
    OUTREACH = "outreach"
    ADMIN = "admin"
    AUDITOR = "auditor"


_SEE = {Right.SIGNED_IN, Right.SEE_VISITS, Right.SEE_FIGURES}
_WORK = _SEE | {Right.MARK_VISITS, Right.SEE_PHONES, Right.ANSWER}
_MANAGE = _WORK | {Right.EXPORT, Right.CHANGE_CALENDAR, Right.SWITCH, Right.IMPORT_FIGURES}
RIGHTS: Mapping[Role, frozenset[Right]] = MappingProxyType({
    Role.VIEWER: frozenset(_SEE),
    Role.OFFICER: frozenset(_WORK),
    Role.MANAGER: frozenset(_MANAGE),
    Role.VOLUNTEER: frozenset({Right.SIGNED_IN, Right.EDIT_FAQ, Right.SEE_FIGURES}),
    Role.OUTREACH: frozenset({
        Right.SIGNED_IN, Right.SEE_FIGURES, Right.OUTREACH, Right.IMPORT_FIGURES,
    }),
    Role.ADMIN: frozenset(_MANAGE | {Right.EDIT_FAQ, Right.READ_AUDIT, Right.OUTREACH}),
    Role.AUDITOR: frozenset({Right.SIGNED_IN, Right.READ_AUDIT}),
})  # fmt: skip
TITLES: Mapping[Role, str] = MappingProxyType({
    Role.VIEWER: "chỉ xem",
    Role.OFFICER: "cán bộ tiếp dân",
    Role.MANAGER: "phụ trách nơi làm",
    Role.VOLUNTEER: "tình nguyện viên nội dung",
    Role.OUTREACH: "tuyên truyền",
    Role.ADMIN: "quản trị",
    Role.AUDITOR: "kiểm tra",
})  # fmt: skip


def may(role: Role, right: Right) -> bool:
    return right in RIGHTS[role]
