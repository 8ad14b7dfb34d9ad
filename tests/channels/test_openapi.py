"""The running service does what docs/openapi.yaml says, and nothing beside it."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from jsonschema import Draft202012Validator
from schemathesis import Case, GenerationMode
from schemathesis import checks as check

from bot.core.config.limits import Limits
from tests.support import town
from tests.support.paths import PROJECT
from tests.support.people import Clock
from tests.support.web_service import PATIENCE, WebService

API = schemathesis.openapi.from_path(PROJECT / "docs" / "openapi.yaml")
STREAM = "POST /api/events"  # has no end: looked at by hand
OPERATIONS = {found.ok().label: found.ok() for found in API.get_all_operations()}
REPLY = Draft202012Validator(
    {"$ref": "#/components/schemas/Reply", "components": API.raw_schema["components"]}
)
ASKED = sorted(OPERATIONS.keys() - {STREAM})
CHECKS = [
    check.not_a_server_error,
    check.status_code_conformance,
    check.content_type_conformance,
    check.response_headers_conformance,
    check.response_schema_conformance,
]
MANY = settings(
    max_examples=25,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
FREE = "SELECT id FROM slots WHERE pool = 'all' AND booked < capacity ORDER BY starts_at"
# Pages for people, and where platforms write to: no part of this API.
PAGES = re.compile(r"/$|/static|/desk|/webhook/|/poster$|/kiem-tra-poster$")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebService]:
    folder = tmp_path_factory.mktemp("openapi")
    with WebService(folder, settings=town.SETTINGS, clock=Clock()) as running:
        running.calendar_is_open()
        town.build(running.database)
        yield running


def said(service: WebService, path: str, **body: Any) -> Any:
    """The JSON of an answer that is as the description says."""
    case = OPERATIONS[f"POST {path}"].Case(body=body, media_type="application/json")
    answer = case.call_and_validate(base_url=service.url, checks=CHECKS)
    assert answer.status_code == 200
    return answer.json()


@pytest.fixture
def talk(service: WebService) -> str:
    """A session in which something of every kind was said."""
    (slot, *_) = (row["id"] for row in service.rows(FREE))
    chat = partial(said, service, "/api/chat")
    session = chat(session="", button="start")["session"]
    chat(session=session, text="Mất thẻ căn cước thì làm lại thế nào?")
    chat(session=session, location={"latitude": 10.77, "longitude": 106.7})
    chat(session=session, button=f"time:the:{slot}")
    asked = chat(session=session, text="cô Ba")["replies"]
    yes = next(b["data"] for r in asked for b in r["buttons"] if b["data"].startswith("ok:"))
    chat(session=session, button=yes, id="one-and-only")
    chat(session=session, text="/dulieucuatoi")
    return str(session)


def get(service: WebService, path: str, **parameters: Any) -> int:
    """The status of an answer that is as the description says."""
    case = OPERATIONS[f"GET {path}"].Case(path_parameters=parameters)
    return int(case.call_and_validate(service.url, checks=CHECKS).status_code)


def files(service: WebService, session: str) -> list[tuple[str, dict[str, Any]]]:
    lines = said(service, "/api/history", session=session)["lines"]
    return [(line["id"], file) for line in lines for file in line.get("files", ())]


def test_every_address_is_described_and_no_other(service: WebService) -> None:
    served = {
        (route.method, re.sub(r"{(\w+):[^}]+}", r"{\1}", route.resource.canonical))
        for route in service.routes()
        if route.method != "HEAD" and route.resource
    }
    described = {(found.method.upper(), found.path) for found in OPERATIONS.values()}
    assert {(method, path) for method, path in served if not PAGES.match(path)} == described


@pytest.mark.parametrize("label", ASKED)
def test_what_may_be_asked_is_answered_as_described(
    service: WebService, talk: str, label: str
) -> None:
    @MANY
    @given(OPERATIONS[label].as_strategy())
    def ask(case: Case) -> None:
        if isinstance(case.body, dict) and len(case.body) % 2:
            case.body["session"] = talk
        case.call_and_validate(
            service.url, checks=[*CHECKS, check.positive_data_acceptance], timeout=PATIENCE
        )

    ask()


@pytest.mark.parametrize("label", [o for o in ASKED if o.startswith("POST")])
def test_what_may_not_be_asked_is_refused_as_described(service: WebService, label: str) -> None:
    @MANY
    @given(OPERATIONS[label].as_strategy(GenerationMode.NEGATIVE))
    def ask(case: Case) -> None:
        case.call_and_validate(
            service.url, checks=[*CHECKS, check.negative_data_rejection], timeout=PATIENCE
        )

    ask()


def test_files_of_replies_are_served_as_described(service: WebService, talk: str) -> None:
    found = files(service, talk)
    private = [(id_, file["number"]) for id_, file in found if "private" in file]
    addresses = [file["url"] for _, file in found if file.get("url", "").startswith("files/")]
    assert private
    assert addresses
    for id_, number in private:
        case = OPERATIONS["POST /api/file"].Case(
            body={"session": talk, "id": id_, "number": number}, media_type="application/json"
        )
        assert case.call_and_validate(service.url, checks=CHECKS).status_code == 200
    for address in addresses:
        _, row, number, mark = address.split("/")
        assert (
            get(service, "/files/{row}/{number}/{mark}", row=row, number=number, mark=mark) == 200
        )
    assert get(service, "/cards/{entry}.png", entry="mat-the") == 200


def test_a_stream_brings_replies_as_described(service: WebService, talk: str) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", service.port, timeout=PATIENCE)) as stream:
        stream.request("POST", "/api/events", json.dumps({"session": talk, "after": ""}))
        with stream.getresponse() as answer:
            assert answer.headers["Content-Type"] == "text/event-stream"
            heard = [answer.readline() for _ in range(2)]
    assert heard[0] == b"event: reply\n"
    REPLY.validate(json.loads(heard[1].removeprefix(b"data: ")))


def test_a_body_without_end_is_refused_as_described(service: WebService) -> None:
    case = OPERATIONS["POST /api/chat"].Case(
        body={"session": "", "text": "a" * 20_000}, media_type="application/json"
    )
    assert case.call_and_validate(service.url, checks=CHECKS).status_code == 413


def test_who_is_told_to_wait_or_to_work_is_told_as_described(tmp_path: Path) -> None:
    case = OPERATIONS["POST /api/chat"].Case(
        body={"session": "", "text": "menu"}, media_type="application/json"
    )
    limits = Limits(sessions_per_hour=1)
    with WebService(tmp_path, limits=limits) as service:
        answers = [case.call_and_validate(service.url, checks=CHECKS) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert "challenge" in answers[1].json()


def test_what_is_not_as_described_is_noticed(service: WebService, talk: str) -> None:
    """The control: a reply without its text, or with something beside."""
    line = next(
        line for line in said(service, "/api/history", session=talk)["lines"] if "id" in line
    )
    reply = {key: value for key, value in line.items() if key not in ("from", "at")}
    assert REPLY.is_valid(reply)
    assert not REPLY.is_valid({**reply, "more": 1})
    assert not REPLY.is_valid({key: value for key, value in reply.items() if key != "text"})
