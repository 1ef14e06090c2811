"""Making the images that programs run in: what that would download, and the making itself."""

from __future__ import annotations

import asyncio
import functools
import tarfile
import tempfile
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import IO, Any

import msgspec
from msgspec import Struct

from codesteer_tui.errors import SandboxError, SandboxUnavailable
from codesteer_tui.sandbox.docker import engine as engines
from codesteer_tui.sandbox.docker import failures, images, libraries
from codesteer_tui.sandbox.docker.engine import LABEL_OWNER, LABEL_SANDBOX, Engine
from codesteer_tui.sandbox.docker.images import DEFAULT_BASE
from codesteer_tui.sandbox.docker.libraries import Target

_KNOWN_SIZES = {DEFAULT_BASE: (45 << 20, 125 << 20)}


class Pull(Struct, frozen=True):
    """What building would fetch from a registry: the base image and, where known, its size in bytes."""

    base: str
    download_bytes: int | None = None
    disk_bytes: int | None = None

    def __str__(self) -> str:
        if self.download_bytes is None:
            return f"The image {self.base} is not here and would be pulled if there is one; its size is not known."
        on_disk = f" and takes {self.disk_bytes >> 20} MiB on disk" if self.disk_bytes else ""
        return (
            f"The image {self.base} is not here; pulling it downloads about {self.download_bytes >> 20} MiB"
            f"{on_disk}."
        )


class Downloads(Struct, frozen=True):
    """What building an image would download: the base image, and the libraries of "sci" in bytes (0: none)."""

    pull: Pull | None = None
    libraries_bytes: int = 0
    libraries_disk_bytes: int = 0

    def __bool__(self) -> bool:
        return self.pull is not None or self.libraries_bytes > 0

    def __str__(self) -> str:
        """What would be downloaded, as far as that is known; empty where it is nothing."""
        parts = [str(self.pull)] if self.pull else []
        if self.libraries_bytes:
            parts.append(
                f"The libraries of the sci image are fetched with pip: about {self.libraries_bytes >> 20} MiB, "
                f"{self.libraries_disk_bytes >> 20} MiB on disk, and as much again in the image."
            )
        return " ".join(parts)


class Plan(Struct, frozen=True):
    """What to build an image from where nobody says, and the name or id of the one that is `there`, or empty."""

    base: str
    there: str = ""


async def plan(kind: str = "core") -> Plan:
    """Find out whether there is an image of `kind`, and which base the images that are there were made from.

    Raises:
        SandboxUnavailable: no engine answers.
    """
    engine = await engines.connect()
    try:
        for other in (kind, *(name for name in images.KINDS if name != kind)):
            if identity := await images.built(engine, other):
                facts = await engine.call(engine.api.inspect_image, identity)
                base = (facts["Config"].get("Labels") or {}).get(images.LABEL_BASE, "")
                name = next(iter(facts.get("RepoTags") or ()), identity)
                if other == kind:
                    return Plan(base or DEFAULT_BASE, name)
                if base and await images.has(engine, base):
                    return Plan(base)
        return Plan(DEFAULT_BASE)
    finally:
        await engine.close()


async def downloads(kind: str = "core", base: str = DEFAULT_BASE) -> Downloads:
    """What `build(base, kind)` would download; false where that is nothing. Asks for the consent to give it.

    Raises:
        SandboxUnavailable: no engine answers.
        SandboxError: no libraries can be had for that base image.
    """
    engine = await engines.connect()
    try:
        pull = None if await images.has(engine, base) else Pull(base, *_KNOWN_SIZES.get(base, (None, None)))
        if kind != "sci":
            return Downloads(pull)
        if pull is None:
            target = await _target(engine, base)
            libraries.check(target)
            if libraries.folder(target).is_dir():
                return Downloads()
        return Downloads(pull, libraries.DOWNLOAD_BYTES, libraries.DISK_BYTES)
    finally:
        await engine.close()


async def build(base: str = DEFAULT_BASE, kind: str = "core") -> AsyncGenerator[str, None]:
    """Make the image of `kind` from `base`, downloading only what is missing; yields progress lines.

    The last line names the image. Ask for consent first where `downloads(kind, base)` says so.

    Raises:
        SandboxUnavailable: no engine answers.
        SandboxError: the pull, the libraries or the build failed; the words of whatever failed are in it.
    """
    engine = await engines.connect()
    try:
        engine.api.timeout = 600
        async with aclosing(_stages(engine, base, kind)) as lines:
            async for line in lines:
                yield line
    finally:
        await engine.close()


async def _stages(engine: Engine, base: str, kind: str) -> AsyncGenerator[str, None]:
    if not await images.has(engine, base):
        yield f"pulling {base}"
        repository, version = _split(base)
        pull = functools.partial(engine.api.pull, repository, tag=version, stream=True, decode=True)
        async with aclosing(_progress(engine, pull, f"could not pull {base}", kind)) as lines:
            async for line in lines:
                yield line
    site = None
    if kind == "sci":
        target = await _target(engine, base)
        async with aclosing(libraries.fill(target)) as lines:
            async for line in lines:
                yield line
        site = libraries.folder(target)
    name = images.tag(await _identity(engine, base), kind, site=site.name if site else "")
    yield f"building {name} from {base}"
    start = functools.partial(_start_build, engine, base, kind, name, site)
    async with aclosing(_progress(engine, start, "the build failed", kind)) as lines:
        async for line in lines:
            yield line
    yield f"built {name}"


def _split(name: str) -> tuple[str, str]:
    """The repository and the tag or digest of an image's name; a registry's port is no tag."""
    if "@" in name:
        repository, _, digest = name.partition("@")
        return repository, digest
    path, slash, last = name.rpartition("/")
    last, _, version = last.partition(":")
    return f"{path}{slash}{last}", version or "latest"


async def _identity(engine: Engine, base: str) -> str:
    return str((await engine.call(engine.api.inspect_image, base))["Id"])


_PROBE = """
import json, os, platform, sys
try:
    libc = os.confstr("CS_GNU_LIBC_VERSION") or ""
except (ValueError, OSError):
    libc = ""
print(json.dumps({"python": "%d.%d" % sys.version_info[:2], "machine": platform.machine(),
                  "glibc": libc[len("glibc "):] if libc.startswith("glibc ") else ""}))
"""


async def _target(engine: Engine, base: str) -> Target:
    """Ask the Python of a base image, in a container without a network, what its libraries must fit.

    Raises:
        SandboxError: there is no Python in it.
    """
    said = await engine.call(_probe, engine, base)
    try:
        return msgspec.json.decode(said, type=Target)
    except msgspec.DecodeError as error:
        words = failures.first_line(said.decode("utf-8", "replace"))
        raise SandboxError(
            f"The base image {base} has no python3 that runs: {words}", _advice("", "sci")
        ) from error


def _probe(engine: Engine, base: str) -> bytes:
    from docker.errors import APIError

    api = engine.api
    config = api.create_host_config(
        network_mode="none",
        read_only=True,
        cap_drop=["ALL"],
        security_opt=["no-new-privileges:true"],
        pids_limit=64,
        mem_limit=256 << 20,
    )
    container = api.create_container(
        base,
        entrypoint=["python3", "-I", "-c", _PROBE],
        user="65534:65534",
        labels={LABEL_SANDBOX: "1", LABEL_OWNER: engines.own_label()},
        host_config=config,
        use_config_proxy=False,
    )["Id"]
    try:
        api.start(container)
        api.wait(container, timeout=60)
        said: bytes = api.logs(container, stdout=True, stderr=True)
        return said
    except APIError as error:  # there is no python3 to start, and the engine says so
        return str(error.explanation or error).encode()
    finally:
        api.remove_container(container, force=True, v=True)


def _start_build(
    engine: Engine, base: str, kind: str, name: str, site: Path | None
) -> Iterator[dict[str, Any]]:
    with tempfile.TemporaryFile(dir=site.parent if site else None) as context:
        _write_context(context, site)
        context.seek(0)
        stream: Iterator[dict[str, Any]] = engine.api.build(
            fileobj=context,
            custom_context=True,
            tag=name,
            buildargs={"BASE": base},
            labels={**images.labels_of(kind), images.LABEL_BASE: base},
            network_mode="none",
            pull=False,
            rm=True,
            forcerm=True,  # without it a failed build leaves containers that carry no label of ours
            decode=True,
        )
        return stream


def _write_context(file: IO[bytes], site: Path | None) -> None:
    """Write the build context as a tar, the same bytes each time, so that the engine's cache works."""
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, path in images.ingredients().items():
            _put(archive, path, name)
        _put_folder(archive, "site")
        if site is None:
            return
        for path in sorted(site.rglob("*")):
            name = f"site/{path.relative_to(site).as_posix()}"
            if path.is_dir():
                _put_folder(archive, name)
            elif path.is_file():
                _put(archive, path, name)


def _put_folder(archive: tarfile.TarFile, name: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode = tarfile.DIRTYPE, 0o755
    archive.addfile(entry)


def _put(archive: tarfile.TarFile, path: Path, name: str) -> None:
    with path.open("rb") as data:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = path.stat().st_size, 0o644
        archive.addfile(entry, data)


async def _progress(
    engine: Engine, start: Callable[[], Iterator[dict[str, Any]]], what: str, kind: str
) -> AsyncGenerator[str, None]:
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
        raise SandboxError(f"{what}: {error.message}", _advice(error.message, kind)) from error
    except SandboxError as error:
        raise SandboxError(error.message, _advice(error.message, kind)) from error
    finally:
        if stream is not None and hasattr(stream, "close"):
            await asyncio.shield(engine.call(stream.close))


def _line(message: dict[str, Any]) -> str:
    """One line for a person; the byte counts of layers are left out, since they change a hundred times."""
    text = str(message.get("stream") or message.get("status") or "").strip()
    return f"{message['id']}: {text}" if text and "id" in message else text


def _advice(message: str, kind: str) -> str:
    command = f"{images.build_command(kind)} --base NAME"
    if "could not pull" in message:
        return f"Check the network, or build from an image you have: {command}"
    return f"Build from another base image: {command}"
