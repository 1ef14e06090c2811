"""Our own loop against the bare C interface of llama.cpp, in one process, on the same weights and threads.

`python -m tests.perf.bare_llama GGUF THREADS TOKENS ROUNDS` prints JSON: seconds a token of each, the rounds taken
in turns.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from codesteer_tui.providers.llama import wire
from codesteer_tui.providers.llama.aborting import Abort
from codesteer_tui.providers.llama.conversation import Conversation
from codesteer_tui.providers.llama.engine import Log, Weights
from codesteer_tui.values import Message

PROMPT = (Message("user", "all work and no play makes a dull day " * 30),)


def bare(weights: Weights, ids: list[int], talk: wire.Talk, tokens: int) -> float:
    """Seconds a token of the plainest loop that there can be: decode, sample, decode."""
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
    began = time.monotonic()
    for _ in range(tokens):
        one[0] = lib.llama_sampler_sample(sampler, context, -1)
        assert lib.llama_decode(context, lib.llama_batch_get_one(one, 1)) == 0
    took = time.monotonic() - began
    lib.llama_sampler_free(sampler)
    lib.llama_free(context)
    return took / tokens


def ours(conversation: Conversation, number: int, tokens: int) -> float:
    """Seconds a token of what the worker runs."""
    ask = wire.Generate(number, 1, PROMPT, 0.0, tokens + 1, None, ())
    ids, restored = conversation.prepare(ask.messages)
    *_, done = conversation.answers(ask, ids, restored)
    assert isinstance(done, wire.Done)
    # One token less is decoded than is written: nothing follows the last.
    assert done.output_tokens > 1
    return done.write_s / (done.output_tokens - 1)


def main(path: str, threads: int, tokens: int, rounds: int) -> None:
    """Take turns."""
    log = Log(os.open(os.devnull, os.O_WRONLY))
    talk = wire.Talk(2048, threads)
    weights = Weights(wire.Load(str(Path(path)), talk), log, lambda _: None)
    conversation = Conversation(weights, talk, Abort())
    ids = conversation.ids(PROMPT)
    pairs = [(bare(weights, ids, talk, tokens), ours(conversation, n, tokens)) for n in range(1, rounds + 1)]
    print(json.dumps({"bare": [a for a, _ in pairs], "ours": [b for _, b in pairs]}))


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:5]))
