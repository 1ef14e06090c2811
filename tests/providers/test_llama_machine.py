"""What is asked of the machine before weights are loaded: memory, cores, and a GPU that lies idle."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from gguf import GGUFWriter

from codesteer_tui.providers.llama import memory
from codesteer_tui.providers.llama.devices import (
    can_offload,
    cores,
    gpu_here,
    install_command,
    unused_gpu,
    usual_threads,
)
from codesteer_tui.providers.llama.engine import Log
from codesteer_tui.providers.llama.gguf_header import GgufHeader, read_header, size_on_disk
from codesteer_tui.providers.llama.gguf_reading import read_head
from codesteer_tui.providers.llama.parts import is_later_part, parts_of, stem_of
from codesteer_tui.weights.facts import kv_bytes_per_token
from tests.tiny_gguf import make

GIB = 1 << 30
LLAMA_8B = GgufHeader(3, "llama", 8192, "8B", 32 * 8 * (128 + 128))


def put(root: Path, path: str, text: str = "") -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_the_cache_of_an_8b_llama_takes_a_gib_for_8192_tokens() -> None:
    assert memory.kv_bytes(LLAMA_8B, 8192, "f16") == GIB
    assert memory.kv_bytes(LLAMA_8B, 8000, "f16") == GIB  # llama.cpp rounds up
    assert memory.kv_bytes(LLAMA_8B, 8192, "f32") == 2 * GIB
    assert memory.kv_bytes(LLAMA_8B, 8192, "q8_0") == GIB * 34 // 64


def test_the_header_of_a_file_tells_the_size_of_its_cache(tmp_path: Path) -> None:
    header = read_header(make(tmp_path / "m.gguf", layers=3))
    assert header.kv_values == 3 * 2 * (64 + 64)
    assert memory.kv_bytes(GgufHeader(3, "mamba", 0), 8192, "f16") == 0


def test_the_cache_of_weights_whose_layers_differ_is_that_of_those_that_have_one(tmp_path: Path) -> None:
    writer = GGUFWriter(tmp_path / "m.gguf", "llama")
    writer.add_block_count(4)
    writer.add_embedding_length(512)
    writer.add_head_count(8)
    writer.add_head_count_kv([0, 2, 0, 2])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    assert read_header(tmp_path / "m.gguf").kv_values == (2 + 2) * (64 + 64)
    assert kv_bytes_per_token(read_head(tmp_path / "m.gguf")) == 2 * (2 + 2) * (64 + 64)


def test_a_file_in_parts_is_as_large_as_all_of_them(tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / f"m-{number:05}-of-00003.gguf").write_bytes(b"x" * 100 * number)
    assert size_on_disk(tmp_path / "m-00001-of-00003.gguf") == 300
    (tmp_path / "m.gguf").write_bytes(b"x" * 7)
    assert size_on_disk(tmp_path / "m.gguf") == 7


@pytest.mark.parametrize("name", ["m-00002-of-00000.gguf", "m-00003-of-00002.gguf", "m-00000-of-00002.gguf"])
def test_a_name_that_counts_beyond_its_end_is_that_of_a_file_by_itself(name: str) -> None:
    assert parts_of(Path(name)) == [Path(name)]
    assert not is_later_part(name)
    assert stem_of(Path(name)) == name.removesuffix(".gguf")


def test_the_parts_of_a_split_file_are_called_as_it_is() -> None:
    names = [path.name for path in parts_of(Path("dir/M-00002-of-00003.GGUF"))]
    assert names == ["M-00001-of-00003.GGUF", "M-00002-of-00003.GGUF", "M-00003-of-00003.GGUF"]
    assert [is_later_part(name) for name in names] == [False, True, True]
    assert stem_of(Path(names[1])) == "M"


@pytest.mark.parametrize(
    ("room", "fits"), [(6 * GIB, True), (5 * GIB, False), (0, True)], ids=["enough", "too little", "unknown"]
)
def test_weights_and_conversation_have_to_fit_together(room: int, fits: bool) -> None:
    refused = memory.refusal(int(4.6 * GIB), GIB, 8192, room)
    assert (refused is None) == fits


def test_a_refusal_names_the_sizes_and_a_context_that_fits() -> None:
    refused = memory.refusal(int(4.6 * GIB), 2 * GIB, 16384, 6 * GIB)
    assert refused is not None
    message, remedy = refused
    assert "4.6 GiB" in message
    assert "16,384 tokens 2.0 GiB" in message
    assert "6.0 GiB of memory are free" in message
    fits = int(next(word for word in remedy.split() if word.isdigit()))
    assert fits % 256 == 0
    assert memory.refusal(int(4.6 * GIB), 2 * GIB * fits // 16384, fits, 6 * GIB) is None
    assert memory.refusal(int(4.6 * GIB), 2 * GIB * (fits + 512) // 16384, fits + 512, 6 * GIB) is not None


def test_where_no_context_helps_smaller_weights_are_named() -> None:
    refused = memory.refusal(40 * GIB, GIB, 8192, 16 * GIB)
    assert refused is not None
    assert "smaller weights" in refused[1]


def test_the_tightest_control_group_counts_with_its_reclaimable_pages(tmp_path: Path) -> None:
    put(tmp_path, "proc/meminfo", "MemTotal: 32000000 kB\nMemAvailable: 16777216 kB\n")
    assert memory.available(tmp_path) == 16 * GIB
    put(tmp_path, "proc/self/cgroup", "0::/user/app\n")
    group = "sys/fs/cgroup/user/"
    put(tmp_path, group + "memory.max", f"{8 * GIB}\n")
    put(tmp_path, group + "memory.current", f"{5 * GIB}\n")
    put(tmp_path, group + "memory.stat", f"anon 1\ninactive_file {GIB}\n")
    put(tmp_path, group + "app/memory.max", "max\n")
    put(tmp_path, group + "app/memory.current", "1\n")
    put(tmp_path, group + "app/memory.stat", "anon 1\n")
    assert memory.available(tmp_path) == 4 * GIB


@pytest.mark.parametrize(
    ("free", "layers"),
    [(0, 33), (80 * GIB, 33), (6 * GIB, 33), (3 * GIB, 16), (GIB // 8, 0)],
    ids=["unknown", "a lot", "enough", "half", "nothing"],
)
def test_as_many_layers_go_to_a_gpu_as_fit_with_the_conversation(free: int, layers: int) -> None:
    assert memory.layers_that_fit(33, int(4.6 * GIB), GIB, free) == layers


def test_the_log_tells_how_many_layers_were_really_put_on_a_gpu() -> None:
    log = Log(os.open(os.devnull, os.O_WRONLY))
    log(2, b"load_tensors: offloading output layer to GPU\n", None)
    assert log.offloaded is None
    log(2, b"load_tensors: offloaded 20/33 layers to GPU\n", None)
    assert log.offloaded == 20


def test_this_machine_has_memory() -> None:
    assert memory.available() > 64 << 20


def test_threads_of_one_core_count_once_and_one_core_is_left_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(8)), raising=False)
    for number in range(8):
        path = f"sys/devices/system/cpu/cpu{number}/topology/thread_siblings_list"
        put(tmp_path, path, f"{number % 4},{number % 4 + 4}\n")
    assert (cores(tmp_path), usual_threads(tmp_path)) == (4, 3)
    put(tmp_path, "sys/fs/cgroup/cpu.max", "200000 100000\n")
    assert (cores(tmp_path), usual_threads(tmp_path)) == (2, 1)
    put(tmp_path, "sys/fs/cgroup/cpu.max", "50000 100000\n")
    assert (cores(tmp_path), usual_threads(tmp_path)) == (1, 1)


@pytest.mark.skipif(sys.platform != "linux", reason="looks for Linux devices")
@pytest.mark.parametrize(
    ("device", "option"),
    [("proc/driver/nvidia/version", "CUDA"), ("dev/nvidiactl", "CUDA"), ("dev/kfd", "HIP")],
)
def test_an_idle_gpu_is_named_with_the_command_that_puts_it_to_use(
    tmp_path: Path, device: str, option: str
) -> None:
    assert gpu_here(tmp_path) is None
    assert unused_gpu(tmp_path) is None
    put(tmp_path, device)
    found = unused_gpu(tmp_path)
    assert found is not None
    assert "built without support" in found[0]
    assert found[1].startswith(f'CMAKE_ARGS="-DGGML_{option}=on" ')
    assert sys.executable in found[1]
    assert found[1].endswith("-m pip install --force-reinstall --no-cache-dir llama-cpp-python")


def test_the_command_is_for_this_python() -> None:
    assert sys.executable in install_command("-DGGML_VULKAN=on")


@pytest.mark.gguf
async def test_the_build_is_asked_and_agrees_with_the_library() -> None:
    import llama_cpp

    assert await can_offload() == bool(llama_cpp.llama_supports_gpu_offload())
