"""The form in which a volunteer changes an entry of the FAQ."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, timedelta
from typing import TypeAlias

from bot.desk import forms
from bot.faq.editing.values import Value
from bot.faq.entries import Entry

TEXTS = {"answer": "Câu trả lời", "fee": "Lệ phí", "time": "Thời gian", "more": "Lưu ý thêm"}
NAMES = {**TEXTS, "steps": "Các bước", "reviewed": "Ngày xem lại", "review_by": "Hạn xem lại"}
ONE_LINE = ("fee", "time")
REVIEW_AFTER = timedelta(days=182)  # half a year: what volunteers write by hand, too
Form: TypeAlias = Mapping[str, str]


def print_of(block: str) -> str:
    """Names the state in which the form was opened."""
    return hashlib.sha256(block.encode()).hexdigest()[:16]


def of(entry: Entry) -> dict[str, str]:
    """The form as it is opened."""
    found = {name: (getattr(entry, name) or "").strip() for name in TEXTS}
    return {**found, "steps": "\n".join(entry.steps), "phrasing": ""}


def covered(entry: Entry, today: date) -> list[str]:
    """Names of what citizens read today from a variant instead of from what the form holds."""
    shown = entry.on(today)
    return [NAMES[key] for key in (*TEXTS, "steps") if getattr(shown, key) != getattr(entry, key)]


def changes(form: Form, entry: Entry, today: date) -> dict[str, Value]:
    """The keys that the form changes, with their new values; "" and () take a key out."""
    now = of(entry)
    found: dict[str, Value] = {}
    for name in TEXTS:
        text = _clean(name, form.get(name, now[name]))
        if text != _clean(name, now[name]):
            found[name] = text
    steps = forms.lines(form.get("steps", now["steps"]))
    if steps != forms.lines(forms.tidy(now["steps"])):
        found["steps"] = steps
    if form.get("reviewed") == "yes":
        found |= {"reviewed": today, "review_by": today + REVIEW_AFTER}
    return found


def _clean(name: str, text: str) -> str:
    """Single blanks; one line where only one is meant."""
    rows = [forms.one_line(row) for row in forms.tidy(text).split("\n")]
    return " ".join(filter(None, rows)) if name in ONE_LINE else "\n".join(rows)
