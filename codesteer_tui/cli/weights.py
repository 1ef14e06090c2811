"""``codesteer weights``: what there is, what it is, fetching it, checking it, removing it."""

from __future__ import annotations

import click


@click.group("weights")
def command() -> None:
    """List, fetch, check and remove weights: GGUF files and checkpoints on this machine."""
