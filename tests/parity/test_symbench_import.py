"""The samples of the specification, laid out in folders as published, come out of an import as they went in."""

import json
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from codesteer_tui.symbench import tasks, verify
from codesteer_tui.symbench.published import checking
from codesteer_tui.symbench.published.defects import known_defects
from codesteer_tui.symbench.published.importing import Imported, import_folder
from codesteer_tui.symbench.rows import read_row
from tests.symbench.published.tree import LOGIC_GAMES, told, write_tree

DEV = Path(__file__).resolve().parents[2].parent / "shared" / "symbench" / "dev"

if not DEV.is_dir() and os.environ.get("CI") != "true":
    pytest.skip("the samples of the specification are not here", allow_module_level=True)

ALL = pytest.mark.parametrize("task_id", list(tasks))
TOLD_IN_WORDS = {
    "date_understanding",
    "gsm",
    "logical_deduction_seven_objects",
    "MATH_counting_and_probability",
    "MATH_geometry",
    "navigate",
    "web_of_lies",
}
STATUS = {"ok_code": "unchecked"}
"""The stored programs of gsm-hard are not executed here."""


def stored(task_id: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DEV / f"{task_id}.jsonl").open()]


def imported(folder: Path, task_id: str, *, include_defective: bool) -> dict[str, Imported]:
    rows = stored(task_id)
    write_tree(folder / "dataset_gather", rows)
    found = import_folder(folder, tasks=[task_id], include_defective=include_defective)
    by_id = {one.sample_id: one for one in found}
    assert not found.skipped, found.report()
    wanted = {row["sample_id"] for row in rows}
    return {sample_id: one for sample_id, one in by_id.items() if sample_id in wanted}


@ALL
def test_everything_comes_out_as_it_is_stored(tmp_path: Path, task_id: str) -> None:
    found = imported(tmp_path, task_id, include_defective=True)
    for row in stored(task_id):
        one, given = found[row["sample_id"]], read_row(json.dumps(row).encode(), "dev", 1).problem
        assert one.problem.parameters == given.parameters
        assert one.problem.gold == given.gold
        assert one.split == row["split"]
        if task_id in LOGIC_GAMES:
            assert one.problem.question == row["question"]
        else:
            assert one.problem.question != row["question"]
            assert task_id not in TOLD_IN_WORDS or one.problem.question.startswith(told(row).strip())
            assert "<<<" in one.problem.question


@ALL
def test_the_status_is_the_one_that_was_found(tmp_path: Path, task_id: str) -> None:
    found = imported(tmp_path, task_id, include_defective=True)
    expected = {
        row["sample_id"]: STATUS.get(row["gold_status"], row["gold_status"]) for row in stored(task_id)
    }
    assert {sample_id: one.status for sample_id, one in found.items()} == expected
    assert all(one.reason for one in found.values())


@ALL
def test_what_is_not_listed_is_found_all_the_same(
    tmp_path: Path, task_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlisted = msgspec.structs.replace(known_defects(), samples={})
    monkeypatch.setattr(checking, "known_defects", lambda: unlisted)
    found = imported(tmp_path, task_id, include_defective=True)
    expected = {
        row["sample_id"]: STATUS.get(row["gold_status"], row["gold_status"]) for row in stored(task_id)
    }
    assert {sample_id: one.status for sample_id, one in found.items()} == expected


def test_every_defective_sample_is_listed_or_of_a_class_that_is() -> None:
    known = known_defects()
    for task_id in tasks:
        for row in stored(task_id):
            if row["gold_status"] in ("wrong", "unsolvable", "ambiguous", "leaked", "malformed"):
                assert task_id in known.rules or known.samples[row["sample_id"]].status == row["gold_status"]


@ALL
def test_without_the_defective_ones_no_wrong_answer_is_left(tmp_path: Path, task_id: str) -> None:
    found = imported(tmp_path, task_id, include_defective=False)
    rows = {row["sample_id"]: row for row in stored(task_id)}
    assert set(found) == {name for name, row in rows.items() if row["gold_status"] != "unsolvable"}
    for name, one in found.items():
        assert (one.problem.gold is None) == (rows[name]["gold_status"] in ("wrong", "none_derived"))


@ALL
def test_the_probes_are_judged_the_same_on_imported_problems(tmp_path: Path, task_id: str) -> None:
    found = imported(tmp_path, task_id, include_defective=True)
    for row in stored(task_id):
        for probe in row["probes"]:
            verdict = verify(found[row["sample_id"]].problem, probe["answer"])
            assert (verdict.outcome == "pass") == probe["expect"], (row["sample_id"], probe, verdict)


def test_all_tasks_come_out_of_one_folder_in_the_order_of_the_table(tmp_path: Path) -> None:
    rows = [row for task_id in tasks for row in stored(task_id)]
    write_tree(tmp_path / "dataset_gather", rows)
    found = import_folder(tmp_path, include_defective=True)
    ids = [one.sample_id for one in found]
    assert not found.skipped
    assert len(set(ids)) == len(ids)
    assert {row["sample_id"] for row in rows} <= set(ids)
    assert list(dict.fromkeys(one.partition("/")[0] for one in ids)) == list(tasks)
