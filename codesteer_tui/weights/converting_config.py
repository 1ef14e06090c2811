"""What `config.json` of a Hugging Face checkpoint says about its shape, and which tensors follow from that.

Only what llama.cpp computes exactly as the checkpoint's own code does is taken; everything else is refused by name.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec
from msgspec import Struct

from codesteer_tui.errors import ConfigError, WeightsError

CONFIG = "config.json"
ARCHITECTURES = {"LlamaForCausalLM": "Llama", "MistralForCausalLM": "Mistral"}
OTHER_WAY = (
    "Look for a GGUF of these weights (codesteer weights pull), or use the converter that llama.cpp ships."
)
_MODEL_TYPES = ("llama", "mistral")
_Number = TypeVar("_Number", int, float)


class Scaling(Struct, frozen=True):
    """Longer rotary positions. `kind` is "linear" or "llama3"; `original` is the first context in tokens."""

    kind: str
    factor: float
    low: float = 1.0
    high: float = 1.0
    original: int = 0


class LlamaConfig(Struct, frozen=True, kw_only=True):
    """The shape of the model. `context` is in tokens; `ffn` is the width of the feed-forward layer."""

    architecture: str
    layers: int
    width: int
    heads: int
    kv_heads: int
    head_dim: int
    ffn: int
    vocabulary: int
    context: int
    epsilon: float
    theta: float
    tied: bool
    attention_bias: bool
    mlp_bias: bool
    scaling: Scaling | None
    raw: dict[str, Any]
    notes: tuple[str, ...] = ()


class Wanted(NamedTuple):
    """A tensor of the GGUF and where it comes from. `heads` > 0: rows are reordered within each of so many heads."""

    name: str
    source: str
    shape: tuple[int, ...]
    heads: int = 0


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file.

    Raises:
        WeightsError: it cannot be read, or is not a JSON object.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except OSError as error:
        raise WeightsError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise WeightsError(
            f"{path} is not a JSON object: {error}.", "It may be cut off: fetch the checkpoint again."
        ) from error


def read_config(folder: Path) -> LlamaConfig:
    """Read `config.json` of the checkpoint.

    Raises:
        ConfigError: there is no such folder.
        WeightsError: there is none, it is not of the Llama family, or llama.cpp could not compute it exactly.
    """
    path = folder / CONFIG
    if not folder.is_dir():
        if folder.is_file():
            is_gguf = folder.suffix.lower() == ".gguf"
            raise ConfigError(
                f"{folder} is {'a GGUF already' if is_gguf else 'a file, and no folder'}.",
                f"To make it smaller: codesteer weights quantize {folder} Q4_K_M"
                if is_gguf
                else "Give the folder with config.json of a checkpoint.",
            )
        raise ConfigError(
            f"There is no folder {folder}.", "Give the folder with config.json of a checkpoint."
        )
    if not path.is_file():
        raise WeightsError(
            f"{folder} has no config.json.",
            "Give the folder of a Hugging Face checkpoint: config.json, *.safetensors, tokenizer.json.",
        )
    found = _Found(path, read_json(path))
    architecture = _architecture(found)
    heads = found.whole("num_attention_heads")
    width = found.whole("hidden_size")
    context = found.whole("max_position_embeddings")
    notes = []
    window = found.whole("sliding_window", context) if architecture.startswith("Mistral") else context
    if window < context:
        notes.append(
            f"Its attention slides over {window} tokens, so that is the context: beyond it llama.cpp would differ."
        )
    rotary = found.table("rope_parameters") or found.table("rope_scaling")
    shape = LlamaConfig(
        architecture=architecture,
        layers=found.whole("num_hidden_layers"),
        width=width,
        heads=heads,
        kv_heads=found.whole("num_key_value_heads", heads),
        head_dim=found.whole("head_dim", width // heads),
        ffn=found.whole("intermediate_size"),
        vocabulary=found.whole("vocab_size"),
        context=min(context, window),
        epsilon=found.real("rms_norm_eps", 1e-6),
        theta=rotary.real("rope_theta", found.real("rope_theta", 10000.0)),
        tied=found.flag("tie_word_embeddings"),
        attention_bias=found.flag("attention_bias"),
        mlp_bias=found.flag("mlp_bias"),
        scaling=_scaling(rotary),
        raw=found.values,
        notes=tuple(notes),
    )
    if shape.heads % shape.kv_heads or shape.head_dim % 2:
        raise WeightsError(
            f"{path} is not right: {heads} heads, {shape.kv_heads} key-value heads, {shape.head_dim} wide each.",
            "Heads are a multiple of key-value heads, and their width is even.",
        )
    return shape


class _Found(NamedTuple):
    """A table of the file, whose values are asked for by key and type; None counts as absent."""

    path: Path
    values: dict[str, Any]
    within: str = ""

    def whole(self, key: str, default: int = 0) -> int:
        return self._number(key, int, default)

    def real(self, key: str, default: float = 0.0) -> float:
        return self._number(key, float, default)

    def flag(self, key: str) -> bool:
        value = self.values.get(key)
        if value is not None and not isinstance(value, bool):
            raise self.wrong(key, "true or false")
        return bool(value)

    def table(self, key: str) -> _Found:
        value = self.values.get(key)
        if value is not None and not isinstance(value, dict):
            raise self.wrong(key, "a table")
        return _Found(self.path, value or {}, f"{key}.")

    def wrong(self, key: str, wanted: str) -> WeightsError:
        value = self.values.get(key)
        said = "is missing" if value is None else f"is {value!r}"
        return WeightsError(
            f"{self.path}: {self.within}{key} {said}, it should be {wanted}.",
            "Only what config.json of a Llama says can be converted: compare it with the original, or pull it again.",
        )

    def _number(self, key: str, kind: type[_Number], default: _Number) -> _Number:
        value = self.values.get(key)
        if value is None and default:
            return default
        if isinstance(value, bool) or not isinstance(value, int | kind):
            raise self.wrong(key, "a number")
        if not 0 < value < math.inf:
            raise self.wrong(key, "more than 0")
        return kind(value)

    def __bool__(self) -> bool:
        return bool(self.values)


def _architecture(found: _Found) -> str:
    named = found.values.get("architectures") or []
    name = str(named[0]) if isinstance(named, list) and named else ""
    kind = str(found.values.get("model_type", ""))
    if name not in ARCHITECTURES or kind not in _MODEL_TYPES:
        raise WeightsError(
            f"{found.path.parent} holds a {name or kind or 'model of unknown architecture'};"
            f" only {' and '.join(ARCHITECTURES)} are converted.",
            OTHER_WAY,
        )
    if found.values.get("quantization_config"):
        method = found.table("quantization_config").values.get("quant_method", "unknown")
        raise WeightsError(
            f"{found.path.parent} is quantized already (quantization_config: {method}).",
            "Convert the checkpoint that it was made from, then: codesteer weights quantize FILE TYPE",
        )
    for key, usual in (("hidden_act", "silu"), ("partial_rotary_factor", 1.0)):
        value = found.values.get(key)
        if value is not None and value != usual:
            raise WeightsError(
                f"{found.path}: {key} is {value!r}; llama.cpp's Llama knows only {usual!r}.", OTHER_WAY
            )
    return name


def _scaling(rotary: _Found) -> Scaling | None:
    kind = rotary.values.get("rope_type", rotary.values.get("type", "default"))
    if kind == "default":
        return None
    if kind == "linear":
        return Scaling(kind, rotary.real("factor"))
    if kind == "llama3":
        return Scaling(
            kind,
            rotary.real("factor"),
            rotary.real("low_freq_factor"),
            rotary.real("high_freq_factor"),
            rotary.whole("original_max_position_embeddings"),
        )
    raise WeightsError(
        f"{rotary.path}: the rotary scaling {kind!r} is not known; known are default, linear and llama3.",
        OTHER_WAY,
    )


def wanted_tensors(config: LlamaConfig) -> list[Wanted]:
    """Every tensor that the checkpoint must have, under its name in the GGUF, in the order of the file."""
    width, keys = config.width, config.kv_heads * config.head_dim
    queries = config.heads * config.head_dim
    wanted = [Wanted("token_embd.weight", "model.embed_tokens.weight", (config.vocabulary, width))]
    for layer in range(config.layers):
        to, of = f"blk.{layer}.", f"model.layers.{layer}."
        wanted.append(Wanted(f"{to}attn_norm.weight", f"{of}input_layernorm.weight", (width,)))
        parts = (
            ("attn_q", "self_attn.q_proj", (queries, width), config.heads, config.attention_bias),
            ("attn_k", "self_attn.k_proj", (keys, width), config.kv_heads, config.attention_bias),
            ("attn_v", "self_attn.v_proj", (keys, width), 0, config.attention_bias),
            ("attn_output", "self_attn.o_proj", (width, queries), 0, config.attention_bias),
            ("ffn_gate", "mlp.gate_proj", (config.ffn, width), 0, config.mlp_bias),
            ("ffn_up", "mlp.up_proj", (config.ffn, width), 0, config.mlp_bias),
            ("ffn_down", "mlp.down_proj", (width, config.ffn), 0, config.mlp_bias),
        )
        for name, source, shape, heads, bias in parts:
            wanted.append(Wanted(f"{to}{name}.weight", f"{of}{source}.weight", shape, heads))
            if bias:
                wanted.append(Wanted(f"{to}{name}.bias", f"{of}{source}.bias", shape[:1], heads))
        wanted.append(Wanted(f"{to}ffn_norm.weight", f"{of}post_attention_layernorm.weight", (width,)))
    wanted.append(Wanted("output_norm.weight", "model.norm.weight", (width,)))
    if not config.tied:
        wanted.append(Wanted("output.weight", "lm_head.weight", (config.vocabulary, width)))
    return wanted


def beside_the_point(name: str, config: LlamaConfig) -> bool:
    """Whether a tensor of the checkpoint says nothing new: what config.json gives, or a copy of the embedding."""
    return name.endswith(".rotary_emb.inv_freq") or (config.tied and name == "lm_head.weight")


def rotary_factors(config: LlamaConfig) -> list[float]:
    """By what each rotary frequency is divided, head_dim / 2 numbers; empty where nothing is to be changed.

    Llama 3.1's rule: short waves stay, waves longer than the original context allows are stretched by the whole
    factor, and what lies between is blended.
    """
    scaling = config.scaling
    if scaling is None or scaling.kind != "llama3":
        return []
    factors = []
    for pair in range(config.head_dim // 2):
        wave = 2 * math.pi * config.theta ** (2 * pair / config.head_dim)
        turns = scaling.original / wave  # of this frequency within the original context
        if turns > scaling.high:
            factors.append(1.0)
        elif turns < scaling.low:
            factors.append(scaling.factor)
        else:
            blend = (turns - scaling.low) / (scaling.high - scaling.low)
            factors.append(1 / ((1 - blend) / scaling.factor + blend))
    return factors


def origin_of(folder: Path) -> str:
    """`owner/name` of the repository that the folder came from, as its place in the hub's cache tells.

    `_name_or_path` of config.json is not believed: after a fine-tuning it names what was tuned.
    """
    for part in reversed(folder.resolve().parts):
        owner_and_name = part.removeprefix("models--").split("--", 1)
        if part.startswith("models--") and len(owner_and_name) == 2:
            return "/".join(owner_and_name)
    return ""
