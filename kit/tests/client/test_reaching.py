"""A proxy, certificates or an address that are wrong: what a newcomer is told, and what to change."""

import socket
import ssl
from contextlib import closing
from importlib.util import find_spec

import pytest

from guildmark.client import reaching
from guildmark.client.machine import proxy_check
from guildmark.client.reaching import http_client
from guildmark.client.session import Session
from guildmark.client.transport import Patience
from guildmark.errors import ServerUnreachable, UsageError

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
NOWHERE = "http://portal.invalid"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def unread_certificates():
    """They are read once a process; a test of how they are read begins and ends without."""
    reaching._trust.cache_clear()
    yield
    reaching._trust.cache_clear()


def told(server):
    with Session(server, patience=Patience(waits_s=())) as session, pytest.raises(ServerUnreachable) as caught:
        session.login(lambda _code: None)
    return caught.value


@pytest.mark.skipif(find_spec("socksio") is not None, reason="this machine can speak SOCKS")
@pytest.mark.parametrize(("mark", "command"), [("uv-receipt.toml", "uv tool install"), ("pipx_metadata.json", "pipx inject")])
def test_x10_what_socks_needs_is_installed_by_what_installed_the_command(monkeypatch, tmp_path, mark, command):
    (tmp_path / mark).touch()
    monkeypatch.setattr("sys.prefix", str(tmp_path))
    assert proxy_check({"ALL_PROXY": "socks5://127.0.0.1:1080"}).fallback.startswith(f"Run: {command} ")


@pytest.mark.parametrize(("variable", "value"), [("HTTP_PROXY", "carrier://pigeon"), ("ALL_PROXY", "http://proxy:port")])
def test_x10_a_proxy_that_cannot_be_used_is_named_with_what_to_write(monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)
    with pytest.raises(UsageError) as caught:
        http_client(NOWHERE)
    assert (caught.value.code, caught.value.exit_code, variable in caught.value.message) == ("proxy_unusable", 2, True)
    assert caught.value.next_step == "Write the proxy with its scheme, such as http://proxy.example:3128"


@pytest.mark.skipif(find_spec("socksio") is not None, reason="this machine can speak SOCKS")
def test_x10_a_socks_proxy_is_told_with_what_it_needs(monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "socks5://ada:secret@127.0.0.1:1080")
    with pytest.raises(UsageError) as caught:
        http_client(NOWHERE)
    assert (caught.value.code, "httpx[socks]" in caught.value.next_step) == ("proxy_unusable", True)
    assert "secret" not in str(caught.value)


def test_x10_a_proxy_that_does_not_answer_is_named_and_not_the_portal_alone(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://ada:secret@127.0.0.1:1")
    error = told(NOWHERE)
    said = f"{NOWHERE} did not answer. Requests go through a proxy: HTTP_PROXY=http://127.0.0.1:1"
    assert (error.message, error.next_step) == (said, "Check the proxy and your connection; run: guildmark doctor")


@pytest.mark.parametrize("broken", ["missing", "empty"])
def test_x10_certificates_that_cannot_be_read_are_named(monkeypatch, tmp_path, unread_certificates, broken):
    path = tmp_path / broken
    if broken == "empty":
        path.touch()
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    with pytest.raises(UsageError) as caught:
        http_client(NOWHERE)
    assert (caught.value.code, f"SSL_CERT_FILE={path}" in caught.value.message) == ("certificates_unreadable", True)


def test_x10_an_address_that_nobody_knows_is_to_be_looked_at():
    error = reaching.unreachable(NOWHERE, caused_by(socket.gaierror(-2, "Name or service not known")))
    assert error.message == f"{NOWHERE} did not answer."
    assert error.next_step == "Check the address and your connection, and run the same command again; nothing is lost."


def test_x10_a_certificate_that_is_not_trusted_is_no_lost_connection():
    error = reaching.unreachable("https://portal", caused_by(ssl.SSLCertVerificationError("self-signed")))
    assert error.message == "https://portal shows a certificate that this machine does not trust."
    assert "SSL_CERT_FILE" in error.next_step


def test_x10_https_to_a_portal_that_speaks_http_is_told_apart_from_no_answer(portal):
    error = told(portal.url.replace("http://", "https://"))
    assert error.message == f"No encrypted connection to {portal.url.replace('http://', 'https://')} came about."


def test_a_portal_that_is_not_there_is_a_connection_to_check():
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    assert (
        told(f"http://127.0.0.1:{port}").next_step == "Check your connection and run the same command again; nothing is lost."
    )


def caused_by(reason):
    try:
        try:
            raise reason
        except OSError as inner:
            raise RuntimeError from inner
    except RuntimeError as outer:
        return outer


def test_an_error_that_is_its_own_reason_is_told_too():
    error = OSError("cut off")
    error.__cause__ = error
    assert reaching.unreachable(NOWHERE, error).code == "server_unreachable"
