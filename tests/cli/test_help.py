"""Help is there for every command, and costs no import that it does not need."""

from __future__ import annotations

import pytest

from codesteer_tui.cli.root import COMMANDS
from codesteer_tui.symbench.registry import MODULES

SLOW = ("textual", "openai", "anthropic", "docker", "llama_cpp")

PROBE = """
import sys
from codesteer_tui.cli import run
assert run(["--help"]) == 0
print("loaded:", *sorted(sys.modules))
"""


def test_help_imports_neither_the_screen_nor_a_provider_nor_the_schema(desk) -> None:
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, "-c", PROBE],
        env=desk.env,
        cwd=desk.folder,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = done.stdout.rpartition("loaded:")[2].split()
    assert "click" in loaded
    assert not {name.partition(".")[0] for name in loaded} & {*SLOW, "msgspec", "pygments", "platformdirs"}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(desk, name: str) -> None:
    done = desk.codesteer(name, "--help")
    assert done.code == 0
    assert f"codesteer {name}" in done.out
    assert "..." not in done.out.partition("\nCommands:\n")[2]  # no sentence about a subcommand is cut off


def test_the_help_of_config_tells_how_variables_are_written(desk) -> None:
    done = desk.codesteer("config", "--help")
    assert "CODESTEER_SECTION__KEY" in done.out
    assert "CODESTEER_PROVIDERS__NAME__KEY" in done.out


def test_the_help_of_solve_names_the_tasks_and_where_knobs_are_shown(desk) -> None:
    words = " ".join(desk.codesteer("solve", "--help").out.split())
    for task in MODULES:
        assert task in words
    assert "--knob help" in words


@pytest.mark.parametrize("task", MODULES)
def test_the_knobs_of_every_task_can_be_shown_and_taken_as_shown(
    task: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from codesteer_tui.cli import run
    from codesteer_tui.symbench import generate

    assert run(["solve", "--task", task, "--knob", "help"]) == 0
    shown = [line.strip() for line in capsys.readouterr().out.splitlines() if line.startswith("    ")]
    assert shown
    assert generate(task, 3, **dict(knob.split("=", 1) for knob in shown)) == generate(task, 3)


def test_a_knob_without_a_value_is_told_where_knobs_are_shown(desk) -> None:
    done = desk.codesteer("solve", "--task", "game24", "--knob", "numbers")
    assert done.code == 2
    assert "codesteer solve --task game24 --knob help" in done.err


def test_the_version_is_printed(desk) -> None:
    from codesteer_tui import __version__

    assert desk.codesteer("--version").out == f"codesteer {__version__}\n"


def test_a_misspelt_command_is_answered_with_the_right_one(desk) -> None:
    done = desk.codesteer("sesions")
    assert done.code == 2
    assert "'sessions'" in done.err


@pytest.mark.parametrize(
    "words", [["Use 4 7 8 8 to make 24"], ["Use", "4", "7", "8", "8", "to", "make", "24"]]
)
def test_a_problem_without_its_command_is_told_how_to_be_posed(desk, words: list[str]) -> None:
    done = desk.codesteer(*words)
    assert done.code == 2
    assert done.err.rstrip().endswith("codesteer solve 'Use 4 7 8 8 to make 24'")


def test_a_very_long_word_is_not_repeated_as_a_whole(desk) -> None:
    done = desk.codesteer("x" * 5000)
    assert done.code == 2
    assert len(done.err) < 600


def test_the_app_without_a_terminal_says_what_works_there(desk) -> None:
    done = desk.codesteer()
    assert done.code == 2
    assert "codesteer solve" in done.err
