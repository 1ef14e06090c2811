"""What a GGUF file or a checkpoint folder is, as far as it says so itself."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct, field

from codesteer_tui.errors import WeightsError
from codesteer_tui.providers.llama.gguf_reading import GgufHead, Length, read_head
from codesteer_tui.providers.llama.places import LOCAL_CONTEXT

_KV_BYTES = 2
"""Bytes of a value in the KV cache, which is kept as F16."""

_LONGEST_JSON = 64 << 20
_WIDTHS = {
    "F64": 8, "I64": 8, "U64": 8, "F32": 4, "I32": 4, "U32": 4, "F16": 2, "BF16": 2, "I16": 2, "U16": 2,
    "F8_E4M3": 1, "F8_E5M2": 1, "I8": 1, "U8": 1, "BOOL": 1,
}  # fmt: skip


class Memory(Struct, frozen=True):
    """What running it takes, in bytes: the weights, and the KV cache of `context` tokens (as F16). llama.cpp needs
    some more for its calculations, and up to as much again as the weights where it repacks them for the processor."""

    weights: int
    kv_cache: int
    context: int

    @property
    def total(self) -> int:
        """Both together."""
        return self.weights + self.kv_cache


class Facts(Struct, frozen=True, kw_only=True):
    """What weights say about themselves. Empty or 0 is what they do not say.

    `form` is what they are; `size` in bytes; `parameters` counted from the tensors; `context` the tokens they were
    trained for; `problems` says in words what is wrong with them.
    """

    path: Path
    form: Literal["gguf", "checkpoint"]
    size: int
    name: str = ""
    architecture: str = ""
    parameters: int = 0
    quantization: str = ""
    tensors: int = 0
    types: dict[str, int] = field(default_factory=dict)
    context: int = 0
    layers: int = 0
    width: int = 0
    vocabulary: int = 0
    tokenizer: str = ""
    template: str = ""
    template_is: str = ""
    licence: str = ""
    source: str = ""
    part: str = ""
    memory: Memory | None = None
    problems: tuple[str, ...] = ()


def facts_of(path: Path, context: int = 0) -> Facts:
    """What is there, whether a GGUF file or the folder of a checkpoint. `context`: tokens to reckon the memory for;
    0 for as many as a local model gets by itself.

    Raises:
        WeightsError: nothing is there, it cannot be read, or it is neither.
    """
    if path.is_dir():
        return checkpoint_facts(path)
    return gguf_facts(path, read_head(path), context)


def gguf_facts(path: Path, head: GgufHead, context: int = 0) -> Facts:
    """What the head of a GGUF says."""
    from gguf.constants import GGMLQuantizationType

    architecture = head.text("general.architecture")
    trained = head.number(f"{architecture}.context_length")
    types = Counter(GGMLQuantizationType(tensor.type).name for tensor in head.tensors)
    template = head.text("tokenizer.chat_template")
    tokens = head.keys.get("tokenizer.ggml.tokens")
    vocabulary = tokens.items if isinstance(tokens, Length) else head.number(f"{architecture}.vocab_size")
    wanted = context or min(LOCAL_CONTEXT, trained or LOCAL_CONTEXT)
    memory = Memory(sum(tensor.size for tensor in head.tensors), kv_bytes_per_token(head) * wanted, wanted)
    parts = head.number("split.count")
    return Facts(
        path=path,
        form="gguf",
        size=head.size,
        name=head.text("general.name"),
        architecture=architecture,
        parameters=sum(tensor.values for tensor in head.tensors),
        quantization=_quantization(head, types),
        tensors=len(head.tensors),
        types=dict(types.most_common()),
        context=trained,
        layers=head.number(f"{architecture}.block_count"),
        width=head.number(f"{architecture}.embedding_length"),
        vocabulary=vocabulary,
        tokenizer=" ".join(
            filter(None, (head.text("tokenizer.ggml.model"), head.text("tokenizer.ggml.pre")))
        ),
        template=template,
        template_is=template_kind(template),
        licence=head.text("general.license"),
        source=head.text("general.source.url") or head.text("general.repo_url"),
        part=f"{head.number('split.no') + 1} of {parts}" if parts > 1 else "",
        memory=memory if head.tensors else None,
        problems=tuple(_gguf_problems(head, architecture, template)),
    )


def kv_bytes_per_token(head: GgufHead) -> int:
    """Bytes of the KV cache for one token of context, all layers, keys and values as F16; 0 where it cannot be told."""
    architecture = head.text("general.architecture")
    heads = head.number(f"{architecture}.attention.head_count")
    if not heads:
        return 0
    head_length = head.number(f"{architecture}.embedding_length") // heads
    keys = head.number(f"{architecture}.attention.key_length", head_length)
    values = head.number(f"{architecture}.attention.value_length", head_length)
    layers = head.number(f"{architecture}.block_count")
    of_layer = head.keys.get(f"{architecture}.attention.head_count_kv", heads)
    if isinstance(of_layer, list):
        total = sum(n for n in of_layer if isinstance(n, int))
    else:
        total = layers * (of_layer if isinstance(of_layer, int) else heads)
    return total * (keys + values) * _KV_BYTES


def template_kind(template: str) -> str:
    """The format of a chat template in one word, by the marks it writes; "other" where it is none of the usual."""
    if not template:
        return ""
    marks = (
        ("<|start_header_id|>", "llama-3"),
        ("<|im_start|>", "chatml"),
        ("<start_of_turn>", "gemma"),
        ("[INST]", "mistral or llama-2"),
        ("<|user|>", "zephyr or phi"),
    )
    return next((kind for mark, kind in marks if mark in template), "other")


def _quantization(head: GgufHead, types: Counter[str]) -> str:
    """What the file calls itself, such as Q4_K_M, else the type that most of its tensors have."""
    from gguf.constants import LlamaFileType

    named = head.keys.get("general.file_type")
    if isinstance(named, int):
        try:
            return LlamaFileType(named).name.removeprefix("MOSTLY_").removeprefix("ALL_")
        except ValueError:
            pass
    of_matrices = Counter({k: n for k, n in types.items() if k != "F32"})
    return next((kind for kind, _ in (of_matrices or types).most_common(1)), "")


def _gguf_problems(head: GgufHead, architecture: str, template: str) -> list[str]:
    problems = []
    if head.must_be > head.size:
        missing = head.must_be - head.size
        problems.append(f"it is cut off: {missing:,} of {head.must_be:,} bytes are missing")
    if not architecture:
        problems.append("it does not name its architecture")
    if not head.tensors:
        problems.append("it holds no weights, only a head (a vocabulary?)")
    elif not head.number("split.no") and not template:
        problems.append("it has no chat template, which a conversation needs")
    return problems


def checkpoint_facts(path: Path) -> Facts:
    """What the folder of a Hugging Face checkpoint says.

    Raises:
        WeightsError: it is no such folder, or its config.json cannot be read.
    """
    config = _json(path / "config.json")
    if config is None:
        raise WeightsError(
            f"{path} is no checkpoint: there is no config.json in it.",
            "Name a GGUF file, or a folder with config.json, safetensors and a tokenizer.",
        )
    problems: list[str] = []
    types: Counter[str] = Counter()
    parameters = tensors = size = 0
    for file in _shards(path, problems):
        found, problem = safetensors_header(file)
        if problem:
            problems.append(f"{file.name}: {problem}")
        for entry in found.values():
            tensors += 1
            types[entry[0]] += 1
            parameters += entry[1]
        size += file.stat().st_size
    tokenizer = next((n for n in ("tokenizer.json", "tokenizer.model") if (path / n).is_file()), "")
    if not tokenizer:
        problems.append("there is no tokenizer.json")
    names = config.get("architectures")
    template = _checkpoint_template(path)
    return Facts(
        path=path,
        form="checkpoint",
        size=size,
        name=path.name,
        architecture=str(names[0])
        if isinstance(names, list) and names
        else str(config.get("model_type", "")),
        parameters=parameters,
        quantization=str(config.get("torch_dtype") or config.get("dtype") or ""),
        tensors=tensors,
        types=dict(types.most_common()),
        context=_int(config.get("max_position_embeddings")),
        layers=_int(config.get("num_hidden_layers")),
        width=_int(config.get("hidden_size")),
        vocabulary=_int(config.get("vocab_size")),
        tokenizer=tokenizer,
        template=template,
        template_is=template_kind(template),
        problems=tuple(problems),
    )


def safetensors_header(path: Path) -> tuple[dict[str, tuple[str, int]], str]:
    """Each tensor's type and number of values, and in words what is wrong with the file; nothing where all is well."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if size < 8 or length > min(_LONGEST_JSON * 2, size - 8):
                return {}, "it is cut off in its head, or is no safetensors file"
            header = json.loads(file.read(length))
        if not isinstance(header, dict):
            return {}, "its head is damaged"
        found, end = {}, 0
        for name, entry in header.items():
            if name == "__metadata__":
                continue
            values = 1
            for dimension in entry["shape"]:
                values *= int(dimension)
            start, stop = entry["data_offsets"]
            width = _WIDTHS.get(entry["dtype"])
            if width is not None and stop - start != values * width:
                return {}, f"its tensor {name[:80]!r} has not the bytes that its shape needs"
            found[name] = (str(entry["dtype"]), values)
            end = max(end, int(stop))
    except OSError as error:
        return {}, f"it cannot be read: {error.strerror or error}"
    except (ValueError, TypeError, KeyError, AttributeError):
        return {}, "its head is damaged"
    if size < 8 + length + end:
        return found, f"it is cut off: {8 + length + end - size:,} of {8 + length + end:,} bytes are missing"
    return found, ""


def _shards(path: Path, problems: list[str]) -> list[Path]:
    """The safetensors files that are there; what the index or their own numbers name and is not there goes to
    `problems`."""
    there = sorted(path.glob("*.safetensors"))
    index = _json(path / "model.safetensors.index.json")
    if index is not None:
        named = index.get("weight_map")
        wanted = sorted(set(map(str, named.values()))) if isinstance(named, dict) else []
    else:
        wanted = _numbered(there)
    missing = [name for name in wanted if not (path / Path(name).name).is_file()]
    if missing:
        are = "is" if len(missing) == 1 else "are"
        problems.append(
            f"{len(missing)} of {len(wanted)} files of weights {are} missing: {', '.join(missing)}"
        )
    if not there and not wanted:
        problems.append("there are no weights in it (*.safetensors)")
    return [file for file in there if file.name in wanted] or there


def _numbered(files: list[Path]) -> list[str]:
    """All the names of a set of shards whose own names count them; none where these are not such a set."""
    found = re.fullmatch(r"(.+)-\d{5}-of-(\d{5})\.safetensors", files[0].name) if files else None
    if not found or any(file.name == "model.safetensors" for file in files):
        return []
    count = int(found[2])
    return [f"{found[1]}-{number:05}-of-{found[2]}.safetensors" for number in range(1, count + 1)]


def _checkpoint_template(path: Path) -> str:
    template = path / "chat_template.jinja"
    if template.is_file():
        return template.read_text(encoding="utf-8", errors="replace")
    value = (_json(path / "tokenizer_config.json") or {}).get("chat_template", "")
    if isinstance(value, list):
        value = next(
            (v.get("template") for v in value if isinstance(v, dict) and v.get("name") == "default"), ""
        )
    return value if isinstance(value, str) else ""


def _json(path: Path) -> dict[str, Any] | None:
    """A JSON object, or None where there is no such file.

    Raises:
        WeightsError: it cannot be read, or is no JSON object.
    """
    try:
        if path.stat().st_size > _LONGEST_JSON:
            raise WeightsError(f"{path} is too long to be a description of weights.", "Pull it again.")
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise WeightsError(f"{path} cannot be read: {error}.", "Pull the checkpoint again.") from error
    if not isinstance(value, dict):
        raise WeightsError(f"{path} is no JSON object.", "Pull the checkpoint again.")
    return value


def _int(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
