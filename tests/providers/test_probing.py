"""Pinging: whether a provider is there, what it lists, how large the context is; and the words for each fault."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from codesteer_tui.config import Config, Provider, default_providers
from codesteer_tui.providers.opening import Choice, choose_role
from codesteer_tui.providers.probing.listings import find, is_near, read_listing, root_of
from codesteer_tui.providers.probing.reaching import Reachability, ping
from tests.fake_servers import FakeServer, Scripted, failing
from tests.providers.services import Service

PLAIN = {"object": "list", "data": [{"id": "m", "object": "model", "created": 1, "owned_by": "x"}]}


def choice_at(url: str, model: str = "m", kind: Any = "openai", **settings: Any) -> Choice:
    """A choice of a provider at this address, without a key unless one is given."""
    provider = Provider(kind=kind, base_url=url, **{"key": "none", **settings})
    return Choice("mine", provider, model, "")


async def look(url: str, model: str = "m", *, timeout_s: float = 5.0, **settings: Any) -> Reachability:
    return await ping(
        choice_at(url, model, **settings), timeout_s=timeout_s, env={"KEY": "sk-secret-12345678"}
    )


@pytest.mark.parametrize(
    ("entry", "tokens"),
    [
        ({"id": "m", "context_window": 131072, "max_completion_tokens": 32768}, 131072),  # Groq
        ({"id": "m", "context_length": 65536}, 65536),  # Together
        (  # OpenRouter
            {"id": "m", "context_length": 200000, "top_provider": {"context_length": 128000}},
            128000,
        ),
        ({"id": "m", "max_context_length": 32768, "aliases": ["m-latest"]}, 32768),  # Mistral
        ({"id": "m", "max_model_len": 8192, "owned_by": "vllm"}, 8192),  # vLLM
        ({"id": "m", "meta": {"n_ctx": 2048, "n_ctx_train": 8192}}, 2048),  # llama-server
        (
            {"id": "m", "type": "model", "max_input_tokens": 1000000, "max_tokens": 64000},
            1000000,
        ),  # Anthropic
        ({"id": "m", "context_window": None}, 0),
        ({"id": "m", "context_window": "131072", "context_length": True, "max_model_len": -1}, 0),
        ({"id": "m", "top_provider": None, "meta": []}, 0),
    ],
)
async def test_a_list_may_tell_the_size_of_the_context(entry: dict[str, Any], tokens: int) -> None:
    async with Service({"/v1/models": {"data": [{"id": "other"}, entry]}}) as server:
        found = await look(f"{server.url}/v1")
    assert (found.ok, found.model_known, found.context_tokens) == (True, True, tokens)
    assert found.models == ("other", "m")
    assert found.ms is not None


@pytest.mark.parametrize("body", [[{"id": "m"}], {"data": [{"id": "m"}]}, {"models": [{"name": "m"}, 7, {}]}])
async def test_every_shape_of_a_list_is_read(body: object) -> None:
    async with Service({"/v1/models": body}) as server:
        found = await look(f"{server.url}/v1")
    assert (found.ok, found.models) == (True, ("m",))


@pytest.mark.parametrize(
    ("listed", "model"),
    [
        ("models/gemini-2.5-pro", "gemini-2.5-pro"),
        ("llama3.2:latest", "llama3.2"),
        ("Qwen/Qwen3-8B", "qwen/qwen3-8b"),
        ("vendor/m", "vendor/m:nitro"),
    ],
)
def test_a_model_is_found_under_the_names_that_services_give_it(listed: str, model: str) -> None:
    models = read_listing({"data": [{"id": "x"}, {"id": listed}]})
    assert models is not None
    assert (found := find(models, model)) is not None
    assert found.id == listed.removeprefix("models/")
    assert find(models, "another") is None


async def test_ollama_tells_the_context_with_which_it_loaded_the_model() -> None:
    replies = {
        "/v1/models": {"data": [{"id": "qwen:7b", "owned_by": "library"}]},
        "/api/ps": {"models": [{"name": "qwen:7b", "model": "qwen:7b", "context_length": 16384}]},
        "/api/show": {"model_info": {"qwen2.context_length": 131072}},
    }
    async with Service(replies) as server:
        found = await look(f"{server.url}/v1", "qwen:7b")
    assert (found.context_tokens, found.context_note) == (16384, "as loaded")
    assert "/props" not in server.paths


@pytest.mark.parametrize(
    ("show", "tokens", "note"),
    [
        (
            {"model_info": {"general.architecture": "qwen2", "qwen2.context_length": 32768}},
            32768,
            "loads less",
        ),
        (
            {"parameters": "stop x\nnum_ctx 8192", "model_info": {"qwen2.context_length": 32768}},
            8192,
            "Modelfile",
        ),
        ({"model_info": []}, 0, ""),
    ],
)
async def test_ollama_tells_what_a_model_could_that_is_not_loaded(
    show: object, tokens: int, note: str
) -> None:
    replies = {"/v1/models": {"data": [{"id": "q", "owned_by": "library"}]}, "/api/ps": {"models": []}}
    async with Service({**replies, "/api/show": show}) as server:
        found = await look(f"{server.url}/v1", "q")
    assert found.context_tokens == tokens
    assert note in found.context_note
    assert next(a.body for a in server.asked if a.path == "/api/show") == {"model": "q"}


@pytest.mark.parametrize(
    ("entry", "tokens", "note"),
    [
        ({"state": "loaded", "max_context_length": 131072, "loaded_context_length": 4096}, 4096, ""),
        ({"state": "not-loaded", "max_context_length": 131072}, 131072, "not loaded"),
    ],
)
async def test_lm_studio_tells_the_context_in_its_own_list(
    entry: dict[str, Any], tokens: int, note: str
) -> None:
    replies = {
        "/v1/models": {"data": [{"id": "q", "owned_by": "organization_owner"}]},
        "/api/v0/models": {"data": [{"id": "q", **entry}]},
    }
    async with Service(replies) as server:
        found = await look(f"{server.url}/v1", "q")
    assert found.context_tokens == tokens
    assert note in found.context_note
    assert server.paths == ["/v1/models", "/api/v0/models"]


async def test_an_older_llama_server_is_asked_for_the_context_of_a_slot_and_loads_nothing_for_it() -> None:
    replies = {
        "/v1/models": {"data": [{"id": "q", "owned_by": "llamacpp", "meta": {"n_ctx_train": 32768}}]},
        "/props": {"default_generation_settings": {"n_ctx": 4096}},
    }
    async with Service(replies) as server:
        found = await look(f"{server.url}/v1", "q")
    assert found.context_tokens == 4096
    assert server.asked[1].path == "/props?model=q&autoload=false"


async def test_a_service_is_asked_for_nothing_beside_its_list() -> None:
    async with Service({"/v1/models": PLAIN}) as server:
        found = await look(f"{server.url}/v1", preset="groq")
    assert (found.ok, found.context_tokens) == (True, 0)
    assert server.paths == ["/v1/models"]


async def test_an_anthropic_server_is_asked_for_its_list_with_its_key_and_version() -> None:
    async with Service({"/v1/models?limit=1000": {**PLAIN, "has_more": False}}) as server:
        found = await look(server.url, kind="anthropic", key="env:KEY")
    assert (found.ok, found.model_known) == (True, True)
    headers = server.asked[0].headers
    assert headers["x-api-key"] == "sk-secret-12345678"
    assert headers["anthropic-version"]


async def test_the_key_and_the_headers_of_a_call_go_with_a_ping() -> None:
    async with Service({"/v1/models": PLAIN}) as server:
        found = await look(f"{server.url}/v1", key="env:KEY", headers={"X-Team": "blue"})
    assert server.asked[0].headers["authorization"] == "Bearer sk-secret-12345678"
    assert server.asked[0].headers["x-team"] == "blue"
    assert found.key_source == "variable KEY (found)"
    assert "sk-secret" not in repr(found)


async def test_no_other_key_is_sent_than_the_providers(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "ANTHROPIC_AUTH_TOKEN"):
        monkeypatch.setenv(name, "sk-of-somebody-else")
    async with Service({"/v1/models": PLAIN}) as server:
        for kind, url in (("openai", f"{server.url}/v1"), ("anthropic", server.url)):
            await look(url, kind=kind)
        await look(f"{server.url}/v1", key="env:KEY")
        await look(f"{server.url}/v1", headers={"Authorization": "Basic b3du"})
    assert all("sk-of-somebody-else" not in repr(asked.headers) for asked in server.asked)
    sent = [asked.headers.get("authorization") for asked in server.asked if asked.path == "/v1/models"]
    assert [value for value in sent if value] == ["Bearer sk-secret-12345678", "Basic b3du"]


async def test_a_model_that_is_not_listed_is_said_and_where_to_see_the_list() -> None:
    async with Service({"/v1/models": PLAIN}) as server:
        found = await look(f"{server.url}/v1", "typo")
    assert (found.ok, found.model_known) == (True, False)
    assert "'typo'" in found.detail
    assert "codesteer providers models mine" in found.remedy


async def test_azure_lists_models_and_is_called_by_deployments_so_its_list_says_nothing() -> None:
    async with Service({"/openai/v1/models": PLAIN}) as server:
        found = await look(f"{server.url}/openai/v1", "my-deployment", preset="azure")
    assert (found.ok, found.model_known, found.remedy) == (True, None, "")


async def test_a_provider_without_a_model_is_asked_what_it_has() -> None:
    async with Service({"/v1/models": PLAIN}) as server:
        found = await look(f"{server.url}/v1", "")
    assert (found.ok, found.models, found.model_known) == (True, ("m",), None)
    assert "1 model" in found.detail


async def test_the_context_that_was_configured_wins() -> None:
    async with Service({"/v1/models": {"data": [{"id": "m", "context_window": 1000}]}}) as server:
        found = await look(f"{server.url}/v1", context_tokens=500)
    assert (found.context_tokens, found.context_note) == (500, "as configured")


@pytest.mark.parametrize("status", [404, 405])
async def test_a_server_without_a_list_is_there_where_it_takes_calls(status: int) -> None:
    refused = failing(400, {"error": {"message": "you must provide a model parameter"}})
    replies = {"/v1/models": failing(status), "/v1/chat/completions": refused}
    async with Service(replies) as server:
        found = await look(f"{server.url}/v1")
    assert (found.ok, found.model_known, found.listed) == (True, None, ())
    assert "no list" in found.detail
    assert server.asked[1].body == {}


async def test_an_address_without_its_v1_is_told_from_a_server_without_a_list() -> None:
    async with Service({"/v1/models": PLAIN}) as server:
        found = await look(server.url)
    assert (found.ok, found.kind) == (False, "not_found")
    assert "no such address" in found.detail
    assert "/v1" in found.remedy


@pytest.mark.parametrize(
    ("reply", "kind", "words", "remedy"),
    [
        (failing(401, {"error": {"message": "Incorrect API key"}}), "auth", "did not accept the key", "key"),
        (
            Scripted([b"<html><title>Sign in</title></html>"], 200, "text/html"),
            "protocol",
            "html",
            "base_url",
        ),
        (Scripted([b'{"hello": 1}'], 200, "application/json"), "protocol", "no list of models", "base_url"),
        (
            Scripted([], 302, "text/html", {"location": "https://other.example/"}),
            "protocol",
            "other",
            "base_url",
        ),
        (failing(503, {"error": {"message": "Loading model"}}), "overloaded", "Loading model", "again"),
        (failing(429, {"error": {"message": "slow down"}}), "rate_limit", "too many requests", ""),
    ],
)
async def test_each_fault_has_its_words(reply: Scripted, kind: str, words: str, remedy: str) -> None:
    async with Service({"/v1/models": reply}) as server:
        found = await look(f"{server.url}/v1", key="env:KEY")
    assert (found.ok, found.kind) == (False, kind)
    assert words in found.detail
    assert remedy in found.remedy
    assert found.remedy


async def test_a_key_that_is_wanted_and_not_given_is_said() -> None:
    async with Service({"/v1/models": failing(401)}) as server:
        found = await look(f"{server.url}/v1")
    assert (found.ok, found.kind) == (False, "missing_key")


async def test_nobody_there_is_said_at_once() -> None:
    found = await look("http://127.0.0.1:1/v1")
    assert (found.ok, found.kind) == (False, "unreachable")
    assert "connection refused" in found.detail


@pytest.mark.parametrize("drip", [False, True])
async def test_a_server_that_stalls_is_given_up_after_the_timeout(drip: bool) -> None:
    stall = Scripted([b" "] * 400 if drip else [], 200, "application/json", pause_s=0.05, ending="stall")
    async with Service({"/v1/models": stall}) as server:
        began = time.monotonic()
        found = await look(f"{server.url}/v1", timeout_s=0.3)
        assert time.monotonic() - began < 10
        await asyncio.wait_for(server.left.wait(), 5)
    assert (found.ok, found.kind) == (False, "unreachable")


async def test_a_ping_that_is_cancelled_closes_its_connection() -> None:
    async with FakeServer(Scripted(ending="stall")) as server:
        task = asyncio.create_task(look(f"{server.url}/v1", timeout_s=60))
        for _ in range(1000):
            await asyncio.sleep(0.01)
            if server.asked:
                break
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(server.left.wait(), 5)


async def test_a_missing_key_is_found_out_without_a_connection() -> None:
    async with Service({"/v1/models": PLAIN}) as server:
        found = await look(f"{server.url}/v1", key="env:NOWHERE")
    assert (found.ok, found.kind) == (False, "missing_key")
    assert "NOWHERE" in found.detail
    assert found.key_source == "variable NOWHERE (not found)"
    assert server.asked == []


async def test_azure_without_an_address_is_not_taken_for_openai() -> None:
    azure = default_providers()["azure"]
    found = await ping(Choice("azure", azure, "m", ""), env={"AZURE_OPENAI_API_KEY": "k"})
    assert (found.ok, found.kind) == (False, "config")
    assert "base_url" in found.remedy


async def test_weights_say_what_their_header_says(random_gguf: Path) -> None:
    provider = Provider(kind="llama_cpp", model=str(random_gguf))
    found = await ping(Choice("local", provider, provider.model, ""))
    assert (found.ok, found.context_tokens, found.context_note) == (True, 8192, "trained for 8,192")
    assert "3 MiB" in found.detail
    assert found.key_source == "none needed"
    greedy = Provider(kind="llama_cpp", model=str(random_gguf), context_tokens=100_000_000)
    found = await ping(Choice("local", greedy, greedy.model, ""))
    assert (found.context_tokens, "context_tokens asks for 100,000,000" in found.context_note) == (8192, True)
    unnamed = await ping(Choice("local", Provider(kind="llama_cpp"), "", ""))
    assert (unnamed.ok, unnamed.remedy) == (False, "Name a GGUF: codesteer weights use FILE --name local")


@pytest.mark.parametrize("content", [None, b"", b"<html>"])
async def test_weights_that_are_none_are_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "x.gguf"
    if content is not None:
        path.write_bytes(content)
    found = await ping(Choice("local", Provider(kind="llama_cpp", model=str(path)), str(path), ""))
    assert (found.ok, found.kind) == (False, "weights")
    assert str(path) in found.detail
    assert found.remedy


async def test_the_demo_and_the_rules_are_always_there() -> None:
    for role in ("task_llm", "steerer"):
        assert (await ping(choose_role(Config(), role, {}))).ok  # type: ignore[arg-type]


@pytest.mark.gguf
async def test_a_real_server_is_reached_and_lists_its_model(llama_server: str) -> None:
    found = await look(llama_server, "any")
    assert found.ok
    assert len(found.models) == 1
    assert found.model_known is False


@pytest.mark.parametrize(
    ("address", "near"),
    [
        ("http://127.0.0.1:8080/v1", True),
        ("http://[::1]:8080/v1", True),
        ("http://192.168.1.7/v1", True),
        ("http://gpu-box:8000/v1", True),
        ("http://studio.local/v1", True),
        ("https://api.example.com/v1", False),
        ("https://8.8.8.8/v1", False),
        ("not an address", False),
        ("", False),
    ],
)
def test_what_is_near_is_told_from_what_is_a_service(address: str, near: bool) -> None:
    assert is_near(address) is near


def test_what_lies_beside_an_api_is_at_its_root() -> None:
    assert root_of("http://h:1/v1/") == "http://h:1"
    assert root_of("http://h/ollama/v1") == "http://h/ollama"
    assert root_of("http://h:1") == "http://h:1"


async def test_the_event_loop_goes_on_while_a_command_gives_the_key() -> None:
    async with Service({"/v1/models": PLAIN}) as server:
        task = asyncio.create_task(
            look(f"{server.url}/v1", key="cmd:sh -c 'sleep 0.5; echo sk-from-command'")
        )
        ticks = 0
        while not task.done():
            await asyncio.sleep(0.01)
            ticks += 1
        found = await task
    assert ticks > 10
    assert found.key_source == "command sh (found)"
    assert server.asked[0].headers["authorization"] == "Bearer sk-from-command"


@pytest.mark.parametrize(
    ("entry", "loaded"),
    [
        ({}, None),
        ({"state": "loaded"}, True),
        ({"state": "not-loaded"}, False),
        ({"loaded_instances": []}, False),
        ({"loaded_instances": [{"id": "x"}]}, True),
    ],
)
def test_whether_a_model_is_loaded_is_known_only_where_the_list_says_so(
    entry: dict[str, Any], loaded: bool | None
) -> None:
    (model,) = read_listing({"data": [{"id": "m", **entry}]}) or ()
    assert model.loaded is loaded
