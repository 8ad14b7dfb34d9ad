"""Short questions that lean on the one before: "vậy trẻ em thì sao", "bao nhiêu tiền?".

All words here are without marks, as reading gives them.
"""

from __future__ import annotations

from collections.abc import Sequence

# Words that ask without saying about what. Marks are stripped, as everywhere in reading.
ASKING = frozenset(
    """
    a ai anh ba bac ban bao bi biet cach cai can chac chang chi cho chu chua chung co con
    cua cung da dau day dem di dia diem do duoc em gap gi giay gio giup gium ha ho hoi hon
    hay het khi khoang khong khac kia lai lam lan lau le loai luon ma mai mang may mat minh
    moi mot nao nay nen neu ngay nhe nhi nhieu nhu nhung no noi nua nop o online phai phi
    qua ra roi sao so sau ta tai the thi thoi theo to toi ton tren trong truc truoc tuan tui
    u va vay ve voi vo xin xong dong thang tiep buoc luc tien
    """.split()  # noqa: SIM905 - a list of words reads better so
)
# Greetings, thanks and sounds: a text of these only asks nothing.
EMPTY = frozenset(
    """
    a ad admin ah alo anh bac ban bot bye cam chao chi chu co con cau da dung e em ghe ha hello hi hic hihi haha i
    khum kia kieu la lo luon minh nha nhe nhi nhieu o oi ok on qua roi shop tam biet thanks the thoi thu toi
    tui troi u ua uh um uk vang vay xem xin zay duoc day do
    """.split()  # noqa: SIM905 - as above
)
OPENERS = frozenset({"vay", "the", "con", "roi", "neu", "lo", "nhung"})
MOST_WORDS = 9


def says_nothing(words: Sequence[str]) -> bool:
    return all(word in EMPTY for word in words)


def only_asks(words: Sequence[str]) -> bool:
    """Whether a text of these words asks without saying about what."""
    return all(word in ASKING or word in EMPTY for word in words)


def leans(words: Sequence[str]) -> bool:
    """Whether a text of these words may need the question before it to be understood."""
    if not words or len(words) > MOST_WORDS:
        return False
    return only_asks(words) or words[0] in OPENERS or list(words[-2:]) == ["thi", "sao"]
