"""The child process that holds a GGUF: `python -m codesteer_tui.providers.llama.worker`, with pipes to it.

It is a process of its own because llama.cpp writes to file descriptors 1 and 2, can be aborted only from
inside, and can die in ways that no exception reports. Its output goes to the log that it was given as stderr.
When its stdin ends, because the program closed it or is gone, it exits at once.
"""

from __future__ import annotations

import codecs
import ctypes
import os
import queue
import sys
import threading
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from codesteer_tui.providers.llama import wire
from codesteer_tui.providers.llama.prompt import Prompter, StopGate
from codesteer_tui.values import Finish

_LOG_DEBUG, _LOG_ERROR, _LOG_CONTINUED = 1, 4, 5  # ggml.h: enum ggml_log_level
_VOCAB_SPM = 1  # llama.h: LLAMA_VOCAB_TYPE_SPM
_RANDOM_SEED = 0xFFFFFFFF
_USUAL_TEMPERATURE = 0.8
_USUAL_TOP_P = 0.95


class Abort:
    """One byte that both Python and llama.cpp look at: a generation that was cancelled stops within a node.

    llama.cpp polls a native function, C's own `strlen`, on the byte: the empty string says go on. So no
    Python runs inside its computation, and the thread that reads requests sets the byte while it computes.
    """

    def __init__(self) -> None:
        self.cell = ctypes.create_string_buffer(2)
        self._lock = threading.Lock()
        self._current = 0
        self._cancelled = 0

    def begin(self, number: int) -> None:
        """A generation starts; it may have been cancelled while it waited."""
        with self._lock:
            self._current = number
            self.cell[0] = b"x" if self._cancelled >= number else b"\0"

    def cancel(self, number: int) -> None:
        """Stop this generation. One that has ended already is none of our business."""
        with self._lock:
            self._cancelled = max(self._cancelled, number)
            if self._current == number:
                self.cell[0] = b"x"

    @property
    def is_set(self) -> bool:
        """Whether the current generation is to stop."""
        return self.cell[0] != b"\0"


class Log:
    """llama.cpp's own words: all but debug go to the log file, the last errors are kept for messages."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._level = 0
        self.errors: deque[str] = deque(maxlen=4)

    def __call__(self, level: int, text: bytes, _: object) -> None:
        """Called by llama.cpp, from any thread."""
        self._level = self._level if level == _LOG_CONTINUED else level
        if self._level != _LOG_DEBUG:
            os.write(self._descriptor, text)
        if self._level >= _LOG_ERROR and text.strip():
            self.errors.append(text.decode("utf-8", "replace").strip())


class Engine:
    """Weights opened by llama.cpp, answering one conversation at a time."""

    def __init__(self, load: wire.Load, abort: Abort, log: Log) -> None:
        import llama_cpp
        from llama_cpp.llama_chat_format import Jinja2ChatFormatter

        self._lib: Any = llama_cpp
        self._abort = abort
        self._log_callback = llama_cpp.llama_log_callback(log)
        llama_cpp.llama_log_set(self._log_callback, ctypes.c_void_p(0))
        layers = load.gpu_layers
        if layers is None:
            layers = -1
        self.gpu_layers = layers if llama_cpp.llama_supports_gpu_offload() else 0
        self._llama = llama = llama_cpp.Llama(
            load.path,
            n_ctx=load.n_ctx,
            n_batch=load.n_batch,
            n_ubatch=load.n_batch,
            n_threads=load.n_threads,
            n_threads_batch=load.n_threads,
            n_gpu_layers=self.gpu_layers,
            verbose=False,
        )
        self.n_ctx = load.n_ctx
        self.name = str(llama.metadata.get("general.name", ""))
        template = llama.metadata.get("tokenizer.chat_template")
        if not template:
            raise ValueError("it has no chat template")
        self._vocab = llama._model.vocab
        self._strips = llama._model.vocab_type() == _VOCAB_SPM
        formatter = Jinja2ChatFormatter(
            template=template,
            bos_token=self._word(llama.token_bos()),
            eos_token=self._word(llama.token_eos()),
        )
        render: Any = formatter
        self._prompter = Prompter(lambda turns: str(render(messages=turns).prompt), self._tokenize)
        self._watch(llama)

    def answers(self, ask: wire.Generate) -> Iterator[wire.Answer]:
        """Pieces of the reply, then `Done` or `Fault`."""
        try:
            ids = self._ids(ask)
        except Exception as error:  # noqa: BLE001 - a template is a program of somebody else's
            yield wire.Fault(
                ask.id,
                "bad_request",
                f"The chat template of these weights refuses this conversation: {error}.",
                "Use weights whose chat template takes a system message and turns in this order.",
            )
            return
        if len(ids) >= self.n_ctx:
            yield wire.Fault(
                ask.id,
                "context_too_long",
                f"The conversation has {len(ids)} tokens; the context of the local model holds {self.n_ctx}.",
                "Raise context_tokens of this provider, or use fewer rounds or a shorter problem.",
            )
            return
        evaluated = len(ids) - self._cached(ids)
        reply = _Reply(ask.stop)
        finish: Finish = "stop"
        try:
            for token in self._tokens(ids, ask):
                if self._abort.is_set:
                    finish = "cancelled"
                    break
                if self._lib.llama_vocab_is_eog(self._vocab, token):
                    break
                text, stopped = reply.add(token, self._piece(token, strip=not reply.ids))
                if text:
                    yield wire.Piece(ask.id, text)
                if stopped:
                    break
                if len(reply.ids) >= ask.max_tokens or len(ids) + len(reply.ids) >= self.n_ctx:
                    finish = "length"
                    break
        except RuntimeError as error:
            self._llama._requires_eval = True
            if not self._abort.is_set:
                yield wire.Fault(ask.id, "broken_stream", f"llama.cpp failed: {error}.", "Try again.")
                return
            finish = "cancelled"
        rest = reply.end()
        if rest:
            yield wire.Piece(ask.id, rest)
        if finish != "cancelled" and not reply.stopped:
            self._prompter.remember(reply.text, reply.ids)
        yield wire.Done(ask.id, finish, len(ids), len(reply.ids), evaluated)

    def _ids(self, ask: wire.Generate) -> list[int]:
        ids = self._prompter.ids(ask.messages)
        bos = self._llama.token_bos()
        if self._llama._model.add_bos_token() and bos >= 0 and ids[:1] != [bos]:
            ids.insert(0, bos)
        return ids

    def _tokens(self, ids: list[int], ask: wire.Generate) -> Iterator[int]:
        temperature = _USUAL_TEMPERATURE if ask.temperature is None else ask.temperature
        self._llama.set_seed(_RANDOM_SEED if ask.seed is None else ask.seed & _RANDOM_SEED)
        top_p = _USUAL_TOP_P if ask.top_p is None else ask.top_p
        tokens: Iterator[int] = self._llama.generate(ids, temp=temperature, top_p=top_p)
        return tokens

    def _cached(self, ids: list[int]) -> int:
        """How many of the prompt's first tokens llama.cpp has evaluated before."""
        known = self._llama._input_ids.tolist()
        return next(
            (n for n, (a, b) in enumerate(zip(known, ids, strict=False)) if a != b), min(len(known), len(ids))
        )

    def _tokenize(self, text: str, special: bool) -> list[int]:
        ids: list[int] = self._llama.tokenize(text.encode("utf-8", "replace"), add_bos=False, special=special)
        return ids

    def _piece(self, token: int, *, strip: bool) -> bytes:
        """The bytes of one token; control tokens have none. SentencePiece puts a space before the first."""
        size = 64
        while True:
            buffer = ctypes.create_string_buffer(size)
            skip = int(strip and self._strips)
            count = self._lib.llama_token_to_piece(self._vocab, token, buffer, size, skip, False)
            if count >= 0:
                return buffer.raw[:count]
            size = -count

    def _word(self, token: int) -> str:
        return str(self._llama._model.token_get_text(token)) if token >= 0 else ""

    def _watch(self, llama: Any) -> None:
        library = ctypes.cdll.msvcrt if sys.platform == "win32" else ctypes.CDLL(None)
        address = ctypes.cast(library.strlen, ctypes.c_void_p).value
        self._abort_callback = self._lib.ggml_abort_callback(address)
        cell = ctypes.cast(self._abort.cell, ctypes.c_void_p)
        self._lib.llama_set_abort_callback(llama.ctx, self._abort_callback, cell)


class _Reply:
    """One reply as it grows: tokens, whole characters, and the gate for stop texts."""

    def __init__(self, stops: tuple[str, ...]) -> None:
        self.ids: list[int] = []
        self.stopped = False
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._gate = StopGate(stops)
        self._shown: list[str] = []

    @property
    def text(self) -> str:
        """Everything that was shown."""
        return "".join(self._shown)

    def add(self, token: int, piece: bytes) -> tuple[str, bool]:
        """What a token adds to the text, and whether it completes a stop text."""
        self.ids.append(token)
        text, self.stopped = self._gate.feed(self._decoder.decode(piece))
        self._shown.append(text)
        return text, self.stopped

    def end(self) -> str:
        """The last of the text: what was held back, and U+FFFD for a character that was never finished."""
        if self.stopped:
            return ""
        text, self.stopped = self._gate.feed(self._decoder.decode(b"", final=True))
        text += "" if self.stopped else self._gate.rest()
        self._shown.append(text)
        return text


def main() -> None:
    """Serve requests until stdin ends."""
    requests, answers, log = _take_descriptors()
    abort = Abort()
    waiting: queue.SimpleQueue[wire.Load | wire.Generate] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests, waiting, abort), daemon=True).start()
    engine: Engine | None = None
    while True:
        request = waiting.get()
        if isinstance(request, wire.Load):
            answer, engine = _load(request, abort, log)
            _write(answers, answer)
        elif engine is not None:
            abort.begin(request.id)
            for answer in engine.answers(request):
                _write(answers, answer)


def _write(answers: BinaryIO, answer: wire.Answer) -> None:
    answers.write(wire.frame(answer))
    answers.flush()


def _listen(requests: BinaryIO, waiting: queue.SimpleQueue[wire.Load | wire.Generate], abort: Abort) -> None:
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


def _load(load: wire.Load, abort: Abort, log: Log) -> tuple[wire.Answer, Engine | None]:
    try:
        engine = Engine(load, abort, log)
    except ImportError as error:
        message = f"llama-cpp-python cannot be imported: {error}."
        return wire.Fault(0, "weights", message, "Install it again: pip install llama-cpp-python"), None
    except Exception as error:  # noqa: BLE001 - the binding raises whatever it likes; all of it means "not loaded"
        why = "; ".join(log.errors) or f"{error}"
        return wire.Fault(
            0,
            "weights",
            f"{Path(load.path).name} cannot be loaded: {why.rstrip('.')}.",
            "Check that the file is complete, is a chat model, and that llama.cpp knows its architecture.",
        ), None
    return wire.Loaded(engine.n_ctx, engine.gpu_layers, engine.name), engine


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
