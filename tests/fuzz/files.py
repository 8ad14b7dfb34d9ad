"""Files that people write: whatever slips into them, they are read or refused with every fault named."""

from __future__ import annotations

from pathlib import Path

from bot.booking import offices
from bot.booking import wards as places
from bot.core import config
from bot.core.documents.file import Faults
from bot.faq import entries, regression
from tests.support.paths import FAQ, PROJECT

CSV = (PROJECT / "tests" / "fuzz" / "offices.csv").read_text("utf-8")
TSV = "mất thẻ làm sao\tmat-the\nlệ phí bao nhiêu\tle-phi\nthời tiết\t-\n"
YAML = (FAQ / "thu.yaml").read_text("utf-8")[:2500]
CONFIG = (PROJECT / "tests" / "fuzz" / "config.yaml").read_text("utf-8")


def _refused(error: Faults) -> None:
    """Every fault says where it is and what it is."""
    assert error.faults
    assert all(fault.message and fault.line >= 1 for fault in error.faults)
    assert str(error)


def check_offices(folder: Path, wards: places.Wards, raw: bytes) -> None:
    file = folder / "offices.csv"
    file.write_bytes(raw)
    try:
        offices.read(file, wards, ["the", "muc-2"])
    except Faults as error:
        _refused(error)


def check_questions(folder: Path, raw: bytes) -> None:
    place = folder / "room" / regression.FOLDER
    place.mkdir(parents=True, exist_ok=True)
    (place / "a.tsv").write_bytes(raw)
    rows, faults = regression.read(folder / "room", ["mat-the", "le-phi"])
    assert all(row.question and row.expected for row in rows)
    assert all(fault.message for fault in faults)


def check_faq(folder: Path, raw: bytes) -> None:
    place = folder / "faq"
    place.mkdir(exist_ok=True)
    (place / "thu.yaml").write_bytes(raw)
    try:
        entries.load(place)
    except Faults as error:
        _refused(error)


def check_config(folder: Path, raw: bytes) -> None:
    file = folder / "config.yaml"
    file.write_bytes(raw)
    try:
        config.load(file, {})
    except Faults as error:
        _refused(error)
