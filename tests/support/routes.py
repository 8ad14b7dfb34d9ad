"""Addresses of pages, made from their patterns."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

_PARAMETER = re.compile(r"{(\w+)(?::[^{}]+)?}")


def parameters(pattern: str) -> set[str]:
    """The names in braces."""
    return set(_PARAMETER.findall(pattern))


def fill(pattern: str, value: Callable[[str], str]) -> str:
    """*pattern* with each name in braces replaced by its *value*."""
    return _PARAMETER.sub(lambda found: quote(value(found[1]), safe=""), pattern)
