"""The key table: bindings, the key line and the help are all made from it.

Every key survives legacy terminals, tmux and screen: no Ctrl+H, Ctrl+I, Ctrl+M or Ctrl+[ (they arrive as
other keys), no Ctrl+A or Ctrl+B (screen and tmux keep them), no Alt with a digit. Letters and digits act only
where nothing can be typed.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from textual.binding import Binding, BindingType

Where: TypeAlias = Literal["anywhere", "desk", "prompt", "pane", "replay", "sessions", "models", "weights"]


class Key(NamedTuple):
    """One row: what the keys do, where. `hint` is the word in the key line, empty to leave it out."""

    id: str
    keys: str
    action: str
    does: str
    where: Where
    hint: str = ""
    shown: str = ""


KEYS: tuple[Key, ...] = (
    Key("help", "f1", "app.help", "show this help", "anywhere", "help"),
    Key("settings", "f2", "app.settings", "show the settings and where each comes from", "anywhere"),
    Key("models", "ctrl+o", "app.models", "show who plays which role, and choose", "anywhere", "models"),
    Key("sessions", "ctrl+s,f4", "app.sessions", "list the recorded sessions", "anywhere", "sessions"),
    Key(
        "new",
        "ctrl+n",
        "app.new",
        "pose a new problem; where nothing runs, with the examples",
        "anywhere",
        "new",
    ),
    Key("palette", "ctrl+p", "app.command_palette", "find a command", "anywhere", "palette"),
    Key(
        "back",
        "escape",
        "screen.back",
        "close the dialog, else stop the turn, else empty the prompt or go to it",
        "desk",
        "stop",
    ),
    Key("copy", "ctrl+c", "app.help_quit", "copy the selection, else stop the turn", "anywhere"),
    Key("quit", "ctrl+q", "app.quit", "quit", "anywhere", "quit"),
    Key("next_pane", "tab", "screen.next_pane(1)", "go to the next pane", "desk", "pane"),
    Key("previous_pane", "shift+tab", "screen.next_pane(-1)", "go to the previous pane", "desk"),
    Key("zoom", "f5", "screen.zoom", "zoom the pane, or show all four again", "desk", "zoom"),
    Key("send", "enter", "send", "send the problem", "prompt", "send"),
    Key("newline", "ctrl+j,shift+enter", "newline", "start a new line", "prompt", "line"),
    Key("history", "up,down", "recall", "go through the problems that were typed before", "prompt"),
    Key("empty", "escape,ctrl+n", "empty", "empty the prompt; Up brings the text back", "prompt"),
    Key("pane_1", "1", "screen.pane(1)", "go to GUIDANCE", "pane", "go to", "1-4"),
    Key("pane_2", "2", "screen.pane(2)", "go to TASK", "pane"),
    Key("pane_3", "3", "screen.pane(3)", "go to RUN", "pane"),
    Key("pane_4", "4", "screen.pane(4)", "go to FLAGS", "pane"),
    Key(
        "previous_round",
        "left_square_bracket",
        "screen.round(-1)",
        "show the round before",
        "pane",
        "round",
        "[ ]",
    ),
    Key("next_round", "right_square_bracket", "screen.round(1)", "show the next round", "pane"),
    Key("down", "j", "scroll_down", "scroll down", "pane"),
    Key("up", "k", "scroll_up", "scroll up", "pane"),
    Key("top", "g", "scroll_home", "scroll to the top", "pane"),
    Key("bottom", "G", "scroll_end", "scroll to the end", "pane"),
    Key("zoom_pane", "z", "screen.zoom", "zoom the pane", "pane"),
    Key("evidence", "enter", "evidence", "show the check program and its output", "pane", "evidence"),
    Key("copy_block", "y", "copy_block", "copy the code, output or guidance", "pane", "copy"),
    Key("copy_pane", "Y", "copy_pane", "copy the whole pane", "pane"),
    Key("play", "space", "screen.play", "play or pause; at the end: from the start", "replay", "play"),
    Key("step_back", "left", "screen.step(-1)", "one event back", "replay", "event", "Left/Right"),
    Key("step", "right", "screen.step(1)", "one event on", "replay"),
    Key("round_back", "shift+left", "screen.step_round(-1)", "one round back", "replay"),
    Key("round_on", "shift+right", "screen.step_round(1)", "one round on", "replay"),
    Key("start", "home", "screen.seek_start", "go to the start", "replay"),
    Key("end", "end", "screen.seek_end", "go to the end", "replay"),
    Key("skip_idle", "i", "screen.skip_idle", "skip idle time over 2 s, or keep it", "replay"),
    Key("slower", "minus", "screen.speed(-1)", "slower", "replay", "speed", "-/+"),
    Key("faster", "plus,equals_sign", "screen.speed(1)", "faster", "replay"),
    Key("open", "enter", "open", "open at the end", "sessions", "open"),
    Key("watch", "p", "watch", "play from the start", "sessions", "play"),
    Key("delete", "d", "delete", "delete, after asking", "sessions", "delete"),
    Key("choose", "enter", "screen.choose", "give the role to the highlighted player", "models", "choose"),
    Key("next_player", "down", "screen.move(1)", "go to the next player", "models"),
    Key("previous_player", "up", "screen.move(-1)", "go to the player before", "models"),
    Key("players_on", "pagedown", "screen.move(10)", "go on by ten players", "models"),
    Key("players_back", "pageup", "screen.move(-10)", "go back by ten players", "models"),
    Key("next_role", "tab", "screen.next_role(1)", "go to the next role", "models", "role"),
    Key("previous_role", "shift+tab", "screen.next_role(-1)", "go to the role before", "models"),
    Key("models_of", "right", "right", "behind what is typed: search in the provider's models", "models"),
    Key("save", "ctrl+s", "screen.save", "save who plays the role for later, after asking", "models", "save"),
    Key("enter_key", "ctrl+k", "screen.enter_key", "enter the key of this provider", "models", "key"),
    Key("ask_again", "ctrl+r", "screen.ask_again", "ask all providers again", "models", "again"),
    Key("describe", "enter", "screen.describe", "show what the weights are", "weights", "describe"),
    Key("use", "u", "screen.use", "give the weights a role", "weights", "use"),
    Key("fetch", "f", "screen.fetch", "fetch the highlighted weights, after asking", "weights", "fetch"),
    Key("fetch_other", "o", "screen.fetch(True)", "fetch others, by name", "weights", "others"),
    Key("make", "m", "screen.make", "make a GGUF of a checkpoint, or a smaller GGUF", "weights", "make"),
    Key("check", "c", "screen.check", "check that the weights are whole and right", "weights", "check"),
    Key("remove", "d", "screen.remove", "remove the weights, after asking", "weights", "remove"),
    Key("empty_search", "escape", "screen.back", "empty the search, else close the list", "models"),
)

_NAMES = {
    "escape": "Esc",
    "enter": "Enter",
    "space": "Space",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
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
}
_OWN = {"palette", "quit", "copy", "send", "newline", "history", "empty"}
"""Keys that Textual, the prompt or its screen binds itself; they are in the table for the help."""

ALWAYS_SHOWN = {"help", "quit"}
"""In the key line, whatever else does not fit."""

SHOWN_IN_A_RUN = {"models"}
"""The same while a run goes on: what could be looked for in the middle of it."""


def bindings(where: Where) -> list[BindingType]:
    """The bindings of one place."""
    return [
        Binding(key.keys, key.action, key.does, show=False, id=key.id, priority=where == "replay")
        for key in KEYS
        if key.where == where and key.id not in _OWN
    ]


def openers() -> list[BindingType]:
    """The bindings that open a screen, acted on before the focus sees them: what is typed next is for that screen."""
    return [
        Binding(key.keys, key.action, key.does, show=False, id=key.id, priority=True)
        for key in KEYS
        if key.id in ("help", "settings", "models", "sessions")
    ]


def name(key: Key) -> str:
    """The keys as people write them: Ctrl+S or F4."""
    return " or ".join(_one_name(k) for k in key.keys.split(","))


def _one_name(key: str) -> str:
    if key == "equals_sign":
        return "="
    parts = key.split("+")
    last = _NAMES.get(
        parts[-1], parts[-1].upper() if len(parts) > 1 or parts[-1][1:].isdigit() else parts[-1]
    )
    return "+".join([*(p.capitalize() for p in parts[:-1]), last])


def hint(key: Key) -> tuple[str, str]:
    """Key and word for the key line, as short as it goes: ^S sessions."""
    first = key.shown or _one_name(key.keys.split(",")[0]).replace("Ctrl+", "^")
    return first, key.hint
