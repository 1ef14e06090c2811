"""The probes that came with the specification: answers to accept, answers to reject."""

import json
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from codesteer_tui.answers import final_answer
from codesteer_tui.problem import Problem
from codesteer_tui.symbench import tasks, verify
from codesteer_tui.symbench.published.scoring import JUDGES
from codesteer_tui.symbench.rows import read_row

DEV = Path(__file__).resolve().parents[2].parent / "shared" / "symbench" / "dev"

if not DEV.is_dir() and os.environ.get("CI") != "true":
    pytest.skip("the samples of the specification are not here", allow_module_level=True)

ALL = pytest.mark.parametrize("task_id", list(tasks))


def rows_of(task_id: str) -> list[tuple[Problem, dict[str, Any]]]:
    lines = (DEV / f"{task_id}.jsonl").read_bytes().splitlines()
    return [(read_row(line, task_id, 1).problem, json.loads(line)) for line in lines]


@ALL
def test_every_probe_of_the_specification_is_judged_as_expected(task_id: str) -> None:
    wrong = []
    for problem, row in rows_of(task_id):
        for probe in row["probes"]:
            verdict = verify(problem, probe["answer"])
            if (verdict.outcome == "pass") != probe["expect"] or not verdict.reason:
                wrong.append((row["sample_id"], probe["why"], probe["answer"][:100], verdict))
    assert not wrong, wrong


@pytest.mark.parametrize("task_id", [task_id for task_id in tasks if task_id in JUDGES])
def test_the_published_judge_is_emulated_flaws_included(task_id: str) -> None:
    wrong = []
    for problem, row in rows_of(task_id):
        for probe in row["probes"]:
            verdict = verify(problem, probe["answer"], scoring="reference")
            expected = probe.get("reference_says", probe["expect"])
            said = {"pass": True, "fail": False, "could_not_check": "error"}[verdict.outcome]
            if said != expected:
                wrong.append((row["sample_id"], probe["why"], probe["answer"][:100], verdict, expected))
    assert not wrong, wrong


@ALL
def test_the_stored_right_answer_is_accepted_with_words_around_it(task_id: str) -> None:
    for problem, row in rows_of(task_id):
        if row.get("gold_text") is None:
            continue
        text = final_answer(row["gold_text"]).text or row["gold_text"]
        for answer in (text, f"I first thought <<<7>>>.\n\nSo: <<< {text} >>>\nDone.", f"Answer: {text}"):
            assert verify(problem, answer).outcome == "pass", (row["sample_id"], answer)


TOLD_IN_WORDS = {"date_understanding", "gsm", "MATH_geometry", "MATH_counting_and_probability"}
"""Tasks whose published problems only a reader can solve; `solve` says so for them."""


@pytest.mark.parametrize("task_id", [task_id for task_id in tasks if task_id not in TOLD_IN_WORDS])
def test_the_stored_problems_are_solved_without_their_solutions(task_id: str) -> None:
    for problem, row in rows_of(task_id):
        solved = tasks[task_id].solve(msgspec.structs.replace(problem, gold=None))
        if row["gold_status"] == "unsolvable":
            assert solved is None, row["sample_id"]
        else:
            assert solved is not None, row["sample_id"]
            assert verify(problem, solved).outcome == "pass", (row["sample_id"], solved)
