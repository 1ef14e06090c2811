"""``codesteer weights`` as a person and a script use it: the real command, with a hub on loopback."""

from __future__ import annotations

import hashlib
import random
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Desk
from tests.weights import checkpoints
from tests.weights.fake_hub import COMMIT, FakeHub, Repo, Trouble
from tests.weights.test_facts import make_checkpoint

pytestmark = pytest.mark.gguf

TOKEN = "hf_notARealTokenAtAll123"
NAME = "maker/tiny-GGUF"


@pytest.fixture
def hub(desk: Desk, random_gguf: Path) -> Iterator[FakeHub]:
    repos = {
        NAME: Repo({"tiny.gguf": random_gguf.read_bytes()}, card={"license": "mit"}),
        "yongchao98/CodeSteer-v1": Repo(
            {
                "config.json": b"{}",
                "model.safetensors": random.Random(1).randbytes(5000),
                "tokenizer.json": b"{}",
            }
        ),
    }
    with FakeHub(repos, tokens=(TOKEN,)) as hub:
        for name in list(desk.env):
            if name.startswith(("HF_", "HUGGING", "TRANSFORMERS_")) or name.lower().endswith("_proxy"):
                del desk.env[name]
        desk.env["HF_ENDPOINT"] = hub.url
        desk.env["HF_HOME"] = str(desk.folder / "hf")
        yield hub


def folder(desk: Desk) -> Path:
    return desk.folder / "data" / "codesteer" / "weights"


def test_pulling_shows_what_from_where_and_to_where_and_prints_the_path(desk: Desk, hub: FakeHub) -> None:
    done = desk.codesteer("weights", "pull", NAME, "--yes")
    path = folder(desk) / "tiny.gguf"
    assert (done.code, done.out) == (0, f"{path}\n")
    assert path.read_bytes() == hub.repos[NAME].files["tiny.gguf"]
    before, _, after = done.err.partition("Fetched and checked")
    for shown in (NAME, "3.0 MB", "licence  mit", hub.url, str(path), "without a token"):
        assert shown in before
    assert after.splitlines()[-1] == "To let it steer: codesteer weights use tiny.gguf"


def test_known_weights_that_were_cut_off_are_not_said_to_be_here(
    desk: Desk, hub: FakeHub, tmp_path: Path
) -> None:
    checkpoints.write(tmp_path / "made", shards=2)
    files = {path.name: path.read_bytes() for path in (tmp_path / "made").iterdir() if path.is_file()}
    hub.repos["yongchao98/CodeSteer-v1"] = Repo(files, card={"license": "llama3"})
    hub.troubles.extend([Trouble("cut", after=1000), Trouble("status", status=404)])
    assert desk.codesteer("weights", "pull", "codesteer-v1", "--yes").code != 0
    listed = desk.codesteer("weights", "list").out
    assert "not wholly pulled; to go on: codesteer weights pull codesteer-v1" in listed
    assert "(not wholly here)" in listed
    assert desk.codesteer("weights", "pull", "codesteer-v1", "--yes").code == 0
    assert "  (here)" in desk.codesteer("weights", "list").out


@pytest.mark.parametrize("answer", ["y", "n", "\x03"])
def test_at_a_terminal_it_is_asked_and_the_progress_is_one_line(
    desk: Desk, hub: FakeHub, answer: str
) -> None:
    import pexpect

    hub.troubles.append(Trouble("dribble", pause_s=0.005))
    asked = pexpect.spawn(
        sys.executable,
        ["-m", "codesteer_tui", "weights", "pull", NAME],
        cwd=str(desk.folder),
        env=desk.env,  # type: ignore[arg-type]
        dimensions=(24, 80),
        encoding="utf-8",
        timeout=60,
    )
    asked.expect_exact("Fetch this?")
    assert "licence  mit" in asked.before
    asked.send(answer if answer == "\x03" else f"{answer}\r")
    asked.expect(pexpect.EOF)
    said = asked.before
    asked.close()
    if answer != "y":
        assert asked.exitstatus == 130
        assert said.endswith("\r\nstopped\r\n" if answer != "n" else "\r\nNothing was fetched.\r\n")
        assert hub.ranges() == []
        return
    assert asked.exitstatus == 0
    lines = [piece for piece in said.split("\r") if "tiny.gguf" in piece and "%" in piece]
    assert len(lines) >= 2
    assert all(len(line) < 80 for line in lines)


def test_nothing_is_fetched_without_a_yes(desk: Desk, hub: FakeHub) -> None:
    done = desk.codesteer("weights", "pull", NAME)
    assert done.code == 2
    assert "Add --yes" in done.err
    assert "licence  mit" in done.err
    assert hub.ranges() == []
    assert not folder(desk).exists()


def test_the_published_weights_are_pulled_as_a_folder_to_be_converted(desk: Desk, hub: FakeHub) -> None:
    done = desk.codesteer("weights", "pull", "codesteer-v1", "--yes", "--to", "here")
    assert done.code == 0, done.err
    there = desk.folder / "here" / "CodeSteer-v1"
    assert {"config.json", "model.safetensors"} <= {path.name for path in there.iterdir()}
    assert "codesteer weights convert" in done.err
    assert "(catalogue: not known here" in done.err
    assert "at least 7 GiB" in done.err


def test_a_pull_that_is_interrupted_goes_on_when_it_is_asked_again(desk: Desk, hub: FakeHub) -> None:
    hub.troubles.append(Trouble("dribble", pause_s=0.05))
    running = desk.start("weights", "pull", NAME, "--yes")
    deadline = time.monotonic() + 60
    while not (parts := list(folder(desk).glob("*.part"))) or parts[0].stat().st_size < 100_000:
        assert running.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=30)
    assert running.returncode == 130
    assert said.decode().count("stopped") == 1
    assert "the same command goes on from there" in said.decode()
    had = parts[0].stat().st_size
    listed = desk.codesteer("weights", "list")
    assert f"to go on: codesteer weights pull {NAME}:tiny.gguf" in listed.out
    done = desk.codesteer("weights", "pull", NAME, "--yes")
    assert done.code == 0, done.err
    assert "still to fetch" in done.err
    assert hub.ranges()[-1] == f"bytes={had}-"
    assert (folder(desk) / "tiny.gguf").read_bytes() == hub.repos[NAME].files["tiny.gguf"]


@pytest.mark.parametrize("name", [NAME, "codesteer-v1"])
def test_a_revision_that_was_cut_off_goes_on_by_the_command_that_is_shown(
    desk: Desk, hub: FakeHub, name: str
) -> None:
    hub.troubles.extend([Trouble("cut", after=1000), Trouble("status", status=404)])
    cut = desk.codesteer("weights", "pull", name, "--revision", COMMIT, "--yes")
    assert cut.code == 3
    listed = desk.codesteer("weights", "list").out
    asked = f"{NAME}:tiny.gguf" if name == NAME else name
    command = f"codesteer weights pull {asked} --revision {COMMIT}"
    assert f"to go on: {command}" in listed
    hub.asked.clear()
    done = desk.codesteer(*command.split()[1:], "--yes")
    assert done.code == 0, done.err
    assert any(f"/revision/{COMMIT}" in asked.path for asked in hub.asked)
    assert "to go on" not in desk.codesteer("weights", "list").out


def test_the_token_is_used_and_never_shown(desk: Desk, hub: FakeHub) -> None:
    desk.env["HF_TOKEN"] = TOKEN
    done = desk.codesteer("weights", "pull", NAME, "--yes")
    assert done.code == 0
    assert "with your token" in done.err
    assert any(asked.headers.get("authorization") == f"Bearer {TOKEN}" for asked in hub.asked)
    desk.env["HF_TOKEN"] = TOKEN + "wrong"
    desk.env["CODESTEER_DEBUG"] = "1"
    desk.env["HF_DEBUG"] = "1"
    refused = desk.codesteer("weights", "pull", "nobody/nothing", "--yes")
    assert "does not take the token" in refused.err
    assert refused.code != 0
    for text in (done.out, done.err, refused.out, refused.err):
        assert TOKEN not in text
    record = (folder(desk) / ".tiny.gguf.codesteer.json").read_text()
    assert TOKEN not in record


def test_a_token_that_was_stored_is_used(desk: Desk, hub: FakeHub) -> None:
    hub.repos[NAME].private = True
    desk.env["XDG_CONFIG_HOME"] = str(desk.folder / "config")
    refused = desk.codesteer("weights", "pull", NAME, "--yes")
    assert refused.code == 3
    assert "codesteer keys set hub" in refused.err
    stored = desk.codesteer("keys", "set", "hub", "--store", "file", "--stdin", stdin=TOKEN)
    assert stored.code == 0, stored.err
    done = desk.codesteer("weights", "pull", NAME, "--yes")
    assert done.code == 0, done.err
    assert "with your token" in done.err
    assert TOKEN not in stored.err + done.err


def test_the_token_is_not_taken_from_the_command_line(desk: Desk, hub: FakeHub) -> None:
    done = desk.codesteer("weights", "pull", NAME, "--yes", "--token", TOKEN)
    assert done.code == 2
    assert TOKEN not in done.err
    assert hub.asked == []


@pytest.mark.parametrize(
    ("name", "env", "code", "said"),
    [
        ("nobody/nothing", {}, 3, "does not have it"),
        (NAME, {"HF_HUB_OFFLINE": "1"}, 3, "Offline mode is on"),
        (NAME, {"HTTP_PROXY": "http://127.0.0.1:9"}, 3, "connection refused"),
        (NAME, {"HF_ENDPOINT": "nonsense"}, 2, "HF_ENDPOINT is not the address"),
        ("codester-v1", {}, 2, "Did you mean codesteer-v1?"),
        (f"{NAME}:Q2_K", {}, 2, "tiny.gguf (3.0 MB)"),
    ],
)
def test_what_goes_wrong_is_said_with_what_helps(desk: Desk, hub, name, env, code, said) -> None:
    desk.env |= env
    done = desk.codesteer("weights", "pull", name, "--yes")
    assert done.code == code
    assert said in done.err
    assert "→" in done.err
    assert "Traceback" not in done.err
    assert done.out == ""


def test_what_is_here_already_is_not_said_to_be_fetched(desk: Desk, hub: FakeHub) -> None:
    for said in ("Fetched and checked:", "It was here already. Checked:"):
        done = desk.codesteer("weights", "pull", NAME, "--yes")
        assert done.code == 0
        assert said in done.err
    assert "3.0 MB, all of it here already" in done.err
    assert len(hub.ranges()) == 1


def test_what_arrives_with_the_right_hash_and_is_no_gguf_is_said_to_be_none(desk: Desk, hub: FakeHub) -> None:
    whole = hub.repos[NAME].files["tiny.gguf"]
    hub.repos[NAME] = Repo({"bad.gguf": b"<html>no</html>"})
    for _ in range(2):
        done = desk.codesteer("weights", "pull", NAME, "--yes")
        assert (done.code, done.out) == (3, "")
        assert "cannot be used" in done.err
        assert "weights use" not in done.err
    hub.repos[NAME] = Repo({"cut.gguf": whole[:-9999]})
    done = desk.codesteer("weights", "pull", NAME, "--yes")
    assert "Mind: it is cut off" in done.err
    assert "weights use" not in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("info", "nosuch"),
        ("verify", "nosuch"),
        ("rm", "nosuch", "--yes"),
        ("convert", "nosuch"),
        ("use", "nosuch"),
        ("quantize", "nosuch", "Q8_0"),
        ("pull", NAME, "--yes", "--token", "env:NOPE"),
        ("pull", "nosuch", "--yes"),
    ],
)
def test_a_name_or_option_that_cannot_be_used_is_a_mistake_of_usage(desk: Desk, hub, arguments) -> None:
    done = desk.codesteer("weights", *arguments)
    assert done.code == 2
    assert "nosuch" in done.err or "NOPE" in done.err
    assert "→" in done.err


def test_a_wrong_hash_is_an_error_and_listed_as_such(desk: Desk, hub: FakeHub) -> None:
    hub.troubles.append(Trouble("wrong"))
    done = desk.codesteer("weights", "pull", NAME, "--yes")
    assert (done.code, done.out) == (3, "")
    assert "wrong hash" in done.err
    listed = desk.codesteer("weights", "list")
    assert "tiny.gguf.wrong-hash" in listed.out
    assert "not used" in listed.out
    removed = desk.codesteer("weights", "rm", "tiny.gguf.wrong-hash", "--yes")
    assert removed.code == 0
    assert list(folder(desk).glob("tiny*")) == []


def test_what_was_pulled_can_be_listed_described_checked_and_removed(desk: Desk, hub: FakeHub) -> None:
    assert desk.codesteer("weights", "pull", NAME, "--yes").code == 0
    path = folder(desk) / "tiny.gguf"
    desk.configure(f'[roles]\nsteerer = "mine"\n[providers.mine]\nkind = "llama_cpp"\nmodel = "{path}"\n')

    listed = desk.codesteer("weights", "list", "--json").data
    (here,) = listed["here"]
    assert (here["name"], here["form"], here["roles"], here["providers"]) == (
        "tiny.gguf",
        "gguf",
        ["steerer"],
        ["mine"],
    )
    assert here["record"]["repo"] == NAME
    (known,) = [entry for entry in listed["known"] if entry["name"] == "codesteer-v1"]
    assert (known["size"], known["sha256"], known["here"]) == (None, None, None)

    described = desk.codesteer("weights", "info", "tiny", "--json", "--context", "1000").data
    assert (described["architecture"], described["quantization"], described["roles"]) == (
        "llama",
        "F16",
        ["steerer"],
    )
    assert described["memory"]["context"] == 1000
    assert described["memory"]["total"] == described["memory"]["weights"] + described["memory"]["kv_cache"]

    checked = desk.codesteer("weights", "verify", "tiny.gguf", "--json")
    assert (checked.code, checked.data["ok"]) == (0, True)
    assert checked.data["files"][0]["outcome"] == "right"

    refused = desk.codesteer("weights", "rm", "tiny", "--yes")
    assert refused.code == 3
    assert "plays the steerer" in refused.err
    assert path.exists()
    removed = desk.codesteer("weights", "rm", "tiny", "--yes", "--force")
    assert removed.code == 0
    assert not path.exists()
    assert [p.name for p in folder(desk).iterdir()] == []


def test_the_folder_of_weights_can_be_set(desk: Desk, hub: FakeHub) -> None:
    desk.configure(f'[weights]\ndir = "{desk.folder}/big disk"\n')
    assert desk.codesteer("weights", "pull", NAME, "--yes").out == f"{desk.folder}/big disk/tiny.gguf\n"
    assert desk.codesteer("weights", "info", "tiny", "--json").data["name"] == "tiny-llama"
    assert desk.codesteer("weights", "list", "--json").data["folder"] == f"{desk.folder}/big disk"
    (desk.folder / "codesteer.toml").write_text('[weights]\ndir = "elsewhere"\n')
    refused = desk.codesteer("weights", "list", "--json")
    assert refused.data["folder"] == f"{desk.folder}/big disk"
    assert "where big files are written" in refused.err


def test_nothing_is_fetched_by_settings_that_may_say_another_folder(desk: Desk, hub: FakeHub) -> None:
    for broken in ("[steering\n", "[weight]\n", "[weights]\ndir = 5\n"):
        desk.configure(broken)
        done = desk.codesteer("weights", "pull", NAME, "--yes")
        assert done.code == 2, done.err
        assert "user.toml" in done.err
        assert hub.ranges() == []
        assert not folder(desk).exists()
    desk.configure('[steering]\nmax_rounds = "many"\n')
    done = desk.codesteer("weights", "pull", NAME, "--yes")
    assert done.code == 0
    assert "a setting is left out" in done.err


def test_from_the_hub_to_weights_that_can_steer(desk: Desk, hub: FakeHub, tmp_path: Path) -> None:
    checkpoints.write(tmp_path / "made")
    files = {path.name: path.read_bytes() for path in (tmp_path / "made").iterdir()}
    hub.repos["yongchao98/CodeSteer-v1"] = Repo(files, card={"license": "llama3"})
    pulled = desk.codesteer("weights", "pull", "codesteer-v1", "--yes")
    assert pulled.code == 0, pulled.err
    assert desk.codesteer("weights", "verify", "codesteer-v1").code == 0
    converted = desk.codesteer("weights", "convert", "codesteer-v1", "--type", "f16")
    assert converted.code == 0, converted.err
    path = Path(converted.out.strip())
    assert path.parent == folder(desk)
    described = desk.codesteer("weights", "info", path.name, "--json").data
    assert (described["licence"], described["quantization"], described["problems"]) == ("llama3", "F16", [])
    assert "yongchao98/CodeSteer-v1" in described["source"]
    assert desk.codesteer("weights", "verify", path.name).code == 0
    assert {item["form"] for item in desk.codesteer("weights", "list", "--json").data["here"]} == {
        "gguf",
        "checkpoint",
    }


@pytest.mark.parametrize("index", [True, False])
def test_a_shard_that_is_missing_is_named_with_the_command_that_fetches_it(
    desk: Desk, hub: FakeHub, tmp_path: Path, index: bool
) -> None:
    checkpoints.write(tmp_path / "made", shards=3)
    files = {path.name: path.read_bytes() for path in (tmp_path / "made").iterdir()}
    if not index:
        del files["model.safetensors.index.json"]
    hub.repos["yongchao98/CodeSteer-v1"] = Repo(files)
    assert desk.codesteer("weights", "pull", "codesteer-v1", "--yes").code == 0
    shard = "model-00002-of-00003.safetensors"
    (folder(desk) / "CodeSteer-v1" / shard).unlink()
    listed = desk.codesteer("weights", "list").out
    assert f"1 of 3 files of weights is missing: {shard}" in listed
    assert "to go on: codesteer weights pull codesteer-v1" in listed
    assert shard in desk.codesteer("weights", "verify", "codesteer-v1").err
    refused = desk.codesteer("weights", "convert", "codesteer-v1")
    assert refused.code == 3
    assert f"lacks {shard}" in refused.err
    assert "codesteer weights pull codesteer-v1" in refused.err
    assert desk.codesteer("weights", "pull", "codesteer-v1", "--yes").code == 0
    assert desk.codesteer("weights", "convert", "codesteer-v1").code == 0


def test_without_weights_the_known_ones_are_shown(desk: Desk) -> None:
    done = desk.codesteer("weights", "list")
    assert done.code == 0
    assert "There are no weights" in done.err
    assert "  codesteer-v1  " in done.out
    assert "the hub says it before anything is fetched" in done.out


def test_a_file_is_described_in_words(desk: Desk, random_gguf: Path, tmp_path: Path) -> None:
    done = desk.codesteer("weights", "info", str(random_gguf))
    assert done.code == 0
    for words in ("llama", "F16", "trained for 8,192 tokens", "llama-3 (", " MiB for the weights"):
        assert words in done.out
    assert done.err == ""
    more = desk.codesteer("weights", "info", str(random_gguf), "--context", "1000000")
    assert "Mind: it was trained for 8,192 tokens" in more.err
    strange = tmp_path / "strange.gguf"
    strange.write_bytes(random_gguf.read_bytes().replace(b"llama", b"zzama"))
    assert "the architecture 'zzama'" in desk.codesteer("weights", "info", str(strange)).err
    template = desk.codesteer("weights", "info", str(random_gguf), "--template")
    assert "<|start_header_id|>" in template.out
    folder = make_checkpoint(tmp_path / "it")
    assert "LlamaForCausalLM" in desk.codesteer("weights", "info", str(folder)).out


def test_a_file_that_is_damaged_is_found_by_verify(desk: Desk, random_gguf: Path, tmp_path: Path) -> None:
    whole = desk.codesteer("weights", "verify", str(random_gguf))
    assert whole.code == 0
    assert "cannot be told" in whole.err
    digest = hashlib.sha256(random_gguf.read_bytes()).hexdigest()
    assert "whole and right" in desk.codesteer("weights", "verify", str(random_gguf), "--sha256", digest).err
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(random_gguf.read_bytes()[:-100_000])
    done = desk.codesteer("weights", "verify", str(cut))
    assert done.code == 1
    assert "it is cut off" in done.err
    page = tmp_path / "page.gguf"
    page.write_text("<html>")
    assert "instead of b'GGUF'.\n" in desk.codesteer("weights", "verify", str(page)).err
    asked = desk.codesteer("weights", "verify", str(random_gguf), "--sha256", "0" * 64)
    assert asked.code == 1
    assert "WRONG" in asked.out


def test_what_is_not_weights_is_not_removed(desk: Desk) -> None:
    letter = desk.folder / "letter.txt"
    letter.write_text("dear")
    for name in (str(letter), str(desk.folder)):
        done = desk.codesteer("weights", "rm", name, "--yes", "--force")
        assert done.code == 3
        assert "left alone" in done.err
    assert letter.exists()
    gguf = desk.folder / "x.gguf"
    gguf.write_bytes(b"x")
    assert desk.codesteer("weights", "rm", str(gguf)).code == 2
    assert gguf.exists()


def test_each_explains_itself(desk: Desk) -> None:
    for name in ("list", "info", "pull", "use", "verify", "rm"):
        done = desk.codesteer("weights", name, "--help")
        assert done.code == 0
        assert f"codesteer weights {name}" in done.out
