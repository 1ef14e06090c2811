"""What can be taken out of a session: what a person copies by its name, and the forms of an export."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from codesteer_tui.sessions.markdown import round_markdown, session_markdown
from codesteer_tui.transcript import Round, Transcript


class Thing(NamedTuple):
    """Something that can be copied: what it is, and how it is taken from the shown round."""

    about: str
    take: Callable[[Transcript, Round], str]


def _output(transcript: Transcript, this: Round) -> str:
    run = this.execution("answer")
    return (run.output[0] or run.output[1]) if run else ""


THINGS: dict[str, Thing] = {
    "code": Thing("the program of the round", lambda _, r: r.code.source if r.code else ""),
    "answer": Thing("the TaskLLM's answer, whole", lambda _, r: r.answer_text),
    "output": Thing("what the program printed", _output),
    "guidance": Thing("the guidance as it was sent", lambda _, r: r.guidance.text if r.guidance else ""),
    "check": Thing("the program that tests the answer", lambda _, r: r.check.source if r.check else ""),
    "problem": Thing("the question", lambda t, _: t.problem.question if t.problem else ""),
    "round": Thing("all of the round, as Markdown", round_markdown),
    "session": Thing("all rounds, as Markdown", lambda t, _: session_markdown(t)),
}
"""What `/copy` takes."""
