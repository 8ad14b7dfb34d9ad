"""Look over a FAQ folder: everything that is wrong or worth a look, at once, each at its line.

    findings = lint.check(Path("faq"), House(today, message, private))

One module per family of checks; each is a plain function of the corpus and the house. A volunteer
who has looked and disagrees writes `# bỏ qua: <rule>` at the end of the line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

from bot.core.documents.file import Fault, Faults
from bot.faq import entries
from bot.faq.entries import Faq
from bot.faq.lint import (
    contradictions,
    corpus,
    dangers,
    dates,
    greetings,
    lengths,
    outdated,
    phrasings,
    questions,
    rivals,
    shape,
    slips,
    wording,
)
from bot.faq.lint.corpus import Corpus
from bot.faq.lint.finding import Finding, Rule
from bot.faq.lint.house import House

__all__ = ["Finding", "House", "Rule", "check"]

Check: TypeAlias = Callable[[Corpus, House], Iterable[Finding]]

CHECKS: tuple[Check, ...] = (
    shape.check,
    slips.check,
    wording.check,
    lengths.check,
    dates.check,
    outdated.check,
    phrasings.check,
    contradictions.check,
    questions.check,
    rivals.check,
    greetings.check,
    dangers.check,
)
WAIVED = re.compile(r"#\s*bỏ qua:\s*([a-z ,-]+)")


def check(folder: Path, house: House) -> tuple[Finding, ...]:
    """All findings of *folder*, in the order of files and lines."""
    faq, broken = _load(folder)
    seen = corpus.read(folder, faq)
    found = set(broken)
    known = {_place(finding) for finding in broken}
    waived = set(_waived(seen))
    for one in CHECKS:
        for finding in one(seen, house):
            if _place(finding) not in known | waived:
                found.add(finding)
    return tuple(sorted(found))


def _place(finding: Finding) -> tuple[str, int, Rule]:
    return finding.fault.file, finding.fault.line, finding.rule


def _load(folder: Path) -> tuple[Faq | None, list[Finding]]:
    """What keeps the service from loading the folder (syntax, schema, ids) cannot be waived."""
    try:
        return entries.load(folder), []
    except Faults as error:
        return None, [Finding(fault, _rule(fault)) for fault in error.faults]


def _rule(fault: Fault) -> Rule:
    return Rule.IDS if "đã có ở mục khác" in fault.message else Rule.STRUCTURE


def _waived(seen: Corpus) -> Iterator[tuple[str, int, Rule]]:
    for file in seen.files:
        for number, line in enumerate(file.lines, 1):
            if marked := WAIVED.search(line):
                for name in re.split(r"[ ,]+", marked[1].strip()):
                    if name in set(Rule):
                        yield file.name, number, Rule(name)


def count_entries(folder: Path) -> int:
    """How many entries of *folder* can be read."""
    return len(corpus.read(folder).items)
