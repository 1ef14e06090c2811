"""Recognising a known task in a question that a person typed, so that its verifier can give ground truth.

Only questions that are a task's through and through are recognised; everything else stays a free question,
whose ground truth cannot be checked.
"""

from __future__ import annotations

import re

import msgspec

from codesteer_tui.problem import Problem

_NUMBERS = r"(?P<numbers>\d{1,5}(?:[\s,;]+(?:and\s+)?\d{1,5}){1,19})"
_TARGET = r"(?P<target>\d{1,6})"
_ASK = r"(?:please\s+)?(?:can you\s+)?(?:use|combine|take|using|with)\s+(?:the\s+)?(?:numbers?\s+)?"
_MAKE = r"(?:to\s+)?(?:make|obtain|get|reach|form)\s+"
_ONCE = r"(?:,?\s*(?:using\s+)?each\s+(?:number\s+)?(?:exactly\s+)?once)?"
_END = r"\s*[.!?]?"
_GAME24 = (
    re.compile(rf"{_ASK}{_NUMBERS},?\s*{_MAKE}{_TARGET}{_ONCE}{_END}", re.IGNORECASE),
    re.compile(
        rf"(?:please\s+)?make\s+{_TARGET}\s+(?:from|with|using)\s+{_NUMBERS}{_ONCE}{_END}",
        re.IGNORECASE,
    ),
)
_PRODUCT = re.compile(
    r"(?:what\s+is\s+|what's\s+|calculate\s+|compute\s+)?(?:the\s+result\s+of\s+)?"
    r"(?P<product>-?\d{1,40}(?:\s*[*×x·]\s*\(?-?\d{1,40}\)?){1,7})\s*=?\s*\??",
    re.IGNORECASE,
)


def recognise(problem: Problem) -> Problem:
    """The problem with the task and parameters that its question makes plain, or as it is."""
    if problem.task:
        return problem
    question = " ".join(problem.question.split())
    for pattern in _GAME24:
        if found := pattern.fullmatch(question):
            numbers = [int(n) for n in re.findall(r"\d+", found["numbers"])]
            parameters = {"numbers": numbers, "target": int(found["target"])}
            return msgspec.structs.replace(problem, task="game24", parameters=parameters)
    if found := _PRODUCT.fullmatch(question):
        values = [int(n) for n in re.findall(r"-?\d+", found["product"])]
        return msgspec.structs.replace(problem, task="number_multiply", parameters={"values": values})
    return problem
