"""Giving a role to another player from the app: ask for what is missing, try it, say what came of it.

While a run goes on the choice applies to it from its next round, and to every problem after it; else to the next
problem. Nothing is written to a file unless the person saves it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from textual.worker import Worker

from codesteer_tui.errors import CodesteerError, ConfigError, ModelError, SessionError
from codesteer_tui.presets import PRESETS
from codesteer_tui.providers.keys.sources import host_of, look
from codesteer_tui.providers.opening import Choice
from codesteer_tui.providers.waiting import in_thread
from codesteer_tui.sessions.casting import choices_of
from codesteer_tui.sessions.switching import Fit, Switch, reach, with_player
from codesteer_tui.settings import Settings
from codesteer_tui.settings.loading import read_all
from codesteer_tui.settings.saving import save_setting
from codesteer_tui.tui.chosen import as_saved, overridden, weights_to_save, with_key_source
from codesteer_tui.tui.importing import importing
from codesteer_tui.tui.keys import pressed
from codesteer_tui.tui.packs import point_out
from codesteer_tui.tui.players import (
    ROLE_WORDS,
    ROLES,
    SAME,
    chosen,
    known_as,
    label,
)
from codesteer_tui.tui.words import who
from codesteer_tui.values import FREE_KINDS, Role
from codesteer_tui.weights.using import save_provider

if TYPE_CHECKING:
    from codesteer_tui.tui.app import CodesteerApp
    from codesteer_tui.tui.screens.models import ModelsScreen

T = TypeVar("T")

GROUP = "choosing"
"""The group of the workers that give roles away, store keys and save."""

STAY, SWITCH = "Leave it as it is", "Switch all the same"


def saved_player(settings: Settings, role: Role) -> str | None:
    """Who plays a role by the user's file as it is now, or None where it does not say. Reads files.

    Raises:
        ConfigError: the file or the profile that the settings were read from is gone.
    """
    said = read_all(settings.asked)[0].history.get(f"roles.{role}", [])
    return next((str(origin.value) for origin in said if origin.layer == "user file"), None)


class Tried(NamedTuple):
    """A choice that is being tried, or waits for the one before it."""

    player: str
    worker: Worker[None]


class Choosing:
    """One app's choices: tried one after the other, a newer one of a role in place of an older one."""

    def __init__(self, app: CodesteerApp) -> None:
        self._app = app
        self._turn = asyncio.Lock()
        self._trying: dict[Role, Tried] = {}
        self._going_on: set[str] = set()
        """What is being stored or saved, perhaps in a dialog."""

    def begin(self, role: Role, player: str) -> None:
        """Have this player for this role, or say why not, in the background."""
        before, word = self._trying.get(role), ROLE_WORDS[role]
        instead = ""
        if before and not before.worker.is_finished:
            if before.player == player:
                return
            before.worker.cancel()
            self._say(f"{word}: {before.player} is given up for {player}.")
            instead = f" in place of {before.player}"
        self._say(f"{word}: asking {player}{instead} ...", on_the_way=True)

        async def choose() -> None:
            await self.choose(role, player)

        worker: Worker[None] = self._app.run_worker(choose, group=GROUP, exit_on_error=False)
        self._trying[role] = Tried(player, worker)

    async def choose(self, role: Role, player: str) -> None:
        """Have this player for this role, or say why not, once the choices before it are through."""
        waits = self._turn.locked()
        async with self._turn:
            if waits:
                self._say(f"{ROLE_WORDS[role]}: asking {player} ...", on_the_way=True)
            try:
                try:
                    done = await self._try(role, player)
                except ModelError as error:
                    if not await self.got_key(error):
                        raise
                    done = await self._try(role, player)
            except CodesteerError as error:
                now = label(self._app.settings.config, role)
                self._refuse(f"{ROLE_WORDS[role]} stays with {now}: {error.message}", error.remedy)
                return
            self._say(done)
            if role == "steerer":
                await point_out(self._app)

    async def _try(self, role: Role, player: str) -> str:
        """Have the player, and the sentence that says from when.

        Raises:
            CodesteerError: it cannot play, or does not answer.
        """
        app, live = self._app, self._app.live
        config = with_player(app.settings.config, role, player)
        choices = choices_of(config)
        name = known_as(choices[role])
        await self._require_name(player, choices[role])
        plays = chosen(config, role) == chosen(app.settings.config, role)
        when, note = "for the next problem", ""
        if live.running and live.session is not None:
            try:
                switch = await live.session.change_role(
                    role, player, providers=config.providers, confirm=partial(self._confirm, name)
                )
            except SessionError:  # it has just ended
                note = self._note(await reach(choices[role]))
            else:
                if switch is None:
                    return f"{ROLE_WORDS[role]} stays with {label(app.settings.config, role)}."
                plays = switch.before == switch.after
                when, note = self._when(switch), self._note(switch.reached)
        else:
            note = self._note(await reach(choices[role]))
        app.chosen[role] = name
        app.use(overridden(app.settings, role, player))
        if plays:
            return f"{ROLE_WORDS[role]}: {label(config, role)} plays already.{note}"
        save = f"{pressed(app, 'save')}{'' if self.screen else ' in Models'}"
        return f"{ROLE_WORDS[role]}: {name} {when}.{note} {save} saves it for good."

    async def _require_name(self, player: str, choice: Choice) -> None:
        """Refuse what cannot be the name of a model, before anybody is asked.

        Raises:
            CodesteerError: the player is written without a model, or as no model is called.
        """
        provider, (name, colon, model) = choice.provider, player.partition(":")
        if provider is None or provider.kind in FREE_KINDS:
            return
        if not choice.model or (colon and not model.strip()):
            at = pressed(self._app, "models")
            raise ConfigError(
                f"{player!r} names no model of {name}.",
                f"Write {name}:MODEL. {at} lists them, and: codesteer providers models {name}",
            )
        if len(model.split()) > 1:
            found = await reach(choice)
            if not (found and found.model_known):
                raise ConfigError(
                    f"{player!r} is not one name, and {name} lists no such model.",
                    f"Write one name, without what follows it: {name}:{model.split()[0]}",
                )

    def _when(self, switch: Switch) -> str:
        with_it = " and ".join(ROLE_WORDS[role] for role in switch.followers)
        return f"from round {switch.round}" + (f", {with_it} with it" if with_it else "")

    def _note(self, reached: object) -> str:
        known = getattr(reached, "model_known", None)
        return " Its server does not list that model." if known is False else ""

    async def _confirm(self, name: str, fit: Fit) -> bool:
        """Say that the history would not fit, and ask."""
        with importing:
            from codesteer_tui.tui.screens.choice import ChoiceScreen

        left = fit.context - fit.needed
        said = (
            f"That leaves {left:,} for the reply, which would likely be cut off."
            if left > 0
            else "The model would refuse it, or lose the beginning of it."
        )
        screen = ChoiceScreen(
            f"The conversation so far does not fit {name}. Switch all the same?",
            (STAY, SWITCH),
            f"{ROLE_WORDS[fit.role]} would be sent about {fit.needed:,} tokens next; the context of {name} has"
            f" {fit.context:,}.\n{said}",
        )
        return await self._app.push_screen_wait(screen) == 1

    async def got_key(self, error: ModelError) -> bool:
        """Have the key entered that a call lacks; false where it lacks none that can be, or the dialog was left."""
        provider = self._app.settings.config.providers.get(error.provider)
        if error.kind != "missing_key" or provider is None:
            return False
        state = await in_thread(partial(look, error.provider, provider))
        if state.found is not False or not state.needed:
            return False
        return await self.enter_key(error.provider, why=error.message)

    async def enter_key(self, name: str, *, why: str = "") -> bool:
        """Have the key of a provider entered, stored, and found from now on; false where it was left."""
        return bool(await self._once(f"providers.{name}.key", partial(self._enter_key, name, why)))

    async def _enter_key(self, name: str, why: str) -> bool:
        with importing:
            from codesteer_tui.tui.screens.key_entry import KeyScreen

        app = self._app
        provider = app.settings.config.providers[name]
        host, preset = host_of(provider), PRESETS.get(provider.preset)
        if not host:
            self._refuse(f"{name} has no address yet.", f"Set providers.{name}.base_url first.")
            return False
        source = await app.push_screen_wait(
            KeyScreen(name, host, page=preset.page if preset else "", why=why)
        )
        if not source:
            return False
        app.use(with_key_source(app.settings, name, source))
        try:
            saved = await in_thread(
                partial(save_setting, ("providers", name, "key"), source, settings=app.settings)
            )
        except CodesteerError as error:
            self._refuse(f"The key is stored. {error.message}", error.remedy)
        else:
            said = [f"The key of {name} is stored, and {saved} says where.", saved.warning]
            if saved.replaced:
                said.insert(1, f"That replaces {saved.replaced}.")
            self._say(" ".join(filter(None, said)))
        return True

    async def save(self, role: Role) -> None:
        """Keep who plays a role for later runs of the app; asks before another player in the file is replaced."""
        await self._once(f"roles.{role}", partial(self._save, role))

    async def _save(self, role: Role) -> None:
        with importing:
            from codesteer_tui.tui.screens.confirm import ConfirmScreen

        app = self._app
        async with self._turn:  # a choice that is being tried is what shall be saved
            player = as_saved(app.settings, getattr(app.settings.config.roles, role))
        setting = f"[roles] {role}"
        try:
            before = await in_thread(partial(saved_player, app.settings, role))
            if before not in (None, player):
                question = f'Save {setting} = "{player}" in place of "{before}"?'
                screen = ConfirmScreen(
                    question, f"in {app.settings.asked.user_file}", no=STAY, yes="Replace it"
                )
                if not await app.push_screen_wait(screen):
                    self._say(f'Not saved: {setting} = "{before}" stays in the file.')
                    return
            if weights := weights_to_save(app.settings, player):
                await in_thread(partial(save_provider, app.settings, *weights))
            saved = await in_thread(partial(save_setting, ("roles", role), player, settings=app.settings))
        except CodesteerError as error:
            self._refuse(error.message, error.remedy)
            return
        replaced = f' in place of "{before}"' if before not in (None, player) else ""
        with_it = f", and [providers.{weights[0]}] with it" if weights else ""
        self._say(f'Saved in {saved}: {setting} = "{player}"{replaced}{with_it}. {saved.warning}'.strip())

    async def _once(self, what: str, work: Callable[[], Awaitable[T]]) -> T | None:
        """What the work gives, or None where the same is going on: a key that is pressed twice opens one dialog."""
        if what in self._going_on:
            return None
        self._going_on.add(what)
        try:
            return await work()
        finally:
            self._going_on.discard(what)

    def playing(self) -> dict[Role, tuple[str, str]]:
        """For each role who plays it now, and who will with the words for when, or nothing."""
        live, config = self._app.live, self._app.settings.config
        now = live.desk.transcript.roles if live.desk and live.running else {}
        shown: dict[Role, tuple[str, str]] = {}
        for role in ROLES:
            info, mine = now.get(role), label(config, role)
            follows = role != "task_llm" and info == now.get("task_llm") and mine == SAME
            shown[role] = (
                mine if info is None or follows else who(info),
                " ".join(live.pending.get(role, ())),
            )
        return shown

    @property
    def screen(self) -> ModelsScreen | None:
        """The models screen, if it is open."""
        with importing:
            from codesteer_tui.tui.screens.models import ModelsScreen

        return next((s for s in self._app.screen_stack if isinstance(s, ModelsScreen)), None)

    def _say(self, words: str, *, on_the_way: bool = False) -> None:
        if screen := self.screen:
            screen.say(words)
        else:
            self._app.live.say_choice(words, on_the_way=on_the_way)

    def _refuse(self, message: str, remedy: str) -> None:
        if screen := self.screen:
            screen.say(f"{message} -> {remedy}" if remedy else message, bad=True)
        else:
            self._app.live.explain(message, remedy)
