"""Who writes the guidance: built-in rules, or any chat model with a prompt pack.

A steerer reads the transcript and yields what it was shown (`PromptSent`), pieces of guidance, and exactly
one `GuidanceGiven`. It never looks at ground truth.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Protocol, TypeAlias

import msgspec

from codesteer_tui.events import GuidanceGiven, Noted
from codesteer_tui.providers import ChatModel, Sampling
from codesteer_tui.steering import asking
from codesteer_tui.steering import guidance as reading
from codesteer_tui.steering.asking import Calls
from codesteer_tui.steering.call import Call, Said
from codesteer_tui.steering.findings import steerer_messages
from codesteer_tui.steering.prompts import PromptPack
from codesteer_tui.steering.rules import decide
from codesteer_tui.steering.shortening import with_short_outputs
from codesteer_tui.transcript import Transcript
from codesteer_tui.values import Decision, Guidance, Message, RoleInfo

DECISIONS: dict[Decision, str] = {
    "code": "<<<Code>>>",
    "text": "<<<Text>>>",
    "return_answer": "<<<Return Answer>>>",
    "terminate": "<<<Terminate>>>",
}
"""What a steering model says for each decision; anything else is guidance of its own."""

FIRST = (DECISIONS["code"], DECISIONS["text"])

Step: TypeAlias = asking.Step | GuidanceGiven


class Steerer(Protocol):
    """Decides what the TaskLLM is told next."""

    @property
    def info(self) -> RoleInfo:
        """Who this is."""
        ...

    def guide(self, transcript: Transcript) -> AsyncGenerator[Step, None]:
        """Guidance for the current round.

        Raises:
            ModelError: the model behind it failed.
            NotSent: a limit of the session does not allow the call.
        """
        ...


class RuleSteerer:
    """Guides by rules, without a model: see `codesteer_tui.steering.rules`."""

    def __init__(self, pack: PromptPack) -> None:
        self._pack = pack

    @property
    def info(self) -> RoleInfo:
        """Built-in rules."""
        return RoleInfo("rules", "rules", "", "built-in rules", note="no model")

    async def guide(self, transcript: Transcript) -> AsyncGenerator[Step, None]:
        """Decide from the problem and the checkers' findings."""
        number = transcript.current.number if transcript.current else 0
        yield GuidanceGiven(round=number, guidance=decide(transcript, self._pack))


class ModelSteerer:
    """Guides by a chat model that is shown the question and each round's findings.

    `warning` is what is amiss with it and what helps; it is said once, before the first guidance.
    """

    def __init__(
        self,
        model: ChatModel,
        pack: PromptPack,
        options: Sampling,
        *,
        calls: Calls | None = None,
        published: bool = False,
        forced: bool = False,
        warning: tuple[str, str] = ("", ""),
    ) -> None:
        self._model, self._pack, self._options = model, pack, options
        self._calls = calls or Calls()
        self._forced = forced
        self._published = published
        self._warning = warning

    @property
    def info(self) -> RoleInfo:
        """The model behind it."""
        return self._model.info

    async def guide(self, transcript: Transcript) -> AsyncGenerator[Step, None]:
        """Ask the model, and read its reply."""
        number = transcript.current.number if transcript.current else 0
        (said, remedy), self._warning = self._warning, ("", "")
        if said:
            yield Noted(round=number, role="steerer", kind="warning", text=said, remedy=remedy)
        messages = steerer_messages(transcript, self._pack)
        first = not transcript.answered
        options = msgspec.structs.replace(
            self._options,
            decisions=FIRST if first else tuple(DECISIONS.values()),
            only_decisions=first and self._forced and not self._pack.fine_tuned,
        )

        def shorter(count: int) -> tuple[Message, ...] | None:
            seen = with_short_outputs(transcript, count)
            return None if seen is None else steerer_messages(seen, self._pack)

        call = Call(number, "steerer", self._model, messages, options, shorter=shorter)
        async with aclosing(self._calls.make(call)) as steps:
            async for step in steps:
                if isinstance(step, Said):
                    decided = _sure(self._read(step.text, first=first), step.chances)
                    if lost := _lost(step, decided):
                        yield Noted(
                            round=number, role="steerer", kind="warning", text=lost, remedy=_MORE_ROOM
                        )
                    yield GuidanceGiven(
                        round=number,
                        guidance=decided,
                        usage=step.usage,
                        seconds=step.seconds,
                        reasoning=step.reasoning,
                    )
                else:
                    yield step

    def _read(self, reply: str, *, first: bool) -> Guidance:
        if not self._published and self._pack.fine_tuned:
            return reading.read_fine_tuned(reply, self._pack, first=first)
        if not self._published:
            return reading.read_guidance(reply, self._pack)
        read = reading.first_as_published if first else reading.as_published
        return read(reply, self._pack)


_MORE_ROOM = "Raise max_tokens of this provider, and context_tokens if it runs here; or choose less effort."


def _lost(said: Said, decided: Guidance) -> str:
    """What to say of a reply that was cut off before or in the middle of its guidance; empty for any other."""
    tokens = f"{said.usage.output_tokens:,} tokens"
    if said.finish != "length":
        return ""
    if said.reasoning and not said.text.strip():
        return f"The steerer's whole reply, {tokens}, went into thoughts: it was cut off before any guidance."
    if decided.decision == "refine" or not said.text.strip():
        return f"The steerer's reply was cut off after {tokens}: its guidance may lack its end."
    return ""


def _sure(guidance: Guidance, chances: dict[str, float]) -> Guidance:
    """The guidance with the probability of its decision, where the model told it.

    Guidance in words of its own has what the decisions leave.
    """
    if not chances:
        return guidance
    said = DECISIONS.get(guidance.decision)
    sure = chances.get(said) if said else max(0.0, 1.0 - sum(chances.values()))
    return msgspec.structs.replace(guidance, confidence=sure)
