"""Who plays which role, and who could: reachability, context, price and key of everybody, filled in as it is known."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import ClassVar

import msgspec
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Resize
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from codesteer_tui.errors import CodesteerError
from codesteer_tui.providers.costs.prices import FILE_NAME, Price, price_of, pricing
from codesteer_tui.providers.keys.sources import host_of, look
from codesteer_tui.providers.probing.reaching import ping
from codesteer_tui.providers.waiting import in_thread
from codesteer_tui.settings import Settings
from codesteer_tui.text import plain
from codesteer_tui.tui.keys import bindings
from codesteer_tui.tui.layout import TALL_FROM
from codesteer_tui.tui.players import (
    ROLE_DOES,
    ROLE_WORDS,
    ROLES,
    Player,
    chosen,
    columns,
    details,
    matching,
    players_of,
    with_key,
    worth_asking,
)
from codesteer_tui.tui.words import cut
from codesteer_tui.values import Role, RoleInfo

HINTS = (
    "Enter chooses   Tab role, search, list   s saves for good   k key   r asks again   Esc closes",
    "Enter choose  Tab role  / search  s save  k key  r again  Esc close",
    "Enter choose  / search  s save  k key  Esc close",
    "Enter choose  s save  k key  Esc close",
)

ROOMY_FROM = 22
"""With fewer rows nothing is left empty."""

AT_ONCE = 6
"""Servers that are asked at the same time."""


class PlayerList(OptionList):
    """The players; letters act on the highlighted one, or on the role."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("models")


class TypedPlayer(Input):
    """A player written by hand. Down goes to the list."""

    BINDINGS: ClassVar[list[BindingType]] = [("down", "screen.to_players", "To the list")]


class ModelsScreen(ModalScreen[None]):
    """Roles above, players below; Enter gives the role to the highlighted player."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "back", "Back"),
        ("f1", "app.help", "Help"),
        # Before any widget sees it, so that what is typed right after it goes into the search already.
        Binding("slash", "search", "Search", show=False, priority=True),
    ]
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (ROOMY_FROM, "-short"), (TALL_FROM, "-tall")]  # noqa: RUF012

    class Chosen(Message):
        """A role shall be played by this player."""

        def __init__(self, role: Role, player: str) -> None:
            super().__init__()
            self.role, self.player = role, player

    class KeyWanted(Message):
        """The key of this provider shall be entered."""

        def __init__(self, provider: str) -> None:
            super().__init__()
            self.provider = provider

    class SaveWanted(Message):
        """Who plays this role shall play it from now on."""

        def __init__(self, role: Role) -> None:
            super().__init__()
            self.role = role

    def __init__(self, settings: Settings, playing: Mapping[Role, tuple[str, str]], role: Role) -> None:
        """`playing` has for each role who plays it now, and who will with the words for when, or nothing."""
        super().__init__(id="models")
        self.settings, self.playing, self.role = settings, playing, role
        self.players: list[Player] = []
        self.rows: list[Player] = []
        self._found: dict[str, Player] = {}
        """What has been learnt of each provider, by its name; it holds for every role."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Models"
            yield OptionList(*(Option("") for _ in ROLES), id="roles")
            yield TypedPlayer(
                placeholder="type to search, or provider:model",
                id="typed",
                compact=True,
                select_on_focus=False,
            )
            yield PlayerList(id="players")
            yield Static(markup=False, id="about")
            yield Static(markup=False, id="said")
            yield Static(markup=False, classes="dialog-hint", id="hint")

    def on_mount(self) -> None:
        self.query_one("#typed", TypedPlayer).cursor_blink = False
        self.set_focus(self.query_one(PlayerList))
        self.query_one("#roles", OptionList).highlighted = ROLES.index(self.role)
        self._draw_hint()
        self.renew(self.settings, self.playing)

    def renew(self, settings: Settings, playing: Mapping[Role, tuple[str, str]]) -> None:
        """Show other settings: somebody was chosen, or a key was stored. What is not known yet is asked."""
        self.settings, self.playing = settings, playing
        for name in [n for n, row in self._found.items() if self._is_stale(n, row)]:
            del self._found[name]
        self._draw_roles()
        self._draw_players()
        asked = asyncio.Semaphore(AT_ONCE)
        for row in self.players:
            if row.choice and row.name not in self._found:
                self._found[row.name] = row
                self.run_worker(self._learn(row, asked), group="learn")

    def _is_stale(self, name: str, row: Player) -> bool:
        return bool(row.choice) and row.choice.provider != self.settings.config.providers.get(name)  # type: ignore[union-attr]

    def say(self, words: str, *, bad: bool = False) -> None:
        """What came of the last choice, under the list."""
        style = "bold $text-error" if bad else "$text-accent"
        self.query_one("#said", Static).update(Content.assemble((plain(words), style)))

    async def _learn(self, row: Player, asked: asyncio.Semaphore) -> None:
        """Find out about one provider: its key, then, if that is there, whether its server answers."""
        choice = row.choice
        provider = choice.provider if choice else None
        assert choice is not None
        assert provider is not None
        key = await in_thread(partial(look, row.name, provider))
        row = with_key(msgspec.structs.replace(row, price=self._price(row)), key)
        if not worth_asking(row):
            self._learnt(row)
            return
        self._learnt(msgspec.structs.replace(row, asking=True))
        async with asked:
            reached = await ping(choice)
        self._learnt(msgspec.structs.replace(row, reached=reached, asking=False))

    def _learnt(self, row: Player) -> None:
        self._found[row.name] = row
        if self.is_attached:
            self._draw_players()

    def _price(self, row: Player) -> Price | None:
        choice = row.choice
        if choice is None or choice.provider is None:
            return None
        provider, host = choice.provider, host_of(choice.provider)
        own = self.settings.beside(FILE_NAME)
        try:
            price = pricing(self.settings.config.providers, own)
        except CodesteerError:  # the person's table is wrong, which a run says; the built-in one is not
            return price_of(provider, host, choice.model, name=row.name)
        return price(RoleInfo(row.name, provider.kind, choice.model, "", host))

    def _known(self, row: Player) -> Player:
        """The row with what has been learnt of its provider."""
        known = self._found.get(row.name)
        if known is None or row.choice is None:
            return row
        other = row.choice.model != (known.choice.model if known.choice else "")
        reached = known.reached
        if other and reached:
            listed = row.choice.model in reached.models
            reached = msgspec.structs.replace(reached, context_tokens=0, model_known=listed or None)
        return msgspec.structs.replace(
            row,
            key=known.key,
            reached=reached,
            asking=known.asking,
            price=self._price(row) if other else known.price,
            set_up=row.set_up or known.set_up,
        )

    def _draw_roles(self) -> None:
        roles = self.query_one("#roles", OptionList)
        for place, role in enumerate(ROLES):
            now, then = self.playing.get(role, ("", ""))
            parts: list[tuple[str, str] | str] = [
                ("> " if role == self.role else "  ", "bold $text-accent"),
                (f"{ROLE_WORDS[role]:<6} ", "bold"),
                f"{cut(plain(now), 40):<14}",
            ]
            parts += [(f" -> {plain(then)}", "bold $text-warning")] if then else []
            parts += [(f"   {ROLE_DOES[role]}", "dim")]
            roles.replace_option_prompt_at_index(place, Content.assemble(*parts))

    def _draw_players(self, *, keep: bool = True) -> None:
        """The rows that fit what is typed; `keep` leaves the highlight on the same player."""
        listed, typed = self.query_one(PlayerList), self.query_one("#typed", TypedPlayer).value
        before = self.highlighted.player if keep and self.highlighted else ""
        self.players = [self._known(row) for row in players_of(self.settings, self.role)]
        self.players.sort(key=lambda row: bool(row.choice) and not row.set_up)
        self.rows = [self._known(row) for row in matching(self.players, typed)]
        width = max(40, listed.scrollable_content_region.width - 2)
        prompts = [Content.assemble(*columns(row, width)) for row in self.rows]
        if len(prompts) == listed.option_count:
            for place, prompt in enumerate(prompts):
                listed.replace_option_prompt_at_index(place, prompt)
        else:
            listed.set_options(Option(prompt) for prompt in prompts)
        names = [row.player for row in self.rows]
        wanted = before or chosen(self.settings.config, self.role)
        if self.rows:
            listed.highlighted = names.index(wanted) if wanted in names else 0
        listed.border_title = f"for {ROLE_WORDS[self.role]}"
        self._draw_about()

    @property
    def highlighted(self) -> Player | None:
        """The player that keys act on."""
        at = self.query_one(PlayerList).highlighted
        return self.rows[at] if at is not None and at < len(self.rows) else None

    def _draw_about(self) -> None:
        row = self.highlighted
        lines = details(row) if row else [("Nobody of that name; write provider:model.", "dim")]
        parts: list[tuple[str, str] | str] = []
        for text, style in lines:
            parts += ["\n"] if parts else []
            parts.append((cut(text, 300), style))
        self.query_one("#about", Static).update(Content.assemble(*parts))

    def _draw_hint(self) -> None:
        width = self.query_one("#hint", Static).content_size.width or self.size.width
        fitting = (words for words in HINTS if len(words) <= width)
        self.query_one("#hint", Static).update(Content(next(fitting, HINTS[-1])))

    def on_resize(self, event: Resize) -> None:
        self.call_after_refresh(self._draw_hint)
        self._draw_players()

    @on(OptionList.OptionHighlighted, "#roles")
    def _role_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        if (role := ROLES[event.option_index]) != self.role:
            self.role = role
            self._draw_roles()
            self._draw_players(keep=False)

    @on(OptionList.OptionSelected, "#roles")
    def action_to_players(self) -> None:
        self.set_focus(self.query_one(PlayerList))

    @on(OptionList.OptionHighlighted, "#players")
    def _player_highlighted(self) -> None:
        self._draw_about()

    @on(Input.Changed, "#typed")
    def _typed(self) -> None:
        self._draw_players(keep=False)
        if self.query_one("#typed", TypedPlayer).value and self.rows:
            self.query_one(PlayerList).highlighted = 0

    @on(Input.Submitted, "#typed")
    @on(OptionList.OptionSelected, "#players")
    def _chosen(self) -> None:
        row = self.highlighted
        if row is None:
            self.say("Write provider:model, for example openai:gpt-4o.", bad=True)
        elif row.lacks_model:
            self._offer_models(row)
        else:
            self.post_message(self.Chosen(self.role, row.player))

    def _offer_models(self, row: Player) -> None:
        """Which of its models? The search goes on in what its server lists."""
        if row.key and row.key.needed and row.key.found is False:
            self.post_message(self.KeyWanted(row.name))
            return
        if row.reached and not row.reached.ok:
            self.say(f"{row.reached.detail} {row.reached.remedy}".strip(), bad=True)
            return
        typed = self.query_one("#typed", TypedPlayer)
        typed.value = f"{row.name}:"
        typed.cursor_position = len(typed.value)
        self.set_focus(typed)
        listed = len(row.reached.models) if row.reached else 0
        count = f"{listed} are listed" if listed else "none is listed"
        self.say(f"Which model of {row.name}? {count}; type to search, or write its name.")

    def action_role(self, number: int) -> None:
        self.query_one("#roles", OptionList).highlighted = number - 1

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A slash in the search is a character like any other."""
        return action != "search" or (self.is_mounted and not isinstance(self.focused, TypedPlayer))

    def action_search(self) -> None:
        self.set_focus(self.query_one("#typed", TypedPlayer))

    def action_models_of(self) -> None:
        if self.highlighted and self.highlighted.choice:
            self._offer_models(self.highlighted)

    def action_enter_key(self) -> None:
        row = self.highlighted
        if row and row.key and row.key.needed:
            self.post_message(self.KeyWanted(row.name))
        elif row:
            self.say(f"{row.name} needs no key.")

    def action_save(self) -> None:
        self.post_message(self.SaveWanted(self.role))

    def action_ask_again(self) -> None:
        self._found.clear()
        self.say("")
        self.renew(self.settings, self.playing)

    def action_back(self) -> None:
        typed = self.query_one("#typed", TypedPlayer)
        if typed.value:
            typed.value = ""
            self.set_focus(self.query_one(PlayerList))
        elif typed.has_focus:
            self.set_focus(self.query_one(PlayerList))
        else:
            self.dismiss(None)
