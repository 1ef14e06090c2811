"""Tiny GGUFs of our own for tests: real files for the real llama.cpp, made in a second, three megabytes each.

Random weights do real work and speak gibberish, often not even UTF-8. With `replies` the weights are a table
of successors: whatever is asked, greedy decoding gives the reply to the letter. A token has one successor, so
no token may occur twice in a scripted reply.
"""

from __future__ import annotations

import functools
import inspect
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

SPECIALS = [
    "<|begin_of_text|>",
    "<|end_of_text|>",
    "<|start_header_id|>",
    "<|end_header_id|>",
    "<|eot_id|>",
    "<|finetune_right_pad_id|>",
]
TEMPLATE = (
    "{{ bos_token }}{% for m in messages %}{{ '<|start_header_id|>' + m['role'] + '<|end_header_id|>\n\n'"
    " + m['content'] | trim + '<|eot_id|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"
)
# As the templates of models that think: what they thought goes out of the history, and some open the next thoughts.
FORGETFUL = TEMPLATE.replace("m['content'] | trim", "m['content'].split('</think>')[-1] | trim")
OPENING = FORGETFUL.replace(
    "assistant<|end_header_id|>\n\n' }}", "assistant<|end_header_id|>\n\n<think>\n' }}"
)
THOUGHTS = ["<think>", "</think>"]
_WIDTH, _LAYERS, _HEADS, _KV_HEADS, _BPE = 256, 2, 4, 2, 1200
# The split of Llama 3; llama.cpp applies the same one where tokenizer.ggml.pre is "llama-bpe".
_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def make(
    path: Path,
    *,
    replies: Sequence[str] = (),
    layers: int = _LAYERS,
    width: int = _WIDTH,
    context_length: int = 8192,
    template: str = TEMPLATE,
    seed: int = 0,
    thoughts: Literal["", "normal", "control"] = "",
    start: str = "<|end_header_id|>\n\n",
) -> Path:
    """Write a GGUF to `path`: random weights, or weights that say one of `replies` with equal probability.

    With `thoughts` the tags of thoughts are tokens, of that kind; `start` is what stands before a reply.
    12 layers with a width of 1024 are 100 million weights, 200 MB, and take a second or two to make.
    """
    import gguf
    import numpy as np

    tokenizer = _tokenizer(bool(thoughts))
    rows = -(-tokenizer.get_vocab_size() // 32) * 32
    ffn = 2 * width
    rng = np.random.default_rng(seed)
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_name("tiny-llama")
    writer.add_context_length(context_length)
    writer.add_embedding_length(width)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(ffn)
    writer.add_head_count(_HEADS)
    writer.add_head_count_kv(_KV_HEADS)
    writer.add_rope_dimension_count(width // _HEADS)
    writer.add_rope_freq_base(500000.0)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(rows)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    _add_vocabulary(
        writer, tokenizer, rows, template, [*SPECIALS, *(THOUGHTS if thoughts == "control" else [])]
    )

    def matrix(out: int, into: int, gain: float = 1.0) -> Any:
        values = rng.standard_normal((out, into), dtype=np.float32) * (gain * into**-0.5)
        return values.astype(np.float16)

    embedding = matrix(rows, width)
    writer.add_tensor("token_embd.weight", embedding)
    writer.add_tensor("output_norm.weight", np.ones(width, np.float32))
    if replies:
        writer.add_tensor("output.weight", _successors(tokenizer, embedding, replies, start))
    mixing = 0.0 if replies else 1.0
    head = width // _HEADS
    for layer in range(layers):
        block = f"blk.{layer}."
        writer.add_tensor(block + "attn_norm.weight", np.ones(width, np.float32))
        writer.add_tensor(block + "ffn_norm.weight", np.ones(width, np.float32))
        writer.add_tensor(block + "attn_q.weight", matrix(width, width))
        writer.add_tensor(block + "attn_k.weight", matrix(_KV_HEADS * head, width))
        writer.add_tensor(block + "attn_v.weight", matrix(_KV_HEADS * head, width))
        writer.add_tensor(block + "attn_output.weight", matrix(width, width, mixing))
        writer.add_tensor(block + "ffn_gate.weight", matrix(ffn, width))
        writer.add_tensor(block + "ffn_up.weight", matrix(ffn, width))
        writer.add_tensor(block + "ffn_down.weight", matrix(width, ffn, mixing))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _successors(tokenizer: Any, embedding: Any, replies: Sequence[str], begins: str) -> Any:
    """The output matrix that gives every token of the replies its successor, with logit 40."""
    import numpy as np

    vectors = embedding.astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    output = np.zeros_like(vectors)
    start = tokenizer.encode(begins, add_special_tokens=False).ids[-1]
    end = tokenizer.token_to_id("<|eot_id|>")
    written: set[tuple[int, int]] = set()
    for reply in replies:
        ids = tokenizer.encode(reply, add_special_tokens=False).ids
        if len({start, *ids}) != len(ids) + 1:
            raise ValueError(f"a token occurs twice in the scripted reply {reply!r}: {ids}")
        for before, after in zip([start, *ids], [*ids, end], strict=True):
            if (before, after) not in written:
                output[after] += 40.0 / vectors.shape[1] ** 0.5 * vectors[before]
                written.add((before, after))
    return output.astype(np.float16)


def _texts() -> Iterator[str]:
    """What the vocabulary is trained on: sources of the standard library, and the words we care about."""
    import argparse
    import collections
    import statistics
    import textwrap
    import typing

    for module in (argparse, collections, statistics, textwrap, typing):
        yield inspect.getsource(module)
    yield "<<<Code>>> <<<Text>>> <<<Return Answer>>> <<<Terminate>>> system user assistant\n\n" * 200


@functools.cache
def _tokenizer(thoughts: bool = False) -> Any:
    from tokenizers import AddedToken, Regex, Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE(ignore_merges=True))
    split = pre_tokenizers.Split(Regex(_SPLIT), behavior="isolated")
    levels = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([split, levels])
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=_BPE, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(_texts(), trainer)
    tokenizer.add_special_tokens([AddedToken(s, special=True, normalized=False) for s in SPECIALS])
    if thoughts:
        tokenizer.add_tokens([AddedToken(s, special=False, normalized=False) for s in THOUGHTS])
    return tokenizer


def _add_vocabulary(writer: Any, tokenizer: Any, rows: int, template: str, control: Sequence[str]) -> None:
    import gguf

    texts = [f"<|unused_{i}|>" for i in range(rows)]
    kinds = [int(gguf.TokenType.UNUSED)] * rows
    for text, number in tokenizer.get_vocab().items():
        texts[number] = text
        added = gguf.TokenType.USER_DEFINED if text in THOUGHTS else gguf.TokenType.NORMAL
        kinds[number] = int(gguf.TokenType.CONTROL if text in control else added)
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("llama-bpe")
    writer.add_token_list(texts)
    writer.add_token_types(kinds)
    writer.add_token_merges([m if isinstance(m, str) else " ".join(m) for m in merges])
    writer.add_bos_token_id(tokenizer.token_to_id("<|begin_of_text|>"))
    writer.add_eos_token_id(tokenizer.token_to_id("<|eot_id|>"))
    writer.add_pad_token_id(tokenizer.token_to_id("<|finetune_right_pad_id|>"))
    writer.add_add_bos_token(True)
    if template:
        writer.add_chat_template(template)
