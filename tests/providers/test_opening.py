"""Who plays a role by a configuration, and who cannot."""

from __future__ import annotations

import pytest

from codesteer_tui.config import Config, Provider, Roles, default_providers
from codesteer_tui.errors import ConfigError
from codesteer_tui.providers.opening import choose_role

OPENAI = {"OPENAI_API_KEY": "sk-x"}


@pytest.mark.parametrize("steerer", ["demo", "demo:other", "same-as-task", "mine"])
def test_the_demo_is_refused_as_the_steerer_however_it_is_named(steerer: str) -> None:
    providers = {**default_providers(), "mine": Provider(kind="demo", model="demo")}
    config = Config(roles=Roles(steerer=steerer, task_llm="auto"), providers=providers)
    with pytest.raises(ConfigError) as caught:
        choose_role(config, "steerer", {})
    assert repr(steerer) in caught.value.message
    assert "demo cannot steer" in caught.value.message
    assert "--steerer rules" in caught.value.remedy


def test_a_model_that_answers_may_steer_as_well_and_the_demo_may_check() -> None:
    config = Config(roles=Roles(steerer="same-as-task", task_llm="auto"))
    assert choose_role(config, "steerer", OPENAI).name == "openai"
    assert choose_role(Config(), "checker", {}).name == "demo"
    assert choose_role(Config(), "steerer", {}).provider is None
