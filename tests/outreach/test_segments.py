"""The language of segments: what it means, what it refuses and where, and whom it selects."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.booking.wards import Wards
from bot.core.messages import Address
from bot.outreach.segment_language import LONGEST, RuleError, parse, told
from bot.store.campaigns import segments
from bot.store.campaigns.segments import AllOf, AnyOf, Everybody, Field, Is, Not, Rule, compiled
from bot.store.database import Database, Transaction
from bot.store.people import consents, conversations, profiles
from bot.store.values import Ids
from tests.support.people import Clock

TAN_PHU, BINH_TAN = "27031", "27442"
WORKERS = Is(Field.AUDIENCE, ("cong-nhan",))
STUDENTS = Is(Field.AUDIENCE, ("sinh-vien",))
ENROLLED = Is(Field.STATUS, ("enrolled",))
ZALO = Is(Field.CHANNEL, ("zalo-oa", "zalo-bot"))
IDS = Ids()


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", Everybody()),
        ("  ", Everybody()),
        ("audience = công nhân", WORKERS),
        ("NHÓM = CONG NHAN", WORKERS),
        ("đối tượng = cong-nhan", WORKERS),
        ("status = chưa kích hoạt", ENROLLED),
        ("tình trạng = đã làm chưa kích hoạt", ENROLLED),
        ('status = "đã làm, chưa kích hoạt"', ENROLLED),
        ("channel = zalo", ZALO),
        ("kênh = “Zalo”", ZALO),
        ("audience = chưa rõ", Is(Field.AUDIENCE, ("",))),
        (
            'status = chưa kích hoạt and audience = công nhân and ward in [Tân Phú, "Bình Tân"]',
            AllOf((ENROLLED, WORKERS, Is(Field.WARD, (TAN_PHU, BINH_TAN)))),
        ),
        ("nhóm trong [sinh viên, công nhân]", Is(Field.AUDIENCE, ("sinh-vien", "cong-nhan"))),
        ("not channel = zalo", Not(ZALO)),
        ("không kênh = zalo", Not(ZALO)),
        ("kênh != zalo", Not(ZALO)),
        ("kênh <> zalo", Not(ZALO)),
        (
            "audience = công nhân or audience = sinh viên and kênh = zalo",
            AnyOf((WORKERS, AllOf((STUDENTS, ZALO)))),
        ),
        (
            "(nhóm = công nhân hoặc nhóm = sinh viên) và kênh = zalo",
            AllOf((AnyOf((WORKERS, STUDENTS)), ZALO)),
        ),
    ],
)
def test_a_rule_means(text: str, rule: Rule, wards: Wards) -> None:
    assert parse(text, wards) == rule


@pytest.mark.parametrize(
    ("text", "at", "why"),
    [
        ("nghề = công nhân", 1, "không có mục “nghề”"),
        ("nhóm là công nhân", 1, "rồi dấu =, ví dụ: nhóm = công nhân"),
        ("audience = cn", 12, "không có “cn”; chọn trong: công nhân"),
        ("audience", 9, "sau audience cần = hoặc in"),
        ("audience =", 11, "thiếu giá trị"),
        ("audience == x", 11, "thiếu giá trị"),
        ("ward in Tân Phú", 9, "danh sách trong ngoặc vuông"),
        ("ward in [Tân Phú", 17, "thiếu dấu ]"),
        ("ward = Atlantis Nhiên Xứ", 8, "không tìm ra phường, xã"),
        ("(status = chưa làm", 19, "thiếu dấu )"),
        ("status = chưa làm) or kênh = web", 18, "thừa từ đây"),
        ("status = chưa làm and", 22, "cần một điều kiện"),
        ("status = 'chưa làm'; DROP TABLE", 10, "không có “'chưa làm';"),
        ("status > chưa làm", 8, "không hiểu ký hiệu “>”"),
        ("(" * 30 + "kênh = web" + ")" * 30, 22, "lồng ngoặc sâu quá"),
        ("a" * (LONGEST + 1), LONGEST, "dài quá"),
    ],
)
def test_a_fault_says_where_and_what_to_do(text: str, at: int, why: str, wards: Wards) -> None:
    with pytest.raises(RuleError) as caught:
        parse(text, wards)
    assert caught.value.at == at
    assert why in str(caught.value)


def test_a_rule_is_told_back_in_plain_words(wards: Wards) -> None:
    rule = parse("(nhóm = công nhân or status = chưa làm) and not ward = Tân Phú", wards)
    assert told(rule, wards) == (
        "(nhóm là Công nhân hoặc tình trạng là Chưa làm) và không phải (phường, xã là Phường Tân Phú)"
    )


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(wards: Wards, text: str) -> None:
    with suppress(RuleError):
        compiled(parse(text, wards))


# --- selecting -----------------------------------------------------------------------------------

AUDIENCES, WARDS, STATUSES = ("", "cong-nhan", "sinh-vien"), ("", TAN_PHU), ("", "none", "enrolled")
CHANNELS = ("telegram", "zalo-oa")
Facts = dict[Field, str]
ONE = st.one_of(
    st.builds(Is, st.just(Field.AUDIENCE), st.lists(st.sampled_from(AUDIENCES)).map(tuple)),
    st.builds(Is, st.just(Field.WARD), st.lists(st.sampled_from(WARDS)).map(tuple)),
    st.builds(Is, st.just(Field.STATUS), st.lists(st.sampled_from(STATUSES)).map(tuple)),
    st.builds(Is, st.just(Field.CHANNEL), st.lists(st.sampled_from(CHANNELS)).map(tuple)),
    st.just(Everybody()),
)
RULES = st.recursive(
    ONE,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(AllOf, st.lists(inner, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple)),
    ),
    max_leaves=8,
)


def fits(rule: Rule, facts: Facts) -> bool:
    match rule:
        case Everybody():
            return True
        case Is(field, values):
            return facts[field] in values
        case Not(inner):
            return not fits(inner, facts)
        case AllOf(rules):
            return all(fits(one, facts) for one in rules)
        case AnyOf(rules):
            return any(fits(one, facts) for one in rules)


@pytest.fixture
def town(database: Database, clock: Clock) -> dict[Address, Facts]:
    """Somebody of every kind, on both channels; and somebody like each who has said stop."""
    people: dict[Address, Facts] = {}
    with database.transaction() as tx:
        for channel in CHANNELS:
            kinds = [(a, w, s) for a in AUDIENCES for w in WARDS for s in STATUSES]
            for number, (audience, ward, status) in enumerate(kinds):
                for name, stays in ((f"p{number:02}", True), (f"x{number:02}", False)):
                    person = Address(channel, name)
                    subscribe(tx, person, clock, audience, ward, status)
                    if stays:
                        people[person] = {
                            Field.AUDIENCE: audience, Field.WARD: ward, Field.STATUS: status,
                            Field.CHANNEL: channel,
                        }  # fmt: skip
                    else:
                        consents.take_back(tx, IDS.new(clock()), person, "news", "test", clock())
    return people


def subscribe(
    tx: Transaction, person: Address, clock: Clock, audience: str, ward: str, status: str
) -> None:
    conversations.take(tx, person, clock())
    consents.give(tx, IDS.new(clock()), person, "news", "test", clock())
    profiles.set_audience(tx, person, audience, clock())
    profiles.set_ward(tx, person, ward, clock())
    profiles.set_status(tx, person, status, clock())


def test_the_statement_selects_whom_the_rule_means_page_by_page(
    town: dict[Address, Facts], database: Database, clock: Clock
) -> None:
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(RULES, st.integers(1, 20))
    def check(rule: Rule, page: int) -> None:
        condition = compiled(rule)
        wanted = {person for person, facts in town.items() if fits(rule, facts)}
        with database.transaction() as tx:
            for channel in CHANNELS:
                found: list[str] = []
                while True:
                    after = found[-1] if found else ""
                    members = segments.members(
                        tx, condition, channel, after, page, clock(), few=page % 2 == 0
                    )
                    found += [member.person for member in members]
                    if len(members) < page:
                        break
                assert found == sorted(p.user for p in wanted if p.channel == channel)
                assert segments.count(tx, condition, channel) == len(found)
                assert segments.count(tx, condition, channel, agreed=False) == len(found)

    check()


def test_who_has_not_written_for_long_is_still_known_while_they_agree(
    town: dict[Address, Facts], database: Database, clock: Clock
) -> None:
    with database.transaction() as tx:
        conversations.forget_before(tx, clock() + timedelta(days=1))
        left = tx.rows("SELECT person FROM people")
    assert {row["person"][0] for row in left} == {"p"}
