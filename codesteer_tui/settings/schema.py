"""What settings there are, what each may hold, and what it means: read from `codesteer_tui.config`.

The docstrings under the fields are taken from the source by `ast`, so the schema is the manual.
"""

from __future__ import annotations

import ast
import difflib
import textwrap
import typing
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal

import msgspec
import tomli_w

from codesteer_tui import config as config_module
from codesteer_tui.config import Config, Provider, default_providers

PROJECT_FILE = "codesteer.toml"

NOT_IN_PROJECT_FILES = {
    ("providers", "kind"): "which servers get requests",
    ("providers", "base_url"): "which servers get requests",
    ("providers", "key"): "which key requests carry",
    ("sandbox", "engine"): "how programs are boxed",
    ("sandbox", "reduced_isolation"): "how programs are boxed",
    ("sandbox", "image"): "how programs are boxed",
    ("sandbox", "runtime"): "how programs are boxed",
}
"""What a project file may not decide, by section and key, and what that key decides."""

_PLAYER = 'PROVIDER or PROVIDER:MODEL, where PROVIDER is a table of [providers] such as "openai"'
ROLE_FORMS = {
    "steerer": f'"rules", "same-as-task", {_PLAYER}; not the demo',
    "task_llm": f'"auto", {_PLAYER} or "demo"',
    "checker": f'"same-as-task", "off", {_PLAYER} or "demo"',
}
"""What a role may be, in words; the types of [roles] only say that it is text."""

ONLY_FOR_KIND = {
    "context_tokens": ("llama_cpp",),
    "gpu_layers": ("llama_cpp",),
    "delay_s": ("demo",),
    "seed": ("demo",),
    "base_url": ("openai", "anthropic"),
    "key": ("openai", "anthropic"),
    "timeout_s": ("openai", "anthropic"),
    "temperature": ("openai", "anthropic", "llama_cpp"),
}
"""Which kinds of provider a key of [providers.NAME] matters for; for all where it is not named."""


class KeyDoc(msgspec.Struct, frozen=True):
    """One setting. `key` is "section.name", for providers "providers.NAME.name"."""

    key: str
    section: str
    name: str
    allowed: str
    default: Any
    doc: str


@cache
def schema() -> dict[str, dict[str, Any]]:
    """Section → key → type. `providers` stands for each table in [providers]."""
    return {name: typing.get_type_hints(cls, include_extras=True) for name, cls in _section_classes().items()}


def describe() -> list[KeyDoc]:
    """Every setting in the order of the schema."""
    docs, found = _docstrings(), []
    for section, cls in _section_classes().items():
        prefix = f"{section}.NAME" if section == "providers" else section
        for f in msgspec.structs.fields(cls):
            default = default_of(f)
            words = ROLE_FORMS.get(f.name, "") if section == "roles" else ""
            words = words or allowed(schema()[section][f.name])
            doc = docs[cls.__name__, f.name]
            found.append(KeyDoc(f"{prefix}.{f.name}", section, f.name, words, default, doc))
    return found


def example_toml() -> str:
    """A configuration file with every setting explained, each commented out at its default."""
    docs = _docstrings()
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
            "of your own, CODESTEER_DEBUG=1 shows the traceback of an error. Strongest first: an option on the "
            "command line, a variable, a project's file, your own file."
        ),
        "#",
        *_comment(f"A {PROJECT_FILE} in a project may set them as well, but for {barred}, and no GGUF file."),
    ]
    for section, cls in _section_classes().items():
        out += ["", *_comment(docs[cls.__name__, ""])]
        if section == "providers":
            out += _example_providers()
        else:
            out += [f"[{section}]", *_example_keys(section, _defaults(cls))]
    return "\n".join(out) + "\n"


def allowed(hint: Any) -> str:
    """What a setting of this type may hold, in words."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        return _or(f'"{a}"' for a in args)
    if origin in (typing.Union, UnionType):
        return _or('"none"' if a is NoneType else allowed(a) for a in args)
    if origin is typing.Annotated:
        return f"{allowed(args[0])} {' and '.join(_bounds(args[1:]))}"
    if origin is dict:
        return "a table"
    names = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
    return names[hint]


def matters(key: str, kind: str) -> bool:
    """Whether a key of a provider's table has a meaning for this kind of provider."""
    return kind in ONLY_FOR_KIND.get(key, (kind,))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A question that suggests the nearest known word, or nothing."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}?" if close else ""


def _section_classes() -> dict[str, type[msgspec.Struct]]:
    hints = typing.get_type_hints(Config)
    return {name: Provider if name == "providers" else hint for name, hint in hints.items()}


def _bounds(extras: Iterable[Any]) -> Iterator[str]:
    for meta in extras:
        for name, word in (("ge", "of at least"), ("gt", "above"), ("le", "of at most"), ("lt", "below")):
            if (value := getattr(meta, name, None)) is not None:
                yield f"{word} {value}"


def _or(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last


@cache
def _docstrings() -> dict[tuple[str, str], str]:
    """(class, field) → docstring; the field is empty for the class's own."""
    source = Path(str(config_module.__file__)).read_text(encoding="utf-8")
    docs: dict[tuple[str, str], str] = {}
    for cls in (node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)):
        docs[cls.name, ""] = " ".join((ast.get_docstring(cls) or "").split())
        for before, after in zip(cls.body, cls.body[1:], strict=False):
            match before, after:
                case (
                    ast.AnnAssign(target=ast.Name(id=name)),
                    ast.Expr(value=ast.Constant(value=str(text))),
                ):
                    docs[cls.name, name] = " ".join(text.split())
    return docs


def _defaults(cls: type[msgspec.Struct]) -> dict[str, Any]:
    return {f.name: default_of(f) for f in msgspec.structs.fields(cls)}


def default_of(field: msgspec.structs.FieldInfo) -> Any:
    """The default of a setting, made where it is a table; empty text where the setting must be given."""
    if field.default is not msgspec.NODEFAULT:
        return field.default
    return "" if field.default_factory is msgspec.NODEFAULT else field.default_factory()


def _comment(text: str) -> list[str]:
    return textwrap.wrap(text, 98, initial_indent="# ", subsequent_indent="# ")


def _setting(name: str, value: Any) -> str:
    return "#" + tomli_w.dumps({name: value}).strip()


def _example_keys(section: str, defaults: dict[str, Any]) -> list[str]:
    cls, docs = _section_classes()[section].__name__, _docstrings()
    lines = []
    for name, default in defaults.items():
        lines += [*_comment(docs[cls, name]), _setting(name, default)]
    return lines


def _example_providers() -> list[str]:
    """The first built-in provider with every key explained, the others short, then two kinds of local one."""
    lines: list[str] = []
    for number, (name, provider) in enumerate(default_providers().items()):
        values = msgspec.structs.asdict(provider)
        if number == 0:
            lines += [f"[providers.{name}]", *_example_keys("providers", values)]
        else:
            own = {k: v for k, v in values.items() if v != _defaults(Provider)[k]}
            lines += ["", f"[providers.{name}]", *(_setting(k, v) for k, v in own.items())]
    local = {"kind": "openai", "model": "qwen3:8b", "base_url": "http://127.0.0.1:11434/v1", "key": "none"}
    gguf = {"kind": "llama_cpp", "model": "~/models/codesteer.gguf"}
    for text, name, more in (
        ("A server that speaks the OpenAI protocol on this machine, for example Ollama.", "ollama", local),
        ("A GGUF file, played by llama.cpp without any server.", "local", gguf),
    ):
        lines += ["", *_comment(text), f"#[providers.{name}]", *(_setting(k, v) for k, v in more.items())]
    return lines
