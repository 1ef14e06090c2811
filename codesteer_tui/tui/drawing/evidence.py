"""What each flag of a round rests on: lines of code, the check program and its output, the rule that was broken."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import msgspec

from codesteer_tui.steering.outcome import answer_of
from codesteer_tui.text import plain
from codesteer_tui.transcript import Round, Transcript
from codesteer_tui.tui.blocks import ZOOMED, Block, block, bounded, text_of
from codesteer_tui.tui.course import failure, goes_on
from codesteer_tui.tui.drawing.calls import failed_blocks
from codesteer_tui.tui.drawing.run import execution_blocks
from codesteer_tui.tui.drawing.sections import Section
from codesteer_tui.tui.drawing.verdicts import Flag, flags_of, named_lines
from codesteer_tui.tui.words import cut, duration

AROUND = 3
"""Lines of code that are shown before and behind those that a finding means."""

FIRST_WORDS = 80


def sections(
    transcript: Transcript, this: Round, chosen: str = "", more: Sequence[Block] = ()
) -> list[Section]:
    """A section a flag, the chosen one open at first. `more` is put behind what ground truth rests on."""
    return [
        _section(transcript, this, flag, more if flag.source == "truth" else (), folded=flag.key != chosen)
        for flag in flags_of(transcript, this)
    ]


def _section(
    transcript: Transcript, this: Round, flag: Flag, more: Sequence[Block], *, folded: bool
) -> Section:
    body = [*_body(transcript, this, flag), *more] or [block("quote", "There is nothing more to see.")]
    name = f"{flag.name:<14}" if flag.name else "  "
    mark, said = flag.told
    words = f"   {said}" if said else ""
    lines = f"   {named_lines(flag.lines)}" if flag.source == "finding" else ""
    return Section(
        flag.key,
        head=((name, "bold"), (plain(mark), flag.mark.style), plain(words), (lines, "dim")),
        body=tuple(body),
        copy=_copied(this, flag, body),
        first=cut(plain(flag.reason), FIRST_WORDS),
        folded=folded,
    )


def _copied(this: Round, flag: Flag, body: Sequence[Block]) -> str:
    if flag.source == "check" and this.check and this.check.source:
        return this.check.source
    return text_of(body)


def _body(transcript: Transcript, this: Round, flag: Flag) -> Iterator[Block]:
    match flag.source:
        case "model":
            yield from _answer(transcript, this)
        case "own":
            yield block("quote", flag.reason or flag.words)
        case "check":
            yield from _check(transcript, this)
        case "truth":
            yield from _truth(transcript, this, flag)
        case "symbolic":
            yield from _judged(this)
        case "finding":
            yield block("quote", flag.words)
            yield from excerpt(this.code.source if this.code else "", flag.lines)
        case "code":
            yield block("quote", flag.words)
            yield from excerpt(this.code.source if this.code else "", (), whole=True)
        case "run":
            if run := this.execution("answer"):
                yield from execution_blocks(run, ZOOMED, over=not goes_on(transcript, this))


def _answer(transcript: Transcript, this: Round) -> Iterator[Block]:
    answer = answer_of(this)
    if answer.found:
        yield block("quote", f"Read off from {answer.how}:")
        yield from bounded("output", answer.text, ZOOMED)
    else:
        yield block("quote", "No final answer can be read off.")
    if transcript.problem and transcript.problem.gold is not None:
        yield block("quote", "A right answer, as the task has it (the models are never shown it):")
        yield from bounded("output", _bare(transcript.problem.gold), ZOOMED)


def _bare(answer: str) -> str:
    """An answer without the signs around it that the question asks for."""
    return answer.strip().removeprefix("<<<").removesuffix(">>>")


def _check(transcript: Transcript, this: Round) -> Iterator[Block]:
    check = this.check
    if failed := failure(transcript, this, "checker"):
        yield block("quote", "A call to the checker that failed:")
        yield from failed_blocks(failed, ZOOMED)
    if check is None:
        return
    if check.verdict.reason:
        yield from bounded("quote", check.verdict.reason, ZOOMED)
    if check.verdict.extracted:
        yield block("quote", ("judged: ", "dim"), cut(check.verdict.extracted, 400))
    took = f", {duration(check.seconds)}" if check.seconds else ""
    if check.attempts:
        tries = "1 attempt" if check.attempts == 1 else f"{check.attempts} attempts"
        yield block("quote", (f"{tries}{took}", "dim"))
    if check.source:
        yield block("quote", ("the check program", "bold"))
        yield from excerpt(check.source, (), whole=True)
        run = this.executions.get(check.execution) or this.execution("self_check")
        if run:
            yield block("quote", ("what it came to", "bold"))
            yield from execution_blocks(run, ZOOMED, over=not goes_on(transcript, this))


def _truth(transcript: Transcript, this: Round, flag: Flag) -> Iterator[Block]:
    problem, truth = transcript.problem, this.truth
    if truth is None:
        yield block("quote", flag.words or "Not judged.")
        return
    words = {"pass": "No rule of the task is violated.", "fail": "The rule that the verifier found violated:"}
    yield block("quote", (words.get(truth.outcome, "Why it could not be checked:"), "bold"))
    if truth.reason:
        yield from bounded("quote", truth.reason, ZOOMED)
    if truth.extracted:
        yield block("quote", ("the answer as the verifier read it", "bold"))
        yield from bounded("output", truth.extracted, ZOOMED)
    if problem and problem.gold is not None:
        yield block("quote", ("a right answer; there may be others", "bold"))
        yield from bounded("output", _bare(problem.gold), ZOOMED)
    if problem and problem.task:
        seed = f", seed {problem.seed}" if problem.seed is not None else ""
        yield block("quote", (f"task {problem.task}{seed}; no model sees this", "dim"))


def _judged(this: Round) -> Iterator[Block]:
    judgement = this.judgement
    if judgement is None:
        yield block("quote", "There is no code that could be judged.")
        return
    if judgement.summary:
        yield block("quote", ("what the steerer is told", "bold"))
        yield from bounded("quote", judgement.summary, ZOOMED)
    lines = {line for finding in judgement.findings for line in finding.lines}
    if this.code and this.code.source:
        yield block("quote", ("the code; > marks the lines that are meant", "bold"))
        yield from excerpt(this.code.source, lines, whole=True)


def excerpt(source: str, lines: Collection[int], *, whole: bool = False) -> Iterator[Block]:
    """The lines of a program that are meant, marked, with those around them; or the whole with them marked."""
    numbered = [plain(line).replace("\n", " ") for line in source.rstrip("\n").split("\n")]
    wanted = sorted({line for line in lines if 0 < line <= len(numbered)})
    if not source.strip() or not (wanted or whole):
        return
    for at, (first, last) in enumerate([(1, len(numbered))] if whole else _ranges(wanted, len(numbered))):
        if at:
            yield block("quote", ("...", "dim"))
        marked = tuple(line for line in wanted if first <= line <= last)
        for number, part in enumerate(bounded("listing", "\n".join(numbered[first - 1 : last]), ZOOMED)):
            if part.kind == "listing":
                begins = last - part.text.count("\n") if number else first
                part = msgspec.structs.replace(part, lines=marked, first=begins)
            yield part


def _ranges(wanted: Sequence[int], count: int) -> list[tuple[int, int]]:
    """The stretches of lines that are shown, each from and up to a line."""
    found: list[tuple[int, int]] = []
    for line in wanted:
        first, last = max(1, line - AROUND), min(count, line + AROUND)
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return found
