"""The editors' schema: fresh, explained in Vietnamese, and named in every file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from bot.faq import schema
from bot.faq.entries import faq_files
from bot.faq.lint.shape import SCHEMA_LINE

BOT = Path(__file__).parents[2] / "bot"
FAQ = BOT.parent / "faq"


def models() -> dict[str, dict[str, Any]]:
    built = schema.build()
    return {"GroupFile": built, **{k: v for k, v in built["$defs"].items() if "properties" in v}}


def test_the_file_is_fresh() -> None:
    assert (FAQ / schema.NAME).read_text(encoding="utf-8") == schema.text(), (
        "chạy: vneid-bot faq schema"
    )


def test_every_key_is_explained_and_no_other() -> None:
    keys = {name: set(model["properties"]) for name, model in models().items()}
    assert keys == {name: set(table) for name, table in schema.DESCRIPTIONS.items()}


def test_unknown_keys_are_marked_while_typing() -> None:
    assert all(model["additionalProperties"] is False for model in models().values())


def test_each_file_names_the_schema_in_its_first_line() -> None:
    for file in faq_files(FAQ):
        assert file.read_text(encoding="utf-8").split("\n")[0] == SCHEMA_LINE, file.name


def test_the_readme_explains_every_key() -> None:
    text = (FAQ / "README.md").read_text(encoding="utf-8")
    for table in schema.DESCRIPTIONS.values():
        for key in table:
            assert f"`{key}`" in text, key


def test_the_messages_in_the_readme_are_those_people_see() -> None:
    text = (FAQ / "README.md").read_text(encoding="utf-8")
    table = text[text.index("## Lỗi hay gặp") :]
    quoted = [
        words
        for row in re.findall(r"^\| (`.+?) \|", table, re.MULTILINE)
        for words in row.split("`")[1::2]
    ]
    sources = [*(BOT / "faq").rglob("*.py"), *(BOT / "core" / "documents").glob("*.py")]
    code = "\n".join(file.read_text(encoding="utf-8") for file in sources)
    known = re.sub(r"\{[^{}\n]*\}", "…", code)
    for words in quoted:
        parts = re.split(r"…|'fee'|số điện thoại|2000", words)
        assert all(part.strip() in known for part in parts), words
    assert len(quoted) > 15
