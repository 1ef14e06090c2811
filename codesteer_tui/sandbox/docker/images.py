"""The images that programs run in: which there are, and which is used. How they are made is in `building`."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path
from typing import Any

from msgspec import Struct

from codesteer_tui.errors import SandboxUnavailable
from codesteer_tui.sandbox.docker import failures, libraries
from codesteer_tui.sandbox.docker.engine import LABEL_RUNNER, Engine
from codesteer_tui.sandbox.launch import INSIDE

DEFAULT_BASE = "python:3.12-slim"
REPOSITORY = "codesteer-sandbox"
KINDS = ("core", "sci")
LABEL_KIND = "codesteer.kind"
LABEL_LIBRARIES = "codesteer.libraries"
LABEL_BASE = "codesteer.base"
_NAME_ANOTHER = (
    'Set it to "core", "sci" or nothing; where it is set says: codesteer config explain sandbox.image'
)


class Image(Struct, frozen=True):
    """An image that the engine has: its id, and its kind ("core", "sci", or the name it was asked for by)."""

    id: str
    kind: str


@functools.cache
def runner_hash() -> str:
    """Identifies what goes into the image from this package; images of other versions are not used."""
    digest = hashlib.sha256()
    for name, path in ingredients().items():
        digest.update(f"{name}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def tag(base: str = DEFAULT_BASE, kind: str = "core", *, site: str = "") -> str:
    """The name of the image of `kind` made from `base` (a name or an id), with the libraries folder `site`."""
    contents = f"{runner_hash()} {base} {kind} {site}"
    return f"{REPOSITORY}:{kind}-{hashlib.sha256(contents.encode()).hexdigest()[:12]}"


def ingredients() -> dict[str, Path]:
    """The files that go into every image, by their names in the build context."""
    return {
        "Dockerfile": Path(__file__).with_name("Dockerfile"),
        **{f"inside/{path.name}": path for path in sorted(INSIDE.glob("*.py"))},
    }


async def find(engine: Engine, image: str = "") -> Image:
    """The image to use: "core", "sci" or a name; empty takes sci where it was built, else core.

    Raises:
        SandboxUnavailable: there is none, or the one named was made by another version; the remedy builds it.
    """
    if image in ("", *KINDS):
        for kind in (image,) if image else ("sci", "core"):
            if identity := await built(engine, kind):
                return Image(identity, kind)
        what = (
            f"it has no {image} image of this version of codesteer"
            if image
            else "it has no codesteer image yet"
        )
        raise SandboxUnavailable(f"The Docker engine is not ready: {what}.", build_command(image))
    facts = await inspect(engine, image)
    if facts is None:
        raise SandboxUnavailable(
            f"sandbox.image names {image!r}, which the engine does not have.", _NAME_ANOTHER
        )
    labels = facts["Config"].get("Labels") or {}
    if labels.get(LABEL_RUNNER) != runner_hash():
        raise SandboxUnavailable(
            f"sandbox.image names {image!r}, which was not made from an image of this version of codesteer.",
            _NAME_ANOTHER,
        )
    # A person's image made from ours inherits the labels; it goes by its own name.
    ours = image.startswith((f"{REPOSITORY}:", "sha256:"))
    return Image(str(facts["Id"]), labels.get(LABEL_KIND, "core") if ours else image)


async def built(engine: Engine, kind: str) -> str:
    """The id of the newest image of `kind` that fits this version; empty where there is none."""
    wanted = labels_of(kind)
    # One label only: Podman 4.3 finds no image by two.
    made = await engine.call(engine.api.images, filters={"label": f"{LABEL_RUNNER}={wanted[LABEL_RUNNER]}"})
    found = [each for each in made if wanted.items() <= (each.get("Labels") or {}).items()]
    return str(max(found, key=lambda each: each["Created"])["Id"]) if found else ""


def labels_of(kind: str) -> dict[str, str]:
    """The labels that an image of `kind` made by this version bears."""
    labels = {LABEL_RUNNER: runner_hash(), LABEL_KIND: kind}
    return {**labels, LABEL_LIBRARIES: libraries.lock_key()} if kind == "sci" else labels


def build_command(kind: str) -> str:
    return f"{failures.BUILD_COMMAND} sci" if kind == "sci" else failures.BUILD_COMMAND


async def has(engine: Engine, name: str) -> bool:
    """Whether the engine has an image of this name or id."""
    return await inspect(engine, name) is not None


async def inspect(engine: Engine, name: str) -> dict[str, Any] | None:
    """What the engine says of the image of this name or id; None where it has none.

    Raises:
        SandboxUnavailable: it does not answer.
    """
    return await engine.call(_inspect, engine.api, name)


def _inspect(api: Any, name: str) -> dict[str, Any] | None:
    from docker.errors import ImageNotFound

    try:
        facts: dict[str, Any] = api.inspect_image(name)
    except ImageNotFound:
        return None
    return facts
