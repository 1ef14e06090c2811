"""Converted files against the original's own code: PyTorch and transformers, where they are installed.

They are the extra `reference` (about 1 GB), so they are skipped where they are missing, except where CI=true.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.tiny_gguf import SPECIALS, TEMPLATE
from tests.weights import checkpoints
from tests.weights.llama_runs import run
from tests.weights.test_converting_computed import LLAMA_3_1, SHAPES, converted, relative, some_ids
from tests.weights.test_quantizing import made

if os.environ.get("CI") != "true":
    pytest.importorskip("torch")
    pytest.importorskip("transformers")

pytestmark = pytest.mark.gguf


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    import torch

    torch.set_num_threads(1)


def logits_of(model: Any, ids: list[int]) -> Any:
    import torch

    with torch.no_grad():
        return model.eval()(torch.tensor([ids])).logits[0].numpy()


@pytest.mark.parametrize("changes", SHAPES.values(), ids=SHAPES)
async def test_logits_are_those_of_transformers(tmp_path: Path, changes: dict[str, Any]) -> None:
    import torch
    from transformers import AutoModelForCausalLM

    checkpoints.write(tmp_path / "small", checkpoints.config(**changes), shards=2)
    model = AutoModelForCausalLM.from_pretrained(tmp_path / "small", dtype=torch.float32)
    plan = await converted(tmp_path / "small", "f32")
    ids = some_ids()
    assert relative(run(plan.target, ids=ids)["logits"], logits_of(model, ids)) < 1e-4


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
async def test_what_transformers_saves_is_converted(tmp_path: Path, dtype: str) -> None:
    """Saved in shards, with its tokenizer, as it is published; computed and read the same."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    torch.manual_seed(0)
    rotary = LLAMA_3_1 | {"rope_theta": 500000.0}
    shape = checkpoints.config(rope_theta=None, architectures=None, model_type=None, rope_parameters=rotary)
    model = LlamaForCausalLM(LlamaConfig(**shape, initializer_range=0.1))
    model.to(getattr(torch, dtype)).save_pretrained(tmp_path / "small", max_shard_size="100KB")
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=checkpoints.trained(),
        bos_token=SPECIALS[0],
        eos_token="<|eot_id|>",
        pad_token=SPECIALS[-1],
        chat_template=TEMPLATE,
    )
    tokenizer.save_pretrained(tmp_path / "small")
    assert len(list((tmp_path / "small").glob("*.safetensors"))) > 2
    own = await converted(tmp_path / "small")
    assert own.kind == {"float32": "f32", "bfloat16": "bf16", "float16": "f16"}[dtype]
    plan = await converted(tmp_path / "small", "f32", force=True)
    ids, texts = some_ids(), checkpoints.texts(1000, seed=7)
    result = run(plan.target, ids=ids, texts=texts)
    model = LlamaForCausalLM.from_pretrained(tmp_path / "small", dtype=torch.float32)
    assert relative(result["logits"], logits_of(model, ids)) < 1e-4
    wanted = [tokenizer.encode(text, add_special_tokens=False) for text in texts]
    assert [text for text, a, b in zip(texts, result["tokens"], wanted, strict=True) if a != b] == []
    assert result["metadata"]["tokenizer.chat_template"] == tokenizer.chat_template
    for kind in ("Q8_0", "Q4_K_M"):
        smaller, _ = await made(plan.target, kind, tmp_path)
        assert len(run(smaller.target, ids=ids[:20], generate=6)["generated"]) == 6
