"""A GGUF file → a smaller one, by llama.cpp's own quantization in a child process.

It is a process of its own because llama.cpp writes to file descriptors and can die in ways that no exception
reports. How far it is, is read from its log.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
from collections import Counter, deque
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from codesteer_tui.errors import ConfigError, WeightsError
from codesteer_tui.providers.llama import child
from codesteer_tui.providers.llama.gguf_reading import GgufHead, read_head
from codesteer_tui.providers.llama.parts import is_later_part, parts_of, stem_of
from codesteer_tui.weights.converting_files import (
    Progress,
    beside,
    clear_leftovers,
    note_hash,
    require_another,
    require_free,
    require_room,
)

TYPES = {
    "Q8_0": 7,
    "Q6_K": 18,
    "Q5_K_M": 17,
    "Q5_K_S": 16,
    "Q5_1": 9,
    "Q5_0": 8,
    "Q4_K_M": 15,
    "Q4_K_S": 14,
    "Q4_1": 3,
    "Q4_0": 2,
    "IQ4_NL": 25,
    "IQ4_XS": 30,
    "Q3_K_L": 13,
    "Q3_K_M": 12,
    "Q3_K_S": 11,
    "IQ3_M": 27,
    "IQ3_S": 26,
    "Q2_K": 10,
    "F32": 0,
    "F16": 1,
    "BF16": 32,
}
"""What a file can be quantized to → llama.cpp's number for it."""

NEED_A_MATRIX = ("IQ3_XS", "IQ3_XXS", "IQ2_M", "IQ2_S", "IQ2_XS", "IQ2_XXS", "Q2_K_S", "IQ1_M", "IQ1_S")
"""Types that llama.cpp makes only with an importance matrix, which takes sample texts and a long run."""

_PLAIN = ("F32", "F16", "BF16")
_SMALL_BLOCKS = ("Q8_0", "Q5_1", "Q5_0", "Q4_1", "Q4_0", "IQ4_NL")
_TENSOR = re.compile(r"\[\s*(\d+)/\s*(\d+)\]\s+(\S+)\s")
_SIZE = re.compile(r"quant size\s*=\s*([\d.]+)\s*MiB")
_TOLD = re.compile(r"(?i)error|fail|offending|requires|invalid")
_LAST_LINES = 4
_MIB = 1 << 20


class QuantizePlan(Struct, frozen=True, kw_only=True):
    """A quantization that can begin. `threads` is how many processors it uses; `notes` are for people."""

    source: Path
    target: Path
    kind: str
    threads: int
    requantize: bool
    force: bool
    notes: tuple[str, ...] = ()


class _Ran(NamedTuple):
    code: int
    lines: list[str]


def plan_quantization(
    source: Path,
    kind: str,
    *,
    target: Path | None = None,
    threads: int = 0,
    requantize: bool = False,
    force: bool = False,
) -> QuantizePlan:
    """See whether `source` can be quantized to `kind`, in whatever case it is written.

    Without `target` the file goes beside the source, with the type in its name. 0 `threads` means all processors
    but one. `requantize` takes a source that is quantized already, which loses more than quantizing once. What earlier
    runs left that were killed is removed.

    Raises:
        WeightsError: the type is not known, the file is no GGUF, cut off or quantized already, or the target is
            there already or made by another run.
    """
    name = kind.upper().replace("-", "_")
    if name not in TYPES:
        if name in NEED_A_MATRIX:
            raise ConfigError(
                f"{name} needs an importance matrix, which codesteer does not make.",
                "Choose a type that needs none, such as Q2_K or IQ3_S, or llama.cpp's own tools.",
            )
        raise ConfigError(f"There is no type {kind!r}.", f"There are: {', '.join(TYPES)}")
    if source.is_dir():
        raise ConfigError(
            f"{source} is a checkpoint, and only a GGUF can be made smaller.",
            f"Convert it first: codesteer weights convert {source}",
        )
    if is_later_part(source.name):
        raise ConfigError(
            f"{source} is a later part of split weights.", f"Name the first: {parts_of(source)[0]}"
        )
    heads = [(part, read_head(part)) for part in parts_of(source)]
    for part, head in heads:
        if head.size < head.must_be:
            raise WeightsError(
                f"{part} is cut off: it has {head.size} of {head.must_be} bytes.", "Pull or convert it again."
            )
    quantized = sorted({_type_name(each.type) for _, head in heads for each in head.tensors} - {*_PLAIN})
    if quantized and not requantize:
        raise WeightsError(
            f"{source} is quantized already ({', '.join(quantized)}).",
            "Quantize the file that it was made from (F32, F16 or BF16); or, losing more: --requantize",
        )
    stem = re.sub(rf"(?i)[-._]({'|'.join(sorted(TYPES, key=len, reverse=True))})$", "", stem_of(source))
    usual = f"{stem}-{name}.gguf"
    if target is None:
        target = source.with_name(usual)
    elif target.is_dir():
        target = target / usual
    require_another(target, parts_of(source))
    require_free(target, force=force)
    return QuantizePlan(
        source=source,
        target=target,
        kind=name,
        threads=threads or max(1, (os.cpu_count() or 2) - 1),
        requantize=requantize,
        force=force,
        notes=tuple(clear_leftovers(target)),
    )


async def quantize(plan: QuantizePlan) -> AsyncGenerator[Progress, None]:
    """Write the file, telling which tensor is at work. Stopped early, it leaves nothing behind.

    Raises:
        WeightsError: there is no room, or llama.cpp failed or died; its last lines are in the message.
    """
    with beside(plan.target, force=plan.force) as part:
        trial = await _ended(plan, part, dry=True)
        for line in trial.lines:
            if found := _SIZE.search(line):
                require_room(plan.target, int(float(found[1]) * _MIB) + 16 * _MIB)
        async with aclosing(_run(plan, part, dry=False)) as running:
            async for each in running:
                if isinstance(each, Progress):
                    yield each
                else:
                    _require_success(plan, each)
        head = read_head(part)
        if head.size < head.must_be:
            raise WeightsError(
                f"llama.cpp wrote only {head.size:,} of {head.must_be:,} bytes of {plan.target}.",
                "Try again; if that does not help, write to another disk: --output FILE",
            )
    await note_hash(plan.target)


def fallbacks(head: GgufHead, kind: str) -> str:
    """What llama.cpp kept in another type than was asked for because of the length of its rows; empty for nothing.

    `head` is that of the file that was made, `kind` what was asked for.
    """
    block = 1 if kind in _PLAIN else 32 if kind in _SMALL_BLOCKS else 256
    others: Counter[str] = Counter()
    matrices = [each for each in head.tensors if len(each.shape) > 1]
    for each in matrices:
        if each.shape[0] % block:
            others[_type_name(each.type)] += 1
    if not others:
        return ""
    kept = " and ".join(f"{number} as {name}" for name, number in others.most_common())
    return (
        f"{sum(others.values())} of {len(matrices)} matrices have rows whose length is no multiple of {block}, which"
        f" {kind} needs; llama.cpp kept {kept}."
    )


def _type_name(number: int) -> str:
    from gguf import GGMLQuantizationType

    return GGMLQuantizationType(number).name


async def _ended(plan: QuantizePlan, part: Path, *, dry: bool) -> _Ran:
    ran = _Ran(1, [])
    async with aclosing(_run(plan, part, dry=dry)) as running:
        async for each in running:
            if isinstance(each, _Ran):
                ran = each
    _require_success(plan, ran)
    return ran


async def _run(plan: QuantizePlan, part: Path, *, dry: bool) -> AsyncGenerator[Progress | _Ran, None]:
    """Run the child, `dry` only to see what it would do; last comes how it ended, with its last lines."""
    process = await asyncio.create_subprocess_exec(
        *child.command("codesteer_tui.weights.quantizing_worker"),
        str(plan.source),
        str(part),
        *(str(int(value)) for value in (TYPES[plan.kind], plan.threads, plan.requantize, dry)),
        stdin=asyncio.subprocess.PIPE,  # its end tells the child that we are gone
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=child.environment(),
        start_new_session=True,
        limit=_MIB,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    lines: deque[str] = deque(maxlen=40)
    try:
        async for raw in process.stdout:
            line = raw.decode("utf-8", "replace").strip()
            if found := _TENSOR.match(line):
                yield Progress(int(found[1]) - 1, int(found[2]), found[3])
            elif line.strip("= "):
                lines.append(line)
        yield _Ran(await process.wait(), list(lines))
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        process.stdin.close()


def _require_success(plan: QuantizePlan, ran: _Ran) -> None:
    if ran.code == 0:
        return
    told = [line for line in ran.lines if _TOLD.search(line)] or ran.lines
    how = f"was ended by signal {-ran.code}" if ran.code < 0 else "failed"
    last = " | ".join(told[-_LAST_LINES:])
    raise WeightsError(
        f"llama.cpp {how} while it quantized {plan.source.name} to {plan.kind}.{f' Its words: {last}' if last else ''}",
        _remedy(plan, ran, last),
    )


def _remedy(plan: QuantizePlan, ran: _Ran, last: str) -> str:
    if ran.code < 0:
        return "If it was out of memory: free some, or use fewer threads with --threads 1."
    if "architecture" in last:
        return "Only what this llama.cpp knows can be quantized or run; a newer llama-cpp-python may know it."
    another = "another type" if plan.kind == "Q8_0" else "another type; Q8_0 works for nearly everything"
    return f"Try {another}; codesteer weights verify {plan.source} tells whether the file is whole."
