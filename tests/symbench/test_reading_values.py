"""Amounts with units and mathematical values are read as they are written, and nothing else is."""

import math
from fractions import Fraction

import pytest

from codesteer_tui.symbench.reading.amounts import amount
from codesteer_tui.symbench.reading.answer import Unreadable
from codesteer_tui.symbench.reading.latex import Value, normal, parts, value
from codesteer_tui.symbench.reading.numbers import number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$96,754,437.0", 96754437),
        ("-$5", -5),
        ("$-5.00", -5),
        ("\\$5", 5),
        ("720 minutes.", 720),
        ("720\\text{ minutes}", 720),
        ("x = 5 kg", 5),
        ("3 + 4 = 7", 7),
        ("2.5 million people", 2_500_000),
        ("1.2 \\times 10^{5}", 120_000),
        ("5 m²", 5),
        ("5 m^2", 5),
        ("45%", 45),
        ("12 345 apples", 12345),
        ("He earned $720 in all.", 720),
        ("1/3 cup", Fraction(1, 3)),
    ],
)
def test_amounts_are_read_with_their_units(text: str, value: int | Fraction) -> None:
    assert amount(text) == value


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "no number",
            "5 or 6",
            "5 or so",
            "more than 5",
            "5 - 3",
            "5 * 3",
            "2 hours 30 minutes",
            "1,23",
            "10^6",
        ),
        *("5²", "5!", "not 5", "--5", "1 1/2", "5½", "5 (6)", "a dozen, 12, or so", "5 = ", "9" * 3000),
    ],
)
def test_what_is_not_one_amount_is_said_not_to_be_one(text: str) -> None:
    assert isinstance(amount(text), Unreadable)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("\\frac{1}{6}", 1 / 6),
        ("\\dfrac34", 0.75),
        ("\\frac1{2}", 0.5),
        ("3\\frac{1}{2}", 3.5),
        ("-3\\frac12", -3.5),
        ("3 1/2", 3.5),
        ("2\\frac{\\sqrt3}{2}", math.sqrt(3)),
        ("\\frac{3\\sqrt 2}{4}\\pi", 0.75 * math.sqrt(2) * math.pi),
        ("2√3", 2 * math.sqrt(3)),
        ("2sqrt(3)/2", math.sqrt(3)),
        ("\\sqrt[3]{-8}", -2),
        ("22.5^{\\circ}", 22.5),
        ("$24 \\pi$", 24 * math.pi),
        ("\\$1,234.50", 1234.5),
        ("12{,}000", 12000),
        ("10,\\!000", 10000),
        ("144\\text{ cm}^2", 144),
        ("36\\pi \\mbox{ square inches}", 36 * math.pi),
        ("x = 5", 5),
        ("2^{10}", 1024),
        ("-4^2", -16),
        ("\\binom{8}{3}", 56),
        ("\\frac{9!}{6!3!}", 84),
        ("0.\\overline{3}", 1 / 3),
        ("\\boxed{\\frac{1}{2}}", 0.5),
        ("1.5 \\times 10^{3}", 1500),
        ("1.5e-05", 1.5e-5),
        ("2½", 2.5),
        ("1/2 * sqrt(3)", math.sqrt(3) / 2),
    ],
)
def test_mathematical_values_are_computed(text: str, number: float) -> None:
    found = value(text)
    assert isinstance(found, Value)
    assert found.number == pytest.approx(number, rel=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "x",
            "5x",
            "2 \\pi r",
            "(2, 3)",
            "12,9",
            "3:2",
            "5 or 6",
            "5 6",
            "not 5",
            "1/0",
            "a = 2, b = 3",
            "5 and",
        ),
        *(
            "9^9^9",
            "9^{9^9}",
            "1000!",
            "5!!!!",
            "\\sqrt{-1}",
            "(-1)^{0.5}",
            "\\binom{5000}{3}",
            "(" * 40 + "5" + ")" * 40,
        ),
        *("9" * 400, "1+" * 600 + "1", "\\frac{1}", "\\cos 3", "٤", "1.2.3"),
    ],
)
def test_what_has_no_value_is_said_to_have_none(text: str) -> None:
    assert isinstance(value(text), Unreadable)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("(2,-3)", "\\left( 2, -3 \\right)"),
        ("\\text{East}", "east"),
        ("\\textbf{(A)}", "A"),
        ("x^{2}+1", "x^2 + 1"),
        ("\\dfrac{a}{b}", "\\frac{a}{b}"),
        ("\\frac12x", "1/2 x"),
        ("3:2", "$3 : 2$"),
    ],
)
def test_texts_that_mean_the_same_are_made_alike(one: str, other: str) -> None:
    assert normal(one) == normal(other)


def test_texts_that_mean_something_else_stay_different() -> None:
    for one, other in (
        ("1 2", "12"),
        ("(2,3)", "(3,2)"),
        ("x^2", "x2"),
        ("2x", "2X"),
        ("3:2", "2:3"),
        ("[2,3]", "(2,3)"),
    ):
        assert normal(one) != normal(other)


def test_points_and_lists_are_taken_apart() -> None:
    assert parts("\\left(\\frac{1}{2}, f(1,2)\\right)") == ("(,)", ["\\frac{1}{2}", "f(1,2)"])
    assert parts("12,9") == (",", ["12", "9"])
    assert parts("3 : 2") == (":", ["3", "2"])


@pytest.mark.timeout(5)
@pytest.mark.parametrize(
    "text", ["1" + " " * 49_000 + "x", "1" + ") " * 10_000 + "( " * 10_000, "(1" * 16_000]
)
def test_what_is_much_longer_than_a_number_is_refused_at_once(text: str) -> None:
    assert isinstance(number(text), Unreadable)
