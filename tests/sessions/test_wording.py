"""Weights and a prompt pack that do not go together are pointed out where a session starts, and never an error."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from gguf import GGUFWriter

from codesteer_tui import events as ev
from codesteer_tui.config import Config, Provider, Roles, Steering
from codesteer_tui.providers.opening import Choice
from codesteer_tui.sessions import open_session, read_recording
from codesteer_tui.sessions.export import lines_of
from codesteer_tui.sessions.wording import mismatch, mismatch_of
from codesteer_tui.settings import Settings
from codesteer_tui.settings.loading import Asked
from codesteer_tui.steering.pack_import import import_published
from codesteer_tui.steering.prompts import PromptPack, load_pack
from codesteer_tui.weights.wording import weights_for, wording_of, wording_of_name
from tests.served import Served
from tests.sessions.test_opening import GAME, configured, decline
from tests.steering.published import EXPECTED, write_checkout


def gguf_named(path: Path, name: str) -> Path:
    """A GGUF that says that it is called `name`; it has nothing in it that could be run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = GGUFWriter(path, "llama")
    writer.add_name(name)
    writer.add_context_length(8192)
    writer.add_tensor("token_embd.weight", np.zeros((4, 4), dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def local(path: Path) -> Choice:
    return Choice("local", Provider(kind="llama_cpp", model=str(path)), str(path), "")


@pytest.fixture
def published(tmp_path: Path) -> PromptPack:
    return import_published(write_checkout(tmp_path / "checkout"), tmp_path / "prompts").pack


@pytest.mark.parametrize(
    ("place", "name", "wording"),
    [
        ("steerer.gguf", "CodeSteer-v1", "published"),
        ("steerer.gguf", "CodeSteer v1 Q4_K_M", "published"),
        ("CodeSteer-v1-Q4_K_M.gguf", "", "published"),
        ("CodeSteer-v1/model.gguf", "", "published"),
        ("CodeSteer-v1/model.gguf", "Meta Llama 3 8B Instruct", ""),
        ("steerer.gguf", "Meta Llama 3 8B Instruct", ""),
        ("codesteer-v10.gguf", "", ""),
    ],
)
def test_weights_are_known_by_what_their_file_says_or_is_called(
    tmp_path: Path, place: str, name: str, wording: str
) -> None:
    assert wording_of(gguf_named(tmp_path / "w" / place, name)) == wording


def test_a_file_that_cannot_be_read_is_left_to_whoever_loads_it(tmp_path: Path) -> None:
    assert wording_of(tmp_path / "CodeSteer-v1.gguf") == ""
    assert wording_of(Path("~nobody-is-called-this/CodeSteer-v1.gguf")) == ""
    (tmp_path / "CodeSteer-v1.gguf").write_text("no GGUF")
    assert wording_of(tmp_path / "CodeSteer-v1.gguf") == ""


def test_a_model_of_a_server_is_known_by_its_name() -> None:
    assert wording_of_name("yongchao98/CodeSteer-v1:Q4_K_M") == "published"
    assert wording_of_name("gpt-4o") == ""
    assert weights_for("published") == ["codesteer-v1"]


def test_trained_weights_with_other_words_and_their_words_with_other_weights(
    tmp_path: Path, published: PromptPack
) -> None:
    trained = local(gguf_named(tmp_path / "steerer.gguf", "CodeSteer-v1"))
    other = local(gguf_named(tmp_path / "other.gguf", "Llama"))
    folder = tmp_path / "prompts"
    said, remedy = mismatch(load_pack(), trained, folder)
    assert "steerer.gguf was trained on the prompt pack 'published', and 'default' is in use" in said
    assert remedy == 'use it: [steering] prompt_pack = "published"'
    said, remedy = mismatch(published, other, folder)
    assert said == "other.gguf is not known to be trained on the prompt pack 'published' (codesteer-v1 is)"
    assert 'prompt_pack = "default"' in remedy
    together = ("", "")
    assert mismatch(published, trained, folder) == together
    assert mismatch(load_pack(), other, folder) == together
    assert mismatch(published, Choice("rules", None, "", ""), folder) == together
    renamed = msgspec.structs.replace(published, name="mine")
    assert mismatch(renamed, trained, folder) == together
    prompted = import_published(tmp_path / "checkout", tmp_path / "prompts", prompted=True).pack
    assert "was trained on" in mismatch(prompted, trained, folder)[0]
    assert mismatch(prompted, other, folder) == together


def test_of_several_packs_with_the_wording_the_one_called_by_its_name_is_offered(
    tmp_path: Path, published: PromptPack
) -> None:
    trained = local(gguf_named(tmp_path / "steerer.gguf", "CodeSteer-v1"))
    import_published(tmp_path / "checkout", tmp_path / "prompts", name="a-copy")
    remedy = mismatch(load_pack(), trained, tmp_path / "prompts")[1]
    assert remedy == 'use it: [steering] prompt_pack = "published" (a-copy would do as well)'


def test_the_configuration_is_looked_at_as_a_whole(tmp_path: Path, published: PromptPack) -> None:
    path = gguf_named(tmp_path / "steerer.gguf", "CodeSteer-v1")
    mine = Provider(kind="llama_cpp", model=str(path))
    config = Config(roles=Roles(steerer="mine"), providers={"mine": mine, "demo": Provider(kind="demo")})
    asked = Asked(config_file=tmp_path / "config.toml")
    said, remedy = mismatch_of(Settings(config, asked=asked))
    assert "'default' is in use" in said
    assert remedy == 'use it: [steering] prompt_pack = "published"'
    published.path.unlink()  # type: ignore[union-attr]
    assert "codesteer prompts import" in mismatch_of(Settings(config, asked=asked))[1]
    import_published(tmp_path / "checkout", tmp_path / "prompts")
    config = msgspec.structs.replace(config, steering=Steering(prompt_pack="published"))
    assert mismatch_of(Settings(config, asked=asked)) == ("", "")
    config = msgspec.structs.replace(config, steering=Steering(prompt_pack="nowhere"))
    assert mismatch_of(Settings(config, asked=asked)) == ("", "")


async def test_a_session_says_it_when_it_starts_and_goes_on(tmp_path: Path, published: PromptPack) -> None:
    async with Served("m") as server:
        config = configured(
            tmp_path, steerer="served", checker="off", engine="off", max_rounds=0, served=server.provider()
        )
        config = msgspec.structs.replace(config, steering=Steering(max_rounds=0, prompt_pack="published"))
        async with open_session(config, GAME, ask=decline, config_file=tmp_path / "config.toml") as session:
            events = [event async for event in session.events]
            path = session.path
    assert isinstance(events[-1], ev.Finished)
    assert isinstance(events[0], ev.SessionStarted)
    (noted,) = [e for e in events if isinstance(e, ev.Noted)]
    assert (noted.role, noted.kind, noted.round) == ("steerer", "warning", 0)
    assert "not known to be trained on the prompt pack 'published'" in noted.text
    assert 'prompt_pack = "default"' in noted.remedy
    assert events.index(noted) == 2  # after the session and its first round began, before anybody is asked
    assert events[0].prompt_pack == "published"
    assert "prompt pack: published" in "\n".join(lines_of(events[0], full=False))
    shown = "\n".join(lines_of(noted, full=False))
    assert "not known to be trained on" in shown
    assert "→" in shown
    assert path is not None
    assert read_recording(path).events == events


async def test_a_steerer_that_takes_over_says_it_too(tmp_path: Path, published: PromptPack) -> None:
    async with Served("m") as server:
        config = configured(tmp_path, checker="off", engine="off", max_rounds=2, served=server.provider())
        config = msgspec.structs.replace(config, steering=Steering(max_rounds=2, prompt_pack="published"))
        events: list[ev.Event] = []
        async with open_session(config, GAME, ask=decline, config_file=tmp_path / "config.toml") as session:
            async for event in session.events:
                events.append(event)
                if isinstance(event, ev.AnswerGiven) and event.round == 0:
                    await session.change_role("steerer", "served")
    (noted,) = [e for e in events if isinstance(e, ev.Noted)]
    assert noted.round == 1
    assert "not known to be trained on" in noted.text


@pytest.mark.gguf
@pytest.mark.parametrize("profile", ["default", "paper"])
async def test_local_weights_are_steered_with_in_the_published_words(
    tmp_path: Path, published: PromptPack, code_gguf: Path, profile: str
) -> None:
    weights = tmp_path / "CodeSteer-v1.Q8_0.gguf"
    weights.symlink_to(code_gguf)
    mine = Provider(kind="llama_cpp", model=str(weights), context_tokens=4096)
    config = configured(tmp_path, steerer="mine", checker="off", max_rounds=1, mine=mine)
    steering = Steering(max_rounds=1, prompt_pack="published", profile=profile)  # type: ignore[arg-type]
    config = msgspec.structs.replace(config, steering=steering)
    async with open_session(config, GAME, ask=decline, config_file=tmp_path / "config.toml") as session:
        events = [event async for event in session.events]
    assert not [e for e in events if isinstance(e, ev.Noted) and "trained" in e.text]
    prompts = [e.messages for e in events if isinstance(e, ev.PromptSent) and e.role == "steerer"]
    assert prompts[0][0].content == EXPECTED["code_text_choice_prompt"] + GAME.question
    assert prompts[1][2].content.startswith("Answer ($): ")
    guidance = [e.guidance for e in events if isinstance(e, ev.GuidanceGiven)]
    # The published loop puts the first reply in front of the question as it is.
    first = "<<<Code>>>" if profile == "paper" else EXPECTED["with_COT_code_output_prompt"]
    assert [g.text for g in guidance] == [first, EXPECTED["with_COT_code_output_prompt"]]
