"""The linear mode: what is typed there, without a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from codesteer_tui.cli.linear import _posed
from codesteer_tui.errors import ProblemError


def test_a_name_that_there_is_not_is_refused_at_the_beginning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "notes.txt").write_text("four", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ProblemError, match="@sudoku: there is no such task") as refused:
        _posed("@sudoku")
    assert "@standard_sudoku" in refused.value.remedy
    with pytest.raises(ProblemError, match="no such task or file") as refused:
        _posed("@notes.txz what is it")
    assert "@notes.txt" in refused.value.remedy
    assert "four" in _posed("@notes.txt what is it").question
    assert _posed("\\@notes.txt is a name").question == "@notes.txt is a name"
    assert _posed("@game24 seed=2").task == "game24"
