"""The volunteers' commands as typed: output, exit codes, and what they leave behind."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from bot.cli import faq_commands
from bot.cli.faq_output import looks
from bot.core.messages import Address, Button, Reply, Tone
from bot.store.database import SqliteDatabase
from bot.store.people import questions
from handlers.preview import previews
from tests.volunteers.test_check import PHI, THE, spoil

TODAY = ("--today", "2026-11-24")


@click.group()
def faq() -> None:
    """As bot/faq.py puts them together."""


COMMANDS = (
    faq_commands.check,
    faq_commands.try_,
    faq_commands.test,
    faq_commands.gaps_,
    faq_commands.schema_,
)
for command in COMMANDS:
    faq.add_command(command)


@pytest.fixture
def place(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A deployment: config.yaml, the good FAQ and no database yet. Returns the FAQ folder."""
    (tmp_path / "config.yaml").write_text("faq: faq\ndatabase: data/x.db\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return folder


def set_thresholds(place: Path, answer: float, ask_back: float) -> None:
    """With 1.0 and 1.0 whatever is not beyond doubt is admitted."""
    levels = f"  answer: {answer}\n  likely: {answer}\n  ask_back: {ask_back}\n"
    text = f"faq: faq\ndatabase: data/x.db\nmatching:\n{levels}"
    (place.parent / "config.yaml").write_text(text, encoding="utf-8")


def run(*words: str) -> Result:
    return CliRunner().invoke(faq, words)


def test_a_good_folder_passes(place: Path) -> None:
    result = run("check", "--quick", *TODAY)
    assert (result.exit_code, result.output) == (0, "Không có lỗi, 0 điều nên xem (4 mục).\n")


def test_a_fault_fails_with_its_place_and_the_mend(place: Path) -> None:
    spoil(place / PHI, "related: [doi-the]", "related: [doi-thee]")
    result = run("check", "--quick", *TODAY)
    assert result.exit_code == 1
    assert "faq/phi.yaml:25:15: lỗi: không có mục nào tên 'doi-thee' [lien-ket]" in result.output
    assert "→ có phải 'doi-the'?" in result.output
    assert "\x1b" not in result.output, "no colours outside a terminal"


def test_a_warning_fails_only_when_strict(place: Path) -> None:
    spoil(place / PHI, "review_by: 2027-05-24", "review_by: 2026-12-01")
    assert run("check", "--quick", *TODAY).exit_code == 0
    assert run("check", "--quick", "--strict", *TODAY).exit_code == 1


def test_check_takes_any_folder_without_a_configuration(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place.parent / "config.yaml").unlink()
    assert run("check", "--faq", str(place), *TODAY).exit_code == 0


def test_check_tells_of_a_folder_without_entries(tmp_path: Path) -> None:
    result = run("check", "--faq", str(tmp_path))
    assert (result.exit_code, "không có tệp" in result.output) == (1, True)


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("thẻ hết hạn thì đổi ở đâu", ["trả lời thẳng", "1. ", "doi-the", "Nguồn: Điều 21", "👍 Đúng ý"]),
        ("làm passport mất mấy ngày", ["nhận là chưa biết", "ho-chieu (ngoài phạm vi)", "xuất nhập cảnh"]),
    ],
)  # fmt: skip
def test_try_shows_the_ranking_and_every_channel(
    place: Path, question: str, says: list[str]
) -> None:
    result = run("try", *question.split(), *TODAY)
    assert result.exit_code == 0
    for words in (*says, "Telegram: ", "/4096 ký tự", "Zalo: ", "/2000 ký tự", "Web: "):
        assert words in result.output, result.output


def test_try_shows_what_a_timid_bot_says(place: Path) -> None:
    set_thresholds(place, 1.0, 0.0)
    assert "hỏi lại bằng nút bấm" in run("try", "đổi thẻ", *TODAY).output
    set_thresholds(place, 1.0, 1.0)
    output = run("try", "đổi thẻ", *TODAY).output
    assert "nhận là chưa biết" in output
    assert "tổng đài 1900.0368" in output


def test_try_says_what_the_entry_shares_with_the_question(place: Path) -> None:
    output = run("try", "thẻ hết hạn rồi đổi chỗ nào", *TODAY).output
    assert "từ khóa: hết hạn" in output
    assert "từ trùng: the het han" in output
    assert "câu gần nhất: “" in output


def test_try_shows_the_variant_of_the_day(place: Path) -> None:
    asked = ("try", "Mức thu hiện hành là bao nhiêu")
    assert "trong năm 2026" in run(*asked, *TODAY).output
    assert "từ năm 2027" in run(*asked, "--today", "2027-01-01").output


def test_a_broken_folder_is_told_by_every_other_command(place: Path) -> None:
    spoil(place / THE, "label: Đổi thẻ", "lable: Đổi thẻ")
    for words in (("try", "x"), ("test",), ("gaps",)):
        result = run(*words)
        assert result.exit_code == 2
        assert "the.yaml:7:5" in result.output


def test_the_regression_run_counts_and_compares(place: Path) -> None:
    first = run("test")
    assert first.exit_code == 0
    assert "10 câu hỏi mẫu:" in first.output
    assert "Chưa có mốc so sánh" in first.output
    assert run("test", "--accept").exit_code == 0
    accepted = json.loads((place / "questions" / "accepted.json").read_text())
    assert sum(len(accepted[fate]) for fate in ("right", "asked_back", "missed", "wrong")) == 10
    again = run("test")
    assert again.exit_code == 0
    assert "không câu nào đổi" in again.output


def test_a_question_that_breaks_fails_the_run_until_accepted(place: Path) -> None:
    spoil(
        place / "questions/mau.tsv", "giá vàng hôm nay\t-", "thẻ hết hạn thì đổi ở đâu đây\tdoi-the"
    )
    run("test", "--accept")
    spoil(place / THE, "- thẻ hết hạn thì đổi ở đâu", "- x y z")
    spoil(place / PHI, "- làm passport mất mấy ngày", "- thẻ hết hạn thì đổi ở đâu đây")
    result = run("test")
    assert result.exit_code == 1
    assert "Mới hỏng (trước đúng, nay không): " in result.output
    assert "questions/mau.tsv:11: thẻ hết hạn thì đổi ở đâu đây" in result.output
    assert run("test", "--accept").exit_code == 0
    assert run("test").exit_code == 0


def test_a_new_question_is_no_break(place: Path) -> None:
    run("test", "--accept")
    with (place / "questions/mau.tsv").open("a", encoding="utf-8") as file:
        file.write("zzz qqq\tdoi-the\n")
    result = run("test")
    assert (result.exit_code, "Câu mới thêm: 1; câu đã bỏ: 0." in result.output) == (0, True)


def test_bad_lines_of_the_questions_stop_the_run(place: Path) -> None:
    spoil(place / "questions/mau.tsv", "\tle-phi", "\tle-fi")
    result = run("test")
    assert (result.exit_code, "questions/mau.tsv:8:" in result.output) == (2, True)


def test_a_spoilt_accepted_run_is_told(place: Path) -> None:
    (place / "questions" / "accepted.json").write_text("{")
    result = run("test")
    assert (result.exit_code, "--accept" in result.output) == (2, True)


def ask(place: Path, *texts: str) -> None:
    """Each text, admitted, by another person just now; the bot would admit it again."""
    set_thresholds(place, 1.0, 1.0)
    database = SqliteDatabase(place.parent / "data" / "x.db")
    with database.transaction() as tx:
        for number, text in enumerate(texts):
            person = Address("web", f"p{number}")
            questions.record(
                tx, id=f"q{number}", person=person, at=datetime.now(UTC), text=text,
                outcome="admit", entry=None, confidence=0.1, content="v",
            )  # fmt: skip
    database.close()


ALIKE = ("xin số nhà ở đâu vậy", "xin so nha o dau", "xin số nhà ở đâu")


def test_gaps_without_a_database_makes_none(place: Path) -> None:
    result = run("gaps")
    assert (result.exit_code, "máy đang chạy dịch vụ" in result.output) == (0, True)
    assert not (place.parent / "data").exists()


def test_gaps_lists_a_group_and_adds_its_question(place: Path) -> None:
    ask(place, *ALIKE)
    before = (place / THE).read_text(encoding="utf-8")
    listed = run("gaps").output
    assert "1. xin số nhà ở đâu" in listed
    assert "3 người, 3 lần, chưa biết 3" in listed
    added = run("gaps", "--add", "1", "doi-the")
    assert added.exit_code == 0
    assert "faq/the.yaml, dòng 19" in added.output
    assert "+       - xin số nhà ở đâu" in added.output
    assert "xóa dòng 19" in added.output
    lines = (place / THE).read_text(encoding="utf-8").split("\n")
    assert lines.pop(18).startswith("      - xin số nhà ở đâu")
    assert "\n".join(lines) == before
    again = run("gaps", "--add", "1", "cap-lai")
    assert (again.exit_code, "đã có ở mục doi-the" in again.output) == (1, True)


@pytest.mark.parametrize(
    ("texts", "number", "entry", "says"),
    [
        (ALIKE, "2", "doi-the", "Không có nhóm số 2"),
        (ALIKE, "1", "doi-te", "có phải 'doi-the'?"),
        (("gọi [số điện thoại] đó là ai",) * 3, "1", "doi-the", "thông tin đã che"),
    ],
    ids=["no group", "no entry", "masked"],
)
def test_an_addition_is_refused_with_the_reason(
    place: Path, texts: tuple[str, ...], number: str, entry: str, says: str
) -> None:
    ask(place, *texts)
    before = (place / THE).read_bytes()
    result = run("gaps", "--add", number, entry)
    assert result.exit_code == 1
    assert says in result.output
    assert (place / THE).read_bytes() == before


def test_schema_writes_the_file(place: Path) -> None:
    assert run("schema").exit_code == 0
    assert json.loads((place / "schema.json").read_text(encoding="utf-8"))["$defs"]["Entry"]


def test_try_tells_what_does_not_fit_a_channel(place: Path) -> None:
    answer = "    answer: >-\n"
    spoil(place / THE, answer, f"{answer}      {'Dài lắm. ' * 250}\n")
    label = "Một cái nút có tên dài hơn một màn hình điện thoại"
    spoil(place / THE, "label: Cổng Dịch vụ công quốc gia", f"label: {label}")
    link = "      - label: Nút {}\n        url: https://vneid.gov.vn\n"
    spoil(place / THE, "    links:\n", "    links:\n" + link.format(1) + link.format(2))
    output = run("try", "thẻ hết hạn thì đổi ở đâu", *TODAY).output
    assert "phải cắt thành 2 tin" in output
    assert f"[ {label[:35]}… ]" in output
    assert f"thành chữ (chỉ vừa 5 nút): Nút 1; Nút 2; {label}" in output


def test_try_tells_what_comes_on_a_further_page() -> None:
    choices = tuple(Button(f"Nút {n}", f"n:{n}") for n in range(7))
    reply = Reply(Tone.ANSWER, "x", choices)
    found = {one.channel.name: one for one in previews(reply)}
    assert found["Zalo"].buttons == ("Nút 0", "Nút 1", "Nút 2", "Nút 3")
    assert found["Zalo"].later == ("Nút 4", "Nút 5", "Nút 6")
    assert found["Telegram"].later == ()
    said = "\n".join(looks(reply, found.values()))
    assert "sau nút Xem thêm: Nút 4; Nút 5; Nút 6" in said


def test_test_lists_every_question_that_is_not_right(place: Path) -> None:
    set_thresholds(place, 1.0, 1.0)
    output = run("test", "--all").output
    assert "questions/mau.tsv:1: đổi thẻ mới ra sao" in output
    assert "cần doi-the; " in output
    assert "bỏ sót" in output


def test_gaps_tells_of_votes_and_of_what_too_few_asked(place: Path) -> None:
    ask(place, *ALIKE, "một câu chỉ một người hỏi thôi")
    database = SqliteDatabase(place.parent / "data" / "x.db")
    with database.transaction() as tx:
        questions.vote(tx, "q0", Address("web", "p0"), "down")
    database.close()
    output = run("gaps").output
    assert "chê 1" in output
    assert "· xin so nha o dau" in output
    assert "1 nhóm chưa đủ 3 người" in output


def test_a_change_of_a_line_is_shown_with_the_line_before(place: Path) -> None:
    ask(place, *ALIKE)
    text = (place / PHI).read_text(encoding="utf-8")
    start, end = text.index("      - làm passport"), text.index("    answer: Việc")
    text = text[:start].removesuffix("phrasings:\n") + "phrasings: [hộ chiếu]\n" + text[end:]
    (place / PHI).write_text(text, encoding="utf-8")
    output = run("gaps", "--add", "1", "ho-chieu").output
    assert "-     phrasings: [hộ chiếu]" in output
    assert '+     phrasings: [hộ chiếu, "xin số nhà ở đâu' in output
    assert "sửa lại dòng" in output


def test_what_keeps_a_file_from_being_read_is_told_before_the_links_into_it(place: Path) -> None:
    (place / THE).write_text("", encoding="utf-8")
    output = run("check", "--quick", *TODAY).output
    assert output.startswith(f"faq/{THE}:1:1: lỗi: tệp phải gồm các dòng")
    assert "không có mục nào tên 'doi-the'" in output


def test_try_shows_the_button_to_book(place: Path) -> None:
    services = "booking:\n  services:\n    - id: the\n      title: Thẻ\n      bring: doi-the\n"
    with (place.parent / "config.yaml").open("a", encoding="utf-8") as file:
        file.write(services)
    spoil(place / THE, "    label: Đổi thẻ\n", "    label: Đổi thẻ\n    action: book\n")
    output = run("try", "thẻ hết hạn thì đổi ở đâu", *TODAY).output
    assert "[ 📅 Đặt lịch hẹn ]" in output
