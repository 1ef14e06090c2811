"""Prompt packs: the wording that the roles are given, as data.

A pack is a TOML file of templates with ``$name`` fields. The default one is in ``packs/default.toml``; a
person's own pack may leave out whatever it does not change. Where packs lie and how they are called is in
`codesteer_tui.steering.packs_there`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from msgspec import Struct, field

from codesteer_tui.errors import ConfigError
from codesteer_tui.settings.schema import did_you_mean
from codesteer_tui.steering.packs_there import find_pack
from codesteer_tui.values import ExecutionResult

DEFAULT = "default"

FIELDS: Mapping[str, frozenset[str]] = {
    "steerer.first": frozenset({"question"}),
    "steerer.next": frozenset({"findings", "question"}),
    "steerer.vetoed": frozenset({"reason"}),
    "guidance.code": frozenset(),
    "guidance.text": frozenset(),
    "task_llm.first": frozenset({"guidance", "question"}),
    "task_llm.next": frozenset({"execution", "guidance"}),
    "task_llm.continue": frozenset(),
    "task_llm.execution": frozenset({"ending", "output"}),
    "task_llm.hint": frozenset({"hint"}),
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

OPTIONAL: Mapping[str, frozenset[str]] = {
    "steerer.with_code": frozenset({"answer", "check", "question", "symbolic"}),
    "steerer.without_code": frozenset({"answer", "check", "question"}),
    "findings.ran": frozenset({"errors", "output"}),
    "findings.too_long": frozenset(),
}
"""Templates that a pack may have besides, for steerers that were trained on one exact form of a later turn.

`with_code` and `without_code` stand in for `steerer.next`; `ran` and `too_long` are what is put behind the answer
there when its program ran."""

NEEDED: Mapping[str, frozenset[str]] = {
    "steerer.first": frozenset({"question"}),
    "steerer.next": frozenset({"findings"}),
    "steerer.with_code": frozenset({"answer"}),
    "steerer.without_code": frozenset({"answer"}),
    "task_llm.first": frozenset({"guidance", "question"}),
    "task_llm.next": frozenset({"guidance"}),
    "task_llm.hint": frozenset({"hint"}),
    "findings.answer": frozenset({"answer"}),
    "findings.execution": frozenset({"output"}),
    "checker.user": frozenset({"answer", "question"}),
}
"""The fields without which a template would keep from a role what it has to know."""

_TOGETHER = ("steerer.with_code", "steerer.without_code")
_ABOUT = ("name", "about", "wording")
_ALL = {**FIELDS, **OPTIONAL}

SHOWN_CHARS = 6000
"""How much of a program's output a model is shown: about 2,000 tokens, as in the published method."""

MOST_BYTES = 8 << 20
"""Largest pack that is read, in bytes."""


class PromptPack(Struct, frozen=True):
    """Templates by dotted name. Made by `load_pack`, which has checked them.

    `texts` are put in as they are wherever a template names them. `wording` is what the catalogue of weights calls
    this wording, `fine_tuned` whether it is for weights whose whole reply is the guidance. Templates in `exact` are
    sent with the blank lines around them. `path` is None for a built-in pack, `source` what an import wrote down.
    """

    name: str
    templates: dict[str, str]
    about: str = ""
    wording: str = ""
    fine_tuned: bool = False
    texts: dict[str, str] = {}
    exact: frozenset[str] = frozenset()
    path: Path | None = None
    source: dict[str, Any] = field(default_factory=dict)

    def has(self, template: str) -> bool:
        """Whether there is a template of this name; those of `FIELDS` there always are."""
        return template in self.templates

    def fill(self, template: str, **fields: str) -> str:
        """The template `template` with its fields filled in, without blank lines around it unless it is exact."""
        text = self.fill_raw(template, **fields)
        return text if template in self.exact else text.strip("\n")

    def fill_raw(self, template: str, **fields: str) -> str:
        """As `fill`, with the blank lines around it kept."""
        return Template(self.templates[template]).substitute({**self.texts, **fields})


@cache
def built_in_text(name: str) -> str | None:
    """The TOML of a built-in pack; None where there is none of that name."""
    if not name.replace("_", "").isalnum():
        return None
    file = files("codesteer_tui.steering").joinpath("packs", f"{name}.toml")
    return file.read_text(encoding="utf-8") if file.is_file() else None


def load_pack(name: str = DEFAULT, folder: Path | None = None) -> PromptPack:
    """Load a pack: a built-in one, one of the person's `folder`, or a TOML file by its path.

    What a pack does not say is as in the default one.

    Raises:
        ConfigError: there is no such pack; or it cannot be read, is not TOML, has an unknown key or field, or does
            not tell a role what it has to know. Names the file and the key.
    """
    found = find_pack(name, folder)
    if found is None:
        return parse_pack(built_in_text(name) or "", None, name)
    return parse_pack(read_pack_text(found), found, found.stem)


def read_pack_text(path: Path) -> str:
    """The TOML of a pack.

    Raises:
        ConfigError: the file cannot be read, is none, is too big, or is not UTF-8.
    """
    try:
        if not path.is_file():
            raise OSError("there is no such file" if not path.exists() else "it is not a file")
        if path.stat().st_size > MOST_BYTES:
            raise OSError(f"it is larger than {MOST_BYTES >> 20} MiB")
        return path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise ConfigError(
            f"The prompt pack {path} cannot be read: {why}.",
            "Set [steering] prompt_pack to a name that codesteer prompts list shows, or to the path of a TOML file.",
        ) from error


def parse_pack(text: str, path: Path | None, name: str) -> PromptPack:
    """Read the TOML of a pack, and lay it over the default one.

    Raises:
        ConfigError: see `load_pack`.
    """
    where = f"the prompt pack {path}" if path else f"the built-in prompt pack {name}"
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(
            f"The prompt pack {path or name} is not TOML: {error}.", "Mend the file."
        ) from error
    base = {} if path is None and name == DEFAULT else _default().templates
    about = {key: _typed(data.pop(key, ""), str, key, where) for key in _ABOUT}
    exact = _typed(data.pop("exact", False), bool, "exact", where)
    source = _typed(data.pop("source", {}), dict, "source", where)
    texts = _texts(data.pop("texts", {}), where)
    steerer = data.get("steerer")
    fine_tuned = steerer.pop("fine_tuned", False) if isinstance(steerer, dict) else False
    own = _templates(data, texts, where)
    if missing := [key for key in _TOGETHER if (key in own) != (_TOGETHER[0] in own)]:
        raise ConfigError(
            f"{where} has only one of {' and '.join(_TOGETHER)}.",
            f"Write {missing[0]} too, or leave out both.",
        )
    return PromptPack(
        about["name"] or name,
        base | own,
        about["about"],
        about["wording"] or about["name"] or name,
        _typed(fine_tuned, bool, "steerer.fine_tuned", where),
        texts,
        frozenset(own) if exact else frozenset(),
        path,
        source,
    )


@cache
def _default() -> PromptPack:
    return parse_pack(built_in_text(DEFAULT) or "", None, DEFAULT)


def _typed(value: Any, kind: type, key: str, where: str) -> Any:
    if isinstance(value, kind):
        return value
    words = {str: "a text", bool: "true or false", dict: "a table"}
    raise ConfigError(f"{where}: {key} = {value!r} is not allowed.", f"It must be {words[kind]}.")


def _texts(table: Any, where: str) -> dict[str, str]:
    """The texts that templates may name."""
    fields = frozenset[str]().union(*_ALL.values())
    texts: dict[str, str] = _typed(table, dict, "texts", where)
    for name, text in texts.items():
        _typed(text, str, f"texts.{name}", where)
        if name in fields:
            raise ConfigError(
                f"{where}: the text texts.{name} is called like the field ${name}.", "Give it another name."
            )
        if Template(f"${{{name}}}").get_identifiers() != [name]:
            raise ConfigError(
                f"{where}: texts.{name} cannot be named in a template.",
                "Use letters, digits and underscores.",
            )
    return texts


def _templates(data: dict[str, Any], texts: Iterable[str], where: str) -> dict[str, str]:
    templates: dict[str, str] = {}
    for section, entries in data.items():
        for key, value in (entries if isinstance(entries, dict) else {"": entries}).items():
            dotted = f"{section}.{key}".rstrip(".")
            if dotted not in _ALL:
                known = (*_ALL, *_ABOUT, "exact", "source", "texts", "steerer.fine_tuned")
                near = _capital(did_you_mean(dotted, known))
                raise ConfigError(
                    f"{where} has {dotted!r}, which is not a template.",
                    f"{near} Known are: {', '.join(sorted(known))}.".strip(),
                )
            if not isinstance(value, str):
                raise ConfigError(f"{where}: {dotted} is not a text.", "Put it in quotation marks.")
            templates[dotted] = _checked(value, dotted, frozenset(texts), where)
    return templates


def _capital(words: str) -> str:
    """The words as a sentence begins; names in them stay as they are."""
    return words[:1].upper() + words[1:]


def _checked(text: str, dotted: str, texts: frozenset[str], where: str) -> str:
    template = Template(text)
    if not template.is_valid():
        raise ConfigError(f"{where}: {dotted} has a '$' that starts no field.", "Write $$ for a dollar sign.")
    used, fields = set(template.get_identifiers()), _ALL[dotted]
    if unknown := sorted(used - fields - texts):
        known = ", ".join(f"${f}" for f in (*sorted(fields), *sorted(texts))) or "none"
        near = _capital(did_you_mean(unknown[0], fields | texts))
        raise ConfigError(
            f"{where}: {dotted} has the unknown field ${unknown[0]}.",
            f"{near} Fields there: {known}.".strip(),
        )
    if missing := sorted(NEEDED.get(dotted, frozenset()) - used):
        raise ConfigError(
            f"{where}: {dotted} is without ${missing[0]}, so that would be kept from the model.",
            f"Write ${missing[0]} where it is to stand.",
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
    out, err = streams_of(result)
    parts = [shorten(out.strip("\n"))] if out.strip() else []
    if err.strip():
        parts.append("[standard error]\n" + shorten(err.strip("\n"), SHOWN_CHARS // 2))
    return "\n".join(parts) or "(nothing)"


def streams_of(result: ExecutionResult) -> tuple[str, str]:
    """Standard output and standard error as far as they were kept; a gap is marked."""
    out = result.stdout + (f"\n[…]\n{result.tail_stdout}" if result.tail_stdout else "")
    err = result.stderr + (f"\n[…]\n{result.tail_stderr}" if result.tail_stderr else "")
    return out, err
