"""Whatever a model or a program writes, the screen shows text: no markup, no control characters, no errors."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesteer_tui import events as ev
from codesteer_tui.text import plain
from codesteer_tui.transcript import Transcript
from codesteer_tui.tui.blocks import PANE, Bounds, bounded, text_of
from codesteer_tui.tui.drawing import evidence, flags, guidance, run, task
from codesteer_tui.tui.widgets.code import highlighted
from codesteer_tui.values import (
    ExecutionResult,
    Extraction,
    Finding,
    Guidance,
    Judgement,
    Limits,
    Program,
    Verdict,
)

TINY = Bounds(head_lines=3, tail_lines=2, chars=80)

any_text = st.text(st.characters(codec=None), max_size=400)
hostile = st.lists(
    st.one_of(
        any_text,
        st.sampled_from(
            ["[bold]", "[/]", "[@click=app.quit]", "\x1b[31m", "\x1b]0;title\x07", "```", "```python\n", "~~~",
             "\r\n", "\t",
             "\x00", "\ud800", "\u202e", "\u200b", "\u2028", "e\u0301" * 30, "\x9b5m", "\x1bP1\x1b\\", "𝔸", "漢字" * 20]
        ),
    ),
    max_size=12,
).map("".join)  # fmt: skip


@given(hostile)
def test_only_line_ends_and_tabs_are_left_of_the_control_characters(text: str) -> None:
    shown = plain(text)
    left = {c for c in shown if unicodedata.category(c) in ("Cc", "Cs")}
    assert left <= {"\n", "\t"}
    assert not {"\u202e", "\u2066"} & set(shown)
    shown.encode()


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"], include_characters="\n\t")))
def test_harmless_text_is_left_alone(text: str) -> None:
    assert plain(text) == text


def test_whole_escape_sequences_go_so_that_no_rest_of_them_is_seen() -> None:
    assert plain("\x1b[1;31mred\x1b[0m \x1b]0;title\x07plain \x1b[2Jend") == "red plain end"


@given(hostile)
def test_an_answer_cut_at_its_fences_is_the_answer_again(text: str) -> None:
    blocks = task.answer_blocks(text, Bounds(10_000, 10_000, 1_000_000))
    assert text_of(blocks) == plain(text)


def test_code_is_told_from_prose_by_its_fences() -> None:
    blocks = task.answer_blocks("First.\n```python\nprint(1)\n```\nLast.", PANE)
    assert [(b.kind, b.text) for b in blocks] == [
        ("prose", "First."),
        ("dim", "```python"),
        ("code", "print(1)"),
        ("dim", "```"),
        ("prose", "Last."),
    ]


def test_code_without_a_closing_fence_is_shown_as_code() -> None:
    assert task.answer_blocks("```py\nx = 1", PANE)[-1].kind == "code"


@given(hostile)
def test_a_long_text_keeps_its_beginning_and_its_end(text: str) -> None:
    shown = plain(text)
    blocks = bounded("prose", text, TINY)
    if len(blocks) == 1:
        assert blocks[0].text == shown
        return
    head, note, tail = blocks
    assert note.kind == "note"
    assert shown.startswith(head.text)
    assert shown.endswith(tail.text)
    assert len(head.text) + len(tail.text) <= TINY.chars
    assert head.text.count("\n") + 1 + tail.text.count("\n") + 1 <= TINY.lines + 1


def test_the_note_says_how_much_is_left_out() -> None:
    blocks = bounded("output", "\n".join(map(str, range(1000))), PANE)
    shown = sum(block.text.count("\n") + 1 for block in (blocks[0], blocks[2]))
    assert PANE.head_lines + PANE.tail_lines // 2 < shown <= PANE.lines
    assert f"{1000 - shown} lines" in blocks[1].text


@given(hostile)
def test_colours_never_change_the_code(code: str) -> None:
    assert highlighted(plain(code)).plain == plain(code)


@pytest.mark.parametrize("drawing", [guidance, task, run, flags], ids=lambda m: m.__name__.rpartition(".")[2])
@given(text=hostile)
def test_every_pane_can_draw_any_text(drawing: object, text: str) -> None:
    result = ExecutionResult("timeout", stdout=text, stderr=text, stdout_truncated=True, tail_stdout=text)
    finding = Finding("error", text, (1, 99))
    events: list[ev.Event] = [
        ev.RoundStarted(round=0),
        ev.GuidanceGiven(round=0, guidance=Guidance("refine", text, text)),
        ev.AnswerGiven(round=0, text=text, reasoning=text, finish="length"),
        ev.CodeFound(round=0, code=Extraction("found", text, 1, text)),
        ev.ExecutionStarted(round=0, id="1", purpose="answer", program=Program(text), limits=Limits()),
        ev.ExecutionFinished(round=0, id="1", purpose="answer", result=result),
        ev.CodeJudged(round=0, judgement=Judgement("default", 0.5, True, (finding,), text)),
        ev.AnswerChecked(round=0, verdict=Verdict("fail", text, text), source=text, execution="1"),
        ev.AnswerVerified(round=0, task="t", verdict=Verdict("could_not_check", text, text)),
        ev.Failed(kind="x", message=text, remedy=text),
    ]
    for until in range(len(events) + 1):
        transcript = Transcript.of(events[:until])
        for bounds in (TINY, PANE):
            this = transcript.current
            blocks = drawing.blocks(transcript, this, bounds)  # type: ignore[attr-defined]
            if this:
                blocks += [
                    b for part in evidence.sections(transcript, this) for b in (*part.body, *part.above)
                ]
            assert not {c for b in blocks for c in b.text if unicodedata.category(c) in ("Cc", "Cs")} - {
                "\n",
                "\t",
            }
            drawing.peek(transcript, this)  # type: ignore[attr-defined]
            drawing.title(transcript, this)  # type: ignore[attr-defined]


def test_a_text_that_grows_changes_little_of_what_is_shown() -> None:
    lines = [f"line {number}\n```\ncode {number}\n```" for number in range(400)]
    shown = [task.answer_blocks("\n".join(lines[:count]), PANE) for count in range(200, 400)]
    changed = [
        sum(old != new for old, new in zip(before, after, strict=False)) for before, after in pairwise(shown)
    ]
    assert sorted(changed)[len(changed) * 3 // 4] <= 3
