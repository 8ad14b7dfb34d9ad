"""A line added to a YAML file: it reads back, and nothing else has moved."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.documents import file as yaml_file
from bot.faq.editing.add_line import EditRefused, add_item
from tests.volunteers.conftest import GOOD

HEAD = "entries:\n  - id: a\n    question: Hỏi gì?\n"
NEW = "câu: mới #1"


def phrasings(file: Path, id_: str) -> list[str]:
    rows = yaml_file.read(file).data["entries"]
    return next(row["phrasings"] for row in rows if row["id"] == id_)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("    phrasings:\n      - x\n", "    phrasings:\n      - x\n      - {}\n"),
        (
            "    phrasings:\n    - x # ghi chú\n\n    # chú thích\n    answer: y\n",
            "    phrasings:\n    - x # ghi chú\n    - {}\n\n    # chú thích\n    answer: y\n",
        ),
        (
            "    phrasings:\n      - x\n        dài\n    answer: y",
            "    phrasings:\n      - x\n        dài\n      - {}\n    answer: y",
        ),
        (
            "    phrasings:\n      - >-\n        x\n        dài\n    answer: y\n",
            "    phrasings:\n      - >-\n        x\n        dài\n      - {}\n    answer: y\n",
        ),
        ("    phrasings:\n      - x", "    phrasings:\n      - x\n      - {}"),
        ("    answer: y\n", "    phrasings:\n      - {}\n    answer: y\n"),
        ("    phrasings: [x, 'y']  # z\n", '    phrasings: [x, \'y\', "câu: mới #1"]  # z\n'),
    ],
    ids=["plain", "comments", "two lines", "block", "no line end", "no list", "in brackets"],
)  # fmt: skip
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_the_layout_stays(tmp_path: Path, before: str, after: str, ending: str) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes((HEAD + before).replace("\n", ending).encode())
    add_item(file, "a", "phrasings", NEW).write()
    expected = (HEAD + after).replace("{}", f"'{NEW}'").replace("\n", ending)
    assert file.read_bytes().decode() == expected
    assert phrasings(file, "a")[-1] == NEW


@given(
    text=st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1)
)
@settings(max_examples=60, deadline=None)
def test_any_sentence_reads_back(text: str) -> None:
    line = " ".join(text.split())
    if not line:
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "the.yaml"
        file.write_bytes((GOOD / "the.yaml").read_bytes())
        edit = add_item(file, "doi-the", "phrasings", line)
        edit.write()
        assert phrasings(file, "doi-the")[-1] == line
        lines = edit.after.split("\n")
        del lines[edit.number - 1]
        assert "\n".join(lines) == edit.before


@pytest.mark.parametrize(
    "word", ["yes", "no", "123", "1.5", "~", "null", "2026-11-24", "0x1f", "= x"]
)
def test_what_looks_like_a_value_stays_text(folder: Path, word: str) -> None:
    file = folder / "the.yaml"
    add_item(file, "cap-lai", "phrasings", word).write()
    assert phrasings(file, "cap-lai")[-1] == word


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (HEAD, "không có mục"),
        ("entries: [", "đang có lỗi"),
        ("a: 1\n", "không có mục"),
        ("entries:\n  - id: b\n    question: x\n    phrasings: []\n", "để trống"),
        ("entries:\n  - id: b\n    question: x\n    question: y\n", "bằng tay"),
        ("entries:\n  - {id: b, question: x}\n  - {id: b, question: y}\n", "bằng tay"),
        ("entries:\n  - id: b\n    question: x\n  - id: b\n    question: y\n", "bằng tay"),
    ],
)
def test_a_refusal_says_why_and_changes_nothing(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(EditRefused, match=says):
        add_item(file, "b", "phrasings", "câu")
    assert file.read_text(encoding="utf-8") == text


def test_the_swap_keeps_the_rights_and_leaves_no_other_file(folder: Path) -> None:
    file = folder / "the.yaml"
    file.chmod(0o640)
    add_item(file, "doi-the", "phrasings", "câu mới toanh").write()
    assert file.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in folder.iterdir()) == ["phi.yaml", "questions", "the.yaml"]


def test_a_write_that_fails_leaves_no_other_file(folder: Path) -> None:
    edit = add_item(folder / "the.yaml", "doi-the", "phrasings", "câu mới toanh")
    (folder / "the.yaml").unlink()
    (folder / "the.yaml").mkdir()
    with pytest.raises(OSError):  # noqa: PT011 - which one depends on the system
        edit.write()
    assert sorted(path.name for path in folder.iterdir()) == ["phi.yaml", "questions", "the.yaml"]
