"""The lease: a box leaves when its owner falls silent, and not a moment before."""

from __future__ import annotations

import pytest

from codesteer_tui.sandbox.docker.caretaker import KEEP_ALIVE_S
from codesteer_tui.sandbox.inside import lease as leases
from codesteer_tui.sandbox.inside.lease import FIRST_S, LEASE_S, Lease


class Clock:
    def __init__(self) -> None:
        self.now = 7.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(leases, "time", made)
    return made


def test_a_box_waits_half_a_minute_for_its_first_word(clock: Clock) -> None:
    lease = Lease()
    assert lease.left(idle=True) == FIRST_S == 30
    clock.now += 29.5
    assert lease.left(idle=True) == 0.5
    clock.now += 0.5
    assert lease.left(idle=True) <= 0


def test_a_keep_alive_gives_half_a_minute_from_then_on(clock: Clock) -> None:
    lease = Lease()
    clock.now += 20
    lease.renew()
    assert lease.left(idle=True) == lease.left(idle=False) == LEASE_S == 30
    clock.now += 30
    assert lease.left(idle=True) <= 0
    assert lease.left(idle=False) <= 0


def test_an_owner_that_never_sent_one_cannot_lose_the_lease_while_its_program_runs(clock: Clock) -> None:
    lease = Lease()
    clock.now += 10_000
    assert lease.left(idle=False) > 0
    assert lease.left(idle=True) <= 0


def test_an_owner_that_keeps_it_up_keeps_its_box_for_ever(clock: Clock) -> None:
    lease = Lease()
    for _ in range(1000):
        lease.renew()
        clock.now += KEEP_ALIVE_S
        assert lease.left(idle=False) > 0


def test_several_keep_alives_may_be_lost_before_the_box_is() -> None:
    assert LEASE_S >= 4 * KEEP_ALIVE_S
