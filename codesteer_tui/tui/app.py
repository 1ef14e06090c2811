"""The app: it knows the settings, opens screens, and owns no state of a run."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Coroutine, Iterable
from contextlib import AsyncExitStack
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import SystemCommand
from textual.binding import BindingType
from textual.events import DescendantFocus, Resize
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from codesteer_tui.problem import Problem
from codesteer_tui.tui import background, bound, themes
from codesteer_tui.tui.importing import importing
from codesteer_tui.tui.journal import APP, Journal
from codesteer_tui.tui.keys import KEYS, bindings, pressed, sentence
from codesteer_tui.tui.layout import TOO_SMALL, is_too_small
from codesteer_tui.tui.opening import OpeningApp
from codesteer_tui.tui.screens.live import LiveScreen
from codesteer_tui.tui.words import cut

if TYPE_CHECKING:
    from codesteer_tui.sessions.store import Recording
    from codesteer_tui.settings import Settings
    from codesteer_tui.steering.pack_list import Listed
    from codesteer_tui.tui.browsing import Choice
    from codesteer_tui.tui.choosing import Choosing
    from codesteer_tui.tui.going_on import Series
    from codesteer_tui.tui.screens.models import ModelsScreen
    from codesteer_tui.tui.screens.settings import SettingsScreen
    from codesteer_tui.tui.screens.tasks import TasksScreen
    from codesteer_tui.tui.screens.weights import WeightsScreen
    from codesteer_tui.values import Role


CHOOSING = "choosing"
"""The group of the workers that give roles away, store keys and save."""

STEPPING = "stepping"
"""The group of the workers that do what the person wants beside a run."""

THRESHOLDS = (20_000, 20, 20)
"""As many new objects before garbage is looked for among them, and so many times before it is among the older ones."""

SETTLED_S = 1.0
"""Then all that lasts is there. What is frozen, Python's collector of garbage no longer looks through: that would hold
the screen up for a tenth of a second every now and then."""


class CodesteerApp(OpeningApp):
    """Pose a problem and watch it being solved; or watch a recorded session."""

    TITLE = "codesteer"
    CSS_PATH: ClassVar[list[str]] = [
        "styles/app.tcss",
        "styles/desk.tcss",
        "styles/stepping.tcss",
        "styles/screens.tcss",
        "styles/tasks.tcss",
        "styles/prompt.tcss",
        "styles/themes.tcss",
        "styles/settings.tcss",
    ]  # type: ignore[assignment]
    BINDINGS: ClassVar[list[BindingType]] = bindings("anywhere")
    ENABLE_COMMAND_PALETTE = True

    def __init__(
        self,
        settings: Settings,
        *,
        problem: Problem | None = None,
        recording: Recording | None = None,
        play: bool = False,
        speed: float = 1.0,
    ) -> None:
        if not os.environ.get("NO_COLOR"):
            os.environ.pop("NO_COLOR", None)  # an empty one asks for nothing
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        self.settings = settings
        self.chosen: dict[Role, str] = {}
        """Who was given a role in the app, for the problems from then on."""
        self.pack = ""
        """The prompt pack that was chosen in the app, for the problems from then on; empty for the configured one."""
        self.browsed: Choice | None = None
        """What was chosen last in the SymBench browser."""
        self.drafts: dict[str, str] = {}
        """Answers that were begun by hand in the browser, by problem."""
        self.series: Series | None = None
        """The baselines that are run one after the other."""
        self._mouse_is_free = False
        self.until_quit = AsyncExitStack()
        """What lasts from one problem to the next, and is closed when the person quits."""
        self._choosing: Choosing | None = None
        self._problem, self._recording, self._play, self._speed = problem, recording, play, speed
        self.journal = Journal()
        """What the app said and what went wrong, since it began."""
        self._motion = self.animation_level
        self.is_alone = False
        """Whether the process is there for this app only."""
        self.key_table = KEYS
        """The key table with the person's own keys in it."""
        bound.use()
        self._was_large: bool | None = None
        """Whether the terminal is large enough for the screen and always was; None until its size is known."""
        themes.make_known(self, os.environ)
        if settings.config.screen.reduced_motion:
            self.animation_level = "none"

    def _watch_theme(self, theme_name: str) -> None:
        self.set_class(themes.is_contrast(theme_name), themes.CONTRAST_CLASS)
        super()._watch_theme(theme_name)

    def on_resize(self, event: Resize) -> None:
        """Where the terminal becomes too small for the screen, say once what serves better there."""
        small = is_too_small(*event.size)
        if small and self._was_large:
            self.notify(TOO_SMALL, markup=False)
        self._was_large = not small and self._was_large is not False

    def get_default_screen(self) -> Screen[None]:
        return LiveScreen(self._problem, look_around=self._recording is None)

    @property
    def live(self) -> LiveScreen:
        """The first screen, which poses problems."""
        live = self.screen_stack[0]
        assert isinstance(live, LiveScreen)
        return live

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Without motion no cursor blinks, in whatever field it is."""
        if self.settings.config.screen.reduced_motion and hasattr(event.widget, "cursor_blink"):
            event.widget.cursor_blink = False

    def dress(self) -> None:
        """Have the colours and the motion that the settings want."""
        named = "terminal" if self.no_color else self.settings.config.screen.theme
        wanted = themes.ALIASES.get(named, named)
        self.animation_level = "none" if self.settings.config.screen.reduced_motion else self._motion
        if wanted in self.available_themes:
            self.theme = wanted
        else:
            self.notify(
                f"screen.theme is {cut(wanted, 24)!r}. Ctrl+P, then Theme, lists those that there are.",
                title="There is no such theme",
                severity="warning",
                timeout=15,
                markup=False,
            )

    def use_keys(self) -> None:
        """Have the keys that the settings want, and say which cannot be."""
        wanted = self.settings.config.keys
        if not wanted and self.key_table is KEYS:
            return
        with importing:
            from codesteer_tui.tui.remapping import remapped

        self.key_table, keymap, refused = remapped(wanted)
        self.set_keymap(keymap)
        bound.use(self.key_table)
        for id_, why in refused[:3]:
            self.notify(
                f"{why}. {pressed(self, 'settings')} changes it; it stays as it was.",
                title=f"[keys] {cut(id_, 24)} = {cut(wanted[id_], 20)!r}",
                severity="warning",
                timeout=15,
                markup=False,
            )

    def on_mount(self) -> None:
        if self.is_alone:
            self.set_timer(SETTLED_S, _settle)
        self.journal.open()
        self.dress()
        self.use_keys()
        if self._recording:
            self.open_recording(self._recording, play=self._play, speed=self._speed)

    async def on_unmount(self) -> None:
        self.journal.close()
        await self.until_quit.aclose()

    async def on_live_screen_over(self, event: LiveScreen.Over) -> None:
        """A run is over: the next baseline, if there is one; behind the last they are compared."""
        if (series := self.series) and series.over(event.path, event.ending):
            self.series = None
            await series.show()

    @property
    def choosing(self) -> Choosing:
        """Gives roles to other players. Its modules are imported when it is first needed."""
        if self._choosing is None:
            with importing:
                from codesteer_tui.tui.choosing import Choosing

            self._choosing = Choosing(self)
        return self._choosing

    def use(self, settings: Settings) -> None:
        """Go on with other settings: somebody was chosen for a role, a key was stored, or a pack was chosen."""
        if self.pack:
            with importing:
                from codesteer_tui.tui.packs import with_pack

            settings = with_pack(settings, self.pack)
        self.settings = settings
        self.live.on_settings()
        self.show_roles()

    def show_roles(self) -> None:
        """Bring the models screen up to date, where it is open."""
        if self._choosing and (screen := self._choosing.screen):
            screen.renew(self.settings, self._choosing.playing())

    def choose(self, role: Role, player: str) -> None:
        """Have a player for a role: from the next round of a run, and for every problem from now on."""
        self.choosing.begin(role, player)

    def open_models(
        self, role: Role = "task_llm", search: str = "", then: Callable[[None], None] | None = None
    ) -> None:
        """Show who plays which role, of those that fit `search`; `then` is called when that is closed."""
        with importing:
            from codesteer_tui.tui.screens.models import ModelsScreen

        if not any(isinstance(screen, ModelsScreen) for screen in self.screen_stack):
            self.push_screen(ModelsScreen(self.settings, self.choosing.playing(), role, search), then)

    def action_models(self) -> None:
        self.open_models()

    def action_steering(self) -> None:
        """Choose how the person steps in."""
        self.live.stepping.change_mode()

    def action_guide(self) -> None:
        """Write guidance, for the run that is shown."""
        if self.screen is self.live:
            self.live.stepping.guide()
        else:
            how = f"It sends nothing. {pressed(self, 'fork')} in a pane forks it."
            self.notify(how, title="This is a record", markup=False)

    def use_pack(self, listed: Listed) -> None:
        """Give the roles the wording of another pack, from the next problem on."""
        with importing:
            from codesteer_tui.tui import packs

        self._in_background(packs.use(self, listed))

    def on_models_screen_chosen(self, event: ModelsScreen.Chosen) -> None:
        """A player was chosen for a role."""
        self.choose(event.role, event.player)

    def on_models_screen_key_wanted(self, event: ModelsScreen.KeyWanted) -> None:
        """The key of a provider shall be entered."""
        self._in_background(self.choosing.enter_key(event.provider))

    def on_models_screen_save_wanted(self, event: ModelsScreen.SaveWanted) -> None:
        """Who plays a role shall be saved."""
        self._in_background(self.choosing.save(event.role))

    def _in_background(self, work: Coroutine[None, None, object]) -> None:
        self.run_worker(work, group=CHOOSING, exit_on_error=False)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A bug in a choice, or in what is done beside a run, is shown, and does not take the run down with it."""
        if event.worker.group in (CHOOSING, STEPPING) and event.state is WorkerState.ERROR:
            error = event.worker.error
            APP.error("a choice broke off", exc_info=error)
            self.live.explain(
                f"This is a bug in codesteer: {type(error).__name__}: {error}", "Please report it."
            )

    async def on_settings_screen_changed(self, event: SettingsScreen.Changed) -> None:
        """A setting was saved, or taken out of the user's file."""
        with importing:
            from codesteer_tui.tui.changing import take_over

        await take_over(self, event)

    def on_tasks_screen_posed(self, event: TasksScreen.Posed) -> None:
        """A task's problem shall be solved: with its task, so that ground truth is checked."""
        if self.live.running:
            self.notify(
                sentence(self, "{back} on its screen stops it; then {solve_task} again."),
                title="Still solving a problem",
                markup=False,
            )
            return
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self.live.begin(event.problem)

    def on_weights_screen_use_wanted(self, event: WeightsScreen.UseWanted) -> None:
        """Weights shall play a role: they become a provider, and the models screen gives it the role."""
        with importing:
            from codesteer_tui.tui.chosen import with_weights
            from codesteer_tui.weights.using import free_name

        name = free_name(self.settings.config, event.path)
        if name not in self.settings.config.providers:
            self.use(with_weights(self.settings, name, event.path))
        self.open_models("steerer", f"{name}:", lambda _: event.screen.renew(self.settings.config))

    async def action_new(self) -> None:
        """Back to an empty prompt, for a new problem."""
        while len(self.screen_stack) > 1:
            self.pop_screen()
        if isinstance(self.screen, LiveScreen):
            await self.screen.start_anew()

    def action_edit_prompt(self) -> None:
        """Write the problem in the person's own editor."""
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self.live.edit_prompt()

    def copy_to_clipboard(self, text: str) -> None:
        """Copy what was selected."""
        self.copy(text, "selection")

    def copy(self, text: str, what: str) -> None:
        """Copy a text by the way that works here, and say which that was."""
        self._clipboard = text
        background.begin(self, partial(self._copy, text, what), group="copy", exit_on_error=False)

    async def _copy(self, text: str, what: str) -> None:
        with importing:
            from codesteer_tui.tui import copying

        write = self._driver.write if self._driver is not None else None
        copied = await copying.copy(text, self.settings.config.screen.copy, write)
        amount = f"{len(text):,} character{'' if len(text) == 1 else 's'}"
        if copied.ok:
            self.notify(copied.words, title=f"Copied the {what} ({amount})", markup=False)
        else:
            self.notify(copied.words, title=f"The {what} is not copied", severity="warning", markup=False)

    def release_mouse_of_terminal(self) -> None:
        """Leave the mouse to the terminal, or take it back."""
        driver: Any = self._driver
        if driver is None or not hasattr(driver, "_disable_mouse_support"):
            self.notify("Try Shift with the mouse.", title="This terminal keeps the mouse here", markup=False)
            return
        self._mouse_is_free = not self._mouse_is_free
        if self._mouse_is_free:
            driver._disable_mouse_support()
            self.notify(
                f"{pressed(self, 'mouse')} takes it back. Select with it as the terminal does.",
                title="The mouse is free",
                markup=False,
            )
        else:
            driver._enable_mouse_support()
            self.notify("The mouse acts in the app again.", markup=False)

    def action_help_quit(self) -> None:
        """Ctrl+C without a selection: stop the turn, or say how to quit."""
        if isinstance(self.screen, LiveScreen) and self.screen.stop():
            return
        self.notify("Ctrl+Q quits.", title="Nothing is running", markup=False)

    def _fatal_error(self) -> None:
        """End the app and print a traceback without local variables and keys.

        Textual's own would print them, and with them whatever a handler holds: a key, a problem, an answer.
        """
        from rich.segment import Segments

        with importing:
            from codesteer_tui.tui.breaking import safe_traceback

        self.bell()
        shown = self.console.render(safe_traceback(), self.console.options)
        self._exit_renderables.append(Segments(shown))
        self._close_messages_no_wait()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        with importing:
            from codesteer_tui.tui.palette import palette_commands

        return palette_commands(self, screen)


def _settle() -> None:
    """What is there now lasts: garbage is looked for among what comes."""
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    gc.enable()
