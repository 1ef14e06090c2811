"""What stands between us and a server: certificates and proxies."""

from __future__ import annotations

import datetime
import ssl
from pathlib import Path

import pytest
import trustme

from codesteer_tui.providers.remote.network import Network
from tests.providers.faults.peers import Line, Peer, Play
from tests.providers.faults.speech import KEY, SPEECHES, Speech
from tests.providers.listening import listen

pytestmark = pytest.mark.usefixtures("fast_retries")

EVERY = pytest.mark.parametrize("speech", SPEECHES, ids=[speech.name for speech in SPEECHES])
REFUSED = (
    b"HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\ncontent-length: 0\r\n\r\n"
)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Who signs certificates here."""
    return trustme.CA()


@pytest.fixture
def bundle(authority: trustme.CA, tmp_path: Path) -> str:
    """The file of its certificate."""
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(path)
    return str(path)


def serving(authority: trustme.CA, name: str = "127.0.0.1", *, expired: bool = False) -> ssl.SSLContext:
    past = datetime.datetime(2020, 1, 2, tzinfo=datetime.UTC)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if expired:
        certificate = authority.issue_cert(name, not_before=past - datetime.timedelta(days=1), not_after=past)
    else:
        certificate = authority.issue_cert(name)
    certificate.configure_cert(context)
    return context


def talking(speech: Speech) -> Play:
    async def play(line: Line) -> None:
        await line.request()
        await line.head()
        await line.say(speech.ended("well"))

    return play


@EVERY
async def test_a_certificate_of_ones_own_authority_is_trusted_where_it_is_named(
    speech: Speech, authority: trustme.CA, bundle: str
) -> None:
    async with Peer(talking(speech), serving(authority)) as peer:
        trusting = await listen(speech.model(peer.url, network=Network(ca_bundle=bundle)))
        doubting = await listen(speech.model(peer.url))
    assert trusting.text() == "well"
    assert doubting.kind == "unreachable"
    assert "ca_bundle" in str(doubting.error)
    assert doubting.retries == []


@EVERY
async def test_a_certificate_that_has_expired_is_named_and_not_tried_again(
    speech: Speech, authority: trustme.CA, bundle: str
) -> None:
    async with Peer(talking(speech), serving(authority, expired=True)) as peer:
        heard = await listen(speech.model(peer.url, network=Network(ca_bundle=bundle)))
    assert heard.kind == "unreachable"
    assert "certificate has expired" in str(heard.error)
    assert "clock" in str(heard.error)
    assert heard.retries == []


@EVERY
async def test_a_certificate_for_another_name_is_named(
    speech: Speech, authority: trustme.CA, bundle: str
) -> None:
    async with Peer(talking(speech), serving(authority, "elsewhere.example")) as peer:
        heard = await listen(speech.model(peer.url, network=Network(ca_bundle=bundle)))
    assert heard.kind == "unreachable"
    assert "another name" in str(heard.error)


@EVERY
async def test_https_where_the_server_speaks_http_is_named(speech: Speech) -> None:
    async def play(line: Line) -> None:
        await line.reader.read(100)
        await line.say(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")

    async with Peer(play) as peer:
        heard = await listen(speech.model(peer.url.replace("http:", "https:")))
    assert heard.kind == "protocol"
    assert "http://" in str(heard.error)
    assert heard.retries == []


@EVERY
async def test_http_where_the_server_speaks_https_ends(speech: Speech, authority: trustme.CA) -> None:
    async with Peer(talking(speech), serving(authority)) as peer:
        heard = await listen(speech.model(peer.url.replace("https:", "http:")))
    assert heard.kind in ("protocol", "unreachable")


def proxy(heads: list[str], reply: bytes) -> Play:
    async def play(line: Line) -> None:
        heads.append(await line.request())
        await line.say(reply)

    return play


@EVERY
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("how", ["setting", "environment"])
async def test_a_proxy_that_wants_a_password_is_named(
    speech: Speech, scheme: str, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    heads: list[str] = []
    async with Peer(proxy(heads, REFUSED)) as peer:
        if how == "environment":
            monkeypatch.setenv(f"{scheme.upper()}_PROXY", peer.url)
        network = Network(proxy=peer.url if how == "setting" else "")
        heard = await listen(speech.model(f"{scheme}://api.example", network=network))
    assert heard.kind == "unreachable"
    assert "password" in str(heard.error)
    assert "HTTPS_PROXY" in str(heard.error)
    assert heard.retries == []
    assert len(heads) == 1
    assert heads[0].startswith("CONNECT api.example:443" if scheme == "https" else "POST http://api.example")
    assert (KEY in heads[0]) == (scheme == "http")


@EVERY
async def test_a_proxy_that_cannot_reach_the_server_is_told_from_the_server(speech: Speech) -> None:
    heads: list[str] = []
    refusal = b"HTTP/1.1 503 No Route\r\ncontent-length: 0\r\n\r\n"
    async with Peer(proxy(heads, refusal)) as peer:
        heard = await listen(speech.model("https://api.example", network=Network(proxy=peer.url)))
    assert heard.kind == "unreachable"
    assert "the proxy refused: 503" in str(heard.error)
    assert len(heads) == 3
