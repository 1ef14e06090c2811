r"""Reading the one number in a short text: with a currency sign, a unit, or a few words around it."""

from __future__ import annotations

import re
from fractions import Fraction

from codesteer_tui.answers import without_announcement
from codesteer_tui.symbench.reading.answer import Unreadable, shorten
from codesteer_tui.symbench.reading.numbers import number, plain

MAX_CHARS = 2_000
"""Longest text that is read as an amount."""

_MAX_WORDS = 12
_TEXT = re.compile(r"\\(?:text|textbf|mathrm|mbox|mathbf|textrm)\s*\{([^{}]*)\}")
_AMOUNT = re.compile(
    r"(?P<lead>(?:[^0-9]*?[^0-9.])??)(?P<sign>[-+]?)\s*(?:[$€£¥]|USD|EUR|GBP)?\s*(?P<inner>[-+]?)\s*"
    r"(?P<number>(?:[0-9]+(?:[,_' ][0-9]{3})*(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3}(?![0-9]))?"
    r"(?:\s*/\s*[0-9]{1,30})?)"
    r"(?:\s*[*xX]\s*10\s*(?:\^|\*\*)\s*\{?(?P<power>[-+]?[0-9]{1,3})\}?)?(?P<tail>[^0-9]*)"
)
_LEAD = re.compile(r"[A-Za-z'’:,.≈~$€£¥\s]*")
_TAIL = re.compile(r"(?:[A-Za-z'’.,%$€£¥°²³()\s]|\\[$%]|(?<=[A-Za-z])[-/](?=[A-Za-z])|/(?=[A-Za-z]))*")
_UNIT_POWER = re.compile(r"(?<=[A-Za-z])\s{0,3}\^\s{0,3}\{?[23]\}?")
_SCALES = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12}
CHANGING = {
    *("or", "not", "no", "never", "than", "least", "most", "between", "nearly", "almost", "maybe", "perhaps"),
    *(
        "plus",
        "minus",
        "times",
        "dozen",
        "dozens",
        "hundred",
        "hundreds",
        "half",
        "quarter",
        "squared",
        "cubed",
    ),
    *(
        "negative",
        "thousands",
        "millions",
        "billions",
        "from",
        "except",
        "without",
        "wrong",
        "instead",
        *_SCALES,
    ),
}
"""Words after or before a number that make it another number, or leave open which one is meant."""


def amount(text: str, *, equations: bool = True) -> Fraction | Unreadable:
    """Read the one number of a short text: "$1,234.50", "720 minutes", "2.5 million", "1.2 x 10^5", "x = 5 kg".

    Of an equation the right-hand side counts, unless `equations` is off. Units are not converted: "5 %" is 5. A text
    with several numbers is not read, nor one with a word that changes its number ("5 or so", "more than 5").
    """
    if len(text) > MAX_CHARS:
        return Unreadable(f"The answer has more than {MAX_CHARS:,} characters")
    side = re.split(r"=|≈|\\approx(?![A-Za-z])", text)[-1] if equations else text
    side = without_announcement(side)
    exact = number(side)
    if isinstance(exact, Fraction):
        return exact
    line = plain(_TEXT.sub(r" \1 ", side.replace("\\$", "$").replace("\\%", "%"))).strip("*_`\"' ")
    line = _UNIT_POWER.sub("", line)
    match = _AMOUNT.fullmatch(line)
    if match is None:
        return Unreadable(f'"{shorten(text)}" does not hold exactly one number')
    before, after = _words(match["lead"]), _words(match["tail"])
    scale = _SCALES.get(after[0], 0) if after else 0
    words = [*before, *(after[1:] if scale else after)]
    plain_words = _LEAD.fullmatch(match["lead"]) and _TAIL.fullmatch(match["tail"])
    if not plain_words or len(words) > _MAX_WORDS or CHANGING.intersection(words):
        return Unreadable(f'"{shorten(text)}" is not one plain number with its unit')
    value = number(match["number"].strip())
    if isinstance(value, Unreadable):
        return value
    if match["sign"] and match["inner"]:
        return Unreadable(f'"{shorten(text)}" has two signs')
    value *= Fraction(10) ** (scale + int(match["power"] or 0))
    return -value if "-" in match["sign"] + match["inner"] else value


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text.casefold())
