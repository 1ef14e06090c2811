"""Prompt packs: the wording that the roles are given, as data.

A pack is a TOML file of templates with ``$name`` fields. The default one is in ``packs/default.toml``; a
person's own pack may leave out whatever it does not change.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from msgspec import Struct

from codesteer_tui.errors import ConfigError
from codesteer_tui.values import ExecutionResult

FIELDS: Mapping[str, frozenset[str]] = {
    "steerer.first": frozenset({"question"}),
    "steerer.next": frozenset({"findings"}),
    "guidance.code": frozenset(),
    "guidance.text": frozenset(),
    "task_llm.first": frozenset({"guidance", "question"}),
    "task_llm.next": frozenset({"execution", "guidance"}),
    "task_llm.continue": frozenset(),
    "task_llm.execution": frozenset({"ending", "output"}),
    "findings.answer": frozenset({"answer"}),
    "findings.execution": frozenset({"ending", "output"}),
    "findings.not_run": frozenset({"reason"}),
    "findings.no_code": frozenset({"note"}),
    "findings.check_pass": frozenset({"reason"}),
    "findings.check_fail": frozenset({"reason"}),
    "findings.check_unknown": frozenset({"reason"}),
    "findings.symbolic": frozenset({"summary"}),
    "checker.system": frozenset(),
    "checker.user": frozenset({"question", "answer", "output"}),
    "checker.retry": frozenset({"ending", "output"}),
}
"""Every template of a pack, with the fields that it may use."""

SHOWN_CHARS = 6000
"""How much of a program's output a model is shown: about 2,000 tokens, as in the published method."""


class PromptPack(Struct, frozen=True):
    """Templates by dotted name. Made by `load_pack`, which has checked them."""

    name: str
    templates: dict[str, str]

    def fill(self, template: str, **fields: str) -> str:
        """The template `template` with its fields filled in, without blank lines around it."""
        return Template(self.templates[template]).substitute(fields).strip("\n")

    def fill_raw(self, template: str, **fields: str) -> str:
        """As `fill`, with the blank lines around it kept."""
        return Template(self.templates[template]).substitute(fields)


def load_pack(name: str = "default") -> PromptPack:
    """Load the built-in pack, or one from a TOML file laid over it.

    Raises:
        ConfigError: the file cannot be read, is not TOML, or has an unknown key or field.
    """
    built_in = files("codesteer_tui.steering").joinpath("packs/default.toml").read_text(encoding="utf-8")
    templates = _flatten(tomllib.loads(built_in), "the default prompt pack")
    if name == "default":
        return PromptPack("default", templates)
    path = Path(name).expanduser()
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"The prompt pack {path} cannot be read: {error}.",
            'Set [steering] prompt_pack to "default" or to the path of a TOML file.',
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"The prompt pack {path} is not TOML: {error}.", "Mend the file.") from error
    return PromptPack(str(data.get("name", path.stem)), templates | _flatten(data, f"the prompt pack {path}"))


def _flatten(data: dict[str, Any], where: str) -> dict[str, str]:
    templates: dict[str, str] = {}
    for section, entries in data.items():
        if not isinstance(entries, dict):
            if section in ("name", "about"):
                continue
            entries = {"": entries}
        for key, value in entries.items():
            dotted = f"{section}.{key}".rstrip(".")
            if dotted not in FIELDS or not isinstance(value, str):
                raise ConfigError(
                    f"{where} has {dotted!r}, which is not a template.",
                    f"Known are: {', '.join(sorted(FIELDS))}.",
                )
            templates[dotted] = _checked(value, dotted, where)
    return templates


def _checked(text: str, dotted: str, where: str) -> str:
    template = Template(text)
    if not template.is_valid():
        raise ConfigError(f"{where}: {dotted} has a '$' that starts no field.", "Write $$ for a dollar sign.")
    if unknown := sorted(set(template.get_identifiers()) - FIELDS[dotted]):
        known = ", ".join(f"${f}" for f in sorted(FIELDS[dotted])) or "none"
        raise ConfigError(
            f"{where}: {dotted} has the unknown field ${unknown[0]}.", f"Fields there: {known}."
        )
    return text


def shorten(text: str, limit: int = SHOWN_CHARS) -> str:
    """At most about `limit` characters: the head and the tail, with a line saying what is left out."""
    if len(text) <= limit:
        return text
    half = limit // 2
    left_out = len(text) - 2 * half
    return f"{text[:half]}\n[… {left_out:,} characters left out …]\n{text[-half:]}"


def shown_output(result: ExecutionResult) -> str:
    """What a program printed, for a model: standard output, then standard error, shortened."""
    out = result.stdout + (f"\n[…]\n{result.tail_stdout}" if result.tail_stdout else "")
    err = result.stderr + (f"\n[…]\n{result.tail_stderr}" if result.tail_stderr else "")
    parts = [shorten(out.strip("\n"))] if out.strip() else []
    if err.strip():
        parts.append("[standard error]\n" + shorten(err.strip("\n"), SHOWN_CHARS // 2))
    return "\n".join(parts) or "(nothing)"
