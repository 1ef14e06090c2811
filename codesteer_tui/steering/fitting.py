"""A conversation that is longer than the model's context: the oldest programs' outputs are shortened until it fits."""

from __future__ import annotations

from dataclasses import replace

from codesteer_tui.errors import ModelError
from codesteer_tui.events import Noted
from codesteer_tui.providers import Measured
from codesteer_tui.steering.call import Call

LEAST_REPLY = 512
"""Tokens that are kept free for a reply where the context is small."""

AROUND = 32
"""Tokens that a chat template puts around a message, generously."""


async def fitted(call: Call) -> tuple[Call, Noted | None]:
    """The call as it fits the model's context, and what there is to say where something had to be left out.

    Only a model that counts its own tokens is asked. The outputs of programs are shortened one round after the
    other, the oldest first, until there is room for a short reply; answers and guidance stay whole. What does not
    fit even so is left for the model to refuse.
    """
    model, shorter = call.model, call.shorter
    if shorter is None or not isinstance(model, Measured):
        return call, None
    reply = min(call.options.max_tokens, LEAST_REPLY)
    most = model.context - reply
    if sum(len(message.content.encode("utf-8", "replace")) + AROUND for message in call.messages) <= most:
        return call, None  # a token has at least a byte
    try:
        first = needed = await model.measure(call.messages)
        rounds = 0
        while needed > most and (messages := shorter(rounds + 1)) is not None:
            rounds += 1
            call = replace(call, messages=messages)
            needed = await model.measure(messages)
    except ModelError:
        return call, None  # the call itself will say so
    if not rounds:
        return call, None
    outputs = f"outputs of the {rounds} oldest programs" if rounds > 1 else "output of the oldest program"
    if rounds == 1 and shorter(2) is None:
        outputs = "output of the program"
    text = (
        f"The conversation has {first:,} tokens, and the context of {model.info.label} holds {model.context:,}: "
        f"the {outputs} {'was' if rounds == 1 else 'were'} shortened, which leaves {needed:,}."
    )
    remedy = "A larger context_tokens of this provider keeps them whole, where the model can take more."
    return call, Noted(round=call.round, role=call.role, kind="shortened", text=text, remedy=remedy)
