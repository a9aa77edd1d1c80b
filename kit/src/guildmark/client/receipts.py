"""Receipts: the portal's signed word that it took a file, checked against its keys and kept beside the work."""

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from guildmark.client.files import write_atomically
from guildmark.client.signed import Standing, standing_of
from guildmark.errors import ReceiptInvalid
from guildmark.i18n import _
from guildmark.protocol import PublicKey, Receipt

KEYS = "keys.json"
_KEYS = TypeAdapter(tuple[PublicKey, ...])


def verified(document: Any, keys: tuple[PublicKey, ...], *, attempt: str, category: str, sha256: str) -> Receipt:
    """The receipt in `document` (JSON as received). Raises `ReceiptInvalid` if it does not verify or is for other bytes."""
    try:
        receipt = Receipt.model_validate(document)
    except ValidationError as error:
        raise ReceiptInvalid from error
    standing = standing_of(document, keys, signed_at=receipt.received_at)
    if standing is Standing.KEY_RETIRED:
        raise ReceiptInvalid(_("The receipt is signed with a key that was retired before."))
    if standing is not Standing.GENUINE:
        raise ReceiptInvalid(_("The receipt's signature does not verify against the portal's keys."))
    if (receipt.attempt, receipt.category, receipt.sha256) != (attempt, category, sha256):
        raise ReceiptInvalid(_("The receipt is not for the file that was sent."))
    return receipt


def keep(document: Any, folder: Path, *, submission: str) -> Path:
    """Write a receipt, as received, to `folder`, named by its submission."""
    name = "".join(c for c in submission if c.isalnum() or c in "-_")
    path = folder / f"{name}.json"
    write_atomically(path, json.dumps(document, indent=2, ensure_ascii=False).encode())
    return path


def keep_keys(keys: tuple[PublicKey, ...], folder: Path) -> None:
    """Write the portal's keys beside the receipts, so that these can be checked without the portal."""
    write_atomically(folder / KEYS, _KEYS.dump_json(keys, indent=2))
