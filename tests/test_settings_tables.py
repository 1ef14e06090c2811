"""Headers and further fields of requests: tables that may come from a file or a variable, and are not shown."""

from __future__ import annotations

import pytest

from codesteer_tui.settings.saving import save_setting
from codesteer_tui.settings.showing import shown_config, shown_tables, shown_value, warnings
from tests.settings_desk import Desk
from tests.settings_desk import desk as desk

HEADERS = "CODESTEER_PROVIDERS__OPENAI__HEADERS"
BODY = "CODESTEER_PROVIDERS__OPENAI__BODY"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[providers.openai.headers]\nX-A = 'env:B'\n", 1),
        ("[providers.openai]\nheaders = { X-A = 'env:B' }\n", 2),
        ("providers.openai.headers.X-A = 'env:B'\n", 1),
        ("# mine\n[providers]\nopenai.headers = { 'X-A' = 'env:B' }\n", 3),
        ("\nproviders = { openai = { headers = { X-A = 'env:B' } } }\n", 2),
    ],
)
def test_headers_may_be_written_in_every_way_that_toml_has(desk: Desk, text: str, line: int) -> None:
    desk.user.write_text(text)
    settings = desk.load()
    assert settings.config.providers["openai"].headers == {"X-A": "env:B"}
    assert settings.origin("providers.openai.headers").where == f"{desk.user}:{line}"


@pytest.mark.parametrize("text", ['{"X-A": "b"}', "{ X-A = 'b' }", "{X-A='b'}"])
def test_a_variable_holds_a_table_as_json_or_toml(desk: Desk, text: str) -> None:
    desk.env[HEADERS] = text
    assert desk.load().config.providers["openai"].headers == {"X-A": "b"}
    desk.env[BODY] = '{"top_k": 40, "deep": {"list": [1, 2.5, true]}}'
    assert desk.load().config.providers["openai"].body == {
        "top_k": 40,
        "deep": {"list": [1, 2.5, True]},
    }


@pytest.mark.parametrize(
    "text", ["X-A: secret", "secret", "[1]", "{}\nkey = 'secret'", '{"X-A": ["secret"]}', "3"]
)
def test_a_variable_that_holds_no_table_is_refused_without_its_text(desk: Desk, text: str) -> None:
    desk.env[HEADERS] = text
    said = desk.refusal()
    assert HEADERS in said
    assert "secret" not in said


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("headers = 'X-A: secret'", "no table"),
        ("headers = { X-A = 1 }", "a table of texts"),
        ("headers = { 'X A' = 'secret' }", "'X A'"),
        ('headers = { X-A = "secret\\nHost: evil" }', "'X-A'"),
        ("headers = { X-A = 'secrét' }", "'X-A'"),
        ("body = 3", "a table"),
        ("body = { stream = false }", "'stream'"),
        ("body = { messages = ['secret'] }", "'messages'"),
        ("body = { when = 2020-01-01 }", "when is nothing that JSON has"),
        ("body = { deep = [{ a = inf }] }", "deep[0].a is nothing"),
        ("proxy = 'user:secret@box'", "providers.openai.proxy"),
    ],
)
def test_what_cannot_be_sent_is_refused_without_its_value(desk: Desk, text: str, named: str) -> None:
    desk.user.write_text(f"[providers.openai]\n{text}\n", encoding="utf-8")
    said = desk.refusal()
    assert f"{desk.user}:2" in said
    assert named in said
    assert "secr" not in said


def test_a_stronger_layer_replaces_a_table_as_a_whole(desk: Desk) -> None:
    desk.user.write_text("[providers.openai]\nheaders = { A = '1' }\nbody = { a = 1 }\n")
    desk.env |= {HEADERS: '{"B": "2"}', BODY: "{}"}
    openai = desk.load().config.providers["openai"]
    assert (openai.headers, openai.body) == ({"B": "2"}, {})


def test_what_is_shown_has_no_secrets_in_it(desk: Desk) -> None:
    desk.user.write_text(
        "[providers.openai]\nheaders = { X-A = 'secret' }\nkey = 'cmd:pass show secret'\n"
        "proxy = 'http://me:secret@box:3128'\n"
    )
    settings = desk.load()
    shown = shown_config(settings.config)["providers"]["openai"]
    assert shown["headers"] == {"X-A": "(set)"}
    assert shown["key"] == "cmd:pass …"
    assert shown["proxy"] == "http://…@box:3128"
    assert "secret" not in repr(shown)
    assert shown_value("roles.task_llm", "openai") == "openai"


def test_only_providers_in_use_are_worth_showing(desk: Desk) -> None:
    desk.user.write_text(
        "[providers.'my.box']\npreset = 'vllm'\n[providers.mistral]\nmodel = 'm'\n[roles]\ntask_llm = 'xai:m'\n"
    )
    tables = shown_tables(desk.load(), {"groq"})
    providers = {table.removeprefix("providers.") for table in tables if table.startswith("providers.")}
    assert providers == {"my.box", "mistral", "xai", "groq"}
    assert "providers.my.box.base_url" in tables["providers.my.box"]
    assert "providers.mistral.gpu_layers" not in tables["providers.mistral"]


def test_a_name_with_dots_is_one_name_in_a_file_and_in_a_variable(desk: Desk) -> None:
    desk.user.write_text("[providers.\"My.Box\"]\nkind = 'openai'\nmodel = 'm'\n")
    desk.env["CODESTEER_PROVIDERS__MY_BOX__MODEL"] = "n"
    settings = desk.load(roles__task_llm="My.Box")
    assert settings.config.providers["My.Box"].model == "n"
    assert settings.origin("providers.My.Box.kind").where == f"{desk.user}:2"


def test_a_file_with_a_byte_order_mark_and_windows_lines_is_read(desk: Desk) -> None:
    desk.user.write_bytes(b"\xef\xbb\xbf[steering]\r\nmax_rounds = 3\r\n")
    settings = desk.load()
    assert settings.config.steering.max_rounds == 3
    assert settings.origin("steering.max_rounds").where == f"{desk.user}:2"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[providers.anthropic]\nthinking_tokens = 5\n", "at least 1024"),
        ("[providers.rules]\nkind = 'openai'\n", "'rules'"),
        ("[providers.same-as-task]\nkind = 'openai'\n", "'same-as-task'"),
        ("[providers.off]\npreset = 'groq'\n", "'off'"),
        ("[providers.auto]\npreset = 'groq'\n", "'auto'"),
        ("[providers.'a:b']\npreset = 'groq'\n", "'a:b'"),
        ("[providers.x]\nmodel = 'm'\n", "→ add kind"),
        ("[providers.grog]\nmodel = 'm'\n", "→ did you mean 'groq'? Else add kind"),
    ],
)
def test_what_could_never_work_is_refused(desk: Desk, text: str, said: str) -> None:
    desk.user.write_text(text)
    assert said in desk.refusal()


def test_what_means_nothing_for_a_kind_is_warned_of(desk: Desk) -> None:
    desk.user.write_text("[providers.mine]\nkind = 'openai'\nthinking_tokens = 2000\n")
    ((key, said),) = warnings(desk.load())
    assert key == "providers.mine.thinking_tokens"
    assert "openai" in said


def test_keys_of_the_app_are_a_table_with_any_names(desk: Desk) -> None:
    desk.user.write_text('[keys]\nzoom = "f6"\n[profiles.mine.keys]\nhelp = "f7"\n')
    desk.env["CODESTEER_KEYS__QUIT"] = "f10"
    settings = desk.load("mine")
    assert settings.config.keys == {"zoom": "f6", "help": "f7", "quit": "f10"}
    assert {key: o.layer for key, o in settings.origins.items() if key.startswith("keys.")} == {
        "keys.zoom": "user file",
        "keys.help": "profile",
        "keys.quit": "environment",
    }
    saved = save_setting("keys.zoom", "f8", settings=settings)
    assert (saved.replaced, desk.load().config.keys["zoom"]) == ("f6", "f8")


def test_what_is_wrong_with_keys_is_said(desk: Desk) -> None:
    desk.user.write_text("[keys]\nzoom = 6\n")
    assert "keys.zoom = 6 is not allowed." in desk.refusal()
    desk.user.write_text("[keys.zoom]\na = 'f6'\n")
    assert "keys.zoom" in desk.refusal()
    desk.user.write_text("keys = 'f6'\n")
    assert "keys is not a setting but a table" in desk.refusal()
    desk.user.write_text("")
    desk.project.write_text("[keys]\nzoom = 'f6'\n")
    assert "a project file may not set keys.zoom" in desk.refusal()
