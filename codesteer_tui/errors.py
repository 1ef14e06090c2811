"""Every exception that this package raises on purpose.

::

    CodesteerError                  what went wrong, and the remedy
    ├── ProblemError                the problem cannot be posed (empty, too long, unknown task)
    ├── ConfigError                 a configuration file, variable or flag; names the file and the key
    ├── ModelError                  a provider failed; `kind` says how
    │   └── WeightsError            a GGUF file is missing, broken or too big
    ├── NotSent                     a call was not sent, because a limit of the session forbids it
    ├── SandboxError                the sandbox itself failed; never the program that ran in it
    │   └── SandboxUnavailable      no engine, no image, or not permitted here
    └── SessionError                a session file cannot be read, written or found

Expected failures of a run are recorded as events (`Failed`); these exceptions carry them there.
Bugs raise whatever Python raises and are never swallowed.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

ModelErrorKind: TypeAlias = Literal[
    "auth",
    "quota",
    "rate_limit",
    "overloaded",
    "context_too_long",
    "refused",
    "bad_request",
    "not_found",
    "unreachable",
    "broken_stream",
    "protocol",
    "weights",
    "missing_key",
]


class CodesteerError(Exception):
    """Something expected went wrong.

    `message` says what, naming the file, key or value; `remedy` says what to do next, or is empty where
    nothing can be done.
    """

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}\n  → {self.remedy}" if self.remedy else self.message


class ProblemError(CodesteerError):
    """The problem cannot be posed: empty, too long, or an unknown task."""


class ConfigError(CodesteerError):
    """A configuration file, environment variable or flag holds something that cannot be used."""


KEPT = "What had arrived is kept."
"""What the remedy begins with where a reply broke off in the middle."""


class ModelError(CodesteerError):
    """A provider failed. `kind` classifies the failure; `provider` names whose it was."""

    def __init__(self, kind: ModelErrorKind, message: str, remedy: str = "", *, provider: str = "") -> None:
        super().__init__(message, remedy)
        self.kind: ModelErrorKind = kind
        self.provider = provider


class WeightsError(ModelError):
    """A GGUF file is missing, is not one, is broken, or does not fit in memory."""

    def __init__(self, message: str, remedy: str = "", *, provider: str = "llama_cpp") -> None:
        super().__init__("weights", message, remedy, provider=provider)


class NotSent(CodesteerError):
    """A call to a model was not sent: it could have gone beyond a limit, and nobody agreed to that."""


class SandboxError(CodesteerError):
    """The sandbox itself failed. Shown to the person, never to a model, never held against an answer."""


class SandboxUnavailable(SandboxError):
    """There is no engine, no image, or no permission to run this program here."""


class SessionError(CodesteerError):
    """A session file cannot be read, written or found."""
