"""The whole head of a GGUF file, without llama.cpp: its keys, its tensors, and how long the file must be.

The file is mapped, not read: a vocabulary is stepped over, whatever its size. Everything in it is checked before it
is believed, since files come from anywhere.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from codesteer_tui.errors import WeightsError
from codesteer_tui.providers.llama.parts import parts_there

AGAIN = "Pull it again, or convert it again; a web page saved under this name is a common cause."
_STRING, _ARRAY = 8, 9
_FORMATS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_MOST_KEYS, _MOST_TENSORS, _MOST_DIMENSIONS = 100_000, 1_000_000, 8
_LONGEST_TEXT = 64 << 20
_LONGEST_ARRAY_KEPT = 64
"""Arrays of numbers up to this long are kept as values; of longer ones only the length."""


class Length(Struct, frozen=True):
    """A long array, of which only the number of its items was read."""

    items: int


class Tensor(Struct, frozen=True):
    """A tensor as the file lists it. `shape` has the row length first; `type` is ggml's number; bytes."""

    name: str
    shape: tuple[int, ...]
    type: int
    offset: int
    size: int

    @property
    def values(self) -> int:
        """How many numbers it has."""
        product = 1
        for length in self.shape:
            product *= length
        return product


class GgufHead(Struct, frozen=True):
    """What stands before the weights. `data_start` and `must_be` are bytes from the start of the file; the file
    is `size` long, and cut off where that is less than `must_be`."""

    version: int
    keys: Mapping[str, Any]
    tensors: tuple[Tensor, ...]
    data_start: int
    must_be: int
    size: int

    def text(self, key: str) -> str:
        """The text of a key, or nothing."""
        value = self.keys.get(key)
        return value if isinstance(value, str) else ""

    def number(self, key: str, default: int = 0) -> int:
        """The whole number of a key, or `default`. Where there is one for each layer, the largest."""
        value = self.keys.get(key)
        if isinstance(value, list) and value and all(isinstance(v, int) for v in value):
            return int(max(value))
        return value if isinstance(value, int) and not isinstance(value, bool) else default


class Damaged(Exception):
    """The bytes are not those of a GGUF, or not all of them."""


class CutOff(Damaged):
    """The file ends in its head."""


def require_whole(path: Path, *, provider: str = "llama_cpp") -> None:
    """Check that no bytes of a GGUF are missing, of all its parts that are there. Only its head is read; whatever else
    may be wrong with it is left for llama.cpp to say.

    Raises:
        WeightsError: it is cut off.
    """
    for part in parts_there(path):
        try:
            head = read_head(part)
        except WeightsError as error:
            if isinstance(error.__cause__, CutOff):
                raise WeightsError(error.message, error.remedy, provider=provider) from error
            continue
        if head.must_be > head.size:
            missing = head.must_be - head.size
            raise WeightsError(
                f"{part} is cut off: {missing:,} of {head.must_be:,} bytes are missing.",
                f"Pull or convert it again; codesteer weights verify {part.name} tells whether a file is whole.",
                provider=provider,
            )


def read_head(path: Path) -> GgufHead:
    """Everything before the weights.

    Raises:
        WeightsError: the file is missing, cannot be read, is no GGUF, or is damaged or cut off in its head.
    """
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            if size == 0:
                raise Damaged("it is empty")
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                return _Reader(data, size).head()
    except FileNotFoundError as error:
        raise WeightsError(
            f"There is no file {path}.", "codesteer weights list shows what there is."
        ) from error
    except IsADirectoryError as error:
        raise WeightsError(f"{path} is a folder, not a GGUF file.", "Name a file.") from error
    except OSError as error:
        raise WeightsError(
            f"{path} cannot be read: {error.strerror or error}.", "Check the path and who may read it."
        ) from error
    except Damaged as error:
        raise WeightsError(f"{path} is not a usable GGUF file: {error}.", AGAIN) from error


class _Reader:
    def __init__(self, data: mmap.mmap, size: int) -> None:
        self._data, self._size, self._at = data, size, 0

    def head(self) -> GgufHead:
        magic = self._bytes(4)
        if magic != b"GGUF":
            raise Damaged(f"it begins with {magic!r} instead of b'GGUF'")
        version = self._number("I")
        if version not in (2, 3):
            swapped = int.from_bytes(version.to_bytes(4, "little"), "big")
            if swapped in (2, 3):
                raise Damaged("it is for machines of the other byte order (big-endian)")
            raise Damaged(f"its version is {version}, known are 2 and 3")
        tensors, keys = self._number("Q"), self._number("Q")
        if keys > _MOST_KEYS or tensors > _MOST_TENSORS:
            raise Damaged("it lists an impossible number of keys or tensors")
        found: dict[str, Any] = {}
        for _ in range(keys):
            name = self._text()
            found[name] = self._value(self._number("I"))
        listed = [self._tensor() for _ in range(tensors)]
        align = found.get("general.alignment", 32)
        if not isinstance(align, int) or not 1 <= align <= 1 << 20:
            raise Damaged("its alignment is impossible")
        start = -(-self._at // align) * align
        end = max((start + tensor.offset + tensor.size for tensor in listed), default=self._at)
        return GgufHead(version, found, tuple(listed), start, end, self._size)

    def _tensor(self) -> Tensor:
        name = self._text()
        dimensions = self._number("I")
        if dimensions > _MOST_DIMENSIONS:
            raise Damaged(f"its tensor {name[:80]!r} has {dimensions} dimensions")
        shape = tuple(self._number("Q") for _ in range(dimensions))
        kind, offset = self._number("I"), self._number("Q")
        return Tensor(name, shape, kind, offset, _size_of(name, shape, kind))

    def _value(self, kind: int, depth: int = 0) -> Any:
        if kind == _STRING:
            return self._text()
        if kind != _ARRAY:
            return self._number(self._format(kind))
        inner, count = self._number("I"), self._number("Q")
        if depth > 4 or count > self._size:
            raise Damaged("it holds an array of impossible length")
        if inner == _STRING:
            self._skip_texts(count)
            return Length(count)
        if inner == _ARRAY:
            for _ in range(count):
                self._value(_ARRAY, depth + 1)
            return Length(count)
        form = self._format(inner)
        if count > _LONGEST_ARRAY_KEPT:
            self._skip(struct.calcsize("<" + form) * count)
            return Length(count)
        return [self._number(form) for _ in range(count)]

    def _format(self, kind: int) -> str:
        if kind not in _FORMATS:
            raise Damaged(f"it holds a value of unknown type {kind}")
        return _FORMATS[kind]

    def _number(self, form: str) -> Any:
        return struct.unpack("<" + form, self._bytes(struct.calcsize("<" + form)))[0]

    def _text(self) -> str:
        length = self._number("Q")
        if length > _LONGEST_TEXT:
            raise Damaged("it holds a text of impossible length")
        return self._bytes(length).decode("utf-8", "replace")

    def _skip_texts(self, count: int) -> None:
        """Step over texts: a vocabulary and its merges are some hundred thousand, so this loop is kept small."""
        at, size, data, length_at = self._at, self._size, self._data, struct.Struct("<Q").unpack_from
        try:
            for _ in range(count):
                at += 8 + length_at(data, at)[0]
                if at > size:
                    break
        except struct.error:
            at = size + 1
        self._at = 0
        self._skip(at)

    def _bytes(self, length: int) -> bytes:
        start = self._at
        self._skip(length)
        return self._data[start : self._at]

    def _skip(self, length: int) -> None:
        self._at += length
        if self._at > self._size:
            raise CutOff("it is cut off in its head")


def _size_of(name: str, shape: tuple[int, ...], kind: int) -> int:
    """Bytes of a tensor."""
    from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType

    try:
        block, width = GGML_QUANT_SIZES[GGMLQuantizationType(kind)]
    except (ValueError, KeyError):
        raise Damaged(f"its tensor {name[:80]!r} is of a type that is not known here ({kind})") from None
    row = shape[0] if shape else 1
    if row % block:
        raise Damaged(f"its tensor {name[:80]!r} has rows of {row}, which is no multiple of {block}")
    rows = 1
    for length in shape[1:]:
        rows *= length
    return row // block * width * rows
