"""What weights say about themselves: as the gguf package reads it, and never a crash on what is damaged."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from codesteer_tui.errors import WeightsError
from codesteer_tui.providers.llama.gguf_reading import read_head
from codesteer_tui.weights.facts import facts_of, kv_bytes_per_token, safetensors_header
from tests.tiny_gguf import TEMPLATE


@pytest.mark.gguf
def test_the_head_is_read_as_the_gguf_package_reads_it(random_gguf: Path) -> None:
    import gguf

    head, theirs = read_head(random_gguf), gguf.GGUFReader(random_gguf)
    mine = {t.name: (t.shape, t.type, t.size, head.data_start + t.offset) for t in head.tensors}
    assert mine == {
        t.name: (tuple(int(n) for n in t.shape), int(t.tensor_type), int(t.n_bytes), int(t.data_offset))
        for t in theirs.tensors
    }
    assert set(head.keys) == {name for name in theirs.fields if not name.startswith("GGUF.")}
    assert head.must_be <= head.size


@pytest.mark.gguf
def test_a_gguf_says_what_it_is(random_gguf: Path) -> None:
    facts = facts_of(random_gguf)
    assert (facts.form, facts.name, facts.architecture) == ("gguf", "tiny-llama", "llama")
    assert (facts.quantization, facts.context, facts.layers, facts.width) == ("F16", 8192, 2, 256)
    assert (facts.template, facts.template_is) == (TEMPLATE, "llama-3")
    assert facts.tokenizer == "gpt2 llama-bpe"
    assert facts.parameters == sum(tensor.values for tensor in read_head(random_gguf).tensors)
    assert facts.problems == ()


@pytest.mark.gguf
def test_the_memory_is_that_of_the_weights_and_of_the_context(random_gguf: Path) -> None:
    # 2 layers, 2 KV heads of 64 values, keys and values, two bytes each.
    assert kv_bytes_per_token(read_head(random_gguf)) == 2 * 2 * (64 + 64) * 2
    memory = facts_of(random_gguf, 1000).memory
    assert memory is not None
    assert (memory.context, memory.kv_cache) == (1000, 1_024_000)
    assert memory.weights == sum(tensor.size for tensor in read_head(random_gguf).tensors)


@pytest.mark.gguf
@pytest.mark.parametrize("missing", [1, 100, 500_000])
def test_a_file_that_is_cut_off_says_how_much_is_missing(
    random_gguf: Path, tmp_path: Path, missing: int
) -> None:
    head = read_head(random_gguf)
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(random_gguf.read_bytes()[: head.must_be - missing])
    assert facts_of(cut).problems == (f"it is cut off: {missing:,} of {head.must_be:,} bytes are missing",)


@pytest.mark.gguf
def test_a_file_that_is_cut_off_anywhere_in_its_head_is_refused(random_gguf: Path, tmp_path: Path) -> None:
    data = random_gguf.read_bytes()
    start = read_head(random_gguf).data_start
    cut = tmp_path / "cut.gguf"
    for length in [*range(64), *random.Random(1).sample(range(64, start - 64), 100)]:
        cut.write_bytes(data[:length])
        with pytest.raises(WeightsError, match="not a usable GGUF"):
            facts_of(cut)


@pytest.mark.gguf
def test_damage_in_the_head_is_an_error_in_words_or_goes_unseen_but_never_a_crash(
    random_gguf: Path, tmp_path: Path
) -> None:
    data, rng = bytearray(random_gguf.read_bytes()), random.Random(2)
    start = read_head(random_gguf).data_start
    damaged = tmp_path / "damaged.gguf"
    refused: list[str] = []
    for _ in range(300):
        at = rng.choice([rng.randrange(0, 400), rng.randrange(start - 1500, start)])
        before = data[at]
        data[at] ^= 1 << rng.randrange(8)
        damaged.write_bytes(data[: start + 1000])
        try:
            facts_of(damaged)
        except WeightsError as error:
            refused.append(error.message)
        data[at] = before
    assert len(refused) > 30
    assert all(str(damaged) in message for message in refused)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "it is empty"),
        (b"<!DOCTYPE html><html>", "it begins with b'<!DO'"),
        (b"GGUF" + (9).to_bytes(4, "little") + bytes(64), "its version is 9"),
        (b"GGUF" + (3).to_bytes(4, "big") + bytes(64), "big-endian"),
        (b"GGUF" + (3).to_bytes(4, "little") + b"\xff" * 16, "impossible number"),
    ],
)
def test_what_is_no_gguf_is_named(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "x.gguf"
    path.write_bytes(data)
    with pytest.raises(WeightsError) as refused:
        facts_of(path)
    assert said in refused.value.message


def make_checkpoint(folder: Path) -> Path:
    """A folder like that of a checkpoint, in two files of weights."""
    import numpy as np
    from safetensors.numpy import save_file

    folder.mkdir()
    config = {
        "architectures": ["LlamaForCausalLM"],
        "hidden_size": 8,
        "num_hidden_layers": 2,
        "vocab_size": 16,
    }
    config |= {"max_position_embeddings": 512, "torch_dtype": "float16"}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "tokenizer.json").write_text("{}")
    (folder / "tokenizer_config.json").write_text(json.dumps({"chat_template": TEMPLATE}))
    names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    for name in names:
        save_file({f"{name}.w": np.ones((8, 16), np.float16)}, folder / name)
    index = {"weight_map": {f"{name}.w": name for name in names}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    return folder


def test_a_checkpoint_says_what_it_is(tmp_path: Path) -> None:
    facts = facts_of(make_checkpoint(tmp_path / "it"))
    assert (facts.form, facts.architecture, facts.parameters, facts.tensors) == (
        "checkpoint",
        "LlamaForCausalLM",
        256,
        2,
    )
    assert (facts.context, facts.layers, facts.quantization, facts.types) == (512, 2, "float16", {"F16": 2})
    assert facts.template_is == "llama-3"
    assert facts.problems == ()


def test_what_a_checkpoint_lacks_is_said(tmp_path: Path) -> None:
    folder = make_checkpoint(tmp_path / "it")
    shard = folder / "model-00002-of-00002.safetensors"
    whole = shard.read_bytes()
    shard.write_bytes(whole[:-5])
    assert "is cut off: 5 of" in facts_of(folder).problems[0]
    shard.write_bytes(b"<html>" * 20)
    assert "no safetensors file" in facts_of(folder).problems[0]
    shard.unlink()
    assert facts_of(folder).problems == (
        "1 of 2 files of weights is missing: model-00002-of-00002.safetensors",
    )
    (folder / "tokenizer.json").unlink()
    assert "there is no tokenizer.json" in facts_of(folder).problems


@pytest.mark.parametrize("config", ["{", "[]", '"x"', "\xff"])
def test_a_description_that_cannot_be_read_is_an_error(tmp_path: Path, config: str) -> None:
    folder = make_checkpoint(tmp_path / "it")
    (folder / "config.json").write_bytes(config.encode("latin-1"))
    with pytest.raises(WeightsError, match=r"config\.json"):
        facts_of(folder)


def test_a_folder_that_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="is no checkpoint"):
        facts_of(tmp_path)


@pytest.mark.parametrize(
    "header",
    [
        b"[]",
        b"nonsense",
        b'{"w": 3}',
        b'{"w": {"dtype": "F16", "shape": [2], "data_offsets": [0]}}',
        b'{"w": {"dtype": "F16", "shape": [2], "data_offsets": [0, 400]}}',
        b'{"w": {"dtype": "F16", "shape": ["x"], "data_offsets": [0, 4]}}',
    ],
)
def test_a_damaged_head_of_safetensors_is_said(tmp_path: Path, header: bytes) -> None:
    path = tmp_path / "w.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(4))
    _, problem = safetensors_header(path)
    assert problem
