"""Our own catalogue of hostile and broken programs: each ends as it should, and nothing is left of any.

`programs/` holds the sources and `expect.toml`, which says for each how it must end in a container and, where
a box of one process differs by design, in the namespace box.
"""

from __future__ import annotations

import os
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from codesteer_tui.sandbox import Sandbox
from codesteer_tui.values import Limits
from tests.boxes import docker_image, docker_sandbox, namespace_sandbox
from tests.endings import deviations, ending_of
from tests.leftovers import Traces

__all__ = ["docker_image", "docker_sandbox", "namespace_sandbox"]

PROGRAMS = Path(__file__).parent / "programs"
CATALOGUE: dict[str, dict[str, Any]] = tomllib.loads((PROGRAMS / "expect.toml").read_text("utf-8"))
GENEROUS: dict[str, Any] = {"wall_s": 60.0, "cpu_s": 60}
"""For programs where time is not the point, so that a busy machine does not decide how they end."""
CANARY = "CODESTEER_CANARY_API_KEY"
SETTLE_S = 15.0

_before: list[Traces] = []


@pytest.fixture(scope="module", autouse=True)
def _secret_in_the_environment() -> Iterator[None]:
    """What the app itself has in its environment must not reach a program."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CANARY, "sk-canary")
        yield


@pytest.fixture(scope="module", autouse=True)
def _traces_before(_secret_in_the_environment: None) -> None:
    _before.append(Traces.now())


def test_the_catalogue_and_its_programs_belong_together() -> None:
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
async def test_it_ends_as_it_should_in_docker(name: str, docker_sandbox: Sandbox) -> None:
    await _check(name, docker_sandbox, CATALOGUE[name]["expect"])


@pytest.mark.parametrize("name", CATALOGUE)
async def test_it_ends_as_it_should_in_the_namespace_box(name: str, namespace_sandbox: Sandbox) -> None:
    entry = CATALOGUE[name]
    await _check(name, namespace_sandbox, entry.get("in_the_box", entry["expect"]))


def test_nothing_is_left_of_any_of_them() -> None:
    deadline = time.monotonic() + SETTLE_S
    while (left := Traces.now().since(_before[0])) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not left
    assert CANARY in os.environ, "the programs that looked for secrets had one to find"
