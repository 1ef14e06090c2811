"""What the cases on stocks have in common: reading counts out of a text without the verifier's readers."""

from __future__ import annotations

import re


def states(text: str, counts: list[int], *, glued: bool) -> bool:
    """Whether some part of a text, between brackets or on a line, has exactly these numbers and no other."""
    whole = re.sub(r"(?<=\d)\.0*(?!\d)", "", text.replace("\\>", " "))
    parts = [part for chunk in re.split(r"[\[\]()<>]", whole) for part in (chunk, *chunk.splitlines())]
    found = [re.findall(r"\d+", part) for part in parts]
    together = ["".join(map(str, counts))]
    return any(list(map(int, numbers)) == counts or (glued and numbers == together) for numbers in found)
