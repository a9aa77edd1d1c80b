"""The name of an issuer (`did:web`), and the shape of the document that stands at that name."""

from typing import Annotated, Final, Literal
from urllib.parse import quote, urlsplit

from pydantic import Field

from guildmark.badges.contexts import DID, JWK, MULTIKEY
from guildmark.badges.shape import Did, Moment, Shape, Url

LONGEST_LIST: Final = 1000
"""Keys in a document."""


def did_of(url: str) -> str:
    """The name of the issuer at `url`: `did:web:host`, `did:web:host%3A8000`, `did:web:host:path`.

    Raises `ValueError` for an address that has no such name: no host, an IPv6 address, a user, a query, a fragment.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or "[" in parts.netloc:
        raise ValueError("an issuer is named after the host of a web address")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError("an issuer is named after a host and a path alone")
    host = parts.hostname if parts.port is None else f"{parts.hostname}%3A{parts.port}"
    path = [quote(segment, safe="") for segment in parts.path.split("/") if segment]
    return ":".join(("did:web", host, *path))


class Jwk(Shape):
    """A P-256 key; with its certificates (base64 of DER, its own first) if it signs PDFs."""

    kty: Literal["EC"] = "EC"
    crv: Literal["P-256"] = "P-256"
    x: str
    y: str
    alg: Literal["ES256"] | None = None
    x5c: Annotated[tuple[str, ...] | None, Field(alias="x5c", min_length=1, max_length=8)] = None


class Method(Shape):
    """A key in a DID document."""

    id: str
    type: Literal["Multikey", "JsonWebKey"]
    controller: Did
    public_key_multibase: str | None = None
    public_key_jwk: Jwk | None = None
    revoked: Moment | None = None


class DidDocument(Shape):
    """What the issuer publishes."""

    context: Annotated[
        tuple[
            Literal["https://www.w3.org/ns/did/v1"],
            Literal["https://w3id.org/security/multikey/v1"],
            Literal["https://w3id.org/security/jwk/v1"],
        ],
        Field(alias="@context"),
    ] = (DID, MULTIKEY, JWK)
    id: Did
    also_known_as: tuple[Url]
    verification_method: Annotated[tuple[Method, ...], Field(max_length=LONGEST_LIST)]
    assertion_method: tuple[str, ...]
