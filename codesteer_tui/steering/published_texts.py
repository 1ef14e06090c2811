"""The texts that a Python file assigns to its variables, read by syntax tree. Nothing in the file is executed.

A text is a string constant in any spelling, constants side by side, a sum of texts, an f-string whose fields are
texts, or the name of a text that was assigned before. Everything else would have to be executed, and is refused
with its line where it is wanted. A field of an f-string may also name something that a round brings to light
(`MEANT`), and stands for our field of that meaning then.
"""

from __future__ import annotations

import ast
import io
import tokenize
import warnings
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct, field

from codesteer_tui.errors import ConfigError

MOST_BYTES = 1 << 20
"""Largest Python file that is read, in bytes: many times the published one."""

MOST_CHARS = 4 << 20
"""Most characters of all texts of a file together: a few short lines can double a text again and again."""

MEANT = {
    "question": "question",
    "response": "answer",
    "answer": "answer",
    "check_result": "check",
    "code_complexity_summary": "symbolic",
    "guidance": "guidance",
    "guidance_prompt": "guidance",
    "output": "output",
    "errors": "errors",
}
"""A variable that a field of an f-string may name → the field of a template that it is."""


class Field(Struct, frozen=True):
    """A place in a text that is filled in when it is sent: the name of a template's field."""

    name: str


Parts: TypeAlias = tuple[str | Field, ...]
"""A text in pieces. One without fields is at most one piece."""


class Texts(Struct):
    """What a file says: each text by its variable, the line where it begins, and why others cannot be read."""

    texts: dict[str, Parts] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    refused: dict[str, ConfigError] = field(default_factory=dict)


class Refused(Exception):
    """A value that would have to be executed: what it is, and the line."""

    def __init__(self, what: str, line: int) -> None:
        super().__init__(what)
        self.what, self.line = what, line


def read_source(path: Path) -> bytes:
    """The bytes of a Python file.

    Raises:
        ConfigError: it is not there, not a file, too large, or cannot be read.
    """
    try:
        if not path.is_file():
            raise OSError("there is no such file" if not path.exists() else "it is not a file")
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read: {error.strerror or error}.",
            "Name the prompt.py of the published repository, or the folder of its checkout.",
        ) from error
    if len(data) > MOST_BYTES:
        raise ConfigError(
            f"{path} is larger than {MOST_BYTES >> 20} MiB, and is not read.",
            "Name the prompt.py of the published repository, which is far smaller.",
        )
    return data


def parsed(data: bytes, path: Path) -> ast.Module:
    """The syntax tree of a Python file.

    Raises:
        ConfigError: it is not UTF-8, or not Python, or nested too deeply to be read; with the line where it is known.
    """
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 text (byte {error.start}).", "Save it as UTF-8.") from None
    except SyntaxError as error:
        raise ConfigError(f"{path} is not UTF-8 text: {error.msg}.", "Save it as UTF-8.") from None
    if encoding not in ("utf-8", "utf-8-sig", "ascii"):
        raise ConfigError(f"{path} says that it is in {encoding}.", "Save it as UTF-8, and say so in it.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        raise ConfigError(
            f"{path}:{error.lineno or 1} is not Python: {error.msg}.",
            "Take the file from the repository again.",
        ) from None
    except (ValueError, RecursionError, MemoryError) as error:
        why = "it holds a null byte" if isinstance(error, ValueError) else "it is nested too deeply"
        raise ConfigError(
            f"{path} cannot be read as Python: {why}.", "Take the file from the repository again."
        ) from None


def read_texts(tree: ast.Module, path: Path) -> Texts:
    """Every text that the module assigns to a variable; the last assignment counts, as in Python."""
    found, room = Texts(), MOST_CHARS

    def keep(name: str, value: ast.expr, line: int, before: Parts = ()) -> None:
        found.texts.pop(name, None)
        found.refused.pop(name, None)
        nonlocal room
        found.lines[name] = line
        try:
            parts = joined((*before, *text_of(value, found.texts, most=room)))
            room -= _length(parts)
            if room < 0:
                raise Refused("makes the texts of the file too long together", line)
            found.texts[name] = parts
        except Refused as refused:
            found.refused[name] = _refusal(path, name, refused)

    def lose(names: Collection[str], statement: ast.stmt, what: str) -> None:
        for name in names:
            found.texts.pop(name, None)
            found.refused[name] = _refusal(path, name, Refused(what, statement.lineno), whole=True)

    for statement in tree.body:
        inner = {n.target.id for n in ast.walk(statement) if isinstance(n, ast.NamedExpr)}
        lose(inner, statement, "is bound by an assignment inside an expression")
        match statement:
            case ast.Assign(targets=targets, value=value) if all(isinstance(t, ast.Name) for t in targets):
                for target in targets:
                    assert isinstance(target, ast.Name)
                    keep(target.id, value, statement.lineno)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                keep(name, value, statement.lineno)
            case ast.AnnAssign(target=ast.Name(), value=None):
                pass
            case ast.AugAssign(target=ast.Name(id=name), op=ast.Add(), value=value) if name in found.texts:
                keep(name, value, statement.lineno, found.texts[name])
            case ast.Delete(targets=targets):
                for name in _names(targets):
                    found.texts.pop(name, None)
                    found.refused.pop(name, None)
            case _:
                lose(set(_bound_in(statement)), statement, f"is bound by {_statement(statement)}")
    return found


def text_of(
    value: ast.expr,
    known: Mapping[str, Parts],
    meant: Mapping[str, str] = MEANT,
    *,
    most: int = MOST_CHARS,
) -> Parts:
    """The text that an expression is, in pieces; `most` is how many characters it may have.

    `known` are the texts that a name stands for, `meant` what a field of an f-string may name besides.

    Raises:
        Refused: it would have to be executed, or cannot be kept in a text.
    """
    pieces: list[str | Field] = []
    todo = [value]
    while todo:
        node = todo.pop()
        if most < 0:
            raise Refused("is too long", node.lineno)
        match node:
            case ast.Constant(value=str() as text):
                if any("\ud800" <= c <= "\udfff" for c in text):
                    raise Refused("holds half a character, which no file can hold", node.lineno)
                pieces.append(text)
            case ast.JoinedStr(values=values):
                todo += reversed(values)
            case ast.FormattedValue(value=ast.Name(id=name), conversion=-1, format_spec=None) if (
                name in known
            ):
                pieces += known[name]
                most -= _length(known[name])
            case ast.FormattedValue(value=ast.Name(id=name), conversion=-1, format_spec=None) if (
                name in meant
            ):
                pieces.append(Field(meant[name]))
            case ast.FormattedValue(value=inner):
                named = (
                    f"the field {{{inner.id}}}" if isinstance(inner, ast.Name) else "a field that is no name"
                )
                raise Refused(f"has {named}, which is known only when it is executed", node.lineno)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                todo += (right, left)
            case ast.Name(id=name) if name in known:
                pieces += known[name]
                most -= _length(known[name])
            case _:
                raise Refused(f"is {_expression(node)}, which would have to be executed", node.lineno)
    return joined(pieces)


def _length(parts: Parts) -> int:
    """Characters; a piece counts at least one, so that nothing is free."""
    return sum(len(part) if isinstance(part, str) else 1 for part in parts)


def joined(pieces: Collection[str | Field]) -> Parts:
    """The pieces with neighbouring texts put together and empty ones left out."""
    parts: list[str | Field] = []
    run: list[str] = []
    end = Field("")
    for piece in (*pieces, end):
        if isinstance(piece, str):
            run.append(piece)
            continue
        if text := "".join(run):
            parts.append(text)
        run.clear()
        parts.append(piece)
    return tuple(parts[:-1])


def _refusal(path: Path, name: str, refused: Refused, *, whole: bool = False) -> ConfigError:
    more = ", so what it is would be known only after it was executed" if whole else ""
    return ConfigError(
        f"{path}:{refused.line}: {name} {refused.what}{more}.",
        "Nothing in the file is executed. Write the text itself there, in a copy, and import that.",
    )


def _names(nodes: Collection[ast.expr]) -> Iterator[str]:
    for node in nodes:
        yield from (n.id for n in ast.walk(node) if isinstance(n, ast.Name))


def _bound_in(statement: ast.stmt) -> Iterator[str]:
    """The module's names that a statement may bind, as far as the syntax tells."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield statement.name
        inner = [n for n in ast.walk(statement) if isinstance(n, ast.Global)]
        yield from (name for node in inner for name in node.names)
        return
    for node in ast.walk(statement):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                yield name
            case ast.alias(name=name, asname=asname):
                yield asname or name.partition(".")[0]
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case (
                ast.ExceptHandler(name=str() as name)
                | ast.MatchAs(name=str() as name)
                | ast.MatchStar(name=str() as name)
                | ast.MatchMapping(rest=str() as name)
            ):
                yield name


def _statement(node: ast.stmt) -> str:
    words = {
        ast.If: "an if",
        ast.For: "a loop",
        ast.While: "a loop",
        ast.Try: "a try",
        ast.With: "a with",
        ast.Import: "an import",
        ast.ImportFrom: "an import",
        ast.FunctionDef: "a function",
        ast.ClassDef: "a class",
        ast.Assign: "an assignment to several",
        ast.AugAssign: "an assignment in place",
    }
    return words.get(type(node), f"a {type(node).__name__} statement")


def _expression(node: ast.expr) -> str:
    match node:
        case ast.Call(func=ast.Attribute(attr=name)) | ast.Call(func=ast.Name(id=name)):
            return f"a call of {name}()"
        case ast.Name(id=name):
            return f"made of {name}"
        case ast.Constant(value=value):
            return f"{type(value).__name__}, not a text"
        case ast.BinOp(op=op):
            return f"made with the operator {type(op).__name__}"
    return f"a {type(node).__name__} expression"
