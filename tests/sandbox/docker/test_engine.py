"""Where the engine is looked for, and whose boxes are whose."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from codesteer_tui.errors import SandboxUnavailable
from codesteer_tui.sandbox.docker import engine as engines


def test_docker_host_wins(tmp_path: Path) -> None:
    assert engines.find_endpoint({"DOCKER_HOST": "unix:///x.sock"}, home=tmp_path) == "unix:///x.sock"


def test_the_current_docker_context_is_honoured(tmp_path: Path) -> None:
    meta = tmp_path / ".docker/contexts/meta" / hashlib.sha256(b"rootless").hexdigest()
    meta.mkdir(parents=True)
    (tmp_path / ".docker/config.json").write_text('{"currentContext": "rootless"}')
    (meta / "meta.json").write_text(
        json.dumps({"Endpoints": {"docker": {"Host": "unix:///run/user/1/d.sock"}}})
    )
    assert engines.find_endpoint({}, home=tmp_path) == "unix:///run/user/1/d.sock"


def test_a_context_on_another_machine_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SandboxUnavailable, match="tcp://"):
        engines.find_endpoint({"DOCKER_HOST": "tcp://10.0.0.1:2375"}, home=tmp_path)


def test_a_broken_docker_config_is_as_good_as_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker/config.json").write_text("{")
    monkeypatch.setattr(engines, "_usual_sockets", lambda environ, home: [home / "none.sock"])
    with pytest.raises(SandboxUnavailable, match="No Docker engine found"):
        engines.find_endpoint({}, home=tmp_path)


def test_rootless_docker_desktop_and_podman_are_looked_for(tmp_path: Path) -> None:
    (tmp_path / "podman").mkdir()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "podman/podman.sock"))
    places = engines._usual_sockets({"XDG_RUNTIME_DIR": str(tmp_path)}, tmp_path)
    assert [place for place in places if place.is_socket()][-1:] == [tmp_path / "podman/podman.sock"]
    assert tmp_path / "docker.sock" in places
    assert tmp_path / ".docker/run/docker.sock" in places
    listener.close()


async def test_a_socket_that_nobody_listens_on_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "dead.sock"
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.close()
    with pytest.raises(SandboxUnavailable, match="not running"):
        await engines.connect(f"unix://{path}")


async def test_an_engine_that_accepts_but_never_answers_is_given_up_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "PROBE_S", 0.3)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "mute.sock"))
    listener.listen()
    with pytest.raises(SandboxUnavailable, match="did not answer in time"):
        await engines.connect(f"unix://{tmp_path / 'mute.sock'}")
    listener.close()


def test_our_own_boxes_are_no_orphans() -> None:
    assert not engines.is_orphan(engines.own_label())


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_a_box_whose_owner_is_gone_is_an_orphan() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    label = {**json.loads(engines.own_label()), "pid": process.pid}
    assert engines.is_orphan(json.dumps(label))


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_a_reused_process_id_does_not_hide_an_orphan() -> None:
    label = {**json.loads(engines.own_label()), "pid": os.getpid(), "start": "1"}
    assert engines.is_orphan(json.dumps(label))


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_a_box_from_before_the_last_boot_is_an_orphan() -> None:
    assert engines.is_orphan(json.dumps({**json.loads(engines.own_label()), "boot_id": "another"}))


@pytest.mark.parametrize(
    "label",
    [
        "",
        "{}",
        "[]",
        "no json",
        '{"host": 1}',
        json.dumps({**json.loads(engines.own_label()), "host": "elsewhere"}),
    ],
)
def test_a_box_of_another_host_or_with_an_unreadable_owner_is_left_alone(label: str) -> None:
    assert not engines.is_orphan(label)


def test_importing_the_docker_sandbox_does_not_import_the_sdk() -> None:
    rooms = "codesteer_tui.sandbox.docker.sandbox, codesteer_tui.sandbox.choose"
    code = f"import sys, {rooms}; print('docker' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


# As `version` and `info` of the engines themselves say it, cut to what is read.
DOCKER = {
    "Components": [{"Name": "Engine"}, {"Name": "containerd"}, {"Name": "runc"}, {"Name": "docker-init"}]
}
PODMAN = {"Components": [{"Name": "Podman Engine"}, {"Name": "Conmon"}, {"Name": "OCI Runtime (crun)"}]}
ROOTFUL = {"SecurityOptions": ["name=seccomp,profile=default"]}
ROOTLESS = {"SecurityOptions": ["name=seccomp,profile=builtin", "name=rootless", "name=cgroupns"]}


@pytest.mark.parametrize(
    ("version", "info", "words"),
    [
        (DOCKER, ROOTFUL, "Docker container"),
        (DOCKER, ROOTLESS, "rootless Docker container"),
        (PODMAN, ROOTFUL, "Podman container"),
        (PODMAN, ROOTLESS, "rootless Podman container"),
        ({"Components": None}, {"SecurityOptions": None}, "Docker container"),
        ({}, {"SecurityOptions": ["name=seccomp,profile=/etc/rootless.json"]}, "Docker container"),
    ],
)
def test_an_engine_is_called_what_it_is(
    version: dict[str, object], info: dict[str, object], words: str
) -> None:
    assert engines.describe(version, info) == words


def test_a_runtime_that_the_engine_has_is_accepted_and_its_own_choice_is_left_to_it() -> None:
    engines.require_runtime({"Runtimes": {"runc": {}, "runsc": {}}}, "runsc")
    engines.require_runtime({"Runtimes": {"runc": {}}}, "")
    engines.require_runtime({}, "")


def test_a_runtime_that_the_engine_has_not_is_named_with_those_that_it_has() -> None:
    with pytest.raises(SandboxUnavailable, match=r"no runtime 'runsc'.*it has crun, runc") as caught:
        engines.require_runtime({"Runtimes": {"runc": {"path": "runc"}, "crun": {}}}, "runsc")
    assert "runsc" in caught.value.remedy
    with pytest.raises(SandboxUnavailable, match="none to choose"):
        engines.require_runtime({"Runtimes": None}, "runsc")
