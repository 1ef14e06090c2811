"""Run one program as the interpreter would run `python3 main.py`, and leave with its exit code."""

from __future__ import annotations

import atexit
import builtins
import linecache
import os
import sys
import threading
import traceback
import types
from collections.abc import Callable
from typing import Any, NoReturn

SHOWN_AS = "/work/main.py"
"""The program's name in tracebacks and `__file__`, the same wherever it runs."""

_HERE = os.path.dirname(os.path.abspath(__file__))


def run(source: bytes, folder: str) -> NoReturn:
    """Compile and run `source` as `main.py` in `folder`, then end this process.

    Tracebacks show the program's own lines only. Exit codes are those of the interpreter: 1 for an uncaught
    exception, 130 for KeyboardInterrupt, 120 where the last output could not be written.
    """
    # The program may replace any name it can reach, os._exit and sys.stderr included: hold our own.
    finish = _finisher(sys.stdout, sys.stderr)
    untrace, unprofile = sys.settrace, sys.setprofile
    _add_site_builtins()
    try:
        try:
            _execute(source, folder)
        finally:
            # A trace or profile function is for the program, not for us, and must not fail in our place. Inline,
            # since a call is what it would see; one that fails even so is off after that.
            try:
                untrace(None)
                unprofile(None)
            except BaseException:
                untrace(None)
                unprofile(None)
    except SystemExit as stop:
        finish(_exit_code(stop.code))
    except BaseException as error:
        finish(_show(error))
    finish(0)


def _add_site_builtins() -> None:
    """Give programs exit() and its like where the interpreter was started without its site packages."""
    if not hasattr(builtins, "exit"):
        import site

        site.setquit()
        site.setcopyright()
        site.sethelper()


def _execute(source: bytes, folder: str) -> None:
    try:
        os.chdir(folder)
        with open(os.path.join(folder, "main.py"), "wb") as file:
            file.write(source)
    except OSError:
        pass  # a convenience for programs that read themselves; the program runs without it
    code = _text_or_bytes(source)
    module = types.ModuleType("__main__")
    module.__file__ = SHOWN_AS
    module.__dict__["__builtins__"] = __builtins__
    sys.modules["__main__"] = module
    sys.argv = [SHOWN_AS]
    sys.path.insert(0, folder)
    text = code if isinstance(code, str) else code.decode("utf-8", "replace")
    linecache.cache[SHOWN_AS] = (len(text), None, text.splitlines(True), SHOWN_AS)
    try:
        compiled = compile(code, SHOWN_AS, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, MemoryError, RecursionError, OverflowError) as error:
        raise error.with_traceback(None) from None
    exec(compiled, module.__dict__)


def _text_or_bytes(source: bytes) -> str | bytes:
    """Valid UTF-8 as text, so that a stale coding cookie is ignored; anything else as the bytes it is."""
    try:
        return source.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError:
        return source


def _show(error: BaseException) -> int:
    """Print an uncaught exception as the interpreter would, without our own frames; return the exit code."""
    # SystemExit raised by the hook itself counts, as in the interpreter; any other failure is printed.
    code = 130 if isinstance(error, KeyboardInterrupt) else 1
    hook = getattr(sys, "excepthook", None)
    try:
        if hook is None or hook is sys.__excepthook__:
            _print_error(error)
        else:
            hook(type(error), error, _own_trace(error))
    except SystemExit as stop:
        return _exit_code(stop.code)
    except BaseException as second:
        _print_quietly("Error in sys.excepthook:")
        _print_error(second, chain=False)
        _print_quietly("\nOriginal exception was:")
        _print_error(error)
    return code


def _own_trace(error: BaseException) -> types.TracebackType | None:
    trace = error.__traceback__
    while trace is not None and os.path.dirname(trace.tb_frame.f_code.co_filename) == _HERE:
        trace = trace.tb_next
    return trace


def _print_error(error: BaseException, *, chain: bool = True) -> None:
    try:
        traceback.print_exception(type(error), error, _own_trace(error), chain=chain)
    except BaseException:
        pass  # the program closed or replaced its stderr: there is nowhere left to say it


def _exit_code(value: object) -> int:
    if value is None:
        return 0
    if isinstance(value, int):
        return value & 0xFF
    _print_quietly(value)
    return 1


def _print_quietly(value: object) -> None:
    try:
        print(value, file=sys.stderr)
    except BaseException:
        pass  # the program closed or replaced its stderr: there is nowhere left to say it


def _finisher(stdout: Any, stderr: Any) -> Callable[[int], NoReturn]:
    """What ends the process: threads joined, exit handlers run, output flushed, then gone at once.

    The interpreter's own teardown is skipped (it takes longer than most programs), so a `__del__` of a
    module-level object does not run.
    """
    steps = (getattr(threading, "_shutdown"), getattr(atexit, "_run_exitfuncs"))  # noqa: B009
    leave, modules = os._exit, sys

    def flushes(stream: Any) -> bool:
        try:
            if stream is not None and not getattr(stream, "closed", False):
                stream.flush()
        except BaseException:
            return False
        return True

    def finish(code: int) -> NoReturn:
        try:
            for step in steps:
                try:
                    step()
                except BaseException:
                    pass  # exit handlers print their own failures; they do not change the exit code
            flushed = [flushes(stream) for stream in (modules.stdout, modules.stderr, stdout, stderr)]
            if not all(flushed) and code == 0:
                code = 120
        finally:
            leave(code)

    return finish
