"""The demo model: built in, not a language model, and the default when no key is found.

It parses the conversation it is given, like any model would read it, and plays a TaskLLM of middling
quality for a handful of problem families: wrong in text where models are, lazy in its first program, better
once the guidance asks for it. As the checker it writes real test programs. Anything else it declines.
Its programs come from fixed templates (see `demo_problems.base`), so they may run where nothing else may.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Sequence
from random import Random

from codesteer_tui.answers import final_answer
from codesteer_tui.providers import Completed, Delta, Sampling, TextDelta
from codesteer_tui.providers.costs.estimating import CHARS_PER_TOKEN, tokens
from codesteer_tui.providers.demo_problems import (
    FAMILY_NAMES,
    Declined,
    DemoProblem,
    Recognised,
    lazy_program,
    recognise,
    says_none,
)
from codesteer_tui.providers.demo_problems.base import NO_SOLUTION
from codesteer_tui.values import Finish, Message, RoleInfo, Usage

__all__ = ["CHECKER_MARKER", "DemoModel"]

CHECKER_MARKER = "You check answers"
"""How the system message of the checker role begins in a prompt pack that this model understands."""

MAX_CLAIM_CHARS = 10_000

_TAGGED_QUESTION = re.compile(r"<question>(.*?)</question>", re.DOTALL)
_TAGGED_ANSWER = re.compile(r"<answer>(.*)</answer>", re.DOTALL)
_TAGGED_OUTPUT = re.compile(r"<output>(.*?)</output>", re.DOTALL)
_RULED = re.compile(r"^-{3,}[ \t]*\n(.*)^-{3,}[ \t]*$", re.DOTALL | re.MULTILINE)
_FENCE = re.compile(r"^[ \t]*```[^\n]*\n(.*?)(?:^[ \t]*```|\Z)", re.DOTALL | re.MULTILINE)

_WANTS_TEXT = re.compile(
    r"without\s+(?:writing\s+|using\s+|any\s+)*(?:code|a program|program|python)|\bno code\b"
    r"|(?:do not|don't|never|not)\s+(?:write|use|produce)\s+(?:any\s+|a\s+)?(?:code|program|python)"
    r"|\bin (?:plain )?(?:text|words|prose)\b|\btext[- ]only\b|\btextual reasoning"
    r"|\bby text reasoning\b|answer directly",
    re.IGNORECASE,
)
_WANTS_CODE = re.compile(r"\b(?:code|program|python|script|coding)\b", re.IGNORECASE)
_WANTS_BETTER = re.compile(
    r"search|enumerat|brute|exhaust|backtrack|itertools|all possib|every possib|each possib|every combination"
    r"|all combination|permutation|really|actual|real comput|comput|symbolic|algorithm|simulat|exact|fraction"
    r"|hard-?\s?cod|fixed answer|only prints|prints a|literal|guess|\bfix\b|error|fail|exception|traceback"
    r"|timed? ?out|wrong|incorrect|not correct|does not|doesn't|did not|\bloop|constraint|verif|test|complex"
    r"|improve|again|re-?check|careful",
    re.IGNORECASE,
)
_NAMES_ERROR = re.compile(r"\b\w*Error\b|exception|traceback|failed with|timed? ?out|crash", re.IGNORECASE)
_STEERING = re.compile(r"\byou (?:steer|guide)\b|<<<\s?(?:code|text|return answer)\s?>>>", re.IGNORECASE)


class DemoModel:
    """A built-in stand-in for a model: seeded, deterministic, streamed like any other.

    `delay_s` is the pause before each piece of `chunk_chars` characters. The same conversation and seed
    (the `Sampling` seed, where given, else `seed`) always give the same text.
    """

    def __init__(
        self,
        *,
        model: str = "demo-1",
        provider: str = "demo",
        seed: int = 0,
        delay_s: float = 0.0,
        chunk_chars: int = 16,
    ) -> None:
        if chunk_chars < 1:
            raise ValueError("chunk_chars must be at least 1")
        self._info = RoleInfo(
            provider=provider,
            kind="demo",
            model=model,
            label="built-in demo (not a language model)",
            note="plays a few kinds of problem, declines anything else",
        )
        self._seed = seed
        self._delay_s = delay_s
        self._chunk_chars = chunk_chars

    @property
    def info(self) -> RoleInfo:
        """Who this is; `kind` is always `demo`."""
        return self._info

    async def stream(self, messages: Sequence[Message], options: Sampling) -> AsyncGenerator[Delta, None]:
        """Answer the conversation, piece by piece. Never raises `ModelError`."""
        text, finish = _limit(reply(messages, self._seed if options.seed is None else options.seed), options)
        for start in range(0, len(text), self._chunk_chars):
            await asyncio.sleep(self._delay_s)
            yield TextDelta(text[start : start + self._chunk_chars])
        read = sum(len(message.content) for message in messages)
        yield Completed(finish, Usage(tokens(read), tokens(len(text)), estimated=True))

    async def aclose(self) -> None:
        """Nothing to let go of."""


def reply(messages: Sequence[Message], seed: int) -> str:
    """The whole reply to a conversation, whichever role it puts the model in."""
    system = "\n".join(message.content for message in messages if message.role == "system")
    users = [message.content for message in messages if message.role == "user"]
    if not users:
        return _decline("There is no question yet.")
    if system.lstrip().startswith(CHECKER_MARKER):
        return _check(users)
    if _STEERING.search(system + _before_question(users[0])):
        return "I cannot steer: I am a built-in demo, not a language model. The built-in rules can do that."
    return _solve(messages, users, seed)


def _prose(text: str) -> str:
    """`text` without anything that could open a code block.

    What this model says may repeat words of the question or of a quoted output, and whatever is taken for
    its program may run without isolation; so only `_with_program()` ever writes a fence.
    """
    return text.replace("`", "'").replace("~", "-")


def _with_program(introduction: str, program: str) -> str:
    """A sentence or two and a program that came out of a template."""
    return f"{_prose(introduction)}\n\n```python\n{program}```\n"


def _solve(messages: Sequence[Message], users: list[str], seed: int) -> str:
    question, problem = _find_question(users[0])
    if not isinstance(problem, DemoProblem):
        return _decline(problem.reason if problem else "I do not recognise this problem.")
    earlier = [message.content for message in messages if message.role == "assistant"]
    guidance = _before_question(users[0]) if len(users) == 1 else _without_output(users[-1])
    rng = Random(f"{seed}|{len(earlier)}|{question!a}")
    asks_better = bool(earlier) and bool(_WANTS_BETTER.search(guidance))
    if not _asks_for_code(guidance, earlier, asks_better):
        return _text_answer(problem, users[1:], earlier, asks_better, rng)
    lazy_turns = sum(_is_lazy(text) for text in earlier)
    real_turns = sum("```" in text for text in earlier) - lazy_turns
    if asks_better or real_turns or lazy_turns > 1:
        return _real_code(problem, guidance)
    return _with_program(
        f"This is about {problem.family}. I worked it out; this program prints the answer.",
        lazy_program(problem.guess(rng)),
    )


def _asks_for_code(guidance: str, earlier: list[str], asks_better: bool) -> bool:
    if _WANTS_TEXT.search(guidance):
        return False
    if _WANTS_CODE.search(guidance):
        return True
    if earlier and "```" in earlier[-1]:
        return True
    return asks_better and bool(
        re.search(r"search|enumerat|brute|backtrack|symbolic|algorithm", guidance, re.I)
    )


def _text_answer(
    problem: DemoProblem, turns: list[str], earlier: list[str], asks_better: bool, rng: Random
) -> str:
    printed = _last_printed(turns)
    if printed is not None and not _is_lazy(next((t for t in reversed(earlier) if "```" in t), "")):
        if says_none(printed):
            return (
                f"The program tried everything there is to try: there is no solution.\n\n<<<{NO_SOLUTION}>>>"
            )
        return _prose(f"The program ran and found the answer. {problem.explain(printed)}\n\n<<<{printed}>>>")
    answer = (problem.second_look() if asks_better else None) or problem.guess(rng)
    return _prose(f"{problem.explain(answer)}\n\n<<<{answer}>>>")


def _real_code(problem: DemoProblem, guidance: str) -> str:
    if _NAMES_ERROR.search(guidance):
        opening = "Here is a corrected program."
    elif re.search(r"hard-?\s?cod|fixed answer|only prints|prints a|guess|literal", guidance, re.I):
        opening = "That is right: my program only printed a guess. This one computes the answer."
    else:
        opening = "Here is a program that computes the answer."
    return _with_program(f"{opening} {problem.approach}", problem.solver())


def _check(users: list[str]) -> str:
    prompt = next((text for text in reversed(users) if _TAGGED_QUESTION.search(text)), "")
    question = _TAGGED_QUESTION.search(prompt)
    if question is None:
        return "I cannot check this: I find no <question> to check an answer to."
    problem = recognise(question.group(1).strip())
    if not isinstance(problem, DemoProblem):
        why = problem.reason if problem else "I do not recognise this problem."
        return f"I cannot check this. {why} I am a built-in demo and know only: {', '.join(FAMILY_NAMES)}."
    claim = _claimed(prompt[question.end() :])
    if claim is None:
        return "I cannot check this: I find no final answer in the text."
    program = problem.test(claim)
    if isinstance(program, Declined):
        return f"I cannot check this. {program.reason}"
    return _with_program(
        f"This is about {problem.family}. The program takes the claimed answer apart and tests it against every "
        "condition of the question.",
        program,
    )


def _claimed(rest: str) -> str | None:
    """The final answer in what a checker is shown after the question; what a program printed comes first."""
    tagged = _TAGGED_ANSWER.search(rest)
    output = _TAGGED_OUTPUT.search(rest[tagged.end() :] if tagged else rest)
    printed = output.group(1).strip() if output else ""
    prose = _FENCE.sub("", tagged.group(1)).strip() if tagged else ""
    for text in (printed, prose):
        answer = final_answer(text)
        if answer.found:
            return _short(answer.text)
    program = tagged is not None and _FENCE.search(tagged.group(1)) is not None
    return _short(printed) if program and len(printed.splitlines()) == 1 else None


def _short(claim: str) -> str | None:
    return claim if len(claim) <= MAX_CLAIM_CHARS else None


def _find_question(message: str) -> tuple[str, Recognised]:
    """The question in a first user turn: between tags, or what follows the guidance and a blank line."""
    tagged = _TAGGED_QUESTION.search(message)
    if tagged:
        question = tagged.group(1).strip()
        return question, recognise(question)
    refused: tuple[str, Recognised] = (message, None)
    for text in _candidates(message):
        found = recognise(text)
        if isinstance(found, DemoProblem):
            return text, found
        if found is not None and refused[1] is None:
            refused = (text, found)
    return refused


def _candidates(message: str) -> list[str]:
    paragraphs = re.split(r"\n[ \t]*\n", message.strip("\n"))
    starts = [1, 0, *range(2, min(len(paragraphs), 12))]
    return ["\n\n".join(paragraphs[start:]) for start in starts if start < len(paragraphs)]


def _before_question(message: str) -> str:
    """The guidance of a first user turn; empty when the question stands alone."""
    tagged = _TAGGED_QUESTION.search(message)
    if tagged:
        return message[: tagged.start()] + message[tagged.end() :]
    question, problem = _find_question(message)
    start = message.rfind(question)
    return message[:start] if problem is not None and start > 0 else ""


def _without_output(turn: str) -> str:
    """A later user turn without the execution output that it quotes (in tags, a fence or between rules)."""
    for quoted in (_TAGGED_OUTPUT, _RULED, _FENCE):
        turn = quoted.sub("", turn)
    return turn


def _is_lazy(text: str) -> bool:
    """Whether an answer's program is nothing but a print."""
    found = _FENCE.search(text)
    return found is not None and sum(bool(line.strip()) for line in found.group(1).splitlines()) <= 1


def _last_printed(turns: list[str]) -> str | None:
    """The last final answer that an execution, quoted in a user turn, printed."""
    for turn in reversed(turns):
        quoted = [*_FENCE.findall(turn), *_RULED.findall(turn), *_TAGGED_OUTPUT.findall(turn)]
        answer = final_answer("\n".join(quoted))
        if answer.found:
            return answer.text
    return None


def _decline(why: str) -> str:
    return (
        f"{why} I am a built-in demo, not a language model, and can only do these: "
        f"{', '.join(FAMILY_NAMES)}. For anything else, choose a real model."
    )


def _limit(text: str, options: Sampling) -> tuple[str, Finish]:
    for stop in options.stop:
        if stop and stop in text:
            text = text[: text.index(stop)]
    limit = max(options.max_tokens, 0) * CHARS_PER_TOKEN
    return (text, "stop") if len(text) <= limit else (text[:limit], "length")
