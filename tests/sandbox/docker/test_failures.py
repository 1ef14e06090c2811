"""An engine's failure is explained in plain words, with the one command that mends it."""

from __future__ import annotations

import pytest

from codesteer_tui.sandbox.docker import failures

WHERE = "unix:///var/run/docker.sock"
GOOD_VERSION = {"ApiVersion": "1.41", "Version": "20.10.24"}
GOOD_INFO = {
    "OSType": "linux",
    "SecurityOptions": ["name=seccomp,profile=default"],
    "MemoryLimit": True,
    "PidsLimit": True,
    "CpuCfsQuota": True,
}

# As the SDK raised them, on machines where the engine was missing, stopped, forbidden, hung or killed.
CAPTURED = [
    (
        "DockerException: Error while fetching server API version: ('Connection aborted.', "
        "FileNotFoundError(2, 'No such file or directory'))",
        "does not exist",
        "systemctl start docker",
    ),
    (
        "DockerException: Error while fetching server API version: ('Connection aborted.', "
        "PermissionError(13, 'Permission denied'))",
        "No permission",
        "usermod -aG docker",
    ),
    (
        "DockerException: Error while fetching server API version: ('Connection aborted.', "
        "ConnectionRefusedError(111, 'Connection refused'))",
        "not running",
        "systemctl start docker",
    ),
    (
        "ReadTimeout: UnixHTTPConnectionPool(host='localhost', port=None): Read timed out. (read timeout=2.0)",
        "did not answer in time",
        "systemctl start docker",
    ),
    (
        "ConnectionError: ('Connection aborted.', RemoteDisconnected('Remote end closed connection without response'))",
        "hung up",
        "systemctl start docker",
    ),
    ("ModuleNotFoundError: No module named 'docker'", "SDK", "pip install docker"),
    ("ValueError: something else entirely", "something else entirely", "docker info"),
]


@pytest.mark.parametrize(("text", "message", "remedy"), CAPTURED)
def test_each_failure_to_reach_an_engine_has_its_own_remedy(text: str, message: str, remedy: str) -> None:
    error = failures.from_text(text, endpoint=WHERE, platform="linux")
    assert message in error.message
    assert remedy in error.remedy


def test_on_a_mac_the_engine_is_started_as_one_does_there() -> None:
    error = failures.from_text("ConnectionRefusedError", endpoint=WHERE, platform="darwin")
    assert error.remedy == "open -a Docker"


def test_the_cause_is_found_however_deep_the_sdk_wrapped_it() -> None:
    try:
        try:
            raise PermissionError(13, "Permission denied")
        except PermissionError as inner:
            raise RuntimeError("request failed") from inner
    except RuntimeError as outer:
        error = failures.from_exception(outer, endpoint=WHERE, platform="linux")
    assert "No permission" in error.message


@pytest.mark.parametrize(
    ("said", "message", "remedy"),
    [
        ("No such image: codesteer-sandbox:core-x", "no sandbox image", "codesteer sandbox build"),
        (
            "client version 1.52 is too new. Maximum supported API version is 1.41",
            "another API version",
            "Update Docker Engine",
        ),
        ("write /x: no space left on device", "disk is full", "docker system df"),
        (
            "OCI runtime create failed: exec: no such file or directory",
            "refused: OCI runtime create failed",
            "codesteer sandbox status",
        ),
    ],
)
def test_an_engine_that_answers_with_an_error_is_quoted(said: str, message: str, remedy: str) -> None:
    class Refusal(Exception):
        explanation = said

    error = failures.from_exception(Refusal("500 Server Error"), endpoint=WHERE, platform="linux")
    assert message in error.message
    assert remedy in error.remedy


def test_an_engine_with_all_it_takes_is_accepted() -> None:
    assert failures.from_facts(GOOD_VERSION, GOOD_INFO) is None


@pytest.mark.parametrize(
    ("version", "info", "message"),
    [
        ({"ApiVersion": "1.40"}, {}, "1.40"),
        ({}, {}, "?"),
        ({}, {"OSType": "windows"}, "windows containers"),
        ({}, {"SecurityOptions": ["name=apparmor"]}, "seccomp"),
        ({}, {"SecurityOptions": None}, "seccomp"),
        ({}, {"MemoryLimit": False, "PidsLimit": False}, "memory and process limits"),
        ({}, {"CpuCfsQuota": False}, "CPU limits"),
    ],
)
def test_an_engine_that_cannot_hold_a_program_safely_is_refused(
    version: dict[str, str], info: dict[str, object], message: str
) -> None:
    facts = version if version or info == {} else GOOD_VERSION
    lack = failures.from_facts(facts, {**GOOD_INFO, **info})
    assert lack is not None
    assert message in lack.message
    assert lack.remedy


@pytest.mark.parametrize(
    "endpoint", ["tcp://10.0.0.1:2375", "ssh://me@there", "npipe:////./pipe/docker_engine"]
)
def test_only_unix_sockets_are_used(endpoint: str) -> None:
    assert failures.unusable_endpoint("unix:///run/docker.sock") is None
    by_variable = failures.unusable_endpoint(endpoint, endpoint)
    by_context = failures.unusable_endpoint(endpoint)
    assert by_variable is not None
    assert by_context is not None
    assert f"DOCKER_HOST points at {endpoint.replace('me@', '')}" in by_variable.message
    assert "unset DOCKER_HOST" in by_variable.remedy
    assert "Docker context points at" in by_context.message
    assert by_context.remedy == "docker context use default"


@pytest.mark.parametrize(
    "text", ["FileNotFoundError", "ConnectionRefusedError", "timed out", "connection reset"]
)
def test_a_docker_host_that_leads_nowhere_is_the_culprit_and_not_the_engine(text: str) -> None:
    error = failures.from_text(text, endpoint=WHERE, platform="linux", docker_host=WHERE)
    assert f"{WHERE} (from DOCKER_HOST)" in error.message
    assert "unset DOCKER_HOST" in error.remedy
    assert "systemctl" not in error.remedy
    other = failures.from_text(text, endpoint=WHERE, platform="linux", docker_host="unix:///other.sock")
    assert "DOCKER_HOST" not in str(other)
