"""A recorded session, made by hand, in which the person steps in at every turn."""

from __future__ import annotations

from codesteer_tui import events as ev
from codesteer_tui.events import Event
from codesteer_tui.problem import pose
from codesteer_tui.values import (
    Finding,
    Guidance,
    Judgement,
    Limits,
    Program,
    Question,
    Reply,
    Usage,
    Verdict,
    Verdicts,
)
from tests.recordings.build import BOX, CHECK, GPT, LAZY, LOCAL, SEARCH, Script, ran


def stepped() -> list[Event]:
    """A veto, an edited guidance, a hint, a program of the person's own, and a change of the mode."""
    s = Script()
    s.start(pose("Use 4 7 8 8 to make 24. Use every number exactly once."), GPT, LOCAL, BOX)
    s.put(ev.ModeChanged(before="auto", after="approve", approve_code=True, round=0))
    s.put(ev.RoundStarted(round=0))
    text = Guidance("text", "Answer in text.", "It can be done in the head.")
    s.put(ev.GuidanceProposed(round=0, guidance=text, usage=Usage(90, 20), seconds=2.0), after=2.0)
    question = Question(
        "approve_guidance", "The steerer's guidance: send it?", ("End here", "Send it", "Veto it")
    )
    s.put(ev.Asked(id="qs1", question=question))
    s.put(ev.Answered(id="qs1", reply=Reply("Veto it", text="It must be computed.")), after=6.0)
    s.put(ev.GuidanceVetoed(round=0, reason="It must be computed."))
    code = Guidance("code", "Write a program that prints the answer.", "The person wants a program.")
    s.put(ev.GuidanceProposed(round=0, guidance=code, usage=Usage(120, 20), seconds=2.0), after=2.0)
    edited = Guidance("code", "Write a program that searches all orders.", "", by="edited")
    s.put(ev.GuidanceGiven(round=0, guidance=edited), after=9.0)
    s.answer(0, f"This one is easy by hand.\n\n```python\n{LAZY}```\n")
    s.code(0, LAZY)
    s.run(0, LAZY, ran("(7 - 8 / 8) * 4 = 24\n"))
    found = (Finding("hard_coded", "prints a literal; nothing is computed", (1,)),)
    s.put(ev.CodeJudged(round=0, judgement=Judgement("default", 0.0, True, found, "too simple")))
    program = Program("print((7 - 8 / 8) * 4)\n", "user")
    s.put(ev.ExecutionStarted(round=0, id="x9", purpose="own", program=program, limits=Limits()), after=3.0)
    s.put(ev.ExecutionFinished(round=0, id="x9", purpose="own", result=ran("24.0\n")))
    s.put(ev.HintGiven(text="Use exact fractions.", round=0))
    s.put(ev.RoundFinished(round=0))
    s.put(ev.RoundStarted(round=1))
    refine = Guidance("refine", "Your program computes nothing. Search.", "", hint="Use exact fractions.")
    s.put(ev.GuidanceGiven(round=1, guidance=refine, usage=Usage(300, 40), seconds=4.0), after=4.0)
    s.answer(1, f"I will search all operator trees.\n\n```python\n{SEARCH}```\nIt prints one.")
    s.code(1, SEARCH)
    s.run(1, SEARCH, ran("<<<((7 - (8 / 8)) * 4)>>>\n"))
    findings = (Finding("searching", "loops over permutations and recursion", (19, 24)),)
    s.put(ev.CodeJudged(round=1, judgement=Judgement("default", 12.25, False, findings, "searches")))
    id = s.run(1, CHECK, ran("CORRECT\n"), "self_check")
    verdict = Verdict("pass", "every number once, value 24", "((7 - (8 / 8)) * 4)")
    s.put(ev.AnswerChecked(round=1, verdict=verdict, source=CHECK, execution=id, attempts=1))
    s.put(ev.RoundFinished(round=1))
    s.put(ev.ModeChanged(before="approve", after="manual", round=1))
    s.put(ev.RoundStarted(round=2))
    s.put(ev.GuidanceGiven(round=2, guidance=Guidance("return_answer", by="person")), after=2.0)
    s.put(ev.RoundFinished(round=2))
    ending = ev.Finished(
        answer="((7 - (8 / 8)) * 4)",
        answer_round=1,
        reason="the person returned the answer",
        verdicts=Verdicts("pass", "pass", "could_not_check"),
        decision="return_answer",
    )
    s.put(ending)
    return s.events
