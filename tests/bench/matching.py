"""Our matcher beside its peers, on the same questions in the same run.

    .venv/bin/python -m tests.bench.matching          # the comparison, and 10,000 entries
    VNEID_EVAL=/path .venv/bin/python -m tests.bench.matching

Peers get the same phrasings and no normaliser of ours; "+noise" ones are also trained on a copy of
each phrasing without diacritics and one with a typo. The public sets are read from VNEID_EVAL or
../shared/eval; when they are not there, that is said and only our FAQ is measured.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from bot.matching import entries
from bot.matching.entries import Entry, Faq
from bot.matching.matcher import Matcher, Thresholds
from bot.matching.score import OUT_OF_SCOPE, read_rows
from bot.matching.text import strip
from bot.matching.variants import VARIANTS, hard, no_diacritics, typo

PROJECT = Path(__file__).parent.parent.parent
PUBLIC = ("rasa_pool", "vnslu")
MOST_TESTS = 700  # questions of a set; the slowest peer takes 5 ms for each of six variants
WAYS = MappingProxyType({**VARIANTS, "hard": hard})

Pairs = Sequence[tuple[str, str]]
Answer = Callable[[str], str]


class Dataset(NamedTuple):
    name: str
    faq: Faq
    train: Pairs
    test: Pairs


class Run(NamedTuple):
    name: str
    shares: list[float]  # right, by variant, in percent
    p50: float
    p99: float
    build: float

    @property
    def mean(self) -> float:
        return float(np.mean(self.shares))


def own_faq() -> Dataset:
    faq = entries.load(PROJECT / "faq")
    train = [(t, e.id) for e in faq.entries.values() for t in (e.question, *e.phrasings)]
    files = sorted((PROJECT / "faq/questions").glob("*.tsv"))
    rows = [row for file in files for row in read_rows(file, faq.entries)]
    test = [(row.question, row.expected) for row in rows if row.expected != OUT_OF_SCOPE]
    return Dataset("faq", faq, train, test)


def public(file: Path) -> Dataset:
    data = json.loads(file.read_text(encoding="utf-8"))
    train, test = ([(text, intent) for text, intent in data[part]] for part in ("train", "test"))
    return Dataset(file.stem, as_faq(train), train, test[:MOST_TESTS])


def as_faq(pairs: Pairs) -> Faq:
    """Entries with only id, question and phrasings; the id is the intent itself."""
    by_intent: dict[str, list[str]] = {}
    for text, intent in pairs:
        by_intent.setdefault(intent, []).append(text)
    made = {
        intent: Entry.model_construct(id=intent, question=first, answer="-", phrasings=tuple(rest))
        for intent, (first, *rest) in by_intent.items()
    }
    return Faq((), MappingProxyType(made), MappingProxyType({}), "")


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
            "logistic regression": LogisticRegression(C=20, max_iter=60, tol=1e-3),
        }
        rows = list(data.train)
        if noise:
            rows += [(change(text), to) for text, to in data.train for change in (strip, _slip)]
        vector = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True)
        model = make_pipeline(vector, models[name])
        model.fit([text.lower() for text, _ in rows], [intent for _, intent in rows])
        return lambda text: str(model.predict([text.lower()])[0])

    return build


def _slip(text: str) -> str:
    return no_diacritics(typo(text))


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


def measure(name: str, build: Callable[[Dataset], Answer], data: Dataset) -> Run:
    start = time.perf_counter()
    ask = build(data)
    built = time.perf_counter() - start
    shares, times = [], []
    for way in WAYS.values():
        right = 0
        for text, intent in data.test:
            question = way(text)
            start = time.perf_counter()
            right += ask(question) == intent
            times.append(1000 * (time.perf_counter() - start))
        shares.append(100 * right / len(data.test))
    p50, p99 = np.percentile(times, (50, 99))
    return Run(name, shares, float(p50), float(p99), built)


def compare(data: Dataset) -> None:
    print(f"\n## {data.name}: {len(data.train)} phrasings, {len(data.test)} questions\n")
    print(f"| method | {' | '.join(WAYS)} | mean | errors, ours = 1 | p50 / p99 ms | build s |")
    print("|---" * (len(WAYS) + 5) + "|")
    base: Run | None = None
    for name, build in PEERS.items():
        run = measure(name, build, data)
        base = base or run
        ratio = (100 - run.mean) / (100 - base.mean)
        shares = " | ".join(f"{share:.1f}" for share in run.shares)
        speed = f"{run.p50:.2f} / {run.p99:.2f}"
        print(f"| {name} | {shares} | {run.mean:.1f} | {ratio:.1f} | {speed} | {run.build:.1f} |")


def scale(count: int = 10_000, phrasings: int = 10) -> None:
    """A made-up FAQ with the words of ours: build time, and time and accuracy of a question."""
    dice = random.Random(7)
    words = sorted({w for text, _ in own_faq().train for w in text.lower().split()})
    made: dict[str, list[str]] = {}
    for number in range(count):
        topic = dice.sample(words, 12)
        made[f"e{number}"] = [" ".join(dice.sample(topic, 8)) for _ in range(phrasings)]
    faq = as_faq([(text, id_) for id_, texts in made.items() for text in texts])
    start = time.perf_counter()
    matcher = Matcher.build(faq, Thresholds())
    built = time.perf_counter() - start
    right, times = 0, []
    for id_ in dice.sample(sorted(made), 300):
        question = hard(" ".join(dice.sample(" ".join(made[id_]).split(), 8)))
        start = time.perf_counter()
        matches = matcher.match(question).matches
        times.append(1000 * (time.perf_counter() - start))
        right += bool(matches) and matches[0].entry == id_
    p50, p99 = np.percentile(times, (50, 99))
    print(f"\n## {count} entries x {phrasings} phrasings\n")
    print(f"built in {built:.1f} s, p50 {p50:.2f} ms, p99 {p99:.2f} ms, right {right / 3:.1f} %")


def datasets() -> Iterator[Dataset]:
    yield own_faq()
    folder = Path(os.environ.get("VNEID_EVAL", PROJECT.parent / "shared/eval"))
    for name in PUBLIC:
        file = folder / f"{name}.json"
        if file.exists():
            yield public(file)
        else:
            print(f"\n{name}.json is not in {folder.name}/: not measured")


def main() -> None:
    for data in datasets():
        compare(data)
    scale()


if __name__ == "__main__":
    main()
