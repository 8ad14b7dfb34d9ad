"""Questions that no entry answers, made of what volunteers list in `linh-vuc-khac.yaml`.

The matcher learns from them what is not ours: "thẻ tín dụng hết hạn làm lại ở đâu" has the words of a
question about the ID card. Each thing (`vật`) and each matter (`việc`) is put into a few of the ways in
which people ask about ours, so that it is the thing that tells and not the way; `câu` are whole questions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

FILE = "linh-vuc-khac.yaml"
HINT = "dùng ba khóa vật, việc, câu; dưới mỗi khóa, mỗi dòng một điều sau dấu gạch"
EACH = 5  # questions made of a thing or matter; more teach no more
WAYS: dict[str, tuple[str, ...]] = {
    "vật": (
        "{}",
        "{} ở đâu",
        "làm lại {} ở đâu",
        "làm {} cần giấy tờ gì",
        "mất {} phải làm sao",
        "{} hết hạn thì sao",
        "{} bao nhiêu tiền",
        "làm {} mất bao lâu",
        "đăng ký {} thế nào",
        "{} bị khóa",
        "đổi {}",
        "có cần {} không",
        "cho hỏi về {}",
        "quên {} thì sao",
    ),
    "việc": (
        "{}",
        "{} cần giấy tờ gì",
        "{} ở đâu",
        "thủ tục {}",
        "tôi muốn {} phải làm sao",
        "{} mất bao lâu",
        "{} bao nhiêu tiền",
        "{} có được không",
        "cho hỏi cách {}",
    ),
    "câu": ("{}",),
}


def questions(listed: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """All questions made of what is *listed*, always the same ones, none twice."""
    found = (text for kind, things in listed.items() for text in _asked(WAYS[kind], things))
    return tuple(dict.fromkeys(found))


def _asked(ways: Sequence[str], things: Sequence[str]) -> Iterator[str]:
    """Each thing as it is and in some of the other *ways*: the next thing in the next ones."""
    others = ways[1:]
    for number, thing in enumerate(things):
        yield thing
        for turn in range(min(EACH - 1, len(others))):
            yield others[(number * (EACH - 1) + turn) % len(others)].format(thing)
