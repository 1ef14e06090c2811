"""What the caretaker does in the course of time: keep-alives, orphans found while the app runs, and late containers."""

from __future__ import annotations

import asyncio
import json
import time

import pytest

from codesteer_tui.config import SandboxSettings
from codesteer_tui.sandbox.docker import caretaker
from codesteer_tui.sandbox.docker import engine as engines
from codesteer_tui.sandbox.docker.engine import LABEL_OWNER, LABEL_SANDBOX, LABEL_SESSION
from codesteer_tui.sandbox.docker.sandbox import DockerSandbox
from tests.boxes import execute

pytestmark = pytest.mark.docker


async def _is_there(engine: engines.Engine, id: str) -> bool:
    return bool(await engine.call(engine.api.containers, all=True, filters={"id": id}))


async def _gone(engine: engines.Engine, id: str, within_s: float) -> None:
    deadline = time.monotonic() + within_s
    while await _is_there(engine, id):
        assert time.monotonic() < deadline, "it is still there"
        await asyncio.sleep(0.05)


async def test_orphans_that_appear_while_the_app_runs_are_removed_too(
    docker_image: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caretaker, "KEEP_ALIVE_S", 0.1)
    monkeypatch.setattr(caretaker, "REAP_S", 0.3)
    sandbox = await DockerSandbox.open(SandboxSettings(image=docker_image, warm=0))
    engine = await engines.connect()
    try:
        assert (await execute(sandbox, "print(1)")).ok
        dead = {**json.loads(engines.own_label()), "start": "1"}
        labels = {LABEL_SANDBOX: "1", LABEL_OWNER: json.dumps(dead)}
        orphan = await engine.call(engine.api.create_container, docker_image, ["true"], labels=labels)
        await _gone(engine, orphan["Id"], 10)
    finally:
        await sandbox.aclose()
        await engine.close()


async def test_a_container_that_its_engine_does_not_remove_is_removed_by_us(docker_image: str) -> None:
    engine = await engines.connect()
    keeper = caretaker.Caretaker(engine, "a-session-of-the-test", lambda: None)
    labels = {LABEL_SANDBOX: "1", LABEL_OWNER: engines.own_label(), LABEL_SESSION: "a-session-of-the-test"}
    try:
        made = await engine.call(engine.api.create_container, docker_image, ["true"], labels=labels)
        keeper.see_gone(made["Id"])
        await _gone(engine, made["Id"], 10)
    finally:
        await keeper.close()
        await engine.close()
