"""Loops that cannot affect what a program prints, and ways to print that are not followed.

A name is relevant when it reaches an output, a returned value or a test; relevance is followed backwards
through assignments, without regard to scope or order, so that too much is relevant rather than too little.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codesteer_tui.steering.analysis.flow_values import called_name

_Loop = ast.For | ast.AsyncFor | ast.While
_SPEAKING = frozenset(
    ["print", "pprint", "write", "writelines", "exec", "eval", "exit", "quit", "setattr", "system", "run"]
)
_QUIET = frozenset(["sleep", "len", "range", "int", "str", "float", "abs", "sum", "min", "max"])


def idle_loops(tree: ast.Module) -> list[_Loop]:
    """Give the outermost loops that print nothing, leave nothing, and change nothing that matters."""
    functions = {
        node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    relevant = _relevant_names(tree, functions)
    return [loop for loop in _outermost_loops(tree) if _is_idle(loop, relevant, functions)]


def _outermost_loops(tree: ast.Module) -> Iterator[_Loop]:
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.For | ast.AsyncFor | ast.While):
            yield node
        else:
            waiting.extend(ast.iter_child_nodes(node))


def _relevant_names(
    tree: ast.Module, functions: dict[str, ast.FunctionDef | ast.AsyncFunctionDef]
) -> set[str]:
    """Follow names backwards from outputs and returns, and from tests, to all that they are made of."""
    feeds: dict[str, set[str]] = {}
    relevant: set[str] = set()
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call) and (called_name(node) in _SPEAKING or called_name(node) in functions)
        ) or isinstance(node, ast.Return | ast.Yield | ast.YieldFrom | ast.Raise | ast.Assert):
            relevant |= _names(node)
        elif isinstance(node, ast.If | ast.Match):
            if any(isinstance(part, ast.Call) and called_name(part) in _SPEAKING for part in ast.walk(node)):
                relevant |= _names(node.test if isinstance(node, ast.If) else node.subject)
        elif isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.NamedExpr):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            _feed(feeds, set().union(*map(_names, targets)), _names(node))
        elif isinstance(node, ast.For | ast.AsyncFor):
            _feed(feeds, _names(node.target), _names(node.iter))
            _feed(feeds, _written(node), _names(node.iter))
        elif isinstance(node, ast.If | ast.While):
            _feed(feeds, _written(node), _names(node.test))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            _feed(feeds, _names(node.func.value), _names(node))
    waiting = list(relevant)
    while waiting:
        more = feeds.get(waiting.pop(), set()) - relevant
        relevant |= more
        waiting.extend(more)
    return relevant


def _feed(feeds: dict[str, set[str]], targets: set[str], sources: set[str]) -> None:
    for target in targets:
        feeds.setdefault(target, set()).update(sources)


def _names(node: ast.AST) -> set[str]:
    """Names and attribute names in a tree."""
    names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    return names | {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)}


def _written(node: ast.AST) -> set[str]:
    """Names that a tree assigns to, or on which it calls a method."""
    names: set[str] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and not isinstance(part.ctx, ast.Load):
            names.add(part.id)
        elif isinstance(part, ast.Subscript | ast.Attribute) and not isinstance(part.ctx, ast.Load):
            names |= _names(part.value) | ({part.attr} if isinstance(part, ast.Attribute) else set())
        elif isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute):
            names |= _names(part.func.value)
    return names


def _is_idle(
    loop: _Loop, relevant: set[str], functions: dict[str, ast.FunctionDef | ast.AsyncFunctionDef]
) -> bool:
    leaving = ast.Return | ast.Yield | ast.YieldFrom | ast.Raise | ast.Assert | ast.Import | ast.ImportFrom
    for part in ast.walk(loop):
        if isinstance(part, leaving):
            return False
        if isinstance(part, ast.Call):
            name = called_name(part)
            if name in _SPEAKING or name in functions:
                return False
            if isinstance(part.func, ast.Name) and name not in _QUIET and _names(part) & relevant - {name}:
                return False
    return not _written(loop) & relevant


_UNFOLLOWED = frozenset(
    [
        "eval",
        "exec",
        "compile",
        "getattr",
        "globals",
        "locals",
        "vars",
        "__import__",
        "import_module",
        "display",
    ]
)
_OUTSIDE = frozenset((
    "write", "writelines", "print", "pprint", "echo", "secho", "info", "system", "run", "call", "check_call",
    "Popen", "show", "main", "interact", "cmdloop", "print_help", "print_table", "pretty_print",
))  # fmt: skip


def speaks_otherwise(tree: ast.Module) -> bool:
    """Whether a program may print in a way that is not followed, so that it is not said to print nothing.

    That is: by code that it builds, by an object that writes, by handing ``print`` on, or by a framework that
    calls its decorated functions or its classes.
    """
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in _UNFOLLOWED:
            return True
        if isinstance(node, ast.Name) and node.id in {"print", "pprint"} and id(node) not in called:
            return True
        if isinstance(node, ast.Attribute) and node.attr in _OUTSIDE:
            return True
        outer = getattr(node, "decorator_list", []) or getattr(node, "bases", [])
        if outer and any(
            isinstance(part, ast.Call) and called_name(part) == "print" for part in ast.walk(node)
        ):
            return True
    return False
