"""Stepping in on the screen: deciding what a run asks, choosing the mode, writing guidance and hints.

What the person decides goes to the session, and comes back as events like everything else.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from codesteer_tui.steering.stepping import EDIT, REPLACE, VETO, WRITE, WRITTEN
from codesteer_tui.tui import background
from codesteer_tui.tui.chosen import with_wish
from codesteer_tui.tui.course import DECISION
from codesteer_tui.tui.importing import importing
from codesteer_tui.tui.keys import pressed
from codesteer_tui.tui.own_programs import OwnPrograms
from codesteer_tui.tui.screens.mode import ModeScreen, Wish
from codesteer_tui.tui.screens.writing import WritingScreen, Written
from codesteer_tui.tui.widgets.decision import DecisionPanel
from codesteer_tui.tui.widgets.desk import telling_round
from codesteer_tui.tui.widgets.presence import is_there
from codesteer_tui.tui.widgets.sheet import BlockView
from codesteer_tui.values import Question, Reply, SteeringMode

if TYPE_CHECKING:
    from textual.widget import Widget

    from codesteer_tui.tui.app import CodesteerApp
    from codesteer_tui.tui.screens.live import LiveScreen

STEPPING = "stepping"
"""The group of the workers that do what the person wants beside the run."""

BEHIND, INSTEAD = "said behind the steerer's guidance, as your hint", "in its place: the steerer is not asked"

MARKED = {1: " proposed  ", 3: DECISION}
"""What stands at the beginning of that which is to be decided about, in the pane of this number."""

TITLES = {EDIT: "Edit the guidance", VETO: "Veto the guidance"}
ABOUTS = {
    EDIT: "What you send is marked as the steerer's, edited by you.",
    VETO: "Why? It is told to the steerer, and may be empty.",
}


class Refusal(NamedTuple):
    """Why the person cannot step in just now: in short, and what to do."""

    title: str
    why: str


class SteppingIn:
    """What the first screen does for the person who steps in."""

    def __init__(self, screen: LiveScreen) -> None:
        self._screen = screen
        self._decided: asyncio.Future[Reply] | None = None
        self._panel: DecisionPanel | None = None
        self._moved: tuple[int, int] | None = None
        """From which pane to which the person was led by a question."""
        self._looks_back: int | None = None
        """The round that is shown instead of the one that waits for its guidance."""
        self._writing: WritingScreen | None = None
        self._drafts: dict[str, str] = {}
        self.first_words: Written | None = None
        """What is said in the next run that goes on, as soon as it does."""
        self.next_mode: SteeringMode | None = None
        """The mode that was chosen since the last run, for a session that goes on and had another."""
        self.own = OwnPrograms(self, screen)

    @property
    def app(self) -> CodesteerApp:
        app: CodesteerApp = self._screen.app  # type: ignore[assignment]
        return app

    @property
    def question(self) -> Question | None:
        """What the panel asks, where it waits for a decision."""
        return self._panel.question if self._panel else None

    @property
    def home(self) -> Widget | None:
        """The options, while something is asked."""
        return self._panel.options_list if self._panel and self.question else None

    # What the run asks

    async def ask(self, question: Question) -> Reply:
        """Ask, and wait for the answer: in a dialog, where the first option is the safe one, and what Esc chooses.

        What has to be read before it is decided is asked below the panes.
        """
        if question.draft or question.kind in ("approve_guidance", "write_guidance"):
            return await self._ask_below(question)
        with importing:
            from codesteer_tui.tui.screens.choice import ask_in_dialog

        return await ask_in_dialog(self.app, question)

    async def _ask_below(self, question: Question) -> Reply:
        """Ask below the panes."""
        self._decided = asyncio.get_running_loop().create_future()
        if self._panel is None:
            self._panel = DecisionPanel()
            await self._screen.mount(self._panel, before="#prompt")
        prompt = self._screen.prompt
        self._panel.put(question)
        if not prompt.text:
            self._screen.add_class("-deciding")
            if prompt.has_focus or self._screen.focused is None:
                self._panel.options_list.taken_at = time.monotonic()
                self._screen.set_focus(self._screen.home)
        self._screen.draw_lines()
        self._screen.call_after_refresh(self._bring_into_view, question)
        try:
            return await self._decided
        finally:
            self._decided = None
            self._over()

    def show_again(self) -> None:
        """What is to be decided about may have gone out of sight."""
        if self.question:
            self._screen.call_after_refresh(self._bring_into_view, self.question)

    async def _bring_into_view(self, question: Question) -> None:
        """Show what is to be decided about, unless the person is reading something else."""
        desk = self._screen.desk
        if desk is None or self.question is not question or self._screen.is_in_pane:
            return
        await self._look_back(question)
        number = 3 if question.kind == "approve_code" else 1
        if question.kind == "write_guidance" and self._looks_back is not None:
            number = desk.pane_number
        if desk.pane_number != number:
            self._moved = (desk.pane_number, number)
            desk.choose_pane(number, focus=False)
        pane = desk.panes[number - 1]
        await pane.redraw()
        mark = MARKED.get(number, DECISION)
        if views := [view for view in pane.query(BlockView) if mark in view.shown.text]:
            pane.call_after_refresh(pane.scroller.scroll_to_widget, views[-1], top=True, animate=False)

    async def _look_back(self, question: Question) -> None:
        """Guidance is decided about by what the round before came to: show that one."""
        desk = self._screen.desk
        this = desk.transcript.current if desk else None
        about_guidance = question.kind in ("approve_guidance", "write_guidance")
        if desk and this and about_guidance and desk.number == this.number and this.number:
            self._looks_back = this.number - 1
            await desk.choose(self._looks_back)

    async def _look_ahead(self, back: int) -> None:
        """Go on to the round that was waited for, unless the person has gone elsewhere."""
        desk = self._screen.desk
        if desk and is_there(desk) and desk.number == back and desk.transcript.current:
            await desk.choose(telling_round(desk.transcript) or 0)

    def _over(self) -> None:
        """Nothing is asked any more: the prompt is there again, and has the focus that the panel had."""
        if self._writing is not None:
            self._writing.action_leave()
        panel = self._panel
        if panel is None or not is_there(self._screen) or not is_there(panel):
            return
        back, self._looks_back = self._looks_back, None
        if back is not None:
            self._screen.call_later(self._look_ahead, back)
        moved, self._moved, desk = self._moved, None, self._screen.desk
        if moved and desk and desk.pane_number == moved[1] and not self._screen.is_in_pane:
            desk.choose_pane(moved[0], focus=False)
        had_focus = panel.has_focus_within
        self._screen.remove_class("-deciding")
        if had_focus:
            self._screen.set_focus(self._screen.prompt)
        panel.clear()
        self._screen.draw_lines()

    def decide(self, choice: str) -> None:
        """Take an option; where it wants a text, have it written first."""
        question = self.question
        if question is None:
            return
        if choice not in WRITTEN and choice != VETO:
            self._settle(Reply(choice))
            return
        key = f"{choice} {question.text}"

        def take(written: Written) -> None:
            if written.sent and (written.text.strip() or choice == VETO):
                self._settle(Reply(choice, text=written.text))
            else:
                self._drafts[key] = written.text

        about = ABOUTS.get(choice, "It is sent as yours. <<<Code>>> and <<<Text>>> ask for code or text.")
        text = self._drafts.get(key) or (question.draft if choice == EDIT else "")
        self._writing = self.write(TITLES.get(choice, "Write the guidance"), about, text, take)

    def typed_on(self, text: str) -> None:
        """Somebody was still typing when the question came: give them the prompt back; Tab leads to the question."""
        self._screen.remove_class("-deciding")
        self._screen.set_focus(self._screen.prompt)
        self._screen.prompt.insert(text)

    def _settle(self, reply: Reply) -> None:
        if self._decided is not None and not self._decided.done():
            self._decided.set_result(reply)

    # What the person wants

    @property
    def _wish(self) -> Wish:
        session, config = self._screen.session, self.app.settings.config
        if session is not None:
            return Wish(session.mode, session.approves_code)
        return Wish(config.steering.mode, config.sandbox.approve_code)

    def choose_mode(self, mode: SteeringMode) -> None:
        """Step in by this mode from now on."""
        self._step_in(self._wish._replace(mode=mode))

    def change_mode(self) -> None:
        """Show the modes, and step in as is chosen: in the run that goes on, and in those that follow."""
        now = self._wish

        def take(wish: Wish | None) -> None:
            if wish is not None and wish != now:
                self._step_in(wish)

        self.app.push_screen(ModeScreen(now), take)

    def _step_in(self, wish: Wish) -> None:
        if (session := self._screen.session) is not None:
            session.step_in(wish.mode, approve_code=wish.approve_code)
        else:
            self.next_mode = wish.mode
        self.app.use(with_wish(self.app.settings, wish))
        self._screen.draw_lines()

    def guide(self) -> None:
        """Edit the guidance that waits, or write for the next round."""
        question = self.question
        if question is not None and question.kind in ("approve_guidance", "write_guidance"):
            self.decide(next(way for way in (EDIT, WRITE, REPLACE) if way in question.options))
            return
        if refusal := self._refusal():
            self.tell(refusal.why, refusal.title)
            return
        session, desk = self._screen.session, self._screen.desk
        before = desk.transcript.hint if desk else None
        if session is not None:
            ways: tuple[str, ...] = (INSTEAD, BEHIND) if before and before.replaces else (BEHIND, INSTEAD)
            title, about = "Write for the next round", "How shall the TaskLLM be told? It is marked as yours."
        else:
            ways = ()
            title, about = (
                "Write guidance for another round",
                "The session goes on with it. It is marked as yours.",
            )

        def take(written: Written) -> None:
            self._drafts["next"] = "" if written.sent else written.text
            if written.sent:
                replaces = not ways or ways[written.way] == INSTEAD
                self._say(written._replace(way=int(replaces)))

        self.write(title, about, self._drafts.get("next") or (before.text if before else ""), take, ways)

    def _refusal(self) -> Refusal | None:
        """Why nothing can be written for another round; None where it can."""
        desk, session = self._screen.desk, self._screen.session
        steering = pressed(self.app, "steering")
        if desk is None or desk.transcript.problem is None:
            return Refusal(
                "There is no run to guide", f"Send a problem first. {steering} chooses how you step in."
            )
        if (session.mode if session else desk.transcript.mode) == "off":
            return Refusal("Steering is off", f"{steering} chooses another mode.")
        if session is None and self._screen.running:
            return Refusal("The run is just beginning", "Wait a moment.")
        return None

    def hint(self, text: str) -> str:
        """Have a text said behind the next guidance, or in another round of a run that is over.

        Gives why that cannot be; empty where it can.
        """
        if refusal := self._refusal():
            return f"{refusal.title}. {refusal.why}"
        self._say(Written(text, way=int(self._screen.session is None)))
        return ""

    def _say(self, written: Written) -> None:
        """Have it said in the next round: of the run that goes on, or of the one that is over, which then goes on."""
        session = self._screen.session
        if session is not None:
            session.hint(written.text, replaces=bool(written.way))
            said = "It is said in the next round." if written.text.strip() else "Nothing of yours is said."
            self.tell(said, "Guidance for the next round")
        elif written.text.strip():
            self.first_words = written
            background.begin(self._screen, self._go_on, group=STEPPING, exit_on_error=False)

    async def _go_on(self) -> None:
        with importing:
            from codesteer_tui.tui import going_on

        recording = await self._screen.record()
        if recording is None or recording.transcript.problem is None:
            self.first_words = None
            self.tell("It has no record.", "The session cannot go on")
            return
        going_on.begin(self.app, recording.transcript.problem, {"continue_from": recording})

    def begun(self) -> None:
        """The session is open: say what was chosen and written for it."""
        mode, self.next_mode = self.next_mode, None
        if mode is not None and self._screen.session is not None:
            self._screen.session.step_in(mode)
        words, self.first_words = self.first_words, None
        if words is not None and self._screen.session is not None:
            self._screen.session.hint(words.text, replaces=bool(words.way))

    # Words

    def write(
        self,
        title: str,
        about: str,
        text: str,
        take: Callable[[Written], None],
        ways: tuple[str, ...] = (),
        *,
        code: bool = False,
    ) -> WritingScreen:
        """Have a text written; `take` gets what came of it."""
        blink = not self.app.settings.config.screen.reduced_motion
        screen = WritingScreen(title, about, text, ways=ways, code=code, blink=blink)

        def over(written: Written | None) -> None:
            if self._writing is screen:
                self._writing = None
            if written is not None:
                take(written)

        self.app.push_screen(screen, over)
        return screen

    def tell(self, words: str, title: str) -> None:
        """A short notice."""
        self._screen.notify(words, title=title, markup=False)
