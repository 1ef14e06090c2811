"""Small Llama checkpoints as a hub holds them, and what they compute: made here, without torch or transformers.

The weights are random, the tokenizer is a real byte-level BPE that is trained here. `forward` says what the model
computes, written from the definitions: RMSNorm, rotary positions that pair row i with row i + half, grouped queries,
SwiGLU. It is the reference that is always there; test_converting_reference.py has the original's own code.
"""

from __future__ import annotations

import functools
import inspect
import json
import math
import random
from pathlib import Path
from typing import Any

import numpy as np

from tests.tiny_gguf import SPECIALS, TEMPLATE

WORDS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"
REST = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
LLAMA_3 = WORDS + r"\p{N}{1,3}" + REST
QWEN_2 = WORDS + r"\p{N}" + REST
SPLITS = ("llama-bpe", "qwen2", "gpt-2", "smollm")
_ROWS = 1600
_WIDTHS = {"F32": 4, "F16": 2, "BF16": 2}

SCRIPTS = [
    (0x20, 0x7E), (0xA1, 0x17F), (0x180, 0x24F), (0x370, 0x3FF), (0x400, 0x4FF), (0x531, 0x587), (0x5D0, 0x5EA),
    (0x620, 0x66F), (0x710, 0x72C), (0x905, 0x94D), (0x985, 0x9B9), (0xA05, 0xA39), (0xB85, 0xBB9), (0xC05, 0xC39),
    (0xD05, 0xD39), (0xE01, 0xE5B), (0xE81, 0xEB0), (0xF40, 0xF6C), (0x1000, 0x1049), (0x10D0, 0x10FA),
    (0x1100, 0x11FF), (0x1200, 0x1248), (0x13A0, 0x13F4), (0x1780, 0x17E9), (0x1820, 0x1877), (0x1E00, 0x1EFF),
    (0x2010, 0x2052), (0x2070, 0x209C), (0x20A0, 0x20BF), (0x2100, 0x214F), (0x2160, 0x2188), (0x2190, 0x22FF),
    (0x2460, 0x24FF), (0x2500, 0x25FF), (0x2600, 0x26FF), (0x2C80, 0x2CF3), (0x3041, 0x3096), (0x30A1, 0x30FA),
    (0x3105, 0x312F), (0x4E00, 0x4FFF), (0xA000, 0xA0FF), (0xAC00, 0xADFF), (0xFF01, 0xFF5E), (0x10330, 0x1034A),
    (0x10400, 0x1044F), (0x12000, 0x120FF), (0x13000, 0x130FF), (0x1D400, 0x1D454), (0x1F300, 0x1F5FF),
    (0x1F600, 0x1F64F), (0x20000, 0x200FF), (0x300, 0x36F),
]  # fmt: skip
"""First and last character of blocks from most scripts in use, some that are not, marks, signs and emoji."""
_BETWEEN = [
    " ",
    "  ",
    "   ",
    "\n",
    "\n\n",
    "\r\n",
    " \n ",
    "\t",
    "\u00a0",
    "\u3000",
    "",
    "",
    ". ",
    ", ",
    "-",
    "'",
]
_PIECES = [
    "'s", "'LL", "don't", "I'VE", "3.14159", "1234567", "٣٤٥", "x_1", "<<<Code>>>", "<|eot_id|>", "<tool>",
    "```python\n",
    "def f(x):\n    return x**2", "https://", "é", "e\u0301", "👩‍👩‍👧‍👦", "🇫🇷",
    "½", "Ⅷ", "  \n\n  ", "\u200b", "ﬁ", "ß", "İ",
]  # fmt: skip


def texts(count: int = 1000, seed: int = 0) -> list[str]:
    """Strings in all scripts, with numbers, blanks, code and control tokens between them."""
    rng = random.Random(seed)

    def word() -> str:
        if rng.random() < 0.25:
            return rng.choice(_PIECES)
        first, last = rng.choice(SCRIPTS)
        characters = (chr(rng.randint(first, last)) for _ in range(rng.randint(1, 9)))
        return "".join(characters)

    found = ["", " ", "\n", "a"]
    while len(found) < count:
        found.append("".join(word() + rng.choice(_BETWEEN) for _ in range(rng.randint(1, 14))))
    return found[:count]


@functools.cache
def trained(split: str = "llama-bpe") -> Any:
    """A byte-level BPE that splits text by these rules, trained on source code and on other strings of `texts`."""
    import argparse
    import typing

    from tokenizers import AddedToken, Regex, Tokenizer, models, pre_tokenizers, trainers

    rules = {
        "llama-bpe": [pre_tokenizers.Split(Regex(LLAMA_3), behavior="isolated")],
        "qwen2": [pre_tokenizers.Split(Regex(QWEN_2), behavior="isolated")],
        "gpt-2": [],
        "smollm": [pre_tokenizers.Digits(individual_digits=True)],
    }[split]
    levels = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=split in ("gpt-2", "smollm"))
    tokenizer = Tokenizer(models.BPE(ignore_merges=split == "llama-bpe"))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([*rules, levels])
    trainer = trainers.BpeTrainer(
        vocab_size=1500, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    corpus = [inspect.getsource(argparse), inspect.getsource(typing), *texts(400, seed=1)]
    tokenizer.train_from_iterator(corpus, trainer)
    tokenizer.add_special_tokens([AddedToken(s, special=True, normalized=False) for s in SPECIALS])
    tokenizer.add_tokens([AddedToken("<tool>", special=False, normalized=False)])
    return tokenizer


def config(**changes: Any) -> dict[str, Any]:
    """config.json of the small model, changed; None takes a key out."""
    usual = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": _ROWS,
        "hidden_size": 64,
        "intermediate_size": 96,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 512,
        "rms_norm_eps": 1e-5,
        "rope_theta": 500000.0,
        "hidden_act": "silu",
        "tie_word_embeddings": False,
    } | changes
    return {key: value for key, value in usual.items() if value is not None}


def weights(shape: dict[str, Any], seed: int = 0) -> dict[str, Any]:
    """Random tensors by the names of the checkpoint, f32."""
    rng = np.random.default_rng(seed)
    width, ffn, heads = shape["hidden_size"], shape["intermediate_size"], shape["num_attention_heads"]
    head = shape.get("head_dim") or width // heads
    keys, queries = shape.get("num_key_value_heads", heads) * head, heads * head

    def matrix(out: int, into: int) -> Any:
        return rng.standard_normal((out, into), dtype=np.float32) / np.float32(math.sqrt(into))

    def norm() -> Any:
        return rng.uniform(0.5, 1.5, width).astype(np.float32)

    found = {"model.embed_tokens.weight": matrix(shape["vocab_size"], width)}
    for layer in range(shape["num_hidden_layers"]):
        to = f"model.layers.{layer}."
        found[to + "input_layernorm.weight"], found[to + "post_attention_layernorm.weight"] = norm(), norm()
        parts = [("self_attn.q_proj", queries, width), ("self_attn.k_proj", keys, width)]
        parts += [("self_attn.v_proj", keys, width), ("self_attn.o_proj", width, queries)]
        parts += [("mlp.gate_proj", ffn, width), ("mlp.up_proj", ffn, width), ("mlp.down_proj", width, ffn)]
        for name, out, into in parts:
            found[f"{to}{name}.weight"] = matrix(out, into)
            if shape.get("attention_bias" if "attn" in name else "mlp_bias"):
                found[f"{to}{name}.bias"] = rng.standard_normal(out, dtype=np.float32) * np.float32(0.1)
    found["model.norm.weight"] = norm()
    if not shape["tie_word_embeddings"]:
        found["lm_head.weight"] = matrix(shape["vocab_size"], width)
    return found


def forward(shape: dict[str, Any], tensors: dict[str, Any], ids: list[int]) -> Any:
    """The logits after every one of the tokens, shape (tokens, rows), in 64-bit floats."""
    t = {name: values.astype(np.float64) for name, values in tensors.items()}
    heads, eps = shape["num_attention_heads"], shape["rms_norm_eps"]
    kv = shape.get("num_key_value_heads", heads)
    head = shape.get("head_dim") or shape["hidden_size"] // heads

    def norm(x: Any, weight: Any) -> Any:
        return x / np.sqrt((x * x).mean(-1, keepdims=True) + eps) * weight

    def linear(x: Any, name: str) -> Any:
        return x @ t[name + ".weight"].T + t.get(name + ".bias", 0.0)

    angles = np.arange(len(ids))[:, None] * frequencies(shape, head)
    cos, sin = np.cos(angles), np.sin(angles)

    def split(x: Any, count: int) -> Any:
        return x.reshape(len(ids), count, head).swapaxes(0, 1)

    def turned(x: Any) -> Any:
        a, b = x[..., : head // 2], x[..., head // 2 :]
        return np.concatenate([a * cos - b * sin, b * cos + a * sin], -1)

    x = t["model.embed_tokens.weight"][ids]
    future = np.triu(np.full((len(ids), len(ids)), -np.inf), 1)
    for layer in range(shape["num_hidden_layers"]):
        of = f"model.layers.{layer}."
        h = norm(x, t[of + "input_layernorm.weight"])
        q = turned(split(linear(h, of + "self_attn.q_proj"), heads))
        k = turned(split(linear(h, of + "self_attn.k_proj"), kv)).repeat(heads // kv, 0)
        v = split(linear(h, of + "self_attn.v_proj"), kv).repeat(heads // kv, 0)
        scores = q @ k.swapaxes(1, 2) / math.sqrt(head) + future
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = (scores / scores.sum(-1, keepdims=True)) @ v
        x = x + linear(mixed.swapaxes(0, 1).reshape(len(ids), heads * head), of + "self_attn.o_proj")
        h = norm(x, t[of + "post_attention_layernorm.weight"])
        gate = linear(h, of + "mlp.gate_proj")
        x = x + linear(gate / (1 + np.exp(-gate)) * linear(h, of + "mlp.up_proj"), of + "mlp.down_proj")
    out = t["model.embed_tokens.weight" if shape["tie_word_embeddings"] else "lm_head.weight"]
    return norm(x, t["model.norm.weight"]) @ out.T


def frequencies(shape: dict[str, Any], head: int) -> Any:
    """How far each pair is turned at each position, radians, with the scaling that config.json says."""
    said = shape.get("rope_parameters") or shape.get("rope_scaling") or {}
    theta = said.get("rope_theta", shape.get("rope_theta", 10000.0))
    plain = theta ** (-np.arange(0, head, 2) / head)
    kind = said.get("rope_type", said.get("type", "default"))
    if kind == "linear":
        return plain / said["factor"]
    if kind != "llama3":
        return plain
    original, low, high = (
        said[k] for k in ("original_max_position_embeddings", "low_freq_factor", "high_freq_factor")
    )
    waves = 2 * math.pi / plain
    smooth = np.clip((original / waves - low) / (high - low), 0, 1)
    return (1 - smooth) * plain / said["factor"] + smooth * plain


def bf16(values: Any) -> Any:
    """The numbers as the nearest bf16, in their upper halves."""
    bits = np.ascontiguousarray(values, np.float32).view(np.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype("<u2")


def write_safetensors(path: Path, tensors: dict[str, Any], kind: str = "F32") -> None:
    """A safetensors file with these tensors as F32, F16 or BF16."""
    encode = {"F32": lambda v: v.astype("<f4"), "F16": lambda v: v.astype("<f2"), "BF16": bf16}[kind]
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    at = 0
    for name, values in tensors.items():
        end = at + values.size * _WIDTHS[kind]
        header[name] = {"dtype": kind, "shape": list(values.shape), "data_offsets": [at, end]}
        at = end
    text = json.dumps(header).encode()
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for values in tensors.values():
            file.write(encode(values).tobytes())


def write(
    folder: Path,
    shape: dict[str, Any] | None = None,
    *,
    tensors: dict[str, Any] | None = None,
    kind: str = "F32",
    shards: int = 1,
    split: str = "llama-bpe",
) -> dict[str, Any]:
    """A whole checkpoint in `folder`, which is made; gives its tensors."""
    shape = shape or config()
    tensors = weights(shape) if tensors is None else tensors
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(shape))
    if shards == 1:
        write_safetensors(folder / "model.safetensors", tensors, kind)
    else:
        names, listed = list(tensors), {}
        for number in range(shards):
            mine = names[number::shards]
            file = f"model-{number + 1:05}-of-{shards:05}.safetensors"
            write_safetensors(folder / file, {name: tensors[name] for name in mine}, kind)
            listed |= dict.fromkeys(mine, file)
        (folder / "model.safetensors.index.json").write_text(
            json.dumps({"metadata": {}, "weight_map": listed})
        )
    trained(split).save(str(folder / "tokenizer.json"))
    settings = {"bos_token": SPECIALS[0], "eos_token": "<|eot_id|>", "pad_token": {"content": SPECIALS[-1]}}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings | {"chat_template": TEMPLATE}))
    return tensors


def write_holes(folder: Path, shape: dict[str, Any]) -> None:
    """A checkpoint whose tensors are all zeros, in a BF16 file that takes no room: it is one hole."""
    small = shape | {"vocab_size": _ROWS, "hidden_size": 64, "intermediate_size": 96}
    write(folder, small)
    (folder / "config.json").write_text(json.dumps(shape))
    sizes = {64: shape["hidden_size"], 96: shape["intermediate_size"], _ROWS: shape["vocab_size"]}
    sizes[32] = shape["hidden_size"] // shape["num_attention_heads"] * shape["num_key_value_heads"]
    header, at = {}, 0
    for name, values in weights(small).items():
        mine = [sizes[length] for length in values.shape]
        end = at + math.prod(mine) * 2
        header[name] = {"dtype": "BF16", "shape": mine, "data_offsets": [at, end]}
        at = end
    text = json.dumps(header).encode()
    with (folder / "model.safetensors").open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        file.truncate(8 + len(text) + at)
