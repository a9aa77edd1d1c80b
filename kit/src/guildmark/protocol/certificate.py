"""What anybody may read: certificates, and the keys that sign them."""

from datetime import date
from typing import Annotated

from pydantic import AwareDatetime, Field

from guildmark.protocol.result import CategoryResult
from guildmark.protocol.wire import Reply
from guildmark.rules.credential import IdentityLevel


class PublicKey(Reply):
    """An Ed25519 key that signs receipts and certificates: 32 bytes in hex. Retired keys stay listed."""

    key_id: str
    public_key: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    retired_at: AwareDatetime | None = None


class Certificate(Reply):
    """A certificate, as anybody may read it; signed like a receipt. `demonstration` ones certify nothing.

    `identity_check` says how the holder's identity was checked. Documents signed before it was stated are without it, and what
    was signed stays as it is: answer with the fields that were there.
    """

    identifier: str
    holder: str
    program: str
    exam_title: str
    exam_version: str
    level: str
    framework: str
    demonstration: bool
    points: float
    points_possible: int
    categories: tuple[CategoryResult, ...]
    issued_on: date
    expires_on: date
    issuer: str
    url: str
    identity_check: IdentityLevel | None = None
    key_id: str
    signature: str
