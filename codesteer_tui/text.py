"""Text from models and programs, made harmless for a terminal and for a file; tokens and money in words."""

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


def escaped(text: str) -> str:
    """The text on one line: whatever is not printed, line ends included, as Python writes it (`\\n`, `\\u202e`)."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def storable(text: str) -> str:
    """The text without lone surrogates, which a broken stream may hold and UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode("utf-8")


def dollars(usd: float) -> str:
    """An amount of US dollars: `$0.0123` below a dollar, `$1.23` from there on, `<$0.0001` for less."""
    if 0 < usd < 0.00005:
        return "<$0.0001"
    return f"${usd:,.2f}" if usd >= 0.99995 or usd == round(usd, 2) else f"${usd:.4f}"


def money(usd: float, *, estimated: bool = False, unknown: bool = False) -> str:
    """What was spent: `$0.0123`, `~$0.0123` where estimated, `$0.0123+?` where a part is unknown.

    Empty where nothing was spent, `$?` where nothing is known.
    """
    if not usd:
        return "$?" if unknown else ""
    return f"{'~' if estimated else ''}{dollars(usd)}{'+?' if unknown else ''}"


def used(tokens: int, usd: float, *, estimated: bool = False, unknown: bool = False) -> str:
    """Tokens and money together: `1,234 tokens, $0.0123`, with a tilde where they are estimated.

    Where a price is not known, that is said in words: there is room.
    """
    counted = f"{'~' if estimated else ''}{tokens:,} token{'' if tokens == 1 else 's'}"
    return f"{counted}, {price}" if (price := paid(usd, estimated=estimated, unknown=unknown)) else counted


def paid(usd: float, *, estimated: bool = False, unknown: bool = False) -> str:
    """What was spent, in words where it is not known: `price unknown`, `$0.0123 and a part of unknown price`."""
    price = money(usd, estimated=estimated)
    if not unknown:
        return price
    return f"{price} and a part of unknown price" if price else "price unknown"


class Growing:
    """A text of a dataclass that grows by pieces, each at the same cost: `+=` on an attribute copies all of it.

    To whoever reads or sets the attribute it is a `str`. The pieces lie in a list under the attribute's own name, and
    are joined when they are read.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, thing: object, owner: type | None = None) -> str:
        if thing is None:
            return ""  # the default of the field
        pieces: list[str] = thing.__dict__[self._name]
        if len(pieces) != 1:
            pieces[:] = ["".join(pieces)]
        return pieces[0]

    def __set__(self, thing: object, text: str) -> None:
        thing.__dict__[self._name] = [text]


def grow(thing: object, name: str, piece: str) -> None:
    """Add a piece to a `Growing` text."""
    thing.__dict__[name].append(piece)
