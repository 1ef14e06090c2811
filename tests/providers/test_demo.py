"""The demo model as a chat model: stages of a conversation, roles, streaming, declining."""

import ast
import asyncio

import pytest

from codesteer_tui.providers import Completed, Sampling, TextDelta
from codesteer_tui.providers.demo import CHECKER_MARKER, DemoModel
from codesteer_tui.providers.demo_problems import FAMILY_NAMES
from codesteer_tui.values import Message
from tests.demo_talk import ASK_CODE, ASK_SEARCH, ASK_TEXT, final, program_in, run, say, whole

GAME = "Use 4 7 8 8 to make 24"
BIG_PRODUCT = "What is 48211*-69777?"


async def test_the_first_program_only_prints_a_guess_and_the_next_one_searches() -> None:
    first = await say(f"{ASK_CODE}\n\n{GAME}")
    [statement] = ast.parse(program_in(first)).body
    assert isinstance(statement, ast.Expr)
    second = await say(f"{ASK_CODE}\n\n{GAME}", first, ASK_SEARCH)
    assert any(isinstance(node, ast.For) for node in ast.walk(ast.parse(program_in(second))))
    assert "only printed a guess" in second


@pytest.mark.parametrize(
    "guidance",
    [
        "Use exact arithmetic (fractions) in the program.",
        "Your program failed with NameError: name 'x' is not defined; fix it.",
        "The answer that your program printed is wrong: it is 27. Find the mistake in the program and correct it.",
        "Write symbolic code instead.",
        "Do not hard-code the answer, compute it.",
        "Enumerate all possibilities.",
    ],
)
async def test_any_wording_that_asks_for_computation_or_a_repair_brings_real_code(guidance: str) -> None:
    first = await say(f"{ASK_CODE}\n\n{GAME}")
    reply = await say(f"{ASK_CODE}\n\n{GAME}", first, guidance)
    value = eval(final(run(program_in(reply))), {})  # noqa: S307 - our own program's output
    assert value == 24


async def test_plain_requests_for_code_get_lazy_code_twice_then_real_code() -> None:
    turns = [f"{ASK_CODE}\n\n{GAME}"]
    lines = []
    for _ in range(3):
        reply = await say(*turns)
        lines.append(len(program_in(reply).splitlines()))
        turns += [reply, "Write Python code."]
    assert lines[:2] == [1, 1]
    assert lines[2] > 20


async def test_text_is_answered_in_text_and_wrongly_where_models_are_wrong() -> None:
    for question, wrong, right in (
        ("Which is larger, 9.11 or 9.9?", "9.11", "9.9"),
        ("How many r in strawberry?", "2", "3"),
    ):
        reply = await say(f"{ASK_TEXT}\n\n{question}")
        assert "```" not in reply
        assert final(reply) == wrong
        again = await say(f"{ASK_TEXT}\n\n{question}", reply, "That is wrong. Check it again, in text.")
        assert final(again) == right


async def test_a_big_product_by_text_has_plausible_wrong_digits() -> None:
    answer, right = final(await say(f"{ASK_TEXT}\n\n{BIG_PRODUCT}")), str(48211 * -69777)
    assert answer != right
    assert (len(answer), answer[:2], answer[-1]) == (len(right), right[:2], right[-1])


@pytest.mark.parametrize(
    ("question", "answer"),
    [("What is 2 + 2?", "4"), ("What is 12.5 * 3?", "37.5"), ("Calculate (3 + 4) * 17 - 8/2", "115")],
)
async def test_the_first_thing_that_people_try_is_answered_right_in_text(question: str, answer: str) -> None:
    assert final(await say(f"{ASK_TEXT}\n\n{question}")) == answer
    assert final(await say(question)) == answer


async def test_long_arithmetic_by_text_has_plausible_wrong_digits() -> None:
    answer = final(await say(f"{ASK_TEXT}\n\nWhat is 48211 * 69777 + 12345678?"))
    right = str(48211 * 69777 + 12345678)
    assert answer != right
    assert (len(answer), answer[:2], answer[-1]) == (len(right), right[:2], right[-1])


async def test_the_question_alone_is_answered_in_text() -> None:
    assert "```" not in await say(GAME)


async def test_the_question_is_found_in_tags_and_after_a_blank_line() -> None:
    tagged = await say(f"{ASK_CODE} For example 3*4.\n\n<question>\n{BIG_PRODUCT}\n</question>\n")
    plain = await say(f"{ASK_CODE} For example 3*4.\n\n{BIG_PRODUCT}")
    assert final(tagged) == final(plain) != "12"


@pytest.mark.parametrize("quoted", ["<output>\n{}\n</output>", "-----\n{}\n-----", "```\n{}\n```"])
async def test_a_quoted_result_of_a_real_program_becomes_the_text_answer(quoted: str) -> None:
    turns = [f"{ASK_CODE}\n\n{GAME}", "x", ASK_SEARCH]
    turns[1] = await say(turns[0])
    turns.append(await say(*turns))
    output = quoted.format(run(program_in(turns[3])))
    reply = await say(
        *turns, f"Your program printed:\n{output}\n\nNow give the answer in text, without code."
    )
    assert eval(final(reply), {}) == 24  # noqa: S307 - our own program's output


async def test_an_unsolvable_game_ends_in_an_honest_text() -> None:
    turns = [f"{ASK_CODE}\n\nMake 24 out of 1 1 1 1", "x", ASK_SEARCH]
    turns[1] = await say(turns[0])
    turns.append(await say(*turns))
    output = run(program_in(turns[3]))
    assert final(output) == "no solution"
    reply = await say(*turns, f"<output>\n{output}</output>\nState the answer in text, without code.")
    assert "there is no solution" in reply


@pytest.mark.parametrize(
    "question",
    [
        "Who wrote Faust?",
        "What is 3*4 + x?",
        "What is 1 / (2 - 2)?",
        "What is 9^9^9?",
        "What is 12*34 mod 7?",
        "What is the last digit of 12*34?",
        "Which is newer, version 9.11 or 9.9?",
        "Use " + " ".join(map(str, range(1, 41))) + " to make 24",
        "Place 500 queens on a board.",
        "In how many ways can you place 8 queens?",
        "How many r in strawberry and raspberry?",
        "Do I return to the start? Take 3 steps. Jump. Take 3 steps.",
        "x" * 30_000,
    ],
)
async def test_anything_else_is_declined_without_an_answer(question: str) -> None:
    for ask in (ASK_CODE, ASK_TEXT):
        reply = await say(f"{ask}\n\n{question}")
        assert "<<<" not in reply
        assert "```" not in reply
        assert all(name in reply for name in (*FAMILY_NAMES, "not a language model"))


@pytest.mark.parametrize(
    "prompt",
    [
        f"You guide another language model. End in <<<Code>>> or <<<Text>>>.\n\n<question>\n{GAME}\n</question>",
        f"Choose. Answer with <<<Code>>> or <<<Text>>>.\n\n{GAME}",
    ],
)
async def test_it_says_that_it_cannot_steer(prompt: str) -> None:
    reply = await say(prompt)
    assert "cannot steer" in reply
    assert "<<<" not in reply


@pytest.mark.parametrize(
    ("question", "answer", "why"),
    [
        ("Who wrote Faust?", "<<<Goethe>>>", "do not recognise"),
        (GAME, "I have no idea.", "no final answer"),
        (GAME, "```python\nprint('<<<4*(7-8/8)>>>')\n```", "no final answer"),
        ("Use 1 2 3 4 5 6 7 8 9 to make 24", "<<<1>>>", "9 numbers"),
        (GAME, "<<<" + "9" * 20_000 + ">>>", "no final answer"),
    ],
)
async def test_the_checker_declines_what_it_cannot_test(question: str, answer: str, why: str) -> None:
    prompt = f"<question>{question}</question>\n<answer>{answer}</answer>\n<output></output>"
    reply = await say(prompt, system=CHECKER_MARKER)
    assert why in reply
    assert "```" not in reply


async def test_the_checker_takes_what_the_program_printed_before_what_the_text_says() -> None:
    prompt = (
        f"<question>{GAME}</question>\n<answer>```python\nprint('<<<1>>>')\n```\nI think <<<2>>></answer>\n"
        "<output>\n<<<4*(7-8/8)>>>\n</output>"
    )
    reply = await say(prompt, system=CHECKER_MARKER)
    assert run(program_in(reply)) == "VERDICT: PASS\n"
    retried = await say(prompt, reply, "That test program did not reach a verdict.", system=CHECKER_MARKER)
    assert program_in(retried) == program_in(reply)


async def test_the_same_conversation_and_seed_give_the_same_text_and_another_seed_another() -> None:
    ask = f"{ASK_TEXT}\n\n{BIG_PRODUCT}"
    assert await say(ask) == await say(ask)
    assert len({await say(ask, seed=seed) for seed in range(6)}) > 1
    by_option = await whole(DemoModel(), [Message("user", ask)], Sampling(seed=3))
    assert by_option == await say(ask, seed=3)


async def test_the_reply_streams_in_pieces_and_ends_with_estimated_usage() -> None:
    messages = [Message("user", f"{ASK_CODE}\n\n{GAME}")]
    items = [item async for item in DemoModel(chunk_chars=7).stream(messages, Sampling())]
    *deltas, last = items
    assert len(deltas) > 5
    assert all(isinstance(item, TextDelta) and len(item.text) == 7 for item in deltas[:-1])
    assert isinstance(last, Completed)
    assert last.finish == "stop"
    assert last.usage.estimated
    assert last.usage.input_tokens > 0 < last.usage.output_tokens


async def test_token_limit_and_stop_words_are_kept() -> None:
    messages = [Message("user", f"{ASK_CODE}\n\n{GAME}")]
    *_, last = [item async for item in DemoModel().stream(messages, Sampling(max_tokens=5))]
    assert isinstance(last, Completed)
    assert last.finish == "length"
    assert last.usage.output_tokens == 5
    assert "```" not in await whole(DemoModel(), messages, Sampling(stop=("```",)))


async def test_latency_is_paid_for_each_piece_and_closing_stops_it() -> None:
    stream = DemoModel(delay_s=30, chunk_chars=4).stream([Message("user", GAME)], Sampling())
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await anext(aiter(stream))


def test_it_introduces_itself_as_what_it_is() -> None:
    info = DemoModel().info
    assert (info.kind, info.provider, info.model, info.host) == ("demo", "demo", "demo-1", "")
    assert "not a language model" in info.label
