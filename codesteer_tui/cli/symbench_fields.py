"""A task's knobs and policies in words: names, defaults and ranges, taken from the structs that check them."""

from __future__ import annotations

import inspect
import re
import sys
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import inspect as types

from codesteer_tui.symbench.fields import range_of, typed

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
        {"name": field.name, "default": typed(defaults[field.name]), "range": range_of(field.type)}
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
