"""What models cost: a dated table of prices, laid over by the person's own.

The table is `prices.toml` beside this file; a person's `prices.toml` beside their configuration has the same
form and wins. What is in neither has no known price, which is not the same as a price of nothing.
"""

from __future__ import annotations

from msgspec import Struct

from codesteer_tui.values import Usage


class Price(Struct, frozen=True, kw_only=True):
    """US dollars for a million tokens. None for the cached kinds: they cost what other input does.

    `as_of` is the date on which it was read at `page`; `context` the size of the window where known.
    """

    input: float
    output: float
    cached_input: float | None = None
    cache_write: float | None = None
    context: int | None = None
    as_of: str = ""
    page: str = ""

    def cost(self, usage: Usage) -> float:
        """What these tokens cost, in US dollars."""
        read, written = usage.cached_tokens, usage.cache_written_tokens
        plain = max(0, usage.input_tokens - read - written)
        dear = self.input if self.cached_input is None else self.cached_input
        kept = self.input if self.cache_write is None else self.cache_write
        return (plain * self.input + read * dear + written * kept + usage.output_tokens * self.output) / 1e6

    def most(self, input_tokens: int, output_tokens: int) -> float:
        """The most that a call of this size can cost: all of its input may be written to the cache."""
        dearest = max(self.input, self.cache_write or 0.0)
        return (input_tokens * dearest + output_tokens * self.output) / 1e6


FREE = Price(input=0.0, output=0.0)
