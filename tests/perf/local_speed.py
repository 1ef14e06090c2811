"""What a GGUF does on this machine, on the CPU and, where the build can, on the GPU: the numbers for docs/local.md.

`python -m tests.perf.local_speed [GGUF]` prints for each where it ran and how fast it read a prompt and wrote a reply;
without a file, random weights of a hundred million parameters are made. Three calls each.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Literal

from codesteer_tui.errors import CodesteerError
from codesteer_tui.providers import Completed, Remark, Sampling
from codesteer_tui.providers.llama.devices import can_offload, cores
from codesteer_tui.providers.llama.model import LlamaCppModel
from codesteer_tui.values import Message
from tests.tiny_gguf import make

CALLS = 3


async def measure(path: Path, layers: Literal[0, "auto"]) -> None:
    """Load, read about 2,000 tokens anew and write up to 128, a few times; print what llama.cpp says of it."""
    model = LlamaCppModel(path=path, gpu_layers=layers, n_ctx=8192, n_threads=cores())
    try:
        for number in range(CALLS):
            asked = [Message("user", f"{number} " + "all work and no play makes a dull day " * 200)]
            async for item in model.stream(asked, Sampling(max_tokens=128)):
                if isinstance(item, Remark):
                    print(f"  {item.kind}: {item.text} {item.remedy}".rstrip())
                elif isinstance(item, Completed) and item.finish not in ("stop", "length"):
                    print(f"  ended: {item.finish}")
    finally:
        await model.aclose()


async def main(path: Path) -> None:
    """On the CPU, then on the GPU where there is one that can be used."""
    print("on the CPU")
    await measure(path, 0)
    if not await can_offload():
        print("this build of llama.cpp cannot use a GPU")
        return
    print("on the GPU")
    await measure(path, "auto")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        given = Path(sys.argv[1]) if sys.argv[1:] else None
        try:
            asyncio.run(main(given or make(Path(folder) / "mid.gguf", layers=12, width=1024)))
        except CodesteerError as error:
            sys.exit(str(error))
