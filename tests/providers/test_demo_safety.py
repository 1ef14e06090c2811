"""Nothing that a question says can become code in the demo model's programs."""

import ast
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codesteer_tui.providers import demo_problems
from codesteer_tui.providers.demo_problems import DemoProblem, base, lazy_program, letters, recognise
from codesteer_tui.steering.extract import find_code
from tests.demo_talk import ASK_CODE, ASK_SEARCH, ASK_TEXT, run, say
from tests.providers.test_demo_problems import CASES

MODULES = [module for module in vars(demo_problems).values() if hasattr(module, "SOLVER")]
TEMPLATES = [
    (f"{module.__name__.rpartition('.')[2]}.{name}", value)
    for module in MODULES
    for name, value in vars(module).items()
    if isinstance(value, str) and re.match(r"SOLVER|TEST", name)
]
TEMPLATES.append(("base.LAZY", base.LAZY))
CASE_PROGRAM = letters.Letters("strawberry", "r", False, False).solver()
BANNED = {
    "eval",
    "exec",
    "open",
    "compile",
    "__import__",
    "input",
    "globals",
    "getattr",
    "setattr",
    "breakpoint",
}
_hostile = st.text(st.sampled_from("\"'\\`;#@()\n\r{}<>ab AX1\u2028é\x00"), max_size=60)
_NASTY = ['"; import os', "'''", '"""', "@CLAIM@", "\\", "```\nx = 1\n```", ">>>", "\ud800", "{0}", "\n"]


def _values(program: str) -> dict[str, object]:
    """The values of a program, which must be one of the fixed templates with a Python literal in each gap."""
    for _, template in TEMPLATES:
        names = re.findall(r"@([A-Z_]+)@", template)
        pattern = "([^\n\r]*)".join(map(re.escape, re.split(r"@[A-Z_]+@", template)))
        found = re.fullmatch(pattern, program)
        if found:
            return {name: ast.literal_eval(text) for name, text in zip(names, found.groups(), strict=True)}
    raise AssertionError(f"no template gives this program:\n{program}")


def test_every_family_has_its_templates_under_test() -> None:
    assert len(MODULES) == len(demo_problems.FAMILY_NAMES) == 13
    assert len(TEMPLATES) >= 26


@pytest.mark.parametrize(("name", "template"), TEMPLATES)
def test_templates_import_only_harmless_modules_and_never_evaluate_text(name: str, template: str) -> None:
    tree = ast.parse(re.sub(r"@[A-Z_]+@", "0", template))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            assert {alias.name for alias in node.names} <= base.ALLOWED_IMPORTS
        if isinstance(node, ast.ImportFrom):
            assert node.module in base.ALLOWED_IMPORTS
        if isinstance(node, ast.Name):
            assert node.id not in BANNED
        if isinstance(node, ast.Attribute):
            assert not node.attr.startswith("__")


@pytest.mark.parametrize("name", CASES)
@settings(max_examples=25, deadline=None)
@given(claim=_hostile | st.sampled_from(_NASTY))
def test_a_claimed_answer_stays_a_string_in_the_test_program(name: str, claim: str) -> None:
    problem = recognise(CASES[name][0])
    assert isinstance(problem, DemoProblem)
    if base.says_none(claim):
        return
    program = problem.test(claim)
    assert isinstance(program, str)
    assert _values(program)["CLAIM"] == claim
    assert program.isascii()
    assert "`" not in program


@settings(max_examples=200, deadline=None)
@given(word=_hostile | st.sampled_from(_NASTY), letter=st.sampled_from("a\"';\\`@"))
def test_a_word_stays_a_string_in_every_program_about_it(word: str, letter: str) -> None:
    for question in (
        f"How many '{letter}'s are in the word '{word}' and what are their positions?",
        f'How many "{letter}" in "{word}"?',
    ):
        problem = recognise(question)
        if isinstance(problem, letters.Letters):
            values = _values(problem.solver())
            assert (values["WORD"], values["LETTER"]) == (problem.word, problem.letter)
            assert "`" not in problem.solver()


@settings(max_examples=150, deadline=None)
@given(
    question=st.sampled_from([case[0] for case in CASES.values()]),
    cut=st.floats(0, 1),
    insert=_hostile | st.sampled_from(_NASTY),
)
def test_a_question_spliced_with_hostile_text_only_fills_the_gaps_of_a_template(
    question: str, cut: float, insert: str
) -> None:
    at = int(cut * len(question))
    problem = recognise(question[:at] + insert + question[at:])
    if isinstance(problem, DemoProblem):
        test = problem.test("1")
        assert isinstance(test, str)
        assert _values(problem.solver())
        assert _values(test)


@settings(max_examples=150, deadline=None)
@given(
    printed=_hostile
    | st.sampled_from([*_NASTY, "```python\nimport os\n```", "~~~py\nimport os\n~~~", "import os"])
)
async def test_text_that_repeats_a_quoted_output_never_holds_a_program(printed: str) -> None:
    ask = f"{ASK_CODE}\n\nHow many r in strawberry?"
    code = f"```python\n{CASE_PROGRAM}```"
    quoted = f"<output>\n<<<{printed}>>>\n</output>\nNow answer in text, without code."
    reply = await say(ask, code, quoted)
    assert find_code(reply).source == ""


@settings(max_examples=150, deadline=None)
@given(word=_hostile | st.sampled_from(_NASTY), letter=st.sampled_from("a\"';\\`@"))
async def test_a_hostile_word_never_brings_a_program_into_text_or_another_into_code(
    word: str, letter: str
) -> None:
    question = f"How many '{letter}'s are in the word '{word}' and what are their positions?"
    assert find_code(await say(f"{ASK_TEXT}\n\n{question}")).source == ""
    first = await say(f"{ASK_CODE}\n\n{question}")
    for reply in (first, await say(f"{ASK_CODE}\n\n{question}", first, ASK_SEARCH)):
        found = find_code(reply)
        if found.outcome != "none":
            assert found.outcome == "found"
            assert _values(found.source.rstrip("\n") + "\n")


def test_a_hostile_word_runs_as_data() -> None:
    problem = recognise(
        "How many 'o's are in the word '\"; import os; print(open)' and what are their positions?"
    )
    assert isinstance(problem, letters.Letters)
    assert "Count: 3" in run(problem.solver())


def test_a_guess_stays_a_string_in_the_lazy_program() -> None:
    for text in _NASTY:
        [statement] = ast.parse(lazy_program(text)).body
        assert isinstance(statement, ast.Expr)
        call = statement.value
        assert isinstance(call, ast.Call)
        assert isinstance(call.args[0], ast.Constant)
        assert call.args[0].value == f"<<<{text}>>>"


@pytest.mark.parametrize("value", [1.5, None, b"x", object(), {"a": 1.0}, [None]])
def test_only_plain_values_can_be_put_into_a_program(value: object) -> None:
    with pytest.raises(TypeError):
        base.fill("print(@ANSWER@)", ANSWER=value)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="digits"):
        base.literal(10**5000)
