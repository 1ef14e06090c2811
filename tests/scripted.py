"""Stand-ins for the edges of a unit test: a model that says what it is told to, and a sandbox likewise."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence

from codesteer_tui.errors import CodesteerError
from codesteer_tui.providers import Completed, Delta, Sampling, TextDelta
from codesteer_tui.sandbox import Admission, Output
from codesteer_tui.values import (
    ExecutionResult,
    Finish,
    Limits,
    Message,
    Program,
    RoleInfo,
    SandboxInfo,
    Usage,
)


class ScriptedModel:
    """Gives these replies one after the other; an exception among them is raised after half of nothing."""

    def __init__(self, *replies: str | CodesteerError, kind: str = "openai", finish: Finish = "stop") -> None:
        self.replies = list(replies)
        self.seen: list[tuple[Message, ...]] = []
        self.kind, self.finish = kind, finish
        self.closed_early = 0

    @property
    def info(self) -> RoleInfo:
        return RoleInfo("scripted", self.kind, "scripted-1", "scripted model")

    async def stream(self, messages: Sequence[Message], options: Sampling) -> AsyncGenerator[Delta, None]:
        self.seen.append(tuple(messages))
        reply = self.replies.pop(0)
        if isinstance(reply, CodesteerError):
            raise reply
        whole = False
        try:
            for word in reply.split(" "):
                yield TextDelta(word + " ")
            whole = True
            yield Completed(self.finish, Usage(7, 3))
        finally:
            self.closed_early += not whole

    async def aclose(self) -> None:
        return None


class ScriptedSandbox:
    """Answers programs with what `respond` makes of their source."""

    def __init__(
        self, respond: Callable[[str], ExecutionResult | CodesteerError], *, admission: Admission = "yes"
    ) -> None:
        self.respond, self.admission = respond, admission
        self.programs: list[Program] = []

    @property
    def info(self) -> SandboxInfo:
        return SandboxInfo("docker", "container", "scripted sandbox")

    def admits(self, program: Program) -> Admission:
        return self.admission

    async def run(
        self, program: Program, limits: Limits, *, stop: asyncio.Event | None = None
    ) -> AsyncGenerator[Output | ExecutionResult, None]:
        self.programs.append(program)
        result = self.respond(program.source)
        if isinstance(result, CodesteerError):
            raise result
        if result.stdout:
            yield Output("stdout", result.stdout)
        yield result

    async def aclose(self) -> None:
        return None


def printed(text: str) -> ExecutionResult:
    """A program that ran well and printed this."""
    return ExecutionResult("exited", exit=0, stdout=text, stdout_bytes=len(text))


def block(source: str) -> str:
    """An answer with this program in it."""
    return f"Here is a program.\n\n```python\n{source}\n```\n"
