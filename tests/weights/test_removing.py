"""What removing weights takes, and that nothing of a person's goes with it."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from pathlib import Path

import pytest

from codesteer_tui.config import Config, Provider, Roles
from codesteer_tui.errors import ConfigError, WeightsError
from codesteer_tui.settings import Asked, Settings
from codesteer_tui.settings.loading import read_all
from codesteer_tui.weights import store
from codesteer_tui.weights.removing import plan_removal, remove, require_unused
from codesteer_tui.weights.store import PulledFile, Record
from codesteer_tui.weights.telling import removal_in_words
from tests.weights.fake_hub import git_blob
from tests.weights.test_facts import make_checkpoint

pytestmark = pytest.mark.gguf


def note(path: Path, *files: PulledFile) -> None:
    record = Record(repo="maker/it", commit="c0ffee", host="hub.test", licence="mit", files=files)
    store.write_record(path, record)


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


def pulled(folder: Path) -> Path:
    """A checkpoint with the record of its pull."""
    make_checkpoint(folder)
    (folder / "README.md").write_text("what the maker wrote")
    files = []
    for path in sorted(folder.iterdir()):
        data = path.read_bytes()
        big = path.suffix == ".safetensors"
        digest = hashlib.sha256(data).hexdigest() if big else ""
        files.append(PulledFile(f"{path.name}", len(data), digest, "" if big else git_blob(data)))
    note(folder, *files)
    return folder


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    """A folder that a person trained into, with what else lies in such folders."""
    folder = make_checkpoint(tmp_path / "proj")
    for name in ("thesis/t.txt", "checkpoint-500/model.safetensors", "runs/events", "mynotes.md", "adapter.safetensors",
                 "training_args.bin", "optimizer.pt", "data.json", ".git/HEAD", "README.md"):  # fmt: skip
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("mine")
    return folder


def test_what_is_no_part_of_a_checkpoint_stays_and_is_named_before(trained: Path) -> None:
    before = names(trained)
    plan = plan_removal(trained)
    said = " ".join(removal_in_words(plan))
    assert names(trained) == before
    gone = {"config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors.index.json"}
    gone |= {f"model-0000{number}-of-00002.safetensors" for number in (1, 2)}
    assert {file.name for file in plan.files} == gone
    assert set(plan.left) == {"thesis/", "checkpoint-500/", "runs/", ".git/", "mynotes.md", "adapter.safetensors",
                              "training_args.bin", "optimizer.pt", "data.json", "README.md"}  # fmt: skip
    assert all(name in said for name in (*gone, "thesis/", "mynotes.md"))
    size = sum((trained / name).stat().st_size for name in gone)
    assert remove(plan) == size
    assert names(trained) == before - gone


def test_a_folder_that_is_empty_then_goes_too(tmp_path: Path) -> None:
    for folder in (make_checkpoint(tmp_path / "made"), pulled(tmp_path / "pulled")):
        assert remove(plan_removal(folder)) > 0
        assert not folder.exists()


def test_what_comes_to_lie_there_after_the_question_stays(tmp_path: Path) -> None:
    folder = make_checkpoint(tmp_path / "it")
    plan = plan_removal(folder)
    (folder / "new.txt").write_text("mine")
    remove(plan)
    assert names(folder) == {"new.txt"}


@pytest.mark.parametrize("named", [".", "../it", "it/..", "./"])
def test_a_folder_may_be_named_without_its_name(
    trained: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    trained = trained.rename(trained.with_name("it"))
    (trained / "it").mkdir()
    monkeypatch.chdir(trained)
    plan = plan_removal(Path(named))
    assert plan.path == trained
    remove(plan)
    assert {"thesis/t.txt", "checkpoint-500/model.safetensors", "mynotes.md"} <= names(trained)
    assert not (trained / "config.json").exists()


def test_the_folder_that_a_person_stands_in_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_checkpoint(tmp_path / "it")
    monkeypatch.chdir(folder)
    assert remove(plan_removal(Path())) > 0
    assert list(folder.iterdir()) == []


def test_of_what_was_pulled_only_that_goes_and_only_if_it_is_as_it_came(tmp_path: Path) -> None:
    folder = pulled(tmp_path / "it")
    shard = folder / "model-00002-of-00002.safetensors"
    shard.write_bytes(shard.read_bytes()[:-1] + b"x")  # trained into: the same size, another content
    (folder / "config.json").write_text((folder / "config.json").read_text() + " ")
    (folder / "model.safetensors").write_text("mine")
    (folder / "model-00001-of-00002.safetensors.c0ffee.part").write_text("half")
    (folder / ".tokenizer.json.c0ffee.part.codesteer.json").write_text("{}")
    (folder / "tokenizer.json.wrong-hash").write_text("bad")
    (folder / "tokenizer.json.my.backup.part").write_text("mine")
    plan = plan_removal(folder)
    mine = {shard.name, "config.json", "model.safetensors", "tokenizer.json.my.backup.part"}
    assert set(plan.left) == mine
    assert all(name in " ".join(removal_in_words(plan)) for name in mine)
    remove(plan)
    assert names(folder) == mine


def test_a_training_that_is_older_than_the_record_stays_too(tmp_path: Path) -> None:
    """The record is written anew by every pull: how old it is says nothing about what lies beside it."""
    folder = pulled(tmp_path / "it")
    at = (folder / ".codesteer.json").stat().st_mtime
    same, trained_into = sorted(folder.glob("*.safetensors"))
    trained_into.write_bytes(trained_into.read_bytes()[:-1] + b"x")
    for path, since in ((same, 60), (trained_into, -60)):
        os.utime(path, (at + since, at + since))
    assert plan_removal(folder).left == (trained_into.name,)


def test_where_nothing_is_as_it_was_pulled_nothing_goes(tmp_path: Path) -> None:
    folder = pulled(tmp_path / "it")
    for path in folder.iterdir():
        if path.name != ".codesteer.json":
            path.write_text("mine")
    with pytest.raises(WeightsError, match="left alone"):
        plan_removal(folder)


def test_a_folder_that_is_no_checkpoint_is_not_removed(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(WeightsError, match="left alone"):
        plan_removal(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps({"window": "large"}))
    (tmp_path / "my-lora.safetensors").write_text("mine")
    with pytest.raises(WeightsError, match="cannot be told"):
        plan_removal(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "llama"}))
    with pytest.raises(WeightsError, match="cannot be told"):
        plan_removal(tmp_path)


def test_an_index_does_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    folder = make_checkpoint(tmp_path / "it")
    outside = tmp_path / "other.safetensors"
    outside.write_text("mine")
    named = {"a": "../other.safetensors", "b": str(outside), "c": "thesis.txt"}
    (folder / "thesis.txt").write_text("mine")
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": named}))
    remove(plan_removal(folder))
    assert outside.exists()
    assert names(folder) == {"thesis.txt"}


def test_removing_a_file_takes_all_parts_and_the_record_and_nothing_else(tmp_path: Path) -> None:
    parts = [tmp_path / f"s-0000{number}-of-00002.gguf" for number in (1, 2)]
    for part in parts:
        part.write_bytes(b"12345")
    (tmp_path / "keep.gguf").write_bytes(b"x")
    note(parts[0], PulledFile("s", 1))
    plan = plan_removal(parts[0])
    assert all(part.name in removal_in_words(plan)[0] for part in parts)
    assert remove(plan) == 10
    assert names(tmp_path) == {"keep.gguf"}


@pytest.mark.parametrize("name", ["letter.txt", "film.mkv.part", "big.zip.part"])
def test_what_is_no_file_of_weights_is_not_removed(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(WeightsError, match="left alone"):
        plan_removal(tmp_path / name)


def test_of_a_link_only_the_link_goes_and_nothing_is_said_to_be_freed(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    whole, folder = tmp_path / "disk" / "a.gguf", pulled(tmp_path / "disk" / "it")
    whole.write_bytes(b"12345")
    (tmp_path / "a.gguf").symlink_to(whole)
    (tmp_path / "it").symlink_to(folder)
    before = names(folder)
    for name in ("a.gguf", "it"):
        plan = plan_removal(tmp_path / name)
        assert removal_in_words(plan) == ["only the link; what it leads to stays"]
        assert remove(plan) == 0
        assert not (tmp_path / name).is_symlink()
    assert whole.exists()
    assert names(folder) == before
    os.link(whole, tmp_path / "b.gguf")
    assert remove(plan_removal(whole)) == 0


def test_the_cache_of_the_hub_is_left_to_the_hub(tmp_path: Path) -> None:
    snapshot = tmp_path / "models--maker--it" / "snapshots" / "c0ffee"
    snapshot.parent.mkdir(parents=True)
    make_checkpoint(snapshot)
    (snapshot / "a.gguf").write_bytes(b"x")
    for path in (snapshot, snapshot / "a.gguf"):
        with pytest.raises(WeightsError, match="the hub's own cache") as refused:
            plan_removal(path)
        assert refused.value.remedy == "hf cache rm model/maker/it"


def test_what_another_is_fetching_is_not_removed(tmp_path: Path) -> None:
    part = tmp_path / "a.gguf.0123456789ab.part"
    part.write_bytes(b"half")
    with part.open("ab") as theirs:
        fcntl.flock(theirs, fcntl.LOCK_EX)
        with pytest.raises(WeightsError, match="Another codesteer is fetching"):
            remove(plan_removal(part))
    assert part.exists()
    assert remove(plan_removal(part)) == 4


def test_what_plays_a_role_is_refused_by_any_of_its_names(tmp_path: Path) -> None:
    parts = [tmp_path / f"s-0000{number}-of-00002.gguf" for number in (1, 2)]
    for part in parts:
        part.write_bytes(b"12345")
    (tmp_path / "link.gguf").symlink_to(parts[0])
    playing = Provider(kind="llama_cpp", model=str(tmp_path / "link.gguf"))
    settings = Settings(Config(providers={"mine": playing}, roles=Roles(steerer="mine")))
    for path in (*parts, tmp_path / "link.gguf"):
        with pytest.raises(WeightsError, match="plays the steerer"):
            require_unused(plan_removal(path), settings)


def test_what_plays_a_role_in_another_profile_is_refused(tmp_path: Path) -> None:
    weights, own = tmp_path / "a.gguf", tmp_path / "user.toml"
    weights.write_bytes(b"x")
    own.write_text(
        f'[providers.mine]\nkind = "llama_cpp"\nmodel = "{weights}"\n[profiles.laptop.roles]\nsteerer = "mine"\n'
    )
    for profile, where in (("", "your profile laptop"), ("laptop", "your configuration")):
        settings, _ = read_all(Asked(cwd=tmp_path, env={}, config_file=own, profile=profile))
        with pytest.raises(WeightsError, match=where):
            require_unused(plan_removal(weights), settings)


def test_nothing_is_removed_by_settings_that_cannot_be_read(tmp_path: Path) -> None:
    weights, own = tmp_path / "a.gguf", tmp_path / "user.toml"
    weights.write_bytes(b"x")
    own.write_text("[steering\n")
    settings, _ = read_all(Asked(cwd=tmp_path, env={}, config_file=own))
    with pytest.raises(ConfigError):
        require_unused(plan_removal(weights), settings)
