"""``codesteer providers``: a table, a trial and a list of models, for people and for scripts."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.cli.conftest import Desk, Done
from tests.fake_servers import Scripted, failing, openai_body
from tests.providers.services import Service

LISTED = {"data": [{"id": "m-large", "context_window": 32000}, {"id": "m-small"}]}
NUMBERS = " ".join(str(n) for n in range(1, 21))


def set_up(desk: Desk, url: str, more: str = "") -> None:
    desk.configure(f"[providers.mine]\nkind = 'openai'\nbase_url = '{url}/v1'\nkey = 'env:MINE_KEY'\n{more}")
    desk.env["MINE_KEY"] = "sk-secret-12345678"


async def ask(desk: Desk, *arguments: str) -> Done:
    """Run the command while the servers of this test answer."""
    return await asyncio.to_thread(desk.codesteer, "providers", *arguments)


def service(call: object = None) -> Service:
    said = call or Scripted([openai_body("READY ", NUMBERS)])
    return Service({"/v1/models": LISTED, "/v1/chat/completions": said})


def test_the_list_without_any_setup_shows_the_demo_and_sums_up_the_rest(desk: Desk) -> None:
    done = desk.codesteer("providers", "list")
    assert done.code == 0
    assert [line.split()[0] for line in done.out.splitlines()] == ["NAME", "demo"]
    assert "TaskLLM" in done.out
    assert "without a key: openai, anthropic" in done.err
    assert "ollama" in done.err
    assert "codesteer keys set" in done.err


def test_the_list_shows_what_has_a_key_and_never_the_key(desk: Desk) -> None:
    desk.env |= {"OPENAI_API_KEY": "sk-secret-12345678", "GROQ_API_KEY": "gsk_secret_12345678"}
    done = desk.codesteer("providers", "list")
    lines = {line.split()[0]: line for line in done.out.splitlines()}
    assert "api.openai.com" in lines["openai"]
    assert "variable OPENAI_API_KEY (found)" in lines["openai"]
    assert "TaskLLM" in lines["openai"]
    assert "no model named" in lines["groq"]
    assert "secret" not in done.out + done.err


def test_the_whole_list_is_for_scripts_and_for_all(desk: Desk) -> None:
    rows = desk.codesteer("providers", "list", "--json").data
    assert {"openai", "azure", "ollama", "vllm", "demo"} <= {row["name"] for row in rows}
    openai = next(row for row in rows if row["name"] == "openai")
    assert (openai["kind"], openai["host"], openai["key_found"]) == ("openai", "api.openai.com", False)
    assert openai["usd"][0] > 0
    assert openai["reached"] is None
    assert len(desk.codesteer("providers", "list", "--all").out.splitlines()) == len(rows) + 1


async def test_a_provider_of_ones_own_comes_first_and_is_pinged(desk: Desk) -> None:
    async with service() as server:
        set_up(desk, server.url, "model = 'm-large'")
        done = await ask(desk, "list", "--ping")
        rows = (await ask(desk, "list", "--ping", "--json")).data
    assert done.out.splitlines()[1].split()[0] == "mine"
    assert "lists m-large" in done.out
    assert "32,000" in done.out
    assert "Nothing listens for" in done.err
    assert rows[0]["name"] == "mine"
    assert (rows[0]["reached"]["ok"], rows[0]["context_tokens"]) == (True, 32000)
    assert next(row for row in rows if row["name"] == "groq")["reached"]["kind"] == "missing_key"


async def test_a_provider_is_tried_out(desk: Desk) -> None:
    async with service() as server:
        set_up(desk, server.url)
        done = await ask(desk, "test", "mine:m-large")
        quick = await ask(desk, "test", "mine:m-large", "--quick", "--json")
    assert done.code == 0, done.err
    assert "at most 4 short calls" in done.err
    for words in ("first token", "whole reply", "7 in, 3 out", "stop sequences", "32,000 tokens"):
        assert words in done.out, words
    assert "sk-secret" not in done.out + done.err + quick.out
    assert (quick.data["ok"], quick.data["calls"], quick.data["model"]) == (True, 1, "m-large")
    assert quick.data["call"]["first_token_ms"] > 0


@pytest.mark.parametrize("json", [[], ["--json"]])
async def test_a_provider_that_fails_is_exit_code_3_with_a_remedy(desk: Desk, json: list[str]) -> None:
    async with service(failing(429, {"error": {"message": "insufficient_quota"}})) as server:
        set_up(desk, server.url)
        done = await ask(desk, "test", "mine:m-large", *json)
    assert done.code == 3
    if json:
        assert (done.data["ok"], done.data["error"]) == (False, "quota")
        assert done.data["remedy"]
    else:
        assert "insufficient_quota" in done.err
        assert "→ Add credit" in done.err


def test_nobody_there_is_exit_code_3_as_well(desk: Desk) -> None:
    set_up(desk, "http://127.0.0.1:1")
    for arguments in (("test", "mine:m"), ("models", "mine"), ("models", "mine", "--json")):
        done = desk.codesteer("providers", *arguments)
        assert done.code == 3
        assert "connection refused" in done.out + done.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("test", "nobody"), "'nobody'"),
        (("test", "groq"), "codesteer providers models groq"),
        (("test", "azure:x"), "providers.azure.base_url"),
        (("models", "nobody"), "'nobody'"),
        (("test",), "NAME"),
    ],
)
def test_what_is_named_wrongly_is_exit_code_2(desk: Desk, arguments: tuple[str, ...], words: str) -> None:
    done = desk.codesteer("providers", *arguments)
    assert done.code == 2
    assert words in done.err


def test_a_missing_key_names_the_variable(desk: Desk) -> None:
    done = desk.codesteer("providers", "test", "groq:m")
    assert done.code == 3
    assert "GROQ_API_KEY" in done.err
    assert "codesteer keys set groq" in done.err


async def test_the_models_are_listed_one_a_line(desk: Desk) -> None:
    async with service() as server:
        set_up(desk, server.url)
        done = await ask(desk, "models", "mine")
        data = (await ask(desk, "models", "mine", "--json")).data
    assert done.code == 0
    assert done.out.splitlines() == ["m-large  32,000", "m-small"]
    assert [model["id"] for model in data["listed"]] == ["m-large", "m-small"]
    assert data["provider"] == "mine"


async def test_a_server_without_a_list_says_so_and_that_is_no_failure(desk: Desk) -> None:
    async with Service({"/v1/chat/completions": failing(400)}) as server:
        set_up(desk, server.url)
        done = await ask(desk, "models", "mine")
    assert (done.code, done.out) == (0, "")
    assert "no list" in done.err


@pytest.mark.gguf
def test_weights_and_the_demo_are_tried_out_too(desk: Desk, spoken_gguf: Path) -> None:
    desk.configure(f"[providers.local]\nkind = 'llama_cpp'\nmodel = '{spoken_gguf}'\n")
    done = desk.codesteer("providers", "test", "local", "--quick")
    assert done.code == 0, done.err
    assert "loading" in done.out
    assert "tokens/s" in done.out
    assert desk.codesteer("providers", "models", "local").out.split()[0] == "spoken.gguf"
    demo = desk.codesteer("providers", "test", "demo", "--json").data
    assert (demo["ok"], demo["kind"], demo["features"]) == (True, "demo", [])


BROKEN = {
    "a forgotten scheme": {"CODESTEER_PROVIDERS__MINE__BASE_URL": "127.0.0.1:1/v1"},
    "a key that is none": {"CODESTEER_PROVIDERS__MINE__KEY": "sk-secret-87654321"},
    "a misspelt provider": {"CODESTEER_PROVIDERS__MIEN__BASE_URL": "http://127.0.0.1:1/v1"},
    "a misspelt section": {"CODESTEER_PROVIDER__MINE__BASE_URL": "http://127.0.0.1:1/v1"},
    "a misspelt key": {"CODESTEER_PROVIDERS__MINE__BASE_URI": "http://127.0.0.1:1/v1"},
    "a missing profile": {"CODESTEER_PROFILE": "nowhere"},
}


@pytest.mark.parametrize("variables", BROKEN.values(), ids=BROKEN)
async def test_nothing_is_sent_where_a_setting_of_the_provider_is_wrong(
    desk: Desk, variables: dict[str, str]
) -> None:
    async with service() as server:
        set_up(desk, server.url, "model = 'm-large'")
        desk.env |= variables
        for arguments in (["test", "mine"], ["models", "mine"], ["list", "--ping"]):
            done = await ask(desk, *arguments)
            assert done.code == 2, arguments
            assert next(iter(variables)) in done.err
            assert "sk-secret" not in done.err + done.out
        assert "not asked" in done.out
        assert "built in, always there" in done.out
        assert server.asked == []


async def test_what_is_wrong_elsewhere_does_not_keep_a_provider_from_being_asked(desk: Desk) -> None:
    async with service() as server:
        set_up(desk, server.url, "[providers.other]\nkind = 'openai'\nbase_url = 'nowhere'\n")
        desk.env["CODESTEER_STEERING__MAX_ROUNDS"] = "many"
        done = await ask(desk, "models", "mine")
    assert (done.code, done.out.split()[0]) == (0, "m-large")
    assert done.err.count("a setting is left out") == 2


async def test_a_key_that_stays_behind_is_said_before_anything_is_asked(desk: Desk) -> None:
    async with service() as server:
        set_up(desk, "https://far.example")
        desk.env["CODESTEER_PROVIDERS__MINE__BASE_URL"] = f"{server.url}/v1"
        done = await ask(desk, "test", "mine:m-large", "--quick")
        assert {"authorization"} & set(server.asked[0].headers) == set()
    assert "far.example" in done.err.partition("Asking mine")[0]
    assert "not sent" in done.err


async def test_an_empty_reply_is_a_failure(desk: Desk) -> None:
    async with service(Scripted([openai_body()])) as server:
        set_up(desk, server.url)
        done = await ask(desk, "test", "mine:m-large", "--json")
    assert (done.code, done.data["ok"], done.data["error"]) == (3, False, "empty")
    assert "answered nothing" in done.data["detail"]


async def test_a_long_wait_is_told_with_its_length(desk: Desk) -> None:
    async with service(failing(429, {"error": {"message": "slow"}}, **{"retry-after": "3600"})) as server:
        set_up(desk, server.url)
        done = await ask(desk, "test", "mine:m-large")
    assert done.code == 3
    assert "Try again in 60 min" in done.err


async def test_an_odd_name_of_a_model_stays_on_its_line_and_no_remedy_is_the_command_itself(
    desk: Desk,
) -> None:
    async with Service({"/v1/models": {"data": [{"id": "a\nb\x1b[1m"}, {"id": "größe"}]}}) as server:
        set_up(desk, server.url)
        done = await ask(desk, "models", "mine")
        data = (await ask(desk, "models", "mine", "--json")).data
    assert done.out.splitlines() == [r"a\nb\x1b[1m", "größe"]
    assert "providers test mine:MODEL" in data["remedy"]
    assert [model["loaded"] for model in data["listed"]] == [None, None]


async def test_an_empty_list_says_so_and_what_to_do(desk: Desk) -> None:
    async with Service({"/v1/models": {"data": []}}) as server:
        set_up(desk, server.url)
        done = await ask(desk, "models", "mine")
    assert (done.code, done.out) == (0, "")
    assert "lists no model" in done.err
    assert "providers test mine:MODEL" in done.err


def test_a_service_without_an_address_is_not_on_this_machine(desk: Desk) -> None:
    lines = {line.split()[0]: line for line in desk.codesteer("providers", "list", "--all").out.splitlines()}
    assert "not set" in lines["azure"]
    assert "this machine" in lines["demo"]


def test_a_server_on_this_machine_is_local_whatever_it_is_called(desk: Desk) -> None:
    set_up(desk, "http://127.0.0.1:1")
    rows = {row["name"]: row for row in desk.codesteer("providers", "list", "--json").data}
    assert (rows["mine"]["local"], rows["ollama"]["local"], rows["openai"]["local"]) == (True, True, False)


def test_prices_of_nobody_are_said_and_are_looked_for_beside_the_file_in_use(desk: Desk) -> None:
    other = desk.folder / "other"
    other.mkdir()
    (other / "config.toml").write_text("[providers.mine]\nkind = 'openai'\nmodel = 'm'\n")
    (other / "prices.toml").write_text(
        "[mine.models]\nm = { input = 3, output = 4 }\n[mien.models]\nm = { input = 1, output = 2 }\n"
    )
    done = desk.codesteer("providers", "list", "--config", str(other / "config.toml"))
    assert "3 in, 4 out" in done.out
    assert "[mien]" in done.err
    assert "did you mean 'mine'" in done.err


async def test_solve_says_which_key_is_waited_for(desk: Desk) -> None:
    async with service() as server:
        set_up(desk, server.url)
        desk.env["CODESTEER_PROVIDERS__MINE__KEY"] = "cmd:sh -c 'sleep 4; echo sk-from-a-command'"
        done = await asyncio.to_thread(desk.codesteer, "solve", "Say hello.", "--task-llm", "mine:m")
    assert "Waiting for the key of mine: command sh." in done.err


@pytest.mark.parametrize("command", [["test", "mine:m"], ["models", "mine"]])
async def test_a_key_that_is_waited_for_is_said(desk: Desk, command: list[str]) -> None:
    async with service() as server:
        set_up(desk, server.url)
        desk.env["CODESTEER_PROVIDERS__MINE__KEY"] = "cmd:sh -c 'sleep 3; echo sk-from-a-command'"
        done = await ask(desk, *command)
    assert done.code == 0, done.err
    assert "Waiting for the key of mine: command sh" in done.err
