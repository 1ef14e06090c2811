"""Charts as text: tokens, seconds and cost of a session by round and role, its scores, and verdicts over sessions.

Bars are made of a sign for each role, so they can be told apart without colour, copied, and read aloud.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from codesteer_tui.text import money
from codesteer_tui.transcript import Round, Transcript
from codesteer_tui.tui.blocks import Block, Part, block
from codesteer_tui.tui.words import OUTCOMES, amount, cut, duration
from codesteer_tui.values import ExecutionResult, Outcome, Role, Usage

Numbers: TypeAlias = Mapping[str, float]

LABEL = 6
"""Columns for the number of a round."""

LEAST_BAR = 10


class Kind(NamedTuple):
    """Whose part of a bar it is: its sign, its style, its name."""

    sign: str
    style: str
    name: str


KINDS: dict[str, Kind] = {
    "steerer": Kind("=", "$text-accent", "steerer"),
    "task_llm": Kind("#", "$text-primary", "TaskLLM"),
    "checker": Kind("%", "$text-success", "checker"),
    "program": Kind("-", "$text-warning", "program"),
}
ROLES: tuple[Role, ...] = ("steerer", "task_llm", "checker")


def session_charts(transcript: Transcript, width: int) -> list[Block]:
    """What a session took and how its code was judged, in charts `width` columns wide."""
    rounds = transcript.rounds
    if not any(r.usage or r.answer for r in rounds):
        return [block("note", "Nothing to draw yet: no round has an answer.")]
    shown = [*_totals(transcript), block("note", _legend())]
    shown += stacked("Tokens by round", rounds, tokens_of, lambda n: amount(int(n)), width)
    shown += stacked("Seconds by round", rounds, seconds_of, duration, width)
    if transcript.bill.usd:
        shown += stacked("Cost by round", rounds, cost_of, lambda n: money(n) or "$0", width)
        if transcript.bill.unknown:
            shown.append(block("note", "The price of some calls is not known; they are missing above."))
    return [*shown, *score_chart(rounds, width)]


def _legend() -> str:
    return "   ".join(f"{kind.sign} {kind.name}" for kind in KINDS.values())


def tokens_of(this: Round) -> Numbers:
    """Tokens in and out of each role in a round."""
    return {role: float(usage.tokens) for role, usage in this.usage.items()}


def cost_of(this: Round) -> Numbers:
    """US dollars of each role in a round, where the price is known."""
    return {role: usage.usd for role, usage in this.usage.items() if usage.usd}


def seconds_of(this: Round) -> Numbers:
    """Seconds of each role in a round, and of the programs beside the checker's."""
    runs = [run.result for run in this.executions.values() if run.purpose != "self_check"]
    return {
        "steerer": this.guidance_seconds,
        "task_llm": this.answer.seconds if this.answer else 0.0,
        "checker": this.check.seconds if this.check else 0.0,
        "program": sum(r.wall_ms / 1000 for r in runs if isinstance(r, ExecutionResult)),
    }


def _totals(transcript: Transcript) -> list[Block]:
    """A table: tokens in and out, seconds and cost of each role over the session."""
    seconds = [seconds_of(this) for this in transcript.rounds]
    shown = [
        block("heading", ("The session", "bold $text-primary")),
        block("quote", (f"{'':<10}{'in':>8}{'out':>8}{'seconds':>12}{'cost':>12}", "dim")),
    ]
    for role in ROLES:
        usage = transcript.usage.get(role, Usage())
        took = sum(of.get(role, 0.0) for of in seconds)
        if not usage.tokens and not took:
            continue
        about = "~" if usage.estimated else ""
        row = f"{about + amount(usage.input_tokens):>8}{about + amount(usage.output_tokens):>8}{duration(took):>12}"
        cost = money(
            usage.usd or 0.0, estimated=usage.estimated, unknown=usage.usd is None and usage.tokens > 0
        )
        kind = KINDS[role]
        shown.append(block("quote", (f"{kind.name:<10}", kind.style), f"{row}{cost or '-':>12}"))
    if took := sum(of["program"] for of in seconds):
        kind = KINDS["program"]
        shown.append(block("quote", (f"{'programs':<10}", kind.style), f"{'':>16}{duration(took):>12}"))
    return shown


def stacked(
    title: str,
    rounds: Sequence[Round],
    numbers: Callable[[Round], Numbers],
    said: Callable[[float], str],
    width: int,
) -> list[Block]:
    """A bar for each round with a part for each role, all to one scale, and the number behind it."""
    known = [(this.number, numbers(this)) for this in rounds]
    most = max((sum(of.values()) for _, of in known), default=0.0)
    if not most:
        return []
    ends = [said(sum(of.values())) for _, of in known]
    room = max(LEAST_BAR, width - LABEL - max(map(len, ends)) - 4)
    shown = [block("heading", (title, "bold $text-primary"))]
    for (number, of), end in zip(known, ends, strict=True):
        parts = _bar([(KINDS[who], of.get(who, 0.0)) for who in KINDS], most, room)
        shown.append(block("quote", (f"{f'R{number}':<{LABEL}}", "bold"), *parts, f" {end}"))
    return shown


def _bar(values: Iterable[tuple[Kind, float]], most: float, room: int) -> list[Part]:
    """The parts of a bar. What there is has at least one sign, and no bar is longer than the room."""
    parts: list[Part] = []
    end, drawn = 0.0, 0
    for kind, value in values:
        if value <= 0:
            continue
        end += value
        length = max(1, round(end / most * room) - drawn)
        length = min(length, max(0, room - drawn))
        drawn += length
        parts.append((kind.sign * length, kind.style))
    return parts


def score_chart(rounds: Sequence[Round], width: int) -> list[Block]:
    """The symbolic checker's complexity score of each round that has code."""
    judged = [(this.number, this.judgement) for this in rounds if this.judgement]
    if not judged:
        return []
    most = max((judgement.score for _, judgement in judged), default=0.0) or 1.0
    room = max(LEAST_BAR, width - LABEL - 4 - len("0000.0  too simple"))
    shown = [block("heading", ("Complexity of the code by round", "bold $text-primary"))]
    for number, judgement in judged:
        length = max(0, round(judgement.score / most * room))
        simple = judgement.too_simple
        bar = ("*" * length, "$text-warning" if simple else "$text-success")
        end = f" {judgement.score:.4g}{'  too simple' if simple else ''}"
        shown.append(block("quote", (f"{f'R{number}':<{LABEL}}", "bold"), bar, end))
    return shown


class Judged(NamedTuple):
    """One kept session as the charts count it: what it is grouped by, and what the answer was found to be."""

    task: str
    model: str
    difficulty: str
    outcome: Outcome | None


MOST_GROUPS = 40


def verdict_charts(judged: Sequence[Judged], width: int) -> list[Block]:
    """Over the kept sessions: how many answers were right, by task, by model and by difficulty."""
    if not judged:
        return [block("note", "No session is kept yet.")]
    signs = "   ".join(map(str, OUTCOMES.values()))
    count = f"{len(judged)} session{'s' * (len(judged) > 1)}"
    shown = [block("note", f"{count}, by ground truth, else by the self-check\n{signs}   . none")]
    groups: tuple[tuple[str, Callable[[Judged], str]], ...] = (
        ("By task", lambda one: one.task),
        ("By model", lambda one: one.model),
        ("By difficulty, where the task's knobs are known", lambda one: one.difficulty),
    )
    for title, group in groups:
        shown += _groups(title, judged, group, width)
    return shown


def _ending(ones: Sequence[Judged]) -> str:
    """How many of those that were judged are right, and how many nothing is known of."""
    right, wrong = (sum(one.outcome == outcome for one in ones) for outcome in ("pass", "fail"))
    rest = len(ones) - right - wrong
    if rest == len(ones):
        return "not judged"
    return f"{right} of {right + wrong} right" + (f", {rest} not judged" if rest else "")


def _groups(title: str, judged: Sequence[Judged], group: Callable[[Judged], str], width: int) -> list[Block]:
    found: dict[str, list[Judged]] = {}
    for one in judged:
        if name := group(one):
            found.setdefault(name, []).append(one)
    if not found:
        return []
    label = min(max(map(len, found)) + 2, max(14, width // 3))
    most = max(map(len, found.values()))
    ends = {name: _ending(ones) for name, ones in found.items()}
    needed = max(map(len, ends.values()))
    room = min(most, max(LEAST_BAR, width - label - needed - 5))  # a sign a session, where they fit
    shown = [block("heading", (title, "bold $text-primary"))]
    ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    for name, ones in ordered[:MOST_GROUPS]:
        kinds = {outcome: Kind(mark.sign, mark.style, mark.word) for outcome, mark in OUTCOMES.items()}
        values = [
            (kind, float(sum(one.outcome == outcome for one in ones))) for outcome, kind in kinds.items()
        ]
        none = sum(one.outcome is None for one in ones)
        bar = _bar([*values, (Kind(".", "dim", ""), float(none))], most, room)
        shown.append(block("quote", f"{cut(name, label - 1):<{label}}", *bar, f" {ends[name]}"))
    if (left := len(ordered) - MOST_GROUPS) > 0:
        shown.append(block("note", f"and {left} more with fewer sessions"))
    return shown
