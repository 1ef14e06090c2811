"""Blocks in parts, each under a heading: what dialogs fold and copy one by one."""

from __future__ import annotations

from msgspec import Struct

from codesteer_tui.tui.blocks import Block, Part


class Section(Struct, frozen=True):
    """One part: a heading, what stands under it, and what is copied of it.

    `key` is unique in the dialog. `above` are blocks before the heading that are never folded. `first` is said
    behind the heading while the part is folded.
    """

    key: str
    head: tuple[Part, ...]
    body: tuple[Block, ...]
    copy: str
    above: tuple[Block, ...] = ()
    first: str = ""
    folded: bool = False
