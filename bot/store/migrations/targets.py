"""Targets stand with the official figures of the wards; the desk's own list of them is gone."""

from __future__ import annotations

TARGETS = ("DROP TABLE targets",)
