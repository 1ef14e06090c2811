"""What is said of where local weights run and how fast they were, on machines that the tests do not have too."""

from __future__ import annotations

import pytest

from codesteer_tui.providers import Completed, Remark
from codesteer_tui.providers.llama import wire
from codesteer_tui.providers.llama.telling import brief_device, device_words, ending, where

GIB = 1 << 30
CPU = wire.Device("CPU", "An honest processor ", "cpu")
GPU = wire.Device("CUDA0", "A large card", "gpu", 70 * GIB, 80 * GIB)
OTHER = wire.Device("CUDA1", "Another card", "gpu", 20 * GIB, 24 * GIB)
TALK = wire.Talk(8192, 3)


def loaded(gpu_layers: int, *devices: wire.Device) -> wire.Loaded:
    return wire.Loaded("it", 33, gpu_layers, 5 * GIB, True, (CPU, *devices), 1.25)


@pytest.mark.parametrize(
    ("weights", "short", "brief", "long"),
    [
        (loaded(0, GPU), "on the CPU", "CPU 3 threads", "on the CPU (An honest processor), 3 threads; "),
        (
            loaded(33, GPU),
            "33 of 33 layers on CUDA0",
            "CUDA0",
            "33 of 33 layers on CUDA0 (A large card, 70.0 GiB of 80.0 GiB free), 3 threads; ",
        ),
        (
            loaded(20, GPU),
            "20 of 33 layers on CUDA0",
            "CUDA0 20/33 layers",
            "20 of 33 layers on CUDA0 (A large card, 70.0 GiB of 80.0 GiB free), 3 threads; ",
        ),
        (
            loaded(33, GPU, OTHER),
            "33 of 33 layers on CUDA0, CUDA1",
            "2 GPUs",
            "33 of 33 layers on CUDA0, CUDA1 (A large card, 70.0 GiB of 80.0 GiB free; "
            "Another card, 20.0 GiB of 24.0 GiB free), 3 threads; ",
        ),
        (loaded(33), "33 of 33 layers on a GPU", "GPU", "33 of 33 layers on a GPU, 3 threads; "),
    ],
    ids=["CPU", "GPU", "part", "two GPUs", "a GPU without a name"],
)
def test_the_device_its_layers_and_the_memory_are_told(
    weights: wire.Loaded, short: str, brief: str, long: str
) -> None:
    assert where(weights) == short
    assert brief_device(weights, TALK) == brief
    words = device_words(weights, wire.Opened(1, 8192, GIB), TALK, 0)
    assert words == f"{long}weights 5.0 GiB, context 8,192 tokens in 1.0 GiB; loaded in 1.2 s"


def test_the_speeds_of_reading_and_writing_are_told_and_what_was_not_read_again() -> None:
    done = wire.Done(1, "stop", 1000, 50, 7, 200, read_s=0.5, write_s=2.0)
    speed, end = ending(done, 8192, 8192)
    assert isinstance(speed, Remark)
    assert speed.text == "read 200 of 1,000 prompt tokens at 400 tokens/s, wrote 50 at 25.0 tokens/s"
    assert speed.brief == "25.0 tok/s"
    assert isinstance(end, Completed)
    assert (end.usage.cached_tokens, end.usage.reasoning_tokens) == (800, 7)
