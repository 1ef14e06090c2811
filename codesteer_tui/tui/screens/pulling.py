"""Fetching weights in the app: what, from where and to where; a yes; progress; the result."""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from codesteer_tui.config import Config
from codesteer_tui.errors import CodesteerError
from codesteer_tui.providers.waiting import in_thread
from codesteer_tui.text import plain
from codesteer_tui.tui.importing import importing
from codesteer_tui.tui.keys import openers
from codesteer_tui.tui.screens.confirm import ConfirmScreen
from codesteer_tui.tui.widgets.presence import is_there
from codesteer_tui.weights import hub, hub_token, pulling, pulling_files, telling
from codesteer_tui.weights.catalogue import read_catalogue
from codesteer_tui.weights.checking import problems_of_pulled
from codesteer_tui.weights.store import weights_folder

_TELL_EVERY_S = 0.2


class PullScreen(ModalScreen[str | None]):
    """Fetches weights; gives their path, "" where something arrived and not all, None where nothing was begun.

    Esc stops it: what has arrived is kept, and is gone on with the next time.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", show=False),
        *openers("help"),
        *openers("models"),
    ]

    def __init__(self, config: Config, name: str = "", revision: str = "") -> None:
        super().__init__()
        self._revision = revision
        self._wanted, self._folder, self._token = name, weights_folder(config), config.weights.token
        self._lines: list[str] = []
        self._latest: pulling.Progress | None = None
        self._stop = threading.Event()
        self._outcome: str | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Fetch weights"
            yield Input(id="weights-name", placeholder="a known name, OWNER/REPO, or OWNER/REPO:FILE.gguf")
            with VerticalScroll():
                yield Static(markup=False, id="pull-lines")
            yield Static(markup=False, id="pull-progress")
            yield Static("Esc closes", classes="dialog-hint", markup=False, id="pull-hint")

    def on_mount(self) -> None:
        self.set_interval(_TELL_EVERY_S, self._draw)
        field = self.query_one(Input)
        if self._wanted:
            field.display = False
            self.query_one(VerticalScroll).focus()
            self._pull(self._wanted)
        else:
            field.focus()

    def on_unmount(self) -> None:
        self._stop.set()

    @on(Input.Submitted)
    def _named(self, event: Input.Submitted) -> None:
        if name := event.value.strip():
            self._pull(name)

    @work(name="pull", exclusive=True)
    async def _pull(self, name: str) -> None:
        self.query_one(Input).disabled = True
        self._lines = []
        try:
            if fetched := await self._fetch(name):
                path, words, problems = fetched
                self._outcome = str(path)
                self._say(f"{words}: {path}")
                for problem in problems:
                    self._say(f"Mind: {problem}.")
                if path.is_dir():
                    self._say("It is a checkpoint: m in the list of weights makes a GGUF of it.")
                elif not problems:
                    self._say("u in the list of weights gives it a role.")
        except CodesteerError as error:
            self._say(f"{error.message}\n-> {error.remedy}" if error.remedy else error.message)
        finally:
            self._stop.set()  # a thread that nobody waits for any more ends soon
        if not is_there(self):
            return
        self._latest = None
        self._draw()
        self._stop = threading.Event()
        self._hint("Esc closes")
        field = self.query_one(Input)
        field.disabled = False
        if field.display:
            field.focus()

    async def _fetch(self, name: str) -> tuple[Path, str, tuple[str, ...]] | None:
        """Ask the hub, ask the person, and fetch; the path, what was done, what is wrong with it. None after a no."""
        self._say("asking the hub ...")
        folder = self._folder
        offer, token = await in_thread(partial(_ask, name, self._revision, self._token))
        rows = await in_thread(partial(telling.offer_rows, offer, folder, with_token=bool(token)))
        self._lines = []
        for label, text in rows:
            self._say(f"{label:<8} {text}")
        await in_thread(partial(pulling_files.check_room, offer, folder))
        detail = "\n".join(f"{label:<8} {text}" for label, text in rows if label not in ("memory", "note"))
        screen = ConfirmScreen("Fetch these weights?", detail, no="No, fetch nothing", yes="Yes, fetch them")
        if not await self.app.push_screen_wait(screen):
            self._say("Nothing was fetched.")
            return None
        self._outcome = ""
        self._hint("Esc stops; what has arrived is kept")
        stop = self._stop
        still = await in_thread(partial(pulling_files.still_to_fetch, offer, folder))
        path = await in_thread(
            partial(
                pulling.pull, offer, folder, token=token, tell=self._note, stopped=stop.is_set, wait=stop.wait
            )
        )
        problems = await in_thread(partial(problems_of_pulled, path, offer.host))
        return path, telling.pulled_in_words(still, offer.size), problems

    def _note(self, progress: pulling.Progress) -> None:
        """Called in the thread that fetches; drawn when the screen gets to it."""
        self._latest = progress

    def _draw(self) -> None:
        if not is_there(self):
            return
        latest = self._latest
        text = telling.progress_line(latest) if latest else ""
        self.query_one("#pull-progress", Static).update(Content.assemble((text, "$text-accent")))

    def _say(self, line: str) -> None:
        if not is_there(self):
            return
        self._lines += plain(line).splitlines()
        self.query_one("#pull-lines", Static).update(Content("\n".join(self._lines)))
        self.query_one(VerticalScroll).scroll_end(animate=False)

    def _hint(self, words: str) -> None:
        if is_there(self):
            self.query_one("#pull-hint", Static).update(Content(words))

    def action_close(self) -> None:
        self._stop.set()
        self.dismiss(self._outcome)


def prepare() -> None:
    """Import what fetching and describing need, which is slow. For a thread."""
    with importing:
        import gguf.constants  # noqa: F401

        library = hub.library()
        for name in ("HfApi", "get_session", "hf_hub_url"):
            getattr(library, name)


def _ask(name: str, revision: str, token_at: str) -> tuple[hub.Offer, str | None]:
    wanted = hub.understand(name, read_catalogue(), revision)
    address = hub.endpoint()
    hub.refuse_offline()
    prepare()
    token = hub_token.token_for(address, configured=token_at)
    return hub.ask_hub(wanted, address=address, token=token), token
