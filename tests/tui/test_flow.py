"""A text that streams in is drawn at its end only, in one widget that looks like the many that it has afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from codesteer_tui import events as ev
from codesteer_tui.settings import Settings
from codesteer_tui.tui import app as app_module
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.blocks import Block, bounded, live
from codesteer_tui.tui.drawing.task import Fences, answer_blocks
from codesteer_tui.tui.widgets.desk import Desk
from codesteer_tui.tui.widgets.pane import Pane
from codesteer_tui.tui.widgets.sheet import Sheet
from tests.tui.conftest import pane, until
from tests.tui.test_streaming_panes import BEGUN, GUIDED

STYLES = Path(app_module.__file__).parent / "styles"
TEXT = "".join(f"line {n}\n" if n % 9 else f"```python\nx = {n}  # a comment\n```\n" for n in range(900))
SHORT = "Words that are long enough to be wrapped somewhere here.\n\n```python\nprint('*bold*')\n```\n"


class Two(App[None]):
    """The same blocks as a flow and as widgets of their own."""

    CSS_PATH = [STYLES / name for name in ("app.tcss", "desk.tcss")]

    def __init__(self, blocks: list[Block]) -> None:
        super().__init__()
        self.blocks = blocks

    def compose(self) -> ComposeResult:
        yield Sheet()
        yield Sheet()

    async def on_mount(self) -> None:
        many, one = self.query(Sheet)
        await many.put(self.blocks)
        await one.put([Block("flow", (), inner=tuple(self.blocks), rows=100)])


def looks(sheet: Sheet) -> list[list[tuple[str, object, object]]]:
    """Every row of it: text, colour and background, without the blanks at the end of pieces."""
    screen = sheet.screen
    rows = []
    for y in range(sheet.region.y, sheet.region.bottom):
        strip = screen._compositor.render_strips()[y]
        rows.append([(char, s.style.color, s.style.bgcolor) for s in strip if s.style for char in s.text])
    return [[cell for cell in row if cell[0] != " "] for row in rows]


@pytest.mark.parametrize("width", [30, 60])
async def test_a_flow_looks_as_its_blocks_do(width: int) -> None:
    quote = Block("quote", ("what was thought about this, at some length, before it was said",))
    blocks = [
        Block("dim", ("reasoning",)),
        quote,
        *answer_blocks(SHORT, live(9)),
        Block("bad", ("It is bad.",)),
    ]
    app = Two(blocks)
    async with app.run_test(size=(width, 50)) as pilot:
        await pilot.pause()
        many, one = (looks(sheet) for sheet in app.query(Sheet))
        assert len(many) > len(blocks)
        assert one == many


async def streamed(pilot: Pilot[None], desk: Desk, text: str) -> Pane:
    shown = pane(pilot.app, "task")
    for at in range(0, len(text), 40):
        await desk.show(ev.AnswerDelta(round=0, text=text[at : at + 40]))
    last = text.rstrip("\n").split("\n")[-1]
    await until(pilot, lambda: shown.text.rstrip("\n").endswith(last))
    await until(pilot, lambda: 0 < shown.max_scroll_y == shown.scroll_offset.y)
    return shown


async def begun(app: CodesteerApp) -> Desk:
    await app.screen.query("Welcome").remove()
    desk = Desk()
    await app.screen.query_one("#body").mount(desk)
    for event in [*BEGUN, GUIDED]:
        await desk.show(event)
    return desk


async def test_while_it_streams_only_its_end_is_there_and_going_up_brings_the_rest(
    settings: Settings,
) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(100, 30)) as pilot:
        desk = await begun(app)
        shown = await streamed(pilot, desk, TEXT)
        sheet = shown.query_one(Sheet)
        assert len(sheet.views) == 1
        assert "lines above; scroll up to see them" in shown.text
        assert "line 1\n" not in shown.text
        rows = shown.text.split("\n")[-shown.size.height - 5]
        desk.choose_pane(2)
        await pilot.press("pageup")
        await until(pilot, lambda: len(sheet.views) > 1)
        assert "line 1\n" in shown.text
        await until(pilot, lambda: 0 < shown.scroll_offset.y < shown.max_scroll_y)
        top = sheet.virtual_region.y - shown.scroll_offset.y
        seen = next(v for v in sheet.views if v.virtual_region.y + v.virtual_region.height > -top)
        assert rows in "\n".join(v.shown.text for v in sheet.views[sheet.views.index(seen) :])
        await pilot.press("end")
        await desk.show(ev.AnswerDelta(round=0, text="and more\n"))
        await until(pilot, lambda: len(sheet.views) == 1 and "and more" in shown.text)


async def test_home_goes_to_the_first_line_of_all(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(100, 30)) as pilot:
        desk = await begun(app)
        shown = await streamed(pilot, desk, TEXT)
        desk.choose_pane(2)
        await pilot.press("home")
        await until(pilot, lambda: "line 1\n" in shown.text)
        await pilot.pause()
        assert shown.scroll_offset.y == 0


async def test_at_the_end_of_the_stream_all_of_it_is_there_and_its_end_in_sight(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(100, 30)) as pilot:
        desk = await begun(app)
        shown = await streamed(pilot, desk, TEXT)
        await desk.show(ev.AnswerGiven(round=0, text=TEXT))
        assert shown.this is not None
        assert shown.this.answer is not None
        await until(pilot, lambda: len(shown.query_one(Sheet).views) > 1)
        await until(pilot, lambda: shown.max_scroll_y == shown.scroll_offset.y)


async def test_what_is_copied_while_it_streams_has_the_first_lines_too(settings: Settings) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(100, 30)) as pilot:
        desk = await begun(app)
        await streamed(pilot, desk, TEXT)
        copied: list[str] = []
        app.copy = lambda text, what: copied.append(text)  # type: ignore[method-assign]
        desk.choose_pane(2)
        await pilot.press("Y")
        await until(pilot, lambda: bool(copied))
        assert "line 1\n" in copied[0]


def test_of_a_growing_text_the_end_keeps_nearly_all_its_blocks() -> None:
    size = live(10).tail_lines
    text = "".join(f"{n}\n" for n in range(size * 5))
    *_, before = bounded("prose", text, live(10))
    *_, after = bounded("prose", text + "one more\n", live(10))
    assert after.text.startswith(before.text)
    assert size // 2 <= before.text.count("\n") <= size


def naive(text: str) -> str:
    fence = ""
    for line in text.split("\n"):
        stripped = line.strip()
        if fence:
            if len(stripped) >= len(fence) and not stripped.strip(fence[0]):
                fence = ""
        elif (indent := len(line) - len(line.lstrip(" "))) <= 3:
            for mark in "`~":
                run = len(line[indent:]) - len(line[indent:].lstrip(mark))
                if run >= 3 and "`" not in line[indent + run :]:
                    fence = mark * run
    return fence


PIECES = st.sampled_from(["```", "~~~", "````", "`", "\n", " ", "    ", "x", "python", "```\n", "\n```py\n"])


@given(st.lists(st.lists(PIECES, max_size=8).map("".join), max_size=8))
def test_the_open_fence_is_the_same_however_the_text_came(parts: list[str]) -> None:
    fences, text = Fences(), ""
    for part in parts:
        text += part
        assert fences.open_at_end(text) == naive(text)
    assert fences.open_at_end(text[: len(text) // 2]) == naive(text[: len(text) // 2])
