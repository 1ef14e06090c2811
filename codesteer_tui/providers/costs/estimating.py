"""Tokens by rule of thumb, for where a provider gives no count."""

from __future__ import annotations

from collections.abc import Sequence

from codesteer_tui.values import Message, Usage

CHARS_PER_TOKEN = 4
"""Characters of a token in English and code, about. Only for estimates."""


def tokens(chars: int) -> int:
    """Tokens of so many characters, rounded up."""
    return -(-chars // CHARS_PER_TOKEN)


def estimated(messages: Sequence[Message], reply_chars: int) -> Usage:
    """Usage by rule of thumb: `CHARS_PER_TOKEN` characters a token, and marked as estimated."""
    asked = sum(len(message.content) for message in messages)
    return Usage(tokens(asked), tokens(reply_chars), estimated=True)
