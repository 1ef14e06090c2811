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


PROFILED = """
[steering]
max_rounds = 2
[profiles.laptop.steering]
max_rounds = 3
[profiles.laptop.roles]
task_llm = "ollama:qwen3:8b"
"""


def test_a_profile_is_named_before_or_after_the_command_and_the_later_one_counts(desk) -> None:
    desk.configure(PROFILED)
    for arguments in (
        ("--profile", "laptop", "config", "show", "--json"),
        ("config", "show", "--json", "--profile", "laptop"),
        ("--profile", "paper", "config", "show", "--json", "--profile", "laptop"),
    ):
        shown = desk.codesteer(*arguments).data
        assert (shown["steering"]["max_rounds"], shown["steering"]["profile"]) == (3, "default")
    desk.env["CODESTEER_PROFILE"] = "laptop"
    assert "# profile: laptop\n" in desk.codesteer("config", "show").out
    shown = desk.codesteer("config", "show", "--json", "--profile", "paper").data
    assert (shown["steering"]["max_rounds"], shown["steering"]["profile"]) == (2, "paper")
    wrong = desk.codesteer("config", "show", "--profile", "labtop")
    assert wrong.code == 2
    assert "did you mean 'laptop'?" in wrong.err


def test_profiles_are_listed_with_what_they_set_and_where(desk) -> None:
    desk.configure(PROFILED)
    said = desk.codesteer("config", "profiles", "--profile", "laptop").out
    assert f"* laptop  steering.max_rounds, roles.task_llm  # {desk.config}:4" in said
    assert "  paper   steering.profile  # built in" in said
    [paper, laptop] = desk.codesteer("config", "profiles", "--json").data
    assert (paper["name"], paper["chosen"], laptop["keys"][0]) == ("paper", False, "steering.max_rounds")


def test_explain_says_what_every_weaker_layer_had_said(desk) -> None:
    desk.configure(PROFILED)
    arguments = ("config", "explain", "steering.max_rounds", "--profile", "laptop", "--max-rounds", "9")
    said = desk.codesteer(*arguments).out
    order = ["decided  by flag: --max-rounds", f"weaker   3 by profile: {desk.config}:5"]
    order += [f"weaker   2 by user file: {desk.config}:3", "weaker   5 by default"]
    places = [said.index(words) for words in order]
    assert places == sorted(places)
    [item] = desk.codesteer(*arguments, "--json").data
    assert [w["value"] for w in item["weaker"]] == [3, 2, 5]


def test_explain_says_why_a_key_is_not_sent(desk) -> None:
    desk.env["CODESTEER_PROVIDERS__GROQ__BASE_URL"] = "https://gateway.example/v1"
    said = desk.codesteer("config", "explain", "providers.groq.key").out
    assert 'providers.groq.key = ""' in said
    assert "note     the key of preset groq is for api.groq.com" in said
    assert 'weaker   "env:GROQ_API_KEY" by preset groq' in said
    item = desk.codesteer("doctor", "--json").data["items"]
    assert any("gateway.example" in i["detail"] and "providers.groq.key" in i["remedy"] for i in item)


def test_explain_a_service_shows_every_key_that_matters_for_it(desk) -> None:
    keys = {item["key"] for item in desk.codesteer("config", "explain", "providers.groq", "--json").data}
    assert {"providers.groq.top_p", "providers.groq.headers", "providers.groq.preset"} <= keys
    assert not {"providers.groq.gpu_layers", "providers.groq.delay_s"} & keys


def test_show_prints_the_providers_in_use_and_names_the_others(desk) -> None:
    desk.env["MISTRAL_API_KEY"] = "sk-x"
    desk.configure("[providers.'my.box']\npreset = 'vllm'\n")
    out = desk.codesteer("config", "show", "--steerer", "xai:grok").out
    assert set(tomllib.loads(out)["providers"]) == {"my.box", "mistral", "xai", "demo"}
    last = out.strip().splitlines()[-1]
    assert last.startswith("# built in as well")
    assert "groq" in last
    assert "mistral" not in last


def test_values_of_headers_are_nowhere_to_be_seen(desk) -> None:
    desk.configure("[providers.openai]\nheaders = { X-A = 'very-secret' }\nkey = 'cmd:echo very-secret'\n")
    desk.env["CODESTEER_PROVIDERS__GROQ__HEADERS"] = '{"X-B": "very-secret"}'
    for arguments in (
        ["config", "show"],
        ["config", "show", "--json"],
        ["config", "explain", "providers"],
        ["config", "explain", "providers.openai.headers", "--json"],
        ["doctor"],
    ):
        done = desk.codesteer(*arguments)
        assert "very-secret" not in done.out + done.err
    assert "(set)" in desk.codesteer("config", "show").out
    desk.configure("[providers.openai]\nheaders = { 'X A' = 'very-secret' }\n")
    refused = desk.codesteer("config", "show")
    assert refused.code == 2
    assert "very-secret" not in refused.out + refused.err


def test_explain_a_profile_says_what_it_sets(desk) -> None:
    desk.configure(PROFILED)
    items = {
        item["key"]: item for item in desk.codesteer("config", "explain", "profiles.laptop", "--json").data
    }
    assert set(items) == {"steering.max_rounds", "roles.task_llm"}
    assert (items["steering.max_rounds"]["value"], items["steering.max_rounds"]["layer"]) == (3, "profile")
    assert "did you mean 'laptop'" in desk.codesteer("config", "explain", "profiles.laptob").err


def test_explain_a_provider_that_is_not_there_names_those_that_are(desk) -> None:
    done = desk.codesteer("config", "explain", "providers.nix.key")
    assert done.code == 2
    assert "There is no provider 'nix'" in done.err
    assert "xai, ollama" in done.err
    assert "did you mean 'groq'" in desk.codesteer("config", "explain", "providers.grok").err


def test_explain_names_what_means_nothing_for_a_kind_and_begins_with_the_kind(desk) -> None:
    desk.configure("[providers.mine]\nthinking_tokens = 2000\nkind = 'openai'\n")
    items = desk.codesteer("config", "explain", "providers.mine", "--json").data
    assert "default  none; it must be said" in desk.codesteer("config", "explain", "providers.mine.kind").out
    assert items[0]["key"] == "providers.mine.kind"
    (note,) = [item["note"] for item in items if item["key"].endswith("thinking_tokens")]
    assert "means nothing for its kind, openai" in note
