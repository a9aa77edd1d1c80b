"""One request to a provider, kept short: no redirect followed, no proxy, a small answer, and only to an address that is meant.

The host's name is resolved here, every address that it has is judged, and the connection goes to one of those: a name that
means another address a moment later leads nowhere else. The certificate is still held against the name.
"""

import os
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from http import HTTPStatus
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

import httpx

from guildmark_portal.badge_provider_config import BadgeProviderConfig
from guildmark_portal.credentials.providers.faults import Fault, NotTaken

CONNECT_S: Final = 5.0
ANSWER_S: Final = 20.0
LARGEST_ANSWER: Final = 64 * 1024
_MOST_ADDRESSES: Final = 4
_NAT64: Final = IPv6Network("64:ff9b::/96")
Address = IPv4Address | IPv6Address


@dataclass(frozen=True)
class Answer:
    """What came back. The body is cut off at `LARGEST_ANSWER` bytes, and is for reading, never for a log."""

    status: int
    body: bytes = field(repr=False)

    @property
    def is_success(self) -> bool:
        """Whether the provider did what was asked."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES


def ask(where: BadgeProviderConfig, method: str, url: str, *, headers: Mapping[str, str], body: bytes = b"") -> Answer:
    """The provider's answer, whatever its status. Raises `NotTaken` where there is none."""
    read = urlsplit(url)
    addresses = _addresses(read)
    if not all(_is_meant(address, read, where) for address in addresses):
        raise NotTaken(Fault.PRIVATE)
    fault = Fault.UNREACHABLE
    for address in addresses[:_MOST_ADDRESSES]:
        found = _tried(address, read, method, headers=headers, body=body)
        if isinstance(found, Answer):
            return found
        fault = found
    raise NotTaken(fault)


def require_success(answer: Answer) -> int:
    """The status of an answer, if it is 2xx. Raises `NotTaken` with what another one means."""
    if answer.is_success:
        return answer.status
    named = {401: Fault.KEY, 403: Fault.KEY, 404: Fault.MISSING, 408: Fault.SLOW, 410: Fault.GONE, 429: Fault.BUSY}
    by_hundreds = {3: Fault.REDIRECTED, 4: Fault.REFUSED, 5: Fault.BROKEN}
    raise NotTaken(named.get(answer.status) or by_hundreds.get(answer.status // 100, Fault.UNREADABLE), answer.status)


def _addresses(read: SplitResult) -> list[Address]:
    port = read.port or (443 if read.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(read.hostname, port, type=socket.SOCK_STREAM)
        return list(dict.fromkeys(ip_address(str(one[4][0]).partition("%")[0]) for one in found))
    except (OSError, ValueError) as error:
        raise NotTaken(Fault.UNREACHABLE) from error


def _is_meant(address: Address, read: SplitResult, where: BadgeProviderConfig) -> bool:
    """Whether the address is public, or one that the operator has named; a plain connection stays on this machine."""
    plain = _unwrapped(address)
    if read.scheme != "https":
        return plain.is_loopback
    if plain.is_global and not plain.is_multicast:
        return True
    named = {read.hostname, "127.0.0.1"} if read.hostname == "localhost" else {read.hostname}
    return str(plain) in named or any(plain in network for network in where.private_addresses)


def _unwrapped(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one that is only a way of writing it, or of reaching it."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _tried(address: Address, read: SplitResult, method: str, *, headers: Mapping[str, str], body: bytes) -> Answer | Fault:
    """The answer, or why there was no connection: nothing was sent then, and the host's other addresses may do."""
    try:
        return _asked(address, read, method, headers=headers, body=body)
    except httpx.ConnectError:
        return Fault.UNREACHABLE
    except httpx.ConnectTimeout:
        return Fault.SLOW
    except httpx.TimeoutException as error:
        raise NotTaken(Fault.SLOW) from error
    except (httpx.HTTPError, ValueError) as error:
        raise NotTaken(Fault.UNREACHABLE) from error


def _asked(address: Address, read: SplitResult, method: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
    host = f"[{address}]" if isinstance(address, IPv6Address) else str(address)
    there = read._replace(netloc=f"{host}:{read.port}" if read.port else host).geturl()
    until = time.monotonic() + ANSWER_S
    timeout = httpx.Timeout(ANSWER_S, connect=CONNECT_S)
    sent = {**headers, "Host": read.netloc, "User-Agent": "Guildmark", "Accept-Encoding": "identity"}
    with (
        httpx.Client(
            timeout=timeout, verify=_trusted(os.environ.get("SSL_CERT_FILE")), follow_redirects=False, trust_env=False
        ) as client,
        client.stream(method, there, headers=sent, content=body, extensions={"sni_hostname": read.hostname}) as answer,
    ):
        received = b""
        for piece in answer.iter_raw():
            received += piece
            if len(received) > LARGEST_ANSWER:
                break
            if time.monotonic() > until:
                raise NotTaken(Fault.SLOW)
        return Answer(answer.status_code, received[:LARGEST_ANSWER])


@lru_cache(maxsize=1)
def _trusted(_file: str | None) -> ssl.SSLContext:
    """The authorities that are believed, read once: those that come with httpx, or those in SSL_CERT_FILE."""
    return httpx.create_ssl_context()
