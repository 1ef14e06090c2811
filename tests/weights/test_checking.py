"""Whether weights are right, and what there is."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from msgspec.structs import replace

from codesteer_tui.config import Config, Provider, Roles, Weights
from codesteer_tui.errors import ConfigError
from codesteer_tui.weights import store
from codesteer_tui.weights.catalogue import Known
from codesteer_tui.weights.checking import verify
from codesteer_tui.weights.store import PulledFile, Record
from tests.weights.fake_hub import git_blob
from tests.weights.test_facts import make_checkpoint

pytestmark = pytest.mark.gguf


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def mine(random_gguf: Path, tmp_path: Path) -> Path:
    path = tmp_path / "mine.gguf"
    path.write_bytes(random_gguf.read_bytes())
    return path


def note(path: Path, *files: PulledFile) -> None:
    record = Record(repo="maker/it", commit="c0ffee", host="hub.test", licence="mit", files=files)
    store.write_record(path, record)


def test_a_hash_that_is_given_decides(mine: Path) -> None:
    assert verify(mine, sha256=sha256(mine).upper()).ok
    wrong = verify(mine, sha256="0" * 64)
    assert not wrong.ok
    assert (wrong.files[0].outcome, wrong.files[0].got) == ("wrong", sha256(mine))


@pytest.mark.parametrize("given", ["abc", "g" * 64, "0" * 63])
def test_what_is_no_hash_is_refused(mine: Path, given: str) -> None:
    with pytest.raises(ConfigError, match="--sha256"):
        verify(mine, sha256=given)


def test_without_any_it_is_what_the_hub_said_and_then_what_the_catalogue_says(mine: Path) -> None:
    known = {"it": Known(title="it", form="gguf", repo="a/b", file="x/mine.gguf", sha256="0" * 64)}
    checked = verify(mine, known=known)
    assert (checked.ok, checked.against) == (False, "the catalogue's it")
    note(mine, PulledFile("sub/mine.gguf", 1, sha256(mine)))
    checked = verify(mine, known=known)
    assert checked.ok
    assert "hub.test" in checked.against


def test_where_nothing_says_it_the_hash_is_not_known(mine: Path) -> None:
    checked = verify(mine)
    assert checked.ok
    assert (checked.against, checked.files[0].outcome, checked.files[0].got) == (
        "",
        "not_known",
        sha256(mine),
    )


def test_a_byte_that_has_changed_is_found(mine: Path) -> None:
    note(mine, PulledFile("mine.gguf", 1, sha256(mine)))
    data = bytearray(mine.read_bytes())
    data[-40] ^= 1
    mine.write_bytes(data)
    checked = verify(mine)
    assert not checked.ok
    assert checked.problems == ()


def test_a_file_that_is_cut_off_is_found_without_any_hash(mine: Path) -> None:
    mine.write_bytes(mine.read_bytes()[:-1000])
    checked = verify(mine)
    assert not checked.ok
    assert "it is cut off" in checked.problems[0]


def test_a_checkpoint_is_checked_file_by_file(tmp_path: Path) -> None:
    folder = make_checkpoint(tmp_path / "it")
    files = sorted(path for path in folder.iterdir())
    note(
        folder,
        *(
            PulledFile(p.name, 1, sha256(p))
            if p.suffix == ".safetensors"
            else PulledFile(p.name, 1, "", git_blob(p.read_bytes()))
            for p in files
        ),
        PulledFile("never-came.safetensors", 5, "0" * 64),
    )
    outcomes = {file.name: file.outcome for file in verify(folder).files}
    assert outcomes == {**{path.name: "right" for path in files}, "never-came.safetensors": "missing"}
    (folder / "tokenizer.json").write_text("{} ")
    assert {f.name for f in verify(folder).files if f.outcome == "wrong"} == {"tokenizer.json"}
    with pytest.raises(ConfigError, match="more than one file"):
        verify(folder, sha256="0" * 64)


def test_a_part_that_is_missing_is_found(mine: Path) -> None:
    first = mine.with_name("big-00001-of-00002.gguf")
    mine.rename(first)
    checked = verify(first)
    assert [file.outcome for file in checked.files] == ["not_known", "missing"]
    assert checked.problems == ("big-00002-of-00002.gguf is missing",)
    assert not checked.ok


def config(roles: Roles, **models: str) -> Config:
    return Config(
        roles=roles,
        providers={name: Provider(kind="llama_cpp", model=model) for name, model in models.items()},
    )


def test_who_uses_a_file_is_known_however_it_is_named(mine: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link.gguf").symlink_to(mine)
    both = config(
        Roles(steerer="one", task_llm="two:link.gguf", checker="same-as-task"), one=str(mine), two=""
    )
    assert store.roles_of(both, mine) == ("steerer", "task_llm", "checker")
    assert store.roles_of(config(Roles(steerer="rules"), one=str(mine)), mine) == ()
    assert store.roles_of(both, tmp_path / "other.gguf") == ()
    assert store.roles_of(both, tmp_path) == ("steerer", "task_llm", "checker"), "what lies in a folder"


def test_the_list_has_what_is_in_the_folder_and_what_the_configuration_names(
    mine: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "weights"
    folder.mkdir()
    (folder / "b.gguf").write_bytes(b"bb")
    (folder / "a.gguf.0123456789ab.part").write_bytes(b"a")
    (folder / "c.gguf.wrong-hash").write_bytes(b"c")
    (folder / "notes.txt").write_bytes(b"c")
    for number in (1, 2):
        (folder / f"s-0000{number}-of-00002.gguf").write_bytes(b"s" * number)
    make_checkpoint(folder / "d")
    named = config(Roles(steerer="one"), one=str(mine), two=str(tmp_path / "gone.gguf"))
    items = store.list_weights(replace(named, weights=Weights(dir=str(folder))))
    assert [(item.path.name, item.form) for item in items] == [
        ("a.gguf.0123456789ab.part", "part"),
        ("b.gguf", "gguf"),
        ("c.gguf.wrong-hash", "aside"),
        ("d", "checkpoint"),
        ("s-00001-of-00002.gguf", "gguf"),
        ("mine.gguf", "gguf"),
        ("gone.gguf", "gguf"),
    ]
    by_name = {item.path.name: item for item in items}
    assert by_name["s-00001-of-00002.gguf"].size == 3
    assert (by_name["mine.gguf"].roles, by_name["mine.gguf"].providers) == (("steerer",), ("one",))
    assert by_name["gone.gguf"].missing


def test_weights_are_found_by_path_by_name_and_by_what_they_are_known_as(tmp_path: Path) -> None:
    folder = tmp_path / "weights"
    folder.mkdir()
    (folder / "b.gguf").write_bytes(b"bb")
    known = {"bee": Known(title="b", form="gguf", repo="a/b", file="x/b.gguf")}
    config = Config(weights=Weights(dir=str(folder)))
    for text in (str(folder / "b.gguf"), "b.gguf", "b", "bee"):
        assert store.find_weights(text, known, config) == folder / "b.gguf"
    with pytest.raises(ConfigError) as unknown:
        store.find_weights("bed", known, config)
    assert "Did you mean bee?" in unknown.value.remedy
    (folder / "b.gguf").unlink()
    with pytest.raises(ConfigError) as absent:
        store.find_weights("bee", known, config)
    assert absent.value.remedy == "codesteer weights pull bee"


def test_a_name_that_fits_several_means_what_can_be_used_and_for_removing_none(tmp_path: Path) -> None:
    checkpoint = make_checkpoint(tmp_path / "It")
    gguf = tmp_path / "it-v1.gguf"
    gguf.write_bytes(b"x")
    known = {"it-v1": Known(title="it", form="checkpoint", repo="a/It")}
    config = Config(weights=Weights(dir=str(tmp_path)))
    assert store.find_weights("it-v1", known, config, form="checkpoint") == checkpoint
    assert store.find_weights("it-v1", known, config, form="gguf") == gguf
    with pytest.raises(ConfigError, match="may mean any of these") as several:
        store.find_weights("it-v1", known, config, sole=True)
    assert str(checkpoint) in several.value.message
    assert str(gguf) in several.value.message
    assert store.find_weights(str(gguf), known, config, sole=True) == gguf
    gguf.unlink()
    assert store.find_weights("it-v1", known, config, form="gguf") == checkpoint
