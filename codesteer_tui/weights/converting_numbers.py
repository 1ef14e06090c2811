"""The numbers of a checkpoint's tensors as a GGUF file keeps them: which type, how many bytes, some rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, NamedTuple

from codesteer_tui.errors import WeightsError
from codesteer_tui.weights.converting_config import LlamaConfig, Wanted, rotary_factors
from codesteer_tui.weights.converting_tensors import Place, read_rows, reading

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Kind = Literal["f32", "f16", "bf16", "q8_0"]
KINDS: tuple[Kind, ...] = ("f32", "f16", "bf16", "q8_0")
"""What the numbers of matrices can be kept as."""

SLICE_NUMBERS = 1 << 20
"""Numbers of a tensor that are in memory at a time; with copies in between about 30 MB. Four times as many take twice
the time, since they fit in no cache of a processor."""

_LARGEST = {"f32": float("inf"), "bf16": (2 - 2**-7) * 2.0**127, "f16": 65504.0, "q8_0": 65504.0 * 127}
Q8_BLOCK, Q8_BYTES = 32, 34


class Planned(NamedTuple):
    """A tensor to write: what, from where (None: computed from config.json), kept as what, how many bytes."""

    wanted: Wanted
    place: Place | None
    kind: Kind
    size: int


def kept(wanted: Wanted, place: Place, kind: Kind) -> Planned:
    """How a tensor is kept where the others are kept as `kind`, as far as it can be."""
    if len(wanted.shape) == 1:
        kind = "f32"  # norms and biases: llama.cpp wants them so
    elif kind == "q8_0" and wanted.shape[1] % Q8_BLOCK:
        kind = "f16"
    if kind == "q8_0":
        return Planned(wanted, place, kind, place.numbers // Q8_BLOCK * Q8_BYTES)
    return Planned(wanted, place, kind, place.numbers * (4 if kind == "f32" else 2))


def encoded(planned: Planned, config: LlamaConfig) -> Iterator[NDArray[Any]]:
    """The tensor as it lies in the file, in slices of whole rows (of whole heads where rows are reordered)."""
    import numpy as np

    wanted, place = planned.wanted, planned.place
    if place is None:
        yield np.array(rotary_factors(config), np.float32)
        return
    rows = wanted.shape[0]
    at_once = rows // wanted.heads if wanted.heads else 1
    row = place.numbers // rows
    step = at_once * max(1, SLICE_NUMBERS // (row * at_once))
    with reading(place.path) as file:
        for first in range(0, rows, step):
            yield _encode(_rows(file, planned, first, min(step, rows - first)), planned.kind)


def _rows(file: BinaryIO, planned: Planned, first: int, count: int) -> NDArray[np.float32]:
    import numpy as np

    wanted, place = planned.wanted, planned.place
    assert place is not None
    values = read_rows(file, place, first, count)
    largest = float(np.abs(values).max())  # NaN if there is one
    if not np.isfinite(largest):
        raise WeightsError(
            f"{place.path}: {wanted.source} has a number that is not finite (NaN or infinity).",
            "The checkpoint is damaged, or its training failed: fetch it again, or take an earlier one.",
        )
    if largest > _LARGEST[planned.kind]:
        raise WeightsError(
            f"{place.path}: {wanted.source} has {largest:g}, which is too large for {planned.kind}.",
            "Keep the numbers as they are: --type bf16",
        )
    if wanted.heads:
        values = _interleaved(values, wanted.shape[0] // wanted.heads)
    return values


def _interleaved(values: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    """Rows of whole heads, each `width` high, from the checkpoint's order to that of llama.cpp.

    Rotary positions turn pairs of rows: the checkpoint pairs row i of a head with row i + width / 2, llama.cpp
    pairs neighbours.
    """
    rest = values.shape[1:]
    return values.reshape(-1, 2, width // 2, *rest).swapaxes(1, 2).reshape(-1, *rest)


def _encode(values: NDArray[np.float32], kind: Kind) -> NDArray[Any]:
    import numpy as np
    from gguf import GGMLQuantizationType, quantize

    if kind == "bf16":  # to the nearest, of two the even; gguf does the same in twice the time
        bits = np.ascontiguousarray(values).view(np.uint32)
        return ((bits + (0x7FFF + ((bits >> 16) & 1))) >> 16).astype("<u2")
    return quantize(values, GGMLQuantizationType[kind.upper()])
