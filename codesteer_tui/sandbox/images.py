"""The image that programs run in: which one is ours, whether it is there, and how it is made."""

from __future__ import annotations

import asyncio
import functools
import hashlib
import io
import tarfile
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct

from codesteer_tui.errors import SandboxError, SandboxUnavailable
from codesteer_tui.sandbox import engine as engines
from codesteer_tui.sandbox import failures
from codesteer_tui.sandbox.engine import LABEL_RUNNER, Engine

DEFAULT_BASE = "python:3.12-slim"
REPOSITORY = "codesteer-sandbox"
KINDS = ("core", "sci")
LABEL_KIND = "codesteer.kind"
_HERE = Path(__file__).resolve().parent
_KNOWN_SIZES = {DEFAULT_BASE: (45 << 20, 125 << 20)}


class Image(Struct, frozen=True):
    """An image that the engine has: its id, and its kind ("core", "sci", or the name it was asked for by)."""

    id: str
    kind: str


class Pull(Struct, frozen=True):
    """What building would fetch from a registry: the base image and, where known, its size in bytes."""

    base: str
    download_bytes: int | None = None
    disk_bytes: int | None = None


@functools.cache
def runner_hash() -> str:
    """Identifies what goes into the image from this package; images of other versions are not used."""
    digest = hashlib.sha256()
    for path in _ingredients():
        digest.update(f"{path.relative_to(_HERE)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def tag(base: str = DEFAULT_BASE) -> str:
    """The name of the core image made from `base`."""
    return f"{REPOSITORY}:core-{hashlib.sha256(f'{runner_hash()} {base}'.encode()).hexdigest()[:12]}"


def _ingredients() -> list[Path]:
    return [_HERE / "Dockerfile", *sorted((_HERE / "inside").glob("*.py"))]


async def find(engine: Engine, image: str = "") -> Image:
    """The image to use: "core", "sci" or a name; empty takes sci where it was built, else core.

    Raises:
        SandboxUnavailable: there is none, or the one named was made by another version; the remedy builds it.
    """
    if image in ("", *KINDS):
        for kind in (image,) if image else ("sci", "core"):
            if identity := await _built(engine, kind):
                return Image(identity, kind)
        what = (
            f"it has no {image} image of this version of codesteer"
            if image
            else "it has no codesteer image yet"
        )
        raise SandboxUnavailable(f"The Docker engine is not ready: {what}.", _build_command(image))
    try:
        facts = await engine.call(engine.api.inspect_image, image)
    except SandboxUnavailable as error:
        raise SandboxUnavailable(f"The image {image!r}: {error.message}", failures.BUILD_COMMAND) from error
    labels = facts["Config"].get("Labels") or {}
    if labels.get(LABEL_RUNNER) != runner_hash():
        raise SandboxUnavailable(
            f"The image {image!r} was not made by this version of codesteer.", failures.BUILD_COMMAND
        )
    # A person's image made from ours inherits the labels; it goes by its own name.
    ours = image.startswith((f"{REPOSITORY}:", "sha256:"))
    return Image(str(facts["Id"]), labels.get(LABEL_KIND, "core") if ours else image)


async def _built(engine: Engine, kind: str) -> str:
    """The id of the newest image of `kind` that fits this version; empty where there is none."""
    wanted = [f"{LABEL_RUNNER}={runner_hash()}", f"{LABEL_KIND}={kind}"]
    found = await engine.call(engine.api.images, filters={"label": wanted})
    return str(max(found, key=lambda each: each["Created"])["Id"]) if found else ""


def _build_command(kind: str) -> str:
    return f"{failures.BUILD_COMMAND} sci" if kind == "sci" else failures.BUILD_COMMAND


async def pull_needed(base: str = DEFAULT_BASE) -> Pull | None:
    """What `build(base)` would download, or None where the base image is there already.

    Raises:
        SandboxUnavailable: no engine answers.
    """
    engine = await engines.connect()
    try:
        if await _has(engine, base):
            return None
    finally:
        await engine.close()
    return Pull(base, *_KNOWN_SIZES.get(base, (None, None)))


async def _has(engine: Engine, name: str) -> bool:
    return bool(await engine.call(engine.api.images, name=name))


async def build(base: str = DEFAULT_BASE) -> AsyncGenerator[str, None]:
    """Make the core image from `base`, pulling that only where it is missing; yields progress lines.

    The last line names the image. Ask for consent first where `pull_needed(base)` says so.

    Raises:
        SandboxUnavailable: no engine answers.
        SandboxError: the pull or the build failed; the engine's own message is in it.
    """
    engine = await engines.connect()
    try:
        engine.api.timeout = 600
        if not await _has(engine, base):
            yield f"pulling {base}"
            repository, _, version = base.partition("@" if "@" in base else ":")
            pull = lambda: engine.api.pull(repository, tag=version or "latest", stream=True, decode=True)  # noqa: E731
            async for line in _progress(engine, pull, f"could not pull {base}"):
                yield line
        name = tag(base)
        yield f"building {name} from {base}"
        async for line in _progress(engine, lambda: _start_build(engine, base, name), "the build failed"):
            yield line
        yield f"built {name}"
    finally:
        await engine.close()


def _start_build(engine: Engine, base: str, name: str) -> Iterator[dict[str, Any]]:
    stream: Iterator[dict[str, Any]] = engine.api.build(
        fileobj=_context(),
        custom_context=True,
        tag=name,
        buildargs={"BASE": base},
        labels={LABEL_RUNNER: runner_hash(), LABEL_KIND: "core", "codesteer.base": base},
        network_mode="none",
        pull=False,
        rm=True,
        forcerm=True,  # without it a failed build leaves containers that carry no label of ours
        decode=True,
    )
    return stream


def _context() -> io.BytesIO:
    """The build context as a tar, the same bytes each time, so that the engine's cache works."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path in _ingredients():
            data = path.read_bytes()
            entry = tarfile.TarInfo(str(path.relative_to(_HERE)))
            entry.size, entry.mode = len(data), 0o644
            archive.addfile(entry, io.BytesIO(data))
    buffer.seek(0)
    return buffer


async def _progress(
    engine: Engine, start: Callable[[], Iterator[dict[str, Any]]], what: str
) -> AsyncIterator[str]:
    """Run a streaming call of the SDK in a thread and yield its lines.

    Raises:
        SandboxError: the engine reported an error; `what` says what was being done.
    """
    stream = None
    last = ""
    try:
        stream = await engine.call(start)
        while (message := await engine.call(next, stream, None)) is not None:
            if "error" in message:
                raise SandboxError(f"{what}: {message['error'].strip()}")
            line = _line(message)
            if line and line != last:
                last = line
                yield line
    except SandboxUnavailable as error:
        raise SandboxError(f"{what}: {error.message}", _advice(error.message)) from error
    except SandboxError as error:
        raise SandboxError(error.message, _advice(error.message)) from error
    finally:
        if stream is not None and hasattr(stream, "close"):
            await asyncio.shield(engine.call(stream.close))


def _line(message: dict[str, Any]) -> str:
    """One line for a person; the byte counts of layers are left out, since they change a hundred times."""
    text = str(message.get("stream") or message.get("status") or "").strip()
    return f"{message['id']}: {text}" if text and "id" in message else text


def _advice(message: str) -> str:
    if "could not pull" in message:
        return "Check the network, or build from an image you have: codesteer sandbox build --base NAME"
    return "Build from another base image: codesteer sandbox build --base NAME"
