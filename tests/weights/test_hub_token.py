"""Where the token for the hub comes from, and to which host it goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from codesteer_tui.errors import ConfigError, ModelError
from codesteer_tui.providers.keys.sources import store_key
from codesteer_tui.settings import load_readable_settings
from codesteer_tui.weights import hub as hubs
from codesteer_tui.weights import hub_token
from codesteer_tui.weights.hub_failures import refusal
from tests.keyrings import FILE, FileKeyring

TOKEN = "hf_notARealTokenAtAll123"
MIRROR = "https://mirror.test"


class TestToken:
    def test_it_comes_from_the_variable(self) -> None:
        assert hub_token.token_for(hubs.HUB, env={"HF_TOKEN": f" {TOKEN}\n"}) == TOKEN
        assert hub_token.token_for(hubs.HUB, env={}) is None
        assert TOKEN not in repr(hub_token.token_for(hubs.HUB, env={"HF_TOKEN": TOKEN}))

    def test_it_does_not_cross_a_network_unencrypted(self) -> None:
        assert hub_token.token_for("http://mirror.test", env={"HF_TOKEN": TOKEN}) is None
        assert hub_token.token_for("https://mirror.test", env={"HF_TOKEN": TOKEN}) == TOKEN

    def test_a_stored_login_is_for_the_hub_itself_only(self, tmp_path: Path) -> None:
        (tmp_path / "token").write_text(TOKEN)
        (tmp_path / "token").chmod(0o600)
        env = {"HF_HOME": str(tmp_path)}
        assert hub_token.token_for(hubs.HUB, env=env) == TOKEN
        assert hub_token.token_for("https://mirror.test", env=env) is None

    def test_a_stored_login_that_others_can_read_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "token").write_text(TOKEN)
        (tmp_path / "token").chmod(0o644)
        with pytest.raises(ConfigError, match="can be read or changed by others") as refused:
            hub_token.token_for(hubs.HUB, env={"HF_HOME": str(tmp_path)})
        assert TOKEN not in str(refused.value)

    def test_a_source_is_read_as_for_the_key_of_a_provider(self, tmp_path: Path) -> None:
        file = tmp_path / "mine"
        file.write_text(TOKEN)
        file.chmod(0o600)
        assert hub_token.token_for(hubs.HUB, f"file:{file}", {}) == TOKEN
        assert hub_token.token_for(hubs.HUB, "env:OTHER", {"OTHER": TOKEN, "HF_TOKEN": "hf_another"}) == TOKEN
        assert hub_token.token_for(hubs.HUB, "none", {"HF_TOKEN": TOKEN}) is None
        with pytest.raises(ConfigError, match=r"The token for the hub needs .* OTHER") as missing:
            hub_token.token_for(hubs.HUB, "env:OTHER", {})
        assert "--token" in missing.value.remedy

    def test_the_token_itself_is_not_taken_and_not_repeated(self) -> None:
        with pytest.raises(ConfigError, match="--token says where") as refused:
            hub_token.token_for(hubs.HUB, TOKEN, {})
        assert TOKEN not in str(refused.value)

    def test_what_can_be_no_token_is_not_sent(self) -> None:
        with pytest.raises(ModelError, match="no token has"):
            hub_token.token_for(hubs.HUB, env={"HF_TOKEN": "hf_with a blank"})


def test_a_refusal_does_not_repeat_the_token() -> None:
    hub_token.token_for(hubs.HUB, env={"HF_TOKEN": TOKEN})
    error = refusal(403, {"X-Error-Message": f"not for {TOKEN}\x1b[2J"}, "a/b", "https://hub.test", True)
    assert TOKEN not in str(error)
    assert "\x1b" not in str(error)


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A keyring and a folder of keys of the test's own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv(FILE, str(tmp_path / "keyring.json"))
    monkeypatch.setattr("keyring.get_keyring", FileKeyring)


@pytest.mark.usefixtures("keys")
class TestStored:
    @pytest.mark.parametrize("where", ["keyring", "file"])
    def test_it_goes_to_the_host_that_it_was_stored_for(self, where) -> None:
        source = store_key("hub", "huggingface.co", TOKEN, where)
        assert hub_token.token_for(hubs.HUB, env={}, configured=source) == TOKEN
        assert hub_token.token_for(MIRROR, env={}, configured=source) is None
        source = store_key("hub", "mirror.test", f"{TOKEN}2", where)
        assert hub_token.token_for(MIRROR, env={}, configured=source) == f"{TOKEN}2"
        assert hub_token.token_for("http://mirror.test", env={}, configured=source) is None

    def test_it_comes_after_the_variable_and_the_login(self, tmp_path: Path) -> None:
        source = store_key("hub", "huggingface.co", TOKEN, "keyring")
        env = {"HF_HOME": str(tmp_path)}
        (tmp_path / "token").write_text("hf_login")
        (tmp_path / "token").chmod(0o600)
        assert hub_token.token_for(hubs.HUB, env=env, configured=source) == "hf_login"
        env["HF_TOKEN"] = "hf_variable"
        assert hub_token.token_for(hubs.HUB, env=env, configured=source) == "hf_variable"
        assert hub_token.look_at_token(source, env).source == "variable HF_TOKEN"
        assert hub_token.token_for(hubs.HUB, "none", env, configured=source) is None

    def test_what_was_made_elsewhere_goes_to_the_hub_itself_only(self) -> None:
        env = {"MINE": TOKEN}
        assert hub_token.token_for(hubs.HUB, env=env, configured="env:MINE") == TOKEN
        assert hub_token.token_for(MIRROR, env=env, configured="env:MINE") is None

    def test_one_that_is_gone_is_an_error_with_what_helps(self) -> None:
        with pytest.raises(ModelError) as gone:
            hub_token.token_for(hubs.HUB, env={}, configured="keyring:hub")
        assert "codesteer keys set hub" in gone.value.remedy
        state = hub_token.look_at_token("keyring:hub", {})
        assert (state.provider, state.source, state.found) == ("hub", "keyring", False)
        assert "codesteer keys set hub" in state.remedy

    def test_where_none_is_stored_no_keyring_is_asked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def asked() -> None:
            pytest.fail("the keyring was asked")

        monkeypatch.setattr("keyring.get_keyring", asked)
        assert hub_token.token_for(hubs.HUB, env={}) is None
        state = hub_token.look_at_token("", {})
        assert (state.needed, state.found, state.host) == (False, False, "huggingface.co")


def test_the_setting_says_where_and_is_never_the_token_nor_a_projects(tmp_path: Path) -> None:
    mine, project = tmp_path / "user.toml", tmp_path / "project"
    project.mkdir()
    mine.write_text(f'[weights]\ntoken = "{TOKEN}"\n')
    (project / "codesteer.toml").write_text('[weights]\ntoken = "env:OTHER"\n')
    settings, mistakes = load_readable_settings(cwd=project, env={}, config_file=mine)
    assert settings.config.weights.token == ""
    told = " ".join(map(str, mistakes))
    assert "must never be the token itself" in told
    assert "codesteer keys set hub" in told
    assert "which token requests carry" in told
    assert TOKEN not in told


@pytest.mark.parametrize(
    ("status", "code", "with_token"),
    [(401, "", True), (401, "", False), (403, "GatedRepo", False), (404, "RepoNotFound", False)],
)
def test_who_is_refused_learns_where_a_token_is_put(status: int, code: str, with_token: bool) -> None:
    remedy = refusal(status, {"X-Error-Code": code}, "a/b", "https://hub.test", with_token).remedy
    assert "codesteer keys set hub" in remedy
    assert "HF_TOKEN" in remedy
