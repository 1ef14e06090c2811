"""Rules of the planning tasks that are worth pinning: what the questions leave open, and special cases."""

from __future__ import annotations

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import generate, tasks, verify


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


ROOM = Problem(
    "?",
    task="path_plan",
    parameters={
        "boxes": {"red": [0.1, 0.3, -1, 1], "blue": [0.6, 0.7, -0.2, 0.2], "green": [-1, -0.8, 0, 0.1]},
        "walls": [
            [-1.5, -1.4, -1.5, 1.5],
            [1.4, 1.5, -1.5, 1.5],
            [-1.5, 1.5, -1.5, -1.4],
            [-1.5, 1.5, 1.4, 1.5],
        ],
        "start": [0.0, -0.5],
        "end": [1.2, 0],
        "visit": ["blue", "green"],
        "avoid": ["red"],
    },
)


def test_touching_counts_be_it_at_a_corner_or_by_a_billionth() -> None:
    clear = "(0, -0.5), (-0.8, 0.1), (0, 1.1), (0.6, 1.1), (0.6, 0.2), (1.2, 0)"
    assert verify(ROOM, f"<<<[{clear}]>>>").outcome == "pass"
    told = {
        "(0, -0.5), (-0.8, 0.1), (0.1, 1), (0.6, 1.1), (0.6, 0.2), (1.2, 0)": "the red box, which is to be avoided",
        "(0, -0.5), (-0.8, 0.1), (0, 1.1), (-1.4, 0.9), (0, 1.1), (0.6, 1.1), (0.6, 0.2), (1.2, 0)": "the wall",
        "(0, -0.5), (0.1, -0.5), (-0.8, 0.1), (0, 1.1), (0.6, 1.1), (0.6, 0.2), (1.2, 0)": "the red box, which",
    }
    for answer, what in told.items():
        verdict = verify(ROOM, f"<<<[{answer}]>>>")
        assert verdict.outcome == "fail"
        assert f"touches {what}" in verdict.reason
    near = clear.replace("(0, 1.1)", "(0, 1.1), (0.2, 1.000000000000000000001)")
    assert verify(ROOM, f"<<<[{near}]>>>").outcome == "pass"
    missed = clear.replace("(-0.8, 0.1)", "(-0.799999999999999999999, 0.1)")
    assert verify(ROOM, f"<<<[{missed}]>>>").reason == "The trajectory does not touch the green box."


def test_the_order_of_visits_and_the_brackets_are_choices_in_path_plan() -> None:
    early = "[(0, -0.5), (-0.8, 0.1), (0, 1.1), (0.6, 1.1), (0.6, 0.2), (1.2, 0)]"
    assert verify(ROOM, f"<<<{early}>>>").outcome == "pass"
    reason = "The trajectory does not touch the green box in its turn."
    assert verify(ROOM, f"<<<{early}>>>", in_order=True).reason == reason
    again = early.replace("(1.2, 0)", "(0.6, 1.1), (0, 1.1), (-0.8, 0.1), (0, -1.1), (1.2, -1.1), (1.2, 0)")
    assert verify(ROOM, f"<<<{again}>>>", in_order=True).outcome == "pass"
    lists = early.replace("(", "[").replace(")", "]")
    assert verify(ROOM, f"<<<{lists}>>>").outcome == "pass"
    assert verify(ROOM, f"<<<{lists}>>>", any_brackets=False).outcome == "could_not_check"
    assert verify(ROOM, f"<<<{early}>>>", any_brackets=False).outcome == "pass"
    assert verify(ROOM, f"<<<{lists}>>>", scoring="reference").outcome == "fail"


def test_two_boxes_on_one_line_are_visited_in_the_order_of_driving() -> None:
    line = Problem(
        "?",
        task="path_plan",
        parameters={
            "boxes": {"a": [1, 2, -1, 1], "b": [3, 4, -1, 1], "c": [2, 3, 0, 0]},
            "walls": [],
            "start": [0, 0],
            "end": [5, 0],
            "visit": ["a", "c", "b"],
            "avoid": [],
        },
    )
    assert verify(line, "[(0, 0), (5, 0)]", in_order=True).outcome == "pass"
    line.parameters["visit"] = ["b", "a"]
    assert verify(line, "[(0, 0), (5, 0)]", in_order=True).outcome == "fail"
    assert verify(line, "[(0, 0), (5, 0), (0, 0), (5, 0)]", in_order=True).outcome == "pass"


def test_a_room_without_a_way_has_no_solution_and_one_through_a_crack_has() -> None:
    closed = {**ROOM.parameters, "boxes": {**ROOM.parameters["boxes"], "red": [0.1, 0.3, -1.4, 1.4]}}
    assert tasks["path_plan"].solve(Problem("?", task="path_plan", parameters=closed)) is None
    crack = {**closed, "boxes": {**closed["boxes"], "red": [0.1, 0.3, -1.4, 1.3999999]}}
    found = tasks["path_plan"].solve(Problem("?", task="path_plan", parameters=crack))
    assert found is not None
    assert verify(Problem("?", task="path_plan", parameters=crack), found).outcome == "pass"


def boxes_on(**squares: list[str]) -> Problem:
    state = {f"0.5_{at}.5": items for at, items in enumerate(squares.values())}
    return Problem("?", task="BoxNet1", parameters={"rows": 1, "cols": len(state), "state": state})


PASSING = boxes_on(a=["box_red", "box_blue", "target_blue"], b=["box_red"], c=["target_red", "target_red"])
PASSED = (
    '[{"Agent[0.5, 0.5]": "move(box_blue, target_blue)", "Agent[0.5, 1.5]": "move(box_red, square[0.5, 2.5])"}, '
    '{"Agent[0.5, 0.5]": "move(box_red, square[0.5, 1.5])", "Agent[0.5, 2.5]": "move(box_red, target_red)"}, '
    '{"Agent[0.5, 1.5]": "move(box_red, square[0.5, 2.5])"}, {"Agent[0.5, 2.5]": "move(box_red, target_red)"}]'
)


def test_an_action_that_is_not_possible_is_told_why() -> None:
    assert verify(PASSING, f"<<<{PASSED}>>>").outcome == "pass"
    told = {
        '{"Agent[0.5, 2.5]": "move(box_red, target_red)"}': "Agent[0.5, 2.5] has no box_red on its square",
        '{"Agent[0.5, 0.5]": "move(box_red, target_red)"}': "Agent[0.5, 0.5] has no target_red on its square",
        '{"Agent[0.5, 0.5]": "move(box_red, target_blue)"}': (
            "Agent[0.5, 0.5] moves box_red onto target_blue, which has another colour"
        ),
        '{"Agent[0.5, 0.5]": "move(box_red, square[0.5, 2.5])"}': (
            "Agent[0.5, 0.5] moves a box to square[0.5, 2.5], which is not next to its own"
        ),
        '{"Agent[0.5, 0.5]": "move(box_red, square[1.5, 0.5])"}': (
            "Agent[0.5, 0.5] moves a box to square[1.5, 0.5], which does not exist"
        ),
        '{"Agent[0.5, 3.5]": "move(box_red, square[0.5, 2.5])"}': (
            "there is an order for Agent[0.5, 3.5], which does not exist"
        ),
        '{"Agent[0.5, 0.5]": "move(box_red, square[0.5, 1.5])", "Agent[0.5,0.5]": "move(box_blue, target_blue)"}': (
            "Agent[0.5, 0.5] has more than one order"
        ),
    }
    for step, reason in told.items():
        verdict = verify(PASSING, f"<<<[{step}, {PASSED[1:]}>>>")
        assert (verdict.outcome, verdict.reason) == ("fail", f"In step 1 {reason}.")
    left = "left are box_red on square[0.5, 0.5], box_red on square[0.5, 1.5]."
    reason = f"1 of 3 boxes are brought to their targets; {left}"
    assert verify(PASSING, '<<<[{"Agent[0.5, 0.5]": "move(box_blue, target_blue)"}]>>>').reason == reason


def test_what_boxnet_leaves_open_can_be_chosen() -> None:
    swap = (
        '{"Agent[0.5, 0.5]": "move(box_red, square[0.5, 1.5])", '
        '"Agent[0.5, 1.5]": "move(box_red, square[0.5, 0.5])"}'
    )
    assert verify(PASSING, f"<<<[{swap}, {swap}, {PASSED[1:]}>>>").outcome == "pass"
    lonely = boxes_on(a=["box_red"], b=[], c=["target_red"])
    hop = (
        '<<<[{"Agent[0.5, 0.5]": "move(box_red, square[0.5, 1.5])", '
        '"Agent[0.5, 1.5]": "move(box_red, square[0.5, 2.5])", "Agent[0.5, 2.5]": "move(box_red, target_red)"}]>>>'
    )
    assert verify(lonely, hop).reason == "In step 1 Agent[0.5, 1.5] has no box_red on its square."
    assert verify(lonely, hop, simultaneous=False).outcome == "pass"
    assert verify(lonely, hop, skip_impossible=True).outcome == "fail"
    assert verify(lonely, hop, scoring="reference").outcome == "pass"
    idle = f'<<<[{{"Agent[0.5, 2.5]": "move(box_red, target_red)"}}, {PASSED[1:]}>>>'
    assert verify(PASSING, idle, skip_impossible=True).outcome == "pass"
    quoted = f"<<<{PASSED}>>>".replace('"', "'")
    assert verify(PASSING, quoted).outcome == "could_not_check"
    assert verify(PASSING, quoted, single_quotes=True).outcome == "pass"


def test_the_published_judge_of_boxnet_is_emulated_down_to_its_crashes() -> None:
    lonely = boxes_on(a=["box_red"], b=["target_red"])
    end = '{"Agent[0.5, 0.5]": "move(box_red, square[0.5, 1.5])"}, {"Agent[0.5, 1.5]": "move(box_red, target_red)"}]>>>'
    expected = {
        f"<<<[{end}": "pass",
        f"<<<[{end}".replace("1.5])", "2.5])", 1): "fail",
        f"<<<[{end}".replace("red, s", "red,s"): "fail",
        f'<<<[{{"Agent[0.5, 0.5]": "move(box_red, square[1.5, 0.5])"}}, {end}': "could_not_check",
        f'<<<[{{"Agent[7.5, 0.5]": "move(box_red, square[0.5, 0.5])"}}, {end}': "could_not_check",
        f'<<<[{{"Agent[7.5, 0.5]": "stay"}}, {end}': "pass",
        f'<<<[{{"Agent": "move(box_red, target_red)"}}, {end}': "could_not_check",
        f'<<<[{{"Agent[0.5, 0.5]": "move(box_red, square[0.5])"}}, {end}': "could_not_check",
        f'<<<[{{"Agent[0.5, 0.5]": "move(box_red, square[9.5])"}}, {end}': "pass",
        f'<<<[{{"Agent[0.5, 0.5]": "move(box_red, square[])"}}, {end}': "could_not_check",
        f'<<<[{{"Agent[0.5, 0.5]": 7}}, {end}': "fail",
        f"<<<[[], {end}": "fail",
    }
    for answer, outcome in expected.items():
        verdict = verify(lonely, answer, scoring="reference")
        assert verdict.outcome == outcome, (answer, verdict)


def test_plans_are_read_however_a_model_lays_them_out() -> None:
    laid_out = {
        '<<<["Move B from stack1 to stack3", "Move A from stack1 to stack2", "Move B from stack3 to stack1"]>>>': SWAP,
        "<<<(1) Move B from 1 to 3\n2) Move A from 1 to 2\n3. **Move B from Stack 3 to Stack_1** (done)>>>": SWAP,
        "Plan:\n```\nMove [B] from [stack1] to [3]  # aside\nMove A from 1 to 2\nMove B from 3 to 1\n```\nDone.": SWAP,
        "<<<Move B from 1 to 3, Move A from 1 to 2, Move B from 3 to 1>>>": SWAP,
        '<<<{"Step 1": [[9, [0, 1]], [5, [2]]], "Step 2": [[8, [1, 2]]], "Step 3": [[8, [2, 0]]]}>>>': LIFTING,
        "Step 1: [(9, [0, 1]), (5, 2)] (ten and seven)\nStep 2: [(8, [1, 2])]\nStep 3: [(8, [2, 0])] (done)": LIFTING,
        "(0, -0.5) → (-0.8, 0.1) → (0, 1.1) → (0.6, 1.1) → (0.6, 0.2) → (1.2, 0)": ROOM,
        "<<<[(0, −0.5), (−0.80, .1), (0.0, 1.1), (6e-1, 1.1), (3/5, 1/5), (1.2, 0)]>>>": ROOM,
        f"My plan is:\n{PASSED}\n(Every box moves.)": PASSING,
        f"<<<```json\n{PASSED}\n```>>>": PASSING,
    }
    for answer, problem in laid_out.items():
        assert verify(problem, answer).outcome == "pass", answer
