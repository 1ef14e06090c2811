"""The key table: bindings, the key line and the help are all made from it.

Every key survives legacy terminals, tmux and screen: no Ctrl+H, Ctrl+I, Ctrl+M or Ctrl+[ (they arrive as
other keys), no Ctrl+A or Ctrl+B (screen and tmux keep them), no Alt with a digit. Letters and digits act only
where nothing can be typed.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from textual.binding import Binding, BindingType

Where: TypeAlias = Literal[
    "anywhere",
    "desk",
    "prompt",
    "pane",
    "replay",
    "sessions",
    "models",
    "weights",
    "flags",
    "find",
    "dialog",
    "search",
    "inspector",
    "difference",
    "tasks",
    "knobs",
    "trying",
    "puzzle",
    "decision",
    "writing",
    "turning",
    "editing",
    "modes",
    "compare",
    "settings",
    "setting",
    "logs",
    "charts",
]


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
    Key(
        "settings",
        "f2",
        "app.settings",
        "show the settings, where each comes from, and change one",
        "anywhere",
    ),
    Key(
        "tasks",
        "f3",
        "app.tasks",
        "browse the SymBench tasks: set knobs, try one by hand, have it solved",
        "anywhere",
        "tasks",
    ),
    Key("models", "ctrl+o", "app.models", "show who plays which role, and choose", "anywhere", "models"),
    Key(
        "steering", "ctrl+t", "app.steering", "choose how you step in: the steering mode", "anywhere", "steer"
    ),
    Key(
        "guide",
        "ctrl+g",
        "app.guide",
        "write or edit the guidance, or a hint that is said behind it",
        "anywhere",
        "guide",
    ),
    Key("sessions", "ctrl+s,f4", "app.sessions", "list the recorded sessions", "anywhere", "sessions"),
    Key(
        "new",
        "ctrl+n",
        "app.new",
        "pose a new problem; where nothing runs, with the examples",
        "anywhere",
        "new",
    ),
    Key("logs", "f8,ctrl+l", "app.logs", "show the logs: the app's and llama.cpp's", "anywhere"),
    Key(
        "charts",
        "f12",
        "app.charts",
        "draw charts: tokens, seconds, cost, scores; verdicts over all sessions",
        "anywhere",
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
    Key(
        "resume",
        "ctrl+r",
        "screen.resume",
        "go on with the session that is shown, where it was stopped or broke off",
        "desk",
    ),
    Key("zoom", "f5", "screen.zoom", "zoom the pane, or show all four again", "desk", "zoom"),
    Key("send", "enter", "send", "send the problem", "prompt", "send"),
    Key("newline", "ctrl+j,shift+enter", "newline", "start a new line", "prompt", "line"),
    Key("history", "up,down", "recall", "go through what was sent before, also in earlier starts", "prompt"),
    Key(
        "complete",
        "tab",
        "complete",
        "put in the command, task, knob or file that is offered; Up and Down choose",
        "prompt",
    ),
    Key("edit", "f9", "edit", "write it in your editor ($VISUAL or $EDITOR)", "prompt"),
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
    Key("narrower", "less_than_sign", "screen.resize_pane(-4, 0)", "make the pane narrower", "pane"),
    Key("wider", "greater_than_sign", "screen.resize_pane(4, 0)", "make the pane wider", "pane"),
    Key("lower", "left_parenthesis", "screen.resize_pane(0, -4)", "make the pane lower", "pane"),
    Key("taller", "right_parenthesis", "screen.resize_pane(0, 4)", "make the pane taller", "pane"),
    Key("fold_pane", "h", "screen.fold_pane", "fold the pane away; 1-4 opens it again", "pane"),
    Key("even_out", "0", "screen.even_out", "all panes as they were at first", "pane"),
    Key(
        "evidence",
        "enter",
        "evidence",
        "show what the flags rest on: lines, check program, rule",
        "pane",
        "evidence",
    ),
    Key(
        "next_flag_here",
        "down",
        "flag(1)",
        "go to the next flag; the lines that it means are marked",
        "flags",
        "flag",
        "Up/Down",
    ),
    Key("previous_flag_here", "up", "flag(-1)", "go to the flag before", "flags"),
    Key("draw", "v", "screen.puzzle", "draw the puzzle with the round's answer in it", "pane", "draw"),
    Key("next_code", "c", "next_code", "go to the next piece of code or output; y copies it", "pane", "code"),
    Key("copy_block", "y", "copy_block", "copy the code, output or guidance", "pane", "copy"),
    Key("copy_pane", "Y", "copy_pane", "copy the whole pane", "pane"),
    Key("copy_round", "R", "screen.copy_round", "copy the whole round, as Markdown", "pane"),
    Key("to_editor", "o", "screen.open_in_editor", "look at it in your editor", "pane"),
    Key("mouse", "m", "screen.release_mouse", "leave the mouse to the terminal, or take it back", "pane"),
    Key("inspect", "p", "screen.inspect", "show the exact prompt of every role", "pane", "prompts"),
    Key("fork", "f", "screen.fork", "go on from here in a session of its own", "pane", "fork"),
    Key("baselines", "b", "screen.baselines", "the same problem without a steerer, to compare", "pane"),
    Key("compare", "w", "screen.compare", "see it side by side with another session", "pane"),
    Key(
        "run_again", "x", "screen.run_again", "run the program again, or an edited copy of it", "pane", "run"
    ),
    Key(
        "take_answer",
        "X",
        "screen.take_answer",
        "take what your own run printed as the answer, after asking",
        "pane",
    ),
    Key("difference", "d", "screen.difference", "compare the code with an earlier round's", "pane", "diff"),
    Key("find_words", "ctrl+f", "screen.find", "find words in all panes and rounds", "desk", "find"),
    Key("find_here", "slash", "screen.find", "find words in all panes and rounds", "pane"),
    Key("next_match", "n", "screen.next_match(1)", "go to the next match", "pane"),
    Key("previous_match", "N", "screen.next_match(-1)", "go to the match before", "pane"),
    Key("find_next", "down", "move(1)", "go to the next match", "find", "next match", "Up/Down"),
    Key("find_previous", "up", "move(-1)", "go to the match before", "find"),
    Key(
        "find_keep",
        "enter",
        "keep",
        "keep the matches marked; n and N go on from one to the next",
        "find",
        "keep",
    ),
    Key("find_leave", "escape", "leave", "stop finding", "find", "forget"),
    Key("close", "escape,q", "close", "close it", "dialog", "close"),
    Key("dialog_find", "slash,ctrl+f", "find", "find words in it", "search", "find"),
    Key("dialog_next", "n", "next_match(1)", "go to the next match", "search"),
    Key("dialog_previous", "N", "next_match(-1)", "go to the match before", "search"),
    Key("dialog_down", "j,down", "scroll(1)", "scroll down", "dialog"),
    Key("dialog_up", "k,up", "scroll(-1)", "scroll up", "dialog"),
    Key("dialog_page_down", "pagedown", "page(1)", "a page down", "dialog"),
    Key("dialog_page_up", "pageup", "page(-1)", "a page up", "dialog"),
    Key("dialog_top", "g,home", "edge(-1)", "scroll to the top", "dialog"),
    Key("dialog_bottom", "G,end", "edge(1)", "scroll to the end", "dialog"),
    Key("dialog_copy", "Y", "copy_all", "copy everything in it", "dialog"),
    Key("fold", "enter,space", "fold", "fold or unfold the part", "inspector", "fold", "Enter"),
    Key("fold_all", "a", "fold_all", "fold or unfold all parts", "inspector", "all"),
    Key("next_part", "tab", "part(1)", "go to the next part", "inspector", "part"),
    Key("previous_part", "shift+tab", "part(-1)", "go to the part before", "inspector"),
    Key("copy_part", "y", "copy_part", "copy the part as it is", "inspector", "copy"),
    Key(
        "dialog_round_back",
        "left_square_bracket",
        "round(-1)",
        "show the round before",
        "inspector",
        "round",
        "[ ]",
    ),
    Key("dialog_round_on", "right_square_bracket", "round(1)", "show the next round", "inspector"),
    Key(
        "older_back",
        "left_curly_bracket",
        "older(-1)",
        "an older round on the left",
        "difference",
        "old",
        "{ }",
    ),
    Key("older_on", "right_curly_bracket", "older(1)", "a newer round on the left", "difference"),
    Key(
        "newer_back",
        "left_square_bracket",
        "newer(-1)",
        "an older round on the right",
        "difference",
        "new",
        "[ ]",
    ),
    Key("newer_on", "right_square_bracket", "newer(1)", "a newer round on the right", "difference"),
    Key("next_change", "n", "change(1)", "go to the next change", "difference", "change"),
    Key("previous_change", "N", "change(-1)", "go to the change before", "difference"),
    Key(
        "side_by_side",
        "s",
        "side_by_side",
        "side by side, or one below the other",
        "difference",
        "side by side",
    ),
    Key("whole_code", "w", "whole", "the whole programs, or only what changed", "difference", "whole"),
    Key("copy_patch", "y", "copy_all", "copy the difference as a patch", "difference", "copy"),
    Key("play", "space", "screen.play", "play or pause; at the end: from the start", "replay", "play"),
    Key("step_back", "left", "screen.step(-1)", "one event back", "replay", "event", "Left/Right"),
    Key("step", "right", "screen.step(1)", "one event on", "replay"),
    Key("round_back", "shift+left", "screen.step_round(-1)", "one round back", "replay"),
    Key("round_on", "shift+right", "screen.step_round(1)", "one round on", "replay"),
    Key("piece_back", "comma", "screen.step_piece(-1)", "one piece of text back", "replay"),
    Key("piece_on", "full_stop", "screen.step_piece(1)", "one piece of text on", "replay"),
    Key(
        "next_flag",
        "exclamation_mark",
        "screen.next_moment('flag')",
        "go to the next flag: where a checker said no",
        "replay",
        "flag",
    ),
    Key("next_error", "e", "screen.next_moment('error')", "go to the next error", "replay", "error"),
    Key("go_to", "t", "screen.go_to", "go to a time, an event or a round", "replay", "time"),
    Key("start", "home", "screen.seek_start", "go to the start", "replay"),
    Key("end", "end", "screen.seek_end", "go to the end", "replay"),
    Key("skip_idle", "i", "screen.skip_idle", "skip idle time over 2 s, or keep it", "replay"),
    Key("slower", "minus", "screen.speed(-1)", "slower", "replay", "speed", "-/+"),
    Key("faster", "plus,equals_sign", "screen.speed(1)", "faster", "replay"),
    Key("open", "enter", "open", "open at the end", "sessions", "open"),
    Key("watch", "p", "watch", "play from the start", "sessions", "play"),
    Key("mark", "space", "mark", "mark it, to compare it with others", "sessions"),
    Key("compare_marked", "c", "compare", "compare it with those that are marked", "sessions", "compare"),
    Key("resume_listed", "ctrl+r", "resume", "go on with it where it was stopped", "sessions", "go on"),
    Key("delete", "d", "delete", "delete, after asking", "sessions", "delete"),
    Key("next_difference", "n", "difference(1)", "go to what differs next", "compare", "next", "n N"),
    Key("previous_difference", "N", "difference(-1)", "go to what differs before", "compare"),
    Key(
        "compare_round_back",
        "left_square_bracket",
        "round(-1)",
        "the round before",
        "compare",
        "round",
        "[ ]",
    ),
    Key("compare_round_on", "right_square_bracket", "round(1)", "the next round", "compare"),
    Key("compare_other", "tab", "other(1)", "compare the first with the next session", "compare", "other"),
    Key("compare_before", "shift+tab", "other(-1)", "compare the first with the session before", "compare"),
    Key("compare_beside", "s", "side_by_side", "side by side, or one below the other", "compare", "beside"),
    Key("compare_open", "enter", "open(1)", "open the second in a replay", "compare", "open"),
    Key("compare_open_first", "o", "open(0)", "open the first in a replay", "compare"),
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
    Key(
        "to_knobs",
        "enter",
        "screen.knobs",
        "go to the knobs of the task; there, to the next one",
        "tasks",
        "knobs",
    ),
    Key(
        "solve_task",
        "s",
        "screen.solve",
        "have the problem solved; ground truth is checked",
        "tasks",
        "solve",
    ),
    Key(
        "try_task",
        "t",
        "screen.try_by_hand",
        "answer it yourself, and let the verifier judge",
        "tasks",
        "try",
    ),
    Key("reseed", "r", "screen.reseed", "another problem of this kind: a seed by chance", "tasks", "reseed"),
    Key(
        "surprise",
        "u",
        "screen.surprise",
        "surprise me: task, knobs and seed by chance",
        "tasks",
        "surprise",
    ),
    Key(
        "draw_task",
        "v",
        "screen.view",
        "show the drawing, where there is one, in the place of the question",
        "tasks",
        "view",
    ),
    Key("filter_tasks", "slash", "screen.filter", "filter the tasks by name or category", "tasks", "filter"),
    Key("reset_knobs", "d", "screen.defaults", "set the knobs of the task back", "tasks", "defaults"),
    Key("leave_tasks", "escape", "screen.back", "go back: to the list, then where you came from", "tasks"),
    Key("knob_less", "left", "less", "less, or the choice before", "knobs", "change", "Left/Right"),
    Key("knob_more", "right", "more", "more, or the next choice", "knobs"),
    Key("knob_much_less", "pagedown", "less(True)", "much less", "knobs"),
    Key("knob_much_more", "pageup", "more(True)", "much more", "knobs"),
    Key("knob_least", "home", "end_of(False)", "the least, or the first choice", "knobs"),
    Key("knob_most", "end", "end_of(True)", "the most, or the last choice", "knobs"),
    Key("knob_default", "delete", "default", "set this knob back", "knobs"),
    Key("knob_above", "up", "go(-1)", "the knob above", "knobs"),
    Key("knob_below", "down", "go(1)", "the knob below; digits replace its value", "knobs"),
    Key(
        "show_answer",
        "f9",
        "screen.show_answer",
        "write a right answer, found by the task's solver",
        "trying",
        "a right answer",
    ),
    Key(
        "try_view",
        "f5",
        "screen.view",
        "show the question in the place of the drawing; where both fit, the drawing alone",
        "trying",
        "view",
    ),
    Key("leave_trying", "escape", "screen.back", "go back to the tasks", "trying", "back"),
    Key("puzzle_back", "left_square_bracket", "round(-1)", "the round before", "puzzle", "round", "[ ]"),
    Key("puzzle_on", "right_square_bracket", "round(1)", "the next round", "puzzle"),
    Key("puzzle_down", "j,down", "scroll(1)", "scroll down", "puzzle"),
    Key("puzzle_up", "k,up", "scroll(-1)", "scroll up", "puzzle"),
    Key("puzzle_copy", "y", "copy", "copy the drawing", "puzzle"),
    Key("puzzle_close", "escape,q,v", "close", "close the drawing", "puzzle"),
    Key("decide", "enter", "select", "decide so", "decision", "decide"),
    Key("decide_edit", "e", "take('e')", "edit the guidance, then send it", "decision"),
    Key("decide_write", "w", "take('w')", "write your own instead", "decision"),
    Key("decide_veto", "v", "take('v')", "veto it: the steerer decides again", "decision"),
    Key("write_done", "enter,ctrl+g", "done", "send what is written", "writing", "sends"),
    Key("write_line", "ctrl+j,shift+enter", "newline", "start a new line", "writing", "line"),
    Key("write_way", "tab", "turn", "behind the guidance, or in its place", "turning", "the other way"),
    Key(
        "write_leave",
        "escape",
        "leave",
        "leave it; what is written is there again the next time",
        "writing",
        "leaves",
    ),
    Key("edit_done", "ctrl+g", "done", "run the program", "editing", "runs it"),
    Key("edit_leave", "escape", "leave", "leave it; nothing is run", "editing", "leaves"),
    Key("choose_mode", "enter", "select", "step in so", "modes", "chooses"),
    Key(
        "approve_code",
        "space",
        "approve_code",
        "have programs wait for your yes, or not",
        "modes",
        "programs",
    ),
    Key("leave_modes", "escape", "leave", "keep the mode", "modes", "leaves"),
    Key("other_charts", "tab", "other", "this session, or all that are kept", "charts", "session or all"),
    Key("level", "l", "level", "only errors, warnings as well, or everything", "logs", "level"),
    Key("source", "s", "source", "the app, libraries, llama.cpp, or all", "logs", "source"),
    Key("follow", "f", "follow", "follow what is new, or stay; the end follows, too", "logs", "follow"),
    Key("change_setting", "enter", "select", "change the setting; unfold the table", "settings", "change"),
    Key(
        "search_settings",
        "slash",
        "screen.search",
        "search in names, values and meanings",
        "settings",
        "search",
    ),
    Key(
        "only_set",
        "s",
        "screen.only_set",
        "show only what is set, or everything",
        "settings",
        "only what is set",
    ),
    Key("unset_setting", "d,delete", "screen.unset", "take it out of your file", "settings", "unset"),
    Key("copy_setting", "y", "screen.copy_setting", "copy it as a file has it", "settings", "copy"),
    Key("about_down", "J", "screen.scroll_about(1)", "scroll what is said about it down", "settings"),
    Key("about_up", "K", "screen.scroll_about(-1)", "scroll what is said about it up", "settings"),
    Key("leave_settings", "escape", "screen.back", "empty the search, else close the settings", "settings"),
    Key("save_setting", "enter", "save", "save it in your file, if it is allowed", "setting", "saves"),
    Key("leave_setting", "escape", "leave", "leave it as it is", "setting", "leaves"),
    Key("empty_search", "escape", "screen.back", "empty the search, else close the list", "models"),
)

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

ALWAYS_SHOWN = {"help", "quit"}
"""In the key line, whatever else does not fit."""

SHOWN_IN_A_RUN = {"models"}
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
