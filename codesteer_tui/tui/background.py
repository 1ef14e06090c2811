"""Work in the background of a screen, as a worker of Textual."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from textual.dom import DOMNode
from textual.worker import Worker


def begin(
    node: DOMNode,
    work: Callable[[], Coroutine[Any, Any, Any]],
    *,
    name: str = "",
    group: str = "default",
    exclusive: bool = False,
    exit_on_error: bool = True,
) -> Worker[Any]:
    """Begin some work, which ends with `node`; with `exclusive` it takes the place of what its group was at.

    It is given as a function: a worker that is cancelled before its first turn never calls it, where a coroutine
    would be left that nobody awaits.
    """
    worker: Worker[Any] = node.run_worker(
        work, name=name, group=group, exclusive=exclusive, exit_on_error=exit_on_error
    )
    return worker
