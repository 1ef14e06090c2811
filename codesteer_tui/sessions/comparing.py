"""Two or more sessions side by side: what each came to, and where the course of two of them first differs.

Rounds are aligned by their numbers. Seconds, tokens and prices are told, but make no difference: no two runs take
the same time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from msgspec import Struct

from codesteer_tui import events as ev
from codesteer_tui.sessions.export import lasting, spent
from codesteer_tui.steering.baselines import BASELINES
from codesteer_tui.steering.outcome import not_run_reason
from codesteer_tui.text import plain
from codesteer_tui.transcript import Round, Transcript
from codesteer_tui.values import Bill, ExecutionResult, Outcome, RoleInfo, Verdict

WORDS: dict[Outcome, str] = {"pass": "+ pass", "fail": "x FAIL", "could_not_check": "? could not check"}
"""Verdicts as they stand in a comparison."""

NOTHING = "-"


class Figures(Struct, frozen=True):
    """What a session came to, in words: one line each, `NOTHING` where there is nothing to say."""

    session: str
    steering: str
    task_llm: str
    checker: str
    ended: str
    answer: str
    symbolic: str
    self_check: str
    ground_truth: str
    rounds: str
    used: str
    took: str


LABELS: dict[str, str] = {
    "session": "session",
    "steering": "steering",
    "task_llm": "TaskLLM",
    "checker": "checker",
    "ended": "ended",
    "answer": "answer",
    "symbolic": "symbolic",
    "self_check": "self-check",
    "ground_truth": "ground truth",
    "rounds": "rounds",
    "used": "used",
    "took": "took",
}
"""The fields of `Figures` and what people call them."""


class Fact(Struct, frozen=True):
    """One fact of a round in both sessions; empty where one has none. `is_code`: it is a program."""

    name: str
    a: str
    b: str
    is_code: bool = False

    @property
    def same(self) -> bool:
        """Whether it is the same in both."""
        return self.a == self.b

    @property
    def line(self) -> int:
        """The first line that differs, from 1; 0 where none does."""
        lines = zip_longest(self.a.split("\n"), self.b.split("\n"))
        return next((number for number, (a, b) in enumerate(lines, 1) if a != b), 0)

    @property
    def lines(self) -> tuple[str, str]:
        """The first line that differs, as it is in each."""
        place = self.line - 1
        a, b = (text.split("\n") for text in (self.a, self.b))
        return (a[place] if 0 <= place < len(a) else "", b[place] if 0 <= place < len(b) else "")


class Pair(Struct, frozen=True):
    """One round in both sessions. `there` says in which of them there is such a round; `took` what it took."""

    number: int
    there: tuple[bool, bool]
    facts: tuple[Fact, ...]
    took: tuple[str, str]

    @property
    def different(self) -> tuple[Fact, ...]:
        """The facts that are not the same, in the order in which they came about."""
        return tuple(fact for fact in self.facts if not fact.same)


class Comparison(Struct, frozen=True):
    """Two sessions, round by round."""

    a: Figures
    b: Figures
    same_problem: bool
    pairs: tuple[Pair, ...]

    @property
    def first(self) -> tuple[int, Fact] | None:
        """The round and the fact in which they first differ; None where their course is the same."""
        return next(((pair.number, pair.different[0]) for pair in self.pairs if pair.different), None)


def figures(transcript: Transcript) -> Figures:
    """What a session came to."""
    ending, roles = transcript.ending, transcript.roles
    finished = ending if isinstance(ending, ev.Finished) else None
    judged = finished.verdicts if finished else None
    count = len(transcript.rounds)
    return Figures(
        session=transcript.session or NOTHING,
        steering=_steering(transcript),
        task_llm=_who(roles.get("task_llm")),
        checker=_who(roles.get("checker")),
        ended=_ended(transcript),
        answer=_answer(finished) or NOTHING,
        symbolic=WORDS[judged.symbolic] if judged else NOTHING,
        self_check=WORDS[judged.self_check] if judged else NOTHING,
        ground_truth=WORDS[judged.ground_truth] if judged else NOTHING,
        rounds=f"{count}",
        used=spent(transcript.bill) if transcript.bill.usage.tokens else NOTHING,
        took=lasting(transcript.seconds),
    )


def _steering(transcript: Transcript) -> str:
    if about := next((about for name, about in BASELINES.items() if name == transcript.baseline), None):
        return f"baseline: {about.name}"
    steerer = _who(transcript.roles.get("steerer"))
    changes = [change for change in transcript.mode_changes if change.before != change.after]
    if changes:
        ways = [*(change.before for change in changes), transcript.mode]
        return f"{steerer}, {' -> '.join(ways)}"
    return {
        "auto": steerer,
        "approve": f"{steerer}, approved by the person",
        "manual": "the person",
        "off": "nobody",
    }[transcript.mode]


def _answer(finished: ev.Finished | None) -> str:
    """The answer in the end; one that the person took of a run of their own is marked."""
    said = plain(finished.answer) if finished else ""
    return f"* {said} (by the person)" if finished and finished.own_run and said else said


def _who(info: RoleInfo | None) -> str:
    return plain(info.label or info.model or info.provider) if info else NOTHING


def _ended(transcript: Transcript) -> str:
    match transcript.ending:
        case ev.Finished(reason=reason):
            return plain(reason) or "finished"
        case ev.Failed(message=message):
            return f"failed: {plain(message)}"
        case ev.Cancelled() as ending:
            return "broken off" if ending.broke_off else "stopped"
    return "not ended"


def compare(a: Transcript, b: Transcript) -> Comparison:
    """Lay two sessions side by side."""
    rounds = [{this.number: this for this in transcript.rounds} for transcript in (a, b)]
    numbers = sorted(rounds[0].keys() | rounds[1].keys())
    questions = [transcript.problem.question if transcript.problem else "" for transcript in (a, b)]
    return Comparison(
        figures(a),
        figures(b),
        questions[0] == questions[1],
        tuple(_pair(number, rounds[0].get(number), rounds[1].get(number)) for number in numbers),
    )


def _pair(number: int, a: Round | None, b: Round | None) -> Pair:
    told = [dict(_facts(this)) if this else {} for this in (a, b)]
    names = [name for name in FACTS if told[0].get(name) or told[1].get(name)]
    facts = (Fact(name, told[0].get(name, ""), told[1].get(name, ""), name == "code") for name in names)
    return Pair(number, (a is not None, b is not None), tuple(facts), (_took(a), _took(b)))


FACTS = (
    "decision",
    "guidance",
    "answer",
    "code",
    "run",
    "output",
    "symbolic",
    "self-check",
    "ground truth",
)
"""The facts of a round in the order in which they come about."""


def _facts(this: Round) -> Iterator[tuple[str, str]]:
    if guidance := this.guidance:
        yield "decision", guidance.decision.replace("_", " ")
        hint = f"\n\n{guidance.hint}" if guidance.hint else ""
        yield "guidance", plain(guidance.text + hint).strip()
    if this.answer:
        yield "answer", plain(this.answer.text).strip()
    if this.code and this.code.source:
        yield "code", plain(this.code.source).strip()
    run = this.execution("answer")
    if run and isinstance(run.result, ExecutionResult):
        yield "run", run.result.verdict
        yield "output", plain("\n".join(text for text in run.output if text)).strip()
    elif not_run := not_run_reason(this):
        yield "run", f"not run: {plain(not_run.reason)}"
    if this.judgement:
        yield "symbolic", f"{WORDS[this.judgement.outcome]}, score {this.judgement.score:g}"
    if this.check:
        yield "self-check", _verdict(this.check.verdict)
    if this.truth:
        yield "ground truth", _verdict(this.truth)


def _verdict(verdict: Verdict) -> str:
    return f"{WORDS[verdict.outcome]}: {plain(verdict.reason)}".strip(": ")


def _took(this: Round | None) -> str:
    """Tokens and money of a round."""
    bill = Bill()
    for usage in this.usage.values() if this else ():
        bill += usage
    return spent(bill) if bill.usage.tokens else ""


def as_lines(sides: Sequence[Figures], names: Sequence[str], width: int) -> list[str]:
    """The figures of several sessions as a table: a line for each, a column for each session."""
    first = max(map(len, LABELS.values())) + 2
    room = max(12, (width - first) // max(1, len(sides)) - 2)
    lines = [" " * first + "  ".join(f"{name:<{room}}" for name in names)]
    for field, label in LABELS.items():
        cells = [_cut(getattr(side, field), room) for side in sides]
        lines.append(f"{label:<{first}}" + "  ".join(f"{cell:<{room}}" for cell in cells))
    return [line.rstrip() for line in lines]


def course_lines(comparison: Comparison, names: tuple[str, str], width: int) -> list[str]:
    """The rounds of two sessions and where they first differ, as lines of text."""
    lines = [] if comparison.same_problem else ["The problems are not the same.", ""]
    for pair in comparison.pairs:
        lines.append(f"R{pair.number}  {state_of(pair, names)}")
    lines.append("")
    if comparison.first is None:
        return [*lines, "Their course is the same."]
    number, fact = comparison.first
    at = f", line {fact.line}" if fact.line > 1 or "\n" in fact.a + fact.b else ""
    lines.append(f"first difference: R{number}, {fact.name}{at}")
    return lines + [
        f"  {name}  {_cut(line, width - 6) or '(nothing)'}"
        for name, line in zip(names, fact.lines, strict=True)
    ]


def state_of(pair: Pair, names: tuple[str, str]) -> str:
    """How a round compares, in words."""
    if not all(pair.there):
        return f"only in {names[0] if pair.there[0] else names[1]}"
    if not pair.different:
        return "the same in both"
    return f"not the same: {', '.join(fact.name for fact in pair.different)}"


def _cut(text: str, width: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= width else line[: max(1, width - 1)] + "…"
