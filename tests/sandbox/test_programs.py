"""Our own catalogue of hostile and broken programs: each ends as it should, and nothing is left of any.

`programs/` holds the sources and `expect.toml`, which says for each how it must end in a container and, where
a box of one process differs by design, in the namespace box.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from codesteer_tui.config import SandboxSettings
from codesteer_tui.errors import SandboxError
from codesteer_tui.sandbox import Sandbox
from codesteer_tui.sandbox.docker.sandbox import DockerSandbox
from codesteer_tui.sandbox.namespaces import NamespaceSandbox
from codesteer_tui.values import Limits
from tests.boxes import image_or_skip, missing
from tests.endings import deviations, ending_of
from tests.leftovers import Traces, left_since

PROGRAMS = Path(__file__).parent / "programs"
CATALOGUE: dict[str, dict[str, Any]] = tomllib.loads((PROGRAMS / "expect.toml").read_text("utf-8"))
GENEROUS: dict[str, Any] = {"wall_s": 60.0, "cpu_s": 60}
"""For programs where time is not the point, so that a busy machine does not decide how they end."""
CANARY = "SECRET_OF_THE_APP"
"""Not called a key: every test is rid of those."""
SETTLE_S = 60.0

_before: list[Traces] = []
_opened: list[Sandbox] = []

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module", autouse=True)
def _secret_in_the_environment() -> Iterator[None]:
    """What the app itself has in its environment must not reach a program."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CANARY, "sk-canary")
        yield


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def _traces_before(_secret_in_the_environment: None) -> None:
    _before.append(Traces.now())  # asynchronous, so that the event loop and its own sockets are there already


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def containers(_traces_before: None) -> AsyncIterator[Sandbox]:
    """One sandbox for all programs: what one of them does must not reach the next."""
    sandbox = await DockerSandbox.open(SandboxSettings(image=await image_or_skip()))
    _opened.append(sandbox)
    yield sandbox
    await sandbox.aclose()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def namespaces(_traces_before: None) -> AsyncIterator[Sandbox]:
    try:
        sandbox = await NamespaceSandbox.open()
    except SandboxError as error:
        missing(f"no namespace box here: {error}")
    _opened.append(sandbox)
    yield sandbox
    await sandbox.aclose()


async def test_the_catalogue_and_its_programs_belong_together() -> None:
    assert {path.stem for path in PROGRAMS.glob("*.py")} == set(CATALOGUE)
    assert len(CATALOGUE) >= 70
    for name, entry in CATALOGUE.items():
        assert set(entry) <= {"what", "limits", "expect", "in_the_box"}, name
        assert entry["what"], name
        assert "status" in entry["expect"], name


async def _check(name: str, sandbox: Sandbox, expect: dict[str, Any]) -> None:
    entry = CATALOGUE[name]
    limits = Limits(**{**GENEROUS, **entry.get("limits", {})})
    got, took = await ending_of(sandbox, (PROGRAMS / f"{name}.py").read_bytes(), limits)
    wrong = deviations(expect, got, took)
    assert not wrong, f"{entry['what']}: {'; '.join(wrong)}; got {got} after {took:.0f} ms"


@pytest.mark.docker
@pytest.mark.parametrize("name", CATALOGUE)
async def test_it_ends_as_it_should_in_docker(name: str, containers: Sandbox) -> None:
    await _check(name, containers, CATALOGUE[name]["expect"])


@pytest.mark.parametrize("name", CATALOGUE)
async def test_it_ends_as_it_should_in_the_namespace_box(name: str, namespaces: Sandbox) -> None:
    entry = CATALOGUE[name]
    await _check(name, namespaces, entry.get("in_the_box", entry["expect"]))


async def test_nothing_is_left_of_any_of_them() -> None:
    for sandbox in _opened:
        await sandbox.aclose()
    left = left_since(_before[0], SETTLE_S)
    assert not any(left), left
    assert CANARY in os.environ, "the programs that looked for secrets had one to find"
