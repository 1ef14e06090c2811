"""``codesteer weights pull``: says what would be fetched, from where and to where; asks; fetches it and checks it."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from codesteer_tui.cli.options import config_option, settings_for_weights
from codesteer_tui.cli.speaking import STOPPED, agreed, put, say
from codesteer_tui.cli.weights_use import say_what_is_next

if TYPE_CHECKING:
    from codesteer_tui.weights.hub import Offer
    from codesteer_tui.weights.pulling import Progress

_STEP = 10
"""Per cent between two lines where nobody watches a terminal."""


@click.command("pull")
@click.argument("name", metavar="NAME")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Put it here instead of the folder of weights.",
)
@click.option("--revision", default="", metavar="REV", help="Branch, tag or commit on the hub.")
@click.option(
    "--token",
    "source",
    default="",
    metavar="SOURCE",
    help='Where the token is: "env:NAME", "file:PATH", "keyring:SERVICE/NAME", "cmd:COMMAND", "none". Never the token.'
    "  [default: HF_TOKEN, else as hf auth login or codesteer keys set hub stored it]",
)
@config_option
@click.pass_context
def pull(
    ctx: click.Context,
    name: str,
    yes: bool,
    folder: Path | None,
    revision: str,
    source: str,
    config_file: Path | None,
) -> None:
    """Fetch weights: a NAME of the catalogue, OWNER/REPO, or OWNER/REPO:FILE.gguf on the hub.

    Size, licence, host and target are shown before anything is fetched. What was cut off goes on where it ended, and
    the hash is checked before the file is used. HF_ENDPOINT names another hub; HTTPS_PROXY, HF_TOKEN, HF_HUB_OFFLINE
    and HF_HUB_DOWNLOAD_TIMEOUT are honoured. Prints the path of what was fetched.
    """
    from codesteer_tui.weights import checking, hub, hub_token, pulling, pulling_files, store, telling
    from codesteer_tui.weights.catalogue import read_catalogue

    wanted = hub.understand(name, read_catalogue(), revision)
    settings = settings_for_weights(ctx, config_file)
    config = settings.config
    target = (folder or store.weights_folder(config)).expanduser()
    address = hub.endpoint()
    hub.refuse_offline()
    token = hub_token.token_for(address, source, configured=config.weights.token)
    offer = hub.ask_hub(wanted, address=address, token=token)
    _show(offer, target, bool(token))
    pulling_files.check_room(offer, target)
    if not yes:
        if not sys.stdin.isatty():
            raise click.UsageError("Fetching weights needs a yes. Add --yes.")
        if not agreed("Fetch this?"):
            say("Nothing was fetched.")
            ctx.exit(STOPPED)
    shown, still = _Shown(), pulling_files.still_to_fetch(offer, target)
    try:
        path = pulling.pull(offer, target, token=token, tell=shown)
    except KeyboardInterrupt:
        shown.end()
        say("stopped; what has arrived is kept, and the same command goes on from there")
        ctx.exit(STOPPED)
    except BaseException:
        shown.end()
        raise
    shown.end()
    problems = checking.problems_of_pulled(path, offer.host)
    say(f"{telling.pulled_in_words(still, offer.size)}:")
    put(str(path))
    for problem in problems:
        say(f"Mind: {problem}.")
    if offer.form == "checkpoint":
        say(f"It is a checkpoint. To make a GGUF of it: codesteer weights convert {shlex.quote(str(path))}")
    elif not problems:
        say_what_is_next(path, settings)


def _show(offer: Offer, folder: Path, with_token: bool) -> None:
    from codesteer_tui.weights.telling import offer_rows

    if known := offer.wanted.known:
        say(f"{offer.wanted.known_as}: {known.title}")
    for label, text in offer_rows(offer, folder, with_token=with_token):
        say(f"  {label:<8} {text}")


class _Shown:
    """How far it is: one line that is written over on a terminal, else a line for every tenth."""

    def __init__(self, watched: bool | None = None) -> None:
        self._watched = sys.stderr.isatty() if watched is None else watched
        self._width = 0
        self._step = -1
        self._noted = ""

    def __call__(self, progress: Progress) -> None:
        from codesteer_tui.weights.telling import progress_line

        line = progress_line(progress)
        if self._watched:
            line = line[: shutil.get_terminal_size().columns - 1]
            sys.stderr.write(f"\r{line:<{self._width}}")
            sys.stderr.flush()
            self._width = len(line)
            return
        if progress.note and progress.note != self._noted:
            self._noted = progress.note
            say(line)
        step = progress.done * 100 // progress.total // _STEP if progress.total > 0 else -1
        if step > self._step and progress.phase == "fetching":
            self._step = step
            say(line)

    def end(self) -> None:
        """Leave the line."""
        if self._watched and self._width:
            sys.stderr.write("\n")
            self._width = 0
