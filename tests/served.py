"""A model server on loopback that lists its models and says one thing to whoever calls."""

from __future__ import annotations

import json
from typing import Any

from codesteer_tui.config import Provider
from tests.fake_servers import FakeServer, Scripted, openai_body

SAID = "I will search.\n\n```python\nfor a in range(9):\n    print(f'<<<{a}>>>')\n```\n"


def listing(*models: str, context: int = 0) -> Scripted:
    """What `/models` answers."""
    more = {"context_length": context} if context else {}
    data = [{"id": model, "object": "model", "created": 1, "owned_by": "x", **more} for model in models]
    body = json.dumps({"object": "list", "data": data}).encode()
    return Scripted([body], content_type="application/json")


class Served(FakeServer):
    """Lists `models`, each with this context, and answers every call with `reply`."""

    def __init__(self, *models: str, context: int = 0, reply: Scripted | None = None) -> None:
        super().__init__(Scripted())
        self._listing = listing(*models, context=context)
        self._reply = reply or Scripted([openai_body(SAID)])

    async def _answer(self, reply: Scripted, *ends: Any) -> None:
        is_call = self.asked[-1].path.endswith("/chat/completions")
        await super()._answer(self._reply if is_call else self._listing, *ends)

    def provider(self, **more: Any) -> Provider:
        """How it is configured."""
        settings = {"kind": "openai", "model": "m", "base_url": f"{self.url}/v1", "key": "none", **more}
        return Provider(**settings)

    @property
    def prompts(self) -> list[dict[str, Any]]:
        """The bodies of the calls that wanted a reply."""
        return [asked.body for asked in self.asked if asked.path.endswith("/chat/completions")]
