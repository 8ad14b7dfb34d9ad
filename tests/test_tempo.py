"""The tempo: never more in a second than a platform takes, whatever the network does; replies first."""

from __future__ import annotations

import asyncio
import heapq
import math

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.delivery.pacing import Tempo, Window

DELAYS = st.lists(
    st.tuples(st.floats(0, 0.4), st.floats(0, 0.4)), min_size=50, max_size=150
)  # until it arrives, and from there to the answer


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 60), DELAYS)
def test_the_platform_never_sees_more_in_any_second_whatever_the_network_does(
    rate: int, delays: list[tuple[float, float]]
) -> None:
    window, now = Window(rate), 0.0
    answers: list[float] = []
    arrivals: list[float] = []
    for there, back in delays:
        while (wait := window.wait(now)) > 0:
            now = heapq.heappop(answers) if math.isinf(wait) else _until(window, answers, now, wait)
            if math.isinf(wait):
                window.end(now)
        window.begin()
        arrivals.append(now + there)
        heapq.heappush(answers, now + there + back)
    arrivals.sort()
    for number, at in enumerate(arrivals):
        inside = [other for other in arrivals[number:] if other < at + window.length - 1e-9]
        assert len(inside) <= window.most


def _until(window: Window, answers: list[float], now: float, wait: float) -> float:
    """Time passes; answers that come meanwhile are told."""
    while answers and answers[0] <= now + wait:
        window.end(heapq.heappop(answers))
    return now + wait + 1e-9


def test_a_rate_of_less_than_one_a_second_has_a_longer_window() -> None:
    window = Window(0.5)
    window.begin()
    window.end(0.0)
    window.begin()
    window.end(1.0)
    assert window.wait(3.9) > 0
    assert window.wait(4.0) == 0


def test_while_answers_are_awaited_only_an_answer_makes_room() -> None:
    window = Window(2)
    window.begin()
    window.begin()
    assert math.isinf(window.wait(100.0))
    window.end(100.0)
    assert window.wait(100.25) == 0.75


class Times:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_a_reply_goes_before_a_campaign_and_has_a_place_kept_for_it() -> None:
    times = Times()
    tempo = Tempo(3, clock=times)
    for _ in range(2):  # a campaign takes all but one place
        times.now += 1 / 3
        async with tempo.spread(), tempo.message():
            pass
    waiting = asyncio.create_task(_spread(tempo))
    async with asyncio.timeout(5), tempo.message():
        pass  # at once, though the campaign has to wait
    assert not waiting.done()
    times.now += 2.0
    async with asyncio.timeout(5), tempo.message():
        pass
    async with asyncio.timeout(5):
        await waiting


async def _spread(tempo: Tempo) -> None:
    async with tempo.spread():
        pass


async def test_a_fast_platform_gets_one_message_of_a_campaign_at_a_time_and_a_slow_one_more() -> (
    None
):
    times = Times()
    tempo = Tempo(30, most=8, clock=times)
    assert tempo.depth == 1
    for seconds, depth in ((0.02, 1), (0.09, 3), (1.0, 8)):
        for _ in range(20):
            times.now += 1.0
            async with tempo.spread() as turn:
                times.now += seconds
                turn.sent = True
        assert tempo.depth == depth


async def test_a_turn_with_nothing_to_send_tells_nothing_of_the_platform() -> None:
    times = Times()
    tempo = Tempo(30, most=8, clock=times)
    async with tempo.spread():
        times.now += 10
    assert tempo.depth == 1
