"""What the Official Account API takes as a message, and what it refuses."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

MAX_TEXT, MAX_BUTTONS, MAX_TITLE, MAX_PAYLOAD = 2000, 5, 100, 1000
BUTTON_TYPES = {
    "oa.open.url": {"url"},
    "oa.open.phone": {"phone_code"},
    "oa.query.hide": str,
    "oa.query.show": str,
}


class ApiError(Exception):
    """An error number in the body of a HTTP 200."""

    def __init__(self, number: int, message: str) -> None:
        super().__init__(message)
        self.number = number


def require(condition: object, number: int, message: str) -> None:
    if not condition:
        raise ApiError(number, message)


@dataclass(frozen=True)
class Sent:
    """A message that was accepted. `template` is its form's id, `user` the person or phone."""

    user: str
    text: str = ""
    buttons: list[dict[str, Any]] = field(default_factory=list)
    image: bytes = b""
    asks_for_contact: bool = False
    template: str = ""
    values: dict[str, str] = field(default_factory=dict)

    @property
    def taps(self) -> dict[str, str]:
        """Title -> payload of the buttons that answer."""
        return {b["title"]: b["payload"] for b in self.buttons if b["type"].startswith("oa.query")}


def accepted(user: str, message: dict[str, Any], image: Callable[[str], bytes]) -> Sent:
    require(set(message) <= {"text", "attachment"} and message, -201, "unknown fields")
    text = message.get("text", "")
    require(text == unicodedata.normalize("NFC", text), -201, "text is not NFC")
    require(len(text.encode("utf-16-le")) // 2 <= MAX_TEXT, -210, "text is too long")
    if "attachment" not in message:
        require(text.strip(), -201, "text is empty")
        return Sent(user, text)
    attachment = message["attachment"]
    require(attachment.get("type") == "template", -201, "attachment type")
    return _template_message(user, text, attachment["payload"], image)


def _template_message(
    user: str, text: str, payload: dict[str, Any], image: Callable[[str], bytes]
) -> Sent:
    match payload.get("template_type"):
        case None:
            require(text.strip(), -201, "text is empty")
            require(set(payload) == {"buttons"}, -201, "unknown fields")
            _check_buttons(payload["buttons"])
            return Sent(user, text, payload["buttons"])
        case "media":
            (element,) = payload["elements"]
            require(set(element) == {"media_type", "attachment_id"}, -201, "media element")
            return Sent(user, text, image=image(element["attachment_id"]))
        case "request_user_info":
            (element,) = payload["elements"]
            require(0 < len(element["title"]) <= 100, -210, "title")
            require(0 < len(element["subtitle"]) <= 500, -210, "subtitle")
            require(element.get("image_url", "").startswith("https://"), -201, "image_url")
            return Sent(user, text, asks_for_contact=True)
    raise ApiError(-233, "template type is not supported")


def _check_buttons(buttons: list[dict[str, Any]]) -> None:
    require(1 <= len(buttons) <= MAX_BUTTONS, -201, "a message has 1-5 buttons")
    for button in buttons:
        require(set(button) == {"title", "type", "payload"}, -201, "unknown fields of a button")
        require(0 < len(button["title"]) <= MAX_TITLE, -210, "title of a button")
        shape = BUTTON_TYPES.get(button["type"])
        require(shape is not None, -201, "type of a button")
        payload = button["payload"]
        if shape is str:
            require(isinstance(payload, str) and 0 < len(payload) <= MAX_PAYLOAD, -210, "payload")
        else:
            require(set(payload) == shape, -201, "payload of a button")
            require(payload.get("url", "https://").startswith("https://"), -201, "url of a button")
