"""`codesteer symbench`: problems out, verdicts out, the published data in."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pexpect
import pytest

from codesteer_tui.cli import run
from codesteer_tui.problem import Problem
from codesteer_tui.symbench import generate, tasks
from codesteer_tui.symbench.registry import MODULES
from tests.cli.conftest import COMMAND, Desk
from tests.symbench.published.tree import put, write_tree

ALL = pytest.mark.parametrize("task_id", list(MODULES))


def row(task: str, seed: int, answer: str, **more: Any) -> dict[str, Any]:
    problem = generate(task, seed)
    return {
        "task": task,
        "sample_id": f"{task}/{seed}",
        "question": problem.question,
        "parameters": problem.parameters,
        "gold": problem.gold,
        "answer": answer,
        **more,
    }


def lines(rows: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(one) + "\n" for one in rows)


def objects(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_all_tasks_are_listed_with_their_categories(desk: Desk) -> None:
    shown = desk.codesteer("symbench", "list").out.splitlines()
    assert [line.split()[0] for line in shown] == list(MODULES)
    listed = desk.codesteer("symbench", "list", "--json").data
    assert [one["id"] for one in listed] == list(MODULES)
    assert all(one["title"] and one["category"] for one in listed)


@ALL
def test_a_task_shows_its_rules_knobs_policy_and_an_example(
    task_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["symbench", "show", task_id, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["rules"]
    assert "specification" not in told["rules"]
    task = tasks[task_id]
    assert [knob["name"] for knob in told["knobs"]] == list(task.Difficulty.__struct_fields__)
    assert [policy["name"] for policy in told["policies"]] == list(task.Policy.__struct_fields__)
    assert all(field["range"] for field in told["knobs"] + told["policies"])
    assert told["example"]["question"] == generate(task_id, 0).question

    assert run(["symbench", "show", task_id]) == 0
    shown = capsys.readouterr().out
    for name in (*task.Difficulty.__struct_fields__, *task.Policy.__struct_fields__):
        assert f"    {name}=" in shown


@ALL
def test_the_knobs_are_taken_as_they_are_shown(task_id: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["symbench", "show", task_id, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    given = [part for knob in told["knobs"] for part in ("--set", f"{knob['name']}={knob['default']}")]
    assert run(["symbench", "generate", task_id, "--seed", "3", "--json", *given]) == 0
    assert json.loads(capsys.readouterr().out)["question"] == generate(task_id, 3).question


@ALL
def test_what_is_generated_is_judged_once_an_answer_is_added(
    task_id: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["symbench", "generate", task_id, "--seed", "5", "--count", "3", "--json"]) == 0
    made = objects(capsys.readouterr().out)
    assert [one["seed"] for one in made] == [5, 6, 7]
    assert len({one["sample_id"] for one in made}) == 3
    for one, seed in zip(made, (5, 6, 7), strict=True):
        fields = ("question", "task", "parameters", "gold", "seed", "knobs")
        kept = msgspec.convert({name: one[name] for name in fields}, Problem)
        assert kept == msgspec.json.decode(msgspec.json.encode(generate(task_id, seed)), type=Problem)
    file = tmp_path / "answered.jsonl"
    file.write_text(lines([{**one, "answer": one["gold"]} for one in made]))
    for scoring in ("rules", "reference"):
        assert run(["symbench", "verify", str(file), "--scoring", scoring]) == 0
        judged = objects(capsys.readouterr().out)
        assert [one["sample_id"] for one in judged] == [one["sample_id"] for one in made]
        assert all(one["verdict"] == "pass" for one in judged) or scoring == "reference"
        assert all(one["reason"] for one in judged)


def test_problems_for_a_person_are_told_in_words(desk: Desk) -> None:
    screen = pexpect.spawn(
        COMMAND[0],
        [*COMMAND[1:], "symbench", "generate", "letters", "--seed", "2"],
        env=desk.env,
        cwd=str(desk.folder),
        encoding="utf-8",
        dimensions=(40, 200),
    )
    screen.expect(pexpect.EOF)
    assert "letters/generated/2" in screen.before
    assert "How many times does the letter" in screen.before
    assert '"parameters"' not in screen.before


def test_knobs_change_the_problem_and_its_name(desk: Desk) -> None:
    plain = desk.codesteer("symbench", "generate", "game24").data
    longer = desk.codesteer("symbench", "generate", "game24", "--set", "numbers=6").data
    assert len(longer["parameters"]["numbers"]) == 6
    assert plain["sample_id"] != longer["sample_id"]
    assert longer == desk.codesteer("symbench", "generate", "game24", "--knob", "numbers=6").data


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["generate", "gam24"], 'Did you mean "game24"?'),
        (["show", "gam24"], 'Did you mean "game24"?'),
        (["generate", "game24", "--set", "numbers=x"], "numbers=x"),
        (["generate", "game24", "--set", "number=3"], 'Did you mean "numbers"?'),
        (["generate", "game24", "--set", "numbers"], "codesteer symbench show game24"),
        (["generate", "game24", "--count", "0"], "--count"),
        (["verify", "nothing.jsonl"], "nothing.jsonl cannot be read"),
        (["verify", "-", "--policy", "letters=1"], "TASK.NAME=VALUE"),
        (["verify", "-", "--policy", "letters.repeat=1"], 'Did you mean "repeats"?'),
        (["verify", "-", "--policy", "letters.repeats=perhaps"], "repeats=perhaps"),
        (["verify", "-", "--policy", "leters.repeats=1"], 'Did you mean "letters"?'),
        (["verify", "-", "--policy", "letters.repeats=1", "--scoring", "reference"], "no --policy"),
        (["import", "nowhere"], "nowhere does not exist"),
        (["import", "."], "dataset_gather"),
        (["import", ".", "--task", "gam24"], 'Did you mean "game24"?'),
        (["import", ".", "--task", "path_plan"], "benchmark"),
    ],
)
def test_what_cannot_be_used_is_told_with_what_can(desk: Desk, arguments: list[str], said: str) -> None:
    done = desk.codesteer("symbench", *arguments)
    assert done.code == 2
    assert said in done.err
    assert not done.out


def test_verdicts_come_in_order_with_their_reasons_whatever_they_are(desk: Desk) -> None:
    rows = [
        row("game24", 1, generate("game24", 1).gold or ""),
        row("letters", 1, "<<<Count: 99, Positions: [1]>>>"),
        row("number_multiply", 1, "I cannot say."),
    ]
    done = desk.codesteer("symbench", "verify", "-", stdin=lines(rows))
    assert done.code == 0
    judged = objects(done.out)
    assert [one["verdict"] for one in judged] == ["pass", "fail", "could_not_check"]
    assert [one["sample_id"] for one in judged] == ["game24/1", "letters/1", "number_multiply/1"]
    assert all(set(one) == {"task", "sample_id", "verdict", "reason", "extracted"} for one in judged)
    assert judged[1]["reason"] == verdict_of("letters", 1, "<<<Count: 99, Positions: [1]>>>")
    assert "3 answers: 1 pass, 1 fail, 1 could not be checked" in done.err


def verdict_of(task: str, seed: int, answer: str) -> str:
    return tasks[task].verify(generate(task, seed), answer).reason


def test_a_file_is_read_with_empty_lines_and_fields_that_are_not_known(desk: Desk) -> None:
    gold = generate("letters", 4).gold or ""
    text = (
        "\n"
        + lines([row("letters", 4, gold, level="x", probes=[1])])
        + "\n\n"
        + lines([row("letters", 4, gold)])
    )
    put(desk.folder / "rows.jsonl", text)
    done = desk.codesteer("symbench", "verify", "rows.jsonl")
    assert done.code == 0
    assert [one["verdict"] for one in objects(done.out)] == ["pass", "pass"]


@pytest.mark.parametrize(
    "line",
    [
        b"{not json}",
        b'{"question": "no task"}',
        b'{"task": "gam24", "parameters": {}, "answer": ""}',
        b'{"task": 24, "parameters": {}, "answer": ""}',
        b'{"task": "game24", "parameters": [], "answer": ""}',
        b'{"task": "game24", "parameters": {}, "answer": 24}',
        b'\xff\xfe{"task": "game24"}',
        b'{"task": "game24", "parameters": {"numbers": ' + b"[" * 100_000 + b"}",
        b"[1, 2]",
    ],
    ids=range(9),
)
def test_a_line_that_is_no_row_is_named_after_the_verdicts_before_it(desk: Desk, line: bytes) -> None:
    good = lines([row("letters", 4, "<<<Count: 0, Positions: []>>>")] * 2).encode()
    (desk.folder / "rows.jsonl").write_bytes(good + line + b"\n" + good)
    done = desk.codesteer("symbench", "verify", "rows.jsonl")
    assert done.code == 2
    assert len(objects(done.out)) == 2
    assert "rows.jsonl, line 3: " in done.err
    assert done.err.count("line 3") == 1
    assert "Traceback" not in done.err


def test_a_policy_settles_what_a_question_leaves_open(desk: Desk) -> None:
    problem = generate("letters", 4)
    word, letter = problem.parameters["word"], problem.parameters["letter"]
    positions = [at for at, other in enumerate(word, 1) if other == letter]
    twice = f"<<<Count: {len(positions)}, Positions: {[positions[0], *positions]}>>>"
    text = lines([row("letters", 4, twice)])
    strict = desk.codesteer("symbench", "verify", "-", stdin=text).data
    lenient = desk.codesteer("symbench", "verify", "-", "--policy", "letters.repeats=true", stdin=text).data
    assert (strict["verdict"], lenient["verdict"]) == ("fail", "pass")


def test_the_published_judges_may_be_asked_instead(desk: Desk) -> None:
    problem = generate("number_multiply", 1)
    tenfold = f"{(problem.gold or '').strip('<>')}0"
    text = lines([row("number_multiply", 1, tenfold)])
    ours = desk.codesteer("symbench", "verify", "-", stdin=text).data
    theirs = desk.codesteer("symbench", "verify", "-", "--scoring", "reference", stdin=text).data
    assert (ours["verdict"], theirs["verdict"]) == ("fail", "pass")


def test_each_verdict_is_there_before_the_next_answer_is_sent(desk: Desk) -> None:
    from tests.cli.conftest import COMMAND

    running = subprocess.Popen(
        [*COMMAND, "symbench", "verify", "-"],
        cwd=desk.folder,
        env=desk.env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with running:
        assert running.stdin is not None
        assert running.stdout is not None
        for seed in range(3):
            running.stdin.write(lines([row("letters", seed, generate("letters", seed).gold or "")]).encode())
            running.stdin.flush()
            assert json.loads(running.stdout.readline())["sample_id"] == f"letters/{seed}"
        running.stdin.close()
        assert running.wait(20) == 0


PUBLISHED = [
    {
        "task": "letters",
        "sample_id": "letters/len_5_10/a_2_1",
        "split": "len_5_10",
        "parameters": {"word": "banal", "min_length": 5, "max_length": 10},
    },
    {
        "task": "number_multiply",
        "sample_id": "number_multiply/main/digit_1_1/sample_3",
        "split": "main",
        "question": "?",
        "parameters": {"values": [3, -7]},
        "gold": "21",
    },
]


def test_the_published_data_come_as_rows_that_can_be_judged(desk: Desk) -> None:
    write_tree(desk.folder / "dataset_gather", PUBLISHED)
    put(desk.folder / "dataset_gather/number_multiply/digit_1_1/sample_4/input_value_list.txt", "no list")
    done = desk.codesteer("symbench", "import", ".")
    assert done.code == 0
    letters, product = objects(done.out)
    assert (letters["sample_id"], letters["status"], letters["split"]) == (
        "letters/len_5_10/a_2_1",
        "ok",
        "len_5_10",
    )
    assert (product["status"], product["gold"]) == ("wrong", None)
    assert "letters: 1 (1 ok)" in done.err
    assert "number_multiply: 1 (1 wrong)" in done.err
    assert "sample_4/input_value_list.txt" in done.err
    answered = lines([{**letters, "answer": letters["gold"]}, {**product, "answer": "<<<-21>>>"}])
    judged = objects(desk.codesteer("symbench", "verify", "-", stdin=answered).out)
    assert judged[1]["verdict"] == "pass"


def test_one_task_of_the_published_data_may_be_asked_for_with_its_wrong_answers(desk: Desk) -> None:
    write_tree(desk.folder / "dataset_gather", PUBLISHED)
    asked = ("symbench", "import", "dataset_gather", "--task", "number_multiply")
    done = desk.codesteer(*asked, "--all")
    assert (done.data["status"], done.data["gold"]) == ("wrong", "21")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--set", "numbers=1"], "What numbers may be: 2 to 80."),
        (["--set", "numbers=many"], "What numbers may be: 2 to 80."),
        (["--set", "numbers=5", "--set", "numbers=6"], "--set numbers is given twice"),
    ],
)
def test_a_refused_knob_is_told_with_what_it_may_be(desk: Desk, arguments: list[str], said: str) -> None:
    done = desk.codesteer("symbench", "generate", "game24", *arguments)
    assert done.code == 2
    assert said in done.err
    assert "$." not in done.err


def test_the_name_of_a_problem_does_not_depend_on_how_its_knobs_were_typed(desk: Desk) -> None:
    one = desk.codesteer("symbench", "generate", "game24", "--set", " numbers = 5", "--set", "target=24").data
    other = desk.codesteer("symbench", "generate", "game24", "--set", "target=24", "--set", "numbers=5").data
    assert (
        one["sample_id"] == other["sample_id"] == "game24/generated/numbers=5,target=24/0".replace(",", "/")
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'{"task": "game24", "parameters": {"numbers": [1, 2], "target": 3}}', 'it has no "answer"'),
        (b'{"task": "game24", "answer": "<<<1 + 2>>>"}', 'it has no "parameters"'),
        (b'{"task": "game24", "sample_id": 3}', '"sample_id" has to be a string'),
        ('{"task": "game24"}'.encode("utf-16"), "UTF-16"),
    ],
)
def test_a_row_that_cannot_be_judged_is_told_with_what_it_lacks(desk: Desk, line: bytes, said: str) -> None:
    (desk.folder / "rows.jsonl").write_bytes(line)
    done = desk.codesteer("symbench", "verify", "rows.jsonl")
    assert done.code == 2
    assert said in done.err
    assert not done.out


def test_a_null_answer_could_not_be_checked_and_a_byte_order_mark_is_no_matter(desk: Desk) -> None:
    good = row("letters", 4, generate("letters", 4).gold or "")
    (desk.folder / "rows.jsonl").write_bytes(
        b"\xef\xbb\xbf" + lines([good, {**good, "answer": None}]).encode()
    )
    done = desk.codesteer("symbench", "verify", "rows.jsonl")
    assert done.code == 0
    assert [one["verdict"] for one in objects(done.out)] == ["pass", "could_not_check"]
