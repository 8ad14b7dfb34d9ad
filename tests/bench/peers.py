"""Ours and its peers, each as a function that builds an answerer from a question set.

Peers get the same phrasings and no normaliser of ours; "+noise" ones are also trained on a copy of
each phrasing without diacritics and one with a typo.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from tempfile import NamedTemporaryFile
from typing import Any

from bot.core.vietnamese import strip
from bot.faq.matching.matcher import Matcher, Thresholds
from bot.faq.variants import no_diacritics, typo
from tests.support.datasets import Dataset

Answer = Callable[[str], str]


def ours(data: Dataset) -> Answer:
    matcher = Matcher.build(data.faq, Thresholds())

    def ask(text: str) -> str:
        matches = matcher.match(text).matches
        return matches[0].entry if matches else ""

    return ask


def fuzzy(scorer: str) -> Callable[[Dataset], Answer]:
    def build(data: Dataset) -> Answer:
        from rapidfuzz import fuzz, process, utils

        texts = [utils.default_process(text) for text, _ in data.train]
        labels = [intent for _, intent in data.train]
        score = getattr(fuzz, scorer)

        def ask(text: str) -> str:
            found = process.extractOne(utils.default_process(text), texts, scorer=score)
            return labels[found[2]] if found else ""

        return ask

    return build


def bm25(data: Dataset) -> Answer:
    import bm25s

    def words(text: str) -> list[str]:
        return "".join(c if c.isalnum() else " " for c in strip(text.lower())).split()

    model = bm25s.BM25()
    model.index([words(text) for text, _ in data.train], show_progress=False)
    labels = [intent for _, intent in data.train]

    def ask(text: str) -> str:
        asked = [word for word in words(text) if word in model.vocab_dict]
        return labels[int(model.get_scores(asked).argmax())] if asked else ""

    return ask


def learner(name: str, *, noise: bool) -> Callable[[Dataset], Answer]:
    """Character TF-IDF and one of scikit-learn's classifiers."""

    def build(data: Dataset) -> Answer:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.neighbors import KNeighborsClassifier
        from sklearn.pipeline import make_pipeline
        from sklearn.svm import LinearSVC

        models: dict[str, Any] = {
            "kNN": KNeighborsClassifier(3, metric="cosine", weights="distance"),
            "LinearSVC": LinearSVC(),
            # Its loss is a mean over texts: with many entries a looser tolerance stops it at once.
            "logistic regression": LogisticRegression(C=20, max_iter=60, tol=1e-6),
        }
        rows = list(data.train)
        if noise:
            rows += [(change(text), to) for text, to in data.train for change in (strip, _slip)]
        vector = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True)
        model = make_pipeline(vector, models[name])
        model.fit([text.lower() for text, _ in rows], [intent for _, intent in rows])
        return lambda text: str(model.predict([text.lower()])[0])

    return build


def fast_text(data: Dataset) -> Answer:
    """fastText on words and 2-4 letters in a row, with noise. Asked through its own binding: its
    `predict` fails on numpy 2."""
    import fasttext

    number = {intent: str(n) for n, intent in enumerate(dict.fromkeys(i for _, i in data.train))}
    intents = list(number)
    rows = [
        f"__label__{number[to]} {change(text.lower())}"
        for text, to in data.train
        for change in (str, strip, _slip)
    ]
    with NamedTemporaryFile("w", encoding="utf-8", suffix=".txt") as file:
        file.write("\n".join(rows))
        file.flush()
        model = fasttext.train_supervised(
            file.name, lr=0.5, epoch=60, dim=100, minn=2, maxn=4, wordNgrams=2, thread=1, verbose=0
        )

    def ask(text: str) -> str:
        line = " ".join(text.lower().split()) + "\n"
        found = model.f.predict(line, 1, 0.0, "strict")
        return intents[int(found[0][1].removeprefix("__label__"))] if found else ""

    return ask


def _slip(text: str) -> str:
    return no_diacritics(typo(text))


# Peers that are built for some platforms only, and the module each needs.
OPTIONAL: Mapping[str, tuple[str, Callable[[Dataset], Answer]]] = {
    "fastText +noise": ("fasttext", fast_text)
}
PEERS: Mapping[str, Callable[[Dataset], Answer]] = {
    "ours": ours,
    "rapidfuzz WRatio": fuzzy("WRatio"),
    "rapidfuzz token_set_ratio": fuzzy("token_set_ratio"),
    "bm25s, unaccented syllables": bm25,
    **{
        f"char TF-IDF + {name}{' +noise' if noise else ''}": learner(name, noise=noise)
        for name in ("kNN", "LinearSVC", "logistic regression")
        for noise in (False, True)
    },
}


def available() -> dict[str, Callable[[Dataset], Answer]]:
    """All peers that are installed; what is missing is said."""
    found = dict(PEERS)
    for name, (module, build) in OPTIONAL.items():
        if find_spec(module):
            found[name] = build
        else:
            print(f"\n{name}: {module} is not installed here, not measured")
    return found
