"""Whether weights are what they should be: their hash, and whether the file is whole."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, TypeAlias

from msgspec import Struct

from codesteer_tui.errors import ConfigError, WeightsError
from codesteer_tui.providers.llama.parts import parts_of
from codesteer_tui.weights.catalogue import Known
from codesteer_tui.weights.facts import facts_of
from codesteer_tui.weights.store import PulledFile, read_record

Outcome: TypeAlias = Literal["right", "wrong", "missing", "not_known"]
Advance: TypeAlias = Callable[[int], None]
"""Is told of so many further bytes that were read."""

_CHUNK = 1 << 20


class FileCheck(Struct, frozen=True):
    """One file: `not_known` where nothing says which hash it should have. `expected` and `got` are hex digests."""

    name: str
    outcome: Outcome
    expected: str = ""
    got: str = ""


class Checked(Struct, frozen=True, kw_only=True):
    """What a check found. `against` says where the expected hashes are from, empty where from nowhere; `problems` is
    what is wrong with the structure, in words."""

    path: Path
    form: str
    against: str
    files: tuple[FileCheck, ...]
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong. The hashes may still not be known."""
        return not self.problems and all(file.outcome in ("right", "not_known") for file in self.files)


def verify(
    path: Path, *, sha256: str = "", known: Mapping[str, Known] | None = None, advance: Advance | None = None
) -> Checked:
    """Check weights: their structure, and their hash against `sha256`, else against what the hub said when they were
    pulled, else against the catalogue. Reads all of them. Blocks.

    Raises:
        WeightsError: nothing is there, or it cannot be read, or it is neither a GGUF nor a checkpoint.
        ConfigError: `sha256` is none, or is given for a folder.
    """
    sha256 = sha256.strip().lower().removeprefix("sha256:")
    if sha256 and (len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef")):
        raise ConfigError("--sha256 is no SHA-256.", "It has 64 characters, 0 to 9 and a to f.")
    if sha256 and (path.is_dir() or len(parts_of(path)) > 1):
        raise ConfigError(
            f"{path} is more than one file, and --sha256 is the hash of one.",
            "Leave --sha256 out; each file is then checked against what the hub said.",
        )
    form, problems = _structure(path)
    against, expected = _expected(path, sha256, known or {})
    files = tuple(
        _check(file, expected.get(file.name), advance or _nobody) for file in _files(path, expected)
    )
    return Checked(path=path, form=form, against=against, files=files, problems=tuple(problems))


def problems_of_pulled(path: Path, host: str) -> tuple[str, ...]:
    """What is wrong with weights that have just come from a hub, as far as their heads tell: the right hash says only
    that they are what the hub has.

    Raises:
        WeightsError: they are no weights at all.
    """
    try:
        return facts_of(path).problems
    except WeightsError as error:
        raise WeightsError(
            f"{path} is what {host} has, and cannot be used: {error.message}",
            f"Look for other weights; to remove these: codesteer weights rm {path.name}",
        ) from error


def check_file(path: Path, expected: PulledFile, advance: Advance) -> FileCheck:
    """A file against what the hub says of it: its SHA-256, or git's hash where it is a small one.

    Raises:
        WeightsError: it cannot be read.
    """
    return _check(path, expected, advance)


def is_as_it_came(path: Path, file: PulledFile, at: float) -> bool:
    """Whether a file is still what the hub gave: somebody may have trained or written into its folder since. All of it
    is read; where the hub told no hash it may not be newer than `at`.

    Raises:
        WeightsError: it cannot be read.
        OSError: it is not there.
    """
    if path.is_symlink():
        return True  # only the link goes
    there = path.stat()
    if file.size >= 0 and there.st_size != file.size:
        return False
    outcome = _check(path, file, _nobody).outcome
    return outcome == "right" or (outcome == "not_known" and there.st_mtime <= at)


def sha256_of(path: Path, advance: Advance) -> str:
    """The SHA-256 of a file, in hex.

    Raises:
        WeightsError: it cannot be read.
    """
    return _digest(path, hashlib.sha256(), advance)


def _structure(path: Path) -> tuple[str, list[str]]:
    """What it is, and what is wrong with it. A damaged file is a finding here, and no error."""
    if not path.exists():
        raise WeightsError(f"There is nothing at {path}.", "codesteer weights list shows what there is.")
    if path.is_dir():
        facts = facts_of(path)
        return facts.form, list(facts.problems)
    problems = []
    for part in parts_of(path):
        label = f"{part.name}: " if part != path else ""
        try:
            problems += [
                label + problem for problem in facts_of(part).problems if "no chat template" not in problem
            ]
        except WeightsError as error:
            problems.append(error.message if part.exists() else f"{part.name} is missing")
    return "gguf", problems


def _expected(path: Path, sha256: str, known: Mapping[str, Known]) -> tuple[str, dict[str, PulledFile]]:
    """Where the hashes are from, in words, and what each file should be."""
    if sha256:
        return "the SHA-256 that you gave", {path.name: PulledFile(path.name, sha256=sha256)}
    if record := read_record(path):
        files = {file.path.rpartition("/")[2]: file for file in record.files}
        if not record.repo:
            return "what it was when it was made here", files
        return f"what {record.host} said of {record.repo} at {record.commit[:12]}", files
    for name, entry in known.items():
        if entry.sha256 and entry.place == path.name:
            return f"the catalogue's {name}", {path.name: PulledFile(path.name, sha256=entry.sha256)}
    return "", {}


def _files(path: Path, expected: Mapping[str, PulledFile]) -> list[Path]:
    if path.is_dir():
        there = {file.name for file in path.iterdir() if file.is_file() and not file.name.startswith(".")}
        return [path / name for name in sorted(there | set(expected))]
    return parts_of(path)


def _check(path: Path, expected: PulledFile | None, advance: Advance) -> FileCheck:
    if not path.is_file():
        return FileCheck(path.name, "missing", expected.sha256 or expected.blob if expected else "")
    if expected is not None and expected.blob and not expected.sha256:
        # The hub names no SHA-256 of small files, but the hash that git gives them.
        size = path.stat().st_size
        got = _digest(path, hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False), advance)
        return FileCheck(path.name, "right" if got == expected.blob else "wrong", expected.blob, got)
    got = sha256_of(path, advance)
    if expected is None or not expected.sha256:
        return FileCheck(path.name, "not_known", "", got)
    return FileCheck(path.name, "right" if got == expected.sha256 else "wrong", expected.sha256, got)


def _digest(path: Path, digest: hashlib._Hash, advance: Advance) -> str:
    buffer = memoryview(bytearray(_CHUNK))
    try:
        with path.open("rb", buffering=0) as file:
            while count := file.readinto(buffer):
                digest.update(buffer[:count])
                advance(count)
    except OSError as error:
        raise WeightsError(
            f"{path} cannot be read: {error.strerror or error}.", "Check who may read it, and the disk."
        ) from error
    return digest.hexdigest()


def _nobody(count: int) -> None:
    """Nobody wants to know."""
