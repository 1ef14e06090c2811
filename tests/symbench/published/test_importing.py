"""Importing the published data: what is there comes in, what is broken is named, and nothing else is lost."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from codesteer_tui.errors import ProblemError
from codesteer_tui.symbench import generate, verify
from codesteer_tui.symbench.published import importing
from codesteer_tui.symbench.published.importing import import_folder
from codesteer_tui.symbench.published.layouts import LAYOUTS
from codesteer_tui.symbench.registry import MODULES
from tests.symbench.published.tree import put, write_tree


def product(index: int, values: list[int], gold: str, digits: str = "digit_1_1") -> dict[str, Any]:
    return {
        "task": "number_multiply",
        "sample_id": f"number_multiply/main/{digits}/sample_{index}",
        "split": "main",
        "question": "?",
        "parameters": {"values": values},
        "gold": gold,
    }


def word(name: str, text: str) -> dict[str, Any]:
    return {
        "task": "letters",
        "sample_id": f"letters/len_5_10/{name}",
        "split": "len_5_10",
        "parameters": {"word": text, "min_length": 5, "max_length": 10},
    }


def puzzle(name: str, numbers: list[int], target: int, gold: str) -> dict[str, Any]:
    return {
        "task": "game24",
        "sample_id": f"game24/{name}",
        "split": name.partition("/")[0],
        "parameters": {"numbers": numbers, "target": target, "human_solved_rate": "50%"},
        "gold": gold,
    }


def sudoku(data: Path, name: str) -> Path:
    """A sample of a logic game that is right, from the task itself."""
    problem = generate("standard_sudoku", 3)
    solution = json.loads((problem.gold or "").strip("<>"))
    stored = {"puzzle": problem.parameters["puzzle"], "solution": solution, "complexity": 5}
    put(data / "standard_sudoku" / name / "question.txt", problem.question)
    put(data / "standard_sudoku" / name / "solution.json", json.dumps(stored))
    return data / "standard_sudoku" / name


def test_every_task_has_a_layout() -> None:
    assert set(LAYOUTS) == set(MODULES)


def test_the_data_folder_or_the_repository_may_be_named(tmp_path: Path) -> None:
    data = tmp_path / "dataset_gather"
    write_tree(data, [word("a_2_1", "banal")])
    assert list(import_folder(tmp_path)) == list(import_folder(data)) != []


def test_the_samples_come_in_the_order_of_tasks_and_numbers_over_gaps(tmp_path: Path) -> None:
    rows = [product(at, [2, 3], "6") for at in (10, 9, 100, 0)]
    write_tree(
        tmp_path,
        [*rows, product(1, [20, 3], "60", "digit_2_1"), word("b_1_0", "banal"), word("a_2_1", "banal")],
    )
    assert [one.sample_id for one in import_folder(tmp_path)] == [
        "letters/len_5_10/a_2_1",
        "letters/len_5_10/b_1_0",
        "number_multiply/main/digit_1_1/sample_0",
        "number_multiply/main/digit_1_1/sample_9",
        "number_multiply/main/digit_1_1/sample_10",
        "number_multiply/main/digit_1_1/sample_100",
        "number_multiply/main/digit_2_1/sample_1",
    ]


def test_only_the_tasks_that_are_asked_for_are_read_in_the_order_that_was_asked_for(tmp_path: Path) -> None:
    write_tree(
        tmp_path,
        [word("a_2_1", "banal"), product(0, [2, 3], "6"), puzzle("24_2_number/row_0", [3, 8], 24, "3*8")],
    )
    found = import_folder(tmp_path, tasks=["number_multiply", "letters", "number_multiply"])
    assert [one.problem.task for one in found] == ["number_multiply", "letters"]


def test_it_is_read_while_it_is_gone_through(tmp_path: Path) -> None:
    write_tree(tmp_path, [product(at, [2, 3], "6") for at in range(3)])
    found = import_folder(tmp_path)
    assert next(found).sample_id.endswith("sample_0")
    put(tmp_path / "number_multiply/digit_1_1/sample_1/target_answer.txt", "six")
    assert [one.sample_id[-1] for one in found] == ["2"]
    assert len(found.skipped) == 1


def test_questions_built_from_fields_are_ours(tmp_path: Path) -> None:
    write_tree(
        tmp_path,
        [word("a_2_1", "banal"), product(0, [2, -3], "-6"), puzzle("24/row_5", [3, 8, 1, 1], 24, "")],
    )
    puzzles, letters, products = (
        [one for one in import_folder(tmp_path) if one.problem.task == task]
        for task in ("game24", "letters", "number_multiply")
    )
    assert letters[0].problem.question.startswith(
        'How many times does the letter "a" occur in the word "banal"'
    )
    assert "2 * (-3)" in products[0].problem.question
    assert puzzles[5].problem.question.startswith("Make 24 from these numbers: 3 8 1 1")
    assert puzzles[5].sample_id == "game24/24/row_5"
    assert puzzles[5].status == "none_derived"
    assert puzzles[5].problem.parameters == {
        "numbers": [3, 8, 1, 1],
        "target": 24,
        "n": 4,
        "question_source": "reference",
        "in_codesteer_run": True,
        "in_baseline_run": True,
        "human_solved_rate": "50%",
    }


def test_a_wrong_answer_is_found_and_taken_away_while_its_problem_stays(tmp_path: Path) -> None:
    rows = [product(0, [2, 3], "5"), puzzle("24_2_number/row_0", [4, 8], 24, "3*8")]
    write_tree(tmp_path, rows)
    for one in import_folder(tmp_path):
        assert one.status == "wrong"
        assert one.problem.gold is None
        assert "wrong" in one.reason
    kept = {one.problem.task: one for one in import_folder(tmp_path, include_defective=True)}
    assert kept["number_multiply"].problem.gold == "5"
    assert kept["game24"].problem.gold == "3*8"
    assert verify(kept["number_multiply"].problem, "6").outcome == "pass"


def test_a_sample_that_only_shares_the_name_of_a_known_wrong_one_is_taken_for_what_it_is(
    tmp_path: Path,
) -> None:
    write_tree(tmp_path, [puzzle("24_60_number/row_9", [3, 8], 24, "3*8")])
    assert [one.status for one in import_folder(tmp_path)][-1] == "ok"
    write_tree(tmp_path, [puzzle("24_60_number/row_9", [3, 8], 24, "3+8")])
    last = list(import_folder(tmp_path))[-1]
    assert (last.status, "tolerance" in last.reason) == ("wrong", True)


def test_data_that_make_no_sense_are_left_out_but_told(tmp_path: Path) -> None:
    write_tree(tmp_path, [word("a_2_1", "banal"), word("a_2_2", "a" * 200_000)])
    found = import_folder(tmp_path)
    assert [one.sample_id[-1] for one in found] == ["1"]
    assert [(one.sample_id, one.status) for one in found.left_out] == [
        ("letters/len_5_10/a_2_2", "malformed")
    ]
    assert "left out: 1" in "\n".join(found.report())
    assert [one.status for one in import_folder(tmp_path, include_defective=True)] == ["ok", "malformed"]


def test_a_report_tells_what_was_found_and_what_was_skipped(tmp_path: Path) -> None:
    write_tree(
        tmp_path,
        [product(0, [2, 3], "6"), product(1, [2, 3], "7"), *(product(at, [2], "x") for at in range(2, 40))],
    )
    found = import_folder(tmp_path)
    assert len(list(found)) == 2
    lines = found.report()
    assert lines[0] == "number_multiply: 2 (1 ok, 1 wrong)"
    assert lines[-2] == "skipped: 18 more"
    assert "→" in lines[-1]
    assert all("target_answer.txt" in line for line in lines[1:-2])
    assert all(skipped.error.remedy for skipped in found.skipped)


@pytest.mark.parametrize(
    ("folder", "tasks", "said"),
    [
        ("nowhere", [], "nowhere does not exist"),
        ("file", [], "file is no folder"),
        ("empty", [], "holds none of the published data"),
        ("empty", ["letters"], "no data of the task 'letters'"),
        ("empty", ["leters"], 'no task "leters"'),
    ],
)
def test_a_folder_without_data_is_refused_at_once(
    tmp_path: Path, folder: str, tasks: list[str], said: str
) -> None:
    put(tmp_path / "file", "")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ProblemError, match=said) as error:
        import_folder(tmp_path / folder, tasks=tasks)
    assert error.value.remedy


def broken_names(tmp_path: Path, kept: int) -> list[str]:
    """The files that were skipped, where `kept` samples beside them were read."""
    found = import_folder(tmp_path)
    assert len(list(found)) == kept
    for skipped in found.skipped:
        assert str(tmp_path) in skipped.error.message
        assert skipped.error.remedy
    return [skipped.error.message.removeprefix(f"{tmp_path}{os.sep}") for skipped in found.skipped]


NESTED = "[" * 100_000


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("question.txt", None),
        ("question.txt", b"  \n"),
        ("question.txt", b"\xff\xfe\x00"),
        ("solution.json", None),
        ("solution.json", b""),
        ("solution.json", b"[]"),
        ("solution.json", b'{"puzzle": [[1]]'),
        ("solution.json", b'{"puzzle": [[1]], "complexity": 5}'),
        ("solution.json", b'{"solution": [[1]], "complexity": 5}'),
        ("solution.json", b"NaN"),
        ("solution.json", NESTED.encode()),
        ("solution.json", b'{"puzzle": "\xff"}'),
    ],
    ids=range(12),
)
def test_a_broken_logic_game_costs_no_other(tmp_path: Path, file: str, content: bytes | None) -> None:
    for name in ("sample_0", "sample_1", "sample_2"):
        sudoku(tmp_path, name)
    target = tmp_path / "standard_sudoku" / "sample_1" / file
    target.unlink()
    if content is not None:
        target.write_bytes(content)
    (said,) = broken_names(tmp_path, kept=2)
    assert said.startswith(f"standard_sudoku/sample_1/{file}: ")


def test_a_folder_where_a_file_should_be_costs_no_other(tmp_path: Path) -> None:
    sudoku(tmp_path, "sample_0")
    (sudoku(tmp_path, "sample_1") / "solution.json").unlink()
    (tmp_path / "standard_sudoku/sample_1/solution.json").mkdir()
    put(tmp_path / "standard_sudoku/sample_2", "a file")
    put(tmp_path / "standard_sudoku/notes.txt", "not a sample")
    (tmp_path / "standard_sudoku/sample_x").mkdir()
    (tmp_path / "standard_sudoku/sample_3").symlink_to(tmp_path / "standard_sudoku/sample_3")
    said = broken_names(tmp_path, kept=1)
    assert [name.split("/")[1].rstrip(":") for name in said] == ["sample_1", "sample_2", "sample_3"]


def test_a_question_without_its_data_is_named(tmp_path: Path) -> None:
    put(tmp_path / "string_splitting/sample_0/question.txt", "There are machines. How many parts?")
    put(tmp_path / "string_splitting/sample_0/solution.json", '{"expected_answer": ["1"], "complexity": 1}')
    (said,) = broken_names(tmp_path, kept=0)
    assert said.startswith("string_splitting/sample_0/question.txt: the problem's data are not found")


def test_lines_may_end_as_on_windows(tmp_path: Path) -> None:
    folder = sudoku(tmp_path, "sample_0")
    text = (folder / "question.txt").read_text()
    (folder / "question.txt").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode() + b"\r\n")
    (one,) = import_folder(tmp_path)
    assert one.problem.question == text.strip()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("letters/x", ""),
        ("Letters/Letters_dataset_min_length_5_max_length_10/a_1_0/test_words.json", '["banal"]'),
        ("Letters/Letters_dataset_min_length_5_max_length_10/a_1_0/test_words.json", '""'),
        ("Letters/Letters_dataset_min_length_5_max_length_10/a_1_0/test_words.json", '"ban'),
        ("Letters/Letters_dataset_min_length_5_max_length_10/a_1_0/other.json", '"banal"'),
        ("number_multiply/digit_1_1/sample_5/input_value_list.txt", "[1, x]"),
        ("number_multiply/digit_1_1/sample_5/input_value_list.txt", "[1.5]"),
        ("number_multiply/digit_1_1/sample_5/input_value_list.txt", "__import__('os')"),
        ("number_multiply/digit_1_1/sample_5/input_value_list.txt", NESTED),
        ("number_multiply/digit_1_2", "a file"),
        ("game24_dataset/24/24_3_number.csv", "Rank,Puzzles,Solutions\n1,1 x 3,1+2\n"),
        ("game24_dataset/24/24_3_number.csv", "Rank,Numbers\n1,1 2 3\n"),
        ("game24_dataset/24/24_3_number.csv", 'Rank,Puzzles\n1,"' + "1 " * 100_000),
        ("game24_dataset/480", "a file"),
        ("BoxLift_dataset/BoxLift_10_3/BoxLift0/BoxLift.json", '{"boxes": [100], "lifters": [10]}'),
        ("BoxLift_dataset/BoxLift_10_3/BoxLift0/BoxLift.json", '{"boxes": [], "lifters": [10]}'),
        ("BoxLift_dataset/BoxLift_10_3/BoxLift0/BoxLift.json", '{"boxes": [0], "lifters": [10]}'),
        ("BoxLift_dataset/BoxLift_10_3/BoxLift0/BoxLift.json", '{"boxes": "many"}'),
        ("BoxNet1_dataset/env_pg_state_1_2/pg_state0/pg_state0.json", '{"0.5_0.5": "box_red"}'),
        ("BoxNet1_dataset/env_pg_state_1_2/pg_state0/pg_state1.json", "{}"),
        ("Blocksworld_dataset/2_3_2_0/blocksworld_task.txt", ""),
        ("Blocksworld_dataset/2_3_2_0/blocksworld_task.txt", "stack1: A\n"),
        ("Blocksworld_dataset/2_3_2_0/blocksworld_task.txt", "Initial State:\nstack1: A\n"),
        ("Blocksworld_dataset/2_3_2_0/blocksworld_task.txt", "Initial State:\nA is on B\n"),
        ("BIG-Bench-Hard/bbh/navigate.json", "[]"),
        ("BIG-Bench-Hard/bbh/navigate.json", '{"examples": [{"input": "Go."}]}'),
        ("BIG-Bench-Hard/bbh/navigate.json", '{"examples": [{"input": "", "target": "Yes"}]}'),
        ("gsmhardv2.jsonl", '{"input": "How many?"}\n'),
        ("gsmhardv2.jsonl", '{"input": "How many?", "target": "x"}\n'),
        ("MATH/train/geometry/7.json", '{"problem": "What?", "solution": "It is 4."}'),
        ("MATH/train/geometry/7.json", '{"problem": "What?", "solution": "\\\\boxed{4"}'),
        ("MATH/train/geometry/7.json", '{"solution": "\\\\boxed{4}"}'),
        ("../benchmark/run_path_plan_continuous_CodeSteer_test.py", "def run_path_plan(:"),
        ("../benchmark/run_path_plan_continuous_CodeSteer_test.py", "walls = []"),
        ("../benchmark/run_path_plan_continuous_CodeSteer_test.py", "x = " + "(" * 10_000),
    ],
)
def test_a_broken_file_of_any_layout_is_named_and_costs_no_other(
    tmp_path: Path, name: str, content: str
) -> None:
    data = tmp_path / "dataset_gather"
    write_tree(data, [product(0, [2, 3], "6")])
    file = put(data / name, content)
    if name.endswith("digit_1_1/sample_5/input_value_list.txt"):
        put(file.with_name("target_answer.txt"), "6")
    found = import_folder(tmp_path)
    assert [one.sample_id for one in found if one.sample_id != "x"] == [
        "number_multiply/main/digit_1_1/sample_0"
    ]
    if name == "letters/x":
        assert not found.skipped
        return
    assert len(found.skipped) == 1, found.report()
    assert file.resolve().parent.name in found.skipped[0].error.message
    assert found.skipped[0].error.remedy


def test_of_a_table_only_the_broken_rows_are_lost(tmp_path: Path) -> None:
    table = "Rank,Puzzles,Solutions\n1,3 8,3*8\n2,three eight,3*8\n3,2 12,2*12\n"
    put(tmp_path / "game24_dataset/24/24_2_number.csv", table)
    found = import_folder(tmp_path)
    assert [one.sample_id for one in found] == ["game24/24_2_number/row_0", "game24/24_2_number/row_2"]
    assert "row 1" in found.skipped[0].error.message


def test_an_empty_table_holds_nothing(tmp_path: Path) -> None:
    put(tmp_path / "game24_dataset/480/480_20_number.csv", "")
    put(tmp_path / "game24_dataset/960/960_20_number.csv", "Rank,Puzzles,Solutions\n")
    found = import_folder(tmp_path)
    assert not list(found)
    assert not found.skipped


def test_a_script_is_read_and_never_run(tmp_path: Path) -> None:
    trap = tmp_path / "sprung"
    script = f"open({str(trap)!r}, 'w')\ndef run_path_plan():\n    walls = [open({str(trap)!r}, 'w')]\n"
    put(tmp_path / "benchmark/run_path_plan_continuous_x.py", script)
    (tmp_path / "dataset_gather").mkdir()
    found = import_folder(tmp_path, tasks=["path_plan"])
    assert not list(found)
    assert "walls" in found.skipped[0].error.message
    assert not trap.exists()


def test_too_long_a_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from codesteer_tui.symbench.published.layouts import files

    monkeypatch.setattr(files, "MOST_BYTES", 1_000)
    write_tree(tmp_path, [word("a_2_1", "banal"), word("a_2_2", "b" * 2_000)])
    (said,) = broken_names(tmp_path, kept=1)
    assert "longer than" in said


def test_a_bug_in_a_layout_is_not_hidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(tmp_path, [word("a_2_1", "banal")])

    def failing(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(importing, "checked", failing)
    with pytest.raises(ZeroDivisionError):
        list(import_folder(tmp_path))


def game(data: Path, folder: str, stored: dict[str, Any], question: str = "What comes out?") -> None:
    put(data / folder / "sample_0" / "question.txt", question)
    put(data / folder / "sample_0" / "solution.json", json.dumps(stored))


def test_a_problem_that_nothing_solves_is_left_out(tmp_path: Path) -> None:
    stored = {"game_type": "animal", "player_moves": ["H", "A"], "results": ["win", "draw"], "complexity": 3}
    game(tmp_path, "constrained_linear_arrangement", {**stored, "solution": ["A", "A"]})
    found = import_folder(tmp_path)
    assert not list(found)
    assert found.left_out[0].status == "unsolvable"
    (one,) = import_folder(tmp_path, include_defective=True)
    assert one.problem.gold == '["A","A"]'


@pytest.mark.parametrize(
    ("counts", "final", "status"),
    [((3, 1, 2), [2, 0, 1, 1, 0, 0, 0, 0, 0], "ok"), ((2, 2, 2), [0, 0, 0, 2, 0, 0, 0, 0, 0], "ambiguous")],
)
def test_an_answer_that_is_right_in_one_reading_only_is_ambiguous(
    tmp_path: Path, counts: tuple[int, int, int], final: list[int], status: str
) -> None:
    stored = dict(zip(("A_count", "B_count", "C_count"), counts, strict=True))
    game(tmp_path, "string_synthesis", {**stored, "final_counts": final, "complexity": 4})
    (one,) = import_folder(tmp_path)
    assert one.status == status
    assert one.problem.gold == json.dumps(final, separators=(",", ":"))


@pytest.mark.parametrize(("target", "status"), [("No", "ok"), ("Yes", "wrong")])
def test_an_answer_told_in_words_is_checked_by_the_solver(tmp_path: Path, target: str, status: str) -> None:
    text = "If you follow these instructions, do you return to the starting point? Take 2 steps.\nOptions:\n- Yes\n- No"
    examples = [{"input": text, "target": target}, {"input": "Is it so?", "target": "Yes"}]
    put(tmp_path / "BIG-Bench-Hard/bbh/navigate.json", json.dumps({"examples": examples}))
    first, second = import_folder(tmp_path)
    assert (first.status, second.status) == (status, "unchecked")
    assert first.problem.question.startswith(text)
    assert verify(first.problem, "<<<No>>>").outcome == ("pass" if status == "ok" else "could_not_check")
