"""The settings as rows of a list and as words about one of them, before there is any widget."""

from __future__ import annotations

import typing
from collections.abc import Collection, Sequence
from typing import Any, Literal, NamedTuple

from codesteer_tui.config import Config
from codesteer_tui.errors import ConfigError
from codesteer_tui.settings import Origin, Settings
from codesteer_tui.settings.layers import Given, path_of
from codesteer_tui.settings.rules import check, role_refusal
from codesteer_tui.settings.schema import allowed_for, default_of, docstrings, schema, section_classes
from codesteer_tui.settings.showing import no_meaning, shown_config, shown_tables, shown_value
from codesteer_tui.settings.toml_text import written, written_key
from codesteer_tui.text import plain
from codesteer_tui.tui.blocks import Block, block
from codesteer_tui.tui.chosen import IN_THE_APP
from codesteer_tui.tui.keys import KEYS, name
from codesteer_tui.tui.keys.row import Key
from codesteer_tui.tui.remapping import FIXED, read_keys, remapped
from codesteer_tui.tui.remapping import complaint as key_complaint
from codesteer_tui.tui.screens.help import HEADINGS
from codesteer_tui.tui.words import cut

NOTHING = "(empty)"

LAYER_WIDTH = len("project file")

KEYS_TABLE = "keys"

AT_ONCE = "at once"
NEXT_PROBLEM = "from the next problem on"

HOLDS = {
    "screen.theme": AT_ONCE,
    "screen.reduced_motion": AT_ONCE,
    "screen.copy": AT_ONCE,
    "screen.linear": "from the next start of the app on",
    "sessions.dir": f"{NEXT_PROBLEM}, and for lists of sessions that are opened then",
    "weights.dir": f"{NEXT_PROBLEM}, and for the list of weights at once",
    "weights.token": "from the next weights that are pulled on",
}
"""From when a setting holds that is saved; the rest does from the next problem on."""


def holds(key: str) -> str:
    """From when a setting holds that is saved, in words."""
    return AT_ONCE if key.startswith(f"{KEYS_TABLE}.") else HOLDS.get(key, NEXT_PROBLEM)


class Row(NamedTuple):
    """One setting: its table and name, its value as it is shown, and the layer that gave it."""

    table: str
    name: str
    value: str
    layer: str

    @property
    def key(self) -> str:
        """The key as people write it."""
        return f"{self.table}.{self.name}"


class Folded(NamedTuple):
    """A table of which nothing is set, in one line; `size` is how many settings it has."""

    table: str
    size: int
    about: str = ""


class Heading(NamedTuple):
    """The table that the rows below belong to."""

    table: str


Line: typing.TypeAlias = Row | Folded | Heading


def all_rows(settings: Settings) -> list[Row]:
    """Every setting that there is, in the order of the schema, and every key that can be another."""
    found = []
    for section, table in shown_config(settings.config).items():
        tables = {section: table}
        if section == "providers":
            tables = {f"providers.{name}": inner for name, inner in table.items()}
        if section == KEYS_TABLE:
            mine = remapped(settings.config.keys).table
            tables = {section: {row.id: name(row) for row in mine if row.id not in FIXED} | _unknown(table)}
        for head, values in tables.items():
            for key, value in values.items():
                found.append(Row(head, key, in_words(value), _layer(settings, f"{head}.{key}")))
    return found


def _unknown(keys: dict[str, str]) -> dict[str, str]:
    """What is in [keys] and is the name of no key that can be another."""
    known = {row.id for row in KEYS if row.id not in FIXED}
    return {id_: said for id_, said in keys.items() if id_ not in known}


def in_words(value: Any) -> str:
    """A value on one line."""
    if value in ("", {}):
        return NOTHING
    return (
        plain(value if isinstance(value, str) else written(value)).replace("\n", " ")
        if value is not None
        else "none"
    )


def _layer(settings: Settings, key: str) -> str:
    origin = settings.origins.get(key)
    if origin is None:
        return "default"
    return "in the app" if origin.where == IN_THE_APP else origin.layer


def lines(
    settings: Settings, typed: str = "", unfolded: Collection[str] = (), *, only_set: bool = False
) -> list[Line]:
    """What the list shows: what is worth showing and the tables that are unfolded; or what matches the typed words.

    Words are looked for in key, value and meaning; so a search finds what is folded away as well.
    """
    rows = all_rows(settings)
    words = typed.lower().split()
    if words:
        rows = [row for row in rows if all(word in _text(row) for word in words)]
    if only_set:
        rows = [row for row in rows if row.layer != "default"]
    elif not words and settings.origins:
        worth = shown_tables(settings)
        hidden = [
            row for row in rows if row.name not in _names(worth, row.table) and row.table not in unfolded
        ]
        rows = [row for row in rows if row not in set(hidden)]
        return [*_under_headings(rows), *_folded(hidden, rows)]
    return _under_headings(rows)


def _names(worth: dict[str, list[str]], table: str) -> set[str]:
    return {key.rpartition(".")[2] for key in worth.get(table, ())}


def _under_headings(rows: Sequence[Row]) -> list[Line]:
    found: list[Line] = []
    for row in rows:
        if not found or found[-1].table != row.table:
            found.append(Heading(row.table))
        found.append(row)
    return found


def _folded(hidden: Sequence[Row], shown: Sequence[Row]) -> list[Line]:
    """The tables of which nothing is shown; what has no meaning for its provider is found by searching only."""
    there = {row.table for row in shown}
    sizes: dict[str, int] = {}
    for row in hidden:
        if row.table not in there:
            sizes[row.table] = sizes.get(row.table, 0) + 1
    return [
        Folded(table, size, "as they are" if table == KEYS_TABLE else "built in, with nothing set")
        for table, size in sizes.items()
    ]


def _text(row: Row) -> str:
    return f"{row.key} {row.value if row.value != NOTHING else ''} {doc_of(row.key)}".lower()


def doc_of(key: str) -> str:
    """What a setting means: the docstring under its field."""
    path = path_of(key)
    if path[0] == KEYS_TABLE:
        row = _key_row(path[-1])
        return (
            f"{row.does[0].upper()}{row.does[1:]}. {HEADINGS[row.where]}." if row else "No key is called so."
        )
    return docstrings()[section_classes()[path[0]].__name__, path[-1]]


def default_in_words(settings: Settings, key: str) -> str:
    """What the setting is where no layer gives it."""
    said = settings.history.get(key, [])
    if said and said[-1].layer == "default":
        return in_words(shown_value(key, said[-1].value))
    path = path_of(key)
    if path[0] == KEYS_TABLE:
        row = _key_row(path[-1])
        return name(row) if row else "none"
    fields = {f.name: f for f in _fields(section_classes()[path[0]])}
    return in_words(default_of(fields[path[-1]]))


def _fields(cls: type[Any]) -> Sequence[Any]:
    import msgspec

    return msgspec.structs.fields(cls)


def choices_of(key: str) -> list[str]:
    """The words that the setting may be, where it may be nothing else; as they are typed."""
    path = path_of(key)
    hint = schema()[path[0]][path[-1]] if path[0] != KEYS_TABLE else str
    if hint is bool:
        return ["true", "false"]
    if typing.get_origin(hint) is Literal:
        return [str(word) for word in typing.get_args(hint)]
    return []


def value_of(config: Config, key: str) -> Any:
    """The value of a setting, with what is not shown in it."""
    section, *rest = path_of(key)
    table = getattr(config, section)
    if section == KEYS_TABLE:
        row = _key_row(rest[-1])
        return table.get(rest[-1], row.keys if row else "")
    return getattr(table[rest[0]], rest[1]) if section == "providers" else getattr(table, rest[0])


def typed_text(settings: Settings, key: str) -> str:
    """The value as it is typed; empty where it is not shown, so that it can only be replaced."""
    value = value_of(settings.config, key)
    if shown_value(key, value) != value:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return written(value) if value else ""
    return "none" if value is None else str(value)


def read_typed(settings: Settings, key: str, text: str) -> Any:
    """The value that the text means.

    Raises:
        ConfigError: it is not allowed.
    """
    path = path_of(key)
    if path[0] == KEYS_TABLE:
        if why := key_complaint(path[-1], text, settings.config.keys):
            raise ConfigError(f"{key} cannot be that.", why)
        return ",".join(read_keys(text))
    hint = schema()[path[0]][path[-1]]
    is_text = hint is str or typing.get_origin(hint) in (Literal, dict)
    text = text if is_text and typing.get_origin(hint) is not dict else text.strip()
    if typing.get_origin(hint) is dict and not text:
        return {}
    given = Given("user file", str(settings.asked.user_file), path, text, text=True)
    if path[0] == "roles" and (refusal := role_refusal(settings.config, given)):
        raise refusal
    return check(given)


def complaint(settings: Settings, key: str, text: str) -> str:
    """What is wrong with what is typed, in a line; empty where nothing is."""
    try:
        read_typed(settings, key, text)
    except ConfigError as error:
        return error.remedy or error.message.removeprefix(f"{settings.asked.user_file}: ")
    return ""


def _key_row(id_: str) -> Key | None:
    return next((row for row in KEYS if row.id == id_), None)


def about(settings: Settings, key: str) -> list[Block]:
    """All that is known of a setting: meaning, what it may be, who says what, and from when a change holds."""
    path = path_of(key)
    shown = [
        block("heading", (key, "bold $text-primary")),
        block("prose", doc_of(key)),
        block(
            "note", f"It may be {allowed_for(path[0], path[-1])}. Default: {default_in_words(settings, key)}"
        ),
    ]
    origin = settings.origins.get(key)
    history = settings.history.get(key, [origin] if origin else [])
    if origin and origin.where == IN_THE_APP:
        history = [origin, *history]
    if history:
        shown.append(block("heading", ("Who says what, the strongest first", "bold")))
        shown += [_said(key, one, first=not place) for place, one in enumerate(history)]
    notes = [origin.note, no_meaning(settings, key)] if origin else []
    if origin and path[0] == KEYS_TABLE:
        notes.append(key_complaint(path[-1], str(origin.value), settings.config.keys))
    shown += [block("row", (f"! {note}", "$text-warning")) for note in notes if note]
    shown.append(
        block("note", f"What is saved goes into {settings.asked.user_file}, and holds {holds(key)}.")
    )
    return shown


def _said(key: str, origin: Origin, *, first: bool) -> Block:
    value = cut(in_words(shown_value(key, origin.value)), 60)
    where = "" if origin.where in ("built in", IN_THE_APP) else f"  {origin.where}"
    layer = "in the app" if origin.where == IN_THE_APP else origin.layer
    mark, look = ("> ", "bold") if first else ("  ", "dim")
    return block("quote", (f"{mark}{layer:<{LAYER_WIDTH}}  ", look), (value, look), (where, "dim"))


def toml_line(settings: Settings, key: str) -> str:
    """The setting as a file has it, with its table."""
    path = path_of(key)
    value = shown_value(key, value_of(settings.config, key))
    return f"[{written_key(path[:-1])}]\n{written_key(path[-1:])} = {written(value)}"
