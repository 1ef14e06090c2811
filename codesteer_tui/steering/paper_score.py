"""The published complexity score, exactly as published, flaws included (METHOD.md 2, REFERENCE.md 4).

It counts words in the raw text: "format" holds a `for`, "before" another. It is here to reproduce published
numbers; the default checker is `codesteer_tui.steering.symbolic_checker`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from codesteer_tui.steering.analysis.syntax import Unparsable, parse
from codesteer_tui.values import Finding, Judgement

_LOOP_WORDS = re.compile("for|while")
_BRANCH_WORDS = re.compile("if|elif|else")
_GUARD_WORDS = re.compile("try|except")
_BUILT_CODE = ("eval(", "exec(")
_BUILT_TEXT = ("format", 'f"', "f'")
_BINARY_OPERATION = 0.25


def paper_judgement(source: str, threshold: float) -> Judgement:
    """Judge a program by the published score; `too_simple` at `threshold` or below."""
    tree = parse(source)
    if isinstance(tree, Unparsable):
        where = f" (line {tree.line})" if tree.line else ""
        finding = Finding("error", tree.message, (tree.line,) if tree.line else ())
        summary = f"The code cannot be parsed: {tree.message}{where}."
        return Judgement("paper", 0.0, threshold >= 0, (finding,), summary)
    findings = tuple(_findings(source, tree))
    score = paper_score(source, tree)
    lines = [finding.message for finding in findings] or ["No approach was recognised."]
    lines.append(f"Complexity score: {score}")
    if score <= threshold:
        lines.append("The program is perhaps too simple to count as symbolic computing.")
    return Judgement("paper", score, score <= threshold, findings, "\n".join(lines))


def paper_score(source: str, tree: ast.Module) -> float:
    """Compute the score: words in the text, and a quarter for each binary operation in the tree."""
    words = sum(len(words.findall(source)) for words in (_LOOP_WORDS, _BRANCH_WORDS, _GUARD_WORDS))
    return words + _BINARY_OPERATION * sum(isinstance(node, ast.BinOp) for node in ast.walk(tree))


def _findings(source: str, tree: ast.Module) -> Iterator[Finding]:
    """Yield one finding for each trigger, once for each loop and operation, as the published summary does."""
    for node in ast.walk(tree):
        if isinstance(node, ast.For | ast.While):
            kind = "for" if isinstance(node, ast.For) else "while"
            yield Finding("searching", f"Searching: a {kind} loop.", (node.lineno,))
        elif isinstance(node, ast.Import | ast.ImportFrom) and "itertools" in node.names[0].name:
            yield Finding("searching", "Searching: itertools is imported.", (node.lineno,))
        elif isinstance(node, ast.BinOp):
            yield Finding("numerical", "Numerical: a binary operation.", (node.lineno,))
    if any(words in source for words in _BUILT_CODE):
        yield Finding("symbolic", "Symbolic: code is built and run with eval or exec.")
    if any(words in source for words in _BUILT_TEXT):
        yield Finding("symbolic", "Symbolic: text is built with format or an f-string.")
