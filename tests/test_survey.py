"""The survey says what is there, what is missing, and the one thing that would mend it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from codesteer_tui import survey as survey_module
from codesteer_tui.errors import SandboxUnavailable
from codesteer_tui.sandbox import choose
from codesteer_tui.sandbox.namespaces import NamespaceSandbox
from codesteer_tui.sandbox.off import OffSandbox
from codesteer_tui.settings import load_readable_settings, load_settings
from codesteer_tui.survey import Item, survey
from tests.fake_servers import Scripted
from tests.providers.services import Service


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
    env = {
        "CODESTEER_CONFIG": str(config),
        "CODESTEER_SESSIONS__DIR": str(folder / "sessions"),
        "CODESTEER_WEIGHTS__DIR": str(folder / "weights"),
    }
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


def weights(path: Path, *, architecture: str = "llama", template: str = "{{ x }}", cut: int = 0) -> Path:
    """A GGUF with a head as others have, and one tensor of a megabyte."""
    import gguf
    import numpy as np

    path.parent.mkdir(exist_ok=True)
    writer = gguf.GGUFWriter(str(path), architecture)
    writer.add_context_length(512)
    if template:
        writer.add_chat_template(template)
    writer.add_tensor("token_embd.weight", np.zeros((512, 512), np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    path.write_bytes(path.read_bytes()[: path.stat().st_size - cut])
    return path


def steered_by(path: Path, more: str = "") -> str:
    return f"[providers.local]\nkind = 'llama_cpp'\nmodel = '{path}'\n{more}\n[roles]\nsteerer = 'local'\n"


async def test_weights_that_are_there_are_listed_with_their_size(tmp_path: Path) -> None:
    items = await look(tmp_path, steered_by(weights(tmp_path / "x.gguf")))
    assert items["weights"].ok
    assert items["weights"].detail == "x.gguf (1.0 MiB)"
    assert items["steerer"].ok


async def test_weights_in_parts_are_as_large_as_all_of_them(tmp_path: Path) -> None:
    first = weights(tmp_path / "x-00001-of-00002.gguf")
    (tmp_path / "x-00002-of-00002.gguf").write_bytes(bytes(1 << 20))
    items = await look(tmp_path, steered_by(first))
    assert items["weights"].detail == "x-00001-of-00002.gguf (2.0 MiB)"
    assert items["steerer"].detail.endswith("(2.0 MiB)")


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (lambda path: path.write_text("# my model\n"), "not a usable GGUF"),
        (lambda path: path.write_bytes(b""), "empty"),
        (lambda path: path.mkdir(), "config.json"),
        (lambda path: weights(path, cut=5000), "5,000 of"),
        (lambda path: weights(path, cut=(1 << 20) + 40), "cut off"),
        (lambda path: weights(path, template=""), "no chat template"),
        (lambda path: weights(path, architecture="abacus"), "'abacus'"),
    ],
)
async def test_weights_that_cannot_be_used_are_not_ready(
    tmp_path: Path, file: Callable[[Path], object], said: str
) -> None:
    file(tmp_path / "x.gguf")
    items = await look(tmp_path, steered_by(tmp_path / "x.gguf"))
    for id in ("steerer", "weights"):
        assert not items[id].ok
        assert said in items[id].detail or "is a checkpoint" in items[id].detail
        assert items[id].remedy


async def test_a_provider_without_a_file_is_told_how_to_name_one(tmp_path: Path) -> None:
    items = await look(tmp_path, steered_by(Path()).replace("'.'", "''"))
    assert "[providers.local] names no file" in items["weights"].detail
    assert "no file is named" in items["steerer"].detail
    for id in ("steerer", "weights"):
        assert not items[id].ok
        assert "codesteer weights use FILE --name local" in items[id].remedy


async def test_a_bare_name_is_told_which_pulled_file_has_it(tmp_path: Path) -> None:
    weights(tmp_path / "weights" / "CodeSteer-v1-Q4_K_M.gguf")
    item = (await look(tmp_path, steered_by(Path("codesteer-v1"))))["steerer"]
    assert not item.ok
    assert item.remedy == "codesteer weights use CodeSteer-v1-Q4_K_M.gguf --name local --replace"


async def test_a_context_beyond_what_the_weights_were_trained_for_is_pointed_out(tmp_path: Path) -> None:
    path = weights(tmp_path / "x.gguf")
    item = (await look(tmp_path, steered_by(path, "context_tokens = 100000000")))["steerer"]
    assert "context_tokens asks for 100,000,000, and they were trained for 512" in item.detail


async def test_pulled_weights_are_found_and_how_they_are_put_to_use(tmp_path: Path) -> None:
    weights(tmp_path / "weights" / "spoken.gguf")
    item = (await look(tmp_path))["weights"]
    assert (item.ok, item.detail) == (True, "spoken.gguf (1.0 MiB)")
    assert item.remedy == "have it steer: codesteer weights use spoken.gguf"


async def test_a_pulled_checkpoint_is_found_and_has_to_be_converted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(survey_module, "_usual_folders", lambda: ())
    folder = tmp_path / "weights" / "CodeSteer-v1"
    folder.mkdir(parents=True)
    for name in ("config.json", "model.safetensors"):
        (folder / name).write_text("{}")
    item = (await look(tmp_path))["weights"]
    assert (item.ok, "CodeSteer-v1" in item.detail) == (False, True)
    assert item.remedy == "make a GGUF of it: codesteer weights convert CodeSteer-v1"


@pytest.mark.parametrize(
    ("gpu", "offloads", "layers", "ok", "said"),
    [
        (None, False, "auto", True, "no GPU was found"),
        (("an NVIDIA GPU", "-DGGML_CUDA=on"), False, "0", True, "gpu_layers is 0"),
        (("an NVIDIA GPU", "-DGGML_CUDA=on"), True, "auto", True, "run on an NVIDIA GPU"),
        (("an NVIDIA GPU", "-DGGML_CUDA=on"), False, "auto", False, "built without support"),
    ],
)
async def test_what_local_weights_compute_on_is_said_and_how_an_idle_gpu_is_put_to_use(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    gpu: tuple[str, str] | None,
    offloads: bool,
    layers: str,
    ok: bool,
    said: str,
) -> None:
    async def can_offload() -> bool:
        return offloads

    monkeypatch.setattr(survey_module, "gpu_here", lambda: gpu)
    monkeypatch.setattr(survey_module, "can_offload", can_offload)
    monkeypatch.setattr("codesteer_tui.providers.llama.devices.gpu_here", lambda root: gpu)
    chosen = f"gpu_layers = {layers!r}" if layers == "auto" else f"gpu_layers = {layers}"
    items = await look(tmp_path, f"[providers.local]\nkind = 'llama_cpp'\nmodel = 'x.gguf'\n{chosen}\n")
    assert items["device"].ok == ok
    assert said in items["device"].detail
    assert ("GGML_CUDA" in items["device"].remedy) == (not ok)


async def test_without_local_weights_no_device_is_looked_for(tmp_path: Path) -> None:
    assert "device" not in await look(tmp_path)


@pytest.fixture
def ollama(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Look for Ollama where a test has its server."""

    def at(url: str) -> None:
        monkeypatch.setattr(survey_module, "LOCAL_SERVERS", {"ollama": int(url.rpartition(":")[2])})

    return at


async def test_a_local_server_is_found_with_its_models_and_how_to_use_one(
    tmp_path: Path, ollama: Callable[[str], None]
) -> None:
    listed = {"data": [{"id": f"qwen:{n}b"} for n in range(1, 6)]}
    async with Service({"/v1/models": listed}) as server:
        ollama(server.url)
        port = server.url.rpartition(":")[2]
        item = (await look(tmp_path))["servers"]
    assert item.ok
    assert f"Ollama (:{port}): qwen:1b, qwen:2b, qwen:3b and 2 more" in item.detail
    assert item.remedy == "use one: --task-llm ollama:qwen:1b; all of them: codesteer providers models ollama"


@pytest.mark.parametrize(
    "reply",
    [
        {"detail": "nobody"},
        Scripted([b"<html>"], 200, "text/html"),
        Scripted([], 404),
        Scripted(ending="stall"),
    ],
)
async def test_something_else_on_a_servers_port_is_not_taken_for_it(
    tmp_path: Path, ollama: Callable[[str], None], reply: object
) -> None:
    async with Service({"/v1/models": reply}) as server:
        ollama(server.url)
        item = (await look(tmp_path))["servers"]
    assert not item.ok
    assert "lists none" in item.detail
    assert item.remedy


async def test_a_server_of_a_role_that_does_not_listen_is_named(tmp_path: Path) -> None:
    async with Service({}) as server:
        text = f"[providers.mine]\nkind = 'openai'\nmodel = 'm'\nkey = 'none'\nbase_url = '{server.url}/v1'\n"
        item = (await look(tmp_path, text, roles__task_llm="mine"))["task_llm"]
        assert item.ok
        assert item.remedy == "see whether it answers: codesteer providers test mine:m"
        address = server.url.removeprefix("http://")
    gone = (await look(tmp_path, text, roles__task_llm="mine"))["task_llm"]
    assert not gone.ok
    assert address in gone.detail


async def test_a_key_without_a_model_is_said_and_how_to_name_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROQ_API_KEY", "gsk_secret_12345678")
    items = await look(tmp_path)
    assert "GROQ_API_KEY" in items["keys"].detail
    assert (
        items["keys"].remedy == "name one: --task-llm groq:MODEL; codesteer providers models groq lists them"
    )
    assert "no model of groq" in items["task_llm"].detail
    assert "gsk_secret" not in repr(items)
    named = await look(tmp_path, "[providers.groq]\nmodel = 'm'\n")
    assert "keys" not in named
    assert named["task_llm"].detail.startswith("groq:m")


async def test_a_role_without_a_model_is_told_where_to_see_them(tmp_path: Path) -> None:
    item = (await look(tmp_path, roles__task_llm="ollama"))["task_llm"]
    assert not item.ok
    assert "codesteer providers models ollama" in item.remedy


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
    monkeypatch.setattr(survey_module, "LIMITS_S", {"sandbox": 0.2})
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


async def test_without_weights_the_remedy_is_to_pull_some(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(survey_module, "_usual_folders", lambda: ())
    item = (await look(tmp_path))["weights"]
    assert not item.ok
    assert item.remedy == "see what can be pulled: codesteer weights list"


async def test_a_role_whose_model_is_named_has_no_key_without_a_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROQ_API_KEY", "gsk_secret_12345678")
    assert "keys" not in await look(tmp_path, roles__task_llm="groq:m")


async def test_broken_prices_are_named_and_those_of_nobody(tmp_path: Path) -> None:
    prices = tmp_path / "prices.toml"
    assert "prices" not in await look(tmp_path)
    prices.write_text("[groq.models]\nm = { inptu = 2 }\n")
    broken = (await look(tmp_path))["prices"]
    assert (broken.ok, "inptu" in broken.detail) == (False, True)
    prices.write_text("[grog.models]\nm = { input = 2, output = 3 }\n")
    doubtful = (await look(tmp_path))["prices"]
    assert (doubtful.ok, "did you mean 'groq'" in doubtful.detail) == (True, True)


async def test_a_file_of_certificates_that_is_missing_is_found_before_the_call(tmp_path: Path) -> None:
    text = (
        "[providers.mine]\nkind = 'openai'\nbase_url = 'http://127.0.0.1:1/v1'\nca_bundle = '/nowhere.pem'\n"
    )
    item = (await look(tmp_path, text, roles__task_llm="mine:m"))["task_llm"]
    assert (item.ok, "/nowhere.pem" in item.detail) == (False, True)


async def test_a_role_whose_provider_lost_a_setting_is_not_ready(tmp_path: Path) -> None:
    config = tmp_path / "user.toml"
    config.write_text(
        "[roles]\ntask_llm = 'mine:m'\n[providers.mine]\nkind = 'openai'\nbase_url = 'http://127.0.0.1:1/v1'\n"
    )
    env = {"CODESTEER_CONFIG": str(config), "CODESTEER_PROVIDERS__MINE__BASE_URL": "127.0.0.1:2/v1"}
    settings, _ = load_readable_settings(cwd=tmp_path, env=env)
    items = {item.id: item for item in await survey(settings)}
    assert not items["task_llm"].ok
    assert "CODESTEER_PROVIDERS__MINE__BASE_URL" in items["task_llm"].detail
