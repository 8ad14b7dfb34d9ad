"""Keeps the access token good. The refresh token is good for one use, and losing what it is exchanged
for means that an administrator has to consent again, in a browser. So:

- one exchange at a time: one task in this process, a leased row among processes;
- nothing that waits for it can break it off (a send that times out, a service that stops);
- the new pair is committed, again and again if need be, before it is used.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import structlog
from aiohttp import ClientSession

from bot.channels.zalo_oa import oauth
from bot.core.config.channels import ZaloOa
from bot.core.crypto import BadKey, Vault
from bot.delivery.errors import SendError, Unavailable
from bot.store import tokens
from bot.store.alerts import Alarm
from bot.store.database import Database, DatabaseClosed
from bot.store.tokens import Pair

LEASE = timedelta(seconds=60)  # an exchange takes 20 s at most
RENEW_AFTER = 0.8  # of a token's life
LOOK_EVERY = 300.0  # seconds between looks whether the token is old
HOLD_OFF = timedelta(seconds=60)  # after an exchange that failed
COMMIT_AGAIN = 1.0  # seconds
NO_TOKEN = (
    "Zalo OA chưa có token dùng được nên không gửi được tin. Việc cần làm: người quản trị OA chạy "  # noqa: S105 - no secret
    "`vneid-bot zalo login` và đồng ý cấp quyền lại. ({reason})"
)

log = structlog.get_logger()


def account(settings: ZaloOa) -> str:
    """The name that the app's tokens are kept under."""
    return f"zalo-oa {settings.app_id}"


async def keep(
    database: Database, vault: Vault, settings: ZaloOa, granted: oauth.Granted, now: datetime
) -> Pair:
    """Commit a new pair, sealed."""
    access, refresh = vault.seal(granted.access), vault.seal(granted.refresh)
    return await database.run(
        lambda tx: tokens.put(
            tx,
            account(settings),
            access=access,
            refresh=refresh,
            renew_at=now + granted.lifetime * RENEW_AFTER,
            expires_at=now + granted.lifetime,
        )
    )


class Tokens:
    """The access token of one account. *owner* names this process."""

    def __init__(
        self,
        settings: ZaloOa,
        database: Database,
        vault: Vault,
        clock: Callable[[], datetime],
        session: Callable[[], ClientSession],
        alarm: Alarm,
        owner: str,
    ) -> None:
        self._settings = settings
        self._database = database
        self._vault = vault
        self._clock = clock
        self._session = session
        self._alarm = alarm
        self._owner = owner
        self._pair: Pair | None = None
        self._renewal: asyncio.Task[Pair] | None = None
        self._not_before: datetime | None = None

    async def access(self) -> str:
        """A token to call with; renewed first when it is old. Raises `Unavailable`."""
        pair = self._pair
        if pair is None or self._clock() >= pair.renew_at:
            pair = await self._newest()
        if self._clock() >= pair.renew_at:
            try:
                pair = await self._renewed(pair)
            except SendError:
                if self._clock() >= pair.expires_at:
                    raise
        return self._open(pair.access)

    async def instead_of(self, refused: str) -> str:
        """Another token than the one that Zalo has just *refused*. Raises `Unavailable`."""
        pair = await self._newest()
        if (access := self._open(pair.access)) != refused:
            return access
        return self._open((await self._renewed(pair)).access)

    async def stay_fresh(self, stopping: asyncio.Event) -> None:
        """Renew in time also when nobody writes, until *stopping*."""
        while not stopping.is_set():
            try:
                await self.access()
            except SendError as error:
                log.warning("zalo token not renewed", error=str(error))
            except Exception:
                log.exception("zalo token not renewed")
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY):
                    await stopping.wait()

    async def close(self) -> None:
        """Wait for an exchange that is under way."""
        if self._renewal:
            await asyncio.gather(self._renewal, return_exceptions=True)

    async def _newest(self) -> Pair:
        """The pair as it stands in the database: another process may have renewed it."""
        name = account(self._settings)
        pair = await self._database.run(lambda tx: tokens.get(tx, name))
        if pair is None:
            await self._alarm.ring("token", NO_TOKEN.format(reason="chưa đăng nhập lần nào"))
            raise Unavailable("no token yet")
        if self._pair is None or pair.generation != self._pair.generation:
            self._not_before = None
            self._alarm.over("token")
        self._pair = pair
        return pair

    def _open(self, sealed: str) -> str:
        try:
            return self._vault.open(sealed)
        except BadKey as error:
            raise Unavailable("the tokens were sealed with another VNEID_DATA_KEY") from error

    async def _renewed(self, pair: Pair) -> Pair:
        """One exchange for all who wait; it goes on when they do not."""
        if self._not_before and self._clock() < self._not_before:
            raise Unavailable("the token could not be renewed a moment ago")
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._renew(pair), name="zalo token")
            self._renewal.add_done_callback(_noticed)
        return await asyncio.shield(self._renewal)

    async def _renew(self, pair: Pair) -> Pair:
        name, now = account(self._settings), self._clock()
        leased = await self._database.run(
            lambda tx: tokens.lease(tx, name, pair.generation, self._owner, now, now + LEASE)
        )
        if leased is None:
            newest = await self._newest()
            if newest.generation == pair.generation:
                raise Unavailable("another process renews the token")
            return newest
        granted = await self._exchange(leased)
        self._pair = await self._commit(granted)
        self._alarm.over("token")
        log.info("zalo token renewed", generation=self._pair.generation)
        return self._pair

    async def _exchange(self, pair: Pair) -> oauth.Granted:
        try:
            refresh = self._open(pair.refresh)
            return await oauth.renew(self._session(), self._settings, refresh)
        except (SendError, oauth.ConsentNeeded) as error:
            self._not_before = self._clock() + HOLD_OFF
            name = account(self._settings)
            await self._database.run(lambda tx: tokens.release(tx, name, self._owner))
            if isinstance(error, SendError):
                raise
            await self._alarm.ring("token", NO_TOKEN.format(reason=str(error)))
            raise Unavailable(f"Zalo refuses the refresh token: {error}") from error

    async def _commit(self, granted: oauth.Granted) -> Pair:
        """Until it is committed: no other copy of the new pair exists in the world."""
        while True:
            try:
                return await keep(
                    self._database, self._vault, self._settings, granted, self._clock()
                )
            except DatabaseClosed:
                raise
            except Exception:
                log.exception("zalo token not committed; trying again")
                await asyncio.sleep(COMMIT_AGAIN)


def _noticed(task: asyncio.Task[Pair]) -> None:
    """Who waited for it may be gone: its error is no surprise."""
    if not task.cancelled():
        task.exception()
