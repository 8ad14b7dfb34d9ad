"""Who belongs to a segment: its rule as a tree, and the statements that select by it.

A rule's part of a statement is put together from the fixed pieces below only; what somebody wrote
goes in as named values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

from bot.store.database import Row, Transaction
from bot.store.values import stamp


class Field(StrEnum):
    """What a rule may ask for."""

    AUDIENCE = "audience"
    WARD = "ward"
    STATUS = "status"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Everybody:
    """All who agreed to news."""


@dataclass(frozen=True, slots=True)
class Is:
    """The field has one of these values."""

    field: Field
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Not:
    rule: Rule


@dataclass(frozen=True, slots=True)
class AllOf:
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    rules: tuple[Rule, ...]


Rule: TypeAlias = Everybody | Is | Not | AllOf | AnyOf

# --- a rule as a part of a statement -------------------------------------------------------------

COLUMNS: Mapping[Field, str] = MappingProxyType({
    Field.AUDIENCE: "p.audience", Field.WARD: "p.ward",
    Field.STATUS: "p.status", Field.CHANNEL: "p.channel",
})  # fmt: skip
ALWAYS, NEVER, NOT, AND, OR, IN = "1 = 1", "1 = 0", "NOT ", " AND ", " OR ", " IN "
HERE = "{rule}"  # where the rule stands in a statement


@dataclass(frozen=True, slots=True)
class Condition:
    """A rule compiled: pieces of SQL with :names, and the values of these."""

    sql: str
    values: Mapping[str, str]


def compiled(rule: Rule) -> Condition:
    values: dict[str, str] = {}
    return Condition("".join(_pieces(rule, values)), values)


def _pieces(rule: Rule, values: dict[str, str]) -> Iterator[str]:
    match rule:
        case Everybody():
            yield ALWAYS
        case Is(field, wanted):
            names = [_named(value, values) for value in wanted]
            yield from (COLUMNS[field], IN, "(", ", ".join(names), ")") if names else (NEVER,)
        case Not(inner):
            yield from (NOT, "(", *_pieces(inner, values), ")")
        case AllOf(rules):
            yield from _joined(rules, AND, ALWAYS, values)
        case AnyOf(rules):
            yield from _joined(rules, OR, NEVER, values)


def _named(value: str, values: dict[str, str]) -> str:
    name = f"rule{len(values)}"
    values[name] = value
    return f":{name}"


def _joined(rules: tuple[Rule, ...], word: str, none: str, values: dict[str, str]) -> Iterator[str]:
    parts = ["(" + "".join(_pieces(rule, values)) + ")" for rule in rules]
    yield word.join(parts) if parts else none


# --- selecting -----------------------------------------------------------------------------------

COUNT = """
    SELECT COUNT(*) AS n FROM profiles AS p
    WHERE p.channel = :channel AND p.news = :news AND ({rule})
"""


def count(tx: Transaction, rule: Condition, channel: str, *, agreed: bool = True) -> int:
    """How many on *channel* the rule is about: who agreed to news, or who did not (any more)."""
    sql = COUNT.replace(HERE, rule.sql)
    rows = tx.rows(sql, channel=channel, news=int(agreed), **rule.values)
    return int(rows[0]["n"])


# The next ones in the order of their ids, two ways. Few are found by what they told and then put in
# order; of many the next ones are met soon by walking through all. The planner cannot tell them apart.
FEW = """
    WITH fit AS MATERIALIZED (
        SELECT p.person FROM profiles AS p
        WHERE p.channel = :channel AND p.news = 1 AND ({rule})),
    page AS (SELECT f.person FROM fit AS f WHERE f.person > :after ORDER BY f.person LIMIT :count)
"""
MANY = """
    WITH page AS (
        SELECT p.person FROM profiles AS p
        WHERE p.channel = :channel AND p.news = 1 AND p.person > :after AND ({rule})
        ORDER BY p.person LIMIT :count)
"""
MOST_OF_FEW = 20_000
# With what decides whether they can be written to.
MEMBERS = """
    SELECT m.person, l.owner, q.reachable, i.at AS last_word,
           (SELECT COUNT(*) FROM proactive AS r
            WHERE r.channel = :channel AND r.person = m.person AND r.at > :since) AS lately
    FROM page AS m
    LEFT JOIN people AS q ON q.channel = :channel AND q.person = m.person
    LEFT JOIN links AS l ON l.channel = :channel AND l.person = m.person
    LEFT JOIN interactions AS i ON i.channel = :channel AND i.person = m.person
    ORDER BY m.person
"""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of a segment. `owner` is shared by linked accounts of one person, and None without
    any; `lately` counts what they were sent unasked."""

    person: str
    owner: str | None
    reachable: bool
    last_word: str | None
    lately: int

    @classmethod
    def from_row(cls, row: Row) -> Member:
        return cls(
            person=row["person"],
            owner=row["owner"],
            reachable=row["reachable"] != 0,  # nobody who was forgotten has blocked us
            last_word=row["last_word"],
            lately=row["lately"],
        )


def are_few(tx: Transaction, rule: Condition, channel: str) -> bool:
    """Which of the two ways is the faster one for all members on *channel*."""
    return count(tx, rule, channel) <= MOST_OF_FEW


def members(
    tx: Transaction,
    rule: Condition,
    channel: str,
    after: str,
    count: int,
    since: datetime,
    *,
    few: bool,
) -> list[Member]:
    """At most *count* members on *channel* whose ids come after *after*, in order; what they were
    sent unasked is counted from *since* on. *few*: see `are_few`; either finds the same."""
    sql = (FEW if few else MANY).replace(HERE, rule.sql) + MEMBERS
    values = {"channel": channel, "after": after, "count": count, "since": stamp(since)}
    return [Member.from_row(row) for row in tx.rows(sql, **values, **rule.values)]
