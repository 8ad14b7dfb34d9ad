"""A Zalo of our own: the Official Account API, its OAuth server, and its webhook calls.

Real HTTP on a loopback port, as strict as the documents say. Errors come as numbers in a HTTP 200.
What the documents leave open (see `docs/zalo.md`) is a switch here, so that a test can try both.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from tests.support.fakes.server import FakeServer, Fault, break_off
from tests.support.fakes.zalo_messages import ApiError, Sent, accepted, require

APP_ID, OA_ID = "1000000000000000001", "2000000000000000002"
APP_SECRET, OA_SECRET = "made-up-app-secret", "made-up-oa-secret"
WINDOW = timedelta(days=7)
UPLOADS_LIVE = timedelta(days=7)
MAX_IMAGE = 1024 * 1024  # bytes
PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
VIETNAM = timedelta(hours=7)


@dataclass
class Upload:
    data: bytes
    at: datetime


@dataclass(repr=False)
class FakeZalo(FakeServer):
    """`async with FakeZalo(clock) as zalo`. *clock* gives aware times; windows and expiry obey it."""

    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    expires_in: int = 90_000  # seconds that an access token lives
    access: dict[str, datetime] = field(default_factory=dict)  # access token -> its end
    refresh: set[str] = field(default_factory=lambda: {"refresh-0"})  # each good for one use
    used: set[str] = field(default_factory=set)
    codes: dict[str, str] = field(default_factory=dict)  # authorization code -> challenge
    interactions: dict[str, datetime] = field(default_factory=dict)
    strangers: set[str] = field(default_factory=set)  # do not follow
    talks: set[tuple[str, str]] = field(default_factory=set)  # of people who are no account
    sent: list[Sent] = field(default_factory=list)
    uploads: dict[str, Upload] = field(default_factory=dict)
    templates: dict[str, set[str]] = field(default_factory=dict)  # id -> its parameters
    by_phone_only: set[str] = field(default_factory=set)
    calls: list[tuple[str, Any]] = field(default_factory=list)
    quota: int = 1_000_000  # template messages left today
    per_minute: int = 4000
    statuses: list[int] = field(default_factory=list)  # how the webhook answered, in order
    target: str = ""  # where the webhook's public host really is

    def __post_init__(self) -> None:
        super().__init__()
        self._numbers = itertools.count(1)
        self._minutes: dict[datetime, int] = {}

    def __repr__(self) -> str:
        return f"sent so far: {[s.text or s.template for s in self.sent]}; calls: {self.calls[-5:]}"

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/v4/oa/access_token", self._tokens),
            web.post("/v3.0/oa/message/cs", self._api("cs", self._send)),
            web.post("/v3.0/oa/message/template", self._api("template", self._template_by_id)),
            web.post("/v2.0/oa/upload/image", self._api("upload", self._upload)),
            web.post("/message/template", self._api("phone", self._template_by_phone)),
        ]

    # --- OAuth -------------------------------------------------------------------------------

    async def _tokens(self, request: web.Request) -> web.Response:
        form = {key: str(value) for key, value in (await request.post()).items()}
        self.calls.append(("tokens", form))
        fault = self.next_fault("tokens")
        if fault.drop == "before":
            return break_off(request)
        if fault.status:
            return web.Response(status=fault.status, text="<html>sorry</html>")
        try:
            require(request.headers.get("secret_key") == APP_SECRET, -14004, "Invalid secret key")
            require(form.get("app_id") == APP_ID, -14003, "Invalid app id")
            require(not fault.error, fault.error, fault.message)
            self._grant(form)
        except ApiError as error:
            body = {"error_name": "Refused", "error": error.number, "error_description": str(error)}
            return web.json_response(body)
        finally:
            await self.notify()
        if fault.drop == "after":
            return break_off(request)
        return web.json_response(self.new_pair())

    def _grant(self, form: dict[str, str]) -> None:
        match form.get("grant_type"):
            case "refresh_token":
                token = form.get("refresh_token", "")
                require(token in self.refresh, -14014, "Invalid refresh token")
                self.refresh.discard(token)
                self.used.add(token)
            case "authorization_code":
                challenge = self.codes.pop(form.get("code", ""), None)
                require(challenge is not None, -14019, "Invalid authorization code")
                given = challenge_of(form.get("code_verifier", ""))
                require(given == challenge, -14020, "Invalid code verifier")
            case _:
                raise ApiError(-14002, "Invalid grant type")

    def new_pair(self) -> dict[str, str]:
        """Tokens as the server gives them out: `expires_in` is text."""
        number = next(self._numbers)
        access, refresh = f"access-{number}", f"refresh-{number}"
        self.access[access] = self.clock() + timedelta(seconds=self.expires_in)
        self.refresh.add(refresh)
        return {
            "access_token": access,
            "refresh_token": refresh,
            "expires_in": str(self.expires_in),
        }

    # --- the API -----------------------------------------------------------------------------

    def _api(self, name: str, work: Callable[[web.Request], Any]) -> Any:
        async def serve(request: web.Request) -> web.Response:
            fault = self.next_fault(name)
            if fault.drop == "before":
                return break_off(request)
            if fault.status:
                return web.Response(status=fault.status, text="<html>sorry</html>")
            try:
                data = await self._checked(request, fault, work)
            except ApiError as error:
                return web.json_response({"error": error.number, "message": str(error)})
            finally:
                await self.notify()
            if fault.drop == "after":
                return break_off(request)
            return web.json_response({"error": 0, "message": "Success", "data": data})

        return serve

    async def _checked(
        self, request: web.Request, fault: Fault, work: Callable[[web.Request], Any]
    ) -> Any:
        self._check_token(request)
        minute = self.clock().replace(second=0, microsecond=0)
        self._minutes[minute] = self._minutes.get(minute, 0) + 1
        require(self._minutes[minute] <= self.per_minute, -32, "Rate limit")
        if fault.error:
            self.calls.append(("refused", fault.error))
            raise ApiError(fault.error, fault.message)
        return await work(request)

    def _check_token(self, request: web.Request) -> None:
        token = request.headers.get("access_token", "")
        phone = request.path == "/message/template"
        require(token in self.access, -124 if phone else -216, "Access token is invalid")
        require(self.clock() < self.access[token], -124 if phone else -220, "Token has expired")

    async def _send(self, request: web.Request) -> dict[str, Any]:
        body = await request.json()
        self.calls.append(("cs", body))
        require(set(body) == {"recipient", "message"}, -201, "unknown fields")
        user = body["recipient"].get("user_id") or self._anonymous(body["recipient"])
        require(isinstance(user, str) and user.isalnum(), -201, "user_id is invalid")
        message = accepted(user, body["message"], self._image)
        require(user not in self.strangers, -213, "User has not followed OA")
        last = self.interactions.get(user)
        require(last and self.clock() - last < WINDOW, -230, "User has not interacted in 7 days")
        self.sent.append(message)
        quota = {"quota_type": "reply"}
        return {"message_id": f"m{next(self._numbers)}", "user_id": user, "quota": quota}

    def _anonymous(self, recipient: dict[str, str]) -> str:
        require(set(recipient) == {"anonymous_id", "conversation_id"}, -201, "recipient")
        talk = recipient["anonymous_id"], recipient["conversation_id"]
        require(talk in self.talks, -201, "conversation_id is invalid")
        return talk[0]

    def _image(self, attachment: str) -> bytes:
        found = self.uploads.get(attachment)
        require(found and self.clock() - found.at < UPLOADS_LIVE, -100, "attachment is expired")
        assert found
        return found.data

    async def _template_by_id(self, request: web.Request) -> dict[str, Any]:
        body = await request.json()
        self.calls.append(("template", body))
        require(set(body) == {"user_id", "template_id", "template_data"}, -201, "unknown fields")
        require(body["template_id"] not in self.by_phone_only, -249, "not allowed by user id")
        self._template(body["user_id"], body, -201)
        return {"message_id": f"m{next(self._numbers)}"}

    async def _template_by_phone(self, request: web.Request) -> dict[str, Any]:
        body = await request.json()
        self.calls.append(("phone", body))
        fields = {"phone", "template_id", "template_data", "tracking_id"}
        require(set(body) == fields, -132, "unknown fields")
        require(len(body["tracking_id"]) <= 48, -132, "tracking_id is too long")
        phone = body["phone"]
        require(phone.startswith("84") and phone.isdigit() and len(phone) == 11, -108, "phone")
        hour = (self.clock() + VIETNAM).hour
        require(6 <= hour < 22, -133, "not at night")
        self._template(phone, body, -1122)
        sent_at = str(int(self.clock().timestamp() * 1000))
        quota = {"dailyQuota": "500", "remainingQuota": str(self.quota)}
        return {"msg_id": f"z{next(self._numbers)}", "sent_time": sent_at, "quota": quota}

    def _template(self, user: str, body: dict[str, Any], bad: int) -> None:
        known = self.templates.get(body["template_id"])
        require(known is not None, -109, "template id is invalid")
        require(set(body["template_data"]) == known, bad, "template data does not match")
        for value in body["template_data"].values():
            require(isinstance(value, str) and 0 < len(value) <= 200, bad, "a value is too long")
        require(self.quota > 0, -144, "daily quota is used up")
        self.quota -= 1
        self.sent.append(
            Sent(user, template=body["template_id"], values=dict(body["template_data"]))
        )

    async def _upload(self, request: web.Request) -> dict[str, str]:
        form = await request.post()
        require(set(form) == {"file"}, -201, "file is missing")
        part = form["file"]
        assert isinstance(part, web.FileField)
        data = part.file.read()
        self.calls.append(("upload", len(data)))
        require(data.startswith((PNG, JPEG)), -201, "only jpg and png")
        require(len(data) <= MAX_IMAGE, -210, "file is too big")
        attachment = f"attachment-{next(self._numbers)}"
        self.uploads[attachment] = Upload(data, self.clock())
        return {"attachment_id": attachment}

    # --- what a test does --------------------------------------------------------------------

    def called(self, name: str) -> list[Any]:
        return [body for called, body in self.calls if called == name]

    def to(self, user: str) -> list[Sent]:
        return [message for message in self.sent if message.user == user]

    async def heard(self, user: str, count: int = 1) -> list[Sent]:
        """The first *count* messages that *user* got."""
        await self.until(lambda: len(self.to(user)) >= count)
        return self.to(user)[:count]

    async def post(
        self,
        event: dict[str, Any],
        *,
        sign: Callable[[bytes, dict[str, Any]], dict[str, str]] | None = None,
        raw: bytes | None = None,
        retry: int = 0,
    ) -> int:
        """Call the webhook once; returns the status. *sign* makes the headers."""
        body = json.dumps(event).encode() if raw is None else raw
        headers = (sign or signed())(body, event)
        if retry:
            headers["num_retry"] = str(retry)
        address = f"{self.target}/webhook/zalo-oa"
        async with self.client.post(address, data=body, headers=headers) as response:
            self.statuses.append(response.status)
            return response.status

    async def push(self, event: dict[str, Any], attempts: int = 6) -> int:
        """Call the webhook until it answers 200, as Zalo does after 30 s, 5 m, 15 m, 30 m and 1 h;
        returns how many calls that took."""
        for attempt in range(attempts):
            if await self.post(event, retry=attempt) == 200:
                return attempt + 1
        raise AssertionError(f"the webhook never took it: {self.statuses}")

    # --- events ------------------------------------------------------------------------------

    def event(self, name: str, user: str, **parts: Any) -> dict[str, Any]:
        """The person *user* does something: that is an interaction."""
        self.interactions[user] = self.clock()
        return {
            "app_id": APP_ID,
            "user_id_by_app": f"9{user}",
            "event_name": name,
            "sender": {"id": user},
            "recipient": {"id": OA_ID},
            "timestamp": str(int(self.clock().timestamp() * 1000)),
            **parts,
        }

    def message(self, user: str, name: str = "user_send_text", **parts: Any) -> dict[str, Any]:
        message = {"msg_id": f"in-{next(self._numbers)}", **parts}
        return self.event(name, user, message=message)

    def text(self, user: str, text: str) -> dict[str, Any]:
        return self.message(user, text=text)

    def media(
        self, user: str, kind: str, payload: dict[str, Any], text: str = ""
    ) -> dict[str, Any]:
        """Something that is no text, with a *text* beside it or none."""
        attachments = [{"type": kind, "payload": payload}]
        words = {"text": text} if text else {}
        return self.message(user, f"user_send_{kind}", attachments=attachments, **words)

    def anonymous(self, id_: str, text: str, *, talk: str) -> dict[str, Any]:
        """Somebody who is no account writes; only their talk can be answered."""
        self.talks.add((id_, talk))
        return self.message(id_, "anonymous_send_text", text=text, conversation_id=talk)

    def follow(self, user: str) -> dict[str, Any]:
        self.strangers.discard(user)
        return self._following("follow", user)

    def unfollow(self, user: str) -> dict[str, Any]:
        self.strangers.add(user)
        return self._following("unfollow", user)

    def _following(self, name: str, user: str) -> dict[str, Any]:
        event = self.event(name, user, follower={"id": user}, source="oa_profile", oa_id=OA_ID)
        del event["sender"], event["recipient"]
        return event

    def submit_info(self, user: str, phone: str) -> dict[str, Any]:
        info = {"name": "Nguyễn Thử", "phone": phone, "user_dob": "01/01/1990", "gender": "Nam"}
        return self.event("user_submit_info", user, info=info)

    def tap(self, user: str, title: str) -> dict[str, Any]:
        """*user* taps the newest button called *title*: it comes as a text with its payload."""
        found = (sent.taps[title] for sent in reversed(self.to(user)) if title in sent.taps)
        return self.text(user, next(found))


def signed(
    key: str = OA_SECRET, first: str = APP_ID, *, stamp: str = "body"
) -> Callable[[bytes, dict[str, Any]], dict[str, str]]:
    """Headers of a genuine call. *stamp*: whether the time that is signed stands in the "body" or
    in a "header"."""

    def sign(body: bytes, event: dict[str, Any]) -> dict[str, str]:
        headers = {"Content-Type": "application/json"}
        time = str(event.get("timestamp", ""))
        if stamp == "header":
            time = headers["X-ZEvent-Timestamp"] = "1790000000123"
        digest = hashlib.sha256(first.encode() + body + time.encode() + key.encode())
        headers["X-ZEvent-Signature"] = f"mac={digest.hexdigest()}"
        return headers

    return sign


def challenge_of(verifier: str) -> str:
    """PKCE's S256."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")
