"""The `vneid-bot` command, run as a person would."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli.main import main
from bot.core.messages import Address
from bot.ops.deployment import utc_now
from bot.store.database import SqliteDatabase
from bot.store.outbox import claim
from bot.store.people import erasure_log
from bot.store.staff import inbox
from tests.support.paths import FAQ
from tests.support.service import write_config


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return write_config(tmp_path, faq=FAQ)


def run(*arguments: str, config: Path, keys: str = "") -> Result:
    return CliRunner().invoke(main, [*arguments, "--config", str(config)], input=keys)


def test_ask_prints_the_answer_with_its_source_and_numbered_buttons(config: Path) -> None:
    result = run("ask", "rot bop mat luon cai the can cuoc", config=config)
    assert result.exit_code == 0
    assert "Bạn làm lại thẻ trên VNeID" in result.output
    assert "Nguồn: khoản 2 Điều 24, Luật Căn cước (01/07/2024)" in result.output
    assert "→ Cổng Dịch vụ công: https://dichvucong.gov.vn" in result.output
    assert "  1. Lệ phí làm thẻ" in result.output
    assert not (config.parent / "vneid.db").exists()  # nothing is kept


def test_ask_takes_any_folder_of_entries(config: Path, tmp_path: Path) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    text = "entries:\n- {id: a, question: Mấy giờ mở cửa?, answer: Tám giờ sáng.}\n"
    (folder / "x.yaml").write_text(text, encoding="utf-8")
    result = run("ask", "may gio mo cua", "--faq", str(folder), config=config)
    assert "Tám giờ sáng." in result.output


def test_chat_holds_a_conversation_and_takes_numbers_as_taps(config: Path) -> None:
    result = run("chat", config=config, keys="menu\n1\n2\n")
    assert "trợ lý tự động" in result.output
    assert "Mục để thử: chọn điều bạn cần." in result.output
    assert "Bạn bấm Quên mật khẩu" in result.output
    assert result.exit_code == 0


def test_faults_of_the_configuration_are_all_told_with_exit_code_2(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("nam: x\nlisten: {port: a}\n", encoding="utf-8")
    result = run("ask", "x", config=file)
    assert result.exit_code == 2
    assert "Có 2 lỗi cần sửa" in result.output
    assert "config.yaml:1:" in result.output
    assert "config.yaml:2:" in result.output


def test_a_receipt_of_an_erasure_is_genuine_or_not(config: Path) -> None:
    database = SqliteDatabase(config.parent / "vneid.db")
    with database.transaction() as tx:
        code = erasure_log.record(tx, ["a mark"], utc_now(), lambda: "an id")
    database.close()
    assert "Đã xóa lúc" in run("officer", "erased", f"xóa-{code.lower()}", config=config).output
    refused = run("officer", "erased", "XÓA-KHONG1", config=config)
    assert refused.exit_code == 1
    assert "Không có lần xóa nào" in refused.output


def test_an_officer_sees_who_waits_and_answers_into_their_chat(config: Path) -> None:
    assert "Không có ai đang chờ" in run("officer", "waiting", config=config).output
    database = SqliteDatabase(config.parent / "vneid.db")
    person = Address("web", "an")
    with database.transaction() as tx:
        inbox.hand_over(tx, "h1", person, utc_now(), "hồ sơ của tôi đâu")
        inbox.alert(tx, "a1", utc_now(), "send", "không gửi được")
    assert "hồ sơ của tôi đâu" in run("officer", "waiting", config=config).output
    assert "không gửi được" in run("officer", "alerts", config=config).output

    assert run("officer", "answer", "h1", "đã", "xong", config=config).exit_code == 0
    with database.transaction() as tx:
        letter = claim.claim(tx, "web", "me", utc_now(), utc_now())
    assert letter
    assert letter.reply.text == "👮 Cán bộ trả lời:\nđã xong"

    again = run("officer", "answer", "h1", "nữa", config=config)
    assert again.exit_code == 1
    assert "Không có ai đang chờ với mã h1" in again.output
    database.close()


def test_an_answer_is_drawn_into_a_file(config: Path, tmp_path: Path) -> None:
    file = tmp_path / "anh.png"
    result = run("card", "le-phi", "--out", str(file), config=config)
    assert result.exit_code == 0
    assert str(file) in result.output
    assert file.read_bytes().startswith(b"\x89PNG")


def test_what_is_no_entry_cannot_be_drawn(config: Path) -> None:
    result = run("card", "khong-co", config=config)
    assert result.exit_code == 1
    assert "không có mục 'khong-co'" in result.output
