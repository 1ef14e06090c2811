"""Rules of the planning tasks that are worth pinning: what the questions leave open, and special cases."""

from __future__ import annotations

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import generate, verify


def blocks(initial: dict[str, list[str]], goal: dict[str, list[str]]) -> Problem:
    return Problem("?", task="Blocksworld", parameters={"initial": initial, "goal": goal})


SWAP = blocks({"stack1": ["A", "B"], "stack2": [], "stack3": []}, {"stack1": ["B"], "stack2": ["A"]})


def test_a_plan_without_moves_is_right_where_the_start_is_the_goal_and_nowhere_else() -> None:
    solved = blocks({"stack1": ["A"], "stack2": [], "stack3": []}, {"stack1": ["A"], "stack2": []})
    for answer in (
        "<<<>>>",
        "<<<\n>>>",
        "First <<<7>>>, then: <<< <<<>>> >>>",
        "Answer: <<<>>>",
        "<<<no moves>>>",
    ):
        assert verify(solved, answer).outcome == "pass", answer
        assert verify(SWAP, answer).outcome != "pass", answer
    assert verify(solved, "<<<Move A from 1 to 2\nMove A from 2 to 1>>>").outcome == "pass"
    assert verify(solved, "<<<Move A from 1 to 2>>>").outcome == "fail"
    assert verify(solved, "<<<>>>", scoring="reference").outcome == "fail"


def test_a_plan_that_breaks_a_rule_is_told_which_one() -> None:
    told = {
        "Move A from 1 to 2\nMove B from 1 to 2": "Move 1 takes block A from stack1, where B is on top.",
        "Move B from 1 to 2\nMove B from 1 to 2": "Move 2 takes block B from stack1, where it is not.",
        "Move B from 1 to table": 'Move 1 names the stack "table", which does not exist.',
        "Move B from 1 to 3\nMove A from 1 to 2": "In the end stack1 holds nothing, not B.",
        "Move B from 1 to 1\nMove A from 1 to 2": "Move 1 puts block B back onto stack1, not onto another stack.",
    }
    for answer, reason in told.items():
        assert verify(SWAP, f"<<<{answer}>>>").reason == reason


def test_what_blocksworld_leaves_open_can_be_chosen() -> None:
    plan = "<<<Move B from 1 to 3\n\nMove A from 1 to 2\nMove B from 3 to 1>>>"
    assert verify(SWAP, plan).outcome == "pass"
    assert verify(SWAP, plan, blank_lines=False).outcome == "could_not_check"
    still = "<<<Move B from 1 to 1\nMove B from 1 to 3\nMove A from 1 to 2\nMove B from 3 to 1>>>"
    assert verify(SWAP, still).outcome == "fail"
    assert verify(SWAP, still, onto_itself=True).outcome == "pass"
    assert verify(SWAP, still, scoring="reference").outcome == "pass"


def test_a_tower_of_26_blocks_is_rebuilt_within_the_length_of_an_answer() -> None:
    for seed in range(5):
        problem = generate("Blocksworld", seed, blocks=26, stacks=3, goal_stacks=1)
        assert verify(problem, problem.gold or "").outcome == "pass"
        assert len(problem.gold or "") < 25_000


LIFTING = Problem(
    "?", task="BoxLift", parameters={"boxes": [9, 8, 5, 8], "lifters": [6, 4, 7], "max_steps": 3}
)


def test_a_lift_that_breaks_a_rule_is_told_which_one() -> None:
    told = {
        "Step 1: [(10, [0, 1])]": "Step 1 lifts a box of weight 10, but there is no such box.",
        "Step 1: [(9, [0, 1])]\nStep 2: [(9, [0, 1])]": "Step 2 lifts a box of weight 9, but no such box is left.",
        "Step 1: [(9, [0, 1]), (5, [1])]": "Step 1 uses lifter 1 more than once.",
        "Step 1: [(9, [0, 0])]": "Step 1 uses lifter 0 more than once.",
        "Step 1: [(9, [-1, 0])]": "Step 1 uses lifter -1, but the lifters are numbered from 0 to 2.",
        "Step 1: [(8, [2])]": "Step 1 lifts the box of weight 8 with lifters 2, who can lift only 7.",
        "Step 1: []\nStep 2: []\nStep 3: []\nStep 4: []": "The plan has 4 steps; at most 3 are allowed.",
        "Step 1: [(9, [0, 1])]\nStep 2: [(8, [2, 1])]": (
            "2 of 4 boxes are lifted, 56 % of the weight; left are 8, 5."
        ),
    }
    for answer, reason in told.items():
        verdict = verify(LIFTING, f"<<<{answer}>>>")
        assert (verdict.outcome, verdict.reason) == ("fail", reason)


def test_lists_for_tuples_are_a_choice_in_boxlift() -> None:
    plan = "Step 1: [[9, [0, 1]], [5, [2]]]\nStep 2: [[8, [1, 2]]]\nStep 3: [[8, [2, 0]]]"
    assert verify(LIFTING, f"<<<{plan}>>>").outcome == "pass"
    assert verify(LIFTING, f"<<<{plan}>>>", any_brackets=False).outcome == "could_not_check"
    tuples = "Step 1: [(9, [0, 1]), (5, [2])]\nStep 2: [(8, [1, 2])]\nStep 3: [(8, [2, 0])]"
    assert verify(LIFTING, f"<<<{tuples}>>>", any_brackets=False).outcome == "pass"


def test_the_published_judge_of_boxlift_skips_what_is_illegal() -> None:
    plan = "Step 1: [(9, [0, 1]), (5, [2]), (7, [2])]\nStep 2: [(8, [-1, -1])]\nStep 3: [(8, [2, 0])]"
    assert verify(LIFTING, f"<<<{plan}>>>").outcome == "fail"
    assert verify(LIFTING, f"<<<{plan}>>>", scoring="reference").outcome == "pass"
    assert verify(LIFTING, f"<<<{plan.replace(':', ' -')}>>>", scoring="reference").outcome == "fail"


def test_slack_gives_boxlift_more_steps_for_the_same_boxes() -> None:
    tight, loose = (generate("BoxLift", 5, slack=slack).parameters for slack in (0, 2))
    assert loose["boxes"] == tight["boxes"]
    assert loose["max_steps"] == tight["max_steps"] + 2
