"""Whatever happens to a file of the published data, the others come in as before."""

import json
import shutil
from pathlib import Path
from random import Random

import pytest

from codesteer_tui.symbench.published.importing import import_folder
from tests.symbench.published.tree import put, write_tree

MUTATIONS = 40
PIECES = [
    b"null",
    b"[]",
    b"{",
    b"]",
    b'"',
    b",",
    b"\\",
    b"\x00",
    b"\xff",
    b"-1",
    b"1e308",
    b"9" * 30,
    b'"\\ud800"',
    b"",
]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two samples of one task of every kind of layout, or a file with several."""
    root = tmp_path_factory.mktemp("published")
    data = root / "dataset_gather"
    for at in (0, 1):
        stored = {"A_count": 2 + at, "B_count": 2, "C_count": 2, "final_counts": [0] * 9, "complexity": 4}
        put(data / f"string_synthesis/sample_{at}/question.txt", "What comes out?")
        put(data / f"string_synthesis/sample_{at}/solution.json", json.dumps(stored))
        exercise = {"problem": "1 + 1?", "solution": "\\boxed{2}", "level": "Level 1", "type": "Geometry"}
        put(data / f"MATH/train/geometry/{at}.json", json.dumps(exercise))
        put(data / f"Blocksworld_dataset/2_3_2_{at}/blocksworld_task.txt", BLOCKS)
        put(
            data / f"BoxLift_dataset/BoxLift_2_1/BoxLift{at}/BoxLift.json",
            '{"boxes": [3, 4], "lifters": [5]}',
        )
        state = '{"0.5_0.5": ["box_red"], "0.5_1.5": ["target_red"]}'
        put(data / f"BoxNet1_dataset/env_pg_state_1_2/pg_state{at}/pg_state{at}.json", state)
    walk = {"input": "Do you return to the starting point? Take 1 step.", "target": "No"}
    put(data / "BIG-Bench-Hard/bbh/navigate.json", json.dumps({"examples": [walk, walk]}))
    put(data / "gsmhardv2.jsonl", '{"input": "How many?", "code": "", "target": 2.0}\n' * 2)
    put(data / "game24_dataset/24/24_2_number.csv", "Rank,Puzzles,Solutions\n1,3 8,3*8\n2,2 12,2*12\n")
    put(root / "benchmark/run_path_plan_continuous_x.py", SCRIPT)
    rows = [
        {
            "task": "letters",
            "sample_id": f"letters/len_5_10/a_2_{at}",
            "split": "len_5_10",
            "parameters": WORD,
        }
        for at in (0, 1)
    ]
    write_tree(data, rows)
    return root


BLOCKS = "Initial State:\nstack1: A\nstack2: B\nstack3: \n\nGoal State:\nstack1: A B\nstack2: \n"
WORD = {"word": "banal", "min_length": 5, "max_length": 10}
SCRIPT = """def run_path_plan():
    walls = [(-1.5, -1.4, -1.5, 1.5)]
    box_dict_1 = {'red': (0, 0.5, 0, 0.5), 'blue': (-1, -0.5, 0, 0.5)}
    box_dict_list = [box_dict_1]
    starting_position_list = [(1, 1)]
    ending_position_list = [(-1, -1)]
    Instruction_simple_houseworld_list_gather = [['Go to the red box.', 'Go to the red box, do not enter the blue.']]
"""


def files_of(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file())


def test_all_of_it_comes_in_unharmed(tree: Path) -> None:
    found = import_folder(tree, include_defective=True)
    assert len(list(found)) == 20
    assert not found.skipped


@pytest.mark.parametrize("at", range(17))
def test_a_file_with_any_bytes_in_it_costs_no_sample_of_another(tree: Path, tmp_path: Path, at: int) -> None:
    folder = tmp_path / "tree"
    shutil.copytree(tree, folder)
    file = files_of(folder)[at]
    before = file.read_bytes()
    whole = import_folder(folder, include_defective=True)
    others = {one.sample_id for one in whole if file not in (one.file, *files_of(one.file))}
    rng = Random(at)
    for _ in range(MUTATIONS):
        data = bytearray(before)
        for _ in range(rng.choice((1, 2, 6))):
            begin = rng.randrange(len(data) + 1)
            data[begin : begin + rng.choice((0, 1, 5))] = rng.choice(PIECES)
        file.write_bytes(data)
        found = import_folder(folder, include_defective=True)
        assert others <= {one.sample_id for one in found}
        assert all(skipped.error.remedy for skipped in found.skipped)
