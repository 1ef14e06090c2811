"""What a steering model writes is read by exact tokens; the published rule is kept beside it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesteer_tui.steering.guidance import as_published, first_as_published, read_guidance
from codesteer_tui.steering.prompts import load_pack

PACK = load_pack()


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
    assert as_published(reply, PACK, fine_tuned=False).decision == "return_answer"


def test_the_explanation_is_kept_apart_from_the_decision() -> None:
    guidance = read_guidance("Arithmetic by hand is error-prone. <<<Code>>>", PACK)
    assert guidance.why == "Arithmetic by hand is error-prone."
    assert guidance.text == PACK.fill("guidance.code")


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
    assert as_published("<<<Code>>>", PACK, fine_tuned=False).text == "Code"
    assert as_published("<<<Code>>>", PACK, fine_tuned=True).decision == "code"


def test_by_the_published_rule_a_first_reply_without_a_token_skips_the_sample() -> None:
    assert first_as_published("Use code.", PACK, fine_tuned=False).decision == "terminate"
    assert first_as_published("Use code.", PACK, fine_tuned=True).text == "Use code."
