"""``codesteer prompts``: the wording that the roles are given, and the import of the published one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from codesteer_tui.cli.group import Commands
from codesteer_tui.cli.options import config_option, settings_for_reading
from codesteer_tui.cli.speaking import put, put_json, say, to_reader
from codesteer_tui.errors import ConfigError
from codesteer_tui.text import escaped, plain

if TYPE_CHECKING:
    from codesteer_tui.steering.pack_list import Listed
    from codesteer_tui.steering.prompts import PromptPack


@click.group("prompts", cls=Commands)
def command() -> None:
    """List, show and import prompt packs: the wording that the roles are given, as data.

    One is chosen with [steering] prompt_pack in your configuration. Your own lie in the folder "prompts" beside it.
    """


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
@config_option
@click.pass_context
def list_prompts(ctx: click.Context, as_json: bool, config_file: Path | None) -> None:
    """List the built-in packs and your own: for which weights each is, and which is in use (*).

    A pack that does not go with the steerer's weights is pointed out on standard error.
    """
    from codesteer_tui.sessions.wording import mismatch_of
    from codesteer_tui.steering.pack_list import list_packs
    from codesteer_tui.steering.packs_there import packs_folder
    from codesteer_tui.weights.wording import weights_for

    settings = settings_for_reading(ctx, config_file)
    folder, in_use = packs_folder(settings.asked.user_file), settings.config.steering.prompt_pack
    rows = [_described(p, weights_for, in_use) for p in list_packs(folder, in_use)]
    if as_json:
        put_json(rows)
    else:
        names, whose = (max(len(escaped(row[key])) for row in rows) for key in ("name", "for"))
        for row in rows:
            mark = "*" if row["in_use"] else " "
            said = f"cannot be used: {row['problem']}" if row["problem"] else row["about"]
            line = (
                f"{mark} {escaped(row['name']):<{names}}  {escaped(row['for']):<{whose}}  {_one_line(said)}"
            )
            put(line.rstrip())
    if not any(row["in_use"] for row in rows):
        _say_unusable(in_use, folder)
    said, remedy = mismatch_of(settings)
    if said:
        say(f"Mind: {said}.\n  → {remedy}")


@command.command("show")
@click.argument("name", metavar="NAME|FILE")
@click.argument("part", metavar="[PART]", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@config_option
@click.pass_context
def show(ctx: click.Context, name: str, part: str | None, as_json: bool, config_file: Path | None) -> None:
    """Print a pack exactly as its TOML file is, or one PART of it: a template ("steerer.first") or a text.

    A part is printed as the pack has it, with $names for what is filled in and no line end added. A pack that cannot
    be used is printed as well, and why that is (exit code 2).
    """
    from codesteer_tui.steering.packs_there import find_pack, packs_folder
    from codesteer_tui.steering.prompts import built_in_text, load_pack, read_pack_text

    folder = packs_folder(settings_for_reading(ctx, config_file).asked.user_file)
    if part is None and not as_json:
        path = find_pack(name, folder)
        _put_exactly(read_pack_text(path) if path else built_in_text(name) or "")
        load_pack(name, folder)  # what is shown may not be usable, and that is said
        return
    pack = load_pack(name, folder)
    if part is not None:
        text = _part(pack, part)
        if as_json:
            put_json({"pack": pack.name, "part": part, "text": text})
        else:
            _put_exactly(text)
        return
    import msgspec

    from codesteer_tui.weights.wording import weights_for

    put_json(
        {
            **{key: value for key, value in msgspec.structs.asdict(pack).items() if key != "exact"},
            "exact": sorted(pack.exact),
            "path": str(pack.path) if pack.path else None,
            "for_weights": weights_for(pack.wording),
        }
    )


@command.command("import")
@click.argument("path", metavar="PATH", type=click.Path(path_type=Path))
@click.option(
    "--name", metavar="NAME", default="", help='What the pack is called: "published" unless said here.'
)
@click.option("--prompted", is_flag=True, help="For a steerer that was not trained on the wording.")
@click.option("--replace", is_flag=True, help="Overwrite a pack of that name.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@config_option
@click.pass_context
def import_prompts(
    ctx: click.Context,
    path: Path,
    name: str,
    prompted: bool,
    replace: bool,
    as_json: bool,
    config_file: Path | None,
) -> None:
    """Make a pack of the published wording, on which CodeSteerLLM was trained.

    PATH is a checkout of the published repository, or its prompt.py. Its texts are read by syntax tree and kept as
    they are; nothing in it is executed. A checkout also has the form of the later turns; of the file alone that is
    in our words.
    """
    from codesteer_tui.steering.pack_import import import_published
    from codesteer_tui.steering.packs_there import packs_folder

    folder = packs_folder(settings_for_reading(ctx, config_file).asked.user_file)
    done = import_published(path, folder, name=name, prompted=prompted, replace=replace)
    if as_json:
        put_json(
            {
                "name": done.path.stem,
                "path": str(done.path),
                "fine_tuned": done.pack.fine_tuned,
                "source": done.pack.source,
                "texts": list(done.pack.texts),
                "notes": done.notes,
            }
        )
        return
    put(f"{done.path.stem}  {done.path}")
    for text, content in done.pack.texts.items():
        put(f"  {text}: {len(content):,} characters")
    for note in done.notes:
        say(note)
    say(f'To use it: [steering] prompt_pack = "{done.path.stem}"')


def _described(listed: Listed, weights_for: Any, in_use: str) -> dict[str, Any]:
    from codesteer_tui.steering.packs_there import expanded

    pack = listed.pack
    weights = weights_for(pack.wording) if pack else []
    whose = ", ".join(weights) or ("weights trained on it" if pack and pack.fine_tuned else "any model")
    there = expanded(in_use).absolute() if listed.path else None
    return {
        "name": listed.name,
        "about": pack.about if pack else "",
        "for": whose if pack else "",
        "for_weights": weights,
        "fine_tuned": bool(pack and pack.fine_tuned),
        "in_use": listed.name == in_use or (listed.path is not None and listed.path.absolute() == there),
        "path": str(listed.path) if listed.path else None,
        "problem": listed.problem,
    }


def _say_unusable(name: str, folder: Path) -> None:
    """Why the pack that the configuration names is not in the list."""
    from codesteer_tui.steering.prompts import load_pack

    try:
        load_pack(name, folder)
    except ConfigError as error:
        say(f"codesteer: [steering] prompt_pack: {error}")


def _part(pack: PromptPack, part: str) -> str:
    from codesteer_tui.settings.schema import did_you_mean

    parts = {**pack.texts, **{f"texts.{name}": text for name, text in pack.texts.items()}, **pack.templates}
    if part not in parts:
        near = did_you_mean(part, parts)
        known = ", ".join((*pack.templates, *pack.texts))
        raise ConfigError(
            f"The prompt pack {pack.name!r} has no part {part!r}.", f"{near} its parts: {known}".strip()
        )
    return parts[part]


def _put_exactly(text: str) -> None:
    """Write a text as it is; on a terminal without what would move its cursor."""
    with to_reader():
        sys.stdout.flush()
        if sys.stdout.isatty():
            print(plain(text), end="" if text.endswith("\n") else "\n")
        else:
            sys.stdout.buffer.write(text.encode("utf-8"))
            sys.stdout.buffer.flush()


def _one_line(text: str) -> str:
    return " ".join(plain(text).split())
