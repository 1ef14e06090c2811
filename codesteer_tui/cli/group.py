"""A group of commands whose help says of each what it does, whole."""

from __future__ import annotations

import sys

import click


class Commands(click.Group):
    """Lists the first sentence of each command's help on as many lines as it takes, where click cuts it off."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [(name, command.get_short_help_str(sys.maxsize)) for name, command in commands if command]
        with formatter.section("Commands"):
            formatter.write_dl(rows)
