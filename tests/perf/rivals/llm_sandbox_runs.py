"""Run `print(1)` with llm-sandbox once for every line on stdin; print seconds to the result as JSON.

Usage: `python llm_sandbox_runs.py IMAGE`, in an environment where llm-sandbox is installed. `fresh_s` is from
opening a session, which makes a container, to the result; `open_s` that of a second run in the same session.
"""

import json
import sys
import time

from llm_sandbox import SandboxSession

KEEP_RUNNING = {"command": ["sleep", "600"], "network_mode": "none"}


def main() -> None:
    for _ in sys.stdin:
        session = SandboxSession(
            lang="python",
            image=sys.argv[1],
            keep_template=True,
            skip_environment_setup=True,  # it would make a virtual environment in each container
            runtime_configs=KEEP_RUNNING,
        )
        started = time.perf_counter()
        session.open()
        first = session.run("print(1)")
        fresh_s = time.perf_counter() - started
        started = time.perf_counter()
        session.run("print(1)")
        open_s = time.perf_counter() - started
        session.container.remove(force=True)  # its own way of closing waits ten seconds for a program to end
        answer = {"fresh_s": fresh_s, "open_s": open_s, "stdout": first.stdout, "stderr": first.stderr}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
