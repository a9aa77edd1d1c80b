"""What a document says, as canonical N-Quads (RDFC-1.0), with PyLD: a module of its own, because PyLD is slow to load."""

from collections.abc import Mapping
from threading import Lock
from typing import Final

from pyld import ContextResolver, jsonld

from guildmark.badges import contexts

OUR_VOCABULARIES: Final = ContextResolver({}, contexts.load)
"""Keeps what it has processed, which makes every credential after the first cheap."""

_one_at_a_time: Final = Lock()
"""PyLD's caches are not made for threads."""


def canonical(document: Mapping[str, object], vocabularies: ContextResolver) -> bytes:
    """The N-Quads of `document`. Raises `ValueError` where it is no JSON-LD."""
    options = {
        "algorithm": "URDNA2015",
        "format": "application/n-quads",
        "documentLoader": contexts.load,
        "contextResolver": vocabularies,
    }
    try:
        with _one_at_a_time:
            quads: str = jsonld.normalize(document, options)
    except jsonld.JsonLdError as error:
        raise ValueError("no JSON-LD") from error
    return quads.encode()
