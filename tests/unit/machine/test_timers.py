"""What the run waits for by the clock."""

from __future__ import annotations

from random import Random
from typing import get_args

from foretell_runtime.machine.timers import Timer, Timers, What


def test_the_next_is_always_the_earliest_that_still_stands() -> None:
    rng = Random(1)
    timers, expected = Timers(), dict[tuple[str, What], Timer]()
    compared = 0
    for _ in range(3000):
        node, what = rng.choice("abcde"), rng.choice(get_args(What))
        if rng.random() < 0.6:
            at = float(rng.randrange(20))
            timers.set(node, what, at)
            expected[node, what] = Timer(at, node, what)
        elif rng.random() < 0.5:
            timers.drop(node, what)
            expected.pop((node, what), None)
        else:
            timers.drop(node)
            expected = {key: timer for key, timer in expected.items() if key[0] != node}
        assert list(timers) == sorted(expected.values())
        assert bool(timers) is bool(expected)
        first = min(expected.values(), default=None)
        assert (timers.next and timers.next.at) == (first and first.at)
        now = rng.randrange(20)
        due = timers.due(now)
        assert (due is not None) is (first is not None and first.at <= now)
        compared += first is not None
    assert compared > 1000


def test_setting_a_timer_again_moves_it() -> None:
    timers = Timers()
    for at in (5.0, 9.0, 7.0):
        timers.set("a", "retry", at)
    assert timers.due(6) is None
    assert timers.due(7) == Timer(7, "a", "retry")
    timers.drop("a")
    assert timers.next is None


def test_a_clock_that_was_set_back_makes_no_wait_longer_than_it_was_meant_to_be() -> None:
    timers = Timers()
    timers.set("near", "retry", 1_000_010, within=10)
    timers.set("far", "retry", 1_000_500, within=500)
    timers.set("calendar", "retry", 1_000_020)
    timers.resumed(5_000)
    assert {timer.node: timer.at for timer in timers} == {
        "near": 5_010, "far": 5_500, "calendar": 1_000_020,
    }  # fmt: skip
    assert timers.next == Timer(5_010, "near", "retry", 10)


def test_a_clock_that_went_on_leaves_every_moment_where_it_was() -> None:
    timers = Timers()
    timers.set("past", "retry", 100, within=10)
    timers.set("ahead", "retry", 300, within=200)
    before = list(timers)
    timers.resumed(200)
    assert list(timers) == before
    assert timers.due(200) == before[0]
