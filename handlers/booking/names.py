"""Who comes, as people write it: "cô Ba", "tôi tên là Nguyễn Văn Thử", "bà Tư, cháu Tí 0912 345 679"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

LONGEST = 60
SEPARATOR = re.compile(r"[,;\n]|(?<=\s)và(?=\s)")
NAME = re.compile(r"[^\W\d_]+(?:[ .'’ʼ`-]+[^\W\d_]+)*\.?")
BEFORE = re.compile(r"^(?:\w+ )?t[êe]n (?:\w+ )?l[àa] (?=\S)", re.IGNORECASE)
PHONE = re.compile(r"(?<!\d)\+?\d(?:[ .-]?\d){8,12}(?!\d)")
PHONE_LIKE = re.compile(r"\+?[\d .()-]{6,20}")  # meant as a number, right or not
# Family names, and what most often stands between one and the name, without marks. Some are words of
# questions, too ("hồ sơ", "lê phí"): alone they tell nothing.
FAMILY = frozenset(
    """
    an au banh bach bang bui cam cao chau chu chung co cong cu dam danh dang dao dau diep dinh do doan dong du
    duong ha han ho hoa hoang hong hua huynh ke khong khuat kieu kim kha khuu la lai lam le lieu lo loi long lu
    luc luong luu luyen ly ma mac mach mai man mo nghiem ngo nguyen nham nhan nong ong pham phan phi phu phuong phung
    quach quan sam so son su ta tang thach thai than thi thieu tieu tin to ton tong tra tran trang trieu trinh tru
    truong tu tung tuong van vi vien vinh vo vu vuong xa y
    """.split()  # noqa: SIM905 - a list of words reads better so
)
MIDDLE = frozenset(
    """
    anh ba bao bich cam chi cong dang dieu diem duc duy dinh gia ha hai hoai hoang hong huu huynh khanh kim lan le
    mai manh minh my ngoc nguyen nhat nhu phuc phuong quang quoc quynh tan tat thanh thai thi thien thu thuy
    trong trung truc tuan tuong tuyet uyen van viet vinh xuan yen
    """.split()  # noqa: SIM905 - as above
)
NAMED = range(2, 7)  # words of a whole name


def read(text: str) -> tuple[str, ...]:
    """The names in *text*; none when one of them is no name. A telephone number behind them is left out."""
    text = PHONE.sub(" ", unicodedata.normalize("NFC", text.replace("\u00a0", " ")))
    parts = (
        " ".join(BEFORE.sub("", part.strip()).split()) for part in SEPARATOR.split(text.strip())
    )
    found = tuple(part for part in parts if part)
    good = all(len(name) <= LONGEST and NAME.fullmatch(name) for name in found)
    return found if good else ()


def surely(text: str, words: Sequence[str]) -> bool:
    """Whether *text*, whose plain *words* are given, is somebody's whole name: a family name first, and what
    stands in names behind it, or all in capitals as names are written."""
    written = text.split()
    if len(words) not in NAMED or words[0] not in FAMILY or not NAME.fullmatch(text.strip()):
        return False
    capitals = all(word[:1].isupper() for word in written)
    return capitals or (len(words) > 2 and words[1] in MIDDLE and words[-1] not in ENDS)


# No name ends with them: "le phi the bao nhieu", "van tay the nao".
ENDS = frozenset("nao gi sao dau khong ko nhieu lau chua vay ha nhi".split())  # noqa: SIM905 - as above
