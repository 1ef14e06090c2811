"""A Hugging Face checkpoint of the Llama family → a GGUF file, some rows of a tensor at a time.

First a plan: everything that can be known from headers and JSON is checked before a byte is written.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncGenerator, Generator, Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct

from codesteer_tui.errors import WeightsError
from codesteer_tui.providers.llama.gguf_reading import read_head
from codesteer_tui.weights.converting_config import (
    LlamaConfig,
    Wanted,
    beside_the_point,
    origin_of,
    read_config,
    rotary_factors,
    wanted_tensors,
)
from codesteer_tui.weights.converting_files import (
    Progress,
    beside,
    clear_leftovers,
    note_hash,
    require_another,
    require_free,
    require_room,
    to_its_end,
)
from codesteer_tui.weights.converting_numbers import KINDS, Q8_BLOCK, Kind, Planned, encoded, kept
from codesteer_tui.weights.converting_tensors import BYTES, Place, find_tensors
from codesteer_tui.weights.converting_vocabulary import Vocabulary, read_vocabulary
from codesteer_tui.weights.store import read_record

_ALIGNMENT = 32
_FILE_TYPES = {"f32": 0, "f16": 1, "q8_0": 7, "bf16": 32}


class About(Struct, frozen=True):
    """What the file says about itself besides its shape; empty is left out."""

    name: str = ""
    licence: str = ""
    source: str = ""
    base_model: str = ""


class Plan(Struct, frozen=True, kw_only=True):
    """A conversion that can begin. `size` is in bytes, nearly what the file will have; `notes` are for people."""

    folder: Path
    target: Path
    kind: Kind
    force: bool
    config: LlamaConfig
    vocabulary: Vocabulary
    about: About
    tensors: list[Planned]
    size: int
    notes: list[str]


def plan_conversion(
    folder: Path,
    kind: Kind | None = None,
    *,
    target: Path | None = None,
    force: bool = False,
    pre: str = "",
    about: About | None = None,
) -> Plan:
    """See what converting `folder` takes, and whether it can be done. Reads headers and JSON only, and removes what
    earlier runs left that were killed.

    Without `kind` the numbers stay as they are. Without `target` the file goes beside the folder, or where we are if
    that is in the hub's cache; a folder as `target` is where it goes. `pre` names llama.cpp's rules for splitting
    text where they are not recognised. What `about` says comes before what the checkpoint says.

    Raises:
        WeightsError: not a checkpoint of the Llama family, something of it is missing, damaged or of another
            shape, the target is there already or made by another run, or there is no room for it.
    """
    config = read_config(folder)
    vocabulary = read_vocabulary(folder, config.vocabulary, config.raw, pre)
    places = find_tensors(folder)
    wanted = wanted_tensors(config)
    _check(folder, config, wanted, places)
    kind = kind or _own_kind(places[each.source] for each in wanted)
    about = _about(folder, about or About())
    target = _target(folder, target, about.name, kind)
    require_free(target, force=force)
    read = [*folder.iterdir(), *folder.glob("additional_chat_templates/*")]
    require_another(target, [path for path in read if path.suffix != ".gguf"])
    tensors = [kept(each, places[each.source], kind) for each in wanted]
    if factors := rotary_factors(config):
        shape = (len(factors),)
        tensors.append(Planned(Wanted("rope_freqs.weight", "", shape), None, "f32", 4 * len(factors)))
    words = sum(len(text.encode()) + 16 for text in (*vocabulary.tokens, *vocabulary.merges))
    size = sum(each.size + _ALIGNMENT for each in tensors) + words + (1 << 16)
    cleared = clear_leftovers(target)
    require_room(target, size)
    others = [each for each in tensors if len(each.wanted.shape) == 2 and each.kind != kind]
    notes = [*cleared, *config.notes, *vocabulary.notes]
    if others:
        notes.append(
            f"{len(others)} of the matrices are kept as {others[0].kind}, because their rows are no multiple of"
            f" {Q8_BLOCK}; the first is {others[0].wanted.name} with {others[0].wanted.shape[1]}."
        )
    return Plan(
        folder=folder,
        target=target,
        kind=kind,
        force=force,
        config=config,
        vocabulary=vocabulary,
        about=about,
        tensors=tensors,
        size=size,
        notes=notes,
    )


async def convert(plan: Plan) -> AsyncGenerator[Progress, None]:
    """Write the file, telling how far it is after every slice. Stopped early, it leaves nothing behind.

    Raises:
        WeightsError: a tensor has a number that is not finite or too large for the type, a file became shorter,
            or the disk is full.
    """
    with beside(plan.target, force=plan.force) as part:
        work = _write(plan, part)
        try:
            while (progress := await to_its_end(lambda: next(work, None))) is not None:
                yield progress
        finally:
            work.close()
    await note_hash(plan.target)


def _check(folder: Path, config: LlamaConfig, wanted: list[Wanted], places: dict[str, Place]) -> None:
    """Every tensor is there, of the right shape and of a type that can be read; and there are no others."""
    again = "Fetch the checkpoint again; if it was merged or trained here, save it again."
    for each in wanted:
        place = places.get(each.source)
        if place is None:
            raise WeightsError(f"{folder} lacks the tensor {each.source}.", again)
        if place.shape != each.shape:
            raise WeightsError(
                f"{place.path}: {each.source} has the shape {_by(place.shape)}; by config.json it would have"
                f" {_by(each.shape)}.",
                again,
            )
        if place.kind not in BYTES:
            raise WeightsError(
                f"{place.path}: {each.source} is of type {place.kind}; only {', '.join(BYTES)} are read.",
                "Convert the checkpoint that it was made from, then: codesteer weights quantize FILE TYPE",
            )
    known = {each.source for each in wanted}
    strange = [name for name in places if name not in known and not beside_the_point(name, config)]
    if strange:
        raise WeightsError(
            f"{places[strange[0]].path} has a tensor that a {config.architecture} as config.json tells has not:"
            f" {strange[0]}{f', and {len(strange) - 1} more' if len(strange) > 1 else ''}.",
            "An adapter (LoRA) is to be merged into its model first; for other kinds of model look for a GGUF.",
        )


def _by(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape)) or "of a single number"


def _own_kind(places: Iterator[Place]) -> Kind:
    """What most numbers of the checkpoint are."""
    numbers: Counter[str] = Counter()
    for place in places:
        numbers[place.kind] += place.numbers
    own = numbers.most_common(1)[0][0].lower()
    return next(kind for kind in KINDS if kind == own)


def _about(folder: Path, said: About) -> About:
    """Name, licence and source as given, else as the checkpoint's README and place say."""
    card, record = _card(folder), read_record(folder)
    origin = said.source or (record.repo if record else origin_of(folder))
    return About(
        said.name or origin.rpartition("/")[2] or folder.resolve().name,
        said.licence or card.get("license_name") or card.get("license") or (record.licence if record else ""),
        origin,
        said.base_model or card.get("base_model", ""),
    )


def _card(folder: Path) -> dict[str, str]:
    """What stands at the head of README.md, between lines of three dashes: the first value of every key."""
    try:
        text = (folder / "README.md").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    head = re.match(r"---\s*\n(.*?)\n---", text, re.DOTALL)
    pairs = re.findall(r"^(\w+):[ \t]*(?:\n[ \t]*-[ \t]*)?(\S.*)$", head[1] if head else "", re.MULTILINE)
    return {key: value.strip().strip("\"'[]") for key, value in pairs}


def _target(folder: Path, target: Path | None, name: str, kind: Kind) -> Path:
    plain = re.sub(r"[^\w.+-]+", "-", name)
    usual = f"{plain}-{kind.upper()}.gguf"
    if target is None:
        parent = folder.resolve().parent
        in_cache = parent.name == "snapshots" and parent.parent.name.startswith("models--")
        return (Path.cwd() if in_cache else parent) / usual  # a strange file would spoil the hub's cache
    return target / usual if target.is_dir() else target


def _write(plan: Plan, part: Path) -> Generator[Progress, None, None]:
    """Write everything to `part`, and tell how many bytes of tensors are done."""
    import gguf

    total = sum(each.size for each in plan.tensors)
    done = 0
    writer = gguf.GGUFWriter(part, "llama")
    try:
        _add_facts(writer, plan)
        _add_vocabulary(writer, plan.vocabulary)
        for each in plan.tensors:
            _add_tensor(writer, each)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_ti_data_to_file()
        assert writer.fout is not None
        out = writer.fout[0]
        writer.write_padding(out, out.tell())
        for each in plan.tensors:
            yield Progress(done, total, each.wanted.name)
            for data in encoded(each, plan.config):
                out.write(data.tobytes())  # tofile would not say why it cannot
                done += data.nbytes
                yield Progress(done, total, each.wanted.name)
            writer.write_padding(out, each.size)
    finally:
        writer.close()
    head = read_head(part)
    if done != total or head.must_be > head.size:
        raise AssertionError(f"{head.size} bytes were written to {part}, {head.must_be} were to be")


def _add_tensor(writer: Any, planned: Planned) -> None:
    import numpy as np
    from gguf import GGMLQuantizationType

    writer.add_tensor_info(
        planned.wanted.name,
        planned.wanted.shape,
        np.dtype(np.float32),
        planned.size,
        raw_dtype=GGMLQuantizationType[planned.kind.upper()],
    )


def _add_facts(writer: Any, plan: Plan) -> None:
    import gguf

    config, about = plan.config, plan.about
    writer.add_type("model")
    writer.add_name(about.name)
    writer.add_size_label(gguf.size_label(sum(p.place.numbers for p in plan.tensors if p.place), 0, 0, 0))
    writer.add_license(about.licence)
    writer.add_source_url(about.source)
    if about.base_model:
        writer.add_base_model_count(1)
        writer.add_base_model_name(0, about.base_model)
    writer.add_file_type(_FILE_TYPES[plan.kind])
    if plan.kind == "q8_0":
        writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    writer.add_context_length(config.context)
    writer.add_embedding_length(config.width)
    writer.add_block_count(config.layers)
    writer.add_feed_forward_length(config.ffn)
    writer.add_head_count(config.heads)
    writer.add_head_count_kv(config.kv_heads)
    writer.add_key_length(config.head_dim)
    writer.add_value_length(config.head_dim)
    writer.add_rope_dimension_count(config.head_dim)
    writer.add_rope_freq_base(config.theta)
    writer.add_layer_norm_rms_eps(config.epsilon)
    writer.add_vocab_size(config.vocabulary)
    if config.scaling and config.scaling.kind == "linear":
        writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(config.scaling.factor)


def _add_vocabulary(writer: Any, vocabulary: Vocabulary) -> None:
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(vocabulary.pre)
    writer.add_token_list(vocabulary.tokens)
    writer.add_token_types(vocabulary.types)
    writer.add_token_merges(vocabulary.merges)
    for kind, number in vocabulary.ids.items():
        getattr(writer, f"add_{kind}_token_id")(number)
    writer.add_add_bos_token(vocabulary.add_bos)
    writer.add_add_eos_token(vocabulary.add_eos)
    templates = vocabulary.templates
    if list(templates) == ["default"]:
        writer.add_chat_template(templates["default"])
    elif templates:
        writer.add_chat_template([{"name": name, "template": text} for name, text in templates.items()])
