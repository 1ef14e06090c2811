"""What executions could leave behind on a machine: containers, processes, mounts and descriptors."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from codesteer_tui.sandbox import engine


class Traces(NamedTuple):
    """What there is of this process at one moment."""

    containers: frozenset[str]
    processes: frozenset[str]
    mounts: frozenset[str]
    sockets: int

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
            sum(_is_socket(link) for link in Path("/proc/self/fd").iterdir()),
        )

    def since(self, before: Traces) -> dict[str, object]:
        """What is there now and was not there before; empty where nothing is left."""
        left: dict[str, object] = {
            "containers": sorted(self.containers - before.containers),
            "processes": sorted(self.processes - before.processes),
            "mounts": sorted(self.mounts - before.mounts),
            "more sockets": max(0, self.sockets - before.sockets),
        }
        return {what: found for what, found in left.items() if found}


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


def _is_socket(link: Path) -> bool:
    try:
        return str(link.readlink()).startswith("socket:")
    except FileNotFoundError:
        return False
