"""The list of weights: what is here and what is known; describing, fetching, checking and removing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from codesteer_tui.config import Provider, Roles, Weights
from codesteer_tui.errors import ModelError
from codesteer_tui.providers.keys.sources import store_key
from codesteer_tui.settings import Settings
from codesteer_tui.tui.app import CodesteerApp
from codesteer_tui.tui.screens.confirm import ConfirmScreen
from codesteer_tui.tui.screens.help import HelpScreen
from codesteer_tui.tui.screens.models import ModelsScreen
from codesteer_tui.tui.screens.pulling import PullScreen
from codesteer_tui.tui.screens.weights import RowsDialog, WeightsScreen
from codesteer_tui.tui.widgets.sheet import Sheet
from codesteer_tui.weights.hub import ask_hub, understand
from codesteer_tui.weights.pulling import pull
from codesteer_tui.weights.store import Item
from codesteer_tui.weights.telling import is_cut_off
from tests.tui.conftest import text_on, until, words_on
from tests.weights import checkpoints
from tests.weights.fake_hub import COMMIT, FakeHub, Repo, Trouble
from tests.weights.no_hub import no_real_hub

pytestmark = pytest.mark.gguf
NAME = "maker/tiny-GGUF"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "data" / "codesteer" / "weights"
    folder.mkdir(parents=True)
    with no_real_hub(monkeypatch, tmp_path):
        yield folder


@pytest.fixture
def hub(random_gguf: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    with FakeHub({NAME: Repo({"tiny.gguf": random_gguf.read_bytes()}, card={"license": "mit"})}) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        yield hub


@pytest.fixture
def mine(folder: Path, random_gguf: Path) -> Path:
    path = folder / "mine.gguf"
    path.write_bytes(random_gguf.read_bytes())
    return path


async def opened(pilot: Pilot[None], app: CodesteerApp) -> WeightsScreen:
    app.action_weights()
    await until(pilot, lambda: isinstance(app.screen, WeightsScreen) and bool(app.screen.rows))
    assert isinstance(app.screen, WeightsScreen)
    return app.screen


async def test_the_palette_opens_the_list_with_what_is_here_and_what_is_known(settings, mine: Path) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.press("ctrl+p")
        await pilot.press(*"weights", "enter")
        await until(pilot, lambda: "codesteer-v1" in text_on(app))
        assert isinstance(app.screen, WeightsScreen)
        shown = words_on(app)
        assert "mine.gguf 3.0 MB gguf llama F16" in shown
        assert "codesteer-v1 not here CodeSteerLLM" in shown
        await pilot.press("escape")
        assert not isinstance(app.screen, WeightsScreen)


async def test_enter_describes_a_file_and_what_is_only_known(settings, mine: Path) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, RowsDialog))
        await until(pilot, lambda: "trained for 8,192 tokens" in text_on(app))
        await pilot.press("escape", "down", "enter")
        await until(
            pilot, lambda: "yongchao98/CodeSteer-v1" in text_on(app) and isinstance(app.screen, RowsDialog)
        )


async def test_a_file_that_is_cut_off_is_found(settings, mine: Path) -> None:
    mine.write_bytes(mine.read_bytes()[:-100_000])
    app = CodesteerApp(settings)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app)
        assert "it is cut off" in text_on(app)
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, RowsDialog))
        await until(pilot, lambda: "bytes are missing" in text_on(app))


async def test_what_was_said_of_one_file_goes_with_the_highlight(settings, mine: Path) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, app)
        await until(pilot, lambda: "Esc close" in text_on(app))
        await pilot.press("c")
        await until(pilot, lambda: "mine.gguf: It is whole" in words_on(app))
        screen.reload()
        await pilot.pause(0.2)
        assert "It is whole" in words_on(app)
        await pilot.press("down")
        await until(pilot, lambda: "It is whole" not in words_on(app))


async def test_help_and_models_open_over_the_dialog_that_fetches(settings, hub: FakeHub) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app)
        await pilot.press("o")
        await until(pilot, lambda: isinstance(app.screen, PullScreen))
        for key, kind in (("f1", HelpScreen), ("ctrl+o", ModelsScreen)):
            await pilot.press(key)
            await until(pilot, lambda kind=kind: isinstance(app.screen, kind))
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(app.screen, PullScreen))


async def test_a_whole_file_is_checked(settings, mine: Path) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app)
        await pilot.press("c")
        await until(pilot, lambda: "mine.gguf: It is whole" in words_on(app))


async def test_weights_are_removed_only_after_a_yes(settings, mine: Path) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app)
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, WeightsScreen))
        assert mine.exists()
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("y")
        await until(pilot, lambda: "removed mine.gguf" in text_on(app))
        assert not mine.exists()


async def test_what_plays_a_role_is_not_removed(settings: Settings, mine: Path) -> None:
    providers = {**settings.config.providers, "local": Provider(kind="llama_cpp", model=str(mine))}
    config = msgspec.structs.replace(settings.config, providers=providers, roles=Roles(steerer="local"))
    app = CodesteerApp(Settings(config))
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, app)
        await pilot.press("d")
        await until(pilot, lambda: "plays the steerer" in words_on(app))
        assert mine.exists()


async def fetch(pilot: Pilot[None], app: CodesteerApp, name: str) -> None:
    """Type a name into the dialog, up to the question or an error."""
    await opened(pilot, app)
    await pilot.press("o")
    await until(pilot, lambda: isinstance(app.screen, PullScreen))
    app.screen.query_one(Input).value = name
    await pilot.press("enter")


async def test_others_are_fetched_by_name_after_a_yes(settings, hub: FakeHub, folder: Path) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(120, 40)) as pilot:
        await fetch(pilot, app, NAME)
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        shown = words_on(app)
        for words in (NAME, "3.0 MB", "licence mit", hub.url, "tiny.gguf"):
            assert words in shown
        assert hub.ranges() == []
        await pilot.press("y")
        await until(pilot, lambda: "Fetched and checked" in words_on(app))
        assert (folder / "tiny.gguf").read_bytes() == hub.repos[NAME].files["tiny.gguf"]
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, WeightsScreen) and "tiny.gguf" in text_on(app))


async def test_after_a_no_nothing_is_fetched(settings, hub: FakeHub, folder: Path) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(120, 40)) as pilot:
        await fetch(pilot, app, NAME)
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("escape")
        await until(pilot, lambda: "Nothing was fetched" in text_on(app))
        assert hub.ranges() == []
        assert list(folder.iterdir()) == []


async def test_escape_stops_and_what_arrived_is_kept(settings, hub: FakeHub, folder: Path) -> None:
    hub.troubles.append(Trouble("dribble", pause_s=0.05))
    app = CodesteerApp(settings)
    async with app.run_test(size=(120, 40)) as pilot:
        await fetch(pilot, app, NAME)
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("y")
        await until(pilot, lambda: "tiny.gguf" in text_on(app) and "%" in text_on(app))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, WeightsScreen))
        await until(pilot, lambda: "not wholly pulled" in text_on(app))
        await pilot.press("home", "f")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("y")
        await until(pilot, lambda: "Fetched and checked" in words_on(app))
    assert hub.ranges()[-1].startswith("bytes=")
    assert (folder / "tiny.gguf").read_bytes() == hub.repos[NAME].files["tiny.gguf"]


async def test_a_pull_of_a_revision_goes_on_with_it(settings, hub: FakeHub, folder: Path) -> None:
    offer = ask_hub(understand(NAME, {}, COMMIT), address=hub.url, token=None)
    hub.troubles.extend([Trouble("cut", after=1000), Trouble("status", status=404)])
    with pytest.raises(ModelError):
        pull(offer, folder)
    hub.asked.clear()
    app = CodesteerApp(settings)
    async with app.run_test(size=(220, 40)) as pilot:
        await opened(pilot, app)
        await until(pilot, lambda: "not wholly pulled; to go on: f" in words_on(app))
        await pilot.press("home", "f")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        assert any(f"/revision/{COMMIT}" in asked.path for asked in hub.asked)


async def test_what_the_hub_refuses_is_said_and_another_name_can_be_tried(settings, hub: FakeHub) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(120, 40)) as pilot:
        await fetch(pilot, app, "nobody/nothing")
        await until(pilot, lambda: "does not have it" in words_on(app))
        assert "HF_TOKEN" in words_on(app)
        await until(pilot, lambda: not app.screen.query_one(Input).disabled)
        app.screen.query_one(Input).value = NAME
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))


async def test_the_token_that_was_stored_is_used(
    settings: Settings, hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    hub.repos[NAME].private = True
    hub.tokens = ("hf_notARealTokenAtAll123",)
    source = store_key("hub", hub.url.removeprefix("http://"), hub.tokens[0], "file")
    config = msgspec.structs.replace(settings.config, weights=Weights(token=source))
    app = CodesteerApp(Settings(config))
    async with app.run_test(size=(120, 40)) as pilot:
        await fetch(pilot, app, NAME)
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        assert "with your token" in words_on(app)


async def test_the_question_names_what_to_mind(settings, hub: FakeHub) -> None:
    hub.repos[NAME].gated = True
    app = CodesteerApp(settings)
    async with app.run_test(size=(80, 24)) as pilot:
        await fetch(pilot, app, NAME)
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        assert "accept the licence on the hub" in words_on(app)


async def test_a_checkpoint_that_was_cut_off_is_not_here(
    settings, hub: FakeHub, folder: Path, tmp_path: Path
) -> None:
    checkpoints.write(tmp_path / "made", shards=2)
    files = {path.name: path.read_bytes() for path in (tmp_path / "made").iterdir() if path.is_file()}
    hub.repos["maker/checkpoint"] = Repo(files)
    hub.troubles.extend([Trouble("cut", after=1000), Trouble("status", status=404)])
    with pytest.raises(ModelError):
        pull(ask_hub(understand("maker/checkpoint", {}, ""), address=hub.url, token=None), folder)
    app = CodesteerApp(settings)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, app)
        row = screen.rows[0]
        assert isinstance(row, Item)
        assert is_cut_off(row)
        assert "not wholly pulled; to go on: f" in words_on(app)
        await pilot.press("home", "enter")
        await until(pilot, lambda: isinstance(app.screen, RowsDialog))
        await pilot.press("escape")
        assert app.screen is screen


async def test_what_was_not_wholly_pulled_is_described_in_a_dialog_too(settings, folder: Path) -> None:
    (folder / "x.gguf.part").write_bytes(b"GGUF")
    app = CodesteerApp(settings)
    async with app.run_test(size=(120, 30)) as pilot:
        screen = await opened(pilot, app)
        await pilot.press("home", "enter")
        await until(pilot, lambda: isinstance(app.screen, RowsDialog))
        assert "x.gguf.part is not wholly pulled" in words_on(app)
        await pilot.press("escape")
        assert app.screen is screen


async def test_what_comes_of_a_pull_after_its_dialog_was_closed_does_no_harm(
    settings, hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.troubles.append(Trouble("dribble", pause_s=0.05))
    app = CodesteerApp(settings)
    async with app.run_test(size=(120, 40)) as pilot:
        await fetch(pilot, app, NAME)
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("y")
        await until(pilot, lambda: isinstance(app.screen, PullScreen) and "%" in text_on(app))
        closed = app.screen
        assert isinstance(closed, PullScreen)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, WeightsScreen))
        await until(pilot, lambda: not closed.is_attached)
        closed._say("the hub is gone")
        closed._draw()
        closed._hint("Esc closes")
        assert app.is_running


async def test_what_is_known_of_weights_stands_beside_its_labels_in_further_lines_too(
    settings: Settings,
) -> None:
    app = CodesteerApp(settings)
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = RowsDialog("Known weights", [("note", "many words " * 20), ("template", "short")])
        app.push_screen(dialog)
        await until(pilot, lambda: "template" in words_on(app))
        view = dialog.query_one(Sheet).views[0]
        rows = str(view.visual.at(view.content_size.width)).split("\n")  # type: ignore[attr-defined]
        assert len(rows) > 2
        assert rows[0].startswith("note      many words")
        assert all(row.startswith((" " * 10 + "many", " " * 10 + "words")) for row in rows[1:])
