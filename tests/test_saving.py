"""Saving one setting leaves the rest of a person's file as it was, or leaves the file alone and says why."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesteer_tui.errors import ConfigError
from codesteer_tui.settings import load_settings
from codesteer_tui.settings.editing import CannotEdit, with_value
from codesteer_tui.settings.example import example_toml
from codesteer_tui.settings.saving import save_setting, unset_setting

KEY = "sandbox.reduced_isolation"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "config.toml"


def save(file: Path) -> Path:
    return save_setting(KEY, "always", env={"CODESTEER_CONFIG": str(file)}).path


def test_a_missing_file_is_made_and_read_again(file: Path) -> None:
    assert save(file) == file
    settings = load_settings({}, env={"CODESTEER_CONFIG": str(file)})
    assert settings.config.sandbox.reduced_isolation == "always"


def test_comments_order_and_everything_else_stay(file: Path) -> None:
    file.parent.mkdir()
    text = """# mine
[roles]   # who plays
task_llm = 'demo'

[sandbox]
# not too long
wall_s   =   5.0
reduced_isolation = "ask"  # for now
pids = 32
"""
    file.write_text(text)
    file.chmod(0o600)
    save(file)
    assert file.read_text() == text.replace('"ask"', '"always"')
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["config.toml"]


def test_a_link_stays_a_link(file: Path, tmp_path: Path) -> None:
    file.parent.mkdir()
    real = tmp_path / "dotfiles.toml"
    real.write_text("# kept\n")
    file.symlink_to(real)
    save(file)
    assert file.is_symlink()
    assert "always" in real.read_text()
    assert "# kept" in real.read_text()


@pytest.mark.parametrize("text", ["[sandbox\n", "sandbox = 3\n", "\xff"])
def test_a_file_that_cannot_be_changed_is_left_alone(file: Path, text: str) -> None:
    file.parent.mkdir()
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(ConfigError, match="was not saved") as caught:
        save(file)
    assert str(file) in caught.value.message
    assert KEY in caught.value.remedy
    assert file.read_bytes() == text.encode("latin-1")


@pytest.mark.skipif(os.name != "posix", reason="folders that are files")
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("a file")
    with pytest.raises(ConfigError, match="was not saved") as caught:
        save(tmp_path / "folder" / "config.toml")
    assert "CODESTEER_CONFIG" in caught.value.remedy


PROVIDER_KEY = "providers.my.models.key"


@pytest.mark.parametrize(
    "text",
    [
        "# mine\n[providers.'my.models']\nkind = 'openai'  # kept\n",
        "providers.'my.models'.kind = 'openai'\n",
        "[providers]\n'my.models' = {kind = 'openai'}\n",
        "[roles]\ntask_llm = 'demo'\n\n[providers.'my.models'.headers]\nX = 'y'\n"
        "[providers.'my.models']\nkind = 'openai'\n",
    ],
)
def test_a_setting_of_a_provider_is_saved_and_taken_back_however_the_table_is_written(
    file: Path, text: str
) -> None:
    file.parent.mkdir()
    file.write_text(text)
    env = {"CODESTEER_CONFIG": str(file)}
    before = tomllib.loads(text).get("providers", {}).get("my.models", {})
    save_setting(PROVIDER_KEY, "env:MINE", env=env)
    assert tomllib.loads(file.read_text())["providers"]["my.models"] == {**before, "key": "env:MINE"}
    unset_setting(PROVIDER_KEY, env=env)
    after = tomllib.loads(file.read_text())
    assert after["providers"]["my.models"] == before
    for comment in ("# mine", "# kept"):
        assert (comment in text) == (comment in file.read_text())


def at(file: Path, text: str | bytes) -> dict[str, str]:
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return {"CODESTEER_CONFIG": str(file)}


def test_a_new_key_goes_below_its_commented_default(file: Path) -> None:
    env = at(file, example_toml())
    save_setting("roles.task_llm", "groq:m", env=env)
    save_setting("providers.openai.model", "m", env=env)
    before, after = example_toml().splitlines(), file.read_text().splitlines()
    assert after[after.index('task_llm = "groq:m"') - 1] == '#task_llm = "auto"'
    assert after[after.index('model = "m"') - 1] == '#model = "gpt-4o"'
    assert [line for line in after if line not in ('task_llm = "groq:m"', 'model = "m"')] == before


LAYOUTS = {
    "empty": "",
    "no final newline": "[roles]\ntask_llm = 'demo'",
    "windows lines": "# mine\r\n[roles]\r\ntask_llm = 'demo'  # now\r\n\r\n# about screens\r\n[screen]\r\n",
    "byte order mark": "\ufeff[roles]\ntask_llm = 'demo'\n",
    "dotted keys": "roles.task_llm = 'demo'\n# between\nroles.checker = 'off'\n",
    "inline": "roles = { task_llm = 'demo' }  # short\nproviders = { mine = { kind = 'openai' } }\n",
    "odd order": "[providers.mine]\nkind = 'openai'\n[roles]\ntask_llm = 'demo'\n[providers.mine.headers]\nX = 'y'\n",
    "long values": "[roles]\n# first\n[providers.mine]\nkind = 'openai'\nbody = { a = [\n  1, # one\n  2,\n] }\n",
    "a table in a profile": "[profiles.x.roles]\ntask_llm = 'demo'\n# end\n",
    "comment above the next table": "[roles]\nchecker = 'off'\n\n# how it looks\n[screen]\nreduced_motion = true\n",
    "quoted names": "['roles']\n\"task_llm\" = 'demo'\n[providers.\"my.box\"]\n'kind' = 'openai'\n",
    "indented": "  [roles]\n    task_llm = 'demo'\n    # in\n",
}
VALUES: list[tuple[tuple[str, ...], Any]] = [
    (("roles", "task_llm"), "anthropic:claude"),
    (("roles", "checker"), "off"),
    (("screen", "theme"), "nord"),
    (("providers", "groq", "key"), "env:K"),
    (("providers", "my.own", "preset"), "vllm"),
    (("providers", "openai", "headers"), {"X-A": "env:B"}),
    (("providers", "anthropic", "temperature"), None),
    (("limits", "session_usd"), 0.5),
]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("path", "value"), VALUES, ids=lambda v: ".".join(v) if isinstance(v, tuple) else "")
def test_whatever_the_layout_only_that_value_changes_and_can_be_taken_back(
    file: Path, layout: str, path: tuple[str, ...], value: Any
) -> None:
    text = LAYOUTS[layout]
    env = at(file, text)
    before = load_settings({}, env=env, cwd=file.parent)
    saved = save_setting(path, value, env=env)
    after, new = load_settings({}, env=env, cwd=file.parent), file.read_bytes().decode()
    key = ".".join(path)
    assert (after.origins[key].value, after.origins[key].layer) == (value, "user file")
    assert (saved.path, saved.stronger, saved.warning) == (file, None, "")
    others = {k: o.value for k, o in before.origins.items() if not k.startswith(key.rpartition(".")[0])}
    assert {k: after.origins[k].value for k in others} == others
    assert re.findall(r"#.*", new) == re.findall(r"#.*", text)
    assert new.startswith("\ufeff") == text.startswith("\ufeff")
    assert "\r\n" not in text or new.count("\n") == new.count("\r\n")
    unset_setting(path, env=env)
    again = load_settings({}, env=env, cwd=file.parent)
    assert key not in again.origins or again.origins[key].layer == "default"


@given(
    st.lists(
        st.sampled_from(
            [
                "[roles]\n", "[providers.mine]\n", "[providers.mine.headers]\n", "[screen]\n", "[profiles.x.roles]\n",
                "kind = 'openai'\n", "task_llm = 'demo' # c\n", "steerer = 'rules'\n", "theme = \"nord\"\n",
                "# a comment\n", "\n", "#checker = 'off'\n", "roles.checker = 'off'\n", "providers.b.kind = 'openai'\n",
                "body = { a = [1,\n 2] }\n", "X = '''\n[roles]\n# no comment\n'''\n", "a.b = 'c'\r\n",
            ]
        ),
        max_size=9,
    ),
    st.sampled_from([("roles", "task_llm"), ("roles", "checker"), ("providers", "mine", "key"), ("screen", "theme")]),
)  # fmt: skip
def test_an_edit_means_what_was_wanted_or_is_refused(lines: list[str], path: tuple[str, ...]) -> None:
    text = "".join(lines)
    try:
        wanted = tomllib.loads(text)
        at_path = wanted
        for name in path[:-1]:
            at_path = at_path.setdefault(name, {})
        at_path[path[-1]] = "new"
    except tomllib.TOMLDecodeError:
        with pytest.raises(CannotEdit):
            with_value(text, path, "new")
        return
    new = with_value(text, path, "new")
    assert tomllib.loads(new) == wanted
    comments = re.compile(r"^\s*#.*", re.MULTILINE)
    assert comments.findall(new.replace("\r", "")) == comments.findall(text.replace("\r", ""))


@pytest.mark.parametrize(
    "key",
    [
        'providers."my.box".key',
        "providers.'my.box'.key",
        "providers.my.box.key",
        ("providers", "my.box", "key"),
    ],
)
def test_a_name_with_dots_may_be_written_in_every_way(file: Path, key: str | tuple[str, ...]) -> None:
    env = at(file, "[providers.'my.box']\nkind = 'openai'\n")
    save_setting(key, "env:K", env=env)
    assert tomllib.loads(file.read_text()) == {"providers": {"my.box": {"kind": "openai", "key": "env:K"}}}


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("roles.task_llm", "nobody", "unknown provider 'nobody'"),
        ("steering.max_rounds", -1, "a whole number"),
        ("providers.openai.key", "sk-secret", "never be the key itself"),
        ("providers.new.model", "m", "has no kind"),
        ("roles.nothing", "x", "unknown setting"),
    ],
)
def test_what_would_spoil_the_file_is_not_saved(file: Path, key: str, value: Any, said: str) -> None:
    env = at(file, "# mine\n")
    with pytest.raises(ConfigError) as caught:
        save_setting(key, value, env=env)
    assert said in str(caught.value)
    assert "sk-secret" not in str(caught.value)
    assert file.read_text() == "# mine\n"


def test_another_mistake_in_the_file_does_not_keep_a_setting_from_being_saved(file: Path) -> None:
    env = at(file, "[steering]\nmax_rounds = 'many'\n")
    save_setting("screen.theme", "nord", env=env)
    assert tomllib.loads(file.read_text())["screen"] == {"theme": "nord"}


def test_what_is_stronger_than_the_file_is_named(file: Path, tmp_path: Path) -> None:
    env = at(file, "[profiles.x.screen]\ntheme = 'nord'\n")
    project = tmp_path / "project"
    project.mkdir()
    (project / "codesteer.toml").write_text("[steering]\nmax_rounds = 3\n")
    env["CODESTEER_ROLES__CHECKER"] = "off"
    env["CODESTEER_PROVIDERS__GROQ__BASE_URL"] = "https://gateway.example/v1"
    settings = load_settings({"roles.task_llm": "demo"}, env=env, cwd=project, profile="x")
    for key, value, layer, where in (
        ("roles.task_llm", "openai", "flag", "--task-llm"),
        ("roles.checker", "same-as-task", "environment", "CODESTEER_ROLES__CHECKER"),
        ("screen.theme", "gruvbox", "profile", f"{file}:2"),
        ("steering.max_rounds", 9, "project file", "codesteer.toml:2"),
    ):
        saved = save_setting(key, value, settings=settings)
        assert saved.stronger is not None
        assert (saved.stronger.layer, where in saved.warning) == (layer, True)
    saved = save_setting("providers.groq.key", "env:K", settings=settings)
    assert "gateway.example" in saved.warning
    assert save_setting("screen.reduced_motion", True, settings=settings).stronger is None


def test_the_file_that_the_command_line_names_is_the_one_that_is_changed(file: Path, tmp_path: Path) -> None:
    env = at(file, "")
    other = tmp_path / "other.toml"
    other.write_text("# other\n")
    settings = load_settings({}, env=env, cwd=tmp_path, config_file=other)
    assert save_setting("screen.theme", "nord", settings=settings).path == other
    assert (file.read_text(), "nord" in other.read_text()) == ("", True)


@pytest.mark.skipif(os.name != "posix", reason="modes and links")
@pytest.mark.parametrize("obstacle", ["read-only", "a link to itself", "a folder that cannot be", "a folder"])
def test_what_cannot_be_written_is_said_with_what_to_write_by_hand(file: Path, obstacle: str) -> None:
    env = at(file, "# mine\n")
    if obstacle == "read-only":
        file.chmod(0o444)
    else:
        file.unlink()
    if obstacle == "a link to itself":
        file.symlink_to(file)
    elif obstacle == "a folder that cannot be":
        file.symlink_to("/proc/nowhere/config.toml")
    elif obstacle == "a folder":
        file.mkdir()
    with pytest.raises(ConfigError, match="was not saved") as caught:
        save_setting("providers.groq.key", "env:K", env=env)
    assert str(file) in caught.value.message
    for words in ("[providers.groq]", 'key = "env:K"'):
        assert words in caught.value.remedy
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    if obstacle == "read-only":
        assert file.read_text() == "# mine\n"


def test_headers_are_not_repeated_where_they_cannot_be_saved(file: Path) -> None:
    env = at(file, "[roles\n")
    with pytest.raises(ConfigError) as caught:
        save_setting("providers.groq.headers", {"X-A": "secret"}, env=env)
    assert "secret" not in str(caught.value)


def test_taking_out_what_is_not_there_leaves_the_file_alone(file: Path) -> None:
    env = at(file, "# mine\n[roles]\n")
    before = file.stat()
    assert unset_setting("roles.task_llm", env=env).path == file
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    missing = {"CODESTEER_CONFIG": str(file.parent / "none.toml")}
    unset_setting("roles.task_llm", env=missing)
    assert not (file.parent / "none.toml").exists()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("[roles]\nsteerer = 'rules'\n", None),
        ("", None),
        ("[providers.groq]\n# mine\n", None),
        ("[providers.groq]  # fast\n", None),
        ("# about groq\n[providers.groq]\n", None),
        ("[providers.groq]\n\n[roles]\nsteerer = 'rules'\n", "[roles]\nsteerer = 'rules'\n"),
    ],
)
def test_a_table_goes_with_its_last_key_unless_something_is_said_of_it(
    file: Path, text: str, left: str | None
) -> None:
    env = at(file, text)
    save_setting("providers.groq.key", "env:K", env=env)
    unset_setting("providers.groq.key", env=env)
    assert file.read_text() == (text if left is None else left)


def test_what_was_there_before_is_told_without_secrets(file: Path) -> None:
    env = at(file, "[providers.groq]\nkey = 'cmd:pass show secret-place'\n")
    assert save_setting("providers.groq.key", "env:K", env=env).replaced == "cmd:pass …"
    assert save_setting("providers.groq.key", "env:K", env=env).replaced is None
    assert save_setting("providers.groq.model", "m", env=env).replaced is None
