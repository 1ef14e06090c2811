"""Who plays a role by a configuration, and who cannot."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from codesteer_tui.config import Config, Provider, Roles, Weights, default_providers
from codesteer_tui.errors import ConfigError, WeightsError
from codesteer_tui.providers.opening import choose_role, keys_without_model, open_model
from codesteer_tui.values import Role

OPENAI = {"OPENAI_API_KEY": "sk-x"}


@pytest.mark.parametrize("steerer", ["demo", "demo:other", "same-as-task", "mine"])
def test_the_demo_is_refused_as_the_steerer_however_it_is_named(steerer: str) -> None:
    providers = {**default_providers(), "mine": Provider(kind="demo", model="demo")}
    config = Config(roles=Roles(steerer=steerer, task_llm="auto"), providers=providers)
    with pytest.raises(ConfigError) as caught:
        choose_role(config, "steerer", {})
    assert repr(steerer) in caught.value.message
    assert "demo cannot steer" in caught.value.message
    assert "--steerer rules" in caught.value.remedy


def test_a_model_that_answers_may_steer_as_well_and_the_demo_may_check() -> None:
    config = Config(roles=Roles(steerer="same-as-task", task_llm="auto"))
    assert choose_role(config, "steerer", OPENAI).name == "openai"
    assert choose_role(Config(), "checker", {}).name == "demo"
    assert choose_role(Config(), "steerer", {}).provider is None


def test_auto_takes_a_provider_that_the_person_set_up_before_a_built_in_one() -> None:
    env = {**OPENAI, "MY_KEY": "k", "GROQ_API_KEY": "g"}
    own = {"work": Provider(kind="openai", model="m", base_url="https://llm.example/v1", key="env:MY_KEY")}
    assert choose_role(Config(), "task_llm", env).name == "openai"
    assert choose_role(Config(providers=default_providers() | own), "task_llm", env).name == "work"
    groq = msgspec.structs.replace(default_providers()["groq"], model="m")
    chosen = choose_role(Config(providers=default_providers() | {"groq": groq}), "task_llm", env)
    assert (chosen.name, chosen.model, chosen.why) == ("groq", "m", "a key was found in GROQ_API_KEY")


def test_auto_takes_no_provider_without_a_model_and_says_that_a_key_is_there() -> None:
    choice = choose_role(Config(), "task_llm", {"GROQ_API_KEY": "g"})
    assert choice.name == "demo"
    assert "a key was found in GROQ_API_KEY" in choice.why
    assert "no model of groq" in choice.why
    assert keys_without_model(Config(), {"GROQ_API_KEY": "g"}) == [
        ("groq", "a key was found in GROQ_API_KEY")
    ]


def test_auto_takes_the_presets_in_their_order_whatever_the_variables_order() -> None:
    env = {"ANTHROPIC_API_KEY": "a", "OPENAI_API_KEY": "o"}
    assert choose_role(Config(), "task_llm", env).name == "openai"
    assert choose_role(Config(), "task_llm", {"ANTHROPIC_API_KEY": "a"}).name == "anthropic"


@pytest.mark.parametrize("key", ["", "  \n"])
def test_a_blank_variable_is_no_key(key: str) -> None:
    assert choose_role(Config(), "task_llm", {"OPENAI_API_KEY": key}).name == "demo"


def test_auto_takes_no_server_of_ones_own_and_no_azure_without_an_address() -> None:
    local = {"lan": Provider(kind="openai", model="m", base_url="http://10.0.0.1:8000/v1", key="none")}
    azure = {"azure": msgspec.structs.replace(default_providers()["azure"], model="deployed")}
    config = Config(providers=default_providers() | local | azure)
    assert choose_role(config, "task_llm", {"AZURE_OPENAI_API_KEY": "k"}).name == "demo"


@pytest.mark.parametrize("source", ["keyring:work", "cmd:false"])
def test_a_key_in_a_keyring_or_from_a_command_is_taken_on_trust(source: str) -> None:
    own = {"work": Provider(kind="openai", model="m", base_url="https://llm.example/v1", key=source)}
    choice = choose_role(Config(providers=default_providers() | own), "task_llm", {})
    assert choice.name == "work"
    assert "its key is named" in choice.why


@pytest.mark.parametrize("role", ["task_llm", "steerer", "checker"])
def test_a_role_without_a_model_names_the_option_and_where_the_models_are(role: Role) -> None:
    config = Config(roles=Roles(**{"task_llm": "groq:m", role: "groq"}))
    with pytest.raises(ConfigError, match="No model") as caught:
        open_model(choose_role(config, role, {}), {})
    assert f"--{role.replace('_', '-')} groq:MODEL" in caught.value.remedy
    assert "codesteer providers models groq" in caught.value.remedy


def weights_at(folder: Path, model: str) -> Config:
    local = Provider(kind="llama_cpp", model=model)
    return Config(roles=Roles(steerer="local"), providers={"local": local}, weights=Weights(dir=str(folder)))


@pytest.mark.parametrize(
    ("model", "meant"),
    [
        ("codesteer-v1", "CodeSteer-v1-Q4_K_M.gguf"),
        ("CodeSteer-v1-BF16", "CodeSteer-v1-BF16-copy.gguf"),
        ("other.gguf", ""),
        ("/nowhere/codesteer-v1", ""),
    ],
)
def test_a_bare_name_as_the_file_is_told_which_file_has_it(tmp_path: Path, model: str, meant: str) -> None:
    for name in ("CodeSteer-v1-Q4_K_M.gguf", "CodeSteer-v1-BF16-copy.gguf"):
        (tmp_path / name).touch()
    with pytest.raises(WeightsError) as caught:
        open_model(choose_role(weights_at(tmp_path, model), "steerer", {}))
    assert model in caught.value.message
    assert bool(meant) == ("[providers.local]" in caught.value.remedy)
    assert str(tmp_path / meant) in caught.value.remedy if meant else "path of a GGUF" in caught.value.remedy


def test_weights_without_a_file_are_not_taken_for_a_folder(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="No file of the provider 'local' is named") as caught:
        open_model(choose_role(weights_at(tmp_path, ""), "steerer", {}))
    assert caught.value.remedy == "Name a GGUF: codesteer weights use FILE --name local"


def test_an_unknown_provider_is_added_by_a_table_or_is_weights() -> None:
    with pytest.raises(ConfigError) as caught:
        choose_role(Config(roles=Roles(steerer="local")), "steerer", {})
    assert caught.value.remedy.startswith("Add a table [providers.local] for it; for weights of yours, ")
    assert "codesteer weights use FILE" in caught.value.remedy
