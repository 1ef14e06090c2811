"""The 23 logic games: a folder for every sample, with the question as text and everything else as JSON.

``sample_3/question.txt`` and ``sample_3/solution.json``; the samples of `logical_equation` are named after
letters, conditions and index, and their JSON is the answer itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from codesteer_tui.symbench.published.layouts.files import broken, field, json_of, text_of, within
from codesteer_tui.symbench.published.layouts.question_text import DERIVED
from codesteer_tui.symbench.published.layouts.sample import Found, Place, Sample, attempt


def _plain(gold: Any, _: dict[str, Any]) -> str:
    return gold if isinstance(gold, str) else msgspec.json.encode(gold).decode()


def _commas(gold: list[Any], _: dict[str, Any]) -> str:
    return ",".join(map(str, gold))


def _tokens(gold: list[Any], _: dict[str, Any]) -> str:
    return f"[{', '.join(map(str, gold))}]"


def _pairs(gold: list[list[Any]], _: dict[str, Any]) -> str:
    return ", ".join(" ".join(map(str, pair)) for pair in gold)


def _rows(gold: list[list[Any]], _: dict[str, Any]) -> str:
    return "\n".join(",".join(map(str, row)) for row in gold)


def _stock(gold: list[str], parameters: dict[str, Any]) -> str:
    """Of the five stored counts [A, B, C, X, Y], those that a question of this level asks for."""
    level = parameters["complexity"]
    asked = (0, 1, 3) if level <= 2 else (0, 1, 2, 3) if level <= 4 else (0, 1, 2, 3, 4)
    return f"[{', '.join(gold[at] for at in asked)}]"


class _Game(Struct, frozen=True):
    """Fields of ``solution.json`` that are parameters, where in it the answer is, and the form it is asked for in."""

    fields: tuple[str, ...]
    gold: tuple[str, ...] = ("solution",)
    form: Callable[[Any, dict[str, Any]], str] = _plain


GAMES: dict[str, _Game] = {
    "2048": _Game(("grid", "moves", "start_pos", "complexity")),
    "combinatorial_calculation": _Game(("numbers", "target", "complexity"), form=_tokens),
    "constrained_linear_arrangement": _Game(
        ("game_type", "player_moves", "results", "complexity"), form=_commas
    ),
    "cryptanalysis": _Game((), ("answer",)),
    "eight_queens": _Game(("initial_board", "blocked_positions", "placed_queens", "complexity"), form=_pairs),
    "letter_logic_diagram": _Game(("grid", "complexity"), form=_rows),
    "light_puzzles": _Game(("n", "initial_state", "buttons", "operations", "complexity"), form=_commas),
    "logic_puzzle": _Game(("grid", "complexity", "constraints"), form=_pairs),
    "logical_equation": _Game((), ()),
    "mahjong_pattern": _Game(("initial_cards", "rounds", "complexity")),
    "matrix_transformation": _Game(("matrix", "complexity"), ("formatted_solution",)),
    "new_operator": _Game(("complexity", "operator_definitions")),
    "pattern_recognition": _Game(("complexity",), ("row", "column")),
    "permutations_and_combinations": _Game(
        ("items", "constraints_text", "complexity"), ("correct_solution",)
    ),
    "pooling": _Game(("matrix", "window_size", "pooling_type", "complexity")),
    "reversi": _Game(("board_size", "moves", "complexity")),
    "standard_sudoku": _Game(("puzzle", "complexity")),
    "statistical_counting": _Game(("sequence", "rules", "complexity")),
    "string_deletion_and_modification": _Game(
        ("initial_string", "selected_rules", "complexity"), ("final_string",)
    ),
    "string_insertion": _Game(("original_string", "complexity"), ("modified_string",)),
    "string_splitting": _Game(("complexity",), ("expected_answer",)),
    "string_synthesis": _Game(("A_count", "B_count", "C_count", "complexity"), ("final_counts",), _commas),
    "synthesis_decomposition": _Game(("initial_state", "complexity"), form=_stock),
}

_OPTIONAL = {"eight_queens": ("board_size",)}
_NAMES = {
    "logical_equation": r"sample_(?P<letters>[0-9]{1,6})_(?P<conditions>[0-9]{1,6})_(?P<index>[0-9]{1,6})"
}
_ANY_NAME = r"sample_[0-9]{1,9}"


def read(place: Place) -> Iterator[Found]:
    """Read the samples of a folder in the order of their numbers."""
    for folder, match in within(place.path, _NAMES.get(place.task, _ANY_NAME)):
        named = {name: int(value) for name, value in match.groupdict().items()}
        yield attempt(folder, partial(_sample, place, folder, named))


def _sample(place: Place, folder: Path, named: dict[str, int]) -> Sample:
    game = GAMES[place.task]
    file = folder / "solution.json"
    question = text_of(folder / "question.txt").strip()
    if not question:
        raise broken(folder / "question.txt", "it is empty")
    if place.task == "logical_equation":
        gold: Any = json_of(file, list[Any])
        parameters: dict[str, Any] = {
            "num_letters": named["letters"],
            "num_constraints": named["conditions"],
            "index": named["index"],
        }
    else:
        stored = json_of(file, dict[str, Any])
        parameters = {name: field(stored, name, file) for name in game.fields}
        parameters |= {name: stored[name] for name in _OPTIONAL.get(place.task, ()) if name in stored}
        gold = _gold(place.task, stored, game, file)
    parameters |= _derived(place.task, question, parameters, folder / "question.txt")
    return Sample(
        task=place.task,
        sample_id=f"{place.task}/{place.split}/{folder.name}",
        split=place.split,
        file=folder,
        parameters=parameters,
        gold=gold,
        answer=_answer(game, gold, parameters, file),
        question=question,
    )


def _gold(task: str, stored: dict[str, Any], game: _Game, file: Path) -> Any:
    if task == "synthesis_decomposition":
        solution = field(stored, "solution", file)
        if not isinstance(solution, dict):
            raise broken(file, 'the field "solution" is no object')
        return field(solution, "answer", file)
    values = [field(stored, name, file) for name in game.gold]
    return values if len(values) > 1 else values[0]


def _answer(game: _Game, gold: Any, parameters: dict[str, Any], file: Path) -> str:
    if gold is None:
        return ""
    try:
        return f"<<<{game.form(gold, parameters)}>>>"
    except (TypeError, KeyError, IndexError) as error:
        raise broken(file, "the stored answer does not have the form that it should have") from error


def _derived(task: str, question: str, parameters: dict[str, Any], file: Path) -> dict[str, Any]:
    if task not in DERIVED:
        return {}
    found = DERIVED[task](question, parameters)
    if not found:
        raise broken(file, "the problem's data are not found in its text")
    return found
