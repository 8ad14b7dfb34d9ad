"""Every channel can do all of it: the same conversations on the web, Telegram, Zalo OA and Zalo Bot.

The whole service runs, and the platforms' servers are our own; everything goes over real HTTP.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from bot.core.crypto import Vault
from bot.outreach import posters
from bot.outreach.message import Choice, Message
from bot.store.staff import inbox
from bot.store.values import Ids
from handlers.questions.handoff import reply_to
from tests.channels.citizens import Citizen, OnTelegram, OnTheWeb, OnZaloBot, OnZaloOa
from tests.support import sqlite
from tests.support.fakes import telegram, zalo, zalo_bot
from tests.support.paths import FAQ
from tests.support.people import Clock
from tests.support.subscribers import launch, plan, put
from tests.support.telegram_service import SECRET, Running
from tests.support.zalo_service import BOT_SECRET, KEY, log_in, oa_settings, serving

LOST = "Mất thẻ căn cước thì làm lại thế nào?"
ANSWER = "Bạn làm lại thẻ trên VNeID"
LONG = """
  - id: rat-dai
    question: Kể thật dài về thẻ căn cước đi?
    answer: {answer}
"""
PARAGRAPH = "Đoạn này nói rất nhiều điều về thẻ. " * 20
OFFICES = """
offices:
  - id: mau-a
    name: Công an phường Mẫu A
    address: Số 1 đường Mẫu
    ward: Phường Tân Phú
    services: [the]
    hours: {weekly: "T2-T6 08:00-11:00", capacity: 5}
"""
NEWS = Message("Tối nay có điểm kích hoạt.", "", (Choice("Mất thẻ", "ask:mat-the"),))
CHANNELS = ("web", "telegram", "zalo-oa", "zalo-bot")


@pytest.fixture
async def town(tmp_path: Path, clock: Clock) -> AsyncIterator[dict[str, Any]]:
    """The service with all channels on, and the servers they talk to."""
    faq = tmp_path / "dân hỏi"
    shutil.copytree(FAQ, faq)
    (tmp_path / "offices.yaml").write_text(OFFICES, encoding="utf-8")
    async with AsyncExitStack() as stack:
        servers = {
            "telegram": await stack.enter_async_context(telegram.FakeTelegram()),
            "zalo-oa": await stack.enter_async_context(zalo.FakeZalo(clock)),
            "zalo-bot": await stack.enter_async_context(zalo_bot.FakeZaloBot(clock)),
            "web": await stack.enter_async_context(ClientSession()),
        }
        database = sqlite.opened(tmp_path / "service.db")
        await log_in(servers["zalo-oa"], database, Vault(KEY), clock)
        database.close()
        service = await stack.enter_async_context(
            serving(tmp_path, clock, **_settings(servers, tmp_path, faq))
        )
        for name in ("telegram", "zalo-oa", "zalo-bot"):
            servers[name].target = service.url
        yield {"service": service, "faq": faq, **servers}


def _settings(servers: dict[str, Any], folder: Path, faq: Path) -> dict[str, Any]:
    bots = servers["zalo-bot"]
    return {
        "faq": str(faq),
        "public_url": zalo_bot.PUBLIC,
        "telegram": {"token": telegram.TOKEN, "webhook_secret": SECRET},
        "telegram_api_url": servers["telegram"].url,
        "zalo_oa": oa_settings(servers["zalo-oa"]),
        "zalo_bot": {
            "token": zalo_bot.TOKEN,
            "webhook_secret": BOT_SECRET,
            "api_url": bots.url,
        },
        "booking": {
            "offices": str(folder / "offices.yaml"),
            "services": [{"id": "the", "title": "Thẻ căn cước"}],
        },
    }


@pytest.fixture(params=CHANNELS)
async def citizen(request: pytest.FixtureRequest, town: dict[str, Any], clock: Clock) -> Citizen:
    name, service = str(request.param), town["service"]
    if name in ("telegram", "zalo-bot"):
        await town[name].until(lambda: town[name].webhook)
    kinds = {"web": OnTheWeb, "telegram": OnTelegram, "zalo-oa": OnZaloOa, "zalo-bot": OnZaloBot}
    made: Citizen = kinds[name](service, clock, town[name])
    return made


async def test_the_welcome_says_who_speaks_and_offers_the_menu(citizen: Citizen) -> None:
    heard = await citizen.opens()
    assert "trợ lý tự động" in heard.text
    assert "KHÔNG BAO GIỜ hỏi" in heard.text
    assert "Bạn cần hỏi về việc gì?" in (await citizen.taps("☰ Danh mục")).text
    assert "Mất thẻ, cấp lại" in (await citizen.taps("Mục để thử")).choices
    assert ANSWER in (await citizen.taps("Mất thẻ, cấp lại")).text


async def test_a_question_gets_a_sourced_answer_and_its_neighbours(citizen: Citizen) -> None:
    heard = await citizen.says("rot bop mat luon cai the can cuoc")
    assert ANSWER in heard.text
    if not isinstance(citizen, OnTheWeb):  # the page sets the source apart
        assert "Nguồn: khoản 2 Điều 24, Luật Căn cước" in heard.text
    assert "25.000 đ" in (await citizen.taps("Lệ phí làm thẻ")).text


async def test_an_answer_comes_as_a_picture_to_pass_on(citizen: Citizen) -> None:
    await citizen.says(LOST)
    heard = await citizen.taps("🖼 Ảnh để gửi nhóm")
    assert "Ảnh câu trả lời: Mất thẻ căn cước" in heard.text
    assert heard.pictures == 1


async def test_one_activates_step_by_step(citizen: Citizen) -> None:
    heard = await citizen.says("kich hoat giup toi")
    assert "Bước 1/8" in heard.text
    assert "Bước 2/8" in (await citizen.taps("✅ Có tin nhắn rồi")).text
    assert "Bước 1/8" in (await citizen.says("quay lại")).text
    assert "1900.0368" in (await citizen.taps("Chưa thấy tin nhắn")).text
    assert "Mình nhớ bạn đang ở bước nào" in (await citizen.taps("Để lúc khác")).text


async def test_the_number_of_a_choice_is_the_choice(citizen: Citizen) -> None:
    await citizen.says("menu")
    assert "Mục để thử: chọn" in (await citizen.says("1")).text


async def test_what_is_not_clear_is_asked_back(citizen: Citizen) -> None:
    heard = await citizen.says("thẻ căn cước")
    assert "Có phải bạn muốn hỏi:" in heard.text
    assert ANSWER in (await citizen.taps("Mất thẻ, cấp lại")).text


async def test_an_answer_is_voted_on_with_a_reason(citizen: Citizen) -> None:
    await citizen.says(LOST)
    assert "chưa ổn ở chỗ nào?" in (await citizen.taps("👎 Chưa đúng")).text
    assert "Cảm ơn bạn" in (await citizen.taps("Khó hiểu")).text
    (row,) = citizen.service.rows("SELECT vote, reason FROM questions")
    assert row == {"vote": "down", "reason": "unclear"}


async def test_an_officer_answers_into_the_same_chat(citizen: Citizen, clock: Clock) -> None:
    await citizen.opens()
    assert "chuyển cho cán bộ" in (await citizen.taps("Gặp cán bộ")).text
    assert "đã chuyển câu hỏi" in (await citizen.says("Nhà tôi ở xa thì sao?")).text
    with citizen.service.database.transaction() as tx:
        (row,) = inbox.waiting(tx)
        text, new_id = "Phường nào cũng được bác ạ.", Ids().new(clock())
        assert reply_to(tx, row["id"], text, clock(), new_id)
    heard = await citizen.listens()
    assert "👮 Cán bộ trả lời:\nPhường nào cũng được bác ạ." in heard.text
    assert "Bạn cần hỏi về việc gì?" in (await citizen.taps("☰ Danh mục")).text


@pytest.mark.parametrize(
    ("what", "words"),
    [("photo", "không xem và không lưu ảnh"), ("sticker", "Cảm ơn bạn 😊")],
)
async def test_what_is_no_text_is_answered_kindly(citizen: Citizen, what: str, words: str) -> None:
    if isinstance(citizen, OnTheWeb):
        pytest.skip("the page sends words, taps and places only")
    assert words in (await citizen.sends(what)).text


async def test_a_place_is_answered_with_what_is_near(citizen: Citizen) -> None:
    await _calendar_open(citizen.service)
    heard = await citizen.sends("location")
    # Zalo Bot hides it from us: then, as for everything hidden, where to call and go.
    hidden = isinstance(citizen, OnZaloBot)
    assert ("tổng đài 1900.0368" if hidden else "Công an phường Mẫu A") in (
        heard.text + "".join(heard.choices)
    )


async def test_a_choice_that_is_no_longer_there_says_so(
    citizen: Citizen, town: dict[str, Any]
) -> None:
    await citizen.says("thẻ căn cước")
    file = town["faq"] / "thu.yaml"
    entries = file.read_text(encoding="utf-8")
    kept = re.sub(r"  - id: le-phi\n(?:    .*\n)+", "", entries).replace("[le-phi, ", "[")
    file.write_text(kept, encoding="utf-8")
    await citizen.service.reload()
    assert "Nút này đã cũ" in (await citizen.taps("Lệ phí làm thẻ")).text


async def test_a_long_answer_arrives_whole_and_in_order(
    citizen: Citizen, town: dict[str, Any]
) -> None:
    file = town["faq"] / "thu.yaml"
    paragraphs = [f"({n}) {PARAGRAPH.strip()}" for n in range(9)]
    answer = '"' + "\\n\\n".join(paragraphs) + '"'
    text = file.read_text(encoding="utf-8") + LONG.format(answer=answer)
    file.write_text(text, encoding="utf-8")
    await citizen.service.reload()
    heard = await citizen.says("Kể thật dài về thẻ căn cước đi?")
    assert re.findall(r"\((\d)\)", heard.text) == list("012345678")
    assert heard.text.count("Đoạn này nói rất nhiều điều về thẻ.") == 9 * 20
    assert "Cảm ơn bạn 👍" in (await citizen.taps("👍 Đúng ý")).text


async def test_what_is_sent_twice_is_answered_once(citizen: Citizen) -> None:
    await citizen.says(LOST)
    assert (await citizen.does_it_again()).text == ""
    assert len(citizen.service.rows("SELECT id FROM questions")) == 1


async def test_personal_data_is_masked_and_a_scam_stopped(citizen: Citizen) -> None:
    heard = await citizen.says("số căn cước của tôi là 079000000001, mất thẻ thì sao")
    assert "Mình đã che đi" in heard.text
    assert not citizen.service.rows("SELECT id FROM incoming WHERE text LIKE '%079000000001%'")
    heard = await citizen.says("có người gọi xưng công an bảo đọc mã OTP")
    assert "DỪNG LẠI" in heard.text


async def test_a_visit_is_booked_with_a_picture_of_its_code_seen_and_cancelled(
    citizen: Citizen,
) -> None:
    await _calendar_open(citizen.service)
    await citizen.says("đặt lịch")
    await citizen.taps("Thẻ căn cước")
    await citizen.taps("Công an phường Mẫu A")
    await citizen.taps("Thứ Sáu 27/11")
    await citizen.taps("08:00")
    await citizen.says("cô Ba")
    heard = await citizen.taps("✅ Đồng ý, đặt lịch và nhắc tôi")
    assert heard.pictures == 1
    assert _code_in(heard.text) in (await citizen.says("lịch của tôi")).text
    await citizen.taps("Hủy hẹn")
    assert "Đã hủy lịch" in (await citizen.taps("Hủy lịch này")).text


async def test_a_yes_that_is_pressed_again_is_answered_with_the_booking(citizen: Citizen) -> None:
    await _calendar_open(citizen.service)
    await citizen.says("đặt lịch")
    for label in ("Thẻ căn cước", "Công an phường Mẫu A", "Thứ Sáu 27/11", "08:00"):
        await citizen.taps(label)
    form = (await citizen.says("cô Ba")).choices
    yes = next(choice for label, choice in form.items() if label.startswith("✅ Đồng ý, đặt lịch"))
    code = _code_in((await citizen.taps("✅ Đồng ý, đặt lịch và nhắc tôi")).text)
    said = (await citizen.presses(yes)).text
    assert code in said
    assert "08:00, Thứ Sáu 27/11/2026" in said
    assert "hết giờ" not in said
    # There a choice is a number, and that of the newest message is meant: to move, which it offers.
    offers = "Chỗ cũ vẫn giữ" if isinstance(citizen, OnZaloBot) else "Bạn đã đặt rồi"
    assert offers in said
    (row,) = citizen.service.rows("SELECT code, version FROM bookings WHERE state = 'booked'")
    assert row == {"code": code, "version": 1}


async def test_a_booking_is_reminded_of_and_answered_with_a_tap(
    citizen: Citizen, clock: Clock
) -> None:
    await _book(citizen)
    clock.move(days=2, hours=9)  # Thursday 19:00
    if isinstance(citizen, OnTheWeb):
        pytest.skip("nobody looks at a closed page: see the tests of reminders")
    heard = await citizen.listens()
    assert "⏰ Nhắc lịch hẹn" in heard.text
    assert "Cảm ơn bạn đã báo" in (await citizen.taps("✅ Tôi sẽ đến")).text
    (row,) = citizen.service.rows("SELECT answer FROM bookings WHERE state = 'booked'")
    assert row["answer"] == "coming"


async def test_a_posters_code_is_typed_and_its_link_opened_with_the_greeting_of_its_place(
    citizen: Citizen, clock: Clock
) -> None:
    with citizen.service.database.transaction() as tx:
        poster, _ = posters.put_up(tx, "nha-tro", "Nhà trọ Mẫu", clock(), "lan", "seed")
    heard = await citizen.says(f"pt {poster.code}")
    assert "Chào bạn công nhân!" in heard.text
    assert f"✅ Áp phích thật: PT-{poster.code}, dán tại Nhà trọ Mẫu" in heard.text
    assert "25.000 đ" in (await citizen.taps("Lệ phí làm thẻ")).text
    payload = posters.payload(Vault(KEY), poster.code)
    if isinstance(citizen, OnTheWeb | OnTelegram):  # no link to Zalo carries anything
        assert "Chào bạn công nhân!" in (await citizen.opens(payload)).text
        assert "KHÔNG phải do chúng tôi làm" in (await citizen.opens(f"{payload[:-1]}-")).text
    rows = citizen.service.rows("SELECT step, n FROM poster_counts ORDER BY step")
    assert rows == [{"step": "asked", "n": 1}, {"step": "scan", "n": 1}]


async def test_news_is_agreed_to_comes_and_is_ended_with_one_word(
    citizen: Citizen, clock: Clock
) -> None:
    await citizen.says("nhận tin")
    await citizen.taps("✅ Đồng ý nhận tin")
    await citizen.taps("Công nhân")
    assert "• Nhận tin: có" in (await citizen.taps("Chưa làm")).text
    database = citizen.service.database
    with database.transaction() as tx:
        wanted = plan(clock(), rule="nhóm = công nhân", message=NEWS)
        launch(tx, "c1", wanted, clock())
        put(tx, "c1", citizen.address, clock(), wanted.ends_at, NEWS)
    if not isinstance(citizen, OnTheWeb):  # its page is told by the courier, whom nobody waits for
        heard = await citizen.listens()
        assert "Tối nay có điểm kích hoạt" in heard.text
        assert "Nhắn DỪNG." in heard.text
        assert ANSWER in (await citizen.taps("Mất thẻ")).text
    assert "✅ Đã dừng" in (await citizen.says("DỪNG")).text
    rows = citizen.service.rows("SELECT news FROM profiles")
    assert [row["news"] for row in rows] == [0]


@pytest.mark.parametrize("known", [True, False])
async def test_who_types_anothers_number_books_sees_nothing_of_them_and_locks_nobody_out(
    citizen: Citizen, town: dict[str, Any], clock: Clock, known: bool
) -> None:
    """The same words whether the number is known or not."""
    owner = OnTheWeb(town["service"], clock, town["web"])
    await _book(owner, "Thứ Tư 02/12", phone="0900000001" if known else "0900000002")
    theirs = _code_in(owner.heard.text)
    await _book(citizen, phone="0900000001")
    mine = _code_in(citizen.heard.text)
    for heard in (citizen.heard, await citizen.says("lịch của tôi")):
        assert mine in heard.text
        assert theirs not in heard.text
        assert "02/12" not in heard.text
    assert theirs in (await owner.says("lịch của tôi")).text
    await owner.taps("Hủy hẹn")
    await owner.taps("Hủy lịch này")
    await _book(owner, "Thứ Năm 26/11", phone="0900000001")
    rows = citizen.service.rows("SELECT phone_mark FROM bookings WHERE state = 'booked'")
    assert len({row["phone_mark"] for row in rows}) == 1


# --- from one channel to another ---------------------------------------------------------------------


@pytest.fixture
async def silent(town: dict[str, Any], clock: Clock) -> OnZaloOa:
    """Somebody who has booked on the Official Account for eight days later."""
    citizen = OnZaloOa(town["service"], clock, town["zalo-oa"])
    await _book(citizen, "Thứ Tư 02/12", phone="0900000001")
    return citizen


EVENING_BEFORE = {"days": 7, "hours": 9, "minutes": 1}


async def test_whoever_books_far_ahead_is_told_to_tap_nearer_the_day_and_then_reminded(
    silent: OnZaloOa, clock: Clock
) -> None:
    assert "Từ Thứ Tư 25/11 trở đi" in silent.heard.text
    clock.move(days=2)
    await silent.taps("📋 Lịch của tôi")
    clock.move(days=5, hours=9, minutes=1)
    assert "⏰ Nhắc lịch hẹn" in (await silent.listens()).text


async def test_whoever_stays_silent_comes_on_the_officers_call_list(
    silent: OnZaloOa, clock: Clock
) -> None:
    clock.move(**EVENING_BEFORE)
    assert (await silent.listens()).text == ""
    calls = silent.service.rows("SELECT kind, reason FROM calls")
    assert [(row["kind"], "silent for too long" in row["reason"]) for row in calls] == [
        ("evening", True)
    ]


async def test_whoever_has_linked_telegram_is_reminded_there(
    silent: OnZaloOa, town: dict[str, Any], clock: Clock
) -> None:
    code = _code_in(silent.heard.text)
    await town["telegram"].until(lambda: town["telegram"].webhook)
    other = OnTelegram(town["service"], clock, town["telegram"])
    for words in ("liên kết", code, "0900000001"):
        await other.says(words)
    told = (await silent.listens()).text
    found = re.search(r"10 phút: (\w{6})", told)
    assert found
    assert "✅ Đã liên kết" in (await other.says(found[1])).text
    assert code in (await other.says("lịch của tôi")).text
    clock.move(**EVENING_BEFORE)
    await silent.listens()
    assert "⏰ Nhắc lịch hẹn" in (await other.listens()).text
    assert silent.service.count("calls") == 0


def _code_in(text: str) -> str:
    found = re.search(r"Mã hẹn: (\w{6})", text)
    assert found
    return found[1]


async def _book(citizen: Citizen, day: str = "Thứ Sáu 27/11", phone: str = "") -> None:
    await _calendar_open(citizen.service)
    steps = ["đặt lịch", "!Thẻ căn cước", "!Công an phường Mẫu A", f"!{day}", "!08:00", "cô Ba"]
    for step in (*steps, *([phone] if phone else []), "!✅ Đồng ý, đặt lịch và nhắc tôi"):
        heard = await (citizen.taps(step[1:]) if step[0] == "!" else citizen.says(step))
    assert "✅ Đã đặt lịch" in heard.text


async def _calendar_open(service: Running) -> None:
    await service.until(lambda: service.count("slots"))
