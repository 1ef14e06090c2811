"""How the published data are laid out: where each task's samples are, and what reads them.

Paths are relative to the folder ``dataset_gather``. A ``*`` stands for a number, at the end of a name for several with
``_`` between them; where the split has one too, the number goes in there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from codesteer_tui.errors import ProblemError
from codesteer_tui.symbench.published.layouts import (
    letters,
    logic_games,
    number_tables,
    plans,
    products,
    texts,
    trajectories,
)
from codesteer_tui.symbench.published.layouts.files import unreadable, within
from codesteer_tui.symbench.published.layouts.sample import Found, Place, Reader, Sample, Skipped

__all__ = ["LAYOUTS", "Found", "Layout", "Place", "Sample", "Skipped", "places"]


class Layout(Struct, frozen=True):
    """Where a task's samples are, as (path, split), and what reads them."""

    reader: Reader
    folders: tuple[tuple[str, str], ...]


def _game(*folders: tuple[str, str]) -> Layout:
    return Layout(logic_games.read, folders)


def _main(folder: str) -> Layout:
    return _game((folder, "main"))


def _bbh(task: str) -> Layout:
    return Layout(texts.read_examples, ((f"BIG-Bench-Hard/bbh/{task}.json", "main"),))


def _math(subject: str) -> Layout:
    return Layout(texts.read_exercises, ((f"MATH/train/{subject}", "main"),))


LAYOUTS: Mapping[str, Layout] = {
    "2048": _main("2048_dataset"),
    "Blocksworld": Layout(plans.read_worlds, (("Blocksworld_dataset", "main"),)),
    "BoxLift": Layout(
        plans.read_lifts,
        (("BoxLift_dataset/BoxLift_*_*", "main"), ("BoxLift_dataset_SFT/BoxLift_*_*", "SFT")),
    ),
    "BoxNet1": Layout(
        plans.read_grids,
        (("BoxNet1_dataset/env_pg_state_*_*", "main"), ("BoxNet1_dataset_SFT/env_pg_state_*_*", "SFT")),
    ),
    "combinatorial_calculation": _game(
        ("combinatorial_calculation", "main"),
        (
            "combinatorial_calculation_varied_complexity/combinatorial_calculation_complexity*",
            "varied_complexity_*",
        ),
    ),
    "constrained_linear_arrangement": _main("constrained_linear_arrangement"),
    "cryptanalysis": _main("cryptanalysis"),
    "date_understanding": _bbh("date_understanding"),
    "eight_queens": _game(
        ("eight_queens_dataset", "main"),
        ("eight_queens_dataset_2", "v2"),
        ("eight_queens_dataset_hard", "hard"),
        ("eight_queens_dataset_varied_complexity/eight_queens_dataset_complexity*", "varied_complexity_*"),
    ),
    "game24": Layout(number_tables.read, (("game24_dataset/*", "main"),)),
    "gsm": Layout(texts.read_stories, (("gsmhardv2.jsonl", "main"),)),
    "letter_logic_diagram": _main("letter_logic_diagram"),
    "letters": Layout(letters.read, (("Letters/Letters_dataset_min_length_*_max_length_*", "len_*_*"),)),
    "light_puzzles": _main("light_puzzles_dataset"),
    "logic_puzzle": _main("logic_puzzle_dataset"),
    "logical_deduction_seven_objects": _bbh("logical_deduction_seven_objects"),
    "logical_equation": _main("logical_equation"),
    "mahjong_pattern": _main("mahjong_pattern_dataset"),
    "MATH_counting_and_probability": _math("counting_and_probability"),
    "MATH_geometry": _math("geometry"),
    "matrix_transformation": _main("matrix_transformation_dataset"),
    "navigate": _bbh("navigate"),
    "new_operator": _main("new_operator_dataset"),
    "number_multiply": Layout(
        products.read,
        (
            ("number_multiply/digit_*", "main"),
            ("number_multiply_varied_complexity/digit_*", "varied_complexity"),
        ),
    ),
    "path_plan": Layout(trajectories.read, (("../benchmark", "main"),)),
    "pattern_recognition": _main("pattern_recognition"),
    "permutations_and_combinations": _main("permutations_and_combinations"),
    "pooling": _main("pooling_dataset"),
    "reversi": _main("reversi_dataset"),
    "standard_sudoku": _main("standard_sudoku"),
    "statistical_counting": _main("statistical_counting_dataset"),
    "string_deletion_and_modification": _main("string_deletion_and_modification"),
    "string_insertion": _main("string_insertion"),
    "string_splitting": _main("string_splitting"),
    "string_synthesis": _main("string_synthesis"),
    "synthesis_decomposition": _main("synthesis_decomposition_dataset"),
    "web_of_lies": _bbh("web_of_lies"),
}
"""Task id → layout."""


def places(data: Path, task: str) -> Iterator[Place | Skipped]:
    """Find the places of a task below the data folder that exist, in the order of the table."""
    for pattern, split in LAYOUTS[task].folders:
        folder, _, name = pattern.rpartition("/")
        parent = data.parent if folder == ".." else data / folder
        try:
            if parent.is_dir():
                for path, match in within(parent, _pattern(name)):
                    yield Place(task, _named(split, match.groups()), path)
        except (ProblemError, OSError) as error:
            yield Skipped(parent, error if isinstance(error, ProblemError) else unreadable(parent, error))


def _pattern(name: str) -> str:
    middle = r"([0-9]{1,9})"
    last = r"([0-9]{1,9}(?:_[0-9]{1,9}){0,100})"
    escaped = re.escape(name)
    if escaped.endswith(r"\*"):
        escaped = escaped[:-2] + last
    return escaped.replace(r"\*", middle)


def _named(split: str, numbers: tuple[str, ...]) -> str:
    for number in numbers:
        split = split.replace("*", number, 1)
    return split
