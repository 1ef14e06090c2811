"""Making the image that programs run in, in the app: consent first, then progress, then the result."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Static

from codesteer_tui.errors import CodesteerError
from codesteer_tui.text import plain

if TYPE_CHECKING:
    from codesteer_tui.sandbox.images import Pull

KEPT_LINES = 400


class BuildScreen(ModalScreen[None]):
    """Builds the image. Esc stops it; an unfinished image is not used."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "close", "Close", show=False)]

    class Built(Message):
        """The image is there."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[str] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Sandbox image"
            with VerticalScroll():
                yield Static(markup=False, id="build-lines")
            yield Static("Esc stops", classes="dialog-hint", markup=False, id="build-hint")

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()
        self._build()

    @work(name="build", exclusive=True, exit_on_error=False)
    async def _build(self) -> None:
        images = await asyncio.to_thread(_import_images)
        try:
            self._say("asking the engine ...")
            if not await self._agreed(await images.pull_needed()):
                self.app.notify("Nothing was downloaded. Programs run as before.", markup=False)
                self.dismiss(None)
                return
            async with aclosing(images.build()) as lines:
                async for line in lines:
                    self._say(line)
        except CodesteerError as error:
            self._end(f"{error.message}\n-> {error.remedy}" if error.remedy else error.message)
            return
        self._end("The image is ready. The next problem runs in a container.")
        self.app.post_message(self.Built())

    async def _agreed(self, pull: Pull | None) -> bool:
        """Ask before a download, with its size; without one there is nothing to ask."""
        if pull is None:
            return True
        from codesteer_tui.tui.screens.confirm import ConfirmScreen

        download, disk = pull.download_bytes, pull.disk_bytes
        size = (
            f"about {download >> 20} MiB, {disk >> 20} MiB on disk" if download and disk else "size not known"
        )
        screen = ConfirmScreen(
            f"Download {pull.base}?",
            f"The image is built on it: {size}. It comes from the registry that your engine uses.",
            no="No, go on without",
            yes="Yes, download and build",
        )
        agreed: bool = await self.app.push_screen_wait(screen)
        return agreed

    def _say(self, line: str) -> None:
        self._lines = [*self._lines, *plain(line).splitlines()][-KEPT_LINES:]
        self.query_one("#build-lines", Static).update(Content("\n".join(self._lines)))
        self.query_one(VerticalScroll).scroll_end(animate=False)

    def _end(self, line: str) -> None:
        self._say("")
        self._say(line)
        self.query_one("#build-hint", Static).update(Content("Esc closes"))

    def action_close(self) -> None:
        self.dismiss(None)


def _import_images():  # type: ignore[no-untyped-def]
    from codesteer_tui.sandbox import images

    return images
