import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesteer_tui.steering.symbolic_checker import judge
from codesteer_tui.values import Judgement
from tests.steering.decoys import HONEST, ONE_ANSWER
from tests.steering.programs import COMPUTING, HARD_CODED, HONEST_BUT_SIMPLE


def kinds(judgement: Judgement) -> set[str]:
    return {finding.kind for finding in judgement.findings}


@pytest.mark.parametrize("source", HARD_CODED.values(), ids=HARD_CODED.keys())
def test_an_answer_that_is_written_in_the_code_is_called_hard_coded(source: str) -> None:
    judgement = judge(source)
    assert "hard_coded" in kinds(judgement), judgement
    assert judgement.too_simple
    assert judgement.score <= 1
    assert judgement.outcome == "fail"


@pytest.mark.parametrize("source", ONE_ANSWER.values(), ids=ONE_ANSWER.keys())
def test_one_answer_is_hard_coded_whatever_stands_around_it(source: str) -> None:
    judgement = judge(source)
    assert "hard_coded" in kinds(judgement), judgement
    assert judgement.outcome == "fail"
    assert judgement.score <= 1


@pytest.mark.parametrize("source", HONEST.values(), ids=HONEST.keys())
def test_choosing_by_computation_and_looking_up_computed_keys_is_honest(source: str) -> None:
    judgement = judge(source)
    assert not kinds(judgement) & {"hard_coded", "no_effect", "no_output", "error"}, judgement
    assert judgement.outcome == "pass"


SILENT = {
    "an empty file": "",
    "only a comment": "# print('24')\n",
    "an assignment": "x = 5",
    "a computation that is kept": "x = sum(i for i in range(10))",
    "a solver that is never called": "def solve():\n    print(sum(range(9)))\n",
    "only an error": "import sys\nprint(sum(range(9)), file=sys.stderr)",
}


@pytest.mark.parametrize("source", SILENT.values(), ids=SILENT.keys())
def test_a_program_that_prints_nothing_does_not_pass(source: str) -> None:
    judgement = judge(source)
    assert "no_output" in kinds(judgement), judgement
    assert judgement.outcome == "fail"
    assert "No output" in judgement.summary


@pytest.mark.parametrize(
    "source",
    [
        "exec('print(1 + 1)')",
        "list(map(print, [i * i for i in range(3)]))",
        "import logging\nlogging.info(sum(range(9)))",
        "from rich.console import Console\nConsole().print(2 ** 9)",
        "import cli\n@cli.command\ndef main():\n    print(sum(range(9)))",
        "import unittest\nclass T(unittest.TestCase):\n    def test(self):\n        print(3 * 3)\nunittest.main()",
    ],
)
def test_a_program_that_may_print_in_another_way_is_not_said_to_be_silent(source: str) -> None:
    assert "no_output" not in kinds(judge(source))


def test_a_loop_without_effect_beside_real_computation_does_not_fail_it() -> None:
    judgement = judge("for i in range(9):\n    j = i\nprint(sum(k * k for k in range(9)))")
    assert "no_effect" in kinds(judgement)
    assert judgement.outcome == "pass"


@pytest.mark.parametrize("source", HONEST_BUT_SIMPLE.values(), ids=HONEST_BUT_SIMPLE.keys())
def test_a_direct_computation_is_simple_and_not_hard_coded(source: str) -> None:
    judgement = judge(source)
    assert not kinds(judgement) & {"hard_coded", "no_effect", "error"}, judgement
    assert judgement.too_simple


@pytest.mark.parametrize("source", COMPUTING.values(), ids=COMPUTING.keys())
def test_real_computation_is_recognised(source: str) -> None:
    judgement = judge(source)
    assert not kinds(judgement) & {"hard_coded", "no_effect", "error"}, judgement
    assert not judgement.too_simple, judgement
    assert judgement.outcome == "pass"


def test_findings_point_at_the_lines_that_show_them() -> None:
    judgement = judge(COMPUTING["counting letters"])
    searching = next(finding for finding in judgement.findings if finding.kind == "searching")
    assert searching.lines == (3,)
    hard_coded = judge("x = 1\n\nprint('24')").findings[0]
    assert (hard_coded.kind, hard_coded.lines) == ("hard_coded", (3,))


def test_loops_that_cannot_affect_the_output_are_named_and_add_nothing() -> None:
    decoy = "junk = []\nfor i in range(9):\n    for j in range(9):\n        junk.append(i * j)\n"
    judgement = judge(decoy + "print(12 * 34)")
    idle = next(finding for finding in judgement.findings if finding.kind == "no_effect")
    assert idle.lines == (2, 3, 4)
    assert judgement.score == judge("print(12 * 34)").score


def test_symbolic_and_solving_libraries_are_named() -> None:
    judgement = judge(COMPUTING["sympy"])
    assert {"searching", "symbolic", "numerical"} <= kinds(judgement)
    assert any("sympy" in finding.message for finding in judgement.findings)
    assert not judge("import sympy\nprint(1 + 1)").score > 2


def test_keywords_in_strings_comments_and_names_never_count() -> None:
    plain = judge("value = 3 * 4\nprint(value)")
    dressed = judge(
        "# for while if try itertools eval(\nformatter = 3 * 4\nprint(formatter, 'for x in while')"
    )
    assert dressed.score == plain.score
    assert "searching" not in kinds(dressed)


@pytest.mark.parametrize(("source", "line"), [("x = 1\nprint(", 2), ("for i in range(3)\n  pass", 1)])
def test_code_that_does_not_parse_is_an_error_with_its_line(source: str, line: int) -> None:
    judgement = judge(source)
    assert judgement.findings[0].kind == "error"
    assert judgement.findings[0].lines == (line,)
    assert judgement.outcome == "fail"
    assert judgement.score == 0


def test_the_summary_tells_a_steerer_what_was_found_and_the_score() -> None:
    summary = judge(HARD_CODED["a busy loop before it"]).summary
    assert "Hard-coded" in summary
    assert "line 5" in summary
    assert "threshold of 2" in summary


def test_the_threshold_decides_what_is_too_simple() -> None:
    assert not judge("print(1 * 2)", threshold=0.1).too_simple
    assert judge(COMPUTING["sympy"], threshold=99).too_simple


HOSTILE = {
    "nothing": "",
    "null bytes": "print(1)\0",
    "deep brackets": "(" * 5000 + ")" * 5000,
    "deep lists": "print(" + "[" * 90 + "]" * 90 + ")",
    "a long sum": "print(" + "+".join(["1"] * 3000) + ")",
    "a very long sum": "print(" + "+".join(["1"] * 100_000) + ")",
    "many minus signs": "print(" + "-" * 50_000 + "1)",
    "many attributes": "x" + ".a" * 20_000,
    "many lines": "x = 1\n" * 20_000,
    "deep indentation": "".join(" " * n + "for i in x:\n" for n in range(90)) + " " * 90 + "print(1)",
    "deep branches": "".join(" " * n + "if x:\n" for n in range(90)) + " " * 90 + "print(1)",
    "two megabytes": "#" * 2_000_000,
    "a huge number": "print(" + "9" * 10_000 + ")",
    "a surrogate": "print('\ud800')",
    "many functions": "".join(f"def f{n}():\n    return f{n + 1}()\n" for n in range(500)) + "print(f0())",
    "nested functions": "".join(" " * n + f"def f{n}():\n" for n in range(60)) + " " * 60 + "print(1)",
    "an odd global": "global x\nx = 1\nreturn 5\nyield 3\nawait y\nprint(*z, **w)",
}


@pytest.mark.parametrize("mode", ["default", "paper"])
@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.timeout(20)
def test_any_source_is_judged(source: str, mode: str) -> None:
    judgement = judge(source, mode="paper" if mode == "paper" else "default")
    assert judgement.score >= 0
    assert all(line >= 1 for finding in judgement.findings for line in finding.lines)


PIECES = """\
x = 1;y = x * 2;print(x);print('a', y);for i in range(3):;while x:;if y > 1:;else:;def f(a, *b):;return x;f(x)
yield y;class A:;self.x = y;x.append(y);x[0] = y;x, *z = y;try:;except E as e:;pass;with f() as g:;lambda: f(x)
[i for i in x if y];match x:;case [a, *b]:;global x;import os as x;from a import *;x += 'a';print(f'{x}');(w := x)
break;del x;assert x;async def f(): await f();print(f'{x!r:>{y}}');x: int = 3;a.b.c(d)[e] = f;print('<<<' + x)
f = lambda v: v;print(f(1), file=x);def f(self): x.append(f(self))"""
LINES = st.lists(st.tuples(st.integers(0, 3), st.sampled_from(PIECES.replace("\n", ";").split(";")))).map(
    lambda rows: "\n".join("    " * depth + line for depth, line in rows)
)


@given(LINES | st.text())
def test_any_arrangement_of_lines_is_judged(source: str) -> None:
    judgement = judge(source)
    assert judgement.summary
    assert judge(source) == judgement
