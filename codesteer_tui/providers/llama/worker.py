"""The child process that holds a GGUF: `python -m codesteer_tui.providers.llama.worker`, with pipes to it.

It is a process of its own because llama.cpp writes to file descriptors 1 and 2, can be aborted only from
inside, and can die in ways that no exception reports. Its output goes to the log that it was given as stderr.
When its stdin ends, because the program closed it or is gone, it exits at once.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, TypeAlias

import msgspec

from codesteer_tui.errors import WeightsError
from codesteer_tui.providers.llama import wire
from codesteer_tui.providers.llama.aborting import Abort
from codesteer_tui.providers.llama.conversation import Conversation, TooLong
from codesteer_tui.providers.llama.engine import Log, Weights

_Waiting: TypeAlias = wire.Load | wire.Open | wire.Shut | wire.Count | wire.Generate


class Service:
    """Answers requests, one after the other."""

    def __init__(self, log: Log) -> None:
        self.abort = Abort()
        self._log = log
        self._weights: Weights | None = None
        self._conversations: dict[int, Conversation] = {}

    def load(self, load: wire.Load, answers: BinaryIO) -> wire.Answer:
        """Open the weights, saying how it goes."""
        try:
            self._weights = Weights(load, self._log, lambda done: _write(answers, wire.Progress(done)))
        except ImportError as error:
            message = f"llama-cpp-python cannot be imported: {error}."
            return wire.Fault(0, "weights", message, "Install it again: pip install llama-cpp-python")
        except WeightsError as error:
            return wire.Fault(0, "weights", error.message, error.remedy)
        except Exception as error:  # noqa: BLE001 - whatever it is, it means "not loaded"
            why = "; ".join(self._log.errors) or f"{error}"
            return wire.Fault(
                0,
                "weights",
                f"{Path(load.path).name} cannot be loaded: {why.rstrip('.')}.",
                "Check that the file is complete, is a chat model, and that llama.cpp knows its architecture.",
            )
        return self._weights.loaded

    def answers(self, request: _Waiting) -> Iterator[wire.Answer]:
        """What a request about a conversation is answered."""
        weights = self._weights
        if weights is None or isinstance(request, wire.Load):
            return
        if isinstance(request, wire.Open):
            yield self._open(weights, request)
            return
        conversation = self._conversations.get(request.conversation)
        if isinstance(request, wire.Shut):
            if conversation is not None:
                self._conversations.pop(request.conversation).close()
            yield wire.Closed(request.id)
        elif conversation is None:
            yield wire.Fault(request.id, "protocol", "There is no such conversation.", "Try again.")
        elif isinstance(request, wire.Count):
            yield self._count(conversation, request)
        else:
            yield from self._generate(conversation, request)

    def _open(self, weights: Weights, ask: wire.Open) -> wire.Answer:
        self._log.errors.clear()
        if stale := self._conversations.pop(ask.conversation, None):
            stale.close()
        try:
            made = Conversation(weights, ask.talk, self.abort)
        except WeightsError as error:
            return wire.Fault(ask.id, "weights", error.message, error.remedy)
        except ValueError as error:
            why = "; ".join([f"{error}", *self._log.errors])
            remedy = "Lower context_tokens of this provider, or leave kv_type and flash_attention at their defaults."
            return wire.Fault(ask.id, "weights", f"No conversation can be begun: {why.rstrip('.')}.", remedy)
        self._conversations[ask.conversation] = made
        return wire.Opened(ask.id, made.n_ctx, made.kv_bytes)

    def _count(self, conversation: Conversation, ask: wire.Count) -> wire.Answer:
        try:
            return wire.Counted(ask.id, len(conversation.ids(ask.messages)), conversation.n_ctx)
        except Exception as error:  # noqa: BLE001 - a template is a program of somebody else's
            return _template_refuses(ask.id, error)

    def _generate(self, conversation: Conversation, ask: wire.Generate) -> Iterator[wire.Answer]:
        try:
            prompt, restored = conversation.prepare(ask)
        except Exception as error:  # noqa: BLE001 - a template is a program of somebody else's
            yield _template_refuses(ask.id, error)
            return
        self.abort.begin(ask.id)
        try:
            yield from conversation.answers(ask, prompt, restored)
        except TooLong as error:
            yield wire.Fault(
                ask.id,
                "context_too_long",
                f"The conversation has {error.args[0]} tokens; the context of {wire.THIS_MODEL} holds "
                f"{conversation.n_ctx}.",
                wire.for_more_room(
                    conversation.n_ctx, self._weights.header.context_length if self._weights else 0
                ),
            )
        except RuntimeError as error:
            yield wire.Fault(ask.id, "broken_stream", f"llama.cpp failed: {error}.", "Try again.")
        finally:
            self.abort.end()


def _template_refuses(number: int, error: Exception) -> wire.Fault:
    return wire.Fault(
        number,
        "bad_request",
        f"The chat template of these weights refuses this conversation: {error}.",
        "Use weights whose chat template takes a system message and turns in this order.",
    )


def main() -> None:
    """Serve requests until stdin ends."""
    requests, answers, log = _take_descriptors()
    service = Service(log)
    waiting: queue.SimpleQueue[_Waiting] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests, waiting, service.abort), daemon=True).start()
    while True:
        request = waiting.get()
        if isinstance(request, wire.Load):
            _write(answers, service.load(request, answers))
        else:
            for answer in service.answers(request):
                _write(answers, answer)


def _write(answers: BinaryIO, answer: wire.Answer) -> None:
    answers.write(wire.frame(answer))
    answers.flush()


def _listen(requests: BinaryIO, waiting: queue.SimpleQueue[_Waiting], abort: Abort) -> None:
    """Read requests in a thread of their own, so that a cancel is seen while llama.cpp computes."""
    try:
        while (request := wire.read_request(requests)) is not None:
            if isinstance(request, wire.Cancel):
                abort.cancel(request.id)
            else:
                waiting.put(request)
    except msgspec.DecodeError as error:
        os.write(2, f"a request could not be read: {error}\n".encode())
        os._exit(1)
    os._exit(0)


def _take_descriptors() -> tuple[BinaryIO, BinaryIO, Log]:
    """Keep the pipes for ourselves and let descriptors 0, 1 and 2 lead where nothing can be hurt."""
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return requests, answers, Log(os.dup(2))


if __name__ == "__main__":
    main()
