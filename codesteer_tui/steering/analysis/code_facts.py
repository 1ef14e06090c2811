"""What a program is made of: where it searches, computes symbolically and calculates, line by line.

Everything is read off the syntax tree: a word in a string, a comment or a name never counts.
"""

from __future__ import annotations

import ast
from collections.abc import Collection

from msgspec import Struct

from codesteer_tui.steering.analysis.flow_values import called_name

SEARCH_LIBRARIES = frozenset({"itertools", "heapq", "queue", "networkx", "bisect"})
SOLVER_LIBRARIES = frozenset(
    {"z3", "ortools", "pulp", "cvxpy", "pysat", "constraint", "sympy", "scipy", "pyomo", "mip"}
)
SYMBOLIC_LIBRARIES = frozenset({"sympy", "fractions", "decimal", "ast", "z3"})
_BUILT_CODE = frozenset({"eval", "exec", "compile"})
_CALCULATING = frozenset((
    "sum", "pow", "abs", "round", "divmod", "min", "max", "len", "sorted", "count", "prod", "factorial", "comb",
    "perm", "gcd", "lcm", "sqrt", "isqrt", "mean", "replace", "find", "index", "translate",
))  # fmt: skip
_STRUCTURES = frozenset(["set", "frozenset", "dict", "deque", "defaultdict", "Counter", "OrderedDict"])
_Function = ast.FunctionDef | ast.AsyncFunctionDef


class Facts(Struct, frozen=True):
    """Lines (1-based, in order) at which a program does each thing; recursion by function, libraries by name."""

    loops: tuple[int, ...] = ()
    comprehensions: tuple[int, ...] = ()
    recursion: dict[str, int] = {}
    search_libraries: dict[str, int] = {}
    solver_libraries: dict[str, int] = {}
    symbolic_libraries: dict[str, int] = {}
    built_code: tuple[int, ...] = ()
    operations: tuple[int, ...] = ()
    calculations: tuple[int, ...] = ()
    branches: tuple[int, ...] = ()
    guards: tuple[int, ...] = ()
    structures: tuple[int, ...] = ()


def facts(tree: ast.Module, skipped: Collection[ast.AST] = ()) -> Facts:
    """Collect the facts of a program; what lies inside `skipped` (loops without effect) is left out."""
    nodes = _nodes(tree, skipped)
    all_calls = [node for node in nodes if isinstance(node, ast.Call)]

    def lines(*kinds: type[ast.AST]) -> tuple[int, ...]:
        return tuple(sorted(getattr(node, "lineno", 1) for node in nodes if isinstance(node, kinds)))

    def calls(names: Collection[str]) -> list[int]:
        return [call.lineno for call in all_calls if called_name(call) in names]

    libraries = _used_libraries(nodes)
    evaluated = [
        call.lineno for call in all_calls if isinstance(call.func, ast.Name) and call.func.id in _BUILT_CODE
    ]
    return Facts(
        loops=lines(ast.For, ast.AsyncFor, ast.While),
        comprehensions=lines(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
        recursion=_recursive(nodes),
        search_libraries={name: at for name, at in libraries.items() if name in SEARCH_LIBRARIES},
        solver_libraries={name: at for name, at in libraries.items() if name in SOLVER_LIBRARIES},
        symbolic_libraries={name: at for name, at in libraries.items() if name in SYMBOLIC_LIBRARIES},
        built_code=tuple(sorted(evaluated)),
        operations=tuple(sorted(getattr(node, "lineno", 1) for node in nodes if _is_arithmetic(node))),
        calculations=tuple(sorted(calls(_CALCULATING))),
        branches=tuple(sorted([*lines(ast.If, ast.IfExp), *_inner_branches(nodes)])),
        guards=lines(ast.Try, ast.TryStar),
        structures=tuple(sorted([*calls(_STRUCTURES), *lines(ast.Set, ast.Dict)])),
    )


def _nodes(tree: ast.Module, skipped: Collection[ast.AST]) -> list[ast.AST]:
    """Give all nodes outside of the skipped ones, and outside of ``if __name__ == …`` tests."""
    left_out = {id(node) for node in skipped}
    waiting: list[ast.AST] = [tree]
    found: list[ast.AST] = []
    while waiting:
        node = waiting.pop()
        if id(node) in left_out:
            continue
        if isinstance(node, ast.If) and "__name__" in {
            part.id for part in ast.walk(node.test) if isinstance(part, ast.Name)
        }:
            waiting.extend(node.body)
            continue
        found.append(node)
        waiting.extend(ast.iter_child_nodes(node))
    return found


def _inner_branches(nodes: list[ast.AST]) -> list[int]:
    """Lines of the cases of a match, and of the filters of comprehensions."""
    tests = [test for node in nodes if isinstance(node, ast.comprehension) for test in node.ifs]
    cases = [node.body[0] for node in nodes if isinstance(node, ast.match_case)]
    return [*(test.lineno for test in tests), *(case.lineno for case in cases)]


def _is_arithmetic(node: ast.AST) -> bool:
    """Tell a binary operation on values from the gluing of texts."""
    if isinstance(node, ast.AugAssign):
        return not _is_text(node.value)
    return isinstance(node, ast.BinOp) and not (_is_text(node.left) or _is_text(node.right))


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _used_libraries(nodes: list[ast.AST]) -> dict[str, int]:
    """Give the imported libraries of which something is used, with the line of the import."""
    used = {node.id for node in nodes if isinstance(node, ast.Name)}
    libraries: dict[str, int] = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                if (alias.asname or alias.name.split(".")[0]) in used:
                    libraries.setdefault(alias.name.split(".")[0], node.lineno)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {alias.asname or alias.name for alias in node.names}
            if names & used or "*" in names:
                libraries.setdefault(node.module.split(".")[0], node.lineno)
    return libraries


def _recursive(nodes: list[ast.AST]) -> dict[str, int]:
    """Give the functions that call themselves, directly or through others, with their lines."""
    functions = {node.name: node for node in nodes if isinstance(node, _Function)}
    calls = {
        name: {called_name(part) for part in ast.walk(node) if isinstance(part, ast.Call)} & functions.keys()
        for name, node in functions.items()
    }
    return {name: functions[name].lineno for name in functions if name in _reached(name, calls)}


def _reached(start: str, calls: dict[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    waiting = list(calls[start])
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(calls[name])
    return reached
