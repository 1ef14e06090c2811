"""Baselines: what the TaskLLM does without a steerer, to compare a steered run with (METHOD.md, section 3).

A baseline is one round. What is said to the TaskLLM is fixed: nothing but the question, or the pack's prompt for
code or for text before it. Its program is run and its answer checked as always, for the person to see; nobody is
guided by it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Literal, NamedTuple, TypeAlias

from codesteer_tui.events import GuidanceGiven
from codesteer_tui.steering.loop import Method
from codesteer_tui.steering.prompts import PromptPack
from codesteer_tui.transcript import Transcript
from codesteer_tui.values import Decision, Guidance, RoleInfo

Baseline: TypeAlias = Literal["plain", "code", "text"]


class About(NamedTuple):
    """A baseline in words: its name, what it does, and why its guidance is what it is."""

    name: str
    does: str
    why: str
    decision: Decision


BASELINES: dict[Baseline, About] = {
    "plain": About("no steering", "only the question is sent", "Nothing is said but the question.", "text"),
    "code": About(
        "code only", "a program is asked for, once", "Every problem is to be solved by code.", "code"
    ),
    "text": About("text only", "an answer without code is asked for, once", "No code is to be used.", "text"),
}
"""The published baselines "Only Question", "All Code" and "All Text"."""


ONE_ROUND = "a baseline has one round"


class BaselineSteerer:
    """Says the same to every problem, and only once. It needs no model."""

    def __init__(self, pack: PromptPack, baseline: Baseline) -> None:
        self._pack, self._baseline = pack, baseline

    @property
    def info(self) -> RoleInfo:
        """Nobody steers; the label tells which baseline this is."""
        name = BASELINES[self._baseline].name
        return RoleInfo("off", "off", "", name, note="baseline")

    async def guide(self, transcript: Transcript) -> AsyncGenerator[GuidanceGiven, None]:
        """The fixed guidance of this baseline."""
        number = transcript.current.number if transcript.current else 0
        about = BASELINES[self._baseline]
        text = "" if self._baseline == "plain" else self._pack.fill(f"guidance.{self._baseline}")
        yield GuidanceGiven(round=number, guidance=Guidance(about.decision, text, about.why, by="nobody"))


def once(method: Method) -> Method:
    """The method with one round."""
    return replace(method, max_rounds=0, single=ONE_ROUND)
