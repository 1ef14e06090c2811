"""The ``codesteer`` command: parse, choose, hand over. Whatever is slow to import is imported late.

`run` is the one place where errors become words and exit codes:

    0  done; for `solve`: answered and not refuted
    1  for `solve`: refuted or not answered; for `check`: the code only pretends to compute
    2  usage: a wrong option, setting, problem or session
    3  a provider or the sandbox failed
    74 standard output cannot be written to
    70 a bug; ``CODESTEER_DEBUG=1`` shows the traceback of every error
    130, 143  stopped by Ctrl+C, by SIGTERM
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from codesteer_tui.cli.root import codesteer
from codesteer_tui.cli.running import Stopped
from codesteer_tui.cli.speaking import OutputFailed, ReaderGone, say
from codesteer_tui.errors import CodesteerError, ModelError, SandboxError

__all__ = ["main", "run"]

BUG = 70
IO_FAILED = 74
FAILED = 3
USAGE = 2
SIGPIPE = 141


def main() -> NoReturn:
    """Run the command with the arguments of this process, and end it."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    code = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = _reader_is_gone()
    except OSError as error:
        code = _output_failed(error.strerror or str(error))
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run the command and return its exit code; what went wrong is said on standard error."""
    debug = os.environ.get("CODESTEER_DEBUG", "") not in ("", "0")
    try:
        return int(codesteer.main(list(arguments), prog_name="codesteer", standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        say("stopped")
        return 130
    except Stopped as stopped:
        say("\nstopped" if sys.stderr.isatty() else "stopped")
        return stopped.exit_code
    except OutputFailed as error:
        return _output_failed(str(error))
    except ReaderGone:
        return _reader_is_gone()
    except CodesteerError as error:
        if debug:
            raise
        say(f"codesteer: {error}")
        return FAILED if isinstance(error, ModelError | SandboxError) else USAGE
    except Exception as error:
        if debug:
            raise
        from codesteer_tui.providers.keys.hiding import hide_keys

        say(hide_keys(f"codesteer: this is a bug: {type(error).__name__}: {error}"))
        say("  → run it again with CODESTEER_DEBUG=1 and report what it prints")
        return BUG


def _reader_is_gone() -> int:
    """Nobody reads standard output any more."""
    _write_no_more()
    return SIGPIPE


def _output_failed(why: str) -> int:
    say(f"codesteer: standard output cannot be written to: {why}.")
    say("  → make room, or send the output somewhere else")
    _write_no_more()
    return IO_FAILED


def _write_no_more() -> None:
    """Keep Python's own flush at exit from failing as well."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())
