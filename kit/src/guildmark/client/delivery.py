"""The sealed bundle's way to the exam folder: streamed, digested, whole or not there."""

from contextlib import suppress
from pathlib import Path

import httpx

from guildmark.client.files import sha256_of
from guildmark.client.transport import Transport
from guildmark.client.tus import Progress
from guildmark.errors import BundleDamaged, Refused
from guildmark.protocol import AttemptState, BundleOffer, Delivered


def bring(transport: Transport, attempt: str, path: Path, progress: Progress) -> BundleOffer:
    """Have the sealed bundle of the attempt at `path`, every byte verified, and tell the portal so. Raises `BundleDamaged`."""
    offer = transport.post(f"/attempts/{attempt}/prepare", None, BundleOffer)
    if not is_delivered(offer, path):
        deliver(transport, offer, path, progress)
    progress(offer.size, offer.size)
    tell_delivered(transport, attempt, offer)
    return offer


def is_delivered(offer: BundleOffer, path: Path) -> bool:
    """Whether `path` already holds the bundle of `offer`."""
    return path.is_file() and path.stat().st_size == offer.size and sha256_of(path) == offer.sha256


def deliver(transport: Transport, offer: BundleOffer, path: Path, progress: Progress) -> None:
    """Download the bundle of `offer` to `path`. Raises `BundleDamaged` if its digest is not the offer's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with part.open("wb") as file:

        def restart() -> None:
            file.seek(0)
            file.truncate()

        def write(piece: bytes) -> None:
            file.write(piece)
            progress(file.tell(), offer.size)

        # Only the path: our token goes to no other host.
        address = httpx.URL(transport.server).join(offer.url).raw_path.decode()
        transport.download(address, write, restart=restart)
    if sha256_of(part) != offer.sha256:
        part.unlink()
        raise BundleDamaged
    part.replace(path)


def tell_delivered(transport: Transport, attempt: str, offer: BundleOffer) -> None:
    """Tell the portal that the bundle of `offer` is here, verified. It is a note: one that it does not take holds nobody up."""
    with suppress(Refused):
        word = Delivered(sha256=offer.sha256, by="terminal")
        transport.post(f"/attempts/{attempt}/delivered", word, AttemptState)
