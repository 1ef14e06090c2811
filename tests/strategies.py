"""Hypothesis strategies for the vocabulary: every event and every value in it, built from its annotations."""

from __future__ import annotations

import types
import typing
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
from hypothesis import strategies as st

from codesteer_tui import events as ev
from codesteer_tui.problem import Problem

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | text,
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)


def value(hint: Any) -> st.SearchStrategy[Any]:
    """A strategy for one annotation."""
    origin, args = get_origin(hint), get_args(hint)
    if hint is str:
        return text
    if hint is int:
        return st.integers(-(2**53), 2**53)
    if hint is float:
        return st.floats(0, 1e9, allow_nan=False)
    if hint is bool:
        return st.booleans()
    if hint is type(None):
        return st.none()
    if hint is Any:
        return json_values
    if origin is typing.Literal:
        return st.sampled_from(args)
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*map(value, args))
    if origin is tuple:
        return st.lists(value(args[0]), max_size=3).map(tuple)
    if origin is dict:
        return st.dictionaries(value(args[0]), value(args[1]), max_size=3)
    return struct(hint)


def struct(cls: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
    """A strategy for a struct, every field filled."""
    hints = get_type_hints(cls)
    return st.builds(cls, **{name: value(hints[name]) for name in cls.__struct_fields__})


events = st.one_of(*[struct(cls) for cls in get_args(ev.Event)])
"""Any event at all."""

started = struct(ev.SessionStarted)
problems = struct(Problem)


@st.composite
def sessions(draw: st.DrawFn) -> list[ev.Event]:
    """A session file's worth of events: it starts with `SessionStarted`, then anything."""
    return [draw(started), *draw(st.lists(events, max_size=12))]
