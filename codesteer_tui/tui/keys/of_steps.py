"""The keys of those who step in: deciding, writing guidance, editing programs, choosing a mode."""

from __future__ import annotations

from codesteer_tui.tui.keys.row import Key

OF_STEPS: tuple[Key, ...] = (
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
)
