"""A crude calculator for answers that a verifier has accepted: LaTeX is rewritten for Python, and computed by that."""

from __future__ import annotations

import math
import re

_FRACTION = re.compile(r"\\[dtc]?frac\s*(?:\{([^{}]*)\}|(\d))\s*(?:\{([^{}]*)\}|(\d))")


def value(text: str) -> float | None:
    line = re.sub(r"^.*<<<|>>>.*$", "", text.strip(), flags=re.DOTALL).replace("$", "")
    if (boxed := re.search(r"\\boxed\{(.*)\}", line)) is not None:
        line = boxed[1]
    line = re.sub(r"\\text\s*\{[^{}]*\}|\\left|\\right|\\[,;!> ]|\\[()]|[a-z']+ (?=[a-z]+ )|%", " ", line)
    line = line.rpartition("=")[2].rpartition(":")[2].strip(" .*_")
    line = re.sub(r"(?<![A-Za-z\\])(?=sqrt|pi)", r"\\", line)
    line = re.sub(r"\\sqrt\s*\{([^{}]*)\}|\\sqrt\s*(\d)", lambda m: f"*root({m[1] or m[2]})", line)
    for _ in range(5):
        line = _FRACTION.sub(lambda m: f"*(({m[1] or m[2]})/({m[3] or m[4]}))", line)
    line = (
        line.replace("\\pi", "*pi")
        .replace("\\cdot", "*")
        .replace("^", "**")
        .replace("{", "(")
        .replace("}", ")")
    )
    line = re.sub(r"(?<=\d)[, ](?=\d{3}(?!\d))", "", line)
    line = re.sub(r"(?<![\d.])0+(?=\d)", "", line)
    line = re.sub(r"(^|[-+*/(])\s*\*(?!\*)", r"\1", re.sub(r"(^|[-+*/(])\s*\*(?!\*)", r"\1", line.strip()))
    line = re.sub(r"(?<=[\d)])\s*[A-Za-z ]*$", "", line)
    line = re.sub(r"(?<=[\d)])\s*(?=\()|(?<=\))\s*(?=\d)", "*", line)
    try:
        found = eval(line, {"__builtins__": {}}, {"root": math.sqrt, "pi": math.pi})  # noqa: S307 - see above
    except (SyntaxError, ValueError, ArithmeticError, NameError, TypeError):
        return None
    return float(found) if isinstance(found, int | float) else None


def agrees(text: str, right: str) -> bool:
    """Whether a text has the value of another; where it cannot be computed, whether it holds the same digits."""
    wanted, found = value(right), value(text)
    if wanted is None or found is None:
        return re.sub(r"[^1-9]", "", right) in re.sub(r"[^1-9]", "", text)
    return abs(found - wanted) <= abs(wanted) / 1_000
