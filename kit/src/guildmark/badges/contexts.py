"""The vocabularies that our documents name, kept here: no address is ever fetched, and no other one is known.

The files are those that the W3C and 1EdTech publish, unchanged; `contexts/NOTICE.txt` says under which terms.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

CREDENTIALS: Final = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES: Final = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
DATA_INTEGRITY: Final = "https://w3id.org/security/data-integrity/v2"
MULTIKEY: Final = "https://w3id.org/security/multikey/v1"
DID: Final = "https://www.w3.org/ns/did/v1"
JWK: Final = "https://w3id.org/security/jwk/v1"
"""Named in the issuer's document alone, which nobody canonicalises: there is no file of it."""

_FILES: Final = {
    CREDENTIALS: "credentials-v2.json",
    OPEN_BADGES: "open-badges-3.0.3.json",
    DATA_INTEGRITY: "data-integrity-v2.json",
    MULTIKEY: "multikey-v1.json",
    DID: "did-v1.json",
}


class UnknownContextError(ValueError):
    """A document names a vocabulary that does not come with this program."""


@cache
def context(url: str) -> dict[str, object]:
    """The document at `url`, from this package. Raises `UnknownContextError` for every other address."""
    if url not in _FILES:
        raise UnknownContextError(url)
    text = (files(__package__) / "contexts" / _FILES[url]).read_text(encoding="utf-8")
    document: dict[str, object] = json.loads(text)
    return document


def load(url: str, _options: Mapping[str, object] | None = None) -> dict[str, object]:
    """`context`, as PyLD asks for documents."""
    return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": context(url)}
