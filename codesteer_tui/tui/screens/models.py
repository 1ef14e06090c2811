"""Who plays which role, and who could: reachability, context, price and key of everybody, filled in as it is known."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import ClassVar

import msgspec
from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
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
from codesteer_tui.tui import background
from codesteer_tui.tui.in_order import act_in_order
from codesteer_tui.tui.keys import bindings, openers, sentence
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
    of_model,
    players_of,
    with_key,
    worth_asking,
)
from codesteer_tui.tui.widgets.presence import is_there
from codesteer_tui.tui.words import cut
from codesteer_tui.values import Role, RoleInfo

HINTS = (
    "Type to search   {choose} chooses   {next_role} role   {save} saves for good   {enter_key} key   "
    "{ask_again} asks again   {leave_models} closes",
    "Type to search   {choose} choose   {next_role} role   {save} save   {enter_key} key   {leave_models} close",
    "Type to search  {choose} choose  {next_role} role  {save} save  {enter_key} key  {leave_models} close",
    "Type to search  {choose} choose  {next_role} role  {save} save  {leave_models} close",
    "Type to search  {choose} choose  {save} save  {leave_models} close",
    "{choose} choose  {save} save  {leave_models} close",
)
"""The last line, with the names of rows of the key table; the first that fits is shown."""

ROOMY_FROM = 22
"""With fewer rows nothing is left empty."""

AT_ONCE = 6
"""Servers that are asked at the same time."""


class TypedPlayer(Input):
    """The search, and players written by hand. It has the focus all the time; the lists only show."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("models")

    async def _on_key(self, event: events.Key) -> None:
        if event.character == "/" and not self.value:  # which begins a search elsewhere, and no name at all
            event.stop()
            event.prevent_default()
        elif not event.is_printable:
            await act_in_order(self, event)

    async def action_right(self) -> None:
        """Move the cursor; behind the text, go on to the models of the provider."""
        if self.selection.is_empty and self.cursor_at_end:
            await self.app.run_action("screen.models_of", self)
        else:
            self.action_cursor_right()


class ModelsScreen(ModalScreen[None]):
    """Roles above, players below; Enter gives the role to the highlighted player."""

    BINDINGS: ClassVar[list[BindingType]] = openers("help")
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

    def __init__(
        self, settings: Settings, playing: Mapping[Role, tuple[str, str]], role: Role, search: str = ""
    ) -> None:
        """`playing` has for each role who plays it now, and who will with the words for when, or nothing; `search` is
        what is searched for at first."""
        super().__init__(id="models")
        self.settings, self.playing, self.role = settings, playing, role
        self.players: list[Player] = []
        self.rows: list[Player] = []
        self._typed = TypedPlayer(
            search,
            placeholder="type to search, or provider:model",
            id="typed",
            compact=True,
            select_on_focus=False,
        )
        self._searched = ""
        """What the rows were searched for."""
        self._found: dict[str, Player] = {}
        """What has been learnt of each provider, by its name; it holds for every role."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Models"
            yield OptionList(*(Option("") for _ in ROLES), id="roles")
            yield self._typed
            yield OptionList(id="players")
            yield Static(markup=False, id="about")
            yield Static(markup=False, id="said")
            yield Static(markup=False, classes="dialog-hint", id="hint")

    def on_mount(self) -> None:
        self._typed.cursor_blink = False
        for listed in self.query(OptionList):
            listed.can_focus = False
        self.set_focus(self._typed)
        self.query_one("#roles", OptionList).highlighted = ROLES.index(self.role)
        self._draw_hint()
        self.renew(self.settings, self.playing)

    def _forward_event(self, event: events.Event) -> None:
        """What is typed before there is a focus goes into the search as well, before what is typed after it."""
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            self._typed._forward_event(event)
        else:
            super()._forward_event(event)

    def renew(self, settings: Settings, playing: Mapping[Role, tuple[str, str]]) -> None:
        """Show other settings: somebody was chosen, or a key was stored. What is not known yet is asked."""
        if not is_there(self):
            return
        self.settings, self.playing = settings, playing
        for name in [n for n, row in self._found.items() if self._is_stale(n, row)]:
            del self._found[name]
        self._draw_roles()
        self._draw_players()
        asked = asyncio.Semaphore(AT_ONCE)
        for row in self.players:
            if row.choice and row.name not in self._found:
                self._found[row.name] = row
                background.begin(self, partial(self._learn, row, asked), group="learn")

    def _is_stale(self, name: str, row: Player) -> bool:
        return bool(row.choice) and row.choice.provider != self.settings.config.providers.get(name)  # type: ignore[union-attr]

    def say(self, words: str, *, bad: bool = False) -> None:
        """What came of the last choice, under the list."""
        if not is_there(self):
            return
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
        if is_there(self):
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
            reached = of_model(reached, row.choice)
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
        shown = {role: self.playing.get(role, ("", "")) for role in ROLES}
        names = {
            role: (cut(plain(now), 40), f" -> {plain(then)}" if then else "")
            for role, (now, then) in shown.items()
        }
        width = max(14, *(len(now) + len(then) for now, then in names.values()))
        for place, role in enumerate(ROLES):
            now, then = names[role]
            parts: list[tuple[str, str] | str] = [
                ("> " if role == self.role else "  ", "bold $text-accent"),
                (f"{ROLE_WORDS[role]:<6} ", "bold"),
                now,
                (then, "bold $text-warning"),
                (f"{'':<{width - len(now) - len(then)}}   {ROLE_DOES[role]}", "dim"),
            ]
            roles.replace_option_prompt_at_index(place, Content.assemble(*parts))

    def _draw_players(self, *, keep: bool = True) -> None:
        """The rows that fit what is typed; `keep` leaves the highlight on the same player."""
        listed, typed = self.query_one("#players", OptionList), self._typed.value
        self._searched = typed
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
        wanted = before or ("" if typed else chosen(self.settings.config, self.role))
        if self.rows:
            listed.highlighted = names.index(wanted) if wanted in names else 0
        listed.border_title = f"for {ROLE_WORDS[self.role]}"
        self._draw_about()

    @property
    def highlighted(self) -> Player | None:
        """The player that keys act on."""
        at = self.query_one("#players", OptionList).highlighted
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
        hints = [sentence(self.app, words).replace("Ctrl+", "^") for words in HINTS]
        fitting = (words for words in hints if len(words) <= width)
        self.query_one("#hint", Static).update(Content(next(fitting, hints[-1])))

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self._draw_hint)
        self._draw_players()

    @on(OptionList.OptionHighlighted, "#players")
    def _player_highlighted(self) -> None:
        self._draw_about()

    @on(Input.Changed, "#typed")
    def _search(self) -> None:
        """Show what fits the text; a key that acts on a row does this first, for it may come before the message."""
        if self._typed.value != self._searched:
            self._draw_players(keep=False)

    @on(OptionList.OptionSelected, "#players")
    def action_choose(self) -> None:
        self._search()
        row = self.highlighted
        if row is None:
            self.say("Write provider:model, for example openai:gpt-4o.", bad=True)
        elif row.lacks_model:
            self._offer_models(row)
        else:
            self._typed.select_all()  # what is typed next is another search
            self.post_message(self.Chosen(self.role, row.player))

    def _offer_models(self, row: Player) -> None:
        """Which of its models? The search goes on in what its server lists."""
        if row.key and row.key.needed and row.key.found is False:
            self.post_message(self.KeyWanted(row.name))
            return
        if row.reached and not row.reached.ok:
            self.say(f"{row.reached.detail} {row.reached.remedy}".strip(), bad=True)
            return
        self._typed.value = f"{row.name}:"
        self._typed.cursor_position = len(self._typed.value)
        listed = len(row.reached.models) if row.reached else 0
        count = f"{listed} are listed" if listed else "none is listed"
        self.say(f"Which model of {row.name}? {count}; type to search, or write its name.")

    def action_move(self, by: int) -> None:
        """Bring the highlight `by` players further; from the last one on to the first, as a list does."""
        self._search()
        listed, last = self.query_one("#players", OptionList), len(self.rows) - 1
        at = listed.highlighted or 0
        if self.rows:
            around = (at + by) % (last + 1)
            listed.highlighted = around if abs(by) == 1 else max(0, min(at + by, last))

    def action_next_role(self, by: int) -> None:
        """Go to the next role, or with -1 to the one before."""
        self._go_to_role(ROLES[(ROLES.index(self.role) + by) % len(ROLES)])

    @on(OptionList.OptionHighlighted, "#roles")
    def _role_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        if event.option_index == self.query_one("#roles", OptionList).highlighted:
            self._go_to_role(ROLES[event.option_index])

    def _go_to_role(self, role: Role) -> None:
        if role != self.role:
            self.role = role
            self.query_one("#roles", OptionList).highlighted = ROLES.index(role)
            self._draw_roles()
            self._draw_players(keep=False)

    def action_models_of(self) -> None:
        self._search()
        if self.highlighted and self.highlighted.choice:
            self._offer_models(self.highlighted)

    def action_enter_key(self) -> None:
        self._search()
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
        self.dismiss(None)
