"""``codesteer weights``: what there is, what it is, fetching it, checking it, removing it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from codesteer_tui.cli.group import Commands
from codesteer_tui.cli.options import config_option, settings_for_reading, settings_of
from codesteer_tui.cli.speaking import STOPPED, agreed, put, put_json, say
from codesteer_tui.cli.weights_making import convert, quantize
from codesteer_tui.cli.weights_pull import pull
from codesteer_tui.cli.weights_use import use

if TYPE_CHECKING:
    from codesteer_tui.weights.catalogue import Known
    from codesteer_tui.weights.checking import Checked
    from codesteer_tui.weights.facts import Facts
    from codesteer_tui.weights.store import Item

WRONG = 1
_WIDTH = 13


@click.group("weights", cls=Commands)
def command() -> None:
    """List, fetch, convert, use, check and remove weights: GGUF files and checkpoints on this machine.

    FILE is a path, a name in the folder of weights, or a known name. See docs/weights.md.
    """


command.add_command(pull)
command.add_command(convert)
command.add_command(quantize)
command.add_command(use)


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@config_option
@click.pass_context
def list_all(ctx: click.Context, as_json: bool, config_file: Path | None) -> None:
    """List the weights that are here, with the roles that they play, and those that are known by name."""
    from codesteer_tui.weights import telling
    from codesteer_tui.weights.catalogue import read_catalogue
    from codesteer_tui.weights.store import list_weights, weights_folder

    config, known = settings_for_reading(ctx, config_file).config, read_catalogue()
    folder, items = weights_folder(config), list_weights(config)
    if as_json:
        here = [_described(item) for item in items]
        put_json(
            {"folder": str(folder), "here": here, "known": [_known(n, e, items) for n, e in known.items()]}
        )
        return
    if items:
        names = max(len(_shown(item, folder)) for item in items)
        for item in items:
            row = f"{_shown(item, folder):<{names}}  {telling.size_of_item(item):>9}  {telling.about_item(item)}"
            put(row.rstrip())
    else:
        say(f"There are no weights in {folder} yet.")
    put("\nKnown by name (codesteer weights pull NAME):")
    for name, entry in known.items():
        mine = next((item for item in items if telling.is_of(entry, item)), None)
        here_too = "" if mine is None else "  (not wholly here)" if telling.is_cut_off(mine) else "  (here)"
        rows = dict(telling.known_rows(name, entry))
        put(f"  {name}  {entry.title}{here_too}")
        put(
            f"    {entry.form} from {rows['source']}; size: {rows['size']}; memory: {rows.get('memory', 'not known')}"
        )


@command.command("info")
@click.argument("file", metavar="FILE")
@click.option(
    "--context", type=click.IntRange(min=1), metavar="N", help="Reckon the memory for N tokens of context."
)
@click.option("--template", "show_template", is_flag=True, help="Print the chat template itself.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@config_option
@click.pass_context
def info(
    ctx: click.Context,
    file: str,
    context: int | None,
    show_template: bool,
    as_json: bool,
    config_file: Path | None,
) -> None:
    """Say what a GGUF file or a checkpoint is: architecture, size, quantization, context, template, memory needed.

    Only its head is read, so this is quick; whether all bytes are right is for: codesteer weights verify.
    """
    from codesteer_tui.weights.catalogue import read_catalogue
    from codesteer_tui.weights.facts import facts_of
    from codesteer_tui.weights.store import find_weights, read_record, roles_of
    from codesteer_tui.weights.telling import facts_rows, minds

    config = settings_for_reading(ctx, config_file).config
    path = find_weights(file, read_catalogue(), config)
    facts = facts_of(path, context or 0)
    roles = roles_of(config, path)
    if as_json:
        put_json(_facts_json(facts, roles, read_record(path)))
    elif show_template:
        put(facts.template)
    else:
        for label, text in facts_rows(facts, roles, read_record(path)):
            put(f"{label + ':':<{_WIDTH}} {text}")
        for problem in minds(facts, context or 0):
            say(f"Mind: {problem}.")


@command.command("verify")
@click.argument("file", metavar="FILE")
@click.option("--sha256", default="", metavar="HASH", help="The hash that the file must have.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@config_option
@click.pass_context
def verify(ctx: click.Context, file: str, sha256: str, as_json: bool, config_file: Path | None) -> None:
    """Check weights: whether they are whole, and whether they have the right hash.

    The hash is compared with --sha256, else with what the hub said when they were pulled, else with the catalogue's.
    All of the file is read. The exit code is 1 where something is wrong.
    """
    from codesteer_tui.weights import checking
    from codesteer_tui.weights.catalogue import read_catalogue
    from codesteer_tui.weights.store import find_weights

    known = read_catalogue()
    path = find_weights(file, known, settings_for_reading(ctx, config_file).config)
    checked = checking.verify(path, sha256=sha256, known=known)
    if as_json:
        put_json(_checked_json(checked))
    else:
        _print_checked(checked)
    if not checked.ok:
        ctx.exit(WRONG)


@command.command("rm")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option("--force", is_flag=True, help="Remove also what plays a role in your configuration.")
@config_option
@click.pass_context
def remove(
    ctx: click.Context, files: tuple[str, ...], yes: bool, force: bool, config_file: Path | None
) -> None:
    """Remove weights for good: a GGUF file, what is left of a pull, or the files of a checkpoint.

    What else lies in the folder of a checkpoint stays there, and so does what was changed since it was pulled.
    """
    from codesteer_tui.weights import removing
    from codesteer_tui.weights.catalogue import read_catalogue
    from codesteer_tui.weights.hub import in_bytes
    from codesteer_tui.weights.store import find_weights
    from codesteer_tui.weights.telling import removal_in_words

    # All of the configuration must be readable: what plays a role is refused, and names lead to its folder.
    known, settings = read_catalogue(), settings_of(ctx, config_file=config_file)
    paths = dict.fromkeys(find_weights(file, known, settings.config, sole=True) for file in files)
    if any(path.is_dir() for path in paths):
        say("Reading what is there, to see what was changed since it was pulled ...")
    plans = [removing.plan_removal(path) for path in paths]
    if not force:
        for plan in plans:
            removing.require_unused(plan, settings)
    for plan in plans:
        say(f"{plan.path}  {in_bytes(plan.size)}")
        for words in removal_in_words(plan):
            say(f"  {words}")
        for name in removing.named_by(plan, settings):
            say(f"  Mind: [providers.{name}] of your configuration names it.")
    if not yes:
        if not sys.stdin.isatty():
            raise click.UsageError("Removing weights needs a yes. Add --yes.")
        if not agreed("Remove?" if len(plans) == 1 else f"Remove these {len(plans)}?"):
            say("Nothing was removed.")
            ctx.exit(STOPPED)
    for plan in plans:
        freed = removing.remove(plan)
        say(f"removed {plan.path}, {in_bytes(freed)} freed")


def _described(item: Item) -> dict[str, Any]:
    import msgspec

    made = msgspec.structs.asdict(item)
    return {
        **made,
        "path": str(item.path),
        "name": item.path.name,
        "record": msgspec.to_builtins(item.record),
    }


def _known(name: str, entry: Known, items: list[Item]) -> dict[str, Any]:
    import msgspec

    from codesteer_tui.weights.telling import is_of

    here = next((str(item.path) for item in items if is_of(entry, item)), None)
    unknown = {"size": entry.size or None, "sha256": entry.sha256 or None}
    return {"name": name, **msgspec.structs.asdict(entry), **unknown, "here": here}


def _shown(item: Item, folder: Path) -> str:
    return item.path.name if item.path.parent == folder else str(item.path)


def _facts_json(facts: Facts, roles: tuple[str, ...], record: Any) -> dict[str, Any]:
    import msgspec

    memory = facts.memory
    return {
        **msgspec.structs.asdict(facts),
        "path": str(facts.path),
        "memory": {**msgspec.structs.asdict(memory), "total": memory.total} if memory else None,
        "roles": roles,
        "record": msgspec.to_builtins(record),
    }


def _checked_json(checked: Checked) -> dict[str, Any]:
    import msgspec

    made = msgspec.structs.asdict(checked)
    files = [msgspec.to_builtins(file) for file in checked.files]
    return {**made, "path": str(checked.path), "files": files, "ok": checked.ok}


def _print_checked(checked: Checked) -> None:
    from codesteer_tui.weights.telling import OUTCOMES, checked_in_words

    if checked.against:
        say(f"Compared with {checked.against}:")
    for file in checked.files:
        put(f"{file.name}  {file.got or '-'}  {OUTCOMES[file.outcome]}")
        if file.outcome == "wrong":
            say(f"  expected: {file.expected}")
    for problem in checked.problems:
        say(f"Wrong: {problem.rstrip('.')}.")
    say(checked_in_words(checked))
