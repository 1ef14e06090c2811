"""Does what a program prints come out of a computation? A light abstract interpretation of its tree.

Each name holds a `Value`: computed or only written down, and the literal where it is known. Statements are
followed in order; branches and loops join their outcomes; functions are summarised by what they return and
what they do to their arguments; the whole is repeated until nothing changes. What is not understood counts
as computed, so that an honest program is not accused.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

_UNKNOWN: Any = object()
_TEXT = ""
_ROUNDS = 8

_KEEPING = frozenset(
    [
        "str",
        "int",
        "float",
        "complex",
        "repr",
        "ascii",
        "bool",
        "list",
        "tuple",
        "dict",
        "set",
        "frozenset",
        "bytes",
        "format",
        "iter",
        "enumerate",
        "zip",
        "reversed",
        "chr",
        "Fraction",
        "Decimal",
        "OrderedDict",
        "dumps",
        "deepcopy",
        "copy",
        "print",
    ]
)
_KEEPING_METHODS = frozenset(
    [
        "format",
        "join",
        "strip",
        "lstrip",
        "rstrip",
        "upper",
        "lower",
        "title",
        "capitalize",
        "center",
        "ljust",
        "rjust",
        "zfill",
        "encode",
        "decode",
        "copy",
        "items",
        "keys",
        "values",
        "removeprefix",
        "removesuffix",
        "split",
        "splitlines",
        "get",
    ]
)
_ADDING = frozenset(
    ["append", "add", "extend", "insert", "update", "setdefault", "appendleft", "push", "put"]
)


_MAX_NODES = 8_000


class Value(Struct, frozen=True):
    """What is known of a value: whether it came out of a computation, and its literal if it is one."""

    computed: bool = False
    literal: Any = _UNKNOWN

    def __or__(self, other: Value) -> Value:
        """Join two outcomes: computed if either is."""
        same = type(self.literal) is type(other.literal) and self.literal == other.literal
        return Value(self.computed or other.computed, self.literal if same else _UNKNOWN)


WRITTEN = Value()
COMPUTED = Value(computed=True)
_PRESET = {"__name__": Value(literal="__main__"), **dict.fromkeys(dir(builtins), WRITTEN)}


class Output(Struct, frozen=True):
    """One place that prints: its line, whether the printed value is computed, what it prints if it is known.

    `decided` is true where a computed test decides whether it prints, `looped` where that is in a loop.
    """

    line: int
    computed: bool
    decided: bool
    looped: bool
    literals: tuple[str, ...] = ()


def outputs(tree: ast.Module) -> list[Output] | None:
    """Give the places where a program prints, or None where it is too large or too deep to follow."""
    if sum(1 for _ in ast.walk(tree)) > _MAX_NODES:
        return None
    try:
        return Flow(tree).run()
    except RecursionError:
        return None


class Summary:
    """What is known of a function: its parameters, what it returns, which parameters it fills."""

    def __init__(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        self.node = node
        args = node.args
        self.names = [arg.arg for arg in (*args.posonlyargs, *args.args)]
        self.others = [arg.arg for arg in (*args.kwonlyargs, args.vararg, args.kwarg) if arg]
        self.params: dict[str, Value] = {}
        self.returns: Value | None = None
        self.filled: set[str] = set()
        self.reached = isinstance(node, ast.FunctionDef) and node.name.startswith("__")


class Flow:
    """The interpretation of one program. `run` gives its outputs in order of their lines."""

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
                    self._return(self.value(summary.node.body))
                else:
                    self.block(summary.node.body)
            if not self.changed:
                break
        return [self.outputs[key] for key in sorted(self.outputs)]

    def _given(self, summary: Summary) -> dict[str, Value]:
        """Parameters as the calls gave them; defaults count as written, and so does `self`."""
        return {name: summary.params.get(name, WRITTEN) for name in (*summary.names, *summary.others)}

    # Statements

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
            self._bind(target, value, statement.value)

    def _do_annassign(self, statement: ast.AnnAssign) -> None:
        if statement.value is not None:
            self._bind(statement.target, self.value(statement.value))

    def _do_augassign(self, statement: ast.AugAssign) -> None:
        left = ast.Name(statement.target.id, ast.Load()) if isinstance(statement.target, ast.Name) else None
        before = self.value(left) if left else COMPUTED
        self._bind(statement.target, self._operate(before, statement.op, self.value(statement.value)))

    def _do_expr(self, statement: ast.Expr) -> None:
        call = statement.value
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            arguments = [self.value(argument) for argument in _arguments(call)]
            joined = _join(arguments) if call.func.attr in _ADDING else COMPUTED
            if call.func.attr not in self.functions and not self._is_output(call):
                self._fill(call.func.value, joined)
        self.value(call)

    def _do_return(self, statement: ast.Return) -> None:
        self._return(self.value(statement.value) if statement.value is not None else WRITTEN)

    def _do_import(self, statement: ast.Import | ast.ImportFrom) -> None:
        for alias in statement.names:
            self.env[(alias.asname or alias.name).split(".")[0]] = WRITTEN

    _do_importfrom = _do_import

    def _return(self, value: Value) -> None:
        if self.current is not None:
            value = self._deciding(value)
            before = self.current.returns
            after = value if before is None else before | value
            self.changed |= after != before
            self.current.returns = after

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
        self.env = _joined(outcomes)
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
                self._bind(target, replace(items, literal=_UNKNOWN))
            self.block(body)
            self.env = _joined([before, self.env])
            if self.env == before:
                break
        self.looped -= 1
        self.block(orelse)

    def _do_try(self, statement: ast.Try) -> None:
        before = dict(self.env)
        self.block([*statement.body, *statement.orelse])
        outcomes = [self.env]
        for handler in statement.handlers:
            self.env = _joined([before, outcomes[0]])
            if handler.name:
                self.env[handler.name] = COMPUTED
            self.block(handler.body)
            outcomes.append(self.env)
        self.env = _joined(outcomes)
        self.block(statement.finalbody)

    _do_trystar = _do_try

    def _do_with(self, statement: ast.With) -> None:
        for item in statement.items:
            value = self.value(item.context_expr)
            if item.optional_vars is not None:
                self._bind(item.optional_vars, value)
        self.block(statement.body)

    _do_asyncwith = _do_with

    # Names

    def _deciding(self, value: Value) -> Value:
        """A value that is chosen by a computed test is computed, whatever it is."""
        return COMPUTED if self.decided else value

    def _bind(self, target: ast.expr, value: Value, source: ast.expr | None = None) -> None:
        if isinstance(target, ast.Name):
            value = self._deciding(value)
            self.env[target.id] = value
            self._share(target.id, value, only_if_known=self.current is not None)
        elif isinstance(target, ast.Tuple | ast.List):
            parts = source.elts if isinstance(source, ast.Tuple | ast.List) else []
            apart = len(parts) == len(target.elts)
            for at, part in enumerate(target.elts):
                self._bind(part, self.value(parts[at]) if apart else replace(value, literal=_UNKNOWN))
        elif isinstance(target, ast.Starred):
            self._bind(target.value, value)
        elif isinstance(target, ast.Attribute):
            self._share(f".{target.attr}", self._deciding(value))
        elif isinstance(target, ast.Subscript):
            index = self.value(target.slice)
            self._fill(target.value, Value(value.computed or index.computed))

    def _fill(self, target: ast.expr, value: Value) -> None:
        """Something was put into the object that an expression names."""
        value = self._deciding(value)
        while isinstance(target, ast.Subscript):
            target = target.value
        if isinstance(target, ast.Attribute):
            self._share(f".{target.attr}", value)
        elif isinstance(target, ast.Name):
            self.env[target.id] = self.env.get(target.id, WRITTEN) | replace(value, literal=_UNKNOWN)
            self._share(target.id, value, only_if_known=target.id in self._own_names())
            if self.current is not None and value.computed and target.id in self.current.names:
                self.changed |= target.id not in self.current.filled
                self.current.filled.add(target.id)

    def _own_names(self) -> Iterable[str]:
        return (*self.current.names, *self.current.others) if self.current else self.env

    def _share(self, name: str, value: Value, *, only_if_known: bool = False) -> None:
        """Remember for every scope what a name may hold: attributes, and what functions put into outer names.

        A plain assignment inside a function is shared only where the function says `global` or `nonlocal`.
        """
        if only_if_known and not (self.current is not None and name in _outer_names(self.current.node)):
            return
        if not name.startswith(".") and self.current is None:
            return
        before = self.shared.get(name)
        after = value if before is None else before | value
        self.changed |= after != before
        self.shared[name] = after

    # Expressions

    def value(self, node: ast.expr) -> Value:
        """Say what is known of an expression's value."""
        method = getattr(self, f"_of_{type(node).__name__.lower()}", None)
        result = method(node) if method is not None else self._of_parts(node)
        assert isinstance(result, Value)
        return result

    def _of_parts(self, node: ast.AST) -> Value:
        """Lists, tuples, f-strings and the like are computed if a part is."""
        parts = [self.value(child) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
        return Value(any(part.computed for part in parts))

    def _of_constant(self, node: ast.Constant) -> Value:
        return Value(literal=node.value)

    def _of_joinedstr(self, node: ast.JoinedStr) -> Value:
        parts = [
            self.value(part.value if isinstance(part, ast.FormattedValue) else part) for part in node.values
        ]
        known = all(part.literal is not _UNKNOWN for part in parts)
        text = "".join(str(part.literal) for part in parts) if known and len(parts) < 50 else _TEXT
        return Value(any(part.computed for part in parts), text)

    def _of_name(self, node: ast.Name) -> Value:
        if node.id in self.functions and node.id not in self.env:
            self._hand_over(self.functions[node.id])
            return WRITTEN
        known = self.env.get(node.id) or _PRESET.get(node.id, COMPUTED)
        return known | self.shared[node.id] if node.id in self.shared else known

    def _hand_over(self, summary: Summary) -> None:
        """A function that is passed on may be called with anything."""
        self._reach(summary)
        for name in (*summary.names, *summary.others):
            self._pass(summary, name, COMPUTED)

    def _reach(self, summary: Summary) -> None:
        self.changed |= not summary.reached
        summary.reached = True

    def _of_attribute(self, node: ast.Attribute) -> Value:
        shared = self.shared.get(f".{node.attr}")
        own = self.value(node.value)
        return own if shared is None else Value(own.computed or shared.computed)

    def _of_binop(self, node: ast.BinOp) -> Value:
        return self._operate(self.value(node.left), node.op, self.value(node.right))

    def _operate(self, left: Value, op: ast.operator, right: Value) -> Value:
        """Arithmetic computes; gluing, repeating and filling in written texts does not."""
        texts = isinstance(left.literal, str | bytes) or isinstance(right.literal, str | bytes)
        if texts and isinstance(op, ast.Add | ast.Mod | ast.Mult):
            return Value(left.computed or right.computed, _TEXT)
        return COMPUTED

    def _of_compare(self, node: ast.Compare) -> Value:
        """A comparison computes, unless it asks whether a written value is equal to itself."""
        sides = [self.value(node.left), *(self.value(side) for side in node.comparators)]
        known = all(side.literal is not _UNKNOWN and not side.computed for side in sides)
        same = known and all(side.literal == sides[0].literal for side in sides)
        identity = isinstance(node.ops[0], ast.Is | ast.IsNot)
        return Value(any(side.computed for side in sides) if same or identity else True)

    def _of_boolop(self, node: ast.BoolOp) -> Value:
        return self._of_parts(node)

    def _of_ifexp(self, node: ast.IfExp) -> Value:
        test = self.value(node.test)
        outcome = self.value(node.body) | self.value(node.orelse)
        return COMPUTED if test.computed else outcome

    def _of_unaryop(self, node: ast.UnaryOp) -> Value:
        return Value(self.value(node.operand).computed)

    def _of_namedexpr(self, node: ast.NamedExpr) -> Value:
        value = self.value(node.value)
        self._bind(node.target, value)
        return value

    def _of_subscript(self, node: ast.Subscript) -> Value:
        if isinstance(node.slice, ast.Slice):
            return COMPUTED
        return Value(self.value(node.value).computed or self.value(node.slice).computed)

    def _of_lambda(self, node: ast.Lambda) -> Value:
        return WRITTEN

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Value:
        outer = dict(self.env)
        computed = False
        for generator in node.generators:
            self._bind(generator.target, replace(self.value(generator.iter), literal=_UNKNOWN))
            tests = [self.value(test).computed for test in generator.ifs]
            computed |= any(tests)
        made = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        values = [self.value(part) for part in made]
        self.env = outer
        return Value(computed or any(value.computed for value in values))

    _of_listcomp = _of_setcomp = _of_generatorexp = _of_dictcomp = _comprehension

    def _of_yield(self, node: ast.Yield) -> Value:
        if node.value is not None:
            self._return(self.value(node.value))
        return WRITTEN

    def _of_yieldfrom(self, node: ast.YieldFrom) -> Value:
        self._return(self.value(node.value))
        return WRITTEN

    # Calls

    def _of_call(self, node: ast.Call) -> Value:
        arguments = [self.value(argument) for argument in _arguments(node)]
        name = called_name(node)
        if self._is_output(node):
            self._print(node, arguments)
            return WRITTEN
        if name in self.functions:
            return self._call(self.functions[name], node, arguments)
        receiver = self.value(node.func.value) if isinstance(node.func, ast.Attribute) else WRITTEN
        computed = receiver.computed or any(argument.computed for argument in arguments)
        keeping = _KEEPING_METHODS if isinstance(node.func, ast.Attribute) else _KEEPING
        if name in keeping or name in {"dumps", "deepcopy"}:
            literal = _TEXT if name in {"str", "repr", "format", "join", "dumps"} else _UNKNOWN
            return Value(computed, literal)
        for argument in node.args:
            if isinstance(argument, ast.Name) and not isinstance(
                self.env.get(argument.id, WRITTEN).literal, str
            ):
                self._touch(node, argument)
        return COMPUTED

    def _touch(self, node: ast.Call, argument: ast.Name) -> None:
        """A library may change a list that it is given (shuffle, heappush); a builtin does not."""
        if isinstance(node.func, ast.Attribute) and argument.id in self.env:
            self._fill(argument, COMPUTED)

    def _call(self, summary: Summary, node: ast.Call, arguments: list[Value]) -> Value:
        """Give a function its arguments; take what it is known to return, and what it fills."""
        self._reach(summary)
        method = isinstance(node.func, ast.Attribute) and summary.names[:1] in (["self"], ["cls"])
        names = summary.names[1:] if method else summary.names
        named = dict(zip(names, node.args, strict=False)) | {k.arg: k.value for k in node.keywords if k.arg}
        for name, argument in named.items():
            self._pass(summary, name, self.value(argument))
            if name in summary.filled:
                self._fill(argument, COMPUTED)
        for name in summary.others:
            self._pass(summary, name, _join(arguments))
        return summary.returns or WRITTEN

    def _pass(self, summary: Summary, name: str, value: Value) -> None:
        before = summary.params.get(name)
        after = value if before is None else before | value
        self.changed |= after != before
        summary.params[name] = after

    def _is_output(self, node: ast.Call) -> bool:
        if isinstance(node.func, ast.Name):
            return node.func.id in {"print", "pprint"} and "print" not in self.functions
        dotted = ast.unparse(node.func) if isinstance(node.func, ast.Attribute) else ""
        return dotted in {"sys.stdout.write", "pprint.pprint", "sys.stdout.writelines"}

    def _print(self, node: ast.Call, arguments: list[Value]) -> None:
        target = next((keyword.value for keyword in node.keywords if keyword.arg == "file"), None)
        if target is not None and "stderr" in ast.dump(target):
            return
        literals = tuple(repr(argument.literal) for argument in arguments if argument.literal is not _UNKNOWN)
        shown = literals if len(literals) == len(arguments) else ()
        computed = any(argument.computed for argument in arguments)
        output = Output(node.lineno, computed, self.decided > 0, self.looped > 0, shown)
        key = (node.lineno, node.col_offset)
        before = self.outputs.get(key)
        if before is not None:
            output = replace(
                output, computed=computed or before.computed, decided=output.decided or before.decided
            )
        self.outputs[key] = output


def _joined(outcomes: Sequence[dict[str, Value]]) -> dict[str, Value]:
    """Join environments; a name that only some of them have keeps what those know."""
    result = dict(outcomes[0])
    for other in outcomes[1:]:
        for name, value in other.items():
            result[name] = result[name] | value if name in result else value
    return result


def _join(values: Sequence[Value]) -> Value:
    return Value(any(value.computed for value in values))


def _arguments(node: ast.Call) -> list[ast.expr]:
    return [*node.args, *(keyword.value for keyword in node.keywords)]


def called_name(node: ast.Call) -> str:
    """Give the last part of the name that is called: `append` for ``rows.append(1)``; empty if none."""
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""


def _outer_names(node: ast.AST) -> set[str]:
    return {
        name for part in ast.walk(node) if isinstance(part, ast.Global | ast.Nonlocal) for name in part.names
    }
