"""Profiles: blocks of settings that are laid over the files while they are chosen."""

from __future__ import annotations

import pytest

from codesteer_tui.errors import ConfigError
from codesteer_tui.settings import load_readable_settings
from tests.settings_desk import Desk
from tests.settings_desk import desk as desk

LAPTOP = """
[steering]
max_rounds = 2

[profiles.laptop.steering]
max_rounds = 3

[profiles.laptop.roles]
task_llm = "ollama:qwen3:8b"

[profiles.laptop.providers.ollama]
max_tokens = 99

[profiles.office]
roles = { task_llm = "openai" }
"""


def test_a_profile_ranks_between_the_files_and_the_environment(desk: Desk) -> None:
    desk.user.write_text(LAPTOP)
    desk.project.write_text("[steering]\nmax_rounds = 7\n")
    key = "steering.max_rounds"
    assert desk.load().config.steering.max_rounds == 7
    settings = desk.load("laptop")
    assert settings.profile == "laptop"
    assert (settings.origin(key).layer, settings.origin(key).where) == ("profile", f"{desk.user}:6")
    assert [(o.layer, o.value) for o in settings.history[key]] == [
        ("profile", 3),
        ("project file", 7),
        ("user file", 2),
        ("default", 5),
    ]
    assert settings.config.roles.task_llm == "ollama:qwen3:8b"
    assert settings.config.providers["ollama"].max_tokens == 99
    desk.env["CODESTEER_STEERING__MAX_ROUNDS"] = "4"
    assert desk.load("laptop").config.steering.max_rounds == 4
    assert desk.load("laptop", steering__max_rounds="5").config.steering.max_rounds == 5


def test_a_profile_is_chosen_by_option_else_by_variable(desk: Desk) -> None:
    desk.user.write_text(LAPTOP)
    desk.env["CODESTEER_PROFILE"] = "office"
    assert desk.load().config.roles.task_llm == "openai"
    assert desk.load("laptop").config.roles.task_llm == "ollama:qwen3:8b"
    assert desk.load("").config.roles.task_llm == "auto"


def test_an_unknown_profile_is_refused_with_a_suggestion_and_the_list(desk: Desk) -> None:
    desk.user.write_text(LAPTOP)
    said = desk.refusal("labtop")
    for words in ("--profile", "'labtop'", "did you mean 'laptop'?", "paper, laptop, office"):
        assert words in said
    desk.env["CODESTEER_PROFILE"] = "labtop"
    assert "CODESTEER_PROFILE" in desk.refusal()
    settings, said = desk.readable()
    assert (settings.profile, settings.config.steering.max_rounds) == ("", 2)
    assert "'labtop'" in said
    with pytest.raises(ConfigError, match="labtop"):
        load_readable_settings(env=desk.env, cwd=desk.project_dir, profile="labtop")


def test_the_published_method_is_a_profile_that_is_always_there(desk: Desk) -> None:
    settings = desk.load("paper")
    assert settings.config.steering.profile == "paper"
    assert settings.origin("steering.profile").layer == "profile"
    assert desk.load().config.steering.profile == "default"


def test_a_file_may_add_to_a_built_in_profile_and_not_take_it_back(desk: Desk) -> None:
    desk.user.write_text("[profiles.paper.roles]\ntask_llm = 'groq:m'\n")
    config = desk.load("paper").config
    assert (config.steering.profile, config.roles.task_llm) == ("paper", "groq:m")
    desk.user.write_text("[profiles.paper.steering]\nprofile = 'default'\n")
    assert "cannot take back" in desk.refusal()
    settings, said = desk.readable("paper")
    assert settings.config.steering.profile == "paper"
    assert "cannot take back" in said


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[profiles.x.steering]\nmax_rounds = 'many'", "profiles.x.steering.max_rounds = 'many'"),
        ("[profiles.x.rolls]\nsteerer = 'rules'", "did you mean 'roles'"),
        ("[profiles.x.roles]\ntask_llm = 'opnai'", "did you mean 'openai'"),
        ("[profiles.x.providers.new]\nmodel = 'm'", "'new' has no kind"),
        ("[profiles]\nx = 3", "profiles.x"),
        ("profiles = 3", "profiles is not a setting"),
        ("[profiles.x.profiles.y.roles]\nsteerer = 'rules'", "profiles.x.profiles"),
    ],
)
def test_a_mistake_in_a_profile_is_found_whether_it_is_chosen_or_not(
    desk: Desk, text: str, named: str
) -> None:
    desk.user.write_text(f"steering.max_rounds = 2\n{text}\n")
    said = desk.refusal()
    assert f"{desk.user}:" in said
    assert named in said
    settings, said = desk.readable()
    assert settings.config.steering.max_rounds == 2
    assert said.count("→") == 1


def test_a_role_may_name_what_only_its_own_profile_has(desk: Desk) -> None:
    desk.user.write_text(
        "[profiles.x.providers.new]\nkind = 'openai'\n[profiles.x.roles]\ntask_llm = 'new'\n"
        "[profiles.y.roles]\nchecker = 'off'\n"
    )
    assert "new" not in desk.load("y").config.providers
    assert desk.load("x").config.roles.task_llm == "new"
    desk.env["CODESTEER_ROLES__TASK_LLM"] = "new"
    assert desk.load("x").config.roles.task_llm == "new"


@pytest.mark.parametrize(
    "text",
    [
        "[profiles.x.providers.openai]\nbase_url = 'http://evil.example'",
        "[profiles.x.sandbox]\nengine = 'namespaces'",
        "[profiles.x.providers.openai.headers]\nA = 'cmd:evil'",
    ],
)
def test_a_profile_in_a_project_file_may_set_no_more_than_the_file(desk: Desk, text: str) -> None:
    desk.project.write_text(text)
    for profile in (None, "x"):
        assert "a project file may not set profiles.x." in desk.refusal(profile)


def test_a_profile_in_a_project_file_cannot_choose_weights(desk: Desk) -> None:
    desk.user.write_text("[providers.local]\nkind = 'llama_cpp'\nmodel = 'good.gguf'\n")
    desk.project.write_text("[profiles.x.roles]\nsteerer = 'local:evil.gguf'\n")
    assert "GGUF" in desk.refusal("x")
    assert "GGUF" in desk.refusal()


def test_profiles_of_one_name_are_laid_over_each_other_the_projects_on_top(desk: Desk) -> None:
    desk.user.write_text("[profiles.x.steering]\nmax_rounds = 1\n[profiles.x.sandbox]\npids = 9\n")
    desk.project.write_text("[profiles.x.steering]\nmax_rounds = 2\n")
    settings = desk.load("x")
    assert (settings.config.steering.max_rounds, settings.config.sandbox.pids) == (2, 9)
    [profile] = [p for p in settings.profiles if p.name == "x"]
    assert profile.places == [f"{desk.user}:1", f"{desk.project}:1"]
    assert profile.keys == ["steering.max_rounds", "sandbox.pids"]


@pytest.mark.parametrize(("mine", "theirs"), [("1.0", "2.0"), ("1.0", "0"), ("0.5", "0.6")])
def test_a_project_may_lower_a_limit_on_spending_and_not_raise_it(desk: Desk, mine: str, theirs: str) -> None:
    desk.user.write_text(f"[limits]\nsession_usd = {mine}\n")
    desk.project.write_text("[limits]\nsession_usd = 0.25\nsession_tokens = 1000\n")
    limits = desk.load().config.limits
    assert (limits.session_usd, limits.session_tokens) == (0.25, 1000)
    desk.project.write_text(f"[limits]\nsession_usd = {theirs}\n")
    assert "may not widen limits.session_usd" in desk.refusal()
    assert desk.readable()[0].config.limits.session_usd == float(mine)
