"""The web chat's JSON: reading requests, writing replies, and errors that a person can read."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeAlias

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.channels.web.limits import TooMany
from bot.core.http_request import in_time, route
from bot.core.messages import Attachment, Reply
from bot.store.database import AGAIN_AFTER, UNAVAILABLE, DatabaseClosed, DatabaseFault
from bot.store.values import unpack

Address: TypeAlias = Callable[[str, int], str]
STREAMING = web.RequestKey("streaming", bool)  # marks a request whose response has begun

log = structlog.get_logger()


class BadRequest(Exception):
    """The request cannot be used; the message says why, in Vietnamese, for the person."""


async def read_json(request: web.Request) -> dict[str, Any]:
    """The request's JSON object; raises `BadRequest`, or 413 from aiohttp when it is too long."""
    try:
        body = json.loads(await in_time(request, request.read()))
    except (ValueError, RecursionError, web.RequestPayloadError) as error:
        raise BadRequest("Nội dung gửi lên phải là JSON.") from error
    if not isinstance(body, dict):
        raise BadRequest("Nội dung gửi lên phải là một đối tượng JSON: {…}.")
    return body


def text_of(body: dict[str, Any], key: str) -> str:
    """The text under *key*, "" without one, half of a cut emoji left out; raises `BadRequest`."""
    value = body.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadRequest(f"`{key}` phải là chuỗi chữ.")
    return value.encode("utf-8", "ignore").decode()


def place_of(body: dict[str, Any]) -> str:
    """`location` as "latitude,longitude"; "" without one; raises `BadRequest`."""
    match body.get("location"):
        case None:
            return ""
        case {"latitude": int() | float() as latitude, "longitude": int() | float() as longitude}:
            numbers = not isinstance(latitude, bool) and not isinstance(longitude, bool)
            if numbers and abs(latitude) <= 90 and abs(longitude) <= 180:
                return f"{latitude:.5f},{longitude:.5f}"
    raise BadRequest("`location` phải có `latitude` và `longitude` là số độ.")


def reply_json(id_: str, reply: Reply, address: Address) -> dict[str, Any]:
    """A reply as the API shows it; *address* tells where a file of a row is served."""
    return {
        "id": id_,
        "kind": reply.tone.value,
        "entry": reply.entry,
        "sure": reply.sure,
        "text": reply.text,
        "buttons": [
            {"label": button.label, "data": button.data, "entry": button.entry}
            for button in reply.buttons
            if button.data
        ],
        "links": [
            {"label": button.label, "url": button.url} for button in reply.buttons if button.url
        ],
        "wishes": [
            {"label": button.label, "wish": button.wish.value, "entry": button.entry}
            for button in reply.buttons
            if button.wish
        ],
        "files": [
            _file_json(id_, number, file, address) for number, file in enumerate(reply.attachments)
        ],
        "source": reply.source,
    }


def _file_json(id_: str, number: int, file: Attachment, address: Address) -> dict[str, Any]:
    """A private file has no address: it is asked for with the session (POST /api/file)."""
    shown = {"name": file.name, "type": file.media_type}
    if file.sealed:
        return {**shown, "private": True, "number": number}
    if file.card:
        return {**shown, "url": f"cards/{file.card}.png", "card": True}
    return {**shown, "url": address(id_, number)}


def line_json(row: dict[str, Any], address: Address) -> dict[str, Any]:
    if row["side"] == 0:
        return {"from": "me", "at": row["at"], "kind": row["kind"], "text": row["body"]}
    reply = reply_json(row["id"], Reply.from_json(unpack(row["body"])), address)
    return {"from": "bot", "at": row["at"], **reply}


def json_response(data: Any, status: int = 200) -> web.Response:
    text = json.dumps(data, ensure_ascii=False)
    return web.json_response(text=text, status=status, headers={"Cache-Control": "no-store"})


SORRY = {
    404: "Không có địa chỉ này.",
    405: "Cách gọi không đúng với địa chỉ này.",
    408: "Đường truyền chậm quá nên tin chưa đến hết. Bạn gửi lại nhé.",
    413: "Tin dài quá (tối đa 16 KB). Bạn viết gọn lại nhé.",
    500: "Máy chủ đang trục trặc nên chưa nhận được tin này. Bạn gửi lại sau ít phút nhé.",
    503: "Máy chủ đang bận nên chưa nhận được tin này. Bạn đợi một lát rồi gửi lại nhé.",
}


SORRY_PAGE = "Máy chủ đang bận. Bạn đợi một lát rồi tải lại trang nhé."
LATER = {"Retry-After": str(AGAIN_AFTER)}


@web.middleware
async def errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Under /api/, every error is JSON with a message a person can read."""
    if not request.path.startswith("/api/"):
        return await _unless_busy(request, handler)
    try:
        return await handler(request)
    except Exception as error:
        if STREAMING in request:
            raise
        return _as_json(request, error)


def _as_json(request: web.Request, error: Exception) -> web.Response:
    match error:
        case BadRequest():
            return json_response({"error": str(error)}, status=400)
        case TooMany():
            return _too_many(error)
        case web.HTTPException():
            message = SORRY.get(error.status, "Yêu cầu không dùng được.")
            return json_response({"error": message}, status=error.status)
        case DatabaseFault() | DatabaseClosed():
            return _busy(request, error)
    log.exception("request failed", path=request.path)
    return json_response({"error": SORRY[500]}, status=500)


async def _unless_busy(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except UNAVAILABLE as error:
        log.error("database unavailable", path=route(request), reason=str(error))
        raise web.HTTPServiceUnavailable(text=SORRY_PAGE, headers=LATER) from error


def _busy(request: web.Request, error: Exception) -> web.Response:
    """503: nothing of the request was written, so the same one, under the same id, may come again."""
    log.error("database unavailable", path=route(request), reason=str(error))
    response = json_response({"error": SORRY[503], "retry_after": AGAIN_AFTER}, status=503)
    response.headers.update(LATER)
    return response


def _too_many(error: TooMany) -> web.Response:
    """429 with what to do: wait, or work on the challenge and send the same again with `proof`."""
    body = {"error": str(error), "retry_after": error.wait}
    if error.challenge:
        body["challenge"] = error.challenge
    response = json_response(body, status=429)
    response.headers["Retry-After"] = str(error.wait)
    return response
