"""The weights on this machine: the folder that they are pulled into, and the files that the configuration names."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from codesteer_tui.config import Config
from codesteer_tui.errors import ConfigError, WeightsError
from codesteer_tui.providers.llama.parts import is_later_part, parts_of
from codesteer_tui.providers.llama.places import folder_of_weights
from codesteer_tui.weights.catalogue import Known

PART = ".part"
ASIDE = ".wrong-hash"
ROLES = ("steerer", "task_llm", "checker")


class PulledFile(Struct, frozen=True):
    """A file as the hub describes it. `size` in bytes, -1 where not told; `sha256` of what is stored as a large file,
    `blob` is git's own hash of any other; empty where not told."""

    path: str
    size: int = -1
    sha256: str = ""
    blob: str = ""


class Record(Struct, frozen=True, kw_only=True):
    """Where weights came from. It lies beside them, so that they can be checked again later. `revision` is what was
    asked for, empty for what is there by itself. What was made here has neither repository nor host."""

    repo: str
    commit: str
    host: str
    licence: str
    files: tuple[PulledFile, ...]
    known_as: str = ""
    revision: str = ""

    @property
    def again(self) -> str:
        """The command that pulls the same again, as a person types it."""
        revision = f" --revision {shlex.quote(self.revision)}" if self.revision else ""
        return f"codesteer weights pull {shlex.quote(self.asked_as)}{revision}"

    @property
    def asked_as(self) -> str:
        """What to say to pull the same again: the known name, else the repository and its file."""
        if self.known_as:
            return self.known_as
        first = self.files[0].path if self.files else ""
        return f"{self.repo}:{first}" if first.lower().endswith(".gguf") else self.repo


class Item(Struct, frozen=True, kw_only=True):
    """Weights that are here. `form` is "gguf", "checkpoint", "part" (not wholly pulled) or "aside" (wrong hash);
    `roles` and `providers` are those that the configuration gives them."""

    path: Path
    form: str
    size: int
    roles: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    record: Record | None = None
    missing: bool = False


def weights_folder(config: Config) -> Path:
    """Where weights are kept by this configuration: as it says, else `weights` in the user's data folder."""
    return folder_of_weights(config.weights.dir)


def list_weights(config: Config) -> list[Item]:
    """What is in the folder of weights, by name, then what else the configuration names.

    Raises:
        WeightsError: the folder cannot be read.
    """
    found = [_item(path, config) for path in _in_folder(weights_folder(config))]
    there = {_same(item.path) for item in found}
    for path in dict.fromkeys(path for _, path in configured(config)):
        if _same(path) not in there:
            found.append(_item(path, config))
    return found


def configured(config: Config) -> list[tuple[str, Path]]:
    """Provider and file, for every file of weights that the configuration names, in its tables or as a role."""
    named = [
        (name, Path(provider.model).expanduser())
        for name, provider in config.providers.items()
        if provider.kind == "llama_cpp" and provider.model
    ]
    for role in ROLES:
        if (file := file_of_role(config, role)) and file not in named:
            named.append(file)
    return named


def file_of_role(config: Config, role: str) -> tuple[str, Path] | None:
    """Provider and file of the weights that play a role; None where no weights do."""
    wanted = getattr(config.roles, role)
    if wanted == "same-as-task":
        wanted = config.roles.task_llm
    name, _, model = wanted.partition(":")
    provider = config.providers.get(name)
    if provider is None or provider.kind != "llama_cpp" or not (model or provider.model):
        return None
    return name, Path(model or provider.model).expanduser()


def roles_of(config: Config, path: Path) -> tuple[str, ...]:
    """The roles that these weights play, by the configuration. For a folder: whatever lies in it."""
    wanted = _same(path)
    uses = ((role, file_of_role(config, role)) for role in ROLES)
    return tuple(role for role, file in uses if file and wanted in (_same(file[1]), *_same(file[1]).parents))


def find_weights(
    text: str, known: dict[str, Known], config: Config, *, form: str = "", sole: bool = False
) -> Path:
    """The file or folder that a person means: a path, a name in the folder of weights, or one of the catalogue.

    Where a name fits several, one of that `form` ("gguf" or "checkpoint") is meant, else the first of these. With
    `sole` it may fit only one.

    Raises:
        ConfigError: there is none, with what was probably meant; or there are several.
    """
    folder = weights_folder(config)
    path = Path(text).expanduser()
    names = [text, f"{text}.gguf", *([known[text].place] if text in known else [])]
    places = [path, *(folder / name for name in names if "/" not in name)]
    found = [place for place in places if place.exists() or place.is_symlink()]
    if "/" not in text and sole and len({_same(place) for place in found}) > 1:
        raise ConfigError(
            f"{text} may mean any of these: {', '.join(map(str, dict.fromkeys(found)))}.",
            "Name the path of the one that you mean.",
        )
    if found:
        return next((place for place in found if _form(place) == form), found[0])
    if text in known:
        raise ConfigError(f"{text} is not on this machine.", f"codesteer weights pull {text}")
    import difflib

    near = difflib.get_close_matches(text, [p.name for p in _in_folder(folder)] + list(known), n=1)
    hint = f"Did you mean {near[0]}? " if near else ""
    raise ConfigError(
        f"There are no weights {text!r}, neither here nor in {folder}.",
        f"{hint}codesteer weights list shows what there is.",
    )


def record_path(path: Path) -> Path:
    """Where it is written down where these weights came from."""
    return path / ".codesteer.json" if path.is_dir() else path.with_name(f".{path.name}.codesteer.json")


def read_record(path: Path) -> Record | None:
    """Where weights came from, or None where nothing says."""
    try:
        return msgspec.json.decode(record_path(path).read_bytes(), type=Record)
    except (OSError, msgspec.DecodeError):
        return None


def write_record(path: Path, record: Record) -> None:
    """Write down where weights came from.

    Raises:
        OSError: it cannot be written.
    """
    record_path(path).write_bytes(msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n")


def size_of(path: Path) -> int:
    """Bytes of a file with its other parts, or of all that is in a folder."""
    if path.is_dir():
        return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    return sum(part.stat().st_size for part in parts_of(path) if part.is_file())


def looks_like_checkpoint(path: Path) -> bool:
    """Whether a folder is that of a checkpoint, whole or not: it was pulled, or it describes a model."""
    if (path / ".codesteer.json").is_file():
        return True
    return (path / "config.json").is_file() and any(path.glob("*.safetensors*"))


def _in_folder(folder: Path) -> Iterator[Path]:
    try:
        entries = sorted(folder.iterdir(), key=lambda entry: entry.name.casefold())
    except FileNotFoundError:
        return
    except OSError as error:
        raise WeightsError(
            f"The folder of weights {folder} cannot be read: {error.strerror or error}.",
            "Check its permissions.",
        ) from error
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            if looks_like_checkpoint(entry):
                yield entry
        elif entry.suffix in (".gguf", PART, ASIDE) and not is_later_part(entry.name):
            yield entry


def _item(path: Path, config: Config) -> Item:
    return Item(
        path=path,
        form=_form(path),
        size=size_of(path),
        roles=roles_of(config, path),
        providers=tuple(name for name, file in configured(config) if _same(file) == _same(path)),
        record=read_record(path),
        missing=not path.exists(),
    )


def _form(path: Path) -> str:
    return {PART: "part", ASIDE: "aside"}.get(path.suffix, "checkpoint" if path.is_dir() else "gguf")


def _same(path: Path) -> Path:
    return Path(os.path.realpath(path))


def make_folder(folder: Path) -> None:
    """Make the folder that weights are to lie in.

    Raises:
        ConfigError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"The folder {folder} cannot be made: {error.strerror or error}.", "Choose another one with --to."
        ) from error
