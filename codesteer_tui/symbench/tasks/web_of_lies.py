"""web_of_lies: who is honest, where each person speaks of the honesty of another.

Rules: `symbench` specification 4.31 to 4.34. Each person is always truthful or always lies; the truthfulness of one
is known. The published problems are chains of five people, told in order. The published rows hold no data beside
the question, so that their solver reads its text, and the verifier their stored answer.
"""

from __future__ import annotations

import re
from random import Random
from typing import Annotated

from msgspec import Meta, Struct

from codesteer_tui.problem import Problem
from codesteer_tui.symbench.draws import chance, choice, integer, sample, shuffled
from codesteer_tui.symbench.judging.choosing import YesOrNo, look_yes_or_no
from codesteer_tui.symbench.making.names import NAMES
from codesteer_tui.symbench.reading.answer import MOST_BROKEN, Look
from codesteer_tui.symbench.task import Category, parameters_for, read_parameters
from codesteer_tui.values import Verdict


class Knobs(Struct, frozen=True, forbid_unknown_fields=True):
    """The group and its statements. More people, and statements out of order, are harder.

    `people`: how many are in the chain that leads to the one who is asked about. `bystanders`: how many more speak of
    somebody without mattering to the answer. `in_order`: the statements follow the chain, and the bystanders come last.
    """

    people: Annotated[int, Meta(ge=2, le=60)] = 5
    bystanders: Annotated[int, Meta(ge=0, le=30)] = 0
    in_order: bool = True


Name = Annotated[str, Meta(min_length=1, max_length=40)]


class Statement(Struct, frozen=True):
    """Who says of whom that they are `honest`, or that they are not."""

    speaker: Name
    about: Name
    honest: bool


class Parameters(Struct, frozen=True):
    """The one who is `known` to be `honest` or not, what the others say, and who is `asked` about.

    Empty in published problems, where only the question holds it.
    """

    known: str = ""
    honest: bool = True
    statements: Annotated[list[Statement], Meta(max_length=1_000)] = []
    asked: str = ""


class WebOfLies:
    """Follow who calls whom a liar."""

    id = "web_of_lies"
    title = "Web of lies"
    category: Category = "logic"
    Difficulty: type[Struct] = Knobs
    Policy: type[Struct] = YesOrNo

    def generate(self, rng: Random, difficulty: Knobs) -> Problem:
        """Draw a chain of people and who of them is honest; each says what that makes them say."""
        names = sample(rng, NAMES, difficulty.people + difficulty.bystanders)
        honest = [chance(rng, 0.5) for _ in names]
        abouts = [
            at - 1 if at < difficulty.people else integer(rng, 0, at - 1) for at in range(1, len(names))
        ]
        statements = [
            Statement(names[at], names[about], honest[about] == honest[at])
            for at, about in enumerate(abouts, start=1)
        ]
        if not difficulty.in_order:
            statements = shuffled(rng, statements)
        asked = difficulty.people - 1
        parameters = Parameters(names[0], honest[0], statements, names[asked])
        return Problem(
            question=_question(rng, parameters),
            task=self.id,
            parameters={
                "known": parameters.known,
                "honest": parameters.honest,
                "statements": [
                    {"speaker": said.speaker, "about": said.about, "honest": said.honest}
                    for said in parameters.statements
                ],
                "asked": parameters.asked,
            },
            gold=f"<<<{'Yes' if honest[asked] else 'No'}>>>",
        )

    def verify(self, problem: Problem, answer: str, policy: YesOrNo | None = None) -> Verdict:
        """Accept the stored answer, yes or no."""
        return self.look(problem, answer, policy, most=1).verdict

    def look(
        self, problem: Problem, answer: str, policy: YesOrNo | None = None, *, most: int = MOST_BROKEN
    ) -> Look:
        """Judge an answer. It is read as "Yes" or "No"; `where` is "answer" where it is the wrong one."""
        parameters = read_parameters(problem, Parameters)
        if isinstance(parameters, Verdict):
            return Look(parameters)
        return look_yes_or_no(problem, answer, policy or YesOrNo(), most)

    def solve(self, problem: Problem) -> str | None:
        """Spread what is known along the statements, in both directions; a published problem is read from its text."""
        parameters = parameters_for(problem, Parameters)
        found = solve(parameters if parameters.asked else read(problem.question))
        return None if found is None else f"<<<{'Yes' if found else 'No'}>>>"


def _question(rng: Random, parameters: Parameters) -> str:
    told = " ".join(
        f"{said.speaker} {choice(rng, ('claims', 'states'))} that {said.about} is "
        f"{'honest' if said.honest else 'a liar'}."
        for said in parameters.statements
    )
    return (
        "Everybody in this group is either honest, and then says only what is true, or a liar, and then says only "
        "what is false.\n"
        f"{parameters.known} is {'honest' if parameters.honest else 'a liar'}. {told}\n"
        f"Is {parameters.asked} honest?\n"
        "Give your final answer in the form <<<answer>>>, with Yes or No in the place of the word answer."
    )


def solve(parameters: Parameters) -> bool | None:
    """Find out whether the one who is asked about is honest; None where that does not follow."""
    links: dict[str, list[tuple[str, bool]]] = {}
    for said in parameters.statements:
        links.setdefault(said.speaker, []).append((said.about, said.honest))
        links.setdefault(said.about, []).append((said.speaker, said.honest))
    known = {parameters.known: parameters.honest}
    waiting = [parameters.known]
    while waiting:
        person = waiting.pop()
        for other, alike in links.get(person, []):
            honest = known[person] == alike
            if other not in known:
                known[other] = honest
                waiting.append(other)
            elif known[other] != honest:
                return None
    return known.get(parameters.asked)


_SENTENCE = re.compile(
    r"\b(?:(?P<speaker>[\w'-]{1,40}) says )?(?P<about>[\w'-]{1,40}) (?P<verb>tells the truth|lies)[.,;]"
)
_ASKED = re.compile(r"\bDoes ([\w'-]{1,40}) tell the truth\?")


def read(question: str) -> Parameters:
    """Read a published question: "A lies. B says A tells the truth. ... Does B tell the truth?"."""
    known, honest, statements = "", True, []
    for match in _SENTENCE.finditer(question[:100_000]):
        truthful = match["verb"] != "lies"
        if match["speaker"]:
            statements.append(Statement(match["speaker"], match["about"], truthful))
        else:
            known, honest = match["about"], truthful
    asked = _ASKED.search(question[:100_000])
    return Parameters(known, honest, statements, asked[1] if asked else "")


TASK = WebOfLies()
