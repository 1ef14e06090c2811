r"""Reading answers as values: exact, without `eval`, with bounded work, raising nothing.

Every reader gives either the value or an `Unreadable` that says why. The readers forgive what does not
change the value: white space, dollar signs, LaTeX (``\times``, ``\cdot``, ``\div``, ``\frac{a}{b}``),
typographic signs (× ÷ − ·), thousands separators.
"""

from __future__ import annotations

import re
import unicodedata

from msgspec import Struct

from codesteer_tui.answers import FinalAnswer, final_answer, without_announcement

MAX_ANSWER_CHARS = 50_000
"""Longest final answer that is read. Right answers are an order of magnitude shorter."""

MAX_DIGITS = 1_000
"""Longest integer that is read, in digits."""


class Unreadable(Struct, frozen=True):
    """Why a text could not be read as a value."""

    reason: str


class Readings(Struct, frozen=True):
    """The final answer of a text, and the ways of reading it that a verifier tries in turn."""

    answer: FinalAnswer
    texts: tuple[str, ...]

    @property
    def shown(self) -> str:
        """The answer as a verdict shows it, at most 200 characters."""
        return shorten(self.answer.text, 200)


def readings(text: str) -> Readings | Unreadable:
    """Give what may be the final answer in a model's text, most explicit first.

    That is the final answer by the rule of `codesteer_tui.answers`, with and without words that announce
    it. Where no answer is named, the whole text is the answer (a bare "24"), or else its last line.
    """
    answer = final_answer(text)
    if answer.found:
        texts = [answer.text, without_announcement(answer.text)]
    else:
        whole = text.strip()
        last = whole.rsplit("\n", 1)[-1].strip()
        if not whole:
            return Unreadable("The answer is empty")
        answer = FinalAnswer(whole, "the whole text, as nothing in it is marked as the answer", False)
        texts = [whole, last]
    if len(texts[-1]) > MAX_ANSWER_CHARS:
        return Unreadable(f"The answer is longer than {MAX_ANSWER_CHARS:,} characters")
    fitting = [candidate for candidate in texts if len(candidate) <= MAX_ANSWER_CHARS]
    return Readings(answer, tuple(dict.fromkeys(fitting)))


_SIGNS = str.maketrans(
    {
        "×": "*", "·": "*", "⋅": "*", "∗": "*", "•": "*", "✕": "*", "✖": "*",
        "÷": "/", "∕": "/", "⁄": "/", "−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "﹣": "-",
        "\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u200b": None, "\ufeff": None,
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
    r"""Put LaTeX and typographic signs into plain ones: ``3 \times \frac{1}{2}`` gives ``3 * ((1)/(2))``."""
    result = unicodedata.normalize("NFKC", text.translate(_SIGNS)).translate(_SIGNS).strip()
    result = result.removeprefix("$$").removesuffix("$$").removeprefix("$").removesuffix("$")
    for pattern, sign in _LATEX_SIGNS:
        result = pattern.sub(sign, result)
    for _ in range(_MAX_FRACTION_DEPTH):
        result, changed = _FRACTION.subn(r"((\1)/(\2))", result)
        if not changed:
            break
    return result.strip()


_INTEGER = re.compile(
    rf"(?P<sign>[+-]?)\s*(?P<digits>[0-9]{{1,{MAX_DIGITS}}}"
    rf"|[0-9]{{1,3}}(?:(?P<separator>[,_' ])[0-9]{{3}})(?:(?P=separator)[0-9]{{3}}){{0,{MAX_DIGITS // 3}}})"
    r"(?:\.0{0,20})?"
)


def integer(text: str) -> int | Unreadable:
    """Read one integer: "-1 234", "1,234", "1_234" and "1234.0" are; "1,23" and "12 apples" are not."""
    line = plain(text)
    match = _INTEGER.fullmatch(line)
    if match is None:
        return Unreadable(f'"{shorten(line)}" is not an integer')
    value = int(re.sub(r"[,_' ]", "", match["digits"]))
    return -value if match["sign"] == "-" else value


def integers(text: str) -> list[int] | Unreadable:
    """Read a list of integers: in ``[ ]`` or ``( )`` or bare, separated by commas, semicolons or blanks."""
    line = plain(text)
    if line[:1] + line[-1:] in ("[]", "()", "{}"):
        line = line[1:-1]
    values = []
    for item in re.split(r"\s*[,;]\s*|\s+", line.strip()) if line.strip() else []:
        if not re.fullmatch(rf"[+-]?[0-9]{{1,{MAX_DIGITS}}}", item):
            return Unreadable(f'"{shorten(item)}" in the list is not an integer')
        values.append(int(item))
    return values


def shorten(text: str, limit: int = 60) -> str:
    """Put a text on one line of at most `limit` characters."""
    line = " ".join(text[: 4 * limit].split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
