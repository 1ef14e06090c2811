"""Does what a program prints come out of a computation? A light abstract interpretation of its tree.

Each name holds a `Value`: computed or only written down, and the literal where it is known. Statements are
followed in order; branches and loops join their outcomes; functions are summarised by what they return and
what they do to their arguments; the whole is repeated until nothing changes. What is not understood counts
as computed, so that an honest program is not accused.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TypeAlias

from codesteer_tui.steering.analysis.flow_expressions import Expressions
from codesteer_tui.steering.analysis.flow_values import (
    COMPUTED,
    WRITTEN,
    Output,
    Summary,
    Value,
    arguments_of,
    called_name,
    join,
    joined,
)

Loop: TypeAlias = ast.For | ast.AsyncFor | ast.While

_ROUNDS = 8
_MAX_NODES = 8_000
_ADDING = frozenset(
    ("append", "add", "extend", "insert", "update", "setdefault", "appendleft", "push", "put")
)


def outputs(tree: ast.Module) -> list[Output] | None:
    """Give the places where a program prints, or None where it is too large or too deep to follow."""
    if sum(1 for _ in ast.walk(tree)) > _MAX_NODES:
        return None
    try:
        return Flow(tree).run()
    except RecursionError:
        return None


class Flow(Expressions):
    """The interpretation of one program. `run` gives its outputs in order of their lines."""

    def run(self) -> list[Output]:
        """Interpret until nothing changes, and give the outputs."""
        for _ in range(_ROUNDS):
            self.changed = False
            self.env, self.current = {}, None
            self.path, self.base, self.gone = (), None, frozenset()
            self.block(self.tree.body)
            module = self.env
            for summary in [summary for summary in self.functions.values() if summary.reached]:
                self.env, self.current = {**module, **self._given(summary)}, summary
                self.path = min(summary.paths, default=())
                self.base, self.gone = len(self.path), frozenset()
                if isinstance(summary.node, ast.Lambda):
                    self.give_back(self.value(summary.node.body))
                else:
                    self.block(summary.node.body)
            if not self.changed:
                break
        return [self.outputs[key] for key in sorted(self.outputs)]

    def _given(self, summary: Summary) -> dict[str, Value]:
        """Parameters as the calls gave them; defaults count as written, and so does `self`."""
        return {name: summary.params.get(name, WRITTEN) for name in (*summary.names, *summary.others)}

    def block(self, statements: Sequence[ast.stmt]) -> None:
        """Follow statements in order; what a computed test may skip by leaving is decided by it."""
        outer = self.path
        for statement in statements:
            gone = self.gone
            method = getattr(self, f"_do_{type(statement).__name__.lower()}", None)
            if method is not None:
                method(statement)
            else:
                self._generic(statement)
            if self.gone != gone:
                self.path = (*self.path, (statement.lineno, statement.col_offset, "rest"))
        self.path = outer

    def _generic(self, statement: ast.stmt) -> None:
        for child in ast.iter_child_nodes(statement):
            if isinstance(child, ast.expr):
                self.value(child)

    def _do_functiondef(self, statement: ast.FunctionDef) -> None:
        """Function bodies are interpreted once a round, in `run`."""

    _do_asyncfunctiondef = _do_functiondef

    def _do_classdef(self, statement: ast.ClassDef) -> None:
        self.block([part for part in statement.body if not isinstance(part, ast.FunctionDef)])

    def _do_assign(self, statement: ast.Assign) -> None:
        value = self.value(statement.value)
        for target in statement.targets:
            self.bind(target, value, statement.value)

    def _do_annassign(self, statement: ast.AnnAssign) -> None:
        if statement.value is not None:
            self.bind(statement.target, self.value(statement.value))

    def _do_augassign(self, statement: ast.AugAssign) -> None:
        left = ast.Name(statement.target.id, ast.Load()) if isinstance(statement.target, ast.Name) else None
        before = self.value(left) if left else COMPUTED
        self.bind(statement.target, self.operate(before, statement.op, self.value(statement.value)))

    def _do_expr(self, statement: ast.Expr) -> None:
        call = statement.value
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            arguments = [self.value(argument) for argument in arguments_of(call)]
            added = join(arguments) if call.func.attr in _ADDING else COMPUTED
            if call.func.attr not in self.functions and not self.is_output(call):
                self.fill(call.func.value, added)
        self.value(call)

    def _do_return(self, statement: ast.Return) -> None:
        none = ast.Constant(None)
        self.give_back(self.value(statement.value if statement.value is not None else none))

    def _do_import(self, statement: ast.Import | ast.ImportFrom) -> None:
        for alias in statement.names:
            self.env[(alias.asname or alias.name).split(".")[0]] = WRITTEN

    _do_importfrom = _do_import

    def _do_if(self, statement: ast.If) -> None:
        self._branches(statement, self.value(statement.test), [statement.body, statement.orelse])

    def _do_match(self, statement: ast.Match) -> None:
        subject = self.value(statement.subject)
        for case in statement.cases:
            for node in ast.walk(case.pattern):
                if isinstance(node, ast.MatchAs | ast.MatchStar) and node.name:
                    self.env[node.name] = subject
        self._branches(statement, subject, [case.body for case in statement.cases])

    def _branches(self, node: ast.stmt, test: Value, bodies: Sequence[Sequence[ast.stmt]]) -> None:
        before, path = self.env, self.path
        outcomes = []
        for arm, body in enumerate(bodies):
            self.env = dict(before)
            if test.decides:
                self.path = (*path, (node.lineno, node.col_offset, str(arm)))
            self.block(body)
            outcomes.append(self.env)
            self.path = path
            if test.decides:
                self.gone |= leavings(body)
        self.env = joined(outcomes)

    def _do_for(self, statement: ast.For) -> None:
        items = self.value(statement.iter)
        self._loop(statement, decided=False, items=items)

    _do_asyncfor = _do_for

    def _do_while(self, statement: ast.While) -> None:
        self._loop(statement, decided=self.value(statement.test).decides)

    def _loop(self, loop: Loop, *, decided: bool, items: Value = WRITTEN) -> None:
        """Join the state before with that after the body; only the outermost loop repeats its body."""
        path, base, gone = self.path, self.base, self.gone
        self.base = len(path)
        if decided:
            self.path = (*path, (loop.lineno, loop.col_offset, "while"))
        self.looped += 1
        for _ in range(_ROUNDS if self.looped == 1 else 1):
            before = dict(self.env)
            if isinstance(loop, ast.For | ast.AsyncFor):
                self.go_through(loop.target, items)
            self.block(loop.body)
            self.env = joined([before, self.env])
            if self.env == before:
                break
        self.looped -= 1
        self.path, self.base = path, base
        broken = "break" in self.gone - gone
        self.gone -= {"break"} - gone
        if broken:
            self.path = (*path, (loop.lineno, loop.col_offset, "else"))
        self.block(loop.orelse)
        self.path = path

    def _do_try(self, statement: ast.Try) -> None:
        before = dict(self.env)
        self.block([*statement.body, *statement.orelse])
        outcomes = [self.env]
        for handler in statement.handlers:
            self.env = joined([before, outcomes[0]])
            if handler.name:
                self.env[handler.name] = COMPUTED
            self.block(handler.body)
            outcomes.append(self.env)
        self.env = joined(outcomes)
        self.block(statement.finalbody)

    _do_trystar = _do_try

    def _do_with(self, statement: ast.With) -> None:
        for item in statement.items:
            value = self.value(item.context_expr)
            if item.optional_vars is not None:
                self.bind(item.optional_vars, value)
        self.block(statement.body)

    _do_asyncwith = _do_with


def leavings(body: Sequence[ast.stmt]) -> frozenset[str]:
    """Say whether statements may leave what they stand in: ``return`` for the function, ``break`` for a loop."""
    found: set[str] = set()
    waiting: list[tuple[ast.AST, bool]] = [(statement, False) for statement in body]
    while waiting:
        node, inner = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            continue
        if isinstance(node, ast.Return | ast.Raise):
            found.add("return")
        elif isinstance(node, ast.Break | ast.Continue) and not inner:
            found.add("break")
        elif isinstance(node, ast.Call) and called_name(node) in {"exit", "quit", "_exit"}:
            found.add("return")
        inner = inner or isinstance(node, Loop)
        waiting.extend((child, inner) for child in ast.iter_child_nodes(node))
    return frozenset(found)
