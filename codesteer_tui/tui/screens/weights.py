"""The weights of local models: what is here and what is known; described, fetched, checked, removed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from codesteer_tui.config import Config
from codesteer_tui.errors import CodesteerError, WeightsError
from codesteer_tui.providers.waiting import in_thread
from codesteer_tui.settings import Settings
from codesteer_tui.text import plain
from codesteer_tui.tui.blocks import Block, block
from codesteer_tui.tui.importing import importing
from codesteer_tui.tui.keys import bindings, pressed
from codesteer_tui.tui.screens.confirm import ConfirmScreen
from codesteer_tui.tui.screens.dialog import BlocksDialog
from codesteer_tui.tui.screens.making import MakeScreen
from codesteer_tui.tui.screens.pulling import PullScreen, prepare
from codesteer_tui.tui.widgets.status import KeyLine
from codesteer_tui.tui.words import cut
from codesteer_tui.weights import telling
from codesteer_tui.weights.catalogue import Known, read_catalogue
from codesteer_tui.weights.checking import Checked, verify
from codesteer_tui.weights.facts import facts_of
from codesteer_tui.weights.hub import in_bytes
from codesteer_tui.weights.removing import named_by, plan_removal, remove, require_unused
from codesteer_tui.weights.store import (
    Item,
    list_weights,
    read_record,
    roles_of,
    weights_folder,
)
from codesteer_tui.weights.using import require_usable

_GO_ON = "f"
"""The key that goes on with what is not wholly pulled."""

MOST_NAME = 40
"""Columns for a name in the list."""


class WeightsList(OptionList):
    """The weights; letters act on the highlighted ones."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("weights")


class WeightsScreen(Screen[None]):
    """What weights are on this machine, and which are known by name."""

    class UseWanted(Message):
        """These weights shall play a role; the screen shows afterwards what they play."""

        def __init__(self, screen: WeightsScreen, path: Path) -> None:
            super().__init__()
            self.screen, self.path = screen, path

    def __init__(self, config: Config) -> None:
        super().__init__(id="weights")
        self._config = config
        self.folder = weights_folder(config)
        self.rows: list[Item | tuple[str, Known]] = []
        self._said_at = ""
        """Which weights were highlighted when something was said below the list."""

    def compose(self) -> ComposeResult:
        yield WeightsList(id="weights-list")
        yield Static(markup=False, id="weights-said")
        yield KeyLine(markup=False)

    def on_mount(self) -> None:
        listed = self.query_one(WeightsList)
        listed.border_title = "Weights"
        listed.focus()
        self.query_one(KeyLine).draw(["weights", "anywhere"])
        self.reload()

    def renew(self, config: Config) -> None:
        """Go by another configuration: weights were given a role, or lie in another folder now."""
        self._config = config
        self.folder = weights_folder(config)
        self.reload()

    @work(name="weights", group="weights", exclusive=True)
    async def reload(self, path: str = "") -> None:
        """Look again at what there is, and highlight the file or folder at `path`, if it is there."""
        listed = self.query_one(WeightsList)
        listed.border_subtitle = plain(str(self.folder)).replace("[", "(")
        try:
            described, known = await in_thread(partial(_look, self._config))
        except CodesteerError as error:
            self.say(f"{error.message} {error.remedy}", "bold $text-error")
            return
        here = [item for item, _ in described]
        absent = [(n, e) for n, e in known.items() if not any(telling.is_of(e, item) for item in here)]
        self.rows = [*here, *absent]
        width = max((min(len(self._called(row)), MOST_NAME) for row in self.rows), default=0)
        at = listed.highlighted or 0
        listed.clear_options()
        for item, about in described:
            size = f"  {telling.size_of_item(item):>9}  "
            name = f"{cut(self._called(item), MOST_NAME):<{width}}"
            listed.add_option(Option(Content.assemble((name, "bold"), size, (about, "dim"))))
        for name, entry in absent:
            text = f"  {'not here':>9}  {entry.title}; {entry.form} from {entry.repo}"
            listed.add_option(
                Option(Content.assemble((f"{cut(name, MOST_NAME):<{width}}", "dim"), (text, "dim")))
            )
        if self.rows:
            paths = [str(item.path) for item in here]
            listed.highlighted = paths.index(path) if path in paths else min(at, len(self.rows) - 1)
        self._said_at = self._at

    @property
    def _at(self) -> str:
        row = self.highlighted
        return "" if row is None else str(row.path) if isinstance(row, Item) else row[0]

    @on(OptionList.OptionHighlighted)
    def _went_on(self) -> None:
        """What was said of others is not said of these."""
        if self._at != self._said_at:
            self.say("")

    def _called(self, row: Item | tuple[str, Known]) -> str:
        if not isinstance(row, Item):
            return row[0]
        return plain(row.path.name if row.path.parent == self.folder else str(row.path))

    @property
    def highlighted(self) -> Item | tuple[str, Known] | None:
        """What the keys act on."""
        at = self.query_one(WeightsList).highlighted
        return self.rows[at] if at is not None and at < len(self.rows) else None

    def say(self, words: str, style: str = "dim") -> None:
        """One line under the list, until other weights are highlighted."""
        self._said_at = self._at
        self.query_one("#weights-said", Static).update(Content.assemble((plain(words), style)))

    @on(OptionList.OptionSelected)
    def _selected(self) -> None:
        self.action_describe()

    @work(group="describe", exclusive=True)
    async def action_describe(self) -> None:
        """Show what the highlighted weights are."""
        row = self.highlighted
        if row is None:
            return
        if not isinstance(row, Item):
            await self.app.push_screen(RowsDialog("Known weights", telling.known_rows(*row)))
            return
        try:
            rows, problems = await in_thread(partial(_describe, self._config, row))
        except CodesteerError as error:
            rows = [("file", str(row.path)), ("size", telling.size_of_item(row))]
            problems = [error.message, *([f"-> {error.remedy}"] if error.remedy else [])]
        await self.app.push_screen(RowsDialog(row.path.name, rows, problems))

    def action_fetch(self, other: bool = False) -> None:
        """Fetch the highlighted weights, or others that are asked for."""
        row = self.highlighted
        name, revision = ("", "") if other or row is None else _asked_as(row)

        def look_again(fetched: str | None) -> None:
            if fetched is not None:
                self.reload(fetched)

        self.app.push_screen(PullScreen(self._config, name, revision), look_again)

    @work(group="use", exclusive=True)
    async def action_use(self) -> None:
        """Give the highlighted weights a role, in the list of who plays which."""
        row = self.highlighted
        if not isinstance(row, Item) or row.missing:
            self.say(f"It is not here. {pressed(self.app, 'fetch')} fetches it.")
        elif row.form == "checkpoint":
            self.say(
                f"It is a checkpoint. {pressed(self.app, 'make')} makes a GGUF of it, which can be used."
            )
        elif row.form != "gguf":
            self.say(f"It is not whole. {pressed(self.app, 'fetch')} goes on fetching it.")
        else:
            try:
                await in_thread(partial(require_usable, row.path))
            except CodesteerError as error:
                self.say(f"{error.message} {error.remedy}", "bold $text-error")
                return
            self.say("")
            self.post_message(self.UseWanted(self, row.path))

    def action_make(self) -> None:
        """Make a GGUF of the highlighted checkpoint, or a smaller one of the highlighted GGUF."""
        row = self.highlighted
        if not isinstance(row, Item) or row.missing:
            self.say(f"It is not here. {pressed(self.app, 'fetch')} fetches it.")
            return
        if row.form not in ("checkpoint", "gguf"):
            self.say(f"It is not whole. {pressed(self.app, 'fetch')} goes on fetching it.")
            return

        def look_again(made: str | None) -> None:
            if made is not None:
                self.reload(made)

        self.app.push_screen(MakeScreen(row), look_again)

    @work(group="check", exclusive=True)
    async def action_check(self) -> None:
        """Read all of the highlighted weights, and compare their hashes."""
        row = self.highlighted
        if not isinstance(row, Item):
            self.say(f"It is not here. {pressed(self.app, 'fetch')} fetches it.")
            return
        self.say(f"checking {row.path.name}: reading {telling.size_of_item(row)} ...")
        try:
            checked = await in_thread(partial(_check, row))
        except CodesteerError as error:
            self.say(f"{error.message} {error.remedy}", "bold $text-error")
            return
        self.say(
            f"{row.path.name}: {telling.checked_in_words(checked)}",
            "$text-success" if checked.ok else "bold $text-error",
        )
        if not checked.ok:
            files = [(file.name, telling.OUTCOMES[file.outcome]) for file in checked.files]
            await self.app.push_screen(RowsDialog(row.path.name, files, checked.problems))

    @work(group="remove", exclusive=True)
    async def action_remove(self) -> None:
        """Ask, then remove the highlighted weights."""
        row = self.highlighted
        if not isinstance(row, Item) or row.missing:
            return
        settings: Settings = self.app.settings  # type: ignore[attr-defined]
        try:
            if row.form == "checkpoint":
                self.say(
                    f"{row.path.name}: reading what is there, to see what was changed since it was pulled ..."
                )
            plan = await in_thread(partial(plan_removal, row.path))
            self.say("")
            await in_thread(partial(require_unused, plan, settings))
            question = f"Remove {row.path.name} ({in_bytes(plan.size)})?"
            named = [
                f"[providers.{name}] names it" for name in await in_thread(partial(named_by, plan, settings))
            ]
            detail = "; ".join([str(plan.path), *telling.removal_in_words(plan), *named])
            screen = ConfirmScreen(question, detail, no="No, keep it", yes="Yes, remove it")
            if not await self.app.push_screen_wait(screen):
                return
            freed = await in_thread(partial(remove, plan))
        except CodesteerError as error:
            self.say(f"{error.message} {error.remedy}", "bold $text-error")
            return
        self.say(f"removed {row.path.name}, {in_bytes(freed)} freed")
        self.reload()

    def action_back(self) -> None:
        self.app.pop_screen()


class RowsDialog(BlocksDialog):
    """Labels and what stands behind them; then what is wrong."""

    def __init__(self, title: str, rows: telling.Rows, problems: Sequence[str] = ()) -> None:
        super().__init__()
        self.title_text = plain(title).replace("[", "(")
        self._rows, self._problems = rows, problems

    def blocks(self) -> Sequence[Block]:
        width = max((len(label) for label, _ in self._rows), default=0) + 2
        shown = [block("quote", (f"{label:<{width}}", "dim"), text, hang=width) for label, text in self._rows]
        return [*shown, *(block("bad", f"{problem}") for problem in self._problems)]


def _asked_as(row: Item | tuple[str, Known]) -> tuple[str, str]:
    """What to ask the hub for, and of which revision; empty where nothing says where the weights came from."""
    if not isinstance(row, Item):
        return row[0], ""
    return (row.record.asked_as, row.record.revision) if row.record and row.record.repo else ("", "")


def _look(config: Config) -> tuple[list[tuple[Item, str]], dict[str, Known]]:
    with importing:
        import gguf.constants  # noqa: F401
    items = list_weights(config)
    return [(item, telling.about_item(item, _GO_ON)) for item in items], read_catalogue()


def _describe(config: Config, item: Item) -> tuple[telling.Rows, list[str]]:
    if item.form in ("part", "aside"):
        raise WeightsError(f"{item.path.name} is {telling.about_item(item, _GO_ON)}.")
    facts = facts_of(item.path)
    return telling.facts_rows(facts, roles_of(config, item.path), read_record(item.path)), telling.minds(
        facts
    )


def _check(item: Item) -> Checked:
    prepare()
    return verify(item.path, known=read_catalogue())
