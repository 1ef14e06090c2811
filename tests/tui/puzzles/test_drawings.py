"""Every drawing: of a problem, of right and of wrong answers, and of whatever else a text may hold."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import generate, look, tasks, verify
from codesteer_tui.symbench.task import SeenTask
from codesteer_tui.tui import puzzles
from codesteer_tui.tui.blocks import text_of
from tests.symbench.case import case_of
from tests.symbench.test_tasks import HOSTILE

DRAWN = pytest.mark.parametrize("task_id", list(puzzles.MODULES))
WIDTHS = (1, 38, 76, 150)


def solved(problem: Problem) -> str:
    found = tasks[problem.task].solve(problem)
    assert found is not None
    return found


def drawn(problem: Problem, answer: str | None, width: int = 100) -> str:
    seen = puzzles.judged(problem, answer) if answer is not None else None
    said = puzzles.said(seen) if seen else []
    return text_of([*said, *puzzles.draw(problem, seen, width)])


@DRAWN
def test_every_drawn_task_tells_what_its_verifier_sees(task_id: str) -> None:
    assert isinstance(tasks[task_id], SeenTask)


@DRAWN
def test_a_problem_is_drawn_from_its_data_alone(task_id: str) -> None:
    problem = generate(task_id, seed=3)
    bare = Problem("", task=task_id, parameters=problem.parameters)
    assert drawn(problem, None) == drawn(bare, None)
    assert drawn(problem, None).strip()
    assert drawn(problem, None) != drawn(generate(task_id, seed=4), None)


@DRAWN
def test_a_right_answer_is_drawn_without_a_mark(task_id: str) -> None:
    problem = generate(task_id, seed=5)
    seen = puzzles.judged(problem, solved(problem))
    assert seen is not None
    assert seen.verdict.outcome == "pass"
    assert not seen.broken
    shown = drawn(problem, solved(problem))
    assert shown.startswith("+ pass")
    assert "x FAIL" not in shown
    assert shown != drawn(problem, None), "the answer is in the drawing"


@DRAWN
def test_wrong_answers_are_drawn_with_the_verdict_of_the_verifier(task_id: str) -> None:
    rng = Random(1)
    marked = 0
    for seed in range(4):
        problem = generate(task_id, seed=seed)
        right = drawn(problem, solved(problem))
        for answer in case_of(task_id).wrong(rng, problem, solved(problem)):
            seen = look(problem, answer)
            assert seen.verdict == verify(problem, answer)
            assert seen.verdict.outcome != "pass"
            assert (seen.value is None) or seen.broken, "what was read and is wrong says where"
            shown = drawn(problem, answer)
            assert shown != right
            assert ("cannot be drawn" in shown) == (seen.value is None)
            marked += seen.value is not None
    assert marked > 3, "most wrong answers can be read, and are drawn"


@DRAWN
def test_the_first_broken_rule_is_the_reason_of_the_verdict(task_id: str) -> None:
    problem = generate(task_id, seed=2)
    for answer in case_of(task_id).wrong(Random(2), problem, solved(problem)):
        seen = look(problem, answer)
        if seen.broken:
            assert seen.verdict.reason == seen.broken[0].reason


@DRAWN
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_answers_are_drawn_or_said_to_be_unreadable(task_id: str, name: str) -> None:
    problem = generate(task_id, seed=1)
    shown = drawn(problem, HOSTILE[name], width=76)
    assert len(shown) < 100_000
    assert "\x00" not in shown
    assert "\x1b" not in shown


@DRAWN
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_answer_text_stops_a_drawing(task_id: str, data: st.DataObject) -> None:
    problem = generate(task_id, seed=data.draw(st.integers(0, 20)))
    right = solved(problem)
    at = data.draw(st.integers(0, len(right)))
    upto = data.draw(st.integers(at, min(len(right), at + 20)))
    put = data.draw(
        st.one_of(st.text(max_size=20), st.sampled_from(["1", "9" * 50, "-1", ", ", "[", "]]", "\n", "0.5"]))
    )
    answer = data.draw(
        st.sampled_from([right[:at] + put + right[upto:], put, f"<<<{put}>>>", right[at:upto]])
    )
    for width in WIDTHS:
        drawn(problem, answer, width)


@DRAWN
def test_the_easiest_and_hardest_problems_are_drawn_in_every_width(task_id: str) -> None:
    case, rng = case_of(task_id), Random(7)
    for knobs in [case.HARDEST, *(case.knobs(rng) for _ in range(5))]:
        problem = generate(task_id, 1, **knobs)
        for width in WIDTHS:
            assert drawn(problem, None, width).strip()


@DRAWN
def test_data_that_cannot_be_used_are_said_to_be_so(task_id: str) -> None:
    names = generate(task_id, seed=1).parameters
    problem = Problem("?", task=task_id, parameters={name: {"odd": [None]} for name in names})
    shown = drawn(problem, "<<<1>>>")
    assert "cannot be used" in shown


@DRAWN
def test_a_mark_never_hangs_on_colour_alone(task_id: str) -> None:
    """A wrong answer that is drawn differs from the right one in its characters, wherever a place is at fault."""
    problem = generate(task_id, seed=6)
    for answer in case_of(task_id).wrong(Random(3), problem, solved(problem)):
        seen = look(problem, answer)
        if any(broken.where for broken in seen.broken):
            shown = text_of(puzzles.draw(problem, seen, 100))
            assert "[" in shown or "x a piece that is not allowed" in shown


ODD = {
    "no blocks": (
        "Blocksworld",
        {"initial": {"stack1": []}, "goal": {"elsewhere": ["a block with a long name, too"]}},
    ),
    "blocks without stacks": ("Blocksworld", {"initial": {}, "goal": {}}),
    "squares with gaps": (
        "BoxNet1",
        {"state": {"0.5_0.5": ["box_pink", "box_pi"], "7_1.5": ["target_pink"]}},
    ),
    "a room that is a point": (
        "path_plan",
        {"boxes": {}, "walls": [], "start": [1, 1], "end": [1, 1], "visit": [], "avoid": []},
    ),
    "a wide room": (
        "path_plan",
        {
            "boxes": {"red": [1e6, -1e6, 0, 0.001], "grün \x1b[31m": [0, 0, 0, 0]},
            "walls": [],
            "start": [0, 0],
            "end": [5, 0],
            "visit": ["red"],
            "avoid": [],
        },
    ),
    "many lights": (
        "light_puzzles",
        {
            "n": 50,
            "initial_state": [[0] * 50] * 50,
            "buttons": {f"B{k}": [[1, 1]] for k in range(100)},
            "operations": ["B1"] * 10_000,
        },
    ),
    "a large board": (
        "reversi",
        {"board_size": 40, "moves": [[1, 1]], "true_start_board": ["*" * 40] * 40},
    ),
    "a large tile": ("2048", {"grid": [[2**60]], "moves": "u" * 10_000, "start_pos": [0, 0]}),
    "an odd order": (
        "permutations_and_combinations",
        {"items": ["A", "B"], "constraints_text": "nobody knows what this means"},
    ),
    "letters that are none": ("letters", {"word": "\x1b[31m\n\u202e" * 2_000, "letter": "\n"}),
    "one number": ("game24", {"numbers": [7], "target": 7}),
    "a walk in words": ("navigate", {"instructions": ["turn left"] * 5_000}),
    "a web of nobody": ("web_of_lies", {}),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_data_are_drawn_all_the_same(name: str) -> None:
    task_id, parameters = ODD[name]
    problem = Problem("?", task=task_id, parameters=parameters, gold="<<<Yes>>>")
    for answer in (
        None,
        "<<<1>>>",
        "<<<>>>",
        "<<<[(0, 0), (1e5, -7)]>>>",
        "<<<Yes>>>",
        "<<<7>>>",
        "<<<A, B>>>",
    ):
        for width in WIDTHS:
            shown = drawn(problem, answer, width)
            assert "\x1b" not in shown
            assert len(shown) < 200_000


def test_the_legend_of_2048_names_the_tile_that_moves() -> None:
    problem = Problem("", task="2048", parameters={"grid": [[0, 8]], "moves": "l", "start_pos": [0, 1]})
    assert "(8) the tile that moves" in drawn(problem, None)
