"""Reaching a portal: the HTTP client for it, and, where nothing is reached, what stands in the way as far as that can be told.

What a machine is told by its variables (a proxy, certificates) is the first thing to go wrong on a new one, and httpx says so
in its own terms. Here each becomes one of our errors, with what to change.
"""

import os
import socket
import ssl
from collections.abc import Iterator
from functools import lru_cache

import httpx

from guildmark.client.machine import proxies_in, proxy_check
from guildmark.errors import ServerUnreachable, UsageError
from guildmark.i18n import _, language
from guildmark.protocol import PROTOCOL_HEADER, PROTOCOL_VERSION
from guildmark.version import __version__

CONNECT_TIMEOUT_S = 10.0
_READ_TIMEOUT_S = 60.0
_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    # Reading the certificate authorities takes longer than most requests; once a process is enough.
    try:
        return httpx.create_ssl_context()
    except OSError as error:
        named = ", ".join(f"{name}={os.environ[name]}" for name in _CERTIFICATES if os.environ.get(name))
        raise UsageError(
            _("The certificates of this machine cannot be read ({named}): {reason}").format(named=named, reason=error),
            next_step=_("Let SSL_CERT_FILE name a file of certificates, or take the variable away; then run the same again."),
            code="certificates_unreadable",
        ) from error


def http_client(server: str) -> httpx.Client:
    """A client for the portal at `server`. Raises `UsageError` for a proxy or certificates that cannot be used."""
    trust = _trust()
    try:
        return httpx.Client(
            base_url=server,
            verify=trust,
            timeout=httpx.Timeout(_READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
            headers={
                "User-Agent": f"guildmark/{__version__}",
                "Accept-Language": language().replace("_", "-"),
                PROTOCOL_HEADER: PROTOCOL_VERSION,
            },
        )
    except (ImportError, ValueError, httpx.InvalidURL) as error:  # what httpx says of SOCKS, of other schemes, of no address
        raise _unusable_proxy() from error


def _unusable_proxy() -> UsageError:
    return UsageError(
        _("The proxy that is set on this machine cannot be used: {proxies}").format(proxies=proxies_in(os.environ)),
        next_step=proxy_check(os.environ).fallback or _("Write the proxy with its scheme, such as http://proxy.example:3128"),
        code="proxy_unusable",
    )


def unreachable(server: str, error: BaseException | None = None) -> ServerUnreachable:
    """No connection to `server`, with what `error` tells of the reason."""
    reasons = tuple(_chain(error))
    if any(isinstance(reason, ssl.SSLCertVerificationError) for reason in reasons):
        return ServerUnreachable(
            _("{server} shows a certificate that this machine does not trust.").format(server=server),
            next_step=_(
                "Check the address. In a network that opens encrypted connections, let SSL_CERT_FILE name its certificate; "
                "then run the same command again."
            ),
        )
    if any(isinstance(reason, ssl.SSLError) for reason in reasons):
        return ServerUnreachable(
            _("No encrypted connection to {server} came about.").format(server=server),
            next_step=_("Check the address, and what stands between, such as a proxy; then run the same command again."),
        )
    said = _("{server} did not answer.").format(server=server)
    if proxies := proxies_in(os.environ):
        way = _("Requests go through a proxy: {proxies}").format(proxies=proxies)
        return ServerUnreachable(f"{said} {way}", next_step=_("Check the proxy and your connection; run: guildmark doctor"))
    if any(isinstance(reason, socket.gaierror) for reason in reasons):
        step = _("Check the address and your connection, and run the same command again; nothing is lost.")
        return ServerUnreachable(said, next_step=step)
    return ServerUnreachable(said)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """`error` and what led to it, each once: an error that was raised anew may be its own reason."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
