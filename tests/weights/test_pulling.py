"""Pulling from a hub on loopback that behaves well and badly: what arrives is right, or it is said and kept."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from codesteer_tui import __version__
from codesteer_tui.errors import ConfigError, ModelError, WeightsError
from codesteer_tui.weights import hub as hubs
from codesteer_tui.weights.pulling import Progress, pull
from codesteer_tui.weights.pulling_files import check_room, still_to_fetch
from codesteer_tui.weights.store import read_record
from tests.proxies import Proxy
from tests.weights.fake_hub import COMMIT, FakeHub, Repo, Trouble

NAME = "maker/tiny-GGUF"
DATA = random.Random(6).randbytes(300_000)
TOKEN = "hf_notARealTokenAtAll123"


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    with FakeHub({NAME: Repo({"tiny.Q4_K_M.gguf": DATA, "README.md": b"# tiny"})}, tokens=(TOKEN,)) as hub:
        yield hub


def ask(hub: FakeHub, text: str = NAME, *, token: str | None = None, revision: str = "") -> hubs.Offer:
    return hubs.ask_hub(hubs.understand(text, {}, revision), address=hub.url, token=token)


def fetch(hub: FakeHub, folder: Path, text: str = NAME, *, token: str | None = None, **more: Any) -> Path:
    waits: list[float] = more.pop("waits", [])
    more = {"wait": waits.append, "timeout_s": 1.0, **more}
    return pull(ask(hub, text, token=token), folder, token=token, **more)


def left_over(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def test_a_gguf_arrives_whole_and_it_is_written_down_where_it_came_from(hub, tmp_path: Path) -> None:
    path = fetch(hub, tmp_path / "weights")
    assert path == tmp_path / "weights" / "tiny.Q4_K_M.gguf"
    assert path.read_bytes() == DATA
    assert left_over(path.parent) == [path.name]
    record = read_record(path)
    assert record is not None
    assert (record.repo, record.commit, record.licence) == (NAME, COMMIT, "apache-2.0")
    assert record.files[0].sha256 == hashlib.sha256(DATA).hexdigest()
    resolved = next(asked.path for asked in hub.asked if "resolve" in asked.path)
    assert f"/resolve/{COMMIT}/" in resolved, "what was shown is what is fetched, whatever main is by then"


def test_the_token_goes_to_the_hub_and_not_to_where_it_redirects(hub, tmp_path: Path) -> None:
    fetch(hub, tmp_path, token=TOKEN)
    sent = {asked.server: asked.headers.get("authorization") for asked in hub.asked}
    assert sent == {"hub": f"Bearer {TOKEN}", "store": None}


def test_without_a_token_none_is_sent_though_one_is_stored(hub, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    fetch(hub, tmp_path)
    assert not any("authorization" in asked.headers for asked in hub.asked)


def test_what_was_cut_off_goes_on_in_the_same_run(hub, tmp_path: Path) -> None:
    hub.troubles.extend([Trouble("cut", after=100_000), Trouble("cut", after=50_000)])
    waits: list[float] = []
    assert fetch(hub, tmp_path, waits=waits).read_bytes() == DATA
    assert hub.ranges() == ["", "bytes=100000-", "bytes=150000-"]
    assert hub.sent == len(DATA), "no byte came twice"
    assert waits


def test_a_pull_that_was_stopped_goes_on_later_from_where_it_was(hub, tmp_path: Path) -> None:
    told: list[Progress] = []
    hub.troubles.append(Trouble("dribble"))
    with pytest.raises(WeightsError, match="stopped") as stopped:
        fetch(hub, tmp_path, tell=told.append, stopped=lambda: bool(told))
    assert "kept" in stopped.value.remedy
    (part,) = left_over(tmp_path)
    had = (tmp_path / part).stat().st_size
    assert part.endswith(".part")
    record = read_record(tmp_path / part)
    assert record is not None
    assert record.asked_as == f"{NAME}:tiny.Q4_K_M.gguf"
    assert 0 < had < len(DATA)
    assert still_to_fetch(ask(hub), tmp_path) == len(DATA) - had
    assert fetch(hub, tmp_path).read_bytes() == DATA
    assert hub.ranges()[-1] == f"bytes={had}-"
    assert len(list(tmp_path.iterdir())) == 2, "the file and its record, and nothing else is left"


def test_it_starts_anew_where_the_server_does_not_go_on(hub, tmp_path: Path) -> None:
    hub.troubles.extend([Trouble("cut", after=100_000), Trouble("whole")])
    assert fetch(hub, tmp_path).read_bytes() == DATA


def test_what_arrived_of_another_file_is_not_gone_on_with(hub, tmp_path: Path) -> None:
    hub.troubles.extend([Trouble("cut", after=100_000), *[Trouble("status", status=503)] * 6])
    with pytest.raises(ModelError):
        fetch(hub, tmp_path)
    hub.troubles.clear()
    newer = DATA[::-1]
    hub.repos[NAME].files["tiny.Q4_K_M.gguf"] = newer
    assert fetch(hub, tmp_path).read_bytes() == newer
    assert hub.ranges()[-1] == ""


def test_the_wrong_hash_is_said_and_the_file_kept_aside(hub, tmp_path: Path) -> None:
    hub.troubles.append(Trouble("wrong"))
    with pytest.raises(WeightsError, match="wrong hash") as wrong:
        fetch(hub, tmp_path)
    assert hashlib.sha256(DATA).hexdigest() in wrong.value.message
    assert left_over(tmp_path) == ["tiny.Q4_K_M.gguf.wrong-hash"]
    path = fetch(hub, tmp_path)
    assert path.read_bytes() == DATA
    assert hub.ranges() == ["", ""], "nothing of the wrong one is gone on with"
    assert left_over(tmp_path) == ["tiny.Q4_K_M.gguf"], "and it goes when the right one is there"


def test_a_file_that_is_longer_than_was_said_is_not_kept(hub, tmp_path: Path) -> None:
    hub.troubles.append(Trouble("longer"))
    with pytest.raises(WeightsError, match="longer than"):
        fetch(hub, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_silence_is_not_waited_for_for_ever(hub, tmp_path: Path) -> None:
    hub.troubles.extend([Trouble("stall", after=40_960)] * 3)
    assert fetch(hub, tmp_path, timeout_s=0.3).read_bytes() == DATA
    assert hub.ranges()[:2] == ["", "bytes=40960-"]


def test_a_server_that_sends_nothing_any_more_is_given_up_and_what_came_is_kept(hub, tmp_path: Path) -> None:
    hub.troubles.extend([Trouble("cut", after=40_960), *[Trouble("cut", after=0)] * 9])
    waits: list[float] = []
    with pytest.raises(ModelError) as given_up:
        fetch(hub, tmp_path, waits=waits)
    assert given_up.value.kind == "unreachable"
    assert "41.0 KB of 300.0 KB" in given_up.value.remedy
    assert "goes on from there" in given_up.value.remedy
    assert len(hub.ranges()) == 6
    assert sum(waits) == pytest.approx(1 + 1 + 2 + 4 + 8)


def test_a_slow_server_is_borne_with_and_the_speed_told(hub, tmp_path: Path) -> None:
    hub.troubles.append(Trouble("dribble", pause_s=0.03))
    told: list[Progress] = []
    assert fetch(hub, tmp_path, tell=told.append).read_bytes() == DATA
    fetching = [progress for progress in told if progress.phase == "fetching"]
    assert len(fetching) >= 3
    assert [p.done for p in fetching] == sorted(p.done for p in fetching)
    last = fetching[-1]
    assert last.total == len(DATA)
    assert 0 < last.bytes_per_s < 2_000_000
    assert last.seconds_left is not None


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_that_is_busy_is_asked_again_when_it_says(hub, tmp_path: Path, status: int) -> None:
    hub.troubles.append(Trouble("status", status=status, headers={"Retry-After": "7"}))
    waits: list[float] = []
    told: list[Progress] = []
    assert fetch(hub, tmp_path, waits=waits, tell=told.append).read_bytes() == DATA
    assert sum(waits) == 7
    assert any("Trying again in 7 s" in progress.note for progress in told)


def test_a_server_that_stays_broken_is_given_up(hub, tmp_path: Path) -> None:
    hub.troubles.extend([Trouble("status", status=500)] * 20)
    with pytest.raises(ModelError) as broken:
        fetch(hub, tmp_path)
    assert broken.value.kind == "overloaded"


@pytest.mark.parametrize(
    ("text", "token", "kind", "said", "helps"),
    [
        ("nobody/nothing", None, "auth", "does not have it", "Check the name"),
        ("nobody/nothing", TOKEN, "not_found", "does not have nobody/nothing", "Check the name"),
        (NAME, "hf_thisOneIsNotValid", "auth", "does not take the token", "not expired"),
    ],
)
def test_what_the_hub_refuses_is_said_with_what_helps(hub, text, token, kind, said, helps) -> None:
    with pytest.raises(ModelError) as refused:
        ask(hub, text, token=token)
    assert refused.value.kind == kind
    assert said in refused.value.message
    assert helps in refused.value.remedy
    assert token is None or token not in str(refused.value)


@pytest.mark.parametrize("token", [None, TOKEN])
def test_a_licence_that_must_be_accepted_is_named_with_its_page(hub, tmp_path: Path, token) -> None:
    hub.repos[NAME].gated = True
    assert ask(hub, token=token).gated
    with pytest.raises(ModelError, match="accepted its licence") as gated:
        fetch(hub, tmp_path, token=token)
    assert gated.value.kind == "auth"
    assert f"{hub.url}/{NAME}" in gated.value.remedy
    assert list(tmp_path.iterdir()) == []
    assert ("HF_TOKEN" in gated.value.remedy) == (token is None)


def test_a_revision_or_a_file_that_is_not_there_is_said(hub, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="does not have such a revision"):
        ask(hub, revision="v9")
    offer = ask(hub)
    del hub.repos[NAME].files["tiny.Q4_K_M.gguf"]
    with pytest.raises(ModelError, match="does not have that file") as gone:
        pull(offer, tmp_path)
    assert gone.value.kind == "not_found"
    assert list(tmp_path.iterdir()) == [], "nothing of what never came is left to go on with"
    hub.repos[NAME] = Repo({"config.json": b"{}", "model.safetensors": b"x"})
    checkpoint = ask(hub)
    hub.repos[NAME].files.clear()
    with pytest.raises(ModelError, match="does not have that file"):
        pull(checkpoint, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_fetched_that_the_disk_has_no_room_for(hub, tmp_path: Path) -> None:
    hub.repos[NAME].told_sizes["tiny.Q4_K_M.gguf"] = 1 << 60
    offer = ask(hub)
    with pytest.raises(WeightsError, match=r"needs 1152921\.50 TB more"):
        check_room(offer, tmp_path / "not" / "made" / "yet")
    with pytest.raises(WeightsError, match="free"):
        pull(offer, tmp_path)
    assert hub.ranges() == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is full")
def test_a_disk_that_fills_up_in_the_middle_is_said(hub, tmp_path: Path, monkeypatch) -> None:
    # The device is the whole machine's: another run of the tests may hold its lock.
    monkeypatch.setattr("fcntl.flock", lambda *_: None)
    digest = hashlib.sha256(DATA).hexdigest()[:12]
    (tmp_path / f"tiny.Q4_K_M.gguf.{digest}.part").symlink_to("/dev/full")
    with pytest.raises(WeightsError, match="The disk is full") as full:
        fetch(hub, tmp_path)
    assert "Make room" in full.value.remedy
    assert "goes on from there" in full.value.remedy
    assert len(hub.ranges()) == 1, "it is not tried again"


def test_the_proxy_of_the_environment_is_used(hub, tmp_path: Path, monkeypatch) -> None:
    async def through() -> list[str]:
        async with Proxy() as proxy:
            monkeypatch.setenv("HTTP_PROXY", proxy.url)
            path = await asyncio.to_thread(fetch, hub, tmp_path)
            assert path.read_bytes() == DATA
            return proxy.seen

    seen = asyncio.run(through())
    assert seen[0].startswith(f"GET {hub.url}/api/models/{NAME}")
    assert any(line.startswith(f"GET {hub.store_url}/") for line in seen)


def test_a_proxy_that_wants_a_password_is_said(hub, monkeypatch) -> None:
    async def through() -> None:
        async with Proxy("Basic nobody") as proxy:
            monkeypatch.setenv("HTTP_PROXY", proxy.url)
            await asyncio.to_thread(ask, hub)

    with pytest.raises(ModelError, match="proxy wants a password") as refused:
        asyncio.run(through())
    assert "HTTPS_PROXY" in refused.value.remedy


def test_a_proxy_or_a_hub_that_is_not_there_is_said(hub, monkeypatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with pytest.raises(ModelError, match="cannot be reached: connection refused") as refused:
        ask(hub)
    assert refused.value.kind == "unreachable"
    assert "HF_ENDPOINT and HTTPS_PROXY" in refused.value.remedy


@pytest.mark.parametrize("variable", ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"])
def test_offline_nothing_is_asked(hub, tmp_path: Path, monkeypatch, variable: str) -> None:
    offer = ask(hub)
    asked = len(hub.asked)
    monkeypatch.setenv(variable, "1")
    with pytest.raises(ModelError, match="Offline mode"):
        ask(hub)
    with pytest.raises(ModelError, match="Offline mode"):
        pull(offer, tmp_path)
    assert len(hub.asked) == asked


def test_what_is_there_already_is_not_fetched_again(hub, tmp_path: Path) -> None:
    fetch(hub, tmp_path)
    fetch(hub, tmp_path)
    assert hub.ranges() == [""]


def test_something_else_of_that_name_is_left_alone(hub, tmp_path: Path) -> None:
    mine = tmp_path / "tiny.Q4_K_M.gguf"
    mine.write_bytes(b"mine")
    with pytest.raises(WeightsError, match="there already") as there:
        fetch(hub, tmp_path)
    assert "--to" in there.value.remedy
    assert mine.read_bytes() == b"mine"


def test_what_is_removed_while_it_is_fetched_is_not_blamed_on_the_hub(hub, tmp_path: Path) -> None:
    removed: list[Path] = []

    def remove(progress: Progress) -> None:
        if not removed:
            removed.extend(tmp_path.glob("*.part"))
            removed[0].unlink()

    hub.troubles.append(Trouble("dribble", pause_s=0.02))
    with pytest.raises(WeightsError, match="was removed while it was fetched"):
        fetch(hub, tmp_path, tell=remove)
    assert len(hub.ranges()) == 1, "it is not tried again"
    assert 0 < hub.sent < len(DATA)


def test_a_hub_that_was_reached_is_not_said_to_be_out_of_reach(hub, tmp_path: Path) -> None:
    hub.troubles.extend([Trouble("cut", after=0)] * 9)
    told: list[Progress] = []
    with pytest.raises(ModelError) as lost:
        fetch(hub, tmp_path, tell=told.append)
    for said in (lost.value.message, *(progress.note for progress in told)):
        assert "cannot be reached" not in said
    assert (
        urlsplit(hub.url).netloc in lost.value.message or urlsplit(hub.store_url).netloc in lost.value.message
    )


def test_a_wait_is_no_part_of_the_speed(hub, tmp_path: Path) -> None:
    hub.troubles.extend([Trouble("cut", after=100_000), Trouble("dribble")])
    told: list[Progress] = []
    fetch(hub, tmp_path, tell=told.append, wait=lambda _: time.sleep(1))
    waited = next(at for at, progress in enumerate(told) if progress.phase == "waiting")
    after = next(progress for progress in told[waited:] if progress.phase == "fetching")
    assert after.bytes_per_s > 100_000


def test_who_asks_is_named_with_its_version(hub, tmp_path: Path) -> None:
    fetch(hub, tmp_path)
    agents = {asked.headers["user-agent"] for asked in hub.asked}
    assert all(f"codesteer-tui/{__version__}" in agent for agent in agents), agents


def test_a_newer_checkpoint_takes_the_place_of_what_was_pulled_and_of_nothing_else(hub, tmp_path) -> None:
    name, shard = "maker/it", "model.safetensors"
    hub.repos[name] = Repo({"config.json": b"{}", "README.md": b"old", shard: b"old weights"})
    folder = fetch(hub, tmp_path, name)
    hub.repos[name].files |= {"README.md": b"newer", shard: b"new weights"}
    assert fetch(hub, tmp_path, name) == folder
    assert ((folder / "README.md").read_bytes(), (folder / shard).read_bytes()) == (b"newer", b"new weights")
    (folder / shard).write_bytes(b"my training")
    hub.repos[name].files[shard] = b"yet others!"
    for _ in range(2):
        with pytest.raises(WeightsError, match="there already") as refused:
            fetch(hub, tmp_path, name)
        assert "your own work" in refused.value.remedy
        assert (folder / shard).read_bytes() == b"my training"


def test_two_pulls_of_one_file_do_not_write_into_each_other(hub, tmp_path: Path) -> None:
    failed: list[WeightsError] = []

    def second(progress: Progress) -> None:
        if progress.phase == "fetching" and not failed:
            with contextlib.suppress(ModelError):
                try:
                    fetch(hub, tmp_path)
                except WeightsError as error:
                    failed.append(error)

    hub.troubles.append(Trouble("dribble", pause_s=0.02))
    assert fetch(hub, tmp_path, tell=second).read_bytes() == DATA
    assert "Another codesteer" in failed[0].message


def test_where_the_hub_tells_no_size_and_no_hash_it_arrives_all_the_same(hub, tmp_path: Path) -> None:
    hub.repos[NAME].told_sizes["tiny.Q4_K_M.gguf"] = -1
    hub.repos[NAME].told_hashes["tiny.Q4_K_M.gguf"] = "none"
    offer = ask(hub)
    assert (offer.size, offer.files[0].sha256) == (-1, "")
    hub.troubles.append(Trouble("cut", after=100_000))
    assert fetch(hub, tmp_path).read_bytes() == DATA
    assert hub.ranges() == ["", "bytes=100000-"]


def test_what_had_arrived_whole_is_only_checked(hub, tmp_path: Path) -> None:
    for size in (len(DATA), -1):
        hub.repos[NAME].told_sizes["tiny.Q4_K_M.gguf"] = size
        digest = hashlib.sha256(DATA).hexdigest()[:12]
        (tmp_path / f"tiny.Q4_K_M.gguf.{digest}.part").write_bytes(DATA)
        path = fetch(hub, tmp_path)
        assert path.read_bytes() == DATA
        path.unlink()
    assert hub.sent == 0


@pytest.mark.parametrize(
    "told",
    [
        {"sha": "../../../evil"},
        {"sha": None},
        {"siblings": [{"rfilename": "a.gguf", "size": 5, "blobId": "../../../evil"}]},
        {"siblings": [{"rfilename": "a.gguf", "size": "many", "blobId": 7}]},
        {
            "siblings": [
                {"rfilename": "../../a.gguf", "lfs": {"size": 5, "sha256": "/../x", "pointerSize": 1}}
            ]
        },
        {"cardData": {"license": ["\x1b[2J", 3]}},
        {"cardData": "nonsense"},
        {"tags": [None, 3]},
        {"siblings": None},
        {"siblings": [{"size": 5}]},
        {"siblings": "nonsense"},
        {"gated": {"x": 1}, "private": "yes"},
    ],
)
def test_whatever_a_hub_says_it_ends_in_words_or_in_the_folder(
    hub, tmp_path: Path, told: dict[str, Any]
) -> None:
    repo = hub.repos[NAME]
    repo.files |= {"a.gguf": b"12345", "../../a.gguf": b"12345"}
    repo.told_otherwise = {"siblings": [{"rfilename": "a.gguf", "size": 5}], **told}
    folder = tmp_path / "deep" / "er" / "weights"
    with contextlib.suppress(ModelError, ConfigError):
        path = fetch(hub, folder)
        assert path == folder / "a.gguf"
        assert "\x1b" not in str(read_record(path))
    outside = [path for path in tmp_path.rglob("*") if path.is_file() and folder not in path.parents]
    assert outside == []


def test_the_folder_that_cannot_be_made_is_named(hub, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ConfigError, match="cannot be made"):
        fetch(hub, tmp_path / "file" / "weights")
