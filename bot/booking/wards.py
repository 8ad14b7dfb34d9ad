"""Where people are: wards of Ho Chi Minh City by any name people use, and which office is near."""

from __future__ import annotations

import json
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from bot.core.likeness import DIGITS, closest
from bot.core.vietnamese import clean, has_marks, strip, to_word, tokens

# Today's wards, and every name of theirs and of those before the merges of 2020 to 2025, as one word
# without marks: "phuong12quan3". Made by deploy/wards.py.
FILE = Path(__file__).with_name("wards.json")
KIND = re.compile(r"^(?:phuong|xa|thitran|dackhu|quan|huyen|thixa|thanhpho)(?=.{2})")
EARTH_KM = 6371.0088  # mean radius (IUGG)
ALIKE = 86  # of 100: one slip of the finger in a name of some length
SHORTEST_REPAIRED = 6  # letters; shorter names have too many neighbours
MOST_LETTERS = 100  # of a place; what comes after is not read
SHORT = {
    "p": "phuong", "f": "phuong", "q": "quan", "x": "xa", "h": "huyen", "tt": "thitran",
    "tx": "thixa", "tp": "thanhpho",
}  # fmt: skip
KINDS = frozenset({*SHORT.values(), "dackhu", "dac", "thi", "thanh"})
GLUED = re.compile(r"(p|f|q)(\d{1,2})")  # "p12", "q3"
# "quận ba": the districts that were numbers are also said as words.
NUMBERS = {
    "nhat": "1", "mot": "1", "hai": "2", "nhi": "2", "ba": "3", "tu": "4", "bon": "4", "nam": "5",
    "sau": "6", "bay": "7", "tam": "8", "chin": "9", "muoi": "10",
}  # fmt: skip
TEN_AND = re.compile(r"\bmuoi (mot|hai)\b")
TENS = {"mot": "11", "hai": "12"}
# What stands at the end of an address and says nothing about the ward.
AROUND = frozenset({
    "thanhphohochiminh", "thanhphohcm", "tphcm", "hochiminh", "hcm", "hcmc", "saigon", "sg",
    "thanhphosaigon", "vietnam", "vn", "binhduong", "tinhbinhduong", "bariavungtau",
    "tinhbariavungtau", "brvt",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ward:
    """A ward, commune or special zone of today: its official code, its name with its kind, and
    about where its middle is, in degrees."""

    code: str
    name: str
    latitude: float
    longitude: float


class Located(Protocol):
    """What has a place on the map, if it is known."""

    @property
    def ward(self) -> str: ...
    @property
    def latitude(self) -> float | None: ...
    @property
    def longitude(self) -> float | None: ...


T = TypeVar("T", bound=Located)


class Wards:
    """Finds wards by name. Immutable."""

    def __init__(self, wards: Iterable[Ward], names: Mapping[str, frozenset[str]]) -> None:
        """*names*: a name without marks and spaces -> the codes of the wards it may mean."""
        self._wards = {ward.code: ward for ward in wards}
        self._names = names
        self._spelt: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)  # by their numbers
        for name in sorted(names):
            self._spelt[tuple(DIGITS.findall(name))].append(name)

    def __iter__(self) -> Iterator[Ward]:
        return iter(self._wards.values())

    def get(self, code: str) -> Ward | None:
        return self._wards.get(code)

    def find(self, text: str) -> list[Ward]:
        """The wards that *text* may mean, that of this very name first; empty when it names none.

        Names of today and of before the merges count, with their districts or without, also as
        part of an address or of a sentence ("mình ở phường 12 quận 3").
        """
        text = clean(text[: 2 * MOST_LETTERS])[:MOST_LETTERS]
        words = _words(text)
        whole = "".join(_without_city(words))
        codes = self._first(_whole(words)) or self._first((*_turned(words), *_endings(text)))
        codes = codes or self._near(whole) or self._first(_parts(words))
        found = sorted((self._wards[code] for code in codes), key=lambda ward: ward.name)
        own = [ward for ward in found if _key(ward) == bare(whole)]
        return _as_marked(own, text) + [ward for ward in found if ward not in own]

    def _first(self, names: Iterable[str]) -> frozenset[str]:
        """What the first known one of *names* may mean."""
        known = (self._names[name] for name in names if name in self._names)
        return next(known, frozenset())

    def _near(self, name: str) -> frozenset[str]:
        """What is spelt almost like it; a number is never taken for another."""
        if len(name) < SHORTEST_REPAIRED:
            return frozenset()
        near = closest(name, self._spelt.get(tuple(DIGITS.findall(name)), ()), ALIKE)
        return self._names[near] if near else frozenset()


def load() -> Wards:
    """Today's wards of the city and all their names."""
    return Wards(*read())


def read() -> tuple[list[Ward], dict[str, frozenset[str]]]:
    """Today's wards, and the codes of those that each name may mean."""
    data = json.loads(FILE.read_bytes())
    names = {name: frozenset(codes) for name, codes in data["names"].items()}
    return [Ward(*row) for row in data["wards"]], names


# --- names ---------------------------------------------------------------------------------------


def bare(name: str) -> str:
    """*name* without its kind: "binhtan" for "quanbinhtan"."""
    return KIND.sub("", name)


def _words(text: str) -> list[str]:
    """Words without marks, kinds spelt out ("p12" -> phuong, 12), numbers without leading zeros."""
    words: list[str] = []
    for token in tokens(TEN_AND.sub(lambda ten: TENS[ten[1]], strip(text))):
        glued = GLUED.fullmatch(token)
        for word in glued.groups() if glued else (token,):
            words.append(_word(word, words[-1] if words else ""))
    return words


def _word(word: str, before: str) -> str:
    if word.isdecimal():  # "❸" is a digit, and no number
        return word.lstrip("0") or "0"
    if before == "quan":
        return NUMBERS.get(word, word)
    return SHORT.get(word, word)


def _without_city(words: Sequence[str]) -> Sequence[str]:
    """*words* without the city, the former province and the country at the end."""
    for count in range(min(5, len(words) - 1), 0, -1):
        if "".join(words[-count:]) in AROUND:
            return _without_city(words[:-count])
    return words


def _whole(words: Sequence[str]) -> Iterator[str]:
    """All of it, with its kind and without, with the city and without."""
    for name in ("".join(words), "".join(_without_city(words))):
        yield from (name, bare(name))


def _turned(words: Sequence[str]) -> Iterator[str]:
    """The district before the ward: "quận 3 phường 12", "gò vấp p5"."""
    words = _without_city(words)
    for at in range(1, len(words)):
        yield "".join((*words[at:], *words[:at]))


def _endings(text: str) -> Iterator[str]:
    """What follows each comma of an address: "12 Lê Lợi, Bến Thành, Quận 1"."""
    parts = text.split(",")
    for at in range(1, len(parts)):
        yield "".join(_without_city(_words(" ".join(parts[at:]))))


def _parts(words: Sequence[str]) -> Iterator[str]:
    """Runs of words that begin with a kind of place, the longest first."""
    starts = [at for at, word in enumerate(words) if word in KINDS]
    for length in range(len(words), 1, -1):
        for at in starts:
            if at + length <= len(words):
                yield "".join(words[at : at + length])


def _key(ward: Ward) -> str:
    """The ward's name as names are looked up, without its kind."""
    return bare("".join(_words(clean(ward.name))))


def _as_marked(wards: list[Ward], text: str) -> list[Ward]:
    """Of wards that differ by marks only (Thanh An, Thạnh An), the one that was typed with its
    marks; all of them when none was."""
    if not has_marks(text):
        return wards
    typed = [to_word(token) for token in tokens(text)]

    def same(ward: Ward) -> bool:
        name = [to_word(token) for token in tokens(clean(ward.name))][1:]
        return typed[-len(name) :] == name

    return [ward for ward in wards if same(ward)] or wards


# --- distance ------------------------------------------------------------------------------------


def kilometres(latitude: float, longitude: float, to: tuple[float, float]) -> float:
    """The great-circle distance (haversine)."""
    phi, theta = math.radians(latitude), math.radians(to[0])
    half = math.sin((theta - phi) / 2) ** 2
    half += math.cos(phi) * math.cos(theta) * math.sin(math.radians(to[1] - longitude) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(half))


def nearest(
    places: Iterable[T], latitude: float, longitude: float, *, limit: int
) -> list[tuple[T, float | None]]:
    """The nearest of *places*, with the distance in km; those that are nowhere on the map last."""
    found = [(place, _distance(place, latitude, longitude)) for place in places]
    found.sort(key=lambda pair: math.inf if pair[1] is None else pair[1])
    return found[:limit]


def _distance(place: Located, latitude: float, longitude: float) -> float | None:
    if place.latitude is None or place.longitude is None:
        return None
    return kilometres(latitude, longitude, (place.latitude, place.longitude))


def offices_near(ward: Ward, places: Sequence[T], limit: int) -> list[tuple[T, float | None]]:
    """Those in *ward* itself first, then the nearest to its middle."""
    found = nearest(places, ward.latitude, ward.longitude, limit=len(places))
    found.sort(key=lambda pair: pair[0].ward != ward.code)
    return found[:limit]
