"""Pictures of the app: it is run without a terminal on recorded sessions, and what it draws is written as PNG.

`python -m tests.pictures docs/pictures` (or `make pictures`) makes those of the README; with `--all` there is one of
every screen, at three sizes, dark and light, to look at. It needs the extra `docs` and a monospaced font that has the
signs of frames; `--font` names its file.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from msgspec import Struct
from textual.pilot import Pilot

from tests.recordings.build import HERE

Steps = Callable[[Pilot[None]], Awaitable[None]]

FAMILY = "DejaVu Sans Mono"
FONTS = ("/usr/share/fonts/truetype/dejavu", "/usr/share/fonts/dejavu", "/Library/Fonts")
WAIT_S = 15.0
MOST_BYTES = 200_000
"""The README's pictures are not larger."""


class Picture(Struct, frozen=True):
    """A screen: what is opened, and what is done before the picture is taken."""

    name: str
    steps: Steps
    recording: str = "demo_game24"
    size: tuple[int, int] = (130, 34)
    theme: str = "dark"


def keys(*steps: str) -> Steps:
    """Press keys; a step ``~pattern`` waits until the screen shows it."""

    async def press(pilot: Pilot[None]) -> None:
        for step in steps:
            if step.startswith("~"):
                await shown(pilot, step[1:])
            else:
                await pilot.press(step)

    return press


async def shown(pilot: Pilot[None], pattern: str) -> None:
    """Wait until the screen shows something."""
    for _ in range(int(WAIT_S / 0.05)):
        if re.search(pattern, text_of(pilot)):
            return
        await pilot.pause(0.05)
    raise SystemExit(f"no {pattern!r} on the screen:\n{text_of(pilot)}")


def text_of(pilot: Pilot[None]) -> str:
    """All characters of the screen as it is painted now."""
    screen = pilot.app.screen
    strips = screen._compositor.render_strips(screen.size)
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


AT_END = "~at the end"
LAZY = (
    "~REPLAY",
    "end",
    AT_END,
    "home",
    "exclamation_mark",
    "right_square_bracket",
    "4",
    r"~\[R0.*\]",
)
QUEENS = (
    "~Type a problem",
    "f3",
    "~s solve  t try",
    "slash",
    *"queens",
    "enter",
    "~Here is a chessboard",
    "t",
)

README = [
    Picture("panes", keys(*LAZY), size=(144, 36)),
    Picture("evidence", keys(*LAZY, "enter", "~Flags of R0", "a", "~the check program")),
    Picture(
        "puzzle", keys(*QUEENS, "~verifier judges", *"0 0, 1 6, 2 4, 3 7, 4 1, 5 3, 6 7, 7 2", r"~\[q\]"), ""
    ),
    Picture("replay", keys("~REPLAY", "end", AT_END, "t", *"60%", "enter", "~paused")),
    Picture("charts", keys("~REPLAY", "end", AT_END, "f12", "~Tokens by round")),
]
"""The pictures of the README. Those of sessions are of recorded ones of the built-in demo."""

SCREENS = [
    *README,
    Picture("first", keys("~TaskLLM"), ""),
    Picture("end", keys("~REPLAY", "end", AT_END)),
    Picture("task", keys(*LAZY, "2")),
    Picture("zoomed", keys(*LAZY, "2", "z", "right_square_bracket")),
    Picture("prompts", keys(*LAZY, "p", "~Prompts of R0")),
    Picture("difference", keys("~REPLAY", "end", AT_END, "left_square_bracket", "2", "d", "~Code of R0")),
    Picture("finding", keys("~REPLAY", "end", AT_END, "ctrl+f", *"fraction", "~of 7")),
    Picture("not-run", keys("~REPLAY", "end", AT_END), "decimals-not-run"),
    Picture("no-answer", keys("~REPLAY", "end", AT_END), "declined"),
    Picture("help", keys("~REPLAY", "end", AT_END, "2", "f1", "~What acts")),
    Picture("sessions", keys("~Type a problem", "ctrl+s", "~4 7 8 8|finished"), ""),
    Picture("comparing", keys("~Type a problem", "ctrl+s", "~finished", "c", "down", "c", "~Compar"), ""),
    Picture("settings", keys("~Type a problem", "f2", "~steering"), ""),
    Picture("models", keys("~Type a problem", "ctrl+o", "~TASK"), ""),
    Picture("modes", keys("~Type a problem", "ctrl+t", "~How you step in"), ""),
    Picture("logs", keys("~Type a problem", "f8", "~Log"), ""),
    Picture("browser", keys("~Type a problem", "f3", "~s solve  t try", "enter"), ""),
    Picture(
        "sudoku",
        keys("~Type a problem", "f3", "~s solve  t try", "slash", *"sudoku", "enter", "v", "~puzzle"),
        "",
    ),
    Picture("palette", keys("~Type a problem", "ctrl+p"), ""),
    Picture("commands", keys("~Type a problem", "slash", "~/task"), ""),
    Picture("completing", keys("~Type a problem", "at", *"queens", "~eight_queens"), ""),
]
SIZES = [(80, 24), (130, 30), (160, 45)]


async def svg_of(picture: Picture, sessions: Path) -> str:
    """Run the app to where the picture is taken, and return what Textual draws of it."""
    from codesteer_tui.config import Config, Screen, Sessions
    from codesteer_tui.sessions.store import read_recording
    from codesteer_tui.settings import Settings
    from codesteer_tui.tui.app import CodesteerApp

    settings = Settings(
        Config(screen=Screen(theme=picture.theme, reduced_motion=True), sessions=Sessions(dir=str(sessions)))
    )
    recording = read_recording(HERE / f"{picture.recording}.jsonl") if picture.recording else None
    app = CodesteerApp(settings, recording=recording)
    async with app.run_test(size=picture.size) as pilot:
        await picture.steps(pilot)
        await pilot.pause(0.5)
        return app.export_screenshot(title=" ")


def png_of(svg: str, columns: int, font: Path) -> bytes:
    """Turn Textual's SVG into PNG, ten pixels a column, with letters of this font."""
    import resvg_py

    local = re.sub(r"@font-face\s*\{[^}]*\}", "", svg)
    local = re.sub(r"font-family:[^;]*;", f"font-family: {FAMILY};", local)
    files = [str(file) for file in sorted(font.parent.glob(f"{font.stem}*.ttf"))]
    png = resvg_py.svg_to_bytes(
        svg_string=local, font_files=files, skip_system_fonts=True, font_family=FAMILY, width=10 * columns
    )
    return bytes(png)


def found_font(given: str | None) -> Path:
    """The font's file, or the end of the program where there is none."""
    places = [Path(given)] if given else [Path(folder, "DejaVuSansMono.ttf") for folder in FONTS]
    for place in places:
        if place.is_file():
            return place
    raise SystemExit(
        f"no font at {', '.join(map(str, places))}: install {FAMILY}, or name its file with --font"
    )


def of_all() -> Iterator[Picture]:
    """Every screen at every size, dark and light."""
    for picture in SCREENS:
        for columns, rows in SIZES:
            for theme in ("dark", "light"):
                name = f"{picture.name}-{columns}x{rows}-{theme}"
                yield Picture(name, picture.steps, picture.recording, (columns, rows), theme)


def main() -> None:
    """Make the pictures that were asked for."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--all", action="store_true", help="every screen at three sizes, dark and light")
    asked.add_argument("--only", default="", help="those whose name matches this")
    asked.add_argument("--font", help=f"the file of the font; else that of {FAMILY}")
    given = asked.parse_args()
    font = found_font(given.font)
    given.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
            os.environ[name] = str(Path(folder, name))
        sessions = Path(folder, "sessions")
        sessions.mkdir()
        for recorded in HERE.glob("*.jsonl"):
            (sessions / recorded.name).write_bytes(recorded.read_bytes())
        for picture in of_all() if given.all else README:
            if not re.search(given.only, picture.name):
                continue
            try:
                png = png_of(asyncio.run(svg_of(picture, sessions)), picture.size[0], font)
            except SystemExit as error:
                if not given.all:
                    raise
                print(f"{picture.name}: {error}", file=sys.stderr)
                continue
            if not given.all and len(png) > MOST_BYTES:
                raise SystemExit(f"{picture.name}.png has {len(png):,} bytes, more than {MOST_BYTES:,}")
            (given.folder / f"{picture.name}.png").write_bytes(png)


if __name__ == "__main__":
    main()
