"""The probes that came with the specification: answers to accept, answers to reject."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import tasks

DEV = Path(__file__).resolve().parents[2].parent / "shared" / "symbench" / "dev"

if not DEV.is_dir() and os.environ.get("CI") != "true":
    pytest.skip("the samples of the specification are not here", allow_module_level=True)


@pytest.mark.parametrize("task_id", list(tasks))
def test_every_probe_of_the_specification_is_judged_as_expected(task_id: str) -> None:
    rows: list[dict[str, Any]] = [json.loads(line) for line in (DEV / f"{task_id}.jsonl").open()]
    wrong = []
    for row in rows:
        problem = Problem(question=row["question"], task=row["task"], parameters=row["parameters"])
        for probe in row["probes"]:
            verdict = tasks[task_id].verify(problem, probe["answer"])
            if (verdict.outcome == "pass") != probe["expect"] or not verdict.reason:
                wrong.append((row["sample_id"], probe["why"], probe["answer"][:100], verdict))
    assert rows
    assert not wrong, wrong


@pytest.mark.parametrize("task_id", list(tasks))
def test_the_stored_right_answer_is_accepted_with_words_around_it(task_id: str) -> None:
    for line in (DEV / f"{task_id}.jsonl").open():
        row = json.loads(line)
        problem = Problem(question=row["question"], task=row["task"], parameters=row["parameters"])
        text = row["gold_text"].removeprefix("<<<").removesuffix(">>>")
        for answer in (text, f"I first thought <<<7>>>.\n\nSo: <<< {text} >>>\nDone.", f"Answer: {text}"):
            assert tasks[task_id].verify(problem, answer).outcome == "pass", answer
