"""What the names of a program hold while its data flow is followed."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from msgspec.structs import replace

from codesteer_tui.steering.analysis.flow_values import (
    COMPUTED,
    UNKNOWN,
    WRITTEN,
    Output,
    Path,
    Summary,
    Value,
    few,
    outer_names,
)

_MARK = 2
_WHOLE = frozenset({"[...]"})
PRINTERS = frozenset({"print", "pprint"})
WRITERS = frozenset((
    "sys.stdout.write", "sys.stdout.writelines", "stdout.write", "stdout.writelines", "pprint.pprint",
    "sys.__stdout__.write", "sys.stdout.buffer.write", "os.write",
))  # fmt: skip


class Names:
    """The state of an interpretation: what each name may hold, in the scope at hand and in all."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.functions: dict[str, Summary] = {}
        self.shared: dict[str, Value] = {}
        self.outputs: dict[tuple[int, int], Output] = {}
        self.changed = True
        self.env: dict[str, Value] = {}
        self.current: Summary | None = None
        self.path: Path = ()
        self.base: int | None = None
        self.gone: frozenset[str] = frozenset()
        self.looped = 0
        self.speakers = _speakers(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                self.functions[node.name] = Summary(node)
            elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        self.functions[target.id] = Summary(node.value)

    def value(self, node: ast.expr) -> Value:
        """Say what is known of an expression's value (see `flow_expressions`)."""
        raise NotImplementedError

    def deciding(self, value: Value) -> Value:
        """A value that is set under a computed test is chosen by it."""
        if not self.path or value.computed:
            return value
        return replace(value, literal=UNKNOWN, chosen=True)

    def bind(self, target: ast.expr, value: Value, source: ast.expr | None = None) -> None:
        """Give a value to a target; of several at once, each its own where `source` lists them."""
        if isinstance(target, ast.Name):
            value = self.deciding(value)
            self.env[target.id] = value
            self.share(target.id, value, only_if_known=self.current is not None)
        elif isinstance(target, ast.Tuple | ast.List):
            parts = source.elts if isinstance(source, ast.Tuple | ast.List) else []
            apart = len(parts) == len(target.elts)
            for at, part in enumerate(target.elts):
                self.bind(part, self.value(parts[at]) if apart else value.element())
        elif isinstance(target, ast.Starred):
            self.bind(target.value, value)
        elif isinstance(target, ast.Attribute):
            self.share(f".{target.attr}", self.deciding(value))
        elif isinstance(target, ast.Subscript):
            index = self.value(target.slice)
            self.fill(target.value, COMPUTED if index.computed else value)

    def go_through(self, target: ast.expr, items: Value) -> None:
        """Give a target one element after the other; a test around the loop chooses none of them."""
        path, self.path = self.path, ()
        self.bind(target, items.element())
        self.path = path

    def fill(self, target: ast.expr, value: Value) -> None:
        """Something was put into the object that an expression names."""
        value = self.deciding(value)
        if value.chosen and all(len(text) <= _MARK for text in value.texts):
            # Single signs that a test puts down one by one (a queen, a digit) make a computed whole.
            value = COMPUTED
        value = replace(value, literal=UNKNOWN, parts=few(value.parts | value.texts), nature="")
        while isinstance(target, ast.Subscript):
            target = target.value
        if isinstance(target, ast.Attribute):
            self.share(f".{target.attr}", value)
        elif isinstance(target, ast.Name):
            after = self.env.get(target.id, WRITTEN) | value
            self.env[target.id] = after if after.chosen else replace(after, texts=_WHOLE)
            self.share(target.id, value, only_if_known=target.id in self._own_names())
            if self.current is not None and value.decides and target.id in self.current.names:
                self.changed |= target.id not in self.current.filled
                self.current.filled.add(target.id)

    def _own_names(self) -> Iterable[str]:
        return (*self.current.names, *self.current.others) if self.current else self.env

    def share(self, name: str, value: Value, *, only_if_known: bool = False) -> None:
        """Remember for every scope what a name may hold: attributes, and what functions put into outer names.

        A plain assignment inside a function is shared only where the function says `global` or `nonlocal`.
        """
        if only_if_known and not (self.current is not None and name in outer_names(self.current.node)):
            return
        if not name.startswith(".") and self.current is None:
            return
        before = self.shared.get(name)
        after = value if before is None else before | value
        self.changed |= after != before
        self.shared[name] = after


def _speakers(tree: ast.Module) -> frozenset[str]:
    """Give the names under which a program prints: ``print``, and what it sets equal to that or to a writer."""
    names = set(PRINTERS)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name | ast.Attribute):
            dotted = dotted_name(node.value)
            if dotted in PRINTERS or dotted in WRITERS:
                names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return frozenset(names)


def dotted_name(node: ast.expr) -> str:
    """Give a name with its attributes, such as ``sys.stdout.write``; empty for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute) and len(parts) < 4:
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""
