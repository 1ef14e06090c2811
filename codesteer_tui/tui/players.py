"""Who can play a role: the rows of the models screen, and the words for them. No widget and no network."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import msgspec
from msgspec import Struct

from codesteer_tui.config import Config, Provider
from codesteer_tui.errors import CodesteerError
from codesteer_tui.presets import PRESETS
from codesteer_tui.providers.costs.prices import Price
from codesteer_tui.providers.keys.sources import KeyState, host_of, source_in_words
from codesteer_tui.providers.opening import Choice, choose_provider, choose_role
from codesteer_tui.providers.probing.listings import find
from codesteer_tui.providers.probing.reaching import Reachability
from codesteer_tui.settings import Settings
from codesteer_tui.text import plain
from codesteer_tui.tui.words import Mark, amount
from codesteer_tui.values import FREE_KINDS, REMOTE_KINDS, Role

ROLES: tuple[Role, ...] = ("task_llm", "steerer", "checker")
ROLE_WORDS: dict[Role, str] = {"task_llm": "TASK", "steerer": "STEER", "checker": "CHECK"}
ROLE_DOES: dict[Role, str] = {
    "task_llm": "answers the problem",
    "steerer": "guides the TaskLLM",
    "checker": "tests the answer",
}
SPECIAL: dict[Role, dict[str, str]] = {
    "task_llm": {},
    "steerer": {"rules": "built-in rules, no model", "same-as-task": "the TaskLLM steers itself"},
    "checker": {"same-as-task": "the TaskLLM's model, asked anew", "off": "no test program is written"},
}
"""Who plays a role without a provider of its own."""

SAME = "same as TASK"

FAILURES = {
    "missing_key": "no key",
    "auth": "key refused",
    "quota": "no quota left",
    "rate_limit": "too many calls",
    "overloaded": "overloaded",
    "unreachable": "not reachable",
    "weights": "no weights",
    "protocol": "another protocol",
    "config": "not set up",
}
"""What is wrong with a provider, in a word or two, by the kind of failure."""

ASKING = Mark("~", "asking ...", "$text-accent")
UNASKED = Mark("?", "not asked yet", "$foreground 70%")
NO_KEY = Mark("-", "no key", "$foreground 70%")
NOTHING_THERE = Mark("-", "nothing listens", "$foreground 70%")
NO_MODEL = Mark("?", "choose a model", "bold $text-warning")


class Player(Struct, frozen=True):
    """One row. `player` is how it is written in [roles]; `choice` is None for the special ones.

    `set_up`: the person has configured it, or its key is there; the others are what could be set up.
    """

    player: str
    about: str = ""
    choice: Choice | None = None
    set_up: bool = True
    key: KeyState | None = None
    reached: Reachability | None = None
    asking: bool = False
    price: Price | None = None

    @property
    def name(self) -> str:
        """The provider's name, or the special player's."""
        return self.choice.name if self.choice else self.player

    @property
    def lacks_model(self) -> bool:
        """Nobody has said yet which of the provider's models plays."""
        kind = self.choice.provider.kind if self.choice and self.choice.provider else "demo"
        return kind != "demo" and bool(self.choice) and not (self.choice and self.choice.model)

    @property
    def is_local(self) -> bool:
        """It runs on this machine, as far as is known."""
        provider = self.choice.provider if self.choice else None
        if provider is None or provider.kind in FREE_KINDS:
            return True
        preset = PRESETS.get(provider.preset)
        return bool(preset and preset.local)

    @property
    def context(self) -> int:
        """The size of its context in tokens, 0 where it is not known."""
        provider = self.choice.provider if self.choice else None
        said = self.reached.context_tokens if self.reached else 0
        table = (self.price.context or 0) if self.price else 0
        return (provider.context_tokens if provider else 0) or said or table

    @property
    def state(self) -> Mark:
        """Whether it can be reached, as far as is known."""
        if self.choice is None or (self.choice.provider and self.choice.provider.kind == "demo"):
            return Mark("+", "built in" if self.choice else "always there", "$text-success")
        if self.asking:
            return ASKING
        if self.reached is None:
            return NO_KEY if self.key and self.key.needed and self.key.found is False else UNASKED
        if not self.reached.ok:
            if not self.set_up and self.is_local:
                return NOTHING_THERE
            word = FAILURES.get(self.reached.kind, "no answer")
            return Mark("x", word, "bold $text-error")
        if self.lacks_model:
            return NO_MODEL
        if self.reached.model_known is False:
            return Mark("!", "model not listed", "bold $text-warning")
        took = f", {self.reached.ms:.0f} ms" if self.reached.ms is not None else ""
        return Mark("+", f"there{took}", "bold $text-success")

    @property
    def price_words(self) -> str:
        """US dollars for a million tokens in and out, or why there is no such figure."""
        if self.choice is None:
            return ""
        if self.price is None:
            return "price unknown"
        return f"${self.price.input:g}/${self.price.output:g}" if self.price.output else "free"

    @property
    def key_words(self) -> str:
        """Where its key comes from; empty where none is needed."""
        if self.key is None or not self.key.needed:
            return ""
        return self.key.source


def players_of(settings: Settings, role: Role) -> list[Player]:
    """Everybody who can play this role: the special ones, what is set up, then what could be.

    Of the providers that could be set up those on this machine come first.
    """
    config = settings.config
    special = [Player(name, about) for name, about in SPECIAL[role].items()]
    found = []
    for name, provider in config.providers.items():
        if role == "steerer" and provider.kind == "demo":
            continue
        choice = Choice(name, provider, provider.model, "")
        player = f"{name}:{provider.model}" if provider.model and provider.kind != "demo" else name
        found.append(Player(player, choice=choice, set_up=_is_set_up(settings, name, provider)))
    chosen = getattr(config.roles, role)
    if ":" in chosen and chosen not in {p.player for p in found}:
        found = [
            *(typed for typed in _typed(config, chosen) if not any(_same(typed, p) for p in found)),
            *found,
        ]
    found.sort(key=lambda p: (not p.set_up, not p.is_local))
    return [*special, *found]


def _typed(config: Config, player: str) -> list[Player]:
    """The player that was chosen by hand, with a model other than the provider's own."""
    try:
        return [Player(player, choice=choose_provider(config, player))]
    except CodesteerError:
        return []


def _same(one: Player, other: Player) -> bool:
    """Whether two rows are the same weights, however the path is written."""
    mine, its = one.choice, other.choice
    if not mine or not its or mine.name != its.name or not (_is_file(mine) and mine.model and its.model):
        return False
    return os.path.realpath(Path(mine.model).expanduser()) == os.path.realpath(Path(its.model).expanduser())


def _is_set_up(settings: Settings, name: str, provider: Provider) -> bool:
    if provider.kind in FREE_KINDS:
        return True
    return any(
        key.startswith(f"providers.{name}.") and origin.layer != "default"
        for key, origin in settings.origins.items()
    )


def with_key(player: Player, key: KeyState) -> Player:
    """The row with what is known of its key. A key that is there sets a provider up."""
    return msgspec.structs.replace(player, key=key, set_up=player.set_up or (key.needed and bool(key.found)))


def worth_asking(player: Player) -> bool:
    """Whether its server is asked as soon as the screen opens: its key is there, or it needs none.

    A command that gives a key is not run before its provider is chosen.
    """
    provider = player.choice.provider if player.choice else None
    if provider is None or provider.kind == "demo" or player.key is None:
        return False
    if provider.kind == "llama_cpp":
        return bool(provider.model)
    return bool(player.key.found) if player.key.needed else bool(provider.base_url or provider.preset)


def matching(players: Iterable[Player], typed: str) -> list[Player]:
    """The rows that a typed text leaves: players whose name holds it, and the models that endpoints list.

    A text that names a provider and a model nobody lists is a row of its own, the last one.
    """
    wanted = typed.strip().casefold()
    rows = list(players)
    if not wanted:
        return rows
    listed = [
        msgspec.structs.replace(row, player=f"{row.name}:{model}", choice=_of_model(row.choice, model))
        for row in rows
        if row.choice and row.reached and not _is_file(row.choice)
        for model in row.reached.models
        if f"{row.name}:{model}" != row.player
    ]
    known = {row.player: row for row in [*rows, *listed] if wanted in row.player.casefold()}
    own: list[Player] = []
    name, _, model = typed.strip().partition(":")
    if model and typed.strip() not in known:
        provider = next((row for row in rows if row.choice and row.name == name), None)
        own = [
            Player(
                typed.strip(),
                "as typed",
                _of_model(provider.choice, model) if provider else None,
                key=provider.key if provider else None,
            )
        ]
    exact = [row for row in known.values() if row.player.casefold() == wanted]
    return [*exact, *(row for row in known.values() if row not in exact), *own]


def _is_file(choice: Choice) -> bool:
    """Whether its model is a file, which what its file is called does not find."""
    return choice.provider is not None and choice.provider.kind == "llama_cpp"


def _of_model(choice: Choice | None, model: str) -> Choice | None:
    return msgspec.structs.replace(choice, model=model) if choice else None


def of_model(found: Reachability, choice: Choice) -> Reachability:
    """What was found of a provider, told of another of its models: by its list, without asking it again."""
    provider = choice.provider
    if not found.ok or provider is None or provider.kind not in REMOTE_KINDS:
        return found
    mine, host = find(found.listed, choice.model), host_of(provider)
    # Azure lists models, and is called by the names of deployments.
    missing = mine is None and bool(found.listed) and provider.preset != "azure"
    detail, remedy = f"{host} answers" + (f" and lists {choice.model}" if mine else ""), ""
    if missing:
        detail = f"{host} answers; it lists {len(found.listed)} models, and {choice.model!r} is not there"
        remedy = f"See their names: type {choice.name}: into the search"
    context, note = (mine.context_tokens if mine else 0), ""
    if provider.context_tokens:
        context, note = provider.context_tokens, "as configured"
    return msgspec.structs.replace(
        found,
        detail=detail,
        remedy=remedy,
        context_tokens=context,
        context_note=note,
        model_known=True if mine else False if missing else None,
    )


def chosen(config: Config, role: Role) -> str:
    """Who plays a role by these settings, as written in [roles], with what "auto" stands for."""
    wanted: str = getattr(config.roles, role)
    if wanted in SPECIAL[role]:
        return wanted
    try:
        return name_of(choose_role(config, role))
    except CodesteerError:
        return wanted


def known_as(choice: Choice) -> str:
    """Who a choice is, as a run calls whoever plays: of weights the name of their file, not its path."""
    provider = choice.provider
    if provider is None:
        return "built-in rules" if choice.name == "rules" else choice.name
    if provider.kind == "llama_cpp" and choice.model:
        return f"{choice.name}:{Path(choice.model).name}"
    return name_of(choice)


def label(config: Config, role: Role) -> str:
    """Who plays a role by these settings, in a few words."""
    wanted = chosen(config, role)
    special = {"rules": "built-in rules", "same-as-task": SAME, "off": "off"}
    if wanted in SPECIAL[role]:
        return special[wanted]
    try:
        return plain(known_as(choose_role(config, role)))
    except CodesteerError:
        return plain(wanted)


def name_of(choice: Choice) -> str:
    """A choice as it is written in [roles]."""
    if choice.provider is None or choice.provider.kind == "demo" or not choice.model:
        return choice.name
    return f"{choice.name}:{choice.model}"


def details(row: Player) -> list[tuple[str, str]]:
    """All that is known of a row, as texts with styles: one line each, the most telling first."""
    mark, lines = row.state, []
    if row.choice is None:
        return [(row.about, "")]
    said = row.reached.detail if row.reached and not row.asking else (row.key.detail if row.key else "")
    lines.append((f"{mark}" + (f": {plain(said)}" if said else ""), mark.style))
    remedy = row.reached.remedy if row.reached and not row.asking else (row.key.remedy if row.key else "")
    if remedy and mark.sign in "x-":
        lines.append((f"-> {plain(remedy)}", "dim"))
    context = f"{row.context:,} tokens" if row.context else "unknown"
    note = f" ({row.reached.context_note})" if row.reached and row.reached.context_note else ""
    price = row.price_words + (" for a million tokens in/out" if row.price_words[:1] == "$" else "")
    dated = f" ({row.price.as_of})" if row.price and row.price.as_of else ""
    provider = row.choice.provider
    key = row.key.source if row.key else source_in_words(provider.key) if provider else ""
    lines.append((f"context {context}{note}; {price}{dated}; key: {key or 'none needed'}", "dim"))
    return lines


def columns(row: Player, width: int) -> list[tuple[str, str]]:
    """The row as columns that fit `width`: mark and name, state, and as room allows context, price, key."""
    mark = row.state
    plan = [("state", 20), ("context", 7), ("price", 15), ("key", 26)]
    shown: list[tuple[str, int]] = []
    for name, size in plan:
        if width - 24 - sum(s for _, s in shown) - 2 * len(shown) >= size + 2:
            shown.append((name, size))
    name_width = max(16, width - 2 - sum(size + 2 for _, size in shown))
    texts = {
        "state": (mark.word if row.choice else row.about, mark.style if row.choice else "dim"),
        "context": (f"{amount(row.context)}" if row.context else "", "dim"),
        "price": (row.price_words, "dim"),
        "key": (row.key_words, "dim"),
    }
    parts = [(f"{mark.sign} ", mark.style), (_fitted(_shown(row), name_width), "bold" if row.set_up else "")]
    if row.choice is None:
        return [*parts, ("  ", ""), (row.about, "dim")]
    for name, size in shown:
        text, style = texts[name]
        parts += [("  ", ""), (_fitted(text, size), style)]
    return parts


def _shown(row: Player) -> str:
    return known_as(row.choice) if row.choice and _is_file(row.choice) else row.player


def _fitted(text: str, width: int) -> str:
    text = plain(text)
    return f"{text:<{width}}" if len(text) <= width else text[: max(0, width - 1)] + "…"
