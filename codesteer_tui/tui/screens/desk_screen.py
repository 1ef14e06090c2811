"""What the live screen and replay have in common: the desk, its keys, and the lines around it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import BindingType
from textual.events import DescendantBlur, DescendantFocus, Resize
from textual.screen import Screen
from textual.widget import Widget

from codesteer_tui.transcript import Transcript
from codesteer_tui.tui import background
from codesteer_tui.tui.importing import importing
from codesteer_tui.tui.keys import bindings, openers, pressed
from codesteer_tui.tui.layout import SHORT_FROM, TABS_BELOW, TALL_FROM, THREE_COLUMNS_FROM
from codesteer_tui.tui.widgets.presence import is_there
from codesteer_tui.tui.widgets.status import BottomLine, KeyLine, TopLine
from codesteer_tui.values import Role

if TYPE_CHECKING:
    from codesteer_tui.sessions.store import Recording
    from codesteer_tui.tui.app import CodesteerApp
    from codesteer_tui.tui.widgets.desk import Desk
    from codesteer_tui.tui.widgets.pane import Pane


FLAGS = 4
ROLE_OF_PANE: dict[int, Role] = {1: "steerer", 2: "task_llm", 3: "task_llm", 4: "checker"}
"""Whose work a pane shows."""


class DeskScreen(Screen[None]):
    """A screen with a desk on it."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("desk"), *openers()]
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual's own declaration is not a ClassVar for mypy
        (0, "-tabs"),
        (TABS_BELOW, "-two"),
        (THREE_COLUMNS_FROM, "-three"),
    ]
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (SHORT_FROM, "-short"), (TALL_FROM, "-tall")]  # noqa: RUF012
    watermark = ""
    running = False
    _desk: Desk | None = None

    @property
    def desk(self) -> Desk | None:
        """The desk, if there is one yet. Its module is imported when there is something to show on it."""
        if self._desk is None or not self._desk.is_attached:  # a query looks at every widget of the screen
            self._desk = next(iter(self.query("Desk")), None)  # type: ignore[assignment]
        return self._desk

    @property
    def is_in_pane(self) -> bool:
        """Whether a pane has the focus."""
        return self.focused is not None and self.focused.has_class("pane")

    @property
    def seconds(self) -> float:
        """The time that the clock shows."""
        desk = self.desk
        return desk.transcript.seconds if desk else 0.0

    @property
    def pending(self) -> dict[Role, tuple[str, str]]:
        """Who will play, and the words for when ("at R2", "next"), for the roles that change."""
        return {}

    @property
    def retry_in(self) -> float | None:
        """Seconds until a failed call is tried again, None where none is waiting."""
        return None

    @property
    def home(self) -> Widget | None:
        """Where Esc leads when nothing is left to stop."""
        return None

    @property
    def position(self) -> int | None:
        """How many of the record's events are shown; None where it is all of them."""
        return None

    async def record(self) -> Recording | None:
        """What was recorded of the run on the desk; None where nothing is known of a record.

        Raises:
            SessionError: it cannot be read.
        """
        return None

    def places(self) -> list[str]:
        """The places of the key table that the key line shows."""
        where = ["pane"] if self.is_in_pane else []
        if where and self.desk and self.desk.pane_number == FLAGS:
            where.insert(0, "flags")
        return [*where, "desk", "anywhere"]

    def draw_lines(self) -> None:
        """Bring the lines around the desk up to date."""
        if not is_there(self) or not self.query_children(KeyLine):
            return
        desk = self.desk
        transcript = desk.transcript if desk else Transcript()
        self.query_one(TopLine).draw(transcript, self.watermark, self.pending)
        covered = desk is not None and desk.is_covered
        self.query_one(BottomLine).draw(
            transcript, running=self.running, covered=covered, seconds=self.seconds, retry_in=self.retry_in
        )
        self.query_one(KeyLine).draw(self.places(), running=self.running, covered=covered)

    @on(DescendantFocus)
    @on(DescendantBlur)
    def _moved(self) -> None:
        self.draw_lines()

    def on_desk_moved(self) -> None:
        self.draw_lines()

    def on_resize(self, event: Resize) -> None:
        self.call_after_refresh(self.draw_lines)

    def action_pane(self, number: int) -> None:
        if self.desk:
            self.desk.choose_pane(number)

    async def action_round(self, by: int) -> None:
        if self.desk:
            await self.desk.step(by)

    async def action_zoom(self) -> None:
        if self.desk:
            await self.desk.toggle_zoom()

    def action_resize_pane(self, wider: int, taller: int) -> None:
        if self.desk:
            self.desk.resize_pane(wider, taller)

    def action_fold_pane(self) -> None:
        if self.desk:
            self.desk.fold_pane()

    def action_even_out(self) -> None:
        if self.desk:
            self.desk.even_out()

    def action_puzzle(self) -> None:
        """Show the problem as a drawing, with the shown round's answer in it."""
        with importing:
            from codesteer_tui.symbench.recognise import recognise
            from codesteer_tui.tui import puzzles
            from codesteer_tui.tui.screens.puzzle import PuzzleScreen

        posed = self.desk.transcript.problem if self.desk else None
        problem = recognise(posed) if posed else None
        if self.desk is None or problem is None or not problem.task:
            at = pressed(self.app, "tasks")
            self.notify(f"Only problems of SymBench's tasks can be drawn ({at}).", markup=False)
        elif not puzzles.is_drawn(problem.task):
            self.notify(f"There is no drawing of {problem.task}.", markup=False)
        else:
            self.app.push_screen(PuzzleScreen(self.desk, problem))

    def action_next_pane(self, by: int) -> None:
        """Go round: the panes, then the prompt."""
        desk = self.desk
        if desk is None:
            (self.focus_next if by > 0 else self.focus_previous)()
            return
        places = [0] if self.home else []
        places += [pane.part.number for pane in desk.panes if not desk.arranging.is_folded(pane.part.number)]
        at = places.index(desk.pane_number) if self.is_in_pane else 0
        goal = places[(at + by) % len(places)]
        if goal:
            desk.choose_pane(goal)
        elif self.home:
            self.set_focus(self.home)

    def action_find(self) -> None:
        """Type words that are found in all panes and rounds."""
        desk = self.desk
        if desk is None:
            self.notify("Send a problem or open a session first.", title="Nothing to find in", markup=False)
            return
        with importing:
            from codesteer_tui.tui.screens.finding import FindScreen

        sought = desk.seeking.sought
        self.app.push_screen(FindScreen(desk, sought.text if sought else ""))

    async def action_next_match(self, by: int) -> None:
        """Go to the next match; where nothing is sought, type what is."""
        if self.desk and self.desk.seeking.sought:
            await self.desk.seeking.go_on(by)
            self.set_focus(self.desk.pane)
        else:
            self.action_find()

    async def action_back(self) -> None:
        """Undo what lies over the panes; where nothing does, go to where one types."""
        if self.desk and await self.desk.put_away():
            return
        if self.home:
            self.set_focus(self.home)

    def action_inspect(self) -> None:
        """Show the exact prompts of the shown round, first those of the role whose pane is in front."""
        desk = self.desk
        if desk is None or desk.pane.this is None:
            return
        with importing:
            from codesteer_tui.tui.screens.inspector import InspectorScreen

        role = ROLE_OF_PANE[desk.pane_number]
        self.app.push_screen(InspectorScreen(lambda: desk.transcript, desk.number, role))

    async def action_fork(self) -> None:
        await _going_on().fork(self)

    async def action_baselines(self) -> None:
        await _going_on().baselines(self)

    def action_take_answer(self) -> None:
        """Where a record is watched, nothing is changed in it."""
        self.action_run_again()

    def action_copy_round(self) -> None:
        """Copy all of the shown round."""
        with importing:
            from codesteer_tui.tui import taking

        if wrong := taking.copy_thing(self, "round"):
            self.notify(wrong, markup=False)

    def begin_export(self, ending: str) -> None:
        """Write the session into a file with this ending, in the folder that the app was started in."""
        session = self.desk.transcript.session if self.desk else ""
        background.begin(
            self, partial(self._export, f"codesteer-{session or 'session'}{ending}"), exit_on_error=False
        )

    async def _export(self, name: str) -> None:
        with importing:
            from codesteer_tui.tui import taking

        if wrong := await taking.export(self, name):
            self.notify(wrong, title="Not exported", severity="warning", markup=False)

    def action_release_mouse(self) -> None:
        """Leave the mouse to the terminal, whose own selection then works; or take it back."""
        app: CodesteerApp = self.app  # type: ignore[assignment]
        app.release_mouse_of_terminal()

    def action_open_in_editor(self) -> None:
        """Look at the pane in the person's own editor."""
        if self.desk:
            background.begin(
                self, partial(self._open_in_editor, self.desk.pane), group="editor", exit_on_error=False
            )

    async def _open_in_editor(self, pane: Pane) -> None:
        with importing:
            from codesteer_tui.tui import editor

        text = pane.part.drawing.to_copy(pane.transcript, pane.this) or pane.text
        is_code = bool(pane.this and pane.this.code and text == pane.this.code.source)
        name = f"{pane.part.name.lower()}.{'py' if is_code else 'txt'}"
        edited = await editor.edit(self.app, text, name=name)
        if edited.wrong:
            self.notify(edited.wrong, severity="warning", markup=False)
        elif edited.text.rstrip() != text.rstrip():
            how = f"What you changed is not kept. {pressed(self.app, 'run_again')} runs an edited copy."
            self.notify(how, title="A look only", markup=False)

    def action_run_again(self) -> None:
        """Where a record is watched, nothing is run."""
        how = f"It runs nothing. {pressed(self.app, 'fork')} in a pane forks it."
        self.notify(how, title="This is a record", markup=False)

    async def action_resume(self) -> None:
        await _going_on().resume(self)

    async def action_compare(self) -> None:
        await _going_on().compare(self)

    def action_difference(self) -> None:
        """Compare the code of the shown round with that of the round before it that has any."""
        desk = self.desk
        if desk is None:
            return
        with importing:
            from codesteer_tui.tui.difference import with_code
            from codesteer_tui.tui.screens.difference import DifferenceScreen

        rounds = with_code(desk.transcript)
        if len(rounds) < 2:
            known = f"Only R{rounds[0].number} has code so far." if rounds else "No round has code so far."
            self.notify(known, title="Nothing to compare", markup=False)
            return
        self.app.push_screen(DifferenceScreen(desk.transcript, desk.number))

    def on_pane_evidence_wanted(self, event: Pane.EvidenceWanted) -> None:
        """Show what the flags of the shown round rest on, first the one that was asked for."""
        desk = self.desk
        if desk is None or desk.pane.this is None:
            return
        with importing:
            from codesteer_tui.tui.screens.evidence import EvidenceScreen

        number = desk.pane.this.number
        self.app.push_screen(EvidenceScreen(lambda: desk.transcript, number, event.key))


def _going_on() -> Any:
    with importing:
        from codesteer_tui.tui import going_on

    return going_on
