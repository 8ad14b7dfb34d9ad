"""Where people are: wards of Ho Chi Minh City by any name people use, and which office is near.

The names, their centres and what became of the wards before July 2025 are the data files of the
package vietnamadminunits. They are read without importing it: its code would load geometry
libraries that nothing here needs.
"""

from __future__ import annotations

import json
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol, TypeVar

from bot.matching.likeness import closest
from bot.matching.text import clean, strip, tokens

CITY = "thanhphohochiminh"
EARTH_KM = 6371.0088  # mean radius (IUGG)
ALIKE = 86  # of 100: one slip of the finger in a name of some length
SHORTEST_REPAIRED = 6  # letters; shorter names have too many neighbours
SHORT = {
    "p": "phuong", "f": "phuong", "q": "quan", "x": "xa", "h": "huyen", "tt": "thitran",
    "tx": "thixa", "tp": "thanhpho",
}  # fmt: skip
GLUED = re.compile(r"(p|f|q)(\d{1,2})")  # "p12", "q3"
KIND = re.compile(r"^(?:phuong|xa|thitran|dackhu|quan|huyen|thixa|thanhpho)(?=.{2})")
NOT_PLACE = re.compile(
    r"(?:thanhphohochiminh|thanhphohcm|tphochiminh|tphcm|hochiminh|hcm|saigon|sg)$"
    r"|^(?:o|toio|tuio|emo|minho|nhao|gan|ben|duoi|tren)(?=(?:phuong|xa|quan|huyen|thitran|thixa))"
)


@dataclass(frozen=True, slots=True)
class Ward:
    """A ward, commune or special zone of today, with about where its middle is."""

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

    def get(self, code: str) -> Ward | None:
        return self._wards.get(code)

    def find(self, text: str) -> list[Ward]:
        """The wards that *text* may mean, that of this very name first; empty when it names none.

        Names of today and of before July 2025 count, with their districts or without.
        """
        name = _key(text)
        short = NOT_PLACE.sub("", name)
        codes = self._codes(name) or self._codes(short) or self._near(short)
        own = KIND.sub("", short)
        return sorted(
            (self._wards[code] for code in codes),
            key=lambda ward: (KIND.sub("", _key(ward.name)) != own, ward.name),
        )

    def _near(self, name: str) -> frozenset[str]:
        """What is spelt almost like it."""
        near = closest(name, self._names, ALIKE) if len(name) >= SHORTEST_REPAIRED else None
        return self._names[near] if near else frozenset()

    def _codes(self, name: str) -> frozenset[str]:
        """What bears that very name: with its kind ("phuongtanphu"), else without ("tanphu")."""
        return self._names.get(name) or self._names.get(KIND.sub("", name)) or frozenset()


def _key(text: str) -> str:
    words: list[str] = []
    for token in tokens(strip(clean(text)[:100])):
        glued = GLUED.fullmatch(token)
        words += [SHORT[glued[1]], glued[2]] if glued else [SHORT.get(token, token)]
    return "".join(words)


def load() -> Wards:
    """Today's wards of the city and all their names, from the package's files."""
    units = _read("parser_from_2025.json")
    parts = ("DICT_PROVINCE_WARD_NO_ACCENTED", "DICT_PROVINCE_WARD_ACCENTED")
    today = {key: unit for part in parts for key, unit in units[part].get(CITY, {}).items()}
    codes = {key: str(unit["wardCode"]) for key, unit in today.items()}
    full: dict[str, set[str]] = defaultdict(set)
    loose: dict[str, set[str]] = defaultdict(set)
    for key, code in codes.items():
        full[strip(key)].add(code)
        loose[_bare(strip(key))].add(code)
    for key, old in _old_names(_read("converter_2025.json")):
        for name in _spellings(old):
            loose[name].add(codes[key])
    names = {**loose, **full}  # today's full name means just that ward
    wards = (
        Ward(codes[key], " ".join(unit["ward"].split()), unit["wardLat"], unit["wardLon"])
        for key, unit in today.items()
    )
    return Wards(wards, {name: frozenset(found) for name, found in names.items()})


def _old_names(changes: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Pairs of a ward of today and `province_district_ward` that went into it."""
    for key, olds in changes["DICT_PROVINCE_WARD_NO_DIVIDED"][CITY].items():
        yield from ((key, old) for old in olds)
    for old, parts in changes["DICT_PROVINCE_WARD_DIVIDED"].get(CITY, {}).items():
        yield from ((part["newWardKey"], old) for part in parts)


def _spellings(old: str) -> Iterator[str]:
    """How people name a ward of before: alone, with its district; and the district alone."""
    _, district, ward = old.split("_", 2)
    for place in {ward, _bare(ward)} - {""}:
        yield from (place + around for around in {"", district, _bare(district)})
    yield district
    if not _bare(district).isdigit():
        yield _bare(district)


def _bare(key: str) -> str:
    return KIND.sub("", key)


def _read(name: str) -> Any:
    spec = find_spec("vietnamadminunits")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("vietnamadminunits")
    folder = Path(spec.submodule_search_locations[0]) / "data"
    return json.loads((folder / name).read_bytes())


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
