"""A model behind a network: what every such provider does the same, whatever its protocol.

A protocol's module says how to connect, how a request is made, which parameters a server may refuse, and how
the events of a reply are read. Retries, endings, lost connections and errors are the same for all, and are
here. The SDKs are imported in a thread when the first stream is opened, so that neither starting the program
nor the event loop waits for them.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any, ClassVar
from urllib.parse import urlsplit

from msgspec import Struct, field

from codesteer_tui.presets import PRESETS, Preset
from codesteer_tui.providers import Completed, Delta, Sampling, TextDelta
from codesteer_tui.providers.costs.estimating import estimated
from codesteer_tui.providers.failures.kinds import (
    Failure,
    Place,
    explain,
    from_status,
    no_json,
    refused_parameter,
    unfinished,
    unusable_key,
)
from codesteer_tui.providers.keys.hiding import Secret, hide_in
from codesteer_tui.providers.remote.network import Network
from codesteer_tui.providers.remote.reading import Reading, SaidError, field_of
from codesteer_tui.providers.remote.streaming import (
    MAX_RETRIES,
    PATIENCE,
    concealed,
    lively,
    persistent,
    secrets_in,
    sendable,
)
from codesteer_tui.providers.remote.wire import as_events, as_json, whole_body
from codesteer_tui.values import Message, RoleInfo

OWN_FIELDS = frozenset({"stream", "messages", "input", "system", "instructions"})
"""Fields of a request that are this program's to fill in."""


class Habits(Struct, frozen=True):
    """How one service wants to be asked, where that is not the protocol's matter.

    `limit` is its name for the most tokens of a reply ("" leaves it to the protocol), `effort` the field that
    says how much to think, `priced` that it tells prices in US dollars. `body` goes into every request, over
    what would be sent without it. `thinking_tokens` asks Anthropic's protocol for that many, 0 for none.
    """

    limit: str = ""
    effort: str = "reasoning_effort"
    priced: bool = False
    body: dict[str, Any] = field(default_factory=dict)
    thinking_tokens: int = 0


def preset_of(name: str, base_url: str) -> Preset | None:
    """The preset of this name, else the one for the host of this address, else None."""
    if name in PRESETS:
        return PRESETS[name]
    host = Place("", base_url, "").host
    here = (preset for preset in PRESETS.values() if preset.base_url and not preset.local)
    return next((preset for preset in here if urlsplit(preset.base_url).hostname == host), None)


class RemoteModel(ABC):
    """A model behind a network protocol.

    `name` is the provider as configured; an empty `base_url` means the protocol's own company; `api_key` None
    sends no key; `headers` go with every request; `retries` counts the tries after the first; `network` and
    `habits` have defaults that suit a server of one's own. `timeout_s` is the longest silence in seconds, where
    there is no `network` to say so.
    """

    kind: ClassVar[str]
    official: ClassVar[str]
    optional: ClassVar[tuple[str, ...]]
    """Parameters that are left out when a server names them as not its own."""

    def __init__(
        self,
        *,
        model: str,
        name: str = "",
        base_url: str | None = None,
        api_key: str | None = None,
        timeout_s: float = 120.0,
        headers: Mapping[str, str] | None = None,
        label: str = "",
        retries: int = MAX_RETRIES,
        network: Network | None = None,
        habits: Habits | None = None,
    ) -> None:
        name = name or self.kind
        self._network = network or Network(timeout_s)
        self._headers = dict(headers or {})
        secrets: list[str] = [value for value in self._headers.values() if isinstance(value, Secret)]
        secrets += [self._network.password] if self._network.password else []
        key = (api_key or "").strip()
        self._place = Place(name, base_url or self.official, model, key, tuple(secrets))
        self._label = label or f"{name}:{model}"
        self._retries = retries
        self._habits = habits or Habits()
        self._unwanted: set[str] = set()
        self._client: Any = None

    @property
    def info(self) -> RoleInfo:
        """Who this is; `host` is where requests go."""
        place = self._place
        return RoleInfo(place.provider, self.kind, place.model, self._label, host=place.host)

    @property
    def base_url(self) -> str:
        """The address of the API, for `fetch`; not for showing, as it may hold a password."""
        return self._place.base_url

    @property
    def left_out(self) -> tuple[str, ...]:
        """The parameters that the server has refused so far, and that it is not sent any more; sorted."""
        return tuple(sorted(self._unwanted))

    async def stream(self, messages: Sequence[Message], options: Sampling) -> AsyncGenerator[Delta, None]:
        """Answer the conversation, piece by piece.

        Raises:
            ModelError: typed by `kind`. A stream that ends without saying why is `broken_stream`.
            ConfigError: the proxy or the certificates that were configured cannot be used.
        """
        messages = sendable(messages, self._place.provider)
        tries = persistent(lambda: self._once(messages, options), self._explain, self._retries)
        async with aclosing(concealed(tries, secrets_in(self._place.hidden))) as deltas:
            async for delta in deltas:
                yield delta

    async def prepare(self) -> None:
        """Make what the first call would make: the SDK is imported, certificates are read. Sends nothing.

        Raises:
            ModelError: the key holds what cannot be sent.
            ConfigError: the proxy or the certificates that were configured cannot be used.
        """
        await self._connected()

    async def fetch(self, address: str, *, body: Mapping[str, Any] | None = None, timeout_s: float) -> Any:
        """What the server says at another address, as JSON without keys: a GET, or a POST of `body`. Asked once.

        `address` is a path after base_url, or a whole address on the same host. Key, headers, proxy and
        certificates are those of a call.

        Raises:
            ModelError: `not_found` where there is no such address (404, 405, 501), `protocol` for what is no JSON.
        """
        client = await self._connected()
        import httpx2

        options = {**self._whose_key(), "timeout": timeout_s}
        try:
            if body is None:
                reply = await client.get(address, cast_to=httpx2.Response, options=options)
            else:
                reply = await client.post(address, cast_to=httpx2.Response, body=body, options=options)
            return hide_in(reply.json(), secrets_in(self._place.hidden))
        except ValueError:
            kind = reply.headers.get("content-type", "")
            raise no_json(self._place, content_type=kind) from None
        except Exception as error:
            if getattr(error, "status_code", None) in (404, 405, 501):
                raise from_status(404, getattr(error, "body", None), {}, self._place).error from error
            failure = self._explain(error, False)
            if failure is None:
                raise
            raise failure.error from error

    async def aclose(self) -> None:
        """Close the connections. May be called twice; a later call opens new ones."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    @abstractmethod
    def _connect(self) -> Any:
        """The SDK's client. Called in a thread, because it imports the SDK."""

    @abstractmethod
    def _request(self, messages: Sequence[Message], options: Sampling) -> dict[str, Any]:
        """The body of a call, without the parameters that the server refused."""

    @abstractmethod
    async def _send(self, body: dict[str, Any]) -> Any:
        """Start a call; an asynchronous iterator of events as plain JSON values."""

    @abstractmethod
    def _reading(self) -> Reading:
        """A reader for one reply."""

    def _whose_key(self) -> Any:
        """Options of a request that keep the SDK from sending another key than this provider's."""
        return {}

    def _said_done(self, stream: Any) -> bool:
        """Whether the server marked the end of the stream, beyond what its events say."""
        return False

    def _words(self, body: Mapping[str, Any]) -> dict[str, str]:
        """The words by which a server may refuse something in `body`, and the parameter that each stands for."""
        return {name: name for name in self.optional if name in body}

    def _wanted(self, optional: Mapping[str, Any]) -> dict[str, Any]:
        """Those that have a value and were not refused."""
        return {k: v for k, v in optional.items() if v is not None and k not in self._unwanted}

    async def _connected(self) -> Any:
        """The SDK's client, made on first use.

        Raises:
            ModelError: the key holds what cannot be sent.
            ConfigError: the proxy or the certificates cannot be used.
        """
        if (unusable := unusable_key(self._place)) is not None:
            raise unusable
        if self._client is None:
            self._client = await asyncio.to_thread(self._connect)
        return self._client

    @property
    def _is_official(self) -> bool:
        return self._place.host == Place("", self.official, "").host

    def _explain(self, error: Exception, began: bool) -> Failure | None:
        return explain(error, self._place, began=began)

    async def _once(self, messages: Sequence[Message], options: Sampling) -> AsyncGenerator[Delta, None]:
        stream = await self._open(messages, options)
        reading = self._reading()
        try:
            alive = lively(stream, lambda: reading.chars, self._network.timeout_s)
            async with aclosing(alive) as events:
                async for event in events:
                    for delta in reading.read(event):
                        yield delta
        except Exception as error:
            for delta in reading.rest():
                yield delta
            lost = self._explain(error, True)
            if not reading.finish or lost is None or lost.error.kind != "broken_stream":
                raise
        finally:
            await stream.close()
        done = self._said_done(stream)
        body = whole_body(stream.response) if not reading.events and not done else b""
        for delta in [*_unstreamed(body, reading), *reading.rest()]:
            yield delta
        finish = reading.finish or ("stop" if done else None)
        if not finish:
            kind = stream.response.headers.get("content-type", "")
            raise unfinished(self._place, events=reading.events, content_type=kind, body=body)
        usage = reading.usage
        if usage is None or (reading.chars and not usage.tokens):
            usage = estimated(messages, reading.chars)
        yield Completed(finish, usage)

    async def _open(self, messages: Sequence[Message], options: Sampling) -> Any:
        """Start the call; a parameter that the server does not take is left out or renamed, once each."""
        await self._connected()
        while True:
            body = {**self._request(messages, options), **self._habits.body}
            words = self._words(body)
            try:
                async with asyncio.timeout(PATIENCE * self._network.timeout_s):
                    return await self._send(body)
            except Exception as error:
                word = refused_parameter(error, list(words))
                if word is None or words[word] in self._unwanted:
                    raise
                self._unwanted.add(words[word])


def _unstreamed(body: bytes, reading: Reading) -> list[TextDelta]:
    """The texts of a reply that came whole, although a stream was asked for.

    Raises:
        SaidError: it is an error, although the status said that all is well.
    """
    reply = as_json(body) if body else None
    first = reply[0] if isinstance(reply, list) and reply else reply
    if field_of(first, "error") or "error" in (field_of(first, "object"), field_of(first, "type")):
        raise SaidError(first)
    return [delta for event in as_events(reply) for delta in reading.read(event)]
