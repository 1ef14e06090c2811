"""What stands between the last markers of an answer, found without the package's own reader."""

from __future__ import annotations

import re


def inside(text: str) -> str:
    """Give the last ``<<<...>>>`` that is not empty, or the whole text where there is none."""
    marked = re.findall(r"<<<((?:(?!<<<).)*?)>>>", text, re.DOTALL)
    return next((part for part in reversed(marked) if part.strip()), text)
