"""The flags of a round as values: who says what of the answer and of its code, and what each rests on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias

from msgspec import Struct

from codesteer_tui.events import Finished
from codesteer_tui.steering.outcome import answer_of
from codesteer_tui.text import plain
from codesteer_tui.transcript import Round, Transcript
from codesteer_tui.tui.blocks import Block, Part
from codesteer_tui.tui.course import DECISION, cut_short, failure, goes_on, never, waits_for_person
from codesteer_tui.tui.words import OUTCOMES, RUNNING, Mark, cut, execution_mark
from codesteer_tui.values import ExecutionResult, Finding, Verdict

Source: TypeAlias = Literal["model", "own", "check", "truth", "symbolic", "finding", "run", "code"]

ANSWERED = Mark("+", "answered", "bold $text-success")
NO_ANSWER = Mark("?", "no answer", "bold $text-warning")
REFUSED = Mark("x", "REFUSED", "bold $text-error")
YOURS = Mark("*", "yours", "bold $text-secondary")
GAVE_UP = Mark("x", "GAVE UP", "bold $text-error")
NOTHING = Mark("-", "nothing", "dim")
WAITING = Mark("~", DECISION, "bold $text-warning")

FINDINGS: dict[str, Mark] = {
    "searching": Mark("+", "searches", "$text-success"),
    "symbolic": Mark("+", "symbolic", "$text-success"),
    "numerical": Mark("+", "computes", "$text-success"),
    "hard_coded": Mark("!", "hard-coded", "bold $text-warning"),
    "no_effect": Mark("!", "no effect", "bold $text-warning"),
    "no_output": Mark("x", "no output", "bold $text-error"),
    "error": Mark("x", "error", "bold $text-error"),
}

MOST_NAMED = 6
"""Lines of code that a flag names; it marks them all."""


class Flag(Struct, frozen=True):
    """One thing that was said of a round. `lines` are the lines of the code, from 1, that show it."""

    source: Source
    name: str
    mark: Mark
    words: str = ""
    reason: str = ""
    lines: tuple[int, ...] = ()
    number: int = 0

    @property
    def key(self) -> str:
        """Unique among the flags of a round."""
        return f"{self.source} {self.number}"

    @property
    def told(self) -> tuple[str, str]:
        """The mark with its word, and what is said besides; where there is no verdict the words are all there is."""
        if self.words and self.mark in (NOTHING, RUNNING, WAITING):
            return f"{self.mark.sign} {self.words}", ""
        return str(self.mark), self.words

    @property
    def is_bad(self) -> bool:
        """Whether a person should look at it first."""
        return self.mark.sign in "x!"


def flags_of(transcript: Transcript, this: Round) -> list[Flag]:
    """The flags of a round, always in the same order: the three verdicts, the code, how the program ended."""
    return [
        model_says(transcript, this),
        self_check(transcript, this),
        ground_truth(transcript, this),
        *_yours(transcript, this),
        *_symbolic(transcript, this),
        *_about_the_run(transcript, this),
    ]


def first_to_see(flags: Iterable[Flag]) -> str:
    """The key of the flag that a person should look at first: what is wrong, else what was checked."""
    known = list(flags)
    bad = next((flag for flag in known if flag.is_bad), None)
    checked = next((flag for flag in known if flag.source == "check"), None)
    chosen = bad or checked or next(iter(known), None)
    return chosen.key if chosen else ""


def model_says(transcript: Transcript, this: Round) -> Flag:
    """What the model answers, as far as it can be read off."""
    ending = transcript.ending
    said = ""
    if isinstance(ending, Finished) and ending.answer_round == this.number and not ending.own_run:
        said = ending.answer
    said = said or (this.check.verdict.extracted if this.check else "") or answer_of(this).text
    if said:
        return Flag("model", "model says", ANSWERED, cut(plain(said), 120))
    if this.answer is not None and this.answer.finish == "refused":
        return Flag("model", "model says", REFUSED, "it does not want to answer")
    if goes_on(transcript, this):
        return Flag("model", "model says", RUNNING, "...")
    if this.answer is not None:
        return Flag("model", "model says", NO_ANSWER, "none that can be read off")
    if cut_short(transcript, this):
        whole = "whole " if this.answer_text else ""
        return Flag("model", "model says", NOTHING, f"no {whole}answer: {never(transcript, this)}")
    if this.guidance and this.guidance.decision == "terminate":
        return Flag("model", "model says", GAVE_UP, "the steerer gave up")
    return Flag("model", "model says", NOTHING, "nothing in this round")


def _with_remedy(transcript: Transcript, this: Round, verdict: Verdict) -> str:
    """Why the answer could not be checked, and what helps where a call to the checker failed."""
    failed = failure(transcript, this, "checker") if verdict.outcome == "could_not_check" else None
    if failed and failed.remedy and failed.message in verdict.reason:
        return f"{verdict.reason}\n-> {failed.remedy}"
    return verdict.reason


def self_check(transcript: Transcript, this: Round) -> Flag:
    """What the program says that a model wrote to test the answer."""
    if this.check is not None:
        tries = f"{this.check.attempts} attempts" if this.check.attempts > 1 else ""
        verdict = this.check.verdict
        return Flag(
            "check", "self-check", OUTCOMES[verdict.outcome], tries, _with_remedy(transcript, this, verdict)
        )
    if waits_for_person(transcript, this, "flags"):
        return Flag("check", "self-check", WAITING)
    if goes_on(transcript, this):
        return Flag("check", "self-check", RUNNING, "checking ..." if this.answer else "...")
    if cut_short(transcript, this):
        return Flag("check", "self-check", NOTHING, f"no verdict: {never(transcript, this)}")
    return Flag("check", "self-check", NOTHING, "not asked")


def ground_truth(transcript: Transcript, this: Round) -> Flag:
    """What the verifier of a known task says."""
    unsure = OUTCOMES["could_not_check"]
    if this.truth is not None:
        return Flag("truth", "ground truth", OUTCOMES[this.truth.outcome], reason=this.truth.reason)
    if not (transcript.problem and transcript.problem.task):
        return Flag("truth", "ground truth", unsure, "no verifier for a free question")
    if goes_on(transcript, this):
        return Flag("truth", "ground truth", RUNNING, "not judged yet")
    if cut_short(transcript, this):
        return Flag("truth", "ground truth", unsure, f"not judged: {never(transcript, this)}")
    return Flag("truth", "ground truth", unsure, "not judged in this round")


def _yours(transcript: Transcript, this: Round) -> list[Flag]:
    """The answer of the person's own run, where they took it, with what there is no verdict for."""
    taken = transcript.taken
    if taken is None or taken.round != this.number:
        return []
    ending = transcript.ending
    counts = isinstance(ending, Finished) and ending.own_run == taken.execution
    words = f"{cut(plain(taken.answer), 120)}, taken" + ("" if counts else "; counts at the end")
    if not (counts and isinstance(ending, Finished)):
        return [Flag("own", "your run", YOURS, words)]
    judged = ending.verdicts
    truth = (
        OUTCOMES[judged.ground_truth].word
        if transcript.problem and transcript.problem.task
        else "no verifier"
    )
    reason = (
        f"its code: symbolic {OUTCOMES[judged.symbolic].word}; its answer: ground truth {truth}; "
        "no self-check: a model's check is of the model's answer"
    )
    return [Flag("own", "your run", YOURS, words, reason)]


def _symbolic(transcript: Transcript, this: Round) -> list[Flag]:
    judgement = this.judgement
    if judgement is None:
        mark, words = NOTHING, "no code to judge"
        if not (this.code and not this.code.source):
            if goes_on(transcript, this):
                mark, words = RUNNING, "..."
            elif cut_short(transcript, this):
                words = f"not judged: {never(transcript, this)}"
        return [Flag("symbolic", "symbolic", mark, words)]
    simple = "too simple   " if judgement.too_simple else ""
    mode = " (paper)" if judgement.mode == "paper" else ""
    lines = tuple(sorted({line for finding in judgement.findings for line in finding.lines}))
    words = f"{simple}score {judgement.score:g}{mode}"
    whole = Flag("symbolic", "symbolic", OUTCOMES[judgement.outcome], words, lines=lines)
    return [whole, *(_finding(found, number) for number, found in enumerate(judgement.findings))]


def _finding(found: Finding, number: int) -> Flag:
    return Flag("finding", "", FINDINGS[found.kind], found.message, lines=found.lines, number=number)


def _about_the_run(transcript: Transcript, this: Round) -> list[Flag]:
    """What went wrong between the answer and its output; nothing where all went well."""
    shown: list[Flag] = []
    if this.code and this.code.note:
        mark = Mark("!", this.code.outcome.replace("_", " "), "bold $text-warning")
        shown.append(Flag("code", "code", mark, this.code.note))
    run = this.execution("answer")
    if run and run.result and not (isinstance(run.result, ExecutionResult) and run.result.ok):
        over = not goes_on(transcript, this)
        words = "" if isinstance(run.result, ExecutionResult) else run.result.reason
        shown.append(Flag("run", "program", execution_mark(run, over=over), words))
    return shown


def named_lines(lines: tuple[int, ...]) -> str:
    """Lines of code in words: line 3, or lines 3, 4, 5 and so on."""
    if not lines:
        return ""
    shown = ", ".join(map(str, lines[:MOST_NAMED])) + (" ..." if len(lines) > MOST_NAMED else "")
    return f"line{'s' if len(lines) > 1 else ''} {shown}"


def side_by_side(flags: Iterable[Flag]) -> Block:
    """The three verdicts on the answer next to each other: name, mark and word."""
    parts: list[Part] = []
    for flag in flags:
        parts += [(f"{flag.name}\n", "dim"), (f"{plain(_short(flag))}\n", flag.mark.style)]
    return Block("columns", tuple(parts))


def _short(flag: Flag) -> str:
    """The mark with as few words as tell it; the reason for a missing verdict stands below."""
    told = flag.told[0]
    return told if flag.mark not in (NOTHING, RUNNING) else told.partition(":")[0]
