"""What people write stays what they wrote: no line of a log, no markup, no template, no statement."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import structlog

from bot.ops import logs
from tests.support.people import Person

HOSTILE = (
    "{{7*7}} {% raw %} ${HOME} %(x)s {0} #{1+1}",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "'; DROP TABLE people; --",
    "\r\n\r\nHTTP/1.1 200 OK\r\nSet-Cookie: a=b",
    "../../etc/passwd",
    "!!python/object/apply:os.system ['id']",
    "\x1b[2J\x1b]0;title\x07",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_kept_and_given_back_as_words(
    chat: Callable[..., Person], text: str
) -> None:
    an = chat()
    an.presses("officer")
    heard = an.says(text)
    assert "49" not in heard.text
    assert "chuyển câu hỏi" in heard.text


def test_a_log_has_one_line_for_each_event_whatever_is_in_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = structlog.get_config()
    try:
        logs.start()
        made_up = "x\ntimestamp=2026 level=error event='made up'"
        structlog.get_logger().warning("zalo event of another account", account=made_up)
    finally:
        structlog.configure(**before)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert "\\n" in lines[0]
