"""Checkpoints that are damaged, incomplete or of another kind: each refused by name, and nothing is left behind."""

from __future__ import annotations

import json
import os
import shutil
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codesteer_tui.errors import ConfigError, WeightsError
from codesteer_tui.weights.converting import Plan, convert, plan_conversion
from tests.weights import checkpoints
from tests.weights.checkpoints import bf16, config, write

SHARD = "model-00002-of-00003.safetensors"


def settings(**changes: Any) -> Callable[[Path], None]:
    """Change config.json of a checkpoint."""
    return lambda folder: (folder / "config.json").write_text(json.dumps(config(**changes)))


def tokenizer(change: Callable[[dict[str, Any]], Any]) -> Callable[[Path], None]:
    """Change tokenizer.json of a checkpoint."""

    def do(folder: Path) -> None:
        said = json.loads((folder / "tokenizer.json").read_text())
        change(said)
        (folder / "tokenizer.json").write_text(json.dumps(said))

    return do


def tensors(change: Callable[[dict[str, Any]], Any]) -> Callable[[Path], None]:
    """Write the shards anew as one file with other tensors."""

    def do(folder: Path) -> None:
        found = checkpoints.weights(config())
        change(found)
        for path in folder.glob("*.safetensors*"):
            path.unlink()
        checkpoints.write_safetensors(folder / "model.safetensors", found)

    return do


def cut(folder: Path) -> None:
    data = (folder / SHARD).read_bytes()
    (folder / SHARD).write_bytes(data[: len(data) // 2])


def other_type(folder: Path) -> None:
    data = (folder / SHARD).read_bytes()
    (folder / SHARD).write_bytes(data.replace(b'"F32"', b'"I32"'))


def index_that_lies(folder: Path) -> None:
    path = folder / "model.safetensors.index.json"
    said = json.loads(path.read_text())
    first, *_, last = said["weight_map"]
    said["weight_map"][first] = said["weight_map"][last]
    path.write_text(json.dumps(said))


def index_that_leads_out(folder: Path) -> None:
    path = folder / "model.safetensors.index.json"
    said = json.loads(path.read_text())
    said["weight_map"] = dict.fromkeys(said["weight_map"], "../model.safetensors")
    path.write_text(json.dumps(said))


def of_the_older_kind(folder: Path) -> None:
    for path in folder.glob("*.safetensors*"):
        path.unlink()
    (folder / "pytorch_model.bin").write_bytes(b"PK")


def shard_missing_without_index(folder: Path) -> None:
    (folder / "model.safetensors.index.json").unlink()
    (folder / SHARD).unlink()


def put(name: str, shape: tuple[int, ...], value: float = 0.0) -> Callable[[dict[str, Any]], None]:
    return lambda found: found.update({name: np.full(shape, value, np.float32)})


QUERY = "model.layers.1.self_attn.q_proj.weight"
BROKEN: dict[str, tuple[Callable[[Path], Any], str]] = {
    "no config": (lambda f: (f / "config.json").unlink(), "has no config.json"),
    "config cut off": (
        lambda f: (f / "config.json").write_text('{"a": '),
        "config.json is not a JSON object",
    ),
    "config is a list": (lambda f: (f / "config.json").write_text("[]"), "config.json is not a JSON object"),
    "other architecture": (
        settings(architectures=["Qwen3ForCausalLM"], model_type="qwen3"),
        "a Qwen3ForCausalLM; only LlamaForCausalLM and MistralForCausalLM",
    ),
    "no architecture": (settings(architectures=None, model_type=None), "a model of unknown architecture"),
    "quantized": (settings(quantization_config={"quant_method": "gptq"}), r"quantized already \(.*gptq\)"),
    "other activation": (settings(hidden_act="gelu"), "hidden_act is 'gelu'"),
    "partly turned": (settings(partial_rotary_factor=0.5), "partial_rotary_factor is 0.5"),
    "other scaling": (settings(rope_scaling={"type": "yarn", "factor": 4}), "the rotary scaling 'yarn'"),
    "scaling without factor": (settings(rope_scaling={"type": "linear"}), r"rope_scaling\.factor is missing"),
    "no layers": (settings(num_hidden_layers=None), "num_hidden_layers is missing"),
    "layers as text": (settings(num_hidden_layers="2"), "num_hidden_layers is '2', it should be a number"),
    "negative width": (settings(hidden_size=-64), "hidden_size is -64"),
    "bias as text": (settings(attention_bias="no"), "attention_bias is 'no', it should be true or false"),
    "heads that do not fit": (settings(num_key_value_heads=3), "4 heads, 3 key-value heads"),
    "shard missing": (lambda f: (f / SHARD).unlink(), f"lacks {SHARD}"),
    "shard missing, no index": (shard_missing_without_index, f"lacks {SHARD}"),
    "shard cut off": (cut, f"{SHARD} is cut off or damaged"),
    "shard is a web page": (lambda f: (f / SHARD).write_text("<html>no</html>" * 9), "is cut off or damaged"),
    "shard is empty": (lambda f: (f / SHARD).write_bytes(b""), "is cut off or damaged"),
    "index that lies": (index_that_lies, "does not hold model.embed_tokens.weight"),
    "index that leads out": (index_that_leads_out, "names a file outside its folder"),
    "older kind": (of_the_older_kind, "only files of the older kind"),
    "other numbers": (other_type, "is of type I32; only F32, F16, BF16"),
    "tensor missing": (tensors(lambda t: t.pop(QUERY)), f"lacks the tensor {QUERY}"),
    "no output": (tensors(lambda t: t.pop("lm_head.weight")), "lacks the tensor lm_head.weight"),
    "other shape": (
        tensors(put(QUERY, (64, 32))),
        "has the shape 64 x 32; by config.json it would have 64 x 64",
    ),
    "adapter": (tensors(put("model.layers.0.self_attn.q_proj.lora_A.weight", (8, 64))), r"lora_A\.weight"),
    "bias not announced": (tensors(put("model.layers.0.mlp.up_proj.bias", (96,))), r"up_proj\.bias"),
    "fewer rows": (settings(vocab_size=1500), "has the token .* with id 15.., but the embedding has 1500"),
    "no tokenizer": (lambda f: (f / "tokenizer.json").unlink(), "has no tokenizer.json"),
    "one id for two": (tokenizer(lambda t: t["model"]["vocab"].update(new=5)), "two tokens the same id"),
    "ids as words": (tokenizer(lambda t: t["model"]["vocab"].update(a="x")), "model is not as it should be"),
    "added tokens without text": (
        tokenizer(lambda t: t["added_tokens"][0].pop("content")),
        "added_tokens is not as it should be",
    ),
    "steps that are none": (
        tokenizer(lambda t: t["pre_tokenizer"].update(pretokenizers=["ByteLevel", 3])),
        "only byte-level BPE is converted",
    ),
    "unigram": (
        tokenizer(lambda t: t.update(model={"type": "Unigram", "vocab": []})),
        "its model is Unigram, not byte-level",
    ),
    "sentencepiece": (tokenizer(lambda t: t["model"].update(byte_fallback=True)), "it is SentencePiece's"),
    "other split": (
        tokenizer(lambda t: t["pre_tokenizer"]["pretokenizers"][0]["pattern"].update(Regex=r"\w+")),
        r"splits text in a way that is not known \(split: \\w\+; bytes: False\)",
    ),
    "blank in front": (
        tokenizer(lambda t: t["pre_tokenizer"]["pretokenizers"][1].update(add_prefix_space=True)),
        "it puts a blank in front of every text",
    ),
    "normalizer": (tokenizer(lambda t: t.update(normalizer={"type": "NFC"})), r"changes text .* \(NFC\)"),
    "merges first": (tokenizer(lambda t: t["model"].update(ignore_merges=False)), "ignore_merges false"),
    "suffix": (
        tokenizer(lambda t: t["model"].update(end_of_word_suffix="</w>")),
        "end_of_word_suffix '</w>'",
    ),
    "merge of three": (tokenizer(lambda t: t["model"].update(merges=["a b c"])), "not of two parts"),
    "twice the same": (
        tokenizer(lambda t: t["added_tokens"].append(t["added_tokens"][0] | {"id": 1590})),
        "two tokens the same text",
    ),
}


@pytest.mark.parametrize(("breaking", "words"), BROKEN.values(), ids=BROKEN)
def test_what_is_broken_or_unknown_is_named(
    tmp_path: Path, breaking: Callable[[Path], Any], words: str
) -> None:
    write(tmp_path / "small", shards=3)
    breaking(tmp_path / "small")
    with pytest.raises(WeightsError, match=words) as raised:
        plan_conversion(tmp_path / "small", "f16")
    assert "small" in raised.value.message
    assert raised.value.remedy
    assert [path.name for path in tmp_path.iterdir()] == ["small"]


async def finished(plan: Plan) -> None:
    async for _ in convert(plan):
        pass


async def through(folder: Path, kind: Any = None) -> None:
    await finished(plan_conversion(folder, kind))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("kind", ["F32", "BF16"])
async def test_numbers_that_are_none_end_it_and_leave_nothing(
    tmp_path: Path, value: float, kind: str
) -> None:
    found = checkpoints.weights(config())
    found[QUERY][60, 3] = value
    write(tmp_path / "small", tensors=found, kind=kind)
    with pytest.raises(WeightsError, match=rf"{QUERY} has a number that is not finite"):
        await through(tmp_path / "small")
    assert [path.name for path in tmp_path.iterdir()] == ["small"]


async def test_a_number_too_large_for_the_type_is_not_made_infinite(tmp_path: Path) -> None:
    found = checkpoints.weights(config())
    found[QUERY][0, 0] = 1e5
    write(tmp_path / "small", tensors=found, kind="BF16")
    with pytest.raises(WeightsError, match="has 99840, which is too large for f16") as raised:
        await through(tmp_path / "small", "f16")
    assert "--type bf16" in raised.value.remedy
    await through(tmp_path / "small")
    assert bf16(np.float32(1e5)) == bf16(np.float32(99840))


async def test_a_file_that_shrinks_meanwhile_is_noticed(tmp_path: Path) -> None:
    write(tmp_path / "small")
    plan = plan_conversion(tmp_path / "small", "f32")
    path = tmp_path / "small" / "model.safetensors"
    with path.open("rb+") as file:
        file.truncate(path.stat().st_size - 100_000)
    with pytest.raises(WeightsError, match="became shorter while it was read"):
        await finished(plan)
    assert [path.name for path in tmp_path.iterdir()] == ["small"]


async def test_a_file_that_goes_meanwhile_is_named(tmp_path: Path) -> None:
    write(tmp_path / "small", shards=3)
    plan = plan_conversion(tmp_path / "small", "f32")
    (tmp_path / "small" / SHARD).unlink()
    with pytest.raises(WeightsError, match=f"{SHARD} cannot be read: No such file"):
        await finished(plan)
    assert [path.name for path in tmp_path.iterdir()] == ["small"]


@pytest.mark.parametrize("source", [SHARD, "tokenizer.json", "README.md"])
@pytest.mark.parametrize("link", [None, os.symlink, os.link])
def test_what_is_read_is_never_written_over(tmp_path: Path, source: str, link: Any) -> None:
    folder = tmp_path / "small"
    write(folder, shards=3)
    (folder / "README.md").write_text("what it is")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    target = folder / source
    if link is not None:
        target = tmp_path / "another.gguf"
        link(folder / source, target)
    with pytest.raises(ConfigError, match="which it would be made from"):
        plan_conversion(folder, target=target, force=True)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    (folder / "made.gguf").write_text("an earlier one")
    assert plan_conversion(folder, target=folder / "made.gguf", force=True).target == folder / "made.gguf"


def test_what_is_there_is_not_overwritten_unless_forced(tmp_path: Path) -> None:
    write(tmp_path / "small")
    there = tmp_path / "small-F32.gguf"
    there.write_text("mine")
    with pytest.raises(ConfigError, match=r"small-F32\.gguf is there already") as raised:
        plan_conversion(tmp_path / "small")
    assert "--force" in raised.value.remedy
    assert plan_conversion(tmp_path / "small", force=True).target == there
    assert there.read_text() == "mine"


async def test_what_came_to_be_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    write(tmp_path / "small")
    plan = plan_conversion(tmp_path / "small")

    async def with_a_rival() -> None:
        async for progress in convert(plan):
            if progress.done == progress.total:
                plan.target.write_text("mine")

    with pytest.raises(ConfigError, match="is there already"):
        await with_a_rival()
    assert plan.target.read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["small", "small-F32.gguf"]


@pytest.mark.parametrize(
    ("target", "words"), [("none/x.gguf", "There is no folder"), ("small/config.json", "is there already")]
)
def test_targets_that_will_not_do(tmp_path: Path, target: str, words: str) -> None:
    write(tmp_path / "small")
    with pytest.raises(ConfigError, match=words):
        plan_conversion(tmp_path / "small", target=tmp_path / target)


def test_what_is_no_folder_is_said_to_be_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.gguf").write_bytes(b"GGUF")
    with pytest.raises(ConfigError, match="is a GGUF already") as raised:
        plan_conversion(tmp_path / "a.gguf")
    assert "quantize" in raised.value.remedy
    (tmp_path / "letter").write_text("dear")
    with pytest.raises(ConfigError, match="a file, and no folder"):
        plan_conversion(tmp_path / "letter")
    with pytest.raises(ConfigError, match="There is no folder"):
        plan_conversion(tmp_path / "none")


def test_a_disk_without_room_is_said_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "small")
    room = namedtuple("room", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: room(10**9, 10**9 - 700_000, 700_000))
    with pytest.raises(WeightsError, match=r"will have 1 MB, and .* has 1 MB free|has 0 MB free"):
        plan_conversion(tmp_path / "small", "f32")
    assert plan_conversion(tmp_path / "small", "q8_0").size < 700_000


async def test_stopping_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    write(tmp_path / "small")
    work = convert(plan_conversion(tmp_path / "small"))
    async for progress in work:
        if progress.what.startswith("blk.1"):
            break
    assert len(list(tmp_path.iterdir())) == 2
    await work.aclose()
    assert [path.name for path in tmp_path.iterdir()] == ["small"]
