"""The key table: bindings, the key line and the help are all made from it.

Every key survives legacy terminals, tmux and screen: no Ctrl+H, Ctrl+I, Ctrl+M or Ctrl+[ (they arrive as
other keys), no Ctrl+A or Ctrl+B (screen and tmux keep them), no Alt with a digit. Letters and digits act only
where nothing can be typed.
"""

from __future__ import annotations

from textual.binding import Binding, BindingType

from codesteer_tui.tui.keys.of_records import OF_RECORDS
from codesteer_tui.tui.keys.of_runs import OF_RUNS
from codesteer_tui.tui.keys.of_set_up import OF_SET_UP
from codesteer_tui.tui.keys.of_steps import OF_STEPS
from codesteer_tui.tui.keys.of_tasks import OF_TASKS
from codesteer_tui.tui.keys.row import Key, Where

KEYS: tuple[Key, ...] = (*OF_RUNS, *OF_RECORDS, *OF_TASKS, *OF_STEPS, *OF_SET_UP)

NAMES = {
    "escape": "Esc",
    "enter": "Enter",
    "space": "Space",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "left_parenthesis": "(",
    "right_parenthesis": ")",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "minus": "-",
    "plus": "+",
    "left": "Left",
    "right": "Right",
    "home": "Home",
    "end": "End",
    "tab": "Tab",
    "up": "Up",
    "pagedown": "PageDown",
    "pageup": "PageUp",
    "down": "Down",
    "slash": "/",
    "comma": ",",
    "full_stop": ".",
    "exclamation_mark": "!",
    "delete": "Del",
}
OWN = {
    *("palette", "quit", "copy", "send", "newline", "history", "complete", "edit", "empty"),
    *("find_keep", "decide", "choose_mode"),
    *("change_setting", "save_setting"),
    *("write_done", "write_line", "write_way", "edit_done", "edit_leave"),
}
"""Keys that Textual, the prompt or its screen binds itself; they are in the table for the help."""

_AT_ONCE = {"filter_tasks", "search_settings"}
"""Keys that are acted on before the focus sees them: what is typed next is for the field that they go to."""

ALWAYS_SHOWN = {"help", "quit", "leave_tasks", "leave_weights"}
"""In the key line, whatever else does not fit."""

SHOWN_IN_A_RUN = {"back", "models"}
"""The same while a run goes on: what could be looked for in the middle of it."""


def bindings(where: Where) -> list[BindingType]:
    """The bindings of one place."""
    return [
        Binding(
            key.keys,
            key.action,
            key.does,
            show=False,
            id=key.id,
            priority=where == "replay" or key.id in _AT_ONCE,
        )
        for key in KEYS
        if key.where == where and key.id not in OWN
    ]


_OPENERS = {
    *("help", "settings", "tasks", "models", "sessions", "find_words", "steering", "guide", "logs", "charts"),
}


def openers(only: str = "") -> list[BindingType]:
    """The bindings that open a screen, or only one of them.

    They are acted on before the focus sees them: what is typed next is for that screen.
    """
    return [
        Binding(key.keys, key.action, key.does, show=False, id=key.id, priority=True)
        for key in KEYS
        if key.id in _OPENERS and only in ("", key.id)
    ]


def name(key: Key) -> str:
    """The keys as people write them: Ctrl+S or F4."""
    return " or ".join(one_name(k) for k in key.keys.split(","))


def table(app: object) -> tuple[Key, ...]:
    """The key table with the person's own keys in it."""
    return getattr(app, "key_table", KEYS)


def pressed(app: object, id: str) -> str:
    """The first key of a row as people write it, with the person's own keys in the table; for what is said in words."""
    return one_name(next(key for key in table(app) if key.id == id).keys.split(",")[0])


def sentence(app: object, words: str) -> str:
    """Words in which ids of rows stand in braces, with the first key of each in their place: "{back} stops it"."""
    return words.format_map({row.id: one_name(row.keys.split(",")[0]) for row in table(app)})


def one_name(key: str) -> str:
    """One key as people write it: Ctrl+S."""
    if key == "equals_sign":
        return "="
    parts = key.split("+")
    last = NAMES.get(parts[-1], parts[-1].upper() if len(parts) > 1 or parts[-1][1:].isdigit() else parts[-1])
    return "+".join([*(p.capitalize() for p in parts[:-1]), last])


def hint(key: Key) -> tuple[str, str]:
    """Key and word for the key line, as short as it goes: ^S sessions."""
    first = key.shown or one_name(key.keys.split(",")[0]).replace("Ctrl+", "^")
    return first, key.hint
