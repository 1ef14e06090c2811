"""What every role was given in a round, word by word, and what came back."""

from __future__ import annotations

import msgspec

from codesteer_tui.events import PromptSent
from codesteer_tui.providers.costs.estimating import tokens
from codesteer_tui.text import plain
from codesteer_tui.transcript import Round, Transcript
from codesteer_tui.tui.blocks import ZOOMED, Block, block, bounded
from codesteer_tui.tui.course import failure, goes_on, player
from codesteer_tui.tui.drawing.sections import Section
from codesteer_tui.tui.words import cut, who
from codesteer_tui.values import Message, Role, RoleInfo

ROLES: tuple[tuple[Role, str], ...] = (
    ("steerer", "STEERER"),
    ("task_llm", "TASKLLM"),
    ("checker", "CHECKER"),
)

OTHERS = {
    "person": "You guided this round yourself; no steerer was asked.",
    "nobody": "Steering is off; nobody was asked for guidance.",
}

FIRST_WORDS = 60
"""Characters of a folded message that are shown behind its heading."""


def sections(transcript: Transcript, this: Round | None, role: Role | None = None) -> list[Section]:
    """Everything that the roles were given in this round, in the order steerer, TaskLLM, checker.

    Of `role` the newest message is open at first, of the others none; without a role the TaskLLM's.
    """
    if this is None:
        return []
    shown: list[Section] = []
    for name, heading in ROLES:
        calls = [call for call in this.calls if call.role == name]
        open_ = name == (role or "task_llm")
        if calls:
            shown += _calls(transcript, this, calls, heading, open_=open_)
        else:
            shown.append(_without_prompt(transcript, this, name, heading, open_=open_))
    return shown


def _calls(
    transcript: Transcript, this: Round, calls: list[PromptSent], heading: str, *, open_: bool
) -> list[Section]:
    info = player(transcript, calls[0].role, this)
    shown: list[Section] = []
    for number, call in enumerate(calls, 1):
        which = f"call {number} of {len(calls)}" if len(calls) > 1 else ""
        above = _heading(heading, _label(info), which)
        last = number == len(calls)
        for at, message in enumerate(call.messages, 1):
            newest = last and at == len(call.messages)
            made = _message(f"{call.role} {number} {at}", at, message, folded=not (open_ and newest))
            shown.append(msgspec.structs.replace(made, above=(above,)) if at == 1 else made)
    if reply := _reply(transcript, this, calls[-1], open_=open_):
        shown.append(reply)
    return shown


def _heading(*words: str) -> Block:
    role, *others = (word for word in words if word)
    return block("heading", (role, "bold $text-primary"), ("".join(f"   {word}" for word in others), "dim"))


def _label(info: RoleInfo | None) -> str:
    if info is None:
        return ""
    label = plain(info.label or who(info))
    return f"{label} at {plain(info.host)}" if info.host else label


def _message(key: str, number: int, message: Message, *, folded: bool) -> Section:
    chars = len(message.content)
    return Section(
        key,
        head=(f"{number} ", (message.role, "bold"), (f"   {_size(chars)}", "dim")),
        body=_body(message.content),
        copy=message.content,
        first=cut(plain(message.content[:400]), FIRST_WORDS),
        folded=folded,
    )


def _size(chars: int) -> str:
    return f"{chars:,} character{'' if chars == 1 else 's'}, about {tokens(chars):,} tokens"


def _body(text: str) -> tuple[Block, ...]:
    return tuple(bounded("quote", text, ZOOMED)) if text else (block("dim", "     (empty)"),)


def _reply(transcript: Transcript, this: Round, call: PromptSent, *, open_: bool) -> Section | None:
    """What came back on the last call, where it is known."""
    text, words = "", "the reply"
    match call.role:
        case "steerer" if this.guidance:
            text = this.guidance.raw or this.guidance.text or this.guidance.why
            words = "the reply; you edited it before it was sent" if this.guidance.by == "edited" else words
        case "steerer":
            text, words = this.guidance_so_far, "the reply so far"
        case "task_llm":
            text = this.answer_text
            words = "the reply" if this.answer else "the reply so far"
        case "checker" if this.check and this.check.source:
            text, words = this.check.source, "the program in the last reply"
    if failed := failure(transcript, this, call.role):
        text, words = text or failed.text, "what had arrived before the call failed"
    if not text:
        return None
    made = _message(f"{call.role} reply", 0, Message("assistant", text), folded=not open_)
    return msgspec.structs.replace(
        made, head=((words, "bold $text-accent"), (f"   {_size(len(text))}", "dim"))
    )


def _without_prompt(transcript: Transcript, this: Round, role: Role, heading: str, *, open_: bool) -> Section:
    """A role that was given nothing in this round, and why."""
    info = player(transcript, role, this)
    words, seen = _why(transcript, this, role, info)
    body = [block("quote", words)]
    body += [block("quote", ("- ", "dim"), line) for line in seen]
    above = (_heading(heading, _label(info)),)
    return Section(
        f"{role} none",
        head=(("no prompt", "bold"),),
        body=tuple(body),
        copy="\n".join([words, *(f"- {line}" for line in seen)]),
        above=above,
        first=cut(words, FIRST_WORDS),
        folded=not open_,
    )


def _why(transcript: Transcript, this: Round, role: Role, info: RoleInfo | None) -> tuple[str, list[str]]:
    guidance = this.guidance
    if role == "steerer" and guidance and guidance.by in OTHERS:
        return OTHERS[guidance.by], []
    if role == "steerer" and info and info.kind == "rules":
        return "No model steers here: built-in rules decide. They looked at:", rules_saw(transcript, this)
    if info and info.kind == "off":
        return "This role is switched off, so nothing was sent.", []
    if role == "steerer" and guidance:
        return "The guidance came without a model being asked, or its prompt was not recorded.", []
    if (role == "task_llm" and this.answer) or (role == "checker" and this.check and this.check.source):
        return "What was sent was not recorded.", []
    if role != "steerer" and guidance and guidance.decision in ("return_answer", "terminate"):
        return "The steerer ended the run with this round, so nothing was sent.", []
    if goes_on(transcript, this):
        return "Nothing has been sent yet in this round.", []
    if role == "checker" and this.check:
        return f"Nothing was sent: {this.check.verdict.reason or 'there was nothing to check'}.", []
    return "Nothing was sent in this round.", []


def rules_saw(transcript: Transcript, this: Round) -> list[str]:
    """The facts that the built-in rules decide by, one line each."""
    seen = []
    if transcript.problem:
        seen.append(f"the question: {cut(plain(transcript.problem.question), 160)}")
    for before in transcript.answered:
        if before.number >= this.number:
            break
        facts = ["code" if before.code and before.code.source else "text"]
        if run := before.execution("answer"):
            result = run.result
            verdict = getattr(result, "verdict", "not run") if result else "no ending"
            facts.append(f"program: {verdict}")
        if before.judgement:
            facts.append(f"symbolic checker: {before.judgement.outcome}, score {before.judgement.score:g}")
        if before.check:
            facts.append(f"self-check: {before.check.verdict.outcome.replace('_', ' ')}")
        seen.append(f"the answer of R{before.number}: {', '.join(facts)}")
    return seen


def as_json(this: Round, role: Role, number: int) -> str:
    """The messages of one call (counted from 1) as JSON, as APIs take them."""
    calls = [call for call in this.calls if call.role == role]
    return msgspec.json.format(msgspec.json.encode(calls[number - 1].messages), indent=2).decode()
