"""One call of a model, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from msgspec import Struct

from codesteer_tui.providers import ChatModel, Sampling
from codesteer_tui.values import Finish, Message, Role, Usage

Shorter: TypeAlias = Callable[[int], tuple[Message, ...] | None]
"""The messages with the outputs of so many of the oldest programs shortened; None where there are not so many."""


@dataclass(frozen=True)
class Call:
    """One call: who is asked what. `go_on` is how a model is asked for the rest of a reply that broke off;
    without it that is not offered. `shorter` gives the messages with less of the oldest programs' output, for a
    model whose context they do not fit."""

    round: int
    role: Role
    model: ChatModel
    messages: tuple[Message, ...]
    options: Sampling
    go_on: str = ""
    shorter: Shorter | None = None


class Said(Struct, frozen=True):
    """What came of a call. `seconds` is how long the streams took, without the time of questions.

    `chances` are the probabilities of the decisions that the call asked for, where the model sees them.
    """

    text: str = ""
    reasoning: str = ""
    finish: Finish = "stop"
    usage: Usage = Usage()
    seconds: float = 0.0
    chances: dict[str, float] = {}
