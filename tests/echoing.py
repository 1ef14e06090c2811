"""A server that repeats whatever it is sent, keys above all: in texts, errors, web pages, headers and lists.

The name of the model says what it does: `echo`, `page`, `html401`, `event`, `cut`, `redirect`, `list`, or a status
such as `e401`.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote

from tests.fake_servers import anthropic_body, openai_body, responses_body, sliced

PIECE = 5
"""Characters of a piece of text, so that a key is spread over many."""


class EchoServer(ThreadingHTTPServer):
    """Listens on `url` and keeps the headers of every request in `heard`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.heard: list[dict[str, str]] = []

    @property
    def url(self) -> str:
        """Where it listens, without a path."""
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def echoing() -> Iterator[EchoServer]:
    """An `EchoServer` that listens until the block ends."""
    server = EchoServer()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: EchoServer

    def do_GET(self) -> None:
        self.server.heard.append(dict(self.headers))
        models = [{"id": value, "object": "model"} for value in ("echo", *self._secrets())]
        self._answer(200, json.dumps({"object": "list", "data": models}), "application/json")

    def do_POST(self) -> None:
        self.server.heard.append(dict(self.headers))
        body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))) or b"{}")
        said = self._said()
        match body.get("model", ""):
            case "page":
                self._answer(200, f"<html><title>{said}</title>{said}</html>", "text/html")
            case "html401":
                self._answer(401, f"<html><title>{said}</title>{said}</html>", "text/html")
            case "redirect":
                self._answer(307, said, "text/plain", location=f"http://127.0.0.1:9/{quote(said)}")
            case "event":
                error = {"error": {"message": said, "type": "server_error", "code": said}}
                self._answer(200, f"data: {json.dumps(error)}\n\n", "text/event-stream")
            case "list":
                self._answer(400, json.dumps([said, {"x": said}]), "application/json")
            case model if model[:1] == "e" and model[1:].isdigit():
                error = {
                    "type": "error",
                    "error": {"message": f"bad key: {said}", "type": said, "param": said},
                }
                self._answer(int(model[1:]), json.dumps(error), "application/json")
            case model:
                self._answer(200, self._stream(body), "text/event-stream", cut=model == "cut")

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def _stream(self, body: dict[str, Any]) -> bytes:
        said = self._said()
        text = f"{said}\n```python\nprint({said!r})\n```\n{said} <<<{said}>>> {said}"
        makers = {"/messages": anthropic_body, "/responses": responses_body}
        make = next((maker for end, maker in makers.items() if self.path.endswith(end)), openai_body)
        return make(
            *(text[i : i + PIECE] for i in range(0, len(text), PIECE)),
            reasoning=[said[i : i + PIECE] for i in range(0, len(said), PIECE)],
        )

    def _secrets(self) -> list[str]:
        """What the request was sent with that may be secret, as it is and in two other forms."""
        told = [v for k, v in self.headers.items() if k.lower() in ("authorization", "x-api-key", "x-auth")]
        bare = [word for value in told for word in value.split()[-1:]]
        return [
            form
            for value in (*told, *bare)
            for form in (value, quote(value, safe=""), base64.b64encode(value.encode()).decode())
        ]

    def _said(self) -> str:
        return "you sent " + " and ".join(self._secrets())

    def _answer(
        self, status: int, body: str | bytes, kind: str, *, cut: bool = False, location: str = ""
    ) -> None:
        data = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("x-request-id", self._secrets()[0] if self._secrets() else "none")
        self.send_header("retry-after", "0")
        if location:
            self.send_header("location", location)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        for piece in sliced(data[: len(data) * 3 // 4] if cut else data, 97):
            self.wfile.write(piece)
        self.close_connection = cut or status != 200
