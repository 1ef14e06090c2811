"""What a converted file holds and says about itself, read back without llama.cpp."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest

from codesteer_tui.weights.converting import About, Plan, convert, plan_conversion
from codesteer_tui.weights.store import PulledFile, Record, write_record
from tests.tiny_gguf import SPECIALS
from tests.weights import checkpoints
from tests.weights.checkpoints import bf16, config, trained, write


async def converted(folder: Path, kind: Any = None, **options: Any) -> tuple[Plan, gguf.GGUFReader]:
    plan = plan_conversion(folder, kind, **options)
    async for _ in convert(plan):
        pass
    return plan, gguf.GGUFReader(plan.target)


def value(reader: gguf.GGUFReader, key: str) -> Any:
    field = reader.get_field(key)
    return None if field is None else field.contents()


def ids_of(reader: gguf.GGUFReader) -> dict[str, int]:
    names = {"bos": "bos", "eos": "eos", "eot": "eot", "eom": "eom", "padding": "pad", "unknown": "unk"}
    found = {short: value(reader, f"tokenizer.ggml.{long}_token_id") for long, short in names.items()}
    return {name: number for name, number in found.items() if number is not None}


def change(path: Path, **changes: Any) -> None:
    said = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps({k: v for k, v in (said | changes).items() if v is not None}))


@pytest.mark.parametrize(("kind", "width"), [("F32", 4), ("F16", 2), ("BF16", 2)])
async def test_numbers_stay_as_they_are_to_the_bit(tmp_path: Path, kind: str, width: int) -> None:
    """Of rows that need no reordering; the others are what the computed logits show."""
    found = write(tmp_path / "small", kind=kind)
    plan, reader = await converted(tmp_path / "small")
    assert plan.kind == kind.lower()
    tensors = {each.name: each for each in reader.tensors}
    for name, source in (
        ("token_embd.weight", "model.embed_tokens.weight"),
        ("blk.1.ffn_down.weight", "model.layers.1.mlp.down_proj.weight"),
        ("blk.0.attn_v.weight", "model.layers.0.self_attn.v_proj.weight"),
        ("output.weight", "lm_head.weight"),
    ):
        encode = {"F32": lambda v: v, "F16": lambda v: v.astype(np.float16), "BF16": bf16}[kind]
        assert tensors[name].data.tobytes() == encode(found[source]).tobytes()
        assert tensors[name].tensor_type.name == kind
    norm = tensors["output_norm.weight"]
    assert norm.tensor_type.name == "F32"
    assert np.abs(norm.data - found["model.norm.weight"]).max() < 0.01
    assert plan.target.stat().st_size == pytest.approx(plan.size, rel=0.2)


async def test_slices_do_not_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from codesteer_tui.weights import converting_numbers

    write(tmp_path / "small")
    whole, _ = await converted(tmp_path / "small", "q8_0", target=tmp_path / "whole.gguf")
    monkeypatch.setattr(converting_numbers, "SLICE_NUMBERS", 1000)
    sliced, _ = await converted(tmp_path / "small", "q8_0", target=tmp_path / "sliced.gguf")
    assert whole.target.read_bytes() == sliced.target.read_bytes()


async def test_progress_only_grows_and_ends_with_all_of_it(tmp_path: Path) -> None:
    write(tmp_path / "small")
    seen = [progress async for progress in convert(plan_conversion(tmp_path / "small"))]
    assert [each.done for each in seen] == sorted(each.done for each in seen)
    assert seen[-1].done == seen[-1].total == sum(v.size * 4 for v in checkpoints.weights(config()).values())
    assert len({each.what for each in seen}) == len(checkpoints.weights(config()))


async def test_rows_that_do_not_fit_blocks_stay_f16_and_that_is_said(tmp_path: Path) -> None:
    write(tmp_path / "small", config(intermediate_size=100))
    plan, reader = await converted(tmp_path / "small", "q8_0")
    kinds = {each.name: each.tensor_type.name for each in reader.tensors}
    assert kinds["blk.0.ffn_down.weight"] == kinds["blk.1.ffn_down.weight"] == "F16"
    assert kinds["blk.0.ffn_up.weight"] == "Q8_0"
    assert any("2 of the matrices are kept as f16" in note and "with 100" in note for note in plan.notes)
    assert value(reader, "general.quantization_version") == 2


async def test_tied_embeddings_are_stored_once(tmp_path: Path) -> None:
    shape = config(tie_word_embeddings=True)
    found = checkpoints.weights(shape)
    found["lm_head.weight"] = found["model.embed_tokens.weight"]
    found["model.layers.0.self_attn.rotary_emb.inv_freq"] = np.ones(8, np.float32)
    write(tmp_path / "small", shape, tensors=found)
    _, reader = await converted(tmp_path / "small")
    assert "output.weight" not in {each.name for each in reader.tensors}


async def test_tokens_keep_their_kinds_and_rows_without_one_are_unused(tmp_path: Path) -> None:
    write(tmp_path / "small")
    _, reader = await converted(tmp_path / "small", "q8_0")
    texts, kinds = value(reader, "tokenizer.ggml.tokens"), value(reader, "tokenizer.ggml.token_type")
    assert len(texts) == len(kinds) == 1600
    assert len(set(texts)) == 1600
    assert {texts[i] for i, kind in enumerate(kinds) if kind == gguf.TokenType.CONTROL} == set(SPECIALS)
    assert {texts[i] for i, kind in enumerate(kinds) if kind == gguf.TokenType.USER_DEFINED} == {"<tool>"}
    assert kinds.count(gguf.TokenType.UNUSED) == 1600 - trained().get_vocab_size()
    eot = trained().token_to_id("<|eot_id|>")
    assert ids_of(reader) == {
        "bos": trained().token_to_id(SPECIALS[0]),
        "eos": eot,
        "eot": eot,
        "pad": trained().token_to_id(SPECIALS[-1]),
    }


async def test_an_end_that_only_the_model_names_is_kept_beside_the_tokenizers(tmp_path: Path) -> None:
    write(tmp_path / "small")
    end = trained().token_to_id("<|end_of_text|>")
    change(tmp_path / "small" / "tokenizer_config.json", eos_token=None, pad_token=None)
    change(tmp_path / "small" / "generation_config.json", eos_token_id=[end, 7], pad_token_id=5)
    change(tmp_path / "small" / "config.json", eos_token_id=9, bos_token_id=3)
    _, reader = await converted(tmp_path / "small", "q8_0")
    found = ids_of(reader)
    assert (found["eos"], found["pad"]) == (end, 5)
    assert found["bos"] == trained().token_to_id(SPECIALS[0])


@pytest.mark.parametrize("wrapped", [True, False])
async def test_a_bos_is_added_where_the_tokenizer_adds_one(tmp_path: Path, wrapped: bool) -> None:
    write(tmp_path / "small")
    if wrapped:
        first = {"SpecialToken": {"id": SPECIALS[0], "type_id": 0}}
        single = [first, {"Sequence": {"id": "A", "type_id": 0}}]
        post = {"type": "TemplateProcessing", "single": single, "pair": [], "special_tokens": {}}
        levels = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False, "use_regex": True}
        change(
            tmp_path / "small" / "tokenizer.json",
            post_processor={"type": "Sequence", "processors": [levels, post]},
        )
    _, reader = await converted(tmp_path / "small", "q8_0")
    assert value(reader, "tokenizer.ggml.add_bos_token") is wrapped
    assert value(reader, "tokenizer.ggml.add_eos_token") is False


async def test_templates_by_name_and_a_file_of_its_own_counts_more(tmp_path: Path) -> None:
    write(tmp_path / "small")
    named = [{"name": "default", "template": "old"}, {"name": "tool_use", "template": "tools"}]
    change(tmp_path / "small" / "tokenizer_config.json", chat_template=named)
    (tmp_path / "small" / "chat_template.jinja").write_text("new {{ messages }}")
    _, reader = await converted(tmp_path / "small", "q8_0")
    assert value(reader, "tokenizer.chat_template") == "new {{ messages }}"
    assert value(reader, "tokenizer.chat_template.tool_use") == "tools"


async def test_a_missing_template_is_said(tmp_path: Path) -> None:
    write(tmp_path / "small")
    change(tmp_path / "small" / "tokenizer_config.json", chat_template=None)
    plan, reader = await converted(tmp_path / "small", "q8_0")
    assert value(reader, "tokenizer.chat_template") is None
    assert any("no conversation without one" in note for note in plan.notes)
    (tmp_path / "small" / "chat_template.jinja").write_text("{{ messages }}")
    again = plan_conversion(tmp_path / "small", force=True)
    assert not any("chat template" in note for note in again.notes)


async def test_rules_that_are_not_recognised_can_be_named(tmp_path: Path) -> None:
    write(tmp_path / "small")
    change(tmp_path / "small" / "tokenizer.json", normalizer={"type": "NFC"})
    plan, reader = await converted(tmp_path / "small", "q8_0", pre="llama-bpe")
    assert value(reader, "tokenizer.ggml.pre") == "llama-bpe"
    assert any("changes text before splitting it (NFC)" in note for note in plan.notes)


async def test_a_sliding_window_bounds_the_context(tmp_path: Path) -> None:
    write(
        tmp_path / "small",
        config(architectures=["MistralForCausalLM"], model_type="mistral", sliding_window=256),
    )
    plan, reader = await converted(tmp_path / "small", "q8_0")
    assert value(reader, "llama.context_length") == 256
    assert any("slides over 256 tokens" in note for note in plan.notes)


def test_only_mistral_has_a_window(tmp_path: Path) -> None:
    write(tmp_path / "small", config(sliding_window=256))
    assert plan_conversion(tmp_path / "small").config.context == 512


def test_tokens_that_swallow_blanks_are_noted(tmp_path: Path) -> None:
    write(tmp_path / "small")
    path = tmp_path / "small" / "tokenizer.json"
    added = json.loads(path.read_text())["added_tokens"]
    added[-1]["lstrip"] = True
    change(path, added_tokens=added)
    assert any("such as <tool>; llama.cpp" in note for note in plan_conversion(tmp_path / "small").notes)


def test_nothing_is_put_into_the_hubs_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "models--someone--Small-v1" / "snapshots" / "abc"
    write(folder)
    monkeypatch.chdir(tmp_path)
    assert plan_conversion(folder).target == tmp_path / "Small-v1-F32.gguf"


async def test_name_licence_and_source_are_kept(tmp_path: Path) -> None:
    """From the card and the place in the hub's cache, from the record of a pull, or as the person says."""
    folder = tmp_path / "models--someone--Small-v1" / "snapshots" / "abc"
    write(folder)
    (folder / "README.md").write_text(
        "---\nlicense: other\nlicense_name: tiny-licence\nbase_model:\n- someone/base\n---\n# x"
    )
    plan, reader = await converted(folder, target=tmp_path)
    assert plan.target == tmp_path / "Small-v1-F32.gguf"
    assert value(reader, "general.name") == "Small-v1"
    assert value(reader, "general.license") == "tiny-licence"
    assert value(reader, "general.source.url") == "someone/Small-v1"
    assert value(reader, "general.base_model.0.name") == "someone/base"
    said = About(name="Mine", licence="MIT", source="me/mine")
    _, reader = await converted(folder, target=tmp_path, about=said)
    assert [value(reader, f"general.{key}") for key in ("name", "license", "source.url")] == [
        "Mine",
        "MIT",
        "me/mine",
    ]
    pulled = tmp_path / "Other"
    write(pulled, config(_name_or_path="meta/what-was-tuned"))
    assert plan_conversion(pulled).about == About("Other")
    record = Record(
        repo="them/Other", commit="c", host="h", licence="cc", files=(PulledFile("config.json", 1),)
    )
    write_record(pulled, record)
    assert plan_conversion(pulled, force=True).about == About("Other", "cc", "them/Other")
