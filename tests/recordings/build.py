"""Recorded sessions made by hand, so that screens can be drawn without a model, a sandbox or a clock.

`python -m tests.recordings.build` writes them as session files beside this module.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from codesteer_tui import events as ev
from codesteer_tui.events import Event, encode
from codesteer_tui.problem import Problem, pose
from codesteer_tui.symbench import generate, tasks, verify
from codesteer_tui.values import (
    ExecutionResult,
    Extraction,
    Finding,
    Finish,
    Guidance,
    Judgement,
    Limits,
    NotRun,
    Program,
    RoleInfo,
    SandboxInfo,
    Usage,
    Verdict,
    Verdicts,
)

HERE = Path(__file__).resolve().parent

DEMO = RoleInfo("demo", "demo", "demo", "built-in demo", note="no language model")
RULES = RoleInfo("rules", "rules", "", "built-in rules", note="no model")
GPT = RoleInfo("openai", "openai", "gpt-4o", "openai gpt-4o", host="api.openai.com")
LOCAL = RoleInfo("local", "llama_cpp", "codesteer-8b-q4.gguf", "codesteer-8b q4")

DOCKER = SandboxInfo("docker", "container", "docker, no network")
BOX = SandboxInfo("namespaces", "reduced", "reduced isolation", "no Docker engine answers", "start Docker")
NO_ENGINE = SandboxInfo("off", "not_run", "code is shown, not run", "no engine answers", "start Docker")

LAZY = 'print("(7 - 8 / 8) * 4 = 24")\n'

SEARCH = """\
from fractions import Fraction
from itertools import permutations

OPS = "+-*/"

def apply(a, b, op):
    if op == "+":
        return a + b
    if op == "-":
        return a - b
    if op == "*":
        return a * b
    return a / b if b else None

def search(terms):
    if len(terms) == 1:
        value, text = terms[0]
        return text if value == 24 else None
    for (a, s), (b, t), *rest in permutations(terms):
        for op in OPS:
            value = apply(a, b, op)
            if value is not None:
                found = search([(value, f"({s} {op} {t})"), *rest])
                if found:
                    return found
    return None

# every number exactly once, with exact fractions
print(f"<<<{search([(Fraction(n), str(n)) for n in (4, 7, 8, 8)])}>>>")
"""

CHECK = """\
import ast
answer = "((4 * 7) - 8) + 4"
numbers = sorted(int(n.value) for n in ast.walk(ast.parse(answer)) if isinstance(n, ast.Constant))
assert numbers == [4, 7, 8, 8], f"uses {numbers}, not 4 7 8 8"
assert eval(answer) == 24
print("CORRECT")
"""


class Script:
    """Events with a clock that is moved by hand."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.at = 0.0
        self._runs = 0

    def put(self, event: Event, after: float = 0.1) -> None:
        self.at = round(self.at + after, 3)
        import msgspec

        self.events.append(msgspec.structs.replace(event, at=self.at))

    def start(self, problem: Problem, task: RoleInfo, steerer: RoleInfo, sandbox: SandboxInfo) -> None:
        self.put(
            ev.SessionStarted(
                session="20261120-120000-recorded-0000",
                problem=problem,
                roles={"steerer": steerer, "task_llm": task, "checker": task},
                sandbox=sandbox,
                max_rounds=5,
                started="2026-11-20T12:00:00+00:00",
            ),
            after=0.0,
        )

    def guide(self, number: int, guidance: Guidance, seconds: float = 0.0) -> None:
        self.put(ev.RoundStarted(round=number))
        self.put(ev.GuidanceGiven(round=number, guidance=guidance, seconds=seconds), after=seconds)

    def answer(self, number: int, text: str, finish: Finish = "stop", reasoning: str = "") -> None:
        for piece in pieces(text):
            self.put(ev.AnswerDelta(round=number, text=piece), after=0.05)
        usage = Usage(180 + 300 * number, len(text) // 4)
        self.put(
            ev.AnswerGiven(
                round=number, text=text, finish=finish, usage=usage, seconds=1.2 + number, reasoning=reasoning
            )
        )

    def code(self, number: int, source: str) -> None:
        self.put(ev.CodeFound(round=number, code=Extraction("found", source, 1)))

    def run(self, number: int, source: str, result: ExecutionResult | NotRun, purpose: str = "answer") -> str:
        self._runs += 1
        id = f"x{self._runs}"
        self.put(
            ev.ExecutionStarted(
                round=number, id=id, purpose=purpose, program=Program(source, "demo"), limits=Limits()
            )
        )
        if isinstance(result, ExecutionResult) and result.stdout:
            self.put(ev.OutputDelta(round=number, id=id, stream="stdout", text=result.stdout))
        self.put(ev.ExecutionFinished(round=number, id=id, purpose=purpose, result=result), after=0.2)
        return id


def pieces(text: str, size: int = 24) -> Iterator[str]:
    for i in range(0, len(text), size):
        yield text[i : i + size]


def ran(stdout: str, stderr: str = "", exit: int = 0) -> ExecutionResult:
    return ExecutionResult(
        "exited", exit, None, stdout, stderr, 41.0, 33.0, 9 << 20, len(stdout), len(stderr)
    )


def game24() -> list[Event]:
    """Lazy code, guided into a search; checked; returned."""
    s = Script()
    s.start(pose("Use 4 7 8 8 to make 24. Use every number exactly once."), DEMO, RULES, BOX)
    s.guide(
        0,
        Guidance("code", "Solve this by writing Python code that searches.", "Numbers to combine: code."),
        0.01,
    )
    s.answer(0, f"This one is easy by hand.\n\n```python\n{LAZY}```\n")
    s.code(0, LAZY)
    s.run(0, LAZY, ran("(7 - 8 / 8) * 4 = 24\n"))
    found = (Finding("hard_coded", "prints a literal; nothing is computed", (1,)),)
    s.put(ev.CodeJudged(round=0, judgement=Judgement("default", 0.0, True, found, "too simple")))
    id = s.run(0, CHECK, ran("", "AssertionError: uses [1, 4], not 4 7 8 8\n", 1), "self_check")
    verdict = Verdict("pass", "uses 4 7 8 8 once each and makes 24", "(7 - 8 / 8) * 4")
    s.put(
        ev.AnswerChecked(
            round=0, verdict=verdict, source=CHECK, execution=id, attempts=1, usage=Usage(90, 60)
        )
    )
    s.put(ev.RoundFinished(round=0))
    s.guide(
        1,
        Guidance(
            "refine",
            "Your program prints one hard-coded expression. Search every order of the numbers and every"
            " operator with exact fractions, and print the expression that makes 24.",
            "The symbolic checker found no search: the answer is a literal.",
        ),
        0.02,
    )
    s.answer(
        1,
        f"I will search all operator trees with exact arithmetic.\n\n```python\n{SEARCH}```\nIt prints one.",
    )
    s.code(1, SEARCH)
    s.run(1, SEARCH, ran("<<<((7 - (8 / 8)) * 4)>>>\n"))
    findings = (
        Finding("searching", "loops over permutations and recursion", (19, 24)),
        Finding("numerical", "does exact arithmetic", (8, 10, 12)),
    )
    s.put(ev.CodeJudged(round=1, judgement=Judgement("default", 12.25, False, findings, "searches")))
    id = s.run(1, CHECK, ran("CORRECT\n"), "self_check")
    verdict = Verdict("pass", "every number once, value 24", "((7 - (8 / 8)) * 4)")
    s.put(
        ev.AnswerChecked(
            round=1, verdict=verdict, source=CHECK, execution=id, attempts=1, usage=Usage(120, 80)
        )
    )
    s.put(ev.RoundFinished(round=1))
    s.guide(2, Guidance("return_answer", "", "The program searches and the check passed."), 0.01)
    s.put(ev.RoundFinished(round=2))
    ending = ev.Finished(
        answer="((7 - (8 / 8)) * 4)",
        answer_round=1,
        reason="the check passed",
        verdicts=Verdicts("pass", "pass", "could_not_check"),
        decision="return_answer",
    )
    s.put(ending)
    return s.events


def hard() -> list[Event]:
    """Everything that can go wrong: a timeout, a program that was not run, a cut answer, a failed check."""
    s = Script()
    problem = Problem("Place 8 queens.", task="n_queens", parameters={"n": 8}, seed=7)
    s.start(problem, GPT, LOCAL, DOCKER)
    s.guide(0, Guidance("text", "Think step by step.", "", confidence=0.71), 26.0)
    s.answer(0, "The queens stand on 0 4 7 5 2 6 1 4.", reasoning="row by row ...")
    s.put(ev.CodeFound(round=0, code=Extraction("none")))
    verdict = Verdict("fail", "columns 4 and 4 hold two queens", "0 4 7 5 2 6 1 4")
    s.put(ev.AnswerChecked(round=0, verdict=verdict, source=CHECK, attempts=2))
    s.put(
        ev.AnswerVerified(
            round=0, task="n_queens", verdict=Verdict("fail", "two queens in column 4", "0 4 7 5 2 6 1 4")
        )
    )
    s.put(ev.RoundFinished(round=0))
    s.guide(1, Guidance("code", "Search with backtracking.", "The check failed."), 3.5)
    loop = "while True:\n    print('[bold]x[/bold] \x1b[31mred')\n"
    s.answer(1, f"```python\n{loop}```")
    s.code(1, loop)
    flood = ExecutionResult(
        "timeout",
        stdout="[bold]x[/bold] \x1b[31mred\n" * 400,
        wall_ms=10_000,
        stdout_bytes=9 << 20,
        stdout_truncated=True,
        tail_stdout="[bold]x[/bold] red\n" * 3,
    )
    s.run(1, loop, flood)
    s.put(
        ev.CodeJudged(
            round=1,
            judgement=Judgement(
                "default", 1.0, True, (Finding("no_effect", "a loop that cannot end", (1,)),)
            ),
        )
    )
    s.put(ev.AnswerChecked(round=1, verdict=Verdict("could_not_check", "there is no answer to check")))
    s.put(ev.RoundFinished(round=1))
    s.guide(2, Guidance("refine", "Stop when a placement is found.", "It ran into the time limit."), 2.5)
    s.answer(
        2, "```python\nimport itertools\nfor p in itertools.permutations(range(8)):\n    pri", finish="length"
    )
    s.put(
        ev.CodeFound(
            round=2, code=Extraction("unclosed", "import itertools\n", 1, "the last block is not closed")
        )
    )
    s.run(
        2,
        "import itertools\n",
        NotRun("the Docker engine stopped answering", "Start Docker, then send the problem again."),
    )
    s.put(
        ev.Failed(
            kind="rate_limit",
            message="openai: too many requests (429).",
            remedy="Wait a minute, then send it again.",
        )
    )
    return s.events


def puzzle(task: str = "eight_queens", seed: int = 1) -> list[Event]:
    """A SymBench problem: an answer that nobody can read, a wrong one, a right one; each in a round of its own."""
    problem = generate(task, seed)
    right = tasks[task].solve(problem) or ""
    answers = (
        ("It cannot be done.", Verdict("could_not_check", "There is no answer.")),
        (right.replace(right[3], "9" if right[3] != "9" else "8", 1), None),
        (right, None),
    )
    s = Script()
    s.start(problem, DEMO, RULES, BOX)
    for number, (text, verdict) in enumerate(answers):
        s.guide(number, Guidance("text", "Think it through.", "A short one."), 0.01)
        s.answer(number, text)
        s.put(ev.CodeFound(round=number, code=Extraction("none")))
        truth = verdict or verify(problem, text)
        s.put(ev.AnswerVerified(round=number, task=task, verdict=truth))
        s.put(ev.RoundFinished(round=number))
    verdicts = Verdicts("could_not_check", "could_not_check", "pass")
    s.put(
        ev.Finished(
            answer=right.strip("<>"),
            answer_round=2,
            reason="the round limit",
            verdicts=verdicts,
            decision="return_answer",
        )
    )
    return s.events


RECORDINGS = {"game24": game24, "hard": hard}


def write(events: Iterable[Event], path: Path) -> Path:
    """A session file with these events."""
    path.write_bytes(b"".join(encode(event) + b"\n" for event in events))
    return path


if __name__ == "__main__":
    for name, make in RECORDINGS.items():
        print(write(make(), HERE / f"{name}.jsonl"))
