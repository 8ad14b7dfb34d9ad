"""How sure to be of the best entry: a logistic curve fitted on questions that were held out.

The coefficients come from `python -m tests.bench.calibrate`: phrasings that the matcher had not
seen (four-fold), and the questions of faq/questions/, in scope and out of it, in three ways of
typing. They are constants, so that the same FAQ always gives the same confidence.
"""

from __future__ import annotations

from math import exp, sqrt

BASE = -2.20
MARGIN = 0.74  # how far the best score is above the second
COVERAGE = 0.89  # how much of what was asked the best entry's words cover, times sqrt(words)
MOST_MARGIN = 8.0
LONG = 60  # words; more of them say no more about how sure one can be
EXACT = 0.99  # the question is one of the entry's phrasings, word for word


def confidence(margin: float, coverage: float, words: int) -> float:
    """The chance (0-1) that the best entry is what was asked."""
    seen = coverage * sqrt(min(words, LONG))
    return 1 / (1 + exp(-(BASE + MARGIN * min(margin, MOST_MARGIN) + COVERAGE * seen)))
