"""What of ours the engine and the cache hold, and how to get rid of it. Found by label, never by name."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from codesteer_tui.errors import SandboxUnavailable
from codesteer_tui.sandbox.docker import container, images, libraries
from codesteer_tui.sandbox.docker import engine as engines
from codesteer_tui.sandbox.docker.engine import LABEL_OWNER, LABEL_RUNNER, LABEL_SANDBOX, Engine

Owner = Literal["alive", "gone", "unknown"]


class ImageFacts(Struct, frozen=True):
    """An image of ours. `bytes` is its whole size, its base included; `current` whether this version uses it."""

    id: str
    names: list[str]
    kind: str
    base: str
    current: bool
    bytes: int


class BoxFacts(Struct, frozen=True):
    """A container of ours, and whether the process that owns it lives (on this machine, as far as can be told)."""

    id: str
    state: str
    owner: Owner
    pid: int | None
    image: str


class EngineFacts(Struct, frozen=True):
    """What an engine is, and what of ours it holds. `label` is what its boxes are called."""

    endpoint: str
    version: str
    label: str
    runtimes: list[str]
    images: list[ImageFacts]
    boxes: list[BoxFacts]


class Item(Struct, frozen=True):
    """Something that can be removed: an id or a path, what it is in words, and about how much room it takes."""

    what: Literal["container", "image", "libraries"]
    id: str
    words: str
    bytes: int = 0


class Cleaning(Struct, frozen=True):
    """What there is to remove; which boxes stay, since their owners live or cannot be told; and their images."""

    items: list[Item]
    kept: list[BoxFacts]
    in_use: list[str] = []


async def look(engine: Engine) -> EngineFacts:
    """Ask an engine what it is and what of ours it holds.

    Raises:
        SandboxUnavailable: it does not answer.
    """
    version = await engine.call(engine.api.version)
    info = await engine.call(engine.api.info)
    return EngineFacts(
        endpoint=engine.endpoint,
        version=str(version.get("Version", "")),
        label=engines.describe(version, info),
        runtimes=engines.runtimes(info),
        images=await _images(engine),
        boxes=await _boxes(engine),
    )


async def _images(engine: Engine) -> list[ImageFacts]:
    found = await engine.call(engine.api.images, filters={"label": LABEL_RUNNER})
    return [_image(each) for each in sorted(found, key=lambda each: -int(each["Created"])) if _is_ours(each)]


def _is_ours(image: dict[str, Any]) -> bool:
    """Whether nobody gave it a name of their own: an image made from ours inherits the labels, and is theirs."""
    return all(name.rpartition("/")[2].startswith(f"{images.REPOSITORY}:") for name in _names(image))


def _names(image: dict[str, Any]) -> list[str]:
    return [name for name in image.get("RepoTags") or () if name != "<none>:<none>"]


def _image(image: dict[str, Any]) -> ImageFacts:
    labels = image.get("Labels") or {}
    kind = labels.get(images.LABEL_KIND, "core")
    current = all(labels.get(name) == value for name, value in images.labels_of(kind).items())
    base = labels.get(images.LABEL_BASE, "")
    return ImageFacts(
        str(image["Id"]), _names(image), kind, base, current and bool(_names(image)), image["Size"]
    )


async def _boxes(engine: Engine) -> list[BoxFacts]:
    filters = {"label": f"{LABEL_SANDBOX}=1"}
    found = await engine.call(engine.api.containers, all=True, filters=filters)
    return [_box(each) for each in found]


def _box(each: dict[str, Any]) -> BoxFacts:
    owner, pid = owner_of(each["Labels"].get(LABEL_OWNER, ""))
    return BoxFacts(str(each["Id"]), str(each["State"]), owner, pid, str(each["ImageID"]))


def owner_of(label: str) -> tuple[Owner, int | None]:
    """Whether the process that a box's label names lives, and its id where the label can be read."""
    try:
        named = json.loads(label)
        host, pid = named["host"], int(named["pid"])
    except (ValueError, KeyError, TypeError):
        return "unknown", None
    if engines.is_orphan(label):
        return "gone", pid
    own = json.loads(engines.own_label())
    same = all(named.get(key) == own[key] for key in ("boot_id", "pid_namespace"))
    return ("alive" if host == own["host"] and same else "unknown"), pid


async def cleaning(engine: Engine, *, everything: bool = False) -> Cleaning:
    """What can be removed: boxes of dead owners, and images and libraries of other versions.

    With `everything` also what this version uses, and boxes whose owners live or cannot be told.

    Raises:
        SandboxUnavailable: the engine does not answer.
    """
    boxes = await _boxes(engine)
    kept = [] if everything else [box for box in boxes if box.owner != "gone"]
    in_use = {box.image for box in kept}
    shares = await _own_bytes(engine)
    items = [
        Item("container", box.id, f"container {box.id[:12]}, owner {_owner(box)}")
        for box in boxes
        if everything or box.owner == "gone"
    ]
    left = []
    for image in await _images(engine):
        name = ", ".join(image.names) or f"image {image.id.removeprefix('sha256:')[:12]} without a name"
        if everything or not (image.current or image.id in in_use):
            items.append(Item("image", image.id, name, shares.get(image.id, 0)))
        elif not image.current:
            left.append(name)
    folders = await asyncio.to_thread(_folders, everything)
    return Cleaning([*items, *folders], kept, left)


def _folders(everything: bool) -> list[Item]:
    left = libraries.leftovers(everything=everything)
    return [Item("libraries", str(path), f"libraries {path.name}", libraries.size_of(path)) for path in left]


def _owner(box: BoxFacts) -> str:
    return f"{box.owner} (process {box.pid})" if box.pid else box.owner


async def _own_bytes(engine: Engine) -> dict[str, int]:
    """What each image takes that no other shares; the engine's own reckoning."""
    usage = await engine.call(engine.api.df)
    return {
        str(each["Id"]): max(0, int(each["Size"]) - max(0, int(each.get("SharedSize", 0))))
        for each in usage.get("Images") or ()
    }


class Removed(Struct, frozen=True):
    """What became of an item; `problem` is why it is still there, or empty."""

    item: Item
    problem: str = ""


async def remove(engine: Engine, items: list[Item]) -> AsyncGenerator[Removed, None]:
    """Remove items one after the other; one that cannot be removed is reported, and the rest goes on."""
    for item in items:
        try:
            if item.what == "container":
                await engine.call(container.remove, engine.api, item.id)
            elif item.what == "image":
                await engine.call(_remove_image, engine.api, item.id)
            else:
                await asyncio.to_thread(shutil.rmtree, Path(item.id))
        except SandboxUnavailable as error:
            yield Removed(item, error.message)
        except OSError as error:
            yield Removed(item, f"{error.filename}: {error.strerror}")
        else:
            yield Removed(item)


def _remove_image(api: Any, id: str) -> None:
    from docker.errors import NotFound

    try:
        for name in _names(api.inspect_image(id)):
            api.remove_image(name)  # by its names first: an id that has several is refused
        api.remove_image(id)
    except NotFound:
        return  # with its last name it went by itself


async def room_taken(engine: Engine) -> int:
    """Bytes of all image layers on the engine and of our libraries here."""
    usage = await engine.call(engine.api.df)
    kept = await asyncio.to_thread(lambda: libraries.size_of(libraries.root()))
    return int(usage.get("LayersSize") or 0) + kept
