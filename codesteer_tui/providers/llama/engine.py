"""Weights opened by llama.cpp, and what can be asked of them without a conversation. Runs in the worker only.

The C interface is used directly: the binding's own class redirects the whole process's output while it loads, keeps
one conversation at a time, and decodes all of a reply anew with every token.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from codesteer_tui.errors import WeightsError
from codesteer_tui.providers.llama import memory, wire
from codesteer_tui.providers.llama.gguf_header import read_header, size_on_disk
from codesteer_tui.providers.thinking import TAGS

_LOG_DEBUG, _LOG_INFO, _LOG_WARNING, _LOG_ERROR, _LOG_CONTINUED = 1, 2, 3, 4, 5  # ggml.h: enum ggml_log_level
_BEGINS = {
    _LOG_INFO: wire.INFO.encode(),
    _LOG_WARNING: wire.WARNING.encode(),
    _LOG_ERROR: wire.ERROR.encode(),
}
"""What a line of the log begins with, by its level."""
_VOCAB_SPM = 1  # llama.h: LLAMA_VOCAB_TYPE_SPM
_ALL_LAYERS = 1_000_000
_OFFLOADED = re.compile(rb"offloaded (\d+)/\d+ layers to GPU")
_KINDS = {
    0: "cpu",
    1: "gpu",
    2: "gpu",
}  # ggml-backend.h: enum ggml_backend_dev_type; 2 shares the host's memory


class Log:
    """llama.cpp's own words: all but debug go to the log file, where what is mere information is marked as such; the
    last errors are kept for messages."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._level = 0
        self._in_line = False
        self.errors: deque[str] = deque(maxlen=4)
        self.offloaded: int | None = None
        """Layers that llama.cpp says it put on a GPU, once it has said so."""

    def __call__(self, level: int, text: bytes, _: object) -> None:
        """Called by llama.cpp, from any thread."""
        self._level = self._level if level == _LOG_CONTINUED else level
        if self._level != _LOG_DEBUG and text:
            begins = b"\n" if self._in_line and level != _LOG_CONTINUED else b""
            if begins or not self._in_line:
                begins += _BEGINS.get(self._level, b"")
            self._in_line = not text.endswith(b"\n")
            with contextlib.suppress(OSError):  # a full disk
                os.write(self._descriptor, begins + text)
        if found := _OFFLOADED.search(text):
            self.offloaded = int(found[1])
        if self._level >= _LOG_ERROR and text.strip():
            self.errors.append(text.decode("utf-8", "replace").strip())


class Weights:
    """A model that llama.cpp has loaded, and its vocabulary.

    Raises:
        WeightsError: they do not fit into memory, or have no chat template.
        ValueError: llama.cpp cannot load them, or their chat template is broken.
        ImportError: llama-cpp-python is not there.
    """

    def __init__(self, load: wire.Load, log: Log, progress: Callable[[float], None]) -> None:
        import llama_cpp

        began = time.monotonic()
        self.lib: Any = llama_cpp
        self.path = Path(load.path)
        self.header = read_header(self.path)
        self._log_callback = llama_cpp.llama_log_callback(log)
        llama_cpp.llama_log_set(self._log_callback, ctypes.c_void_p(0))
        llama_cpp.llama_backend_init()
        self.devices = _devices(llama_cpp)
        self.can_offload = bool(llama_cpp.llama_supports_gpu_offload())
        on_gpu = self._layers_on_gpu(load) if self.can_offload else 0
        self._require_room(load.talk, on_gpu)
        self.model = self._load(load, on_gpu, progress)
        self.layers = int(llama_cpp.llama_model_n_layer(self.model)) + 1
        self.gpu_layers = min(on_gpu if log.offloaded is None else log.offloaded, self.layers)
        self.vocab = llama_cpp.llama_model_get_vocab(self.model)
        self.n_vocab = int(llama_cpp.llama_vocab_n_tokens(self.vocab))
        self._strips = llama_cpp.llama_vocab_type(self.vocab) == _VOCAB_SPM
        self._tags = self._thought_tags()
        self.render = self._template()
        self.seconds = time.monotonic() - began

    @property
    def loaded(self) -> wire.Loaded:
        """What the program is told about them."""
        return wire.Loaded(
            self.header.name,
            self.layers,
            self.gpu_layers,
            int(self.lib.llama_model_size(self.model)),
            self.can_offload,
            self.devices,
            self.seconds,
        )

    def room(self) -> int:
        """Bytes that are free for weights and conversations, those of GPUs with their own memory among them."""
        host = memory.available()
        return (
            host + sum(d.free for d in self.devices if d.kind == "gpu") if host and self.can_offload else host
        )

    def tokenize(self, text: str, special: bool) -> list[int]:
        """Token ids; with `special`, control tokens that are spelled out count as such."""
        data = text.encode("utf-8", "replace")
        size = len(data) + 8
        while True:
            ids = (self.lib.llama_token * size)()
            count = self.lib.llama_tokenize(self.vocab, data, len(data), ids, size, False, special)
            if count >= 0:
                return list(ids[:count])
            size = -count

    def piece(self, token: int, *, first: bool = False) -> bytes:
        """The bytes of one token. Control tokens have none, but for the tags of thoughts. SentencePiece puts a space
        before the first."""
        if token in self._tags:
            return self._tags[token]
        size = 64
        while True:
            buffer = ctypes.create_string_buffer(size)
            skip = int(first and self._strips)
            count = self.lib.llama_token_to_piece(self.vocab, token, buffer, size, skip, False)
            if count >= 0:
                return buffer.raw[:count]
            size = -count

    def _thought_tags(self) -> dict[int, bytes]:
        """The tokens that are tags of thoughts: in some vocabularies they are control tokens, which have no text."""
        tags = [tag for pair in TAGS.items() for tag in pair]
        found = {tag: self.tokenize(tag, True) for tag in tags}
        return {
            ids[0]: tag.encode() for tag, ids in found.items() if len(ids) == 1 and self._word(ids[0]) == tag
        }

    def ends(self, token: int) -> bool:
        """Whether a token ends the reply."""
        return bool(self.lib.llama_vocab_is_eog(self.vocab, token))

    def with_start(self, ids: list[int]) -> list[int]:
        """The ids with the token that these weights want at the start, where the template has not put it there."""
        start = int(self.lib.llama_vocab_bos(self.vocab))
        wants = self.lib.llama_vocab_get_add_bos(self.vocab) and start >= 0
        return [start, *ids] if wants and ids[:1] != [start] else ids

    def _layers_on_gpu(self, load: wire.Load) -> int:
        """How many layers go to GPUs: as many as were asked for, else all that fit."""
        gpus = [device for device in self.devices if device.kind == "gpu"]
        if not gpus:
            return 0
        if load.gpu_layers is not None:
            return load.gpu_layers
        layers = self.header.layers + 1 if self.header.layers else _ALL_LAYERS
        kv = memory.kv_bytes(self.header, load.talk.n_ctx, load.talk.kv_type)
        return memory.layers_that_fit(layers, size_on_disk(self.path), kv, sum(d.free for d in gpus))

    def _require_room(self, talk: wire.Talk, on_gpu: int) -> None:
        """Refuse weights that leave no room for a conversation."""
        kv = memory.kv_bytes(self.header, talk.n_ctx, talk.kv_type)
        room = self.room() if on_gpu else memory.available()
        if refused := memory.refusal(size_on_disk(self.path), kv, talk.n_ctx, room):
            message, remedy = refused
            raise WeightsError(f"{self.path.name} does not fit into memory. {message}", remedy)

    def _load(self, load: wire.Load, on_gpu: int, progress: Callable[[float], None]) -> Any:
        params = self.lib.llama_model_default_params()
        params.n_gpu_layers = on_gpu
        if hasattr(params, "load_mode"):
            params.load_mode = int(load.mmap)
        else:  # before llama-cpp-python 0.3.3x
            params.use_mmap = load.mmap
        told = 0.0

        def tell(fraction: float, _: object) -> bool:
            nonlocal told
            if fraction - told >= 0.01:
                told = fraction
                progress(fraction)
            return True

        callback = self.lib.llama_progress_callback(tell)
        params.progress_callback = callback
        model = self.lib.llama_model_load_from_file(os.fsencode(self.path), params)
        if not model:
            raise ValueError("llama.cpp does not say why")
        return model

    def _template(self) -> Callable[[list[dict[str, str]]], str]:
        from llama_cpp.llama_chat_format import Jinja2ChatFormatter

        found = self.lib.llama_model_chat_template(self.model, None)
        if not found:
            raise WeightsError(
                f"{self.path.name} has no chat template, so it can hold no conversation.",
                "Use weights that are made for chats (their names often end in Instruct or Chat). If this was converted"
                " here: put chat_template.jinja beside config.json of the checkpoint, and convert it again.",
            )
        template = found.decode("utf-8", "replace")
        start, end = (self._word(f(self.vocab)) for f in (self.lib.llama_vocab_bos, self.lib.llama_vocab_eos))
        try:
            formatter: Any = Jinja2ChatFormatter(template=template, bos_token=start, eos_token=end)
        except Exception as error:
            raise ValueError(f"its chat template is broken ({error})") from error
        return lambda turns: str(formatter(messages=turns).prompt)

    def _word(self, token: int) -> str:
        text = self.lib.llama_vocab_get_text(self.vocab, token) if token >= 0 else b""
        return text.decode("utf-8", "replace") if text else ""


def _devices(lib: Any) -> tuple[wire.Device, ...]:
    """What ggml can compute on. Builds that do not tell have none to tell about."""
    folder = Path(lib.__file__).parent
    try:
        from llama_cpp._ctypes_extensions import load_shared_library

        ggml: Any = load_shared_library("ggml", folder / "lib")
        base: Any = load_shared_library("ggml-base", folder / "lib")
        ggml.ggml_backend_dev_count.restype = ctypes.c_size_t
        ggml.ggml_backend_dev_get.restype = ctypes.c_void_p
        ggml.ggml_backend_dev_get.argtypes = [ctypes.c_size_t]
        for name in ("name", "description"):
            getattr(base, f"ggml_backend_dev_{name}").restype = ctypes.c_char_p
            getattr(base, f"ggml_backend_dev_{name}").argtypes = [ctypes.c_void_p]
        base.ggml_backend_dev_type.argtypes = [ctypes.c_void_p]
        sizes = ctypes.POINTER(ctypes.c_size_t)
        base.ggml_backend_dev_memory.argtypes = [ctypes.c_void_p, sizes, sizes]
        base.ggml_backend_dev_memory.restype = None
        count = ggml.ggml_backend_dev_count()
        return tuple(_device(base, ggml.ggml_backend_dev_get(number)) for number in range(count))
    except (OSError, AttributeError, ImportError, FileNotFoundError):
        return ()


def _device(base: Any, device: int) -> wire.Device:
    free, total = ctypes.c_size_t(0), ctypes.c_size_t(0)
    base.ggml_backend_dev_memory(device, ctypes.byref(free), ctypes.byref(total))
    name, description = (
        (getattr(base, f"ggml_backend_dev_{what}")(device) or b"").decode("utf-8", "replace")
        for what in ("name", "description")
    )
    kind: Any = _KINDS.get(base.ggml_backend_dev_type(device), "other")
    return wire.Device(name, description, kind, free.value, total.value)
