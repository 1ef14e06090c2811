"""The tensors of a Hugging Face checkpoint, found by their headers and read a few rows at a time."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from codesteer_tui.errors import WeightsError
from codesteer_tui.weights.converting_config import read_json
from codesteer_tui.weights.store import read_record

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

INDEX = "model.safetensors.index.json"
BYTES = {"F32": 4, "F16": 2, "BF16": 2}
"""Bytes a number takes, of the types that are read."""
_AGAIN = "Fetch that file of the checkpoint again."


class Place(NamedTuple):
    """Where a tensor lies: its file, its type (F32, F16, BF16, ...), its shape, and its first byte in the file."""

    path: Path
    kind: str
    shape: tuple[int, ...]
    start: int

    @property
    def numbers(self) -> int:
        """How many numbers it has."""
        return math.prod(self.shape)


def find_tensors(folder: Path) -> dict[str, Place]:
    """Every tensor of the checkpoint by its name. Reads headers only, a few KB a file.

    Raises:
        WeightsError: there are no safetensors, one is missing, damaged or cut off, or they contradict the index.
    """
    index = folder / INDEX
    if not index.is_file():
        return _merged(_unlisted(folder))
    listed = read_json(index).get("weight_map")
    if not isinstance(listed, dict) or not all(isinstance(file, str) for file in listed.values()):
        raise WeightsError(f"{index} has no weight_map.", _AGAIN)
    names = sorted(set(listed.values()))
    for file in names:
        if Path(file).name != file:
            raise WeightsError(f"{index} names a file outside its folder: {file!r}.", _AGAIN)
    _require(folder, names, f"{INDEX} names")
    found = _merged([folder / name for name in names])
    for tensor, file in listed.items():
        if tensor not in found or found[tensor].path.name != file:
            raise WeightsError(f"{folder / file} does not hold {tensor}, which {INDEX} says.", _AGAIN)
    return found


def _unlisted(folder: Path) -> list[Path]:
    """The files where there is no index: one, or a numbered set that is complete."""
    files = sorted(folder.glob("*.safetensors"))
    if not files:
        older = any(folder.glob("*.bin")) or any(folder.glob("*.pt*"))
        raise WeightsError(
            f"{folder} has no safetensors{', only files of the older kind, which can hold programs' if older else ''}.",
            "Save the checkpoint as safetensors: save_pretrained(DIR) of transformers does."
            if older
            else "Fetch the whole checkpoint, with its *.safetensors.",
        )
    whole = folder / "model.safetensors"
    if whole in files:
        return [whole]
    if numbered := re.fullmatch(r"(.+)-\d{5}-of-(\d{5})\.safetensors", files[0].name):
        stem, count = numbered[1], int(numbered[2])
        names = [f"{stem}-{i:05}-of-{count:05}.safetensors" for i in range(1, count + 1)]
        _require(folder, names, "their numbers say that there are")
        return [folder / name for name in names]
    return files


def _require(folder: Path, names: Iterable[str], who: str) -> None:
    names = list(names)
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        record = read_record(folder)
        raise WeightsError(
            f"{folder} lacks {', '.join(missing[:3])}{' and more' if len(missing) > 3 else ''}"
            f" ({who} {len(names)} files).",
            f"Fetch what is missing: {record.again}"
            if record
            else "Fetch what is missing; a fetch that was cut off goes on where it stopped.",
        )


def _merged(files: list[Path]) -> dict[str, Place]:
    found: dict[str, Place] = {}
    for path in files:
        for name, place in _header(path).items():
            if name in found:
                raise WeightsError(f"{name} is both in {found[name].path.name} and in {path}.", _AGAIN)
            found[name] = place
    return found


def _header(path: Path) -> dict[str, Place]:
    """The tensors of one file, whose header the safetensors package has checked against its size."""
    import msgspec
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            kinds = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118 - no mapping
            shapes = {name: (s.get_dtype(), tuple(s.get_shape())) for name, s in kinds.items()}
        with path.open("rb") as raw:
            length = int.from_bytes(raw.read(8), "little")
            header: dict[str, Any] = msgspec.json.decode(raw.read(length))
    except (SafetensorError, msgspec.DecodeError) as error:
        raise WeightsError(f"{path} is cut off or damaged: {error}.", _AGAIN) from error
    except OSError as error:
        raise _unreadable(path, error) from error
    return {
        name: Place(path, kind, shape, 8 + length + header[name]["data_offsets"][0])
        for name, (kind, shape) in shapes.items()
    }


def _unreadable(path: Path, error: OSError) -> WeightsError:
    return WeightsError(
        f"{path} cannot be read: {error.strerror or error}.", "Check the path and who may read it."
    )


@contextmanager
def reading(path: Path) -> Iterator[BinaryIO]:
    """A file of the checkpoint, open for reading.

    Raises:
        WeightsError: it cannot be opened or read.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise _unreadable(path, error) from error
    with file:
        yield file


def read_rows(file: BinaryIO, place: Place, first: int, count: int) -> NDArray[np.float32]:
    """`count` rows (of a vector: numbers) of a tensor from row `first` on, as 32-bit floats.

    Raises:
        WeightsError: the file cannot be read, or ended too early.
    """
    import numpy as np

    row = math.prod(place.shape[1:])
    size = BYTES[place.kind]
    try:
        file.seek(place.start + first * row * size)
        data = file.read(count * row * size)
    except OSError as error:
        raise _unreadable(place.path, error) from error
    if len(data) < count * row * size:
        raise WeightsError(f"{place.path} became shorter while it was read.", _AGAIN)
    values: NDArray[np.float32]
    if place.kind == "BF16":
        values = (np.frombuffer(data, "<u2").astype(np.uint32) << 16).view(np.float32)
    else:
        values = np.frombuffer(data, "<f2" if place.kind == "F16" else "<f4").astype(np.float32)
    return values.reshape(count, *place.shape[1:])
