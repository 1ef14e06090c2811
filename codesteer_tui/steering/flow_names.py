"""What the names of a program hold while its data flow is followed."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from msgspec.structs import replace

from codesteer_tui.steering.flow_values import COMPUTED, UNKNOWN, WRITTEN, Output, Summary, Value, outer_names


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
        self.decided = 0
        self.looped = 0
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
        """A value that is chosen by a computed test is computed, whatever it is."""
        return COMPUTED if self.decided else value

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
                self.bind(part, self.value(parts[at]) if apart else replace(value, literal=UNKNOWN))
        elif isinstance(target, ast.Starred):
            self.bind(target.value, value)
        elif isinstance(target, ast.Attribute):
            self.share(f".{target.attr}", self.deciding(value))
        elif isinstance(target, ast.Subscript):
            index = self.value(target.slice)
            self.fill(target.value, Value(value.computed or index.computed))

    def fill(self, target: ast.expr, value: Value) -> None:
        """Something was put into the object that an expression names."""
        value = self.deciding(value)
        while isinstance(target, ast.Subscript):
            target = target.value
        if isinstance(target, ast.Attribute):
            self.share(f".{target.attr}", value)
        elif isinstance(target, ast.Name):
            self.env[target.id] = self.env.get(target.id, WRITTEN) | replace(value, literal=UNKNOWN)
            self.share(target.id, value, only_if_known=target.id in self._own_names())
            if self.current is not None and value.computed and target.id in self.current.names:
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
