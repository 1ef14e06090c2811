"""The command itself and the table of its subcommands, each imported when it is asked for."""

from __future__ import annotations

import importlib
from pathlib import Path

import click

from codesteer_tui import __version__
from codesteer_tui.cli.options import keep, settings_options

COMMANDS = {
    "solve": ("codesteer_tui.cli.solve", "Solve one problem without the app; the answer goes to stdout."),
    "resume": ("codesteer_tui.cli.resume", "Go on with a session that was stopped or broke off."),
    "fork": ("codesteer_tui.cli.fork", "Begin a new session with the first rounds of another."),
    "replay": ("codesteer_tui.cli.replay", "Watch a recorded session again, or print it."),
    "sessions": ("codesteer_tui.cli.sessions", "List, show, compare and remove recorded sessions."),
    "check": ("codesteer_tui.cli.check", "Judge whether a program really computes its answer."),
    "symbench": ("codesteer_tui.cli.symbench", "Make problems of the SymBench tasks, and judge answers."),
    "sandbox": ("codesteer_tui.cli.sandbox", "Build, try and inspect the place where programs run."),
    "providers": ("codesteer_tui.cli.providers", "List the providers of models, and try one out."),
    "weights": ("codesteer_tui.cli.weights", "List, fetch, make, use and remove weights of local models."),
    "prompts": ("codesteer_tui.cli.prompts", "List, show and import the wording that the roles are given."),
    "doctor": ("codesteer_tui.cli.doctor", "Say what is there and what is missing, each with one remedy."),
    "keys": ("codesteer_tui.cli.keys", "List, store and remove the keys of providers."),
    "config": ("codesteer_tui.cli.config", "Show, explain and start the configuration."),
}
"""Name → the module with the click command `command`, and one line of help that needs no import."""

LONGEST_HINT = 200
"""Characters of what was typed that are repeated in a hint."""


class LazyGroup(click.Group):
    """A group that imports a subcommand only to run it or to show its own help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(COMMANDS[cmd_name][0]).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib
            import shlex

            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            text = " ".join(args)
            problem = shlex.quote(text) if len(text) <= LONGEST_HINT else '"…"'
            hint = f"Did you mean {near[0]!r}?" if near else f"To solve a problem: codesteer solve {problem}"
            shown = args[0] if len(args[0]) <= LONGEST_HINT else f"{args[0][:LONGEST_HINT]}…"
            ctx.fail(f"There is no command {shown!r}. {hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "-V", "--version", message="codesteer %(version)s")
@click.option(
    "--linear", is_flag=True, help="Say everything in lines in place of the screen: for screen readers."
)
@settings_options
@click.pass_context
def codesteer(ctx: click.Context, linear: bool, flags: dict[str, str], config_file: Path | None) -> None:
    """Solve symbolic problems with language models, steered between code and text.

    Without a command it opens the app. No key, no model and no Docker is needed to begin.
    """
    keep(ctx, flags | ({"screen.linear": "true"} if linear else {}), config_file)
    if ctx.invoked_subcommand is None:
        from codesteer_tui.cli.app import open_app

        ctx.exit(open_app(ctx))
