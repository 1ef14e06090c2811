"""Comparing sessions: what each came to, and where the course of two of them first differs."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from codesteer_tui import events as ev
from codesteer_tui.events import Event
from codesteer_tui.sessions.comparing import (
    LABELS,
    Figures,
    as_lines,
    compare,
    course_lines,
    figures,
    state_of,
)
from codesteer_tui.sessions.store import read_recording
from codesteer_tui.transcript import Transcript
from codesteer_tui.values import ExecutionResult
from tests.recordings.build import HERE, RECORDINGS, game24

NAMES = ("A", "B")


def changed(kind: type[Event], change: Callable[[Event], Event], number: int = 0) -> Transcript:
    """The game with the event of one kind in one round replaced."""
    return Transcript.of(
        change(event) if isinstance(event, kind) and getattr(event, "round", number) == number else event
        for event in game24()
    )


def test_a_session_is_the_same_as_itself() -> None:
    for events in [*(make() for make in RECORDINGS.values()), read_recording(HERE / "declined.jsonl").events]:
        comparison = compare(Transcript.of(events), Transcript.of(events))
        assert comparison.first is None
        assert comparison.same_problem
        assert {state_of(pair, NAMES) for pair in comparison.pairs} <= {"the same in both"}


def test_whoever_steered_is_named_and_the_persons_own_answer_is_marked() -> None:
    assert figures(Transcript.of(game24())).steering == "built-in rules"
    end = ev.Finished(answer="24", answer_round=1, reason="taken", own_run="x9")
    for mode, said in [("manual", "the person"), ("approve", "built-in rules, approved by the person")]:
        first = msgspec.structs.replace(game24()[0], mode=mode)
        told = figures(Transcript.of([first, *game24()[1:-1], end]))
        assert (told.steering, told.answer) == (said, "* 24 (by the person)")
    change = ev.ModeChanged(before="auto", after="manual", round=1)
    assert figures(Transcript.of([*game24()[:-1], change])).steering == "built-in rules, auto -> manual"


def test_time_tokens_and_memory_make_no_difference() -> None:
    def slower(event: Event) -> Event:
        assert isinstance(event, ev.ExecutionFinished)
        assert isinstance(event.result, ExecutionResult)
        result = msgspec.structs.replace(event.result, wall_ms=9e3, peak_bytes=1)
        return msgspec.structs.replace(event, result=result, at=event.at + 1)

    other = changed(ev.ExecutionFinished, slower, 1)
    assert compare(Transcript.of(game24()), other).first is None


def test_the_first_difference_is_the_earliest_fact_with_its_first_other_line() -> None:
    def otherwise(event: Event) -> Event:
        assert isinstance(event, ev.AnswerGiven)
        lines = event.text.split("\n")
        return msgspec.structs.replace(event, text="\n".join([*lines[:2], "something else", *lines[3:]]))

    a, b = Transcript.of(game24()), changed(ev.AnswerGiven, otherwise, 1)
    comparison = compare(a, b)
    assert [bool(pair.different) for pair in comparison.pairs] == [False, True, False]
    assert comparison.first is not None
    number, fact = comparison.first
    assert (number, fact.name, fact.line) == (1, "answer", 3)
    assert a.rounds[1].answer is not None
    assert fact.lines == (a.rounds[1].answer.text.split("\n")[2], "something else")
    shown = "\n".join(course_lines(comparison, NAMES, 80))
    assert "R0  the same in both" in shown
    assert "R1  not the same: answer" in shown
    assert "first difference: R1, answer, line 3" in shown
    assert "  B  something else" in shown


def test_a_round_that_only_one_of_them_has_is_said_to_be_there() -> None:
    events = game24()
    end = next(i for i, e in enumerate(events) if isinstance(e, ev.RoundStarted) and e.round == 1)
    comparison = compare(Transcript.of(events), Transcript.of(events[:end]))
    assert [state_of(pair, NAMES) for pair in comparison.pairs] == [
        "the same in both",
        "only in A",
        "only in A",
    ]
    assert comparison.first is not None
    assert (comparison.first[0], comparison.first[1].b) == (1, "")


def test_other_problems_are_pointed_out() -> None:
    a, b = (
        Transcript.of(read_recording(HERE / f"{name}.jsonl").events) for name in ("demo_game24", "declined")
    )
    comparison = compare(a, b)
    assert not comparison.same_problem
    assert course_lines(comparison, NAMES, 80)[0] == "The problems are not the same."


@pytest.mark.parametrize("name", RECORDINGS)
def test_figures_are_said_in_words_whatever_the_session_came_to(name: str) -> None:
    events = RECORDINGS[name]()
    for until in range(len(events) + 1):
        told = msgspec.structs.asdict(figures(Transcript.of(events[:until])))
        assert all(told.values()), until


def test_every_figure_has_a_label_and_a_line_in_the_table() -> None:
    assert list(LABELS) == [field.name for field in msgspec.structs.fields(Figures)]
    side = figures(Transcript.of(game24()))
    lines = as_lines([side, side, side], ["A", "B", "C"], 100)
    assert len(lines) == 1 + len(LABELS)
    assert all(len(line) <= 100 for line in lines)
    assert lines[0].split() == ["A", "B", "C"]
    assert sum(side.ground_truth in line for line in lines) >= 1


def test_a_baseline_is_called_one() -> None:
    start = game24()[0]
    assert isinstance(start, ev.SessionStarted)
    plain = Transcript.of([msgspec.structs.replace(start, baseline="code"), *game24()[1:]])
    assert figures(plain).steering == "baseline: code only"


def test_what_a_program_printed_cannot_act_on_the_terminal() -> None:
    def hostile(event: Event) -> Event:
        assert isinstance(event, ev.ExecutionFinished)
        assert isinstance(event.result, ExecutionResult)
        result = msgspec.structs.replace(event.result, stdout="\x1b[31mred\x07\u202e")
        return msgspec.structs.replace(event, result=result)

    comparison = compare(Transcript.of(game24()), changed(ev.ExecutionFinished, hostile, 1))
    shown = "\n".join(course_lines(comparison, NAMES, 80))
    assert "red" in shown
    assert not {"\x1b", "\x07", "\u202e"} & set(shown)
