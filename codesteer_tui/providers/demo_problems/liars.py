"""Web of lies: who tells the truth, when people say of each other that they lie?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from codesteer_tui.providers.demo_problems.base import (
    VERDICT,
    Declined,
    DemoProblem,
    Recognised,
    Value,
    fill,
    one_line,
)

MAX_PEOPLE = 12
_NAME = r"([^\W\d_][\w'’-]{0,40})"
_SAID = r"(tells the truth|is telling the truth|is honest|lies|is lying|is a liar)"
_FACT = re.compile(rf"{_NAME} {_SAID}")
_SAYS = re.compile(rf"{_NAME} (?:says|claims|states)(?: that)? {_NAME} {_SAID}")
_ASKS = re.compile(rf"(?:does|is) {_NAME} (?:(?:tell|telling) the truth|honest)", re.IGNORECASE)

SOLVER = r"""from itertools import product

PEOPLE = @PEOPLE@
FACTS = @FACTS@
STATEMENTS = @STATEMENTS@
ASKED = @ASKED@

answers = set()
for values in product([True, False], repeat=len(PEOPLE)):
    truthful = dict(zip(PEOPLE, values))
    if any(truthful[person] != bool(honest) for person, honest in FACTS):
        continue
    if all(truthful[who] == (truthful[about] == bool(honest)) for who, about, honest in STATEMENTS):
        answers.add(truthful[ASKED])
if answers == {True}:
    print("<<<Yes>>>")
elif answers == {False}:
    print("<<<No>>>")
else:
    print("No solution: the statements " + ("contradict each other." if not answers else "leave it open."))
    print("<<<no solution>>>")
"""

TEST = (
    r"""import re

PEOPLE = @PEOPLE@
FACTS = @FACTS@
STATEMENTS = @STATEMENTS@
ASKED = @ASKED@
CLAIM = @CLAIM@


def problem_with(claim):
    # A statement is an equation modulo 2, so each connected group of people is settled by parity.
    links = {person: [] for person in PEOPLE}
    for who, about, honest in STATEMENTS:
        links[who].append((about, 1 - honest))
        links[about].append((who, 1 - honest))
    known, contradiction = {}, False

    def spread(start, lying):
        consistent = True
        pending = [(start, lying)]
        while pending:
            person, lying = pending.pop()
            if person in known:
                consistent = consistent and known[person] == lying
                continue
            known[person] = lying
            pending += [(other, lying ^ flip) for other, flip in links[person]]
        return consistent

    for person, honest in FACTS:
        contradiction = not spread(person, 1 - honest) or contradiction
    settled = known.get(ASKED)
    for person in PEOPLE:
        if person not in known:
            contradiction = not spread(person, 0) or contradiction
    said = re.match(r"\W*(yes|no)\b(?! solution)", claim, re.IGNORECASE)
    if contradiction or settled is None:
        return "the statements do not settle it" if said else ""
    if not said:
        return "the answer is not Yes or No"
    if (said.group(1).lower() == "yes") == (settled == 0):
        return ""
    return f"{ASKED} " + ("lies" if settled else "tells the truth")
"""
    + VERDICT
)


@dataclass(frozen=True)
class Liars(DemoProblem):
    """Facts `(person, honest)`, statements `(who, about, honest)` and the person asked about."""

    facts: tuple[tuple[str, int], ...]
    statements: tuple[tuple[str, str, int], ...]
    asked: str

    family = "web of lies"
    approach = "It tries every combination of liars and keeps those that fit all statements."

    def guess(self, rng: Random) -> str:
        # Following the chain in the head, a change of sides is missed now and then.
        lies = [honest for _, _, honest in self.statements].count(0) + [h for _, h in self.facts].count(0)
        missed = int(len(self.statements) >= 4 and lies >= 2 and rng.random() < 0.5)
        return "Yes" if (lies - missed) % 2 == 0 else "No"

    def explain(self, answer: str) -> str:
        kind = "tells the truth" if answer == "Yes" else "lies"
        return f"Following the statements from person to person, {self.asked} {kind}."

    def solver(self) -> str:
        return fill(SOLVER, **self._values())

    def test(self, claim: str) -> str | Declined:
        return fill(TEST, CLAIM=claim, **self._values())

    def _people(self) -> tuple[str, ...]:
        names = [name for name, _ in self.facts]
        names += [name for who, about, _ in self.statements for name in (who, about)]
        return tuple(dict.fromkeys([*names, self.asked]))

    def _values(self) -> dict[str, Sequence[Value] | str]:
        return {
            "PEOPLE": self._people(),
            "FACTS": self.facts,
            "STATEMENTS": self.statements,
            "ASKED": self.asked,
        }


def recognise(question: str) -> Recognised:
    """Read who is a liar, who says what of whom, and who is asked about."""
    text = re.sub(r"^Question: ?", "", one_line(question))
    facts: list[tuple[str, int]] = []
    statements: list[tuple[str, str, int]] = []
    asked = ""
    for sentence in (part.strip() for part in re.split(r"[.?!]", text)):
        says, fact, asks = _SAYS.fullmatch(sentence), _FACT.fullmatch(sentence), _ASKS.fullmatch(sentence)
        if says:
            statements.append((says.group(1), says.group(2), _honest(says.group(3))))
        elif fact:
            facts.append((fact.group(1), _honest(fact.group(2))))
        elif asks:
            asked = asks.group(1)
    if not statements or not asked:
        return None
    problem = Liars(tuple(facts), tuple(statements), asked)
    if len(problem._people()) > MAX_PEOPLE:
        return Declined(f"I work out who lies among up to {MAX_PEOPLE} people.")
    return problem


def _honest(said: str) -> int:
    return int("truth" in said or "honest" in said)
