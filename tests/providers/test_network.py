"""Proxies and certificates: from the environment and from the configuration, with real ones on loopback."""

from __future__ import annotations

import ssl
from base64 import b64encode
from pathlib import Path

import pytest
import trustme

from codesteer_tui.config import Provider
from codesteer_tui.errors import ConfigError
from codesteer_tui.providers.opening import Choice, open_model
from codesteer_tui.providers.remote.network import Network
from tests.fake_servers import FakeServer, Scripted, anthropic_body, openai_body, responses_body
from tests.providers.listening import KEY, Body, Make, chat, listen, messages, responses
from tests.proxies import Proxy

ALL = pytest.mark.parametrize(
    ("make", "body"),
    [(chat, openai_body), (responses, responses_body), (messages, anthropic_body)],
    ids=["chat", "responses", "messages"],
)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """A certificate authority that nobody trusts."""
    return trustme.CA()


@pytest.fixture
def bundle(authority: trustme.CA, tmp_path: Path) -> str:
    """Its certificate as a file."""
    path = tmp_path / "company.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


@pytest.fixture
def tls(authority: trustme.CA) -> ssl.SSLContext:
    """What a server needs that has a certificate of this authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@ALL
async def test_a_certificate_of_nobody_is_refused_and_one_of_the_bundle_is_not(
    make: Make, body: Body, tls: ssl.SSLContext, bundle: str
) -> None:
    async with FakeServer(Scripted([body("ok")]), tls=tls) as server:
        heard = await listen(make(server.url))
        assert heard.kind == "unreachable"
        assert "certificate" in str(heard.error)
        assert heard.retries == []
        assert server.asked == []
        heard = await listen(make(server.url, network=Network(ca_bundle=bundle)))
        assert heard.text() == "ok"


async def test_a_bundle_stands_in_for_the_certificates_of_the_system(
    tls: ssl.SSLContext, bundle: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    async with FakeServer(Scripted([openai_body("ok")]), tls=tls) as server:
        monkeypatch.setenv("SSL_CERT_FILE", bundle)
        assert (await listen(chat(server.url))).text() == "ok"
        assert (await listen(chat(server.url, network=Network(proxy="none")))).text() == "ok"
        assert (await listen(chat(server.url, network=Network(ca_bundle=str(other))))).kind == "unreachable"


@ALL
async def test_https_goes_through_a_tunnel_of_the_proxy_in_the_environment(
    make: Make, body: Body, tls: ssl.SSLContext, bundle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with FakeServer(Scripted([body("ok")]), tls=tls) as server, Proxy() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        assert (await listen(make(server.url, network=Network(ca_bundle=bundle)))).text() == "ok"
        assert proxy.seen == [f"CONNECT {server.url.removeprefix('https://')} HTTP/1.1"]
        assert KEY not in str(proxy.heads)


@ALL
async def test_plain_http_is_forwarded_by_the_proxy_in_the_environment(
    make: Make, body: Body, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with FakeServer(Scripted([body("ok")])) as server, Proxy() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        assert (await listen(make(server.url))).text() == "ok"
        assert len(proxy.seen) == 1
        assert proxy.seen[0].startswith(f"POST {server.url}/")


async def test_no_proxy_in_the_environment_and_none_in_the_configuration_pass_it_by(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with FakeServer(Scripted([openai_body("ok")])) as server, Proxy() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        assert (await listen(chat(server.url, network=Network(proxy="none")))).text() == "ok"
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        assert (await listen(chat(server.url))).text() == "ok"
        assert proxy.seen == []


async def test_a_proxy_in_the_configuration_goes_before_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with FakeServer(Scripted([openai_body("ok")])) as server, Proxy() as proxy, Proxy() as other:
        monkeypatch.setenv("HTTP_PROXY", other.url)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        assert (await listen(chat(server.url, network=Network(proxy=proxy.url)))).text() == "ok"
        assert len(proxy.seen) == 1
        assert other.seen == []


@pytest.mark.parametrize("secure", [False, True])
async def test_a_proxy_that_wants_a_password_gets_it_or_is_named(
    secure: bool, tls: ssl.SSLContext, bundle: str
) -> None:
    password = f"Basic {b64encode(b'ann:pass-word-1').decode()}"
    replies = FakeServer(Scripted([openai_body("ok")]), tls=tls if secure else None)
    async with replies as server, Proxy(password) as proxy:
        named = Network(proxy=f"http://ann:pass-word-1@{proxy.address}", ca_bundle=bundle)
        assert (await listen(chat(server.url, network=named))).text() == "ok"
        wrong = Network(proxy=f"http://ann:not-it-at-all@{proxy.address}", ca_bundle=bundle)
        heard = await listen(chat(server.url, network=wrong))
        assert heard.kind == "unreachable"
        assert "password" in str(heard.error)
        assert "not-it-at-all" not in str(heard.error)
        assert heard.retries == []


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"ca_bundle": "/no/such/file.pem"}, "cannot be read"),
        ({"ca_bundle": "."}, "cannot be read"),
        ({"ca_bundle": "TEXT"}, "no certificates in PEM form"),
        ({"ca_bundle": "EMPTY"}, "no certificates in PEM form"),
        ({"proxy": "localhost:3128"}, "not the address of a proxy"),
        ({"proxy": "http://"}, "not the address of a proxy"),
        ({"proxy": "http://host:port"}, "not the address of a proxy"),
        ({"proxy": "ftp://secret-pass@host"}, "not the address of a proxy"),
    ],
)
def test_what_cannot_work_is_said_when_the_model_is_opened(
    settings: dict[str, str], says: str, tmp_path: Path
) -> None:
    (tmp_path / "TEXT").write_text("not a certificate")
    (tmp_path / "EMPTY").write_text("")
    if settings.get("ca_bundle") in ("TEXT", "EMPTY"):
        settings = {"ca_bundle": str(tmp_path / settings["ca_bundle"])}
    provider = Provider(kind="openai", model="m", base_url="http://127.0.0.1:9/v1", **settings)  # type: ignore[arg-type]
    with pytest.raises(ConfigError) as caught:
        open_model(Choice("mine", provider, "m", ""), {})
    assert "[providers.mine]" in caught.value.message
    assert next(iter(settings)) in caught.value.message
    assert says in caught.value.message
    assert caught.value.remedy
    assert "secret-pass" not in str(caught.value)


def test_waiting_for_a_connection_is_never_longer_than_for_a_reply() -> None:
    assert Network(timeout_s=2.0, connect_s=10.0).timeouts().connect == 2.0
    assert Network(timeout_s=60.0, connect_s=3.0).timeouts().connect == 3.0
    assert Network(timeout_s=60.0, connect_s=3.0).timeouts().read == 60.0
