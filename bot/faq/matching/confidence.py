"""How sure to be of the best entry: a logistic curve fitted on questions that were held out.

The coefficients come from `python -m tests.bench.calibrate`: phrasings that the matcher had not
seen (four-fold), and the questions of faq/questions/, in scope and out of it, in three ways of
typing. They are constants, so that the same FAQ always gives the same confidence.
"""

from __future__ import annotations

from math import exp, sqrt

BASE = -1.93
MARGIN = 0.62  # how far the best score is above the second
COVERAGE = 0.39  # how much of what was asked the best entry's words cover, times sqrt(words)
SCOPE = 0.35  # the logarithm of the odds that the text is about what the FAQ is about
MOST_MARGIN = 8.0
MOST_SCOPE = 6.0
LONG = 60  # words; more of them say no more about how sure one can be
EXACT = 0.99  # the question is one of the entry's phrasings, word for word


def confidence(margin: float, coverage: float, words: int, scope: float) -> float:
    """The chance (0-1) that the best entry is what was asked. *scope* is of that entry's side: of being
    about what the FAQ is about, or of not, for an entry out of scope."""
    seen = coverage * sqrt(min(words, LONG))
    scope = max(-MOST_SCOPE, min(scope, MOST_SCOPE))
    lean = BASE + MARGIN * min(margin, MOST_MARGIN) + COVERAGE * seen + SCOPE * scope
    return 1 / (1 + exp(-lean))
