"""What models cost: the table, the person's own, and what has no known price."""

from __future__ import annotations

import datetime
import subprocess
import sys
from pathlib import Path

import pytest

from codesteer_tui.config import Provider, default_providers
from codesteer_tui.errors import ConfigError
from codesteer_tui.presets import PRESETS
from codesteer_tui.providers.costs.prices import FREE, Price, built_in, own_prices, price_of, pricing
from codesteer_tui.values import RoleInfo, Usage

OWN = """
[mine.models]
"m" = { input = 1, output = 2.5 }

[openai.models]
"gpt-4o" = { input = 7, output = 8, as_of = 2026-11-01, page = "a contract" }
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "prices.toml"
    path.write_text(OWN)
    return path


def test_every_built_in_price_is_dated_has_a_source_and_belongs_to_a_preset() -> None:
    table = built_in()
    assert sum(map(len, table.values())) >= 60
    assert set(table) <= set(PRESETS)
    for name, prices in table.items():
        for model, price in prices.items():
            day = datetime.date.fromisoformat(price.as_of)
            assert datetime.date(2025, 1, 1) <= day <= datetime.date(2026, 11, 21), (name, model)
            assert price.page.startswith("https://"), (name, model)
            # Nothing that is read from a cache or sent costs more than what is written.
            assert price.cached_input is None or price.cached_input <= price.input, (name, model)
            assert price.input <= price.output, (name, model)
            assert price.long is None or (price.above and price.long.input > price.input), (name, model)


def test_the_models_of_the_presets_have_a_price() -> None:
    for name, preset in PRESETS.items():
        if preset.model and not preset.local:
            host = preset.base_url.split("/")[2]
            assert price_of(default_providers()[name], host, preset.model, name=name), name


def test_cached_and_written_tokens_have_prices_of_their_own() -> None:
    price = Price(input=10, output=50, cached_input=1, cache_write=12.5)
    assert price.cost(Usage(1_000_000, 0)) == 10
    assert price.cost(Usage(1_000_000, 0, cached_tokens=1_000_000)) == 1
    assert price.cost(
        Usage(1_000_000, 0, cache_written_tokens=400_000, cached_tokens=600_000)
    ) == pytest.approx(5.6)
    assert price.cost(Usage(0, 1_000_000, reasoning_tokens=900_000)) == 50
    plain = Price(input=10, output=50)
    assert plain.cost(Usage(1_000_000, 0, cache_written_tokens=400_000, cached_tokens=600_000)) == 10


def test_the_most_a_call_can_cost_is_never_less_than_what_it_does() -> None:
    price = Price(input=10, output=50, cached_input=1, cache_write=12.5)
    for usage in (
        Usage(1000, 100),
        Usage(1000, 100, cached_tokens=900),
        Usage(1000, 9, cache_written_tokens=1000),
    ):
        assert price.most(1000, 100) >= price.cost(usage)


def test_a_long_prompt_costs_what_long_prompts_do() -> None:
    price = price_of(None, "api.openai.com", "gpt-5.5")
    assert price is not None
    assert price.cost(Usage(272_000, 0)) == pytest.approx(272_000 * 5 / 1e6)
    assert price.cost(Usage(272_001, 1_000_000)) == pytest.approx(272_001 * 10 / 1e6 + 45)


def test_prices_are_the_hosts_whatever_the_provider_is_called() -> None:
    provider = Provider(kind="openai", model="gpt-4o", base_url="https://api.openai.com/v1")
    price = price_of(provider, "api.openai.com", "gpt-4o", name="work")
    assert price is not None
    assert (price.input, price.cached_input, price.output) == (2.5, 1.25, 10.0)


def test_another_host_has_no_known_price() -> None:
    openai = default_providers()["openai"]
    for host in ("proxy.example", "api.openai.com.example", "api.openai.com:8443", "127.0.0.1:4000", ""):
        assert price_of(openai, host, "gpt-4o", name="openai") is None
    assert price_of(openai, "api.openai.com", "gpt-99", name="openai") is None


def test_the_models_own_entry_goes_before_patterns_and_the_longest_pattern_before_others() -> None:
    host = "api.openai.com"
    full, small = price_of(None, host, "gpt-4o-2024-08-06"), price_of(None, host, "gpt-4o-mini-2024-07-18")
    assert full is not None
    assert small is not None
    assert (full.input, small.input) == (2.5, 0.15)
    gemini = "generativelanguage.googleapis.com"
    assert price_of(None, gemini, "models/gemini-2.5-pro") == price_of(None, gemini, "gemini-2.5-pro")
    table = {"mine": {"a*": Price(input=1, output=1), "ab*": Price(input=2, output=2), "abc": FREE}}
    found = {model: price_of(None, "x", model, name="mine", own=table) for model in ("ax", "ABx", "abc", "x")}
    assert [price and price.input for price in found.values()] == [1, 2, 0, None]


def test_what_runs_on_a_machine_of_ones_own_is_free_and_what_does_not_is_not() -> None:
    for name, preset in PRESETS.items():
        if preset.local:
            provider = default_providers()[name]
            assert price_of(provider, preset.base_url.split("/")[2], "any", name=name) == FREE
            assert price_of(provider, "192.168.1.20:11434", "any", name=name) == FREE
            assert price_of(provider, "workstation:11434", "any", name=name) == FREE
            assert price_of(provider, "models.example.com", "any", name=name) is None
    assert price_of(Provider(kind="llama_cpp", model="w.gguf"), "", "w.gguf") == FREE
    assert price_of(Provider(kind="demo", model="demo"), "", "demo") == FREE


def test_free_models_cost_nothing_which_is_known() -> None:
    free = price_of(None, "openrouter.ai", "meta-llama/llama-3.3-70b-instruct:free")
    assert free is not None
    assert free.cost(Usage(1000, 1000)) == 0
    assert price_of(None, "openrouter.ai", "openai/gpt-4o") is None


def test_ones_own_prices_win_and_hold_wherever_requests_go(own: Path) -> None:
    providers = default_providers() | {
        "mine": Provider(kind="openai", model="m", base_url="https://p.example/v1")
    }
    price = pricing(providers, own)
    mine = price(RoleInfo("mine", "openai", "m", "mine:m", host="p.example"))
    assert mine is not None
    assert (mine.input, mine.output) == (1.0, 2.5)
    for host in ("api.openai.com", "proxy.example"):
        official = price(RoleInfo("openai", "openai", "gpt-4o", "openai:gpt-4o", host=host))
        assert official is not None
        assert (official.input, official.as_of, official.page) == (7.0, "2026-11-01", "a contract")
    # Other models of the provider keep the built-in price.
    other = price(RoleInfo("openai", "openai", "gpt-4o-mini", "openai:gpt-4o-mini", host="api.openai.com"))
    assert other is not None
    assert other.input == 0.15
    assert price(RoleInfo("rules", "rules", "", "built-in rules")) == FREE


def test_no_file_of_ones_own_is_no_mistake(tmp_path: Path) -> None:
    assert own_prices(tmp_path / "prices.toml") == {}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('[a.models]\n"m" = { input = -1, output = 2 }', '[a.models] "m" input is -1'),
        ('[a.models]\n"m" = { input = nan, output = 2 }', '[a.models] "m" input is nan'),
        ('[a.models]\n"m" = { input = 1, output = inf }', '[a.models] "m" output is inf'),
        ('[a.models]\n"m" = { input = 1, output = true }', '[a.models] "m" output is True'),
        ('[a.models]\n"m" = { input = 1, output = "2" }', "[a.models] \"m\" output is '2'"),
        ('[a.models]\n"m" = { input = 1 }', '[a.models] "m" has no output'),
        ('[a.models]\n"m" = { input = 1, output = 2, outptu = 3 }', "has the unknown key 'outptu'"),
        ('[a.models]\n"m" = 3', '[a.models] "m" is not a table'),
        ('[a.models]\n"m" = { input = 1, output = 2, context = 1.5 }', '[a.models] "m" context is 1.5'),
        ('[a.models]\n"m" = { input = 1, output = 2, as_of = 3 }', '[a.models] "m" as_of is 3'),
        ('[a.models]\n"m" = { input = 1, output = 2, above = 9 }', "has only one of above and long"),
        (
            '[a.models]\n"m" = { input = 1, output = 2, above = 9, long = { input = 1 } }',
            '"m" long has no output',
        ),
        ("[a]\nm = { input = 1, output = 2 }", "[a] has the unknown key 'm'"),
        ("a = 1", "[a] is not a table"),
        ("[a.models\n", "not TOML"),
        (b"\xff\xfe", "cannot be read"),
    ],
)
def test_a_mistake_in_ones_own_prices_names_the_file_and_the_entry(
    tmp_path: Path, text: str | bytes, place: str
) -> None:
    path = tmp_path / "prices.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigError) as raised:
        own_prices(path)
    assert str(path) in raised.value.message
    assert place in raised.value.message
    assert raised.value.remedy


def test_the_table_is_not_read_before_it_is_needed() -> None:
    code = "from codesteer_tui.providers.costs import prices; print(prices.built_in.cache_info().currsize)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"
