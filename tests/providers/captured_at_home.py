"""Bodies of failed calls as servers of one's own send them, and what stands before them; see `captured`."""

from __future__ import annotations

from codesteer_tui.errors import ModelErrorKind
from tests.providers.captured import openai_error

CAPTURED_AT_HOME: dict[str, tuple[int, object, ModelErrorKind]] = {
    "ollama model": (404, {"error": 'model "llama2" not found, try pulling it first'}, "not_found"),
    "ollama model by its other door": (
        404,
        {
            "error": {
                "message": 'model "x" not found, try pulling it first',
                "type": "api_error",
                "code": None,
            }
        },
        "not_found",
    ),
    "lm studio context": (
        400,
        {
            "error": "Trying to keep the first 14538 tokens when context the overflows. However, the model is loaded "
            "with context length of only 2048 tokens, which is not enough."
        },
        "context_too_long",
    ),
    "lm studio other context": (
        400,
        {
            "error": "The number of tokens to keep from the initial prompt is greater than the context length "
            "(n_keep: 13055>= n_ctx: 4096). Try to load the model with a larger context length."
        },
        "context_too_long",
    ),
    "lm studio no model": (
        404,
        openai_error("No models loaded. Please load a model in the developer page.", "model_not_found"),
        "not_found",
    ),
    "vllm context": (
        400,
        {
            "object": "error",
            "message": "This model's maximum context length is 6048 tokens. However, you requested 6616 tokens (568 in "
            "the messages, 6048 in the completion). Please reduce the length of the messages or completion.",
            "type": "BadRequestError",
            "param": None,
            "code": 400,
        },
        "context_too_long",
    ),
    "vllm no room for an answer": (
        400,
        {
            "object": "error",
            "message": "max_tokens must be at least 1, got -186.",
            "type": "BadRequestError",
            "code": 400,
        },
        "context_too_long",
    ),
    "vllm model": (
        404,
        {"object": "error", "message": "The model `x` does not exist.", "type": "NotFoundError", "code": 404},
        "not_found",
    ),
    "llama-server context": (
        400,
        {
            "error": {
                "code": 400,
                "message": "request (15013 tokens) exceeds the available context size (2048 tokens), try increasing it",
                "type": "exceed_context_size_error",
                "n_prompt_tokens": 15013,
                "n_ctx": 2048,
            }
        },
        "context_too_long",
    ),
    "llama-server loading": (
        503,
        {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}},
        "overloaded",
    ),
    "llama-server key": (
        401,
        {"error": {"message": "Invalid API Key", "type": "authentication_error", "code": 401}},
        "auth",
    ),
    "llama-cpp-python context": (
        400,
        openai_error(
            "This model's maximum context length is 2048 tokens. However, you requested 24013 tokens (24013 in the "
            "messages, None in the completion).",
            "context_length_exceeded",
        ),
        "context_too_long",
    ),
    "a gateway's page": (
        503,
        "<html><head><title>503 Service Temporarily Unavailable</title></head></html>",
        "overloaded",
    ),
    "fastapi": (500, {"detail": "Internal Server Error"}, "overloaded"),
    "a proxy": (407, "proxy authentication required", "unreachable"),
}
