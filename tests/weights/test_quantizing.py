"""Quantizing by the real llama.cpp: what comes out loads and generates; what cannot be done says why."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections import Counter, namedtuple
from pathlib import Path
from typing import Any

import gguf
import pytest

from codesteer_tui.errors import ConfigError, WeightsError
from codesteer_tui.providers.llama.gguf_reading import read_head
from codesteer_tui.weights.converting import convert, plan_conversion
from codesteer_tui.weights.converting_files import Progress
from codesteer_tui.weights.quantizing import (
    NEED_A_MATRIX,
    TYPES,
    QuantizePlan,
    fallbacks,
    plan_quantization,
    quantize,
)
from tests import tiny_gguf
from tests.weights import checkpoints
from tests.weights.llama_runs import run

pytestmark = pytest.mark.gguf

SLOW = "IQ3_S"
"""A type that takes llama.cpp seconds for the file of `slow`."""


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A converted checkpoint whose rows fit the large blocks."""
    folder = tmp_path_factory.mktemp("wide")
    checkpoints.write(
        folder / "wide", checkpoints.config(hidden_size=256, intermediate_size=512), kind="BF16"
    )
    plan = plan_conversion(folder / "wide")

    async def go() -> None:
        async for _ in convert(plan):
            pass

    asyncio.run(go())
    return plan.target


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_gguf.make(tmp_path_factory.mktemp("slow") / "slow.gguf", layers=20)


async def made(source: Path, kind: str, target: Path, **options: Any) -> tuple[QuantizePlan, list[Progress]]:
    plan = plan_quantization(source, kind, target=target, threads=1, **options)
    return plan, [progress async for progress in quantize(plan)]


def kinds(path: Path) -> Counter[str]:
    return Counter(
        gguf.GGMLQuantizationType(t.type).name for t in read_head(path).tensors if len(t.shape) > 1
    )


@pytest.mark.parametrize(
    ("kind", "wanted"), [("Q8_0", {"Q8_0"}), ("q4_k_m", {"Q4_K", "Q6_K"})], ids=["Q8_0", "Q4_K_M"]
)
async def test_what_comes_out_loads_and_generates(
    tmp_path: Path, wide: Path, kind: str, wanted: set[str]
) -> None:
    plan, seen = await made(wide, kind, tmp_path)
    assert plan.target == tmp_path / f"wide-{kind.upper()}.gguf"
    assert set(kinds(plan.target)) == wanted
    assert fallbacks(read_head(plan.target), plan.kind) == ""
    assert len(run(plan.target, ids=[1, 2, 3], generate=6)["generated"]) == 6
    tensors = [each.name for each in read_head(wide).tensors]
    assert {each.what for each in seen} == set(tensors)
    assert [each.done for each in seen] == list(range(len(tensors)))
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == [f".{plan.target.name}.codesteer.json", plan.target.name], "the file and its hash"
    before, after = read_head(wide), read_head(plan.target)
    assert before.text("tokenizer.chat_template") == after.text("tokenizer.chat_template") != ""


async def test_what_falls_back_is_said(tmp_path: Path) -> None:
    checkpoints.write(tmp_path / "small", checkpoints.config(intermediate_size=100))
    plan = plan_conversion(tmp_path / "small")
    async for _ in convert(plan):
        pass
    done, _ = await made(plan.target, "Q4_K_M", tmp_path)
    found = kinds(done.target)
    said = fallbacks(read_head(done.target), "Q4_K_M")
    assert said.startswith(
        "16 of 16 matrices have rows whose length is no multiple of 256, which Q4_K_M needs"
    )
    for name, count in found.items():
        assert f"{count} as {name}" in said
    assert found["F32"] + found["F16"] == 2  # rows of 100 fit no block at all
    done, _ = await made(plan.target, "Q8_0", tmp_path)
    assert fallbacks(read_head(done.target), "Q8_0").startswith("2 of 16 matrices")


def test_the_types_have_llama_cpps_numbers() -> None:
    known = {each.name.partition("_")[2]: int(each) for each in gguf.LlamaFileType}
    assert {name: known[name] for name in TYPES} == TYPES
    assert set(NEED_A_MATRIX) <= set(known)
    assert not set(NEED_A_MATRIX) & set(TYPES)


@pytest.mark.parametrize("kind", NEED_A_MATRIX[:2])
async def test_llama_cpps_own_refusal_is_passed_on(
    tmp_path: Path, wide: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Types that want a matrix are refused before; and were one not known to want it, its words would be shown."""
    with pytest.raises(ConfigError, match=f"{kind} needs an importance matrix"):
        plan_quantization(wide, kind, target=tmp_path)
    monkeypatch.setitem(TYPES, kind, int(gguf.LlamaFileType[f"MOSTLY_{kind}"]))
    with pytest.raises(WeightsError, match=r"failed while it quantized .* requires an im"):
        await made(wide, kind, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_done_is_said_before(tmp_path: Path, wide: Path) -> None:
    with pytest.raises(ConfigError, match="There is no type 'Q9'") as raised:
        plan_quantization(wide, "Q9")
    assert "Q4_K_M" in raised.value.remedy
    short = tmp_path / "short.gguf"
    short.write_bytes(wide.read_bytes()[:-50_000])
    with pytest.raises(WeightsError, match=r"short\.gguf is cut off: it has \d+ of \d+ bytes"):
        plan_quantization(short, "Q8_0")
    page = tmp_path / "page.gguf"
    page.write_text("<html>")
    with pytest.raises(WeightsError, match="is not a usable GGUF file"):
        plan_quantization(page, "Q8_0")
    with pytest.raises(WeightsError, match="There is no file"):
        plan_quantization(tmp_path / "none.gguf", "Q8_0")
    with pytest.raises(ConfigError, match="a checkpoint, and only a GGUF"):
        plan_quantization(tmp_path, "Q8_0")
    with pytest.raises(ConfigError, match="which it would be made from"):
        plan_quantization(wide, "Q8_0", target=wide, force=True)
    (tmp_path / "there.gguf").write_text("mine")
    with pytest.raises(ConfigError, match="is there already"):
        plan_quantization(wide, "Q8_0", target=tmp_path / "there.gguf")


async def test_weights_that_are_split_come_out_as_one(tmp_path: Path, wide: Path) -> None:
    reader = gguf.GGUFReader(wide)
    writer = gguf.GGUFWriter(tmp_path / "wide", "llama", split_max_tensors=10)
    for each in reader.fields.values():
        if not each.name.startswith("GGUF.") and each.name != "general.architecture":
            kind = each.types[0]
            inner = each.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
            writer.add_key_value(each.name, each.contents(), kind, inner)
    for tensor in reader.tensors:
        writer.add_tensor(tensor.name, tensor.data, raw_dtype=tensor.tensor_type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    first, second, *_ = parts = sorted(tmp_path.iterdir())
    assert len(parts) > 1
    plan, _ = await made(first, "Q8_0", tmp_path)
    assert plan.target.name == "wide-Q8_0.gguf"
    assert len(read_head(plan.target).tensors) == len(reader.tensors)
    with pytest.raises(ConfigError, match="a later part of split weights"):
        plan_quantization(second, "Q8_0")
    with pytest.raises(ConfigError, match="which it would be made from"):
        plan_quantization(first, "Q4_0", target=second, force=True)
    second.unlink()
    with pytest.raises(WeightsError, match=r"There is no file .*-00002-of-"):
        plan_quantization(first, "Q4_0")


async def test_quantizing_twice_needs_a_word(tmp_path: Path, wide: Path) -> None:
    plan, _ = await made(wide, "Q8_0", tmp_path)
    with pytest.raises(WeightsError, match=r"is quantized already \(Q8_0\)") as raised:
        plan_quantization(plan.target, "Q4_0")
    assert "--requantize" in raised.value.remedy
    again, _ = await made(plan.target, "Q4_0", tmp_path, requantize=True)
    assert again.target.name == "wide-Q4_0.gguf"
    assert "Q4_0" in kinds(again.target)


async def test_what_llama_cpp_does_not_know_is_not_said_to_work_in_another_type(
    tmp_path: Path, wide: Path
) -> None:
    strange = tmp_path / "strange.gguf"
    strange.write_bytes(wide.read_bytes().replace(b"llama", b"zzama"))
    with pytest.raises(WeightsError, match="zzama") as raised:
        await made(strange, "Q8_0", tmp_path)
    assert "Q8_0" not in raised.value.remedy
    assert "a newer llama-cpp-python" in raised.value.remedy


async def test_a_disk_without_room_is_said_before(
    tmp_path: Path, wide: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = namedtuple("room", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: room(10**9, 10**9 - 9, 9))
    with pytest.raises(WeightsError, match=r"will have \d+ MB, and .* has 0 MB free"):
        await made(wide, "Q8_0", tmp_path)
    assert list(tmp_path.iterdir()) == []


def children() -> list[int]:
    found: list[int] = []
    for task in Path("/proc/self/task").iterdir():
        found += map(int, (task / "children").read_text().split())
    return found


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="looks for the child in /proc")
async def test_a_child_that_is_killed_ends_in_an_error(tmp_path: Path, slow: Path) -> None:
    before = children()
    work = quantize(plan_quantization(slow, SLOW, target=tmp_path, threads=1))
    await anext(work)
    for child in set(children()) - set(before):
        os.kill(child, signal.SIGKILL)

    async def the_rest() -> None:
        async for _ in work:
            pass

    with pytest.raises(WeightsError, match="was ended by signal 9 while it quantized") as raised:
        await the_rest()
    assert "memory" in raised.value.remedy
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="looks for the child in /proc")
async def test_stopping_in_the_middle_ends_the_child_and_leaves_nothing(tmp_path: Path, slow: Path) -> None:
    before = children()
    work = quantize(plan_quantization(slow, SLOW, target=tmp_path, threads=1))
    await anext(work)
    assert set(children()) - set(before)
    await work.aclose()
    assert set(children()) <= set(before)
    assert list(tmp_path.iterdir()) == []


async def test_the_folder_that_one_works_in_does_not_lend_the_child_its_modules(
    tmp_path: Path, wide: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("llama_cpp", "msgspec", "ctypes"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(f'{__name__} is somebody else')")
    monkeypatch.chdir(tmp_path)
    plan, _ = await made(wide, "Q8_0", tmp_path)
    assert plan.target.exists()
