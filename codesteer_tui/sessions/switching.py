"""Another player for a role while the session runs: tried out at once, on stage from the next round.

A player is written as in [roles]: "provider", "provider:model", "rules" (steerer), "off" (checker) or
"same-as-task". Whoever is "same-as-task" follows the TaskLLM.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

import msgspec
from msgspec import Struct

from codesteer_tui.config import Config, Provider
from codesteer_tui.errors import ConfigError, ModelError, ModelErrorKind, SessionError
from codesteer_tui.events import RoleChanged
from codesteer_tui.providers.costs.estimating import tokens
from codesteer_tui.providers.costs.prices import price_of
from codesteer_tui.providers.keys.sources import host_of
from codesteer_tui.providers.opening import Choice
from codesteer_tui.sessions.casting import ROLES, Casting, choices_of, same
from codesteer_tui.steering.findings import steerer_messages, task_messages
from codesteer_tui.steering.loop import Cast
from codesteer_tui.steering.prompts import PromptPack, shorten, shown_output
from codesteer_tui.transcript import Transcript
from codesteer_tui.values import Role, RoleInfo

if TYPE_CHECKING:
    from codesteer_tui.providers.probing.reaching import Reachability

LEAST_REPLY = 512
"""Tokens that should be left for the reply: a short program with a few words around it."""


class Fit(Struct, frozen=True):
    """Whether what a role would be sent next fits its new model, in tokens.

    `needed` is an estimate; `context` is the size of the model's context, 0 where nobody says.
    """

    role: Role
    needed: int
    context: int

    @property
    def fits(self) -> bool:
        """There is room for the prompt and a short reply, as far as is known."""
        return not self.context or self.needed + LEAST_REPLY <= self.context


class Switch(Struct, frozen=True):
    """A change that was agreed to: from `round` on `after` plays `role`, and the `followers` with it."""

    role: Role
    before: RoleInfo
    after: RoleInfo
    round: int
    fit: Fit
    followers: tuple[Role, ...] = ()
    reached: Reachability | None = None


Confirm: TypeAlias = Callable[[Fit], Awaitable[bool]]
"""Asks the person whether to switch although the history would not fit; false leaves everything as it was."""


def with_player(
    config: Config, role: Role, player: str, providers: Mapping[str, Provider] | None = None
) -> Config:
    """The configuration with another player for a role, and with providers that have become known since."""
    roles = msgspec.structs.replace(config.roles, **{role: player})
    return msgspec.structs.replace(config, roles=roles, providers=config.providers | dict(providers or {}))


async def reach(choice: Choice) -> Reachability | None:
    """Ask whether a choice's model would answer; None for the built-in rules and for "off", which need none.

    Raises:
        ConfigError: its settings do not go together.
        ModelError: it would not answer; with the reason and the remedy.
    """
    if choice.provider is None:
        return None
    from codesteer_tui.providers.probing.reaching import ping

    found = await ping(choice)
    if found.kind == "config":
        raise ConfigError(found.detail, found.remedy)
    if not found.ok:
        kind: ModelErrorKind = found.kind or "unreachable"  # type: ignore[assignment]
        raise ModelError(kind, found.detail, found.remedy, provider=choice.name)
    return found


def context_of(choice: Choice, reached: Reachability | None) -> int:
    """The size of a choice's context in tokens: as set, as the endpoint says, as the price table has it, or 0."""
    provider = choice.provider
    if provider is None:
        return 0
    known = provider.context_tokens or (reached.context_tokens if reached else 0)
    if known:
        return known
    price = price_of(provider, host_of(provider), choice.model, name=choice.name)
    return (price.context or 0) if price else 0


def tokens_to_send(role: Role, transcript: Transcript, pack: PromptPack, *, show_output: bool = True) -> int:
    """About how many tokens a role would be sent next: the conversation that it has to know by now.

    The next guidance is not known yet, so it is not in it; an answer that is still arriving is, as far as it came.
    """
    this = transcript.current
    if role == "checker":
        if this is None:
            return 0
        question = transcript.problem.question if transcript.problem else ""
        output = shown_output(this.result) if this.result else ""
        answer = shorten(this.answer_text, 12_000)
        asked = pack.fill("checker.user", question=question, answer=answer, output=output)
        texts = [pack.fill("checker.system"), asked]
    elif role == "steerer":
        texts = [message.content for message in steerer_messages(transcript, pack)]
    else:
        texts = [message.content for message in task_messages(transcript, pack, show_output=show_output)]
    if role != "checker" and this and this.answer is None:
        texts.append(this.answer_so_far)
    return tokens(sum(map(len, texts)))


class Switching:
    """Who plays now and who will from the next round, for one run."""

    def __init__(self, config: Config, casting: Casting, transcript: Transcript) -> None:
        self._config, self._casting, self._transcript = config, casting, transcript
        self._playing = choices_of(config)
        self._wanted = dict(self._playing)
        self._lock = asyncio.Lock()
        self.over = False
        """Set once the run is over: nothing is changed or opened from then on."""

    @property
    def pending(self) -> dict[Role, RoleInfo]:
        """Who will play from the next round on, for the roles that change."""
        return {} if self.over else {role: after for role, (_, after) in self._changes().items()}

    @property
    def next_round(self) -> int:
        """The first round that has not begun."""
        current = self._transcript.current
        return current.number + 1 if current else 0

    async def change(
        self,
        role: Role,
        player: str,
        *,
        providers: Mapping[str, Provider] | None = None,
        confirm: Confirm | None = None,
    ) -> Switch | None:
        """Have `player` play `role` from the next round on, if it answers now; None where `confirm` said no.

        Raises:
            ConfigError: there is no such player, or it cannot play this role.
            ModelError: its key or its weights are missing, or it does not answer.
            SessionError: the run is over.
        """
        async with self._lock:
            self._refuse_if_over()
            config = with_player(self._config, role, player, providers)
            wanted = choices_of(config)
            before = self._info(role, self._playing)
            try:
                await self._casting.models.prepare(wanted.values())
                after = self._casting.info(role, wanted[role])
                reached = await reach(wanted[role])
                followers = tuple(r for r in ROLES if r != role and not same(wanted[r], self._wanted[r]))
                fit = self._fit((role, *followers), wanted[role], reached)
                if not fit.fits and confirm and not await confirm(fit):
                    return None
                self._refuse_if_over()
                self._config, self._wanted = config, wanted
            finally:
                await self._close_unused()
            return Switch(role, before, after, self.next_round, fit, followers, reached)

    async def recast(self, cast: Cast, number: int) -> tuple[Cast, list[RoleChanged]]:
        """The cast of round `number`, with what has changed in it; closes the models that nobody uses any more."""
        changes = self._changes()
        moved = {role for role in ROLES if not same(self._wanted[role], self._playing[role])}
        self._playing = dict(self._wanted)
        if "task_llm" in moved:
            choice = self._playing["task_llm"]
            cast = replace(
                cast, task_llm=self._casting.task_llm(choice), sampling=self._casting.sampling(choice)
            )
        if "steerer" in moved:
            cast = replace(cast, steerer=self._casting.steerer(self._playing["steerer"]))
        if "checker" in moved:
            checker = self._casting.checker(self._playing["checker"], cast.executor)
            cast = replace(cast, checker=checker)
        await self._close_unused()
        return cast, [
            RoleChanged(role=role, before=before, after=after, round=number)
            for role, (before, after) in changes.items()
        ]

    def _changes(self) -> dict[Role, tuple[RoleInfo, RoleInfo]]:
        pairs = {role: (self._info(role, self._playing), self._info(role, self._wanted)) for role in ROLES}
        return {role: pair for role, pair in pairs.items() if pair[0] != pair[1]}

    def _info(self, role: Role, choices: Mapping[Role, Choice]) -> RoleInfo:
        return self._casting.info(role, choices[role])

    def _fit(self, roles: tuple[Role, ...], choice: Choice, reached: Reachability | None) -> Fit:
        """How the longest of what these roles would be sent fits the model."""
        context = context_of(choice, reached)
        if choice.provider is None:
            return Fit(roles[0], 0, 0)
        needs = {role: self._tokens(role) for role in roles}
        longest = max(roles, key=lambda role: needs[role])
        return Fit(longest, needs[longest], context)

    def _tokens(self, role: Role) -> int:
        casting = self._casting
        return tokens_to_send(role, self._transcript, casting.pack, show_output=casting.show_output)

    def _refuse_if_over(self) -> None:
        if self.over:
            raise SessionError(
                "The run is over, so nobody plays in it any more.", "Choose for the next problem instead."
            )

    async def _close_unused(self) -> None:
        if not self.over:
            await self._casting.models.keep([*self._playing.values(), *self._wanted.values()])
