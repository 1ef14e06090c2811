import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesteer_tui.answers import final_answer, without_announcement


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("<<<24>>>", "24"),
        ("first <<<1>>> then <<<2>>>", "2"),
        ("<<<Count: 2,\nPositions: [1, 3]>>>", "Count: 2,\nPositions: [1, 3]"),
        ("<<<5>>> and an empty pair <<< >>>", "5"),
        ("<<<x > 3>>>", "x > 3"),
        ("a << b <<<<7>>>> done", "7"),
        ("<<<7>>>\n>>> print(7)\n", "7"),
        ("<<<7>>> and then <<<cut off", "7"),
        ("so \\boxed{\\frac{1}{2}} it is", "\\frac{1}{2}"),
        ("\\boxed{1} or \\boxed{2}", "2"),
        ("\\boxed{1} or \\boxed{2", "1"),
        ("<<<3>>> and \\boxed{4}", "3"),
        ("thinking\nAnswer: 24", "24"),
        ("**Final Answer:** $24$.", "24"),
        ("So the answer is 3,628,800.\n\nLet me know if you need more.", "3,628,800"),
        ("The answer is:\n\n  42\n", "42"),
        ("Answer: 1\nAnswer: 2", "2"),
    ],
)
def test_the_final_answer_is_found_where_a_careful_reader_would_look(text: str, answer: str) -> None:
    found = final_answer(text)
    assert found.found
    assert found.text == answer


@pytest.mark.parametrize(
    "text", ["", "24", "I think it could be 24 or 25.", "<<<>>>", "\\boxed{}", "Answer:"]
)
def test_text_that_names_no_final_answer_gives_none(text: str) -> None:
    found = final_answer(text)
    assert not found.found
    assert found.text == ""


def test_it_says_where_the_answer_was_found() -> None:
    assert "<<<…>>>" in final_answer("<<<1>>>").how
    assert "boxed" in final_answer("\\boxed{1}").how
    assert "result" in final_answer("Result: 1").how


@given(st.text(alphabet=st.sampled_from("<>ab\\boxed{}\n:Answeris24 $*.=")) | st.text())
def test_any_text_is_accepted(text: str) -> None:
    found = final_answer(text)
    assert bool(found.text) == found.found


@given(st.text(alphabet=st.characters(exclude_characters="<>", exclude_categories=["Cs"])), st.text())
def test_the_last_marked_answer_is_given_back_whatever_stands_before_it(answer: str, before: str) -> None:
    if answer.strip():
        assert final_answer(f"{before}<<<{answer}>>>").text == answer.strip()


@pytest.mark.parametrize(
    "piece", ["<<<", ">>>", "<<<>>>", "\\boxed{", "\\boxed{}", "Answer:\n", "the answer "]
)
def test_megabytes_of_hostile_text_are_read_quickly(piece: str) -> None:
    assert not final_answer(piece * (4_000_000 // len(piece))).text.isdigit()


def test_an_announcement_is_taken_off_a_single_line_only() -> None:
    assert without_announcement(" The answer is 24. ") == "24"
    assert without_announcement("(1+2)*8") == "(1+2)*8"
    assert without_announcement("Answer: 1\nmore") == "Answer: 1\nmore"
