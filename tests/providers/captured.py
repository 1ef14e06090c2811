"""Bodies of failed calls as the services send them, shortened, with the kind that each is.

Names of accounts and numbers of requests are made up; everything else is what people have met and reported.
"""

from __future__ import annotations

from typing import Any

from codesteer_tui.errors import ModelErrorKind


def openai_error(
    message: str, code: str | int | None = None, type: str = "invalid_request_error"
) -> dict[str, Any]:
    return {"error": {"message": message, "type": type, "param": None, "code": code}}


def _anthropic(type: str, message: str, **details: Any) -> dict[str, Any]:
    error = {"type": type, "message": message, **details}
    return {"type": "error", "error": error, "request_id": "req_0"}


def _google(code: int, status: str, message: str, *details: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"error": {"code": code, "message": message, "status": status, "details": list(details)}}]


_BILLING = "Need more tokens? Upgrade to Dev Tier today at https://console.groq.com/settings/billing"
_GOOGLE_QUOTA = (
    "You exceeded your current quota, please check your plan and billing details. For more information on this "
    "error, head to: https://ai.google.dev/gemini-api/docs/rate-limits."
)


def _google_violation(quota: str) -> dict[str, Any]:
    return {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"quotaId": quota}]}


_RETRY_INFO = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "37s"}

CAPTURED: dict[str, tuple[int, object, ModelErrorKind]] = {
    "openai key": (
        401,
        openai_error("Incorrect API key provided: sk-proj-********3456.", "invalid_api_key"),
        "auth",
    ),
    "openai quota": (
        429,
        openai_error(
            "You exceeded your current quota, please check your plan and billing details. For more information "
            "on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.",
            "insufficient_quota",
            "insufficient_quota",
        ),
        "quota",
    ),
    "openai rate": (
        429,
        openai_error(
            "Rate limit reached for gpt-4 in organization org-x on tokens per min (TPM): Limit 10000, Used 9000, "
            "Requested 2000. Please try again in 6s. Visit https://platform.openai.com/account/rate-limits.",
            "rate_limit_exceeded",
            "tokens",
        ),
        "rate_limit",
    ),
    "openai rate that advertises": (
        429,
        openai_error(
            "Rate limit reached for default-gpt-3.5-turbo in organization org-x on requests per min. Limit: 3 / "
            "min. Please try again in 20s. Please add a payment method to your account to increase your rate "
            "limit. Visit https://platform.openai.com/account/billing to add a payment method.",
            None,
            "requests",
        ),
        "rate_limit",
    ),
    "openai too large at once": (
        429,
        openai_error(
            "Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 342389. The input or "
            "output tokens must be reduced in order to run successfully.",
            "rate_limit_exceeded",
            "tokens",
        ),
        "rate_limit",
    ),
    "openai context": (
        400,
        openai_error(
            "This model's maximum context length is 8192 tokens. However, your messages resulted in 8227 tokens.",
            "context_length_exceeded",
        ),
        "context_too_long",
    ),
    "openai responses context": (
        400,
        openai_error(
            "Your input exceeds the context window of this model. Please adjust your input and try again.",
            "context_length_exceeded",
        ),
        "context_too_long",
    ),
    "openai model": (
        404,
        openai_error("The model `gpt-9` does not exist or you do not have access to it.", "model_not_found"),
        "not_found",
    ),
    "openai value": (
        400,
        openai_error("max_tokens is too large: 100000. This model supports at most 16384 completion tokens."),
        "bad_request",
    ),
    "anthropic key": (401, _anthropic("authentication_error", "invalid x-api-key"), "auth"),
    "anthropic permission": (403, _anthropic("permission_error", "Your API key does not have it."), "auth"),
    "anthropic model": (404, _anthropic("not_found_error", "model: claude-0"), "not_found"),
    "anthropic context": (
        400,
        _anthropic("invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"),
        "context_too_long",
    ),
    "anthropic context and output": (
        400,
        _anthropic(
            "invalid_request_error",
            "input length and `max_tokens` exceed context limit: 190000 + 21333 > 200000, decrease input length "
            "or `max_tokens` and try again",
        ),
        "context_too_long",
    ),
    "anthropic size": (
        413,
        _anthropic("request_too_large", "Request exceeds the maximum size"),
        "context_too_long",
    ),
    "anthropic credit": (
        400,
        _anthropic(
            "invalid_request_error",
            "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade.",
        ),
        "quota",
    ),
    "anthropic spending": (
        400,
        _anthropic("invalid_request_error", "You have reached your specified API usage limits."),
        "quota",
    ),
    "anthropic spending as a rate": (
        429,
        _anthropic(
            "rate_limit_error",
            "This request is refused.",
            details={"error_code": "enforced_spend_limit_reached"},
        ),
        "quota",
    ),
    "anthropic rate": (
        429,
        _anthropic(
            "rate_limit_error",
            "This request would exceed your organization's rate limit of 40,000 input tokens per minute.",
        ),
        "rate_limit",
    ),
    "anthropic overloaded": (529, _anthropic("overloaded_error", "Overloaded"), "overloaded"),
    "anthropic internal": (500, _anthropic("api_error", "Internal server error"), "overloaded"),
    "gemini key": (
        400,
        _google(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."),
        "auth",
    ),
    "gemini a minute": (
        429,
        _google(
            429,
            "RESOURCE_EXHAUSTED",
            _GOOGLE_QUOTA,
            _google_violation("GenerateContentInputTokensPerModelPerMinute-FreeTier"),
            _RETRY_INFO,
        ),
        "rate_limit",
    ),
    "gemini a day": (
        429,
        _google(
            429,
            "RESOURCE_EXHAUSTED",
            _GOOGLE_QUOTA,
            _google_violation("GenerateRequestsPerDayPerProjectPerModel-FreeTier"),
            _RETRY_INFO,
        ),
        "quota",
    ),
    "gemini capacity": (
        429,
        _google(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota)."),
        "rate_limit",
    ),
    "gemini context": (
        400,
        _google(
            400,
            "INVALID_ARGUMENT",
            "The input token count (1048577) exceeds the maximum number of tokens allowed (1048576).",
        ),
        "context_too_long",
    ),
    "gemini model": (
        404,
        _google(404, "NOT_FOUND", "models/gemini-0 is not found for API version v1main."),
        "not_found",
    ),
    "gemini overloaded": (
        503,
        _google(503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
        "overloaded",
    ),
    "mistral parameter": (
        422,
        {
            "object": "error",
            "message": {
                "detail": [
                    {
                        "type": "extra_forbidden",
                        "loc": ["body", "max_completion_tokens"],
                        "msg": "Extra inputs are not permitted",
                        "input": 32000,
                    }
                ]
            },
            "type": "invalid_request_error",
            "param": None,
            "code": None,
        },
        "bad_request",
    ),
    "mistral detail": (
        422,
        {"detail": [{"loc": ["body", "messages"], "msg": "field required"}]},
        "bad_request",
    ),
    "mistral key": (401, {"detail": "Unauthorized"}, "auth"),
    "mistral capacity": (
        429,
        {
            "object": "error",
            "message": "Service tier capacity exceeded for this model.",
            "type": "invalid_request_error",
            "param": None,
            "code": None,
        },
        "rate_limit",
    ),
    "mistral rate": (
        429,
        {"object": "error", "message": "Rate limit exceeded", "type": "rate_limited", "code": "1300"},
        "rate_limit",
    ),
    "mistral context": (
        400,
        {
            "object": "error",
            "message": "Prompt contains 40959 tokens and 0 draft tokens, too large for model with 32768 maximum "
            "context length",
            "type": "invalid_request_prompt",
            "code": "3051",
        },
        "context_too_long",
    ),
    "deepseek balance": (
        402,
        openai_error("Insufficient Balance", "invalid_request_error", "unknown_error"),
        "quota",
    ),
    "deepseek context": (
        400,
        openai_error(
            "This model's maximum context length is 131072 tokens. However, you requested 131134 tokens (122942 in "
            "the messages, 8192 in the completion). Please reduce the length of the messages or completion.",
            "invalid_request_error",
        ),
        "context_too_long",
    ),
    "groq too large at once": (
        413,
        openai_error(
            "Request too large for model `llama-3.1-8b-instant` in organization `org_x` service tier `on_demand` on "
            f"tokens per minute (TPM): Limit 6000, Requested 12328, please reduce your message size. {_BILLING}",
            "rate_limit_exceeded",
            "tokens",
        ),
        "rate_limit",
    ),
    "groq a minute": (
        429,
        openai_error(
            "Rate limit reached for model `llama-3.1-8b-instant` in organization `org_x` service tier `on_demand` on "
            f"tokens per minute (TPM): Limit 6000, Used 5034, Requested 1443. Please try again in 4.77s. {_BILLING}",
            "rate_limit_exceeded",
            "tokens",
        ),
        "rate_limit",
    ),
    "groq a day": (
        429,
        openai_error(
            "Rate limit reached for model `llama-3.3-70b-versatile` in organization `org_x` service tier `on_demand` "
            "on tokens per day (TPD): Limit 100000, Used 97050, Requested 3619. Please try again in 9m38.016s. "
            f"{_BILLING}",
            "rate_limit_exceeded",
            "tokens",
        ),
        "rate_limit",
    ),
    "openrouter credits": (
        402,
        {
            "error": {
                "message": "This request requires more credits, or fewer max_tokens. You requested up to 65536 "
                "tokens, but can only afford 3395.",
                "code": 402,
                "metadata": {"provider_name": None},
            }
        },
        "quota",
    ),
    "openrouter moderation": (
        403,
        {
            "error": {
                "message": "Input flagged: requires moderation",
                "code": 403,
                "metadata": {"reasons": ["x"]},
            }
        },
        "refused",
    ),
    "openrouter no provider": (
        404,
        {"error": {"message": "No endpoints found for nobody/nothing.", "code": 404}},
        "not_found",
    ),
    "openrouter key limit": (403, {"error": {"message": "Key limit exceeded", "code": 403}}, "quota"),
    "azure filter": (
        400,
        {
            "error": {
                "message": "The response was filtered due to the prompt triggering Azure OpenAI's content management "
                "policy. Please modify your prompt and retry.",
                "type": None,
                "param": "prompt",
                "code": "content_filter",
                "status": 400,
                "innererror": {"code": "ResponsibleAIPolicyViolation", "content_filter_result": {}},
            }
        },
        "refused",
    ),
    "azure deployment": (
        404,
        openai_error("The API deployment for this resource does not exist.", "DeploymentNotFound"),
        "not_found",
    ),
    "azure rate": (
        429,
        openai_error(
            "Requests to the ChatCompletions_Create Operation have exceeded token rate limit of your current OpenAI "
            "S0 pricing tier. Please retry after 7 seconds.",
            "429",
        ),
        "rate_limit",
    ),
    "xai key": (
        400,
        {
            "code": "Client specified an invalid argument",
            "error": "Incorrect API key provided: xa***st. You can obtain an API key from https://console.x.ai.",
        },
        "auth",
    ),
    "xai context": (
        400,
        {
            "code": "Client specified an invalid argument",
            "error": "This model's maximum prompt length is 131072 but the request contains 537812 tokens.",
        },
        "context_too_long",
    ),
    "together context": (
        422,
        openai_error(
            "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8193. Given: 9000 `inputs`."
        ),
        "context_too_long",
    ),
}
"""By service and occasion: status, body as the SDKs read it, kind. What runs at home is in `captured_at_home`."""

ADDRESSES: tuple[object, ...] = (
    {"detail": "Not Found"},
    "404 page not found",
    "",
    "<html><body>nginx</body></html>",
    {"error": {"message": "Invalid URL (POST /v1/v1/chat/completions)", "type": "invalid_request_error"}},
    {"error": {"code": 404, "message": "File Not Found", "type": "not_found_error"}},
    {"error": {"code": "404", "message": "Resource not found"}},
)
"""Bodies of a 404 that is about the address and not about the model."""

WAITS: tuple[tuple[object, float], ...] = (
    (openai_error("Please try again in 4.77s."), 4.77),
    (openai_error("Please try again in 9m38.016s."), 578.016),
    (openai_error("Please try again in 577ms."), 0.577),
    (openai_error("Please try again in 1h2m3s."), 3723),
    (openai_error("Please retry after 7 seconds."), 7),
    (openai_error("Please retry after 2 minutes."), 120),
    (_google(429, "RESOURCE_EXHAUSTED", _GOOGLE_QUOTA, _RETRY_INFO), 37),
)
"""Bodies that say how long to wait, and the seconds."""
