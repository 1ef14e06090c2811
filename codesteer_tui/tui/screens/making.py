"""Making weights in the app: a GGUF of a checkpoint, or a smaller one of a GGUF."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import Worker, WorkerCancelled, WorkerFailed

from codesteer_tui.errors import CodesteerError
from codesteer_tui.providers.llama.gguf_reading import read_head
from codesteer_tui.providers.waiting import in_thread
from codesteer_tui.text import plain
from codesteer_tui.tui.importing import importing
from codesteer_tui.tui.keys import openers
from codesteer_tui.weights import converting, quantizing
from codesteer_tui.weights.converting_files import Progress
from codesteer_tui.weights.converting_numbers import Kind
from codesteer_tui.weights.hub import in_bytes
from codesteer_tui.weights.store import Item

_TELL_EVERY_S = 0.2
_OF_CHECKPOINTS: tuple[tuple[Kind | None, str], ...] = (
    (None, "as it is: the numbers stay what they are in the checkpoint"),
    ("q8_0", "Q8_0: half of that, hardly any loss"),
    ("f16", "F16"),
    ("bf16", "BF16"),
    ("f32", "F32"),
)
_WORDS = {
    "Q8_0": "half of F16, hardly any loss",
    "Q4_K_M": "under a third of F16, the usual choice",
    "Q2_K": "loses much",
}


class MakeScreen(ModalScreen[str | None]):
    """Asks for the type and makes the file; gives its path, None where none was made. Esc stops it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", show=False),
        *openers("help"),
    ]

    def __init__(self, item: Item) -> None:
        super().__init__()
        self._item = item
        self._types: list[tuple[str | None, str]]
        if item.form == "checkpoint":
            self._types = [*_OF_CHECKPOINTS]
        else:
            usual = sorted(quantizing.TYPES, key=lambda name: name != "Q4_K_M")
            self._types = [(name, f"{name}: {_WORDS[name]}" if name in _WORDS else name) for name in usual]
        self._lines: list[str] = []
        self._latest: Progress | None = None
        self._making: Worker[None] | None = None
        self._made: str | None = None

    def compose(self) -> ComposeResult:
        verb = "Make a GGUF of" if self._item.form == "checkpoint" else "Make a smaller file of"
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = plain(f"{verb} {self._item.path.name}").replace("[", "(")
            yield OptionList(*(Option(Content(words)) for _, words in self._types), id="make-types")
            with VerticalScroll():
                yield Static(markup=False, id="make-lines")
            yield Static(markup=False, id="make-progress")
            yield Static(
                "Enter chooses the type   Esc closes", classes="dialog-hint", markup=False, id="make-hint"
            )

    def on_mount(self) -> None:
        self.set_interval(_TELL_EVERY_S, self._draw)
        self.query_one(OptionList).focus()
        self.query_one(OptionList).highlighted = 0

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if self._making is None or self._making.is_finished:
            self._making = self._make(self._types[event.option_index][0])

    @work(name="make", exclusive=True)
    async def _make(self, kind: str | None) -> None:
        types = self.query_one(OptionList)
        types.display = False
        self._lines, self._latest = [], None
        self._hint("Esc stops; then nothing is left behind")
        try:
            if self._item.form == "checkpoint":
                path = await self._convert(next((k for k, _ in _OF_CHECKPOINTS if k == kind), None))
            else:
                path = await self._quantize(kind or "")
        except CodesteerError as error:
            remedy = f"\n-> {error.remedy}" if error.remedy else ""
            self._say(
                error.message + remedy.replace("-> ", "-> by the command: " if "--" in remedy else "-> ")
            )
            types.display = True
            types.focus()
            self._hint("Enter chooses the type   Esc closes")
        else:
            self._made = str(path)
            self._say(f"Made: {path}, {in_bytes(path.stat().st_size)}")
            self._say("u in the list of weights gives it a role.")
            self._hint("Esc closes")
        self._latest = None
        self._draw()

    async def _convert(self, kind: Kind | None) -> Path:
        self._say("looking at the checkpoint ...")
        plan = await in_thread(partial(_plan_conversion, self._item.path, kind))
        self._say(f"{plan.config.architecture} as {plan.kind}, about {in_bytes(plan.size)}: {plan.target}")
        for note in plan.notes:
            self._say(note)
        await self._follow(converting.convert(plan))
        return plan.target

    async def _quantize(self, kind: str) -> Path:
        plan = await in_thread(partial(_plan_quantization, self._item.path, kind))
        self._say(f"{plan.kind}: {plan.target}")
        for note in plan.notes:
            self._say(note)
        await self._follow(quantizing.quantize(plan))
        if note := quantizing.fallbacks(await in_thread(partial(read_head, plan.target)), plan.kind):
            self._say(note)
        return plan.target

    async def _follow(self, work: AsyncGenerator[Progress, None]) -> None:
        async with aclosing(work) as steps:
            async for progress in steps:
                self._latest = progress

    def _draw(self) -> None:
        latest = self._latest
        text = f"{latest.done * 100 // max(latest.total, 1):>3}%  {plain(latest.what)}" if latest else ""
        self.query_one("#make-progress", Static).update(Content.assemble((text, "$text-accent")))

    def _say(self, line: str) -> None:
        self._lines += plain(line).splitlines()
        self.query_one("#make-lines", Static).update(Content("\n".join(self._lines)))
        self.query_one(VerticalScroll).scroll_end(animate=False)

    def _hint(self, words: str) -> None:
        self.query_one("#make-hint", Static).update(Content(words))

    async def action_close(self) -> None:
        """Stop what is being made, wait until nothing of it is left, and close."""
        if self._making is not None and not self._making.is_finished:
            self._making.cancel()
            try:
                await self._making.wait()
            except (WorkerCancelled, WorkerFailed):
                self._made = None  # it was stopped
        self.dismiss(self._made)


def _prepare() -> None:
    with importing:
        import gguf
        import safetensors  # noqa: F401

        gguf.GGUFWriter  # noqa: B018 - what it imports late


def _plan_conversion(folder: Path, kind: Kind | None) -> converting.Plan:
    _prepare()
    return converting.plan_conversion(folder, kind)


def _plan_quantization(path: Path, kind: str) -> quantizing.QuantizePlan:
    _prepare()
    return quantizing.plan_quantization(path, kind)
