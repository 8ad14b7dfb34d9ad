"""Where the tests find things."""

from pathlib import Path

PROJECT = Path(__file__).parents[2]
FAQ = Path(__file__).parent / "faq"  # a small FAQ for tests
