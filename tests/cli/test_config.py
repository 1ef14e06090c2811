"""The configuration as a person sees it."""

from __future__ import annotations

import tomllib


def test_show_is_toml_with_the_origin_of_each_value(desk) -> None:
    desk.configure("[steering]\nmax_rounds = 3\n")
    done = desk.codesteer("config", "show", "--task-llm", "demo")
    table = tomllib.loads(done.out)
    assert table["steering"]["max_rounds"] == 3
    assert f"# user file: {desk.config}:2" in done.out
    assert "# flag: --task-llm" in done.out
    assert "# environment: CODESTEER_SESSIONS__DIR" in done.out


def test_show_leaves_out_what_means_nothing_for_a_kind_of_provider_unless_it_was_set(desk) -> None:
    desk.env.pop("CODESTEER_PROVIDERS__DEMO__DELAY_S")
    desk.configure(
        "[providers.anthropic]\nseed = 3\n[providers.local]\nkind = 'llama_cpp'\nmodel = 'x.gguf'\n"
    )
    providers = tomllib.loads(desk.codesteer("config", "show").out)["providers"]
    assert {"base_url", "key", "headers", "thinking_tokens", "seed"} <= set(providers["anthropic"])
    assert not {"api", "gpu_layers", "delay_s"} & set(providers["anthropic"])
    assert set(providers["demo"]) == {"kind", "model", "max_tokens", "delay_s", "seed"}
    assert {"kind", "model", "context_tokens", "gpu_layers"} <= set(providers["local"])
    assert not {"base_url", "key", "headers", "timeout_s"} & set(providers["local"])


def test_explain_a_role_says_what_it_may_be_and_who_plays_it_now(desk) -> None:
    said = desk.codesteer("config", "explain", "roles.task_llm").out
    assert 'allowed  "auto", PROVIDER or PROVIDER:MODEL' in said
    assert "now      demo (no key was found" in said
    desk.env["ANTHROPIC_API_KEY"] = "sk-x"
    said = desk.codesteer("config", "explain", "roles").out
    assert "now      anthropic:claude-sonnet-4-5 (a key was found in ANTHROPIC_API_KEY)" in said
    assert "now      rules (built-in rules, no model)" in said
    assert "sk-x" not in said
    refused = desk.codesteer("config", "explain", "roles.steerer", "--steerer", "demo")
    assert "now      nobody: " in refused.out
    assert "now" not in desk.codesteer("config", "explain", "steering.max_rounds").out


def test_show_as_json_is_the_whole_configuration(desk) -> None:
    shown = desk.codesteer("config", "show", "--json").data
    assert shown["roles"]["steerer"] == "rules"
    assert shown["providers"]["openai"]["key"] == "env:OPENAI_API_KEY"


def test_no_key_is_ever_shown(desk) -> None:
    desk.env["OPENAI_API_KEY"] = "sk-very-secret"
    for arguments in (
        ["config", "show"],
        ["config", "explain", "providers"],
        ["doctor"],
        ["doctor", "--json"],
    ):
        done = desk.codesteer(*arguments)
        assert "sk-very-secret" not in done.out + done.err


def test_an_option_after_the_command_beats_the_same_one_before_it_and_takes_its_consent_back(desk) -> None:
    before = ("--sandbox", "namespaces", "--max-rounds", "2")
    shown = desk.codesteer(*before, "config", "show", "--json").data
    assert (shown["sandbox"]["reduced_isolation"], shown["steering"]["max_rounds"]) == ("always", 2)
    shown = desk.codesteer(*before, "config", "show", "--json", "--sandbox", "auto", "--max-rounds", "3").data
    assert (shown["sandbox"]["reduced_isolation"], shown["steering"]["max_rounds"]) == ("ask", 3)


def test_explain_says_meaning_value_and_layer(desk) -> None:
    desk.env["CODESTEER_STEERING__MAX_ROUNDS"] = "2"
    done = desk.codesteer("config", "explain", "steering.max_rounds")
    assert "steering.max_rounds = 2" in done.out
    assert "Most rounds of guidance" in done.out
    assert "a whole number of at least 0" in done.out
    assert "environment: CODESTEER_STEERING__MAX_ROUNDS" in done.out


def test_explain_takes_a_whole_section_and_a_provider_of_the_person(desk) -> None:
    desk.configure("[providers.mine]\nkind = 'openai'\nmodel = 'm'\n")
    keys = [item["key"] for item in desk.codesteer("config", "explain", "providers.mine", "--json").data]
    assert "providers.mine.model" in keys
    assert "providers.mine.timeout_s" in keys


def test_explain_suggests_the_full_name_of_a_key(desk) -> None:
    done = desk.codesteer("config", "explain", "task_llm")
    assert done.code == 2
    assert "roles.task_llm" in done.err


def test_init_writes_a_file_once_and_says_where(desk) -> None:
    target = desk.folder / "new" / "config.toml"
    done = desk.codesteer("config", "init", "--config", str(target))
    assert done.out.strip() == str(target)
    assert desk.codesteer("config", "show", "--config", str(target)).code == 0
    again = desk.codesteer("config", "init", "--config", str(target))
    assert again.code == 2
    assert "--force" in again.err
    assert desk.codesteer("config", "init", "--force", "--config", str(target)).code == 0


def test_path_names_the_user_file_and_the_files_in_use(desk) -> None:
    done = desk.codesteer("config", "path", "--json").data
    assert done == {"user_file": str(desk.config), "exists": True, "files": [str(desk.config)]}
