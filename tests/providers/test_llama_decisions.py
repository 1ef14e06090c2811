"""Decisions of local weights: their probability read from the logits at the fork, and forced by a grammar."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from codesteer_tui.providers import Sampling
from codesteer_tui.providers.llama.model import LlamaCppModel
from codesteer_tui.providers.llama.replying import Fork, grammar_of
from tests.providers.test_llama_cpp import say
from tests.tiny_gguf import make

CODE, TEXT = "<<<Code>>>", "<<<Text>>>"
ASKED = Sampling(max_tokens=20, decisions=(CODE, TEXT))


def characters(text: str) -> list[int]:
    return [ord(c) for c in text]


def fed(fork: Fork, *pieces: str) -> list[bool]:
    seen = [fork.reached]
    for piece in pieces:
        fork.add(piece.encode())
        seen.append(fork.reached)
    return seen


def test_the_fork_is_where_the_options_begin_to_differ_however_the_text_is_cut() -> None:
    fork = Fork((CODE, TEXT), characters)
    assert fork.tokens == {CODE: ord("C"), TEXT: ord("T")}
    assert fed(fork, "why", "<<<", "Code", ">>>") == [False, False, True, False, False]
    assert fed(Fork((CODE, TEXT), characters), "a\n<", "<", "<")[-1]
    assert not fed(Fork((CODE, TEXT), characters), "<", "<")[-1]


def test_the_last_of_several_forks_is_reached_again() -> None:
    assert fed(Fork((CODE, TEXT), characters), "<<<", "no>>> ", "<<<") == [False, True, False, True]


@pytest.mark.parametrize(
    "options", [(), (CODE,), ("Code", "Text"), ("<<<Code>>>", "<<<Count>>>"), (CODE, CODE)]
)
def test_options_that_no_token_tells_apart_have_no_fork(options: tuple[str, ...]) -> None:
    fork = Fork(options, characters)
    assert not fork.tokens or len(set(fork.tokens.values())) == len(options)
    if options != ("<<<Code>>>", "<<<Count>>>"):
        assert not fork.tokens


def test_a_grammar_admits_the_options_as_they_are() -> None:
    assert grammar_of(('a"b', "c\\d")) == 'root ::= "a\\"b" | "c\\\\d"'


@pytest.fixture(scope="module")
def torn_gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights that say one of two decisions, each as likely as the other."""
    return make(tmp_path_factory.mktemp("gguf") / "torn.gguf", replies=[CODE, TEXT])


@pytest.fixture
async def torn(torn_gguf: Path) -> AsyncIterator[LlamaCppModel]:
    model = LlamaCppModel(path=torn_gguf)
    yield model
    await model.aclose()


@pytest.mark.gguf
async def test_the_probability_of_a_decision_is_that_of_the_logits(
    torn: LlamaCppModel, code_gguf: Path
) -> None:
    text, end = await say(torn, "code or text?", options=ASKED)
    assert text in (CODE, TEXT)
    assert end.chances == pytest.approx({CODE: 0.5, TEXT: 0.5}, abs=0.05)
    sure = LlamaCppModel(path=code_gguf)
    try:
        text, end = await say(sure, "code or text?", options=ASKED)
    finally:
        await sure.aclose()
    assert text == CODE
    assert end.chances[CODE] > 0.99 > 0.01 > end.chances[TEXT]


@pytest.mark.gguf
async def test_sampling_agrees_with_the_probability_that_is_told(torn: LlamaCppModel) -> None:
    said = [
        (
            await say(
                torn, "?", options=Sampling(temperature=1.0, max_tokens=20, seed=s, decisions=(CODE, TEXT))
            )
        )
        for s in range(40)
    ]
    codes = [text for text, _ in said].count(CODE)
    assert 8 <= codes <= 32
    assert {text for text, _ in said} == {CODE, TEXT}


@pytest.mark.gguf
async def test_a_forced_decision_is_one_of_the_options_even_from_gibberish(random_gguf: Path) -> None:
    model = LlamaCppModel(path=random_gguf)
    try:
        options = Sampling(max_tokens=40, decisions=(CODE, TEXT), only_decisions=True)
        text, end = await say(model, "code or text?", options=options)
        assert text in (CODE, TEXT)
        assert end.finish == "stop"
        assert sum(end.chances.values()) == pytest.approx(1.0)
        assert end.chances[text] > 0
        free, end = await say(model, "code or text?", options=ASKED)
        assert free not in (CODE, TEXT)
        assert end.chances == {}
    finally:
        await model.aclose()
