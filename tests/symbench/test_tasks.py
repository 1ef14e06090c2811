"""What every task must show: it makes solvable problems from a seed, and judges no answer wrongly."""

import hashlib
import os
import subprocess
import sys
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codesteer_tui.errors import ProblemError
from codesteer_tui.symbench import generate, make_difficulty, tasks, verify

KNOBS: dict[str, Any] = {
    "game24": st.fixed_dictionaries(
        {"numbers": st.integers(2, 80), "target": st.integers(1, 18), "max_value": st.integers(9, 20_000)}
    ),
    "letters": st.fixed_dictionaries(
        {
            "min_length": st.integers(30, 400),
            "max_length": st.integers(400, 800),
            "frequency": st.integers(0, 30),
        }
    ),
    "number_multiply": st.fixed_dictionaries(
        {"digits": st.lists(st.integers(1, 40), min_size=2, max_size=8), "negative": st.floats(0, 1)}
    ),
}
GOLDEN = {
    "game24": "39b62ff0338e9c7c",
    "letters": "a6d42d108ac8594d",
    "number_multiply": "75b8d26b838a393d",
}
ALL = pytest.mark.parametrize("task_id", list(tasks))
HOSTILE = {
    "ten megabytes": "9" * 10_000_000,
    "a million brackets": "<<<" + "(" * 1_000_000 + ">>>",
    "many brackets in reach": "<<<" + "(" * 40_000 + "1" + ")" * 9_000 + ">>>",
    "a tower of powers": "<<<9**9**9>>>",
    "a long number": "<<<" + "9" * 40_000 + ">>>",
    "nested latex": "<<<" + "\\frac{" * 8_000 + ">>>",
    "many fractions": "<<<" + "\\frac{1}{2}" * 4_000 + ">>>",
    "code": "<<<__import__('os').system('true')>>>",
    "unicode digits": "<<<٤٢>>>",
    "superscripts": "<<<4²>>>",
    "nothing": "",
    "empty marks": "<<<>>>",
    "null": "<<<\0>>>",
    "surrogate": "<<<\ud800>>>",
    "many commas": "<<<[" + "1," * 24_000 + "]>>>",
    "blanks": "<<<1" + " " * 49_000 + "x>>>",
    "many equals": "<<<" + "=" * 49_000 + ">>>",
    "slow fractions": "<<<" + "+".join(f"1/{n}" for n in range(1001, 8000)) + ">>>",
}


def digest(task_id: str) -> str:
    problems = [generate(task_id, seed) for seed in range(20)]
    return hashlib.sha256(msgspec.json.encode(problems)).hexdigest()[:16]


@ALL
@settings(deadline=None, max_examples=60)
@given(data=st.data(), seed=st.integers(0, 2**64))
def test_every_generated_problem_has_its_gold_answer_accepted(task_id: str, data: Any, seed: int) -> None:
    problem = generate(task_id, seed, **data.draw(KNOBS[task_id]))
    assert problem.gold is not None
    verdict = verify(problem, problem.gold)
    assert verdict.outcome == "pass", (problem, verdict)
    assert problem.gold not in problem.question
    assert msgspec.json.decode(msgspec.json.encode(problem), type=type(problem)) == problem


@ALL
def test_the_same_seed_gives_the_same_problem_for_ever(task_id: str) -> None:
    assert digest(task_id) == GOLDEN[task_id]


@ALL
def test_the_same_seed_gives_the_same_problem_in_another_process(task_id: str) -> None:
    code = f"from codesteer_tui.symbench import generate; print(generate({task_id!r}, 5).question)"
    env = {**os.environ, "PYTHONHASHSEED": "77", "PYTHONPATH": os.pathsep.join(sys.path)}
    shown = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == generate(task_id, 5).question


@ALL
def test_other_seeds_give_other_problems(task_id: str) -> None:
    assert len({generate(task_id, seed).question for seed in range(50)}) > 40


@ALL
def test_the_question_names_the_answer_format(task_id: str) -> None:
    problem = generate(task_id, 1)
    assert "<<<" in problem.question
    assert problem.title == f"{task_id} seed 1"


@ALL
@settings(deadline=None)
@given(text=st.text() | st.text(alphabet="0123456789+-*/()=<>[],:. Countpsi\\frac{}x").map("<<<{}>>>".format))
def test_any_text_can_be_judged(task_id: str, text: str) -> None:
    verdict = verify(generate(task_id, 3), text)
    assert verdict.reason


@ALL
@pytest.mark.parametrize("answer", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.timeout(10)
def test_hostile_answers_are_refused_in_bounded_time(task_id: str, answer: str) -> None:
    verdict = verify(generate(task_id, 3), answer)
    assert verdict.outcome != "pass"
    assert len(verdict.extracted) <= 200


@ALL
def test_a_problem_with_broken_parameters_cannot_be_checked(task_id: str) -> None:
    problem = msgspec.structs.replace(generate(task_id, 1), parameters={"numbers": "x"})
    assert verify(problem, "<<<1>>>").outcome == "could_not_check"


def test_an_unknown_task_is_named_with_the_one_that_was_meant() -> None:
    with pytest.raises(ProblemError, match="gme24") as error:
        tasks["gme24"]
    assert 'Did you mean "game24"?' in error.value.remedy
    assert "gme24" not in tasks
    assert "game24" in tasks


def test_a_knob_that_does_not_exist_is_named_with_the_one_that_was_meant() -> None:
    with pytest.raises(ProblemError, match="number") as error:
        generate("game24", 1, number=3)
    assert 'Did you mean "numbers"?' in error.value.remedy


@pytest.mark.parametrize(
    ("task_id", "knobs", "words"),
    [
        ("game24", {"numbers": 1}, "numbers"),
        ("game24", {"numbers": "many"}, "numbers"),
        ("game24", {"target": 1_000_000, "numbers": 2}, "out of reach"),
        ("letters", {"frequency": 11, "min_length": 10}, "11 times"),
        ("letters", {"min_length": 20, "max_length": 10}, "greater"),
        ("number_multiply", {"digits": "3"}, "digits"),
        ("number_multiply", {"digits": [0, 3]}, "digits"),
    ],
)
def test_a_knob_out_of_range_is_refused_with_its_name(task_id: str, knobs: Any, words: str) -> None:
    with pytest.raises(ProblemError) as error:
        generate(task_id, 1, **knobs)
    assert words in error.value.message
    assert "defaults" in error.value.remedy


def test_knobs_may_be_typed_as_on_a_command_line() -> None:
    assert make_difficulty(tasks["number_multiply"], digits="1, 2,4") == make_difficulty(
        tasks["number_multiply"], digits=(1, 2, 4)
    )
    assert len(generate("game24", 1, numbers="6").parameters["numbers"]) == 6


def test_a_task_is_usable_without_the_convenience() -> None:
    problem = tasks["game24"].generate(Random(4), tasks["game24"].Difficulty())
    assert tasks["game24"].verify(problem, problem.gold or "").outcome == "pass"


def test_the_modules_of_tasks_are_imported_only_when_asked_for() -> None:
    code = (
        "import sys; from codesteer_tui.symbench import tasks; list(tasks); "
        "assert not [m for m in sys.modules if m.startswith('codesteer_tui.symbench.tasks.')]; "
        "from codesteer_tui.symbench.tasks import game24; assert tasks['game24'] is game24.TASK"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", code], check=True, env=env)


@ALL
@settings(deadline=None)
@given(data=st.data(), seed=st.integers(0, 2**32))
def test_a_right_answer_with_one_digit_changed_is_not_right(task_id: str, data: Any, seed: int) -> None:
    problem = generate(task_id, seed)
    gold = problem.gold or ""
    at = data.draw(st.sampled_from([index for index, sign in enumerate(gold) if sign.isdigit()]))
    digit = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != gold[at]]))
    assert verify(problem, gold[:at] + digit + gold[at + 1 :]).outcome != "pass"
