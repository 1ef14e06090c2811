"""A model behind a network: what every such provider does the same, whatever its protocol.

A protocol's module says how to connect, how a request is made, which parameters a server may refuse, and how
the events of a reply are read. Retries, endings, lost connections and errors are the same for all, and are
here. The SDKs are imported in a thread when the first stream is opened, so that neither starting the program
nor the event loop waits for them.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing
from typing import Any, ClassVar, Protocol

from codesteer_tui.providers import Completed, Delta, Sampling, TextDelta
from codesteer_tui.providers.failures import (
    Failure,
    Place,
    explain,
    from_status,
    no_json,
    refused_parameter,
    unfinished,
    unusable_key,
)
from codesteer_tui.providers.streaming import estimated, persistent, sendable
from codesteer_tui.values import Finish, Message, RoleInfo, Usage

CONNECT_S = 10.0


class Reply(Protocol):
    """What has been read of one reply: events that belong to the protocol, characters, ending, usage."""

    events: int
    chars: int
    finish: Finish | None

    @property
    def usage(self) -> Usage | None:
        """Tokens as the server counted them, or None where it gave no count."""
        ...

    def read(self, event: Any) -> Iterable[TextDelta]:
        """The texts of one event. Events of unknown types are passed over."""
        ...


class RemoteModel(ABC):
    """A model behind a network protocol.

    `name` is the provider as configured; an empty `base_url` means the protocol's own company; `api_key` None
    sends no key; `timeout_s` is the longest silence in seconds; `headers` go with every request.
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
    ) -> None:
        name = name or self.kind
        self._place = Place(name, base_url or self.official, model, (api_key or "").strip())
        self._timeout_s = timeout_s
        self._headers = dict(headers or {})
        self._label = label or f"{name}:{model}"
        self._unwanted: set[str] = set()
        self._client: Any = None

    @property
    def info(self) -> RoleInfo:
        """Who this is; `host` is where requests go."""
        place = self._place
        return RoleInfo(place.provider, self.kind, place.model, self._label, host=place.host)

    async def stream(self, messages: Sequence[Message], options: Sampling) -> AsyncGenerator[Delta, None]:
        """Answer the conversation, piece by piece.

        Raises:
            ModelError: typed by `kind`. A stream that ends without saying why is `broken_stream`.
        """
        messages = sendable(messages, self._place.provider)
        async with aclosing(persistent(lambda: self._once(messages, options), self._explain)) as deltas:
            async for delta in deltas:
                yield delta

    @property
    def base_url(self) -> str:
        """The address of the API, for `fetch`; not for showing, as it may hold a password."""
        return self._place.base_url

    @property
    def left_out(self) -> frozenset[str]:
        """The parameters that the server has refused so far, and that it is not sent any more."""
        return frozenset(self._unwanted)

    async def fetch(self, address: str, *, body: Mapping[str, Any] | None = None, timeout_s: float) -> Any:
        """What the server says at another address, as JSON: a GET, or a POST of `body`. Asked once.

        `address` is a path after base_url, or a whole address on the same host. Key, headers, proxy and
        certificates are those of a call.

        Raises:
            ModelError: `not_found` where there is no such address (404, 405, 501), `protocol` for what is no JSON.
        """
        client = await self._connected()
        import httpx2

        options = {"headers": self._keyless_headers(), "timeout": timeout_s}
        try:
            if body is None:
                reply = await client.get(address, cast_to=httpx2.Response, options=options)
            else:
                reply = await client.post(address, cast_to=httpx2.Response, body=body, options=options)
            return reply.json()
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
        """The optional and the other parameters of a call, without those that the server refused."""

    @abstractmethod
    async def _send(self, request: dict[str, Any]) -> Any:
        """Start a call; an asynchronous iterator of the SDK's events."""

    @abstractmethod
    def _reply(self) -> Reply:
        """A reader for one reply."""

    def _keyless_headers(self) -> dict[str, Any]:
        """What keeps the SDK from sending a key where there is none."""
        return {}

    async def _connected(self) -> Any:
        """The SDK's client, made on first use.

        Raises:
            ModelError: the key holds what cannot be sent.
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
        reply = self._reply()
        try:
            async for event in stream:
                for delta in reply.read(event):
                    yield delta
        except Exception as error:
            lost = self._explain(error, True)
            if not reply.finish or lost is None or lost.error.kind != "broken_stream":
                raise
        finally:
            await stream.close()
        if not reply.finish:
            kind = stream.response.headers.get("content-type", "")
            raise unfinished(self._place, events=reply.events, content_type=kind)
        yield Completed(reply.finish, reply.usage or estimated(messages, reply.chars))

    async def _open(self, messages: Sequence[Message], options: Sampling) -> Any:
        """Start the call; a parameter that the server does not take is left out or renamed, once each."""
        await self._connected()
        while True:
            request = self._request(messages, options)
            sent = request.keys() | request.get("extra_body", {}).keys()
            try:
                return await self._send(request)
            except Exception as error:
                name = refused_parameter(error, [known for known in self.optional if known in sent])
                if name is None or name in self._unwanted:
                    raise
                self._unwanted.add(name)
