"""What an attempt gets, derived and never stored: form and variant of each category, and the key of its bundle.

All of it follows from the portal's master secret and the attempt's id, so the database alone tells nobody which variant
a candidate will meet, and nothing has to be kept in step.
"""

import hashlib
import hmac
from dataclasses import dataclass
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from guildmark.packs.bank import BankManifest, FormEntry, VariantEntry

KEY_BYTES = 32


@dataclass(frozen=True)
class Drawn:
    """A form and the number of the variant that an attempt drew."""

    form: FormEntry
    variant: int

    @property
    def entry(self) -> VariantEntry:
        """The archives of the variant."""
        return self.form.variants[self.variant]


def draw(bank: BankManifest, *, secret: bytes, attempt: UUID, category: str) -> Drawn:
    """The form and variant of `category` for `attempt`. Raises `KeyError` if the bank has no such category."""
    forms = bank.forms_of(category)
    if not forms:
        raise KeyError(category)
    form = forms[_number(secret, "form", attempt, category) % len(forms)]
    return Drawn(form=form, variant=_number(secret, "variant", attempt, category) % len(form.variants))


def bundle_key(*, secret: bytes, attempt: UUID) -> bytes:
    """The 32 bytes that open the attempt's bundle."""
    derivation = HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=f"guildmark bundle {attempt}".encode())
    return derivation.derive(secret)


def _number(secret: bytes, purpose: str, attempt: UUID, category: str) -> int:
    digest = hmac.new(secret, f"guildmark {purpose} {attempt} {category}".encode(), hashlib.sha256).digest()
    return int.from_bytes(digest)
