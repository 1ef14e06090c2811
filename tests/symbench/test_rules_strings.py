"""The rules of the tasks on strings and stocks: special cases, policies and the reasons that are given."""

from itertools import pairwise

import pytest

from codesteer_tui.problem import Problem
from codesteer_tui.symbench import generate, tasks, verify
from codesteer_tui.symbench.judging.rewriting import Rule, rewritten, rule
from codesteer_tui.symbench.reading.answer import Unreadable
from codesteer_tui.symbench.reading.strings import is_quoted, string
from codesteer_tui.symbench.solvers.cryptanalysis import passwords
from codesteer_tui.symbench.solvers.exchange import exchanged
from codesteer_tui.symbench.solvers.rewriting import rewritten_by_hand
from codesteer_tui.symbench.tasks import string_insertion

OVERLAPPING = Problem("", "string_insertion", {"original_string": "EABCDB"})


@pytest.mark.parametrize(
    "text",
    [
        "The final string is: abca.",
        "**Final string:** `abca`",
        "The final string is \\(\\texttt{abca}\\).",
        "abca",
        '"abca"',
        " 'abca' ",
        "“abca”",
        "**`abca`**",
        "a b c a",
        '["abca"]',
        "('a', 'b', 'c', 'a')",
        "ab -> abca",
    ],
)
def test_a_string_is_read_however_it_is_dressed(text: str) -> None:
    assert string(text) == "abca"


def test_a_wrapped_string_is_one_string_and_two_words_are_none() -> None:
    assert string("abcde" * 8 + "\n" + "abcde" * 8 + "\nabc") == "abcde" * 16 + "abc"
    assert isinstance(string("abca abcb"), Unreadable)
    assert isinstance(string("It is not: abca"), Unreadable)
    assert isinstance(string('["abca", "abcb"]'), Unreadable)


def test_quotes_stay_where_they_are_not_wanted() -> None:
    assert string('"abca"', quotes=False) == '"abca"'
    assert is_quoted(' "abca" ')
    assert not is_quoted('"abca')


def test_overlapping_occurrences_all_count_and_inserted_letters_do_not() -> None:
    assert string_insertion.solve("EABCDB") == "EABCEDAB"
    assert string_insertion.solve("ABCDBCD") == "ABCDABCD"
    assert verify(OVERLAPPING, "<<<EABCEDAB>>>").outcome == "pass"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("<<<EABCDB>>>", "Nothing is inserted, although EABC occurs at letter 1."),
        ("<<<EABCEDB>>>", "A is missing behind the ABCD at letter 2 of the given string."),
        ("<<<eabcedab>>>", "capitals"),
        ("<<<EABCEDABB>>>", "goes on behind its last letter, letter 8"),
        ("<<<EABCEDA>>>", "ends after 7 letters"),
        ("<<<AABCEDAB>>>", "Letter 1 is A, not E."),
    ],
)
def test_the_first_wrong_letter_of_an_insertion_is_named(answer: str, reason: str) -> None:
    verdict = verify(OVERLAPPING, answer)
    assert verdict.outcome == "fail"
    assert reason in verdict.reason


def test_quotes_around_an_insertion_are_a_matter_of_policy() -> None:
    assert verify(OVERLAPPING, '<<<"EABCEDAB">>>').outcome == "pass"
    assert verify(OVERLAPPING, '<<<"EABCEDAB">>>', quotes=False).outcome == "could_not_check"


def test_as_many_substrings_occur_and_overlap_as_were_asked_for() -> None:
    for seed in range(20):
        original = generate("string_insertion", seed, occurrences=5, overlaps=2).parameters["original_string"]
        at = [
            i for i in range(len(original)) if original[i : i + 4] in ("ABCD", "BCDE", "CDEA", "DEAB", "EABC")
        ]
        assert len(at) == 5
        assert sum(later - sooner < 4 for sooner, later in pairwise(at)) == 2


MACHINES = Problem("", "string_splitting", {"initial": [6, 7, 8]})
CROPS = Problem("", "synthesis_decomposition", {"initial_state": {"A": 5, "B": 2}, "complexity": 1})
BLOCKS = Problem("", "string_synthesis", {"A_count": 2, "B_count": 2, "C_count": 2})


def test_things_are_exchanged_by_hand_as_on_paper() -> None:
    assert sorted(exchanged((("AA", "B"), ("B", "C")), "AAAAA", once=True)) == ["A", "C", "C"]
    assert exchanged((("AB", "C"),), "AAA", once=False) == "AAA"


@pytest.mark.parametrize(
    ("problem", "answer"),
    [
        (MACHINES, '<<<["0", "1", "0", "7", "0", "11"]>>>'),
        (MACHINES, "<<<[0, 1, 0, 7, 0, 11]>>>"),
        (MACHINES, "<<<0107011>>>"),
        (MACHINES, "<<<A: 0, B: 1, C: 0, X: 7, Y: 0, Z: 11>>>"),
        (MACHINES, "<<<0 units of machine A, 1 B, 0 C, 7 parts X, 0 Y and 11 Z>>>"),
        (CROPS, "<<<0, 0, 4>>>"),
        (CROPS, "<<<{'A': 0, 'B': 0, 'X': 4}>>>"),
        (BLOCKS, "<<<000200000>>>"),
        (BLOCKS, "<<<0 0 0 2 0 0 0 0 0>>>"),
        (BLOCKS, "<<<0 [A], 0 [B], 0 [C], 2 {A}, 0 {B}, 0 {C}, 0 (A), 0 (B), 0 (C)>>>"),
    ],
)
def test_counts_are_read_with_and_without_their_names(problem: Problem, answer: str) -> None:
    assert verify(problem, answer).outcome == "pass"


@pytest.mark.parametrize(
    ("problem", "answer", "reason"),
    [
        (MACHINES, '<<<["0", "1", "0", "7", "0", "12"]>>>', "The count of Z in the end is 11, not 12."),
        (MACHINES, '<<<["0", "1", "0", "7", "0"]>>>', "The number of counts is 5, not 6"),
        (MACHINES, "<<<01070110>>>", "01070110 is not the 6 counts put together."),
        (MACHINES, "<<<010701>>>", "The count of Z in the end is 11, not 1."),
        (CROPS, "<<<[0, 0, 0, 4, 0]>>>", "The number of counts is 5, not 3: those of A, B, X."),
        (CROPS, "<<<004>>>", "The number of counts is 1, not 3"),
        (BLOCKS, "<<<0 0 0 2 0 0 0 0 1>>>", "The count of (C) in the end is 0, not 1."),
        (
            BLOCKS,
            "<<<0 0 1 0 0 0 1 1 0>>>",
            "It would be right if a method is carried out only once at each visit",
        ),
    ],
)
def test_the_first_wrong_count_is_named(problem: Problem, answer: str, reason: str) -> None:
    verdict = verify(problem, answer)
    assert verdict.outcome == "fail"
    assert reason in verdict.reason


def test_how_counts_are_written_is_a_matter_of_policy() -> None:
    assert verify(MACHINES, "<<<[0, 1, 0, 7, 0, 11]>>>", integers=False).outcome == "fail"
    assert verify(MACHINES, '<<<["0", "1", "0", "7", "0", "11"]>>>', integers=False).outcome == "pass"
    assert verify(MACHINES, "<<<0107011>>>", glued=False).outcome == "fail"
    assert verify(CROPS, "<<<0, 0, 4>>>", bare=False).outcome == "fail"
    assert verify(CROPS, "<<<[0, 0, 4]>>>", bare=False).outcome == "pass"
    assert verify(BLOCKS, "<<<[0, 0, 0, 2, 0, 0, 0, 0, 0]>>>", lists=False).outcome == "fail"
    assert verify(BLOCKS, "<<<0 0 0 2 0 0 0 0 0>>>", lists=False).outcome == "pass"


def test_how_often_a_method_is_carried_out_is_a_matter_of_policy_unless_the_question_says_it() -> None:
    assert verify(BLOCKS, "<<<0 0 1 0 0 0 1 1 0>>>", visit="once").outcome == "pass"
    stated = generate("string_synthesis", 1, once=True)
    assert verify(stated, stated.gold or "", visit="as_often_as_possible").outcome == "pass"
    assert "exactly once" in stated.question


def test_a_crop_that_no_method_uses_does_not_matter() -> None:
    with_c = Problem(
        "", "synthesis_decomposition", {"initial_state": {"A": 5, "B": 2, "C": 9}, "complexity": 2}
    )
    assert verify(with_c, "<<<[0, 0, 4]>>>").outcome == "pass"


LOCK = Problem(
    "",
    "cryptanalysis",
    {
        "guesses": [
            [
                "87ID",
                "one number is correct but in the wrong position; one number is incorrect and too large; "
                "one letter is correct but in the wrong position; "
                "one letter is incorrect and too early in the alphabet",
            ],
            [
                "50FH",
                "both numbers are incorrect and too small; one letter is correct but in the wrong position; "
                "one letter is incorrect and too early in the alphabet.",
            ],
        ]
    },
)


@pytest.mark.parametrize(
    "answer", ['<<< ["7", "6", "H", "I"] >>>', "<<<76HI>>>", "<<<7 6 H I>>>", "Answer: '76HI'"]
)
def test_a_password_is_read_as_a_list_and_as_a_word(answer: str) -> None:
    assert verify(LOCK, answer).outcome == "pass"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (
            "<<<67HI>>>",
            "Guess 1 (87ID) does not fit: with 67HI, its digits would be 1 right and in place, 1 wrong and too large, "
            "but they are 1 right but in the other place, 1 wrong and too large.",
        ),
        (
            "<<<73HI>>>",
            "Guess 2 (50FH) does not fit: with 73HI, its digits would be 2 wrong, but they are 2 wrong and",
        ),
        ("<<<76HZ>>>", "its letters would be 2 wrong"),
        ("<<<77HI>>>", "A symbol occurs twice in 77HI."),
        ("<<<HI76>>>", "is not two digits and then two capital letters"),
        ("<<<76hi>>>", "is not two digits and then two capital letters"),
    ],
)
def test_the_first_guess_that_does_not_fit_is_named(answer: str, reason: str) -> None:
    verdict = verify(LOCK, answer)
    assert verdict.outcome == "fail"
    assert reason in verdict.reason


@pytest.mark.parametrize(
    "said", ["both numbers are lucky; both letters are incorrect", "both numbers are incorrect", ""]
)
def test_a_password_is_not_judged_by_what_is_not_understood(said: str) -> None:
    verdict = verify(Problem("", "cryptanalysis", {"guesses": [["12AB", said]]}), "<<<34CD>>>")
    assert verdict.outcome == "could_not_check"
    assert "guess 1" in verdict.reason


def test_a_password_in_one_word_is_a_matter_of_policy() -> None:
    assert verify(LOCK, "<<<76HI>>>", plain=False).outcome == "fail"
    assert verify(LOCK, '<<<["7", "6", "H", "I"]>>>', plain=False).outcome == "pass"


@pytest.mark.parametrize("guesses", [2, 4, 9, 17])
def test_guesses_leave_one_password_only(guesses: int) -> None:
    for seed in range(5):
        problem = generate("cryptanalysis", seed, guesses=guesses)
        assert len(problem.parameters["guesses"]) == guesses
        assert len(passwords(problem.parameters["guesses"])) == 1


@pytest.mark.parametrize(
    ("phrase", "before", "after"),
    [
        ("If the string prefix is 'ab', replace it with 'ca'.", "abb", "cab"),
        (
            "If the string prefix is 'bc', delete the first two characters and append 'aa' to the end.",
            "bcb",
            "baa",
        ),
        ("If the string prefix is 'cb', replace it with 'aa' and delete the last character.", "cbcc", "aac"),
        ("If the string starts with 'bb', remove the second character.", "bbc", "bc"),
        ("If the string starts with 'ac', replace the first two characters with 'zz'.", "acb", "zzb"),
        ("If the string suffix is 'cc', replace it with 'b' and prepend 'a' to the start.", "bcc", "abb"),
        ("If the string ends with 'ca', remove the last character.", "bca", "bc"),
        (
            "If the string contains 'acb', replace the first occurrence with its reverse ('bca').",
            "aacbacb",
            "abcaacb",
        ),
        ("If the string contains 'bca', delete the first occurrence entirely.", "bbcabca", "bbca"),
        (
            "If the string contains 'ca' (not at the start), "
            "remove the first occurrence found after the first character.",
            "cabcaca",
            "cabca",
        ),
        (
            "If the string contains an even number of 'b's (and at least one 'b'), append 'ab' at the end.",
            "bb",
            "bbab",
        ),
        ("If the string length is greater than 3, remove the middle character.", "abca", "aba"),
    ],
)
def test_a_published_rule_is_carried_out_where_its_condition_holds(
    phrase: str, before: str, after: str
) -> None:
    read = rule(phrase)
    assert read is not None
    assert read.applied(before) == after
    assert read.applied("zz") is None
    assert rewritten_by_hand([phrase], "zz", restart=True) == "zz"
    assert rule(read.phrase) == read


@pytest.mark.parametrize(
    "phrase",
    [
        "If the string prefix is 'ab', sing.",
        "If the string prefix is 'ab', remove the last character.",
        "If the string prefix is 'a', remove the second character.",
        "If the string suffix is 'a', delete the last two characters.",
        "If the string suffix is 'ab', replace it with 'c' and append 'a' to the end.",
        "If the string contains 'a' (not at the start), delete the first occurrence entirely.",
        "",
    ],
)
def test_an_unknown_rule_leaves_the_answer_unchecked(phrase: str) -> None:
    problem = Problem("", REWRITING, {"initial_string": "ab", "selected_rules": [phrase]})
    verdict = verify(problem, '<<<"ab">>>')
    assert verdict.outcome == "could_not_check"
    assert "Rule 1 is unknown" in verdict.reason


REWRITING = "string_deletion_and_modification"
TWO_RULES = [Rule("anywhere", "ab", "b"), Rule("start", "a", "c")]
ORDERED = Problem(
    "",
    REWRITING,
    {
        "initial_string": "aabab",
        "selected_rules": [
            "If the string contains 'ab', replace the first occurrence with 'b'.",
            "If the string starts with 'a', replace it with 'c'.",
        ],
    },
)


def test_the_order_of_rules_is_a_matter_of_policy_unless_the_question_says_it() -> None:
    assert rewritten(TWO_RULES, "aabab", "restart") == ["aabab", "abab", "bab", "bb"]
    assert rewritten(TWO_RULES, "aabab", "cycle") == ["aabab", "abab", "cbab", "cbb"]
    assert verify(ORDERED, '<<<"bb">>>').outcome == "pass"
    assert "the next rule after every change" in verify(ORDERED, '<<<"cbb">>>').reason
    assert verify(ORDERED, '<<<"cbb">>>', order="cycle").outcome == "pass"
    stated = generate(REWRITING, 1, cycle=True)
    assert verify(stated, stated.gold or "", order="restart").outcome == "pass"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ('<<<"bab">>>', "It is the string after 2 of 3 changes."),
        ('<<<"bbab">>>', "Rule 1 can still be carried out on it."),
        ('<<<"bc">>>', "they differ from letter 2 on."),
        ('<<<"BB">>>', "The letters have to be small ones."),
        ('<<<"">>>', "they differ from letter 1 on."),
    ],
)
def test_what_is_wrong_with_a_rewritten_string_is_named(answer: str, reason: str) -> None:
    verdict = verify(ORDERED, answer)
    assert verdict.outcome == "fail"
    assert reason in verdict.reason


def test_a_rewritten_string_without_quotes_is_a_matter_of_policy() -> None:
    assert verify(ORDERED, "<<<bb>>>").outcome == "pass"
    assert verify(ORDERED, "<<<bb>>>", bare=False).outcome == "fail"
    assert verify(ORDERED, '<<<"bb">>>', bare=False).outcome == "pass"


@pytest.mark.parametrize("change", ["ba", "bab"])
def test_rules_without_an_end_are_found_out(change: str) -> None:
    phrases = [
        f"If the string contains 'ab', replace the first occurrence with '{change}'.",
        "If the string contains 'ba', replace the first occurrence with 'ab'.",
    ]
    problem = Problem("", REWRITING, {"initial_string": "abab", "selected_rules": phrases})
    verdict = verify(problem, '<<<"abab">>>')
    assert verdict.outcome == "could_not_check"
    assert "no end" in verdict.reason
    assert tasks[REWRITING].solve(problem) is None


def test_a_problem_is_built_where_none_is_found_by_drawing() -> None:
    knobs = {"rules": 12, "min_length": 200, "max_length": 200, "min_steps": 5}
    for seed in range(8):
        for cycle in (False, True):
            problem = generate(REWRITING, seed, cycle=cycle, **knobs)
            assert tasks[REWRITING].solve(problem) == problem.gold
