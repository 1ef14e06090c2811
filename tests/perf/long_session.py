"""Sessions as long as one likes, made of a recorded one: of streamed text, or without any."""

from __future__ import annotations

import msgspec

from codesteer_tui import events as ev
from codesteer_tui.events import Event
from tests.recordings.build import game24

ROUNDS = 6


def streamed(count: int) -> list[Event]:
    """About `count` events, nearly all of them pieces of the answers of six rounds."""
    return _long(max(1, (count - 80) // ROUNDS), ROUNDS)


def of_facts(count: int) -> list[Event]:
    """About `count` events without any pieces of text: what tells how far weights are loaded, in forty rounds."""
    return _long(count // 40, 40, loading=True)


def _long(pieces: int, rounds: int, *, loading: bool = False) -> list[Event]:
    first, *rest = game24()
    kinds = (
        ev.GuidanceGiven,
        ev.AnswerGiven,
        ev.CodeFound,
        ev.ExecutionStarted,
        ev.ExecutionFinished,
        ev.CodeJudged,
    )
    facts = [next(e for e in rest if isinstance(e, kind)) for kind in kinds]
    words = [f"word{k}\n" if k % 12 == 0 else f"word{k} " for k in range(pieces)]
    made: list[Event] = [first]
    for number in range(rounds):
        made.append(ev.RoundStarted(round=number))
        for fact in facts:
            changes: dict[str, object] = {"round": number}
            if isinstance(fact, ev.ExecutionStarted | ev.ExecutionFinished):
                changes["id"] = f"x{number}"
            if isinstance(fact, ev.AnswerGiven) and loading:
                made += [_loading(number, place / pieces) for place in range(pieces)]
            elif isinstance(fact, ev.AnswerGiven):
                made += [ev.AnswerDelta(round=number, text=word) for word in words]
                changes["text"] = "".join(words) or fact.text
            made.append(msgspec.structs.replace(fact, **changes))
        made.append(ev.RoundFinished(round=number))
    made.append(rest[-1])
    return [msgspec.structs.replace(event, at=place / 100) for place, event in enumerate(made)]


def _loading(number: int, fraction: float) -> Event:
    return ev.LoadingDelta(round=number, role="task_llm", what="prompt", fraction=fraction)
