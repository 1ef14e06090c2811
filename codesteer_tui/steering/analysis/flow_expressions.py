"""What is known of the value of an expression: computed, or only written down."""

from __future__ import annotations

import ast
import builtins
from functools import reduce
from operator import or_

from msgspec.structs import replace

from codesteer_tui.steering.analysis.flow_names import WRITERS, Names, dotted_name
from codesteer_tui.steering.analysis.flow_values import (
    COMPUTED,
    TRUE_OR_FALSE,
    UNKNOWN,
    WRITTEN,
    Nature,
    Output,
    Summary,
    Value,
    arguments_of,
    called_name,
    few,
    join,
    text_of,
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
    "split", "splitlines",
))  # fmt: skip
_GIVEN_FROM_OUTSIDE = frozenset({"argv", "stdin", "environ"})
_PASSING = frozenset({"next", "eval", "sorted", "reversed", "map"})


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
        return join(
            [self.value(child) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
        )

    def _of_constant(self, node: ast.Constant) -> Value:
        texts = text_of(node.value)
        nature: Nature = "text" if isinstance(node.value, str) and len(node.value) > 1 else ""
        return Value(literal=node.value, texts=texts, parts=texts, nature=nature)

    def _of_list(self, node: ast.List | ast.Tuple | ast.Set) -> Value:
        whole = join([self.value(element) for element in node.elts])
        texts = whole.texts if whole.chosen else frozenset({"[...]" if node.elts else ""})
        return replace(whole, texts=texts, nature="" if whole.nature == "text" else whole.nature)

    _of_tuple = _of_set = _of_list

    def _of_dict(self, node: ast.Dict) -> Value:
        whole = join([self.value(value) for value in node.values])
        keys = join([self.value(key) for key in node.keys if key is not None])
        texts = whole.texts if whole.chosen else frozenset({"{...}" if node.values else ""})
        computed = whole.computed or keys.computed
        return replace(whole, computed=computed, texts=texts, keys=keys.parts, nature="")

    def _of_joinedstr(self, node: ast.JoinedStr) -> Value:
        parts = [
            self.value(part.value if isinstance(part, ast.FormattedValue) else part) for part in node.values
        ]
        return replace(join(parts), literal=TEXT)

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
        if node.attr in _GIVEN_FROM_OUTSIDE:
            return COMPUTED
        shared = self.shared.get(f".{node.attr}")
        own = self.value(node.value)
        return own if shared is None else replace(shared, computed=own.computed or shared.computed)

    def _of_binop(self, node: ast.BinOp) -> Value:
        return self.operate(self.value(node.left), node.op, self.value(node.right))

    def operate(self, left: Value, op: ast.operator, right: Value) -> Value:
        """Arithmetic computes; gluing, repeating and filling in written texts does not."""
        texts = isinstance(left.literal, str | bytes) or isinstance(right.literal, str | bytes)
        if texts and isinstance(op, ast.Add | ast.Mod | ast.Mult):
            return replace(join([left, right]), literal=TEXT)
        return COMPUTED

    def _of_compare(self, node: ast.Compare) -> Value:
        """A comparison computes, unless it asks whether a written value is equal to itself."""
        sides = [self.value(node.left), *(self.value(side) for side in node.comparators)]
        known = all(side.literal is not UNKNOWN and not side.decides for side in sides)
        same = known and all(side.literal == sides[0].literal for side in sides)
        identity = isinstance(node.ops[0], ast.Is | ast.IsNot)
        if (same or identity) and not any(side.decides for side in sides):
            return Value(texts=frozenset({"True"}))
        return TRUE_OR_FALSE

    def _of_boolop(self, node: ast.BoolOp) -> Value:
        """Logic on names is a choice; on literals alone it is none."""
        sides = [self.value(side) for side in node.values]
        decides = any(
            side.decides or not isinstance(part, ast.Constant)
            for side, part in zip(sides, node.values, strict=True)
        )
        last = [sides[-1], Value(texts=frozenset({"False"}))]
        result = reduce(or_, last if isinstance(node.op, ast.And) else sides)
        return result if result.computed else replace(result, literal=UNKNOWN, chosen=decides)

    def _of_ifexp(self, node: ast.IfExp) -> Value:
        test = self.value(node.test)
        outcome = self.value(node.body) | self.value(node.orelse)
        return replace(outcome, literal=UNKNOWN, chosen=True) if test.decides else outcome

    def _of_unaryop(self, node: ast.UnaryOp) -> Value:
        operand = self.value(node.operand)
        if isinstance(node.op, ast.Not):
            return WRITTEN if isinstance(node.operand, ast.Constant) else TRUE_OR_FALSE
        texts = (
            frozenset("-" + text for text in operand.texts)
            if isinstance(node.op, ast.USub)
            else operand.texts
        )
        return Value(operand.computed, UNKNOWN, operand.chosen, texts, texts)

    def _of_namedexpr(self, node: ast.NamedExpr) -> Value:
        value = self.value(node.value)
        self.bind(node.target, value)
        return value

    def _of_subscript(self, node: ast.Subscript) -> Value:
        if isinstance(node.slice, ast.Slice):
            return COMPUTED
        return self.look_up(self.value(node.value), self.value(node.slice))

    def look_up(self, table: Value, key: Value) -> Value:
        """An element by its key: computed if the table or the key is, but not by literals put into order."""
        element = table.element()
        if table.computed or key.nature == "char":
            return COMPUTED
        if key.literal is UNKNOWN and not key.chosen and key.nature != "item" and len(key.texts) > 1:
            # A key that was looked up itself, round after round: the state of a machine.
            return COMPUTED
        if key.computed and not (key.nature == "arranged" and table.keys):
            return COMPUTED
        if key.chosen or key.nature == "item":
            return Value(False, UNKNOWN, True, table.parts or table.texts, table.parts)
        nature: Nature = "canned" if table.keys and not table.chosen else ""
        return Value(False, UNKNOWN, element.chosen, table.parts or table.texts, table.parts, nature=nature)

    def _of_lambda(self, node: ast.Lambda) -> Value:
        return WRITTEN

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Value:
        outer = dict(self.env)
        decided = False
        for generator in node.generators:
            self.go_through(generator.target, self.value(generator.iter))
            tests = [self.value(test).decides for test in generator.ifs]
            decided |= any(tests)
        made = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        whole = join([self.value(part) for part in made])
        self.env = outer
        chosen = decided or whole.chosen
        return replace(whole, literal=UNKNOWN, chosen=chosen and not whole.computed, nature="")

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
        if isinstance(node.func, ast.Attribute):
            receiver = self.value(node.func.value)
            if name == "get" and arguments:
                return self.look_up(receiver, arguments[0]) | join(arguments[1:])
            if name in _KEEPING_METHODS:
                return replace(join([receiver, *arguments]), literal=_kept(name, receiver))
        if name in _KEEPING and (not isinstance(node.func, ast.Attribute) or name in {"dumps", "deepcopy"}):
            literal = TEXT if name in {"str", "repr", "format", "dumps"} else UNKNOWN
            return replace(join(arguments), literal=literal)
        if isinstance(node.func, ast.Name) and name in _PASSING and arguments:
            return self._passing(node, name, arguments)
        for argument in node.args:
            if isinstance(argument, ast.Name) and not isinstance(
                self.env.get(argument.id, WRITTEN).literal, str
            ):
                self._touch(node, argument)
        return COMPUTED

    def _passing(self, node: ast.Call, name: str, arguments: list[Value]) -> Value:
        """Builtins that hand on, order or merely evaluate what is written."""
        if name == "next":
            return reduce(or_, [arguments[0].element(), *arguments[1:]])
        if name == "eval":
            return WRITTEN if arguments[0].nature == "canned" else COMPUTED
        converts = isinstance(node.args[0], ast.Name) and node.args[0].id in _KEEPING if node.args else False
        plain = name in {"sorted", "reversed"} and len(arguments) == 1
        if (plain or (name == "map" and converts)) and all(
            not value.decides or value.nature == "arranged" for value in arguments
        ):
            return Value(True, nature="arranged")
        return COMPUTED

    def _touch(self, node: ast.Call, argument: ast.Name) -> None:
        """A library may change a list that it is given (shuffle, heappush); a builtin does not."""
        if isinstance(node.func, ast.Attribute) and argument.id in self.env:
            self.fill(argument, COMPUTED)

    def _call(self, summary: Summary, node: ast.Call, arguments: list[Value]) -> Value:
        """Give a function its arguments; take what it is known to return, and what it fills."""
        self._reach(summary)
        self.changed |= self.path not in summary.paths
        summary.paths.add(self.path)
        method = isinstance(node.func, ast.Attribute) and summary.names[:1] in (["self"], ["cls"])
        names = summary.names[1:] if method else summary.names
        named = dict(zip(names, node.args, strict=False)) | {k.arg: k.value for k in node.keywords if k.arg}
        for name, argument in named.items():
            self._pass(summary, name, self.value(argument))
            if name in summary.filled:
                self.fill(argument, COMPUTED)
        for name in summary.others:
            self._pass(summary, name, join(arguments))
        return summary.returns or Value(texts=frozenset({"None"}))

    def _pass(self, summary: Summary, name: str, value: Value) -> None:
        value = self.deciding(value)
        before = summary.params.get(name)
        after = value if before is None else before | value
        self.changed |= after != before
        summary.params[name] = after

    def is_output(self, node: ast.Call) -> bool:
        if isinstance(node.func, ast.Name):
            return node.func.id in self.speakers and node.func.id not in self.functions
        return isinstance(node.func, ast.Attribute) and dotted_name(node.func) in WRITERS

    def _print(self, node: ast.Call, arguments: list[Value]) -> None:
        target = next((keyword.value for keyword in node.keywords if keyword.arg == "file"), None)
        if target is not None and "stderr" in ast.dump(target):
            return
        shown = join([
            value
            for value, argument in zip(arguments, arguments_of(node), strict=True)
            if not any(keyword.value is argument for keyword in node.keywords)
        ])  # fmt: skip
        written = (part.value for part in ast.walk(node) if isinstance(part, ast.Constant))
        marked = any(isinstance(text, str) and "<<<" in text for text in written)
        marked |= any("<<<" in text for text in shown.texts)
        # What a loop goes through, or a function is called with, varies where a test inside picks from it.
        varies = self.base is not None and len(self.path) > self.base and len(shown.texts) > 1
        chosen, looped = shown.chosen or varies, self.looped > 0
        output = Output(node.lineno, shown.computed, chosen, marked, looped, self.path, shown.texts)
        key = (node.lineno, node.col_offset)
        before = self.outputs.get(key)
        if before is not None:
            output = replace(
                output,
                computed=output.computed or before.computed,
                chosen=output.chosen or before.chosen,
                path=output.path or before.path,
                texts=few(output.texts | before.texts) if output.chosen else output.texts,
            )
        self.outputs[key] = output


def _kept(name: str, receiver: Value) -> object:
    """Say whether the result of a method that keeps is still a text."""
    return TEXT if name in {"format", "join"} or isinstance(receiver.literal, str) else UNKNOWN
