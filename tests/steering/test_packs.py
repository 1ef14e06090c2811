"""Packs are found by name or path, listed with what is wrong with them, and refused with file, key and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from codesteer_tui.errors import ConfigError
from codesteer_tui.steering.pack_list import list_packs
from codesteer_tui.steering.packs_there import built_in_names
from codesteer_tui.steering.prompts import load_pack


def pack_file(folder: Path, name: str, content: str = '[guidance]\ncode = "Compute."\n') -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.toml"
    path.write_text(content)
    return path


def refused(path: Path) -> ConfigError:
    with pytest.raises(ConfigError) as raised:
        load_pack(str(path))
    assert path.name in raised.value.message
    assert raised.value.remedy
    return raised.value


def test_a_pack_is_found_by_its_name_or_its_path(tmp_path: Path) -> None:
    path = pack_file(tmp_path / "prompts", "mine")
    by_name = load_pack("mine", tmp_path / "prompts")
    assert by_name == load_pack(str(path), tmp_path / "elsewhere")
    assert by_name.name == "mine"
    assert by_name.path == path
    assert by_name.fill("guidance.code") == "Compute."


def test_the_built_in_pack_keeps_its_name(tmp_path: Path) -> None:
    pack_file(tmp_path, "default")
    assert load_pack("default", tmp_path) == load_pack()
    (built_in, other) = list_packs(tmp_path)
    assert built_in.pack == load_pack()
    assert other.pack is None
    assert "built-in" in other.problem


def test_a_name_that_there_is_not_is_answered_with_the_nearest_and_the_list(tmp_path: Path) -> None:
    pack_file(tmp_path, "published")
    pack_file(tmp_path, "mine")
    with pytest.raises(ConfigError, match="no prompt pack 'publishd'") as raised:
        load_pack("publishd", tmp_path)
    assert "Did you mean 'published'?" in raised.value.remedy
    assert "default, mine, published" in raised.value.remedy
    assert str(tmp_path) in raised.value.remedy


def test_the_list_has_the_broken_ones_with_their_mistake_and_the_one_in_use(tmp_path: Path) -> None:
    folder = tmp_path / "prompts"
    pack_file(folder, "broken", "[guidance\n")
    pack_file(folder, "mine")
    other = pack_file(tmp_path, "other")
    listed = {p.name: p for p in list_packs(folder, str(other))}
    assert list(listed) == [*built_in_names(), "broken", "mine", str(other)]
    assert listed["broken"].pack is None
    assert "broken.toml is not TOML" in listed["broken"].problem
    assert listed["mine"].problem == ""
    assert [p.name for p in list_packs(folder, str(folder / "mine.toml"))] == ["default", "broken", "mine"]
    assert [p.name for p in list_packs(tmp_path / "nowhere")] == ["default"]


@pytest.mark.parametrize(
    ("content", "message", "remedy"),
    [
        ('[guidence]\ncode = "x"', "'guidence.code'", "'guidance.code'"),
        ('[texts]\nTheirs = "x"\n[guidance]\ncode = "$Thiers"', "unknown field $Thiers", "'Theirs'"),
        ('[steerer]\nfirst = "Decide."', "steerer.first is without $question", "Write $question"),
        ('[steerer]\nnext = "Again: $question"', "steerer.next is without $findings", "Write $findings"),
        ('[task_llm]\nfirst = "$question"', "task_llm.first is without $guidance", "Write $guidance"),
        ('[checker]\nuser = "$output"', "checker.user is without $answer", "Write $answer"),
        ('[steerer]\nwith_code = "$answer"', "only one of", "Write steerer.without_code too"),
        ('[steerer]\nfine_tuned = "yes"', "steerer.fine_tuned = 'yes'", "true or false"),
        ("exact = 1", "exact = 1", "true or false"),
        ("name = 3", "name = 3", "a text"),
        ('texts = "x"', "texts = 'x'", "a table"),
        ("[texts]\na = 1", "texts.a = 1", "a text"),
        ('[texts]\nquestion = "x"', "like the field $question", "another name"),
        ('[texts]\n"a-b" = "x"', "texts.a-b cannot be named", "underscores"),
        ("guidance = 3", "'guidance'", "Known are"),
    ],
)
def test_a_pack_with_a_mistake_is_refused_with_file_key_and_remedy(
    tmp_path: Path, content: str, message: str, remedy: str
) -> None:
    error = refused(pack_file(tmp_path, "mine", content))
    assert message in error.message
    assert remedy in error.remedy


def test_what_is_not_a_file_or_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    assert "not a file" in refused(tmp_path / "folder.toml").message
    (tmp_path / "big.toml").write_bytes(b"#" * (9 << 20))
    assert "larger than 8 MiB" in refused(tmp_path / "big.toml").message
    (tmp_path / "latin.toml").write_bytes(b"about = '\xe9'")
    assert "cannot be read" in refused(tmp_path / "latin.toml").message
    deep = tmp_path / "deep.toml"
    deep.write_text("about = " + "[" * 100_000)
    assert "not TOML" in refused(deep).message


def test_texts_are_put_in_as_they_are_and_exact_templates_keep_their_blank_lines(tmp_path: Path) -> None:
    content = '[texts]\nWords = "$5 for $question\\n"\n[guidance]\ncode = "\\n$Words"\n'
    pack = load_pack(str(pack_file(tmp_path, "mine", content)))
    assert pack.fill("guidance.code") == "$5 for $question"
    pack = load_pack(str(pack_file(tmp_path, "mine", "exact = true\n" + content)))
    assert pack.fill("guidance.code") == "\n$5 for $question\n"
    assert pack.fill("guidance.text") == load_pack().fill("guidance.text")


@pytest.mark.parametrize(
    "name", ["", "x" * 5000, "~nobody-is-called-this/x.toml", "a\0b", "\n", "/" * 5000 + ".toml"]
)
def test_a_name_that_no_file_can_have_is_refused_like_any_other(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError) as raised:
        load_pack(name, tmp_path)
    assert raised.value.remedy
    assert list_packs(tmp_path, name)[0].name == "default"
