"""What people do, one story at a time; the dice say who and what."""

from __future__ import annotations

import asyncio
import re
import time
import unicodedata
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot.core.actions import (
    AcceptOffer,
    Action,
    CancelNow,
    Coming,
    Confirm,
    Hold,
    JoinWaitingList,
    Menu,
    MoveToHour,
    NoName,
    parse,
)
from tests.soak.citizens import Citizen, OnTheWeb, World
from tests.soak.ledger import Arrival, Visit
from tests.soak.town import OFFICES, SERVICES, SMALL, Town
from tests.support.buttons import first, those
from tests.support.load import questions

CODE = re.compile(r"[Mm]ã(?: hẹn:)? ([A-Z0-9]{6})\b")
BOOKED, MOVED, CANCELLED, WAITS = "✅ Đã đặt lịch", "✅ Đã đổi lịch", "Đã hủy lịch", "danh sách chờ"
NOT_LIVE, KEPT = "không còn nữa", "Lịch cũ của bạn vẫn giữ nguyên"
SAME = "Bạn đã đặt rồi"  # it is at that very hour
TODAY = (timedelta(minutes=62), timedelta(minutes=115))  # reminded within the hour
TOMORROW = (timedelta(hours=23), timedelta(hours=30))  # reminded this evening


class Stories:
    """All that people may do in *town*."""

    def __init__(self, world: World, town: Town, clock: Callable[[], datetime]) -> None:
        """*clock* is the service's."""
        self.world, self.town, self.dice, self.clock = world, town, world.dice, clock
        self.questions = questions()
        today = [town.slots(f"noi-{n}", *TODAY) for n in range(OFFICES)]
        tomorrow = [town.slots(f"noi-{n}", *TOMORROW) for n in range(OFFICES)]
        self.slots = [slot for office in [*today, *today, *tomorrow] for slot in office]
        self.few = town.slots(SMALL, *TODAY)

    async def one(self, citizen: Citizen) -> None:
        """The next thing that *citizen* does."""
        citizen.forgets()
        if citizen.channel == "zalo-bot":
            stories, odds = [self.asks, self.asks_at_once, self.menu], (8, 1, 2)
        elif citizen.code:
            stories = [self.asks, self.moves, self.cancels, self.comes, self.asks_at_once]
            odds = (5, 2, 1, 2, 1)
        else:
            stories = [self.asks, self.books, self.waits, self.officer, self.asks_at_once]
            odds = (6, 6, 1, 0.3, 1)
        await self.dice.choices(stories, odds)[0](citizen)

    # --- questions -------------------------------------------------------------------------------

    def question(self) -> str:
        """As people type: with and without marks, in capitals, in a hurry."""
        text = self.dice.choice(self.questions)
        match self.dice.randrange(5):
            case 0:
                return without_marks(text)
            case 1:
                return text.upper()
            case 2:
                return f"{text} {self.dice.randrange(1000)}"
        return text

    async def asks(self, citizen: Citizen) -> None:
        await citizen.says(self.question())
        await citizen.hears(lambda arrival: True)

    async def asks_at_once(self, citizen: Citizen) -> None:
        """Three messages in a row, without waiting for any answer."""
        for _ in range(3):
            await citizen.says(self.question())
        await citizen.hears(lambda arrival: True)

    async def menu(self, citizen: Citizen) -> None:
        await citizen.says("menu")
        await citizen.hears(lambda arrival: True)
        await citizen.presses(Menu().pack())

    async def officer(self, citizen: Citizen) -> None:
        await citizen.says("gặp cán bộ")
        await citizen.hears(lambda arrival: True)

    # --- visits ----------------------------------------------------------------------------------

    async def books(self, citizen: Citizen) -> None:
        """Two taps and a yes; what they are told is what must be."""
        service, slot = self.dice.choice(SERVICES), self.dice.choice(self.slots)
        if self.dice.random() < 0.1:
            slot = self.dice.choice(self.few)
        if citizen.code:
            return
        step = await self._press(citizen, Hold(service, slot), NoName, Confirm)
        if step and (unnamed := first(NoName, step.data)):
            step = await self._press(citizen, unnamed, Confirm)
        remind = self.dice.choices((True, False), (9, 1))[0]
        choices = those(Confirm, step.data) if step else []
        yes = next((one for one in choices if one.remind is remind), None)
        if yes is None:
            self.world.ledger.notes["found no place"] += 1
            return
        before = self.clock()
        await citizen.presses(yes.pack())
        told = await citizen.hears(lambda arrival: BOOKED in arrival.text)
        self._booked(citizen, told, slot, remind, before)

    def _booked(
        self, citizen: Citizen, told: Arrival | None, slot: str, reminded: bool, before: datetime
    ) -> None:
        """Note what *citizen* was *told*, if they were. The clock may have been set meanwhile: the
        later time is the one whose reminders must be there."""
        if told and (found := CODE.search(told.text)):
            citizen.code = code = found[1]
            self.world.ledger.visits[code] = Visit(
                code,
                citizen.channel,
                citizen.user,
                slot,
                reminded,
                time.monotonic(),
                max(before, self.clock()),
            )

    async def moves(self, citizen: Citizen) -> None:
        before = self.clock()
        office = self.world.ledger.visits[citizen.code].slot.partition(".")[0] + "."
        slot = self.dice.choice([one for one in self.slots if one.startswith(office)] or self.few)
        if told := await self._changes(citizen, MoveToHour(citizen.code, slot), MOVED):
            visit = self.world.ledger.visits[citizen.code]
            if MOVED in told.text:
                visit.ends(before)
                visit.slot, visit.version = slot, visit.version + 1
                visit.at, visit.booked = time.monotonic(), self.clock()

    async def cancels(self, citizen: Citizen) -> None:
        before = self.clock()
        if told := await self._changes(citizen, CancelNow(citizen.code), CANCELLED):
            if CANCELLED in told.text:
                visit = self.world.ledger.visits[citizen.code]
                visit.ends(before)
                visit.state = "cancelled"
            citizen.code = ""

    async def comes(self, citizen: Citizen) -> None:
        await self._press(citizen, Coming((citizen.code,)), Action)

    async def waits(self, citizen: Citizen) -> None:
        """Get on the list of the small office; take what is offered."""
        await citizen.presses(JoinWaitingList("the", SMALL).pack())
        if isinstance(citizen, OnTheWeb):
            return
        heard = await citizen.hears(lambda arrival: first(AcceptOffer, arrival.data) is not None)
        offer = first(AcceptOffer, heard.data) if heard else None
        if offer:
            self.world.ledger.notes["places offered"] += 1
            await citizen.presses(offer.pack())
            self._booked(
                citizen, await citizen.hears(lambda a: BOOKED in a.text), "", False, self.clock()
            )

    async def _changes(self, citizen: Citizen, action: Action, good: str) -> Arrival | None:
        """Change a booking; until the outcome is seen, both are right."""
        visit = self.world.ledger.visits[citizen.code]
        visit.pending += 1
        await citizen.presses(action.pack())
        answers = (good, NOT_LIVE, KEPT, SAME)
        told = await citizen.hears(lambda a: any(answer in a.text for answer in answers))
        visit.pending -= 1
        visit.doubtful |= told is None
        return told

    async def _press(
        self, citizen: Citizen, action: Action, *wanted: type[Action]
    ) -> Arrival | None:
        """Press, and wait for a message with a button of one of the *wanted* kinds, or without any."""
        await citizen.presses(action.pack())
        return await citizen.hears(
            lambda arrival: (
                any(isinstance(parse(one), wanted) for one in arrival.data) or not arrival.data
            )
        )


def without_marks(text: str) -> str:
    bare = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in bare if not unicodedata.combining(c))


Story = Callable[[Citizen], Awaitable[None]]


class Crowd:
    """People of all channels, of whom *rate* begin something each second."""

    def __init__(self, stories: Stories, people: list[Citizen], rate: float) -> None:
        self.stories, self.people, self.rate = stories, people, rate
        self._acting: set[asyncio.Task[None]] = set()

    async def go(self) -> None:
        """Until the world is over; then what was begun is finished."""
        world = self.stories.world
        while not world.over.is_set():
            await asyncio.sleep(world.dice.expovariate(self.rate))
            idle = [one for one in world.dice.sample(self.people, 20) if not one.busy]
            if idle:
                self._begin(idle[0])
            else:
                world.ledger.notes["nobody was idle"] += 1
        if self._acting:
            await asyncio.wait(self._acting)

    def _begin(self, citizen: Citizen) -> None:
        citizen.busy = True
        task = asyncio.create_task(self._act(citizen))
        self._acting.add(task)
        task.add_done_callback(self._acting.discard)

    async def _act(self, citizen: Citizen) -> None:
        try:
            await self.stories.one(citizen)
        except Exception as error:  # a bug of the soak's own: without this nobody would hear of it
            self.stories.world.ledger.unfriendly.append(f"a story broke off: {error!r}")
        finally:
            citizen.busy = False
