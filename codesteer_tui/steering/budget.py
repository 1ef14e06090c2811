"""What a session may spend: every call is estimated and priced before it is sent.

The limits are `[limits] session_usd` and `session_tokens`. A call that could go beyond one is asked about, and
so is one whose price is not known while there is a limit in dollars.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeAlias

import msgspec
from msgspec import Struct

from codesteer_tui.config import SpendingLimits
from codesteer_tui.providers import Sampling
from codesteer_tui.providers.costs.estimating import tokens
from codesteer_tui.providers.costs.prices import Price
from codesteer_tui.text import dollars, paid
from codesteer_tui.values import Bill, Message, Question, Role, RoleInfo, Usage

Pricing: TypeAlias = Callable[[RoleInfo], Price | None]
"""The price of a model, or None where it is not known."""

STOP, SEND, LIFT = "Stop here", "Send this call", "Send it and lift the limit for this session"

ROLE_NAMES: dict[Role, str] = {"steerer": "steerer", "task_llm": "TaskLLM", "checker": "checker"}


class Forecast(Struct, frozen=True):
    """What a call may come to: input as estimated, and as much output as it is allowed. `usd` None: not known."""

    input_tokens: int
    output_tokens: int
    usd: float | None

    @property
    def tokens(self) -> int:
        """Input and output together."""
        return self.input_tokens + self.output_tokens


class Budget:
    """One session's spending. `bill` is what it came to so far, earlier runs and failed calls included."""

    def __init__(
        self,
        limits: SpendingLimits | None = None,
        price: Pricing = lambda info: None,
        *,
        bill: Bill | None = None,
    ) -> None:
        self.limits, self.bill, self.lifted = limits or SpendingLimits(), bill or Bill(), False
        self._price = price
        self._seen: dict[tuple[str, str, str], tuple[int, int]] = {}

    def forecast(self, info: RoleInfo, messages: Sequence[Message], options: Sampling) -> Forecast:
        """What a call may come to. Characters are counted, corrected by what this model's calls have shown."""
        by_rule, counted = self._seen.get(_who(info), (1, 1))
        tokens = math.ceil(rule_of_thumb(messages) * counted / by_rule)
        price = self._price(info)
        usd = price.most(tokens, options.max_tokens) if price else None
        return Forecast(tokens, options.max_tokens, usd)

    def spend(self, info: RoleInfo, messages: Sequence[Message], usage: Usage) -> Usage:
        """Put a call on the bill; its usage with the price, which the provider's own figure outranks."""
        if usage.usd is None and (price := self._price(info)):
            usage = msgspec.structs.replace(usage, usd=price.cost(usage))
        if not usage.estimated and usage.input_tokens:
            by_rule, counted = self._seen.get(_who(info), (0, 0))
            self._seen[_who(info)] = (by_rule + rule_of_thumb(messages), counted + usage.input_tokens)
        self.bill += usage
        return usage

    def over(self, call: Forecast, info: RoleInfo) -> str:
        """Which limit this call could go beyond, as the reason for not sending it; empty where it fits."""
        if self.lifted:
            return ""
        usd, tokens = self.limits.session_usd, self.limits.session_tokens
        if tokens and self.bill.usage.tokens + call.tokens > tokens:
            return f"the session's limit of {tokens:,} tokens would be exceeded"
        if not usd or call.usd == 0:
            return ""
        if call.usd is None:
            return f"the price of {info.label} is not known, so the session's limit of {dollars(usd)} cannot be kept"
        if self.bill.usd + call.usd > usd:
            return f"the session's limit of {dollars(usd)} would be exceeded"
        if self.bill.unknown:
            return f"what was spent is not known, so the session's limit of {dollars(usd)} cannot be kept"
        return ""

    def question(self, call: Forecast, role: Role, info: RoleInfo, reason: str) -> Question:
        """Whether to send a call that could go beyond a limit: what was spent, what it may cost, the limit."""
        bill, limits = self.bill, self.limits
        spent = paid(bill.usd, estimated=bill.usage.estimated, unknown=bill.unknown) or "$0.00"
        cost = "at a price that is not known" if call.usd is None else f"up to {dollars(call.usd)}"
        most = [
            f"{dollars(limits.session_usd)}" if limits.session_usd else "",
            f"{limits.session_tokens:,} tokens" if limits.session_tokens else "",
        ]
        lines = [
            f"Spent so far: {spent}, {bill.usage.tokens:,} tokens.",
            f"This call to {info.label}: about {call.input_tokens:,} tokens sent and at most "
            f"{call.output_tokens:,} back, {cost}.",
            f"Limit of this session: {' and '.join(m for m in most if m)} ([limits] in the configuration).",
        ]
        if limits.session_usd and call.usd is None:
            lines.append("A price can be given in prices.toml beside the configuration: docs/providers.md")
        return Question(
            kind="over_limit",
            text=f"The {ROLE_NAMES[role]}'s next call may go too far: {reason}. Send it?",
            options=(STOP, SEND, LIFT),
            detail="\n".join(lines),
        )


def rule_of_thumb(messages: Sequence[Message]) -> int:
    """Tokens of a conversation by counting characters, at least 1."""
    return max(1, tokens(sum(len(m.content) for m in messages)))


def _who(info: RoleInfo) -> tuple[str, str, str]:
    return (info.provider, info.model, info.host)
