"""How it ended: the answer with its verdicts, or what went wrong and what to do about it."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from codesteer_tui import events as ev
from codesteer_tui.text import plain
from codesteer_tui.transcript import Transcript
from codesteer_tui.tui.blocks import Part
from codesteer_tui.tui.words import OUTCOMES, cut
from codesteer_tui.values import Verdicts

LOOKS = ("-good", "-bad", "-unsure")


class EndingPanel(Static):
    """A few lines above the prompt, hidden while there is nothing to say."""

    def __init__(self) -> None:
        super().__init__(id="ending", markup=False)

    def clear(self) -> None:
        """Hide it."""
        self._look("")
        self.update("")

    def explain(self, message: str, remedy: str = "") -> None:
        """Say what went wrong, and what to do."""
        parts: list[Part] = [("x ", "bold $text-error"), (plain(message), "bold")]
        if remedy:
            parts += ["\n  ", ("-> ", "dim"), plain(remedy)]
        self._put("-bad", parts)

    def show(self, transcript: Transcript) -> None:
        """Say how the run ended."""
        match transcript.ending:
            case ev.Finished(answer=answer, verdicts=verdicts) as ending if answer:
                at = f" (R{ending.answer_round})" if ending.answer_round is not None else ""
                head: list[Part] = [
                    ("ANSWER", "bold"),
                    (f"{at}  ", "dim"),
                    (cut(plain(answer), 200), "bold"),
                ]
                self._put(_look(verdicts), [*head, "\n", *verdict_parts(verdicts), *_reason(ending)])
            case ev.Finished() as ending:
                self._put("-unsure", [("NO ANSWER", "bold"), *_reason(ending)])
            case ev.Failed(message=message, remedy=remedy):
                self.explain(message, remedy)
            case ev.Cancelled():
                self._put("-unsure", [("STOPPED", "bold"), "  What came is kept and recorded."])
            case None:
                self.clear()

    def _put(self, look: str, parts: list[Part]) -> None:
        self._look(look)
        self.update(Content.assemble(*parts))

    def _look(self, look: str) -> None:
        for known in LOOKS:
            self.set_class(known == look, known)


def _look(verdicts: Verdicts) -> str:
    opinions = (verdicts.ground_truth, verdicts.self_check)
    if "fail" in opinions:
        return "-bad"
    return "-good" if "pass" in opinions else "-unsure"


def _reason(ending: ev.Finished) -> list[Part]:
    return [(f"   {cut(plain(ending.reason), 160)}", "dim")] if ending.reason else []


def verdict_parts(verdicts: Verdicts) -> list[Part]:
    """The three verdicts side by side, each in words with its mark."""
    parts: list[Part] = []
    rows = (
        ("symbolic", verdicts.symbolic),
        ("self-check", verdicts.self_check),
        ("ground truth", verdicts.ground_truth),
    )
    for name, outcome in rows:
        mark = OUTCOMES[outcome]
        parts += [(f"{name} ", "dim"), (str(mark), mark.style), "   "]
    return parts[:-1]
