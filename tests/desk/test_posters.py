"""Posters at the desk: made, printed, counted from the scan to the account that works, taken down."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from secrets import token_hex
from urllib.parse import parse_qs, urlsplit

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from bot.core.config import Settings
from bot.core.crypto import Vault
from bot.desk.access import COOKIE, token_id
from bot.outreach import posters as codes
from bot.store.booking.model import State
from bot.store.staff import accounts, audit
from bot.store.values import Ids
from handlers.booking import attendance
from tests.desk.conftest import HASH, Officer, text
from tests.support import town
from tests.support.people import Clock
from tests.support.town import FRIDAY, slot, slot_id
from tests.support.web_service import Response, WebService

SignedIn = Callable[..., Officer]
VAULT = Vault(town.SETTINGS.data_key)
STEPS = ("Lượt quét", "Có hỏi", "Đặt lịch", "Đến làm", "Đã kích hoạt")


@pytest.fixture
def outreach(service: WebService, moving: Clock) -> Officer:
    return signed_in(service, moving)


def signed_in(service: WebService, moving: Clock) -> Officer:
    """Somebody who makes posters, signed in for this working day."""
    token = token_hex(16)
    name = f"outreach.{token[:8]}"
    with service.database.transaction() as tx:
        accounts.add(tx, name, "outreach", [], HASH, moving())
        accounts.set_password(tx, name, HASH, must_change=False)
        accounts.open_session(tx, token_id(token), name, "token", moving())
    return Officer(service, {COOKIE: token}, "token")


def make(one: Officer, place: str, kind: str = "nha-tro") -> str:
    answer = one.post("/desk/posters", place=place, kind=kind)
    found = re.search(r"/desk/posters/(\w{5})\?said=", answer.headers.get("location", ""))
    assert found, text(answer)
    return found[1]


def counts(one: Officer, code: str) -> list[str]:
    page = text(one.get(f"/desk/posters/{code}"))
    cells = dict(re.findall(r'<th scope="row">([^<]+)</th><td class="number">([^<]+)</td>', page))
    return [cells[step] for step in STEPS]


# --- the whole story -----------------------------------------------------------------------------


def printed_address(one: Officer, code: str, size: str) -> str:
    """The web address in the QR code of the poster, read from its picture."""
    picture = Image.open(io.BytesIO(one.get(f"/desk/posters/{code}/{size}.png").body))
    (address,) = [found.text for found in zxingcpp.read_barcodes(picture)]
    return address


class Citizen:
    """Somebody who has scanned the poster with their own phone."""

    def __init__(self, service: WebService, address: str) -> None:
        self.service = service
        parts = urlsplit(address)
        assert self.service.request("GET", f"{parts.path}?{parts.query}").status == 200
        (payload,) = parse_qs(parts.query)["p"]
        self.session = ""
        self.greeting = self.sends(button=f"start:{payload}")

    def sends(self, **body: str) -> str:
        answer = self.service.post("/api/chat", {"session": self.session, **body}).json
        self.session = answer["session"]
        self.buttons = {b["label"]: b["data"] for r in answer["replies"] for b in r["buttons"]}
        return "\n".join(reply["text"] for reply in answer["replies"])

    def books(self, number: int) -> str:
        self.sends(button=f"time:the:{slot_id('mau-a', FRIDAY, 14)}")
        self.sends(text=f"Người Thử {'ABCDEF'[number]}")
        said = self.sends(button=self.buttons["✅ Đồng ý, đặt lịch và nhắc tôi ở trang này"])
        found = re.search(r"Mã hẹn: (\w{6})", said)
        assert found, said
        return found[1]


def test_a_poster_is_followed_from_the_scan_to_accounts_that_work(
    service: WebService, officer: SignedIn, outreach: Officer, moving: Clock
) -> None:
    with service.database.transaction() as tx:
        slot(tx, "mau-a", FRIDAY, 14, 6)
    code = make(outreach, "Nhà trọ Mẫu, 12 đường Mẫu")
    assert counts(outreach, code) == ["0"] * 5
    address = printed_address(outreach, code, "A5")
    people = [Citizen(service, address) for _ in range(6)]
    assert "Chào bạn công nhân!" in people[0].greeting
    assert f"PT-{code}, dán tại Nhà trọ Mẫu, 12 đường Mẫu" in people[0].greeting
    assert counts(outreach, code) == ["6", "0", "0", "0", "0"]
    for one in people[:5]:
        one.sends(button=one.buttons["Lệ phí làm thẻ"])
        one.sends(text="rớt bóp mất luôn cái thẻ căn cước")
    assert counts(outreach, code) == ["6", "5", "0", "0", "0"]
    booked = [one.books(number) for number, one in enumerate(people[:4])]
    assert counts(outreach, code) == ["6", "5", "dưới 5", "0", "0"]
    booked += [one.books(number + 4) for number, one in enumerate(people[4:])]
    assert counts(outreach, code) == ["6", "5", "6", "0", "0"]
    moving.now = town.at(FRIDAY, 14)
    new_id = partial(Ids().new, moving())
    with service.database.transaction() as tx:
        for visit in booked:
            attendance.mark(tx, town.SETTINGS, visit, State.SERVED, moving(), "lan", new_id)
        attendance.mark(tx, town.SETTINGS, booked[5], State.ARRIVED, moving(), "lan", new_id)
    outreach = officer("outreach")  # a working day is over
    assert counts(outreach, code) == ["6", "5", "6", "6", "0"]
    for one, visit in zip(people[:5], booked, strict=False):
        assert "Tốt quá!" in one.sends(button=f"active:yes:{visit}")
    assert counts(outreach, code) == ["6", "5", "6", "6", "5"]
    row = text(outreach.get("/desk/posters")).split(f"PT-{code}")[1].split("</tr>")[0]
    assert re.findall(r'<td class="number">([^<]+)</td>', row) == ["6", "5", "6", "6", "5"]
    assert "Quét áp phích" in text(officer("viewer").get("/desk/figures?days=30"))
    funnel = service.rows("SELECT SUM(n) AS n FROM poster_counts WHERE step = 'scan'")
    assert funnel == [{"n": 6}]


def test_nothing_that_is_counted_names_anybody(service: WebService, outreach: Officer) -> None:
    code = make(outreach, "Nhà trọ Đếm")
    payload = codes.payload(VAULT, code)
    service.post("/api/chat", {"session": "", "button": f"start:{payload}"})
    for table in ("poster_counts", "poster_visits"):
        names = {row["name"] for row in service.rows(f"PRAGMA table_info({table})")}
        assert names <= {"poster", "day", "step", "n", "code", "at"}
    page = service.request("GET", f"/?p={payload}")
    assert "set-cookie" not in page.headers


# --- making --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "kind", "why"),
    [
        ("Quán Mẫu", "", "chọn loại nơi"),
        ("Quán Mẫu", "khong-co", "chọn loại nơi"),
        ("x", "xang", "Tên nơi dán cần từ 3 đến 80 ký tự"),
        ("=1+1", "xang", "không được bắt đầu bằng dấu ="),
        ("Quán 漢", "xang", "Không in được: 漢"),
    ],
)
def test_what_cannot_be_made_says_why_and_keeps_the_form(
    outreach: Officer, place: str, kind: str, why: str
) -> None:
    answer = outreach.post("/desk/posters", place=place, kind=kind)
    assert answer.status == 422
    assert why in text(answer)
    assert f'value="{place}"' in text(answer)


def test_the_same_place_again_is_the_same_poster(outreach: Officer) -> None:
    code = make(outreach, "Trạm xăng Mẫu", "xang")
    again = outreach.post("/desk/posters", place=" Trạm  xăng Mẫu ", kind="xang")
    assert again.headers["location"] == f"/desk/posters/{code}?said=known"
    assert "Nơi này đã có áp phích" in text(outreach.get(f"/desk/posters/{code}?said=known"))


def test_a_place_that_looks_like_html_is_only_words(outreach: Officer) -> None:
    code = make(outreach, "<script>alert(1)</script>", "xang")
    for path in (f"/desk/posters/{code}", "/desk/posters"):
        assert "<script>alert" not in text(outreach.get(path))
        assert "&lt;script&gt;alert" in text(outreach.get(path))


def test_files_are_what_they_say_and_their_download_is_in_the_log(
    service: WebService, outreach: Officer
) -> None:
    code = make(outreach, "Trạm xăng Tệp", "xang")
    pdf = outreach.get(f"/desk/posters/{code}/A3.pdf")
    assert pdf.headers["content-type"] == "application/pdf"
    assert (
        f'attachment; filename="PT-{code}-tram-xang-tep-A3.pdf"'
        in pdf.headers["content-disposition"]
    )
    assert pages_of(pdf) == 1
    preview = outreach.get(f"/desk/posters/{code}/preview.png")
    assert Image.open(io.BytesIO(preview.body)).width == 900
    for name in ("A4.pdf", "A3.svg", "x"):
        assert outreach.get(f"/desk/posters/{code}/{name}").status == 404
    with service.database.transaction() as tx:
        said = [(row["what"], row["detail"]) for row in audit.newest(tx) if row["subject"] == code]
    assert said == [("tải áp phích", "A3.pdf"), ("làm áp phích", "Trạm xăng Tệp")]


def pages_of(answer: Response) -> int:
    document = pypdfium2.PdfDocument(answer.body)
    try:
        return len(document)
    finally:
        document.close()


def test_a_poster_is_taken_down_and_brought_back(service: WebService, outreach: Officer) -> None:
    code = make(outreach, "Quán Gỡ", "xang")
    assert (
        outreach.post(f"/desk/posters/{code}/retire").headers["location"].endswith("said=retired")
    )
    assert (
        outreach.post(f"/desk/posters/{code}/retire").headers["location"].endswith("said=not-done")
    )
    assert code not in text(outreach.get("/desk/posters"))
    assert code in text(outreach.get("/desk/posters?all"))
    said = service.post("/api/chat", {"session": "", "text": f"PT-{code}"}).json["replies"][0]
    assert "đã thôi dùng" in said["text"]
    assert (
        outreach.post(f"/desk/posters/{code}/restore").headers["location"].endswith("said=restored")
    )
    assert code in text(outreach.get("/desk/posters"))
    assert outreach.post("/desk/posters/2A222/retire").status == 404


def test_posters_are_found_by_place_without_marks_and_by_code(outreach: Officer) -> None:
    code = make(outreach, "Bến xe Tìm Thấy", "xang")
    other = make(outreach, "Quán Không Liên Quan", "xang")
    for search in ("tim+thay", f"pt-{code.lower()}", code):
        page = text(outreach.get(f"/desk/posters?q={search}"))
        assert f"PT-{code}" in page
        assert f"PT-{other}" not in page
    assert "Không có tờ nào khớp" in text(outreach.get("/desk/posters?q=zzzz"))


def test_the_links_of_each_kind_of_people_open_their_greeting(
    service: WebService, outreach: Officer
) -> None:
    page = text(outreach.get("/desk/posters"))
    assert "https://troly.example.vn/?p=a_cong-nhan" in page
    said = service.post("/api/chat", {"session": "", "button": "start:a_cong-nhan"}).json
    assert "Chào bạn công nhân!" in said["replies"][0]["text"]


# --- many at once --------------------------------------------------------------------------------

LIST = "Nơi dán; Loại nơi\nNhà trọ Lô 1, hẻm 3; nhà trọ\nTrạm xăng Lô 2; xăng\n"


def test_a_list_is_looked_at_before_it_is_made_and_printed_together(
    service: WebService, outreach: Officer
) -> None:
    before = service.count("posters")
    page = text(outreach.post("/desk/poster-lists", text=LIST, step="try"))
    assert "Sẽ làm 2 tờ" in page
    assert "Ở trọ vẫn làm được căn cước, VNeID" in page
    assert service.count("posters") == before
    made = outreach.post("/desk/poster-lists", text=LIST, step="make")
    assert made.status == 303
    path = made.headers["location"].partition("?")[0]
    assert "Đã làm 2 áp phích" in text(outreach.get(path))
    assert pages_of(outreach.get(f"{path}/A5.pdf")) == 2
    names = zipfile.ZipFile(io.BytesIO(outreach.get(f"{path}/A3.zip").body)).namelist()
    assert {name[9:] for name in names} == {"nha-tro-lo-1-hem-3-A3.pdf", "tram-xang-lo-2-A3.pdf"}
    assert outreach.get(f"{path}/A3.exe").status == 404
    again = outreach.post("/desk/poster-lists", text=LIST, step="make")
    assert "Mọi nơi trong danh sách đã có áp phích" in text(again)
    more = f"{LIST}Quán Lô 3; xăng\n"
    page = text(
        outreach.get(
            outreach.post("/desk/poster-lists", text=more, step="make").headers["location"]
        )
    )
    assert "Đã làm 1 áp phích" in page
    assert "2 nơi đã có áp phích từ trước" in page


def test_a_list_with_faults_makes_nothing_until_they_are_left_out(
    service: WebService, outreach: Officer
) -> None:
    before = service.count("posters")
    bad = "Nơi dán\tLoại nơi\nNhà trọ Sai 1\tnhà trọ\n=cmd|' /C calc'!A0\txăng\nQuán Sai\tquán\n"
    answer = outreach.post("/desk/poster-lists", text=bad, step="make")
    assert answer.status == 422
    assert "<b>Dòng 3</b>: tên nơi dán" in text(answer)
    assert "<b>Dòng 4</b>: không có loại nơi" in text(answer)
    assert "2 chỗ sai" in text(answer)
    assert service.count("posters") == before
    assert outreach.post("/desk/poster-lists", text=bad, step="make", skip="1").status == 303
    assert service.count("posters") == before + 1


def test_a_csv_file_is_taken_as_it_comes_from_a_spreadsheet(outreach: Officer) -> None:

    def upload(content: bytes) -> Response:
        parts = [
            b'--b\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n' + outreach.csrf.encode(),
            b'--b\r\nContent-Disposition: form-data; name="step"\r\n\r\ntry',
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="l.csv"\r\n'
            b"Content-Type: text/csv\r\n\r\n" + content,
            b"--b--\r\n",
        ]
        headers = {
            **outreach._headers(),
            "Content-Type": "multipart/form-data; boundary=b",
            "Origin": outreach.service.url,
        }
        return outreach.service.request("POST", "/desk/poster-lists", b"\r\n".join(parts), headers)

    answer = upload('Nơi dán,Loại nơi\r\n"Nhà trọ Tệp, hẻm 1",nhà trọ\r\n'.encode("utf-8-sig"))
    assert "Sẽ làm 1 tờ" in text(answer)
    assert "Nhà trọ Tệp, hẻm 1" in text(answer)
    assert "không phải UTF-8" in text(upload("Nơi dán,Loại nơi\n".encode("utf-16")))
    assert outreach.post("/desk/poster-lists", text="x" * 70_000).status == 413


def test_a_list_that_is_too_long_for_the_desk_says_so(outreach: Officer) -> None:
    lines = "".join(f"Nhà trọ Dài {n};nhà trọ\n" for n in range(101))
    answer = outreach.post("/desk/poster-lists", text=lines, step="make")
    assert "Nhiều nhất 100 dòng" in text(answer)
    assert "vneid-bot posters from-csv" in text(answer)


def test_where_there_is_no_channel_the_desk_says_what_to_configure(
    tmp_path: Path, moving: Clock
) -> None:
    bare = Settings(data_key="a made-up key")
    with WebService(tmp_path, settings=bare, clock=moving) as service:
        with service.database.transaction() as tx:
            old, _ = codes.put_up(tx, "xang", "Trạm xăng Cũ", moving(), "lan", "x", "old")
        one = signed_in(service, moving)
        assert "outreach.telegram_username" in text(one.get("/desk/posters"))
        for path, form in (
            ("/desk/posters", {"place": "Trạm xăng Mẫu", "kind": "xang"}),
            ("/desk/poster-lists", {"text": LIST, "step": "make"}),
        ):
            answer = one.post(path, **form)
            assert answer.status == 422
            assert "outreach.telegram_username" in text(answer)
        assert service.count("posters") == 1
        assert "outreach.telegram_username" in text(one.get(f"/desk/posters/{old.code}"))
        for path in (f"posters/{old.code}/A3.pdf", "poster-lists/old/A3.zip"):
            assert one.get(f"/desk/{path}").status == 409
