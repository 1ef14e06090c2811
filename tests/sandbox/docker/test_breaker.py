"""The breaker: an engine that keeps failing is asked ever more rarely, and everybody is told what it said."""

from __future__ import annotations

import pytest

from codesteer_tui.errors import SandboxError, SandboxUnavailable
from codesteer_tui.sandbox.docker import breaker as breakers
from codesteer_tui.sandbox.docker.breaker import Breaker

WORDS = SandboxError("The engine refused: overlay is broken.", "docker info")


class Clock:
    def __init__(self) -> None:
        self.now = 50.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(breakers, "time", made)
    return made


def _fail(breaker: Breaker, times: int = 1) -> None:
    for _ in range(times):
        breaker.attempt()
        breaker.failed(WORDS)


def test_two_failures_stop_nobody(clock: Clock) -> None:
    breaker = Breaker()
    _fail(breaker, 2)
    assert breaker.wait_s == 0
    breaker.check()
    breaker.attempt()


def test_the_third_failure_in_a_row_opens_it_with_the_engines_words_and_the_seconds(clock: Clock) -> None:
    breaker = Breaker()
    _fail(breaker, 3)
    for refuses in (breaker.check, breaker.attempt):
        with pytest.raises(SandboxUnavailable) as caught:
            refuses()
        assert caught.value.message == (
            "The engine refused: overlay is broken. (3 attempts failed; the next one is made in 1 s.)"
        )
        assert caught.value.remedy == "docker info"
        assert caught.value.__cause__ is WORDS


def test_the_pause_doubles_up_to_half_a_minute(clock: Clock) -> None:
    breaker = Breaker()
    _fail(breaker, 3)
    pauses = []
    for _ in range(8):
        pauses.append(breaker.wait_s)
        clock.now += breaker.wait_s
        _fail(breaker)
    assert pauses == pytest.approx([1, 2, 4, 8, 16, 30, 30, 30])


def test_thousands_of_failures_do_not_overflow_the_pause(clock: Clock) -> None:
    breaker = Breaker()
    for _ in range(3000):
        breaker.failed(WORDS)
    assert breaker.wait_s == 30


def test_after_the_pause_one_attempt_is_let_through_and_no_other_beside_it(clock: Clock) -> None:
    breaker = Breaker()
    _fail(breaker, 3)
    clock.now += 1
    breaker.check()
    breaker.attempt()
    with pytest.raises(SandboxUnavailable, match="in 1 s"):
        breaker.attempt()
    breaker.worked()
    breaker.attempt()


def test_an_attempt_of_which_nothing_is_heard_does_not_close_the_door_for_good(clock: Clock) -> None:
    breaker = Breaker()
    _fail(breaker, 3)
    clock.now += 1
    breaker.attempt()
    clock.now += 1
    breaker.attempt()


def test_seconds_are_rounded_up_so_that_none_is_never_said(clock: Clock) -> None:
    breaker = Breaker()
    _fail(breaker, 3)
    clock.now += 0.9
    with pytest.raises(SandboxUnavailable, match=r"in 1 s\."):
        breaker.check()


def test_a_success_forgets_all_failures(clock: Clock) -> None:
    breaker = Breaker()
    _fail(breaker, 3)
    clock.now += 1
    breaker.attempt()
    breaker.worked()
    _fail(breaker, 2)
    assert breaker.wait_s == 0
    _fail(breaker)
    assert breaker.wait_s == 1
