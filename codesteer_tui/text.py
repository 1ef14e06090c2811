"""Text from models and programs, made harmless: for a terminal, and for a file."""

from __future__ import annotations

import re

_ESCAPES = re.compile(
    r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # operating system commands, such as a window title
    r"|\x1b[PX^_][^\x1b]*\x1b\\"  # device control strings
    r"|[\x1b\x9b]\[?[0-?]*[ -/]*[@-~]"  # colours, cursor movement
)
_CONTROLS = (*range(0x09), *range(0x0E, 0x20), 0x0D, *range(0x7F, 0xA0))
_REORDERING = (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0xFEFF)
_LINE_ENDS = (0x0B, 0x0C, 0x85, 0x2028, 0x2029)
_SURROGATES = range(0xD800, 0xE000)
_SHOWN_AS: dict[int, str | None] = {
    **dict.fromkeys(_CONTROLS),
    **dict.fromkeys(_REORDERING),
    **dict.fromkeys(_LINE_ENDS, "\n"),
    **dict.fromkeys(_SURROGATES, "\ufffd"),
}


def plain(text: str) -> str:
    """The text as a terminal may safely show it: only line ends and tabs are left of the control characters.

    Whole escape sequences are removed, so that no rest of a colour code stays behind; characters that
    reorder text are removed; half surrogate pairs, which cannot be written out, become U+FFFD.
    """
    if text.isascii() and text.isprintable():
        return text
    if "\x1b" in text or "\x9b" in text:
        text = _ESCAPES.sub("", text)
    return text.translate(_SHOWN_AS)


def storable(text: str) -> str:
    """The text without lone surrogates, which a broken stream may hold and UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode("utf-8")
