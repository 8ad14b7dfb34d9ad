"""Values changed in a YAML file: they read back, and nothing else has moved."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.documents import file as yaml_file
from bot.faq.editing.add_line import EditRefused
from bot.faq.editing.blocks import block_of, replace_block
from bot.faq.editing.values import Value, set_values
from tests.support.paths import PROJECT

HEAD = "entries:\n  - id: a\n    question: Hỏi gì?\n"
TAIL = "    # sau cùng\n\n  - id: b # ghi chú\n    question: 'Khác'\n    answer: x\n"
LONG = "Bạn mang giấy tờ đến công an phường nơi gần nhất, " * 3 + "rồi chờ gọi tên."


def entry(file: Path, id_: str = "a") -> dict[str, object]:
    rows = yaml_file.read(file).data["entries"]
    return dict(next(row for row in rows if row["id"] == id_))


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("before", "values", "after"),
    [
        ("    answer: cũ\n", {"answer": "mới"}, "    answer: mới\n"),
        ("    answer: cũ  # vì sao\n", {"answer": "m: #1"}, "    answer: 'm: #1'  # vì sao\n"),
        ('    answer: "cũ"\n', {"answer": "yes"}, "    answer: \"yes\"\n"),
        (
            "    answer: cũ\n    fee: y\n",
            {"answer": "một\n\nhai"},
            "    answer: |-\n      một\n\n      hai\n    fee: y\n",
        ),
        (
            "    answer: |- # vì sao\n      cũ\n      # chữ\n\n    # ghi\n    fee: y\n",
            {"answer": "một\n# hai"},
            "    answer: |- # vì sao\n      một\n      # hai\n\n    # ghi\n    fee: y\n",
        ),
        (
            "    answer: >\n      cũ\n      kỹ\n    fee: y\n",
            {"answer": LONG},
            "    answer: >-\n      " + LONG[:93] + "\n      " + LONG[94:] + "\n    fee: y\n",
        ),
        (
            "    answer: >-\n      cũ\n",
            {"answer": "một\nhai\n\nba"},
            "    answer: >-\n      một\n\n      hai\n\n\n      ba\n",
        ),
        (
            "    answer: dài\n      hai dòng # ghi\n    fee: y\n",
            {"answer": "gọn"},
            "    answer: gọn # ghi\n    fee: y\n",
        ),
        (
            "    answer: x\n    steps:\n      - một # ghi\n      # về hai\n      - hai\n      - ba\n",
            {"steps": ("một", "mới", "ba", "bốn")},
            "    answer: x\n    steps:\n      - một # ghi\n      # về hai\n      - mới\n      - ba\n"
            "      - bốn\n",
        ),
        (
            "    answer: x\n    steps: ['một', hai] # ghi\n",
            {"steps": ("hai", "a, b")},
            '    answer: x\n    steps: [hai, "a, b"] # ghi\n',
        ),
        (
            "    answer: x\n    sources: []\n",
            {"time": "7 ngày", "fee": "0 đ", "steps": ("một", "hai: ba")},
            "    answer: x\n    steps:\n      - một\n      - 'hai: ba'\n    fee: 0 đ\n    time: 7 ngày\n"
            "    sources: []\n",
        ),
        (
            "    answer: x\n    fee: 1 đ\n    time: 2 ngày\n    more: z\n",
            {"fee": "", "time": "", "place": "ở phường"},
            "    answer: x\n    place: ở phường\n    more: z\n",
        ),
        ("    answer: x\n    fee:\n", {"fee": "1 đ"}, "    answer: x\n    fee: 1 đ\n"),
        (
            "    answer: x\n    reviewed: 2026-05-01 # đọc rồi\n",
            {"reviewed": date(2026, 11, 24), "review_by": date(2027, 5, 24)},
            "    answer: x\n    reviewed: 2026-11-24 # đọc rồi\n    review_by: 2027-05-24\n",
        ),
        ("    answer: x\n", {"steps": (), "fee": ""}, "    answer: x\n"),
    ],
)  # fmt: skip
def test_the_layout_stays(
    tmp_path: Path, before: str, values: dict[str, Value], after: str, ending: str
) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes((HEAD + before + TAIL).replace("\n", ending).encode())
    set_values(file, "a", values).write()
    assert file.read_bytes().decode() == (HEAD + after + TAIL).replace("\n", ending)
    for key, value in values.items():
        read = entry(file).get(key, () if isinstance(value, tuple) else "")
        assert read == ((list(value) or ()) if isinstance(value, tuple) else value)


TEXTS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1)
LINES = TEXTS.map(lambda text: " ".join(text.split())).filter(bool)
FILE, ENTRY = PROJECT / "faq" / "can-cuoc-tre-em.yaml", "the-tre-6-14"


@given(answer=st.lists(LINES, min_size=1, max_size=4), steps=st.lists(LINES, max_size=4))
@settings(max_examples=12, deadline=None)
def test_any_words_read_back_from_a_real_file(answer: list[str], steps: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / FILE.name
        file.write_bytes(FILE.read_bytes())
        old = block_of(file, ENTRY)
        words = "\n".join(answer)
        set_values(file, ENTRY, {"answer": words, "steps": tuple(steps)}).write()
        assert entry(file, ENTRY)["answer"] == words
        assert entry(file, ENTRY).get("steps", []) == steps
        new = block_of(file, ENTRY)
        replace_block(file, ENTRY, new, old).write()
        assert file.read_bytes() == FILE.read_bytes()


@pytest.mark.parametrize(
    "words", ["- id: khac", "x\nquestion: y", "&neo x", "*neo", "!!python/x", "# x"]
)
def test_words_cannot_become_yaml(tmp_path: Path, words: str) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(HEAD + "    answer: x\n" + TAIL, encoding="utf-8")
    set_values(file, "a", {"answer": words}).write()
    assert entry(file) == {"id": "a", "question": "Hỏi gì?", "answer": words}
    assert len(yaml_file.read(file).data["entries"]) == 2


@pytest.mark.parametrize(
    ("body", "values", "says"),
    [
        ("    answer: x\n    steps: một\n", {"steps": ("a",)}, "không phải danh sách"),
        ("    answer: x\n    steps: [a,\n      b]\n", {"steps": ("a",)}, "nhiều dòng"),
        ("    answer: [x\n", {"answer": "y"}, "đang có lỗi"),
    ],
)
def test_what_cannot_be_changed_by_itself_is_refused(
    tmp_path: Path, body: str, values: dict[str, Value], says: str
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(HEAD + body, encoding="utf-8")
    with pytest.raises(EditRefused, match=says):
        set_values(file, "a", values)


def test_the_first_key_of_an_entry_is_not_taken_out(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("entries:\n  - fee: x\n    id: a\n    question: y\n    answer: z\n", "utf-8")
    with pytest.raises(EditRefused, match="không xóa được fee"):
        set_values(file, "a", {"fee": ""})


def test_two_kinds_of_line_ends_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes((HEAD + "    answer: x\r\n").encode())
    with pytest.raises(EditRefused, match="trộn hai kiểu"):
        set_values(file, "a", {"answer": "y"})


def test_an_entry_that_was_changed_since_is_not_put_back(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(HEAD + "    answer: x\n" + TAIL, encoding="utf-8")
    old = block_of(file, "a")
    set_values(file, "a", {"answer": "y"}).write()
    new = block_of(file, "a")
    set_values(file, "a", {"answer": "z"}).write()
    with pytest.raises(EditRefused, match="đã được sửa thêm"):
        replace_block(file, "a", new, old)


def test_a_file_that_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(HEAD + "    answer: x\n" + TAIL, encoding="utf-8")
    mine = set_values(file, "a", {"answer": "của tôi"})
    set_values(file, "b", {"answer": "của người khác"}).write()
    with pytest.raises(EditRefused, match="vừa được sửa"):
        mine.write()
    assert entry(file, "b")["answer"] == "của người khác"
