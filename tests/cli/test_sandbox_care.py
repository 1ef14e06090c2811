"""Building, looking at, cleaning and testing the sandbox by hand."""

from __future__ import annotations

import json
import re
import subprocess

import pytest

from codesteer_tui.sandbox.docker import engine as engines
from codesteer_tui.sandbox.docker.building import Downloads, Pull
from tests.boxes import LOCAL_BASE, missing
from tests.cli.conftest import Desk

NOWHERE = "unix:///nonexistent.sock"


def test_what_is_downloaded_is_said_with_its_size() -> None:
    both = str(Downloads(Pull("python:3.12-slim", 45 << 20, 125 << 20), 128 << 20, 340 << 20))
    assert "downloads about 45 MiB" in both
    assert "with pip: about 128 MiB, 340 MiB on disk" in both
    libraries = str(Downloads(None, 128 << 20, 340 << 20))
    assert "pulling" not in libraries
    assert not Downloads()


def test_what_a_pull_takes_is_said_as_far_as_it_is_known() -> None:
    known = str(Pull("python:3.12-slim", 45 << 20, 130 << 20))
    assert known.endswith("is not here; pulling it downloads about 45 MiB and takes 130 MiB on disk.")
    unknown = str(Pull("nosuch:1", None, None))
    assert "nosuch:1 is not here" in unknown
    assert "its size is not known" in unknown


@pytest.mark.parametrize("arguments", [["clean"], ["clean", "--all", "--yes"], ["build", "sci", "--yes"]])
def test_without_an_engine_the_cause_and_the_remedy_are_said(desk: Desk, arguments: list[str]) -> None:
    desk.env["DOCKER_HOST"] = NOWHERE
    done = desk.codesteer("sandbox", *arguments)
    assert done.code == 3
    assert "nonexistent.sock (from DOCKER_HOST)" in done.err
    assert "unset DOCKER_HOST" in done.err


def test_status_without_an_engine_still_tells_what_there_is(desk: Desk) -> None:
    desk.env["DOCKER_HOST"] = NOWHERE
    data = desk.codesteer("sandbox", "status", "--json").data
    assert data["docker"] is None
    assert [engine["ok"] for engine in data["engines"] if engine["name"] == "docker"] == [False]


def test_an_image_of_another_kind_than_there_is_a_mistake(desk: Desk) -> None:
    done = desk.codesteer("sandbox", "build", "huge")
    assert done.code == 2
    assert "'core', 'sci'" in done.err


def test_the_namespace_box_is_put_to_the_test_by_name(desk: Desk) -> None:
    known = desk.codesteer("sandbox", "status", "--json").data["engines"]
    if not next(engine["ok"] for engine in known if engine["name"] == "namespaces"):
        missing("no namespace box here")
    done = desk.codesteer("sandbox", "selftest", "--engine", "namespaces", "--json")
    assert (done.code, done.data["ok"]) == (0, True)
    assert done.data["sandbox"]["isolation"] == "reduced"
    assert "filling the disk" in [trial["name"] for trial in done.data["trials"]]


def test_what_isolates_nothing_is_not_tested(desk: Desk) -> None:
    desk.configure("[sandbox]\nengine = 'off'\n")
    done = desk.codesteer("sandbox", "selftest")
    assert done.code == 3
    assert "nothing to test" in done.err


@pytest.mark.docker
def test_containers_are_put_to_the_test(desk: Desk, docker_image: str) -> None:
    done = desk.codesteer("sandbox", "selftest", "--engine", "docker")
    lines = done.out.splitlines()
    assert (done.code, lines[-1]) == (0, "the sandbox holds")
    assert "ok     more processes than allowed" in lines
    assert not [line for line in lines if line.startswith("FAILED")]


@pytest.mark.docker
def test_status_tells_the_engine_its_runtimes_images_and_containers(desk: Desk, docker_image: str) -> None:
    done = desk.codesteer("sandbox", "status")
    assert done.code == 0
    assert "container" in next(line for line in done.out.splitlines() if line.startswith("engine "))
    assert "image core  codesteer-sandbox:core-" in done.out
    facts = desk.codesteer("sandbox", "status", "--json").data["docker"]
    assert "runc" in facts["runtimes"] or "crun" in facts["runtimes"]
    assert docker_image in [image["id"] for image in facts["images"] if image["current"]]


@pytest.mark.docker
def test_the_image_is_built_again_without_a_question_where_nothing_is_downloaded(
    desk: Desk, docker_image: str
) -> None:
    done = desk.codesteer("sandbox", "build", "core", "--base", LOCAL_BASE, timeout=200)
    assert done.code == 0
    assert done.out.startswith("codesteer-sandbox:core-")
    assert "Step 1/" in done.err


@pytest.mark.docker
def test_cleaning_names_what_it_would_remove_and_touches_a_box_in_use_only_when_agreed(
    desk: Desk, docker_image: str
) -> None:
    owner = json.dumps({**json.loads(engines.own_label())})
    command = ["docker", "create", "--label", "codesteer.sandbox=1", "--label", f"codesteer.owner={owner}"]
    made = subprocess.run([*command, docker_image, "true"], capture_output=True, text=True, check=True)
    box = made.stdout.strip()
    try:
        some = desk.codesteer("sandbox", "clean", "--dry-run")
        assert some.code == 0
        assert f"left: container {box[:12]}, owner alive" in some.err
        assert box[:12] not in some.out
        every = desk.codesteer("sandbox", "clean", "--all", "--dry-run")
        assert f"would remove container {box[:12]}, owner alive" in every.out
        assert "codesteer-sandbox:core-" in every.out
        unasked = desk.codesteer("sandbox", "clean", "--all")
        assert unasked.code == 2
        assert f"in use: container {box[:12]}" in unasked.err
        assert "--yes" in unasked.err
        there = subprocess.run(["docker", "inspect", box], capture_output=True)
        assert there.returncode == 0
    finally:
        subprocess.run(["docker", "rm", "-f", box], capture_output=True, check=True)


@pytest.mark.docker
def test_cleaning_says_what_it_removed_and_what_room_that_gave(desk: Desk, docker_image: str) -> None:
    desk.env["XDG_CACHE_HOME"] = str(desk.folder / "cache")
    old = desk.folder / "cache/codesteer/sandbox-libraries/000000000000-3.12-x86_64-2.41"
    old.mkdir(parents=True)
    (old / "big").write_bytes(bytes(3_000_000))
    done = desk.codesteer("sandbox", "clean")
    assert f"removed libraries {old.name}" in done.out
    assert not old.exists()
    freed = re.fullmatch(r"(\d+) MB freed", done.out.splitlines()[-1])
    assert freed
    assert int(freed[1]) >= 3
    still = desk.codesteer("sandbox", "status", "--json").data["docker"]["images"]
    assert docker_image in [image["id"] for image in still]
