"""What the tests that kill share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.shelf import Files, Shelf, on_server


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    """Databases that can be begun from again; every test that asks for them runs on both engines."""
    if request.param == "sqlite":
        yield Files(tmp_path_factory.mktemp("shelf"))
    else:
        with on_server(request.getfixturevalue("postgres")) as server:
            yield server
