"""Who had themselves erased is nowhere: on no page, in no export, in no file, in no log."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import openpyxl
import pytest

from tests.desk.conftest import Officer, text
from tests.support.town import FRIDAY, slot_id
from tests.support.web_service import WebService

NAME = "Nguyễn Văn Dấu Vết"
PHONE = "0900000001"
DAY = f"/desk/day/mau-a/{FRIDAY}"


class Citizen:
    """A browser's talk."""

    def __init__(self, service: WebService) -> None:
        self._service = service
        self._session = ""

    def does(self, **what: str) -> dict[str, str]:
        """Label -> data of the buttons of the answer."""
        answer = self._service.post("/api/chat", {"session": self._session, **what}).json
        self._session = answer["session"]
        return {b["label"]: b["data"] for reply in answer["replies"] for b in reply["buttons"]}

    def taps(self, buttons: dict[str, str], label: str) -> dict[str, str]:
        return self.does(button=next(d for name, d in buttons.items() if name.startswith(label)))


def exports(officer: Officer) -> str:
    """The day as CSV and as Excel, phones in the open."""
    form = {"first": str(FRIDAY), "last": str(FRIDAY), "phones": "on"}
    csv = officer.post("/desk/day/mau-a/export", **form, kind="csv")
    excel = officer.post("/desk/day/mau-a/export", **form, kind="xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(excel.body)).active
    assert csv.status == excel.status == 200
    return csv.body.decode("utf-8-sig") + str(list(sheet.values))


def test_nothing_is_left_of_who_was_erased(
    service: WebService, officer: Callable[..., Officer], capfd: pytest.CaptureFixture[str]
) -> None:
    manager = officer("manager")
    citizen = Citizen(service)
    citizen.does(button=f"time:the:{slot_id('mau-a', FRIDAY, 9)}")
    citizen.does(text=NAME)
    citizen.taps(citizen.does(text=PHONE), "✅ Đồng ý, đặt lịch và nhắc tôi")
    assert NAME in text(manager.get(DAY))
    assert NAME in exports(manager)
    citizen.does(text="dữ liệu của tôi")
    citizen.taps(citizen.does(text="xóa dữ liệu của tôi"), "🗑 Xóa hết ngay")
    service.database.scrub()
    files = b"".join(f.read_bytes() for f in service.folder.rglob("*") if f.is_file())
    logs = "".join(capfd.readouterr())
    shown = text(manager.get(DAY)) + text(manager.get(f"{DAY}/print")) + exports(manager)
    audit = json.dumps(service.rows("SELECT * FROM audit"), ensure_ascii=False)
    for trace in (NAME, PHONE, "84900000001"):
        assert trace.encode() not in files, trace
        assert trace not in logs, trace
        assert trace not in audit, trace
        assert trace not in shown, trace
