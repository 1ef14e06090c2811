"""``codesteer weights use``: what it writes is what it says, the rest of the file stays, and the weights play."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from codesteer_tui.weights.using import usual_name
from tests import tiny_gguf
from tests.cli.conftest import Desk
from tests.weights import checkpoints

pytestmark = pytest.mark.gguf

MINE = """# my file
[roles]
steerer = "rules"   # until I have weights

[limits]
session_usd = 1.5
"""
PACK = """name = "published"
about = "as published"
[steerer]
fine_tuned = true
"""


@pytest.fixture
def mine(desk: Desk, random_gguf: Path) -> Path:
    folder = desk.folder / "data" / "codesteer" / "weights"
    folder.mkdir(parents=True)
    return Path(shutil.copy(random_gguf, folder / "My Weights.Q4_K_M.gguf"))


def written(desk: Desk) -> dict[str, Any]:
    return tomllib.loads(desk.config.read_text())


def test_weights_get_the_steerers_role_and_the_rest_of_the_file_stays(desk: Desk, mine: Path) -> None:
    desk.configure(MINE)
    done = desk.codesteer("weights", "use", mine.name)
    assert done.code == 0, done.err
    assert done.out.splitlines() == [
        '[providers.my-weights-q4_k_m] kind = "llama_cpp"',
        f'[providers.my-weights-q4_k_m] model = "{mine}"',
        '[roles] steerer = "my-weights-q4_k_m" (in place of "rules")',
    ]
    assert f"Saved in {desk.config}:" in done.err
    assert desk.config.read_text().startswith(MINE.replace('"rules"', '"my-weights-q4_k_m"'))
    assert written(desk)["providers"] == {"my-weights-q4_k_m": {"kind": "llama_cpp", "model": str(mine)}}
    (here,) = desk.codesteer("weights", "list", "--json").data["here"]
    assert (here["roles"], here["providers"]) == (["steerer"], ["my-weights-q4_k_m"])


def test_said_twice_nothing_more_is_written(desk: Desk, mine: Path) -> None:
    assert desk.codesteer("weights", "use", "My Weights.Q4_K_M").code == 0
    text = desk.config.read_text()
    again = desk.codesteer("weights", "use", str(mine))
    assert again.code == 0
    assert "Nothing new in" in again.err
    assert again.out.count("(as before)") == 3
    assert desk.config.read_text() == text


def test_the_provider_that_has_the_file_already_gets_another_role(desk: Desk, mine: Path) -> None:
    desk.configure(f"[providers.local]\nkind = 'llama_cpp'\nthreads = 1\nmodel = '{mine}'\n")
    done = desk.codesteer("weights", "use", str(mine), "--role", "task_llm")
    assert done.code == 0, done.err
    assert written(desk) == {
        "providers": {"local": {"kind": "llama_cpp", "threads": 1, "model": str(mine)}},
        "roles": {"task_llm": "local"},
    }


def test_another_file_of_a_provider_is_replaced_only_when_told(desk: Desk, mine: Path) -> None:
    text = "[providers.local]\nkind = 'llama_cpp'\nmodel = '/elsewhere/other.gguf'\n"
    desk.configure(text)
    refused = desk.codesteer("weights", "use", str(mine), "--name", "local")
    assert refused.code == 2
    assert "/elsewhere/other.gguf" in refused.err
    assert "--replace" in refused.err
    assert desk.config.read_text() == text
    done = desk.codesteer("weights", "use", str(mine), "--name", "local", "--replace")
    assert done.code == 0, done.err
    assert '(in place of "/elsewhere/other.gguf")' in done.out
    assert written(desk)["providers"]["local"]["model"] == str(mine)


@pytest.mark.parametrize(
    ("name", "said"),
    [("groq", "of kind 'openai'"), ("rules", "means something else"), ("a:b", "without a colon")],
)
def test_a_name_that_means_something_else_is_refused(desk: Desk, mine: Path, name: str, said: str) -> None:
    done = desk.codesteer("weights", "use", str(mine), "--name", name, "--replace")
    assert done.code == 2
    assert said in done.err
    assert desk.config.read_text() == ""


@pytest.mark.parametrize("text", ["[providers.local]\nkind = 'llama_cpp'\nmodel = 5\n", "not [toml"])
def test_what_is_wrong_in_the_file_is_not_written_over(desk: Desk, mine: Path, text: str) -> None:
    desk.configure(text)
    done = desk.codesteer("weights", "use", str(mine), "--name", "local")
    assert done.code == 2
    assert str(desk.config) in done.err
    assert desk.config.read_text() == text


def test_what_cannot_play_is_refused_with_what_helps(desk: Desk, mine: Path, tmp_path: Path) -> None:
    checkpoints.write(tmp_path / "made")
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(mine.read_bytes()[:-1000])
    (tmp_path / "x.gguf.part").write_bytes(b"GGUF")
    tiny_gguf.make(tmp_path / "mute.gguf", template="")
    for name, said in (
        ("made", "codesteer weights convert"),
        ("cut.gguf", "it is cut off"),
        ("x.gguf.part", "not wholly pulled"),
        ("mute.gguf", "no chat template"),
    ):
        done = desk.codesteer("weights", "use", str(tmp_path / name))
        assert done.code == 3, name
        assert said in done.err
        assert "→" in done.err
    assert desk.config.read_text() == ""


def test_what_is_stronger_than_the_file_is_said(desk: Desk, mine: Path) -> None:
    desk.env["CODESTEER_ROLES__STEERER"] = "rules"
    done = desk.codesteer("weights", "use", str(mine))
    assert done.code == 0
    assert "Mind: roles.steerer is not taken from there now" in done.err


def trained(desk: Desk, mine: Path) -> Path:
    """Weights that are known to have been trained on the published wording."""
    return mine.rename(mine.with_name("CodeSteer-v1-F16.gguf"))


def test_the_pack_that_weights_were_trained_on_is_chosen_where_it_is_there(desk: Desk, mine: Path) -> None:
    path = trained(desk, mine)
    first = desk.codesteer("weights", "use", str(path))
    assert "was trained on the prompt pack 'published'" in first.err
    assert "codesteer prompts import" in first.err
    (desk.folder / "prompts").mkdir()
    (desk.folder / "prompts" / "published.toml").write_text(PACK)
    done = desk.codesteer("weights", "use", str(path))
    assert done.code == 0, done.err
    assert '[steering] prompt_pack = "published"' in done.out
    assert "Mind" not in done.err
    assert written(desk)["steering"] == {"prompt_pack": "published"}


def test_a_pack_that_was_chosen_stays_and_is_pointed_out(desk: Desk, mine: Path) -> None:
    (desk.folder / "prompts").mkdir()
    (desk.folder / "prompts" / "published.toml").write_text(PACK)
    desk.configure("[steering]\nprompt_pack = 'default'\n")
    done = desk.codesteer("weights", "use", str(trained(desk, mine)))
    assert 'use it: [steering] prompt_pack = "published"' in done.err
    assert written(desk)["steering"] == {"prompt_pack": "default"}


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("CodeSteer-v1-Q4_K_M.gguf", "codesteer-v1-q4_k_m"),
        ("big-00001-of-00003.gguf", "big"),
        ("a.b:c d.gguf", "a-b-c-d"),
        ("\u00e9.gguf", "local"),
    ],
)
def test_a_provider_is_called_after_its_file(file: str, name: str) -> None:
    assert usual_name(Path(file)) == name
