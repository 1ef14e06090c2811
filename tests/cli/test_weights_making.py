"""``codesteer weights convert|quantize``, as a person types them."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from codesteer_tui.weights.wording import wording_of
from tests import tiny_gguf
from tests.cli.conftest import COMMAND, Desk
from tests.weights import checkpoints

pytestmark = pytest.mark.gguf


def names(folder: Path) -> set[str]:
    """What a person finds there."""
    said = {path.name for path in folder.iterdir() if path.name not in ("data", ".cache")}
    return {name for name in said if not name.endswith(".codesteer.json")}


def test_from_a_checkpoint_to_small_weights(desk: Desk) -> None:
    checkpoints.write(desk.folder / "small", checkpoints.config(), shards=2, kind="BF16")
    done = desk.codesteer("weights", "convert", "small")
    assert (done.code, done.out) == (0, f"{desk.folder.resolve() / 'small-BF16.gguf'}\n"), done.err
    assert "LlamaForCausalLM" in done.err
    assert "0 million" not in done.err
    assert "100%" in done.err
    assert "codesteer weights quantize" in done.err
    done = desk.codesteer("weights", "quantize", "small-BF16.gguf", "q4_k_m")
    assert (done.code, done.out) == (0, "small-Q4_K_M.gguf\n"), done.err
    assert "note: 16 of 16 matrices" in done.err
    assert names(desk.folder) == {"small", "small-BF16.gguf", "small-Q4_K_M.gguf", "user.toml"}


def test_known_weights_by_their_name_into_the_folder_of_weights(desk: Desk) -> None:
    """And what comes out is known to want the wording that it was trained on."""
    folder = desk.folder / "data" / "codesteer" / "weights"
    checkpoints.write(folder / "CodeSteer-v1", kind="BF16")
    done = desk.codesteer("weights", "convert", "codesteer-v1", "-t", "q8_0")
    assert (done.code, done.out) == (0, f"{folder.resolve() / 'CodeSteer-v1-Q8_0.gguf'}\n"), done.err
    assert wording_of(folder / "CodeSteer-v1-Q8_0.gguf") == "published"
    next_steps = done.err.splitlines()[-2:]
    assert "'published'" in next_steps[0]
    assert next_steps[0].endswith("codesteer prompts import CHECKOUT")
    assert next_steps[1] == "To let it steer: codesteer weights use CodeSteer-v1-Q8_0.gguf"
    assert "CodeSteer-v1-Q8_0.gguf" in desk.codesteer("weights", "list").out


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX terminal")
def test_on_a_terminal_one_line_says_how_far_it_is(desk: Desk) -> None:
    import pexpect

    checkpoints.write(desk.folder / "small")
    arguments = [*COMMAND[1:], "weights", "convert", "small"]
    child = pexpect.spawn(COMMAND[0], arguments, cwd=str(desk.folder), env=desk.env, timeout=60)
    child.expect(rb"\r +\d+%  \d+\.\d KB of \d\.\d MB  blk\.0\.")
    child.expect(rb"\r {50,}\rmade: \d\.\d MB")
    child.expect(rb"small-F32\.gguf\r\n")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_what_was_made_can_be_checked_later(desk: Desk) -> None:
    """Also where it took the place of weights that had been pulled."""
    checkpoints.write(desk.folder / "small")
    made = desk.folder / "small-F32.gguf"
    for force in ([], ["--force"]):
        assert desk.codesteer("weights", "convert", "small", *force).code == 0
        checked = desk.codesteer("weights", "verify", made.name)
        assert checked.code == 0
        assert "what it was when it was made here" in checked.err
        assert "It is whole and right." in checked.err
        (desk.folder / f".{made.name}.codesteer.json").write_text(
            '{"repo": "a/b", "commit": "c", "host": "h", "licence": "",'
            f' "files": [{{"path": "{made.name}", "sha256": "{"0" * 64}"}}]}}'
        )
    assert desk.codesteer("weights", "verify", made.name).code == 1
    assert desk.codesteer("weights", "quantize", made.name, "Q8_0").code == 0
    small = desk.folder / "small-Q8_0.gguf"
    assert desk.codesteer("weights", "verify", small.name, "--json").data["files"][0]["outcome"] == "right"
    small.write_bytes(small.read_bytes()[:-1] + b"x")
    assert desk.codesteer("weights", "verify", small.name).code == 1
    assert "source" not in desk.codesteer("weights", "info", small.name).out


def test_again_only_with_force(desk: Desk) -> None:
    checkpoints.write(desk.folder / "small")
    assert desk.codesteer("weights", "convert", "small", "-t", "q8_0", "-o", "my.gguf").code == 0
    before = (desk.folder / "my.gguf").read_bytes()
    done = desk.codesteer("weights", "convert", "small", "-o", "my.gguf")
    assert done.code == 2
    assert "my.gguf is there already" in done.err
    assert (desk.folder / "my.gguf").read_bytes() == before
    assert desk.codesteer("weights", "convert", "small", "-o", "my.gguf", "--force").code == 0
    assert len((desk.folder / "my.gguf").read_bytes()) > len(before)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["convert", "nowhere"], 2, "nowhere"),
        (["convert", "user.toml"], 2, "user.toml is a file, and no folder"),
        (["convert", "small", "-t", "q4_0"], 2, "'q4_0' is not one of"),
        (["convert", "codesteer-v1"], 2, "codesteer weights pull codesteer-v1"),
        (["quantize", "user.toml", "Q8_0"], 3, "is not a usable GGUF file"),
        (["quantize", "user.toml", "Q99"], 2, "There is no type 'Q99'"),
    ],
)
def test_what_cannot_be_done_is_said(desk: Desk, arguments: list[str], code: int, words: str) -> None:
    checkpoints.write(desk.folder / "small")
    done = desk.codesteer("weights", *arguments)
    assert (done.code, done.out) == (code, "")
    assert words in done.err
    assert "Traceback" not in done.err
    assert names(desk.folder) == {"small", "user.toml"}


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a POSIX shell")
def test_a_disk_that_is_full_in_the_middle_leaves_nothing(desk: Desk) -> None:
    """A limit on the length of files stands in for the disk: the write fails just so."""
    checkpoints.write(desk.folder / "small")
    command = " ".join([*COMMAND, "weights", "convert", "small"])
    done = subprocess.run(
        ["bash", "-c", f"ulimit -f 400; exec {command}"],
        cwd=desk.folder,
        env=desk.env,
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == 3
    assert b"could not be written: File too large" in done.stderr
    assert names(desk.folder) == {"small", "user.toml"}


def wait_for(process: subprocess.Popen[bytes], words: bytes) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return
    raise AssertionError(f"it ended without {words!r}")


@pytest.fixture
def big(desk: Desk) -> Path:
    """A checkpoint of a gigabyte that takes no room: its shards are full of holes, and reading gives zeros."""
    shape = checkpoints.config(
        vocab_size=1600, hidden_size=4096, intermediate_size=14336, num_hidden_layers=2
    )
    checkpoints.write_holes(desk.folder / "big", shape)
    return desk.folder / "big"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_stopping_a_conversion_leaves_nothing(desk: Desk, big: Path, how: signal.Signals) -> None:
    process = desk.start("weights", "convert", str(big), "-t", "q8_0")
    wait_for(process, b"10%")
    assert any(name.startswith(".big-Q8_0") for name in names(desk.folder))
    process.send_signal(how)
    assert process.wait(30) == 128 + how
    assert names(desk.folder) == {"big", "user.toml"}


def test_what_a_conversion_left_that_was_killed_goes_with_the_next(desk: Desk, big: Path) -> None:
    process = desk.start("weights", "convert", str(big), "-t", "q8_0")
    wait_for(process, b"10%")
    at_once = desk.codesteer("weights", "convert", str(big), "-t", "q8_0")
    assert at_once.code == 3
    assert "Another codesteer is making" in at_once.err
    process.kill()
    process.wait(30)
    (left,) = (name for name in names(desk.folder) if name.endswith(".part"))
    desk.configure(f'[weights]\ndir = "{desk.folder}"\n')
    assert [item["name"] for item in desk.codesteer("weights", "list", "--json").data["here"]] == ["big"]
    again = desk.start("weights", "convert", str(big), "-t", "q8_0")
    wait_for(again, b"was left of a run that was killed")
    wait_for(again, b"10%")
    again.send_signal(signal.SIGINT)
    assert again.wait(30) == 130
    assert names(desk.folder) == {"big", "user.toml"}, left


def test_what_a_quantization_left_goes_with_the_next_and_nothing_else(desk: Desk) -> None:
    tiny_gguf.make(desk.folder / "small.gguf")
    others = {".other-Q8_0.gguf.0123abcd.part", ".small-Q8_0.gguf.mine.part", "small-Q8_0.gguf.0123abcd.part"}
    for name in (".small-Q8_0.gguf.0123abcd.part", *others):
        (desk.folder / name).write_bytes(b"GGUF")
    done = desk.codesteer("weights", "quantize", "small.gguf", "Q8_0")
    assert done.code == 0, done.err
    assert ".small-Q8_0.gguf.0123abcd.part was left of a run that was killed" in done.err
    assert names(desk.folder) == {"small.gguf", "small-Q8_0.gguf", "user.toml", *others}


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_stopping_a_quantization_leaves_nothing(desk: Desk, how: signal.Signals) -> None:
    """Even where the command itself is killed: its child sees that and cleans up."""
    tiny_gguf.make(desk.folder / "slow.gguf", layers=20)
    process = desk.start("weights", "quantize", "slow.gguf", "IQ3_S", "--threads", "1")
    wait_for(process, b"10%")
    process.send_signal(how)
    assert process.wait(30) in (130, -signal.SIGKILL)
    for _ in range(200):
        if names(desk.folder) == {"slow.gguf", "user.toml"}:
            return
        time.sleep(0.05)
    raise AssertionError(names(desk.folder))


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="reads the peak of memory from /proc")
def test_memory_does_not_grow_with_the_checkpoint(desk: Desk) -> None:
    """The file is 450 MB long; what converting it holds at most is far less."""
    program = (
        "import asyncio, sys, pathlib\n"
        "from codesteer_tui.weights.converting import convert, plan_conversion\n"
        "async def go(folder):\n"
        "    plan = plan_conversion(pathlib.Path(folder), 'f16')\n"
        "    async for _ in convert(plan): pass\n"
        "    print(plan.target.stat().st_size)\n"
        "asyncio.run(go(sys.argv[1]))\n"
        "print(*[l.split()[1] for l in open('/proc/self/status') if l.startswith('VmHWM')])\n"
    )
    folder = desk.folder / "one"
    shape = checkpoints.config(
        vocab_size=1600, hidden_size=4096, intermediate_size=14336, num_hidden_layers=1
    )
    checkpoints.write_holes(folder, shape)
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder)],
        env=desk.env,
        capture_output=True,
        timeout=120,
        check=True,
    )
    size, peak_kib = map(int, done.stdout.split())
    (desk.folder / "one-F16.gguf").unlink()
    assert size > 400e6
    assert peak_kib * 1024 < 200e6
