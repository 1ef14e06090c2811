"""What executions could leave behind on a machine: containers, processes, mounts and descriptors."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

from codesteer_tui.sandbox.docker import engine


class Traces(NamedTuple):
    """What there is of this process at one moment."""

    containers: frozenset[str]
    processes: frozenset[str]
    mounts: frozenset[str]
    sockets: frozenset[str]

    @classmethod
    def now(cls) -> Traces:
        """Look around. Mounts are those of the engine and of this process that belong to nobody else's box."""
        mounts = _mounts()  # before the boxes they belong to are asked for: a box may only come in between
        own, foreign = _containers()
        belongs_to_others = tuple(part for each in foreign for part in each)
        return cls(
            frozenset(own),
            frozenset(_descendants(os.getpid())),
            frozenset(mount for mount in mounts if not any(part in mount for part in belongs_to_others)),
            frozenset(
                name for name in map(_target, Path("/proc/self/fd").iterdir()) if name[:7] == "socket:"
            ),
        )

    def __sub__(self, before: Traces) -> Traces:
        return Traces(*(now - then for now, then in zip(self, before, strict=True)))

    def __and__(self, other: Traces) -> Traces:
        return Traces(*(one & another for one, another in zip(self, other, strict=True)))


def left_since(before: Traces, patience_s: float) -> Traces:
    """What was not there `before` and does not go away either; comes back as soon as there is nothing.

    Looking once is not enough: what other programs on the machine are starting or removing just now comes and
    goes, and only what is there at every look can be ours.
    """
    deadline = time.monotonic() + patience_s
    left = Traces.now() - before
    while any(left) and time.monotonic() < deadline:
        time.sleep(0.2)
        left &= Traces.now()
    return left


def _containers() -> tuple[list[str], list[tuple[str, ...]]]:
    """The ids of this process's own boxes, and for each of the others the places that its mounts are at."""
    if not shutil.which("docker"):
        return [], []
    listed = _docker("ps", "--all", "--quiet", "--no-trunc")
    places = "{{.Id}} {{.GraphDriver.Data.MergedDir}} {{.NetworkSettings.SandboxKey}}"
    label = f'{{{{index .Config.Labels "{engine.LABEL_OWNER}"}}}}'
    own, others = [], []
    for container in listed:
        for line in _docker("inspect", "--format", f"{places}\t{label}", container):
            known, owner = line.split("\t")
            if owner == engine.own_label():
                own.append(container)
            else:
                others.append(tuple(word for word in known.split() if word != "<no"))
    return own, others


def _docker(*words: str) -> list[str]:
    """Lines that the engine's client prints; none where there is no engine, or the box is gone by now."""
    done = subprocess.run(["docker", *words], capture_output=True, text=True, timeout=60, check=False)
    return done.stdout.splitlines() if done.returncode == 0 else []


def _descendants(pid: int) -> list[str]:
    """Every process below `pid`, with its number, when it began and its name."""
    found, parents = {}, {str(pid)}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            name, rest = (folder / "stat").read_text().rsplit(")", 1)
        except (FileNotFoundError, ProcessLookupError):
            continue
        fields = rest.split()
        found[folder.name] = (fields[1], f"{name}) since {fields[19]}")
    while more := {each for each, (parent, _) in found.items() if parent in parents} - parents:
        parents |= more
    return [found[each][1] for each in parents - {str(pid)}]


def _mounts() -> list[str]:
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    return [line.split()[4] + " " + line.partition(" - ")[2] for line in lines]


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except FileNotFoundError:
        return ""
