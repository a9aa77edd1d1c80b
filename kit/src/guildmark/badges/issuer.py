"""What a verifier has of the issuer: its published keys and status lists, in one file that can be kept.

The file is the anchor of all trust: it comes from the issuer's own address over TLS, or from somebody whom the verifier trusts.
What the lists in it say still counts for nothing until one of the keys in it has signed them.
"""

from functools import cached_property
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from guildmark.badges.keys import IssuerKeys, VerificationKey, keys_in
from guildmark.protocol import PublicKey

LONGEST_ISSUER_FILE: Final = 32 * 1024 * 1024
"""In bytes; some fifty kilobytes a thousand certificates."""
_MOST_LISTS: Final = 3_000
"""A thousand numbers with three purposes each: room for more certificates than there will be."""


def _readable(document: dict[str, Any]) -> dict[str, Any]:
    keys_in(document)
    return document


class IssuerFile(BaseModel):
    """What the issuer publishes at `/verify/issuer.json`: all that is needed to check its certificates offline.

    `did_document` is the one at `/.well-known/did.json`, `retired` says since when its keys sign nothing new, by their ids,
    `receipt_keys` are those that sign receipts and the older documents, `status_lists` the signed status list credentials, as
    they stood at `written_at`. `format` is the version of this file.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    format: Literal[1] = 1
    did_document: Annotated[dict[str, Any], AfterValidator(_readable)]
    receipt_keys: tuple[PublicKey, ...]
    retired: dict[str, AwareDatetime] = {}
    status_lists: Annotated[tuple[dict[str, Any], ...], Field(max_length=_MOST_LISTS)]
    written_at: AwareDatetime

    @cached_property
    def keys(self) -> IssuerKeys:
        """The keys that sign certificates and status lists, the issuer's name (`did`) and its address (`url`)."""
        return keys_in(self.did_document, self.retired)

    def key(self, key_id: object) -> VerificationKey | None:
        """The key of that name."""
        return next((key for key in self.keys.keys if key.id == key_id), None)

    def receipt_key(self, key_id: object) -> PublicKey | None:
        """The key of that name among those that sign receipts and the older documents."""
        return next((key for key in self.receipt_keys if key.key_id == key_id), None)

    def lists_at(self, address: str) -> list[dict[str, Any]]:
        """The lists that say that they are the one at `address`."""
        return [found for found in self.status_lists if found.get("id") == address]
