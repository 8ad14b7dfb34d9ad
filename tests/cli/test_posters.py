"""`vneid-bot poster` and `vneid-bot posters`, run as a person would."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
import zxingcpp
from click.testing import CliRunner, Result
from PIL import Image

from bot.cli.main import main
from tests.support.paths import FAQ
from tests.support.service import write_config

CHANNELS = "public_url: https://troly.example.vn\noutreach: {telegram_username: troly_mau_bot}\n"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return write_config(tmp_path, CHANNELS, FAQ)


def run(config: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--config", str(config)])


def one(config: Path, *more: str, place: str = "Trạm xăng Mẫu", kind: str = "xăng") -> Result:
    return run(config, "poster", "--place", place, "--kind", kind, *more)


def code_in(text: str) -> str:
    found = re.search(r"PT-(\w{5})", text)
    assert found
    return found[1]


def test_a_poster_is_made_and_made_again_under_the_same_code(config: Path, tmp_path: Path) -> None:
    result = one(config, "--out", str(tmp_path / "a.pdf"))
    assert (result.exit_code, "mã mới" in result.output) == (0, True), result.output
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    again = one(config, "--size", "a5", "--format", "png", "--out", str(tmp_path))
    assert "giữ mã cũ" in again.output
    assert code_in(again.output) == code_in(result.output)
    (file,) = tmp_path.glob(f"PT-{code_in(result.output)}-tram-xang-mau-A5.png")
    found = {code.text for code in zxingcpp.read_barcodes(Image.open(file))}
    assert any(url.startswith("https://t.me/troly_mau_bot?start=p_") for url in found)


def test_what_is_printed_opens_the_right_talk_in_the_terminal(config: Path, tmp_path: Path) -> None:
    one(
        config,
        "--format",
        "png",
        "--out",
        str(tmp_path / "a.png"),
        kind="nhà-trọ",
        place="Nhà trọ Mẫu",
    )
    urls = [code.text for code in zxingcpp.read_barcodes(Image.open(tmp_path / "a.png"))]
    (payload,) = {re.split(r"[?]p=|[?]start=", url)[1] for url in urls}
    runner = CliRunner()
    chat = runner.invoke(main, ["chat", "--start", payload, "--config", str(config)], input="\n")
    assert "Chào bạn công nhân!" in chat.output
    assert "dán tại Nhà trọ Mẫu" in chat.output
    forged = payload[:-1] + ("A" if payload[-1] != "A" else "B")
    chat = runner.invoke(main, ["chat", "--start", forged, "--config", str(config)], input="\n")
    assert "KHÔNG phải do chúng tôi làm" in chat.output


@pytest.mark.parametrize(
    ("place", "kind", "why"),
    [
        ("Trạm xăng Mẫu", "trạm săng", "có phải 'trạm xăng'?"),
        ("Trạm xăng Mẫu", "zzz", "chọn một trong: trạm xăng; nhà trọ"),
        ("=1+1", "xăng", "không được bắt đầu bằng dấu ="),
        ("Quán 😀", "xăng", "không in được: 😀"),
    ],
)
def test_what_cannot_be_made_says_why(config: Path, place: str, kind: str, why: str) -> None:
    result = one(config, place=place, kind=kind)
    assert result.exit_code == 1
    assert why in result.output
    assert "Chưa có tờ nào" in run(config, "posters", "list").output


def test_without_a_channel_nothing_is_registered(tmp_path: Path) -> None:
    config = write_config(tmp_path, faq=FAQ)
    result = one(config)
    assert result.exit_code == 1
    assert "outreach.telegram_username" in result.output
    assert "Chưa có tờ nào" in run(config, "posters", "list").output


def test_a_folder_without_words_for_posters_says_which_file(tmp_path: Path) -> None:
    (tmp_path / "faq").mkdir()
    result = one(write_config(tmp_path, CHANNELS, tmp_path / "faq"))
    assert "loi-chao.yaml" in result.output


GOOD = "Nơi dán,Loại nơi\nNhà trọ Mẫu 1,nhà trọ\nTrạm xăng Mẫu,xăng\n"
BAD = GOOD + '"=HYPERLINK(""https://example.com"")",xăng\nChợ Mẫu,chợ\n'


def test_a_list_with_a_faulty_line_makes_nothing_and_names_each(
    config: Path, tmp_path: Path
) -> None:
    file, out = tmp_path / "l.csv", tmp_path / "out"
    file.write_text(BAD, encoding="utf-8")
    result = run(config, "posters", "from-csv", str(file), "--out", str(out))
    assert result.exit_code == 2
    assert "l.csv:4:1" in result.output
    assert "l.csv:5:2" in result.output
    assert not out.exists()
    assert "Chưa có tờ nào" in run(config, "posters", "list").output
    result = run(
        config, "posters", "from-csv", str(file), "--out", str(out), "--skip", "--size", "A5"
    )
    assert (result.exit_code, "2 áp phích (2 mã mới)" in result.output) == (0, True)
    assert len(list(out.glob("PT-*-A5.pdf"))) == 2


def test_a_list_is_made_once_however_often_it_is_run(config: Path, tmp_path: Path) -> None:
    file, out = tmp_path / "l.csv", tmp_path / "all.zip"
    file.write_text(GOOD, encoding="utf-8")
    for told in ("2 áp phích (2 mã mới)", "2 áp phích (0 mã mới)"):
        assert told in run(config, "posters", "from-csv", str(file), "--out", str(out)).output
    names = zipfile.ZipFile(io.BytesIO(out.read_bytes())).namelist()
    assert sorted(name[9:] for name in names) == ["nha-tro-mau-1-A3.pdf", "tram-xang-mau-A3.pdf"]


def test_posters_are_listed_retired_and_brought_back(config: Path, tmp_path: Path) -> None:
    code = code_in(one(config, "--out", str(tmp_path / "a.pdf")).output)
    listed = run(config, "posters", "list").output
    assert f"PT-{code}  trạm xăng: Trạm xăng Mẫu" in listed
    assert "lượt quét 0, có hỏi 0, đặt lịch 0, đến làm 0, đã kích hoạt 0" in listed
    assert "Thôi dùng" in run(config, "posters", "retire", f"pt-{code.lower()}").output
    assert "đã thôi dùng từ trước" in run(config, "posters", "retire", code).output
    assert "Chưa có tờ nào" in run(config, "posters", "list").output
    assert "(đã thôi dùng)" in run(config, "posters", "list", "--all").output
    assert "không có mã" in run(config, "posters", "retire", "PT-2A222").output
    assert "Dùng lại" in run(config, "posters", "retire", "--undo", code).output
    assert f"PT-{code}" in run(config, "posters", "list").output
    assert "Nhật ký nguyên vẹn: 3 dòng." in run(config, "audit", "verify").output
