"""A hub on loopback, as huggingface_hub 2.4 speaks to one: the description of a repository, and files by redirect.

Large files (`lfs`) are redirected to a second server, as the real one does, so that it shows what goes there. What
goes wrong is scripted: `troubles` are taken by the requests for large files, one each, until none is left.
"""

from __future__ import annotations

import hashlib
import json
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"
_CHUNK = 8192


@dataclass
class Trouble:
    """What happens to one request for a large file. `after`: bytes that are sent before it happens.

    `cut`: the connection ends. `stall`: silence until the client goes. `whole`: a range is ignored, all of it comes.
    `wrong`: the bytes are not those that were promised. `status`: an error, with these headers. `dribble`: slowly.
    """

    kind: Literal["cut", "stall", "whole", "wrong", "status", "dribble", "longer"]
    after: int = 0
    status: int = 503
    headers: dict[str, str] = field(default_factory=dict)
    pause_s: float = 0.01


@dataclass
class Asked:
    """A request as it came, and to which of the two servers."""

    server: str
    path: str
    headers: dict[str, str]


@dataclass
class Repo:
    """A repository: its files; what of them is large; what its card says; who may see it."""

    files: dict[str, bytes]
    large: tuple[str, ...] = (".gguf", ".safetensors", ".bin")
    card: dict[str, Any] = field(default_factory=lambda: {"license": "apache-2.0"})
    gated: bool = False
    private: bool = False
    told_sizes: dict[str, int] = field(default_factory=dict)
    told_hashes: dict[str, str] = field(default_factory=dict)
    told_otherwise: dict[str, Any] = field(default_factory=dict)
    """What the description says instead of what is so."""

    def is_large(self, path: str) -> bool:
        return path.endswith(self.large)


class FakeHub:
    """`with FakeHub({"owner/name": Repo(...)}) as hub:` listens on `hub.url`; large files are at `hub.store_url`."""

    def __init__(self, repos: dict[str, Repo], *, tokens: tuple[str, ...] = ()) -> None:
        self.repos, self.tokens = repos, tokens
        self.troubles: deque[Trouble] = deque()
        self.asked: list[Asked] = []
        self.sent = 0
        """Bytes of large files that were sent."""
        self._over = threading.Event()

    def __enter__(self) -> FakeHub:
        self._servers = [self._serve("hub"), self._serve("store")]
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for server in self._servers:
            server.shutdown()
            server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._servers[0].server_port}"

    @property
    def store_url(self) -> str:
        return f"http://127.0.0.1:{self._servers[1].server_port}"

    def ranges(self) -> list[str]:
        """The ranges that were asked for of large files; "" where the whole was."""
        return [asked.headers.get("range", "") for asked in self.asked if asked.server == "store"]

    def _serve(self, name: str) -> ThreadingHTTPServer:
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                headers = {key.lower(): value for key, value in self.headers.items()}
                hub.asked.append(Asked(name, self.path, headers))
                try:
                    hub._answer(name, self, headers)
                except ConnectionError:
                    self.close_connection = True

            def log_message(self, *_: object) -> None:
                """Quiet."""

        server = _Server(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return server

    def _answer(self, name: str, to: BaseHTTPRequestHandler, headers: dict[str, str]) -> None:
        path = unquote(urlsplit(to.path).path)
        if name == "store":
            owner, repo, file = path.removeprefix("/").split("/", 2)
            self._large(to, self.repos[f"{owner}/{repo}"].files[file], headers)
            return
        parts = path.removeprefix("/").removeprefix("api/models/").split("/")
        key, rest = "/".join(parts[:2]), parts[2:]
        repo = self.repos.get(key)
        token = headers.get("authorization", "").removeprefix("Bearer ")
        if token and token not in self.tokens:
            _refuse(to, 401, "", "Invalid credentials in Authorization header")
        elif repo is None or (repo.private and not token):
            _refuse(to, 404 if token else 401, "RepoNotFound", "Repository not found")
        elif path.startswith("/api/models/"):
            if rest[:1] == ["revision"] and rest[1] not in ("main", COMMIT):
                _refuse(to, 404, "RevisionNotFound", f"Invalid rev id: {rest[1]}")
            else:
                _json(to, _description(key, repo))
        elif repo.gated and token != "allowed-token":
            _refuse(to, 403 if token else 401, "GatedRepo", f"Access to model {key} is restricted.")
        elif (file := "/".join(rest[2:])) not in repo.files:
            _refuse(to, 404, "EntryNotFound", "Entry not found")
        elif repo.is_large(file):
            _send(to, 302, b"", {"Location": f"{self.store_url}/{key}/{file}"})
        else:
            _send(to, 200, repo.files[file], {"ETag": '"x"'})

    def _large(self, to: BaseHTTPRequestHandler, body: bytes, headers: dict[str, str]) -> None:
        trouble = self.troubles.popleft() if self.troubles else None
        kind = trouble.kind if trouble else ""
        if trouble and kind == "status":
            _send(to, trouble.status, b"no", trouble.headers)
            return
        if kind == "wrong":
            body = body[:-4] + b"XXXX"
        if kind == "longer":
            body += b"more"
        start = int(headers.get("range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
        if start >= len(body):
            _send(to, 416, b"", {"Content-Range": f"bytes */{len(body)}"})
            return
        if start and kind != "whole":
            more = {"Content-Range": f"bytes {start}-{len(body) - 1}/{len(body)}"}
            _head(to, 206, len(body) - start, more)
        else:
            start = 0
            _head(to, 200, len(body), {})
        self._write(to, body[start:], trouble)

    def _write(self, to: BaseHTTPRequestHandler, body: bytes, trouble: Trouble | None) -> None:
        kind = trouble.kind if trouble else ""
        upto = trouble.after if trouble and kind in ("cut", "stall") else len(body)
        for at in range(0, upto, _CHUNK):
            piece = body[at : min(at + _CHUNK, upto)]
            to.wfile.write(piece)
            self.sent += len(piece)
            if trouble and kind == "dribble":
                time.sleep(trouble.pause_s)
        if kind == "stall":
            self._over.wait(20)
        if kind in ("cut", "stall"):
            to.close_connection = True


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is no error here; anything else is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def git_blob(data: bytes) -> str:
    """The hash that git gives a file."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def _description(key: str, repo: Repo) -> dict[str, Any]:
    siblings = []
    for path, data in repo.files.items():
        size = repo.told_sizes.get(path, len(data))
        entry: dict[str, Any] = {"rfilename": path, "size": size, "blobId": git_blob(data)}
        if repo.is_large(path):
            digest = repo.told_hashes.get(path, hashlib.sha256(data).hexdigest())
            entry["lfs"] = {"size": size, "sha256": digest, "pointerSize": 134}
        siblings.append(entry)
    return {
        "_id": "1",
        "id": key,
        "sha": COMMIT,
        "private": repo.private,
        "gated": "manual" if repo.gated else False,
        "cardData": repo.card,
        "tags": ["gguf", f"license:{repo.card.get('license', 'unknown')}"],
        "siblings": siblings,
        **repo.told_otherwise,
    }


def _refuse(to: BaseHTTPRequestHandler, status: int, code: str, words: str) -> None:
    named = {"X-Error-Code": code} if code else {}
    _send(to, status, json.dumps({"error": words}).encode(), {**named, "X-Error-Message": words})


def _json(to: BaseHTTPRequestHandler, value: Any) -> None:
    _send(to, 200, json.dumps(value).encode(), {"Content-Type": "application/json"})


def _head(to: BaseHTTPRequestHandler, status: int, length: int, headers: dict[str, str]) -> None:
    to.send_response(status)
    for key, value in {**headers, "Content-Length": str(length)}.items():
        to.send_header(key, value)
    to.end_headers()


def _send(to: BaseHTTPRequestHandler, status: int, body: bytes, headers: dict[str, str]) -> None:
    _head(to, status, len(body), headers)
    to.wfile.write(body)
