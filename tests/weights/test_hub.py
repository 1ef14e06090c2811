"""What is meant by a name, which files that is, and what is shown of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from codesteer_tui.errors import ConfigError, ModelError, WeightsError
from codesteer_tui.weights import hub as hubs
from codesteer_tui.weights.catalogue import Known, read_catalogue
from codesteer_tui.weights.pulling import pull
from codesteer_tui.weights.store import PulledFile
from tests.weights.fake_hub import COMMIT, FakeHub, Repo

CHECKPOINT = {
    "config.json": b'{"model_type": "llama"}',
    "model-00001-of-00002.safetensors": b"one",
    "model-00002-of-00002.safetensors": b"two",
    "model.safetensors.index.json": b"{}",
    "tokenizer.json": b"{}",
    "tokenizer_config.json": b"{}",
    "chat_template.jinja": b"{{ bos_token }}",
    "LICENSE": b"free",
    "README.md": b"# it",
    "pytorch_model.bin": b"pickle",
    "modeling_evil.py": b"import os",
    "training_args.bin": b"pickle",
    "original/consolidated.safetensors": b"three",
    "../../escape.json": b"{}",
    ".bashrc": b"x",
}
GGUFS = ("tiny.Q4_K_M.gguf", "tiny.Q8_0.gguf", "big/BF16-00001-of-00002.gguf", "big/BF16-00002-of-00002.gguf")


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    repos = {
        "maker/checkpoint": Repo(CHECKPOINT, gated=True, card={"license": "other", "license_name": "llama3"}),
        "maker/ggufs": Repo({name: name.encode() for name in GGUFS}),
        "maker/pickled": Repo({"config.json": b"{}", "pytorch_model.bin": b"pickle"}),
    }
    with FakeHub(repos, tokens=("allowed-token",)) as hub:
        yield hub


def ask(hub: FakeHub, text: str) -> hubs.Offer:
    return hubs.ask_hub(hubs.understand(text, {}), address=hub.url, token=None)


@pytest.mark.parametrize(
    ("address", "meant"),
    [
        ("a/b", hubs.Wanted("a/b")),
        ("a/b/", hubs.Wanted("a/b")),
        ("a/b/tree/main", hubs.Wanted("a/b")),
        ("a/b/tree/v2", hubs.Wanted("a/b", "", "v2")),
        ("a/b/blob/main/c.gguf", hubs.Wanted("a/b", "c.gguf")),
        ("a/b/resolve/v2/d/c.gguf?download=true", hubs.Wanted("a/b", "d/c.gguf", "v2")),
    ],
)
def test_the_address_of_a_page_is_understood(address: str, meant: hubs.Wanted) -> None:
    assert hubs.understand(f"{hubs.HUB}/{address}", {}) == meant


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("https://elsewhere.test/a/b", "not of the hub in use"),
        ("https://me:secret@huggingface.co/a/b", "not of the hub in use"),
        ("https://[a/b", "not of the hub in use"),
        (f"{hubs.HUB}/datasets/a/b", "not the page of weights"),
        (f"{hubs.HUB}/a/b/discussions/1", "not the page of weights"),
        (hubs.HUB, "no known weights"),
        (f"{hubs.HUB}/a", "no known weights"),
    ],
)
def test_other_addresses_are_not(address: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as refused:
        hubs.understand(address, {})
    assert "secret" not in str(refused.value)


def test_a_known_name_a_repository_and_a_file_in_one_are_understood() -> None:
    known = read_catalogue()
    wanted = hubs.understand("codesteer-v1", known)
    assert (wanted.repo, wanted.file, wanted.known_as) == ("yongchao98/CodeSteer-v1", "", "codesteer-v1")
    assert hubs.understand("a/b", known) == hubs.Wanted("a/b")
    assert hubs.understand("a/b:c.gguf", known, "v2") == hubs.Wanted("a/b", "c.gguf", "v2")


@pytest.mark.parametrize(
    "text", ["", "codester-v1", "a/b/c", "../b", "a/..", "ftp://host/a/b", "a b/c", "/a/b"]
)
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="no known weights") as refused:
        hubs.understand(text, read_catalogue())
    assert "OWNER/REPO" in refused.value.remedy
    assert ("Did you mean codesteer-v1?" in refused.value.remedy) == (text == "codester-v1")


def test_a_checkpoint_is_its_weights_its_tokenizer_and_its_words_and_nothing_that_runs(hub) -> None:
    offer = ask(hub, "maker/checkpoint")
    wanted = [
        name for name in CHECKPOINT if "/" not in name and not name.endswith((".bin", ".py", ".bashrc"))
    ]
    assert [file.path for file in offer.files] == wanted
    assert (offer.form, offer.place, offer.licence, offer.gated) == (
        "checkpoint",
        "checkpoint",
        "llama3",
        True,
    )
    assert offer.size == sum(len(CHECKPOINT[name]) for name in wanted)
    assert all(file.sha256 or file.blob for file in offer.files)


def test_a_checkpoint_arrives_as_a_folder(hub, tmp_path: Path) -> None:
    offer = ask(hub, "maker/checkpoint")
    folder = pull(offer, tmp_path, token="allowed-token")
    assert folder == tmp_path / "checkpoint"
    there = {file.name: file.read_bytes() for file in folder.iterdir() if not file.name.startswith(".")}
    assert there == {file.path: CHECKPOINT[file.path] for file in offer.files}


@pytest.mark.parametrize("name", ["tiny.Q8_0.gguf", "tiny.q8_0.gguf", "Q8_0", "q8_0.gguf"])
def test_a_gguf_is_named_whole_or_by_a_part_of_its_name(hub, name: str) -> None:
    assert [file.path for file in ask(hub, f"maker/ggufs:{name}").files] == ["tiny.Q8_0.gguf"]


@pytest.mark.parametrize("name", ["bf16", "big/BF16-00001-of-00002.gguf"])
def test_a_gguf_that_is_split_comes_with_all_its_parts(hub, tmp_path: Path, name: str) -> None:
    path = pull(ask(hub, f"maker/ggufs:{name}"), tmp_path)
    assert path.name == "BF16-00001-of-00002.gguf"
    assert {p.name: p.read_text() for p in tmp_path.glob("*.gguf")} == {
        name.removeprefix("big/"): name for name in GGUFS if name.startswith("big/")
    }


@pytest.mark.parametrize("text", ["maker/ggufs", "maker/ggufs:tiny", "maker/ggufs:Q2_K"])
def test_what_is_not_clear_is_asked_back_with_what_there_is(hub, text: str) -> None:
    with pytest.raises(ConfigError) as unclear:
        ask(hub, text)
    assert "tiny.Q4_K_M.gguf (16 B)" in unclear.value.remedy
    assert "Name one as maker/ggufs:FILE" in unclear.value.remedy
    assert "00002-of" not in unclear.value.remedy


def test_pickled_weights_are_not_fetched(hub) -> None:
    with pytest.raises(ConfigError, match="run programs when they are opened"):
        ask(hub, "maker/pickled")


@pytest.mark.parametrize("name", ["-rf.gguf", ".hidden.gguf", "a\x1b[2J.gguf", "b\\..\\c.gguf", "a b.gguf"])
def test_a_name_that_could_do_harm_is_not_used(name: str) -> None:
    with pytest.raises(ConfigError, match="name cannot be used"):
        hubs.choose_files(hubs.Wanted("a/b", name), [PulledFile(name, 1)])


def test_a_path_that_leads_out_of_the_folder_is_only_a_name(tmp_path: Path) -> None:
    with FakeHub({"a/b": Repo({"../../../out.gguf": b"x"})}) as hub:
        assert ask(hub, "a/b").place == "out.gguf"


def test_the_address_is_the_one_that_is_named() -> None:
    assert hubs.endpoint({}) == "https://huggingface.co"
    assert hubs.endpoint({"HF_ENDPOINT": "https://mirror.test/hub/"}) == "https://mirror.test/hub"
    for wrong in ("mirror", "ftp://x", "https://", "https://me:secret@mirror.test"):
        with pytest.raises(ConfigError, match="HF_ENDPOINT") as refused:
            hubs.endpoint({"HF_ENDPOINT": wrong})
        assert "secret" not in str(refused.value)


def test_something_that_is_no_hub_is_said(hub) -> None:
    with pytest.raises(ModelError) as strange:
        hubs.ask_hub(hubs.Wanted("a/b"), address=f"{hub.store_url}/x", token=None)
    assert strange.value.kind in ("protocol", "unreachable")


def test_a_size_is_said_as_people_read_it() -> None:
    shown = [hubs.in_bytes(size) for size in (-1, 0, 999, 1000, 4_920_000_000, 2_000_000_000_000)]
    assert shown == ["size not told", "0 B", "999 B", "1.0 KB", "4.9 GB", "2.00 TB"]


def test_a_file_that_was_replaced_on_the_hub_is_not_taken_for_the_known_one(hub) -> None:
    def entry(digest: str) -> dict[str, Known]:
        made = Known(title="t", form="gguf", repo="maker/ggufs", file="tiny.Q8_0.gguf", sha256=digest)
        return {"tiny": made}

    right = entry(hashlib.sha256(b"tiny.Q8_0.gguf").hexdigest())
    assert hubs.ask_hub(hubs.understand("tiny", right), address=hub.url, token=None).files
    with pytest.raises(WeightsError, match="not the one that the catalogue knows as tiny") as replaced:
        hubs.ask_hub(hubs.understand("tiny", entry("0" * 64)), address=hub.url, token=None)
    assert replaced.value.remedy.endswith("codesteer weights pull maker/ggufs:tiny.Q8_0.gguf")
    assert hubs.ask_hub(hubs.understand("tiny", entry("0" * 64), COMMIT), address=hub.url, token=None).files


def test_the_catalogue_invents_no_size_and_no_hash() -> None:
    entry: Known = read_catalogue()["codesteer-v1"]
    assert (entry.size, entry.sha256, entry.form) == (0, "", "checkpoint")
    assert entry.prompt_pack
    assert entry.memory_gib
