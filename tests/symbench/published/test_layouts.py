"""What the layouts make of names and texts."""

import pytest

from codesteer_tui.symbench.published.layouts.files import natural
from codesteer_tui.symbench.published.layouts.plans import greedy_steps
from codesteer_tui.symbench.published.layouts.question_text import DERIVED
from codesteer_tui.symbench.published.layouts.texts import boxed
from codesteer_tui.symbench.published.layouts.trajectories import wanted


@pytest.mark.parametrize(
    ("solution", "answer"),
    [
        (r"So $\boxed{5}$.", "5"),
        (r"$\boxed{1}$, no: $\boxed{\frac{1}{2}}$", r"\frac{1}{2}"),
        (r"\boxed{ \{1,2\} }", r"\{1,2\}"),
        (r"\boxed{}", None),
        (r"\boxed{5", None),
        ("5", None),
    ],
)
def test_the_answer_is_what_the_last_box_holds(solution: str, answer: str | None) -> None:
    assert boxed(solution) == answer


@pytest.mark.parametrize(
    ("instruction", "visit", "avoid"),
    [
        ("Go to the red box and enter the blue one.", ["red", "blue"], []),
        ("Go to the red box. Remember do not enter the pink area.", ["red"], ["pink"]),
        (
            "Go to the red box, and always do not enter the blue, green, and pink areas.",
            ["red"],
            ["blue", "green", "pink"],
        ),
        (
            "Visit the purple area, but never enter all the other colored boxes.",
            ["purple"],
            ["blue", "red", "green", "yellow", "pink", "orange"],
        ),
    ],
)
def test_an_instruction_tells_what_to_visit_and_what_to_avoid(
    instruction: str, visit: list[str], avoid: list[str]
) -> None:
    assert wanted(instruction) == (visit, avoid)


def test_the_greedy_bound_takes_lifters_in_their_order_until_they_are_strong_enough() -> None:
    assert greedy_steps([10], [3, 3, 4]) == 1
    assert greedy_steps([10, 1], [3, 3, 4]) == 2
    assert greedy_steps([4, 3, 3], [3, 3, 4]) == 2
    assert greedy_steps([3, 3, 4], [4, 3, 3]) == 1


def test_numbers_in_names_sort_as_numbers() -> None:
    names = ["sample_10", "sample_9", "sample_100", "a_2_10", "a_2_9", "sample"]
    assert sorted(names, key=natural) == ["a_2_9", "a_2_10", "sample", "sample_9", "sample_10", "sample_100"]


def test_a_board_that_does_not_fit_its_size_is_not_taken() -> None:
    read = DERIVED["reversi"]
    text = "Before:\n0*\n*1\nExample: <<<*,*>>>"
    assert read(text, {"board_size": 2}) == {"printed_board": ["0*", "*1"], "true_start_board": ["10", "01"]}
    assert read(text, {"board_size": 4}) == {}
    assert read(text, {"board_size": "2"}) == {}
    assert read(text, {"board_size": 10**9}) == {}


@pytest.mark.parametrize("task", DERIVED)
def test_a_text_without_the_data_gives_nothing(task: str) -> None:
    assert DERIVED[task]("What is the answer?", {"board_size": 4}) == {}
