"""Figures for Prometheus: what is counted, who may see it, and that nobody's data is in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from bot.core import config
from bot.core.config import Settings
from bot.core.messages import Address
from bot.store.booking import bookings
from bot.store.database import Database
from bot.store.values import Ids
from tests.support import town
from tests.support.paths import PROJECT
from tests.support.people import Clock
from tests.support.town import FRIDAY, slot_id
from tests.support.web_service import WebService

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]
TOKEN = "a-made-up-token-of-tests"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[WebService]:
    with WebService(tmp_path) as started:
        yield started


def read(service: WebService) -> Samples:
    answer = service.request("GET", "/metrics")
    assert answer.status == 200
    families = text_string_to_metric_families(answer.body.decode())
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def value(samples: Samples, name: str, **labels: str) -> float:
    return samples[f"vneid_{name}", frozenset(labels.items())]


def test_messages_answers_and_requests_are_counted(service: WebService) -> None:
    service.post("/api/chat", {"text": "mất thẻ căn cước"})
    service.post("/api/chat", {"text": "tàu ngầm chạy bằng gì", "session": ""})
    service.post("/api/chat", {"button": "start"})
    service.request("GET", "/khong-co")
    samples = read(service)
    assert value(samples, "messages_total", channel="web", kind="text") == 2
    assert value(samples, "messages_total", channel="web", kind="start") == 1
    assert value(samples, "replies_total", channel="web", tone="answer") == 1
    assert value(samples, "turn_seconds_count", channel="web") == 3
    chat = {"route": "/api/chat", "method": "POST", "status": "200"}
    assert value(samples, "http_requests_total", **chat) == 3
    none = {"route": "none", "method": "GET", "status": "404"}
    assert value(samples, "http_requests_total", **none) == 1
    assert value(samples, "database_up") == 1
    (version,) = [dict(labels) for name, labels in samples if name == "vneid_faq_entries"]
    assert value(samples, "faq_entries", **version) == 5


def test_strangers_cannot_make_the_figures_grow(service: WebService) -> None:
    for number in range(20):
        service.request("GET", f"/khong-co/{number}?so={number}")
        service.request(f"XX{number}", "/")
        service.request("GET", f"/files/row{number}/1/{number:032x}")
    routes = {dict(labels).get("route") for name, labels in read(service) if "requests" in name}
    methods = {dict(labels).get("method") for name, labels in read(service) if "requests" in name}
    assert routes <= {"none", "/", "/files/{row}/{number}/{mark}", "/metrics"}
    assert methods <= {"GET", "other"}


def test_bookings_are_counted_from_the_database_whoever_made_them(
    tmp_path: Path, clock: Clock
) -> None:
    settings = town.SETTINGS.model_copy(update={"public_url": ""})
    with WebService(tmp_path, settings=settings, clock=clock) as service:
        service.calendar_is_open()
        town.build(service.database)
        hold_and_drop(service.database, clock)
        samples = read(service)
        assert value(samples, "bookings_total", to="held") == 1
        assert value(samples, "bookings_total", to="cancelled") == 1
        clock.move(days=1)
        assert ("vneid_bookings_total", frozenset({("to", "held")})) not in read(service)


def hold_and_drop(database: Database, clock: Clock) -> None:
    ids, person = Ids(), Address("web", "an")
    with database.transaction() as tx:
        (held,) = bookings.hold(
            tx,
            slot=slot_id("mau-a", FRIDAY, 8),
            service="the",
            person=person,
            holders=["an"],
            now=clock.now,
            held_until=clock.now + timedelta(minutes=10),
            new_id=lambda: ids.new(clock.now),
        )
        assert bookings.drop(tx, held.party, person, clock.now)


def test_with_a_token_only_who_shows_it_sees_the_figures(tmp_path: Path) -> None:
    settings = config.Settings.model_validate({"data_key": "made up", "watch": {"token": TOKEN}})
    with WebService(tmp_path, settings=settings) as service:
        assert service.request("GET", "/metrics").status == 403
        wrong = {"Authorization": f"Bearer {TOKEN}x"}
        assert service.request("GET", "/metrics", headers=wrong).status == 403
        right = {"Authorization": f"Bearer {TOKEN}", "X-Forwarded-For": "203.0.113.7"}
        assert b"vneid_messages_total" in service.request("GET", "/metrics", headers=right).body
        assert b"parts" in service.request("GET", "/readyz", headers=right).body


PROXIES = [{"public_url": "https://x.example"}, {"listen": {"behind_proxy": True}}]


@pytest.mark.parametrize("settings", PROXIES)
def test_behind_a_proxy_only_a_token_opens(tmp_path: Path, settings: dict[str, object]) -> None:
    made = Settings.model_validate({"data_key": "made up", **settings})
    with WebService(tmp_path, settings=made) as service:
        assert service.request("GET", "/metrics").status == 403
        assert service.request("GET", "/readyz").json == {"ready": True}


def test_nothing_that_people_say_is_in_the_figures(service: WebService) -> None:
    words = {"text": "Tôi là Nguyễn Văn Thử, số 0900000001, mất thẻ 079000000001"}
    session = service.post("/api/chat", words).json["session"]
    body = service.request("GET", "/metrics").body.decode()
    for secret in ("Thử", "0900000001", "079000000001", session, session[:20]):
        assert secret not in body


def test_a_state_that_no_row_is_in_is_told_as_none(service: WebService) -> None:
    """The alert MessagesGivenUp compares with an hour ago: what was not told then it never sees come."""
    samples = read(service)
    for state in ("due", "sending", "failed", "missed"):
        assert value(samples, "outbox_rows", channel="web", state=state) == 0


# --- the files that name figures ----------------------------------------------------------------

TYPE = re.compile(r"^# TYPE (\w+) (\w+)$", re.MULTILINE)
NAMED = re.compile(r"\b(?:vneid|process|python)_[a-z_]+\b")
FILES = ("prometheus-alerts.yaml", "grafana-dashboard.json")


def test_what_to_do_at_each_alert_stands_in_the_docs() -> None:
    rules = yaml.safe_load((PROJECT / "deploy" / FILES[0]).read_text(encoding="utf-8"))
    alerts = {rule["alert"] for group in rules["groups"] for rule in group["rules"]}
    docs = (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")
    _, table = docs.split("| alert | look at |")
    rows = table.partition("\n\n")[0].splitlines()[2:]
    assert {name for row in rows for name in row.split("|")[1].strip().split(", ")} == alerts


@pytest.mark.parametrize("file", FILES)
def test_every_figure_that_an_alert_or_a_panel_names_exists(service: WebService, file: str) -> None:
    shown = TYPE.findall(service.request("GET", "/metrics").body.decode())
    parts = {"histogram": ("_bucket", "_sum", "_count")}
    exist = {name + part for name, type_ in shown for part in parts.get(type_, ("",))}
    named = set(NAMED.findall((PROJECT / "deploy" / file).read_text(encoding="utf-8")))
    assert len(named) > 8
    assert named <= exist


def test_every_figure_of_ours_is_on_the_dashboard(service: WebService) -> None:
    shown = {name for name, _ in TYPE.findall(service.request("GET", "/metrics").body.decode())}
    dashboard = (PROJECT / "deploy" / "grafana-dashboard.json").read_text(encoding="utf-8")
    assert json.loads(dashboard)["title"] == "Trợ lý VNeID"
    assert {name for name in shown if name.startswith("vneid_") and name not in dashboard} == set()
