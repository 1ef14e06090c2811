"""Every setting, with its meaning under it. This file is the manual: `codesteer config init` and
`config.example.toml` are written from it.

Layers, strongest first: command line flag, environment (``CODESTEER_SECTION__KEY``), profile, project file
(``codesteer.toml`` in the working directory or a parent of it), user file, default. How they are read and
merged is in `codesteer_tui.settings`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from msgspec import Meta, Struct, field

from codesteer_tui.presets import PRESETS

ProviderKind = Literal["openai", "anthropic", "llama_cpp", "demo"]
Count: TypeAlias = Annotated[int, Meta(ge=1)]
CountFromZero: TypeAlias = Annotated[int, Meta(ge=0)]
LEAST_MEMORY_MIB = 16
"""Below this not even the supervisor of a box and an idle interpreter fit."""

LEAST_THINKING = 1024
"""The least tokens that Anthropic's API takes for extended thinking."""

Seconds: TypeAlias = Annotated[float, Meta(gt=0, le=86400)]


class Roles(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who plays which role: "provider" or "provider:model", where provider is a table of [providers] or one of the
    services that are known by name."""

    steerer: str = "rules"
    """Writes the guidance. "rules" needs no model; "same-as-task" lets the TaskLLM steer itself."""

    task_llm: str = "auto"
    """Answers the problem. "auto" takes the first provider that has a model and whose key is found, else
    the built-in demo."""

    checker: str = "same-as-task"
    """Writes the program that tests the answer. "same-as-task", a provider, or "off"."""


class Provider(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a model lives. The name of the table is the name used in [roles]."""

    kind: ProviderKind
    """The protocol: "openai" (and everything that speaks it), "anthropic", "llama_cpp" or "demo". Not needed where
    preset names a service."""

    preset: str = ""
    """A known service, such as "groq" or "azure": kind, base_url, key and model are its own where they are not
    set."""

    model: str = ""
    """Model name as the provider calls it; for llama_cpp the path of a GGUF file."""

    base_url: str = ""
    """Address of the API, for servers that speak a known protocol. Empty: that of the preset, else of OpenAI or
    Anthropic by kind."""

    key: str = ""
    """Where the API key is: "env:NAME", "keyring:NAME", "file:PATH", "cmd:COMMAND", or "none". Never the key. It is
    sent to the host of base_url and to no other: whoever sets another host must say the key as well."""

    api: Literal["chat", "responses"] = "chat"
    """openai: the Chat Completions protocol, or the Responses protocol."""

    temperature: Annotated[float, Meta(ge=0, le=2)] | None = 0.0
    """Sampling temperature. Models that accept none are asked again without it."""

    top_p: Annotated[float, Meta(gt=0, le=1)] | None = None
    """Nucleus sampling: only the likeliest tokens with this much probability together are drawn from. "none": the
    provider's own."""

    max_tokens: Count = 4096
    """Most tokens in one reply, reasoning included where the provider counts it so."""

    effort: Literal["", "none", "minimal", "low", "medium", "high", "xhigh", "max"] = ""
    """How much a reasoning model thinks. Empty: the provider's own. anthropic: adaptive thinking with this effort."""

    thinking_tokens: CountFromZero = 0
    """anthropic: extended thinking with this many tokens, at least 1024, for models without adaptive thinking."""

    body: dict[str, Any] = field(default_factory=dict)
    """Further fields of every request, under the names that the provider's API has for them."""

    headers: dict[str, str] = field(default_factory=dict)
    """Further headers of every request; they stay with the host as the key does. A value may be "env:NAME",
    "keyring:NAME", "file:PATH" or "cmd:COMMAND". Values are never shown."""

    timeout_s: Seconds = 120.0
    """Seconds to wait for the next piece of a reply before giving up."""

    connect_s: Seconds = 10.0
    """Seconds to wait for a connection."""

    retries: Annotated[int, Meta(ge=0, le=10)] = 2
    """How often a call that failed in a way that may pass is tried again, before its first text."""

    proxy: str = ""
    """Address of a proxy. Empty: as HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY say; "none": no proxy."""

    ca_bundle: str = ""
    """File of certificates (PEM) to trust instead of the system's."""

    context_tokens: CountFromZero = 0
    """Size of the context window, in tokens. 0: as the provider tells; for llama_cpp 8192, or what the weights were
    trained for where that is less."""

    gpu_layers: CountFromZero | Literal["auto"] = "auto"
    """llama_cpp: layers to put on a GPU. "auto": all, where the build can use one."""

    threads: Annotated[int, Meta(ge=0, le=512)] = 0
    """llama_cpp: threads to compute with. 0: all cores but one, since with a busy neighbour on the last one everything
    becomes many times slower."""

    batch_tokens: Annotated[int, Meta(ge=1, le=16384)] = 256
    """llama_cpp: prompt tokens handed over at once. On a GPU a cancelled prompt stops after as many."""

    ubatch_tokens: Annotated[int, Meta(ge=0, le=16384)] = 0
    """llama_cpp: prompt tokens computed at once, at most batch_tokens. 0: batch_tokens."""

    flash_attention: Literal["auto", "on", "off"] = "auto"
    """llama_cpp: "auto" is on for a GPU. On a CPU it reads prompts faster and writes replies slower, so it is off."""

    kv_type: Literal["f32", "f16", "q8_0"] = "f16"
    """llama_cpp: numbers in the cache of the conversation. "q8_0" takes half the memory of "f16"; on a CPU it takes
    twice the time or more."""

    mmap: bool = False
    """llama_cpp: read the weights from the file as they are needed. Loads faster where they fit the machine as they
    are; quantized ones may then take up twice their size."""

    idle_s: Annotated[float, Meta(ge=0, le=86400)] = 900.0
    """llama_cpp: seconds without a call after which the weights are let go; the next call loads them again.
    0: never."""

    keep_prompts: bool = False
    """llama_cpp: write what was evaluated of a conversation to the cache folder when the weights are let go, and go on
    from there later instead of reading it all again. About 128 KiB a token for weights with 8 billion parameters."""

    decisions: Literal["free", "forced"] = "free"
    """llama_cpp: "forced" has the steerer begin with its decision between code and text and nothing else, by a
    grammar, instead of asking for a reason first."""

    delay_s: Annotated[float, Meta(ge=0, le=60)] = 0.02
    """demo: seconds between pieces of text."""

    seed: int = 0
    """demo: changes which mistakes it makes."""


class Steering(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The method."""

    mode: Literal["auto", "approve", "manual", "off"] = "auto"
    """How you step in: "auto" sends the steerer's guidance as it is, in "approve" you agree to each one, edit, replace
    or veto it, in "manual" you are the steerer, "off" sends the question alone and takes the first answer."""

    profile: Literal["default", "paper"] = "default"
    """"paper" reproduces the published loop, quirks included; "default" is the improved one."""

    max_rounds: CountFromZero = 5
    """Most rounds of guidance after the first answer."""

    prompt_pack: str = "default"
    """The wording that the roles are given: a pack that "codesteer prompts list" shows, or the path of a TOML file."""

    show_output_to_task_llm: bool = True
    """Whether the TaskLLM sees what its program printed. Always false in the "paper" profile."""


class SymbolicChecker(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Judges the code itself."""

    score: Literal["default", "paper"] = "default"
    """"default" reads the syntax tree; "paper" computes the published score, flaws included."""

    threshold: float = 2.0
    """Code with a complexity at or below this is called too simple."""


class AnswerChecker(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Judges the answer by running a program written to test it."""

    attempts: Count = 3
    """How often a test program that breaks is written again."""


class SandboxSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where programs run, and what they may use."""

    engine: Literal["auto", "docker", "namespaces", "off"] = "auto"
    """"auto" takes Docker, else what the built-in demo may use; "namespaces" is the reduced isolation of a
    Linux user namespace; "off" shows code and runs nothing."""

    reduced_isolation: Literal["ask", "always", "never"] = "ask"
    """Whether code from a real model may run with reduced isolation where Docker is not in use."""

    approve_code: bool = False
    """Whether each program of a model is shown to you and waits for your yes before it runs."""

    image: str = ""
    """Docker image: "core" (Python's standard library), "sci" (numpy, scipy, sympy, networkx, z3 and more), or the
    name of one. Empty: "sci" where it was built, else "core"."""

    runtime: str = ""
    """Runtime of the containers, such as "runsc" (gVisor) where the engine has it. Empty: the engine's own."""

    warm: Annotated[int, Meta(ge=0, le=8)] = 2
    """Containers kept started and waiting, about 21 MiB of memory each; 0 starts one when it is needed."""

    at_once: Annotated[int, Meta(ge=1, le=32)] = 4
    """Programs that may run at the same time; further ones wait for their turn."""

    wall_s: Seconds = 10.0
    """Seconds that a program may take."""

    cpu_s: Annotated[int, Meta(ge=0, le=86400)] = 0
    """Seconds of CPU time that a program may take. 0: as many as wall_s."""

    memory_mib: Annotated[int, Meta(ge=0, le=1 << 20)] = 0
    """Memory that a program may use, in MiB, at least 16 (24 in the "sci" image). 0: 256, or 512 in the "sci" image."""

    pids: Annotated[int, Meta(ge=2, le=4096)] = 64
    """Processes and threads in a program's box, its supervisor among them."""

    output_kib: Annotated[int, Meta(ge=1, le=1 << 20)] = 64
    """Output kept from the start of each stream, in KiB; the last 8 KiB are kept as well."""

    disk_mib: Annotated[int, Meta(ge=1, le=4096)] = 64
    """Room for the program's files, in MiB; they lie in memory and count towards it."""

    source_kib: Annotated[int, Meta(ge=1, le=16384)] = 1024
    """Longest program that is run, in KiB."""


class SpendingLimits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one session may use up, all roles and failed calls together. A call that could go beyond is sent only
    after the person agreed; where nobody can be asked, as --over-limit says. A project file may only lower a limit."""

    session_usd: Annotated[float, Meta(ge=0)] = 0.0
    """US dollars, by the price table. A call whose price is not known is asked about as well. 0: no limit."""

    session_tokens: CountFromZero = 0
    """Tokens, input and output together. 0: no limit."""


class Sessions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Records of runs."""

    dir: str = ""
    """Folder of the session files. Empty: the user's data folder."""


class Weights(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Weights of local models."""

    dir: str = ""
    """Folder that weights are pulled into and looked for in. Empty: "weights" in the user's data folder."""

    token: str = ""
    """Where the token for the hub is, as for the key of a provider; "codesteer keys set hub" writes it. HF_TOKEN and
    what "hf auth login" stored come before it."""


class Screen(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the app looks."""

    theme: str = "textual-dark"
    """The colours: "dark", "light", "high-contrast", "high-contrast-light", "terminal" for the terminal's own, or the
    name of a Textual theme, for example "nord". Where NO_COLOR is set there are none."""

    reduced_motion: bool = False
    """No animations and no blinking."""

    linear: bool = False
    """Lines that are said once, one after the other, in place of the screen: for screen readers. The same as
    `codesteer --linear`. Terminals that call themselves "dumb", or have fewer than 60 columns or 16 rows, get it
    without being asked; where this is false, the small ones get the screen."""

    copy: Literal["auto", "system", "terminal", "file"] = "auto"
    """How text is copied: "system" by a program of this machine (wl-copy, xclip, xsel, pbcopy, clip.exe), "terminal" by
    OSC 52 or tmux, "file" into copied.txt in the user's state folder. "auto" takes the first of them that works."""


def default_providers() -> dict[str, Provider]:
    """The providers that exist without any configuration: every preset under its own name, and the demo."""
    known = {
        name: Provider(kind=p.kind, preset=name, model=p.model, base_url=p.base_url, key=p.key)
        for name, p in PRESETS.items()
    }
    return {**known, "demo": Provider(kind="demo", model="demo")}


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All settings."""

    roles: Roles = field(default_factory=Roles)
    providers: dict[str, Provider] = field(default_factory=default_providers)
    steering: Steering = field(default_factory=Steering)
    symbolic_checker: SymbolicChecker = field(default_factory=SymbolicChecker)
    answer_checker: AnswerChecker = field(default_factory=AnswerChecker)
    sandbox: SandboxSettings = field(default_factory=SandboxSettings)
    limits: SpendingLimits = field(default_factory=SpendingLimits)
    sessions: Sessions = field(default_factory=Sessions)
    weights: Weights = field(default_factory=Weights)
    screen: Screen = field(default_factory=Screen)

    keys: dict[str, str] = field(default_factory=dict)
    """Keys of the app that you want otherwise, under the names that F2 lists: zoom = "f6" zooms a pane with F6,
    zoom = "f6,ctrl+y" with both. A key must arrive from every terminal, and may mean only one thing in one place;
    where that is not so, the app says so and the key stays as it was."""
