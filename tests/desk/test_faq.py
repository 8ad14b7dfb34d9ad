"""The volunteers' room: a change of the FAQ is tried, looked at, written, live, and undone."""

from __future__ import annotations

import html
import re
import shutil
import threading
from collections.abc import Callable, Iterator

import pytest

from bot.core.messages import Address
from bot.store.people import questions
from bot.store.staff import audit
from bot.store.values import Ids
from tests.desk.conftest import Officer, text
from tests.support import town
from tests.support.paths import FAQ
from tests.support.people import Clock
from tests.support.web_service import Response, WebService

SignedIn = Callable[..., Officer]
ENTRY = "/desk/faq/entries/quen-mat-khau"
QUESTION = "Quên mật khẩu VNeID thì lấy lại ra sao?"
OLD = "Bạn bấm Quên mật khẩu ở màn hình đăng nhập rồi làm theo hướng dẫn."
NEW = "Bạn bấm “Quên mật khẩu”, rồi nhập: số định danh # không cần ra phường."
SAMPLES = (
    "quên mật khẩu vneid lấy lại ra sao\tquen-mat-khau\n"
    "lệ phí làm thẻ căn cước bao nhiêu tiền\tle-phi\n"
    "xin visa đi du lịch\t-\n"
)
IDS = Ids()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, moving: Clock) -> Iterator[WebService]:
    """With a FAQ of its own, which the tests change."""
    folder = tmp_path_factory.mktemp("room")
    running = WebService(folder, folder / "faq", settings=town.SETTINGS, clock=moving)
    restore(running)
    with running:
        yield running


@pytest.fixture(autouse=True)
def as_before(service: WebService) -> Iterator[None]:
    yield
    restore(service)


def restore(service: WebService) -> None:
    shutil.copytree(FAQ, service.faq, dirs_exist_ok=True)
    for extra in service.faq.glob("loi*.yaml"):
        extra.unlink()
    (service.faq / "questions").mkdir(exist_ok=True)
    (service.faq / "questions" / "thu.tsv").write_text(SAMPLES, encoding="utf-8")


@pytest.fixture
def volunteer(officer: SignedIn) -> Officer:
    return officer("volunteer")


def base(one: Officer, path: str = ENTRY) -> str:
    """The state in which the form was opened."""
    found = re.search(r'name="base" value="(\w+)"', text(one.get(path)))
    assert found
    return found[1]


def words(answer: Response) -> str:
    return html.unescape(text(answer))


def send(one: Officer, do: str, path: str = ENTRY, *, at: str = "", **form: str) -> Response:
    return one.post(path, do=do, base=at or base(one, path), **form)


def asks(service: WebService, question: str = QUESTION) -> str:
    """What a citizen gets."""
    (reply,) = service.post("/api/chat", {"session": "", "text": question}).json["replies"]
    return str(reply["text"])


def file(service: WebService) -> str:
    return (service.faq / "thu.yaml").read_text(encoding="utf-8")


def log(service: WebService) -> list[tuple[str, str, str]]:
    """The newest first."""
    with service.database.transaction() as tx:
        assert list(audit.faults(tx)) == []
        return [(row["what"], row["subject"], row["detail"]) for row in audit.newest(tx)]


# --- looking -------------------------------------------------------------------------------------


def test_the_room_says_how_the_faq_stands(volunteer: Officer) -> None:
    shown = text(volunteer.get("/desk/faq"))
    assert re.search(r"<strong>\d+ mục</strong>, bản <code>[0-9a-f]{12}</code>", shown)
    assert "Không mục nào quá hạn xem lại" in shown


def test_entries_are_found_as_citizens_ask(volunteer: Officer) -> None:
    shown = text(volunteer.get("/desk/faq?q=quen+mat+khau"))
    assert shown.index("/desk/faq/entries/quen-mat-khau") < shown.index("/desk/faq/entries/le-phi")


def test_a_review_that_is_due_is_listed_until_somebody_has_read_it_again(
    service: WebService, officer: SignedIn, moving: Clock
) -> None:
    path, before = "/desk/faq/entries/mat-the", moving.now
    moving.move(days=180)
    one = officer("volunteer")
    assert "Quá hạn xem lại (1)" in text(one.get("/desk/faq"))
    assert send(one, "accept", path, answer=answer_of(one, path), reviewed="yes").status == 303
    assert "Quá hạn xem lại (0)" in text(one.get("/desk/faq"))
    assert "    reviewed: 2027-05-23\n    review_by: 2027-11-21\n" in file(service)
    moving.now = before


def answer_of(one: Officer, path: str) -> str:
    found = re.search(
        r'<textarea name="answer"[^>]*>(.*?)</textarea>', text(one.get(path)), re.DOTALL
    )
    assert found
    return html.unescape(found[1])


def test_faults_of_a_refused_file_are_shown_with_line_and_hint(
    service: WebService, volunteer: Officer
) -> None:
    (service.faq / "loi.yaml").write_text("entries:\n  - id: x\n    question: y\n", "utf-8")
    shown = until(volunteer, "/desk/faq", "bản mới chưa được dùng")
    assert "loi.yaml:2:5: mục x: answer: thiếu khóa này" in shown
    assert "thêm dòng còn thiếu" in shown


def test_an_entry_whose_file_has_faults_leads_to_them(
    service: WebService, volunteer: Officer
) -> None:
    (service.faq / "thu.yaml").write_text(
        file(service).replace("    label:", "\tlabel:", 1), "utf-8"
    )
    until(volunteer, "/desk/faq", "có phím Tab")
    led = volunteer.get(ENTRY)
    assert (led.status, led.headers["location"]) == (303, "/desk/faq")


def until(one: Officer, path: str, wanted: str) -> str:
    """The page once it holds *wanted*: files are looked at twice a second."""
    for _ in range(2000):
        if wanted in (shown := words(one.get(path))):
            return shown
    raise AssertionError(wanted)


def test_the_check_runs_beside_and_says_what_it_found(
    service: WebService, volunteer: Officer
) -> None:
    assert "Chưa có lần kiểm tra nào" in text(volunteer.get("/desk/faq/check"))
    assert volunteer.post("/desk/faq/check").headers["location"] == "/desk/faq/check"
    shown = until(volunteer, "/desk/faq/check", "kiểm tra lúc")
    assert "lỗi phải sửa" in shown
    assert "mục 'quen-mat-khau' chưa ghi reviewed" in shown
    assert log(service)[0][0] == "kiểm tra FAQ"


@pytest.mark.parametrize("role", ["viewer", "officer", "manager", "outreach", "auditor"])
@pytest.mark.parametrize("path", ["/desk/faq", ENTRY])
def test_only_volunteers_and_administrators_come_in(
    officer: SignedIn, role: str, path: str
) -> None:
    assert officer(role).get(path).status == 403


def test_an_entry_that_is_not_there_is_not_found(volunteer: Officer) -> None:
    for path in ("/desk/faq/entries/khong-co", "/desk/faq/entries/..%2Fthu"):
        assert volunteer.get(path).status == 404
        assert volunteer.post(f"{path}/phrasings", phrasing="một câu hỏi").status == 404


# --- changing ------------------------------------------------------------------------------------


def test_a_preview_writes_nothing(service: WebService, volunteer: Officer) -> None:
    before = file(service)
    shown = words(send(volunteer, "preview", answer=NEW))
    for part in ("Bản mới", NEW, OLD, "Telegram", "Zalo", "Web", "/2.000 ký tự"):
        assert part in shown
    assert "3 câu)" in shown
    assert file(service) == before


def test_a_preview_tells_which_questions_break(service: WebService, volunteer: Officer) -> None:
    leaning = "bấm ở màn hình đăng nhập làm theo hướng dẫn"  # words of the old answer only
    samples = f"{SAMPLES}{leaning}\tquen-mat-khau\n"
    (service.faq / "questions" / "thu.tsv").write_text(samples, encoding="utf-8")
    shown = words(send(volunteer, "preview", answer="Bạn tải lại ứng dụng rồi quét khuôn mặt."))
    assert re.search(rf"1 câu đang đúng sẽ hỏng.*{leaning}", shown, re.DOTALL)
    assert "4 câu)" in shown


def test_an_accepted_change_is_written_and_live_at_once(
    service: WebService, volunteer: Officer
) -> None:
    before = file(service)
    sent = send(volunteer, "accept", answer=NEW, fee="Không mất tiền", steps="Mở ứng dụng\n\n Bấm ")
    assert sent.headers["location"] == f"{ENTRY}?said=kept"
    said = asks(service)
    assert NEW in said
    assert "1. Mở ứng dụng\n2. Bấm" in said
    assert "Lệ phí: Không mất tiền" in said
    after = iter(file(service).split("\n"))
    assert all(line in after for line in before.split("\n") if OLD not in line)  # in this order
    assert log(service)[0] == ("sửa FAQ", "quen-mat-khau", "thu.yaml: answer, fee, steps")


def test_the_last_change_is_undone_and_then_the_one_before(
    service: WebService, volunteer: Officer
) -> None:
    first = file(service)
    send(volunteer, "accept", answer="Câu thứ nhất.")
    second = file(service)
    send(volunteer, "accept", answer="Câu thứ hai.")
    for state, said in ((second, "Câu thứ nhất."), (first, OLD)):
        assert undo(volunteer).headers["location"] == f"{ENTRY}?said=undone"
        assert file(service) == state
        assert said in asks(service)
    assert log(service)[0] == ("hoàn tác FAQ", "quen-mat-khau", "thu.yaml: answer")


def undo(one: Officer, change: str = "") -> Response:
    found = re.search(r'name="change" value="(\w+)"', text(one.get(ENTRY)))
    return one.post(f"{ENTRY}/undo", change=change or (found[1] if found else ""))


def test_what_was_changed_by_hand_since_is_not_undone(
    service: WebService, volunteer: Officer
) -> None:
    send(volunteer, "accept", answer="Câu ở bàn.")
    by_hand = file(service).replace("Câu ở bàn.", "Câu bằng tay.")
    (service.faq / "thu.yaml").write_text(by_hand, encoding="utf-8")
    answer = undo(volunteer)
    assert answer.status == 409
    assert "đã được sửa thêm sau lần đó" in words(answer)
    assert file(service) == by_hand


def test_an_undo_sent_twice_undoes_one_change(service: WebService, volunteer: Officer) -> None:
    send(volunteer, "accept", answer="Câu thứ nhất.")
    once = file(service)
    send(volunteer, "accept", answer="Câu thứ hai.")
    (change,) = re.findall(r'name="change" value="(\w+)"', text(volunteer.get(ENTRY)))
    assert undo(volunteer, change).status == 303
    assert undo(volunteer, change).status == 409
    assert file(service) == once


def test_of_two_volunteers_the_second_sees_both_versions(
    service: WebService, officer: SignedIn
) -> None:
    first, second = officer("volunteer"), officer("volunteer")
    opened = base(second)
    send(first, "accept", answer="Câu của người thứ nhất.")
    for do in ("preview", "accept"):
        late = send(second, do, at=opened, answer="Câu của người thứ hai.")
        assert late.status == 409
        shown = words(late)
        assert "vừa được sửa ở nơi khác" in shown
        assert "Câu của người thứ nhất." in shown
        assert "Câu của người thứ hai.</textarea>" in shown
    assert "người thứ hai" not in file(service)
    assert send(second, "accept", answer="Câu của người thứ hai.").status == 303


def test_two_volunteers_at_the_same_moment_do_not_overwrite_each_other(
    service: WebService, officer: SignedIn
) -> None:
    people = [officer("volunteer") for _ in range(3)]
    opened = base(people[0])
    answers: list[int] = []

    def accept(number: int) -> None:
        sent = send(people[number], "accept", at=opened, answer=f"Câu của người số {number}.")
        answers.append(sent.status)

    threads = [threading.Thread(target=accept, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    first, *others = sorted(answers)
    assert first == 303
    assert all(status in (409, 422) for status in others)
    made = service.rows(
        "SELECT after FROM faq_changes WHERE entry = 'quen-mat-khau' AND state = 'made' ORDER BY id"
    )
    assert made[-1]["after"] in file(service)


def test_changes_of_two_entries_of_one_file_both_stay(
    service: WebService, officer: SignedIn
) -> None:
    first, second = officer("volunteer"), officer("volunteer")
    opened = base(second, "/desk/faq/entries/mat-the")
    send(first, "accept", answer="Câu thứ nhất.")
    sent = send(second, "accept", "/desk/faq/entries/mat-the", at=opened, answer="Câu thứ hai.")
    assert sent.status == 303
    assert "Câu thứ nhất." in file(service)
    assert "Câu thứ hai." in file(service)


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"answer": ""}, "không được để trống"),
        ({"answer": OLD}, "chưa đổi gì"),
        ({"answer": "a" * 601}, "at most 600|600"),
        ({"answer": "Gọi cho cô Ba số 0912 345 678 nhé."}, "riêng|số điện thoại"),
    ],
)
def test_what_is_wrong_is_said_and_not_written(
    service: WebService, volunteer: Officer, form: dict[str, str], says: str
) -> None:
    before = file(service)
    for do in ("preview", "accept"):
        answer = send(volunteer, do, **form)
        assert answer.status == 422
        assert re.search(says, words(answer))
    assert file(service) == before


def test_a_fault_anywhere_in_the_folder_refuses_all(
    service: WebService, volunteer: Officer
) -> None:
    opened = base(volunteer)
    (service.faq / "loi.yaml").write_text("entries:\n  - id: x\n    question: y\n", "utf-8")
    (service.faq / "loi-2.yaml").write_text("entries: [\n", encoding="utf-8")
    before = file(service)
    answer = send(volunteer, "accept", at=opened, answer=NEW)
    assert answer.status == 422
    shown = words(answer)
    assert "loi.yaml:2:5" in shown
    assert "loi-2.yaml:" in shown
    assert f"{NEW}</textarea>" in shown
    assert file(service) == before


@pytest.mark.parametrize(
    "hostile",
    [
        "x\n  - id: ke-gian\n    question: a\n    answer: b",
        "kind: out-of-scope",
        "&neo *neo !!python/object/apply:os.system ['id']",
        "{{ 7 * 7 }} ${HOME} %(x)s",
        "- một\n- hai: [",
        "\x00\x1b[2J\u202etrái\u2066 phải\ufeff",
        "</textarea><script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
    ],
)
def test_hostile_words_stay_words(service: WebService, volunteer: Officer, hostile: str) -> None:
    assert send(volunteer, "accept", answer=hostile, more=hostile, fee=hostile).status == 303
    seen = re.sub(r"[\x00\x1b\u202e\u2066\ufeff]", "", hostile)
    lines = "\n".join(" ".join(line.split()) for line in seen.split("\n"))
    assert lines in asks(service)
    shown = text(volunteer.get(ENTRY))
    assert "<script>alert" not in shown
    assert "<img src=x" not in shown
    assert "ke-gian" not in text(volunteer.get("/desk/faq?q=ke+gian")).replace(
        html.escape(hostile), ""
    )
    assert undo(volunteer).status == 303


def test_a_folder_that_cannot_be_written_is_said_and_nothing_counts_as_made(
    service: WebService, volunteer: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    before, made = file(service), changes(service)
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        answer = send(volunteer, "accept", answer=NEW)
    assert answer.status == 422
    assert "No space left" in words(answer)
    assert file(service) == before
    assert not list(service.faq.glob(".thu*"))
    assert changes(service) == made
    assert log(service)[0][0] == "không ghi được FAQ"


def changes(service: WebService) -> int:
    return len(service.rows("SELECT id FROM faq_changes WHERE state = 'made'"))


def test_what_a_variant_covers_today_is_named(volunteer: Officer) -> None:
    shown = words(volunteer.get("/desk/faq/entries/le-phi"))
    assert "đọc từ phần theo ngày: <strong>Câu trả lời</strong>" in shown
    assert "phần theo ngày" not in words(volunteer.get(ENTRY))


# --- phrasings and gaps --------------------------------------------------------------------------


def test_a_phrasing_is_added_and_found(service: WebService, volunteer: Officer) -> None:
    phrasing = "cái mã vào app của tui bay mất tiêu"
    sent = volunteer.post(f"{ENTRY}/phrasings", phrasing=phrasing)
    assert sent.headers["location"] == f"{ENTRY}?said=phrasing"
    assert OLD in asks(service, phrasing)
    assert f"      - {phrasing}\n" in file(service)
    assert undo(volunteer).status == 303
    assert phrasing not in file(service)


def test_a_phrasing_that_another_entry_answered_is_said_so(
    service: WebService, volunteer: Officer
) -> None:
    """It may be meant, or the wrong entry was open."""
    sent = volunteer.post(
        f"{ENTRY}/phrasings", phrasing="bị mất thẻ căn cước thì xin làm lại ở đâu"
    )
    shown = words(volunteer.get(sent.headers["location"]))
    assert (
        'Trước đó câu này ra mục <a href="/desk/faq/entries/mat-the">Mất thẻ, cấp lại</a>' in shown
    )
    assert "thêm nhầm chỗ thì bấm Hoàn tác" in shown
    assert undo(volunteer).status == 303
    assert "Trước đó" not in words(volunteer.get(f"{ENTRY}?said=phrasing&was=khong-co"))


@pytest.mark.parametrize(
    ("phrasing", "says"),
    [
        ("quên", "từ 3 đến 40 chữ"),
        ("số của tui là 079123456789 đó", "hãy viết lại"),
        ("số [số giấy tờ] bị khóa", "hãy viết lại"),
        ("đổi thẻ tốn nhiêu tiền", "đã có ở mục le-phi"),
    ],
)
def test_a_phrasing_that_cannot_be_kept_says_why(
    service: WebService, volunteer: Officer, phrasing: str, says: str
) -> None:
    before = file(service)
    answer = volunteer.post(f"{ENTRY}/phrasings", phrasing=phrasing)
    assert answer.status == 422
    assert says in words(answer)
    assert file(service) == before


def test_what_three_people_asked_is_shown_with_the_nearest_entry(
    service: WebService, volunteer: Officer
) -> None:
    assert "Chưa có câu nào từ 3 người" in text(volunteer.get("/desk/faq/gaps"))
    for number, question in enumerate(
        ["khóa thẻ khi mất ví ở nước ngoài"] * 3 + ["riêng một mình"]
    ):
        unanswered(service, f"p{number}", question)
    shown = text(volunteer.get("/desk/faq/gaps"))
    assert "khóa thẻ khi mất ví ở nước ngoài" in shown
    assert "3 người, 3 lần" in shown
    assert "riêng một mình" not in shown
    link = re.search(r'href="([^"]*phrasing=[^"#]*)', shown)
    assert link
    filled = text(volunteer.get(html.unescape(link[1])))
    assert 'name="phrasing" value="khóa thẻ khi mất ví ở nước ngoài"' in filled


def unanswered(service: WebService, who: str, question: str) -> None:
    with service.database.transaction() as tx:
        now = service.clock()
        questions.record(
            tx,
            id=IDS.new(now),
            person=Address("web", who),
            at=now,
            text=question,
            outcome="admit",
            entry=None,
            confidence=0.1,
            content="v",
        )
