r"""Reading mathematical values in LaTeX or plain text: ``\frac{3\sqrt{2}}{4}\pi``, ``2 1/2``, ``45^\circ``, ``3 cm``.

Values are computed in floating point; see `codesteer_tui.symbench.reading.formulas` for what bounds the work.
"""

from __future__ import annotations

import re
from fractions import Fraction

from msgspec import Struct

from codesteer_tui.symbench.reading.amounts import CHANGING
from codesteer_tui.symbench.reading.answer import Unreadable, shorten
from codesteer_tui.symbench.reading.expression import expression
from codesteer_tui.symbench.reading.formulas import evaluate
from codesteer_tui.symbench.reading.numbers import number as exact_number

MAX_CHARS = 1_000

_SIGNS = str.maketrans(
    {
        "×": "*", "·": "*", "⋅": "*", "∙": "*", "÷": "/", "∕": "/", "⁄": "/", "−": "-", "–": "-", "—": "-",
        "π": "\\pi ", "√": "\\sqrt ", "°": "", "º": "", "∶": ":", "∞": "\\infty ", "\u00a0": " ", "\u2009": " ",
        "\u202f": " ", "\u200b": None, "\ufeff": None, "’": "'", "“": '"', "”": '"', "~": " ",
        **{sign: f"^{power}" for power, sign in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
        **{sign: f"\\frac{{{above}}}{{{below}}}" for sign, above, below in ("½12", "⅓13", "⅔23", "¼14", "¾34")},
    }
)  # fmt: skip
_SPACING = (
    (re.compile(r"\\[()\[\]]"), " "),
    (re.compile(r"\\?\$"), ""),
    (re.compile(r",\\!"), ","),
    (re.compile(r"\\[!,;:> ]"), " "),
    (re.compile(r"\\(?:left|right)(?![A-Za-z])\.?"), " "),
    (re.compile(r"\\(?:displaystyle|[bB]ig[glr]?|q?quad|thinspace|hfill)(?![A-Za-z])"), " "),
    (re.compile(r"\{\s*,\s*\}"), ","),
    (re.compile(r"\\[dtc]frac(?![A-Za-z])"), r"\\frac"),
    (re.compile(r"\\[dt]binom(?![A-Za-z])"), r"\\binom"),
    (re.compile(r"\\(?:times|cdot|ast)(?![A-Za-z])"), "*"),
    (re.compile(r"\\div(?![A-Za-z])"), "/"),
    (re.compile(r"\{\s*\\rm(?![A-Za-z])([^{}]*)\}"), r" \1 "),
    (re.compile(r"\\hspace\*?\s*\{[^{}]*\}"), " "),
    (re.compile(r"\{([^{}\\]{1,20})\\choose(?![A-Za-z])([^{}\\]{1,20})\}"), r"\\binom{\1}{\2}"),
    (re.compile(r"\*\*"), "^"),
    (re.compile(r"\\%"), "%"),
    (re.compile(r"\s*\^\s*(?:\\circ|\{\s*\\circ\s*\})|\\degree(?:s)?(?![A-Za-z])"), ""),
)
_WRITTEN = re.compile(r"\\(?:text(?:bf|rm|it|sf)?|math(?:rm|bf|it|sf)|mbox|hbox|boxed|fbox)\s*\{([^{}]*)\}")
_PLAIN_NAMES = re.compile(r"(?<![A-Za-z\\])(pi|sqrt)(?![A-Za-z])")
_UNITS = re.compile(
    r"(?:\s*/?\s*(?<![A-Za-z\\])(?!pi|sqrt|frac|binom)[A-Za-z][A-Za-z.']{0,20}(?:\s*\^\s*\{?\s*[23]\s*\}?)?){1,6}[\s.]*$"
)


_UNIT_CHARS = 120
_UNIT_NAMES = "m g L l s h cm mm km dm in ft yd mi kg mg lb oz sq cu hr ml mL of to at"
_SHORT_UNITS = frozenset(_UNIT_NAMES.split())


class Value(Struct, frozen=True):
    """A number, and whether a percent sign stood behind it; `exact` where it is a fraction that was read exactly."""

    number: float
    percent: bool = False
    exact: Fraction | None = None


def value(text: str, *, units: bool = True) -> Value | Unreadable:
    r"""Compute the value of a text in LaTeX or in plain signs.

    Understood are numbers with thousands separators, ``+ - * / ^ !``, brackets, ``\frac``, ``\sqrt`` with or without
    an index, ``\pi``, ``\binom``, mixed numbers, repeating decimals (``0.\overline{3}``), degrees, percent, and, with
    `units`, words behind the value. Of an equation the right-hand side counts.
    """
    if len(text) > MAX_CHARS:
        return Unreadable(f"The answer has more than {MAX_CHARS:,} characters")
    line = _right_side(_PLAIN_NAMES.sub(r"\\\1 ", cleaned(text)))
    percent = bool(re.search(r"[0-9})!]\s*(?:%|percent)\s*$", line))
    line = re.sub(r"(?:%|percent)\s*$", "", line) if percent else line
    if units:
        line = _without_unit(line)
    number = evaluate(line.strip())
    if isinstance(number, Unreadable):
        return Unreadable(f'"{shorten(text)}" is not a number: {number.reason}')
    return Value(number, percent, _exactly(line.strip()))


def _exactly(line: str) -> Fraction | None:
    """Read a number, a fraction or an expression of integers without rounding; None where it is something else."""
    found = exact_number(line)
    if isinstance(found, Unreadable):
        parsed = expression(line)
        found = parsed if isinstance(parsed, Unreadable) else parsed.value()
    return None if isinstance(found, Unreadable) else found


def cleaned(text: str) -> str:
    r"""Take off what does not change the meaning: dollar signs, spacing, ``\left``, ``\text{…}``, degrees."""
    line = " ".join(text.split()).strip('*_`"').translate(_SIGNS)
    for pattern, sign in _SPACING:
        line = pattern.sub(sign, line)
    for _ in range(4):
        line, changed = _WRITTEN.subn(r" \1 ", line)
        if not changed:
            break
    line = " ".join(line.split()).removesuffix(".").strip()
    if (box := re.match(r"\\f?boxed\s*\{", line)) and line.endswith("}"):
        line = line[box.end() : -1].strip()
    return line.removeprefix(":").strip()


def normal(text: str) -> str:
    r"""A text with its harmless variants made alike, for comparing answers that have no value, such as ``(2,-3)``.

    ``\frac12``, ``\frac{1}{2}`` and ``1/2`` become one, and so do ``x^{2}`` and ``x^2``; white space goes; the case of
    letters matters only in mathematics, not in words.
    """
    line = _PLAIN_NAMES.sub(r"\\\1 ", cleaned(text[:MAX_CHARS]))
    line = re.sub(r"\\frac\s*([0-9])\s*([0-9])", r"\\frac{\1}{\2}", line)
    line = re.sub(r"\\frac\s*([0-9])\s*\{", r"\\frac{\1}{", line)
    line = re.sub(r"\\frac\s*\{([^{}]*)\}\s*([0-9])", r"\\frac{\1}{\2}", line)
    line = re.sub(r"(?<![0-9.}])([0-9]{1,40})\s*/\s*([0-9]{1,40})(?![0-9.])", r"\\frac{\1}{\2}", line)
    line = re.sub(r"([\^_]|\\sqrt)\s*\{\s*([A-Za-z0-9])\s*\}", r"\1\2", line)
    line = re.sub(r"(?<![0-9A-Za-z\\])\s+|\s+(?![0-9A-Za-z])", "", line)
    line = re.sub(r"(?<=[0-9])\s+(?=[A-Za-z])|(?<=[A-Za-z])\s+(?=[0-9])", "", line)
    line = re.sub(r"(?<!\\)\*(?=[A-Za-z\\(])", "", line)
    if re.fullmatch(r"\(?[A-Za-z]\)?", line):
        return line.strip("()").upper()
    return line.casefold() if re.fullmatch(r"[A-Za-z.,'-]{3,}", line) else line


def parts(text: str) -> tuple[str, list[str]]:
    """Take a point, a list or a ratio apart: the bracket that opens it (if any) with its separator, and its parts."""
    line = cleaned(text[:MAX_CHARS])
    opening = line[:1] if line[:1] in "([" and line[-1:] in ")]" and _encloses(line) else ""
    inner = line[1:-1] if opening else line
    separator = "," if "," in inner else ":"
    found, start, depth = [], 0, 0
    for at, sign in enumerate(inner):
        depth += (sign in "([{") - (sign in ")]}")
        if sign == separator and depth == 0:
            found.append(inner[start:at].strip())
            start = at + 1
    found.append(inner[start:].strip())
    return (f"{opening}{separator}{line[-1:] if opening else ''}", found)


_COORDINATES = re.compile(r"\(?\s*(?P<one>[xy])\s*,\s*(?P<other>[xy])\s*\)?\s*=(?!.*=)")
_NAMED_POINT = re.compile(r"(?:point\s+)?[A-Za-z]?'?\s*=?\s*(?=[(\[])", re.IGNORECASE)
_COLUMN = re.compile(
    r"\\begin\s*\{([pbv]?matrix|array)\}(?:\{[lcr]*\})?(?P<inside>.*?)\\end\s*\{\1\}", re.DOTALL
)
_OF_AN_AXIS = re.compile(r"(?P<axis>[A-Za-z])(?:_\{?\w{1,3}\}?)?\s*=\s*(?P<rest>[^=]*)")


def point(text: str) -> list[str] | Unreadable:
    r"""Take a point apart: ``(8/3, 1/3)``, ``[8/3; 1/3]``, ``x = 8/3, y = 1/3``, ``G = (8/3 | 1/3)``, or a column.

    Gives its coordinates as they are written.
    """
    listed = _COLUMN.sub(lambda found: "(" + re.sub(r"&|\\{2}", ",", found["inside"]) + ")", text[:MAX_CHARS])
    line = cleaned(listed)
    line = re.sub(r"\s+and\s+(?=[A-Za-z]\s*=)", ", ", line)
    axes = ["x", "y"]
    if both := _COORDINATES.match(line):
        axes = [both["one"], both["other"]]
        line = line[both.end() :].strip()
    if named := _NAMED_POINT.match(line):
        line = line[named.end() :].strip()
    line = line.replace("|", ",").replace(";", ",")
    wrong = Unreadable(f'"{shorten(text)}" is not a point of the form "(x, y)"')
    if line[:1] == "\\" or "," not in line:
        return wrong
    found = parts(line)[1]
    marked = [_OF_AN_AXIS.fullmatch(part) for part in found]
    if any(marked):
        axes = [match["axis"] if match else "" for match in marked]
        found = [match["rest"].strip() if match else "" for match in marked]
    if sorted(axes) != ["x", "y"] or not all(found):
        return wrong
    return found[::-1] if axes[0] == "y" else found


def _encloses(line: str) -> bool:
    """Whether the first bracket of a line is closed by its last sign."""
    depth = 0
    for at, sign in enumerate(line):
        depth += (sign in "([") - (sign in ")]")
        if depth == 0:
            return at == len(line) - 1
    return False


def _without_unit(line: str) -> str:
    """Take words off the end of a value, unless they may be variables or change what is meant."""
    tail = line[-_UNIT_CHARS:]
    found = _UNITS.search(tail)
    if found is None or found.start() == len(line) - len(tail) == 0:
        return line
    words = re.findall(r"[A-Za-z]+", found[0])
    if any(len(word) < 3 and word not in _SHORT_UNITS for word in words):
        return line
    return (
        line
        if {"and", *CHANGING}.intersection(map(str.casefold, words))
        else line[: len(line) - len(found[0])]
    )


def _right_side(line: str) -> str:
    sides = re.split(r"=|≈|\\approx(?![A-Za-z])", line)
    before = " ".join(sides[:-1])
    several = re.search(r",|\b(?:and|or)\b", before)
    return line if several else sides[-1]
