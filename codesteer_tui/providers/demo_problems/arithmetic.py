"""Exact arithmetic: + - * / ^ and parentheses over integers and decimals."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from codesteer_tui.providers.demo_problems.base import (
    VERDICT,
    Declined,
    DemoProblem,
    Recognised,
    fill,
    one_line,
    phrase,
)

MAX_TOKENS = 80
MAX_NUMBER_CHARS = 40
MAX_RESULT_BITS = 1000
MAX_EXPONENT = 1000
MAX_DEPTH = 20
EASY_DIGITS = 4
"""Results of up to so many digits are guessed right: nobody gets 2 + 2 wrong."""

_MAX_CHARS = 400
_LEAD = phrase(
    r"(?:(?:please|can you|could you|what(?:'s| is| does)|how much is|tell me|find|give|compute|calculate"
    r"|evaluate|work out|solve|the|exact|exactly|value|result|answer|of|equals?|question|problem|expression"
    r"|simplify|me)\b[\s:]*)*"
)
_TAIL = re.compile(r"\s{0,3}(?:equals?|exactly|be|make)?\s{0,3}=?\s{0,3}\??$", re.IGNORECASE)
_WORDS = tuple(
    (phrase(pattern), sign)
    for pattern, sign in (
        (r"\s*\bplus\b\s*", "+"),
        (r"\s*\bminus\b\s*", "-"),
        (r"\s*\b(?:times|multiplied by)\b\s*", "*"),
        (r"\s*\b(?:divided by|over)\b\s*", "/"),
        (r"\s*\b(?:to the power(?: of)?|raised to(?: the power of)?)\b\s*", "^"),
        (r"(?<=[\d)])\s*x\s*(?=[\d(-])", "*"),
        (r"\*\*", "^"),
    )
)
_SIGNS = str.maketrans({"×": "*", "·": "*", "⋅": "*", "÷": "/", "−": "-", "–": "-"})
_NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?|\.[0-9]+"
_TOKEN = re.compile(rf"\s{{0,3}}({_NUMBER}|[-+*/^()])")
_SENTENCE_END = re.compile(r"(?<=[?!])\s+|\.\s+|\.$|\n+")
_FORMAT = re.compile(r"<<<.*?>>>", re.DOTALL)

SOLVER = r'''from fractions import Fraction

TOKENS = @TOKENS@

at = 0


def taken(*signs):
    """The next token if it is one of these, which is then passed; else None."""
    global at
    if at < len(TOKENS) and TOKENS[at] in signs:
        at += 1
        return TOKENS[at - 1]
    return None


def total():
    value = product()
    while sign := taken("+", "-"):
        other = product()
        value = value + other if sign == "+" else value - other
    return value


def product():
    value = signed()
    while sign := taken("*", "/"):
        other = signed()
        value = value * other if sign == "*" else value / other
    return value


def signed():
    sign = taken("+", "-")
    if sign:
        value = signed()
        return -value if sign == "-" else value
    value = single()
    if taken("^"):
        value = value ** int(signed())
    return value


def single():
    global at
    if taken("("):
        value = total()
        taken(")")
        return value
    at += 1
    return Fraction(TOKENS[at - 1])


def written(value):
    """An exact decimal where there is one of reasonable length, else a fraction."""
    for places in range(31):
        if (value * 10**places).denominator == 1:
            digits = str(abs(int(value * 10**places))).rjust(places + 1, "0")
            whole, fraction = digits[: len(digits) - places], digits[len(digits) - places :]
            return ("-" if value < 0 else "") + whole + ("." + fraction if places else "")
    return str(value)


result = total()
print(" ".join(TOKENS), "=", result)
print(f"<<<{written(result)}>>>")
'''

TEST = (
    r'''import re

TOKENS = @TOKENS@
CLAIM = @CLAIM@
RANK = {"+": 1, "-": 1, "*": 2, "/": 2, "neg": 3, "pos": 3, "^": 4}


def parts(text):
    """A decimal as two integers: how many of the smallest place, and how many of those make one."""
    whole, _, places = text.partition(".")
    return int((whole or "0") + places), 10 ** len(places)


def apply(sign, values):
    a, b = values.pop()
    if sign == "neg":
        values.append((-a, b))
    elif sign != "pos":
        c, d = values.pop()
        if sign == "+":
            values.append((c * b + a * d, d * b))
        elif sign == "-":
            values.append((c * b - a * d, d * b))
        elif sign == "*":
            values.append((c * a, d * b))
        elif sign == "/":
            values.append((c * b, d * a))
        else:
            power = a // b
            values.append((c**power, d**power) if power >= 0 else (d**-power, c**-power))


def exact():
    """The value as two integers, with a stack for values and one for signs that wait."""
    values, waiting, operand_before = [], [], False
    for token in TOKENS:
        if token == "(":
            waiting.append(token)
        elif token == ")":
            while waiting[-1] != "(":
                apply(waiting.pop(), values)
            waiting.pop()
        elif token not in RANK:
            values.append(parts(token))
        elif not operand_before:
            waiting.append("neg" if token == "-" else "pos")
        else:
            while waiting and waiting[-1] != "(" and token != "^" and RANK[waiting[-1]] >= RANK[token]:
                apply(waiting.pop(), values)
            waiting.append(token)
        operand_before = token == ")" or (token not in RANK and token != "(")
    while waiting:
        apply(waiting.pop(), values)
    top, bottom = values[0]
    return (-top, -bottom) if bottom < 0 else (top, bottom)


def problem_with(claim):
    text = re.split("=|\u2248", claim)[-1].replace("\u2212", "-").replace("$", "")
    text = re.sub("(?i)about|approximately|exactly|roughly", "", text)
    text = re.sub(r"(?<=[0-9])[,_](?=[0-9]{3})", "", text).strip().rstrip(".")
    said = re.fullmatch(r"([-+]?)\s?([0-9]{0,700}\.?[0-9]{0,700})(?:\s?/\s?([0-9]{1,700}))?", text)
    if not said or not any(sign.isdigit() for sign in said.group(2)):
        return "the answer is not a number"
    top, bottom = parts(said.group(2))
    bottom *= int(said.group(3) or 1)
    if bottom == 0:
        return "the answer divides by zero"
    top = -top if said.group(1) == "-" else top
    right, scale = exact()
    if top * scale == right * bottom:
        return ""
    places = len(said.group(2).partition(".")[2])
    ends = right * 10**1000 % scale == 0
    if not ends and places >= 2 and not said.group(3):
        # Without an exact decimal, one that is rounded to two places or more will do.
        return "" if abs(top * scale - right * bottom) * 2 <= scale else "the rounded digits are wrong"
    if (top < 0) != (right < 0):
        return "the sign is wrong"
    return "the answer is too " + ("large" if top * scale > right * bottom else "small")
'''
    + VERDICT
)


@dataclass(frozen=True)
class Arithmetic(DemoProblem):
    """The tokens of an expression: numbers as written (without commas), signs and parentheses."""

    tokens: tuple[str, ...]

    family = "exact arithmetic"
    approach = "It works through the expression with exact fractions."

    def guess(self, rng: Random) -> str:
        text = _written(_value(self.tokens))
        places = [at for at, sign in enumerate(text) if sign.isdigit()]
        if len(places) <= EASY_DIGITS:
            return text
        digits = list(text)
        # As with products, the ends of long results are easy and the middle is not.
        for at in rng.sample(places[2:-1], k=min(2, len(places) - 3)):
            digits[at] = str((int(digits[at]) + rng.randrange(1, 10)) % 10)
        return "".join(digits)

    def explain(self, answer: str) -> str:
        return f"Parentheses first, then powers, products and sums: {' '.join(self.tokens)} = {answer}."

    def solver(self) -> str:
        return fill(SOLVER, TOKENS=self.tokens)

    def test(self, claim: str) -> str | Declined:
        return fill(TEST, TOKENS=self.tokens, CLAIM=claim)


def recognise(question: str) -> Recognised:
    """Read one expression; sentences without numbers, such as how to answer, may stand around it."""
    sentences = [one_line(part) for part in _SENTENCE_END.split(_FORMAT.sub("", question))]
    with_digits = [part for part in sentences if re.search(r"[0-9]", part)]
    if len(with_digits) != 1 or len(with_digits[0]) > _MAX_CHARS:
        return None
    tokens = _tokens(with_digits[0])
    if tokens is None or not _Reader(tokens).is_expression():
        return None
    if len(tokens) > MAX_TOKENS or any(len(token) > MAX_NUMBER_CHARS for token in tokens):
        return Declined(
            f"I calculate with up to {MAX_TOKENS} numbers and signs of up to {MAX_NUMBER_CHARS} characters."
        )
    try:
        _value(tokens)
    except ZeroDivisionError:
        return Declined("That expression divides by zero.")
    except OverflowError as error:
        return Declined(str(error))
    return Arithmetic(tokens)


def _tokens(sentence: str) -> tuple[str, ...] | None:
    lead = _LEAD.match(sentence)
    text = _TAIL.sub("", sentence[lead.end() if lead else 0 :]).translate(_SIGNS)
    for pattern, sign in _WORDS:
        text = pattern.sub(sign, text)
    tokens: list[str] = []
    at = 0
    text = text.strip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            return None
        tokens.append(found.group(1).replace(",", ""))
        at = found.end()
    whole = [token.partition(".")[0] for token in tokens]
    # 007 and 2024-01-05 are names and dates, not numbers to calculate with.
    return None if any(len(part) > 1 and part[0] == "0" for part in whole) else tuple(tokens)


class _Reader:
    """Reads tokens by precedence, so that only what both programs can read is recognised, and gives its value.

    Raises `OverflowError` with a sentence for people where a result would grow too big.
    """

    def __init__(self, tokens: tuple[str, ...]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0
        self.operations = 0
        self.computing = False

    def is_expression(self) -> bool:
        """Whether the tokens are an expression with at least one sign between two numbers."""
        try:
            self.total()
        except SyntaxError:
            return False
        return self.at == len(self.tokens) and self.operations > 0

    def taken(self, *signs: str) -> str:
        if self.at < len(self.tokens) and self.tokens[self.at] in signs:
            self.at += 1
            return self.tokens[self.at - 1]
        return ""

    def total(self) -> Fraction:
        value = self.product()
        while sign := self.taken("+", "-"):
            value = self.combined(value, sign, self.product())
        return value

    def product(self) -> Fraction:
        value = self.signed()
        while sign := self.taken("*", "/"):
            value = self.combined(value, sign, self.signed())
        return value

    def signed(self) -> Fraction:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise SyntaxError
        sign = self.taken("+", "-")
        value = self.signed() if sign else self.single()
        if not sign and self.taken("^"):
            value = self.combined(value, "^", self.signed())
        self.depth -= 1
        return -value if sign == "-" else value

    def single(self) -> Fraction:
        if self.taken("("):
            value = self.total()
            if not self.taken(")"):
                raise SyntaxError
            return value
        if self.at == len(self.tokens) or not self.tokens[self.at][-1].isdigit():
            raise SyntaxError
        self.at += 1
        return Fraction(self.tokens[self.at - 1]) if self.computing else Fraction(1)

    def combined(self, left: Fraction, sign: str, right: Fraction) -> Fraction:
        self.operations += 1
        if not self.computing:
            return left
        if sign == "^":
            return self.power(left, right)
        if sign == "/":
            value = left / right
        else:
            value = left * right if sign == "*" else left + right if sign == "+" else left - right
        if _bits(value) > MAX_RESULT_BITS:
            raise OverflowError("That result has more digits than I write.")
        return value

    def power(self, base: Fraction, exponent: Fraction) -> Fraction:
        if exponent.denominator != 1:
            raise OverflowError("I raise to whole powers only.")
        if abs(exponent) > MAX_EXPONENT or _bits(base) * abs(exponent) > MAX_RESULT_BITS:
            raise OverflowError("That power has more digits than I write.")
        return Fraction(base ** int(exponent))


def _value(tokens: tuple[str, ...]) -> Fraction:
    reader = _Reader(tokens)
    reader.computing = True
    return reader.total()


def _bits(value: Fraction) -> int:
    return max(abs(value.numerator).bit_length(), value.denominator.bit_length())


def _written(value: Fraction) -> str:
    """An exact decimal of up to 12 places, else a rounded one of four."""
    places = next((n for n in range(13) if (value * 10**n).denominator == 1), 4)
    digits = str(abs(round(value * 10**places))).rjust(places + 1, "0")
    cut = len(digits) - places
    return ("-" if value < 0 else "") + digits[:cut] + ("." + digits[cut:] if places else "")
