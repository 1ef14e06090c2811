"""Giving a role to another player from the app: ask for what is missing, try it, say what came of it.

While a run goes on the choice applies to it from its next round, and to every problem after it; else to the next
problem. Nothing is written to a file unless the person saves it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from codesteer_tui.errors import CodesteerError, ModelError, SessionError
from codesteer_tui.presets import PRESETS
from codesteer_tui.providers.keys.sources import host_of, look
from codesteer_tui.providers.opening import choose_role
from codesteer_tui.providers.waiting import in_thread
from codesteer_tui.sessions.casting import choices_of
from codesteer_tui.sessions.switching import Fit, Switch, reach, with_player
from codesteer_tui.settings.saving import save_setting
from codesteer_tui.tui.importing import importing
from codesteer_tui.tui.players import ROLE_WORDS, ROLES, SAME, label, name_of, overridden, with_key_source
from codesteer_tui.tui.words import who
from codesteer_tui.values import Role

if TYPE_CHECKING:
    from codesteer_tui.tui.app import CodesteerApp
    from codesteer_tui.tui.screens.models import ModelsScreen

STAY, SWITCH = "Leave it as it is", "Switch all the same"


class Choosing:
    """One app's choices."""

    def __init__(self, app: CodesteerApp) -> None:
        self._app = app

    async def choose(self, role: Role, player: str) -> None:
        """Have this player for this role, or say why not."""
        self._say(f"{ROLE_WORDS[role]}: asking {player} ...", on_the_way=True)
        try:
            try:
                done = await self._try(role, player)
            except ModelError as error:
                if error.kind != "missing_key" or not await self._got_key(role, player, error):
                    raise
                done = await self._try(role, player)
        except CodesteerError as error:
            now = label(self._app.settings.config, role)
            self._refuse(f"{ROLE_WORDS[role]} stays with {now}: {error.message}", error.remedy)
            return
        self._say(done)

    async def _try(self, role: Role, player: str) -> str:
        """Have the player, and the sentence that says from when.

        Raises:
            CodesteerError: it cannot play, or does not answer.
        """
        app, live = self._app, self._app.live
        config = with_player(app.settings.config, role, player)
        choices = choices_of(config)
        name = name_of(choices[role])
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
                when, note = self._when(switch), self._note(switch.reached)
        else:
            note = self._note(await reach(choices[role]))
        app.chosen[role] = name
        app.use(overridden(app.settings, role, player))
        return f"{ROLE_WORDS[role]}: {name} {when}.{note} s in Models saves it for good."

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

    async def _got_key(self, role: Role, player: str, error: ModelError) -> bool:
        """Have the key that is missing entered, if it is one that can be; false where it was not."""
        choice = choose_role(with_player(self._app.settings.config, role, player), role)
        if choice.provider is None:
            return False
        state = await in_thread(partial(look, choice.name, choice.provider))
        if state.found is not False or not state.needed:
            return False
        return await self.enter_key(choice.name, why=error.message)

    async def enter_key(self, name: str, *, why: str = "") -> bool:
        """Have the key of a provider entered, stored, and found from now on; false where it was left."""
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
        app.use(with_key_source(app.settings, name, source))
        return True

    async def save(self, role: Role) -> None:
        """Keep who plays a role for later runs of the app."""
        player = getattr(self._app.settings.config.roles, role)
        try:
            saved = await in_thread(
                partial(save_setting, ("roles", role), player, settings=self._app.settings)
            )
        except CodesteerError as error:
            self._refuse(error.message, error.remedy)
            return
        self._say(f'Saved in {saved}: [roles] {role} = "{player}". {saved.warning}'.strip())

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
