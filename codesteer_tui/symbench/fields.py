"""A task's knobs and policies in words: which values a field takes, from the types that check it."""

from __future__ import annotations

import inspect
import re
from typing import Any, Literal, TypeAlias

import msgspec
from msgspec import Struct
from msgspec import inspect as types


def typed(value: Any) -> str:
    """Write a value as it is typed on a command line."""
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(typed, value)) if isinstance(value, tuple | list) else str(value)


def range_of(kind: types.Type) -> str:
    """Say which values a field takes."""
    if isinstance(kind, types.IntType | types.FloatType):
        number = "a whole number" if isinstance(kind, types.IntType) else "a number"
        return _between(number, kind.ge, kind.le)
    if isinstance(kind, types.BoolType):
        return "true or false"
    if isinstance(kind, types.LiteralType):
        return " or ".join(f'"{value}"' if " " in str(value) else str(value) for value in kind.values)
    if isinstance(kind, types.VarTupleType | types.ListType):
        item = range_of(kind.item_type)
        return f"{_between('several', kind.min_length, kind.max_length)}, separated by commas, each {item}"
    if isinstance(kind, types.TupleType):
        return f"{len(kind.item_types)} separated by commas, each {range_of(kind.item_types[0])}"
    if isinstance(kind, types.UnionType):
        return " or ".join(range_of(part) for part in kind.types)
    if isinstance(kind, types.NoneType):
        return "none"
    return "text"


def _between(what: str, least: Any, most: Any) -> str:
    if least is not None and most is not None:
        return f"{least} to {most}" if what != "several" else f"{least} to {most} of them"
    if least is not None:
        return f"{what}, at least {least}"
    return f"{what}, at most {most}" if most is not None else what


def allowed(kind: type[msgspec.Struct], name: str) -> str:
    """Say which values the field of a struct takes."""
    info = types.type_info(kind)
    fields = info.fields if isinstance(info, types.StructType) else ()
    return next((range_of(field.type) for field in fields if field.name == name), "another value")


Shape: TypeAlias = Literal["whole", "number", "choice", "text"]
"""How a field's values run: whole numbers, numbers, some values to choose from, or what has to be typed."""


class Field(Struct, frozen=True):
    """One knob or policy of a task, as a person sets it. Values are written as they are typed."""

    name: str
    default: str
    range: str
    about: str = ""
    shape: Shape = "text"
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()


def fields_of(kind: type[Struct]) -> tuple[Field, ...]:
    """List the fields of a task's `Difficulty` or `Policy`; what each is about stands in the docstring."""
    info = types.type_info(kind)
    assert isinstance(info, types.StructType)
    text = " ".join((inspect.getdoc(kind) or "").replace("``", "`").split())
    defaults, said = msgspec.structs.asdict(kind()), _said_of(text)
    return tuple(
        _field(
            field.name, field.type, typed(defaults[field.name]), said.get(field.name, text.replace("`", ""))
        )
        for field in info.fields
    )


def _field(name: str, kind: types.Type, default: str, about: str) -> Field:
    words = range_of(kind)
    match kind:
        case types.IntType(ge=least, le=most):
            return Field(name, default, words, about, "whole", least, most)
        case types.FloatType(ge=least, le=most):
            return Field(name, default, words, about, "number", least, most)
        case types.BoolType():
            return Field(name, default, words, about, "choice", choices=("false", "true"))
        case types.LiteralType(values=values):
            return Field(name, default, words, about, "choice", choices=tuple(map(typed, values)))
    return Field(name, default, words, about)


_NAMES = re.compile(r"((?:`\w+`(?:,\s+|\s+and\s+)?)+):\s")


def _said_of(text: str) -> dict[str, str]:
    """What a docstring says of each field: the sentences behind "`name`:", or "`one` and `other`:"."""
    pieces = _NAMES.split(text)
    return {
        name: said.strip().replace("`", "")
        for names, said in zip(pieces[1::2], pieces[2::2], strict=True)
        for name in re.findall(r"\w+", names.replace(" and ", " "))
    }
