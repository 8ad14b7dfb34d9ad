"""What words mean, beyond their letters: synonyms that volunteers keep, ages and years of birth.

A text becomes a row of concepts: words that a row of synonyms.yaml names, or that tell an age,
are put under one name; the others stay. "rớt cà vẹt" and "mất đăng ký xe" give the same row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from bot.core.vietnamese import Word, clean, has_marks, to_word, tokens

# Ages that the law tells apart: from this age on -> the concept.
AGES = ((0, "#0-5"), (6, "#6-13"), (14, "#14-17"), (18, "#18-59"), (60, "#60"))
OLDEST = 120
FIRST_YEARS = range(1900, 2100)
YEAR_OF_BIRTH = "#sinh"
BORN = frozenset({"sinh", "sn", "doi"})
AGE_OF_FIRST_GRADE = 6
LAST_GRADE = 12
NUMBER_STARTS = BORN | {"lop"}
CHILD = frozenset({"be", "con", "chau", "em", "nhoc"})


class Rule(NamedTuple):
    """Words that mean *concept*, as they come one after the other."""

    words: tuple[Word, ...]
    concept: str

    def agrees(self, words: Sequence[Word]) -> bool:
        """Whether the marks typed in *words*, which have this rule's letters, are the rule's."""
        alone = len(words) == 1
        return all(
            _agree(rule, word, strict=alone) for rule, word in zip(self.words, words, strict=True)
        )


def _agree(rule: Word, word: Word, *, strict: bool) -> bool:
    bare = not word.marked or (word.marked == word.plain and not strict)
    return bare or not rule.marked or rule.marked == word.marked


class Lexicon:
    """The synonyms of a FAQ, and the year in which ages are counted."""

    def __init__(self, synonyms: Mapping[str, Sequence[str]], year: int | None) -> None:
        self._rules: dict[tuple[str, ...], list[Rule]] = defaultdict(list)
        self._longest: dict[str, int] = defaultdict(int)  # by the first word
        self._starts: set[tuple[str, ...]] = set()  # the first two words of a rule, or its only one
        for name, others in synonyms.items():
            concept = "_".join(word.plain for word in _words(name))
            for text in (name, *others):
                if words := _words(text):
                    plain = tuple(word.plain for word in words)
                    self._rules[plain].append(Rule(words, concept))
                    self._longest[plain[0]] = max(len(plain), self._longest[plain[0]])
                    self._starts.add(plain[:2])
        self._year = year

    @property
    def names(self) -> Iterator[str]:
        """Those of the concepts that the synonyms make."""
        return (rule.concept for rules in self._rules.values() for rule in rules)

    def concepts(self, words: Sequence[Word]) -> tuple[list[str], list[bool]]:
        """The row of concepts of *words*, and which of them are more than the word itself."""
        row: list[str] = []
        meant: list[bool] = []
        at = 0
        while at < len(words):
            concept, length = self._at(words, at)
            row.append(concept or words[at].plain)
            meant.append(concept is not None)
            at += length
        return row, meant

    def _at(self, words: Sequence[Word], at: int) -> tuple[str | None, int]:
        """The concept that begins at a place, and how many words it takes."""
        if (found := self._number(words, at)) is not None:
            return found
        start = tuple([word.plain for word in words[at : at + 2]])
        if start in self._starts or start[:1] in self._starts:
            longest = self._longest[start[0]]
            plain = tuple([word.plain for word in words[at : at + longest]])
            for length in range(len(plain), 0, -1):
                for rule in self._rules.get(plain[:length], ()):
                    if rule.agrees(words[at : at + length]):
                        return rule.concept, length
        return None, 1

    def _number(self, words: Sequence[Word], at: int) -> tuple[str, int] | None:
        """ "5 tuổi", "lớp 3", "sinh năm 2001"."""
        here = words[at].plain
        if here not in NUMBER_STARTS and not here.isdecimal():
            return None
        after = words[at + 1].plain if at + 1 < len(words) else ""
        if here.isdecimal() and len(here) <= 3 and int(here) <= OLDEST:
            if after == "toi" or after == "tuoi":
                return _age(int(here)), 2
            if after == "thang" and at and words[at - 1].plain in CHILD:
                return _age(0), 2
        if here == "lop" and after.isdecimal() and 1 <= int(after[:3]) <= LAST_GRADE:
            return _age(int(after) + AGE_OF_FIRST_GRADE - 1), 2
        return self._birth(words, at)

    def _birth(self, words: Sequence[Word], at: int) -> tuple[str, int] | None:
        if words[at].plain not in BORN:
            return None
        for place in range(at + 1, min(at + 3, len(words))):
            year = words[place].plain
            if year.isdecimal() and len(year) == 4 and int(year) in FIRST_YEARS:
                age = self._year - int(year) if self._year else OLDEST
                name = _age(age) if 0 <= age < AGES[2][0] else YEAR_OF_BIRTH
                return name, place - at + 1
        return None


def _age(years: int) -> str:
    return next(name for start, name in reversed(AGES) if years >= start)


def _words(text: str) -> tuple[Word, ...]:
    text = clean(text)
    marked = has_marks(text)
    found = (to_word(token) for token in tokens(text))
    return tuple(word if marked else Word(word.plain) for word in found)


def features(row: Sequence[str], meant: Sequence[bool]) -> Iterator[str]:
    """Concepts, and pairs of neighbours at least one of which is a concept."""
    before, before_meant = "", False
    for concept, is_meant in zip(row, meant, strict=True):
        if is_meant:
            yield f"s:{concept}"
        if before and (is_meant or before_meant):
            yield f"s:{before} {concept}"
        before, before_meant = concept, is_meant
