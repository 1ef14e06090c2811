"""A conversation with weights: what of it llama.cpp has evaluated already, and the replies. Runs in the worker only.

Every conversation has a llama.cpp context of its own. Weights are held once whatever the number of them, one
conversation never pushes another out of the cache, and none is slowed down by the length of the others.
"""

from __future__ import annotations

import ctypes
import math
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from codesteer_tui.errors import WeightsError
from codesteer_tui.providers.llama import memory, wire
from codesteer_tui.providers.llama.aborting import Abort
from codesteer_tui.providers.llama.engine import Weights
from codesteer_tui.providers.llama.prompt import Prompt, Prompter
from codesteer_tui.providers.llama.replying import Fork, Reply, grammar_of
from codesteer_tui.values import Finish, Message

_RANDOM_SEED = 0xFFFFFFFF
_USUAL_TEMPERATURE = 0.8
_USUAL_TOP_P = 0.95
_TOP_K = 40
_MIN_P = 0.05
_GGML_TYPES = {"f32": 0, "f16": 1, "q8_0": 8}
_FLASH = {"auto": -1, "off": 0, "on": 1}
_ABORTED = 2  # llama_decode's answer when the abort callback said so
_WORTH_SAVING = 256
"""Tokens. Fewer are evaluated faster than a file is read."""
_STALE_S = 86_400.0
"""Seconds after which nobody is writing a file any more."""


class Cancelled(Exception):
    """The generation was cancelled."""


class TooLong(Exception):
    """The conversation does not fit into the context; the first argument is its length in tokens."""


class _Saved(msgspec.Struct):
    """What stands beside a saved conversation: its tokens, and those of the replies in it."""

    tokens: list[int]
    replies: list[tuple[str, list[int]]]


class Conversation:
    """One role's conversation.

    Raises:
        WeightsError: its context does not fit into memory.
        ValueError: llama.cpp refuses the context.
    """

    def __init__(self, weights: Weights, talk: wire.Talk, abort: Abort) -> None:
        self._weights, self._lib, self._talk, self._abort = weights, weights.lib, talk, abort
        self.kv_bytes = memory.kv_bytes(weights.header, talk.n_ctx, talk.kv_type)
        refused = memory.refusal(0, self.kv_bytes, talk.n_ctx, weights.room(), loaded=True)
        if refused:
            raise WeightsError(f"There is no room for a conversation. {refused[0]}", refused[1])
        self._context = self._open()
        self._memory = self._lib.llama_get_memory(self._context)
        self.n_ctx = talk.n_ctx
        self._prompter = Prompter(weights.render, weights.tokenize)
        self._known: list[int] = []
        """Tokens whose keys and values are in the cache, in their order."""
        self._file = Path(talk.memory_file) if talk.memory_file else None

    def prepare(self, ask: wire.Generate) -> tuple[Prompt, int]:
        """What is to be answered, and how many tokens of it came out of the conversation's file.

        Raises:
            Exception: as for `ids`.
        """
        restored = self._restore(ask.messages)
        return self._prompt(ask.messages, thinking=not ask.only_options), restored

    def ids(self, messages: Sequence[Message]) -> list[int]:
        """The token ids of a conversation, up to where the assistant begins to speak.

        Raises:
            Exception: whatever the chat template raises, which is a program of somebody else's.
        """
        return self._prompt(messages).ids

    def _prompt(self, messages: Sequence[Message], *, thinking: bool = True) -> Prompt:
        prompt = self._prompter.prompt(messages, thinking=thinking)
        if not prompt.ids:
            raise ValueError("it makes no text of it")
        return Prompt(self._weights.with_start(prompt.ids), prompt.opened)

    def answers(self, ask: wire.Generate, prompt: Prompt, restored: int = 0) -> Iterator[wire.Answer]:
        """How the reading goes, pieces of the reply, then `Done`. `prompt` and `restored` are from `prepare`.

        Raises:
            TooLong: the conversation does not fit into the context.
            RuntimeError: llama.cpp failed.
        """
        ids = prompt.ids
        if len(ids) >= self.n_ctx:
            raise TooLong(len(ids))
        reply = Reply(ask.stop, prompt.opened)
        finish: Finish = "cancelled"
        chances: dict[str, float] = {}
        began = wrote = time.monotonic()
        fresh = len(ids)
        sampler = self._sampler(ask)
        try:
            fresh -= self._keep(ids)
            for done in self._evaluate(ids[len(ids) - fresh :]):
                if fresh > self._talk.n_batch:
                    yield wire.Reading(ask.id, done, fresh)
            wrote = time.monotonic()
            fork = Fork(ask.options, lambda text: self._weights.tokenize(text, False))
            while True:
                if fork.reached and not reply.thinking:
                    chances = self._chances(fork.tokens, among=ask.only_options)
                token = int(self._lib.llama_sampler_sample(sampler, self._context, -1))
                if self._weights.ends(token):
                    finish = "stop"
                    break
                piece = self._weights.piece(token, first=not reply.ids)
                if not reply.thinking:
                    fork.add(piece)
                for delta in reply.add(token, piece):
                    yield wire.Piece(ask.id, delta.text, delta.channel)
                if reply.stopped:
                    finish = "stop"
                    break
                if len(reply.ids) >= ask.max_tokens or len(ids) + len(reply.ids) >= self.n_ctx:
                    finish = "length"
                    break
                self._decode([token])
        except Cancelled:
            finish = "cancelled"
        finally:
            self._lib.llama_sampler_free(sampler)
        for delta in reply.end():
            yield wire.Piece(ask.id, delta.text, delta.channel)
        if finish != "cancelled" and not reply.stopped and not reply.thought_tokens:
            # Thoughts are not in the next prompt, so what followed them is evaluated again in any case.
            self._prompter.remember(reply.text, reply.ids)
        ended = time.monotonic()
        tokens = len(ids), len(reply.ids), reply.thought_tokens, fresh, restored
        yield wire.Done(ask.id, finish, *tokens, wrote - began, ended - wrote, chances)

    def close(self) -> None:
        """Give the memory back; the conversation is written to its file first, where it has one."""
        if self._context is None:
            return
        if self._file and len(self._known) >= _WORTH_SAVING:
            self._save(self._file)
        self._lib.llama_free(self._context)
        self._context = None

    def _open(self) -> Any:
        talk, params = self._talk, self._lib.llama_context_default_params()
        params.n_ctx, params.n_batch, params.n_ubatch = (
            talk.n_ctx,
            talk.n_batch,
            min(talk.n_ubatch, talk.n_batch),
        )
        params.n_threads = params.n_threads_batch = talk.n_threads
        params.n_seq_max = 1
        params.no_perf = True
        params.type_k = params.type_v = _GGML_TYPES[talk.kv_type]
        flash = talk.flash
        if flash == "auto" and not self._weights.gpu_layers:
            flash = "on" if talk.kv_type == "q8_0" else "off"
        if hasattr(params, "flash_attn_type"):
            params.flash_attn_type = _FLASH[flash]
        else:
            params.flash_attn = flash != "off"
        params.abort_callback = self._abort.callback(self._lib)
        params.abort_callback_data = ctypes.cast(self._abort.cell, ctypes.c_void_p)
        context = self._lib.llama_init_from_model(self._weights.model, params)
        if not context:
            raise ValueError(f"llama.cpp refuses a context of {talk.n_ctx:,} tokens")
        return context

    def _keep(self, ids: Sequence[int]) -> int:
        """Forget what differs from `ids`; returns how many of them stay, all but the last at most."""
        same = next((n for n, (a, b) in enumerate(zip(self._known, ids, strict=False)) if a != b), None)
        kept = min(len(self._known), len(ids) - 1) if same is None else min(same, len(ids) - 1)
        return self._forget(kept)

    def _forget(self, kept: int) -> int:
        """Forget all but the first `kept` tokens, or all of them where these weights cannot forget a part."""
        if not self._lib.llama_memory_seq_rm(self._memory, 0, kept, -1):
            self._lib.llama_memory_clear(self._memory, True)
            kept = 0
        del self._known[kept:]
        return kept

    def _evaluate(self, ids: Sequence[int]) -> Iterator[int]:
        """Evaluate tokens batch by batch; yields how many are done."""
        size = self._talk.n_batch
        for start in range(0, len(ids), size):
            self._decode(ids[start : start + size])
            yield min(start + size, len(ids))

    def _decode(self, ids: Sequence[int]) -> None:
        """Evaluate tokens that follow on what is known.

        Raises:
            Cancelled: before it was done; what is known is as before.
            RuntimeError: llama.cpp failed.
        """
        if self._abort.is_set:
            raise Cancelled
        tokens = (self._lib.llama_token * len(ids))(*ids)
        code = self._lib.llama_decode(self._context, self._lib.llama_batch_get_one(tokens, len(ids)))
        if code:
            self._forget(len(self._known))
            if code == _ABORTED or self._abort.is_set:
                raise Cancelled
            raise RuntimeError(f"llama_decode returned {code}")
        self._known += ids

    def _chances(self, tokens: dict[str, int], *, among: bool) -> dict[str, float]:
        """The probability of each option's token by the logits of the last position, before any sampling.

        With `among` they are those of a choice between the options, and come to 1.
        """
        import numpy as np

        logits = np.ctypeslib.as_array(
            self._lib.llama_get_logits_ith(self._context, -1), (self._weights.n_vocab,)
        )
        top = float(logits.max())
        total = float(np.exp((logits[list(tokens.values())] if among else logits) - top).sum())
        return {option: math.exp(float(logits[token]) - top) / total for option, token in tokens.items()}

    def _sampler(self, ask: wire.Generate) -> Any:
        lib = self._lib
        chain = lib.llama_sampler_chain_init(lib.llama_sampler_chain_default_params())
        if ask.only_options and ask.options:
            grammar = lib.llama_sampler_init_grammar(
                self._weights.vocab, grammar_of(ask.options).encode(), b"root"
            )
            if not grammar:
                lib.llama_sampler_free(chain)
                raise RuntimeError("these options make no grammar")
            lib.llama_sampler_chain_add(chain, grammar)
        temperature = _USUAL_TEMPERATURE if ask.temperature is None else ask.temperature
        if temperature <= 0:
            lib.llama_sampler_chain_add(chain, lib.llama_sampler_init_greedy())
            return chain
        for sampler in (
            lib.llama_sampler_init_top_k(_TOP_K),
            lib.llama_sampler_init_top_p(_USUAL_TOP_P if ask.top_p is None else ask.top_p, 1),
            lib.llama_sampler_init_min_p(_MIN_P, 1),
            lib.llama_sampler_init_temp(temperature),
            lib.llama_sampler_init_dist(_RANDOM_SEED if ask.seed is None else ask.seed & _RANDOM_SEED),
        ):
            lib.llama_sampler_chain_add(chain, sampler)
        return chain

    def _save(self, file: Path) -> None:
        """Write the conversation to its file, whole or not at all. A full disk costs only the saving."""
        beside, fresh = file.with_suffix(".tokens"), file.with_suffix(f".{os.getpid()}.new")
        try:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            for stale in file.parent.glob("*.new"):
                if time.time() - stale.stat().st_mtime > _STALE_S:
                    stale.unlink(missing_ok=True)
            beside.unlink(missing_ok=True)
            fresh.touch(mode=0o600)
            tokens = (self._lib.llama_token * len(self._known))(*self._known)
            saved = self._lib.llama_state_seq_save_file(
                self._context, str(fresh).encode(), 0, tokens, len(self._known)
            )
            if not saved or saved != fresh.stat().st_size:
                fresh.unlink(missing_ok=True)
                return
            fresh.replace(file)
            beside.touch(mode=0o600)
            beside.write_bytes(msgspec.msgpack.encode(_Saved(self._known, self._prompter.replies())))
        except OSError as error:
            print(f"{file} could not be written: {error}", flush=True)

    def _restore(self, messages: Sequence[Message]) -> int:
        """Read the conversation's file into an empty cache, if what is asked begins like it; how many tokens do."""
        if self._file is None or self._known:
            return 0
        file = self._file
        try:
            data = file.with_suffix(".tokens").read_bytes()
            saved = msgspec.msgpack.decode(data, type=_Saved)
            if not file.stat().st_size:
                return 0
        except (OSError, msgspec.DecodeError):
            return 0
        for text, ids in saved.replies:
            self._prompter.remember(text, ids)
        wanted = self.ids(messages)
        common = next(
            (n for n, (a, b) in enumerate(zip(saved.tokens, wanted, strict=False)) if a != b),
            min(len(saved.tokens), len(wanted)),
        )
        if common < _WORTH_SAVING or len(saved.tokens) > self.n_ctx:
            return 0
        room = (self._lib.llama_token * self.n_ctx)()
        count = ctypes.c_size_t(0)
        read = self._lib.llama_state_seq_load_file(
            self._context, str(file).encode(), 0, room, self.n_ctx, ctypes.byref(count)
        )
        if not read or list(room[: count.value]) != saved.tokens:
            self._lib.llama_memory_clear(self._memory, True)
            return 0
        self._known = saved.tokens
        return common
