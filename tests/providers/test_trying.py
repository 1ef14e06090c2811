"""Trying a provider out: times, tokens, and what it takes, against servers that take more or less."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest

from codesteer_tui.config import Config, Provider
from codesteer_tui.providers.costs.prices import Price
from codesteer_tui.providers.opening import Choice, choose_role
from codesteer_tui.providers.probing.reports import ProbeReport
from codesteer_tui.providers.probing.trying import calls_of, most_tokens, probe
from tests.fake_servers import Scripted, anthropic_body, failing, openai_body, responses_body
from tests.providers.services import Service

LISTED = {"data": [{"id": "m", "context_window": 32000}]}
NUMBERS = " ".join(str(n) for n in range(1, 21))
CALL = "/v1/chat/completions"


def says(*texts: str, pause_s: float = 0.0, **more: Any) -> Scripted:
    """A streamed answer, an event at a time."""
    body = openai_body(*texts, **more)
    return Scripted([event + b"\n\n" for event in body.split(b"\n\n") if event], pause_s=pause_s)


async def attempt(
    replies: dict[str, object], *, quick: bool = False, **settings: Any
) -> tuple[ProbeReport, Service]:
    service = Service({"/v1/models": LISTED, **replies})
    async with service as server:
        kind = settings.pop("kind", "openai")
        root = server.url if kind == "anthropic" else f"{server.url}/v1"
        provider = Provider(kind=kind, **{"base_url": root, "key": "none", **settings})
        price = Price(input=1.0, output=2.0)
        return await probe(Choice("mine", provider, "m", ""), quick=quick, price=price, env={}), server


def answers(report: ProbeReport) -> dict[str, str]:
    return {feature.name: feature.answer for feature in report.features}


class Picky(Service):
    """Refuses the parameters named in `refuses`, and heeds stop sequences or not."""

    def __init__(self, refuses: tuple[str, ...] = (), heeds_stop: bool = True) -> None:
        super().__init__({"/v1/models": LISTED})
        self._refuses, self._heeds = refuses, heeds_stop

    def reply_to(self, path: str, body: dict[str, Any]) -> Scripted | None:
        if path != CALL or not body:
            return None
        for name in self._refuses:
            if name in body:
                return failing(
                    400, {"error": {"message": f"Unsupported parameter: '{name}' is not supported"}}
                )
        if self._heeds and body.get("stop"):
            return says("1 2 3 4 ")
        return says("READY ", NUMBERS)


async def tried(server: Picky, **settings: Any) -> ProbeReport:
    async with server:
        provider = Provider(kind="openai", base_url=f"{server.url}/v1", key="none", **settings)
        return await probe(Choice("mine", provider, "m", ""), env={})


async def test_a_reply_is_timed_and_counted() -> None:
    reply = says("READY", " 1", " 2", reasoning=["hm", "hm"], usage=(30, 11), pause_s=0.02)
    report, server = await attempt({CALL: reply}, quick=True)
    assert report.ok
    call = report.call
    assert call is not None
    assert call.first_token_ms is not None
    assert call.first_reasoning_ms is not None
    assert 0 < call.first_reasoning_ms < call.first_token_ms < call.total_ms
    assert call.tokens_per_s is not None
    assert 0 < call.tokens_per_s < 11 / 0.05
    assert (call.answer, call.finish) == ("READY 1 2", "stop")
    assert (report.calls, report.features) == (1, ())
    assert (report.usage.input_tokens, report.usage.output_tokens) == (30, 11)
    assert report.usage.usd == pytest.approx((30 * 1 + 11 * 2) / 1e6)
    assert server.paths == ["/v1/models", CALL]
    assert server.asked[1].body["max_tokens"] == 64


async def test_what_a_willing_server_takes_is_found_out() -> None:
    report = await tried(Picky())
    found = answers(report)
    for name in (
        "system prompt",
        "temperature",
        "seed",
        "usage",
        "stop sequences",
        "effort",
        "list of models",
    ):
        assert found[name] == "yes", name
    assert (found["reasoning"], found["Responses API"], found["context size"]) == ("unknown", "no", "yes")
    assert next(f.how for f in report.features if f.name == "system prompt") == "taken and followed"
    assert report.calls == 3
    assert report.usage.usd is None


async def test_what_a_picky_server_refuses_is_found_out() -> None:
    refused = ("max_tokens", "temperature", "seed", "stop", "reasoning_effort", "stream_options")
    report = await tried(Picky(refused))
    found = answers(report)
    assert report.ok
    for name in ("temperature", "seed", "stop sequences", "effort"):
        assert found[name] == "no", name
    assert next(f.how for f in report.features if f.name == "limit of the answer") == "max_completion_tokens"


async def test_stop_sequences_that_are_taken_and_not_heeded_are_told() -> None:
    report = await tried(Picky(heeds_stop=False))
    assert answers(report)["stop sequences"] == "no"


async def test_an_estimated_count_is_told() -> None:
    report, _ = await attempt({CALL: says(NUMBERS, usage=None)})
    assert answers(report)["usage"] == "no"
    assert report.call is not None
    assert report.call.usage.estimated


async def test_the_responses_api_is_found_by_an_empty_request() -> None:
    there = failing(400, {"error": {"message": "Missing required parameter: 'model'."}})
    report, server = await attempt({CALL: says(NUMBERS), "/v1/responses": there})
    assert answers(report)["Responses API"] == "yes"
    assert next(asked.body for asked in server.asked if asked.path == "/v1/responses") == {}


async def test_what_the_responses_api_lacks_is_not_said_to_be_taken() -> None:
    report, server = await attempt({"/v1/responses": Scripted([responses_body(NUMBERS)])}, api="responses")
    found = answers(report)
    assert report.ok
    assert (found["seed"], found["stop sequences"], found["Responses API"]) == ("no", "no", "yes")
    assert next(f.how for f in report.features if f.name == "limit of the answer") == "max_output_tokens"
    assert server.paths.count("/v1/responses") == report.calls == 2


async def test_a_server_without_system_messages_is_tried_without_one() -> None:
    class NoSystem(Picky):
        def reply_to(self, path: str, body: dict[str, Any]) -> Scripted | None:
            if path == CALL and any(m["role"] == "system" for m in body.get("messages", ())):
                return failing(400, {"error": {"message": "System role not supported"}})
            return super().reply_to(path, body)

    report = await tried(NoSystem())
    assert report.ok
    assert answers(report)["system prompt"] == "no"
    assert report.calls == 4 == calls_of(Choice("mine", Provider(kind="openai"), "m", ""))


async def test_anthropic_servers_are_tried_too() -> None:
    body = Scripted([anthropic_body("READY ", NUMBERS, reasoning=["hm"])])
    report, _ = await attempt({"/v1/messages": body}, kind="anthropic")
    assert report.ok
    found = answers(report)
    assert (found["usage"], found["reasoning"], found["list of models"]) == ("yes", "yes", "yes")
    assert "Responses API" not in found


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (failing(401), "missing_key"),
        (
            failing(404, {"error": {"message": "The model 'm' does not exist", "code": "model_not_found"}}),
            "not_found",
        ),
        (failing(429, {"error": {"message": "insufficient_quota"}}), "quota"),
        (failing(503), "overloaded"),
        (Scripted([b"<html>hello</html>"], 200, "text/html"), "protocol"),
    ],
)
async def test_a_call_that_fails_is_told_at_once_and_not_repeated(reply: Scripted, kind: str) -> None:
    report, server = await attempt({CALL: reply})
    assert (report.ok, report.error, report.call) == (False, kind, None)
    assert report.detail
    assert report.remedy
    assert report.reached.ok
    assert server.paths.count(CALL) == 1


async def test_a_provider_that_is_not_there_is_not_called() -> None:
    report, server = await attempt({"/v1/models": failing(401)})
    assert (report.ok, report.calls) == (False, 0)
    assert CALL not in server.paths


async def test_a_trial_that_is_cancelled_closes_its_call() -> None:
    service = Service(
        {"/v1/models": LISTED, CALL: Scripted([openai_body("a", finish=None, done=False)], ending="stall")}
    )
    async with service as server:
        provider = Provider(kind="openai", base_url=f"{server.url}/v1", key="none")
        task = asyncio.create_task(probe(Choice("mine", provider, "m", ""), env={}))
        for _ in range(1000):
            await asyncio.sleep(0.01)
            if CALL in server.paths:
                break
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(server.left.wait(), 5)


async def test_the_demo_answers_and_has_no_network() -> None:
    began = time.monotonic()
    report = await probe(choose_role(Config(), "task_llm", {}), env={})
    assert time.monotonic() - began < 30
    assert (report.ok, report.calls, report.features) == (True, 1, ())
    assert "built in" in report.reached.detail


@pytest.mark.gguf
async def test_weights_are_loaded_apart_from_the_time_to_the_first_token(spoken_gguf: Path) -> None:
    provider = Provider(kind="llama_cpp", model=str(spoken_gguf))
    report = await probe(Choice("local", provider, str(spoken_gguf), ""))
    assert report.ok
    assert report.load_ms is not None
    assert report.call is not None
    assert report.call.usage.output_tokens > 30
    assert answers(report)["usage"] == "yes"
    said = {remark.kind: remark.text for remark in report.remarks}
    assert "thread" in said["device"]
    assert "tokens/s" in said["speed"]
    assert report.calls <= calls_of(Choice("local", provider, "", ""))


@pytest.mark.gguf
async def test_a_real_server_is_tried_out(llama_server: str) -> None:
    provider = Provider(kind="openai", base_url=llama_server, key="none")
    report = await probe(Choice("mine", provider, "tiny", ""), env={})
    assert report.ok
    found = answers(report)
    assert (found["temperature"], found["seed"], found["list of models"]) == ("yes", "yes", "yes")
    assert found["Responses API"] == "no"
    assert report.call is not None
    assert report.call.tokens_per_s


def test_the_most_that_a_trial_costs_is_told_before_it() -> None:
    choice = Choice("mine", Provider(kind="openai"), "m", "")
    assert (calls_of(choice), calls_of(choice, quick=True)) == (4, 1)
    assert most_tokens(choice, quick=True)[1] == 64
    assert most_tokens(choice)[1] == 64 * 2 + 32 * 2
    assert calls_of(Choice("rules", None, "", "")) == 0


async def test_the_report_is_plain_data() -> None:
    import msgspec

    report, _ = await attempt({CALL: says(NUMBERS)})
    assert json.loads(msgspec.json.encode(report))["call"]["answer"] == NUMBERS
