"""Addresses in a text: whether they are the State's, only look official, or lead to a file that installs an app."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

STATE = (".gov.vn", ".chinhphu.vn")
APP = ".apk"
EDGES = ".,;:!?()[]{}<>\"'“”‘’"
SCHEME = re.compile(r"https?://", re.IGNORECASE)
HOST = re.compile(r"[a-z0-9][a-z0-9.-]{0,252}")
ENDING = re.compile(r"[a-z]{2,24}")
# What a host of the State's is called; one that has it in its name and is none is made to deceive.
OFFICIAL = re.compile(
    r"vneid|dichvucong|dich-vu-cong|bocongan|bo-cong-an|cccd|gov[.-]?vn|vssid|baohiemxahoi"
    r"|phatnguoi|phat-nguoi|etax|cuc-?thue|tong-?cuc-?thue"
)
# The banks most often imitated. Their own sites are the name itself under one of these endings.
BANK = re.compile(
    r"vietcombank|techcombank|vietinbank|agribank|sacombank|vpbank|tpbank|mbbank|hdbank|bidv|acb|shb|vib"
)
BANKS_OWN = re.compile(rf"(?:[a-z0-9-]+\.){{0,3}}(?:{BANK.pattern})\.(?:com\.vn|com|vn)")


class Address(NamedTuple):
    """Where it leads: the host in lower case, and what follows it up to a question mark."""

    host: str
    path: str

    @property
    def is_state(self) -> bool:
        return f".{self.host}".endswith(STATE)

    @property
    def poses(self) -> bool:
        """Whether it calls itself a site of the State or of a bank and is none."""
        if self.is_state:
            return False
        name = self.host.removeprefix("www.")
        bank = BANK.search(name) and not BANKS_OWN.fullmatch(name)
        return bool(OFFICIAL.search(name) or bank)

    @property
    def installs(self) -> bool:
        """Whether it is that of a file that installs an app."""
        return self.path.lower().rstrip(EDGES).endswith(APP)


def find(text: str) -> Iterator[Address]:
    """The addresses in *text*, also those without https:// in front."""
    for word in text.split():
        if found := read(word):
            yield found


def read(word: str) -> Address | None:
    """The address that a *word* without blanks is, or has behind its first letters."""
    if "." not in word:
        return None
    scheme = SCHEME.search(word)
    bare = word[scheme.end() :] if scheme else word.strip(EDGES)
    host, slash, path = bare.partition("/")
    name = HOST.match(host.lower())
    labels = name[0].strip(".").split(".") if name else []
    if len(labels) < 2 or "" in labels or not ENDING.fullmatch(labels[-1]):
        return None
    if not scheme and labels[-1] == APP[1:]:
        return None  # the name of a file
    return Address(".".join(labels), f"{slash}{path}".partition("?")[0].partition("#")[0])
