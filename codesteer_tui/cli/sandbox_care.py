"""``codesteer sandbox status|clean|selftest``: what there is, getting rid of it, and whether it holds."""

from __future__ import annotations

import sys
from contextlib import aclosing
from typing import TYPE_CHECKING, NamedTuple

import click

from codesteer_tui.cli.options import settings_of
from codesteer_tui.cli.running import run_async
from codesteer_tui.cli.speaking import put, put_json, say
from codesteer_tui.errors import SandboxUnavailable

if TYPE_CHECKING:
    from codesteer_tui.config import SandboxSettings
    from codesteer_tui.sandbox.choose import EngineReport
    from codesteer_tui.sandbox.docker.upkeep import EngineFacts, Item, Removed
    from codesteer_tui.sandbox.selftest import Finding
    from codesteer_tui.values import SandboxInfo

MB = 1_000_000
_WIDTH = 12


class _Seen(NamedTuple):
    in_use: SandboxInfo | SandboxUnavailable
    engines: list[EngineReport]
    docker: EngineFacts | None


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def status(ctx: click.Context, as_json: bool) -> None:
    """Say which sandbox would be used, what the others lack, and what of ours the engine holds.

    The exit code is 3 where the one that the configuration names does not work.
    """
    import msgspec

    seen = run_async(_look(settings_of(ctx).config.sandbox))
    error = seen.in_use if isinstance(seen.in_use, SandboxUnavailable) else None
    if as_json:
        used = None if error else msgspec.to_builtins(seen.in_use)
        facts = msgspec.to_builtins(seen.docker) if seen.docker else None
        put_json({"in_use": used, "engines": msgspec.to_builtins(seen.engines), "docker": facts})
    else:
        _print_seen(seen)
    if error:
        raise error


async def _look(settings: SandboxSettings) -> _Seen:
    import msgspec

    from codesteer_tui.sandbox.choose import choose_sandbox, survey
    from codesteer_tui.sandbox.docker import engine as engines
    from codesteer_tui.sandbox.docker import upkeep

    in_use: SandboxInfo | SandboxUnavailable
    try:
        box = await choose_sandbox(msgspec.structs.replace(settings, warm=0))
    except SandboxUnavailable as error:
        in_use = error
    else:
        in_use = box.info
        await box.aclose()
    reports = await survey(settings)
    try:
        engine = await engines.connect()
    except SandboxUnavailable:
        return _Seen(in_use, reports, None)  # why is in the engine's report
    try:
        return _Seen(in_use, reports, await upkeep.look(engine))
    except SandboxUnavailable:
        return _Seen(in_use, reports, None)
    finally:
        await engine.close()


def _print_seen(seen: _Seen) -> None:
    if isinstance(seen.in_use, SandboxUnavailable):
        _print("in use", "nothing")
        _print_why(seen.in_use.message, seen.in_use.remedy)
    else:
        _print("in use", seen.in_use.label)
        _print_why(seen.in_use.detail, seen.in_use.remedy)
    for report in seen.engines:
        _print(report.name, "works" if report.ok else "cannot be used")
        _print_why(report.detail, report.remedy)
    if seen.docker:
        _print_facts(seen.docker)


def _print_facts(facts: EngineFacts) -> None:
    put("")
    _print("engine", f"{facts.version} at {facts.endpoint}; gives a {facts.label}")
    gvisor = "" if "runsc" in facts.runtimes else "; not runsc (gVisor)"
    _print("runtimes", f"{', '.join(facts.runtimes)}{gvisor}")
    for kind in ("core", "sci"):
        mine = [image for image in facts.images if image.kind == kind and image.current]
        if mine:
            names = ", ".join(mine[0].names)
            _print(f"image {kind}", f"{names}, {mine[0].bytes / MB:.0f} MB with its base {mine[0].base}")
        else:
            _print(f"image {kind}", "not built")
            _print_why("", f"codesteer sandbox build{' sci' if kind == 'sci' else ''}")
    old = sum(not image.current for image in facts.images)
    gone = sum(box.owner == "gone" for box in facts.boxes)
    _print("containers", f"{len(facts.boxes)} of ours" if facts.boxes else "none of ours")
    for box in facts.boxes:
        _print(
            "", f"{box.id[:12]} {box.state}, owner {box.owner}{f' (process {box.pid})' if box.pid else ''}"
        )
    if old or gone:
        what = [_count(old, "old image")] * bool(old) + [
            _count(gone, "container") + " without an owner"
        ] * bool(gone)
        _print("to clean", " and ".join(what))
        _print_why("", "codesteer sandbox clean")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


@click.command("clean")
@click.option("--all", "everything", is_flag=True, help="Also what this version uses, and boxes in use.")
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@click.option("-y", "--yes", is_flag=True, help="With --all: remove without asking.")
def clean(everything: bool, dry_run: bool, yes: bool) -> None:
    """Remove containers whose owners are gone, and images and libraries of other versions.

    Only what bears our label is touched. The exit code is 1 where something could not be removed.
    """
    done = run_async(_clean(everything=everything, dry_run=dry_run, yes=yes))
    if any(each.problem for each in done):
        raise click.exceptions.Exit(1)


async def _clean(*, everything: bool, dry_run: bool, yes: bool) -> list[Removed]:
    from codesteer_tui.sandbox.docker import engine as engines
    from codesteer_tui.sandbox.docker import upkeep

    engine = await engines.connect()
    try:
        found = await upkeep.cleaning(engine, everything=everything)
        for box in found.kept:
            say(
                f"left: container {box.id[:12]}, owner {box.owner}{f' (process {box.pid})' if box.pid else ''}"
            )
        for image in found.in_use:
            say(f"left: {image}, in use by a container that is left")
        if dry_run:
            for item in found.items:
                put(f"would remove {item.words}{_room(item)}")
            put(f"{_room_of(found.items)} in all" if found.items else "nothing to remove")
            return []
        if not found.items:
            put("nothing to remove")
            return []
        if everything and not yes:
            _agree(found.items)
        before = await upkeep.room_taken(engine)
        done = []
        async with aclosing(upkeep.remove(engine, found.items)) as removed:
            async for each in removed:
                done.append(each)
                left = f"could not remove {each.item.words}: {each.problem}"
                put(left if each.problem else f"removed {each.item.words}")
        freed = before - await upkeep.room_taken(engine)
        if freed > 0:  # an engine need not know: Podman counts layers to every image that has them
            put(f"{freed / MB:.0f} MB freed")
        return done
    finally:
        await engine.close()


def _agree(items: list[Item]) -> None:
    """Name what would go before everything does, and what it takes to have it back."""
    for item in items:
        used = item.what == "container" and "owner gone" not in item.words
        say(f"{'in use' if used else 'would remove'}: {item.words}{_room(item)}")
    back = "The images are built again with codesteer sandbox build, which may download their parts anew."
    if not sys.stdin.isatty():
        raise click.UsageError(f"{_count(len(items), 'thing')} would be removed. {back} Add --yes to agree.")
    click.confirm(f"{back} Remove {_count(len(items), 'thing')}?", abort=True, err=True)


def _room(item: Item) -> str:
    return f", {item.bytes / MB:.0f} MB" if item.bytes else ""


def _room_of(items: list[Item]) -> str:
    return f"about {sum(item.bytes for item in items) / MB:.0f} MB"


@click.command("selftest")
@click.option(
    "--engine",
    type=click.Choice(["docker", "namespaces"]),
    help="Which to test; the one in use without it.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def selftest(ctx: click.Context, engine: str | None, as_json: bool) -> None:
    """Run small escapes and limit tests in the sandbox, and say of each whether it held.

    The exit code is 0 where all did, 1 where one did not, 3 where the sandbox failed.
    """
    import msgspec

    settings = settings_of(ctx, {"sandbox.engine": engine} if engine else {}).config.sandbox
    info, findings = run_async(_selftest(settings, echo=not as_json))
    ok = all(finding.ok for finding in findings)
    if as_json:
        put_json({"sandbox": msgspec.to_builtins(info), "ok": ok, "trials": msgspec.to_builtins(findings)})
    else:
        failed = sum(not finding.ok for finding in findings)
        put("the sandbox holds" if ok else f"{failed} of {len(findings)} failed: do not rely on this sandbox")
    ctx.exit(0 if ok else 1)


async def _selftest(settings: SandboxSettings, *, echo: bool) -> tuple[SandboxInfo, list[Finding]]:
    from codesteer_tui.sandbox.choose import choose_sandbox
    from codesteer_tui.sandbox.selftest import selftest as trials

    box = await choose_sandbox(settings)
    findings: list[Finding] = []
    try:
        if echo:
            say(f"sandbox: {box.info.label}")
        async with aclosing(trials(box)) as found:
            async for finding in found:
                findings.append(finding)
                if echo:
                    put(
                        f"{'ok' if finding.ok else 'FAILED':<7}{finding.name if finding.ok else finding.said}"
                    )
    finally:
        await box.aclose()
    return box.info, findings


def _print(name: str, text: str) -> None:
    put(f"{name:<{_WIDTH}}{text}")


def _print_why(detail: str, remedy: str) -> None:
    if detail:
        _print("", detail)
    if remedy:
        _print("", f"→ {remedy}")
