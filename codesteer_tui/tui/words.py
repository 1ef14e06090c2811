"""The words and marks that the screen uses for outcomes, decisions, sizes and times.

Every mark is ASCII and comes with a word; colour only repeats what they say.
"""

from __future__ import annotations

import textwrap
from typing import NamedTuple

from codesteer_tui.transcript import Execution, Round
from codesteer_tui.values import ExecutionResult, Isolation, NotRun, Outcome, RoleInfo, Usage


class Mark(NamedTuple):
    """A mark, its word, and the style that repeats them."""

    sign: str
    word: str
    style: str

    def __str__(self) -> str:
        return f"{self.sign} {self.word}"


OUTCOMES: dict[Outcome, Mark] = {
    "pass": Mark("+", "pass", "bold $text-success"),
    "fail": Mark("x", "FAIL", "bold $text-error"),
    "could_not_check": Mark("?", "could not check", "bold $text-warning"),
}

DECISIONS: dict[str, str] = {
    "code": "CODE",
    "text": "TEXT",
    "refine": "REFINE",
    "return_answer": "RETURN ANSWER",
    "terminate": "GIVE UP",
}

SHORT_DECISIONS: dict[str, str] = {
    "code": "code",
    "text": "text",
    "refine": "refine",
    "return_answer": "return",
    "terminate": "give up",
}

ISOLATION: dict[Isolation, Mark] = {
    "container": Mark("+", "container", "$text-success"),
    "reduced": Mark("!", "reduced isolation", "bold $text-warning"),
    "none": Mark("!", "no isolation: built-in demo only", "bold $text-warning"),
    "not_run": Mark("?", "code is shown, not run", "bold $text-warning"),
}

RUNNING = Mark("~", "running", "$text-accent")
BROKEN_OFF = Mark("-", "broken off", "bold $text-warning")


def execution_mark(run: Execution, *, over: bool = False) -> Mark:
    """How a program ended. `not run` is the sandbox's matter and never looks like a failing program.

    `over`: no more is to come, so that a program without an ending was broken off.
    """
    match run.result:
        case None if over:
            return BROKEN_OFF
        case None:
            return RUNNING
        case NotRun():
            return Mark("?", "not run", "bold $text-warning")
        case ExecutionResult() as result if result.ok:
            return Mark("+", result.verdict, "bold $text-success")
        case ExecutionResult() as result:
            return Mark("x", result.verdict, "bold $text-error")


def round_marks(this: Round, *, over: bool = False) -> list[Mark]:
    """What a round came to, the most telling first; empty while nothing is known. `over` as above."""
    marks: list[Mark] = []
    if this.truth:
        marks.append(_named(this.truth.outcome, "right", "WRONG", "truth unknown"))
    if this.judgement and this.judgement.outcome == "fail":
        marks.append(
            Mark("!", "lazy code" if this.judgement.too_simple else "bad code", "bold $text-warning")
        )
    if this.check:
        marks.append(_named(this.check.verdict.outcome, "checked", "check FAILED", "unchecked"))
    run = this.execution("answer")
    if run and not (isinstance(run.result, ExecutionResult) and run.result.ok):
        marks.append(execution_mark(run, over=over))
    return marks


def _named(outcome: Outcome, good: str, bad: str, unknown: str) -> Mark:
    mark = OUTCOMES[outcome]
    return Mark(mark.sign, {"pass": good, "fail": bad, "could_not_check": unknown}[outcome], mark.style)


def clock(seconds: float) -> str:
    """Minutes and seconds: 00:41, 1:02:03."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60:02}:{rest % 60:02}"


def duration(seconds: float) -> str:
    """A duration in the unit that reads best: 40 ms, 1.7 s, 2 min 5 s."""
    if seconds < 0.0995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 99.95:
        return f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60)} s"


def amount(count: int) -> str:
    """A count in few characters: 940, 1.2k, 3.4M."""
    if count < 1000:
        return str(count)
    return f"{count / 1000:.1f}k" if count < 999_950 else f"{count / 1e6:.1f}M"


def size(count: int) -> str:
    """Bytes for people: 512 B, 1.5 KiB, 3.0 MiB."""
    if count < 1024:
        return f"{count} B"
    return f"{count / 1024:.1f} KiB" if count < 1 << 20 else f"{count / (1 << 20):.1f} MiB"


def who(info: RoleInfo) -> str:
    """Who plays a role, as it is written in [roles]."""
    if info.kind in ("rules", "off"):
        return "built-in rules" if info.kind == "rules" else "off"
    return info.provider if info.kind == "demo" or not info.model else f"{info.provider}:{info.model}"


def tokens(usage: Usage) -> str:
    """Tokens in and out; a tilde where the provider gave no count."""
    about = "~" if usage.estimated else ""
    return f"{about}{amount(usage.input_tokens)} in {about}{amount(usage.output_tokens)} out"


def cut(text: str, width: int) -> str:
    """One line of at most `width` characters."""
    line = " ".join(text.split())
    return line if len(line) <= width else line[: max(0, width - 1)] + "…" if width > 0 else ""


def two_lines(text: str, width: int) -> str:
    """The text in at most two lines: each paragraph in one where there are several, else wrapped."""
    paragraphs = text.strip().split("\n")
    if len(paragraphs) > 1:
        return "\n".join(cut(paragraph, width) for paragraph in paragraphs[:2])
    return "\n".join(textwrap.wrap(text, width, max_lines=2, placeholder=" …"))
