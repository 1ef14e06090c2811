"""Exchanging things one by one, as with counters on a table: the solver of the tasks on stocks."""

from __future__ import annotations

from collections.abc import Sequence


def exchanged(methods: Sequence[tuple[str, str]], heap: str, *, once: bool) -> str:
    """Give the heap that is left when no method can be carried out; every thing in it is one letter.

    A method takes the letters of its first string from the heap and puts those of its second one there. `once`: the
    turn goes to the next method after every application, and otherwise only when a method cannot be carried out.
    """
    turn, idle = 0, 0
    while idle < len(methods):
        taken, put = methods[turn]
        rest = _without(heap, taken)
        if rest is None:
            idle += 1
        else:
            heap = rest + put
            idle = 0
        if rest is None or once:
            turn = (turn + 1) % len(methods)
    return heap


def _without(heap: str, taken: str) -> str | None:
    for letter in taken:
        if letter not in heap:
            return None
        heap = heap.replace(letter, "", 1)
    return heap
