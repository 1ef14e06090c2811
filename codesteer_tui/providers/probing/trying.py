"""Trying a provider out: how fast it answers, and what it takes. Costs a few hundred tokens where tokens cost.

What can be found out without a token is: the list of models, the size of the context, and by an empty request
whether an address exists at all. The rest takes at most `calls_of` short calls.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from functools import partial

import msgspec

from codesteer_tui.errors import CodesteerError, ModelError
from codesteer_tui.providers import ChatModel, Completed, Remark, Sampling, TextDelta
from codesteer_tui.providers.costs.prices import Price
from codesteer_tui.providers.keys.sources import host_of
from codesteer_tui.providers.opening import Choice, open_model
from codesteer_tui.providers.probing.reaching import Reachability, ping
from codesteer_tui.providers.probing.reports import (
    EMPTY,
    Call,
    Feature,
    ProbeReport,
    counted,
    ms,
    of_the_list,
    reasoned,
    said_nothing,
    speed,
    summary,
)
from codesteer_tui.providers.remote.model import RemoteModel, preset_of
from codesteer_tui.providers.waiting import in_thread
from codesteer_tui.values import Message, RoleInfo, Usage

MOST_TOKENS = 64
"""Of the reply that is measured."""

SHORT_TOKENS = 32
"""Of the other replies."""

LIMIT_S = 120.0
"""Seconds for one call: weights may have to be loaded first."""

ASK_S = 5.0

_NOTHING = "It answered nothing: the reply was complete and held no text."
_NOTHING_HELPS = "Try again, or another model; see the server's log for why."
_SYSTEM = Message("system", "Begin every answer with the word READY.")
_COUNT = Message("user", "Write the numbers from 1 to 20 as digits, separated by spaces, and nothing else.")
_STOP = Message("user", "Write the numbers from 1 to 9 as digits, separated by spaces, and nothing else.")
_HELLO = Message("user", "Say hello.")
_NOT_THERE = "the Responses API has none"
_LIMITS = ("max_tokens", "max_completion_tokens")
_EFFORTS = ("reasoning_effort", "reasoning", "effort", "output_config")


def calls_of(choice: Choice, *, quick: bool = False) -> int:
    """The most calls with tokens that `probe` makes of this choice."""
    kind = choice.provider.kind if choice.provider else ""
    if not kind:
        return 0
    if quick or kind == "demo":
        return 1
    return 3 if kind == "llama_cpp" or _uses_responses(choice) else 4


def _uses_responses(choice: Choice) -> bool:
    provider = choice.provider
    return provider is not None and provider.kind == "openai" and provider.api == "responses"


def most_tokens(choice: Choice, *, quick: bool = False) -> tuple[int, int]:
    """The most input and output tokens that `probe` takes, for its price; the input by rule of thumb."""
    calls = calls_of(choice, quick=quick)
    return calls * 40, MOST_TOKENS * min(calls, 2) + SHORT_TOKENS * max(calls - 2, 0)


async def probe(
    choice: Choice,
    *,
    quick: bool = False,
    price: Price | None = None,
    env: Mapping[str, str] = os.environ,
    tell: Callable[[str], None] | None = None,
) -> ProbeReport:
    """Ping the provider, time one short call, and, unless `quick`, see what else it takes.

    `price` is that of the model, where it is known; `tell` as for `ping`. Never raises for what fails; that is what
    the report says. Cancelling it ends the call that is under way.
    """
    found = await _probe(choice, quick, env, tell)
    if price is None or not found.usage.tokens or found.usage.usd is not None:
        return found
    return msgspec.structs.replace(
        found, usage=msgspec.structs.replace(found.usage, usd=price.cost(found.usage))
    )


async def _probe(
    choice: Choice, quick: bool, env: Mapping[str, str], tell: Callable[[str], None] | None
) -> ProbeReport:
    reached = await ping(choice, env=env, tell=tell)
    provider = choice.provider
    kind, host = (provider.kind, host_of(provider)) if provider else ("", "")
    info = RoleInfo(choice.name, kind, choice.model, choice.name, host)
    if provider is None or not reached.ok:
        return _report(
            info, reached, ok=reached.ok, detail=reached.detail, remedy=reached.remedy, error=reached.kind
        )
    # Failures are to be seen at once, and hidden thoughts would use up the few tokens of the reply.
    plain = msgspec.structs.replace(provider, retries=0, thinking_tokens=0)
    try:
        model = await in_thread(partial(open_model, msgspec.structs.replace(choice, provider=plain), env))
    except CodesteerError as error:
        return _refused(info, reached, error, 0)
    trial = _Trial(model)
    try:
        return await trial.run(
            reached, quick=quick, responses=_uses_responses(choice), preset=provider.preset
        )
    except CodesteerError as error:
        return _refused(model.info, reached, error, trial.calls)
    finally:
        await model.aclose()


def _report(
    info: RoleInfo,
    reached: Reachability,
    *,
    ok: bool,
    detail: str,
    remedy: str = "",
    error: str = "",
    calls: int = 0,
) -> ProbeReport:
    return ProbeReport(
        provider=info.provider,
        kind=info.kind,
        model=info.model,
        host=info.host,
        ok=ok,
        detail=detail,
        remedy=remedy,
        error=error,
        reached=reached,
        calls=calls,
    )


def _refused(info: RoleInfo, reached: Reachability, error: CodesteerError, calls: int) -> ProbeReport:
    kind = error.kind if isinstance(error, ModelError) else "config"
    return _report(
        info, reached, ok=False, detail=error.message, remedy=error.remedy, error=kind, calls=calls
    )


class _Trial:
    """The calls of one trial, counted."""

    def __init__(self, model: ChatModel) -> None:
        self.model = model
        self.calls = 0
        self.usage = Usage()
        self.remarks: dict[str, Remark] = {}

    @property
    def _refused(self) -> tuple[str, ...]:
        return self.model.left_out if isinstance(self.model, RemoteModel) else ()

    async def run(self, reached: Reachability, *, quick: bool, responses: bool, preset: str) -> ProbeReport:
        """All of it.

        Raises:
            ModelError: the first call failed.
        """
        info = self.model.info
        load_ms = None
        if isinstance(self.model, RemoteModel):
            await self.model.prepare()
        if info.kind == "llama_cpp":
            load_ms = (await self.call([_HELLO], Sampling(max_tokens=1))).total_ms
            self.calls -= 1
        if info.kind == "demo":
            call, system = await self.call([_COUNT], Sampling(max_tokens=MOST_TOKENS)), None
        else:
            call, system = await self._measured()
        report = _report(info, reached, ok=True, detail=summary(call), calls=self.calls)
        report = msgspec.structs.replace(report, call=call, load_ms=load_ms, usage=self.usage)
        report = msgspec.structs.replace(report, remarks=tuple(self.remarks.values()))
        if said_nothing(call):
            return msgspec.structs.replace(
                report, ok=False, detail=_NOTHING, remedy=_NOTHING_HELPS, error=EMPTY
            )
        if quick or info.kind == "demo" or system is None:
            return report
        stop = Feature("stop sequences", "no", _NOT_THERE) if responses else await self._stop()
        taken = self._taken(preset, responses=responses)
        features = [system, *taken, counted(call), reasoned(call), stop]
        if isinstance(self.model, RemoteModel):
            features += [await self._effort(), *of_the_list(reached)]
            if info.kind == "openai":
                features.append(await self._responses(self.model, in_use=responses))
        return msgspec.structs.replace(report, features=tuple(features), calls=self.calls, usage=self.usage)

    async def call(self, messages: Sequence[Message], options: Sampling) -> Call:
        """One reply, timed.

        Raises:
            ModelError: it failed, or took longer than `LIMIT_S`.
        """
        self.calls += 1
        began = time.monotonic()
        first: dict[str, float] = {}
        texts: list[str] = []
        last, done = began, Completed("broken", Usage())
        try:
            async with asyncio.timeout(LIMIT_S), aclosing(self.model.stream(messages, options)) as deltas:
                async for delta in deltas:
                    if isinstance(delta, TextDelta):
                        last = time.monotonic()
                        first.setdefault(delta.channel, last)
                        texts += [delta.text] if delta.channel == "answer" else []
                    elif isinstance(delta, Remark):
                        self.remarks[delta.kind] = delta
                    elif isinstance(delta, Completed):
                        done = delta
        except TimeoutError:
            raise ModelError(
                "unreachable",
                f"{self.model.info.label} did not end its reply within {LIMIT_S:g} s.",
                "Try again when the server is less busy, or take a smaller model.",
                provider=self.model.info.provider,
            ) from None
        self.usage += done.usage
        return Call(
            total_ms=ms(time.monotonic() - began),
            finish=done.finish,
            usage=done.usage,
            answer="".join(texts),
            first_token_ms=ms(first["answer"] - began) if "answer" in first else None,
            first_reasoning_ms=ms(first["reasoning"] - began) if "reasoning" in first else None,
            tokens_per_s=speed(done.usage, min(first.values(), default=last), last, "reasoning" in first),
        )

    async def _measured(self) -> tuple[Call, Feature]:
        """The call that is timed, and whether the server takes system messages."""
        options = Sampling(temperature=0.0, max_tokens=MOST_TOKENS, seed=7)
        name = "system prompt"
        try:
            call = await self.call([_SYSTEM, _COUNT], options)
        except ModelError as error:
            if error.kind != "bad_request":
                raise
            call = await self.call([_COUNT], options)
            return call, Feature(name, "no", error.message)
        followed = call.answer.lstrip("*\"' \n").startswith("READY")
        return call, Feature(
            name, "yes", "taken and followed" if followed else "taken, not followed to the letter"
        )

    def _taken(self, preset: str, *, responses: bool) -> list[Feature]:
        """The parameters of the first call: taken, or refused by name and left out."""
        if not isinstance(self.model, RemoteModel):
            return []
        chat = self.model.info.kind == "openai" and not responses
        asked = ("temperature", "seed") if chat else ("temperature",)
        features = [
            Feature(name, "no", "refused, so it is left out")
            if name in self._refused
            else Feature(name, "yes", "taken")
            for name in asked
        ]
        if responses:
            features += [
                Feature("seed", "no", _NOT_THERE),
                Feature("limit of the answer", "yes", "max_output_tokens"),
            ]
        if chat:
            wanted = preset_of(preset, self.model.base_url)
            names = [wanted.limit if wanted else "max_tokens", *_LIMITS]
            name = next((name for name in names if name not in self._refused), "")
            features.append(Feature("limit of the answer", "yes" if name else "no", name))
        return features

    async def _stop(self) -> Feature:
        name = "stop sequences"
        try:
            call = await self.call([_STOP], Sampling(temperature=0.0, max_tokens=SHORT_TOKENS, stop=("5",)))
        except ModelError as error:
            return Feature(name, "no" if error.kind == "bad_request" else "unknown", error.message)
        if {"stop", "stop_sequences"}.intersection(self._refused):
            return Feature(name, "no", "refused, so they are left out")
        if "5" in call.answer:
            return Feature(name, "no", "the answer went past one")
        if "4" in call.answer:
            return Feature(name, "yes", "the answer ended before one")
        return Feature(name, "unknown", "the answer did not come near one")

    async def _effort(self) -> Feature:
        name = "effort"
        try:
            await self.call([_HELLO], Sampling(temperature=None, max_tokens=SHORT_TOKENS, effort="low"))
        except ModelError as error:
            return Feature(name, "no" if error.kind == "bad_request" else "unknown", error.message)
        if set(_EFFORTS).intersection(self._refused):
            return Feature(name, "no", "refused, so it is left out")
        return Feature(name, "yes", "taken")

    async def _responses(self, model: RemoteModel, *, in_use: bool) -> Feature:
        name = "Responses API"
        if in_use:
            return Feature(name, "yes", "this test used it")
        try:
            await model.fetch("responses", body={}, timeout_s=ASK_S)
        except ModelError as error:
            if error.kind == "not_found" and "no such address" in error.message:
                return Feature(name, "no", "no such address")
            if error.kind in ("bad_request", "not_found", "overloaded"):
                return Feature(name, "yes", "an empty request was refused there, not unknown")
            return Feature(name, "unknown", error.message)
        return Feature(name, "unknown", "an empty request was taken")
