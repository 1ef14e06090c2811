"""Thoughts inside an answer are told apart from it, however they are cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesteer_tui.providers.thinking import ThoughtSplitter


def split(pieces: list[str]) -> tuple[str, str]:
    """The reasoning and the answer of these pieces."""
    splitter = ThoughtSplitter()
    deltas = [delta for piece in pieces for delta in splitter.feed(piece)] + splitter.rest()
    assert splitter.rest() == []
    assert all(delta.text for delta in deltas)
    said = {"reasoning": "", "answer": ""}
    for delta in deltas:
        said[delta.channel] += delta.text
    return said["reasoning"], said["answer"]


@pytest.mark.parametrize(
    ("text", "reasoning", "answer"),
    [
        ("<think>Hm.</think>4", "Hm.", "4"),
        ("\n <think>\nHm,\n so.\n</think>\n\n 4 \n", "Hm,\n so.\n", "4 \n"),
        ("<think>\n\n</think>\n\n4", "", "4"),
        ("<think></think>", "", ""),
        ("<think>cut off", "cut off", ""),
        ("<think>a</thin</think>b", "a</thin", "b"),
        ("<think>a</thin", "a</thin", ""),
        ("<think>a<think>b</think>c</think>d", "a<think>b", "c</think>d"),
        ("<thinking>Hm.</thinking>4", "Hm.", "4"),
        ("[THINK]Hm.[/THINK]4", "Hm.", "4"),
        ("<thin", "", "<thin"),
        ("  \n", "", "  \n"),
        ("<<<Code>>>", "", "<<<Code>>>"),
        ("I <think>not</think>", "", "I <think>not</think>"),
        ("  plain ", "", "  plain "),
        ("", "", ""),
    ],
)
def test_thoughts_go_to_their_channel_however_they_are_cut(text: str, reasoning: str, answer: str) -> None:
    for size in range(1, len(text) + 2):
        assert split([text[i : i + size] for i in range(0, len(text), size)]) == (reasoning, answer)


def test_text_is_passed_on_as_soon_as_it_is_clear() -> None:
    splitter = ThoughtSplitter()
    fed = [[d.text for d in splitter.feed(piece)] for piece in ("<think>a", "b</", "c</think>", "d", "e")]
    assert fed == [["a"], ["b"], ["</c"], ["d"], ["e"]]


@given(st.text(alphabet="<>/think[]THINK \na🍓", max_size=40), st.integers(1, 7))
def test_how_text_is_cut_makes_no_difference_and_plain_text_stays_as_it_is(text: str, size: int) -> None:
    whole = split([text])
    assert split([text[i : i + size] for i in range(0, len(text), size)]) == whole
    if not whole[0] and not text.lstrip().startswith(("<think", "[THINK]")):
        assert whole[1] == text


def test_a_megabyte_of_blanks_is_not_held_back() -> None:
    splitter = ThoughtSplitter()
    assert sum(len(d.text) for _ in range(100_000) for d in splitter.feed(" " * 10)) == 1_000_000


@pytest.mark.parametrize(
    ("text", "reasoning", "answer"),
    [
        ("\nHm.\n</think>\n\n4", "Hm.\n", "4"),
        ("</think>4", "", "4"),
        ("<think>\nHm.</think>4", "Hm.", "4"),
        ("<thin air</think>4", "<thin air", "4"),
        ("cut off", "cut off", ""),
        ("<thi", "<thi", ""),
    ],
)
def test_thoughts_that_the_prompt_has_opened_go_on_in_the_reply(
    text: str, reasoning: str, answer: str
) -> None:
    for size in range(1, len(text) + 2):
        splitter = ThoughtSplitter("<think>")
        assert splitter.thinking
        deltas = [d for i in range(0, len(text), size) for d in splitter.feed(text[i : i + size])]
        said = {"reasoning": "", "answer": ""}
        for delta in deltas + splitter.rest():
            said[delta.channel] += delta.text
        assert (said["reasoning"], said["answer"]) == (reasoning, answer)
        assert splitter.thinking == ("</think>" not in text)
