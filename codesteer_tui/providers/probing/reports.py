"""What trying a provider out came to, and how its parts are told."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

from codesteer_tui.providers import Remark
from codesteer_tui.providers.probing.reaching import Reachability
from codesteer_tui.values import Finish, Usage

Answer: TypeAlias = Literal["yes", "no", "unknown"]

EMPTY = "empty"
"""The `error` of a report where a reply came, and nothing was in it."""


class Feature(Struct, frozen=True):
    """Something that a provider can do or takes, and how that was found out."""

    name: str
    answer: Answer
    how: str = ""


class Call(Struct, frozen=True, kw_only=True):
    """One streamed reply, timed in milliseconds since it was asked for.

    `first_token_ms` is that of the answer, `first_reasoning_ms` of the reasoning; None where none came.
    `tokens_per_s` counts what came after the first piece; None where the reply came at once.
    """

    total_ms: float
    finish: Finish
    usage: Usage
    answer: str = ""
    first_token_ms: float | None = None
    first_reasoning_ms: float | None = None
    tokens_per_s: float | None = None


class ProbeReport(Struct, frozen=True, kw_only=True):
    """What trying a provider out came to. `ok`: it answered a call. `calls` took tokens, `usage` in all.

    `error` is the kind of the failure (see `ModelErrorKind`), "config", or `EMPTY`.
    `load_ms` is how long weights on this machine took to be ready, None for everything else; `remarks` is what they
    say of themselves: where they run, how fast they were, what is amiss.
    """

    provider: str
    kind: str
    model: str
    host: str
    ok: bool
    detail: str
    remedy: str = ""
    error: str = ""
    reached: Reachability
    call: Call | None = None
    load_ms: float | None = None
    remarks: tuple[Remark, ...] = ()
    features: tuple[Feature, ...] = ()
    calls: int = 0
    usage: Usage = Usage()


def said_nothing(call: Call) -> bool:
    """Whether the reply was complete and empty. Thoughts that are not shown may use up the few tokens of it."""
    silent = call.first_token_ms is None and call.first_reasoning_ms is None
    return silent and call.finish != "length" and not call.usage.reasoning_tokens


def summary(call: Call) -> str:
    """In words, how fast an answer came."""
    first = call.first_token_ms if call.first_token_ms is not None else call.first_reasoning_ms
    if first is None:
        return f"answered without any text after {call.total_ms:,.0f} ms"
    speed = f", {call.tokens_per_s:,.1f} tokens/s" if call.tokens_per_s else ""
    return f"first token after {first:,.0f} ms{speed}"


def counted(call: Call) -> Feature:
    """Whether the server counts tokens."""
    if call.usage.estimated:
        return Feature("usage", "no", "no count came, so tokens are estimated")
    return Feature("usage", "yes", "the server counted the tokens")


def reasoned(call: Call) -> Feature:
    """Whether the model reasons, shown or not."""
    hidden = call.usage.reasoning_tokens
    if call.first_reasoning_ms is not None:
        return Feature("reasoning", "yes", "it was shown")
    if hidden:
        return Feature("reasoning", "yes", f"{hidden} tokens of it, not shown")
    return Feature("reasoning", "unknown", "none came to a simple question")


def of_the_list(reached: Reachability) -> list[Feature]:
    """What the server's list says."""
    count = len(reached.listed)
    tokens, note = reached.context_tokens, reached.context_note
    size = ", ".join(filter(None, (f"{tokens:,} tokens", note)))
    return [
        Feature("list of models", "yes", f"{count} listed")
        if count
        else Feature("list of models", "no", "none"),
        Feature("context size", "yes", size)
        if tokens
        else Feature("context size", "unknown", "it does not say"),
    ]


def speed(usage: Usage, first: float, last: float, shown: bool) -> float | None:
    """Tokens a second after the first piece; hidden reasoning came before it."""
    tokens = usage.output_tokens - (0 if shown else usage.reasoning_tokens) - 1
    seconds = last - first
    return round(tokens / seconds, 1) if tokens > 0 and seconds >= 0.001 else None


def ms(seconds: float) -> float:
    """Milliseconds, to a tenth."""
    return round(seconds * 1000, 1)
