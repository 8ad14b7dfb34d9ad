"""What people type wrong in YAML, told from what the parser stumbles over.

The parser says where it could not go on; the slip is often earlier: a quote that is opened and not
closed swallows the lines after it. Each look below knows one slip, tells it at the line to mend, and
says how to mend it without a word of YAML.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

QUOTE = 'đặt cả câu trong nháy kép: "…"'
INDENT = "thụt bằng đúng số dấu cách của dòng cùng loại ở trên"
# A value in quotes: what stands before the quote, the quote, and what stands after it.
QUOTED = re.compile(r"\s*(?:- )?(?:[\w-]+: )?([\"'])(.*)")
# The plain words of a value, after `- ` and `key: `.
PLAIN = re.compile(r"\s*(?:- )?(?:[a-z_]+: )?(.*)")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")


@dataclass(frozen=True, slots=True)
class Stumble:
    """Where the parser gave up, in what words, and the line on which what it was reading began
    (lines and columns count from 0)."""

    lines: Sequence[str]
    problem: str
    line: int
    column: int
    begun: int

    def text(self, line: int) -> str:
        return self.lines[line] if line < len(self.lines) else ""


@dataclass(frozen=True, slots=True)
class Mistake:
    """Lines and columns count from 0."""

    line: int
    column: int
    what: str
    mend: str


def explain(stumble: Stumble) -> Mistake:
    """The first look that knows the slip; else where the parser gave up and the usual causes."""
    for look in LOOKS:
        if found := look(stumble):
            return found
    mend = f"xem thụt lề (2 dấu cách), dấu hai chấm, dấu nháy; câu có dấu ':' hoặc '#' thì {QUOTE}"
    return Mistake(stumble.line, stumble.column, stumble.problem, mend)


def _tab(at: Stumble) -> Mistake | None:
    for line in (at.line, at.begun):
        indent = re.match(r"\s*", at.text(line))
        if indent and "\t" in indent[0]:
            mend = "xóa Tab, gõ dấu cách cho dòng thụt bằng dòng cùng loại ở trên"
            return Mistake(line, indent[0].index("\t"), "có phím Tab ở đầu dòng", mend)
    return None


def _open_quote(at: Stumble) -> Mistake | None:
    """A quote without its pair on the line: nobody needs quoted text over several lines here."""
    for line in range(at.begun, min(at.line + 1, len(at.lines))):
        quoted = QUOTED.fullmatch(at.text(line))
        if quoted and quoted[1] not in quoted[2]:
            mend = f"thêm {quoted[1]} ở cuối câu, hoặc bỏ {quoted[1]} ở đầu câu"
            return Mistake(line, quoted.start(1), "dấu nháy mở mà không đóng", mend)
    return None


def _beside_quotes(at: Stumble) -> Mistake | None:
    quoted = QUOTED.fullmatch(at.text(at.line))
    if quoted is None or not quoted[2].partition(quoted[1])[2].strip():
        return None
    mend = "đặt dấu nháy ở hai đầu cả câu; nháy ở giữa câu thì dùng “…”"
    return Mistake(at.line, quoted.start(1), "có chữ nằm ngoài dấu nháy", mend)


def _open_bracket(at: Stumble) -> Mistake | None:
    if "expected ',' or" not in at.problem:
        return None
    closing = "}" if "'}'" in at.problem else "]"
    opening = "{" if closing == "}" else "["
    column = max(at.text(at.begun).find(opening), 0)
    mend = f"thêm {closing} ở cuối danh sách; các mục cách nhau bằng dấu phẩy"
    return Mistake(at.begun, column, f"dấu {opening} mở mà không đóng", mend)


def _colon(at: Stumble) -> Mistake | None:
    if "mapping values are not allowed" not in at.problem:
        return None
    if PLAIN.fullmatch(at.text(at.line)[: at.column]) and _in_words(at):
        return Mistake(at.line, at.column, "câu có dấu hai chấm mà không để trong nháy", QUOTE)
    return Mistake(at.line, at.column, "dòng này thụt lệch so với dòng trên", INDENT)


def _in_words(at: Stumble) -> bool:
    """Whether the colon stands inside a sentence, not after a key at the beginning of a line."""
    return not re.fullmatch(r"\s*(?:- )?[a-z_]+", at.text(at.line)[: at.column])


def _no_colon(at: Stumble) -> Mistake | None:
    if "could not find expected ':'" not in at.problem:
        return None
    what = "thiếu dấu hai chấm, hoặc thiếu dấu cách sau dấu hai chấm"
    return Mistake(at.begun, 0, what, "viết `khóa: giá trị`; trong danh sách thì `- ` ở đầu dòng")


def _indent(at: Stumble) -> Mistake | None:
    if not re.search(r"expected (?:key|'-' indicator|<block)|bad indentation", at.problem):
        return None
    return Mistake(at.line, at.column, "dòng này thụt lệch so với dòng trên", INDENT)


def _sign(at: Stumble) -> Mistake | None:
    """A sentence that begins with a sign that means something to YAML."""
    if not re.search(r"cannot start any token|alias|anchor|alphabetic", at.problem):
        return None
    words = PLAIN.fullmatch(at.text(at.line))
    sign = words[1][:1] if words else ""
    return Mistake(at.line, at.column, f"câu bắt đầu bằng dấu {sign}", QUOTE)


def _two_documents(at: Stumble) -> Mistake | None:
    if "another document" not in at.problem and "single document" not in at.problem:
        return None
    return Mistake(at.line, at.column, "dòng --- cắt tệp làm hai", "xóa dòng ---")


def _odd_character(at: Stumble) -> Mistake | None:
    """The parser says only that there is one, not where."""
    for number, line in enumerate(at.lines):
        if odd := CONTROL.search(line):
            mend = "xóa chỗ đó rồi gõ lại"
            return Mistake(number, odd.start(), "có ký tự lạ không thấy được", mend)
    return None


Look = Callable[[Stumble], Mistake | None]
LOOKS: tuple[Look, ...] = (
    _tab,
    _open_quote,
    _beside_quotes,
    _open_bracket,
    _colon,
    _no_colon,
    _indent,
    _sign,
    _two_documents,
    _odd_character,
)
