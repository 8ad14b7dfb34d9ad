"""Sign-ins with invented names, by so many at a time for some seconds: what memory they take, and how long
an answer's card and an officer on a known device wait beside them.

    .venv/bin/python -m tests.bench.sign_in

The unit allows the service 512 MB (deploy/vneid-bot.service).
"""

from __future__ import annotations

import http.client
import re
import tempfile
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode

from tests.support.paths import PROJECT
from tests.support.service import Service, running, write_config

AT_ONCE, SECONDS = (8, 32), 15.0
ENTRY = re.compile(r"^  - id: ([a-z0-9-]+)$", re.MULTILINE)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, running(write_config(Path(folder))) as service:
        files = sorted((PROJECT / "faq").glob("*.yaml"))
        names = [name for file in files for name in ENTRY.findall(file.read_text())]
        quiet = [card(service, name) for name in names[:5]]
        before = service.resident_mb()
        print(f"at rest: {before:.0f} MB; a card {max(quiet) * 1000:.0f} ms at the most")
        for count in AT_ONCE:
            measure(service, count, names[5:] if count == AT_ONCE[0] else names[60:])


def measure(service: Service, count: int, names: list[str]) -> None:
    """One line about *count* at a time."""
    over, said = threading.Event(), Counter[int]()
    threads = [threading.Thread(target=flood, args=(service, n, over, said)) for n in range(count)]
    for thread in threads:
        thread.start()
    end, waits, peaks = time.monotonic() + SECONDS, [0.0], [0.0]
    watch = threading.Thread(target=watched, args=(service, over, peaks))
    watch.start()
    for name in names:
        if time.monotonic() > end:
            break
        waits.append(card(service, name))
    over.set()
    for thread in (*threads, watch):
        thread.join()
    print(
        f"{count} at once: {max(peaks):.0f} MB at the most; a card waits {max(waits) * 1000:.0f} ms at the most"
        f" of {len(waits) - 1}; answers {dict(said)}"
    )


def watched(service: Service, over: threading.Event, peaks: list[float]) -> None:
    while not over.wait(0.01):
        peaks.append(service.resident_mb())


def flood(service: Service, number: int, over: threading.Event, said: Counter[int]) -> None:
    """Invented names, one after the other."""
    tried = 0
    while not over.is_set():
        tried += 1
        form = urlencode({"account": f"invented.{number}.{tried}", "password": "made-up words 42"})
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": service.url}
        with suppress(OSError, http.client.HTTPException):
            said[ask(service, "POST", "/desk/sign-in", form, headers)] += 1


def card(service: Service, name: str) -> float:
    """Seconds until the card of an entry that was not drawn before is here."""
    began = time.perf_counter()
    status = ask(service, "GET", f"/cards/{name}.png", "", {})
    assert status == 200, (name, status)
    return time.perf_counter() - began


def ask(service: Service, method: str, path: str, body: str, headers: dict[str, str]) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=120)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


if __name__ == "__main__":
    main()
