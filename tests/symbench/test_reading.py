"""Numbers, expressions, lists, tables and options are read out of answers, and nothing is guessed."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesteer_tui.symbench.reading.amounts import amount
from codesteer_tui.symbench.reading.answer import Misfit, Unreadable, candidates, judge
from codesteer_tui.symbench.reading.expression import Expression, expression
from codesteer_tui.symbench.reading.latex import parts, value
from codesteer_tui.symbench.reading.lists import (
    cells,
    grid,
    integers,
    items,
    nested,
    numbers,
    pairs,
    table,
    unframed,
)
from codesteer_tui.symbench.reading.numbers import integer, number, plain
from codesteer_tui.symbench.reading.options import letter, listed, yes_or_no


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
    "text", ["", "1,23", "12 apples", "1.5", "4²", "5½", "0x10", "1e3", "--1", "9" * 2000, "12,345 678", "٤٢"]
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
    for reader in (
        integer,
        integers,
        number,
        numbers,
        expression,
        candidates,
        items,
        nested,
        grid,
        pairs,
        yes_or_no,
        amount,
        value,
        parts,
    ):
        assert reader(text) is not None
    assert isinstance(plain(text), str)


def test_a_bare_answer_is_read_as_it_is_and_by_its_last_line() -> None:
    assert candidates("computing\n24") == ["computing\n24", "24"]


def test_a_marked_answer_is_the_only_one_that_counts() -> None:
    assert candidates("[1, 2]\n<<<The answer is 24.>>>\n25") == ["The answer is 24.", "24", "24."]


def test_without_marks_a_careful_reader_looks_for_what_stands_out() -> None:
    text = "The rows:\n```\n1, 2\n3, 4\n```\nthat is [[1, 2],\n[3, 4]] in short."
    found = candidates(text)
    assert not isinstance(found, Unreadable)
    assert "1, 2\n3, 4" in found
    assert "[[1, 2],\n[3, 4]]" in found


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", Fraction(3)),
        ("-1,234.50", Fraction(-2469, 2)),
        ("-.5", Fraction(-1, 2)),
        ("17/12", Fraction(17, 12)),
        ("\\frac{1}{6}", Fraction(1, 6)),
        ("-\\dfrac{3}{4}", Fraction(-3, 4)),
        ("2.5e-3", Fraction(1, 400)),
        ("0.1", Fraction(1, 10)),
        ("½", Fraction(1, 2)),
        ("96754437.0", Fraction(96754437)),
    ],
)
def test_numbers_are_read_exactly(text: str, value: Fraction) -> None:
    assert number(text) == value


@pytest.mark.parametrize(
    "text", ["", ".", "e5", "1e9999", "1/0", "1/2/3", "nan", "inf", "12 apples", "1.2.3", "--1"]
)
def test_what_is_not_a_number_is_said_not_to_be_one(text: str) -> None:
    assert isinstance(number(text), Unreadable)


TABLE = [["a", "b"], ["c", "d"]]


@pytest.mark.parametrize(
    "text",
    [
        '[["a", "b"], ["c", "d"]]',
        "a,b\nc,d",
        "a b\n\n c d ",
        "[a, b]\n[c, d]",
        "[[a,b],[c,d]]",
        "((a b) (c d))",
        "‘a’ b\nc d",
    ],
)
def test_tables_are_read_in_any_layout(text: str) -> None:
    assert grid(text) == TABLE
    assert table(text, 2, 2) == TABLE


def test_a_table_may_be_one_flat_list_and_its_size_is_checked() -> None:
    assert table("a, b, c, d", 2, 2) == TABLE
    assert table("[a, b,\n c, d]", 2, 2) == TABLE
    assert table("ab\ncd", 2, 2, glued=True) == TABLE
    assert table("a, b, c", 2, 2) == "There are 3 cells, not 4."
    assert table("a, b\nc", 2, 2) == "Row 2 has 1 cells, not 2."
    assert table("a,b\nc,d\ne,f", 2, 2) == "There are 3 rows, not 2."


@pytest.mark.parametrize(
    "text",
    ["0 3, 1 0", "[[0, 3], [1, 0]]", "[(0, 3), (1, 0)]", "0 3\n1 0", "(0,3) (1,0)", "0, 3, 1, 0", "0,3\n1,0"],
)
def test_pairs_are_read_in_any_form(text: str) -> None:
    assert pairs(text) == [(0, 3), (1, 0)]


@pytest.mark.parametrize("text", ["0 3, 1", "0 3 x", "[[0, 3, 1]]", "0 3, 1 0, 2"])
def test_what_is_no_list_of_pairs_is_said_not_to_be_one(text: str) -> None:
    assert isinstance(pairs(text), Unreadable)


@pytest.mark.parametrize("text", ["[" * 9 + "1" + "]" * 9, "[1, 2", "1]", '["a, b]', "[[1], 2, [3]]"])
def test_lists_that_are_not_well_formed_are_refused(text: str) -> None:
    assert isinstance(items(text), Unreadable)


OPTIONS = {"A": "01/29/2011", "B": "01/28/2011"}


@pytest.mark.parametrize(
    "text", ["(A)", "A", "a)", "A.", "option A", "(A) 01/28/2011", "A 01/29/2011", "01/29/2011"]
)
def test_the_letter_of_an_option_is_read(text: str) -> None:
    assert letter(text, OPTIONS) == "A"


@pytest.mark.parametrize(
    "text", ["", "A bird", "unknown", "(AB)", "01/30/2011", "(A) or (B)", "A or B", "(A) (B)"]
)
def test_what_is_no_option_is_said_not_to_be_one(text: str) -> None:
    assert isinstance(letter(text, OPTIONS), Unreadable)


def test_the_options_of_a_question_are_found_in_its_lines() -> None:
    assert listed("Which?\nOptions:\n(A) 01/29/2011\n  (B) 01/28/2011 \n\nGive (C) as <<<(C)>>>.") == OPTIONS


@pytest.mark.parametrize(
    ("text", "said"), [("yes", "Yes"), ("No.", "No"), ("YES, it does", "Yes"), ("**no**", "No")]
)
def test_yes_and_no_are_read_in_any_case(text: str, said: str) -> None:
    assert yes_or_no(text) == said


@pytest.mark.parametrize(
    "text", ["unknown", "", "nothing", "yesterday", "maybe yes", "yes or no", "No. Yes!"]
)
def test_what_is_neither_yes_nor_no_is_said_to_be_neither(text: str) -> None:
    assert isinstance(yes_or_no(text), Unreadable)


def test_an_announced_answer_is_also_taken_as_it_is_written() -> None:
    assert "*,0,1,*" in candidates("Answer: *,0,1,*")  # type: ignore[operator]
    assert "1, 2\n3, 4" in candidates("The result is:\n1, 2\n3, 4\n\nI hope that helps.")  # type: ignore[operator]
    assert "1, 2\n3, 4" in candidates("Answer: 1, 2\n3, 4")  # type: ignore[operator]


def test_a_misfit_is_wrong_unless_something_else_fits() -> None:
    def two_lines(text: str) -> str | Unreadable | None:
        return None if text.count("\n") == 1 else Misfit("It has not two lines")

    assert judge("Answer: a\nb", two_lines, "Two.").outcome == "pass"
    assert judge("<<<a>>>", two_lines, "Two.").outcome == "fail"
    assert judge("<<<a>>>", two_lines, "Two.").reason == "It has not two lines."


@pytest.mark.parametrize(
    "text",
    [
        "\\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}",
        "\\left[\\begin{array}{cc} a & b \\\\ c & d \\end{array}\\right]",
        "| a | b |\n|---|---|\n| c | d |",
        "+---+---+\n| a | b |\n+---+---+\n| c | d |\n+---+---+",
        "{{a, b}, {c, d}}",
        "[[a, b], [c, d]]",
    ],
)
def test_tables_are_read_out_of_their_frames(text: str) -> None:
    assert table(unframed(text), 2, 2) == TABLE


@pytest.mark.timeout(5)
@pytest.mark.parametrize("sign", ["\n", "|", "-", "- ", " -\n", "\\begin ", "\\begin{", "+"])
def test_frames_are_looked_for_in_time_that_grows_with_the_length_only(sign: str) -> None:
    assert unframed(sign * (50_000 // len(sign)) + "x").endswith("x")


@pytest.mark.parametrize(
    "text", ["a b\nc\nd", "[a, b, c, d]", "[[a, b], [c, d]]", "ab\ncd", '"a", "b",\n"c", "d"']
)
def test_the_cells_of_a_table_are_read_however_it_is_broken_into_lines(text: str) -> None:
    assert cells(text, 2, 2, glued=True) == ["a", "b", "c", "d"]


@pytest.mark.parametrize("text", ["a b c", "[[a, b, c, d]]x", "[[a], [b], [c], [d]]", "abcd"])
def test_cells_of_another_number_or_shape_are_a_misfit(text: str) -> None:
    assert isinstance(cells(text, 2, 2, glued=True), Unreadable)
