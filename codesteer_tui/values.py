"""The values that events carry: what was said, run and found, as frozen, JSON-able structs.

Nothing here does anything. Times are seconds (float), sizes are bytes (int), unless a name says otherwise.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

Role: TypeAlias = Literal["steerer", "task_llm", "checker"]
Channel: TypeAlias = Literal["answer", "reasoning"]
Outcome: TypeAlias = Literal["pass", "fail", "could_not_check"]
Decision: TypeAlias = Literal["code", "text", "refine", "return_answer", "terminate"]
SteeringMode: TypeAlias = Literal["auto", "approve", "manual", "off"]
GuidedBy: TypeAlias = Literal["steerer", "edited", "person", "nobody"]
Purpose: TypeAlias = Literal["answer", "self_check", "own"]
Origin: TypeAlias = Literal["demo", "model", "user"]
Isolation: TypeAlias = Literal["container", "reduced", "none", "not_run"]
Stream: TypeAlias = Literal["stdout", "stderr"]
Finish: TypeAlias = Literal["stop", "length", "refused", "broken", "cancelled"]
RunStatus: TypeAlias = Literal[
    "exited", "timeout", "oom", "output_limit", "cancelled", "killed_by_host", "protocol_error"
]
CodeOutcome: TypeAlias = Literal["found", "none", "several", "unclosed", "not_python"]
NoteKind: TypeAlias = Literal["device", "speed", "warning", "shortened"]
FindingKind: TypeAlias = Literal[
    "searching", "symbolic", "numerical", "hard_coded", "no_effect", "no_output", "error"
]


class Message(Struct, frozen=True):
    """One turn of a conversation with a model."""

    role: Literal["system", "user", "assistant"]
    content: str


class Usage(Struct, frozen=True):
    """Tokens of one call, or of several together. `estimated` is true where the provider gave no count.

    `cached_tokens` (read from the provider's cache) and `cache_written_tokens` are parts of `input_tokens`,
    `reasoning_tokens` of `output_tokens`. `usd` is the price in US dollars, None where it is not known; for
    several calls together it is known only if it is for each.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    estimated: bool = False
    cached_tokens: int = 0
    cache_written_tokens: int = 0
    reasoning_tokens: int = 0
    usd: float | None = None

    @property
    def tokens(self) -> int:
        """Input and output together."""
        return self.input_tokens + self.output_tokens

    def __add__(self, other: Usage) -> Usage:
        if not other.tokens and other.usd is None:
            return self
        if not self.tokens and self.usd is None:
            return other
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.estimated or other.estimated,
            self.cached_tokens + other.cached_tokens,
            self.cache_written_tokens + other.cache_written_tokens,
            self.reasoning_tokens + other.reasoning_tokens,
            None if self.usd is None or other.usd is None else self.usd + other.usd,
        )


class Bill(Struct, frozen=True):
    """What several calls came to: `usd` is the sum of the prices that are known, in US dollars.

    `unknown` is true where a call used tokens at a price that is not known, so that `usd` is only a part.
    """

    usage: Usage = Usage()
    usd: float = 0.0
    unknown: bool = False

    def __add__(self, usage: Usage) -> Bill:
        return Bill(
            self.usage + usage,
            self.usd + (usage.usd or 0.0),
            self.unknown or (usage.usd is None and usage.tokens > 0),
        )


REMOTE_KINDS = ("openai", "anthropic")
"""Kinds of providers that are reached by their address and may want a key."""

FREE_KINDS = ("demo", "llama_cpp")
"""Kinds of providers that run on this machine as a part of this program: nothing is sent, and nothing costs."""


class RoleInfo(Struct, frozen=True):
    """Who plays a role: provider name as configured, its kind, the model, and a label for people.

    `host` is where requests go (no path, never a key); empty for what runs on this machine.
    """

    provider: str
    kind: str
    model: str
    label: str
    host: str = ""
    note: str = ""


class SandboxInfo(Struct, frozen=True):
    """Where programs run. `isolation` is what a person should know; `detail` is why it is so.

    `remedy` is the one command that would give better isolation, or empty. `image` is the kind of image that
    programs run in: "core" (standard library), "sci" (with scientific libraries), or the name of another.
    """

    engine: Literal["docker", "namespaces", "process", "off"]
    isolation: Isolation
    label: str
    detail: str = ""
    remedy: str = ""
    image: str = ""


class Program(Struct, frozen=True):
    """Python source to run. `origin` tells who wrote it; only the live demo model's own are `demo`."""

    source: str
    origin: Origin = "model"


class Limits(Struct, frozen=True):
    """What one execution may use. Seconds, bytes and counts; enforced inside the sandbox."""

    wall_s: float = 10.0
    cpu_s: int = 10
    memory_bytes: int = 256 << 20
    pids: int = 64
    output_bytes: int = 64 << 10
    tail_bytes: int = 8 << 10
    flood_bytes: int = 64 << 20
    disk_bytes: int = 64 << 20
    source_bytes: int = 1 << 20
    stdin: str = ""


_SIGNALS = {4: "SIGILL", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 9: "SIGKILL", 11: "SIGSEGV", 15: "SIGTERM"}
"""Linux numbers, wherever this runs: programs run on Linux."""


class ExecutionResult(Struct, frozen=True, tag_field="kind", tag="ended"):
    """How a program ended. Only the program's own doing; failures of the sandbox are `NotRun`.

    `stdout` and `stderr` are the heads, decoded as UTF-8 with replacement; `tail_stdout` and
    `tail_stderr` hold the last bytes of a stream that was cut. `exit` is the exit code, `signal` the
    signal that ended the main process; both may be None when it was stopped from outside.
    """

    status: RunStatus
    exit: int | None = None
    signal: int | None = None
    stdout: str = ""
    stderr: str = ""
    wall_ms: float = 0.0
    cpu_ms: float = 0.0
    peak_bytes: int | None = None
    stdout_bytes: int = 0
    stderr_bytes: int = 0
    stdout_truncated: bool = False
    stderr_truncated: bool = False
    tail_stdout: str = ""
    tail_stderr: str = ""
    oom_kills: int = 0
    pids_denied: int = 0
    disk_full: bool = False
    stragglers: int = 0

    @property
    def ok(self) -> bool:
        """The program ran to its end and reported success."""
        return self.status == "exited" and self.exit == 0

    @property
    def verdict(self) -> str:
        """How it ended, in a few words: `exit 0`, `timeout`, `signal 11 (SIGSEGV)`."""
        if self.status != "exited":
            return self.status.replace("_", " ")
        if not self.signal:
            return f"exit {self.exit}"
        name = _SIGNALS.get(self.signal)
        return f"signal {self.signal} ({name})" if name else f"signal {self.signal}"


class NotRun(Struct, frozen=True, tag_field="kind", tag="not_run"):
    """The program was not run, or the sandbox failed under it: for the person, never for a model."""

    reason: str
    remedy: str = ""


class Guidance(Struct, frozen=True):
    """One message of the steerer.

    `text` is what goes to the TaskLLM (empty for `return_answer` and `terminate`); `why` is the
    explanation for the person; `raw` is the model's reply as it came; `confidence` is the probability of
    the decision where it was measured. `by` tells whose words it is: the steerer's, the steerer's as the person
    "edited" them, the "person"'s own, or "nobody"'s where steering is off. `hint` is what the person added; it is
    said to the TaskLLM behind the text, as theirs.
    """

    decision: Decision
    text: str = ""
    why: str = ""
    raw: str = ""
    confidence: float | None = None
    by: GuidedBy = "steerer"
    hint: str = ""


class Extraction(Struct, frozen=True):
    """What the search for code in an answer found: the outcome, the code taken, and a note for people."""

    outcome: CodeOutcome
    source: str = ""
    blocks: int = 0
    note: str = ""


class Finding(Struct, frozen=True):
    """One observation about a program, with the 1-based lines that show it."""

    kind: FindingKind
    message: str
    lines: tuple[int, ...] = ()


class Judgement(Struct, frozen=True):
    """The symbolic checker's opinion of a program.

    `score` is the complexity (higher means more computation); `too_simple` is true when it is at or below
    the threshold; `summary` is the text that a steerer is shown.
    """

    mode: Literal["default", "paper"]
    score: float
    too_simple: bool
    findings: tuple[Finding, ...] = ()
    summary: str = ""

    @property
    def outcome(self) -> Outcome:
        """`fail` for code that does not parse, prints nothing or only pretends to compute, else `pass`.

        Simple code that really computes passes; the published score knows no such thing, so there being too
        simple is what fails.
        """
        bad = any(f.kind in ("error", "hard_coded", "no_output") for f in self.findings)
        return "fail" if bad or (self.mode == "paper" and self.too_simple) else "pass"


class Verdict(Struct, frozen=True):
    """`pass`, `fail` or `could_not_check`, the reason, and the answer that was judged."""

    outcome: Outcome
    reason: str = ""
    extracted: str = ""


class Verdicts(Struct, frozen=True):
    """The three opinions on the answer given in the end."""

    symbolic: Outcome = "could_not_check"
    self_check: Outcome = "could_not_check"
    ground_truth: Outcome = "could_not_check"


class Question(Struct, frozen=True):
    """Something only the person can decide. `options` are the choices, the first is the safe one.

    `draft` is what is decided about: a guidance or a program, which some choices let the person change.
    """

    kind: Literal[
        "run_with_reduced_isolation",
        "over_limit",
        "broken_stream",
        "approve_guidance",
        "write_guidance",
        "approve_code",
    ]
    text: str
    options: tuple[str, ...]
    detail: str = ""
    draft: str = ""


class Reply(Struct, frozen=True):
    """A choice out of a question's options, and who made it (`person`, `policy`, `config`).

    `note` is what came of it, where there is something to say; `text` what the person wrote with it.
    """

    choice: str
    by: str = "person"
    note: str = ""
    text: str = ""
