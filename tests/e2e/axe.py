"""What axe-core finds on a page: the rules of WCAG 2.2, level A and AA, and its best practices."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

OPTIONS = {"resultTypes": ["violations"]}


def violations(page: Page) -> list[str]:
    """Each rule that is broken, with the places."""
    found = Axe().run(page, options=OPTIONS).response["violations"]
    return [f"axe {one['id']}: {_places(one)}" for one in found]


def _places(violation: dict[str, list[dict[str, list[str]]]]) -> str:
    return "; ".join(str(node["target"][0]) for node in violation["nodes"][:5])
