"""Who plays which role: the models screen, the commands of the prompt, and the key dialog."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from codesteer_tui import events as ev
from codesteer_tui import sessions
from codesteer_tui.config import Config, Provider, Roles, SandboxSettings, Screen, Sessions, Steering
from codesteer_tui.sessions import read_recording
from codesteer_tui.settings import Settings, load_settings
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.screens.choice import ChoiceScreen
from codesteer_tui.tui.screens.help import HelpScreen
from codesteer_tui.tui.screens.key_entry import KeyInput, KeyScreen
from codesteer_tui.tui.screens.models import ModelsScreen
from codesteer_tui.tui.widgets.prompt import Prompt
from tests.fake_servers import failing
from tests.keyrings import FileKeyring
from tests.recordings.build import game24
from tests.served import Served
from tests.tui.conftest import FakeSession, opener, pane, text_on, until, words_on
from tests.tui.test_live_screen import is_idle, type_in

KEY = "sk-planted-0123456789abcdef"
DEMO = Provider(kind="demo", model="demo", delay_s=0.0)
GONE = Provider(kind="openai", model="m", base_url="http://127.0.0.1:9/v1", key="none")
ROOMY = (160, 45)

Make = Callable[..., CodesteerApp]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a configuration of its own, and no keyring."""
    from keyring.backends.fail import Keyring

    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("CODESTEER_CONFIG", str(tmp_path / "user.toml"))
    monkeypatch.setattr("keyring.get_keyring", Keyring)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def make(home: Path) -> Make:
    """An app with these providers and no others."""

    def app(roles: Roles | None = None, **providers: Provider) -> CodesteerApp:
        config = Config(
            roles=roles or Roles(task_llm="demo"),
            providers={"demo": DEMO, **providers},
            sandbox=SandboxSettings(engine="off"),
            steering=Steering(max_rounds=3),
            screen=Screen(reduced_motion=True),
            sessions=Sessions(dir=str(home / "sessions")),
        )
        return CodesteerApp(Settings(config))

    return app


@pytest.fixture
async def server() -> AsyncIterator[Served]:
    async with Served("m", "other", context=32_000) as served:
        yield served


async def open_models(app: CodesteerApp, pilot: Pilot[None]) -> ModelsScreen:
    await pilot.press("ctrl+o")
    await until(pilot, lambda: isinstance(app.screen, ModelsScreen))
    screen = app.screen
    assert isinstance(screen, ModelsScreen)
    await until(pilot, lambda: all(r.key and not r.asking for r in screen.players if r.choice))
    return screen


def choose(screen: ModelsScreen, player: str) -> None:
    """Bring the highlight to a player."""
    names = [row.player for row in screen.rows]
    screen.query_one("#players", OptionList).highlighted = names.index(player)


def task_llm(app: CodesteerApp) -> str:
    return app.settings.config.roles.task_llm


async def test_it_shows_who_plays_and_who_can_with_what_is_known_of_them(make: Make, server: Served) -> None:
    app = make(served=server.provider(), gone=GONE, keyed=server.provider(key="env:NOT_SET_AT_ALL"))
    async with app.run_test(size=ROOMY) as pilot:
        screen = await open_models(app, pilot)
        await until(pilot, lambda: "there, " in text_on(app) and "not reachable" in text_on(app))
        shown = text_on(app)
        assert "> TASK   demo" in shown
        assert "STEER  built-in rules" in shown
        assert "CHECK  same as TASK" in shown
        assert "served:m" in shown
        assert "32.0k" in shown
        assert "no key" in shown
        assert "variable NOT_SET_AT_ALL" in shown
        choose(screen, "gone:m")
        await pilot.pause()
        assert "could not be reached" in words_on(app)
        assert "->" in shown
        await pilot.press("tab")
        await pilot.pause()
        shown = text_on(app)
        assert "> STEER" in shown
        assert "rules" in {row.player for row in screen.rows}
        assert "demo" not in {row.player for row in screen.rows}  # it cannot steer
        await pilot.press("tab")
        await pilot.pause()
        assert {"off", "same-as-task", "demo"} <= {row.player for row in screen.rows}
    assert not server.prompts


@pytest.mark.parametrize("size", [(80, 24), (60, 16)])
async def test_it_fits_small_windows(make: Make, server: Served, size: tuple[int, int]) -> None:
    app = make(served=server.provider())
    async with app.run_test(size=size) as pilot:
        await open_models(app, pilot)
        await until(pilot, lambda: "served:m" in text_on(app))
        assert "Esc close" in text_on(app)


async def test_a_choice_holds_for_the_next_problem_and_is_shown(
    make: Make, server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "open_session", opener(FakeSession(game24())))
    app = make(served=server.provider())
    async with app.run_test(size=ROOMY) as pilot:
        await type_in(pilot, "q")
        await until(pilot, lambda: app.screen.desk is not None and is_idle(app))
        screen = await open_models(app, pilot)
        choose(screen, "served:m")
        await pilot.press("enter")
        await until(pilot, lambda: task_llm(app) == "served:m")
        await until(pilot, lambda: "> TASK   served:m" in text_on(app))
        assert app.settings.origins["roles.task_llm"].layer == "flag"
        await pilot.press("escape")
        await until(pilot, lambda: "TASK demo -> served:m next" in text_on(app))


async def test_who_does_not_answer_is_not_taken_and_the_reason_is_given(make: Make) -> None:
    app = make(gone=GONE)
    async with app.run_test(size=ROOMY) as pilot:
        choose(await open_models(app, pilot), "gone:m")
        await pilot.press("enter")
        await until(pilot, lambda: "TASK stays with demo" in words_on(app))
        assert "could not be reached" in words_on(app)
        assert "Check that the server runs" in words_on(app)
        assert task_llm(app) == "demo"


async def test_models_that_the_server_lists_are_offered_and_others_can_be_typed(
    make: Make, server: Served
) -> None:
    app = make(served=server.provider(model=""))
    async with app.run_test(size=ROOMY) as pilot:
        screen = await open_models(app, pilot)
        choose(screen, "served")
        await pilot.press("enter")
        await until(pilot, lambda: [row.player for row in screen.rows] == ["served:m", "served:other"])
        assert screen.query_one("#typed", Input).value == "served:"
        await pilot.press(*"oth", "enter")
        await until(pilot, lambda: task_llm(app) == "served:other")
        await pilot.press(*"served:unheard-of", "enter")
        await until(pilot, lambda: task_llm(app) == "served:unheard-of")
        assert "does not list that model" in words_on(app)


async def test_a_choice_is_saved_for_good_and_what_is_stronger_is_named(
    make: Make, server: Served, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make(served=server.provider())
    async with app.run_test(size=ROOMY) as pilot:
        choose(await open_models(app, pilot), "served:m")
        await pilot.press("enter")
        await until(pilot, lambda: task_llm(app) == "served:m")
        assert not (home / "user.toml").exists()
        (home / "user.toml").write_text('# mine\n[providers.served]\nkind = "openai"\n')
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "Saved in" in words_on(app))
        saved = (home / "user.toml").read_text()
        assert saved.startswith("# mine\n")
        assert load_settings().config.roles.task_llm == "served:m"
        monkeypatch.setenv("CODESTEER_ROLES__TASK_LLM", "demo")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "CODESTEER_ROLES__TASK_LLM" in words_on(app))


async def test_a_choice_that_cannot_be_saved_says_what_to_write(
    make: Make, server: Served, home: Path
) -> None:
    (home / "user.toml").write_text("not [toml")
    app = make()
    async with app.run_test(size=ROOMY) as pilot:
        await open_models(app, pilot)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "was not saved" in words_on(app))
        assert (home / "user.toml").read_text() == "not [toml"


def all_said_of(app: CodesteerApp) -> str:
    """Everything that the app could tell a log or a person: the screen, the tree, and every widget's own words."""
    screen = app.screen
    widgets = [repr(widget) for widget in screen.query("*")]
    return "\n".join([text_on(app), str(screen.tree), app.export_screenshot(), *widgets])


@pytest.mark.parametrize("where", ["file", "keyring"])
async def test_a_missing_key_is_entered_masked_stored_and_used(
    server: Served, home: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    if where == "keyring":
        monkeypatch.setattr("keyring.get_keyring", FileKeyring)
        monkeypatch.setenv("TEST_KEYRING_FILE", str(home / "keyring.json"))
    messages: list[str] = []
    (home / "user.toml").write_text(
        f'[roles]\ntask_llm = "demo"\n[providers.served]  # mine\nkind = "openai"\nmodel = "m"\n'
        f'base_url = "{server.url}/v1"\nkey = "env:NOT_SET_AT_ALL"\n[screen]\nreduced_motion = true\n'
    )
    app = CodesteerApp(load_settings())
    async with app.run_test(size=ROOMY, message_hook=lambda m: messages.append(repr(m))) as pilot:
        choose(await open_models(app, pilot), "served:m")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, KeyScreen) and "read" in text_on(app))
        host = server.url.removeprefix("http://")
        assert f"It is sent to {host} and to no other host." in words_on(app)
        field = app.screen.query_one(KeyInput)
        messages.clear()
        app.post_message(events.Paste(f"  {KEY}\n"))
        await until(pilot, lambda: field.value == KEY)
        mine = [m for m in messages if not m.startswith("Paste")]
        assert KEY not in all_said_of(app)
        assert "•" * len(KEY) in text_on(app)
        await pilot.press("ctrl+a", "ctrl+c")
        assert KEY not in app.clipboard
        await pilot.press("enter")
        if where == "keyring":
            await pilot.press("enter")
        await until(pilot, lambda: task_llm(app) == "served:m")
        assert KEY not in all_said_of(app)
        assert not any(KEY in m for m in mine)
    assert load_settings().config.providers["served"].key.startswith(f"{where}:")
    assert "# mine" in (home / "user.toml").read_text()
    assert server.asked[-1].headers["authorization"] == f"Bearer {KEY}"
    kept = [path for path in home.rglob("*") if path.is_file() and KEY in path.read_text(errors="replace")]
    assert len(kept) == 1
    assert kept[0].stat().st_mode & 0o077 == 0 or where == "keyring"


async def test_escape_closes_the_list_at_once_whatever_is_typed(make: Make) -> None:
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_models(app, pilot)
        await pilot.press(*"dem", "escape")
        await until(pilot, lambda: app.screen is app.live)


async def test_a_key_dialog_that_is_left_changes_nothing(make: Make, server: Served, home: Path) -> None:
    app = make(served=server.provider(key="env:NOT_SET_AT_ALL"))
    async with app.run_test(size=(80, 24)) as pilot:
        choose(await open_models(app, pilot), "served:m")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, KeyScreen))
        await pilot.press("enter")
        await until(pilot, lambda: "Paste the key first" in words_on(app))
        await pilot.press("x", "escape")
        await until(pilot, lambda: "TASK stays with demo" in words_on(app))
        assert not (home / "user.toml").exists()


@pytest.mark.parametrize("typed", ["/task served", "/task served:other", "/steerer served", "/checker off"])
async def test_a_role_is_given_away_by_a_command(make: Make, server: Served, typed: str) -> None:
    app = make(served=server.provider())
    role, player = typed[1:].split()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await type_in(pilot, typed)
        roles = {"task": "task_llm"}.get(role, role)
        await until(pilot, lambda: getattr(app.settings.config.roles, roles) == player)
        await until(pilot, lambda: "for the next problem" in words_on(app))
        assert app.screen.query_one(Prompt).text == ""


async def test_commands_open_the_screens_and_unknown_ones_are_answered(make: Make) -> None:
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await type_in(pilot, "/models")
        await until(pilot, lambda: isinstance(app.screen, ModelsScreen))
        await pilot.press("escape")
        await type_in(pilot, "/checker")
        await until(pilot, lambda: isinstance(app.screen, ModelsScreen) and app.screen.role == "checker")
        await pilot.press("escape")
        await type_in(pilot, "/help")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        await pilot.press("escape")
        await type_in(pilot, "/tusk m")
        await until(pilot, lambda: "There is no command /tusk" in words_on(app))
        assert "sent with a blank before it" in words_on(app)
        assert app.screen.query_one(Prompt).text == "/tusk m"


async def test_a_problem_may_begin_with_a_slash(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    session = FakeSession(game24())
    monkeypatch.setattr(sessions, "open_session", opener(session))
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await type_in(pilot, " /tmp or /var, which is longer?")
        await until(pilot, lambda: hasattr(session, "problem"))
        assert session.problem.question == "/tmp or /var, which is longer?"


async def test_a_role_changes_hands_in_the_middle_of_a_run(make: Make, server: Served, home: Path) -> None:
    slow = Provider(kind="demo", model="demo", delay_s=0.3)
    app = make(Roles(task_llm="slow", checker="off"), slow=slow, served=server.provider())
    async with app.run_test(size=ROOMY) as pilot:
        await type_in(pilot, "Use 4 7 8 8 to make 24")
        await until(pilot, lambda: app.screen.desk and app.screen.desk.transcript.rounds)
        await type_in(pilot, "/task served")
        await until(pilot, lambda: "TASK demo -> served:m at R1" in text_on(app))
        await until(pilot, lambda: is_idle(app))
        desk = app.screen.desk
        await desk.choose(1)
        await pilot.pause(0.3)
        assert "R1^" in text_on(app)
        assert "served:m from here on; before: slow" in pane(app, "task").text
        assert "served:m" in str(pane(app, "task").border_title)
        await desk.choose(0)
        await pilot.pause(0.3)
        assert "no language model" in str(pane(app, "task").border_title)
    (path,) = (home / "sessions").glob("*.jsonl")
    (change,) = [e for e in read_recording(path).events if isinstance(e, ev.RoleChanged)]
    assert (change.role, change.after.provider, change.round) == ("task_llm", "served", 1)


async def test_history_that_does_not_fit_is_named_before_it_is_sent(make: Make) -> None:
    slow = Provider(kind="demo", model="demo", delay_s=0.3)
    async with Served("m", context=300) as server:
        app = make(Roles(task_llm="slow", checker="off"), slow=slow, served=server.provider())
        async with app.run_test(size=(80, 24)) as pilot:
            await type_in(pilot, "Use 4 7 8 8 to make 24")
            await until(pilot, lambda: app.screen.desk and app.screen.desk.transcript.rounds)
            await type_in(pilot, "/task served")
            await until(pilot, lambda: isinstance(app.screen, ChoiceScreen))
            await pilot.pause(0.2)
            assert "does not fit served:m" in words_on(app)
            assert "has 300" in words_on(app)
            await pilot.press("enter")
            await until(pilot, lambda: not isinstance(app.screen, ChoiceScreen))
            assert task_llm(app) == "slow"
            assert app.screen.pending == {}
            await pilot.press("escape")


async def test_a_retry_counts_down_and_escape_does_not_wait_for_it(make: Make) -> None:
    async with Served("m", reply=failing(429, {"error": {"message": "later"}}, retry_after="25")) as server:
        app = make(Roles(task_llm="served", checker="off"), served=server.provider())
        async with app.run_test(size=(130, 30)) as pilot:
            await type_in(pilot, "Use 4 7 8 8 to make 24")
            await until(pilot, lambda: "retry 1 in 2" in text_on(app))
            assert "(Esc stops)" in text_on(app)
            await until(pilot, lambda: "retry 1 in 23 s" in text_on(app))
            began = asyncio.get_running_loop().time()
            await pilot.press("escape")
            await until(pilot, lambda: is_idle(app))
            assert asyncio.get_running_loop().time() - began < 10
            assert "retry" not in text_on(app)
        assert len(server.prompts) == 1
