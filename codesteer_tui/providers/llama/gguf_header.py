"""The first lines of a GGUF file, read without llama.cpp: is it one, and what does it say about itself?"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from codesteer_tui.errors import WeightsError
from codesteer_tui.providers.llama.parts import parts_there

_MAGIC = b"GGUF"
_STRING, _ARRAY = 8, 9
_FORMATS = {
    0: "<B",
    1: "<b",
    2: "<H",
    3: "<h",
    4: "<I",
    5: "<i",
    6: "<f",
    7: "<?",
    10: "<Q",
    11: "<q",
    12: "<d",
}
_MOST_KEYS = 10_000
_MOST_LAYERS = 4096
_LONGEST_STRING = 16 << 20


_SHAPE = ("block_count", "embedding_length", "attention.head_count", "attention.head_count_kv")
_HEAD_SIZES = ("attention.key_length", "attention.value_length")


class GgufHeader(Struct, frozen=True):
    """What a GGUF says about itself. `context_length` is in tokens, 0 where it does not say.

    `kv_values` is how many numbers its cache of keys and values holds for each token, 0 where that is not plain;
    `layers` counts its blocks, without the output.
    """

    version: int
    architecture: str
    context_length: int
    name: str = ""
    kv_values: int = 0
    layers: int = 0


def size_on_disk(path: Path) -> int:
    """Bytes of a GGUF, all parts of it where it is split (`NAME-00001-of-00003.gguf`). Parts that are missing count
    for nothing: llama.cpp will say so."""
    return sum(part.stat().st_size for part in parts_there(path))


def read_header(path: Path, *, provider: str = "llama_cpp") -> GgufHeader:
    """Check that `path` is a GGUF and read its name, architecture and training context. Reads a few KB.

    Raises:
        WeightsError: it is missing, a directory, not readable, not a GGUF, or cut off in its header.
    """
    remedy = "Put the path of a GGUF file into `model` of this provider in the configuration."
    if not path.exists():
        raise WeightsError(f"There is no file {path}.", remedy, provider=provider)
    if path.is_dir():
        raise WeightsError(f"{path} is a directory, not a GGUF file.", remedy, provider=provider)
    try:
        with path.open("rb") as file:
            return _parse(file)
    except OSError as error:
        why = error.strerror or str(error)
        raise WeightsError(f"{path} cannot be read: {why}.", remedy, provider=provider) from error
    except _NotGgufError as error:
        raise WeightsError(
            f"{path} is not a usable GGUF file: {error}.",
            "Download or convert it again; a web page saved under this name is a common cause.",
            provider=provider,
        ) from error
    except (struct.error, UnicodeDecodeError) as error:
        raise WeightsError(
            f"{path} is cut off or damaged in its header.", "Download or convert it again.", provider=provider
        ) from error


class _NotGgufError(Exception):
    """The bytes are not those of a GGUF."""


def _parse(file: BinaryIO) -> GgufHeader:
    magic = file.read(4)
    if magic != _MAGIC:
        raise _NotGgufError(f"it begins with {magic!r} instead of {_MAGIC!r}" if magic else "it is empty")
    (version,) = struct.unpack("<I", file.read(4))
    if version not in (2, 3):
        raise _NotGgufError(f"its version is {version}, known are 2 and 3")
    _, keys = struct.unpack("<QQ", file.read(16))
    found: dict[str, object] = {}
    for _ in range(min(keys, _MOST_KEYS)):
        name = _string(file)
        if name.startswith("tokenizer.") and f"{found.get('general.architecture')}.context_length" in found:
            break
        found[name] = _value(file, _number(file, "<I"))
    architecture = str(found.get("general.architecture", ""))
    length, layers = (found.get(f"{architecture}.{key}", 0) for key in ("context_length", "block_count"))
    return GgufHeader(
        version,
        architecture,
        length if isinstance(length, int) else 0,
        str(found.get("general.name", "")),
        _kv_values(found, architecture),
        layers if isinstance(layers, int) else 0,
    )


def _kv_values(found: dict[str, object], architecture: str) -> int:
    """Numbers of keys and values for a token: layers × heads × their sizes. Values are there for every token."""
    layers, width, heads, kv_heads = (found.get(f"{architecture}.{key}") for key in _SHAPE)
    if not isinstance(layers, int) or not isinstance(width, int) or not isinstance(heads, int) or not heads:
        return 0
    sizes = (found.get(f"{architecture}.{key}", width // heads) for key in _HEAD_SIZES)
    both = sum(size for size in sizes if isinstance(size, int))
    if isinstance(kv_heads, list):  # a number for each layer: some have no such cache
        return sum(kv_heads) * both
    return layers * (kv_heads if isinstance(kv_heads, int) else heads) * both


def _value(file: BinaryIO, kind: int) -> object:
    """A value. Arrays of texts and long ones are stepped over and come back as None."""
    if kind == _STRING:
        return _string(file)
    if kind != _ARRAY:
        return _number(file, _format(kind))
    inner, count = _number(file, "<I"), _number(file, "<Q")
    if inner == _STRING:
        for _ in range(count):
            file.seek(_number(file, "<Q"), 1)
    elif inner == _ARRAY:
        for _ in range(count):
            _value(file, _ARRAY)
    elif count <= _MOST_LAYERS:
        return [_number(file, _format(inner)) for _ in range(count)]
    else:
        file.seek(struct.calcsize(_format(inner)) * count, 1)
    return None


def _format(kind: int) -> str:
    if kind not in _FORMATS:
        raise _NotGgufError(f"it holds a value of unknown type {kind}")
    return _FORMATS[kind]


def _number(file: BinaryIO, form: str) -> int:
    (value,) = struct.unpack(form, file.read(struct.calcsize(form)))
    return int(value) if form not in ("<f", "<d") else 0


def _string(file: BinaryIO) -> str:
    length = _number(file, "<Q")
    if length > _LONGEST_STRING:
        raise _NotGgufError("it holds a text of impossible length")
    data = file.read(length)
    if len(data) < length:
        raise struct.error("short read")
    return data.decode("utf-8")
