r"""Evaluating formulas of numbers, in the LaTeX that `codesteer_tui.symbench.reading.latex` has cleaned.

The reader goes through the text once. Its work is bounded by the length of the text, its depth by `MAX_DEPTH`; what
becomes larger than a float holds has no value.
"""

from __future__ import annotations

import math
import re

from codesteer_tui.symbench.reading.answer import Unreadable, shorten

MAX_DEPTH = 30
_MOST_FACTORIAL, _MOST_CHOSEN_FROM = 170, 1_000


def evaluate(text: str) -> float | Unreadable:
    r"""Compute a formula of numbers, ``+ - * / ^ !``, brackets, ``\frac``, ``\sqrt``, ``\pi`` and ``\binom``."""
    try:
        found = _Reader(text).whole()
    except _Unknown as error:
        return Unreadable(str(error))
    except (OverflowError, ZeroDivisionError):
        return Unreadable("it has no finite value")
    return found if math.isfinite(found) else Unreadable("it has no finite value")


class _Unknown(Exception):
    """A text is not of the form that is read."""


_NUMBER = re.compile(
    r"(?:[0-9]{1,3}(?:[, ][0-9]{3})+(?![0-9/])|[0-9]{1,300})(?:\.[0-9]{0,300})?|\.[0-9]{1,300}"
)
_POWER_OF_TEN = re.compile(r"[eE]([+-]?[0-9]{1,3})(?![0-9A-Za-z])")
_EXPONENT = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,20})?")
_REPEATING = re.compile(r"([0-9]{0,15})\.([0-9]{0,15})\\overline\s*\{\s*([0-9]{1,15})\s*\}")
_MIXED = re.compile(
    r"(?P<whole>[0-9]{1,15})(?:\s*\\frac\s*(?:\{\s*(?P<a>[0-9]{1,15})\s*\}|(?P<c>[0-9]))\s*"
    r"(?:\{\s*(?P<b>[0-9]{1,15})\s*\}|(?P<d>[0-9]))|\s+(?P<e>[0-9]{1,15})\s*/\s*(?P<f>[0-9]{1,15}))"
)
_COMMAND = re.compile(r"\\([A-Za-z]+)\s*")


class _Reader:
    """A reader of sums of products of powers, at one place of its text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.depth = 0

    def whole(self) -> float:
        found = self.sum()
        if self.at < len(self.text):
            raise _Unknown(f'"{shorten(self.text[self.at :], 20)}" does not belong there')
        return found

    def sum(self) -> float:
        self._enter()
        total = self._sign() * self.product()
        while (sign := self._next()) and sign in "+-":
            total += self._sign() * self.product()
        self.depth -= 1
        return total

    def product(self) -> float:
        found = self.power()
        while sign := self._next():
            if sign in "*/":
                self.at += 1
                factor = self._sign() * self.power()
                found = found * factor if sign == "*" else found / factor
            elif self._begins_factor(sign):
                found *= self.power()
            else:
                return found
        return found

    def _begins_factor(self, sign: str) -> bool:
        """Whether a factor begins here that no sign joins to what stands before it, as in ``2(3)`` or ``6!3!``."""
        after_factorial = self.text[self.at - 1 : self.at] == "!"
        return sign in "(\\{[" or (sign.isdigit() and after_factorial) or self.text.startswith("C(", self.at)

    def power(self) -> float:
        base = self.atom()
        while (sign := self._next()) and sign in "^!":
            self.at += 1
            if sign == "!":
                base = _factorial(base)
                continue
            exponent = self._exponent()
            complex_value = base < 0 and not exponent.is_integer()
            if complex_value or abs(exponent) > 1_000 or (base == 0 and exponent < 0):
                raise _Unknown("its power is out of range")
            return math.pow(base, exponent)
        return base

    def atom(self) -> float:
        sign = self._next()
        if sign and sign in "0123456789.":
            return self._number()
        if sign and sign in "([{":
            return self._group(sign)
        if self.text.startswith("C(", self.at):
            self.at += 2
            chosen_from = self.sum()
            self._expect(",")
            chosen = self.sum()
            self._expect(")")
            return _binomial(chosen_from, chosen)
        match = _COMMAND.match(self.text, self.at)
        if match is None:
            raise _Unknown("a number is missing" if not sign else f'"{sign}" is not understood')
        self.at = match.end()
        if match[1] == "pi":
            return math.pi
        if match[1] == "frac":
            above = self._argument()
            return above / self._argument()
        if match[1] == "binom":
            chosen_from = self._argument()
            return _binomial(chosen_from, self._argument())
        if match[1] == "sqrt":
            return self._root()
        raise _Unknown(f'"\\{match[1]}" is not understood')

    def _root(self) -> float:
        index = self._group("[") if self._next() == "[" else 2.0
        under = self._argument() if self._next() != "(" else self._group("(")
        if index < 1 or not index.is_integer() or index > 100 or (under < 0 and index % 2 == 0):
            raise _Unknown("its root is out of range")
        root = math.copysign(math.pow(abs(under), 1 / index), under)
        return math.sqrt(under) if index == 2 else root

    def _number(self) -> float:
        if match := _REPEATING.match(self.text, self.at):
            self.at = match.end()
            whole, first, period = match.groups()
            above = int(first + period) - int(first or 0)
            below: int = 10 ** len(first + period) - 10 ** len(first)
            return int(whole or 0) + above / below
        if match := _MIXED.match(self.text, self.at):
            self.at = match.end()
            part = match["a"] or match["c"] or match["e"]
            return int(match["whole"]) + int(part) / int(match["b"] or match["d"] or match["f"])
        match = _NUMBER.match(self.text, self.at)
        if match is None:
            raise _Unknown("a number is missing")
        self.at = match.end()
        digits = re.sub(r"[, ]", "", match[0])
        if power := _POWER_OF_TEN.match(self.text, self.at):
            self.at = power.end()
            digits += power[0]
        if (after := self._next()) and after in "0123456789.":
            raise _Unknown("two numbers stand side by side")
        return float(digits)

    def _argument(self) -> float:
        r"""What a command takes: a group, a command, or one digit, as in ``\frac12``."""
        sign = self._next()
        if sign == "{":
            return self._group("{")
        if sign and sign in "0123456789":
            self.at += 1
            return float(sign)
        if sign == "\\":
            self._enter()
            found = self.atom()
            self.depth -= 1
            return found
        raise _Unknown("a command lacks what it is applied to")

    def _exponent(self) -> float:
        sign = self._sign()
        if self._next() in ("{", "("):
            return sign * self._group(self._next())
        match = _EXPONENT.match(self.text, self.at)
        if match is None:
            return sign * self._argument()
        self.at = match.end()
        return sign * float(match[0])

    def _group(self, opening: str) -> float:
        self.at += 1
        found = self.sum()
        self._expect({"(": ")", "[": "]", "{": "}"}[opening])
        return found

    def _enter(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _Unknown(f"it is more than {MAX_DEPTH} deep")

    def _expect(self, sign: str) -> None:
        if self._next() != sign:
            raise _Unknown(f'a "{sign}" is missing')
        self.at += 1

    def _sign(self) -> float:
        sign = 1.0
        while (found := self._next()) and found in "+-":
            sign = -sign if found == "-" else sign
            self.at += 1
        return sign

    def _next(self) -> str:
        """The next sign that is not a space; empty at the end."""
        while self.text[self.at : self.at + 1] == " ":
            self.at += 1
        return self.text[self.at : self.at + 1]


def _factorial(number: float) -> float:
    if not number.is_integer() or not 0 <= number <= _MOST_FACTORIAL:
        raise _Unknown("its factorial is out of range")
    return float(math.factorial(int(number)))


def _binomial(above: float, below: float) -> float:
    if not (above.is_integer() and below.is_integer() and 0 <= above <= _MOST_CHOSEN_FROM and below >= 0):
        raise _Unknown("its binomial is out of range")
    return float(math.comb(int(above), int(below)))
