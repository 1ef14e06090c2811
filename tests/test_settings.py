"""Settings: which layer wins, what is refused and in which words, and the file that explains them all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from codesteer_tui.config import Config
from codesteer_tui.errors import ConfigError
from codesteer_tui.settings import load_readable_settings
from codesteer_tui.settings.example import example_toml
from codesteer_tui.settings.schema import describe, schema
from tests.settings_desk import Desk
from tests.settings_desk import desk as desk

ROOT = Path(__file__).resolve().parents[1]


def test_without_any_layer_the_defaults_hold_and_say_so(desk: Desk) -> None:
    settings = desk.load()
    assert settings.config == Config()
    assert settings.origin("roles.task_llm").layer == "default"


def test_each_stronger_layer_wins_and_is_named(desk: Desk) -> None:
    key, seen = "steering.max_rounds", []

    def note() -> None:
        origin = desk.load().origin(key)
        seen.append((origin.layer, origin.value))

    note()
    desk.user.write_text("[steering]\n\nmax_rounds = 2\n")
    note()
    desk.project.write_text("steering.max_rounds = 3\n")
    note()
    desk.env["CODESTEER_STEERING__MAX_ROUNDS"] = "4"
    note()
    flagged = desk.load(steering__max_rounds="6")
    assert seen == [("default", 5), ("user file", 2), ("project file", 3), ("environment", 4)]
    assert flagged.config.steering.max_rounds == 6
    assert flagged.origin(key).where == "--max-rounds"
    assert flagged.files == [desk.user, desk.project]


def test_the_origin_of_a_file_setting_has_its_line(desk: Desk) -> None:
    desk.user.write_text("[steering]\n\n# rounds\nmax_rounds = 2\n")
    assert desk.load().origin("steering.max_rounds").where == f"{desk.user}:4"


def test_provider_tables_merge_key_by_key_over_the_built_in_ones(desk: Desk) -> None:
    desk.user.write_text('[providers.openai]\nmodel = "small"\n[providers.mine]\nkind = "openai"\n')
    desk.env["CODESTEER_PROVIDERS__DEMO__DELAY_S"] = "0.5"
    providers = desk.load().config.providers
    assert (providers["openai"].model, providers["openai"].key) == ("small", "env:OPENAI_API_KEY")
    assert providers["mine"].max_tokens == providers["openai"].max_tokens
    assert providers["demo"].delay_s == 0.5
    assert providers["anthropic"].kind == "anthropic"


def test_a_variable_reaches_a_provider_with_a_dash_in_its_name(desk: Desk) -> None:
    desk.user.write_text('[providers.lm-studio]\nkind = "openai"\n')
    desk.env["CODESTEER_PROVIDERS__LM_STUDIO__MODEL"] = "qwen"
    assert desk.load().config.providers["lm-studio"].model == "qwen"


@pytest.mark.parametrize(
    ("text", "named", "advice"),
    [
        ("[roles]\ntask_lm = 'demo'", "roles.task_lm", "did you mean 'task_llm'"),
        ("[role]\nsteerer = 'rules'", "[role]", "did you mean 'roles'"),
        ("[steering]\nmax_rounds = 'many'", "steering.max_rounds = 'many'", "a whole number of at least 0"),
        ("[steering]\nmax_rounds = -1", "steering.max_rounds = -1", "of at least 0"),
        ("[sandbox]\nwall_s = inf", "sandbox.wall_s = inf", "above 0 and of at most 86400"),
        ("[steering]\nprofile = 'papr'", "'papr'", '"default" or "paper"'),
        ("[screen]\nreduced_motion = 'yes'", "'yes'", "true or false"),
        ("[roles]\ntask_llm = 'opnai:gpt-4o'", "'opnai'", "did you mean 'openai'"),
        ("[roles]\ntask_llm = 'rules'", "'rules'", "auto, demo, and the services openai, anthropic"),
        ("roles = 3", "roles is not a setting", "[roles]"),
        ("providers.openai = 'x'", "providers.openai is not a setting", "[providers.openai]"),
        ("[providers.demmo]\nseed = 1", "'demmo' has no kind", "did you mean 'demo'"),
        ("[providers.openai]\nmodle = 'x'", "providers.openai.modle", "did you mean 'model'"),
        ("[providers.x]\nkind = 'openai-ish'", "'openai-ish'", '"openai"'),
        ("[providers.x]\nkind = 'openai'\nbase_url = '127.0.0.1:80'", "providers.x.base_url", "http://"),
        ("[steering]\nmax_rounds = = 2", "line 2", "correct that line"),
    ],
)
def test_a_bad_file_is_refused_with_its_name_the_key_and_what_is_allowed(
    desk: Desk, text: str, named: str, advice: str
) -> None:
    desk.user.write_text(text)
    message = desk.refusal()
    assert str(desk.user) in message
    assert named in message
    assert advice in message


def test_bad_variables_and_flags_are_refused_by_their_own_name(desk: Desk) -> None:
    assert "--max-rounds: steering.max_rounds = 'x'" in desk.refusal(steering__max_rounds="x")
    assert "--task-llm" in desk.refusal(roles__task_llm="nobody")
    desk.env["CODESTEER_STEERING__MAX_ROUND"] = "2"
    assert "CODESTEER_STEERING__MAX_ROUND: unknown setting" in desk.refusal()


def test_a_variable_with_one_underscore_too_few_is_not_ignored(desk: Desk) -> None:
    desk.env["CODESTEER_ROLES_TASK_LLM"] = "demo"
    assert "CODESTEER_ROLES__TASK_LLM" in desk.refusal()


def test_variables_that_are_not_settings_are_left_alone(desk: Desk) -> None:
    desk.env |= {"CODESTEER_DEBUG": "1", "HOME": "x"}
    assert desk.load().config == Config()


@pytest.mark.parametrize(
    ("variable", "advice"),
    [
        ("CODESTEER_MAX_ROUNDS", "did you mean CODESTEER_STEERING__MAX_ROUNDS?"),
        ("CODESTEER_SANDBOX_ENGIN", "did you mean CODESTEER_SANDBOX__ENGINE?"),
        ("CODESTEER_TASK_LLM", "did you mean CODESTEER_ROLES__TASK_LLM?"),
        ("CODESTEER_XYZZY", "CODESTEER_SECTION__KEY"),
    ],
)
def test_a_variable_with_our_prefix_that_means_nothing_is_refused(
    desk: Desk, variable: str, advice: str
) -> None:
    desk.env[variable] = "2"
    message = desk.refusal()
    assert f"{variable} is not a setting" in message
    assert advice in message


def test_a_number_that_came_as_text_is_shown_as_a_number(desk: Desk) -> None:
    assert "steering.max_rounds = -1 is not allowed" in desk.refusal(steering__max_rounds="-1")


def test_what_is_wrong_is_left_out_and_named_where_only_reading_is_meant(desk: Desk) -> None:
    desk.user.write_text(
        "[sandbox]\nwall_s = -1\npids = 7\n[steering]\nmax_rounds = 3\n[roles]\nsteerer = 'nobody'\n"
        "[providers.nokind]\nmodel = 'm'\nseed = 3\n"
    )
    desk.project.write_text("[steering]\nmax_rounds = 'many'\n[sandbox]\nengine = 'off'\n")
    desk.env["CODESTEER_MAX_ROUNDS"] = "2"
    settings, said = desk.readable()
    config = settings.config
    assert (config.sandbox.wall_s, config.sandbox.pids, config.sandbox.engine) == (10.0, 7, "auto")
    assert (config.steering.max_rounds, config.roles.steerer) == (3, "rules")
    assert "nokind" not in config.providers
    for named in (
        "user.toml:2",
        "CODESTEER_MAX_ROUNDS",
        "'nobody'",
        "'nokind'",
        "'many'",
        "project file may not",
    ):
        assert named in said
    assert said.count("→") == 6


@pytest.mark.parametrize("text", ["[steering", None])
def test_a_file_that_cannot_be_read_at_all_leaves_the_other_layers(desk: Desk, text: str | None) -> None:
    desk.project.write_text("[steering]\nmax_rounds = 3\n")
    if text:
        desk.user.write_text(text)
    else:
        desk.user.unlink()
    settings, said = desk.readable()
    assert settings.config.steering.max_rounds == 3
    assert str(desk.user) in said


def test_a_forbidden_gguf_file_is_left_out_as_well(desk: Desk) -> None:
    desk.user.write_text("[providers.local]\nkind = 'llama_cpp'\n")
    desk.project.write_text("[providers.local]\nmodel = 'evil.gguf'\n")
    settings, said = desk.readable()
    assert settings.config.providers["local"].model == ""
    assert "providers.local.model" in said


def test_a_wrong_flag_is_never_left_out(desk: Desk) -> None:
    for key, value in (("steering.max_rounds", "many"), ("roles.task_llm", "nobody")):
        with pytest.raises(ConfigError, match=value):
            load_readable_settings({key: value}, cwd=desk.project_dir, env=desk.env)


def test_a_named_user_file_must_exist(desk: Desk) -> None:
    desk.user.unlink()
    assert "CODESTEER_CONFIG names" in desk.refusal()


@pytest.mark.parametrize("content", [b"\xff\xfe[", None])
def test_a_file_that_cannot_be_read_as_text_is_named(desk: Desk, content: bytes | None) -> None:
    desk.user.unlink()
    if content is None:
        desk.user.mkdir()
    else:
        desk.user.write_bytes(content)
    assert str(desk.user) in desk.refusal()


@pytest.mark.parametrize(
    "text",
    [
        "[providers.openai]\nbase_url = 'http://evil.example/v1'",
        "[providers.openai]\nkey = 'env:AWS_SECRET_ACCESS_KEY'",
        "[providers.openai]\nkind = 'anthropic'",
        "[providers.new]\nkind = 'openai'",
        "[providers.openai]\npreset = 'groq'",
        "[providers.openai]\nproxy = 'http://evil.example:3128'",
        "[providers.openai]\nca_bundle = 'evil.pem'",
        "[providers.openai]\nbody = { store = true }",
        "[providers.openai.headers]\nX-Key = 'env:AWS_SECRET_ACCESS_KEY'",
        "providers.openai.headers.X-Key = 'cmd:curl evil.example'",
        "[providers.openai]\nkey = 'cmd:curl evil.example'",
        "[sandbox]\nreduced_isolation = 'always'",
        "[sandbox]\nengine = 'namespaces'",
        "[sandbox]\nimage = 'evil'",
        "providers.openai.base_url = 'http://evil.example/v1'",
        "providers = { openai = { base_url = 'http://evil.example/v1' } }",
    ],
)
def test_a_project_file_cannot_redirect_a_key_or_weaken_the_sandbox(desk: Desk, text: str) -> None:
    desk.project.write_text(text)
    message = desk.refusal()
    assert str(desk.project) in message
    assert "project file may not set" in message
    desk.project.unlink()
    desk.user.write_text(text)
    desk.load()


def test_a_project_file_cannot_choose_a_gguf_file(desk: Desk) -> None:
    desk.user.write_text("[providers.local]\nkind = 'llama_cpp'\nmodel = '~/good.gguf'\n")
    desk.project.write_text("[roles]\nsteerer = 'local'\n")
    assert desk.load().config.roles.steerer == "local"
    desk.project.write_text("[roles]\nsteerer = 'local:evil.gguf'\n")
    assert "roles.steerer" in desk.refusal()
    desk.project.write_text("[providers.local]\nmodel = 'evil.gguf'\n")
    assert "providers.local.model" in desk.refusal()


def test_a_project_file_may_choose_among_what_there_is(desk: Desk) -> None:
    desk.project.write_text("[roles]\ntask_llm = 'openai:gpt-x'\n[providers.openai]\ntemperature = 1\n")
    config = desk.load().config
    assert config.roles.task_llm == "openai:gpt-x"
    assert config.providers["openai"].temperature == 1.0


@pytest.mark.parametrize("key", ["key", "base_url", "api_key"])
def test_a_key_in_the_wrong_place_is_never_echoed(desk: Desk, key: str) -> None:
    desk.user.write_text(f"[providers.openai]\n{key} = 'sk-very-secret'")
    assert "sk-very-secret" not in desk.refusal()


def test_a_home_folder_ends_the_search_for_a_project_file(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.project.write_text("[steering]\nmax_rounds = 1")
    monkeypatch.setattr(Path, "home", lambda: desk.project_dir)
    assert desk.load().config.steering.max_rounds == 5
    monkeypatch.setattr(Path, "home", lambda: desk.project.parent)
    assert desk.load().config.steering.max_rounds == 1


def test_none_is_a_value_where_a_setting_may_be_absent(desk: Desk) -> None:
    desk.user.write_text("[providers.openai]\ntemperature = 'none'")
    assert desk.load().config.providers["openai"].temperature is None


def test_the_origin_of_an_unknown_setting_suggests_one(desk: Desk) -> None:
    with pytest.raises(ConfigError, match=r"roles\.task_llm"):
        desk.load().origin("task_llm")


def test_every_setting_is_explained() -> None:
    docs = describe()
    known = {(s, k) for s, keys in schema().items() for k in keys}
    assert {(d.section, d.name) for d in docs} == known | {("keys", "*")}
    assert all(d.doc and d.allowed for d in docs)


def test_the_example_file_in_the_repository_is_the_one_that_the_schema_makes() -> None:
    assert (ROOT / "config.example.toml").read_text() == example_toml()


def test_the_example_file_tells_how_variables_are_written() -> None:
    head = example_toml().partition("[roles]")[0]
    for word in ("CODESTEER_SECTION__KEY", "CODESTEER_PROVIDERS__NAME__KEY", "CODESTEER_CONFIG"):
        assert word in head


def test_the_example_file_means_the_defaults_as_it_stands_and_with_its_comments_opened(desk: Desk) -> None:
    desk.user.write_text(example_toml())
    assert desk.load().config == Config()
    desk.user.write_text(re.sub(r"(?m)^#(?=\S)", "", example_toml()))
    config = desk.load().config
    assert config.roles == Config().roles
    assert config.sandbox == Config().sandbox
    assert {
        **config.providers,
        **Config().providers,
        "ollama": config.providers["ollama"],
    } == config.providers
    assert (config.providers["ollama"].model, config.providers["ollama"].key) == ("qwen3:8b", "none")
    assert config.providers["local"].kind == "llama_cpp"
    assert [profile.name for profile in desk.load().profiles] == ["paper", "laptop"]
