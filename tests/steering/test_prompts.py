"""Prompt packs: complete, replaceable in part, and refused with the place of the mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from codesteer_tui.errors import ConfigError
from codesteer_tui.steering.prompts import FIELDS, load_pack, shorten, shown_output
from codesteer_tui.values import ExecutionResult


def test_the_default_pack_has_every_template() -> None:
    assert set(load_pack().templates) == set(FIELDS)


def test_a_pack_of_ones_own_replaces_only_what_it_names(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('name = "mine"\n[guidance]\ncode = "Use Python for $$5."\n')
    pack = load_pack(str(path))
    assert pack.name == "mine"
    assert pack.fill("guidance.code") == "Use Python for $5."
    assert pack.templates["guidance.text"] == load_pack().templates["guidance.text"]


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ('[guidance]\ncoed = "x"\n', "guidance.coed"),
        ("[guidance]\ncode = 3\n", "guidance.code"),
        ('[guidance]\ncode = "costs $ 5"\n', "guidance.code"),
        ('[steerer]\nfirst = "$answer"\n', "$answer"),
        ("not toml", "not TOML"),
    ],
)
def test_a_pack_with_a_mistake_is_refused_with_its_place(tmp_path: Path, content: str, named: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(content)
    with pytest.raises(ConfigError) as raised:
        load_pack(str(path))
    assert named in raised.value.message
    assert "mine.toml" in raised.value.message
    assert raised.value.remedy


def test_a_missing_pack_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml"):
        load_pack(str(tmp_path / "nowhere.toml"))


def test_dollar_signs_in_a_question_are_left_alone() -> None:
    filled = load_pack().fill("steerer.first", question="Is $answer ${x} worth $5?")
    assert "Is $answer ${x} worth $5?" in filled


def test_long_output_keeps_its_head_and_tail() -> None:
    text = shorten("a" * 5000 + "b" * 5000, 100)
    assert text.startswith("a" * 50)
    assert text.endswith("b" * 50)
    assert "9,900 characters left out" in text


def test_a_model_is_told_when_nothing_was_printed() -> None:
    assert shown_output(ExecutionResult("exited", exit=0)) == "(nothing)"
