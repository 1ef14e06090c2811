"""The screens that open over the first one: each is brought forward, or made when it is first wanted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.screen import ModalScreen, Screen

from codesteer_tui.tui.importing import importing
from codesteer_tui.tui.notices import NoticesApp
from codesteer_tui.tui.screens.live import LiveScreen

if TYPE_CHECKING:
    from textual.driver import Driver

    from codesteer_tui.sessions.store import Recording
    from codesteer_tui.settings import Settings
    from codesteer_tui.settings.saving import Saved
    from codesteer_tui.tui.browsing import Choice
    from codesteer_tui.tui.journal import Journal
    from codesteer_tui.tui.screens.comparing import CompareScreen
    from codesteer_tui.tui.screens.sessions import SessionsScreen
    from codesteer_tui.tui.screens.tasks import TasksScreen


class OpeningApp(NoticesApp):
    """An app that opens screens. Their modules are imported when they are first needed."""

    settings: Settings
    journal: Journal
    browsed: Choice | None
    drafts: dict[str, str]
    """What was chosen last in the SymBench browser."""

    def get_driver_class(self) -> type[Driver]:
        """The driver of the terminal: ours in the place of Textual's for Linux and macOS."""
        found = super().get_driver_class()
        if f"{found.__module__}.{found.__name__}" != "textual.drivers.linux_driver.LinuxDriver":
            return found
        from codesteer_tui.tui.driver import PastingDriver

        return PastingDriver

    @property
    def can_suspend(self) -> bool:
        """Whether the terminal can be given back to the shell for a while."""
        return self._driver is not None and self._driver.can_suspend

    def open_recording(self, recording: Recording, *, play: bool, speed: float = 1.0) -> None:
        """Show a recorded session, at its end or from its start."""
        with importing:
            from codesteer_tui.tui.screens.replay import ReplayScreen

        self.push_screen(ReplayScreen(recording, play=play, speed=speed))

    def on_sessions_screen_chosen(self, event: SessionsScreen.Chosen) -> None:
        """A session was chosen in the list."""
        self.open_recording(event.recording, play=event.play)

    def on_compare_screen_wanted(self, event: CompareScreen.Wanted) -> None:
        """One of the sessions that are compared shall be shown."""
        self.open_recording(event.recording, play=False)

    async def on_sessions_screen_compared(self, event: SessionsScreen.Compared) -> None:
        """Sessions were chosen to be compared."""
        await self._going_on.show_compared(self, event.paths)

    def on_sessions_screen_resumed(self, event: SessionsScreen.Resumed) -> None:
        """A session shall go on where it was stopped."""
        self._going_on.resume_recording(self, event.recording)

    @property
    def _going_on(self) -> Any:
        with importing:
            from codesteer_tui.tui import going_on

        return going_on

    def on_build_screen_built(self) -> None:
        """There is an image now: look around again."""
        for screen in self.screen_stack:
            if isinstance(screen, LiveScreen):
                screen.on_screen_resume()

    def action_build_image(self) -> None:
        """Make the image that programs run in; asks before anything is downloaded."""
        with importing:
            from codesteer_tui.tui.screens.build import BuildScreen

        def back_to_the_prompt(_: None) -> None:
            if isinstance(self.screen, LiveScreen) and self.screen.home:
                self.screen.home.focus()

        self.push_screen(BuildScreen(), back_to_the_prompt)

    def action_help(self) -> None:
        with importing:
            from codesteer_tui.tui.screens.help import HelpScreen, places_of

        self._show(HelpScreen, lambda: HelpScreen(places_of(self.screen)))

    def action_settings(self) -> None:
        with importing:
            from codesteer_tui.tui.screens.settings import SettingsScreen

        self._show(SettingsScreen, lambda: SettingsScreen(self.settings))

    def action_change_theme(self) -> None:
        """Choose the colours: each is seen while the highlight moves, and the one that is chosen is saved."""
        with importing:
            from codesteer_tui.tui.screens.setting import THEME, SettingScreen
            from codesteer_tui.tui.screens.settings import SettingsScreen

        def take(saved: Saved | None) -> None:
            if saved:
                self.post_message(SettingsScreen.Changed(THEME, saved))

        if not isinstance(self.screen, SettingScreen):
            self.push_screen(SettingScreen(self.settings, THEME), take)

    def action_charts(self) -> None:
        with importing:
            from codesteer_tui.tui.screens.charts import ChartsScreen
            from codesteer_tui.tui.screens.desk_screen import DeskScreen

        if isinstance(self.screen, ChartsScreen):
            return
        desk = self.screen.desk if isinstance(self.screen, DeskScreen) else None
        self.push_screen(ChartsScreen(self.settings.config, desk.transcript if desk else None))

    def action_logs(self) -> None:
        with importing:
            from codesteer_tui.tui.screens.logs import LogScreen

        if not isinstance(self.screen, LogScreen):
            self.push_screen(LogScreen(self.journal))

    def action_sessions(self) -> None:
        self.open_sessions()

    def open_sessions(self, *marked: Path) -> None:
        """List the sessions, those marked that another is to be compared with."""
        with importing:
            from codesteer_tui.tui.screens.sessions import SessionsScreen

        if marked:  # over the session that is compared: Esc leads back to it
            self.push_screen(SessionsScreen(self.settings.config, marked))
        else:
            self._show(SessionsScreen, lambda: SessionsScreen(self.settings.config))

    def action_tasks(self) -> None:
        """Browse the SymBench tasks, where one was the last time."""
        with importing:
            from codesteer_tui.tui.screens.tasks import TasksScreen

        if not any(isinstance(screen, TasksScreen) for screen in self.screen_stack):
            self.push_screen(TasksScreen(self.browsed, self.drafts))
        while not isinstance(self.screen, TasksScreen):
            self.pop_screen()

    def on_tasks_screen_left(self, event: TasksScreen.Left) -> None:
        """A task, its knobs and a seed were chosen; they are there again the next time."""
        self.browsed = event.choice

    def action_weights(self) -> None:
        """Show the weights of local models."""
        with importing:
            from codesteer_tui.tui.screens.weights import WeightsScreen

        self._show(WeightsScreen, lambda: WeightsScreen(self.settings.config))

    def _show(self, kind: type[Screen[Any]], make: Callable[[], Screen[Any]]) -> None:
        """Bring a screen forward: the one that is open already, else a new one.

        A dialog that stands over the open one is left alone, since it may be at work or wait for an answer.
        """
        there = next((at for at, screen in enumerate(self.screen_stack) if isinstance(screen, kind)), None)
        if there is None:
            self.push_screen(make())
            return
        over = self.screen_stack[there + 1 :]
        if not any(isinstance(screen, ModalScreen) for screen in over):
            for _ in over:
                self.pop_screen()
