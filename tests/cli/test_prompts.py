"""``codesteer prompts``: what there is, what is in it, and the import of the published wording."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from tests.cli.conftest import Desk
from tests.steering.published import EXPECTED, PROMPT, write_checkout

USED = '[steering]\nprompt_pack = "{}"\n'


@pytest.fixture
def imported(desk: Desk) -> Desk:
    """A desk with the published pack."""
    done = desk.codesteer("prompts", "import", str(write_checkout(desk.folder / "checkout")))
    assert done.code == 0, done.err
    return desk


def test_what_is_imported_is_in_the_folder_beside_the_configuration_and_can_be_chosen(imported: Desk) -> None:
    path = imported.folder / "prompts" / "published.toml"
    assert tomllib.loads(path.read_text(encoding="utf-8"))["texts"] == EXPECTED
    imported.configure(USED.format("published"))
    listed = {row["name"]: row for row in imported.codesteer("prompts", "list", "--json").data}
    assert listed["published"]["in_use"]
    assert listed["published"]["for_weights"] == ["codesteer-v1"]
    assert listed["published"]["path"] == str(path)
    assert not listed["default"]["in_use"]
    shown = imported.codesteer("prompts", "list")
    assert "* published  codesteer-v1" in shown.out
    assert "  default" in shown.out


def test_an_import_says_what_it_wrote_and_how_to_use_it(desk: Desk) -> None:
    checkout = write_checkout(desk.folder / "checkout", PROMPT + "\nother_prompt = 'x'\n", runner=None)
    done = desk.codesteer("prompts", "import", str(checkout), "--name", "mine")
    assert done.out.startswith("mine  ")
    assert "AutoGen_prompt: 8 characters" in done.out
    assert "other_prompt" in done.err
    assert "in our words" in done.err or "are ours" in done.err
    assert 'prompt_pack = "mine"' in done.err
    again = desk.codesteer("prompts", "import", str(checkout / "prompt.py"), "--name", "mine")
    assert again.code == 2
    assert "--replace" in again.err
    done = desk.codesteer("prompts", "import", str(checkout), "--name", "mine", "--replace", "--json")
    assert done.data["name"] == "mine"
    assert done.data["texts"] == list(EXPECTED)
    assert len(done.data["source"]["sha256"]) == 64


def test_a_part_is_printed_to_the_byte(imported: Desk) -> None:
    for part, expected in EXPECTED.items():
        assert shown(imported, part) == expected.encode()
    assert shown(imported, "texts.AutoGen_prompt") == b"one line"
    assert shown(imported, "steerer.first") == b"${code_text_choice_prompt}${question}"
    done = imported.codesteer("prompts", "show", "published", "AutoGen_prompt", "--json")
    assert done.data == {"pack": "published", "part": "AutoGen_prompt", "text": "one line"}


def shown(desk: Desk, part: str) -> bytes:
    """A part as bytes; text mode would change its line ends."""
    process = desk.start("prompts", "show", "published", part)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    return out


def test_a_pack_is_shown_as_its_file_is(imported: Desk) -> None:
    path = imported.folder / "prompts" / "published.toml"
    assert imported.codesteer("prompts", "show", "published").out == path.read_text(encoding="utf-8")
    assert imported.codesteer("prompts", "show", str(path)).out == path.read_text(encoding="utf-8")
    built_in = files("codesteer_tui.steering").joinpath("packs/default.toml").read_text(encoding="utf-8")
    assert imported.codesteer("prompts", "show", "default").out == built_in
    data = imported.codesteer("prompts", "show", "published", "--json").data
    assert data["texts"] == EXPECTED
    assert data["fine_tuned"] is True
    assert data["for_weights"] == ["codesteer-v1"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "publishd"), "Did you mean 'published'?"),
        (("show", "published", "steerer.frist"), "did you mean 'steerer.first'?"),
        (("show", "nowhere.toml"), "nowhere.toml cannot be read"),
        (("import", "nowhere"), "nowhere cannot be read: there is no such file"),
        (("import", "checkout", "--name", "default"), "built-in"),
        (("import", "checkout", "--name", "../up"), "cannot be called '../up'"),
    ],
)
def test_what_there_is_not_is_refused_with_what_there_is(
    imported: Desk, arguments: tuple[str, ...], said: str
) -> None:
    done = imported.codesteer("prompts", *arguments)
    assert done.code == 2
    assert said in done.err
    assert "→" in done.err


def test_a_file_that_would_do_harm_is_only_read(desk: Desk) -> None:
    marker = desk.folder / "marker"
    harm = f"import os\nos.system('touch {marker}')\nopen({str(marker)!r}, 'w')\n"
    checkout = write_checkout(desk.folder / "checkout", harm + PROMPT, harm)
    assert desk.codesteer("prompts", "import", str(checkout)).code == 0
    write_checkout(checkout, PROMPT + f"\ndecision_prompt = os.popen('touch {marker}').read()\n")
    done = desk.codesteer("prompts", "import", str(checkout), "--name", "other")
    assert done.code == 2
    assert "decision_prompt is a call of read()" in done.err
    assert not marker.exists()


def test_a_pack_that_cannot_be_used_is_pointed_out(imported: Desk) -> None:
    (imported.folder / "prompts" / "mine.toml").write_text('[guidance]\ncoed = "x"\n')
    imported.configure(USED.format("mine"))
    listed = imported.codesteer("prompts", "list")
    assert listed.code == 0
    assert "* mine" in listed.out
    assert "guidance.coed" in listed.out
    solved = imported.codesteer("solve", "Use 4 6 to make 24")
    assert solved.code == 2
    assert "mine.toml" in solved.err
    assert "'guidance.code'" in solved.err
    imported.configure(USED.format("mien"))
    listed = imported.codesteer("prompts", "list")
    assert "no prompt pack 'mien'" in listed.err
    doctor = imported.codesteer("doctor", "--json")
    assert not doctor.data["ready"]
    (item,) = [item for item in doctor.data["items"] if item["id"] == "prompts"]
    assert "Did you mean 'mine'?" in item["remedy"]


def test_a_file_that_is_no_usable_pack_is_shown_and_said_to_be_none(desk: Desk) -> None:
    text = '[guidance]\ncoed = "x"\n'
    (desk.folder / "mine.toml").write_text(text)
    done = desk.codesteer("prompts", "show", str(desk.folder / "mine.toml"))
    assert (done.code, done.out) == (2, text)
    assert "'guidance.coed', which is not a template" in done.err


def test_a_mismatch_is_pointed_out_by_list_doctor_and_the_start_of_a_session(imported: Desk) -> None:
    steerer = '[roles]\nsteerer = "mine:gpt-x"\ntask_llm = "demo"\nchecker = "off"\n'
    provider = '[providers.mine]\nkind = "openai"\nbase_url = "http://127.0.0.1:9/v1"\nkey = "none"\n'
    imported.configure(USED.format("published") + steerer + provider)
    said = "gpt-x is not known to be trained on the prompt pack 'published' (codesteer-v1 is)"
    assert said in imported.codesteer("prompts", "list").err
    doctor = imported.codesteer("doctor", "--json")
    (item,) = [item for item in doctor.data["items"] if item["title"] == "Prompt pack"]
    assert (item["id"], item["ok"]) == ("wording", False)
    assert said in item["detail"]
    assert said in imported.codesteer("solve", "Use 4 6 to make 24", "--sandbox", "off").err


def test_the_rules_steer_with_an_imported_pack(imported: Desk) -> None:
    imported.configure(USED.format("published"))
    solved = imported.codesteer("solve", "Use 4 7 8 8 to make 24", "--json")
    assert solved.code == 0
    listed: list[Path] = list(imported.sessions.glob("*.jsonl"))
    assert EXPECTED["with_COT_code_output_prompt"].split(",")[0] in listed[0].read_text(encoding="utf-8")
