"""Stepping in: what the person has a say in while a session runs, and the round's guidance as it comes of that.

The modes: "auto" sends the steerer's guidance as it is; in "approve" the person agrees to each one first, edits it,
replaces it or vetoes it; in "manual" the person is the steerer; "off" is the baseline without any steering. A change
applies from the next decision. Whatever the person does is an event, so the record shows it and a resumed session
knows it; whatever they write is marked as theirs.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from typing import TypeAlias

import msgspec

from codesteer_tui import events as ev
from codesteer_tui.steering import steerers
from codesteer_tui.steering.execution import Approval, Ask
from codesteer_tui.steering.guidance import read_written
from codesteer_tui.steering.prompts import PromptPack
from codesteer_tui.steering.steerers import Steerer
from codesteer_tui.text import plain, storable
from codesteer_tui.transcript import Round, Transcript
from codesteer_tui.values import Decision, Guidance, Question, Reply, SteeringMode

MODES: dict[SteeringMode, str] = {
    "auto": "the steerer's guidance is sent as it is",
    "approve": "you agree to each guidance, edit, replace or veto it",
    "manual": "you are the steerer",
    "off": "the question alone is sent; the first answer counts",
}
"""The steering modes and what they do, in the order of how much the person has a say."""

WITH_A_PERSON: tuple[SteeringMode, ...] = ("approve", "manual")
"""Modes that nobody can run in without a person."""

END, END_WITHOUT = "End here, with the best answer so far", "End here, without an answer"
SEND, EDIT, REPLACE, VETO = "Send it", "Edit it", "Write another", "Veto it: the steerer decides again"
CODE, TEXT, WRITE, PROPOSE = (
    "Ask for code",
    "Ask for text",
    "Write the guidance",
    "Have the steerer propose one",
)
FOLLOW = "Follow your hint instead"
WRITTEN = (EDIT, REPLACE, WRITE)
"""Choices that come with a text of the person's."""

WITHDRAWN = "withdrawn: it was decided otherwise"

NAMES: dict[Decision, str] = {
    "code": "ask for code",
    "text": "ask for an answer by text",
    "refine": "refine",
    "return_answer": "return the answer",
    "terminate": "give up",
}
"""Decisions as a question tells them."""

Step: TypeAlias = (
    steerers.Step
    | ev.GuidanceProposed
    | ev.GuidanceVetoed
    | ev.Asked
    | ev.Answered
    | ev.ModeChanged
    | ev.HintGiven
)


class Stepping:
    """One session's say of the person. `ask` puts a question to them; without it nobody can be asked.

    `mode` and `approval` are as the person wants them now; the transcript has them as of its last event. `waited` is
    whether each program waited there: where none does any more, that is recorded.
    """

    def __init__(
        self,
        mode: SteeringMode = "auto",
        *,
        ask: Ask | None = None,
        first_id: int = 1,
        approval: Approval | None = None,
        waited: bool = False,
    ) -> None:
        self.mode, self.approval = mode, approval or Approval()
        self._ask, self._next_id = ask, first_id
        self._hints: list[tuple[str, bool]] = []
        self._changed = asyncio.Event()
        self._recorded = (mode, waited or self.approval.each)

    def change(self, mode: SteeringMode, *, approve_code: bool | None = None) -> None:
        """Step in otherwise from the next decision on. A question about guidance that waits is withdrawn."""
        self.approval.each = self.approval.each if approve_code is None else approve_code
        if mode != self.mode:
            self.mode = mode
            self._changed.set()

    def hint(self, text: str, *, replaces: bool = False) -> None:
        """Have something said with the next guidance, or in its place; an empty text takes it back."""
        self._hints.append((storable(text).strip(), replaces))
        if replaces and text.strip():
            self._changed.set()

    def facts(self, transcript: Transcript) -> Iterator[ev.ModeChanged | ev.HintGiven]:
        """What the person did since this was last asked, for the record."""
        number = transcript.current.number if transcript.current else 0
        mode, approve_code = self._recorded
        if (mode, approve_code) != (self.mode, self.approval.each):
            changed = None if approve_code == self.approval.each else self.approval.each
            self._recorded = (self.mode, self.approval.each)
            yield ev.ModeChanged(before=mode, after=self.mode, approve_code=changed, round=number)
        hints, self._hints = self._hints, []
        for text, replaces in hints:
            yield ev.HintGiven(text=text, replaces=replaces, round=number)

    def goes_on(self, transcript: Transcript, *, last: bool) -> bool:
        """Whether there is another round because the person wrote something for it.

        Guidance of their own is a round that they asked for; a hint is not sent beyond the `last` one.
        """
        hint = transcript.hint
        return hint is not None and self.mode != "off" and (hint.replaces or not last)

    async def guide(
        self, steerer: Steerer, transcript: Transcript, pack: PromptPack
    ) -> AsyncGenerator[Step, None]:
        """The guidance of the current round: ends with one `GuidanceGiven`.

        Raises:
            ModelError: the model behind the steerer failed.
            NotSent: a limit of the session does not allow its call.
        """
        this = transcript.current
        assert this is not None, "guidance is for a round that has begun"
        proposes = False
        while this.guidance is None:
            for fact in self.facts(transcript):
                yield fact
            self._changed.clear()
            if (decided := self._without_asking(transcript, this)) is not None:
                yield ev.GuidanceGiven(round=this.number, guidance=decided)
                return
            if this.proposal is None and self.mode == "manual" and not proposes:
                reply = Reply(WITHDRAWN)
                async with aclosing(self._put(manual_question(transcript, this))) as asked:
                    async for said in asked:
                        reply = said.reply if isinstance(said, ev.Answered) else reply
                        yield said
                proposes = reply.choice == PROPOSE
                if written := _by_the_person(reply, None, pack):
                    yield ev.GuidanceGiven(round=this.number, guidance=_with_hint(written, transcript))
                continue
            if this.proposal is None:
                async with aclosing(steerer.guide(transcript)) as steps:
                    async for step in steps:
                        yield self._proposed(step, transcript) if isinstance(step, ev.GuidanceGiven) else step
                continue
            reply = Reply(WITHDRAWN)
            async with aclosing(self._put(approve_question(transcript, this))) as asked:
                async for said in asked:
                    reply = said.reply if isinstance(said, ev.Answered) else reply
                    yield said
            if reply.choice == VETO:
                yield ev.GuidanceVetoed(round=this.number, reason=reply.text.strip())
            elif reply.choice == FOLLOW:
                yield ev.GuidanceGiven(
                    round=this.number, guidance=_with_hint(this.proposal, transcript, instead=True)
                )
            elif decided := _by_the_person(reply, this.proposal, pack):
                yield ev.GuidanceGiven(round=this.number, guidance=_with_hint(decided, transcript))

    def _without_asking(self, transcript: Transcript, this: Round) -> Guidance | None:
        """The guidance where neither the steerer nor the person has to be asked any more."""
        hint = transcript.hint
        if self.mode == "off":
            if transcript.answered:
                return Guidance("return_answer", "", "Steering was switched off.", by="nobody")
            return Guidance("text", "", "Steering is off: nothing is said but the question.", by="nobody")
        if hint and hint.replaces:
            return Guidance("refine", hint.text, by="person")
        if self.mode == "auto" and this.proposal is not None:
            return _with_hint(this.proposal, transcript, instead=True)
        return None

    def _proposed(
        self, given: ev.GuidanceGiven, transcript: Transcript
    ) -> ev.GuidanceGiven | ev.GuidanceProposed:
        """What the steerer decided: given as it is, or proposed where the person has a say in it."""
        if self.mode == "auto" and not self._hints:
            guidance = _with_hint(given.guidance, transcript, instead=True)
            if guidance.by in ("steerer", "nobody"):  # "nobody" guides in a baseline
                return msgspec.structs.replace(given, guidance=guidance)
        return ev.GuidanceProposed(
            round=given.round, guidance=given.guidance, usage=given.usage, seconds=given.seconds
        )

    async def _put(self, question: Question) -> AsyncGenerator[ev.Asked | ev.Answered, None]:
        """Put a question about guidance to the person; a change of the mode withdraws it."""
        assert self._ask is not None, "a mode with a person has somebody to ask"
        asked = ev.Asked(id=f"qs{self._next_id}", question=question)
        self._next_id += 1
        yield asked
        asking = asyncio.ensure_future(self._ask(question))
        changed = asyncio.ensure_future(self._changed.wait())
        try:
            await asyncio.wait({asking, changed}, return_when=asyncio.FIRST_COMPLETED)
            reply = asking.result() if asking.done() else Reply(WITHDRAWN)
            known = reply.choice in (*question.options, WITHDRAWN)
            choice = reply.choice if known else question.options[0]
            reply = msgspec.structs.replace(reply, choice=choice, text=storable(reply.text))
        finally:
            for task in (asking, changed):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        yield ev.Answered(id=asked.id, reply=reply)


def approve_question(transcript: Transcript, this: Round) -> Question:
    """Whether the steerer's guidance may be sent."""
    proposal = this.proposal
    assert proposal is not None
    ends = proposal.decision in ("return_answer", "terminate")
    lines = [proposal.why, "" if ends else _pending(transcript)]
    end = _end(transcript)
    to_end = (end, FOLLOW, REPLACE, VETO) if transcript.hint else (end, REPLACE, VETO)
    return Question(
        kind="approve_guidance",
        text=f"The steerer's guidance for round {this.number} is to {NAMES[proposal.decision]}. "
        f"{'Do that' if ends else 'Send it'}?",
        options=to_end if ends else (end, SEND, EDIT, REPLACE, VETO),
        detail="\n".join(line for line in lines if line),
        draft=proposal.text,
    )


def manual_question(transcript: Transcript, this: Round) -> Question:
    """What the TaskLLM shall be told in this round."""
    return Question(
        kind="write_guidance",
        text=f"You steer round {this.number}. What shall the TaskLLM be told?",
        options=(_end(transcript), CODE, TEXT, WRITE, PROPOSE),
        detail=_pending(transcript),
    )


def _end(transcript: Transcript) -> str:
    """The safe option: to end, with the words for what the session then comes to."""
    return END if transcript.answered else END_WITHOUT


def _pending(transcript: Transcript) -> str:
    return f"Your hint is said with it: {transcript.hint.text}" if transcript.hint else ""


def _by_the_person(reply: Reply, proposal: Guidance | None, pack: PromptPack) -> Guidance | None:
    """The guidance that a reply comes to; None where the question is to be put again."""
    text = reply.text.strip()
    match reply.choice:
        case str(choice) if choice in (END, END_WITHOUT):
            agreed = proposal is not None and proposal.decision in ("return_answer", "terminate")
            return proposal if agreed else Guidance("return_answer", "", "", by="person")
        case str(choice) if choice == SEND:
            return proposal
        case str(choice) if choice in (CODE, TEXT):
            decision: Decision = "code" if choice == CODE else "text"
            return Guidance(decision, pack.fill(f"guidance.{decision}"), "", by="person")
        case str(choice) if choice == EDIT and text and proposal is not None:
            if text in (proposal.text.strip(), plain(proposal.text).strip()):
                return proposal  # a screen shows it without what could move the cursor
            decision = proposal.decision if proposal.decision in ("code", "text") else "refine"
            return Guidance(decision, text, "", by="edited")
        case str(choice) if choice in WRITTEN and text:
            return read_written(text, pack)
        case _:
            return None


def _with_hint(guidance: Guidance, transcript: Transcript, *, instead: bool = False) -> Guidance:
    """The guidance with the person's hint. With `instead` the hint is followed where the steerer would end."""
    hint = transcript.hint
    if hint is None:
        return guidance
    if guidance.decision not in ("return_answer", "terminate"):
        return msgspec.structs.replace(guidance, hint=hint.text)
    if not instead:
        return guidance
    ends = "returned the answer" if guidance.decision == "return_answer" else "given up"
    why = f"The steerer would have {ends}; the person's hint is followed instead."
    return Guidance("refine", hint.text, why, by="person")
