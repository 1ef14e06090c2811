"""Who plays the roles of a run: choices from the configuration, and the players made of them.

A model is opened when a role needs it, shared by the roles that use the same, and closed when none does.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from codesteer_tui.config import Config
from codesteer_tui.providers import ChatModel, Sampling
from codesteer_tui.providers.opening import Choice, choose_role, open_model
from codesteer_tui.providers.waiting import in_thread
from codesteer_tui.sessions.wording import mismatch
from codesteer_tui.steering.answer_checker import AnswerChecker, ModelChecker, NoChecker
from codesteer_tui.steering.asking import Calls
from codesteer_tui.steering.execution import Executor
from codesteer_tui.steering.packs_there import packs_folder
from codesteer_tui.steering.prompts import PromptPack
from codesteer_tui.steering.steerers import ModelSteerer, RuleSteerer, Steerer
from codesteer_tui.values import Role, RoleInfo

ROLES: tuple[Role, ...] = ("steerer", "task_llm", "checker")
OFF = RoleInfo("off", "off", "", "switched off")


def choices_of(config: Config) -> dict[Role, Choice]:
    """Who plays each role by this configuration.

    Raises:
        ConfigError: a role names a provider that is not configured, or one that cannot play it.
    """
    return {role: choose_role(config, role) for role in ROLES}


class Models:
    """The open models, one for each choice; whoever uses the same provider and model shares it.

    With local weights every role has a model of its own, and so a conversation of its own in llama.cpp's cache; what
    they share there is the process that holds the weights.
    """

    def __init__(self) -> None:
        self._open: list[tuple[Choice, ChatModel]] = []

    async def prepare(self, choices: Iterable[Choice]) -> None:
        """Open the models of these choices without blocking: a keyring may ask the person before it gives a key.

        Raises:
            ConfigError: the provider's settings do not go together.
            ModelError: its key or its weights are missing.
        """
        for choice in choices:
            if choice.provider is not None and not any(_serves(known, choice) for known, _ in self._open):
                self._open.append((choice, await in_thread(partial(open_model, choice))))

    def open(self, choice: Choice) -> ChatModel | None:
        """The model of a choice; None for the built-in rules and for a checker that is off.

        Raises:
            ConfigError: the provider's settings do not go together.
            ModelError: its key or its weights are missing.
        """
        if choice.provider is None:
            return None
        for known, model in self._open:
            if _serves(known, choice):
                return model
        model = open_model(choice)
        self._open.append((choice, model))
        return model

    async def keep(self, choices: Iterable[Choice]) -> None:
        """Close every model that plays none of these choices."""
        wanted = list(choices)
        unused = [entry for entry in self._open if not any(_serves(entry[0], choice) for choice in wanted)]
        self._open = [entry for entry in self._open if entry not in unused]
        for _, model in unused:
            await model.aclose()

    async def aclose(self) -> None:
        """Close them all."""
        await self.keep(())


def _serves(known: Choice, choice: Choice) -> bool:
    """Whether the model that was opened for `known` is the one for `choice`."""
    local = choice.provider is not None and choice.provider.kind == "llama_cpp"
    return same(known, choice) and (not local or known.role == choice.role)


def same(one: Choice, other: Choice) -> bool:
    """Whether two choices are one model with the same settings, whatever they were made for."""
    return (one.name, one.model, one.provider) == (other.name, other.model, other.provider)


class Casting:
    """Makes the players of one run."""

    def __init__(
        self,
        config: Config,
        pack: PromptPack,
        models: Models,
        calls: Calls | None = None,
        packs: Path | None = None,
    ) -> None:
        self.pack, self.models, self.calls = pack, models, calls or Calls()
        self._packs = packs or packs_folder()
        self._published = config.steering.profile == "paper"
        self._attempts = config.answer_checker.attempts
        self.show_output = config.steering.show_output_to_task_llm and not self._published

    def info(self, role: Role, choice: Choice) -> RoleInfo:
        """Who this choice is, as events tell it; opens its model if it is not open."""
        model = self.models.open(choice)
        if model:
            return model.info
        return RuleSteerer(self.pack).info if role == "steerer" else OFF

    def task_llm(self, choice: Choice) -> ChatModel:
        """Who answers."""
        model = self.models.open(choice)
        assert model is not None, "the task_llm is always a model"
        return model

    def sampling(self, choice: Choice) -> Sampling:
        """How a choice's model is sampled, as its provider's settings say."""
        provider = choice.provider
        if provider is None:
            return Sampling()
        return Sampling(
            provider.temperature, provider.max_tokens, top_p=provider.top_p, effort=provider.effort
        )

    def steerer(self, choice: Choice) -> Steerer:
        """Who guides."""
        model = self.models.open(choice)
        if model is None:
            return RuleSteerer(self.pack)
        return ModelSteerer(
            model,
            self.pack,
            self.sampling(choice),
            calls=self.calls,
            published=self._published,
            warning=mismatch(self.pack, choice, self._packs),
            forced=choice.provider is not None and choice.provider.decisions == "forced",
        )

    def checker(self, choice: Choice, executor: Executor) -> AnswerChecker:
        """Who tests the answer."""
        model = self.models.open(choice)
        if model is None:
            return NoChecker()
        return ModelChecker(
            model, self.pack, self.sampling(choice), executor, attempts=self._attempts, calls=self.calls
        )
