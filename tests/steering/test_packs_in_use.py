"""An imported pack makes the loop send what was published, and read a fine-tuned steerer as it was trained."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

import pytest

from codesteer_tui import events as ev
from codesteer_tui.providers import Delta, Sampling
from codesteer_tui.steering.loop import Method
from codesteer_tui.steering.pack_import import import_published
from codesteer_tui.steering.prompts import PromptPack, load_pack
from codesteer_tui.steering.steerers import ModelSteerer
from codesteer_tui.values import ExecutionResult, Message
from tests.scripted import ScriptedModel, ScriptedSandbox, printed
from tests.steering.published import EXPECTED, write_checkout
from tests.steering.test_loop import LAZY, REAL, cast, run

QUESTION = "Use 4 6 to make 24"
FIRST = "Write a program that prints <<<the result>>>."
NEXT = "Do not compute by hand; print it as <<<answer>>>."


@pytest.fixture
def pack(tmp_path: Path) -> PromptPack:
    return import_published(write_checkout(tmp_path / "checkout"), tmp_path / "packs").pack


async def steered(
    pack: PromptPack, *replies: str, published: bool, result: ExecutionResult | None = None
) -> tuple[list[ev.Event], ScriptedModel, ScriptedModel]:
    """A run of scripted models; gives its events, the steerer and the TaskLLM."""
    steerer, task = ScriptedModel(*replies), ScriptedModel(LAZY, REAL)
    player = ModelSteerer(steerer, pack, Sampling(), published=published)
    sandbox = ScriptedSandbox(lambda source: result or printed("<<<4 * 6>>>\n"))
    players = dataclasses.replace(cast(task, steerer=player, sandbox=sandbox), pack=pack)
    method = Method(show_output=not published, published=published, score="paper" if published else "default")
    return await run(players, method=method), steerer, task


async def test_in_the_paper_profile_both_conversations_are_the_published_ones(pack: PromptPack) -> None:
    events, steerer, task = await steered(pack, FIRST, NEXT, "Return Answer", published=True)
    last = steerer.seen[-1]
    assert [m.role for m in last] == ["user", "assistant", "user", "assistant", "user"]
    assert last[0].content == EXPECTED["code_text_choice_prompt"] + QUESTION
    assert last[1].content == f"{FIRST} "  # as the scripted model says it, with a blank behind each word
    answer = events_of(events, ev.AnswerGiven)[0].text
    assert last[2].content.startswith(
        f"Answer ($): {answer}\nIt printed:\noutput: <<<4 * 6>>>\n, errors: \n\nCheck:\n"
    )
    assert last[2].content.endswith("\n\nReply as <<<guidance>>>.")
    summary = events_of(events, ev.CodeJudged)[0].judgement.summary
    assert f"\n\nCode: {summary}\n\n" in last[2].content
    turns = [m.content for m in task.seen[-1] if m.role == "user"]
    assert turns == [f"{FIRST} {QUESTION}", f"{NEXT} "]
    assert [g.guidance.decision for g in events_of(events, ev.GuidanceGiven)] == [
        "refine",
        "refine",
        "return_answer",
    ]


async def test_in_the_default_profile_the_whole_reply_is_the_guidance_too(pack: PromptPack) -> None:
    events, steerer, task = await steered(pack, FIRST, NEXT, "Return Answer", published=False)
    assert task.seen[0][0].content == f"{FIRST} {QUESTION}"
    last = task.seen[-1][-1].content
    assert last.endswith(f"{NEXT} ")
    assert "<<<4 * 6>>>" in last  # what its program printed, which only the published loop keeps from it
    assert events_of(events, ev.Finished)[0].reason == "the steerer returned the answer"
    assert len(steerer.seen) == 3


async def test_a_prompted_model_with_the_same_words_is_read_by_its_last_brackets(tmp_path: Path) -> None:
    done = import_published(write_checkout(tmp_path / "c"), tmp_path / "packs", prompted=True)
    events, steerer, _ = await steered(done.pack, "<<<Code>>>", NEXT, "Return Answer", published=True)
    assert events_of(events, ev.GuidanceGiven)[1].guidance.text == "answer"
    turn = steerer.seen[-1][2].content
    assert turn.startswith(f"{EXPECTED['decision_prompt']} {QUESTION}\nAnswer ($): ")


@pytest.mark.parametrize(
    ("result", "named"),
    [
        (printed("x" * 9000), "\nToo long to show.\n\nCheck:"),
        (ExecutionResult("timeout", stdout="so far"), "output: so far, errors: \ntimeout"),
        (ExecutionResult("exited", exit=1, stderr="ValueError: no"), "output: , errors: ValueError: no"),
    ],
)
async def test_the_end_of_the_program_is_put_behind_the_answer(
    pack: PromptPack, result: ExecutionResult, named: str
) -> None:
    _, steerer, _ = await steered(pack, FIRST, "Terminate", published=True, result=result)
    assert named in steerer.seen[-1][2].content


async def test_a_round_without_a_program_has_the_form_without_one(pack: PromptPack) -> None:
    steerer, task = ScriptedModel(FIRST, "Return Answer"), ScriptedModel("It is <<<4 * 6>>>.")
    player = ModelSteerer(steerer, pack, Sampling(), published=True)
    await run(
        dataclasses.replace(cast(task, steerer=player), pack=pack),
        method=Method(published=True, show_output=False),
    )
    turn = steerer.seen[-1][2].content
    assert turn.startswith("Answer ($): It is <<<4 * 6>>>. \n\nCheck:\n")
    assert "Code:" not in turn


async def test_a_fine_tuned_steerer_is_not_held_to_a_bare_decision(pack: PromptPack) -> None:
    asked: list[Sampling] = []

    class Noting(ScriptedModel):
        def stream(self, messages: Sequence[Message], options: Sampling) -> AsyncGenerator[Delta, None]:
            asked.append(options)
            return super().stream(messages, options)

    for words in (pack, load_pack()):
        player = ModelSteerer(Noting("<<<Code>>>", "Terminate"), words, Sampling(), forced=True)
        await run(dataclasses.replace(cast(ScriptedModel(REAL, REAL), steerer=player), pack=words))
    firsts = [options.only_decisions for options in asked][::2]
    assert firsts == [False, True]


def events_of(events: list[ev.Event], kind: type) -> list:  # type: ignore[type-arg]
    return [event for event in events if isinstance(event, kind)]
