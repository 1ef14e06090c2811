"""What settings there are, what each may hold, and what it means: read from `codesteer_tui.config`.

The docstrings under the fields are taken from the source by `ast`, so the schema is the manual.
"""

from __future__ import annotations

import ast
import difflib
import typing
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal

import msgspec

from codesteer_tui import config as config_module
from codesteer_tui.config import Config, Provider
from codesteer_tui.presets import PRESETS
from codesteer_tui.values import REMOTE_KINDS

PROJECT_FILE = "codesteer.toml"

NOT_IN_PROJECT_FILES = {
    ("providers", "kind"): "which servers get requests",
    ("providers", "preset"): "which servers get requests",
    ("providers", "base_url"): "which servers get requests",
    ("providers", "key"): "which key requests carry",
    ("providers", "headers"): "what requests carry",
    ("providers", "body"): "what requests carry",
    ("providers", "proxy"): "who can read requests",
    ("providers", "ca_bundle"): "who can read requests",
    ("sandbox", "engine"): "how programs are boxed",
    ("sandbox", "reduced_isolation"): "how programs are boxed",
    ("sandbox", "approve_code"): "which programs run unseen",
    ("sandbox", "image"): "how programs are boxed",
    ("sandbox", "runtime"): "how programs are boxed",
    ("weights", "dir"): "where big files are written",
    ("keys", "*"): "what your keys do",
    ("weights", "token"): "which token requests carry",
}
"""What a project file may not decide, by section and key, and what that key decides."""

OPEN_SECTIONS: dict[str, Any] = {"keys": str}
"""Tables whose names are not settings but anything, and what each of their values is."""

ANY_NAME = "*"
"""Stands for every name in an open table."""

KEPT_QUIET = ("key", "base_url", "headers", "body", "proxy")
"""Keys of providers whose refused values are not repeated: a secret may have been pasted there."""

_PLAYER = 'PROVIDER or PROVIDER:MODEL, where PROVIDER is a table of [providers] or a service such as "openai"'
_FORMS = {
    ("roles", "steerer"): f'"rules", "same-as-task", {_PLAYER}; not the demo',
    ("roles", "task_llm"): f'"auto", {_PLAYER} or "demo"',
    ("roles", "checker"): f'"same-as-task", "off", {_PLAYER} or "demo"',
    ("providers", "preset"): f"the name of a service: {', '.join(PRESETS)}; or empty",
    (
        "providers",
        "key",
    ): '"env:NAME", "keyring:NAME", "file:PATH", "cmd:COMMAND" or "none"; never the key itself',
    (
        "weights",
        "token",
    ): '"env:NAME", "keyring:NAME", "file:PATH", "cmd:COMMAND" or "none"; never the token itself',
    ("providers", "base_url"): 'an address such as "https://HOST/v1", or empty',
    ("providers", "proxy"): 'an address such as "http://HOST:PORT", "none", or empty',
    ("providers", "headers"): "a table of texts",
    ("providers", "body"): "a table",
    ("providers", "ca_bundle"): "the path of a file, or empty",
    ("keys", "*"): 'one key or several with commas between them, such as "f6", "ctrl+y" or "G"',
}
"""What a setting may be, in words, where its type says too little."""

ONLY_FOR_KIND = {
    "preset": REMOTE_KINDS,
    "base_url": REMOTE_KINDS,
    "key": REMOTE_KINDS,
    "api": ("openai",),
    "temperature": (*REMOTE_KINDS, "llama_cpp"),
    "top_p": (*REMOTE_KINDS, "llama_cpp"),
    "effort": REMOTE_KINDS,
    "thinking_tokens": ("anthropic",),
    "body": REMOTE_KINDS,
    "headers": REMOTE_KINDS,
    "timeout_s": REMOTE_KINDS,
    "connect_s": REMOTE_KINDS,
    "retries": REMOTE_KINDS,
    "proxy": REMOTE_KINDS,
    "ca_bundle": REMOTE_KINDS,
    "context_tokens": (*REMOTE_KINDS, "llama_cpp"),
    "gpu_layers": ("llama_cpp",),
    "threads": ("llama_cpp",),
    "batch_tokens": ("llama_cpp",),
    "ubatch_tokens": ("llama_cpp",),
    "flash_attention": ("llama_cpp",),
    "kv_type": ("llama_cpp",),
    "mmap": ("llama_cpp",),
    "idle_s": ("llama_cpp",),
    "keep_prompts": ("llama_cpp",),
    "decisions": ("llama_cpp",),
    "delay_s": ("demo",),
    "seed": ("demo",),
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
    return {name: typing.get_type_hints(cls, include_extras=True) for name, cls in section_classes().items()}


def is_section(name: str) -> bool:
    """Whether there is a table of this name at the top level."""
    return name in schema() or name in OPEN_SECTIONS


def allowed_for(section: str, key: str) -> str:
    """What a setting may hold, in words."""
    key = ANY_NAME if section in OPEN_SECTIONS else key
    return _FORMS.get((section, key)) or allowed(schema()[section][key])


def describe() -> list[KeyDoc]:
    """Every setting in the order of the schema."""
    docs, found = docstrings(), []
    for section, cls in section_classes().items():
        prefix = f"{section}.NAME" if section == "providers" else section
        for f in msgspec.structs.fields(cls):
            default = default_of(f)
            words = allowed_for(section, f.name)
            doc = docs[cls.__name__, f.name]
            found.append(KeyDoc(f"{prefix}.{f.name}", section, f.name, words, default, doc))
    for section in OPEN_SECTIONS:
        words, doc = allowed_for(section, ANY_NAME), docs[Config.__name__, section]
        found.append(KeyDoc(f"{section}.NAME", section, ANY_NAME, words, "", doc))
    return found


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


def section_classes() -> dict[str, type[msgspec.Struct]]:
    hints = {name: hint for name, hint in typing.get_type_hints(Config).items() if name not in OPEN_SECTIONS}
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
def docstrings() -> dict[tuple[str, str], str]:
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


def default_of(field: msgspec.structs.FieldInfo) -> Any:
    """The default of a setting, made where it is a table; empty text where the setting must be given."""
    if field.default is not msgspec.NODEFAULT:
        return field.default
    return "" if field.default_factory is msgspec.NODEFAULT else field.default_factory()
