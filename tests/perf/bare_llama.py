"""Our own loop against the bare C interface of llama.cpp, in one process, on the same weights and threads.

`python -m tests.perf.bare_llama GGUF THREADS TOKENS` prints JSON: the seconds of each token, of both. They take turns
with every token, so that whatever else the machine does slows both down alike.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from codesteer_tui.providers.llama import wire
from codesteer_tui.providers.llama.aborting import Abort
from codesteer_tui.providers.llama.conversation import Conversation
from codesteer_tui.providers.llama.engine import Log, Weights
from codesteer_tui.values import Message

PROMPT = (Message("user", "all work and no play makes a dull day " * 30),)


def bare(weights: Weights, ids: list[int], talk: wire.Talk) -> Iterator[int]:
    """The plainest loop that there can be: sample, decode; a token at a time."""
    lib: Any = weights.lib
    params = lib.llama_context_default_params()
    params.n_ctx, params.n_batch, params.n_ubatch = talk.n_ctx, talk.n_batch, talk.n_ubatch
    params.n_threads = params.n_threads_batch = talk.n_threads
    params.flash_attn_type = 0
    params.no_perf = True
    context = lib.llama_init_from_model(weights.model, params)
    sampler = lib.llama_sampler_init_greedy()
    for start in range(0, len(ids), talk.n_batch):
        part = ids[start : start + talk.n_batch]
        held = (lib.llama_token * len(part))(*part)
        assert lib.llama_decode(context, lib.llama_batch_get_one(held, len(part))) == 0
    one = (lib.llama_token * 1)()
    while True:
        one[0] = lib.llama_sampler_sample(sampler, context, -1)
        assert lib.llama_decode(context, lib.llama_batch_get_one(one, 1)) == 0
        yield one[0]


def ours(conversation: Conversation, tokens: int) -> Iterator[wire.Answer]:
    """What the worker runs: a piece of text at a time, which is a token nearly always."""
    ask = wire.Generate(1, 1, PROMPT, 0.0, tokens, None, ())
    prompt, restored = conversation.prepare(ask)
    return conversation.answers(ask, prompt, restored)


def timed(steps: Iterator[object]) -> float:
    """Seconds of one step."""
    began = time.perf_counter()
    next(steps)
    return time.perf_counter() - began


def timed_piece(steps: Iterator[object], conversation: Conversation) -> float:
    """Seconds a token of one piece: a character that is spread over several tokens comes with the last of them."""
    before = len(conversation._known)
    took = timed(steps)
    return took / (len(conversation._known) - before)


def main(path: str, threads: int, tokens: int) -> None:
    """Take turns."""
    log = Log(os.open(os.devnull, os.O_WRONLY))
    talk = wire.Talk(2048, threads)
    weights = Weights(wire.Load(str(Path(path)), talk), log, lambda _: None)
    conversation = Conversation(weights, talk, Abort())
    plain, own = bare(weights, conversation.ids(PROMPT), talk), ours(conversation, 4 * tokens)
    while not isinstance(next(own), wire.Piece):
        continue
    next(plain)
    pairs = [(timed(plain), timed_piece(own, conversation)) for _ in range(tokens)]
    print(json.dumps({"bare": [a for a, _ in pairs], "ours": [b for _, b in pairs]}))


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:4]))
