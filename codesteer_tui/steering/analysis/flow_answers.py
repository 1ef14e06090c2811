"""Do the outputs of a program leave anything to be computed, or can it only ever show one written answer?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from codesteer_tui.steering.analysis.flow_values import Output, Path

_MARKS = re.compile(r"<<<|>>>")
_FALLBACK = re.compile(
    r"\W*|-1|nil|null|none|n/?a|nan|no|not|false|fail(ed|ure)?|error|unknown"
    r"|.*\b(no|not|none|never|without|cannot|can't|couldn't|could not|unable|did not|doesn't)\b.*"
    r"\b(solution|answer|found|find|result|match|exist|exists|expression|way|path|possible|solve|solved|solvable"
    r"|valid|reach|reached|reachable|available|work|works|make|get|satisfy)\b.*"
    r"|.*\b(impossible|unsolvable|unsatisfiable|infeasible|invalid|incorrect|unreachable|fail|failed|error|wrong)\b.*",
    re.IGNORECASE | re.DOTALL,
)
_AFFIRMING = re.compile(
    r"\b(yes|true|found|valid|possible|solvable|satisfiable|feasible|correct|reachable|consistent|exists?|ok"
    r"|pass|passed|success|solved|balanced|holds|equal)\b",
    re.IGNORECASE,
)
_MOST_WORDS = 6


def only_confirms(outputs: Sequence[Output]) -> bool:
    """Whether outputs of which none is computed can show one answer only, whatever the tests around them say.

    Yes and no are two answers; a word for success alone is one too where a loop searches for what it reports.
    """
    looped = any(output.looped for output in outputs)
    shown = alternatives(outputs)
    answers = {text for text in shown if not _FALLBACK.fullmatch(_bare(text))}
    if len(answers) != 1:
        return len(answers) < 2
    [answer] = answers
    if not _affirms(answer):
        return True
    negated = {text for text in shown if text != answer and _bare(text)}
    return not negated and (not looped or bool(_MARKS.search(answer)))


def alternatives(outputs: Sequence[Output]) -> frozenset[str]:
    """The texts between which computed tests choose; what is printed together counts as one."""
    arms: dict[Path, list[Output]] = {}
    for output in outputs:
        if output.decided:
            arms.setdefault(output.path, []).append(output)
    found: set[str] = set()
    for path, together in arms.items():
        inside = any(other != path and other[: len(path)] == path for other in arms)
        if path and inside and not any(output.chosen for output in together):
            # A heading of what is printed further inside.
            continue
        chosen = [output for output in together if output.chosen]
        if chosen:
            found |= max((output.texts for output in chosen), key=lambda texts: (len(texts), sorted(texts)))
        else:
            found.add("\n".join(min(output.texts, default="") for output in together))
    return frozenset(found)


def only_written(marked: Sequence[Output]) -> bool:
    """Whether outputs that are marked as final, and none of them computed, can show one written answer only.

    Yes and no stand for a computation, an excuse for a search that failed, and a mark alone for what follows.
    """
    fixed = [output for output in marked if not output.decided]
    texts = alternatives(marked) | {min(output.texts, default="") for output in fixed}
    answers = {text for text in texts if not _FALLBACK.fullmatch(_bare(text))}
    decided = len(fixed) < len(marked)
    return len(answers) == 1 and not (decided and any(map(_affirms, answers)))


def _bare(text: str) -> str:
    return _MARKS.sub("", text).strip().strip(".!:").strip()


def _affirms(text: str) -> bool:
    bare = _bare(text)
    short = len(bare.split()) <= _MOST_WORDS and not re.search(r"[0-9]", bare)
    return short and bool(_AFFIRMING.search(bare))
