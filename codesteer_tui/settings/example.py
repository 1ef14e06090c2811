"""The configuration file that explains every setting: ``config.example.toml``, and what ``config init`` writes."""

from __future__ import annotations

import textwrap
from typing import Any

import msgspec

from codesteer_tui.config import Config, default_providers
from codesteer_tui.presets import PRESETS
from codesteer_tui.settings.schema import (
    NOT_IN_PROJECT_FILES,
    OPEN_SECTIONS,
    PROJECT_FILE,
    default_of,
    docstrings,
    section_classes,
)
from codesteer_tui.settings.toml_text import written

SHOWN_PROVIDER = "openai"
"""The provider whose keys are all explained."""


_OPEN_EXAMPLES = {"keys": ['#zoom = "f5"']}


def example_toml() -> str:
    """A configuration file with every setting explained, each commented out at its default."""
    docs = docstrings()
    barred = ", ".join(
        f"{section}{'.*' * (section == 'providers')}.{key}" for section, key in NOT_IN_PROJECT_FILES
    )
    out = [
        "# Settings of codesteer. Every line that starts with #name is a setting at its default:",
        "# take the # away to change it.",
        "#",
        *_comment(
            "Any setting can come from a variable as well: CODESTEER_SECTION__KEY with two underscores, for a "
            "provider CODESTEER_PROVIDERS__NAME__KEY. Examples: CODESTEER_STEERING__MAX_ROUNDS=3, "
            "CODESTEER_PROVIDERS__OPENAI__MODEL=gpt-4o. CODESTEER_CONFIG=FILE names another file to read instead "
            "of your own, CODESTEER_PROFILE=NAME chooses a profile, CODESTEER_DEBUG=1 shows the traceback of an "
            "error. Strongest first: an option on the command line, a variable, the profile, a project's file, "
            "your own file."
        ),
        "#",
        *_comment(
            f"A {PROJECT_FILE} in a project may set them as well, but for {barred}, and no GGUF file; "
            "limits on spending it may only tighten."
        ),
    ]
    for section, cls in section_classes().items():
        out += ["", *_comment(docs[cls.__name__, ""])]
        if section == "providers":
            out += _providers()
        else:
            values = {f.name: default_of(f) for f in msgspec.structs.fields(cls)}
            out += [f"[{section}]", *_explained(section, values)]
    for section in OPEN_SECTIONS:
        out += ["", *_comment(docs[Config.__name__, section]), f"[{section}]", *_OPEN_EXAMPLES[section]]
    return "\n".join([*out, *_profile()]) + "\n"


def _providers() -> list[str]:
    """One provider with every key explained, the other services in a list, then two kinds of local one."""
    shown = msgspec.structs.asdict(default_providers()[SHOWN_PROVIDER])
    width = max(map(len, PRESETS)) + 2
    return [
        f"[providers.{SHOWN_PROVIDER}]",
        *_explained("providers", shown),
        "",
        *_comment(
            "Other services that are known by name. They need no table: set the variable of the key, or store the "
            'key with "codesteer keys set NAME", and name service and model in [roles], as in '
            'task_llm = "groq:MODEL". For a second account: [providers.NAME] with preset = "groq" and a key.'
        ),
        *(
            f"#   {name:<{width}}{preset.base_url or 'base_url is your own'}  {preset.key}"
            for name, preset in PRESETS.items()
            if name != SHOWN_PROVIDER
        ),
        "",
        *_comment("Ollama on this machine, with a model that is taken where none is named."),
        "#[providers.ollama]",
        '#model = "qwen3:8b"',
        "",
        *_comment("A GGUF file, played by llama.cpp without any server."),
        "#[providers.local]",
        '#kind = "llama_cpp"',
        '#model = "~/models/codesteer.gguf"',
    ]


def _profile() -> list[str]:
    return [
        "",
        *_comment(
            "A profile: settings that hold while --profile laptop or CODESTEER_PROFILE=laptop chooses them. Any "
            'table may stand under its name. "paper" is built in: steering.profile = "paper".'
        ),
        "#[profiles.laptop.roles]",
        '#task_llm = "ollama:qwen3:8b"',
    ]


def _comment(text: str) -> list[str]:
    return textwrap.wrap(text, 98, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)


def _explained(section: str, values: dict[str, Any]) -> list[str]:
    cls, docs = section_classes()[section].__name__, docstrings()
    lines = []
    for name, value in values.items():
        lines += [*_comment(docs[cls, name]), f"#{name} = {written(value)}"]
    return lines
