"""A journey in a real terminal: a key of one's own, a setting that is refused, saved and taken out again, the logs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cli.conftest import Desk
from tests.e2e.terminal import CTRL_Q, Terminal

F2, F6, F8 = "\x1bOQ", "\x1b[17~", "\x1b[19~"
ESC, DOWN = "\x1b", "\x1b[B"


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (130, 30)])
def test_a_setting_is_changed_and_a_key_of_ones_own_opens_the_logs(
    desk: Desk, open_terminal: Callable[..., Terminal], columns: int, rows: int
) -> None:
    desk.configure('[sandbox]\nengine = "off"\n[keys]\nlogs = "f6"\n')
    terminal = open_terminal(columns=columns, rows=rows)
    terminal.wait_for("Type a problem")
    terminal.type(F2)
    terminal.wait_for("Settings")
    terminal.type("/")
    terminal.type("max_rounds")
    terminal.wait_for("max_rounds")
    terminal.type("\r")
    terminal.settle()
    terminal.type("\r")
    terminal.wait_for("Enter saves it")
    terminal.type("\x7f" * 4 + "many")
    terminal.wait_for("x .*whole number|x .*many")
    terminal.type("\x7f" * 4 + "7")
    terminal.wait_for(r"\b7\b")
    terminal.type("\r")
    terminal.wait_for("steering.max_rounds is now 7")
    assert "max_rounds = 7" in desk.config.read_text()
    terminal.type("d")
    terminal.wait_for("Taken out of")
    assert "max_rounds" not in desk.config.read_text()
    terminal.type(F8)  # the key that it was
    terminal.settle()
    assert "Logs:" not in terminal.text
    terminal.type(F6)
    terminal.wait_for("Logs:")
    terminal.wait_for("max_rounds is now")
    terminal.type(CTRL_Q)
    assert terminal.wait_for_end() == 0
