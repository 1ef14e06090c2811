"""A task's knobs and policies in words: which values a field takes, from the types that check it."""

from __future__ import annotations

from typing import Any

import msgspec
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
