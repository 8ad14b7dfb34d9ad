"""The desk over real HTTP: officers with a browser's manners."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import pytest
from argon2 import PasswordHasher

from bot.store.staff import accounts
from tests.support import town
from tests.support.people import Clock
from tests.support.web_service import Response, WebService

PASSWORD = "made-up words 42"
# Of the least cost, for many sign in: the service reads the cost in the hash. Its own hashes are
# slow on purpose, and are tried where a password is set.
HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
CSRF = re.compile(r'name="csrf" value="([^"]+)"')


@dataclass
class Officer:
    """A browser: keeps its cookie, sends the form's token and where it comes from."""

    service: WebService
    cookies: dict[str, str] = field(default_factory=dict)
    csrf: str = ""

    def get(self, path: str) -> Response:
        return self._keep(self.service.request("GET", path, headers=self._headers()))

    def post(self, path: str, *, origin: str | None = "", **form: str) -> Response:
        headers = {**self._headers(), "Content-Type": "application/x-www-form-urlencoded"}
        if origin is not None:
            headers["Origin"] = origin or self.service.url
        body = urlencode({"csrf": self.csrf, **form})
        return self._keep(self.service.request("POST", path, body, headers))

    def sign_in(self, name: str, password: str = PASSWORD, **more: str) -> Response:
        answer = self.post("/desk/sign-in", account=name, password=password, **more)
        if answer.status == 303:
            self.get("/desk/me")  # for the token of its forms
        return answer

    def _headers(self) -> dict[str, str]:
        pairs = (f"{name}={value}" for name, value in self.cookies.items())
        return {"Cookie": "; ".join(pairs), "Host": f"127.0.0.1:{self.service.port}"}

    def _keep(self, answer: Response) -> Response:
        self.cookies |= answer.cookies
        if found := CSRF.search(answer.body.decode("utf-8", "replace")):
            self.csrf = found[1]
        return answer


def text(answer: Response) -> str:
    return answer.body.decode()


@pytest.fixture(scope="module")
def moving() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, moving: Clock) -> Iterator[WebService]:
    """The whole service with the made-up town in it; its clock is `moving`."""
    folder: Path = tmp_path_factory.mktemp("desk")
    with WebService(folder, settings=town.SETTINGS, clock=moving) as running:
        running.calendar_is_open()
        town.build(running.database)
        yield running


@pytest.fixture
def account(service: WebService, moving: Clock) -> Callable[..., str]:
    """`account("manager", "mau-a")`: somebody's name who may sign in with PASSWORD."""
    made = iter(range(1000))

    def add(role: str = "officer", *offices: str, one_time: bool = False) -> str:
        name = f"{role}.{next(made)}.{service.count('accounts')}"
        with service.database.transaction() as tx:
            accounts.add(tx, name, role, offices, HASH, moving())
            if not one_time:
                accounts.set_password(tx, name, HASH, must_change=False)
        return name

    return add


@pytest.fixture
def officer(service: WebService, account: Callable[..., str]) -> Callable[..., Officer]:
    """`officer("manager", "mau-a")`: signed in."""

    def sign_in(role: str = "officer", *offices: str) -> Officer:
        browser = Officer(service)
        assert browser.sign_in(account(role, *offices)).status == 303
        return browser

    return sign_in
