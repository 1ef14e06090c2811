"""`codesteer solve` and money: limits, prices of one's own, replies that break off, and nobody there to be asked."""

from __future__ import annotations

import asyncio
import json
import signal

import pytest

from codesteer_tui import events as ev
from tests.cli.conftest import Desk, Done
from tests.fake_servers import FakeServer, Scripted, openai_body

ANSWER = openai_body("It is ", "<<<36>>>", usage=(1000, 200))
HALF = openai_body("The sum of the numbers", " is thirty", finish=None, usage=None, done=False)
QUESTION = ("Sum 1 to 8", "--max-rounds", "0", "--sandbox", "off")
BROKEN = Scripted([HALF, b""], ending="cut")
REST = openai_body("numbers is thirty", " six: <<<36>>>", usage=(1000, 200))


async def solve(desk: Desk, server: FakeServer, *arguments: str, settings: str = "") -> Done:
    """A run of one round, whose TaskLLM is a server on loopback."""
    configure(desk, server, settings)
    return await asyncio.to_thread(desk.codesteer, "solve", *QUESTION, *arguments)


def configure(desk: Desk, server: FakeServer, settings: str = "") -> None:
    """A server on loopback as the TaskLLM."""
    desk.configure(
        f"[providers.mine]\nkind = 'openai'\nmodel = 'm'\nkey = 'none'\nbase_url = '{server.url}/v1'\n"
        f"retries = 0\nmax_tokens = 1000\n[roles]\ntask_llm = 'mine'\nchecker = 'off'\n{settings}"
    )


def price(desk: Desk) -> None:
    """A price for the server's model, beside the configuration."""
    desk.config.with_name("prices.toml").write_text(
        "[mine.models]\n'm' = { input = 1, output = 10 }\n", encoding="utf-8"
    )


async def test_usage_and_money_are_told_by_role_and_round(desk: Desk) -> None:
    price(desk)
    async with FakeServer(Scripted([ANSWER])) as server:
        done = await solve(desk, server, "--json")
    assert done.code == 0, done.err
    usage = done.data["usage"]
    assert usage["task_llm"]["input_tokens"] == 1000
    assert usage["task_llm"]["usd"] == pytest.approx(0.003)
    assert usage["task_llm"]["estimated"] is False
    assert usage["steerer"]["usd"] == usage["checker"]["usd"] == 0
    assert usage["total"]["usd"] == usage["total"]["known_usd"] == pytest.approx(0.003)
    assert done.data["usage_by_round"][0]["task_llm"]["output_tokens"] == 200
    assert "answer: 200 tokens, $0.0030 in " in done.err
    assert "used: 1,200 tokens, $0.0030\n    task_llm: 1,200 tokens, $0.0030" in done.err


async def test_a_call_that_ctrl_c_stops_is_counted_and_what_arrived_is_kept(desk: Desk) -> None:
    price(desk)
    async with FakeServer(Scripted([HALF], ending="stall")) as server:
        configure(desk, server)
        process = desk.start("solve", *QUESTION, "--json")
        await asyncio.to_thread(desk.wait_for_line, "answer_delta")
        process.send_signal(signal.SIGINT)
        out, err = await asyncio.to_thread(process.communicate, timeout=30)
    assert process.returncode == 130
    data = json.loads(out)
    usage = data["usage"]["task_llm"]
    assert usage["estimated"]
    assert usage["output_tokens"] == 8
    assert usage["usd"] == pytest.approx((usage["input_tokens"] + 80) / 1e6)
    assert data["usage"]["total"] == {**usage, "known_usd": usage["usd"]}
    assert f"used: ~{usage['input_tokens'] + 8} tokens, ~$" in err.decode()
    again = desk.codesteer("replay", "--text", "last")
    assert "task_llm: The run was stopped before the reply was whole." in again.out
    assert "    The sum of the numbers is thirty\n" in again.out
    assert desk.codesteer("replay", "--json", "last").data["usage"] == data["usage"]
    assert desk.codesteer("sessions", "show", "--json", "last").data["usage"] == data["usage"]


async def test_a_price_that_nobody_knows_is_null_and_not_nothing(desk: Desk) -> None:
    async with FakeServer(Scripted([ANSWER])) as server:
        done = await solve(desk, server, "--json")
    usage = done.data["usage"]
    assert (usage["task_llm"]["usd"], usage["total"]["usd"], usage["total"]["known_usd"]) == (None, None, 0)
    assert "used: 1,200 tokens, price unknown" in done.err


def test_the_demo_costs_nothing_and_that_is_known(desk: Desk) -> None:
    done = desk.codesteer("solve", "What is 12 * 12?", "--json")
    assert done.data["usage"]["total"]["usd"] == 0
    assert "$" not in done.err


async def test_a_call_beyond_the_limit_is_not_sent(desk: Desk) -> None:
    price(desk)
    limit = "[limits]\nsession_usd = 0.005\n"
    async with FakeServer(Scripted([ANSWER])) as server:
        stopped = await solve(desk, server, "--json", settings=limit)
        assert server.asked == []
        sent = await solve(desk, server, "--json", "--over-limit", "send", settings=limit)
        assert len(server.asked) == 1
    assert stopped.code == 1
    assert stopped.data["ended"] == "finished"
    assert stopped.data["reason"] == "the session's limit of $0.0050 would be exceeded"
    assert "→ to send such calls all the same, add: --over-limit send" in stopped.err
    assert "up to $0.01" in stopped.err
    assert (sent.code, sent.data["answer"]) == (0, "36")
    assert "It is sent" in sent.err


async def test_a_limit_in_dollars_cannot_be_kept_where_the_price_is_not_known(desk: Desk) -> None:
    async with FakeServer(Scripted([ANSWER])) as server:
        done = await solve(desk, server, settings="[limits]\nsession_usd = 5\n")
        assert server.asked == []
    assert done.code == 1
    assert "the price of mine:m is not known" in done.err
    (reply,) = (e.reply for e in desk.recorded() if isinstance(e, ev.Answered))
    assert (reply.by, reply.choice) == ("policy", "Stop here")


async def test_prices_that_cannot_be_read_are_said_before_anything_is_sent(desk: Desk) -> None:
    desk.config.with_name("prices.toml").write_text("[mine.models]\n'm' = { input = -1, output = 1 }\n")
    async with FakeServer(Scripted([ANSWER])) as server:
        done = await solve(desk, server)
        assert server.asked == []
    assert done.code != 0
    assert "prices.toml" in done.err
    assert '"m" input is -1' in done.err
    assert "Traceback" not in done.err


async def test_prices_are_those_beside_the_file_that_the_command_line_names(desk: Desk) -> None:
    price(desk)
    other = desk.folder / "other"
    other.mkdir()
    (other / "prices.toml").write_text("[mine.models]\n'm' = { input = 2, output = 20 }\n")
    async with FakeServer(Scripted([ANSWER])) as server:
        await solve(desk, server)
        (other / "config.toml").write_bytes(desk.config.read_bytes())
        done = await asyncio.to_thread(
            desk.codesteer,
            *("solve", "Sum 1 to 8", "--max-rounds", "0", "--sandbox", "off", "--json"),
            *("--config", str(other / "config.toml")),
        )
    assert done.data["usage"]["total"]["usd"] == pytest.approx(0.006)


@pytest.mark.parametrize(
    ("option", "replies", "texts", "code"),
    [
        ((), [BROKEN, Scripted([ANSWER])], ["It is <<<36>>>"], 0),
        ((), [BROKEN, BROKEN], [], 3),
        (("--on-broken", "stop"), [BROKEN], [], 3),
        (("--on-broken", "retry"), [BROKEN, BROKEN, Scripted([ANSWER])], ["It is <<<36>>>"], 0),
        (
            ("--on-broken", "continue"),
            [BROKEN, Scripted([REST])],
            ["The sum of the numbers is thirty six: <<<36>>>"],
            0,
        ),
    ],
)
async def test_a_reply_that_breaks_off_is_answered_by_policy(
    desk: Desk, option: tuple[str, ...], replies: list[Scripted], texts: list[str], code: int
) -> None:
    async with FakeServer(*replies) as server:
        done = await solve(desk, server, *option)
        assert len(server.asked) == len(replies)
    assert done.code == code, done.err
    events = desk.recorded()
    assert [e.text for e in events if isinstance(e, ev.AnswerGiven) and e.finish == "stop"] == texts
    lost = [e for e in events if isinstance(e, ev.CallFailed)]
    assert len(lost) == len(replies) - len(texts)
    assert all(e.text == "The sum of the numbers is thirty" and e.usage.estimated for e in lost)
    assert {e.reply.by for e in events if isinstance(e, ev.Answered)} == {"policy"}
    assert "A reply broke off in the middle" in done.err
