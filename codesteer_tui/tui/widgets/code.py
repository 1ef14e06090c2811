"""Python in colour. Imported when the first code is shown, since pygments is slow to import."""

from __future__ import annotations

from pygments.lexers.python import PythonLexer
from pygments.token import Token, _TokenType
from textual.content import Content, Span

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
