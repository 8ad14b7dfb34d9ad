"""The log: one line for each event, for people or for machines, and nobody's data in it.

Every value passes the mask, whoever wrote it: our own events, tracebacks, and what libraries log.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Collection, MutableMapping
from typing import Any, Literal

import structlog
from aiohttp.http import HttpProcessingError
from structlog.typing import EventDict, Processor

from bot.core import privacy

HIDDEN = "[bí mật]"
SHORTEST_SECRET = 6  # characters; a shorter one would blank out words
# Ids that we or the platforms make for messages, rows and requests. They are no numbers of anybody.
IDS = frozenset({"timestamp", "level", "request", "update", "row", "version"})
BIG = 10**8  # integers from here on may be a telephone number or an id


class Mask:
    """A processor that takes personal data and *secrets* out of every value."""

    def __init__(self, secrets: Collection[str] = ()) -> None:
        known = (secret for secret in secrets if len(secret) >= SHORTEST_SECRET)
        self._secrets = sorted(known, key=len, reverse=True)

    def __call__(self, logger: Any, method: str, event: EventDict) -> EventDict:
        return {key: self._value(value, masked=key not in IDS) for key, value in event.items()}

    def _value(self, value: Any, *, masked: bool) -> Any:
        match value:
            case bool() | None | float():
                return value
            case int():
                return value if abs(value) < BIG or not masked else self._text(str(value))
            case dict():
                return {self._text(str(k)): self._value(v, masked=masked) for k, v in value.items()}
            case list() | tuple() | set() | frozenset():
                return [self._value(one, masked=masked) for one in value]
        text = value if isinstance(value, str) else repr(value)
        return self._text(text, masked=masked)

    def _text(self, text: str, *, masked: bool = True) -> str:
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return privacy.mask(text).text if masked else text


def start(
    form: Literal["text", "json"] = "text",
    secrets: Collection[str] = (),
    level: int = logging.INFO,
) -> None:
    """Write our events to the standard error stream."""
    structlog.configure(
        processors=[*_common(), Mask(secrets), _renderer(form)],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def take_in_libraries(form: Literal["text", "json"], secrets: Collection[str] = ()) -> None:
    """From now on what libraries log is written in the same way."""
    handler = logging.StreamHandler()
    handler.addFilter(_short)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *_common()],
            processors=[_without_record, Mask(secrets), _renderer(form)],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)


def _short(record: logging.LogRecord) -> bool:
    """Who sends what is no request gets one short line: a traceback for each would let anybody fill the
    disk, and cry wolf."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, HttpProcessingError):
        record.levelno, record.levelname = logging.INFO, logging.getLevelName(logging.INFO)
        record.msg, record.args = f"malformed request: {type(error).__name__}", ()
        record.exc_info = record.exc_text = None
    return True


def _common() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        # Plain tracebacks: values of variables could be personal data.
        structlog.processors.ExceptionRenderer(),
    ]


def _renderer(form: Literal["text", "json"]) -> Processor:
    if form == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"])


def _without_record(logger: Any, method: str, event: MutableMapping[str, Any]) -> EventDict:
    """The library's own record is no value to be shown."""
    return {key: value for key, value in event.items() if not key.startswith("_")}
