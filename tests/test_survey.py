"""The survey says what is there, what is missing, and the one thing that would mend it."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from codesteer_tui import survey as survey_module
from codesteer_tui.errors import SandboxUnavailable
from codesteer_tui.sandbox import choose
from codesteer_tui.sandbox.namespaces import NamespaceSandbox
from codesteer_tui.sandbox.off import OffSandbox
from codesteer_tui.settings import load_settings
from codesteer_tui.survey import Item, survey


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No keys in the environment, no engine, and no servers on this machine."""
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.delenv(name, raising=False)

    async def no_sandbox(*args: object, **kwargs: object) -> OffSandbox:
        return OffSandbox("no engine answers", "codesteer sandbox build")

    monkeypatch.setattr(choose, "choose_sandbox", no_sandbox)
    monkeypatch.setattr(survey_module, "LOCAL_SERVERS", {})


async def look(folder: Path, text: str = "", **flags: str) -> dict[str, Item]:
    config = folder / "user.toml"
    config.write_text(text)
    env = {"CODESTEER_CONFIG": str(config), "CODESTEER_SESSIONS__DIR": str(folder / "sessions")}
    settings = load_settings({k.replace("__", "."): v for k, v in flags.items()}, cwd=folder, env=env)
    return {item.id: item for item in await survey(settings)}


async def test_a_bare_machine_has_all_it_needs_and_is_told_what_would_be_better(tmp_path: Path) -> None:
    items = await look(tmp_path)
    assert items["task_llm"].ok
    assert "no language model" in items["task_llm"].detail
    assert "OPENAI_API_KEY" in items["task_llm"].remedy
    assert items["sessions"].ok
    assert not items["sandbox"].ok
    assert items["sandbox"].remedy == "codesteer sandbox build"


async def test_everything_that_is_missing_has_a_remedy(tmp_path: Path) -> None:
    items = await look(tmp_path)
    assert [item.id for item in items.values() if not item.ok and not item.remedy] == []


async def test_a_key_is_said_to_be_found_but_never_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-very-secret")
    items = await look(tmp_path)
    assert "ANTHROPIC_API_KEY" in items["task_llm"].detail
    assert "sk-very-secret" not in repr(items)


async def test_a_missing_key_names_the_variable(tmp_path: Path) -> None:
    item = (await look(tmp_path, roles__task_llm="openai"))["task_llm"]
    assert not item.ok
    assert "OPENAI_API_KEY" in item.detail
    assert item.remedy


async def test_missing_weights_are_named_for_the_role_and_for_themselves(tmp_path: Path) -> None:
    text = "[providers.local]\nkind = 'llama_cpp'\nmodel = '/nowhere/x.gguf'\n[roles]\nsteerer = 'local'\n"
    items = await look(tmp_path, text)
    for id in ("steerer", "weights"):
        assert not items[id].ok
        assert "/nowhere/x.gguf" in items[id].detail


async def test_weights_that_are_there_are_listed_with_their_size(tmp_path: Path) -> None:
    (tmp_path / "x.gguf").write_bytes(b"0" * (3 << 20))
    items = await look(tmp_path, f"[providers.local]\nkind = 'llama_cpp'\nmodel = '{tmp_path}/x.gguf'\n")
    assert items["weights"].ok
    assert items["weights"].detail == "x.gguf (3.0 MiB)"


async def test_local_servers_are_found_by_their_ports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        monkeypatch.setattr(survey_module, "LOCAL_SERVERS", {"Ollama": port})
        text = f"[providers.mine]\nkind = 'openai'\nmodel = 'm'\nkey = 'none'\nbase_url = 'http://127.0.0.1:{port}'\n"
        items = await look(tmp_path, text, roles__task_llm="mine")
    assert f"Ollama (:{port})" in items["servers"].detail
    assert items["task_llm"].ok
    gone = await look(tmp_path, text, roles__task_llm="mine")
    assert not gone["task_llm"].ok
    assert f"127.0.0.1:{port}" in gone["task_llm"].detail


async def test_a_session_folder_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "sessions").write_text("a file")
    item = (await look(tmp_path))["sessions"]
    assert not item.ok
    assert str(tmp_path / "sessions") in item.detail


async def test_a_probe_that_hangs_is_given_up_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hangs(*args: object, **kwargs: object) -> OffSandbox:
        await asyncio.sleep(60)
        raise AssertionError

    monkeypatch.setattr(choose, "choose_sandbox", hangs)
    monkeypatch.setattr(survey_module, "SANDBOX_LIMIT_S", 0.2)
    began = time.monotonic()
    item = (await look(tmp_path))["sandbox"]
    assert time.monotonic() - began < 5
    assert not item.ok
    assert "no reply" in item.detail


async def test_an_engine_asked_for_by_name_that_fails_is_an_item_and_no_exception(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*args: object, **kwargs: object) -> OffSandbox:
        raise SandboxUnavailable("the engine sleeps", "wake it")

    monkeypatch.setattr(choose, "choose_sandbox", fails)
    item = (await look(tmp_path, sandbox__engine="docker"))["sandbox"]
    assert (item.ok, item.detail, item.remedy) == (False, "the engine sleeps", "wake it")


@pytest.mark.parametrize(
    ("settings", "whom"),
    [
        ("", "only after you agree (--sandbox namespaces)"),
        ("reduced_isolation = 'always'", "as you agreed"),
        ("engine = 'namespaces'", "as you agreed"),
        ("reduced_isolation = 'never'", "for the demo only"),
    ],
)
async def test_reduced_isolation_says_whose_programs_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: str, whom: str
) -> None:
    async def reduced(*args: object, **kwargs: object) -> NamespaceSandbox:
        return NamespaceSandbox(detail="no engine answers", remedy="start it")

    monkeypatch.setattr(choose, "choose_sandbox", reduced)
    item = (await look(tmp_path, f"[sandbox]\n{settings}\n"))["sandbox"]
    assert (item.ok, item.remedy) == (True, "start it")
    assert whom in item.detail
    assert "no engine answers" in item.detail


async def test_without_weights_the_remedy_is_to_name_some(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(survey_module, "_weight_folders", lambda: ())
    item = (await look(tmp_path))["weights"]
    assert not item.ok
    assert "[providers.local]" in item.remedy
    assert "config init" not in item.remedy
