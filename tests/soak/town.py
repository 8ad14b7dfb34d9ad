"""The deployment that is put under load: its folder, its offices, its officers."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex

from bot.channels.zalo_oa import oauth, tokens
from bot.core import config
from bot.core.clock import VIETNAM, local
from bot.core.config import Settings
from bot.core.crypto import Vault
from bot.desk.access import token_id
from bot.ops.deployment import open_database
from bot.store.staff import accounts
from tests.soak.platforms import Telegram, Zalo, ZaloBot
from tests.support.fakes import zalo_bot
from tests.support.fakes.telegram import TOKEN
from tests.support.fakes.zalo import APP_ID, APP_SECRET, OA_SECRET
from tests.support.paths import PROJECT

SECRET = "s3cret_of-the-soak"
KEY = "a made-up key of the soak"
PUBLIC = "https://bot.example"
OFFICES, SMALL = 6, "nho"  # the small one is always full: people wait for its places
SERVICES = ("the", "muc-2")
OFFICERS = 3
START = (
    8,
    59,
    30,
)  # on Vietnam's clocks, whenever the soak runs: reminders come due, nobody sleeps
EVENING = timedelta(minutes=10)  # after the start, those who come tomorrow are reminded
SLOT_MINUTES = 5
ENVIRONMENT = {
    "TELEGRAM_BOT_TOKEN": TOKEN,
    "TELEGRAM_WEBHOOK_SECRET": SECRET,
    "ZALO_APP_SECRET": APP_SECRET,
    "ZALO_OA_SECRET": OA_SECRET,
    "ZALO_BOT_TOKEN": zalo_bot.TOKEN,
    "ZALO_BOT_WEBHOOK_SECRET": SECRET,
    "VNEID_DATA_KEY": KEY,
}
CONFIG = """
database: {database}
faq: {faq}
public_url: "{public}"
telegram: {{token: "${{TELEGRAM_BOT_TOKEN}}", webhook_secret: "${{TELEGRAM_WEBHOOK_SECRET}}"}}
telegram_api_url: {telegram}
zalo_oa:
  app_id: "{app_id}"
  app_secret: ${{ZALO_APP_SECRET}}
  oa_secret: ${{ZALO_OA_SECRET}}
  api_url: {zalo}
  business_url: {zalo}
  oauth_url: {zalo}
{bot}
data_key: ${{VNEID_DATA_KEY}}
# Everybody here has one address, and types fast.
limits:
  messages_per_minute: 10000
  requests_per_minute: 100000
  requests_per_second: 10000
  sessions_per_hour: 1000000
  sessions_per_minute: 1000000
  holds_per_hour: 10000
  holds_per_address: 1000000
  bookings_per_day: 10000
  bookings_per_address: 1000000
  unvouched_share: 100
  near_per_address: 1000000
  places_before_work: 1000000
booking:
  offices: offices.yaml
  lead_hours: 0
  horizon_days: 3
  release_minutes: 1
  reminders: {{evening: "{evening}", hours_before: 1}}
  services:
    - {{id: the, title: Thẻ căn cước, bring: giay-to-lam-the, fee: le-phi-the-can-cuoc, activate: true}}
    - {{id: muc-2, title: Tài khoản mức 2}}
"""
BOT = """zalo_bot: {{token: "${{ZALO_BOT_TOKEN}}", webhook_secret: "${{ZALO_BOT_WEBHOOK_SECRET}}", api_url: "{url}"}}"""
OFFICE = """
  - id: {id}
    name: Nơi {id} (mẫu)
    address: Số 1 đường Mẫu
    ward: Phường Tân Phú
    services: [the, muc-2]
    hours: {{weekly: "T2-CN 00:00-23:55", slot_minutes: {slot}, capacity: {capacity}, holidays: false}}
"""


@dataclass(frozen=True)
class Town:
    folder: Path
    config: Path
    settings: Settings
    sessions: tuple[str, ...]  # cookies of officers who are signed in
    opened: datetime  # the service's clock at the beginning

    def slots(self, office: str, after: timedelta, until: timedelta) -> list[str]:
        """Ids of the slots of *office* that begin so long after the opening."""
        step = timedelta(minutes=SLOT_MINUTES)
        first = local(self.opened).replace(minute=0, second=0, microsecond=0)
        count = int((until + timedelta(hours=1)) / step)
        times = (first + n * step for n in range(count))
        fit = (at for at in times if after <= at - self.opened < until)
        return [f"{office}.{at:%y%m%d%H%M}" for at in fit if at.time().hour < 23]


def opening(now: datetime) -> datetime:
    """Today at START, Vietnam's time."""
    hour, minute, second = START
    return now.astimezone(VIETNAM).replace(hour=hour, minute=minute, second=second, microsecond=0)


async def build(
    folder: Path,
    database: str,
    platforms: tuple[Telegram, Zalo, ZaloBot],
    now: datetime,
    *,
    polling: bool,
) -> Town:
    """Write the deployment into *folder*; *database* is a file or an address."""
    telegram, zalo, bots = platforms
    faq = folder / "faq"
    shutil.copytree(PROJECT / "faq", faq)
    file = folder / "config.yaml"
    values = {
        "database": database, "faq": faq, "public": "" if polling else PUBLIC,
        "telegram": telegram.url, "zalo": zalo.url, "app_id": APP_ID,
        "bot": "" if polling else BOT.format(url=bots.url),
        "evening": f"{now.astimezone(VIETNAM) + EVENING:%H:%M}",
    }  # fmt: skip
    file.write_text(CONFIG.format(**values), encoding="utf-8")
    names = {f"noi-{n}": 200 for n in range(OFFICES)} | {SMALL: 1}
    offices = (OFFICE.format(id=i, slot=SLOT_MINUTES, capacity=c) for i, c in names.items())
    (folder / "offices.yaml").write_text("offices:" + "".join(offices), encoding="utf-8")
    settings = config.load(file, ENVIRONMENT)
    return Town(folder, file, settings, await _sign_in(settings, zalo, now), now)


async def _sign_in(settings: Settings, zalo: Zalo, now: datetime) -> tuple[str, ...]:
    """Officers at their desks, and a token of Zalo's, as `vneid-bot zalo login` leaves it."""
    database = open_database(settings)
    sessions = tuple(token_hex(16) for _ in range(OFFICERS))
    with database.transaction() as tx:
        for number, session in enumerate(sessions):
            name = f"officer.{number}"
            accounts.add(tx, name, "admin", [], "-", now)
            accounts.set_password(tx, name, "-", must_change=False)
            accounts.open_session(tx, token_id(session), name, "token", now)
    pair = zalo.new_pair()
    lifetime = timedelta(seconds=zalo.expires_in)
    granted = oauth.Granted(pair["access_token"], pair["refresh_token"], lifetime)
    await tokens.keep(database, Vault(KEY), settings.zalo_oa, granted, now)
    database.close()
    return sessions
