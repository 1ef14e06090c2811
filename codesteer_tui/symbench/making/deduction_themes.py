"""The orders that are told of in `logical_deduction_seven_objects`, and reading the published ones."""

from __future__ import annotations

import re

from msgspec import Struct

ORDINALS = ("", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")


class Theme(Struct, frozen=True):
    """A scene with objects in an order that has a low end and a high end, and the words for it.

    Sentences: "`subject` `before` `object`" compares. `low` and `high` tell a place from either end, with the ordinal
    in the place of {}: the first of an end is told with `lowest` or `highest`.
    """

    scene: str
    distinct: str
    objects: str
    before: str
    after: str
    lowest: str
    low: str
    highest: str
    high: str
    article: str = "the "

    @property
    def names(self) -> list[str]:
        """The objects that there may be."""
        return self.objects.split(", ")

    def named(self, name: str) -> str:
        """An object as it is listed."""
        return f"{self.article}{name}"

    def placed(self, name: str, place: int, size: int, *, from_low: bool) -> str:
        """A sentence that puts an object at a place, counted from the low or the high end."""
        at = place if from_low else size - 1 - place
        end, further = (self.lowest, self.low) if from_low else (self.highest, self.high)
        return self._sentence(name, end if at == 0 else further.format(ORDINALS[at]))

    def compared(self, one: str, other: str, *, before: bool) -> str:
        """A sentence that puts one object before or after another."""
        return self._sentence(one, f"{self.before if before else self.after} {self.named(other)}")

    def _sentence(self, name: str, told: str) -> str:
        subject = self.named(name)
        return f"{subject[0].upper()}{subject[1:]} {told}."


THEMES = (
    Theme(
        "In a street with {count} houses in a row, each house has a different colour",
        "The houses are seen from the street.",
        "red house, white house, yellow house, green house, blue house, pink house, grey house"
        ", brown house, black house, orange house, turquoise house, violet house",
        "stands somewhere to the left of",
        "stands somewhere to the right of",
        "stands at the left end",
        "stands {} from the left",
        "stands at the right end",
        "stands {} from the right",
    ),
    Theme(
        "{count} runners cross the finish line of a race, no two of them together",
        "Everybody finishes.",
        "Bruno, Carla, Dmitri, Elif, Felix, Greta, Hugo, Irma, Jonas, Klara, Leo, Mara",
        "arrives earlier than",
        "arrives later than",
        "wins the race",
        "arrives in {} place",
        "arrives last",
        "arrives {} to last",
        article="",
    ),
    Theme(
        "{count} boxes lie in one stack, each on top of another",
        "Only the lowest one touches the floor.",
        "oak box, steel box, paper box, glass box, cork box, tin box, clay box"
        ", straw box, leather box, marble box, plastic box, silk box",
        "lies somewhere below",
        "lies somewhere above",
        "lies at the very bottom",
        "lies {} from the bottom",
        "lies at the very top",
        "lies {} from the top",
    ),
    Theme(
        "{count} trees in a park have been measured",
        "No two are equally tall.",
        "oak, birch, maple, elm, ash, willow, poplar, lime, alder, rowan, beech, larch",
        "is shorter than",
        "is taller than",
        "is the shortest",
        "is the {} shortest",
        "is the tallest",
        "is the {} tallest",
    ),
    Theme(
        "A shop window shows {count} instruments",
        "No two have the same price.",
        "violin, flute, trumpet, cello, harp, guitar, drum, oboe, horn, piano, banjo, lute",
        "costs less than",
        "costs more than",
        "is the cheapest",
        "is the {} cheapest",
        "is the dearest",
        "is the {} dearest",
    ),
    Theme(
        "{count} castles stand along a river",
        "No two were built in the same year.",
        "Falkenburg, Rosenstein, Greifenau, Lindenfels, Marbach, Hohenwerth, Adlerhorst, "
        "Burghof, Steinbruck, Waldeck, Ebersberg, Kronau",
        "was built before",
        "was built after",
        "was built first",
        "was built {}",
        "was built last",
        "was built {} to last",
        article="",
    ),
)


class Found(Struct, frozen=True):
    """What a published question tells: the objects, the clues, and for each option the object and its place."""

    objects: list[str]
    clues: list[tuple[str, str, str | int]]
    options: dict[str, tuple[str, int]]


_OPTION = re.compile(r"^\(([A-Z])\) (.{3,200})$", re.MULTILINE)
_STATEMENT = re.compile(
    r"(?:The )?(?P<name>.{1,60}?) (?:is|are|finished) (?P<told>.{3,100}?)\.?", re.IGNORECASE
)
_BEFORE = ("older than", "to the left of", "above", "less expensive than", "cheaper than")
_AFTER = ("newer than", "to the right of", "below", "more expensive than")
_LOW = ("oldest", "leftmost", "cheapest", "first", "from the left")
_HIGH = ("newest", "rightmost", "most expensive", "last", "from the right", "to-last")


def read(question: str) -> Found | None:
    """Read a published question, of cars, books, birds, fruits or golfers; None where that fails."""
    text, _, below = question[:20_000].partition("Options:")
    listed = {letter: _STATEMENT.fullmatch(line.strip()) for letter, line in _OPTION.findall(below)}
    objects = [match["name"].lower() for match in listed.values() if match]
    if not objects or len(objects) != len(listed):
        return None
    options: dict[str, tuple[str, int]] = {}
    for letter, match in listed.items():
        place = _place(match["told"].lower(), len(objects)) if match else None
        if match is None or place is None:
            return None
        options[letter] = (match["name"].lower(), place)
    clues = []
    for sentence in text.rpartition(":")[2].split(".")[1:]:
        match = _STATEMENT.fullmatch(sentence.strip())
        clue = _clue(match["name"].lower(), match["told"].lower(), objects) if match else None
        if sentence.strip() and clue is None:
            return None
        clues += [clue] if clue else []
    return Found(objects, clues, options)


def _clue(name: str, told: str, objects: list[str]) -> tuple[str, str, str | int] | None:
    for words, before in [*((words, True) for words in _BEFORE), *((words, False) for words in _AFTER)]:
        other = told.removeprefix(words).removeprefix(" ").removeprefix("the ")
        if told.startswith(words) and name in objects and other in objects:
            return ("before", name, other) if before else ("before", other, name)
    place = _place(told, len(objects))
    return None if place is None or name not in objects else ("at", name, place)


def _place(told: str, size: int) -> int | None:
    """Read "the third-newest", "second from the left", "last", ...: the place counted from the low end."""
    words = told.removeprefix("the ")
    ordinal = next((at for at, name in enumerate(ORDINALS) if at and words.startswith(name)), 0)
    if ordinal >= size:
        return None
    if words.endswith(_HIGH):
        return size - 1 - ordinal
    return ordinal if words.endswith(_LOW) or words == ORDINALS[ordinal] else None
