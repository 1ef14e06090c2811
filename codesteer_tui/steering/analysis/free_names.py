"""Which names a piece of Python binds, and which it needs from elsewhere."""

from __future__ import annotations

import ast
import builtins

_GIVEN = frozenset(dir(builtins)) | {"__file__", "__name__"}


def bound_names(tree: ast.AST) -> frozenset[str]:
    """Names that a tree binds anywhere: assigned, imported, defined, or taken as parameters."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.alias):
            names.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            names.add(node.name)
    return frozenset(names)


def free_names(tree: ast.AST) -> frozenset[str]:
    """Names that a tree reads and nowhere binds, builtins aside."""
    read = {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
    return frozenset(read - bound_names(tree) - _GIVEN)
