"""What the configuration says of local weights reaches llama.cpp, and llama.cpp computes with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from codesteer_tui.config import Provider
from codesteer_tui.errors import WeightsError
from codesteer_tui.providers import Sampling
from codesteer_tui.providers.llama import wire
from codesteer_tui.providers.llama.devices import usual_threads
from codesteer_tui.providers.llama.model import LlamaCppModel
from codesteer_tui.providers.llama.process import Worker
from codesteer_tui.providers.opening import Choice, open_model, worker_log
from tests.providers.test_llama_cpp import say

pytestmark = pytest.mark.gguf

QUESTION = "all work and no play " * 20
USUAL = wire.Talk(8192, usual_threads(), 256, 256, "auto", "f16")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[wire.Load]:
    """What every worker was asked to load, and how."""
    loads: list[wire.Load] = []
    start = Worker.start.__func__  # type: ignore[attr-defined]

    async def noting(cls: type[Worker], load: wire.Load, log_path: Path | None) -> Worker:
        loads.append(load)
        worker: Worker = await start(cls, load, log_path)
        return worker

    monkeypatch.setattr(Worker, "start", classmethod(noting))
    return loads


async def answered(path: Path, **settings: Any) -> str:
    """What weights with these settings answer."""
    provider = Provider(kind="llama_cpp", model=str(path), **settings)
    model = open_model(Choice("local", provider, str(path), "", "steerer"))
    assert isinstance(model, LlamaCppModel)
    try:
        text, end = await say(model, QUESTION, options=Sampling(max_tokens=8))
    finally:
        await model.aclose()
    assert end.usage.output_tokens == 8
    return text


def own_words() -> str:
    """What llama.cpp has written to its log, with single spaces."""
    return " ".join(worker_log().read_text(encoding="utf-8").split())


async def test_what_nobody_sets_is_chosen(random_gguf: Path, asked: list[wire.Load]) -> None:
    await answered(random_gguf)
    assert asked == [wire.Load(str(random_gguf), USUAL, None, mmap=False)]
    said = own_words()
    assert all(words in said for words in ("n_ctx = 8192", "n_batch = 256", "n_ubatch = 256", "K (f16)"))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"context_tokens": 1024}, "n_ctx = 1024"),
        ({"batch_tokens": 32}, "n_batch = 32"),
        ({"ubatch_tokens": 16}, "n_ubatch = 16"),
        ({"flash_attention": "on"}, "flash_attn = enabled"),
        ({"flash_attention": "off", "gpu_layers": 0}, "flash_attn = disabled"),
        ({"kv_type": "f32"}, "K (f32)"),
        ({"kv_type": "q8_0"}, "K (q8_0)"),
    ],
    ids=str,
)
async def test_what_is_set_is_what_llama_cpp_says_that_it_does(
    random_gguf: Path, settings: dict[str, Any], words: str
) -> None:
    await answered(random_gguf, **settings)
    assert words in own_words()


async def test_threads_can_be_set(random_gguf: Path, asked: list[wire.Load]) -> None:
    await answered(random_gguf, threads=2)
    assert asked[0].talk.n_threads == 2


async def test_how_weights_are_loaded_can_be_set(random_gguf: Path, asked: list[wire.Load]) -> None:
    usually = await answered(random_gguf)
    assert await answered(random_gguf, mmap=True, gpu_layers=0) == usually
    assert (asked[1].mmap, asked[1].gpu_layers) == (True, 0)


async def test_settings_that_llama_cpp_refuses_are_named(random_gguf: Path) -> None:
    with pytest.raises(WeightsError, match="requires flash_attn") as refused:
        await answered(random_gguf, kv_type="q8_0", flash_attention="off")
    assert refused.value.message.startswith("No conversation can be begun: llama.cpp refuses")
    assert "no room" not in refused.value.message
    assert "kv_type and flash_attention" in refused.value.remedy
