"""Run `print(1)` in inspect_ai's Docker sandbox once for every line on stdin; print seconds to the result as JSON.

Usage: `python inspect_ai_runs.py IMAGE`, in an environment where inspect_ai is installed, with Docker Engine 24.0.6
and Compose 2.21 or newer. `fresh_s` is from asking for a sample's sandbox to the result; `open_s` that of a second
run in the same sandbox. Where inspect_ai refuses the engine this ends with its words on stderr.
"""

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

from inspect_ai.util._sandbox.docker.docker import DockerSandboxEnvironment

COMPOSE = """
services:
  default:
    image: {image}
    command: sleep 600
    init: true
    network_mode: none
    x-local: true
"""
TASK, PROGRAM = "measure", ["python3", "-c", "print(1)"]


async def main(compose: str) -> None:
    await DockerSandboxEnvironment.task_init(TASK, compose)
    while await asyncio.to_thread(sys.stdin.readline):
        started = time.perf_counter()
        boxes = await DockerSandboxEnvironment.sample_init(TASK, compose, {})
        first = await boxes["default"].exec(PROGRAM)
        fresh_s = time.perf_counter() - started
        started = time.perf_counter()
        await boxes["default"].exec(PROGRAM)
        open_s = time.perf_counter() - started
        await DockerSandboxEnvironment.sample_cleanup(TASK, compose, boxes, interrupted=False)
        answer = {"fresh_s": fresh_s, "open_s": open_s, "stdout": first.stdout, "stderr": first.stderr}
        print(json.dumps(answer), flush=True)
    await DockerSandboxEnvironment.task_cleanup(TASK, compose, cleanup=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "compose.yaml")
        path.write_text(COMPOSE.format(image=sys.argv[1]))
        asyncio.run(main(str(path)))
