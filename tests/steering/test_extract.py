import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from codesteer_tui.steering.extract import find_code, first_block_as_published

PROGRAM = "for i in range(3):\n    print(i)"


@pytest.mark.parametrize(
    "answer",
    [
        f"Here:\n```python\n{PROGRAM}\n```\nDone.",
        f"Here:\n```Python3 title=x.py\n{PROGRAM}\n```",
        f"~~~py\n{PROGRAM}\n~~~",
        f"`````python\n{PROGRAM}\n`````",
        f"```{{.python}}\n{PROGRAM}\n```",
        f"```\n{PROGRAM}\n```",
        f"Here is the code:```python\n{PROGRAM}\n```",
        f"```python\n{PROGRAM}```",
        f"```python\r\n{PROGRAM}\r\n```\r\n".replace("\n", "\r\n").replace("\r\r", "\r"),
        "1. First:\n\n   ```python\n   for i in range(3):\n       print(i)\n   ```\n",
        "- ```py\n  for i in range(3):\n      print(i)\n  ```",
        "> ```python\n> for i in range(3):\n>     print(i)\n> ```",
        "  ```python\n    for i in range(3):\n        print(i)\n  ```",
        f"```bash\npip install x\n```\n```python\n{PROGRAM}\n```\n```\n0\n1\n2\n```",
    ],
)
def test_one_program_is_found_however_it_is_fenced(answer: str) -> None:
    found = find_code(answer)
    assert (found.outcome, found.source, found.blocks) == ("found", PROGRAM, 1)


def test_a_program_in_one_line_is_found() -> None:
    assert find_code("```python print(1+1)```").source == "print(1+1)"


def test_a_bare_program_without_any_fence_is_found() -> None:
    found = find_code("import math\nprint(math.factorial(10))\n")
    assert found.outcome == "found"
    assert "without a fence" in found.note


@pytest.mark.parametrize("answer", ["", "The answer is 24.", "<<<24>>>", "`x = 1`", "print", "```\n24\n```"])
def test_prose_holds_no_program(answer: str) -> None:
    assert find_code(answer).outcome == "none"


@pytest.mark.parametrize("label", ["bash", "text", "json", "output"])
def test_other_languages_are_reported_and_not_taken(label: str) -> None:
    found = find_code(f"```{label}\necho 1\n```")
    assert (found.outcome, found.source) == ("not_python", "")
    assert label in found.note


@pytest.mark.parametrize("data", ["24", "Count: 3", '{"a": 1}', "x = 5", "1 2 3", "$ python solve.py"])
def test_an_unlabelled_block_of_output_is_not_a_program(data: str) -> None:
    assert find_code(f"```\n{data}\n```").outcome == "none"


def test_an_unlabelled_program_with_a_mistake_is_still_a_program() -> None:
    assert find_code("```\nfor i in range(3)\n    print(i)\n```").outcome == "found"


def test_a_cut_off_program_is_given_and_said_to_be_cut_off() -> None:
    found = find_code("```python\nfor i in range(3):\n    print(")
    assert found.outcome == "unclosed"
    assert found.source == "for i in range(3):\n    print("
    assert "cut off" in found.note


def test_a_docstring_with_a_fence_in_it_stays_whole() -> None:
    source = 'def f():\n    """Use it so:\n\n    ```python\n    f()\n    ```\n    """\nf()'
    assert find_code(f"```python\n{source}\n```").source == source


def test_a_forgotten_closing_fence_does_not_swallow_the_next_program() -> None:
    found = find_code(f"```python\nprint(1)\nBut better is this:\n```python\n{PROGRAM}\n```")
    assert (found.outcome, found.source) == ("several", PROGRAM)


def test_of_several_complete_programs_the_last_is_taken() -> None:
    found = find_code(f"```python\nprint(1)\n```\nBetter:\n```python\n{PROGRAM}\n```")
    assert (found.outcome, found.source, found.blocks) == ("several", PROGRAM, 2)
    assert "the last" in found.note


def test_a_last_program_that_needs_names_of_earlier_ones_is_joined_with_them() -> None:
    blocks = ["import math", "def unused(): pass", "def f(n):\n    return math.factorial(n)", "print(f(5))"]
    found = find_code("\n".join(f"```python\n{block}\n```\nthen" for block in blocks))
    assert found.source == "\n\n".join([blocks[0], blocks[2], blocks[3]])
    assert "joined" in found.note


def test_a_broken_last_program_gives_way_to_the_last_complete_one() -> None:
    found = find_code(f"```python\n{PROGRAM}\n```\n```python\nprint(\n```")
    assert found.source == PROGRAM
    assert "number 1" in found.note


SOURCES = st.text(
    alphabet=st.characters(exclude_characters="\r", exclude_categories=["Cs"]), min_size=1
) | st.lists(st.sampled_from(["x = 1", "```", "~~~", "```python", "    y()", "'''", "# ```", ""])).map(
    "\n".join
)


@given(SOURCES, st.sampled_from(["```", "~~~"]), st.sampled_from(["python", "py", "Python"]))
def test_wrapping_any_source_in_a_fence_and_prose_gives_back_exactly_that_source(
    source: str, fence: str, label: str
) -> None:
    assume(source.strip())
    longest = max((len(run) for run in re.findall(r"`+|~+", source)), default=0)
    fence = fence[0] * max(3, longest + 1)
    answer = f"Here is my program.\n\n{fence}{label}\n{source}\n{fence}\n\nIt prints the answer."
    assert find_code(answer).source == source


@given(st.text(alphabet=st.sampled_from("`~pyton \n\r\t>-1.()=:'\"#")) | st.text())
def test_any_text_is_accepted(text: str) -> None:
    found = find_code(text)
    assert bool(found.source) == (found.outcome in ("found", "several", "unclosed"))


@pytest.mark.parametrize(
    "piece", ["```python\n", "```", "```py\nx\n```\n", "~~~\n", "(" * 1000, "`", "> ", "- "]
)
def test_megabytes_of_hostile_text_are_read(piece: str) -> None:
    assert find_code(piece * (300_000 // len(piece))).outcome


def test_the_published_rule_takes_the_first_strictly_fenced_block_only() -> None:
    assert first_block_as_published("```python\na\n```\n```python\nb\n```") == "a"
    assert first_block_as_published("```python\na\n``` trailing") == "a"
    assert first_block_as_published("x:```python\na\nb\n```") == "a\nb"
    for lost in [
        "```py\na\n```",
        "```Python\na\n```",
        "```python \na\n```",
        "```python\na```",
        "```python\n```",
    ]:
        assert first_block_as_published(lost) is None


@given(st.lists(st.sampled_from(["```python", "\n", "```", "x", " "])).map("".join))
def test_the_published_rule_agrees_with_its_regular_expression(text: str) -> None:
    match = re.search(r"```python\n(.*?)\n```", text, re.DOTALL)
    assert first_block_as_published(text) == (match[1] if match else None)
