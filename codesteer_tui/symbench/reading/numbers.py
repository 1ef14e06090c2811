r"""Reading numbers, and plain signs for typographic ones.

The readers forgive what does not change the value: white space, dollar signs, LaTeX (``\times``, ``\cdot``,
``\div``, ``\frac{a}{b}``), typographic signs (× ÷ − ·), thousands separators.
"""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction

from codesteer_tui.symbench.reading.answer import Unreadable, shorten

MAX_DIGITS = 1_000
"""Longest integer that is read, in digits."""


_SIGNS = str.maketrans(
    {
        "×": "*", "·": "*", "⋅": "*", "∗": "*", "•": "*", "✕": "*", "✖": "*",
        "÷": "/", "∕": "/", "⁄": "/", "−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "﹣": "-",
        "\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u200b": None, "\ufeff": None,
        **{sign: f"^{power}" for power, sign in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
        **{sign: f" {unicodedata.normalize('NFKC', sign).replace('⁄', '/')}" for sign in "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"},
    }
)  # fmt: skip
_LATEX_SIGNS = (
    (re.compile(r"\\(?:times|cdot|ast)(?![A-Za-z])"), "*"),
    (re.compile(r"\\div(?![A-Za-z])"), "/"),
    (re.compile(r"\\(?:left|right|displaystyle|big|Big|bigl|bigr|quad|qquad)(?![A-Za-z])"), " "),
    (re.compile(r"\\[,;:!> ]"), " "),
    (re.compile(r"\\([{}()\[\]])"), r"\1"),
    (re.compile(r"\{,\}"), ","),
)
_FRACTION = re.compile(r"\\[dtc]?frac\s*\{([^{}\\]*)\}\s*\{([^{}\\]*)\}")
_MAX_FRACTION_DEPTH = 20


def plain(text: str) -> str:
    r"""Put LaTeX and typographic signs into plain ones: ``3 \times \frac{1}{2}²`` gives ``3 * ((1)/(2))^2``."""
    result = text.strip() if text.isascii() else _normalised(text).strip()
    result = result.removeprefix("$$").removesuffix("$$").removeprefix("$").removesuffix("$")
    for pattern, sign in _LATEX_SIGNS:
        result = pattern.sub(sign, result)
    for _ in range(_MAX_FRACTION_DEPTH):
        result, changed = _FRACTION.subn(r"((\1)/(\2))", result)
        if not changed:
            break
    return result.strip()


_MAX_FORM_CHARS = 4


def _normalised(text: str) -> str:
    """Give typographic signs and digits of other shapes (full width, subscripts) as plain ones.

    Each character by itself: normalising the whole text takes time quadratic in a run of accents. A sign that
    stands for many characters stays, so the text does not grow much.
    """
    signs = text.translate(_SIGNS)
    forms = {ord(sign): unicodedata.normalize("NFKC", sign) for sign in set(signs)}
    table = {code: form for code, form in forms.items() if len(form) <= _MAX_FORM_CHARS}
    return signs.translate(table).translate(_SIGNS)


_INTEGER = re.compile(
    rf"(?P<sign>[+-]?)\s*(?P<digits>[0-9]{{1,{MAX_DIGITS}}}"
    rf"|[0-9]{{1,3}}(?:(?P<separator>[,_' ])[0-9]{{3}})(?:(?P=separator)[0-9]{{3}}){{0,{MAX_DIGITS // 3}}})"
    r"(?:\.0{0,20})?"
)


def integer(text: str) -> int | Unreadable:
    """Read one integer: "-1 234", "1,234", "1_234" and "1234.0" and "(-5)" are; "1,23" and "12 apples" are not."""
    if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS:  # most are, and need no normalising
        return int(text)
    line = plain(text)
    line = line[1:-1].strip() if line[:1] == "(" and line[-1:] == ")" else line
    match = _INTEGER.fullmatch(line)
    if match is None:
        return Unreadable(f'"{shorten(line)}" is not an integer')
    value = int(re.sub(r"[,_' ]", "", match["digits"]))
    return -value if match["sign"] == "-" else value


_DECIMAL = re.compile(
    r"(?P<sign>[+-]?)\s*(?P<whole>[0-9]{0,400})(?:\.(?P<part>[0-9]{0,400}))?(?:[eE](?P<power>[+-]?[0-9]{1,3}))?"
)
_MAX_NUMBER_CHARS = 2_000
_RATIO = re.compile(
    r"(?P<sign>[+-](?=\s*\())?[(\s]*(?P<above>[^()/]{1,900})[)\s]*(?:/[(\s]*(?P<below>[^()/]{1,900})[)\s]*)?"
)


def number(text: str) -> Fraction | Unreadable:
    """Read one number exactly: an integer as `integer` does, a decimal ("-.5", "1,234.50", "2.5e-3"), a/b of both.

    LaTeX fractions are ratios. No units, no percent signs, no words, no infinity.
    """
    line = plain(text)
    short = len(line) <= _MAX_NUMBER_CHARS and line.count("(") == line.count(")")
    match = _RATIO.fullmatch(line) if short else None
    if match is None:
        return Unreadable(f'"{shorten(line)}" is not a number')
    above, below = _simple(match["above"].strip()), _simple((match["below"] or "1").strip())
    if isinstance(above, Unreadable) or isinstance(below, Unreadable):
        return above if isinstance(above, Unreadable) else below
    if not below:
        return Unreadable("It divides by zero")
    return -above / below if match["sign"] == "-" else above / below


def _simple(line: str) -> Fraction | Unreadable:
    whole, point, part = line.partition(".")
    value = integer(whole) if point and not re.search(r"[eE]", line) and re.search(r"[,_' ]", whole) else None
    if isinstance(value, int) and re.fullmatch(r"[0-9]{0,400}", part):
        sign = -1 if whole.strip().startswith("-") else 1
        return value + sign * Fraction(int(part or 0), 10 ** len(part))
    exact = integer(line)
    if isinstance(exact, int):
        return Fraction(exact)
    match = _DECIMAL.fullmatch(line)
    if match is None or not (match["whole"] or match["part"]):
        return Unreadable(f'"{shorten(line)}" is not a number')
    digits = (match["whole"] or "") + (match["part"] or "")
    value_ = Fraction(int(digits), 10 ** len(match["part"] or "")) * Fraction(10) ** int(match["power"] or 0)
    return -value_ if match["sign"] == "-" else value_
