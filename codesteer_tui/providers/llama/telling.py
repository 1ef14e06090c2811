"""What there is to say about a local model: where it runs, what it takes, how fast a reply was and why it ended."""

from __future__ import annotations

from collections.abc import Iterator

from codesteer_tui.providers import Completed, Delta, Remark
from codesteer_tui.providers.llama import wire
from codesteer_tui.providers.llama.memory import size
from codesteer_tui.values import Usage


def ending(done: wire.Done, context: int, trained: int) -> Iterator[Delta]:
    """What cut it off where that was the context, how fast it was, and the end."""
    if done.finish == "length" and done.input_tokens + done.output_tokens >= context:
        full = (
            f"The reply was cut off because the context is full: of its {context:,} tokens the conversation has "
            f"{done.input_tokens:,} and the reply {done.output_tokens:,}."
        )
        yield Remark("warning", full, wire.for_more_room(context, trained))
    cached = done.input_tokens - done.evaluated
    read = f"read {done.evaluated:,} of {done.input_tokens:,} prompt tokens"
    if done.read_s > 0 and done.evaluated > 1:
        read += f" at {done.evaluated / done.read_s:,.0f} tokens/s"
    wrote, brief = f"wrote {done.output_tokens:,}", ""
    if done.write_s > 0 and done.output_tokens > 1:
        speed = f"{done.output_tokens / done.write_s:,.1f}"
        wrote, brief = f"{wrote} at {speed} tokens/s", f"{speed} tok/s"
    yield Remark("speed", f"{read}, {wrote}", brief=brief)
    usage = Usage(
        done.input_tokens, done.output_tokens, cached_tokens=cached, reasoning_tokens=done.thought_tokens
    )
    yield Completed(done.finish, usage, done.chances)


def where(loaded: wire.Loaded) -> str:
    """Where it runs, in few words: "on the CPU", "33 of 33 layers on CUDA0"."""
    if not loaded.gpu_layers:
        return "on the CPU"
    names = ", ".join(d.name for d in loaded.devices if d.kind == "gpu") or "a GPU"
    return f"{loaded.gpu_layers} of {loaded.layers} layers on {names}"


def brief_device(loaded: wire.Loaded, talk: wire.Talk) -> str:
    """Where it runs, for the name of a role: "CPU 1 thread", "CUDA0", "CUDA0 20/33 layers"."""
    if not loaded.gpu_layers:
        return f"CPU {_threads(talk)}"
    gpus = [d.name for d in loaded.devices if d.kind == "gpu"]
    name = (gpus[0] if len(gpus) == 1 else f"{len(gpus)} GPUs") if gpus else "GPU"
    return (
        name if loaded.gpu_layers >= loaded.layers else f"{name} {loaded.gpu_layers}/{loaded.layers} layers"
    )


def _threads(talk: wire.Talk) -> str:
    return f"{talk.n_threads} thread{'s' if talk.n_threads > 1 else ''}"


def device_words(loaded: wire.Loaded, opened: wire.Opened, talk: wire.Talk, asked: int) -> str:
    """Where it runs and what it takes. A context that is less than was `asked` for is what the weights can take."""
    wanted = "gpu" if loaded.gpu_layers else "cpu"
    used = [device for device in loaded.devices if device.kind == wanted]
    words = "; ".join(
        f"{d.description.strip()}, {size(d.free)} of {size(d.total)} free"
        if wanted == "gpu"
        else d.description.strip()
        for d in used
    )
    why = (
        f" (you asked for {asked:,}, the weights were trained for {talk.n_ctx:,})"
        if asked > talk.n_ctx
        else ""
    )
    return (
        f"{where(loaded)}{f' ({words})' if words else ''}, {_threads(talk)}; weights {size(loaded.weights)}, "
        f"context {opened.n_ctx:,} tokens{why}{f' in {size(opened.kv_bytes)}' if opened.kv_bytes else ''}; "
        f"loaded in {loaded.seconds:.1f} s"
    )
