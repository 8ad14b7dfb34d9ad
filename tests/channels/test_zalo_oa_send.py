"""Sending through the Official Account: windows, forms, nights, quotas, and what errors mean."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.channels.zalo_oa import ZaloOaChannel
from bot.channels.zalo_oa.api import error_number
from bot.channels.zalo_oa.errors import OA, PHONE, Act, ZaloError, explain
from bot.core.crypto import Vault
from bot.core.messages import Address, Attachment, Button, Facts, Reply, Tone, Wish
from bot.delivery.errors import (
    NotBefore,
    OutsideWindow,
    Refused,
    SendError,
    Throttled,
    Unavailable,
    Uncertain,
    Unreachable,
)
from bot.outreach import message
from bot.outreach.message import Message
from bot.store.database import Database
from bot.store.people import interactions
from bot.store.staff import inbox
from tests.support.fakes.server import Fault
from tests.support.fakes.zalo import PNG, FakeZalo
from tests.support.people import Clock
from tests.support.zalo_service import AN, BINH, log_in, make_channel

HELLO = Reply(Tone.NOTICE, "Chào bạn")
QR = Attachment.of("image/png", "qr.png", PNG + b"qr")
TICKET = Reply(Tone.NOTICE, "Đã đặt lịch", (Button("Lịch của tôi", "visits"),), attachments=(QR,))
PARAMETERS = {"code": "ma_hen", "name": "ten"}
BY_UID = {"reminder": {"id": "123456", "parameters": PARAMETERS}}
BY_PHONE = {"reminder": {"id": "123456", "by": "phone", "parameters": PARAMETERS}}
EIGHT_DAYS = timedelta(days=8)


@pytest.fixture
async def make(
    zalo: FakeZalo, database: Database, vault: Vault, clock: Clock
) -> AsyncIterator[Any]:
    """`await make(**settings)`: a channel that is logged in, and AN has just written."""
    made: list[ZaloOaChannel] = []

    async def build(**settings: Any) -> ZaloOaChannel:
        await log_in(zalo, database, vault, clock)
        heard_from(zalo, database, clock)
        zalo.templates["123456"] = {"ma_hen", "ten"}
        made.append(make_channel(zalo, database, vault, clock, **settings))
        return made[-1]

    yield build
    for channel in made:
        await channel.close()


def heard_from(zalo: FakeZalo, database: Database, clock: Clock) -> None:
    zalo.interactions[AN] = clock()
    with database.transaction() as tx:
        interactions.note(tx, Address("zalo-oa", AN), clock())


def reminder(vault: Vault, phone: str = "84900000001") -> Reply:
    facts = Facts("reminder", {"code": "AB34CD", "name": "cô Ba"}, vault.seal(phone))
    return Reply(Tone.NOTICE, "Nhắc lịch hẹn", facts=facts)


def alerts(database: Database) -> list[str]:
    with database.transaction() as tx:
        return [row["text"] for row in inbox.alerts(tx)]


async def test_a_ticket_goes_out_as_text_with_buttons_and_a_picture(
    zalo: FakeZalo, make: Any
) -> None:
    receipt = await (await make()).send(AN, TICKET, "row")
    text, picture = zalo.to(AN)
    assert (text.text, text.taps) == ("Đã đặt lịch", {"Lịch của tôi": "#vneid:visits"})
    assert picture.image == QR.data
    assert len(receipt.split(",")) == 2


async def test_a_picture_is_uploaded_once_and_again_when_zalo_has_forgotten_it(
    zalo: FakeZalo, database: Database, make: Any, clock: Clock
) -> None:
    channel = await make()
    await channel.send(AN, TICKET, "row 1")
    await channel.send(AN, TICKET, "row 2")
    assert len(zalo.called("upload")) == 1
    zalo.uploads.clear()
    await channel.send(AN, TICKET, "row 3")
    assert len(zalo.called("upload")) == 2
    clock.move(days=6, minutes=1)
    heard_from(zalo, database, clock)
    await channel.send(AN, TICKET, "row 4")
    assert len(zalo.called("upload")) == 3
    assert [sent.image for sent in zalo.to(AN) if sent.image] == [QR.data] * 4


async def test_what_went_out_of_a_long_reply_is_not_sent_again(zalo: FakeZalo, make: Any) -> None:
    channel = await make()
    zalo.fail("upload", Fault(error=-200))
    with pytest.raises(Unavailable):
        await channel.send(AN, TICKET, "row")
    await channel.send(AN, TICKET, "row")
    assert [bool(sent.image) for sent in zalo.to(AN)] == [False, True]


@pytest.mark.parametrize(
    ("fault", "meaning"),
    [
        (Fault(error=-32), Throttled),
        (Fault(error=-200), Unavailable),
        (Fault(error=-201), Refused),
        (Fault(error=-209), Unavailable),
        (Fault(error=-211), NotBefore),
        (Fault(error=-213), Unreachable),
        (Fault(error=-227), Unreachable),
        (Fault(error=-230), OutsideWindow),
        (Fault(error=-234), NotBefore),
        (Fault(error=-321), Unavailable),
        (Fault(error=-99999), Refused),
        (Fault(status=500), Uncertain),
        (Fault(status=404), Uncertain),
        (Fault(status=429), Throttled),
        (Fault(drop="before"), Uncertain),
        (Fault(drop="after"), Uncertain),
    ],
)
async def test_each_error_says_what_the_courier_may_do(
    zalo: FakeZalo, make: Any, fault: Fault, meaning: type[SendError]
) -> None:
    channel = await make()
    zalo.fail("cs", fault)
    with pytest.raises(SendError) as caught:
        await channel.send(AN, HELLO, "row")
    assert type(caught.value) is meaning


async def test_a_server_that_is_away_got_nothing(zalo: FakeZalo, make: Any) -> None:
    channel = await make()
    await zalo.go_down()
    with pytest.raises(Unavailable, match="no connection"):
        await channel.send(AN, HELLO, "row")
    await zalo.come_up()
    await channel.send(AN, HELLO, "row")


async def test_too_fast_for_zalo_means_silence_to_all_for_a_while(
    zalo: FakeZalo, make: Any, clock: Clock
) -> None:
    channel = await make()
    zalo.interactions[BINH] = clock()
    zalo.fail("cs", Fault(error=-32))
    for person in (AN, BINH):
        with pytest.raises(Throttled):
            await channel.send(person, HELLO, f"row {person}")
    clock.move(seconds=31)
    await channel.send(BINH, HELLO, "row 2")
    assert len(zalo.called("cs")) == 1


async def test_the_rate_that_zalo_allows_is_kept_to_after_one_refusal(
    zalo: FakeZalo, make: Any, clock: Clock
) -> None:
    channel = await make()
    zalo.per_minute = 3
    for n in range(3):
        await channel.send(AN, HELLO, f"row {n}")
    with pytest.raises(Throttled):
        await channel.send(AN, HELLO, "row 4")
    clock.move(minutes=1)
    await channel.send(AN, HELLO, "row 4")


async def test_what_an_operator_must_mend_is_told_once_until_it_is_mended(
    zalo: FakeZalo, database: Database, make: Any
) -> None:
    channel = await make()
    for faults in (2, 1):
        zalo.fail("cs", *[Fault(error=-321, message="no money")] * faults)
        for _ in range(faults):
            with pytest.raises(Unavailable):
                await channel.send(AN, HELLO, "row")
        await channel.send(AN, HELLO, "row")
    texts = alerts(database)
    assert len(texts) == 2
    assert "lỗi -321 no money" in texts[0]


# --- the window and approved forms -----------------------------------------------------------------


async def test_within_seven_days_of_the_last_word_a_message_goes_out(
    zalo: FakeZalo, make: Any, clock: Clock
) -> None:
    channel = await make()
    clock.move(days=6, hours=23, minutes=59)
    await channel.send(AN, HELLO, "row")
    assert len(zalo.to(AN)) == 1


async def test_afterwards_zalo_is_not_even_asked(zalo: FakeZalo, make: Any, clock: Clock) -> None:
    channel = await make()
    clock.move(days=7)
    with pytest.raises(OutsideWindow):
        await channel.send(AN, HELLO, "row")
    assert zalo.called("cs") == []


async def test_somebody_whose_last_word_is_not_known_is_tried(
    zalo: FakeZalo, make: Any, clock: Clock
) -> None:
    channel = await make()
    zalo.interactions[BINH] = clock()
    await channel.send(BINH, HELLO, "row")
    zalo.interactions[BINH] -= EIGHT_DAYS
    with pytest.raises(OutsideWindow):
        await channel.send(BINH, HELLO, "row 2")


async def test_a_reminder_becomes_the_approved_form(
    zalo: FakeZalo, make: Any, clock: Clock, vault: Vault
) -> None:
    channel = await make(templates=BY_UID)
    clock.move(days=8)
    await channel.send(AN, reminder(vault), "row")
    (sent,) = zalo.to(AN)
    assert (sent.template, sent.values) == ("123456", {"ma_hen": "AB34CD", "ten": "cô Ba"})


async def test_the_form_is_tried_also_when_zalo_counts_the_days_differently(
    zalo: FakeZalo, make: Any, vault: Vault
) -> None:
    channel = await make(templates=BY_UID)
    zalo.interactions[AN] -= EIGHT_DAYS
    await channel.send(AN, reminder(vault), "row")
    assert [sent.template for sent in zalo.to(AN)] == ["123456"]


async def test_the_form_goes_to_the_phone_where_that_is_configured(
    zalo: FakeZalo, make: Any, clock: Clock, vault: Vault
) -> None:
    channel = await make(templates=BY_PHONE)
    clock.move(days=8)
    await channel.send(AN, reminder(vault), "row")
    assert [sent.template for sent in zalo.to("84900000001")] == ["123456"]
    assert zalo.called("phone")[0]["tracking_id"] == "row"


async def test_a_form_that_takes_no_accounts_goes_to_the_phone(
    zalo: FakeZalo, make: Any, clock: Clock, vault: Vault
) -> None:
    channel = await make(templates=BY_UID)
    zalo.by_phone_only.add("123456")
    clock.move(days=8)
    await channel.send(AN, reminder(vault), "row")
    assert [sent.template for sent in zalo.to("84900000001")] == ["123456"]
    with pytest.raises(OutsideWindow, match="no phone number"):
        await channel.send(AN, reminder(vault, phone=""), "row 2")


async def test_news_goes_as_the_approved_form_to_who_is_silent(
    zalo: FakeZalo, make: Any, clock: Clock
) -> None:
    zalo.templates["654321"] = {"tieu_de", "noi_dung"}
    parameters = {"title": "tieu_de", "text": "noi_dung"}
    channel = await make(templates={"news": {"id": "654321", "parameters": parameters}})
    said = message.reply(Message("Tối nay có điểm kích hoạt."), "c1", "Kích hoạt")
    clock.move(days=8)
    await channel.send(AN, said, "row")
    (sent,) = zalo.to(AN)
    assert sent.values == {"tieu_de": "Kích hoạt", "noi_dung": "Tối nay có điểm kích hoạt."}


async def test_what_is_no_reminder_has_no_form(zalo: FakeZalo, make: Any, clock: Clock) -> None:
    channel = await make(templates=BY_UID)
    clock.move(days=8)
    with pytest.raises(OutsideWindow):
        await channel.send(AN, HELLO, "row")


@pytest.mark.parametrize(
    ("hour", "minute", "morning"),
    [(21, 0, 10), (23, 30, 7 + 0.5), (6, 59, 1 / 60)],
)
async def test_no_form_goes_out_at_night(
    zalo: FakeZalo, make: Any, clock: Clock, vault: Vault, hour: int, minute: int, morning: float
) -> None:
    channel = await make(templates=BY_UID)
    clock.move(days=8, hours=hour - 10, minutes=minute)  # the clock began at 10:00
    with pytest.raises(NotBefore) as caught:
        await channel.send(AN, reminder(vault), "row")
    assert (caught.value.at - clock()) == timedelta(hours=morning)
    assert zalo.called("template") == []


@pytest.mark.parametrize(
    ("fault", "meaning"),
    [
        (Fault(error=-133), NotBefore),
        (Fault(error=-144), NotBefore),
        (Fault(error=-115), Unavailable),
        (Fault(error=-118), Refused),
        (Fault(error=-141), Refused),
    ],
)
async def test_errors_of_forms_by_phone_have_a_table_of_their_own(
    zalo: FakeZalo, make: Any, clock: Clock, vault: Vault, fault: Fault, meaning: type[SendError]
) -> None:
    channel = await make(templates=BY_PHONE)
    clock.move(days=8)
    zalo.fail("phone", fault)
    with pytest.raises(SendError) as caught:
        await channel.send(AN, reminder(vault), "row")
    assert type(caught.value) is meaning


async def test_a_day_s_quota_that_is_used_up_means_tomorrow(
    zalo: FakeZalo, make: Any, clock: Clock, vault: Vault
) -> None:
    channel = await make(templates=BY_PHONE)
    clock.move(days=8)
    zalo.quota = 0
    with pytest.raises(NotBefore) as caught:
        await channel.send(AN, reminder(vault), "row")
    assert caught.value.at == datetime(2026, 12, 3, 0, 5, tzinfo=UTC)  # 07:05 in Vietnam


# --- asking for a phone number -----------------------------------------------------------------------

ASKING = Reply(Tone.STEP, "Gửi số nhé", (Button("📱 Gửi số", wish=Wish.CONTACT),))
PICTURE = "https://bot.example/so.png"


async def test_the_number_is_asked_for_with_zalos_own_form(zalo: FakeZalo, make: Any) -> None:
    await (await make(info_image=PICTURE)).send(AN, ASKING, "row")
    assert [sent.asks_for_contact for sent in zalo.to(AN)] == [False, True]


@pytest.mark.parametrize("picture", ["", PICTURE])
async def test_without_that_form_the_number_is_typed(
    zalo: FakeZalo, make: Any, picture: str
) -> None:
    channel = await make(info_image=picture)
    if picture:
        zalo.fail("cs", Fault(), Fault(error=-201))
    await channel.send(AN, ASKING, "row")
    assert [sent.text for sent in zalo.to(AN)] == ["Gửi số nhé"]


# --- the tables --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "number"), [(0, 0), ("0", 0), ("-32", -32), (None, -1), ("x", -1), ([], -1)]
)
def test_an_answer_that_names_no_number_is_no_success(value: object, number: int) -> None:
    assert error_number(value) == number


@pytest.mark.parametrize("act", list(Act))
def test_every_act_has_a_meaning(act: Act) -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    assert isinstance(explain(ZaloError(-1, "x", act), now), SendError)


def test_a_number_means_the_same_in_both_tables() -> None:
    both = OA.keys() & PHONE.keys()
    assert {number for number in both if OA[number] is not PHONE[number]} == set()
