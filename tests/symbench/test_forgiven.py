"""What is forgiven in every task, and what is not read where that would need guessing."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import generate, tasks, verify
from codesteer_tui.symbench.reading.wrapping import without_label

ALL = pytest.mark.parametrize("task_id", list(tasks))


def inside(problem: Problem) -> str:
    return (problem.gold or "").strip("<>").strip()


@ALL
def test_what_stands_around_a_marked_answer_is_forgiven(task_id: str) -> None:
    for seed in range(4):
        problem = generate(task_id, seed)
        answer = inside(problem)
        worn = [
            f"**{answer}**",
            f"`{answer}`",
            f"```\n{answer}\n```",
            f"${answer}$",
            f"\\boxed{{{answer}}}",
            f"{answer}.",
        ]
        if '"' not in answer:
            worn += [f'"{answer}"', f"\\text{{{answer}}}"]
        for text in worn:
            verdict = verify(problem, f"<<<{text}>>>")
            assert verdict.outcome == "pass", (seed, text, verdict)


@ALL
def test_a_closing_sentence_is_forgiven(task_id: str) -> None:
    problem = generate(task_id, 1)
    for text in (
        f"<<<{inside(problem)}\n\nI hope this helps!>>>",
        f"{inside(problem)}\n\nI hope this helps!",
    ):
        verdict = verify(problem, text)
        assert verdict.outcome == "pass", (text, verdict)


@ALL
def test_a_sentence_that_takes_an_answer_back_leaves_it_unread(task_id: str) -> None:
    problem = generate(task_id, 1)
    for text in (f"<<<{inside(problem)}\n\nBut that is not the answer.>>>", f"It is not {inside(problem)}"):
        assert verify(problem, text).outcome != "pass", text


QUEENS, BOOKS, TILE, SQUARE = (
    generate(task_id, 1)
    for task_id in ("eight_queens", "permutations_and_combinations", "2048", "letter_logic_diagram")
)
CARDS = generate("constrained_linear_arrangement", 1)
WAY, LOCK, EQUATIONS, NET = (
    generate(task_id, 1) for task_id in ("path_plan", "cryptanalysis", "logical_equation", "BoxNet1")
)
REVERSI, MATRIX = generate("reversi", 1), generate("matrix_transformation", 1)
FOUR, DATE, ORDER = (
    generate(task_id, 1) for task_id in ("game24", "date_understanding", "logical_deduction_seven_objects")
)
WALK = generate("navigate", 1)
PRODUCT, SCORE, LETTERS = (
    generate(task_id, 1) for task_id in ("number_multiply", "statistical_counting", "letters")
)
BLOCKS, LIFT = generate("Blocksworld", 1), generate("BoxLift", 1)
STRING = generate("string_deletion_and_modification", 1)


def _rows(problem: Problem) -> list[list[str]]:
    values = inside(problem).replace("\n", ",").split(",")
    width = int(len(values) ** 0.5)
    return [[value.strip() for value in values[at : at + width]] for at in range(0, len(values), width)]


def _right() -> Iterator[tuple[Problem, str]]:
    pairs = [pair.split() for pair in inside(QUEENS).split(", ")]
    yield QUEENS, f"The queens are at {', '.join(f'({row}, {column})' for row, column in pairs)}."
    yield FOUR, f"One way: {inside(FOUR)} = 24."
    yield FOUR, f"<<<{inside(FOUR)} (=24)>>>"
    yield FOUR, f"<<<{inside(FOUR)} = 24.0>>>"
    yield FOUR, f"<<<{inside(FOUR)} = 24 ✓>>>"
    yield FOUR, f"The expression is {inside(FOUR)}"
    yield REVERSI, f"The answer is {inside(REVERSI)}."
    yield REVERSI, f"**Answer: {inside(REVERSI)}**"
    yield DATE, "$\\boxed{\\mathrm{D}}$"
    yield DATE, "\\boxed{\\text{D}}"
    yield WALK, "**No**, you stand elsewhere."
    yield WALK, "**No.** You stand elsewhere."
    yield WALK, "<<<No, because one step is left.>>>"
    yield SCORE, "The total score is **36**."
    yield SCORE, "<<<36 points>>>"
    yield SCORE, "<<<6+30 = 36>>>"
    yield PRODUCT, "<<<(-1053864)>>>"
    yield PRODUCT, "So 3·(-42)·8364 = **-1,053,864**."
    yield LETTERS, "Count: 3\nPositions: [1, 9, 10]"
    yield LETTERS, "**Count:** 3\n**Positions:** [1, 9, 10]"
    yield LOCK, "<<<2, 5, P, A>>>"
    yield LOCK, "<<<25 PA>>>"
    yield LOCK, "The password is 25PA."
    yield STRING, "The final string is bcacca."
    books = json.loads(inside(BOOKS))
    yield BOOKS, f"<<<{', '.join(books).lower()}>>>"
    yield BOOKS, f"<<<{' -> '.join(books)}>>>"
    yield BOOKS, f'<<<"{inside(BOOKS)}">>>'
    cards = inside(CARDS).split(",")
    names = dict(zip("ABCDE", ("wood", "fire", "earth", "metal", "water"), strict=True))
    yield CARDS, f"<<<{', '.join(f'{card} ({names[card]})' for card in cards)}>>>"
    yield CARDS, f"<<<{', '.join(cards[:-1])} and {cards[-1]}>>>"
    values = json.loads(inside(EQUATIONS))
    named = dict(zip("ABCDEFGHIJKLMNO", values, strict=False))
    yield EQUATIONS, f"<<<{json.dumps(named)}>>>"
    yield EQUATIONS, "<<<" + "\n".join(f"- {letter} = {value}" for letter, value in named.items()) + ">>>"
    points = inside(WAY).strip("[]").replace("), (", ")\n(").split("\n")
    yield WAY, "<<<" + "\n".join(f"{at}. {point}" for at, point in enumerate(points, 1)) + ">>>"
    yield NET, "<<<" + "\n".join(json.dumps(step) for step in json.loads(inside(NET))) + ">>>"
    for problem in (TILE, SQUARE):
        yield (
            problem,
            "<<<"
            + "\n".join(f"Row {at}: {', '.join(row)}" for at, row in enumerate(_rows(problem), 1))
            + ">>>",
        )
        table = "\n".join(f"| {' | '.join(row)} |" for row in _rows(problem))
        columns = len(_rows(problem))
        head = "|" + "|".join(f" c{at} " for at in range(columns)) + "|\n|" + "---|" * columns
        yield problem, f"{head}\n{table}"
    yield BLOCKS, f"<<<A plan that works:\n{inside(BLOCKS)}\nI hope this helps!>>>"


@pytest.mark.parametrize(("problem", "answer"), _right())
def test_other_forms_that_leave_nothing_open_are_read(problem: Problem, answer: str) -> None:
    verdict = verify(problem, answer)
    assert verdict.outcome == "pass", verdict


def _unread() -> Iterator[tuple[Problem, str]]:
    columns = [pair.split()[1] for pair in inside(QUEENS).split(", ")]
    yield QUEENS, f"<<<{', '.join(columns)}>>>"
    yield QUEENS, "<<<" + "\n".join("0" * int(at) + "1" + "0" * (7 - int(at)) for at in columns) + ">>>"
    yield DATE, "It is (D), not (A)."
    for denial in ("(D) is not the answer", "(D) is false", "(D)? I doubt it", "(D) can be ruled out"):
        yield DATE, f"<<<{denial}>>>"
    for text in ("It is not (D).", "(D) is wrong", "I think it's between (A) and (D)"):
        yield DATE, text
    yield ORDER, "The true statement is (D), because (G) fails."
    for text in (
        *("No idea", "No answer", "No way to tell", "No solution", "No doubt: yes", "No is wrong, it is Yes"),
        *(
            "No, wait: Yes",
            "No — actually yes",
            "No solution found.",
            "Sorry.\nNo answer.",
            "<<<Yes - no, No>>>",
        ),
        *("<<<No idea>>>", "No, I am not sure"),
    ):
        yield WALK, text
    yield BOOKS, f"<<<{' > '.join(json.loads(inside(BOOKS)))}>>>"
    yield CARDS, "<<<" + ", ".join(f"{card} (mouse)" for card in inside(CARDS).split(",")) + ">>>"
    yield SCORE, "The number of runs is 36"
    yield SCORE, "The score of the A runs is 36."
    yield SCORE, "Step 1 gives **36**."
    rows = inside(SQUARE).split("\n")
    yield (
        SQUARE,
        "<<<" + "\n".join(f"Row {at}: {row}" for at, row in zip(range(7, 0, -1), rows, strict=True)) + ">>>",
    )
    yield WAY, f"I tried the path {inside(WAY)}, it hits the wall."
    yield LETTERS, "<<<count 3; positions [1, 9, 10]>>>"
    yield SQUARE, f"<<<{inside(SQUARE)}\n\nThe row sums are fine, but the last row is doubtful>>>"
    for line in (
        "Put block B from stack3 onto stack2",
        "Shift B from stack3 to stack2",
        "B: stack3 -> stack2",
        "Move B back to stack4",
        "then undo the last move",
        "D goes home",
        "Move A from stack1 to stack4 (and B to stack2)",
        "A goes home",
    ):
        yield BLOCKS, f"<<<{inside(BLOCKS)}\n{line}>>>"
    yield BLOCKS, f"<<<Take A from stack1 to stack2\n{inside(BLOCKS)}>>>"
    yield LIFT, f"<<<First: [(186, [0])]\n{inside(LIFT)}>>>"


@pytest.mark.parametrize(("problem", "answer"), _unread())
def test_what_would_have_to_be_guessed_is_not_judged(problem: Problem, answer: str) -> None:
    assert verify(problem, answer).outcome == "could_not_check"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("The final string is abc.", "abc."),
        ("The total score: 36", "36"),
        ("So the order of the books is A, B", "A, B"),
        ("The largest number is 13", ""),
        ("The wrong answer is 13", ""),
        ("The opposite is Yes", ""),
        ("The answer is 1\nor 2", ""),
    ],
)
def test_a_sentence_that_names_the_answer_is_read(text: str, said: str) -> None:
    assert without_label(text) == said
