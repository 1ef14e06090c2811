"""A task's knobs and policies in words: names, defaults and ranges, taken from the structs that check them."""

from __future__ import annotations

import inspect
import re
import sys
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import inspect as types

if TYPE_CHECKING:
    from codesteer_tui.symbench import Task

_NUMBER = r"[0-9]+\.[0-9]+"
_SOURCE = re.compile(
    rf"^Rules:\s+`symbench` specification {_NUMBER}(?:(?:,\s*|\s*[–-]\s*|\s+(?:to|and)\s+){_NUMBER})*\.\s*",
    re.MULTILINE,
)


def described(kind: type[msgspec.Struct]) -> list[dict[str, Any]]:
    """List the fields of a struct: name, default as it is typed, and the values that it may have."""
    defaults = msgspec.structs.asdict(kind())
    info = types.type_info(kind)
    if not isinstance(info, types.StructType):
        raise TypeError(f"{kind} is no struct")
    return [
        {"name": field.name, "default": _typed(defaults[field.name]), "range": _range(field.type)}
        for field in info.fields
    ]


def rules_of(task: Task) -> str:
    """Give the rules in brief: the docstring of the task's module without the name of its source."""
    module = sys.modules[type(task).__module__]
    text = inspect.cleandoc(module.__doc__ or "")
    rules = _SOURCE.sub("", text.removeprefix(f"{task.id}: ")).strip()
    return reflowed(rules[:1].upper() + rules[1:])


def meaning_of(kind: type[msgspec.Struct]) -> str:
    """Give the docstring of a struct, which says what each field is."""
    return reflowed(inspect.getdoc(kind) or "")


def reflowed(text: str) -> str:
    """Make each paragraph one line; those with indented lines or lists are left as they are."""
    paragraphs = text.split("\n\n")
    return "\n\n".join(
        paragraph if re.search(r"^(?:\s|[-*] )", paragraph, re.MULTILINE) else " ".join(paragraph.split())
        for paragraph in paragraphs
    )


def _typed(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(_typed, value)) if isinstance(value, tuple | list) else str(value)


def _range(kind: types.Type) -> str:
    if isinstance(kind, types.IntType | types.FloatType):
        number = "a whole number" if isinstance(kind, types.IntType) else "a number"
        return _between(number, kind.ge, kind.le)
    if isinstance(kind, types.BoolType):
        return "true or false"
    if isinstance(kind, types.LiteralType):
        return " or ".join(map(str, kind.values))
    if isinstance(kind, types.VarTupleType | types.ListType):
        item = _range(kind.item_type)
        return f"{_between('several', kind.min_length, kind.max_length)}, separated by commas, each {item}"
    if isinstance(kind, types.TupleType):
        return f"{len(kind.item_types)} separated by commas, each {_range(kind.item_types[0])}"
    if isinstance(kind, types.UnionType):
        return " or ".join(_range(part) for part in kind.types)
    if isinstance(kind, types.NoneType):
        return "none"
    return "text"


def _between(what: str, least: Any, most: Any) -> str:
    if least is not None and most is not None:
        return f"{least:,} to {most:,}" if what != "several" else f"{least} to {most} of them"
    if least is not None:
        return f"{what}, at least {least:,}"
    return f"{what}, at most {most:,}" if most is not None else what
