"""Makes bot/booking/wards.json: the city's wards of today, and every name people know them by.

The names, their centres and what became of the old wards are the data files of the package
vietnamadminunits (MIT), a tool of development: the service reads only what is made here. Its code is
not imported. Run `make wards` after its version has changed; a test compares.
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parent.parent
sys.path.insert(0, str(PROJECT))

from bot.booking.wards import FILE, Ward, bare  # noqa: E402 - found from any folder
from bot.core.vietnamese import strip  # noqa: E402

CITY = "thanhphohochiminh"
OF_WARD = re.compile(r"(?:phuong|xa|thitran)(?!0).{2,}|(?:phuong)[1-9]")
OF_DISTRICT = re.compile(r"(?!district|quan0|q\d).+")
# How the names of districts are shortened after the word "quận", "huyện", "thành phố".
SHORTENED = {
    "quangovap": ("gv",), "quanbinhthanh": ("bt", "bthanh"), "quanbinhtan": ("bt", "btan"),
    "quantanbinh": ("tb", "tbinh"), "quantanphu": ("tphu",), "quanphunhuan": ("pn",),
    "huyenbinhchanh": ("bc",), "huyenhocmon": ("hm",), "huyencuchi": ("cc",),
    "huyennhabe": ("nb",), "huyencangio": ("cg",), "thanhphothuduc": ("td",),
    "thanhphothudaumot": ("tdm",), "thanhphovungtau": ("vt",), "thanhphobaria": ("br",),
}  # fmt: skip
# Quận 2 and Quận 9 went into the city of Thủ Đức (Nghị quyết 1111/NQ-UBTVQH14, 9/12/2020), and
# people still say them. The other wards of it were Quận Thủ Đức's.
THU_DUC = "thanhphothuduc"
QUAN_2 = frozenset({
    "ankhanh", "anloidong", "anphu", "binhtrungdong", "binhtrungtay", "catlai", "thanhmyloi",
    "thaodien", "thuthiem",
})  # fmt: skip
QUAN_9 = frozenset({
    "hiepphu", "longbinh", "longphuoc", "longthanhmy", "longtruong", "phuhuu", "phuocbinh",
    "phuoclonga", "phuoclongb", "tangnhonphua", "tangnhonphub", "tanphu", "truongthanh",
})  # fmt: skip


def collected() -> tuple[list[Ward], dict[str, frozenset[str]]]:
    """Today's wards, and the codes of those that each name may mean."""
    by_key = dict(_today(_read("parser_from_2025.json")))
    full: dict[str, set[str]] = defaultdict(set)
    loose: dict[str, set[str]] = defaultdict(set)
    for key, unit in by_key.items():
        full[strip(key)].add(unit.code)
        loose[bare(strip(key))].add(unit.code)
    legacy = _read("parser_legacy.json")
    for key, old in _old_wards(_read("converter_2025.json")):
        for name in _spellings(old, legacy):
            loose[name].add(by_key[key].code)
    names = {**loose, **full}  # today's full name means just that ward
    return list(by_key.values()), {name: frozenset(codes) for name, codes in names.items()}


def _today(units: Mapping[str, Any]) -> Iterator[tuple[str, Ward]]:
    for part in ("DICT_PROVINCE_WARD_NO_ACCENTED", "DICT_PROVINCE_WARD_ACCENTED"):
        for key, unit in units[part].get(CITY, {}).items():
            name = " ".join(unit["ward"].split())
            yield key, Ward(str(unit["wardCode"]), name, unit["wardLat"], unit["wardLon"])


def _old_wards(changes: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Pairs of a ward of today and `province_district_ward` that went into it, whole or in part."""
    for key, olds in changes["DICT_PROVINCE_WARD_NO_DIVIDED"][CITY].items():
        yield from ((key, old) for old in olds)
    for old, parts in changes["DICT_PROVINCE_WARD_DIVIDED"].get(CITY, {}).items():
        yield from ((part["newWardKey"], old) for part in parts)


def _spellings(old: str, legacy: Mapping[str, Any]) -> Iterator[str]:
    """How people name a ward of before: alone, with its district; and the district alone."""
    province, district, ward = old.split("_", 2)
    districts = _districts(legacy["DICT_PROVINCE_DISTRICT"][province], district, ward)
    wards = legacy["DICT_PROVINCE_DISTRICT_WARD_NO_ACCENTED"][province][district]
    for full in _earlier(wards, ward):
        for place in {full, bare(full)}:
            yield from (place + around for around in districts)
            if not place.isdigit():
                yield place
    yield from (name for name in districts if not name.isdigit() and len(name) > 3)


def _earlier(wards: Mapping[str, Any], ward: str) -> set[str]:
    """The ward's own name, other spellings of it, and the wards that had gone into it earlier."""
    known = wards.get(ward, {}).get("wardKeywords", ())
    return {ward, *filter(OF_WARD.fullmatch, known)} - {""}


def _districts(known: Mapping[str, Any], district: str, ward: str) -> set[str]:
    """What the ward's district is called, with its kind and without."""
    kind = district.removesuffix(bare(district))
    if district == THU_DUC:
        former = _former(bare(ward))
        keywords: Collection[str] = (former,) if former != "quanthuduc" else (former, "quantd")
    else:
        given = known.get(district, {}).get("districtKeywords", ())
        keywords = list(filter(OF_DISTRICT.fullmatch, given))
    short = SHORTENED.get(district, ())
    return {district, bare(district), *keywords, *short, *(kind + one for one in short)}


def _former(ward: str) -> str:
    if ward in QUAN_2:
        return "quan2"
    return "quan9" if ward in QUAN_9 else "quanthuduc"


def _read(name: str) -> Any:
    spec = find_spec("vietnamadminunits")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("vietnamadminunits")
    folder = Path(spec.submodule_search_locations[0]) / "data"
    return json.loads((folder / name).read_bytes())


def content() -> str:
    """What the file says: one line for each ward and for each name."""
    units, names = collected()
    rows = [[unit.code, unit.name, unit.latitude, unit.longitude] for unit in units]
    wards = ",\n".join(json.dumps(row, ensure_ascii=False) for row in sorted(rows))
    known = ",\n".join(
        f"{json.dumps(name)}: {json.dumps(sorted(names[name]))}" for name in sorted(names)
    )
    return f'{{"wards": [\n{wards}\n],\n"names": {{\n{known}\n}}}}\n'


if __name__ == "__main__":
    FILE.write_text(content(), encoding="utf-8")
