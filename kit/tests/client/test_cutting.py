"""Whoever waits for an answer that does not come is let go, whatever way the connection took."""

import socket
import ssl
import threading
import time
from contextlib import closing, suppress
from datetime import datetime, timezone

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from guildmark.client.cutting import Connections
from guildmark.errors import ServerUnreachable

WITHIN_S = 10


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A file with a key and a certificate for it."""
    key = ec.generate_private_key(ec.SECP256R1())
    first, last = (datetime(year, 1, 1, tzinfo=timezone.utc) for year in (2000, 2100))
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "portal.invalid")])
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, first, last)
    how = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    file.write_bytes(key.private_bytes(*how) + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def silent(certificate):
    """The port of a portal that hears what it is asked and never answers, or of a proxy that leads to it."""
    heard = threading.Event()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    listening = socket.create_server(("127.0.0.1", 0))

    def serve():
        with suppress(OSError), closing(listening.accept()[0]) as plain:
            plain.settimeout(WITHIN_S)
            if plain.recv(7, socket.MSG_PEEK) == b"CONNECT":
                plain.recv(65536)
                plain.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            with context.wrap_socket(plain, server_side=True) as secured:
                secured.recv(65536)
                heard.set()
                secured.recv(65536)

    thread = threading.Thread(target=serve)
    thread.start()
    yield listening.getsockname()[1], heard
    listening.close()
    thread.join(WITHIN_S)


@pytest.mark.parametrize("is_behind_a_proxy", [False, True])
def test_an_encrypted_connection_is_cut_behind_a_proxy_too(silent, certificate, is_behind_a_proxy):
    port, heard = silent
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trust.check_hostname = False
    trust.load_verify_locations(certificate)
    way = {"proxy": f"http://127.0.0.1:{port}"} if is_behind_a_proxy else {"base_url": f"https://127.0.0.1:{port}"}
    ended = []

    def ask(http):
        with suppress(httpx.TransportError):
            http.get("https://portal.invalid/" if is_behind_a_proxy else "/", timeout=WITHIN_S)
        ended.append(time.monotonic())

    with httpx.Client(verify=trust, trust_env=False, **way) as http:
        connections = Connections(http)
        thread = threading.Thread(target=ask, args=(http,))
        thread.start()
        assert heard.wait(WITHIN_S)
        cut_at = time.monotonic()
        connections.cut()
        thread.join(WITHIN_S)
        assert ended[0] < cut_at + WITHIN_S / 2
        with pytest.raises(ServerUnreachable):
            http.get("https://portal.invalid/")
