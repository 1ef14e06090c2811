"""Program source as bytes on the wire and text in the program, without losing a byte either way."""

from __future__ import annotations

from codesteer_tui.errors import SandboxError
from codesteer_tui.values import Limits, Program


def from_bytes(data: bytes) -> str:
    """The text of a source file. Bytes that are no UTF-8 survive, so a coding cookie still finds them."""
    return data.decode("utf-8", "surrogateescape")


def to_bytes(program: Program, limits: Limits) -> bytes:
    """What is sent to the box.

    Raises:
        SandboxError: the program is longer than `limits.source_bytes`.
    """
    try:
        data = program.source.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        # Half a character pair, as a model's JSON can hold: Python in the box will say that it is no source.
        data = program.source.encode("utf-8", "surrogatepass")
    if len(data) > limits.source_bytes:
        raise SandboxError(
            f"The program has {len(data):,} bytes; the most that is run is {limits.source_bytes:,}.",
            "Shorten it.",
        )
    return data
