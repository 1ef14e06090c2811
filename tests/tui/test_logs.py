"""The logs: what was said and what went wrong can be found again, filtered, followed and copied."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from codesteer_tui import events as ev
from codesteer_tui.problem import pose
from codesteer_tui.settings import Settings
from codesteer_tui.tui import boundary
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.journal import Entry, Journal, filtered, level_of_line, note, read_llama_log, words_of
from codesteer_tui.tui.screens import logs
from codesteer_tui.tui.screens.logs import TEXT_AT, LogScreen
from codesteer_tui.tui.widgets.sheet import Sheet
from codesteer_tui.values import ExecutionResult, NotRun, RoleInfo, SandboxInfo
from tests.tui.conftest import until, words_on


@pytest.fixture
def llama_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "llama.log"
    monkeypatch.setattr(logs, "worker_log", lambda: path)
    return path


@pytest.fixture
def journal() -> Journal:
    return Journal()


def test_lines_of_our_own_and_of_libraries_are_kept_while_it_is_open(journal: Journal) -> None:
    http = logging.getLogger("httpx")
    before = http.level
    http.info("before")
    journal.open()
    http.info("HTTP Request: POST %s", "https://llm.example/v1")
    logging.getLogger("codesteer_tui.app").warning("ours")
    logging.getLogger("somebody").info("too ordinary")
    logging.getLogger("somebody").error("broken \x1b[31mred\x1b[0m")
    journal.close()
    http.info("after")
    assert [(e.level, e.source, e.text) for e in journal.entries][:2] == [
        ("info", "library", "httpx: HTTP Request: POST https://llm.example/v1"),
        ("warning", "app", "ours"),
    ]
    assert len(journal.entries) == journal.total == 3
    assert "\x1b" not in journal.entries[-1].text
    assert http.level == before


def test_a_bug_is_kept_once_with_its_traceback(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boundary, "strict", False)
    journal.open()
    for _ in range(3):
        try:
            raise ZeroDivisionError("a drawing")
        except ZeroDivisionError as error:
            boundary.bug_blocks(error, "GUIDANCE")
    journal.close()
    (entry,) = journal.entries
    assert entry.level == "error"
    assert "GUIDANCE cannot be drawn" in entry.text
    assert "ZeroDivisionError: a drawing" in entry.text


DEMO = RoleInfo("demo", "demo", "demo", "the demo")


@pytest.mark.parametrize(
    ("event", "level", "words"),
    [
        (
            ev.SessionStarted(
                session="s",
                problem=pose("q"),
                roles={"task_llm": DEMO},
                sandbox=SandboxInfo("off", "none", ""),
                max_rounds=3,
            ),
            "info",
            "session begun: task_llm demo; programs: none",
        ),
        (
            ev.Retried(role="checker", attempt=2, after_s=4.0, reason="429"),
            "warning",
            "checker: retry 2 in 4 s: 429",
        ),
        (ev.Failed(kind="k", message="It broke.", remedy="Try again."), "error", "It broke. Try again."),
        (
            ev.ExecutionFinished(round=1, id="x", purpose="answer", result=NotRun("no Docker", "start it")),
            "warning",
            "R1 a program was not run: no Docker start it",
        ),
        (ev.Cancelled(), "info", "stopped by person"),
    ],
    ids=lambda v: type(v).__name__ if isinstance(v, ev.Base) else "",
)
def test_what_is_worth_finding_again_of_a_run(
    event: ev.Event, level: str, words: str, journal: Journal
) -> None:
    assert words_of(event) == (level, words)
    journal.open()
    note(event)
    journal.close()
    assert [(e.level, e.source, e.text) for e in journal.entries] == [(level, "app", words)]


def test_what_is_ordinary_is_not_logged() -> None:
    assert words_of(ev.RoundStarted(round=1)) is None
    done = ExecutionResult("exited", exit=0)
    assert words_of(ev.ExecutionFinished(round=1, id="x", purpose="answer", result=done)) is None


def test_of_a_long_llama_log_the_end_is_read_in_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "llama.log"
    assert read_llama_log(path) == []
    path.write_text("".join(f"line {number}\n" for number in range(60_000)))
    read = read_llama_log(path)
    assert read[-1].text == "line 59999"
    assert read[0].text.startswith("line ")
    assert len(read) < 60_000


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("error: out of memory", "error"),
        ("warning: n_ctx is small", "warning"),
        ("llama_init: failed to allocate", "error"),
        ("print_info: n_layer = 32", "info"),
        ("load_tensors: errors_allowed = 0", "info"),
    ],
)
def test_lines_of_llama_cpp_have_a_level(line: str, level: str) -> None:
    assert level_of_line(line) == level


def test_filters_let_through_what_is_bad_enough_and_of_the_source() -> None:
    entries = [
        Entry(None, "info", "app", "a"),
        Entry(None, "error", "llama.cpp", "b"),
        Entry(None, "warning", "app", "c"),
    ]
    assert [e.text for e in filtered(entries, "warning", None)] == ["b", "c"]
    assert [e.text for e in filtered(entries, "info", "app")] == ["a", "c"]


async def test_the_logs_follow_are_filtered_and_copied(settings: Settings, llama_log: Path) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(100, 20)) as pilot:
        app.notify("The key of groq is stored.", title="Stored", markup=False)
        await pilot.press("ctrl+l")
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, LogScreen)
        assert "Stored: The key of groq is stored." in words_on(app)
        llama_log.write_text("".join(f"fine {n}\n" for n in range(100)) + "error: no room\n")
        logging.getLogger("codesteer_tui.app").warning("behind it")
        await until(pilot, lambda: "error: no room" in words_on(app) and "behind it" in words_on(app))
        await pilot.press("k")
        await pilot.pause()
        assert "following" not in words_on(app)
        await pilot.press("G")
        await pilot.pause()
        assert "following" in words_on(app)
        await pilot.press("l")
        await pilot.pause()
        words = words_on(app)
        assert "Logs: all, errors" in words
        assert "error: no room" in words
        assert "behind it" not in words
        await pilot.press("s")
        await pilot.pause()
        assert "Nothing of this kind" in words_on(app)
        await pilot.press("l", "Y")
        await until(pilot, lambda: "warning app       behind it" in app.clipboard)
        assert "fine" not in app.clipboard
        await pilot.press("slash", *"behind", "enter")
        await until(pilot, lambda: "1 of 1" in words_on(app))
        await pilot.press("escape", "escape")
        await pilot.pause()
        assert app.screen is app.live


async def test_llama_cpp_that_said_nothing_is_told_with_where_it_would_be(
    settings: Settings, llama_log: Path
) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(120, 24)) as pilot:
        await pilot.press("f8", "s", "s", "s")
        await until(pilot, lambda: "llama.cpp has said nothing yet" in words_on(app))


async def test_what_does_not_fit_into_a_line_stands_in_below_it_and_is_found_there(
    settings: Settings,
) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(80, 24)) as pilot:
        logging.getLogger("codesteer_tui.app").warning(
            "%s", "\n".join(["some words " * 20 + "here", "below"])
        )
        await pilot.press("f8")
        await until(pilot, lambda: "below" in words_on(app))
        view = app.screen.query_one(Sheet).views[-1]
        rows = str(view.visual.at(view.content_size.width)).split("\n")  # type: ignore[attr-defined]
        first = next(number for number, row in enumerate(rows) if "some words" in row)
        folded = rows[first : next(number for number, row in enumerate(rows) if "below" in row) + 1]
        assert len(folded) >= 5
        assert folded[0][:2] == "! "
        assert [row[:TEXT_AT].strip() for row in folded[1:]] == [""] * (len(folded) - 1)
        assert all(row[TEXT_AT] != " " for row in folded)
        assert view.row_of(view.shown.text.index("here")) == rows.index(folded[-2])
