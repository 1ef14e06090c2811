"""The page on providers knows every preset and every kind of failure."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from codesteer_tui.errors import ModelErrorKind
from codesteer_tui.presets import PRESETS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "providers.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """The text under a heading."""
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def test_the_table_of_services_is_that_of_the_program() -> None:
    rows = re.findall(
        r"^\| `([\w-]+)` \| (.+?) \| (.+?) \| .+? \|$", section("Services and servers"), re.MULTILINE
    )
    assert rows == [
        (
            name,
            preset.title,
            f"none; see <{preset.page}>"
            if preset.key == "none"
            else f"`{preset.key.removeprefix('env:')}`, from <{preset.page}>",
        )
        for name, preset in PRESETS.items()
    ]


def test_every_kind_of_failure_is_explained() -> None:
    kinds = re.findall(r"^\| `(\w+)` \|", section("What the errors mean"), re.MULTILINE)
    assert sorted(kinds) == sorted(get_args(ModelErrorKind))
