"""The published wording becomes a pack that has it exactly, and nothing of the checkout is executed."""

from __future__ import annotations

import ast
import hashlib
import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from codesteer_tui.errors import ConfigError
from codesteer_tui.steering.pack_import import NAME, PUBLISHED, _toml, import_published
from codesteer_tui.steering.prompts import load_pack
from tests.steering.published import EXPECTED, PROMPT, RUNNER, write_checkout

TINY = {name: f"words of {name}" for name in PUBLISHED}


def written(texts: dict[str, str]) -> str:
    return "\n".join(f"{name} = {text!r}" for name, text in texts.items())


def refused(tmp_path: Path, source: str | bytes) -> ConfigError:
    """Why an import of this source is refused; it must leave nothing behind."""
    file = tmp_path / "prompt.py"
    file.write_bytes(source if isinstance(source, bytes) else source.encode("utf-8", "surrogatepass"))
    with pytest.raises(ConfigError) as raised:
        import_published(file, tmp_path / "none")
    assert raised.value.remedy
    assert "prompt.py" in raised.value.message
    assert not (tmp_path / "none").exists()
    return raised.value


def test_what_is_read_back_equals_what_python_would_have_made_of_the_file(tmp_path: Path) -> None:
    done = import_published(write_checkout(tmp_path / "checkout"), tmp_path / "packs")
    pack = load_pack(NAME, tmp_path / "packs")
    assert pack == done.pack
    assert pack.texts == EXPECTED
    executed: dict[str, str] = {}
    exec(compile(PROMPT, "stand-in", "exec"), executed)
    assert {name: executed[name] for name in PUBLISHED} == EXPECTED
    assert pack.fine_tuned
    assert pack.wording == NAME


def test_the_turns_are_put_together_as_the_published_loop_does(tmp_path: Path) -> None:
    pack = import_published(write_checkout(tmp_path / "checkout"), tmp_path / "packs").pack
    assert pack.fill("steerer.first", question="1 + 1?\n") == EXPECTED["code_text_choice_prompt"] + "1 + 1?\n"
    assert pack.fill("guidance.code") == EXPECTED["with_COT_code_output_prompt"]
    assert pack.fill("guidance.text") == EXPECTED["text_output_prompt"]
    assert pack.fill("task_llm.first", guidance="\nGo.\n", question="Q") == "\nGo.\nQ"
    assert pack.fill("task_llm.next", execution="", guidance="\nGo.\n") == "\nGo.\n"
    assert pack.fill("findings.ran", output="7\n", errors="") == "\nIt printed:\noutput: 7\n, errors: "
    assert pack.fill("findings.too_long") == "\nToo long to show."
    turn = pack.fill("steerer.with_code", answer="A", check="C", symbolic="S", question="Q")
    assert turn == "Answer ($): A\n\nCheck:\nC\n\nCode: S\n\nReply as <<<guidance>>>."
    turn = pack.fill("steerer.without_code", answer="A", check="C", question="Q")
    assert turn == "Answer ($): A\n\nCheck:\nC\n\nReply as <<<guidance>>>."


def test_a_prompted_steerer_is_told_the_decision_prompt_and_the_question_every_time(tmp_path: Path) -> None:
    done = import_published(write_checkout(tmp_path / "checkout"), tmp_path / "packs", prompted=True)
    assert done.path.name == "published-prompted.toml"
    assert not done.pack.fine_tuned
    turn = done.pack.fill("steerer.without_code", answer="A", check="C", question="Q")
    assert turn.startswith(EXPECTED["decision_prompt"] + " Q\nAnswer")


def test_of_the_file_alone_the_form_of_the_turns_is_ours_and_that_is_said(tmp_path: Path) -> None:
    checkout = write_checkout(tmp_path / "checkout")
    done = import_published(checkout / "prompt.py", tmp_path / "packs")
    assert any("around the findings are ours" in note for note in done.notes)
    turn = done.pack.fill("steerer.with_code", answer="A!", check="C!", symbolic="S!", question="Q")
    assert all(word in turn for word in ("A!", "C!", "S!", "<<<guidance>>>"))


@pytest.mark.parametrize(
    "runner",
    [
        None,
        RUNNER.replace("{check_result}", "{check(response)}"),
        RUNNER.replace("{response}", "{somebody}"),
        "def broken(:",
    ],
)
def test_a_form_of_the_turns_that_cannot_be_read_is_replaced_by_ours(
    tmp_path: Path, runner: str | None
) -> None:
    done = import_published(write_checkout(tmp_path / "checkout", runner=runner), tmp_path / "packs")
    assert any("around the findings are ours" in note for note in done.notes)
    assert done.pack.texts == EXPECTED


def test_the_pack_says_where_it_is_from(tmp_path: Path) -> None:
    checkout = write_checkout(tmp_path / "checkout")
    done = import_published(checkout, tmp_path / "packs", today=date(2026, 11, 21))
    source = tomllib.loads(done.path.read_text(encoding="utf-8"))["source"]
    assert source["file"] == str(checkout / "prompt.py")
    assert source["sha256"] == hashlib.sha256((checkout / "prompt.py").read_bytes()).hexdigest()
    assert source["imported"] == date(2026, 11, 21)
    assert source["turns_file"].endswith("run_Logic_Game_CodeSteer_test.py")
    assert done.pack.source == source


def test_what_is_missing_and_what_is_not_known_is_named(tmp_path: Path) -> None:
    source = written({name: text for name, text in TINY.items() if name != "AutoGen_prompt"})
    checkout = write_checkout(tmp_path / "checkout", source + '\nnew_prompt = "?"\nnumber = 3\n')
    notes = "\n".join(import_published(checkout, tmp_path / "packs").notes)
    assert "AutoGen_prompt" in notes
    assert "new_prompt" in notes
    assert "number" not in notes


def test_a_needed_text_that_is_empty_is_refused(tmp_path: Path) -> None:
    checkout = write_checkout(tmp_path / "checkout", PROMPT + "\ntext_output_prompt = ' '\n")
    with pytest.raises(ConfigError, match="text_output_prompt is empty"):
        import_published(checkout, tmp_path / "packs")
    assert not (tmp_path / "packs" / "published.toml").exists()


def test_texts_that_are_needed_and_missing_are_all_named(tmp_path: Path) -> None:
    said = refused(tmp_path, 'text_output_prompt = "x"').message
    assert "code_text_choice_prompt, with_COT_code_output_prompt" in said
    assert "text_output_prompt," not in said


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ('"{}".format(3)', "format()"),
        ('open("marker", "w").read()', "read()"),
        ('"a" * 3', "Mult"),
        ('"%s" % 3', "Mod"),
        ("other", "made of other"),
        ("b'bytes'", "bytes"),
        ("None", "NoneType"),
        ('"a" if True else "b"', "IfExp"),
        ('f"{1 + 1}"', "no name"),
        ('f"{elsewhere}"', "{elsewhere}"),
        ('f"{question!r}"', "{question}"),
        ('f"{question:>3}"', "{question}"),
        (r'"\ud800"', "half a character"),
        ('"a".join(["b"])', "join()"),
    ],
)
def test_what_would_have_to_be_executed_is_refused_with_its_line(
    tmp_path: Path, value: str, named: str
) -> None:
    said = refused(tmp_path, written(TINY) + f"\ntext_output_prompt = (\n  {value})\n").message
    assert f"prompt.py:{len(TINY) + 2}: text_output_prompt" in said
    assert named in said


@pytest.mark.parametrize(
    "statement",
    [
        "if 1:\n    decision_prompt = 'x'",
        "for decision_prompt in 'ab': pass",
        "while 0: decision_prompt = ''",
        "with open('marker', 'w') as decision_prompt: pass",
        "try:\n    decision_prompt = ''\nexcept Exception: pass",
        "def decision_prompt(): pass",
        "class decision_prompt: pass",
        "import os as decision_prompt",
        "from os import sep as decision_prompt",
        "decision_prompt, other = 'a', 'b'",
        "decision_prompt *= 2",
        "(decision_prompt := 'x')",
        "other = (decision_prompt := 'x') + 'y'",
        "def f():\n    global decision_prompt\n    decision_prompt = ''",
        "match 1:\n    case decision_prompt: pass",
    ],
)
def test_a_text_that_is_bound_in_another_way_is_refused(tmp_path: Path, statement: str) -> None:
    ast.parse(statement)
    said = refused(tmp_path, f"{written(TINY)}\n{statement}\n").message
    assert f"prompt.py:{len(TINY) + 1}: decision_prompt is bound by" in said


def test_the_last_assignment_counts_and_what_is_deleted_is_missing(tmp_path: Path) -> None:
    source = (
        written(TINY) + "\nCode_checker_prompt = open\nCode_checker_prompt = 'again'\ndel AutoGen_prompt\n"
    )
    done = import_published(write_checkout(tmp_path / "c", source), tmp_path / "packs")
    assert done.pack.texts["Code_checker_prompt"] == "again"
    assert "AutoGen_prompt" not in done.pack.texts


def test_a_field_with_a_meaning_is_mapped_and_any_other_text_with_one_is_refused(tmp_path: Path) -> None:
    source = written(TINY) + "\ncode_text_choice_prompt = f'For ${question}: choose.'\n"
    done = import_published(write_checkout(tmp_path / "c", source), tmp_path / "packs")
    assert done.pack.fill("steerer.first", question="2?") == "For $2?: choose."
    assert "code_text_choice_prompt" not in done.pack.texts
    said = refused(tmp_path, written(TINY) + "\nAutoGen_prompt = f'{question}'\n").message
    assert "prompt.py:12: AutoGen_prompt has the field {question}" in said
    said = refused(tmp_path, written(TINY) + "\ncode_text_choice_prompt = f'{response}'\n").message
    assert "code_text_choice_prompt has the field {answer}" in said


def test_what_looks_like_a_field_in_a_plain_text_is_kept_and_named(tmp_path: Path) -> None:
    source = written(TINY) + "\ndecision_prompt = 'On {question}, {{answer}} and {other}'\n"
    done = import_published(write_checkout(tmp_path / "c", source), tmp_path / "packs")
    assert done.pack.texts["decision_prompt"] == "On {question}, {{answer}} and {other}"
    (note,) = [note for note in done.notes if "plain text" in note]
    assert "decision_prompt has {question}" in note


HARMFUL = """
import os, sys, subprocess
os.system("touch {marker}")
open({marker!r}, "w").write("executed")
subprocess.run(["touch", {marker!r}])
exec("open({marker!r}, 'w')")
@__import__("pathlib").Path({marker!r}).touch
def f(x=open({marker!r}, "w")): ...
class C(metaclass=type(open({marker!r}, "w"))): ...
sys.exit(1)
"""


def test_a_file_that_would_do_harm_is_only_read(tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    harmful = HARMFUL.format(marker=str(marker))
    checkout = write_checkout(tmp_path / "c", harmful + written(TINY) + harmful, harmful + RUNNER)
    assert import_published(checkout, tmp_path / "packs").pack.texts == TINY
    assert not marker.exists()
    refused(tmp_path, written(TINY) + f"\ndecision_prompt = os.system('touch {marker}')\n")
    assert not marker.exists()


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ("x = " + "(" * 5000 + ")" * 5000, "not Python"),
        ("x = " + "-" * 200_000 + "1", "nested too deeply"),
        ("x = " + "'a' + " * 100_000 + "'a'", "nested too deeply"),
        ("if 1: pass\n" + "elif 1: pass\n" * 50_000, "nested too deeply"),
        ("x = 'a'\n" * 1_300_000, "larger than 1 MiB"),
        ("x = (\n1", "prompt.py:1 is not Python"),
        (b"x = '\xff\xfe'", "not UTF-8"),
        (b"# -*- coding: latin-1 -*-\nx = '\xe9'", "not UTF-8"),
        (b"# -*- coding: latin-1 -*-\nx = 1", "iso-8859-1"),
        (b"# -*- coding: nonsense -*-\nx = 1", "not UTF-8 text"),
        (b"x = 1\x00", "null byte"),
        ("", "does not assign"),
    ],
    ids=[
        "parentheses",
        "signs",
        "sums",
        "elif",
        "10 MB",
        "syntax",
        "bytes",
        "latin",
        "cookie",
        "bad",
        "nul",
        "empty",
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(
    tmp_path: Path, source: str | bytes, named: str
) -> None:
    assert named in refused(tmp_path, source).message


def test_texts_that_double_again_and_again_are_refused(tmp_path: Path) -> None:
    doubling = "a = 'xxxxxxxxxxxxxxxx'\n" + "a = a + a\n" * 60 + "decision_prompt = a\n"
    said = refused(tmp_path, written(TINY) + "\n" + doubling).message
    assert "decision_prompt is made of a" in said


def test_windows_line_ends_and_a_byte_order_mark_are_as_python_takes_them(tmp_path: Path) -> None:
    file = tmp_path / "prompt.py"
    file.write_bytes(b"\xef\xbb\xbf" + PROMPT.replace("\n", "\r\n").encode())
    assert import_published(file, tmp_path / "packs").pack.texts == EXPECTED


@pytest.mark.parametrize("path", ["x" * 5000, "~nobody-is-called-this"])
def test_a_path_that_no_file_can_have_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        import_published(Path(path), tmp_path / "packs")


@pytest.mark.parametrize("path", ["nowhere", "folder"])
def test_a_path_without_the_file_is_named(tmp_path: Path, path: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(ConfigError, match="there is no such file"):
        import_published(tmp_path / path, tmp_path / "packs")


@pytest.mark.parametrize("name", ["../up", "default", "a b", "x.toml", ".hidden", "-", "n" * 65])
def test_a_name_that_a_pack_cannot_have_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match=r"called|built-in"):
        import_published(write_checkout(tmp_path / "c"), tmp_path / "packs", name=name)
    assert not (tmp_path / "packs").exists()


def test_a_pack_is_overwritten_only_when_that_is_said(tmp_path: Path) -> None:
    checkout = write_checkout(tmp_path / "c")
    import_published(checkout, tmp_path / "packs")
    write_checkout(checkout, written(TINY))
    with pytest.raises(ConfigError, match="already") as raised:
        import_published(checkout, tmp_path / "packs")
    assert "--replace" in raised.value.remedy
    assert load_pack(NAME, tmp_path / "packs").texts == EXPECTED
    import_published(checkout, tmp_path / "packs", replace=True)
    assert load_pack(NAME, tmp_path / "packs").texts == TINY
    assert [p.name for p in (tmp_path / "packs").iterdir()] == ["published.toml"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "packs").write_text("a file where the folder should be")
    with pytest.raises(ConfigError, match="cannot be written"):
        import_published(write_checkout(tmp_path / "c"), tmp_path / "packs")


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
@example('"' * 7)
@example('\n"""\n""\n" \n\\\n')
@example("\r\n \n\t\x00\x7f\u2028\ufeff")
def test_any_text_is_written_so_that_it_is_read_back(text: str) -> None:
    assert tomllib.loads(f"x = {_toml(text)}\n") == {"x": text}
