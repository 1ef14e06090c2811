"""Talking to the demo model in tests: one reply, the program in it, and what that program prints."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence

from codesteer_tui.providers import Completed, Sampling, TextDelta
from codesteer_tui.providers.demo import CHECKER_MARKER, DemoModel
from codesteer_tui.values import Message

ASK_CODE = "Solve this by writing a Python program. Let it print the final answer as <<<answer>>>."
ASK_TEXT = "Answer directly in text, without code, and end with the final answer as <<<answer>>>."
ASK_SEARCH = (
    "Your program only prints a fixed answer. Search for it: enumerate the candidates in the program."
)

_PROGRAM = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


async def say(*turns: str, system: str = "", seed: int = 0) -> str:
    """The reply to a conversation whose turns alternate between user and assistant."""
    messages = [Message("system", system)] if system else []
    messages += [Message("assistant" if i % 2 else "user", turn) for i, turn in enumerate(turns)]
    return await whole(DemoModel(seed=seed), messages)


async def whole(model: DemoModel, messages: Sequence[Message], options: Sampling | None = None) -> str:
    """The text of a stream, which must end in `Completed`."""
    items = [item async for item in model.stream(messages, options or Sampling())]
    assert isinstance(items[-1], Completed)
    return "".join(item.text for item in items if isinstance(item, TextDelta))


def program_in(reply: str) -> str:
    """The only program of a reply."""
    programs = _PROGRAM.findall(reply)
    assert len(programs) == 1, reply
    return str(programs[0])


def run(program: str) -> str:
    """What a program prints; it must end well, in silence on stderr, within seconds."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", program], capture_output=True, text=True, timeout=20, check=False
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def final(output: str) -> str:
    """The text between the last markers."""
    return str(re.findall(r"<<<(.*?)>>>", output, re.DOTALL)[-1]).strip()


async def lazy_then_real(question: str, seed: int = 0) -> tuple[str, str]:
    """The first program for a question, and the one after the guidance asked for a search."""
    first = await say(f"{ASK_CODE}\n\n{question}", seed=seed)
    second = await say(f"{ASK_CODE}\n\n{question}", first, ASK_SEARCH, seed=seed)
    return program_in(first), program_in(second)


async def check(question: str, answer: str, output: str = "") -> str:
    """The last line that the checker's test program prints for an answer."""
    prompt = f"<question>\n{question}\n</question>\n\n<answer>\n{answer}\n</answer>\n\n<output>\n{output}\n</output>"
    reply = await say(prompt, system=f"{CHECKER_MARKER} by writing test programs.")
    return run(program_in(reply)).strip().splitlines()[-1]
