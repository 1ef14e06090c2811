"""Writing samples into a folder as the published data are laid out: the inverse of importing, made independently."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]

LOGIC_GAMES = {
    "2048": "2048_dataset",
    "combinatorial_calculation": "combinatorial_calculation",
    "constrained_linear_arrangement": "constrained_linear_arrangement",
    "cryptanalysis": "cryptanalysis",
    "eight_queens": "eight_queens_dataset",
    "letter_logic_diagram": "letter_logic_diagram",
    "light_puzzles": "light_puzzles_dataset",
    "logic_puzzle": "logic_puzzle_dataset",
    "logical_equation": "logical_equation",
    "mahjong_pattern": "mahjong_pattern_dataset",
    "matrix_transformation": "matrix_transformation_dataset",
    "new_operator": "new_operator_dataset",
    "pattern_recognition": "pattern_recognition",
    "permutations_and_combinations": "permutations_and_combinations",
    "pooling": "pooling_dataset",
    "reversi": "reversi_dataset",
    "standard_sudoku": "standard_sudoku",
    "statistical_counting": "statistical_counting_dataset",
    "string_deletion_and_modification": "string_deletion_and_modification",
    "string_insertion": "string_insertion",
    "string_splitting": "string_splitting",
    "string_synthesis": "string_synthesis",
    "synthesis_decomposition": "synthesis_decomposition_dataset",
}
NOT_IN_JSON = {
    "cryptanalysis": ["guesses", "n_guesses"],
    "logic_puzzle": ["num_selections"],
    "new_operator": ["expression"],
    "pattern_recognition": ["matrix"],
    "reversi": ["printed_board", "true_start_board"],
    "string_splitting": ["initial"],
}
"""What stands in the question's text only."""

ANSWER_FIELDS = {
    "cryptanalysis": "answer",
    "matrix_transformation": "formatted_solution",
    "permutations_and_combinations": "correct_solution",
    "string_deletion_and_modification": "final_string",
    "string_insertion": "modified_string",
    "string_splitting": "expected_answer",
    "string_synthesis": "final_counts",
}
BBH = ("date_understanding", "logical_deduction_seven_objects", "navigate", "web_of_lies")
MATH = {"MATH_geometry": "geometry", "MATH_counting_and_probability": "counting_and_probability"}


def put(file: Path, text: str) -> Path:
    """Write a file, with its folders."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def write_tree(data: Path, rows: Iterable[Row]) -> None:
    """Write rows of any tasks below the data folder."""
    by_task: dict[str, list[Row]] = {}
    for row in rows:
        by_task.setdefault(row["task"], []).append(row)
    for task, of_task in by_task.items():
        if task in LOGIC_GAMES:
            for row in of_task:
                _logic_game(data, row)
        elif task in BBH:
            _examples(data, task, of_task)
        elif task in MATH:
            for row in of_task:
                _exercise(data, row)
        else:
            WRITERS[task](data, of_task)


def told(row: Row) -> str:
    """The text of a task told in words, without the published demand for an answer."""
    return str(row["question"]).rpartition("\n\nOutput final answer")[0] or str(row["question"])


def _logic_game(data: Path, row: Row) -> None:
    task, split = row["task"], row["split"]
    folder = data / LOGIC_GAMES[task]
    if split.startswith("varied_complexity_"):
        level = split.rpartition("_")[2]
        folder = folder.with_name(f"{folder.name}_varied_complexity") / f"{folder.name}_complexity{level}"
    elif split != "main":
        folder = folder.with_name(f"{folder.name}_{'2' if split == 'v2' else split}")
    sample = folder / row["sample_id"].rpartition("/")[2]
    put(sample / "question.txt", f"{row['question']}\n")
    put(sample / "solution.json", json.dumps(_solution(row), indent=2))


def _solution(row: Row) -> Any:
    task, gold = row["task"], row["gold"]
    if task == "logical_equation":
        return gold
    stored = {
        name: value for name, value in row["parameters"].items() if name not in NOT_IN_JSON.get(task, [])
    }
    if task == "pattern_recognition":
        stored |= {"row": gold[0], "column": gold[1]}
    elif task == "synthesis_decomposition":
        stored["solution"] = {"answer": gold, "process": []}
    else:
        stored[ANSWER_FIELDS.get(task, "solution")] = gold
    return stored


def _letters(data: Path, rows: list[Row]) -> None:
    for row in rows:
        least, most = row["parameters"]["min_length"], row["parameters"]["max_length"]
        band = data / "Letters" / f"Letters_dataset_min_length_{least}_max_length_{most}"
        put(
            band / row["sample_id"].rpartition("/")[2] / "test_words.json",
            json.dumps(row["parameters"]["word"]),
        )


def _products(data: Path, rows: list[Row]) -> None:
    for row in rows:
        folder = "number_multiply" + ("" if row["split"] == "main" else "_varied_complexity")
        sample = data / folder / "/".join(row["sample_id"].split("/")[2:])
        put(sample / "input_value_list.txt", str(row["parameters"]["values"]))
        put(sample / "target_answer.txt", row["gold"])
        put(sample / "input_prompt_1.txt", row["question"])


def _game24(data: Path, rows: list[Row]) -> None:
    tables: dict[tuple[int, str], dict[int, Row]] = {}
    for row in rows:
        _, stem, name = row["sample_id"].split("/")
        table = tables.setdefault((row["parameters"]["target"], stem), {})
        table[int(name.removeprefix("row_"))] = row
    for (target, stem), table in tables.items():
        file = put(data / "game24_dataset" / str(target) / f"{stem}.csv", "")
        with file.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            people = ["AMT (s)", "Solved rate", "1-sigma Mean (s)", "1-sigma STD (s)"]
            writer.writerow(["Rank", "Puzzles", *(people if stem == "24" else ["Solutions"])])
            for index in range(max(table) + 1):
                writer.writerow(_game24_row(stem, index, table.get(index)))


def _game24_row(stem: str, index: int, row: Row | None) -> list[Any]:
    numbers = "1 2 3 4" if row is None else " ".join(map(str, row["parameters"]["numbers"]))
    if stem == "24":
        rate = "99%" if row is None else row["parameters"]["human_solved_rate"]
        return [index + 1, numbers, "4.4", rate, "4.6", "1.5"]
    return [index + 1, numbers, "1*2*3*4" if row is None else row["gold"]]


def _lifts(data: Path, rows: list[Row]) -> None:
    for row in rows:
        folder = "BoxLift_dataset" + ("" if row["split"] == "main" else "_SFT")
        stored = {name: row["parameters"][name] for name in ("boxes", "lifters")}
        put(data / folder / "/".join(row["sample_id"].split("/")[2:]) / "BoxLift.json", json.dumps(stored))


def _grids(data: Path, rows: list[Row]) -> None:
    for row in rows:
        folder = "BoxNet1_dataset" + ("" if row["split"] == "main" else "_SFT")
        size, name = row["sample_id"].split("/")[2:]
        state = json.dumps(row["parameters"]["state"])
        put(data / folder / f"env_pg_state_{size}" / name / f"{name}.json", state)


def _worlds(data: Path, rows: list[Row]) -> None:
    for row in rows:
        lines = []
        for title, name in (("Initial State:", "initial"), ("\nGoal State:", "goal")):
            lines.append(title)
            lines += [f"{stack}: {' '.join(blocks)}" for stack, blocks in row["parameters"][name].items()]
        name = row["sample_id"].rpartition("/")[2]
        put(data / "Blocksworld_dataset" / name / "blocksworld_task.txt", "\n".join(lines) + "\n")


def _examples(data: Path, task: str, rows: list[Row]) -> None:
    by_index = {row["parameters"]["index"]: row for row in rows}
    filler = {"input": "Is this an example?\nOptions:\n- Yes\n- No", "target": "Yes"}
    examples = [
        {"input": told(by_index[at]), "target": by_index[at]["gold"]} if at in by_index else filler
        for at in range(max(by_index) + 1)
    ]
    whole = {"canary": "none", "examples": examples}
    put(data / "BIG-Bench-Hard" / "bbh" / f"{task}.json", json.dumps(whole))


def _stories(data: Path, rows: list[Row]) -> None:
    by_index = {row["parameters"]["index"]: row for row in rows}
    filler = {"input": "How many is one?", "code": "", "target": 1.0}
    lines = [
        json.dumps(
            {"input": told(by_index[at]), "code": "", "target": by_index[at]["gold"]}
            if at in by_index
            else filler
        )
        for at in range(max(by_index) + 1)
    ]
    put(data / "gsmhardv2.jsonl", "\n".join(lines) + "\n")


def _exercise(data: Path, row: Row) -> None:
    stored = {
        "problem": told(row),
        "level": row["parameters"]["level"],
        "type": row["parameters"]["type"],
        "solution": f"First, \\boxed{{1}} is wrong. It is $\\boxed{{{row['gold']}}}$.",
    }
    number = row["parameters"]["file_index"]
    put(data / "MATH" / "train" / MATH[row["task"]] / f"{number}.json", json.dumps(stored))


def _worlds_to_fly(data: Path, rows: list[Row]) -> None:
    """A script with the literals of all environments, those that no row has filled up with the first one's."""
    first: dict[str, Any] = rows[0]["parameters"]
    by_world = {row["parameters"]["env_index"]: row["parameters"] for row in rows}
    count = max(by_world) + 1
    told_here = {row["parameters"]["instruction_index"]: row["parameters"]["instruction"] for row in rows}
    instructions = [told_here.get(at, "Visit the blue box.") for at in range(max(told_here) + 1)]
    lines = ["import json", "", "def run_path_plan(dataset_input_dir):", "    print('start')"]
    lines.append(f"    walls = {[tuple(wall) for wall in first['walls']]}")
    for at in range(count):
        here: dict[str, Any] = by_world.get(at, first)
        boxes = {colour: tuple(box) for colour, box in here["boxes"].items()}
        lines.append(
            f"    box_dict_{at} = {boxes}; start_{at} = {tuple(here['start'])}; end_{at} = {tuple(here['end'])}"
        )
        told_at = "instructions_0" if at else repr(instructions)
        lines.append(f"    instructions_{at} = {told_at}")
    for name, part in (
        ("box_dict_list", "box_dict_"),
        ("starting_position_list", "start_"),
        ("ending_position_list", "end_"),
        ("Instruction_simple_houseworld_list_gather", "instructions_"),
    ):
        lines.append(f"    {name} = [{', '.join(f'{part}{at}' for at in range(count))}]")
    lines.append("    for env_index in range(14):\n        box_dict = box_dict_list[env_index]")
    put(data.parent / "benchmark" / "run_path_plan_continuous_CodeSteer_test.py", "\n".join(lines) + "\n")


WRITERS = {
    "letters": _letters,
    "number_multiply": _products,
    "game24": _game24,
    "BoxLift": _lifts,
    "BoxNet1": _grids,
    "Blocksworld": _worlds,
    "gsm": _stories,
    "path_plan": _worlds_to_fly,
}
