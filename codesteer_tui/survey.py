"""What is there and what is missing, for ``codesteer doctor`` and the first screen.

Nothing is sent beyond this machine, nothing is started, and no key is shown: a key is only said to be found.
Each probe has its own time limit: `LIMIT_S` seconds, more only for the sandbox, which tests itself the first time, and
where the heads of weights are read.
"""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import sys
from collections.abc import Awaitable, Sequence
from functools import partial
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from codesteer_tui import __version__
from codesteer_tui.config import Config, Provider, SandboxSettings
from codesteer_tui.errors import CodesteerError, ConfigError, WeightsError
from codesteer_tui.presets import PRESETS
from codesteer_tui.providers.costs.prices import FILE_NAME, doubts
from codesteer_tui.providers.keys.sources import look
from codesteer_tui.providers.llama.devices import can_offload, gpu_here, unused_gpu, usual_threads
from codesteer_tui.providers.llama.places import meant
from codesteer_tui.providers.opening import Choice, choose_role, keys_without_model
from codesteer_tui.providers.probing.neighbours import PORTS, listens, look_at
from codesteer_tui.providers.remote.network import Network
from codesteer_tui.providers.waiting import in_thread
from codesteer_tui.sessions.store import sessions_folder
from codesteer_tui.sessions.wording import mismatch_of
from codesteer_tui.settings import Settings
from codesteer_tui.settings.showing import warnings
from codesteer_tui.steering.packs_there import packs_folder
from codesteer_tui.steering.prompts import load_pack
from codesteer_tui.values import Role
from codesteer_tui.weights.facts import facts_of
from codesteer_tui.weights.store import list_weights, size_of, weights_folder
from codesteer_tui.weights.using import require_usable

LIMIT_S = 2.0
LIMITS_S = {"sandbox": 8.0, "weights": 8.0, "steerer": 8.0, "task_llm": 8.0, "checker": 8.0}
LOCAL_SERVERS = PORTS
MOST_NAMED = 3
"""Models of a local server that are named."""

PACKAGES = ("textual", "openai", "anthropic", "llama-cpp-python", "docker", "msgspec", "click")
SMALLEST_TERMINAL = (60, 16)
ENOUGH_BYTES = 20 << 20
NAMES: dict[Role, str] = {"task_llm": "TaskLLM", "steerer": "Steerer", "checker": "Checker"}


class Item(Struct, frozen=True):
    """One thing that was looked for. `remedy` is the one command or step that helps, or empty.

    A thing that is `ok` may still have a remedy, where there is something better.
    """

    id: str
    title: str
    ok: bool
    detail: str
    remedy: str = ""


async def survey(settings: Settings) -> list[Item]:
    """Look for everything at once. Never raises for what is missing; that is what the items say."""
    config = settings.config
    probes: list[tuple[str, str, Awaitable[Item]]] = [
        *((role, name, _role(settings, role)) for role, name in NAMES.items()),
        ("sandbox", "Sandbox", _sandbox(config)),
        ("weights", "Local weights", asyncio.to_thread(_weights, settings)),
        *_if_local(config),
        ("prompts", "Prompt pack", asyncio.to_thread(_prompts, settings)),
        ("servers", "Local servers", _servers()),
        ("sessions", "Session folder", asyncio.to_thread(_sessions, config)),
    ]
    prices = await asyncio.to_thread(_prices, settings)
    items = await asyncio.gather(*(_bounded(id, title, probe) for id, title, probe in probes))
    return [*items, *prices, *_lonely_keys(config), _terminal(), _versions()]


def configuration(settings: Settings, mistakes: Sequence[ConfigError]) -> list[Item]:
    """The files that are in use, or an item for each thing in them that is wrong; then what may not be meant."""
    title = "Configuration"
    wrong = [Item("config", title, False, error.message, error.remedy) for error in mistakes]
    used = Item("config", title, True, ", ".join(map(str, settings.files)) or "built-in settings, no file")
    doubtful = [
        Item("config", title, True, said, f"look at it: codesteer config explain {key}")
        for key, said in warnings(settings)
    ]
    return [*(wrong or [used]), *doubtful]


async def _bounded(id: str, title: str, probe: Awaitable[Item]) -> Item:
    limit = LIMITS_S.get(id, LIMIT_S)
    try:
        return await asyncio.wait_for(probe, limit)
    except TimeoutError:
        return Item(id, title, False, f"no reply within {limit:g} s", "try again: codesteer doctor")
    except CodesteerError as error:
        return Item(id, title, False, error.message, error.remedy)


async def _role(settings: Settings, role: Role) -> Item:
    """Who plays a role, and whether anything is missing for that.

    Raises:
        ConfigError: the role, or a setting of its provider, cannot be used.
    """
    title, choice = NAMES[role], choose_role(settings.config, role)
    provider = choice.provider
    if provider is None:
        return Item(role, title, True, choice.why)
    model = Path(choice.model).name if provider.kind == "llama_cpp" else choice.model
    name = f"{choice.name}:{model}" if model not in ("", choice.name) else choice.name
    detail = f"{name}: {choice.why}"
    if provider.kind == "demo":
        better = (
            "for a real model set OPENAI_API_KEY or ANTHROPIC_API_KEY; others: codesteer providers list --all"
        )
        note = "no language model; plays a few problem families"
        return Item(role, title, True, f"{detail} ({note})", better if role == "task_llm" else "")
    settings.require_whole(choice.name)
    if provider.kind == "llama_cpp":
        return await asyncio.to_thread(_gguf, settings, role, title, choice, detail)
    network = Network(proxy=provider.proxy, ca_bundle=provider.ca_bundle)
    await asyncio.to_thread(network.check, choice.name)
    key = await in_thread(partial(look, choice.name, provider))
    if key.needed and key.found is False:
        return Item(role, title, False, key.detail, key.remedy)
    if not choice.model:
        said = f"{detail}, but no model of it is named"
        return Item(
            role, title, False, said, f"see which there are: codesteer providers models {choice.name}"
        )
    address = urlsplit(provider.base_url)
    if address.hostname in ("127.0.0.1", "localhost", "::1"):
        port = address.port or (443 if address.scheme == "https" else 80)
        if not await listens(address.hostname, port):
            said = f"{detail}, but nothing listens on {address.netloc}"
            return Item(
                role, title, False, said, f"start that server, or correct providers.{choice.name}.base_url"
            )
    return Item(role, title, True, detail, f"see whether it answers: codesteer providers test {name}")


def _gguf(settings: Settings, role: Role, title: str, choice: Choice, detail: str) -> Item:
    """Whether the weights that play a role can be used, as far as their head tells."""
    name, own = choice.name, settings.asked.user_file
    if not choice.model:
        said = f"{detail}, but no file is named"
        return Item(role, title, False, said, f"name one: codesteer weights use FILE --name {name}")
    path = Path(choice.model).expanduser()
    if not path.exists():
        said = f"{detail}: there is no file {choice.model!r}"
        remedy = f"set the path: providers.{name}.model in {own}"
        if near := meant(choice.model, weights_folder(settings.config)):
            remedy = f"codesteer weights use {near.name} --name {name} --replace"
        return Item(role, title, False, said, remedy)
    if wrong := _unusable(path):
        return Item(role, title, False, f"{detail}: {wrong.message}", wrong.remedy)
    trained = facts_of(path).context
    asked = choice.provider.context_tokens if choice.provider else 0
    more = f"; context_tokens asks for {asked:,}, and they were trained for {trained:,}"
    said = f"{detail} ({_size(size_of(path))}){more if 0 < trained < asked else ''}"
    return Item(role, title, True, said)


def _unusable(path: Path) -> WeightsError | None:
    """Why llama.cpp could not hold a conversation with a file, if that can be told without it."""
    from gguf.constants import MODEL_ARCH_NAMES

    try:
        require_usable(path)
    except WeightsError as error:
        return error
    kind = facts_of(path).architecture
    if kind in MODEL_ARCH_NAMES.values():
        return None
    return WeightsError(
        f"{path.name} has the architecture {kind!r}, which llama.cpp is not known to run.",
        "Use other weights; codesteer weights list shows what there is.",
    )


async def _sandbox(config: Config) -> Item:
    from codesteer_tui.sandbox.choose import choose_sandbox

    wanted = config.sandbox
    box = await choose_sandbox(msgspec.structs.replace(wanted, warm=0))
    try:
        info = box.info
    finally:
        await box.aclose()
    whom = _for_whom(wanted, info.isolation)
    detail = ". ".join(filter(None, (whom, info.detail)))
    works = info.isolation in ("container", "reduced")
    return Item("sandbox", "Sandbox", works, ": ".join(filter(None, (info.label, detail))), info.remedy)


def _for_whom(wanted: SandboxSettings, isolation: str) -> str:
    """Whose programs reduced isolation runs; a container runs everybody's."""
    if isolation != "reduced":
        return ""
    if wanted.reduced_isolation == "never":
        return "for the demo only, since sandbox.reduced_isolation is never"
    if wanted.engine == "namespaces" or wanted.reduced_isolation == "always":
        return "for the demo and, as you agreed, for a real model's programs"
    return "for the demo; a real model's programs only after you agree (--sandbox namespaces)"


def _weights(settings: Settings) -> Item:
    """GGUF files that the configuration names, then those in the folder of weights and in the usual places."""
    title, config = "Local weights", settings.config
    local = {n: p.model for n, p in config.providers.items() if p.kind == "llama_cpp"}
    named = {name: Path(model).expanduser() for name, model in local.items() if model}
    remedy = "give it another: codesteer weights use FILE --name {} --replace"
    for name in local.keys() - named.keys():
        said = f"[providers.{name}] names no file"
        return Item("weights", title, False, said, remedy.format(name).replace(" another", " one"))
    for name, path in named.items():
        if not path.exists():
            said = f"not there: {name} ({path})"
            return Item("weights", title, False, said, f"correct the path in {settings.asked.user_file}")
        if wrong := _unusable(path):
            return Item("weights", title, False, f"{name}: {wrong.message}", remedy.format(name))
    kept = [item for item in list_weights(config) if not item.missing]
    pulled = [item.path for item in kept if item.form == "gguf"]
    there = [*named.values(), *pulled, *(f for d in _usual_folders() for f in sorted(d.glob("*.gguf")))]
    once: dict[Path, Path] = {}
    for path in there:
        once.setdefault(path.resolve(), path)
    found = list(once.values())
    if not found:
        said = "no GGUF file is configured or found"
        if checkpoint := next((item.path.name for item in kept if item.form == "checkpoint"), ""):
            return Item(
                "weights", title, False, f"{said}; there is the checkpoint {checkpoint}",
                f"make a GGUF of it: codesteer weights convert {checkpoint}",
            )  # fmt: skip
        return Item("weights", title, False, said, "see what can be pulled: codesteer weights list")
    shown = ", ".join(f"{path.name} ({_size(size_of(path))})" for path in found[:3])
    more = f" and {len(found) - 3} more" if len(found) > 3 else ""
    file = found[0].name if found[0] in pulled else str(found[0])
    remedy = "" if named else f"have it steer: codesteer weights use {file}"
    return Item("weights", title, True, shown + more, remedy)


def _prompts(settings: Settings) -> Item:
    """Whether the prompt pack in use can be read, and goes with the steerer."""
    name = settings.config.steering.prompt_pack
    try:
        pack = load_pack(name, packs_folder(settings.asked.user_file))
    except CodesteerError as error:
        return Item("prompts", "Prompt pack", False, error.message, error.remedy)
    said, remedy = mismatch_of(settings)
    if said:  # a run is possible all the same, so that this is another thing than a pack that cannot be used
        return Item("wording", "Prompt pack", False, f"{pack.name}; but {said}", remedy)
    return Item("prompts", "Prompt pack", True, pack.name)


def _if_local(config: Config) -> list[tuple[str, str, Awaitable[Item]]]:
    """Where local weights compute: looked for only where some are configured."""
    local = [provider for provider in config.providers.values() if provider.kind == "llama_cpp"]
    return [("device", "Local device", _device(local[0]))] if local else []


async def _device(provider: Provider) -> Item:
    title, threads = "Local device", provider.threads or usual_threads()
    on_cpu = f"local weights run on the CPU with {threads} thread{'s' if threads > 1 else ''}"
    found = gpu_here()
    if found is None:
        return Item("device", title, True, f"{on_cpu}; no GPU was found")
    if provider.gpu_layers == 0:
        return Item("device", title, True, f"{on_cpu}: gpu_layers is 0, although there is {found[0]}")
    if await can_offload():
        return Item("device", title, True, f"local weights run on {found[0]}")
    warning, command = unused_gpu() or ("", "")
    return Item("device", title, False, f"{on_cpu}. {warning}", command)


def _usual_folders() -> tuple[Path, ...]:
    """Where a person may keep weights, beside the folder that they are pulled into."""
    return (Path("models"), Path.home() / "models")


async def _servers() -> Item:
    """Servers of models on this machine, by their ports and by what they list."""
    ports = LOCAL_SERVERS.items()
    there = await asyncio.gather(*(look_at(port) for _, port in ports))
    found = {name: one for (name, _), one in zip(ports, there, strict=True) if one}
    title = "Local servers"
    sure = {name: one.models for name, one in found.items() if one.models is not None}
    if not sure:
        looked = ", ".join(f":{port} ({PRESETS[name].title})" for name, port in ports)
        busy = ", ".join(f":{one.port}" for one in found.values())
        detail = f"no models on {looked}" + (f"; what listens on {busy} lists none" if busy else "")
        return Item("servers", title, False, detail, "start one, for example: ollama serve")
    words = [
        f"{PRESETS[name].title} (:{found[name].port}): {_named(models)}" for name, models in sure.items()
    ]
    name, models = next((known for known in sure.items() if known[1]), next(iter(sure.items())))
    remedy = f"use one: --task-llm {name}:{models[0] if models else 'MODEL'}"
    if len(models) > 1:
        remedy += f"; all of them: codesteer providers models {name}"
    return Item("servers", title, True, "; ".join(words), remedy)


def _named(models: Sequence[str]) -> str:
    more = f" and {len(models) - MOST_NAMED} more" if len(models) > MOST_NAMED else ""
    return ", ".join(models[:MOST_NAMED]) + more if models else "no model yet"


def _prices(settings: Settings) -> list[Item]:
    """Whether the person's own prices can be read, and what in them may not be meant; nothing where there are none."""
    path = settings.beside(FILE_NAME)
    try:
        said = doubts(settings.config.providers, path)
    except CodesteerError as error:
        return [Item("prices", "Prices", False, error.message, error.remedy)]
    if not path.exists():
        return []
    doubtful = [Item("prices", "Prices", True, doubt, f"correct {path}") for doubt in said]
    return doubtful or [Item("prices", "Prices", True, f"your own come first: {path}")]


def _lonely_keys(config: Config) -> list[Item]:
    """An item for each key that was found and cannot be used, because no model of its provider is named."""
    named = {
        name for name, _, model in (p.partition(":") for p in msgspec.structs.astuple(config.roles)) if model
    }
    return [
        Item(
            "keys",
            "Keys",
            True,
            f"{why}, and no model of {name} is named",
            f"name one: --task-llm {name}:MODEL; codesteer providers models {name} lists them",
        )
        for name, why in keys_without_model(config)
        if name not in named
    ]


def _sessions(config: Config) -> Item:
    folder = sessions_folder(config)
    there = next((f for f in (folder, *folder.absolute().parents) if f.exists()), Path("/"))
    title = "Session folder"
    remedy = "name another: export CODESTEER_SESSIONS__DIR=FOLDER"
    if not there.is_dir():
        return Item("sessions", title, False, f"{there} is not a folder", remedy)
    if not os.access(there, os.W_OK | os.X_OK):
        return Item("sessions", title, False, f"{there} cannot be written", remedy)
    free = shutil.disk_usage(there).free
    if free < ENOUGH_BYTES:
        return Item("sessions", title, False, f"only {_size(free)} are free for {folder}", remedy)
    return Item("sessions", title, True, f"{folder} ({_size(free)} free)")


def _terminal() -> Item:
    title = "Terminal"
    if not (sys.__stdout__ and sys.__stdout__.isatty()):
        return Item("terminal", title, True, "output is not a terminal here; only the app needs one")
    columns, rows = shutil.get_terminal_size()
    colours = os.environ.get("COLORTERM") or os.environ.get("TERM", "unknown")
    detail = f"{columns} x {rows}, {colours}"
    if columns < SMALLEST_TERMINAL[0] or rows < SMALLEST_TERMINAL[1]:
        least = "{} x {}".format(*SMALLEST_TERMINAL)
        return Item(
            "terminal", title, False, detail, f"make the window {least} or larger; 140 columns show all panes"
        )
    return Item("terminal", title, True, detail)


def _versions() -> Item:
    found, missing = [], []
    for package in PACKAGES:
        try:
            found.append(f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            missing.append(package)
    detail = f"codesteer {__version__}, Python {platform.python_version()}, {', '.join(found)}"
    if missing:
        remedy = f"{sys.executable} -m pip install {' '.join(missing)}"
        return Item("versions", "Versions", False, f"{detail}; not installed: {', '.join(missing)}", remedy)
    return Item("versions", "Versions", True, detail)


def _size(count: int) -> str:
    return f"{count / (1 << 30):.1f} GiB" if count >= 1 << 30 else f"{count / (1 << 20):.1f} MiB"
