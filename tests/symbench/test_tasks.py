"""What every task must show: it makes solvable problems from a seed, and judges no answer wrongly."""

import hashlib
import os
import subprocess
import sys
from random import Random

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codesteer_tui.errors import ProblemError
from codesteer_tui.problem import Problem
from codesteer_tui.symbench import generate, make_difficulty, make_policy, tasks, verify
from tests.symbench.case import case_of

ALL = pytest.mark.parametrize("task_id", list(tasks))
PROBLEMS = 1_000
JUDGED_FURTHER = 100
HOSTILE = {
    "ten megabytes": "9" * 10_000_000,
    "ten megabytes of lines": "1 2\n" * 2_500_000,
    "a million brackets": "<<<" + "(" * 1_000_000 + ">>>",
    "a million closing brackets": "]" * 1_000_000,
    "many brackets in reach": "<<<" + "(" * 40_000 + "1" + ")" * 9_000 + ">>>",
    "many square brackets in reach": "<<<" + "[" * 24_000 + "]" * 24_000 + ">>>",
    "a tower of powers": "<<<9**9**9>>>",
    "a tower in latex": "<<<9^{9^{9^{9}}}>>>",
    "a long number": "<<<" + "9" * 40_000 + ">>>",
    "a long decimal": "<<<0." + "3" * 40_000 + ">>>",
    "a huge exponent": "<<<1e999999999>>>",
    "nested latex": "<<<" + "\\frac{" * 8_000 + ">>>",
    "nested roots": "<<<" + "\\sqrt{" * 8_000 + "2" + "}" * 8_000 + ">>>",
    "many fractions": "<<<" + "\\frac{1}{2}" * 4_000 + ">>>",
    "code": "<<<__import__('os').system('true')>>>",
    "unicode digits": "<<<٤٢>>>",
    "superscripts": "<<<4²>>>",
    "signs that stand for many": "\\boxed{" + "ﷺ" * 49_000 + "}",
    "many accents": "<<<a" + "\u0301\u0323" * 24_000 + ">>>",
    "many pairs": "<<<" + "(1,2)" * 9_000 + ">>>",
    "nothing": "",
    "empty marks": "<<<>>>",
    "null": "<<<\0>>>",
    "surrogate": "<<<\ud800>>>",
    "many commas": "<<<[" + "1," * 24_000 + "]>>>",
    "many quotes": "<<<" + '"' * 49_000 + ">>>",
    "many lines": "<<<" + "\n" * 49_000 + "x>>>",
    "many rows": "<<<" + "1,2\n" * 12_000 + ">>>",
    "blanks": "<<<1" + " " * 49_000 + "x>>>",
    "many equals": "<<<" + "=" * 49_000 + ">>>",
    "many steps": "<<<" + "Step 1: [(1, [0])]\n" * 2_500 + ">>>",
    "many moves": "<<<" + "Move A from 1 to 2\n" * 2_500 + ">>>",
    "deep json": "<<<" + '[{"Agent[0.5, 0.5]": ' * 2_000 + ">>>",
    "slow fractions": "<<<" + "+".join(f"1/{n}" for n in range(1001, 8000)) + ">>>",
}


def digest(task_id: str) -> str:
    """What is asked and how it is judged; what else is noted of a problem, such as its knobs, is no part of it."""
    fields = ("question", "task", "parameters", "gold", "seed")
    made = (generate(task_id, seed) for seed in range(20))
    problems = [{field: getattr(problem, field) for field in fields} for problem in made]
    return hashlib.sha256(msgspec.json.encode(problems)).hexdigest()[:16]


@ALL
@pytest.mark.timeout(300)
def test_problems_of_any_difficulty_are_solved_and_their_solutions_accepted(task_id: str) -> None:
    case, task = case_of(task_id), tasks[task_id]
    for seed in range(PROBLEMS):
        rng = Random(seed)
        problem = generate(task_id, seed, **case.knobs(rng))
        assert problem.gold is not None
        assert problem.gold not in problem.question
        assert msgspec.json.decode(msgspec.json.encode(problem), type=Problem) == problem
        without_gold = msgspec.structs.replace(problem, gold=None)
        solved = task.solve(without_gold)
        assert solved is not None, problem
        assert "<<<" in solved
        for answer in (solved, problem.gold):
            verdict = verify(problem, answer)
            assert verdict.outcome == "pass", (problem, answer, verdict)
        if seed >= JUDGED_FURTHER:
            continue
        assert case.holds(problem, solved), (problem, solved)
        for answer in case.right(rng, problem, solved):
            verdict = verify(problem, answer)
            assert verdict.outcome == "pass", (problem, answer, verdict)
        wrong = list(case.wrong(rng, problem, solved))
        assert len(wrong) >= 3, problem
        for answer in wrong:
            verdict = verify(problem, answer)
            assert verdict.outcome != "pass", (problem, answer, verdict)
            assert verdict.reason


@ALL
def test_the_same_seed_gives_the_same_problem_for_ever(task_id: str) -> None:
    assert digest(task_id) == case_of(task_id).GOLDEN


@ALL
def test_the_same_seed_gives_the_same_problem_in_another_process(task_id: str) -> None:
    code = f"from tests.symbench.test_tasks import digest; print(digest({task_id!r}))"
    env = {**os.environ, "PYTHONHASHSEED": "77", "PYTHONPATH": os.pathsep.join(["", *sys.path])}
    shown = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == digest(task_id)


@ALL
def test_other_seeds_give_other_problems(task_id: str) -> None:
    assert len({generate(task_id, seed).question for seed in range(50)}) > 40


@ALL
def test_the_question_names_the_answer_format(task_id: str) -> None:
    problem = generate(task_id, 1)
    assert "<<<" in problem.question
    assert problem.title == f"{task_id} seed 1"


@ALL
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_text_can_be_judged_and_none_is_accepted_that_is_wrong(task_id: str, data: st.DataObject) -> None:
    problem = generate(task_id, data.draw(st.integers(0, 9)))
    gold = problem.gold or ""
    signs = st.sampled_from([*sorted(set(gold)), *"0123456789+-*/()=<>[],:. \n\\frac{}xABCyesno"])
    mutated = st.tuples(st.integers(0, len(gold)), st.integers(0, 3), st.lists(signs, max_size=3)).map(
        lambda cut: gold[: cut[0]] + "".join(cut[2]) + gold[cut[0] + cut[1] :]
    )
    made = st.lists(signs, max_size=60).map("".join)
    text = data.draw(st.text() | made | made.map("<<<{}>>>".format) | mutated)
    verdict = verify(problem, text)
    assert verdict.reason
    assert verdict.outcome != "pass" or case_of(task_id).holds(problem, text), (problem, text, verdict)
    published = verify(problem, text, scoring="reference")
    assert published.reason


@ALL
@pytest.mark.parametrize("answer", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("scoring", ["rules", "reference"])
@pytest.mark.timeout(10)
def test_hostile_answers_are_refused_in_bounded_time(task_id: str, answer: str, scoring: str) -> None:
    verdict = verify(generate(task_id, 3), answer, scoring=scoring)  # type: ignore[arg-type]
    assert verdict.outcome != "pass"
    assert len(verdict.extracted) <= 200


@ALL
@pytest.mark.parametrize("parameters", [{"numbers": "x"}, {}, {"grid": [[None]], "words": 1}])
def test_a_problem_with_broken_parameters_cannot_be_checked(
    task_id: str, parameters: dict[str, object]
) -> None:
    problem = msgspec.structs.replace(generate(task_id, 1), parameters=parameters, gold=None, question="?")
    verdict = verify(problem, "<<<1>>>")
    assert verdict.outcome == "could_not_check"
    assert verdict.reason


@ALL
def test_a_knob_out_of_range_is_refused_with_its_name(task_id: str) -> None:
    for knobs in case_of(task_id).BROKEN:
        with pytest.raises(ProblemError) as error:
            generate(task_id, 1, **knobs)
        assert any(name in error.value.message for name in knobs), error.value.message
        assert error.value.remedy


@ALL
def test_a_task_says_what_it_is(task_id: str) -> None:
    task = tasks[task_id]
    module = sys.modules[type(task).__module__]
    assert task.id == task_id
    assert task.title
    assert "specification 4." in (module.__doc__ or "")
    for kind in (task.Difficulty, task.Policy):
        assert kind.__doc__
        for name in kind.__struct_fields__:
            assert f"`{name}`" in kind.__doc__, f"{kind.__name__} does not say what {name} is"
        kind()


def test_an_unknown_task_is_named_with_the_one_that_was_meant() -> None:
    with pytest.raises(ProblemError, match="gme24") as error:
        tasks["gme24"]
    assert 'Did you mean "game24"?' in error.value.remedy
    assert "gme24" not in tasks
    assert "game24" in tasks


def test_a_knob_or_a_policy_that_does_not_exist_is_named_with_the_one_that_was_meant() -> None:
    with pytest.raises(ProblemError, match="number") as error:
        generate("game24", 1, number=3)
    assert 'Did you mean "numbers"?' in error.value.remedy
    with pytest.raises(ProblemError, match="repeat") as error:
        verify(generate("letters", 1), "x", repeat=True)
    assert 'Did you mean "repeats"?' in error.value.remedy
    with pytest.raises(ProblemError, match="repeats"):
        make_policy(tasks["letters"], repeats="perhaps")


def test_knobs_may_be_typed_as_on_a_command_line() -> None:
    typed = make_difficulty(tasks["number_multiply"], digits="1, 2,4")
    assert typed == make_difficulty(tasks["number_multiply"], digits=(1, 2, 4))
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
