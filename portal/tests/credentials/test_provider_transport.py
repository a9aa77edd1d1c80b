"""Where a request to a provider may go, and how much of its answer is taken."""

import socket
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from portal.tests.credentials.badge_providers import Listener, listening

from guildmark_portal.badge_provider_config import BadgeProviderConfig
from guildmark_portal.credentials.providers import transport
from guildmark_portal.credentials.providers.faults import Fault, NotTaken
from guildmark_portal.credentials.providers.transport import LARGEST_ANSWER, ask, require_success

pytestmark = pytest.mark.certificates

NOWHERE = BadgeProviderConfig()


def fault_of(url: str, where: BadgeProviderConfig = NOWHERE) -> Fault:
    with pytest.raises(NotTaken) as raised:
        require_success(ask(where, "POST", url, headers={}, body=b"{}"))
    return raised.value.fault


@pytest.mark.parametrize(
    ("address", "url", "is_meant"),
    [
        ("93.184.215.14", "https://badges.example.org/", True),
        ("2606:2800:21f::1", "https://badges.example.org/", True),
        ("10.0.0.7", "https://badges.example.org/", False),
        ("10.9.0.7", "https://badges.example.org/", True),
        ("127.0.0.1", "https://badges.example.org/", False),
        ("169.254.169.254", "https://badges.example.org/", False),
        ("100.64.0.1", "https://badges.example.org/", False),
        ("224.0.0.1", "https://badges.example.org/", False),
        ("0.0.0.0", "https://badges.example.org/", False),  # noqa: S104 - an address to be refused
        ("::1", "https://badges.example.org/", False),
        ("fe80::1", "https://badges.example.org/", False),
        ("fd00::1", "https://badges.example.org/", False),
        ("::ffff:10.0.0.7", "https://badges.example.org/", False),
        ("64:ff9b::a00:7", "https://badges.example.org/", False),
        ("2002:a00:7::", "https://badges.example.org/", False),
        ("10.0.0.7", "https://10.0.0.7/", True),
        ("127.0.0.1", "https://localhost/", True),
        ("127.0.0.1", "http://localhost/", True),
        ("93.184.215.14", "http://localhost/", False),
    ],
)
def test_only_public_addresses_and_those_that_the_operator_named_are_meant(address: str, url: str, *, is_meant: bool) -> None:
    where = BadgeProviderConfig(private_addresses=(ip_network("10.9.0.0/16"),))
    assert transport._is_meant(ip_address(address), urlsplit(url), where) is is_meant


def test_a_name_that_means_a_private_address_beside_a_public_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(_host: str, port: int, **_options: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in ("93.184.215.14", "10.0.0.7")]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert fault_of("https://badges.example.org/") is Fault.PRIVATE


def test_a_redirect_is_not_followed() -> None:
    with listening(Listener()) as listener:
        listener.answers.append((307, {"Location": f"{listener.url}/elsewhere"}, b""))
        assert fault_of(f"{listener.url}/in") is Fault.REDIRECTED
        assert [asked.path for asked in listener.asked] == ["/in"]


def test_an_answer_without_end_is_cut_off() -> None:
    def without_end(out: Any) -> None:
        while True:
            out.write(b"x" * 65536)

    with listening(Listener(), after=without_end) as listener:
        listener.answers.append((200, {}, b""))
        answer = ask(NOWHERE, "POST", f"{listener.url}/", headers={})
    assert (answer.status, len(answer.body)) == (200, LARGEST_ANSWER)


def test_one_that_hangs_or_drips_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "ANSWER_S", 0.15)
    listener = Listener()

    def drip(out: Any) -> None:
        while not listener.is_over.wait(0.02):
            out.write(b"x")

    with listening(listener, after=drip):
        listener.answers.append((200, {}, b""))
        assert fault_of(f"{listener.url}/") is Fault.SLOW
    silent = Listener()
    silent.answer = lambda _asked: (silent.is_over.wait(), (204, {}, b""))[1]  # type: ignore[method-assign]
    with listening(silent):
        assert fault_of(f"{silent.url}/") is Fault.SLOW
        silent.is_over.set()


def test_nobody_there_is_unreachable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert fault_of(f"http://127.0.0.1:{taken.getsockname()[1]}/") is Fault.UNREACHABLE


def certificate(folder: Path, name: str) -> Path:
    """A certificate for `name` with its key, self-signed."""
    key, day = generate_private_key(SECP256R1()), timedelta(days=1)
    named = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    today = datetime.now(UTC)  # noqa: TID251 - OpenSSL looks at its own clock
    made = (
        x509.CertificateBuilder(named, named, key.public_key(), x509.random_serial_number(), today - day, today + day)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    path = folder / f"{name}.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    return path


@pytest.mark.parametrize(("name", "is_taken"), [("localhost", True), ("badges.example.org", False)])
def test_its_certificate_is_held_against_the_name_that_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, name: str, is_taken: bool
) -> None:
    path = certificate(tmp_path, name)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(path)
    with listening(Listener(), tls=tls) as listener:
        url = f"https://localhost:{urlsplit(listener.url).port}/in"
        if is_taken:
            assert ask(NOWHERE, "POST", url, headers={}).status == 204
            assert listener.asked[0].headers["Host"] == urlsplit(url).netloc
        else:
            assert (fault_of(url), listener.asked) == (Fault.UNREACHABLE, [])
