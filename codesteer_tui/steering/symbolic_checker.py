"""The symbolic checker: is a program real computation, or a lazy shortcut?

Default mode works on the syntax tree. Weights of the complexity score (more computation scores higher):

=========================================  =====================================
each loop                                  2.0
each comprehension                         1.5
each recursive function                    3.0
each library that searches (itertools …)   1.5
each library that solves (z3, sympy …)     2.5
exact or symbolic library, eval or exec    1.0 each
each branch, filter and try                0.5
arithmetic operations                      0.25 each, at most 1.5 in all
calls that calculate (sum, len, sorted …)  0.25 each, at most 1.0 in all
sets, dictionaries, queues                 0.25 each, at most 1.0 in all
=========================================  =====================================

Loops that cannot affect the output add nothing, and a program whose output is written in it scores at most
1. Paper mode is `codesteer_tui.steering.paper_score`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Literal

from codesteer_tui.steering.analysis.code_facts import Facts, facts
from codesteer_tui.steering.analysis.dataflow import outputs
from codesteer_tui.steering.analysis.effects import idle_loops, speaks_otherwise
from codesteer_tui.steering.analysis.flow_answers import only_confirms, only_written
from codesteer_tui.steering.analysis.flow_values import Output
from codesteer_tui.steering.analysis.syntax import Unparsable, parse
from codesteer_tui.steering.paper_score import paper_judgement
from codesteer_tui.values import Finding, Judgement

_HARD_CODED_SCORE = 1.0
_MOST_LINES = 20


def judge(source: str, *, mode: Literal["default", "paper"] = "default", threshold: float = 2.0) -> Judgement:
    """Judge a program. Never raises, whatever the source is; `too_simple` at `threshold` or below."""
    if mode == "paper":
        return paper_judgement(source, threshold)
    tree = parse(source)
    if isinstance(tree, Unparsable):
        return _unparsable(tree, threshold)
    if not tree.body:
        return _judgement([Finding("no_output", "The program is empty.")], 0.0, threshold)
    idle = idle_loops(tree)
    found = facts(tree, idle)
    shortcuts = [*_shortcuts(tree), *_idle(idle)]
    score = complexity(found)
    if any(finding.kind in ("hard_coded", "no_output") for finding in shortcuts):
        score = min(score, _HARD_CODED_SCORE)
    return _judgement([*shortcuts, *_approaches(found)], score, threshold)


def complexity(found: Facts) -> float:
    """Compute the complexity score from the facts, by the weights in the docstring of this module."""
    return (
        2.0 * len(found.loops)
        + 1.5 * len(found.comprehensions)
        + 3.0 * len(found.recursion)
        + 1.5 * len(found.search_libraries)
        + 2.5 * len(found.solver_libraries)
        + 1.0 * (len(found.symbolic_libraries.keys() - found.solver_libraries.keys()) + len(found.built_code))
        + 0.5 * (len(found.branches) + len(found.guards))
        + min(1.5, 0.25 * len(found.operations))
        + min(1.0, 0.25 * len(found.calculations))
        + min(1.0, 0.25 * len(found.structures))
    )


def _shortcuts(tree: ast.Module) -> Iterator[Finding]:
    """Name an output that no computation stands behind."""
    printed = outputs(tree)
    if printed is None:
        return
    if not printed:
        if not speaks_otherwise(tree):
            yield Finding("no_output", "The program prints nothing, so it gives no answer.")
        return
    if not any(output.computed for output in printed):
        if not any(output.decided for output in printed):
            message = "What it prints is written in the code; no computation leads to it."
            yield Finding("hard_coded", message, _lines(printed))
        elif only_confirms(printed):
            message = "The answer is written in the code; the computation around it only confirms it."
            yield Finding("hard_coded", message, _lines(printed))
        return
    marked = [output for output in printed if output.marked]
    if not any(output.computed for output in marked) and only_written(marked):
        message = "The final answer is written in the code; what is computed is printed beside it."
        yield Finding("hard_coded", message, _lines(marked))


def _idle(loops: Sequence[ast.stmt]) -> Iterator[Finding]:
    for loop in sorted(loops, key=lambda loop: loop.lineno)[:_MOST_LINES]:
        lines = tuple(range(loop.lineno, (loop.end_lineno or loop.lineno) + 1))[:_MOST_LINES]
        yield Finding("no_effect", "This loop cannot affect what the program prints.", lines)


def _approaches(found: Facts) -> Iterator[Finding]:
    """Say in which ways the program computes, with the lines that show it."""
    if found.loops:
        yield Finding("searching", f"It goes through {_count(found.loops, 'loop')}.", _cut(found.loops))
    if found.comprehensions:
        message = f"It goes through {_count(found.comprehensions, 'comprehension')}."
        yield Finding("searching", message, _cut(found.comprehensions))
    for name, line in found.recursion.items():
        yield Finding("searching", f"{name} calls itself.", (line,))
    for name, line in found.search_libraries.items():
        yield Finding("searching", f"It searches with {name}.", (line,))
    for name, line in found.solver_libraries.items():
        yield Finding("searching", f"It has {name} solve the problem.", (line,))
    for name, line in found.symbolic_libraries.items():
        yield Finding("symbolic", f"It computes with {name}.", (line,))
    if found.built_code:
        yield Finding("symbolic", "It builds expressions and evaluates them.", _cut(found.built_code))
    numerical = sorted({*found.operations, *found.calculations})
    if numerical:
        message = f"It calculates on {_count(numerical, 'line')}."
        yield Finding("numerical", message, _cut(numerical))


def _judgement(findings: list[Finding], score: float, threshold: float) -> Judgement:
    too_simple = score <= threshold
    return Judgement(
        "default", score, too_simple, tuple(findings), _summary(findings, score, threshold, too_simple)
    )


def _summary(findings: Sequence[Finding], score: float, threshold: float, too_simple: bool) -> str:
    """Write what a steerer is shown: one line a finding, then the score."""
    titles = {"hard_coded": "Hard-coded", "no_effect": "Without effect", "no_output": "No output"}
    lines = []
    for finding in findings:
        title = titles.get(finding.kind, finding.kind.capitalize())
        where = f" (line {', '.join(map(str, finding.lines))})" if finding.lines else ""
        lines.append(f"{title}: {finding.message}{where}")
    relation = "at or below" if too_simple else "above"
    lines.append(f"Complexity {score:g}, {relation} the threshold of {threshold:g}.")
    if too_simple and not any(finding.kind in ("hard_coded", "no_output", "error") for finding in findings):
        lines.append("There is little computation in this program.")
    return "\n".join(lines)


def _unparsable(error: Unparsable, threshold: float) -> Judgement:
    line = (error.line,) if error.line else ()
    return _judgement([Finding("error", f"It does not parse: {error.message}.", line)], 0.0, threshold)


def _lines(printed: Sequence[Output]) -> tuple[int, ...]:
    return _cut(sorted({output.line for output in printed}))


def _cut(lines: Sequence[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(lines))[:_MOST_LINES]


def _count(items: Sequence[int], noun: str) -> str:
    return f"{len(items)} {noun}" if len(items) == 1 else f"{len(items)} {noun}s"
