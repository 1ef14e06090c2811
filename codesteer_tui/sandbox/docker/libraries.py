"""The scientific libraries of the image "sci": installed on the host, into a folder that is copied in.

They are fetched by pip for the Python and the machine of the base image, each file checked against the locked
hash, and kept in the user's cache, so that building again downloads nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import importlib.util
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncGenerator
from pathlib import Path

import platformdirs
from msgspec import Struct

from codesteer_tui.errors import SandboxError

LOCK = Path(__file__).resolve().parent / "sci.txt"
DOWNLOAD_BYTES, DISK_BYTES = 128 << 20, 340 << 20
"""About what the locked wheels are to fetch, and the folder on disk; measured for x86_64 and Python 3.11."""

OLDEST_PYTHON = (3, 11)
_PRUNED_FOLDERS = ("tests", "bin")
_PRUNED_SUFFIXES = (".pyi", ".a")
_FILLING = ".filling-"
_OLDEST_GLIBC = 17
_AGAIN = "Check the network and the disk, then run again: codesteer sandbox build sci"


class Target(Struct, frozen=True):
    """What the libraries must fit: Python such as "3.12", machine such as "x86_64", glibc such as "2.36"."""

    python: str
    machine: str
    glibc: str


def lock_key() -> str:
    """Identifies the locked versions and what is left out of them."""
    digest = hashlib.sha256(LOCK.read_bytes())
    digest.update(repr((_PRUNED_FOLDERS, _PRUNED_SUFFIXES)).encode())
    return digest.hexdigest()[:12]


def root() -> Path:
    """The folder in the user's cache that holds every filled folder."""
    return Path(platformdirs.user_cache_dir("codesteer", appauthor=False)) / "sandbox-libraries"


def folder(target: Target) -> Path:
    """Where the libraries for `target` lie once they have been fetched; a folder that is there is complete."""
    return root() / f"{lock_key()}-{target.python}-{target.machine}-{target.glibc}"


def check(target: Target) -> None:
    """See whether there can be libraries for `target`.

    Raises:
        SandboxError: its Python is too old, its C library is not glibc, or pip is missing here.
    """
    other = "Build from another base image: codesteer sandbox build sci --base NAME"
    if tuple(int(part) for part in target.python.split(".")) < OLDEST_PYTHON:
        raise SandboxError(f"The base image has Python {target.python}; the libraries need 3.11.", other)
    if not target.glibc:
        raise SandboxError("The base image is not built on glibc; the libraries need it.", other)
    if importlib.util.find_spec("pip") is None:
        raise SandboxError(
            f"The libraries are fetched with pip, which {sys.executable} does not have.",
            f"{sys.executable} -m ensurepip",
        )


async def fill(target: Target) -> AsyncGenerator[str, None]:
    """Fetch the libraries for `target` unless they are there; yields progress lines.

    The folder appears under its name only once it is complete.

    Raises:
        SandboxError: see `check`; or pip failed, with its own words; or the folder cannot be written.
    """
    check(target)
    there = folder(target)
    if there.is_dir():
        return
    yield f"fetching libraries for Python {target.python} on {target.machine}"
    try:
        root().mkdir(parents=True, exist_ok=True)
        half = Path(tempfile.mkdtemp(prefix=f"{_FILLING}{os.getpid()}-", dir=root()))
    except OSError as error:
        raise SandboxError(f"The libraries cannot be kept in {root()}: {error.strerror}", _AGAIN) from error
    try:
        async with contextlib.aclosing(_install(target, half)) as lines:
            async for line in lines:
                yield line
        await asyncio.to_thread(_finish, half, there)
    finally:
        await asyncio.shield(asyncio.to_thread(shutil.rmtree, half, ignore_errors=True))


async def _install(target: Target, into: Path) -> AsyncGenerator[str, None]:
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "PIP_USER": "0"}
    process = await asyncio.create_subprocess_exec(
        *command(target, into),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=environment,
    )
    assert process.stdout is not None
    errors: list[str] = []
    trouble = ""
    try:
        async for raw in process.stdout:
            line = raw.decode("utf-8", "replace").strip()
            if line.startswith("ERROR:"):
                errors.append(line.removeprefix("ERROR:").strip())
            elif line.startswith(("Collecting ", "Downloading ", "Installing ")):
                yield line
            elif "connection" in line.lower() or "retrying" in line.lower():
                trouble = f" ({line[:200]})"  # the error itself only says that nothing was found
        code = await process.wait()
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await asyncio.shield(process.wait())
    if code != 0:
        said = errors[-1] if errors else f"pip ended with {code}"
        raise SandboxError(f"The libraries could not be fetched: {said[:300]}{trouble}", _AGAIN)


def command(target: Target, into: Path) -> list[str]:
    """What fetches the libraries for `target` into a folder, checking each file against its hash."""
    newest = int(target.glibc.split(".")[1])
    platforms = [f"manylinux_2_{minor}_{target.machine}" for minor in range(newest, _OLDEST_GLIBC - 1, -1)]
    platforms.append(f"manylinux2014_{target.machine}")
    return [
        *(sys.executable, "-P", "-m", "pip", "install", "--no-compile", "--no-deps", "--require-hashes"),
        *("--only-binary=:all:", "--progress-bar=off", "--python-version", target.python),
        *(word for each in platforms for word in ("--platform", each)),
        *("--target", str(into), "-r", str(LOCK)),
    ]


def _finish(half: Path, there: Path) -> None:
    """Leave out what no program needs, and give the folder its name.

    Raises:
        SandboxError: it cannot be written.
    """
    try:
        _prune(half)
        half.chmod(0o755)
        half.rename(there)
    except OSError as error:
        if not there.is_dir():  # else another process was quicker, which is as good
            raise SandboxError(f"{there} cannot be written: {error.strerror}", _AGAIN) from error


def _prune(site: Path) -> None:
    """Remove the libraries' own tests, type stubs, and programs that are no use in a sandbox: about 90 MB."""
    for parent, folders, files in os.walk(site):
        for name in [name for name in folders if name in _PRUNED_FOLDERS]:
            shutil.rmtree(Path(parent, name))
            folders.remove(name)
        for name in files:
            if name.endswith(_PRUNED_SUFFIXES):
                Path(parent, name).unlink()


def size_of(path: Path) -> int:
    """Bytes of the files in a folder."""
    return sum(each.lstat().st_size for each in path.rglob("*") if each.is_file())


def leftovers(*, everything: bool = False) -> list[Path]:
    """Folders in the cache that no build of this version would use; with `everything`, all of them.

    A folder that a living process is filling is left alone.
    """
    if not root().is_dir():
        return []
    current = f"{lock_key()}-"
    return [
        each
        for each in sorted(root().iterdir())
        if not _being_filled(each) and (everything or not each.name.startswith(current))
    ]


def _being_filled(path: Path) -> bool:
    if not path.name.startswith(_FILLING):
        return False
    pid = path.name.removeprefix(_FILLING).split("-")[0]
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, ValueError):
        return False
    except OSError:
        return True
    return True
