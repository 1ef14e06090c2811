"""What a steering model writes is read by exact tokens; the published rule is kept beside it."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesteer_tui.steering.guidance import (
    as_published,
    first_as_published,
    read_fine_tuned,
    read_guidance,
    read_written,
)
from codesteer_tui.steering.prompts import load_pack
from codesteer_tui.values import Decision, Guidance

PACK = load_pack()
TUNED = msgspec.structs.replace(PACK, fine_tuned=True)


@pytest.mark.parametrize(
    ("reply", "decision"),
    [
        ("It can be computed.\n<<<Code>>>", "code"),
        ("Judgement is needed. <<<Text>>>", "text"),
        ("<<< code >>>", "code"),
        ("Right and checked.\n<<<Return Answer>>>", "return_answer"),
        ("<<<return_answer>>>", "return_answer"),
        ("Hopeless. <<<Terminate>>>", "terminate"),
        ("<<<Code>>> no, better: <<<Text>>>", "text"),
        ("<<<Search all orders.>>>", "refine"),
        ("Search all orders.", "refine"),
    ],
)
def test_the_last_token_decides(reply: str, decision: str) -> None:
    assert read_guidance(reply, PACK).decision == decision


def test_words_about_returning_do_not_stop() -> None:
    guidance = read_guidance("<<<Do not Return Answer yet: search first.>>>", PACK)
    assert guidance.decision == "refine"
    assert guidance.text == "Do not Return Answer yet: search first."


def test_words_about_returning_do_stop_by_the_published_rule() -> None:
    reply = "<<<Do not Return Answer yet: search first.>>>"
    assert as_published(reply, PACK).decision == "return_answer"


def test_the_explanation_is_kept_apart_from_the_decision() -> None:
    guidance = read_guidance("Arithmetic by hand is error-prone. <<<Code>>>", PACK)
    assert guidance.why == "Arithmetic by hand is error-prone."
    assert guidance.text == PACK.fill("guidance.code")


@pytest.mark.parametrize(
    ("written", "decision", "said"),
    [
        ("<<<Code>>>", "code", PACK.fill("guidance.code")),
        ("<<<Code>>> Use fractions.", "code", f"{PACK.fill('guidance.code')}\n\nUse fractions."),
        ("Print it as <<<answer>>>, please.", "refine", "Print it as <<<answer>>>, please."),
        (
            "<<<Text>>> End with <<<answer>>>.",
            "text",
            f"{PACK.fill('guidance.text')}\n\nEnd with <<<answer>>>.",
        ),
        ("Use sets.", "refine", "Use sets."),
    ],
)
def test_everything_that_the_person_wrote_is_said(written: str, decision: Decision, said: str) -> None:
    assert read_written(written, PACK) == Guidance(decision, said, by="person")


def test_where_the_person_ends_it_their_words_are_the_reason() -> None:
    ended = Guidance("return_answer", why="It is right.", by="person")
    assert read_written("It is right. <<<Return Answer>>>", PACK) == ended


def test_silence_asks_for_code_and_says_so() -> None:
    guidance = read_guidance("  ", PACK)
    assert guidance.decision == "code"
    assert "said nothing" in guidance.why


@given(st.text())
def test_any_reply_is_read(reply: str) -> None:
    guidance = read_guidance(reply, PACK)
    assert guidance.raw == reply
    assert guidance.text or guidance.decision in ("return_answer", "terminate")


def test_by_the_published_rule_a_prompted_model_loses_its_markers_before_the_dispatch() -> None:
    assert as_published("<<<Code>>>", PACK).text == "Code"
    assert as_published("<<<Code>>>", TUNED).decision == "code"


def test_by_the_published_rule_a_first_reply_without_a_token_skips_the_sample() -> None:
    assert first_as_published("Use code.", PACK).decision == "terminate"
    assert first_as_published("Use code.", TUNED).text == "Use code."


PROSE = "Write a program that tries every order, and print the result as <<<answer>>>."


@pytest.mark.parametrize("first", [True, False])
def test_of_a_fine_tuned_steerer_the_whole_reply_is_the_guidance(first: bool) -> None:
    guidance = read_fine_tuned(f"\n {PROSE}\n", TUNED, first=first)
    assert guidance.decision == "refine"
    assert guidance.text == f"\n {PROSE}\n"
    assert read_guidance(PROSE, PACK).text == "answer"  # which is what a prompted one would have meant


@pytest.mark.parametrize(
    ("reply", "decision"),
    [
        ("<<<Return Answer>>>", "return_answer"),
        ("Return Answer.", "return_answer"),
        ("The check passed. <<<Return Answer>>>", "return_answer"),
        ("terminate", "terminate"),
        ("By hand it went wrong. <<<Code>>>", "code"),
        ("Do not Return Answer yet: search first.", "refine"),
        ("<<<Return Answer>>> would be too early; print <<<the sum>>>.", "refine"),
    ],
)
def test_a_fine_tuned_steerer_decides_later_by_exact_tokens(reply: str, decision: str) -> None:
    assert read_fine_tuned(reply, TUNED, first=False).decision == decision


@pytest.mark.parametrize("reply", ["<<<Return Answer>>>", "Terminate", "Solve it by code. <<<Code>>>"])
def test_the_first_reply_of_a_fine_tuned_steerer_is_the_prompt(reply: str) -> None:
    guidance = read_fine_tuned(reply, TUNED, first=True)
    assert (guidance.decision, guidance.text) == ("refine", reply)


def test_a_bare_token_of_a_fine_tuned_steerer_is_put_into_the_packs_words() -> None:
    guidance = read_fine_tuned(" <<<Text>>>\n", TUNED, first=True)
    assert (guidance.decision, guidance.text) == ("text", TUNED.fill("guidance.text"))
    assert "said nothing" in read_fine_tuned("  ", TUNED, first=True).why
