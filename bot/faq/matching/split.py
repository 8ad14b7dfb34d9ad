"""Cut a message into the questions in it."""

from __future__ import annotations

import re

from bot.core.vietnamese import Word

ENDS = re.compile(r"(?<=[.?!;…])\s+|[\n\r]+|(?<=\?)")
# In a sentence whose blanks are single ones: a search for runs of them begins anew at each.
JOINTS = re.compile(
    r"[,.;]? (?:với lại|voi lai|ngoài ra|ngoai ra|à mà|a ma|sẵn tiện|san tien|sẵn cho hỏi"
    r"|tiện thể|tien the|nhân tiện|nhan tien|cho hỏi thêm|cho hoi them|hỏi thêm|hoi them"
    r"|thêm nữa|them nua|còn nữa|con nua|và cho hỏi|va cho hoi|, và|câu nữa|cau nua) "
    r"|, ?(?:và|va|còn|con) ",
    re.IGNORECASE,
)
INTERROGATIVES = frozenset(
    "sao gi nao dau bao may ai khong chua ha hay nhieu lau chang".split()  # noqa: SIM905 - a list of words reads better so
)
FEWEST_WORDS = 3
MOST_PARTS = 12


def parts(text: str) -> list[str]:
    """The clauses of *text* that may be questions by themselves, at most a dozen."""
    sentences = (" ".join(sentence.split()) for sentence in ENDS.split(text))
    found = [part.strip() for one in sentences for part in JOINTS.split(one) if part.strip()]
    return found[:MOST_PARTS]


def asks(part: str, words: list[Word]) -> bool:
    """Whether *part* is a question, not a piece of a story."""
    if len(words) < FEWEST_WORDS:
        return False
    return part.rstrip().endswith("?") or any(w.plain in INTERROGATIVES for w in words)
