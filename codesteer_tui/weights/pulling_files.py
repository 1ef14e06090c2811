"""The files of a pull on this machine: where they will be, what has arrived of them, and writing to them."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from codesteer_tui.errors import WeightsError
from codesteer_tui.weights.hub import Offer, in_bytes
from codesteer_tui.weights.store import PART, PulledFile, record_path

if sys.platform != "win32":
    import fcntl

_FULL = (errno.ENOSPC, errno.EDQUOT)


def target_of(offer: Offer, folder: Path) -> Path:
    """The file or folder that the weights will be."""
    return folder / offer.place


def still_to_fetch(offer: Offer, folder: Path) -> int:
    """Bytes that have not arrived yet, as far as the hub tells sizes."""
    total = 0
    for file in offer.files:
        path = place_of(offer, folder, file)
        if not (path.is_file() and path.stat().st_size == file.size):
            total += max(0, file.size - arrived(part_of(path, file, offer.commit)))
    return total


def check_room(offer: Offer, folder: Path) -> None:
    """Whether what is still to be fetched fits on the disk.

    Raises:
        WeightsError: it does not; it says how much is lacking.
    """
    there = folder
    while not there.exists():
        there = there.parent
    needed, free = still_to_fetch(offer, folder), shutil.disk_usage(there).free
    if needed > free:
        raise WeightsError(
            f"{offer.wanted.repo} needs {in_bytes(needed)} more, and {folder} has {in_bytes(free)} free.",
            "Make room, or choose another disk with --to.",
        )


def place_of(offer: Offer, folder: Path, file: PulledFile) -> Path:
    """Where a file of the offer will be."""
    name = file.path.rpartition("/")[2]
    return target_of(offer, folder) / name if offer.form == "checkpoint" else folder / name


def part_of(path: Path, file: PulledFile, commit: str) -> Path:
    """What has arrived of a file. Its name has a piece of the content's hash, else of the commit's, so that only the
    same content is gone on with."""
    identity = re.sub(r"[^\w-]", "-", (file.sha256 or file.blob or commit)[:12])
    return path.with_name(f"{path.name}.{identity}{PART}")


def arrived(path: Path) -> int:
    """Bytes that are there; what cannot be looked at is found out when it is written to."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


@contextlib.contextmanager
def held(part: Path) -> Iterator[Any]:
    """The part, open for writing at its end, while no other pull has it."""
    with part.open("ab", buffering=0) as out:
        if sys.platform != "win32":
            try:
                fcntl.flock(out, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise WeightsError(
                    f"Another codesteer is fetching {part.name} now.",
                    "Wait for it, or stop it; then try again.",
                ) from None
        require_there(part, out)
        yield out


def require_there(part: Path, out: Any) -> None:
    """See that what is written to has its place still.

    Raises:
        WeightsError: somebody removed it meanwhile.
    """
    if not os.fstat(out.fileno()).st_nlink:
        raise WeightsError(
            f"{part.name} was removed while it was fetched, and what had arrived with it.", "Pull it again."
        )


def forget_if_empty(path: Path) -> None:
    """Leave no trace of a pull of which nothing has arrived: neither an empty part nor an empty folder."""
    record = record_path(path)
    with contextlib.suppress(OSError):  # whatever hinders it, an empty file is no harm
        if path.is_dir():
            if {file.name for file in path.iterdir()} <= {record.name}:
                record.unlink(missing_ok=True)
                path.rmdir()
        elif not path.is_symlink() and not path.stat().st_size:
            path.unlink()
            record.unlink(missing_ok=True)


def write_all(out: Any, chunk: bytes, kept: str) -> None:
    """Write all of a chunk.

    Raises:
        WeightsError: the disk is full, or fails.
    """
    rest = memoryview(chunk)
    try:
        while rest:
            rest = rest[out.write(rest) :]
    except OSError as error:
        raise disk_error(error, Path(out.name), kept) from error


def disk_error(error: OSError, path: Path, kept: str = "") -> WeightsError:
    """What the disk refused, in words; `kept` says what of it there is."""
    if error.errno in _FULL:
        return WeightsError(
            f"The disk is full (writing {path}).", f"{kept}Make room, or choose another disk with --to."
        )
    return WeightsError(
        f"{path} cannot be written: {error.strerror or error}.",
        f"{kept}Check its folder, or choose another with --to.",
    )
