"""Local models that think: their thoughts have a channel of their own, whatever opens them, and cost no cache."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from codesteer_tui.events import GuidanceDelta, GuidanceGiven, Noted
from codesteer_tui.providers import Completed, Sampling, TextDelta
from codesteer_tui.providers.llama.model import LlamaCppModel
from codesteer_tui.providers.llama.prompt import Prompter
from codesteer_tui.providers.llama.replying import Reply
from codesteer_tui.steering.steerers import ModelSteerer
from codesteer_tui.values import Message
from tests.providers.test_llama_prompt import render, tokenize
from tests.steering.test_fitting import told
from tests.steering.test_loop import PACK
from tests.tiny_gguf import FORGETFUL, OPENING, make

CODE, TEXT = "<<<Code>>>", "<<<Text>>>"
LONG = Sampling(max_tokens=40)


def opening(turns: list[dict[str, str]]) -> str:
    return render(turns) + "<think>\n"


def fed(reply: Reply, *pieces: str) -> tuple[str, str]:
    """The thoughts and the answer of these pieces, of a token each."""
    deltas = [delta for n, piece in enumerate(pieces) for delta in reply.add(n, piece.encode())] + reply.end()
    said = ["".join(d.text for d in deltas if d.channel == channel) for channel in ("reasoning", "answer")]
    return said[0], said[1]


def test_thoughts_that_the_template_opens_are_seen_and_those_of_a_person_are_not() -> None:
    ask = [Message("user", "hi")]
    assert Prompter(opening, tokenize).prompt(ask).opened == "<think>"
    assert Prompter(render, tokenize).prompt(ask).opened == ""

    def bare(turns: list[dict[str, str]]) -> str:
        return turns[-1]["content"]

    assert Prompter(bare, tokenize).prompt([Message("user", "what is <think>")]).opened == ""


def test_a_prompt_without_thoughts_closes_what_the_template_opens() -> None:
    prompt = Prompter(opening, tokenize).prompt([Message("user", "hi")], thinking=False)
    assert prompt == (tokenize("u:hi<end>a:<think>\n\n</think>\n\n", True), "")
    plain = Prompter(render, tokenize)
    assert plain.prompt([Message("user", "hi")], thinking=False) == plain.prompt([Message("user", "hi")])


def test_stop_texts_and_counts_are_of_the_answer() -> None:
    reply = Reply(("ST",))
    assert fed(reply, "<th", "ink>", "no S", "T yet</thi", "nk>", "\n\nyes", " S", "T", "no") == (
        "no ST yet",
        "yes ",
    )
    assert reply.stopped
    assert reply.text == "yes "
    assert reply.thought_tokens == 5
    assert fed(Reply((), "<think>"), "hm</think>4") == ("hm", "4")
    assert fed(plain := Reply(()), "4", " <think>no</think>") == ("", "4 <think>no</think>")
    assert plain.thought_tokens == 0


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[LlamaCppModel]:
    model = LlamaCppModel(path=path)
    try:
        yield model
    finally:
        await model.aclose()


async def said(model: LlamaCppModel, *turns: Message, options: Sampling = LONG) -> tuple[str, str, Completed]:
    items = [item async for item in model.stream(turns, options)]
    end = items[-1]
    assert isinstance(end, Completed)
    texts = [item for item in items if isinstance(item, TextDelta)]
    thoughts = "".join(item.text for item in texts if item.channel == "reasoning")
    return thoughts, "".join(item.text for item in texts if item.channel == "answer"), end


THOUGHT = "Hm, is it simple? "
KINDS = {
    # The kind of the tags' tokens, the template, the reply, and what stands before it.
    "own": ("normal", FORGETFUL, f"<think>{THOUGHT}</think>{CODE}", "<|end_header_id|>\n\n"),
    "own, control tokens": ("control", FORGETFUL, f"<think>{THOUGHT}</think>{CODE}", "<|end_header_id|>\n\n"),
    "opened": ("normal", OPENING, f"{THOUGHT}</think>{CODE}", "<think>\n"),
    "opened, control tokens": ("control", OPENING, f"{THOUGHT}</think>{CODE}", "<think>\n"),
}


@pytest.fixture(scope="module", params=KINDS.values(), ids=KINDS.keys())
def thinking_gguf(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    thoughts, template, reply, start = request.param
    path = tmp_path_factory.mktemp("gguf") / "thinking.gguf"
    return make(path, replies=[reply], thoughts=thoughts, template=template, start=start)


@pytest.mark.gguf
async def test_thoughts_are_in_their_channel_and_never_in_the_answer(thinking_gguf: Path) -> None:
    async with opened(thinking_gguf) as model:
        thoughts, answer, end = await said(model, Message("user", "code or text?"))
    assert (thoughts.strip(), answer) == (THOUGHT.strip(), CODE)
    assert end.finish == "stop"
    assert 0 < end.usage.reasoning_tokens < end.usage.output_tokens


@pytest.mark.gguf
async def test_a_round_after_thoughts_reads_the_answer_again_and_what_is_new_and_no_more(
    thinking_gguf: Path,
) -> None:
    turns = [Message("system", "You steer. " * 40), Message("user", "begin")]
    read: list[int] = []
    new: list[int] = []
    async with opened(thinking_gguf) as model:
        before = 0
        for number in range(4):
            _, answer, end = await said(model, *turns)
            read.append(model.evaluated_tokens)
            new.append(end.usage.input_tokens - before)
            before = end.usage.input_tokens
            turns += [Message("assistant", answer), Message("user", f"go on {number}")]
    assert answer == CODE
    # The prompt of the round before stays, up to the tag that it may end with: <think> and a line end.
    assert all(0 <= one - other <= 3 for one, other in zip(read, new, strict=True)), (read, new)
    assert all(one < 40 for one in read[1:])


@pytest.mark.gguf
async def test_the_probability_is_that_of_the_decision_and_not_of_thoughts_about_it(tmp_path: Path) -> None:
    path = make(
        tmp_path / "m.gguf",
        replies=[f"<think>Hm </think>{CODE}", f"<think>Hm </think>{TEXT}"],
        thoughts="normal",
        template=FORGETFUL,
    )
    async with opened(path) as model:
        options = Sampling(max_tokens=20, decisions=(CODE, TEXT))
        _, answer, end = await said(model, Message("user", "?"), options=options)
    assert answer in (CODE, TEXT)
    assert end.chances == pytest.approx({CODE: 0.5, TEXT: 0.5}, abs=0.05)


@pytest.mark.gguf
async def test_a_forced_decision_is_made_without_thoughts(thinking_gguf: Path) -> None:
    async with opened(thinking_gguf) as model:
        options = Sampling(max_tokens=20, decisions=(CODE, TEXT), only_decisions=True)
        thoughts, answer, end = await said(model, Message("user", "?"), options=options)
    assert thoughts == ""
    assert answer in (CODE, TEXT)
    assert end.chances


@pytest.mark.gguf
async def test_the_steerers_guidance_is_what_follows_its_thoughts(thinking_gguf: Path) -> None:
    async with opened(thinking_gguf) as model:
        steps = [step async for step in ModelSteerer(model, PACK, LONG).guide(told())]
    given = steps[-1]
    assert isinstance(given, GuidanceGiven)
    assert "Hm" not in given.guidance.text
    assert given.reasoning.strip() == THOUGHT.strip()
    channels = [step.channel for step in steps if isinstance(step, GuidanceDelta)]
    assert [channel for channel, _ in itertools.groupby(channels)] == ["reasoning", "answer"]


@pytest.mark.gguf
async def test_a_steerer_that_thinks_until_its_reply_is_full_says_why_nothing_came(
    thinking_gguf: Path,
) -> None:
    async with opened(thinking_gguf) as model:
        steps = [step async for step in ModelSteerer(model, PACK, Sampling(max_tokens=4)).guide(told())]
    given = steps[-1]
    assert isinstance(given, GuidanceGiven)
    assert given.guidance.raw == ""
    warnings = [step for step in steps if isinstance(step, Noted) and step.kind == "warning"]
    assert ["4 tokens, went into thoughts" in warning.text for warning in warnings] == [True]
    assert "max_tokens" in warnings[0].remedy
