"""Copying a text out of the app: to the system's clipboard, through the terminal to the one of the person's own
machine, or to a file; and saying which.

The terminal is told by OSC 52, which it may ignore without a word; so where a program of this machine can do it, it
does. tmux hands OSC 52 on only where it is told to; its own command always works, and fills its buffer as well.
"""

from __future__ import annotations

import asyncio
import base64
import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from codesteer_tui.text import storable
from codesteer_tui.tui import remembered

Way: TypeAlias = Literal["auto", "system", "terminal", "file"]
"""How a text is to be copied; "auto" takes the first that works."""

OSC52_MOST = 74_994
"""Longest text, as base64, that is sent to the terminal: what most of them take in one sequence."""

SCREEN_CHUNK = 252
"""GNU screen hands on sequences of at most 256 characters."""

PATIENCE_S = 2.0
"""Seconds that a program is given to take the text."""

PRIVATE = 0o600


class Copied(NamedTuple):
    """Where a text went, in words that follow "copied"; `ok` is false where it went nowhere, and they say why."""

    words: str
    ok: bool = True


def system_tool(
    environment: Mapping[str, str], platform: str, which: Callable[[str], str | None] = shutil.which
) -> list[str]:
    """The command that fills the clipboard of this machine's desktop; empty where there is none.

    Over SSH the desktop is not the one that the person sits at.
    """
    if environment.get("SSH_CONNECTION") or environment.get("SSH_TTY"):
        return []
    tools: list[Sequence[str]] = []
    if platform == "darwin":
        tools.append(("pbcopy",))
    if platform == "win32" or environment.get("WSL_DISTRO_NAME"):
        tools.append(("clip.exe",))
    if environment.get("WAYLAND_DISPLAY"):
        tools.append(("wl-copy",))
    if environment.get("DISPLAY"):
        tools += [("xclip", "-selection", "clipboard"), ("xsel", "--clipboard", "--input")]
    return next(([found, *tool[1:]] for tool in tools if (found := which(tool[0]))), [])


def osc52(text: str, environment: Mapping[str, str]) -> str:
    """The sequence that asks the terminal to fill its clipboard, wrapped for tmux and screen; empty where it is too
    long, or where the terminal is known to ignore it."""
    encoded = base64.b64encode(storable(text).encode("utf-8")).decode("ascii")
    if len(encoded) > OSC52_MOST or environment.get("TERM") in ("linux", "dumb"):
        return ""
    if environment.get("TERM_PROGRAM") == "Apple_Terminal":
        return ""
    plain = f"\x1b]52;c;{encoded}\x07"
    if environment.get("TMUX"):
        escaped = plain.replace("\x1b", "\x1b\x1b")
        return f"\x1bPtmux;{escaped}\x1b\\"
    if environment.get("STY"):
        pieces = [plain[at : at + SCREEN_CHUNK] for at in range(0, len(plain), SCREEN_CHUNK)]
        return "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)
    return plain


async def copy(
    text: str, way: Way, write: Callable[[str], None] | None, environment: Mapping[str, str] = os.environ
) -> Copied:
    """Copy a text. `write` writes to the terminal, and is None where there is none."""
    if way in ("auto", "system"):
        tool = system_tool(environment, sys.platform)
        if tool and await fill(tool, text, utf16=tool[0].endswith("clip.exe")):
            return Copied("to the system's clipboard")
        if way == "system":
            return Copied(
                "no program for the system's clipboard was found: wl-copy, xclip, xsel, pbcopy", ok=False
            )
    if way in ("auto", "terminal"):
        tmux = shutil.which("tmux") if environment.get("TMUX") else None
        if tmux and await fill([tmux, "load-buffer", "-w", "-"], text):
            return Copied("to tmux's buffer, which gives it to the terminal's clipboard")
        sequence = osc52(text, environment) if write else ""
        if write and sequence:
            write(sequence)
            through = " through tmux" if environment.get("TMUX") else ""
            return Copied(f"to the terminal's clipboard{through} (OSC 52)")
        if way == "terminal":
            return Copied("it is too long for this terminal's clipboard, or the terminal has none", ok=False)
    return to_file(text, remembered.state_file().with_name("copied.txt"))


def to_file(text: str, path: Path, *, new: bool = False) -> Copied:
    """Copy a text to a file; with `new` only if there is none of that name. It is readable by the person alone."""
    how = os.O_WRONLY | os.O_CREAT | (os.O_EXCL if new else os.O_TRUNC)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, how, PRIVATE), "wb") as file:
            file.write(storable(text).encode("utf-8"))
    except FileExistsError:
        return Copied(f"{path.name} is there already, in {_short(path.parent)}", ok=False)
    except OSError as error:
        return Copied(f"{path.name} cannot be written: {error.strerror or error}: {_short(path)}", ok=False)
    return Copied(f"to {path.name}, in {_short(path.parent)}")


def _short(path: Path) -> str:
    """The path, with ~ for the person's own folder."""
    home = str(Path("~").expanduser())
    return f"~{str(path)[len(home) :]}" if str(path).startswith(f"{home}{os.sep}") else str(path)


async def fill(command: Sequence[str], text: str, *, utf16: bool = False) -> bool:
    """Give a program the text on its standard input; whether it took it."""
    content = storable(text).encode("utf-16-le" if utf16 else "utf-8")
    nowhere = asyncio.subprocess.DEVNULL
    try:
        child = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.PIPE, stdout=nowhere, stderr=nowhere
        )
    except OSError:
        return False
    try:
        await asyncio.wait_for(child.communicate(content), PATIENCE_S)
    except (TimeoutError, OSError):
        if child.returncode is None:
            child.kill()
            await child.wait()
        return False
    return child.returncode == 0
