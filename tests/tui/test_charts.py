"""Charts: what they say is what the transcript says, whatever their width."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from codesteer_tui import events as ev
from codesteer_tui.config import Config, Sessions
from codesteer_tui.sessions.store import Summary, read_recording, summarize
from codesteer_tui.settings import Settings
from codesteer_tui.symbench import generate
from codesteer_tui.transcript import Transcript
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.blocks import text_of
from codesteer_tui.tui.drawing.charts import Judged, session_charts, verdict_charts
from codesteer_tui.tui.screens.charts import ChartsScreen, judged, outcome_of
from codesteer_tui.values import Usage, Verdicts
from tests.tui.conftest import until, words_on

RECORDINGS = Path(__file__).resolve().parents[1] / "recordings"


def recorded() -> Transcript:
    return Transcript.of(read_recording(RECORDINGS / "game24-docker.jsonl").events)


def priced(*costs: float | None) -> Transcript:
    events: list[ev.Event] = []
    for number, usd in enumerate(costs):
        usage = Usage(100, 100 * (number + 1), usd=usd)
        events += [
            ev.RoundStarted(round=number),
            ev.PromptSent(round=number, role="task_llm", messages=()),
            ev.AnswerGiven(round=number, text="a", usage=usage, seconds=2.0 * (number + 1)),
        ]
    return Transcript.of(events)


def line(text: str, begins: str, under: str) -> str:
    behind = text.split(under, 1)[1].split("\n")
    return next(row for row in behind if row.startswith(begins))


def test_bars_are_to_one_scale_and_end_with_their_number() -> None:
    text = text_of(session_charts(priced(0.01, 0.02), 60))
    first, second = line(text, "R0", "Seconds by round"), line(text, "R1", "Seconds by round")
    assert (first.endswith(" 2.0 s"), second.endswith(" 4.0 s")) == (True, True)
    assert abs(second.count("#") - 2 * first.count("#")) <= 1
    assert line(text, "R1", "Cost by round").endswith("$0.02")
    assert "TaskLLM" in text
    assert "price of some calls" not in text


def test_a_price_that_is_not_known_is_said() -> None:
    assert "The price of some calls is not known" in text_of(session_charts(priced(0.01, None), 60))
    assert "Cost by round" not in text_of(session_charts(priced(None, None), 60))


def test_a_recorded_session_has_all_its_charts() -> None:
    text = text_of(session_charts(recorded(), 80))
    assert line(text, "R0", "Complexity of the code").endswith(" 0  too simple")
    assert line(text, "R1", "Complexity of the code").endswith(" 36")
    assert line(text, "R1", "Tokens by round").endswith(" 2.5k")


@pytest.mark.parametrize("width", [20, 40, 76, 140])
def test_no_line_is_longer_than_the_width(width: int) -> None:
    charts = [b for b in session_charts(recorded(), width) if b.kind == "quote" and b.text.startswith("R")]
    kept = verdict_charts([Judged("a" * 90, "m" * 90, "", "pass"), Judged("b", "m", "b n 4", None)], width)
    least = 40 if width < 40 else width
    assert all(len(b.text) <= least for b in [*charts, *(b for b in kept if b.kind == "quote")])


def test_a_session_without_an_answer_says_so() -> None:
    assert "Nothing to draw yet" in text_of(session_charts(Transcript(), 80))
    assert "No session is kept yet" in text_of(verdict_charts([], 80))


def test_verdicts_are_counted_by_task_model_and_difficulty() -> None:
    ones = [
        Judged("game24", "gpt-4o", "game24 numbers 4", "pass"),
        Judged("game24", "gpt-4o", "game24 numbers 6", "fail"),
        Judged("game24", "demo", "game24 numbers 6", "could_not_check"),
        Judged("letters", "demo", "", None),
    ]
    text = text_of(verdict_charts(ones, 80))
    assert line(text, "game24", "By task").endswith(" 1 of 2 right, 1 not judged")
    assert line(text, "letters", "By task").endswith(" not judged")
    assert line(text, "gpt-4o", "By model").endswith(" 1 of 2 right")
    assert line(text, "game24 numbers 6", "By difficulty").endswith(" 0 of 1 right, 1 not judged")
    assert line(text, "game24", "By task") == "game24   +x? 1 of 2 right, 1 not judged"
    many = text_of(verdict_charts(ones * 100, 80))
    assert len(line(many, "game24", "By task")) <= 80
    assert line(many, "game24", "By task").endswith("? 100 of 200 right, 100 not judged")


def test_ground_truth_goes_before_the_self_check() -> None:
    def given(truth: str, check: str) -> Summary:
        verdicts = Verdicts("pass", check, truth)  # type: ignore[arg-type]
        return Summary("s", Path("s"), "t", verdicts=verdicts, task="game24", knobs={"n": 4}, model="m")

    assert outcome_of(given("fail", "pass")) == "fail"
    assert outcome_of(given("could_not_check", "pass")) == "pass"
    assert outcome_of(Summary("s", Path("s"), "t")) is None
    assert judged(given("pass", "pass")) == Judged("game24", "m", "game24 n 4", "pass")


def test_a_problem_and_its_session_know_the_difficulty_it_was_made_with(tmp_path: Path) -> None:
    problem = generate("game24", 3)
    assert problem.knobs
    path = tmp_path / "s.jsonl"
    recording = read_recording(RECORDINGS / "game24-docker.jsonl")
    lines = [
        msgspec.json.encode(
            msgspec.structs.replace(e, problem=problem) if isinstance(e, ev.SessionStarted) else e
        )
        for e in recording.events
    ]
    path.write_bytes(b"\n".join(lines) + b"\n")
    summary = summarize(path)
    assert (summary.task, summary.knobs) == ("game24", problem.knobs)
    assert summary.model == "built-in demo (not a language model)"


async def test_the_charts_of_a_session_and_of_all(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "sessions" / "game24.jsonl"
    path.parent.mkdir()
    path.write_bytes((RECORDINGS / "game24-docker.jsonl").read_bytes())
    app = CodesteerApp(settings, recording=read_recording(path))
    async with app.run_test(size=(100, 40)) as pilot:
        await pilot.press("f12")
        await until(pilot, lambda: "Tokens by round" in words_on(app))
        await pilot.press("tab")
        await until(pilot, lambda: "By model" in words_on(app))
        assert isinstance(app.screen, ChartsScreen)
        await pilot.press("tab")
        await until(pilot, lambda: "Charts: this session" in words_on(app))
        await pilot.press("escape")
        await pilot.pause()
        assert not isinstance(app.screen, ChartsScreen)


async def test_without_a_session_all_are_shown(tmp_path: Path) -> None:
    app = CodesteerApp(Settings(Config(sessions=Sessions(dir=str(tmp_path)))))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f12")
        await until(pilot, lambda: "No session is kept yet" in words_on(app))
        await pilot.press("tab")
        await pilot.pause()
        assert "No session is shown" in " ".join(n.message for n in app._notifications)
