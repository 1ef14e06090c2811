"""Reading Python source that may be anything at all: a tree, or the reason why there is none."""

from __future__ import annotations

import ast
import warnings

from msgspec import Struct

MAX_SOURCE_CHARS = 1 << 20
"""Longest source that is parsed, as for the sandbox; a longer one is reported, not read."""


class Unparsable(Struct, frozen=True):
    """Why a source has no syntax tree, and the 1-based line where that shows (None where there is none)."""

    message: str
    line: int | None = None


def parse(source: str) -> ast.Module | Unparsable:
    """Parse Python source. Never raises, however large, deep or broken the source is."""
    if len(source) > MAX_SOURCE_CHARS:
        return Unparsable(f"The code has {len(source):,} characters; up to {MAX_SOURCE_CHARS:,} are read.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except SyntaxError as error:
        return Unparsable(error.msg or "invalid syntax", error.lineno or None)
    except (ValueError, UnicodeError) as error:
        return Unparsable(str(error))
    except (RecursionError, MemoryError):
        return Unparsable("the code is nested too deeply to be read")


def does_something(tree: ast.Module) -> bool:
    """Tell a program from data or prose that happens to parse: it calls, imports, defines or loops."""
    active = (ast.Call, ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.For, ast.While)
    return any(isinstance(node, active) for node in ast.walk(tree))
