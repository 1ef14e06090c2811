from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesteer_tui.symbench.arithmetic import Expression, expression
from codesteer_tui.symbench.parsing import Readings, Unreadable, integer, integers, plain, readings


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("24", 24),
        ("-1,234,567", -1234567),
        ("−1 234", -1234),
        ("1_000", 1000),
        ("$12{,}345$", 12345),
        ("12\\,345", 12345),
        ("+7", 7),
        ("3.0", 3),
        ("４２", 42),
    ],
)
def test_integers_are_read_with_their_separators(text: str, value: int) -> None:
    assert integer(text) == value


@pytest.mark.parametrize(
    "text", ["", "1,23", "12 apples", "1.5", "0x10", "1e3", "--1", "9" * 2000, "12,345 678", "٤٢"]
)
def test_what_is_not_an_integer_is_said_not_to_be_one(text: str) -> None:
    assert isinstance(integer(text), Unreadable)


def test_lists_are_read_in_any_brackets() -> None:
    for text in ("[1, 2, -3]", "(1,2,-3)", "1 2 -3", "1; 2; -3", "\\{1, 2, -3\\}"):
        assert integers(text) == [1, 2, -3]
    assert integers("[]") == []
    assert isinstance(integers("[1, two]"), Unreadable)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1+2)*3", 9),
        ("8/(3-8/3)", 24),
        ("8 - 4 - 2", 2),
        ("16/4/2", 2),
        ("3 \\times 8", 24),
        ("3 × 8 ÷ 2 − 1", 11),
        ("3 x 8", 24),
        ("$\\frac{48}{2}$", 24),
        ("\\left( 1 + \\dfrac{1}{2} \\right) \\cdot 16", 24),
        ("\\frac{\\frac{8}{2}}{2}", 2),
        ("[(1 + 2)] * {8}", 24),
        ("-4 + 28", 24),
        ("4 - -20", 24),
        ("-2 * 3 + 1", -5),
        ("1/3", Fraction(1, 3)),
    ],
)
def test_expressions_have_their_exact_value(text: str, value: int | Fraction) -> None:
    read = expression(text)
    assert isinstance(read, Expression)
    assert read.value() == value


@pytest.mark.parametrize(
    "text",
    ["", "1 2", "2**3", "7//2", "1.5", "(1", "1)", "()", "1+", "*1", "abs(1)", "1,2", "2(3)", "2^3", "1%2"],
)
def test_what_is_not_an_expression_is_said_not_to_be_one(text: str) -> None:
    assert isinstance(expression(text), Unreadable)


def test_division_by_zero_has_no_value() -> None:
    read = expression("1/(2-2)")
    assert isinstance(read, Expression)
    assert read.value() == Unreadable("It divides by zero")


trees = st.recursive(
    st.integers(0, 99).map(str),
    lambda part: st.tuples(part, st.sampled_from("+-*/"), part).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
    max_leaves=12,
)


@given(trees)
def test_expressions_agree_with_python_on_fractions(text: str) -> None:
    read = expression(text)
    assert isinstance(read, Expression)
    code = "".join(f"Fraction({part})" if part.isdigit() else part for part in _parts(text))
    try:
        expected = eval(code, {"Fraction": Fraction})  # noqa: S307 - made by the test itself
    except ZeroDivisionError:
        assert isinstance(read.value(), Unreadable)
    else:
        assert read.value() == expected


def _parts(text: str) -> list[str]:
    for sign in "()+-*/":
        text = text.replace(sign, f" {sign} ")
    return text.split()


@given(st.text() | st.text(alphabet="0123456789+-*/()[]{}\\frac ×÷x=,."))
def test_any_text_can_be_read(text: str) -> None:
    for reader in (integer, integers, expression, readings):
        assert reader(text) is not None
    assert isinstance(plain(text), str)


def test_a_bare_answer_is_read_as_it_is_and_by_its_last_line() -> None:
    read = readings("computing\n24")
    assert isinstance(read, Readings)
    assert read.texts == ("computing\n24", "24")
    assert not read.answer.found


def test_a_marked_answer_is_the_only_one_that_counts() -> None:
    read = readings("<<<The answer is 24.>>>\n25")
    assert isinstance(read, Readings)
    assert read.texts == ("The answer is 24.", "24")
