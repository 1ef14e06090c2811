"""How the network is reached: proxies, certificates, timeouts. One HTTP client for every protocol."""

from __future__ import annotations

import importlib.util
import ssl
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from codesteer_tui.errors import ConfigError
from codesteer_tui.providers.remote.wire import watch

if TYPE_CHECKING:
    import httpx2

_MOST_CONNECTIONS = 1000
_PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")


class Network(Struct, frozen=True):
    """How a server is reached.

    `timeout_s` is the longest silence in seconds, `connect_s` the longest wait for a connection. `proxy` is an
    address, "" for what the environment says, or "none". `ca_bundle` is a PEM file that is trusted instead of
    the system's certificates, or "".
    """

    timeout_s: float = 120.0
    connect_s: float = 10.0
    proxy: str = ""
    ca_bundle: str = ""

    @property
    def password(self) -> str:
        """The password in the proxy's address, to be hidden."""
        try:
            return unquote(urlsplit(self.proxy).password or "")
        except ValueError:
            return ""

    def check(self, name: str) -> None:
        """Find out early what cannot work. `name` is the provider's.

        Raises:
            ConfigError: the file of certificates cannot be used, or the proxy is no address.
        """
        if self.ca_bundle:
            _context(self.ca_bundle, name)
        if self.proxy and self.proxy != "none":
            _check_proxy(self.proxy, name)

    def client(self, name: str) -> httpx2.AsyncClient:
        """An HTTP client. It follows no redirect, because a key belongs to the host that was configured.

        Loads certificates, so it takes some milliseconds: call it in a thread.

        Raises:
            ConfigError: as `check` does.
        """
        import httpx2

        self.check(name)
        return httpx2.AsyncClient(
            verify=_context(self.ca_bundle, name) if self.ca_bundle else httpx2.create_ssl_context(),
            proxy=self.proxy if self.proxy not in ("", "none") else None,
            trust_env=not self.proxy,
            timeout=self.timeouts(),
            limits=httpx2.Limits(max_connections=_MOST_CONNECTIONS, max_keepalive_connections=100),
            follow_redirects=False,
            event_hooks={"response": [watch]},
        )

    def timeouts(self) -> httpx2.Timeout:
        """The timeouts as the HTTP library has them."""
        import httpx2

        return httpx2.Timeout(self.timeout_s, connect=min(self.connect_s, self.timeout_s))


def _context(bundle: str, name: str) -> ssl.SSLContext:
    path = Path(bundle).expanduser()
    where = f"[providers.{name}] ca_bundle = {bundle!r}"
    try:
        return ssl.create_default_context(cafile=path)
    except ssl.SSLError as error:
        raise ConfigError(
            f"{where} holds no certificates in PEM form.",
            "PEM is text with lines such as -----BEGIN CERTIFICATE-----; convert it, or ask who runs the network.",
        ) from error
    except OSError as error:
        raise ConfigError(
            f"{where} cannot be read: {error.strerror or error}.", "Check the path and who may read it."
        ) from error


def _check_proxy(proxy: str, name: str) -> None:
    try:
        parts = urlsplit(proxy)
        usable = parts.scheme in _PROXY_SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ConfigError(
            f"[providers.{name}] proxy is not the address of a proxy.",
            'Write it as "http://HOST:PORT", "none" for no proxy, or nothing for what HTTPS_PROXY says.',
        )
    if parts.scheme.startswith("socks") and importlib.util.find_spec("socksio") is None:
        raise ConfigError(
            f"[providers.{name}] proxy is a SOCKS proxy, and the package socksio is not installed.",
            "Install socksio beside this program, or use an http proxy.",
        )
