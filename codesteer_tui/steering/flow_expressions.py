"""What is known of the value of an expression: computed, or only written down."""

from __future__ import annotations

import ast
import builtins

from msgspec.structs import replace

from codesteer_tui.steering.flow_names import Names
from codesteer_tui.steering.flow_values import (
    COMPUTED,
    UNKNOWN,
    WRITTEN,
    Output,
    Summary,
    Value,
    arguments_of,
    called_name,
    join,
)

TEXT = ""
_PRESET = {"__name__": Value(literal="__main__"), **dict.fromkeys(dir(builtins), WRITTEN)}
_KEEPING = frozenset((
    "str", "int", "float", "complex", "repr", "ascii", "bool", "list", "tuple", "dict", "set", "frozenset",
    "bytes", "format", "iter", "enumerate", "chr", "Fraction", "Decimal", "OrderedDict",
    "dumps", "deepcopy", "copy", "print",
))  # fmt: skip
_KEEPING_METHODS = frozenset((
    "format", "join", "strip", "lstrip", "rstrip", "upper", "lower", "title", "capitalize", "center", "ljust",
    "rjust", "zfill", "encode", "decode", "copy", "items", "keys", "values", "removeprefix", "removesuffix",
    "split", "splitlines", "get",
))  # fmt: skip


class Expressions(Names):
    """The half of the interpretation that looks at expressions; calls go to the functions they name."""

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
        known = all(part.literal is not UNKNOWN for part in parts)
        text = "".join(str(part.literal) for part in parts) if known and len(parts) < 50 else TEXT
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
        return self.operate(self.value(node.left), node.op, self.value(node.right))

    def operate(self, left: Value, op: ast.operator, right: Value) -> Value:
        """Arithmetic computes; gluing, repeating and filling in written texts does not."""
        texts = isinstance(left.literal, str | bytes) or isinstance(right.literal, str | bytes)
        if texts and isinstance(op, ast.Add | ast.Mod | ast.Mult):
            return Value(left.computed or right.computed, TEXT)
        return COMPUTED

    def _of_compare(self, node: ast.Compare) -> Value:
        """A comparison computes, unless it asks whether a written value is equal to itself."""
        sides = [self.value(node.left), *(self.value(side) for side in node.comparators)]
        known = all(side.literal is not UNKNOWN and not side.computed for side in sides)
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
        self.bind(node.target, value)
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
            self.bind(generator.target, replace(self.value(generator.iter), literal=UNKNOWN))
            tests = [self.value(test).computed for test in generator.ifs]
            computed |= any(tests)
        made = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        values = [self.value(part) for part in made]
        self.env = outer
        return Value(computed or any(value.computed for value in values))

    _of_listcomp = _of_setcomp = _of_generatorexp = _of_dictcomp = _comprehension

    def _of_yield(self, node: ast.Yield) -> Value:
        if node.value is not None:
            self.give_back(self.value(node.value))
        return WRITTEN

    def _of_yieldfrom(self, node: ast.YieldFrom) -> Value:
        self.give_back(self.value(node.value))
        return WRITTEN

    def give_back(self, value: Value) -> None:
        if self.current is not None:
            value = self.deciding(value)
            before = self.current.returns
            after = value if before is None else before | value
            self.changed |= after != before
            self.current.returns = after

    def _of_call(self, node: ast.Call) -> Value:
        arguments = [self.value(argument) for argument in arguments_of(node)]
        name = called_name(node)
        if self.is_output(node):
            self._print(node, arguments)
            return WRITTEN
        if name in self.functions:
            return self._call(self.functions[name], node, arguments)
        receiver = self.value(node.func.value) if isinstance(node.func, ast.Attribute) else WRITTEN
        computed = receiver.computed or any(argument.computed for argument in arguments)
        keeping = _KEEPING_METHODS if isinstance(node.func, ast.Attribute) else _KEEPING
        if name in keeping or name in {"dumps", "deepcopy"}:
            literal = TEXT if name in {"str", "repr", "format", "join", "dumps"} else UNKNOWN
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
            self.fill(argument, COMPUTED)

    def _call(self, summary: Summary, node: ast.Call, arguments: list[Value]) -> Value:
        """Give a function its arguments; take what it is known to return, and what it fills."""
        self._reach(summary)
        method = isinstance(node.func, ast.Attribute) and summary.names[:1] in (["self"], ["cls"])
        names = summary.names[1:] if method else summary.names
        named = dict(zip(names, node.args, strict=False)) | {k.arg: k.value for k in node.keywords if k.arg}
        for name, argument in named.items():
            self._pass(summary, name, self.value(argument))
            if name in summary.filled:
                self.fill(argument, COMPUTED)
        for name in summary.others:
            self._pass(summary, name, join(arguments))
        return summary.returns or WRITTEN

    def _pass(self, summary: Summary, name: str, value: Value) -> None:
        before = summary.params.get(name)
        after = value if before is None else before | value
        self.changed |= after != before
        summary.params[name] = after

    def is_output(self, node: ast.Call) -> bool:
        if isinstance(node.func, ast.Name):
            return node.func.id in {"print", "pprint"} and "print" not in self.functions
        dotted = ast.unparse(node.func) if isinstance(node.func, ast.Attribute) else ""
        return dotted in {"sys.stdout.write", "pprint.pprint", "sys.stdout.writelines"}

    def _print(self, node: ast.Call, arguments: list[Value]) -> None:
        target = next((keyword.value for keyword in node.keywords if keyword.arg == "file"), None)
        if target is not None and "stderr" in ast.dump(target):
            return
        literals = tuple(repr(argument.literal) for argument in arguments if argument.literal is not UNKNOWN)
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
