"""What a converted file computes and how it reads text, in the real llama.cpp, against independent references."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codesteer_tui.weights.converting import Plan, convert, plan_conversion
from tests.weights import checkpoints
from tests.weights.llama_runs import run

pytestmark = pytest.mark.gguf

LLAMA_3_1 = {
    "rope_type": "llama3",
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
}
SHAPES: dict[str, dict[str, Any]] = {
    "grouped queries": {},
    "one key for each query, tied, wide heads": {
        "num_key_value_heads": None,
        "head_dim": 32,
        "tie_word_embeddings": True,
    },
    "Llama 3.1's rotary scaling": {"rope_scaling": LLAMA_3_1},
    "the same as newer files say it": {
        "rope_theta": None,
        "rope_parameters": LLAMA_3_1 | {"rope_theta": 250000.0},
    },
    "linear scaling": {"rope_scaling": {"type": "linear", "factor": 4.0}, "rope_theta": 10000.0},
    "biases": {"attention_bias": True, "mlp_bias": True},
    "Mistral": {"architectures": ["MistralForCausalLM"], "model_type": "mistral", "sliding_window": None},
}


async def converted(folder: Path, kind: Any = None, **options: Any) -> Plan:
    plan = plan_conversion(folder, kind, **options)
    async for _ in convert(plan):
        pass
    return plan


def some_ids(count: int = 300) -> list[int]:
    rng = random.Random(3)
    return [rng.randrange(1500) for _ in range(count)]


def relative(got: Any, wanted: Any) -> float:
    return float(np.abs(got - wanted).max() / np.abs(wanted).max())


@pytest.mark.parametrize("changes", SHAPES.values(), ids=SHAPES)
async def test_logits_are_those_of_the_definitions(tmp_path: Path, changes: dict[str, Any]) -> None:
    shape = checkpoints.config(**changes)
    tensors = checkpoints.write(tmp_path / "small", shape, shards=3)
    plan = await converted(tmp_path / "small", "f32")
    ids = some_ids()
    logits = run(plan.target, ids=ids)["logits"]
    assert relative(logits, checkpoints.forward(shape, tensors, ids)) < 1e-4


async def test_the_reference_notices_a_wrong_order_of_rows(tmp_path: Path) -> None:
    """What the tests above would show if rows of queries and keys were not reordered, so that they mean something."""
    shape = checkpoints.config()
    tensors = checkpoints.write(tmp_path / "small", shape)
    plan = await converted(tmp_path / "small", "f32")
    rotated = {
        name: values.reshape(-1, 2, values.shape[0] // 2, values.shape[1])
        .swapaxes(1, 2)
        .reshape(values.shape)
        if ".q_proj." in name
        else values
        for name, values in tensors.items()
    }
    ids = some_ids(50)
    logits = run(plan.target, ids=ids)["logits"]
    assert relative(logits, checkpoints.forward(shape, rotated, ids)) > 1e-2


@pytest.mark.parametrize("split", checkpoints.SPLITS)
async def test_text_is_read_as_the_tokenizer_reads_it(tmp_path: Path, split: str) -> None:
    checkpoints.write(tmp_path / "small", split=split)
    plan = await converted(tmp_path / "small", "q8_0")
    assert plan.vocabulary.pre == split
    texts = checkpoints.texts(1000)
    tokens = run(plan.target, texts=texts)["tokens"]
    tokenizer = checkpoints.trained(split)
    wanted = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
    different = [text for text, a, b in zip(texts, tokens, wanted, strict=True) if a != b]
    assert different == []


@pytest.mark.parametrize(
    ("kind", "tolerance"), [("f16", 2e-3), ("bf16", 2e-2), ("q8_0", 0.1)], ids=["f16", "bf16", "q8_0"]
)
async def test_smaller_types_compute_nearly_the_same(tmp_path: Path, kind: str, tolerance: float) -> None:
    shape = checkpoints.config()
    tensors = checkpoints.write(tmp_path / "small", shape)
    plan = await converted(tmp_path / "small", kind)
    ids = some_ids(100)
    assert relative(run(plan.target, ids=ids)["logits"], checkpoints.forward(shape, tensors, ids)) < tolerance


async def test_a_converted_file_generates_and_knows_its_conversation(tmp_path: Path) -> None:
    checkpoints.write(tmp_path / "small", kind="BF16")
    plan = await converted(tmp_path / "small")
    assert plan.kind == "bf16"
    result = run(plan.target, ids=some_ids(20), generate=8)
    assert len(result["generated"]) == 8
    said = result["metadata"]
    assert said["tokenizer.chat_template"] == checkpoints.TEMPLATE
    eot = checkpoints.trained().token_to_id("<|eot_id|>")
    assert said["tokenizer.ggml.eos_token_id"] == said["tokenizer.ggml.eot_token_id"] == str(eot)
