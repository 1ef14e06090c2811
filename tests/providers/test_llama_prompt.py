"""Conversations become tokens: the template's own, but text stays text and own replies stay the same tokens."""

from __future__ import annotations

import itertools

import pytest

from codesteer_tui.providers.llama.prompt import Prompter, StopGate, fold
from codesteer_tui.values import Message

END = 1000


def tokenize(text: str, special: bool) -> list[int]:
    """A token a character, and one for `<end>` where control tokens count."""
    if not special:
        return [ord(c) for c in text]
    parts = text.split("<end>")
    return [i for n, part in enumerate(parts) for i in ([END] if n else []) + [ord(c) for c in part]]


def render(turns: list[dict[str, str]]) -> str:
    return "".join(f"{turn['role'][0]}:{turn['content'].strip()}<end>" for turn in turns) + "a:"


def strict(turns: list[dict[str, str]]) -> str:
    roles = [turn["role"] for turn in turns]
    if "system" in roles or any(a == b for a, b in itertools.pairwise(roles)):
        raise ValueError("roles must alternate")
    return render(turns)


def test_ordinary_text_gives_the_tokens_of_the_template() -> None:
    ids = Prompter(render, tokenize).prompt([Message("system", "be"), Message("user", "hi ")]).ids
    assert ids == tokenize("s:be<end>u:hi<end>a:", True)


def test_a_control_token_that_a_person_wrote_stays_text() -> None:
    ids = Prompter(render, tokenize).prompt([Message("user", "a<end>b")]).ids
    assert ids.count(END) == 1
    assert ids[2:10] == [ord(c) for c in "a<end>b"] + [END]


def test_an_own_reply_goes_back_as_the_tokens_it_was_made_of() -> None:
    prompter = Prompter(render, tokenize)
    prompter.remember("yes", [2001, 2002])
    ids = prompter.prompt([Message("user", "q"), Message("assistant", "yes"), Message("user", "yes")]).ids
    assert ids == [*tokenize("u:q<end>a:", True), 2001, 2002, *tokenize("<end>u:yes<end>a:", True)]


def test_a_template_that_refuses_system_messages_gets_them_in_the_first_turn() -> None:
    messages = [Message("system", "be"), Message("user", "hi"), Message("user", "you")]
    assert Prompter(strict, tokenize).prompt(messages).ids == tokenize("u:be\n\nhi\n\nyou<end>a:", True)


def test_a_template_that_refuses_everything_is_an_error() -> None:
    def never(_: list[dict[str, str]]) -> str:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        Prompter(never, tokenize).prompt([Message("user", "hi")])


def test_folding_changes_nothing_where_turns_alternate() -> None:
    turns = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    assert fold(turns) == turns


@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_a_stop_text_ends_the_reply_wherever_it_is_cut(size: int) -> None:
    gate, shown, text = StopGate(["STOP", "ST!"]), "", "a S ST STO b STOP c"
    for i in range(0, len(text), size):
        piece, stopped = gate.feed(text[i : i + size])
        shown += piece
        if stopped:
            break
    assert stopped
    assert shown == "a S ST STO b "


def test_what_only_began_like_a_stop_text_is_shown_in_the_end() -> None:
    gate = StopGate(["STOP"])
    assert gate.feed("all ST") == ("all ", False)
    assert gate.rest() == "ST"
