"""Stepping in: the modes, and that whatever the person decides is a fact of the record and marked as theirs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace

import pytest

from codesteer_tui import events as ev
from codesteer_tui.providers import Sampling
from codesteer_tui.steering.execution import ONCE, YES, Approval, Executor
from codesteer_tui.steering.loop import Cast, Method, solve
from codesteer_tui.steering.steerers import ModelSteerer
from codesteer_tui.steering.stepping import (
    CODE,
    EDIT,
    END,
    END_WITHOUT,
    FOLLOW,
    PROPOSE,
    REPLACE,
    SEND,
    TEXT,
    VETO,
    WITHDRAWN,
    WRITE,
    Stepping,
)
from codesteer_tui.steering.taking import taken
from codesteer_tui.transcript import Transcript
from codesteer_tui.values import Guidance, Limits, Program, Purpose, Question, Reply, SteeringMode
from tests.scripted import ScriptedModel, ScriptedSandbox, block, printed
from tests.steering.test_loop import LAZY, PACK, REAL, TEST_PROGRAM, cast, respond, started

WRONG = block("print('<<<3 * 7>>>')")
FAIL = block("print('VERDICT: FAIL: 3 * 7 is 21')")


class Person:
    """Gives these replies, a choice or a choice with a text, and remembers what was asked."""

    def __init__(self, *replies: str | tuple[str, str]) -> None:
        self.replies = list(replies)
        self.questions: list[Question] = []

    async def __call__(self, question: Question) -> Reply:
        self.questions.append(question)
        reply = self.replies.pop(0)
        return Reply(reply) if isinstance(reply, str) else Reply(reply[0], text=reply[1])


def steered(*replies: str) -> ModelSteerer:
    return ModelSteerer(ScriptedModel(*replies), PACK, Sampling())


async def play(
    players: Cast,
    stepping: Stepping,
    transcript: Transcript | None = None,
    react: Callable[[ev.Event], None] = lambda event: None,
    method: Method | None = None,
) -> list[ev.Event]:
    events = []
    run = solve(
        replace(players, stepping=stepping), transcript or started(), method or Method(), clock=lambda: 0.0
    )
    async with aclosing(run) as stream:
        async for event in stream:
            events.append(event)
            react(event)
    return events


def given(events: list[ev.Event]) -> list[Guidance]:
    return [e.guidance for e in events if isinstance(e, ev.GuidanceGiven)]


def ending(events: list[ev.Event]) -> ev.Finished:
    assert isinstance(events[-1], ev.Finished)
    return events[-1]


async def test_approving_sends_what_the_steerer_wrote_and_the_record_has_question_and_answer() -> None:
    person = Person(SEND, END)
    task = ScriptedModel(REAL)
    events = await play(cast(task, checker=ScriptedModel(TEST_PROGRAM)), Stepping("approve", ask=person))
    assert [g.decision for g in given(events)] == ["code", "return_answer"]
    assert {g.by for g in given(events)} == {"steerer"}
    kinds = [type(e).__name__ for e in events if not ev.is_delta(e)]
    assert kinds[:5] == ["RoundStarted", "GuidanceProposed", "Asked", "Answered", "GuidanceGiven"]
    assert person.questions[0].draft == PACK.fill("guidance.code")
    assert ending(events).answer == "4 * 6"


async def test_the_steerers_call_is_paid_once_however_its_proposal_fares() -> None:
    steerer = steered("<<<Code>>>", "<<<Return Answer>>>")
    events = await play(
        cast(ScriptedModel(REAL), steerer=steerer), Stepping("approve", ask=Person(SEND, END))
    )
    assert Transcript.of(events).usage["steerer"].tokens == 20


async def test_edited_guidance_is_sent_as_edited_and_the_steerer_is_told_so() -> None:
    model = ScriptedModel("<<<Add them up.>>>", "<<<Return Answer>>>")
    task = ScriptedModel(LAZY)
    person = Person((EDIT, "Multiply them."), END)
    events = await play(
        cast(task, steerer=ModelSteerer(model, PACK, Sampling())), Stepping("approve", ask=person)
    )
    assert given(events)[0] == Guidance("refine", "Multiply them.", by="edited")
    assert Transcript.of(events).rounds[0].proposal == Guidance(
        "refine", "Add them up.", raw="<<<Add them up.>>> "
    )
    assert "Multiply them." in task.seen[0][0].content
    assert [m.content for m in model.seen[1] if m.role == "assistant"] == ["Multiply them."]


async def test_an_edited_prompt_for_code_is_still_one_and_an_unchanged_draft_is_the_steerers() -> None:
    draft = PACK.fill("guidance.code")
    events = await play(
        cast(ScriptedModel(REAL)), Stepping("approve", ask=Person((EDIT, draft + " Use sets."), END))
    )
    assert (given(events)[0].decision, given(events)[0].by) == ("code", "edited")
    events = await play(cast(ScriptedModel(REAL)), Stepping("approve", ask=Person((EDIT, draft), END)))
    assert given(events)[0].by == "steerer"


async def test_a_draft_shown_without_escape_sequences_and_left_as_it_is_is_the_steerers() -> None:
    raw = "Search \x1b[31mall\x1b[0m orders."
    model = ScriptedModel(f"<<<{raw}>>>")
    task = ScriptedModel(REAL)
    events = await play(
        cast(task, steerer=ModelSteerer(model, PACK, Sampling())),
        Stepping("approve", ask=Person((EDIT, "Search all orders."), END)),
        method=Method(max_rounds=0),
    )
    assert (given(events)[0].text, given(events)[0].by) == (raw, "steerer")


async def test_replaced_guidance_is_the_persons_own() -> None:
    task = ScriptedModel(REAL)
    events = await play(cast(task), Stepping("approve", ask=Person((REPLACE, "Guess."), END)))
    assert given(events)[0] == Guidance("refine", "Guess.", by="person")
    assert "Guess." in task.seen[0][0].content


async def test_a_vetoed_proposal_is_not_sent_and_the_model_decides_again_knowing_why() -> None:
    model = ScriptedModel("<<<Text>>>", "<<<Code>>>")
    task = ScriptedModel(REAL)
    person = Person((VETO, "It must be computed."), SEND, END)
    events = await play(
        cast(task, steerer=ModelSteerer(model, PACK, Sampling()), checker=ScriptedModel(TEST_PROGRAM)),
        Stepping("approve", ask=person),
        method=Method(max_rounds=0),
    )
    assert [g.decision for g in given(events)] == ["code"]
    ((refused, reason),) = Transcript.of(events).rounds[0].vetoed
    assert (refused.decision, reason) == ("text", "It must be computed.")
    assert [m.role for m in model.seen[1]] == ["user", "assistant", "user"]
    assert "It must be computed." in model.seen[1][2].content
    assert PACK.fill("guidance.text") not in task.seen[0][0].content


async def test_rules_do_not_repeat_what_was_vetoed_and_give_in_when_nothing_is_left() -> None:
    events = await play(cast(ScriptedModel()), Stepping("approve", ask=Person(VETO, VETO, END)))
    proposed = [e.guidance.decision for e in events if isinstance(e, ev.GuidanceProposed)]
    assert proposed == ["code", "text", "return_answer"]
    assert ending(events).answer_round is None


async def test_ending_at_a_proposal_keeps_the_best_answer_and_says_who_ended_it() -> None:
    events = await play(cast(ScriptedModel(LAZY)), Stepping("approve", ask=Person(SEND, END)))
    assert ending(events).answer == "4 * 6"
    assert ending(events).reason == "the person returned the answer"


@pytest.mark.parametrize("mode", ["approve", "manual"])
async def test_the_safe_option_says_whether_there_is_an_answer_to_end_with(mode: SteeringMode) -> None:
    person = Person(CODE if mode == "manual" else SEND, END)
    await play(cast(ScriptedModel(LAZY)), Stepping(mode, ask=person))
    assert [question.options[0] for question in person.questions] == [END_WITHOUT, END]
    events = await play(cast(ScriptedModel()), Stepping(mode, ask=Person(END_WITHOUT)))
    assert (ending(events).answer, ending(events).answer_round) == ("", None)
    assert ending(events).reason == "the person ended it before there was an answer"


async def test_in_manual_mode_the_person_is_the_steerer_and_no_steerer_is_asked() -> None:
    model = ScriptedModel()
    task = ScriptedModel(LAZY, REAL)
    person = Person(TEXT, (WRITE, "Now search."), END)
    events = await play(
        cast(task, steerer=ModelSteerer(model, PACK, Sampling())), Stepping("manual", ask=person)
    )
    assert [(g.decision, g.by) for g in given(events)] == [
        ("text", "person"),
        ("refine", "person"),
        ("return_answer", "person"),
    ]
    assert model.seen == []
    assert "Now search." in task.seen[1][-1].content
    assert ending(events).answer == "4 * 6"


async def test_what_the_person_writes_is_read_by_the_exact_rule() -> None:
    person = Person((WRITE, "<<<Code>>>"), (WRITE, "do not <<<Return Answer>>> yet, it says"), END)
    events = await play(cast(ScriptedModel(REAL)), Stepping("manual", ask=person))
    assert [g.decision for g in given(events)] == ["code", "return_answer"]


async def test_in_manual_mode_a_proposal_can_be_asked_for() -> None:
    person = Person(PROPOSE, SEND, END)
    events = await play(cast(ScriptedModel(REAL)), Stepping("manual", ask=person))
    assert [(g.decision, g.by) for g in given(events)] == [("code", "steerer"), ("return_answer", "person")]


async def test_manual_rounds_go_on_until_the_person_ends_them() -> None:
    person = Person(CODE, CODE, CODE, END)
    task = ScriptedModel(LAZY, LAZY, LAZY)
    events = await play(cast(task), Stepping("manual", ask=person), method=Method(max_rounds=1))
    assert len(Transcript.of(events).answered) == 3


async def test_without_steering_the_question_stands_alone_and_the_first_answer_counts() -> None:
    task = ScriptedModel(LAZY)
    events = await play(cast(task, checker=ScriptedModel(FAIL)), Stepping("off"))
    ((message,),) = task.seen
    assert message.content == "Use 4 6 to make 24"
    assert given(events)[0].by == "nobody"
    assert ending(events).reason == "steering is off"
    assert ending(events).answer_round == 0


@pytest.mark.parametrize("mode", ["approve", "manual"])
async def test_a_change_of_the_mode_applies_from_the_next_decision_and_is_recorded(mode: str) -> None:
    stepping = Stepping("auto", ask=Person(END))
    events = await play(
        cast(ScriptedModel(LAZY)),
        stepping,
        react=lambda e: stepping.change(mode) if isinstance(e, ev.AnswerGiven) else None,  # type: ignore[arg-type]
    )
    (change,) = [e for e in events if isinstance(e, ev.ModeChanged)]
    assert (change.before, change.after, change.round) == ("auto", mode, 0)
    assert [g.by for g in given(events)] == ["steerer", "person"]
    assert Transcript.of(events).mode == mode


async def test_steering_switched_off_ends_the_run_after_the_round() -> None:
    stepping = Stepping("auto")
    task = ScriptedModel(LAZY)
    events = await play(
        cast(task),
        stepping,
        react=lambda e: stepping.change("off") if isinstance(e, ev.AnswerGiven) else None,
    )
    assert (len(task.seen), ending(events).reason) == (1, "steering is off")


async def test_a_question_that_waits_is_withdrawn_when_the_mode_changes() -> None:
    asked = asyncio.Event()

    async def never(question: Question) -> Reply:
        asked.set()
        await asyncio.Event().wait()
        raise AssertionError("it is not answered")

    stepping = Stepping("approve", ask=never)

    async def change() -> None:
        await asked.wait()
        stepping.change("auto")

    changing = asyncio.create_task(change())
    events = await asyncio.wait_for(
        play(cast(ScriptedModel(REAL)), stepping, method=Method(max_rounds=0)), 10
    )
    await changing
    (answered,) = [e for e in events if isinstance(e, ev.Answered)]
    assert answered.reply.choice == WITHDRAWN
    assert given(events)[0].by == "steerer"


async def test_a_hint_is_said_to_the_task_llm_behind_the_next_guidance_and_marked_as_the_users() -> None:
    stepping, task = Stepping("auto"), ScriptedModel(LAZY, REAL)
    events = await play(
        cast(task),
        stepping,
        react=lambda e: (
            stepping.hint("Try 4 * 6.") if isinstance(e, ev.AnswerGiven) and e.round == 0 else None
        ),
        method=Method(max_rounds=1),
    )
    first, second = given(events)
    assert (first.hint, second.hint, second.by) == ("", "Try 4 * 6.", "steerer")
    assert task.seen[1][-1].content.endswith("A hint from the user: Try 4 * 6.")
    assert Transcript.of(events).hint is None


async def test_a_hint_is_followed_where_the_steerer_would_have_ended() -> None:
    stepping, task = Stepping("auto"), ScriptedModel(REAL, REAL)
    events = await play(
        cast(task, checker=ScriptedModel(TEST_PROGRAM, TEST_PROGRAM)),
        stepping,
        react=lambda e: stepping.hint("Shorter.") if isinstance(e, ev.AnswerGiven) and e.round == 0 else None,
        method=Method(max_rounds=1),
    )
    assert (given(events)[1].text, given(events)[1].by) == ("Shorter.", "person")
    assert "returned the answer" in given(events)[1].why
    assert "Shorter." in task.seen[1][-1].content


@pytest.mark.parametrize("follows", [True, False])
async def test_whoever_approves_chooses_between_the_hint_and_the_end(follows: bool) -> None:
    stepping = Stepping("approve", ask=(person := Person(SEND, FOLLOW if follows else END, END)))
    task = ScriptedModel(REAL, REAL)
    events = await play(
        cast(task, checker=ScriptedModel(TEST_PROGRAM, TEST_PROGRAM)),
        stepping,
        react=lambda e: stepping.hint("Shorter.") if isinstance(e, ev.AnswerGiven) and e.round == 0 else None,
        method=Method(max_rounds=1),
    )
    assert FOLLOW in person.questions[1].options
    assert len(task.seen) == 1 + follows
    assert given(events)[1].by == ("person" if follows else "steerer")


async def test_a_hint_can_be_taken_back_before_it_is_used() -> None:
    stepping, task = Stepping("auto"), ScriptedModel(LAZY, LAZY)
    stepping.hint("Use sets.")
    stepping.hint("")
    await play(cast(task), stepping, method=Method(max_rounds=0))
    assert "hint" not in task.seen[0][0].content


async def test_guidance_written_ahead_stands_in_for_the_steerers_call() -> None:
    model = ScriptedModel("<<<Code>>>")
    stepping, task = Stepping("auto"), ScriptedModel(LAZY, REAL)
    events = await play(
        cast(task, steerer=ModelSteerer(model, PACK, Sampling())),
        stepping,
        react=lambda e: (
            stepping.hint("Search.", replaces=True)
            if isinstance(e, ev.AnswerGiven) and e.round == 0
            else None
        ),
        method=Method(max_rounds=0),
    )
    assert given(events)[1] == Guidance("refine", "Search.", by="person")
    assert len(model.seen) == 1


async def test_guidance_for_a_session_that_had_ended_makes_another_round_of_it() -> None:
    first = await play(cast(ScriptedModel(LAZY)), Stepping("auto"), method=Method(max_rounds=0))
    transcript = started()
    for event in first:
        transcript.apply(event)
    stepping, task = Stepping("auto"), ScriptedModel(REAL)
    stepping.hint("Search.", replaces=True)
    transcript.apply(ev.SessionResumed(roles={}, sandbox=transcript.sandbox))  # type: ignore[arg-type]
    events = await play(cast(task, first_id=2), stepping, transcript, method=Method(max_rounds=0))
    assert [r.number for r in transcript.answered] == [0, 1]
    assert given(events)[0].by == "person"
    assert [m.role for m in task.seen[0]] == ["user", "assistant", "user"]


async def test_a_proposal_that_waited_when_the_run_broke_off_is_asked_about_again_and_not_paid_twice() -> (
    None
):
    model = ScriptedModel("<<<Code>>>")
    transcript = started()

    class Gone(Exception):
        pass

    async def leave(question: Question) -> Reply:
        raise Gone

    players = cast(ScriptedModel(REAL), steerer=ModelSteerer(model, PACK, Sampling()))
    with pytest.raises(Gone):
        await play(players, Stepping("approve", ask=leave), transcript)
    transcript.apply(ev.Cancelled())
    transcript.apply(ev.SessionResumed(roles={}, sandbox=transcript.sandbox))  # type: ignore[arg-type]
    assert transcript.mode == "auto", "the transcript of this test was not told the mode"
    assert transcript.waiting == {}
    person = Person(SEND)
    events = await play(
        players, Stepping("approve", ask=person, first_id=2), transcript, method=Method(max_rounds=0)
    )
    assert len(person.questions) == 1
    assert given(events)[0].decision == "code"
    assert len(model.seen) == 1


async def test_the_published_loop_is_asked_nothing_and_has_no_new_event() -> None:
    model = ScriptedModel("<<<Code>>>", "<<<Search.>>>", "Terminate")
    steerer = ModelSteerer(model, PACK, Sampling(), published=True)
    events = await play(
        cast(ScriptedModel(LAZY, REAL), steerer=steerer),
        Stepping("auto"),
        method=Method(published=True, max_rounds=5),
    )
    new = (ev.GuidanceProposed, ev.GuidanceVetoed, ev.ModeChanged, ev.HintGiven, ev.Asked)
    assert not [e for e in events if isinstance(e, new)]
    assert {(g.by, g.hint) for g in given(events)} == {("steerer", "")}


async def test_the_answer_of_the_persons_own_run_counts_only_where_they_say_so() -> None:
    stepping = Stepping("auto")
    transcript = started()

    def react(event: ev.Event) -> None:
        if isinstance(event, ev.CodeJudged):
            program = Program("print('<<<1 + 23>>>')", "user")
            transcript.apply(
                ev.ExecutionStarted(round=0, id="x9", purpose="own", program=program, limits=Limits())
            )
            transcript.apply(
                ev.ExecutionFinished(round=0, id="x9", purpose="own", result=printed("<<<1 + 23>>>"))
            )
            assert taken(transcript, 0, "x1") is None, "the model's own run is not the person's"
            fact = taken(transcript, 0, "x9")
            assert fact is not None
            transcript.apply(fact)

    events = await play(
        cast(ScriptedModel(REAL), verify=True), stepping, transcript, react, Method(max_rounds=0)
    )
    assert (ending(events).answer, ending(events).own_run) == ("1 + 23", "x9")
    assert ending(events).verdicts.ground_truth == "fail"
    assert ending(events).verdicts.self_check == "could_not_check"


async def test_a_program_of_ones_own_can_be_tried_while_the_models_waits_for_a_yes() -> None:
    decided = asyncio.Event()

    async def ask(question: Question) -> Reply:
        await decided.wait()
        return Reply(ONCE)

    executor = Executor(ScriptedSandbox(respond), Limits(), ask, approval=Approval(each=True))

    async def run(purpose: Purpose) -> list[ev.Event]:
        return [event async for event in executor.run(0, purpose, Program("print(1)"))]

    waiting = asyncio.create_task(run("answer"))
    await asyncio.sleep(0)
    own = await asyncio.wait_for(run("own"), 10)
    assert [type(e).__name__ for e in own if not ev.is_delta(e)] == ["ExecutionStarted", "ExecutionFinished"]
    assert not waiting.done()
    decided.set()
    kinds = [type(e).__name__ for e in await waiting if not ev.is_delta(e)]
    assert kinds == ["Asked", "Answered", "ExecutionStarted", "ExecutionFinished"]


async def test_consent_to_reduced_isolation_is_asked_for_once_by_two_programs_at_the_same_time() -> None:
    questions: list[Question] = []

    async def ask(question: Question) -> Reply:
        questions.append(question)
        await asyncio.sleep(0.01)
        return Reply(YES)

    executor = Executor(ScriptedSandbox(respond, admission="ask"), Limits(), ask)

    async def run(purpose: Purpose) -> list[ev.Event]:
        return [event async for event in executor.run(0, purpose, Program("print(1)"))]

    await asyncio.gather(run("answer"), run("own"))
    assert len(questions) == 1
