"""Which image is used, what goes into it, and what of ours can be cleaned away."""

from __future__ import annotations

import io
import json
import os
import sys
import tarfile
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest
import pytest_asyncio

from codesteer_tui.config import SandboxSettings
from codesteer_tui.errors import SandboxError, SandboxUnavailable
from codesteer_tui.sandbox.docker import building, images, libraries, upkeep
from codesteer_tui.sandbox.docker import engine as engines
from codesteer_tui.sandbox.docker.engine import Engine
from codesteer_tui.sandbox.docker.libraries import Target
from codesteer_tui.sandbox.docker.sandbox import DockerSandbox
from tests.boxes import LOCAL_BASE, execute

HERE = Target("3.12", "x86_64", "2.41")


@pytest_asyncio.fixture
async def engine(docker_image: str) -> AsyncIterator[Engine]:
    engine = await engines.connect()
    yield engine
    await engine.close()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of libraries."""
    monkeypatch.setattr(libraries, "root", lambda: tmp_path / "libraries")
    return tmp_path / "libraries"


def _pip_of(monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Let a small program stand in for pip: it gets the folder to fill as its argument."""
    monkeypatch.setattr(libraries, "command", lambda target, into: [sys.executable, "-c", script, str(into)])


def _members(packed: bytes) -> dict[str, tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        return {each.name: each for each in archive.getmembers()}


async def _fill(target: Target = HERE) -> list[str]:
    return [line async for line in libraries.fill(target)]


def test_an_image_is_named_after_all_that_went_into_it() -> None:
    names = {
        images.tag("a"),
        images.tag("b"),
        images.tag("a", "sci", site="1-3.12-x86_64-2.41"),
        images.tag("a", "sci", site="2-3.12-x86_64-2.41"),
    }
    assert len(names) == 4
    assert images.tag("a") == images.tag("a")
    assert images.tag("a", "sci").startswith("codesteer-sandbox:sci-")


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("python:3.12-slim", ("python", "3.12-slim")),
        ("python", ("python", "latest")),
        ("localhost:5000/mine", ("localhost:5000/mine", "latest")),
        ("localhost:5000/a/mine:1", ("localhost:5000/a/mine", "1")),
        ("python@sha256:ab", ("python", "sha256:ab")),
    ],
)
def test_a_base_is_pulled_by_its_tag_and_a_port_is_no_tag(name: str, parts: tuple[str, str]) -> None:
    assert building._split(name) == parts


def test_the_build_context_is_the_same_bytes_each_time_whoever_owns_the_files(tmp_path: Path) -> None:
    site = tmp_path / "site"
    (site / "pack/age").mkdir(parents=True)
    (site / "pack/age/code.py").write_text("x = 1")
    (site / "pack/age/code.py").chmod(0o600)
    packed = []
    for stamp in (1, 2):
        os.utime(site / "pack/age/code.py", (stamp, stamp))
        buffer = io.BytesIO()
        building._write_context(buffer, site)
        packed.append(buffer.getvalue())
    assert packed[0] == packed[1]
    members = _members(packed[0])
    assert members["site/pack/age/code.py"].mode == 0o644
    assert members["site/pack"].mode == 0o755
    assert {"Dockerfile", "inside/runner.py"} <= set(members)


def test_the_core_image_gets_an_empty_folder_of_libraries() -> None:
    buffer = io.BytesIO()
    building._write_context(buffer, None)
    assert [name for name in _members(buffer.getvalue()) if name.startswith("site")] == ["site"]


def test_every_library_is_locked_to_one_version_with_hashes_on_every_python() -> None:
    text = libraries.LOCK.read_text()
    pins = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert [line for line in pins if "==" not in line or ";" in line] == []
    assert text.count("--hash=sha256:") >= len(pins)
    assert "://" not in text
    names = {line.split("==")[0] for line in pins}
    assert {"numpy", "scipy", "sympy", "networkx", "z3-solver", "ortools", "pandas"} <= names


def test_the_libraries_are_fetched_for_the_image_and_not_for_this_machine() -> None:
    words = libraries.command(Target("3.13", "aarch64", "2.28"), Path("/there"))
    assert words[words.index("--python-version") + 1] == "3.13"
    assert {"--require-hashes", "--only-binary=:all:", "--no-deps"} <= set(words)
    assert "manylinux_2_28_aarch64" in words
    assert "manylinux2014_aarch64" in words
    assert not [word for word in words if "x86_64" in word or "2_29" in word]


async def test_a_filled_folder_is_pruned_and_used_again(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _pip_of(
        monkeypatch,
        "import pathlib, sys; at = pathlib.Path(sys.argv[1])\n"
        "for name in ('lib/code.py', 'lib/code.pyi', 'lib/tests/test_it.py', 'bin/tool'):\n"
        "    (at / name).parent.mkdir(parents=True, exist_ok=True); (at / name).write_text('x')\n"
        "print('Collecting lib==1')",
    )
    lines = await _fill()
    assert "Collecting lib==1" in lines
    there = libraries.folder(HERE)
    assert sorted(str(each.relative_to(there)) for each in there.rglob("*")) == ["lib", "lib/code.py"]
    _pip_of(monkeypatch, "raise SystemExit('not again')")
    assert await _fill() == []
    assert libraries.leftovers() == []
    assert libraries.leftovers(everything=True) == [there]


async def test_a_fetch_that_failed_leaves_nothing_and_quotes_pip(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _pip_of(
        monkeypatch,
        "import pathlib, sys; (pathlib.Path(sys.argv[1]) / 'half.py').write_text('x')\n"
        "print('ERROR: THESE PACKAGES DO NOT MATCH THE HASHES'); raise SystemExit(1)",
    )
    with pytest.raises(SandboxError, match="DO NOT MATCH THE HASHES") as caught:
        await _fill()
    assert "codesteer sandbox build sci" in caught.value.remedy
    assert list(cache.iterdir()) == []


async def test_a_fetch_without_a_network_says_so(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _pip_of(
        monkeypatch,
        "print('WARNING: Retrying (Retry(total=0)) after connection broken by NewConnectionError')\n"
        "print('ERROR: No matching distribution found for absl-py'); raise SystemExit(1)",
    )
    with pytest.raises(SandboxError, match=r"absl-py.*NewConnectionError"):
        await _fill()


async def test_a_fetch_that_was_stopped_leaves_no_process_and_no_folder(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _pip_of(
        monkeypatch,
        "import os, pathlib, sys, time; print('Collecting', os.getpid(), flush=True); time.sleep(60)",
    )
    async with aclosing(libraries.fill(HERE)) as lines:
        async for line in lines:
            if line.startswith("Collecting"):
                pid = int(line.split()[1])
                break
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert list(cache.iterdir()) == []


def test_folders_of_other_versions_and_of_dead_processes_are_left_over(cache: Path) -> None:
    current = libraries.folder(HERE).name
    for name in (current, "000000000000-3.12-x86_64-2.41", f".filling-{os.getpid()}-a", ".filling-4194305-b"):
        (cache / name).mkdir(parents=True)
    assert {path.name for path in libraries.leftovers()} == {
        "000000000000-3.12-x86_64-2.41",
        ".filling-4194305-b",
    }
    assert f".filling-{os.getpid()}-a" not in {path.name for path in libraries.leftovers(everything=True)}


@pytest.mark.parametrize(
    ("target", "said"),
    [(Target("3.10", "x86_64", "2.41"), "Python 3.10"), (Target("3.12", "x86_64", ""), "not built on glibc")],
)
def test_a_base_that_the_libraries_do_not_fit_is_refused(target: Target, said: str) -> None:
    with pytest.raises(SandboxError, match=said) as caught:
        libraries.check(target)
    assert "--base" in caught.value.remedy


def test_without_pip_the_remedy_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SandboxError, match="with pip") as caught:
        libraries.check(HERE)
    assert caught.value.remedy == f"{sys.executable} -m ensurepip"


def test_the_owner_of_a_box_is_told_from_its_label() -> None:
    label = json.loads(engines.own_label())
    assert upkeep.owner_of(json.dumps(label)) == ("alive", os.getpid())
    assert upkeep.owner_of(json.dumps({**label, "start": "1"})) == ("gone", os.getpid())
    assert upkeep.owner_of(json.dumps({**label, "host": "elsewhere"}))[0] == "unknown"
    assert upkeep.owner_of("no json") == ("unknown", None)


def test_an_image_that_a_person_made_from_ours_is_not_ours_to_remove() -> None:
    assert not upkeep._is_ours({"RepoTags": ["mine:1"]})
    assert not upkeep._is_ours({"RepoTags": ["codesteer-sandbox:core-1", "mine:1"]})
    assert upkeep._is_ours({"RepoTags": ["codesteer-sandbox:core-1"]})
    assert upkeep._is_ours({"RepoTags": None})
    assert not upkeep._is_ours({"RepoTags": ["codesteer-sandbox-of-mine:core-1"]})


@pytest.mark.docker
async def test_a_kind_that_was_not_built_is_named_with_the_command_that_builds_it(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(libraries, "lock_key", lambda: "another")
    with pytest.raises(SandboxUnavailable, match="no sci image") as caught:
        await images.find(engine, "sci")
    assert caught.value.remedy == "codesteer sandbox build sci"
    assert (await images.find(engine, "")).kind == "core"


@pytest.mark.docker
async def test_an_image_found_by_its_id_keeps_its_kind(engine: Engine, docker_image: str) -> None:
    assert await images.find(engine, "core") == images.Image(docker_image, "core")
    assert (await images.find(engine, docker_image)).kind == "core"


@pytest.mark.docker
async def test_a_base_without_python_is_named(engine: Engine) -> None:
    base = "codesteer-without-python:test"
    data = io.BytesIO()
    tarfile.open(fileobj=data, mode="w").close()
    await engine.call(
        engine.api.import_image_from_data, data.getvalue(), repository=base.split(":")[0], tag="test"
    )
    try:
        with pytest.raises(SandboxError, match="no python3 that runs") as caught:
            await building.downloads("sci", base)
        assert "--base" in caught.value.remedy
    finally:
        await engine.call(engine.api.remove_image, base, force=True)


@pytest.mark.docker
async def test_an_image_is_made_of_whatever_the_libraries_folder_holds(
    engine: Engine, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way with a library of three lines in the place of the real ones, which are 130 MB to fetch."""
    monkeypatch.setattr(libraries, "lock_key", lambda: "of-a-test")
    _pip_of(
        monkeypatch,
        "import pathlib, sys; at = pathlib.Path(sys.argv[1], 'numpy'); at.mkdir()\n"
        "(at / '__init__.py').write_text('import os\\nloaded_by = os.getpid()\\n')",
    )
    assert (await building.downloads("sci", LOCAL_BASE)).libraries_bytes > 100 << 20
    name = [line async for line in building.build(LOCAL_BASE, "sci")][-1].removeprefix("built ")
    try:
        assert not await building.downloads("sci", LOCAL_BASE)
        assert (await images.find(engine)).kind == "sci"
        box = await DockerSandbox.open(SandboxSettings(image="sci", warm=0))
        try:
            assert box.info.image == "sci"
            loaded = "import numpy, subprocess, sys\nprint(numpy.loaded_by, flush=True)\n"
            child = "subprocess.run([sys.executable, '-I', '-c', 'import numpy'], check=True)\n"
            result = await execute(box, loaded + child)
        finally:
            await box.aclose()
        assert (result.stdout, result.stderr) == ("1\n", "")  # loaded by the supervisor, before the fork
        monkeypatch.setattr(libraries, "lock_key", lambda: "later")
        found = [each for each in (await upkeep.look(engine)).images if name in each.names]
        assert [each.current for each in found] == [False]
    finally:
        identity = (await engine.call(engine.api.inspect_image, name))["Id"]
        done = [each async for each in upkeep.remove(engine, [upkeep.Item("image", identity, name)])]
        assert [each.problem for each in done] == [""]
    assert not await engine.call(engine.api.images, name=name)


@pytest.mark.docker
async def test_a_container_of_a_dead_owner_is_cleaned_away_and_one_in_use_only_with_all(
    engine: Engine, docker_image: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    label = json.loads(engines.own_label())
    made = {}
    for name, owner in (("gone", {**label, "start": "1"}), ("alive", label)):
        labels = {engines.LABEL_SANDBOX: "1", engines.LABEL_OWNER: json.dumps(owner)}
        box = await engine.call(engine.api.create_container, docker_image, ["true"], labels=labels)
        made[name] = box["Id"]
    try:
        found = await upkeep.cleaning(engine)
        mine = [item for item in found.items if item.id in made.values()]
        assert [item.id for item in mine] == [made["gone"]]
        assert made["alive"] in [box.id for box in found.kept]
        with monkeypatch.context() as later:  # another version: the image is old, but still in use
            later.setattr(images, "runner_hash", lambda: "later")
            assert docker_image not in [item.id for item in (await upkeep.cleaning(engine)).items]
        wider = {item.id for item in (await upkeep.cleaning(engine, everything=True)).items}
        assert set(made.values()) <= wider
        assert docker_image in wider
        assert [each.problem async for each in upkeep.remove(engine, mine)] == [""]
        boxes = {box.id: box.owner for box in (await upkeep.look(engine)).boxes}
        assert made["gone"] not in boxes
        assert boxes[made["alive"]] == "alive"
    finally:
        for id in made.values():
            if await engine.call(engine.api.containers, all=True, filters={"id": id}):
                await engine.call(engine.api.remove_container, id, force=True)
