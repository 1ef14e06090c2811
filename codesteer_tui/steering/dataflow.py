"""Does what a program prints come out of a computation? A light abstract interpretation of its tree.

Each name holds a `Value`: computed or only written down, and the literal where it is known. Statements are
followed in order; branches and loops join their outcomes; functions are summarised by what they return and
what they do to their arguments; the whole is repeated until nothing changes. What is not understood counts
as computed, so that an honest program is not accused.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from msgspec.structs import replace

from codesteer_tui.steering.flow_expressions import Expressions
from codesteer_tui.steering.flow_values import (
    COMPUTED,
    UNKNOWN,
    WRITTEN,
    Output,
    Summary,
    Value,
    arguments_of,
    join,
    joined,
)

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
            self.block(self.tree.body)
            module = self.env
            for summary in [summary for summary in self.functions.values() if summary.reached]:
                self.env, self.current = {**module, **self._given(summary)}, summary
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
        """Follow statements in order."""
        for statement in statements:
            method = getattr(self, f"_do_{type(statement).__name__.lower()}", None)
            if method is not None:
                method(statement)
            else:
                self._generic(statement)

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
            joined = join(arguments) if call.func.attr in _ADDING else COMPUTED
            if call.func.attr not in self.functions and not self.is_output(call):
                self.fill(call.func.value, joined)
        self.value(call)

    def _do_return(self, statement: ast.Return) -> None:
        self.give_back(self.value(statement.value) if statement.value is not None else WRITTEN)

    def _do_import(self, statement: ast.Import | ast.ImportFrom) -> None:
        for alias in statement.names:
            self.env[(alias.asname or alias.name).split(".")[0]] = WRITTEN

    _do_importfrom = _do_import

    def _do_if(self, statement: ast.If) -> None:
        self._branches(self.value(statement.test), [statement.body, statement.orelse])

    def _do_match(self, statement: ast.Match) -> None:
        subject = self.value(statement.subject)
        for case in statement.cases:
            for node in ast.walk(case.pattern):
                if isinstance(node, ast.MatchAs | ast.MatchStar) and node.name:
                    self.env[node.name] = subject
        self._branches(subject, [case.body for case in statement.cases])

    def _branches(self, test: Value, bodies: Sequence[Sequence[ast.stmt]]) -> None:
        self.decided += test.computed
        before = self.env
        outcomes = []
        for body in bodies:
            self.env = dict(before)
            self.block(body)
            outcomes.append(self.env)
        self.env = joined(outcomes)
        self.decided -= test.computed

    def _do_for(self, statement: ast.For) -> None:
        items = self.value(statement.iter)
        self._loop(statement.body, statement.orelse, statement.target, items)

    _do_asyncfor = _do_for

    def _do_while(self, statement: ast.While) -> None:
        self.value(statement.test)
        self._loop(statement.body, statement.orelse)

    def _loop(
        self,
        body: Sequence[ast.stmt],
        orelse: Sequence[ast.stmt],
        target: ast.expr | None = None,
        items: Value = WRITTEN,
    ) -> None:
        """Join the state before with that after the body; only the outermost loop repeats its body."""
        self.looped += 1
        for _ in range(_ROUNDS if self.looped == 1 else 1):
            before = dict(self.env)
            if target is not None:
                self.bind(target, replace(items, literal=UNKNOWN))
            self.block(body)
            self.env = joined([before, self.env])
            if self.env == before:
                break
        self.looped -= 1
        self.block(orelse)

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
