"""Where the portal listens, and whether the address in its letters leads there."""

import errno
import socket
from urllib.parse import urlsplit

from guildmark.errors import UsageError
from guildmark.i18n import _

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
HTTP_PORT, DEFAULT_PORT, LAST_PORT = 80, 8000, 65535


class PortTaken(UsageError):
    """The port is in use."""


class AddressUnusable(UsageError):
    """This machine cannot listen on the address."""


def default_port(url: str) -> int:
    """The port of a portal that is reached directly; behind a proxy, 8000."""
    address = urlsplit(url)
    return address.port or DEFAULT_PORT if address.hostname in LOOPBACK else DEFAULT_PORT


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to the address, so that a taken port is known before anything is started."""
    if not 0 <= port <= LAST_PORT:
        raise UsageError(
            _("--port must be between 0 and {last}. This is: {port}").format(last=LAST_PORT, port=port),
            next_step=_("Run: guildmark-portal serve --port {port}").format(port=DEFAULT_PORT),
        )
    # TCP by name: asyncio sends at once only where it is named. Else the kernel keeps an answer's body back until its head is
    # acknowledged, and whoever sent one request and waits for the answer takes 40 ms to do so.
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise _cannot_listen(host, port, error) from error
    return listener


def _cannot_listen(host: str, port: int, error: OSError) -> UsageError:
    """What to say when a socket could not be bound, by what was wrong: the port, the right to it, or the address."""
    message = _("Cannot listen on {host}:{port}: {why}.").format(host=host, port=port, why=error.strerror)
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < LAST_PORT else DEFAULT_PORT
        return PortTaken(
            message,
            next_step=_("Stop what uses it, or choose another: guildmark-portal serve --port {other}").format(other=other),
        )
    if error.errno in {errno.EACCES, errno.EPERM}:
        return AddressUnusable(
            message,
            next_step=_("Choose a port that everybody may use: guildmark-portal serve --port {port}").format(port=DEFAULT_PORT),
        )
    return AddressUnusable(
        _("Cannot listen on {host}: it is no address of this machine.").format(host=host),
        next_step=_(
            "Listen on an address of this machine: --host 127.0.0.1 for this machine alone, --host 0.0.0.0 for everybody."
        ),
    )


def effective_url(url: str, host: str, listener: socket.socket) -> str:
    """The portal's address: as configured; on this machine alone, with the port that it really listens on."""
    name = urlsplit(url).hostname or ""
    if name not in LOOPBACK:
        return url
    if name != "localhost" and (":" in name) != (":" in host):  # the other loopback, where nobody listens
        name = "::1" if ":" in host else "127.0.0.1"
    return f"http://{f'[{name}]' if ':' in name else name}:{listener.getsockname()[1]}"


def dead_links(url: str, host: str, *, asked: int | None, listens: int) -> str:
    """What to say where the address in letters does not lead here, with gaps for url, port and path; empty where it does."""
    address = urlsplit(url)
    if address.hostname in LOOPBACK and host not in LOOPBACK:
        return _(
            "The portal listens for other machines, but its letters link to {url}, which only this machine can open. "
            "Set url in {path} to the address at which candidates reach it."
        )
    if address.hostname in LOOPBACK and asked and asked != (address.port or DEFAULT_PORT):
        return _(
            "The portal listens on port {port}, but letters that other commands send link to {url}. To keep the port, set url "
            "in {path}."
        )
    goes_through_proxy = address.scheme == "https"  # the portal itself speaks plain HTTP
    if address.hostname not in LOOPBACK and not goes_through_proxy and (address.port or HTTP_PORT) != listens:
        return _(
            "Letters and pages link to {url}, but the portal listens on port {port}. Unless a proxy leads from there to here, "
            "nobody can open those links: set url in {path}, or serve on the port that it names."
        )
    return ""
