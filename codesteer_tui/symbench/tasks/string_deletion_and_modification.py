"""string_deletion_and_modification: rewrite a string by rules until none can be carried out.

Rules: `symbench` specification 4.21. The published problems have six of twenty rules on prefixes, suffixes,
substrings, parity and length, and strings of 10 to 20 letters that at least four steps change. Their questions do not
say with which rule to go on after a change: the stored answers begin again with the first one, and in 28 of 100
problems going on with the next one would end differently. Generated questions say it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random
from typing import Annotated

from msgspec import Meta, Struct, structs

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.draws import chance, choice, integer, sample, shuffled
from codesteer_tui.symbench.judging.rewriting import Order, Rule, rewritten, rule
from codesteer_tui.symbench.reading.answer import MOST_BROKEN, Broken, Look, Unreadable, look, shorten
from codesteer_tui.symbench.reading.strings import is_quoted, string
from codesteer_tui.symbench.solvers.rewriting import rewritten_by_hand
from codesteer_tui.symbench.task import Category, parameters_for, read_parameters
from codesteer_tui.values import Verdict

_ALPHABET = "abc"
_SHORTEST = 4
_DRAWS = 150
_IN_WORDS = {
    "restart": "the search begins again with the first rule after every change",
    "cycle": "the search goes on with the next rule after every change",
}


class Knobs(Struct, frozen=True, forbid_unknown_fields=True):
    """The rules and the string. More rules, longer strings and more changes are harder.

    `rules`: how many there are. `min_length` and `max_length`: letters in the string, drawn between them. `min_steps`:
    changes that it takes at least. `cycle`: after a change the search goes on with the next rule, and does not begin
    again with the first.
    """

    rules: Annotated[int, Meta(ge=2, le=12)] = 6
    min_length: Annotated[int, Meta(ge=8, le=200)] = 10
    max_length: Annotated[int, Meta(ge=8, le=200)] = 20
    min_steps: Annotated[int, Meta(ge=1, le=50)] = 4
    cycle: bool = False

    def __post_init__(self) -> None:
        """Refuse an empty range, and more steps than a short string can be sure to take."""
        if self.min_length > self.max_length:
            raise ValueError(f"min_length {self.min_length} is greater than max_length {self.max_length}")
        if 2 * self.min_steps > self.min_length:
            raise ValueError(
                f"min_steps {self.min_steps} takes strings of {2 * self.min_steps} letters: min_length "
                f"{self.min_length} is too short"
            )


class Parameters(Struct, frozen=True):
    """What is checked: the string, the rules in their published phrases, and their order if the question says it."""

    initial_string: Annotated[str, Meta(max_length=2_000, pattern="^[a-z]*$")]
    selected_rules: Annotated[list[Annotated[str, Meta(max_length=300)]], Meta(min_length=1, max_length=50)]
    order: Order | None = None


class Choices(Struct, frozen=True, forbid_unknown_fields=True):
    """What the question leaves open.

    `order`: which rule is tried first after a change, where the question does not say it: "restart" for the first one,
    "cycle" for the next one. `bare`: the string may stand without quotation marks.
    """

    order: Order = "restart"
    bare: bool = True


class StringDeletionAndModification:
    """Rewrite a string by rules."""

    id = "string_deletion_and_modification"
    title = "Rewriting a string"
    category: Category = "strings"
    Difficulty: type[Struct] = Knobs
    Policy: type[Struct] = Choices

    def generate(self, rng: Random, difficulty: Knobs) -> Problem:
        """Draw rules and a string on which they come to an end."""
        order: Order = "cycle" if difficulty.cycle else "restart"
        rules, start, end = _drawn(rng, difficulty, order)
        return Problem(
            question=_question(rules, start, order),
            task=self.id,
            parameters={
                "initial_string": start,
                "selected_rules": [each.phrase for each in rules],
                "order": order,
            },
            gold=f'<<<"{end}">>>',
        )

    def verify(self, problem: Problem, answer: str, policy: Choices | None = None) -> Verdict:
        """Accept the string in the end; the reason says so where it is that of the other reading of the question."""
        return self.look(problem, answer, policy, most=1).verdict

    def look(
        self, problem: Problem, answer: str, policy: Choices | None = None, *, most: int = MOST_BROKEN
    ) -> Look:
        """Judge a string. It is read as one; `where` is its first wrong letter, from 0."""
        parameters = read_parameters(problem, Parameters)
        if isinstance(parameters, Verdict):
            return Look(parameters)
        choices = policy or Choices()
        order = parameters.order or choices.order
        rules = rules_of(parameters)
        if isinstance(rules, Verdict):
            return Look(rules)
        states = rewritten(rules, parameters.initial_string, order)
        if states is None:
            return Look(Verdict("could_not_check", f"There is no end to it if {_IN_WORDS[order]}."))

        def broken_rules(read: tuple[str, bool]) -> Iterator[Broken]:
            yield from _broken_rules(rules, states, order, choices, *read)

        right = "It is the string to which no rule applies any more."
        seen = look(answer, _read, broken_rules, right, lists=False, most=most)
        return structs.replace(seen, value=seen.value and seen.value[0])

    def solve(self, problem: Problem) -> str | None:
        """Cut the string apart as the phrases say; where the order is not stated, as the published answers do."""
        parameters = parameters_for(problem, Parameters)
        restart = parameters.order != "cycle"
        end = rewritten_by_hand(parameters.selected_rules, parameters.initial_string, restart=restart)
        return None if end is None else f'<<<"{end}">>>'


def rules_of(parameters: Parameters) -> list[Rule] | Verdict:
    """Read the rules from their phrases; where one is unknown, give the verdict that says so."""
    rules = []
    for number, phrase in enumerate(parameters.selected_rules, start=1):
        read = rule(phrase)
        if read is None:
            return Verdict("could_not_check", f'Rule {number} is unknown: "{shorten(phrase, 200)}".')
        rules.append(read)
    return rules


def _read(text: str) -> tuple[str, bool] | Unreadable:
    """The string, and whether it is in quotation marks."""
    given = string(text)
    if isinstance(given, Unreadable):
        return given
    quoted = is_quoted(text)
    if not re.fullmatch("[A-Za-z]*", given) or (not given and not quoted):
        return Unreadable(f'"{shorten(text)}" is not a string of letters')
    return given, quoted


def _broken_rules(
    rules: list[Rule], states: list[str], order: Order, policy: Choices, given: str, quoted: bool
) -> Iterator[Broken]:
    if given == states[-1]:
        if not policy.bare and not quoted:
            yield Broken("The string is not in quotation marks.")
        return
    at = next((i for i in range(len(given)) if given[i] != states[-1][i : i + 1]), len(given))
    yield Broken(_reason(rules, states, order, given, at), (at,))


def _reason(rules: list[Rule], states: list[str], order: Order, given: str, at: int) -> str:
    """Why a string is not the one in the end, from which it differs at a place."""
    if given.lower() == states[-1]:
        return "The letters have to be small ones."
    other: Order = "cycle" if order == "restart" else "restart"
    others = rewritten(rules, states[0], other)
    if others and given == others[-1]:
        return f"It would be right if {_IN_WORDS[other]}; here, {_IN_WORDS[order]}."
    if given in states:
        return f"It is the string after {states.index(given)} of {len(states) - 1} changes."
    for number, each in enumerate(rules, start=1):
        if each.applied(given) is not None:
            return f"Rule {number} can still be carried out on it."
    return (
        f'It is not the string in the end, "{shorten(states[-1], 100)}": they differ from letter {at + 1} on.'
    )


def _question(rules: list[Rule], start: str, order: Order) -> str:
    lines = "\n".join(f"{number}. If {each}." for number, each in enumerate(rules, start=1))
    middle = (
        "The middle one of n characters is the one with n // 2 characters before it. "
        if any(each.where == "longer" for each in rules)
        else ""
    )
    turn = (
        "After every change, begin again with rule 1: look for the first rule in the list that can be carried out, and "
        "carry it out once."
        if order == "restart"
        else "Go through the rules in turn, and after the last one begin again with rule 1: carry a rule out once if "
        "that can be done, skip it otherwise, and go on with the next one in either case."
    )
    return (
        f'The string "{start}" is rewritten by these rules:\n{lines}\n'
        f"{turn} {middle}Stop when no rule can be carried out any more. What is the string then?\n"
        'Give your final answer in the form <<<"string">>>; for example, <<<"abc">>>.'
    )


def _drawn(rng: Random, difficulty: Knobs, order: Order) -> tuple[list[Rule], str, str]:
    """Draw rules and a string until they take the wanted steps and come to an end; else build such a problem."""
    most = 3 * difficulty.min_steps + 10
    length = integer(rng, difficulty.min_length, difficulty.max_length)
    for _ in range(_DRAWS):
        rules = _rules(rng, difficulty.rules, length)
        start = _letters(rng, length)
        states = rewritten(rules, start, order, most)
        if (
            states
            and len(states) > difficulty.min_steps
            and min(map(len, states)) >= _SHORTEST
            and states[-1] != start
        ):
            return rules, start, states[-1]
    return _built(rng, difficulty, length)


def _built(rng: Random, difficulty: Knobs, length: int) -> tuple[list[Rule], str, str]:
    """Build a string of so many occurrences of "ab" as there have to be steps, which one rule turns into "c".

    All other rules are about strings that begin with b, which it never does.
    """
    others = [
        Rule("start", "b" + second + third, new) for second in "abc" for third in "abc" for new in ("ca", "")
    ]
    rules = [Rule("anywhere", "ab", "c"), *sample(rng, others, difficulty.rules - 1)]
    pieces = ["ab"] * difficulty.min_steps + ["c"] * (length - 2 * difficulty.min_steps)
    start = "".join(shuffled(rng, pieces))
    return shuffled(rng, rules), start, start.replace("ab", "c")


def _rules(rng: Random, count: int, length: int) -> list[Rule]:
    """Draw rules, none twice about the same string in the same place."""
    rules: list[Rule] = []
    while len(rules) < count:
        drawn = _rule(rng, length)
        changes = drawn.where == "longer" or drawn.word != drawn.new
        if changes and all((drawn.where, drawn.word) != (each.where, each.word) for each in rules):
            rules.append(drawn)
    return rules


def _rule(rng: Random, length: int) -> Rule:
    kind = integer(rng, 0, 11)
    word = _letters(rng, 2)
    if kind <= 3:
        new = choice(rng, [_letters(rng, 2), word[0], ""])
        extra = integer(rng, 0, 2)
        return Rule("start", word, new, append=_letters(rng, 2) if extra == 1 else "", drop_last=extra == 2)
    if kind <= 6:
        new = choice(rng, [_letters(rng, 2), word[1], ""])
        return Rule("end", word, new, prepend=_letters(rng, 1) if chance(rng, 0.3) else "")
    if kind <= 8:
        word = _letters(rng, 3)
        return Rule("anywhere", word, choice(rng, [word[::-1], word[1:] + word[0], _letters(rng, 2), ""]))
    if kind == 9:
        return Rule("later", word)
    if kind == 10:
        return Rule("even", word[0], append=word[::-1])
    return Rule("longer", length=integer(rng, _SHORTEST + 1, length))


def _letters(rng: Random, count: int) -> str:
    return "".join(choice(rng, _ALPHABET) for _ in range(count))


TASK = StringDeletionAndModification()
