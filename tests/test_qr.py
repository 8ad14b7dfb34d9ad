"""QR codes are read by who scans them."""

from __future__ import annotations

import io

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from bot.core import qr

ADDRESS = "https://troly.example.vn/desk/hen/K7M4P2-0"


def test_a_code_is_read_from_its_picture() -> None:
    seen = Image.open(io.BytesIO(qr.png(ADDRESS)))
    (found,) = zxingcpp.read_barcodes(seen.convert("L"))
    assert found.text == ADDRESS


def test_around_it_is_the_white_that_the_standard_wants() -> None:
    code = np.asarray(Image.open(io.BytesIO(qr.png(ADDRESS))))
    edge = qr.QUIET * qr.SCALE
    assert code[:edge].all()
    assert code[:, -edge:].all()
    assert not code[edge, edge]


@pytest.mark.parametrize(("level", "covered"), [("M", 0.1), ("Q", 0.2)])
def test_a_covered_part_does_not_matter(level: qr.Level, covered: float) -> None:
    code = qr.modules(ADDRESS, level, quiet=qr.QUIET)
    side = int(len(code) * covered**0.5 / 2)
    middle = slice(len(code) // 2 - side // 2, len(code) // 2 - side // 2 + side)
    code[middle, middle] = True
    (found,) = zxingcpp.read_barcodes(qr.picture(code, 6).convert("L"))
    assert found.text == ADDRESS


def test_a_text_that_fits_no_code_is_refused() -> None:
    with pytest.raises(ValueError, match=r"."):
        qr.modules("x" * 5000, "M")
