"""Removing weights: the files that they are made of, and nothing else that lies beside them.

First a plan, which a person sees before a file is removed. Of a checkpoint that was pulled it holds what the record
names and what is still as it came; of any other what a model is read from. What may be a person's own work stays.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO

from msgspec import Struct

from codesteer_tui.config import Config
from codesteer_tui.errors import WeightsError
from codesteer_tui.providers.llama.parts import parts_of
from codesteer_tui.settings import Settings
from codesteer_tui.settings.loading import read_all
from codesteer_tui.weights.checking import is_as_it_came
from codesteer_tui.weights.store import (
    ASIDE,
    PART,
    Record,
    configured,
    looks_like_checkpoint,
    read_record,
    record_path,
    roles_of,
)

if sys.platform != "win32":
    import fcntl

_DESCRIPTIONS = (
    "config.json",
    "generation_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "merges.txt",
    "tokenizer.model",
    "chat_template.jinja",
    "chat_template.json",
)
_INDEX = "model.safetensors.index.json"
_WEIGHTS = re.compile(r"model(-\d{5}-of-\d{5})?\.safetensors")
_LEFT_OF_A_PULL = re.compile(r".+\.[0-9a-f]{8,12}\.part")


class Removal(Struct, frozen=True, kw_only=True):
    """What removing would do. `files` go, the records last; `left` are the names of what stays in the folder; `size`
    is what becomes free, in bytes; `link` says that the file is a link, whose target stays."""

    path: Path
    files: tuple[Path, ...]
    left: tuple[str, ...] = ()
    size: int = 0
    link: bool = False


def plan_removal(path: Path) -> Removal:
    """See which files would be removed with `path`: a file of weights with its other parts, what is left of a pull,
    or the files of a checkpoint in its folder. Removes nothing.

    Raises:
        WeightsError: it is none of these, it lies in the hub's own cache, or it cannot be read.
    """
    path = _where(path)
    _refuse_hub_cache(path)
    try:
        if path.is_dir() and not path.is_symlink():
            return _of_folder(path)
        return _of_file(path)
    except OSError as error:
        raise WeightsError(
            f"{path} cannot be read: {error.strerror or error}.", "Check who may read it."
        ) from error


def require_unused(removal: Removal, settings: Settings) -> None:
    """See that nothing that would be removed plays a role, in these settings or in another profile of them.

    Raises:
        ConfigError: something in the settings cannot be read, which may be just that.
        WeightsError: it plays one.
    """
    for _, error in settings.left_out:
        raise error
    files = (removal.path, *removal.files)
    for name, config in _configurations(settings):
        own = name == settings.profile
        if roles := dict.fromkeys(role for file in files for role in roles_of(config, file)):
            where = (
                "your configuration"
                if own
                else f"your profile {name}"
                if name
                else "your configuration without a profile"
            )
            raise WeightsError(
                f"{removal.path} plays the {' and the '.join(roles)} in {where}.",
                "Give that role to another under [roles] first"
                + (" (in the app: Models, then save)" if own else "")
                + ", or add --force on the command line.",
            )


def named_by(removal: Removal, settings: Settings) -> list[str]:
    """The providers that have one of the files as their model, in these settings or in another profile of them."""
    going = {os.path.realpath(file) for file in removal.files}
    found = [
        name
        for _, config in _configurations(settings)
        for name, file in configured(config)
        if os.path.realpath(file) in going
    ]
    return list(dict.fromkeys(found))


def _configurations(settings: Settings) -> Iterator[tuple[str, Config]]:
    """These settings by the name of their profile, then those of the other profiles, and of none."""
    yield settings.profile, settings.config
    others = ["", *(profile.name for profile in settings.profiles)] if settings.profiles else []
    for name in others:
        if name != settings.profile:
            yield name, read_all(replace(settings.asked, profile=name))[0].config


def remove(removal: Removal) -> int:
    """Remove what was planned, and the folder if nothing else is in it; gives the bytes that were freed.

    Raises:
        WeightsError: a file is being fetched by another codesteer, or cannot be removed.
    """
    try:
        with contextlib.ExitStack() as held:
            for file in removal.files:
                if file.suffix == PART and file.is_file():
                    held.enter_context(_not_being_fetched(file))
            for file in removal.files:
                file.unlink(missing_ok=True)
    except OSError as error:
        raise WeightsError(
            f"{error.filename or removal.path} cannot be removed: {error.strerror or error}.",
            "Check who may write into its folder.",
        ) from error
    if removal.path.is_dir() and not removal.path.is_symlink() and removal.path != Path.cwd():
        with contextlib.suppress(OSError):  # something has come to lie in it, or it is in use: then it stays
            removal.path.rmdir()
    return removal.size


def _where(path: Path) -> Path:
    """The place that is meant, in full: `.` and `..` have a name then. A link is itself, and not what it leads to."""
    if path.is_symlink():
        return Path(os.path.realpath(path.parent)) / path.name
    return Path(os.path.realpath(path))


def _refuse_hub_cache(path: Path) -> None:
    for parent in path.parents:
        repo = parent.parent.name
        if parent.name in ("snapshots", "blobs") and repo.startswith("models--"):
            name = repo.removeprefix("models--").replace("--", "/")
            raise WeightsError(
                f"{path} lies in the hub's own cache, where files are shared, so it is left alone.",
                f"hf cache rm model/{name}",
            )


def _of_file(path: Path) -> Removal:
    if path.is_symlink() and looks_like_checkpoint(path):
        return Removal(path=path, files=(path,), link=True)
    if not _is_a_file(path):
        raise WeightsError(f"There is nothing at {path}.", "codesteer weights list shows what there is.")
    ours = path.name.lower().endswith((".gguf", ASIDE)) or (
        path.suffix == PART and (record_path(path).is_file() or _LEFT_OF_A_PULL.fullmatch(path.name))
    )
    if not ours:
        raise WeightsError(f"{path} is no file of weights, so it is left alone.", "Remove it by hand.")
    parts = [part for part in parts_of(path) if _is_a_file(part)]
    records = [record for part in parts if (record := record_path(part)).is_file()]
    return Removal(path=path, files=(*parts, *records), size=sum(map(_freed, parts)), link=path.is_symlink())


def _of_folder(path: Path) -> Removal:
    if not looks_like_checkpoint(path):
        raise WeightsError(f"{path} is not the folder of a checkpoint, so it is left alone.", "Name a file.")
    own, record = record_path(path), read_record(path)
    files = _of_pull(path, record) if record else _of_model(path)
    records = [own] if own.is_file() else []
    going = {file.name for file in (*files, *records)}
    left = sorted(
        entry.name + ("/" if entry.is_dir() else "") for entry in path.iterdir() if entry.name not in going
    )
    if left and not files:
        raise WeightsError(
            f"Nothing in {path} is as it was pulled, so it is left alone.",
            "Remove by hand what you do not need.",
        )
    return Removal(path=path, files=(*files, *records), left=tuple(left), size=sum(map(_freed, files)))


def _of_pull(folder: Path, record: Record) -> list[Path]:
    """What came with the pull and is as it came, and what is left of files that did not come wholly."""
    at = record_path(folder).stat().st_mtime
    found: list[Path] = []
    for file in record.files:
        name = file.path.rpartition("/")[2]
        path = folder / name
        if name and _is_a_file(path) and is_as_it_came(path, file, at):
            found.append(path)
        found += [part for part in folder.glob(f"{_literal(name)}.*{PART}") if _is_part_of(part.name, name)]
        found += [part for part in folder.glob(f".{_literal(name)}.*{PART}.codesteer.json") if part.is_file()]
        if _is_a_file(aside := folder / f"{name}{ASIDE}"):
            found.append(aside)
    return found


def _is_part_of(name: str, whole: str) -> bool:
    return bool(re.fullmatch(r"[\w-]{1,12}", name.removeprefix(f"{whole}.").removesuffix(PART)))


def _of_model(folder: Path) -> list[Path]:
    """What a model is read from in a folder that was not pulled.

    Raises:
        WeightsError: that cannot be told.
    """
    config, index = _json(folder / "config.json"), _json(folder / _INDEX)
    weights = [file for file in folder.glob("*.safetensors") if _WEIGHTS.fullmatch(file.name)]
    named = index.get("weight_map")
    if isinstance(named, dict):
        weights += [
            folder / name
            for name in dict.fromkeys(map(str, named.values()))
            if Path(name).name == name and name.endswith(".safetensors")
        ]
    described = [folder / name for name in (*_DESCRIPTIONS, _INDEX)]
    files = [file for file in dict.fromkeys([*sorted(weights), *described]) if _is_a_file(file)]
    if not (config.keys() & {"architectures", "model_type"}) or not set(files) & set(weights):
        raise WeightsError(
            f"Which files of {folder} are those of a model cannot be told, so it is left alone.",
            "Remove them by hand.",
        )
    return files


def _json(path: Path) -> dict[str, object]:
    """What a description says; nothing where it cannot be read, which is the same here."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _is_a_file(path: Path) -> bool:
    return path.is_file() or (path.is_symlink() and not path.exists())


def _literal(name: str) -> str:
    return re.sub(r"([*?[])", r"[\1]", name)


def _freed(path: Path) -> int:
    """Bytes that become free with a file: none with a link, nor where the same file has another name too."""
    there = path.lstat()
    return there.st_size if not path.is_symlink() and there.st_nlink == 1 else 0


@contextlib.contextmanager
def _not_being_fetched(part: Path) -> Iterator[IO[bytes]]:
    """Hold what is left of a pull, so that no other codesteer goes on with it meanwhile.

    Raises:
        WeightsError: one does so now.
    """
    with part.open("rb") as file:
        if sys.platform != "win32":
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise WeightsError(
                    f"Another codesteer is fetching {part.name} now.", "Stop that one first."
                ) from None
        yield file
