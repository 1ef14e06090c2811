"""Services that speak a known protocol: their address, the variable that holds their key, and their habits.

A preset is all that is particular to a service. Everything else is the protocol's, in `codesteer_tui.providers`.
Addresses and variables are the services' own, as documented on `page`.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from codesteer_tui.errors import ConfigError


class Preset(Struct, frozen=True, kw_only=True):
    """One service. `base_url` is empty where every customer has an address of their own.

    `limit` is the name under which it takes the most tokens of a reply. `effort` is how it is told to think
    more or less: a field of its own, or `reasoning = {effort}`. `local` marks what runs on a machine of one's
    own and costs nothing. `priced` marks what tells the price of a call in US dollars. `page` is where keys and
    models are found.
    """

    kind: Literal["openai", "anthropic"] = "openai"
    title: str
    base_url: str
    key: str
    page: str
    model: str = ""
    limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    effort: Literal["reasoning_effort", "reasoning"] = "reasoning_effort"
    local: bool = False
    priced: bool = False


PRESETS: dict[str, Preset] = {
    "openai": Preset(
        title="OpenAI",
        base_url="https://api.openai.com/v1",
        key="env:OPENAI_API_KEY",
        model="gpt-4o",
        limit="max_completion_tokens",
        page="https://platform.openai.com/api-keys",
    ),
    "anthropic": Preset(
        kind="anthropic",
        title="Anthropic",
        base_url="https://api.anthropic.com",
        key="env:ANTHROPIC_API_KEY",
        model="claude-sonnet-4-5",
        page="https://console.anthropic.com/settings/keys",
    ),
    "azure": Preset(
        title="Azure OpenAI",
        base_url="",
        key="env:AZURE_OPENAI_API_KEY",
        limit="max_completion_tokens",
        page="https://learn.microsoft.com/azure/ai-foundry/openai/",
    ),
    "deepseek": Preset(
        title="DeepSeek",
        base_url="https://api.deepseek.com/v1",
        key="env:DEEPSEEK_API_KEY",
        page="https://platform.deepseek.com/api_keys",
    ),
    "gemini": Preset(
        title="Google Gemini",
        base_url="https://generativelanguage.googleapis.com/v1beta/openai",
        key="env:GEMINI_API_KEY",
        page="https://aistudio.google.com/apikey",
    ),
    "groq": Preset(
        title="Groq",
        base_url="https://api.groq.com/openai/v1",
        key="env:GROQ_API_KEY",
        limit="max_completion_tokens",
        page="https://console.groq.com/keys",
    ),
    "mistral": Preset(
        title="Mistral",
        base_url="https://api.mistral.ai/v1",
        key="env:MISTRAL_API_KEY",
        page="https://console.mistral.ai/api-keys",
    ),
    "openrouter": Preset(
        title="OpenRouter",
        base_url="https://openrouter.ai/api/v1",
        key="env:OPENROUTER_API_KEY",
        effort="reasoning",
        priced=True,
        page="https://openrouter.ai/settings/keys",
    ),
    "together": Preset(
        title="Together AI",
        base_url="https://api.together.xyz/v1",
        key="env:TOGETHER_API_KEY",
        page="https://api.together.ai/settings/api-keys",
    ),
    "xai": Preset(
        title="xAI",
        base_url="https://api.x.ai/v1",
        key="env:XAI_API_KEY",
        page="https://console.x.ai",
    ),
    "ollama": Preset(
        title="Ollama",
        base_url="http://127.0.0.1:11434/v1",
        key="none",
        local=True,
        page="https://docs.ollama.com/api/openai-compatibility",
    ),
    "lmstudio": Preset(
        title="LM Studio",
        base_url="http://127.0.0.1:1234/v1",
        key="none",
        local=True,
        page="https://lmstudio.ai/docs/app/api/endpoints/openai",
    ),
    "vllm": Preset(
        title="vLLM",
        base_url="http://127.0.0.1:8000/v1",
        key="none",
        local=True,
        page="https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html",
    ),
    "llama-server": Preset(
        title="llama-server",
        base_url="http://127.0.0.1:8080/v1",
        key="none",
        local=True,
        page="https://github.com/ggml-org/llama.cpp/tree/master/tools/server",
    ),
}


def require_address(name: str, preset: str, base_url: str) -> None:
    """See that the provider `name` leads somewhere: a service whose customers have addresses of their own needs one.

    Raises:
        ConfigError: it has none.
    """
    service = PRESETS.get(preset)
    if service and not service.base_url and not base_url:
        raise ConfigError(
            f"The provider {name!r} has no address: {service.title} gives every customer one of their own.",
            f'Set providers.{name}.base_url, for example "https://RESOURCE.openai.azure.com/openai/v1"; '
            f"see {service.page}",
        )
