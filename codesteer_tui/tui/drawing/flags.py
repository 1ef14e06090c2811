"""The FLAGS pane: what the model says, what the checkers say, and ground truth where there is any."""

from __future__ import annotations

from codesteer_tui.events import Finished
from codesteer_tui.steering.outcome import answer_of
from codesteer_tui.transcript import Round, Transcript
from codesteer_tui.tui.blocks import Block, Bounds, Part, block, bounded
from codesteer_tui.tui.course import DECISION, cut_short, failure, goes_on, never, waits_for_person
from codesteer_tui.tui.drawing.calls import change_blocks, failed_blocks, note_blocks, shortened_blocks
from codesteer_tui.tui.drawing.run import execution_blocks
from codesteer_tui.tui.words import OUTCOMES, RUNNING, Mark, cut
from codesteer_tui.values import Finding, Judgement, Outcome

FINDINGS: dict[str, Mark] = {
    "searching": Mark("+", "searches", "$text-success"),
    "symbolic": Mark("+", "symbolic", "$text-success"),
    "numerical": Mark("+", "computes", "$text-success"),
    "hard_coded": Mark("!", "hard-coded", "bold $text-warning"),
    "no_effect": Mark("!", "no effect", "bold $text-warning"),
    "no_output": Mark("x", "no output", "bold $text-error"),
    "error": Mark("x", "error", "bold $text-error"),
}

_LABEL = 14


def title(transcript: Transcript, this: Round | None) -> str:
    """How many flags are up, and whether more may come. Only what passed is counted as passed."""
    if this is None:
        return ""
    opinions = _opinions(this)
    counts = [(opinions.count("fail"), "FAIL"), (opinions.count("could_not_check"), "unchecked")]
    passed = opinions.count("pass")
    if passed == 3:
        return "all passed"
    words = [f"{count} {word}" for count, word in [*counts, (passed, "passed")] if count]
    if goes_on(transcript, this) and this.answer and this.answer.finish != "broken":
        words.append(DECISION if waits_for_person(transcript, this, "flags") else "checking ...")
    elif ended := cut_short(transcript, this):
        words.append(f"then {ended.word}" if words else ended.word)
    return ", ".join(words)


def sign(transcript: Transcript, this: Round | None) -> str:
    """The flags in one character: + only where something passed and nothing is open, unsure or refuted."""
    if this is None:
        return ""
    opinions = _opinions(this)
    if "fail" in opinions:
        return OUTCOMES["fail"].sign
    if goes_on(transcript, this) and opinions.count("pass") < 3:
        return RUNNING.sign if this.answer else ""
    if ended := cut_short(transcript, this):
        return ended.sign
    for outcome in ("could_not_check", "pass"):
        if outcome in opinions:
            return OUTCOMES[outcome].sign
    return ""


def _opinions(this: Round) -> list[Outcome]:
    found: list[Outcome] = [this.judgement.outcome] if this.judgement else []
    found += [this.check.verdict.outcome] if this.check else []
    return found + ([this.truth.outcome] if this.truth else [])


def blocks(transcript: Transcript, this: Round | None, bounds: Bounds) -> list[Block]:
    """Three verdicts on the answer, the symbolic checker's findings, and reasons."""
    if this is None:
        return [block("dim", "No flags yet.")]
    return [
        *change_blocks(transcript, this, "checker"),
        block("row", *_model_says(transcript, this)),
        *_self_check(transcript, this, bounds),
        *_truth(transcript, this, bounds),
        *_symbolic(transcript, this),
        *shortened_blocks(this, "checker"),
        *note_blocks(this, "checker"),
    ]


def _row(name: str, *parts: Part) -> tuple[Part, ...]:
    return ((f"{name:<{_LABEL}}", "dim"), *parts)


def _marked(mark: Mark) -> Part:
    return str(mark), mark.style


def _model_says(transcript: Transcript, this: Round) -> tuple[Part, ...]:
    ending = transcript.ending
    taken = isinstance(ending, Finished) and ending.answer_round == this.number
    said = ending.answer if taken and isinstance(ending, Finished) else ""
    said = said or (this.check.verdict.extracted if this.check else "") or answer_of(this).text
    if said:
        return _row("model says", (cut(said, 120), "bold"))
    if this.answer is None:
        words = "..." if goes_on(transcript, this) else "nothing in this round"
        if cut_short(transcript, this):
            words = f"no {'whole ' if this.answer_text else ''}answer: {never(transcript, this)}"
        return _row("model says", (words, "dim"))
    if goes_on(transcript, this):
        return _row("model says", ("...", "dim"))
    mark = OUTCOMES["could_not_check"]
    return _row("model says", (f"{mark.sign} no answer that can be read off", mark.style))


def _self_check(transcript: Transcript, this: Round, bounds: Bounds) -> list[Block]:
    if this.check is None:
        return [block("row", *_row("self-check", (_no_self_check(transcript, this), "dim")))]
    verdict = this.check.verdict
    tries = f"   {this.check.attempts} attempts" if this.check.attempts > 1 else ""
    shown = [block("row", *_row("self-check", _marked(OUTCOMES[verdict.outcome]), (tries, "dim")))]
    if verdict.reason:
        shown += bounded("quote", verdict.reason, bounds)
    failed = failure(transcript, this, "checker") if verdict.outcome == "could_not_check" else None
    if failed and failed.remedy and failed.message in verdict.reason:
        shown.append(block("note", f"-> {failed.remedy}"))
    return shown


def _no_self_check(transcript: Transcript, this: Round) -> str:
    if waits_for_person(transcript, this, "flags"):
        return DECISION
    if goes_on(transcript, this):
        return "checking ..." if this.answer else "..."
    return f"no verdict: {never(transcript, this)}" if cut_short(transcript, this) else "not asked"


def _truth(transcript: Transcript, this: Round, bounds: Bounds) -> list[Block]:
    if this.truth is None:
        mark = OUTCOMES["could_not_check"]
        if not (transcript.problem and transcript.problem.task):
            said = (f"{mark.sign} no verifier for a free question", "$text-warning")
        elif goes_on(transcript, this):
            said = ("not judged yet", "dim")
        elif cut_short(transcript, this):
            said = (f"{mark.sign} not judged: {never(transcript, this)}", "$text-warning")
        else:
            said = (f"{mark.sign} not judged in this round", "$text-warning")
        return [block("row", *_row("ground truth", said))]
    shown = [block("row", *_row("ground truth", _marked(OUTCOMES[this.truth.outcome])))]
    if this.truth.reason:
        shown += bounded("quote", this.truth.reason, bounds)
    return shown


def _symbolic(transcript: Transcript, this: Round) -> list[Block]:
    judgement = this.judgement
    if judgement is None:
        return [block("row", *_row("symbolic", (_not_judged(transcript, this), "dim")))]
    simple = "   too simple" if judgement.too_simple else ""
    mode = " (paper)" if judgement.mode == "paper" else ""
    score = (f"   score {judgement.score:g}{mode}", "dim")
    head = _row("symbolic", _marked(OUTCOMES[judgement.outcome]), (simple, "bold $text-warning"), score)
    return [block("row", *head), *(_finding(found) for found in judgement.findings)]


def _not_judged(transcript: Transcript, this: Round) -> str:
    if this.code and not this.code.source:
        return "no code to judge"
    if goes_on(transcript, this):
        return "..."
    return f"not judged: {never(transcript, this)}" if cut_short(transcript, this) else "no code to judge"


def _finding(found: Finding) -> Block:
    mark = FINDINGS[found.kind]
    return block("quote", _marked(mark), f"  {found.message}", (_lines(found.lines), "dim"))


def _lines(lines: tuple[int, ...]) -> str:
    if not lines:
        return ""
    shown = ", ".join(map(str, lines[:6])) + (" ..." if len(lines) > 6 else "")
    return f"  line{'s' if len(lines) > 1 else ''} {shown}"


def evidence(transcript: Transcript, this: Round, bounds: Bounds) -> list[Block]:
    """What the flags rest on: the lines of code, the check program, and what it printed."""
    shown = blocks(transcript, this, bounds)
    if this.judgement and this.code:
        shown += _shown_lines(this.judgement, this.code.source)
    if failed := failure(transcript, this, "checker"):
        shown += [block("heading", "a call to the checker that failed"), *failed_blocks(failed, bounds)]
    if this.check and this.check.source:
        shown += [block("heading", "the check program"), *bounded("code", this.check.source, bounds)]
        run = this.executions.get(this.check.execution) or this.execution("self_check")
        if run:
            shown += [
                block("heading", "what it came to"),
                *execution_blocks(run, bounds, over=not goes_on(transcript, this)),
            ]
    return shown


def _shown_lines(judgement: Judgement, source: str) -> list[Block]:
    numbered = source.split("\n")
    wanted = sorted({n for found in judgement.findings for n in found.lines if 0 < n <= len(numbered)})[:40]
    if not wanted:
        return []
    lines = "\n".join(f"{n:>4}  {numbered[n - 1]}" for n in wanted)
    return [block("heading", "the lines of code that show it"), block("code", lines)]


def peek(transcript: Transcript, this: Round | None) -> str:
    """The flags in one line."""
    return title(transcript, this)


def to_copy(transcript: Transcript, this: Round | None) -> str:
    """What `y` copies: the check program, else the reasons."""
    if this is None:
        return ""
    if this.check and this.check.source:
        return this.check.source
    return "\n".join(b.text for b in blocks(transcript, this, Bounds()))
