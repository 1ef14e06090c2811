"""From the configuration to models: which provider plays a role, and the model behind it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from codesteer_tui.config import Config, Provider, default_providers
from codesteer_tui.errors import ConfigError, WeightsError
from codesteer_tui.presets import PRESETS, require_address
from codesteer_tui.providers import ChatModel
from codesteer_tui.providers.keys.sources import read_headers, read_key, source_in_words
from codesteer_tui.values import REMOTE_KINDS, Role

if TYPE_CHECKING:
    from codesteer_tui.providers.llama.model import LlamaCppModel
    from codesteer_tui.providers.remote.model import Habits, RemoteModel

DEMO_PROVIDER = "demo"


class Choice(Struct, frozen=True):
    """Which provider plays a role, with which model, and why it was chosen.

    `name` is the provider's name in the configuration, or one of the words "rules" and "off" for roles
    that need no model; `provider` is None for these. `role` is the one that it was chosen for, if it was for one.
    `folder` is where the configuration keeps weights, where it says so.
    """

    name: str
    provider: Provider | None
    model: str
    why: str
    role: Role | None = None
    folder: str = ""


def choose_role(config: Config, role: Role, env: Mapping[str, str] = os.environ) -> Choice:
    """Who plays `role` by this configuration.

    Raises:
        ConfigError: the role names a provider that the configuration does not have, or the demo as the steerer.
    """
    choice = _choose(config, role, env)
    if role == "steerer" and choice.provider and choice.provider.kind == "demo":
        whose = "is the TaskLLM's, which is" if config.roles.steerer == "same-as-task" else "names"
        raise ConfigError(
            f"[roles] steerer = {config.roles.steerer!r} {whose} the built-in demo, and the demo cannot steer.",
            "Let the built-in rules steer: --steerer rules, or name a model.",
        )
    return msgspec.structs.replace(choice, role=role)


def _choose(config: Config, role: Role, env: Mapping[str, str]) -> Choice:
    wanted = getattr(config.roles, role)
    where = f"[roles] {role}"
    if wanted == "same-as-task":
        if role == "task_llm":
            raise ConfigError('[roles] task_llm cannot be "same-as-task".', 'Name a provider, or use "auto".')
        task = _choose(config, "task_llm", env)
        why = f"{where} is the same as task_llm"
        return Choice(task.name, task.provider, task.model, why, folder=config.weights.dir)
    if wanted == "rules" and role == "steerer":
        return Choice("rules", None, "", "built-in rules, no model")
    if wanted == "off" and role == "checker":
        return Choice("off", None, "", f"{where} is off")
    if wanted == "auto":
        return _first_with_key(config, env)
    return choose_provider(config, wanted, where)


def choose_provider(config: Config, wanted: str, where: str = "it") -> Choice:
    """The provider and model that "provider" or "provider:model" names; `where` is what names them.

    Raises:
        ConfigError: the configuration has no such provider, or no address for it.
    """
    name, _, model = wanted.partition(":")
    if name not in config.providers:
        known = ", ".join(sorted(config.providers))
        table = "a [providers.NAME] table" if re.search(r"[^\w-]", name) else f"a table [providers.{name}]"
        raise ConfigError(
            f"{where} names the provider {name!r}, which is not configured.",
            f"Add {table} for it; for weights of yours, codesteer weights use FILE does so. Known are: {known}.",
        )
    provider = config.providers[name]
    require_address(name, provider.preset, provider.base_url)
    return Choice(name, provider, model or provider.model, f"{where} = {wanted!r}", folder=config.weights.dir)


def keys_without_model(config: Config, env: Mapping[str, str] = os.environ) -> list[tuple[str, str]]:
    """Providers whose key is there and whose model is not named, each with what was found, for people."""
    found = ((name, _key_found(p, env)) for name, p in _candidates(config) if not p.model)
    return [(name, why) for name, why in found if why]


def _first_with_key(config: Config, env: Mapping[str, str]) -> Choice:
    """What "auto" means: the first provider with a model and a key, so never a server of one's own or weights."""
    for name, provider in _candidates(config):
        if provider.model and (why := _key_found(provider, env)):
            return Choice(name, provider, provider.model, why)
    demo = config.providers.get(DEMO_PROVIDER, Provider(kind="demo", model="demo"))
    lonely = keys_without_model(config, env)
    if lonely:
        why = f"{lonely[0][1]}, but no model of {lonely[0][0]} is named, so the built-in demo is used"
    else:
        why = "no key was found, so the built-in demo is used"
    return Choice(DEMO_PROVIDER, demo, demo.model, why)


def _candidates(config: Config) -> list[tuple[str, Provider]]:
    """Providers that take a key and have an address: those that the person has set up come first.

    Within each, as the configuration has them: OpenAI, Anthropic, the other presets, then providers of one's own.
    """
    built_in = default_providers()
    remote = [
        (name, provider)
        for name, provider in config.providers.items()
        if provider.kind in REMOTE_KINDS and (provider.base_url or provider.preset != "azure")
    ]
    return sorted(remote, key=lambda known: known[1] == built_in.get(known[0]))


def _key_found(provider: Provider, env: Mapping[str, str]) -> str:
    """In a few words, that a provider's key is there; empty where it is not or none is needed. Asks nobody.

    That a keyring or a command has the key is taken on trust: asking them may ask the person.
    """
    source = provider.key
    variable = source.removeprefix("env:")
    if source.startswith("env:") and env.get(variable, "").strip():
        return f"a key was found in {variable}"
    if source.startswith("file:") and Path(source.removeprefix("file:")).expanduser().exists():
        return "a key file was found"
    if source.startswith(("keyring:", "cmd:")):
        return f"its key is named: {source_in_words(source)}"
    return ""


def open_model(choice: Choice, env: Mapping[str, str] = os.environ) -> ChatModel:
    """The chat model of a choice. Connects to nothing and imports no SDK yet, but may wait for a key, so it
    blocks: call it in a thread where there is an event loop.

    Raises:
        ModelError: the key is missing, or the weights are.
        ConfigError: the provider's settings do not go together.
    """
    provider, name = choice.provider, choice.name
    if provider is None:
        raise ConfigError(f"{name!r} is not a model.", "Name a provider.")
    if provider.kind == "demo":
        from codesteer_tui.providers.demo import DemoModel

        return DemoModel(provider=name, seed=provider.seed, delay_s=provider.delay_s)
    if provider.kind == "llama_cpp":
        return _open_weights(choice, provider)
    if not choice.model:
        option = f"--{(choice.role or 'task_llm').replace('_', '-')}"
        raise ConfigError(
            f"No model of the provider {name!r} is named.",
            f"Name one: {option} {name}:MODEL, the same in [roles], or model in [providers.{name}]."
            f" Which there are: codesteer providers models {name}",
        )
    return open_remote(choice, provider, env)


def _open_weights(choice: Choice, provider: Provider) -> LlamaCppModel:
    from codesteer_tui.providers.llama.gguf_header import read_header
    from codesteer_tui.providers.llama.model import LlamaCppModel

    path = weights_file(choice)
    read_header(path, provider=choice.name)
    return LlamaCppModel(
        name=choice.name,
        path=path,
        n_ctx=provider.context_tokens,
        gpu_layers=provider.gpu_layers,
        n_threads=provider.threads or None,
        n_batch=provider.batch_tokens,
        n_ubatch=provider.ubatch_tokens,
        flash=provider.flash_attention,
        kv_type=provider.kv_type,
        mmap=provider.mmap,
        idle_s=provider.idle_s,
        memory=conversations_folder() if provider.keep_prompts else None,
        role=choice.role or "",
        log_path=worker_log(),
    )


def weights_file(choice: Choice) -> Path:
    """The file that a choice of local weights names, whether it is there or not.

    Raises:
        WeightsError: it names none, or only the name of one that lies in the folder of weights.
    """
    from codesteer_tui.providers.llama.places import folder_of_weights, meant

    if not choice.model:
        raise WeightsError(
            f"No file of the provider {choice.name!r} is named.",
            f"Name a GGUF: codesteer weights use FILE --name {choice.name}",
            provider=choice.name,
        )
    path = Path(choice.model).expanduser()
    if not path.exists() and (near := meant(choice.model, folder_of_weights(choice.folder))):
        remedy = f'The folder of weights has {near.name}: say model = "{near}" in [providers.{choice.name}].'
        raise WeightsError(f"There is no file {choice.model}.", remedy, provider=choice.name)
    return path


def conversations_folder() -> Path:
    """Where evaluated conversations with local weights are kept, for providers with keep_prompts."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("codesteer", appauthor=False)) / "conversations"


def worker_log() -> Path:
    """Where llama.cpp's own output goes."""
    import platformdirs

    return Path(platformdirs.user_log_dir("codesteer", appauthor=False)) / "llama.log"


def open_remote(choice: Choice, provider: Provider, env: Mapping[str, str] = os.environ) -> RemoteModel:
    """A model behind a network. Without a model's name it can only be asked for what it lists. Blocks.

    Raises:
        ModelError: the key is missing.
        ConfigError: the provider's settings do not go together.
    """
    from codesteer_tui.providers.remote.anthropic import AnthropicModel
    from codesteer_tui.providers.remote.network import Network
    from codesteer_tui.providers.remote.openai import OpenAIModel
    from codesteer_tui.providers.remote.openai_responses import OpenAIResponsesModel

    require_address(choice.name, provider.preset, provider.base_url)
    preset = PRESETS.get(provider.preset)
    network = Network(provider.timeout_s, provider.connect_s, provider.proxy, provider.ca_bundle)
    network.check(choice.name)
    models = {"chat": OpenAIModel, "responses": OpenAIResponsesModel}
    remote: type[RemoteModel] = AnthropicModel if provider.kind == "anthropic" else models[provider.api]
    return remote(
        name=choice.name,
        model=choice.model,
        base_url=provider.base_url or (preset.base_url if preset else None) or None,
        headers=read_headers(choice.name, provider, env),
        api_key=read_key(choice.name, provider, env),
        retries=provider.retries,
        network=network,
        habits=_habits(choice.name, provider),
    )


def _habits(name: str, provider: Provider) -> Habits:
    from codesteer_tui.providers.remote.model import OWN_FIELDS, Habits, preset_of

    if taken := sorted(OWN_FIELDS & provider.body.keys()):
        raise ConfigError(
            f"[providers.{name}] body has {taken[0]!r}, which this program fills in itself.",
            "Leave it out of body.",
        )
    preset = preset_of(provider.preset, provider.base_url)
    if preset and preset.kind != provider.kind:
        preset = None
    return Habits(
        limit=preset.limit if preset else "",
        effort=preset.effort if preset else "reasoning_effort",
        priced=bool(preset and preset.priced),
        body=provider.body,
        thinking_tokens=provider.thinking_tokens,
    )
