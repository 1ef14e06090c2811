"""Python in colour. Imported when the first code is shown, since pygments is slow to import."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import accumulate

from pygments.lexers.python import PythonLexer
from pygments.token import Token, _TokenType
from rich.cells import cell_len
from textual.content import Content, Span
from textual.css.styles import RulesMap

from codesteer_tui.tui.widgets.laid import Laid

STYLES: dict[_TokenType, str] = {
    Token.Comment: "dim italic",
    Token.Keyword: "$text-accent",
    Token.Keyword.Constant: "$text-warning",
    Token.Literal.Number: "$text-warning",
    Token.Literal.String: "$text-success",
    Token.Name.Builtin: "$text-secondary",
    Token.Name.Class: "bold $text-primary",
    Token.Name.Decorator: "$text-primary",
    Token.Name.Exception: "$text-secondary",
    Token.Name.Function: "bold $text-primary",
    Token.Operator.Word: "$text-accent",
}

_lexer = PythonLexer()


def highlighted(code: str) -> Content:
    """The code with colours. The text itself is left exactly as it is, whatever it holds."""
    spans: list[Span] = []
    for start, kind, text in _lexer.get_tokens_unprocessed(code):
        at: _TokenType | None = kind
        while at is not None and at not in STYLES:
            at = at.parent
        if at is not None and text:
            spans.append(Span(start, start + len(text), STYLES[at]))
    return Content(code, spans, strip_control_codes=False)


GOES_ON = "~> "
"""Begins a screen line that goes on with the line of code above it. No line of Python can begin so."""

_LEAST = 8
"""Columns that a continued line has at least for code."""


class FoldedCode(Laid):
    """Code whose long lines are folded where they do not fit, with a mark, so that indentation never misleads."""

    def __init__(self, code: Content) -> None:
        self.code = code

    def laid_out(self, width: int) -> Content:
        return folded(self.code, width)

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        return self.code.get_optimal_width(rules, container_width)


def folded(code: Content, width: int) -> Content:
    """The code with a line end and a mark wherever a line is too long for `width` columns."""
    cuts: list[int] = []
    inserted: list[str] = []
    start = 0
    for line in code.plain.split("\n"):
        indent = _indent(line, width)
        for at in _cuts(line, width, indent):
            cuts.append(start + at)
            inserted.append("\n" + " " * indent + GOES_ON)
        start += len(line) + 1
    if not cuts:
        return code
    sizes = [0, *accumulate(map(len, inserted))]
    spans = [
        span._replace(
            start=span.start + sizes[bisect_right(cuts, span.start)],
            end=span.end + sizes[bisect_left(cuts, span.end)],
        )
        for span in code.spans
    ]
    marks = [
        Span(at + sizes[k + 1] - len(GOES_ON), at + sizes[k + 1], "not bold $foreground 70%")
        for k, at in enumerate(cuts)
    ]
    ends = [*cuts, len(code.plain)]
    pieces = [code.plain[: cuts[0]]]
    for mark, begin, end in zip(inserted, cuts, ends[1:], strict=True):
        pieces += [mark, code.plain[begin:end]]
    return Content("".join(pieces), [*spans, *marks], strip_control_codes=False)


def row_of(text: str, at: int, width: int) -> int:
    """The row on which the character `at` of a code stands where it is folded to `width` columns."""
    row, rest = 0, at
    for line in text.split("\n"):
        cuts = _cuts(line, width, _indent(line, width))
        if rest <= len(line):
            return row + bisect_right(cuts, rest)
        row += len(cuts) + 1
        rest -= len(line) + 1
    return row


def unfolded(text: str) -> str:
    """Folded code, or a part of it, as it was written."""
    return _FOLD.sub("", text)


_FOLD = re.compile(rf"\n *{GOES_ON}")


def _indent(line: str, width: int) -> int:
    """Columns by which the further rows of a line stand in."""
    return min(len(line) - len(line.lstrip(" ")), max(0, width - len(GOES_ON) - _LEAST) // 2)


def _cuts(line: str, width: int, indent: int) -> list[int]:
    """Where to cut a line: behind a blank, comma or bracket if one is near, else where the room ends."""
    if width <= 0 or len(line) * 2 <= width or cell_len(line.expandtabs(8)) <= width:
        return []
    found: list[int] = []
    begin, room = 0, width
    while (end := _reach(line, begin, room)) < len(line):
        near = max(line.rfind(c, begin + (end - begin) // 2, end) for c in " ,([{")
        begin = near + 1 if near > begin and line[begin:near].strip() else end
        found.append(begin)
        room = max(1, width - indent - len(GOES_ON))
    return found


def _reach(line: str, begin: int, room: int) -> int:
    """How far `room` columns reach; always a step on."""
    piece = line[begin : begin + room]
    if piece.isascii() and "\t" not in piece:
        return begin + len(piece)
    used = 0
    for at, char in enumerate(piece, begin):
        used += 8 if char == "\t" else cell_len(char)
        if used > room:
            return max(at, begin + 1)
    return begin + len(piece)
