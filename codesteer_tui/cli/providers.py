"""``codesteer providers``: which models there are to talk to, and whether and how well one answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from codesteer_tui.cli.group import Commands
from codesteer_tui.cli.options import config_option, settings_for_asking, settings_for_reading
from codesteer_tui.cli.running import run_async
from codesteer_tui.cli.speaking import put, put_json, say
from codesteer_tui.errors import ConfigError
from codesteer_tui.text import escaped

if TYPE_CHECKING:
    from codesteer_tui.config import Config
    from codesteer_tui.providers.costs.prices import Price
    from codesteer_tui.providers.probing.reaching import Reachability
    from codesteer_tui.providers.probing.reports import Call, ProbeReport
    from codesteer_tui.providers.probing.rows import Row
    from codesteer_tui.settings import Settings
    from codesteer_tui.values import RoleInfo

FAILED = 3
USAGE = 2
NO_LIST = "Load a model there first, or try a name that you know: codesteer providers test {}:MODEL"


@click.group("providers", cls=Commands)
def command() -> None:
    """List the providers of models, try one out, and see which models it has.

    Services and local servers that are known by name need no configuration but a key and a model, for example
    --task-llm groq:MODEL with GROQ_API_KEY set.
    """


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list of all.")
@click.option("--all", "every", is_flag=True, help="Also those that are built in and have no key.")
@click.option("--ping", "asked", is_flag=True, help="Ask each whether it is there; costs no tokens.")
@config_option
@click.pass_context
def list_providers(
    ctx: click.Context, as_json: bool, every: bool, asked: bool, config_file: Path | None
) -> None:
    """Say of every provider its model, its host, its key, which roles it plays, and its price where that is known.

    Nothing is sent unless --ping is given. A provider of which a setting is wrong is not asked, and the exit code
    is then 2.
    """
    import msgspec

    from codesteer_tui.providers.probing.rows import rows_of, with_pings

    settings = settings_for_reading(ctx, config_file)
    config = settings.config
    rows = rows_of(config, _prices(settings))
    shown = rows if every or as_json else [row for row in rows if row.matters or (asked and row.local)]
    to_ask = [row.name for row in shown if asked and row.is_remote]
    refused = {name: said[0] for name in to_ask if (said := settings.refusals(name))}
    if asked:
        shown = run_async(with_pings(config, shown, refused=refused))
    if as_json:
        put_json([msgspec.to_builtins(row) for row in shown])
    else:
        silent = [row for row in shown if row.built_in and row.local and not row.roles and row.is_silent]
        _table([row for row in shown if every or row not in silent])
        _say_the_rest([row for row in rows if row.name not in {row.name for row in shown}], silent)
    ctx.exit(USAGE if refused else 0)


@command.command("test")
@click.argument("wanted", metavar="NAME[:MODEL]")
@click.option("--quick", is_flag=True, help="One call only: is it there, and how fast.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@config_option
@click.pass_context
def test(ctx: click.Context, wanted: str, quick: bool, as_json: bool, config_file: Path | None) -> None:
    """Time a short reply of a provider, and find out what it takes: system prompts, temperature, stops and more.

    Makes at most four short calls. The exit code is 0 where it answered, 3 where it failed.
    """
    import msgspec

    from codesteer_tui.providers.keys.sources import host_of
    from codesteer_tui.providers.opening import choose_provider
    from codesteer_tui.providers.probing.trying import calls_of, most_tokens, probe
    from codesteer_tui.values import RoleInfo

    settings = settings_for_asking(ctx, wanted.partition(":")[0], config_file)
    config = settings.config
    choice = choose_provider(config, wanted, "the command line")
    assert choice.provider is not None
    if not choice.model and choice.provider.kind != "demo":
        raise ConfigError(
            f"No model of the provider {choice.name!r} is named.",
            f"Name one: codesteer providers test {choice.name}:MODEL."
            f" To see which there are: codesteer providers models {choice.name}",
        )
    kind, host = choice.provider.kind, host_of(choice.provider)
    price = _prices(settings)(RoleInfo(choice.name, kind, choice.model, choice.name, host))
    calls, tokens = calls_of(choice, quick=quick), most_tokens(choice, quick=quick)
    cost = _usd(price.most(*tokens)) if price else "at a price that is not known"
    many = f"at most {calls} short calls" if calls > 1 else "1 short call"
    _say_what_is_not_meant(settings, choice.name)
    say(f"Asking {choice.name}: {many}, {sum(tokens)} tokens at most, {cost}.")
    report = run_async(probe(choice, quick=quick, price=price, tell=say))
    if as_json:
        put_json(msgspec.to_builtins(report))
    else:
        _tell(report)
    ctx.exit(_exit_code(report.ok, report.error))


@command.command("models")
@click.argument("name", metavar="NAME")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@config_option
@click.pass_context
def models(ctx: click.Context, name: str, as_json: bool, config_file: Path | None) -> None:
    """Print the models that a provider lists, one a line, with the size of their context where it says so."""
    import msgspec

    from codesteer_tui.providers.opening import choose_provider
    from codesteer_tui.providers.probing.reaching import ping

    settings = settings_for_asking(ctx, name.partition(":")[0], config_file)
    config = settings.config
    choice = choose_provider(config, name, "the command line")
    _say_what_is_not_meant(settings, choice.name)
    asked = msgspec.structs.replace(choice, model=_file_of(config, choice.name))
    reached = run_async(ping(asked, tell=say))
    if reached.ok:  # the remedy of a ping would be the command that was just given
        how = f"Try one: codesteer providers test {choice.name}:MODEL"
        reached = msgspec.structs.replace(
            reached, remedy=how if reached.listed else NO_LIST.format(choice.name)
        )
    if as_json:
        put_json({"provider": choice.name, **msgspec.to_builtins(reached)})
    else:
        for model in reached.listed:
            named = escaped(model.id)
            put(f"{named}  {model.context_tokens:,}" if model.context_tokens else named)
        if reached.ok and not reached.listed:
            say(f"{reached.detail}\n  → {reached.remedy}")
        _say_failure(reached.ok, reached.detail, reached.remedy)
    ctx.exit(_exit_code(reached.ok, reached.kind))


def _say_what_is_not_meant(settings: Settings, name: str) -> None:
    """What is allowed and may not be meant: a key that stays behind, or goes over the network unencrypted."""
    from codesteer_tui.settings.showing import warnings

    for key, said in warnings(settings):
        if key.rpartition(".")[0] == f"providers.{name}":
            say(f"Mind: {said}.")


def _prices(settings: Settings) -> Callable[[RoleInfo], Price | None]:
    """What a model costs, by the person's own table where it can be read, and by the built-in one."""
    from codesteer_tui.providers.costs.prices import FILE_NAME, doubts, price_of, pricing

    known, own = settings.config.providers, settings.beside(FILE_NAME)
    try:
        found = pricing(known, own)
        for doubt in doubts(known, own):
            say(f"Mind: {doubt}")
    except ConfigError as error:
        say(f"codesteer: {error}")
        return lambda info: price_of(known.get(info.provider), info.host, info.model, name=info.provider)
    return found


def _usd(amount: float) -> str:
    return "free" if not amount else f"${amount:.4f}" if amount >= 0.0001 else "less than $0.0001"


def _file_of(config: Config, name: str) -> str:
    """The model of weights on this machine, whose file is all there is to ask; nothing for other providers."""
    provider = config.providers[name]
    return provider.model if provider.kind == "llama_cpp" else ""


def _exit_code(ok: bool, kind: str) -> int:
    return 0 if ok else USAGE if kind == "config" else FAILED


def _say_failure(ok: bool, detail: str, remedy: str) -> None:
    if not ok:
        say(f"codesteer: {detail}" + (f"\n  → {remedy}" if remedy else ""))


def _table(rows: list[Row]) -> None:
    from codesteer_tui.providers.probing.rows import NAMES

    cells = [
        (
            row.name,
            escaped(row.model) or "no model named",
            row.host or ("not set" if row.is_remote else "this machine"),
            row.key,
            f"{row.context_tokens:,}" if row.context_tokens else "",
            row.price_words,
            ", ".join(NAMES[role] for role in row.roles),
        )
        for row in rows
    ]
    head = ("NAME", "MODEL", "HOST", "KEY", "CONTEXT", "$ A MILLION", "PLAYS")
    used = [i for i in range(len(head)) if any(cell[i] for cell in cells)]
    widths = {i: max(len(line[i]) for line in (head, *cells)) for i in used}
    for line, row in zip((head, *cells), (None, *rows), strict=True):
        put("  ".join(f"{line[i]:<{widths[i]}}" for i in used).rstrip())
        if row and row.reached:
            put(f"  {'ok' if row.reached.ok else '--'}  {_reached(row.reached)}")
            if row.reached.remedy:
                put(f"      → {row.reached.remedy}")


def _reached(reached: Reachability) -> str:
    return reached.detail + (f" ({reached.ms:,.0f} ms)" if reached.ms is not None else "")


def _say_the_rest(rows: list[Row], silent: list[Row]) -> None:
    """Those that are not in the table, in a line each: without a key, not asked, asked in vain."""
    services = ", ".join(row.name for row in rows if not row.local)
    servers = ", ".join(row.name for row in rows if row.local)
    if services:
        say(f"\nBuilt in, without a key: {services}. A key is stored with: codesteer keys set NAME")
    if servers:
        say(f"Servers of your own, not asked: {servers}. Look for them: codesteer providers list --ping")
    if silent:
        say(f"Nothing listens for {', '.join(f'{row.name} ({row.host})' for row in silent)}.")


def _tell(report: ProbeReport) -> None:
    where = f" at {report.host}" if report.host else ""
    put(f"{report.provider}:{report.model}{where}, key: {report.reached.key_source}")
    facts = [("reached", _reached(report.reached) if report.reached.ok else "no")]
    if report.load_ms is not None:
        facts.append(("loading", f"{report.load_ms:,.0f} ms"))
    for remark in report.remarks:
        facts.append(("llama.cpp" if remark.kind == "speed" else remark.kind, remark.text))
        facts += [("remedy", remark.remedy)] if remark.remedy else []
    facts += _timed(report.call) if report.call else []
    if report.usage.usd is not None:
        facts.append(("cost", _usd(report.usage.usd)))
    facts += [(f.name, f"{f.answer:<7}  {f.how}".rstrip()) for f in report.features]
    width = max(len(name) for name, _ in facts)
    for name, fact in facts:
        put(f"  {name:<{width}}  {fact}")
    _say_failure(report.ok, report.detail, report.remedy)


def _timed(call: Call) -> list[tuple[str, str]]:
    def ms(value: float | None) -> str:
        return "none came" if value is None else f"{value:,.0f} ms"

    facts = [("first token", ms(call.first_token_ms))]
    if call.first_reasoning_ms is not None:
        facts.append(("first reasoning", ms(call.first_reasoning_ms)))
    speed = "too short to measure" if call.tokens_per_s is None else f"{call.tokens_per_s:,.1f} tokens/s"
    about = "about " if call.usage.estimated else ""
    facts += [
        ("speed", speed),
        ("whole reply", f"{ms(call.total_ms)}, ended: {call.finish}"),
        ("tokens", f"{about}{call.usage.input_tokens} in, {about}{call.usage.output_tokens} out"),
    ]
    return facts
