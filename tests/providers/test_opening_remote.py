"""What a provider's settings make of its model: the protocol, the address, and the service's habits."""

from __future__ import annotations

from typing import Any

import pytest

from codesteer_tui.config import Provider, default_providers
from codesteer_tui.errors import ConfigError
from codesteer_tui.presets import PRESETS
from codesteer_tui.providers import Sampling
from codesteer_tui.providers.opening import Choice, open_model
from codesteer_tui.providers.remote.anthropic import AnthropicModel
from codesteer_tui.providers.remote.model import RemoteModel
from codesteer_tui.providers.remote.openai import OpenAIModel
from codesteer_tui.providers.remote.openai_responses import OpenAIResponsesModel
from tests.fake_servers import FakeServer, Scripted, failing, openai_body, responses_body
from tests.providers.listening import listen

HOSTS = {name: preset for name, preset in PRESETS.items() if preset.base_url}


def opened(provider: Provider, env: dict[str, str] | None = None) -> RemoteModel:
    model = open_model(Choice("mine", provider, provider.model or "m", ""), env or {})
    assert isinstance(model, RemoteModel)
    return model


def asked(model: RemoteModel, **options: Any) -> dict[str, Any]:
    from codesteer_tui.values import Message

    return model._request([Message("user", "?")], Sampling(**options))


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        ({"kind": "openai"}, OpenAIModel),
        ({"kind": "openai", "api": "responses"}, OpenAIResponsesModel),
        ({"kind": "anthropic"}, AnthropicModel),
    ],
)
def test_kind_and_api_choose_the_protocol(settings: dict[str, Any], kind: type[RemoteModel]) -> None:
    model = opened(Provider(**settings))
    assert type(model) is kind
    assert model.base_url == kind.official


@pytest.mark.parametrize("name", HOSTS)
def test_a_preset_alone_leads_to_its_own_address(name: str) -> None:
    model = opened(Provider(kind=HOSTS[name].kind, preset=name))
    assert model.base_url == HOSTS[name].base_url


def test_the_key_of_a_service_without_an_address_goes_nowhere() -> None:
    with pytest.raises(ConfigError) as caught:
        opened(
            Provider(kind="openai", preset="azure", key="env:AZURE_OPENAI_API_KEY"),
            {"AZURE_OPENAI_API_KEY": "k"},
        )
    assert "base_url" in str(caught.value)


@pytest.mark.parametrize("name", [name for name, preset in HOSTS.items() if preset.kind == "openai"])
def test_every_service_is_asked_with_its_own_names(name: str) -> None:
    preset = PRESETS[name]
    provider = default_providers()[name]
    env = {provider.key.removeprefix("env:"): "sk-0123456789"}
    sent = asked(opened(provider, env), max_tokens=5, effort="low")
    assert sent[preset.limit] == 5
    assert sent[preset.effort] == ({"effort": "low"} if preset.effort == "reasoning" else "low")


def test_a_service_is_known_by_its_host_where_no_preset_is_named() -> None:
    sent = asked(opened(Provider(kind="openai", base_url="https://openrouter.ai/api/v1/")), effort="low")
    assert sent["reasoning"] == {"effort": "low"}
    sent = asked(opened(Provider(kind="openai", base_url="https://openrouter.example/api/v1/")), effort="low")
    assert sent["reasoning_effort"] == "low"


async def test_what_is_configured_reaches_the_server() -> None:
    async with FakeServer(Scripted([responses_body("ok")])) as server:
        provider = Provider(
            kind="openai",
            api="responses",
            base_url=server.url + "/v1",
            key="env:THE_KEY",
            headers={"X-Team": "blue", "X-Token": "env:THE_TOKEN"},
            body={"service_tier": "flex"},
        )
        heard = await listen(opened(provider, {"THE_KEY": "sk-0123456789", "THE_TOKEN": "t-9876543210"}))
    assert heard.text() == "ok"
    headers = server.asked[0].headers
    assert headers["authorization"] == "Bearer sk-0123456789"
    assert (headers["x-team"], headers["x-token"]) == ("blue", "t-9876543210")
    assert server.asked[0].body["service_tier"] == "flex"


async def test_what_a_header_carries_in_secret_is_not_shown_in_errors_nor_in_answers() -> None:
    echoes = failing(401, {"error": {"message": "token t-9876543210 is not valid"}})
    async with FakeServer(echoes, Scripted([openai_body("it is t-98765", "43210.")])) as server:
        headers = {"X-Token": "env:THE_TOKEN"}
        provider = Provider(kind="openai", base_url=server.url + "/v1", headers=headers)
        env = {"THE_TOKEN": "t-9876543210"}
        refused, echoed = await listen(opened(provider, env)), await listen(opened(provider, env))
    assert refused.error is not None
    assert "98765" not in str(refused.error)
    assert echoed.text() == "it is [key]."


@pytest.mark.parametrize("retries", [0, 1])
@pytest.mark.usefixtures("fast_retries")
async def test_the_number_of_retries_is_the_configured_one(retries: int) -> None:
    async with FakeServer(failing(503)) as server:
        heard = await listen(opened(Provider(kind="openai", base_url=server.url + "/v1", retries=retries)))
    assert len(server.asked) == 1 + retries
    assert heard.error is not None


@pytest.mark.parametrize("field", ["stream", "messages", "input", "system", "instructions"])
def test_a_body_that_takes_the_conversation_away_is_refused(field: str) -> None:
    with pytest.raises(ConfigError) as caught:
        opened(Provider(kind="openai", body={field: False}))
    assert "[providers.mine] body" in caught.value.message
    assert field in caught.value.message
