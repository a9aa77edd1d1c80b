"""Receipts: the portal's signed word that it took a file, checked against its keys and kept beside the work."""

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from guildmark.client.files import write_atomically
from guildmark.errors import ReceiptInvalid
from guildmark.i18n import _
from guildmark.protocol import PublicKey, Receipt
from guildmark.signing import is_signed_by, key_id


def verified(document: Any, keys: tuple[PublicKey, ...], *, attempt: str, category: str, sha256: str) -> Receipt:
    """The receipt in `document` (JSON as received). Raises `ReceiptInvalid` if it does not verify or is for other bytes."""
    try:
        receipt = Receipt.model_validate(document)
    except ValidationError as error:
        raise ReceiptInvalid from error
    key = next((key for key in keys if key.key_id == receipt.key_id), None)
    if key is None or key_id(key.public_key) != key.key_id or not is_signed_by(document, key.public_key):
        raise ReceiptInvalid(_("The receipt's signature does not verify against the portal's keys."))
    if key.retired_at is not None and receipt.received_at > key.retired_at:
        raise ReceiptInvalid(_("The receipt is signed with a key that was retired before."))
    if (receipt.attempt, receipt.category, receipt.sha256) != (attempt, category, sha256):
        raise ReceiptInvalid(_("The receipt is not for the file that was sent."))
    return receipt


def keep(document: Any, folder: Path, *, submission: str) -> Path:
    """Write a receipt, as received, to `folder`, named by its submission."""
    name = "".join(c for c in submission if c.isalnum() or c in "-_")
    path = folder / f"{name}.json"
    write_atomically(path, json.dumps(document, indent=2, ensure_ascii=False).encode())
    return path
