"""Each family of the demo model: its real programs are right, its test programs tell right from wrong."""

import re
import time
from collections import Counter
from collections.abc import Callable
from fractions import Fraction

import pytest

from codesteer_tui.providers.demo_problems import recognise
from codesteer_tui.providers.demo_problems.base import DemoProblem
from tests.demo_talk import check, final, lazy_then_real, run

SUDOKU = """Solve this Sudoku:

53..7....
6..195...
.98....6.
8...6...3
4..8.3..1
7...2...6
.6....28.
...419..5
....8..79
"""
BOARD = """Complete the board with queens (1 is a queen, X is forbidden), 0-based rows and columns:

000000
00X000
000000
100000
000000
000000
"""
LIGHTS = """There is a grid of lights.
101
010
001

Button A controls the lights at ["1", "1"], ["3", "2"]
Button B controls the lights at ["1", "1"], ["2", "3"]

Round 1: Button A
Round 2: Button B
Round 3: Button A

Which lights are lit? Answer like <<<0,0,0,0,0,0,0,0,0>>>.
"""
RUNS = """Scan the string.
1. If there are two or more consecutive A's, add 1 to the total score.
2. If there are two or more consecutive B's, add 5 to the total score.
What is the total score of the string AABBBABAAABB?
"""
BLOCKS = """Initial State:
stack1: A B
stack2: C
stack3:

Goal State:
stack1: B A
stack2: C
"""


def _makes(target: int, numbers: list[int], *, ordered: bool = False) -> Callable[[str], bool]:
    def right(answer: str) -> bool:
        text = re.sub(r"[\[\],]", " ", answer)
        used = [int(number) for number in re.findall(r"\d+", text)]
        same = used == numbers if ordered else Counter(used) == Counter(numbers)
        return same and abs(eval(text, {}) - target) < 1e-9  # noqa: S307 - our own program's output

    return right


def _queens(answer: str) -> bool:
    cells = [tuple(map(int, pair.split())) for pair in answer.split(",")]
    apart = all(
        a[0] != b[0] and a[1] != b[1] and abs(a[0] - b[0]) != abs(a[1] - b[1])
        for i, a in enumerate(cells)
        for b in cells[:i]
    )
    return apart and len(cells) == 6 and (3, 0) in cells and (1, 2) not in cells


CASES: dict[str, tuple[str, Callable[[str], bool], list[str]]] = {
    "multiply": (
        "What is 48211*-69777?",
        lambda a: int(a) == 48211 * -69777,
        ["3364018947", "-336401894", "x"],
    ),
    "decimals": ("Which is larger, 9.11 or 9.9?", lambda a: a == "9.9", ["9.11", "9.8", "equal", "-9.9"]),
    "decimals yes": ("Is 9.11 greater than 9.9?", lambda a: a == "No", ["Yes", "9.9"]),
    "letters": (
        "How many times does the letter e appear in 'nevertheless', and where?",
        lambda a: a == "Count: 4, Positions: [2, 4, 8, 10]",
        ["Count: 4, Positions: [2, 4, 8, 11]", "Count: 5, Positions: [2, 4, 8, 10]", "4"],
    ),
    "strawberry": ("How many r's are in the word strawberry?", lambda a: a == "3", ["2", "4", "many"]),
    "game24": (
        "Use 1, 5, 5 and 5 to make 24",
        _makes(24, [1, 5, 5, 5]),
        ["5*5-1", "5*(5-1/5)+0", "(5-1/5)*5 = 25", "5*5-1*5", "__import__('os')", "24", "-(5-5)", "("],
    ),
    "game six": ("Game: reach 391 using 2 3 5 7 11 13", _makes(391, [2, 3, 5, 7, 11, 13]), ["2+3+5+7+11+13"]),
    "queens": (BOARD, _queens, ["0 1, 1 3, 2 5, 3 0, 4 2", "0 0, 1 1, 2 2, 3 3, 4 4, 5 5", "no solution"]),
    "sudoku": (
        SUDOKU,
        lambda a: a.startswith("[[5, 3, 4, 6, 7, 8, 9, 1, 2]") and a.endswith("[3, 4, 5, 2, 8, 6, 1, 7, 9]]"),
        ["[[5, 3, 4]]", str([[1, 2, 3, 4, 5, 6, 7, 8, 9]] * 9), "no solution"],
    ),
    "lights": (LIGHTS, lambda a: a == "0,0,1,0,1,1,0,0,1", ["0,0,1,0,1,1,0,0,0", "0,0,1"]),
    "runs": (RUNS, lambda a: a == "12", ["13", "-12", "twelve"]),
    "navigate": (
        "Do I end up back where I started? Take 2 steps. Turn right. Take 3 steps. Turn around. Take 3 steps. "
        "Turn left. Take 2 steps.",
        lambda a: a == "Yes",
        ["No", "maybe"],
    ),
    "liars": (
        "Ann lies. Bob says Ann tells the truth. Cy says Bob lies. Does Cy tell the truth?",
        lambda a: a == "Yes",
        ["No", "no solution"],
    ),
    "ordered": (
        "Use the numbers 7, 4, 5, 7, 5, 7 in this order to make 100",
        _makes(100, [7, 4, 5, 7, 5, 7], ordered=True),
        ["[4, +, 7, +, 5, +, (, 7, +, 5, ), *, 7]", "[7, 4, *, 5]", "no solution"],
    ),
    "blocks": (
        BLOCKS,
        lambda a: len(a.splitlines()) == 4 and a.splitlines()[0].startswith("Move B from stack1"),
        ["Move A from stack1 to stack2", "Move B from stack1 to stack9", "No moves needed", "no solution"],
    ),
}


@pytest.mark.parametrize("name", CASES)
async def test_the_real_program_is_right_and_the_lazy_one_does_not_compute(name: str) -> None:
    question, right, _ = CASES[name]
    lazy, real = await lazy_then_real(question)
    assert len(lazy.splitlines()) == 1
    started = time.monotonic()
    answer = final(run(real))
    assert time.monotonic() - started < 5
    assert right(answer), answer
    assert (await check(question, "see the output", f"<<<{answer}>>>")) == "VERDICT: PASS"


@pytest.mark.parametrize("name", CASES)
async def test_the_test_program_rejects_wrong_answers_with_a_reason(name: str) -> None:
    question, _, wrong = CASES[name]
    for answer in wrong:
        verdict = await check(question, f"<<<{answer}>>>")
        assert re.fullmatch(r"VERDICT: FAIL: \S.*", verdict), (answer, verdict)


@pytest.mark.parametrize("name", CASES)
async def test_the_test_program_judges_the_guess_as_an_independent_check_does(name: str) -> None:
    question, right, _ = CASES[name]
    for seed in range(3):
        guess = final(run((await lazy_then_real(question, seed))[0]))
        try:
            expected = right(guess)
        except ZeroDivisionError:
            expected = False
        assert ((await check(question, f"<<<{guess}>>>")) == "VERDICT: PASS") is expected, guess


@pytest.mark.parametrize(
    "question",
    [
        "Make 24 out of 1 1 1 1",
        "Use 1 1 1 1 1 to make 100",
        "Place 3 queens on a 3x3 board",
        SUDOKU.replace("53..7", "55..7"),
        SUDOKU.replace("6..195", "6.4195").replace("53..7", "53.27"),
        "Use the numbers 1, 1, 1 in this order to make 50",
        BLOCKS.replace("stack3:\n", ""),
        "Ann lies. Ann tells the truth. Bob says Ann lies. Does Bob tell the truth?",
    ],
)
async def test_an_unsolvable_instance_is_reported_and_the_report_passes_the_check(question: str) -> None:
    _, real = await lazy_then_real(question)
    output = run(real)
    assert final(output) == "no solution"
    assert (await check(question, "", output)) == "VERDICT: PASS"


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("Use 4 7 8 8 to make 24", {"numbers": (4, 7, 8, 8), "target": 24}),
        ("Can you get 24 from the numbers 3, 3, 8 and 8?", {"numbers": (3, 3, 8, 8), "target": 24}),
        ("24 game: 6 7 8 9", {"numbers": (6, 7, 8, 9), "target": 24}),
        ("Using 2, 5, 10 make 100", {"numbers": (2, 5, 10), "target": 100}),
        ("make 10 using 1 2 3 4", {"numbers": (1, 2, 3, 4), "target": 10}),
        ("How many r in strawberry", {"word": "strawberry", "letter": "r", "with_positions": False}),
        ("How many 's's are there in \"Mississippi\"?", {"word": "Mississippi", "letter": "s"}),
        ("Count the letter a in banana.", {"word": "banana", "letter": "a"}),
        ("123,456 × 789", {"factors": (123456, 789)}),
        ("What is 12 times -13?", {"factors": (12, -13)}),
        ("Multiply 12 by 13.", {"factors": (12, 13)}),
        ("Please calculate the product of 3, 4 and 5", {"factors": (3, 4, 5)}),
        ("What is 2 + 2?", {"tokens": ("2", "+", "2")}),
        ("2+2=?", {"tokens": ("2", "+", "2")}),
        ("12.5 * 3", {"tokens": ("12.5", "*", "3")}),
        ("How much is 1,200 plus 7 divided by 2?", {"tokens": ("1200", "+", "7", "/", "2")}),
        ("Evaluate -2^2 × (3 − 1).", {"tokens": ("-", "2", "^", "2", "*", "(", "3", "-", "1", ")")}),
        ("Which number is smaller: 3.10 or 3.9?", {"numbers": ("3.10", "3.9"), "wanted": "smallest"}),
        ("9.11 < 9.9?", {"numbers": ("9.11", "9.9"), "wanted": "less"}),
        ("Place eight queens on a chessboard", {"size": 8}),
        ("Solve the 6-queens problem", {"size": 6}),
        ("Solve N queens for n = 5", {"size": 5}),
    ],
)
def test_free_wording_is_understood(question: str, values: dict[str, object]) -> None:
    problem = recognise(question)
    assert isinstance(problem, DemoProblem), problem
    assert {name: getattr(problem, name) for name in values} == values


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("-2^2 + 0", -4),
        ("2^3^2", 512),
        ("2^-2 * 4", 1),
        ("8 / 4 / 2", 1),
        ("7 - 4 - 2", 1),
        ("2 * -3 + 1", -5),
        ("-(2 - 5) * --2", 6),
        (".5 + 0.25", Fraction(3, 4)),
        ("((((1 + 1))))", 2),
        ("1 - 4/3", Fraction(-1, 3)),
        ("2 / -8", Fraction(-1, 4)),
    ],
)
async def test_both_arithmetic_programs_keep_the_order_of_operations(question: str, value: Fraction) -> None:
    answer = final(run((await lazy_then_real(question))[1]))
    assert Fraction(answer) == value
    assert await check(question, f"<<<{answer}>>>") == "VERDICT: PASS"
    assert "FAIL" in await check(question, f"<<<{value + 1}>>>")


@pytest.mark.parametrize(
    "question",
    [
        "2024-01-05",
        "What is 2 +?",
        "What is 3 4 + 5?",
        "What is (3 + 4?",
        "What is 5?",
        "Ann has 3 + 4 apples and Bob has 2. How many?",
        "1 + 2\n3 + 4",
        "What is " + "(" * 30 + "1+1" + ")" * 30,
        "You need to lift the boxes [3, 4] using the fewest steps, less than or equal to 5.",
        "The inequalities are as follows: 1. C + I = 241 2. D + E = 15.",
    ],
)
def test_what_only_looks_like_arithmetic_or_a_game_is_not_recognised(question: str) -> None:
    assert recognise(question) is None


def test_the_longest_questions_are_read_in_time() -> None:
    for text in (
        " ",
        "a ",
        "1 ",
        "1,",
        "of 1 ",
        "how many a in ",
        "make 1 from ",
        "((",
        "9.9 or ",
        "-",
        "times ",
        "1+",
        "1 + ",
        "-(",
        "what is ",
    ):
        started = time.monotonic()
        recognise((text * 20_000)[:20_000])
        assert time.monotonic() - started < 2, text
