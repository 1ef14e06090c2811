"""Making a prompt pack of the published wording, from a checkout of the published repository.

The texts of its `prompt.py` are kept as they are, in the table `texts` of the pack, and the pack's templates put
them together as the published loop does. Nothing of the checkout is executed.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from msgspec import Struct

from codesteer_tui.errors import ConfigError
from codesteer_tui.steering.packs_there import SUFFIX, check_name, expanded
from codesteer_tui.steering.prompts import PromptPack, parse_pack, read_pack_text
from codesteer_tui.steering.published_texts import MEANT, Field, Parts, Texts, parsed, read_source, read_texts
from codesteer_tui.steering.published_turns import Turns, find_turns
from codesteer_tui.writing import write_whole

FILE = "prompt.py"
NAME = "published"
"""What the catalogue of weights calls this wording, and an imported pack is called unless the person says otherwise."""

PROMPTED = "published-prompted"
"""The same for a steerer that was not trained on it."""

NEEDED = ("code_text_choice_prompt", "with_COT_code_output_prompt", "text_output_prompt")
DECISION = "decision_prompt"
PUBLISHED = (
    *NEEDED,
    DECISION,
    "decision_prompt_text2code",
    "decision_prompt_complex_code",
    "Code_checker_prompt",
    "multi_turn_planning_prompt_with_code",
    "multi_turn_planning_prompt_without_code",
    "combined_agent_prompt",
    "AutoGen_prompt",
)
"""The variables of the published `prompt.py`. Those in `NEEDED` make the turns; the others are kept with them."""

_PLACE = re.compile(r"(?<!\{)\{(\w+)\}(?!\})")
"""What would be a field if the text were an f-string or given to `format`."""

_OWN_TURN = {
    "with_code": (
        "The answer, with what its program printed:\n",
        Field("answer"),
        "\n\nThe check of it:\n",
        Field("check"),
        "\n\nAbout its program: ",
        Field("symbolic"),
        "\n\nWrite your guidance in the form <<<guidance>>>.",
    ),
    "without_code": (
        "The answer:\n",
        Field("answer"),
        "\n\nThe check of it:\n",
        Field("check"),
        "\n\nWrite your guidance in the form <<<guidance>>>.",
    ),
}
"""The form of a later turn where only `prompt.py` is there: what METHOD.md says of it, in our words."""

_OWN_HEAD: Parts = (Field(DECISION), " ", Field("question"), "\n")


class Imported(Struct, frozen=True):
    """What an import came to: the pack, as it is read back from its file, and what the person should know."""

    pack: PromptPack
    path: Path
    notes: tuple[str, ...]


def import_published(
    path: Path,
    folder: Path,
    *,
    name: str = "",
    prompted: bool = False,
    replace: bool = False,
    today: date | None = None,
) -> Imported:
    """Read the `prompt.py` at `path`, a file or a checkout, and write a pack into `folder`.

    With `prompted` it is for a steerer that was not trained on the wording: the decision prompt and the question
    precede every turn, and the last words between brackets are the guidance. `replace` overwrites a pack of that name.

    Raises:
        ConfigError: the file cannot be read, a text that is needed is missing or would have to be executed, or the
            pack cannot be written. Names the file, the line and the variable.
    """
    name = check_name(name or (PROMPTED if prompted else NAME))
    target = folder / f"{name}{SUFFIX}"
    path = expanded(path)
    is_checkout = os.path.isdir(path)  # noqa: PTH112 - of a name too long for a file this is false, where Path raises
    file = path / FILE if is_checkout else path
    data = read_source(file)
    found = read_texts(parsed(data, file), file)
    notes = _missing_and_unknown(found, file, prompted=prompted)
    turns = find_turns(path, found.texts) if is_checkout else None
    if turns is None:
        where = f"no script in {path} has the published ones" if is_checkout else "they are not in this file"
        notes.append(f"The words around the findings are ours: {where}. A whole checkout has them.")
    if target.exists() and not replace:
        raise ConfigError(
            f"There is a prompt pack {name!r} already: {target}.",
            "Choose another name with --name, or overwrite it with --replace.",
        )
    source: dict[str, Any] = {
        "file": str(file.absolute()),
        "sha256": hashlib.sha256(data).hexdigest(),
        "imported": today or date.today(),
    }
    if turns:
        turn_data = read_source(turns.path)
        source |= {
            "turns_file": str(turns.path.absolute()),
            "turns_sha256": hashlib.sha256(turn_data).hexdigest(),
        }
    text = _written(name, found, turns, source, prompted=prompted)
    pack = parse_pack(text, target, name)
    if pack.texts != _plain_texts(found):
        raise AssertionError("what was written of a pack is not what was read")
    _write(target, text)
    return Imported(parse_pack(read_pack_text(target), target, name), target, tuple(notes))


def _missing_and_unknown(found: Texts, file: Path, *, prompted: bool) -> list[str]:
    """Raises:
    ConfigError: what is needed is missing or empty, or would have to be executed.
    """
    needed = (*NEEDED, DECISION) if prompted else NEEDED
    for name in PUBLISHED:
        if name in found.refused:
            raise found.refused[name]
    if missing := [name for name in needed if name not in found.texts]:
        raise ConfigError(
            f"{file} does not assign {', '.join(missing)}.",
            "Name the prompt.py of the published repository, or the folder of its checkout.",
        )
    for name in needed:
        if not "".join("x" if isinstance(part, Field) else part for part in found.texts[name]).strip():
            raise ConfigError(
                f"{file}:{found.lines[name]}: {name} is empty, and a role would be told nothing.",
                "Name the prompt.py as it was published.",
            )
    asked = (NEEDED[0], DECISION) if prompted else NEEDED[:1]
    for name in (name for name in PUBLISHED if name in found.texts):
        allowed = {"question"} if name in asked else set()
        fields = sorted({part.name for part in found.texts[name] if isinstance(part, Field)} - allowed)
        if fields:
            raise ConfigError(
                f"{file}:{found.lines[name]}: {name} has the field {{{fields[0]}}}, which it cannot have in a pack.",
                "Write the text itself there, in a copy, and import that.",
            )
    notes = []
    if absent := [name for name in PUBLISHED if name not in found.texts]:
        notes.append(f"Not in {file.name}, and not needed here: {', '.join(absent)}.")
    for name, text in _plain_texts(found).items():
        if held := sorted(set(_PLACE.findall(text)) & set(MEANT)):
            notes.append(
                f"{name} has {{{held[0]}}} as plain text: it is kept as it stands, and nothing is filled in."
            )
    if unknown := [name for name in found.texts if name not in PUBLISHED]:
        shown = ", ".join(unknown[:12]) + (f" and {len(unknown) - 12} more" if len(unknown) > 12 else "")
        notes.append(f"Not known here, and left out: {shown}.")
    return notes


def _plain_texts(found: Texts) -> dict[str, str]:
    """The published texts that have no fields, in their published order."""
    plain = {name: found.texts[name] for name in PUBLISHED if name in found.texts}
    return {
        name: "".join(part for part in parts if isinstance(part, str))
        for name, parts in plain.items()
        if not any(isinstance(part, Field) for part in parts)
    }


def _written(name: str, found: Texts, turns: Turns | None, source: dict[str, Any], *, prompted: bool) -> str:
    """The pack as TOML."""
    texts = _plain_texts(found)

    def template(*pieces: str | Field | Parts) -> str:
        """A template of texts and fields; the name of a text with fields of its own is replaced by that text."""
        written: list[str] = []
        for piece in (
            p for pieces_ in pieces for p in (pieces_ if isinstance(pieces_, tuple) else (pieces_,))
        ):
            if isinstance(piece, str):
                written.append(piece.replace("$", "$$"))
            elif piece.name in found.texts and piece.name not in texts:
                written.append(template(found.texts[piece.name]))
            else:
                written.append(f"${{{piece.name}}}")
        return "".join(written)

    def own(text: str) -> str:
        return template(Field(text))

    question, guidance = Field("question"), Field("guidance")
    head = ((turns.head if turns else ()) or _OWN_HEAD) if prompted else ()
    with_code = turns.with_code if turns else _OWN_TURN["with_code"]
    without_code = turns.without_code if turns else _OWN_TURN["without_code"]
    ran = {"ran": turns.ran, "too_long": turns.too_long} if turns else {}
    tables: dict[str, Mapping[str, Any]] = {
        "source": source,
        "steerer": {
            "fine_tuned": not prompted,
            "first": _with_field(own(NEEDED[0]), question),
            "with_code": template(*head, *with_code),
            "without_code": template(*head, *without_code),
        },
        "guidance": {"code": own(NEEDED[1]), "text": own(NEEDED[2])},
        "task_llm": {"first": template(guidance, question), "next": template(Field("execution"), guidance)},
        "findings": {key: template(*parts) for key, parts in ran.items() if parts},
        "texts": texts,
    }
    whom = "a steerer that is prompted with it" if prompted else "the weights that were trained on it"
    lines = [
        "# The published wording, imported by codesteer. The texts at the end are as they were found; the templates",
        "# before them put them together as the published loop does.",
        f"name = {_toml(name)}",
        f"about = {_toml(f'The published wording of CodeSteer, for {whom}.')}",
        f"wording = {_toml(PROMPTED if prompted else NAME)}",
        "exact = true",
    ]
    for table, entries in tables.items():
        if entries:
            lines += ["", f"[{table}]", *(f"{key} = {_toml(value)}" for key, value in entries.items())]
    return "\n".join(lines) + "\n"


def _with_field(template: str, field: Field) -> str:
    """The template with the field behind it, unless the field is in it."""
    return template if f"${{{field.name}}}" in template else f"{template}${{{field.name}}}"


def _toml(value: object) -> str:
    """A value of TOML. A text of several lines is written as such, with whatever could be changed or lost escaped."""
    if not isinstance(value, str):
        return str(value).lower() if isinstance(value, bool) else str(value)
    kept = "".join(c if c in '\n"' or (c.isprintable() and c != "\\") else _escape(c) for c in value)
    if "\n" not in kept:
        return '"' + kept.replace('"', '\\"') + '"'
    kept = re.sub(r'"{2,}|"\Z', lambda quotes: '\\"' * len(quotes[0]), kept)
    return '"""\n' + kept.replace(" \n", "\\u0020\n") + '"""'


def _escape(character: str) -> str:
    return {"\\": "\\\\", "\t": "\\t", "\r": "\\r"}.get(character, f"\\U{ord(character):08X}")


def _write(path: Path, text: str) -> None:
    """Raises:
    ConfigError: the file or its folder cannot be written.
    """
    try:
        write_whole(path, text.encode("utf-8"))
    except OSError as error:
        raise ConfigError(
            f"The prompt pack {path} cannot be written: {error.strerror or error}.",
            "Make its folder writable, or name another configuration file with --config.",
        ) from error
