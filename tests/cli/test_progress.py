"""`vneid-bot progress`."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from click.testing import CliRunner, Result

from bot.cli.main import main
from bot.store.booking import ward_figures
from bot.store.database import SqliteDatabase
from bot.store.staff import audit
from tests.support.service import write_config


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["progress", *words, "--config", str(write_config(folder))])


def table(folder: Path, text: str) -> str:
    file = folder / "bang.csv"
    file.write_text(f"Phường xã;Chỉ tiêu;Đã thu;Đã kích hoạt\n{text}", encoding="utf-8")
    return str(file)


def wards(folder: Path) -> int:
    with closing(SqliteDatabase(folder / "vneid.db")) as database, database.transaction() as tx:
        return len(ward_figures.figures(tx))


def test_a_table_is_shown_then_written_then_taken_back(tmp_path: Path) -> None:
    file = table(tmp_path, "Phường Tân Phú;50000;40000;25000\nPhường 12, Quận 3;10;5;1")
    shown = run(tmp_path, "import", file)
    assert "Phường Tân Phú: mới → 50000/40000/25000" in shown.output
    assert "cộng từ: Phường 12, Quận 3" in shown.output
    assert "chưa ghi gì" in shown.output
    assert wards(tmp_path) == 0
    assert "Đã ghi: 2 phường" in run(tmp_path, "import", file, "--yes").output
    assert wards(tmp_path) == 2
    assert "0 phường thay đổi" in run(tmp_path, "import", file, "--yes").output
    assert "Đã hoàn tác: 2 phường" in run(tmp_path, "undo").output
    assert wards(tmp_path) == 0
    again = run(tmp_path, "undo")
    assert (again.exit_code, "không có lần nhập nào" in again.output) == (1, True)
    with closing(SqliteDatabase(tmp_path / "vneid.db")) as database, database.transaction() as tx:
        assert len(audit.newest(tx, count=9)) == 3


def test_faults_are_named_by_line_and_nothing_is_written(tmp_path: Path) -> None:
    file = table(tmp_path, "Phường Lạ Hoắc;1;1;1\nPhường Tân Phú;1;1;2")
    result = run(tmp_path, "import", file, "--yes")
    assert result.exit_code == 2
    assert "bang.csv:2:1: không có phường xã nào tên" in result.output
    assert "bang.csv:3:1: đã kích hoạt 2 nhiều hơn đã thu 1" in result.output
    assert wards(tmp_path) == 0
