"""Services that are known by name, and keys that go to the host that they were meant for and to no other."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import msgspec
import pytest

from codesteer_tui.errors import ConfigError
from codesteer_tui.presets import PRESETS
from codesteer_tui.providers.keys.sources import host_of
from codesteer_tui.providers.opening import choose_role
from codesteer_tui.settings.showing import warnings
from tests.settings_desk import ROOT, Desk
from tests.settings_desk import desk as desk


@pytest.mark.parametrize("name", PRESETS)
def test_every_service_is_a_provider_under_its_own_name(desk: Desk, name: str) -> None:
    settings, preset = desk.load(roles__task_llm=f"{name}:m"), PRESETS[name]
    provider = settings.config.providers[name]
    assert (provider.kind, provider.base_url, provider.key) == (preset.kind, preset.base_url, preset.key)
    assert settings.origin(f"providers.{name}.key").where == f"preset {name}"
    assert settings.origin(f"providers.{name}.timeout_s").where == "built in"


def test_a_second_account_takes_what_it_does_not_say_from_the_preset(desk: Desk) -> None:
    desk.user.write_text("[providers.work]\npreset = 'mistral'\nkey = 'keyring:work'\n")
    settings = desk.load()
    work, mistral = settings.config.providers["work"], settings.config.providers["mistral"]
    assert work == msgspec.structs.replace(mistral, key="keyring:work")
    assert settings.origin("providers.work.base_url").where == "preset mistral"
    assert settings.origin("providers.work.key").where == f"{desk.user}:3"


@pytest.mark.parametrize("kind", ["openai", "anthropic"])
def test_a_protocol_alone_means_the_service_that_gave_it_its_name(desk: Desk, kind: str) -> None:
    desk.user.write_text(f"[providers.mine]\nkind = '{kind}'\nmodel = 'm'\n")
    mine = desk.load().config.providers["mine"]
    assert (mine.key, mine.model) == (PRESETS[kind].key, "m")
    assert host_of(mine) == urlsplit(PRESETS[kind].base_url).netloc


def test_a_protocol_with_an_address_is_nobody_s_service_and_gets_nobody_s_key(desk: Desk) -> None:
    desk.user.write_text("[providers.mine]\nkind = 'openai'\n")
    desk.env["CODESTEER_PROVIDERS__MINE__BASE_URL"] = "https://gateway.example/v1"
    mine = desk.load().config.providers["mine"]
    assert (mine.base_url, mine.key) == ("https://gateway.example/v1", "")


def test_an_unknown_service_is_refused_with_a_suggestion(desk: Desk) -> None:
    desk.user.write_text("[providers.work]\npreset = 'mistrel'\n")
    said = desk.refusal()
    assert f"{desk.user}:2" in said
    assert "did you mean 'mistral'?" in said


def test_a_service_whose_customers_have_their_own_address_says_so_where_it_is_used(desk: Desk) -> None:
    with pytest.raises(ConfigError, match="no address") as caught:
        choose_role(desk.load(roles__task_llm="azure:gpt").config, "task_llm", {})
    assert "providers.azure.base_url" in caught.value.remedy
    desk.user.write_text("[providers.azure]\nbase_url = 'https://me.openai.azure.com/openai/v1'\n")
    config = desk.load(roles__task_llm="azure:gpt").config
    assert choose_role(config, "task_llm", {}).provider == config.providers["azure"]
    assert config.providers["azure"].key == "env:AZURE_OPENAI_API_KEY"


def test_an_emptied_address_is_that_of_the_preset_again(desk: Desk) -> None:
    desk.user.write_text("[providers.groq]\nbase_url = 'https://gateway.example/v1'\nkey = 'env:K'\n")
    desk.env["CODESTEER_PROVIDERS__GROQ__BASE_URL"] = ""
    settings = desk.load()
    assert settings.config.providers["groq"].base_url == PRESETS["groq"].base_url
    assert "preset groq" in settings.origin("providers.groq.base_url").note
    assert settings.config.providers["groq"].key == ""


GATEWAY = "CODESTEER_PROVIDERS__OPENAI__BASE_URL"


def test_the_key_of_a_service_is_not_sent_elsewhere(desk: Desk) -> None:
    desk.env[GATEWAY] = "https://gateway.example/v1"
    settings = desk.load()
    origin = settings.origin("providers.openai.key")
    assert settings.config.providers["openai"].key == ""
    assert (origin.layer, origin.where) == ("environment", GATEWAY)
    for word in ("preset openai", "api.openai.com", "gateway.example", "providers.openai.key"):
        assert word in origin.note
    assert [o.value for o in settings.history["providers.openai.key"]] == ["", "env:OPENAI_API_KEY"]
    assert warnings(settings) == [("providers.openai.key", origin.note)]


@pytest.mark.parametrize("key", ["env:OTHER", "none"])
def test_a_key_that_is_said_beside_the_new_address_is_used(desk: Desk, key: str) -> None:
    desk.user.write_text(f"[providers.openai]\nbase_url = 'https://gateway.example/v1'\nkey = '{key}'\n")
    assert desk.load().config.providers["openai"].key == key
    desk.user.write_text("[providers.openai]\nbase_url = 'https://gateway.example/v1'\n")
    desk.env["CODESTEER_PROVIDERS__OPENAI__KEY"] = key
    assert desk.load().config.providers["openai"].key == key


@pytest.mark.parametrize(
    ("address", "stays"),
    [
        ("https://api.example/v2/other", True),
        ("https://api.example:443", True),
        ("https://API.example/v1", True),
        ("https://api.example:8443/v1", False),
        ("http://api.example/v1", False),
        ("https://api.example.evil.example/v1", False),
        ("https://sub.api.example/v1", False),
    ],
)
def test_scheme_host_and_port_decide_whether_a_key_may_go_along(
    desk: Desk, address: str, stays: bool
) -> None:
    desk.user.write_text(
        "[providers.mine]\nkind = 'openai'\nbase_url = 'https://api.example/v1'\nkey = 'env:MINE'\n"
        "headers = { X-Token = 'env:TOKEN' }\n"
    )
    desk.env["CODESTEER_PROVIDERS__MINE__BASE_URL"] = address
    mine = desk.load().config.providers["mine"]
    assert mine.base_url == address
    assert (mine.key, mine.headers) == (("env:MINE", {"X-Token": "env:TOKEN"}) if stays else ("", {}))


@pytest.mark.parametrize(
    ("variable", "value"), [("KIND", "anthropic"), ("PRESET", "groq"), ("BASE_URL", "https://other.example")]
)
def test_whatever_leads_a_provider_elsewhere_leaves_its_key_behind(
    desk: Desk, variable: str, value: str
) -> None:
    desk.user.write_text("[providers.mine]\nkind = 'openai'\nkey = 'env:MINE'\n")
    assert desk.load().config.providers["mine"].key == "env:MINE"
    desk.env[f"CODESTEER_PROVIDERS__MINE__{variable}"] = value
    settings = desk.load()
    assert settings.config.providers["mine"].key == ""
    assert settings.origin("providers.mine.key").where == f"CODESTEER_PROVIDERS__MINE__{variable}"


def test_a_key_that_came_before_any_address_is_for_the_first_that_is_named(desk: Desk) -> None:
    desk.user.write_text("[providers.azure]\nbase_url = 'https://me.openai.azure.com/openai/v1'\n")
    assert desk.load().config.providers["azure"].key == "env:AZURE_OPENAI_API_KEY"
    desk.env["CODESTEER_PROVIDERS__AZURE__BASE_URL"] = "https://evil.example/v1"
    settings = desk.load()
    assert settings.config.providers["azure"].key == ""
    assert "me.openai.azure.com" in settings.origin("providers.azure.key").note


def test_a_profile_that_leads_elsewhere_must_say_the_key_as_well(desk: Desk) -> None:
    desk.user.write_text(
        "[providers.mine]\nkind = 'openai'\nbase_url = 'https://a.example'\nkey = 'env:A'\n"
        "[profiles.b.providers.mine]\nbase_url = 'https://b.example'\n"
        "[profiles.c.providers.mine]\nbase_url = 'https://c.example'\nkey = 'env:C'\n"
    )
    keys = [desk.load(profile).config.providers["mine"].key for profile in ("", "b", "c")]
    assert keys == ["env:A", "", "env:C"]


@pytest.mark.parametrize(
    ("address", "key", "warned"),
    [
        ("http://box.example:8000/v1", "env:K", True),
        ("http://box.example:8000/v1", "none", False),
        ("http://127.0.0.1:8000/v1", "env:K", False),
        ("http://[::1]:8000/v1", "env:K", False),
        ("https://box.example/v1", "env:K", False),
    ],
)
def test_a_key_on_an_unencrypted_way_is_allowed_and_warned_about(
    desk: Desk, address: str, key: str, warned: bool
) -> None:
    desk.user.write_text(f"[providers.mine]\nkind = 'openai'\nbase_url = '{address}'\nkey = '{key}'\n")
    settings = desk.load()
    assert settings.config.providers["mine"].key == key
    said = warnings(settings)
    assert bool(said) is warned
    assert all("unencrypted" in words for _, words in said)


@pytest.mark.parametrize("key", ["env:MY_KEY", "keyring:a/b", "file:~/k", "cmd:pass show x", "none", ""])
def test_a_key_may_come_from_all_its_sources(desk: Desk, key: str) -> None:
    desk.user.write_text(f"[providers.groq]\nkey = '{key}'\n")
    assert desk.load().config.providers["groq"].key == key


@pytest.mark.parametrize("key", ["sk-secret", "env:sk-secret", "env:", "cmd:  ", "keyring:", "ENV:secret"])
def test_what_is_no_source_is_refused_and_never_repeated(desk: Desk, key: str) -> None:
    desk.env["CODESTEER_PROVIDERS__GROQ__KEY"] = key
    said = desk.refusal()
    assert "secret" not in said
    assert '"cmd:COMMAND"' in said


def test_the_table_in_the_documentation_is_that_of_the_program() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text()
    rows = re.findall(r"^\| `([\w-]+)` \| (.+?) \| (.+?) \| (.+?) \|$", text, re.MULTILINE)
    assert rows == [
        (name, p.title, f"`{p.base_url}`" if p.base_url else "your own", f"`{p.key}`")
        for name, p in PRESETS.items()
    ]


@pytest.mark.parametrize("file", ["README.md", "docs/configuration.md"])
def test_the_examples_in_the_documentation_are_settings_that_load(desk: Desk, file: str) -> None:
    blocks = re.findall(r"```toml\n(.+?)```", (ROOT / file).read_text(), re.DOTALL)
    assert blocks
    for block in blocks:
        desk.user.write_text(block)
        for profile in ("", *(p.name for p in desk.load().profiles)):
            assert warnings(desk.load(profile)) == []
