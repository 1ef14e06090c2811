"""Files that are made beside their place and put there when they are whole: nothing half-made bears a name."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import re
import secrets
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from codesteer_tui.errors import ConfigError, WeightsError
from codesteer_tui.weights.store import PulledFile, Record, record_path, write_record

if sys.platform != "win32":
    import fcntl

T = TypeVar("T")
MB = 1_000_000
_AT_ONCE = 1 << 24


class Progress(Struct, frozen=True):
    """How far it is: `done` of `total` (bytes of a conversion, tensors of a quantization), and what is at work."""

    done: int
    total: int
    what: str


def require_free(target: Path, *, force: bool) -> None:
    """See that a file can be made at `target`.

    Raises:
        ConfigError: its folder is missing, it is a folder itself, or it is there and `force` is not given.
    """
    if not target.parent.is_dir():
        raise ConfigError(
            f"There is no folder {target.parent}.", "Make it, or name another target: --output FILE"
        )
    if target.is_dir():
        raise ConfigError(f"{target} is a folder.", "Name a file: --output FILE")
    if target.exists() and not force:
        raise ConfigError(f"{target} is there already.", "To make it anew: --force, or --output FILE")


def require_another(target: Path, sources: Iterable[Path]) -> None:
    """See that a file is not written over one that it is made from, by whatever name or link.

    Raises:
        ConfigError: it would be.
    """
    for source in sources:
        if target.exists() and source.exists() and target.samefile(source):
            raise ConfigError(
                f"{target} is {source.name}, which it would be made from.", "Name another: --output FILE"
            )


def require_room(target: Path, needed: int) -> None:
    """See that `needed` bytes fit beside `target`.

    Raises:
        WeightsError: they do not.
    """
    free = shutil.disk_usage(target.parent).free
    if free < needed:
        raise WeightsError(
            f"{target.name} will have {needed / MB:.0f} MB, and {target.parent} has {free / MB:.0f} MB free.",
            "Make room, choose a smaller type, or write to another disk: --output FILE",
        )


def clear_leftovers(target: Path) -> list[str]:
    """Remove what runs left beside `target` that were killed while they made it; gives that in words, for people.

    Raises:
        WeightsError: another run is making it now.
    """
    said = []
    name = re.compile(re.escape(f".{target.name}.") + r"[0-9a-f]{8}\.part")
    for part in sorted(path for path in target.parent.glob(".*.part") if name.fullmatch(path.name)):
        try:
            size = part.stat().st_size
            with part.open("rb+") as file:
                _take(file.fileno())
                if os.name == "posix":
                    part.unlink()
            part.unlink(missing_ok=True)
        except FileNotFoundError:  # it has just come to its end
            continue
        except BlockingIOError:
            raise WeightsError(
                f"Another codesteer is making {target} now.",
                "Wait for it, or name another file: --output FILE",
            ) from None
        except OSError as error:
            said.append(
                f"{part} seems to be left of a run that was killed, and cannot be removed: {error.strerror or error}."
            )
        else:
            said.append(
                f"{part.name} was left of a run that was killed ({size / MB:.0f} MB), and was removed."
            )
    return said


@contextmanager
def beside(target: Path, *, force: bool) -> Iterator[Path]:
    """A path beside `target` to write to; at the end the file goes to its place. In case of an error it is removed.

    While it is written the file is locked, so that `clear_leftovers` knows it from one that was left.

    Raises:
        WeightsError: the disk is full or cannot be written to, or `target` has come to be meanwhile.
    """
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with _held(part):
            yield part
            with part.open("rb+") as file:
                os.fsync(file.fileno())
        require_free(target, force=force)
        record_path(target).unlink(missing_ok=True)  # it is of what was there before
        part.replace(target)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise WeightsError(
            f"{target} could not be written: {error.strerror or error}.",
            "Make room, or write to another disk: --output FILE"
            if full
            else "Try another place: --output FILE",
        ) from error
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _held(part: Path) -> Iterator[None]:
    """Make an empty file and hold its lock: whoever writes to it opens the same file."""
    if os.name != "posix":  # there a file that is open cannot be removed anyway
        yield
        return
    with part.open("xb") as file:
        _take(file.fileno())
        yield


def _take(handle: int) -> None:
    """Lock an open file.

    Raises:
        BlockingIOError: somebody has it.
    """
    if sys.platform != "win32":
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


async def note_hash(target: Path) -> None:
    """Write down which hash a file has that was just made, so that it can be checked later. Reads all of it.

    Raises:
        WeightsError: it cannot be read or written down.
    """
    digest, size = hashlib.sha256(), 0
    try:
        with target.open("rb", buffering=0) as file:
            while data := await to_its_end(partial(file.read, _AT_ONCE)):
                await to_its_end(partial(digest.update, data))
                size += len(data)
        made = PulledFile(target.name, size, digest.hexdigest())
        write_record(target, Record(repo="", commit="", host="", licence="", files=(made,)))
    except OSError as error:
        raise WeightsError(
            f"{target} was made, and its hash cannot be written down: {error.strerror or error}.",
            "It can be used all the same.",
        ) from error


async def to_its_end(call: Callable[[], T]) -> T:
    """Call it in a thread. Who is cancelled meanwhile waits until the call has ended, since it holds files."""
    task = asyncio.ensure_future(asyncio.to_thread(call))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # seen; the cancellation is what is told
        raise
