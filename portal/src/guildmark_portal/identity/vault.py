"""The vault: what is sealed here is unreadable without the master key, and shredding one small row makes it so for ever.

Envelope encryption, AES-256-GCM twice: a random *data key* per file encrypts the file; a *master key* (see `keyring`),
which is in no database, encrypts the data key. The ciphertext lies in `DATA_DIR/evidence`, the wrapped data key in the
database, apart from each other and from the master key.

Record id and purpose are associated data of both: a wrapped key or a file that is put in another's place does not open.

To **shred**, the row with the wrapped data key is deleted and the ciphertext unlinked. The bytes of a deleted row may
live on in free pages of SQLite's file and in its write-ahead log: `secure_delete` overwrites the former, `accounts.scrubbing`
empties the latter. Backups that were made before hold what they held; those made afterwards hold nothing that can be read.
"""

import os
import secrets
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import transaction

from guildmark.errors import OurFault
from guildmark.i18n import mark
from guildmark_portal import clock
from guildmark_portal.identity import keyring
from guildmark_portal.identity.keyring import MasterKey
from guildmark_portal.identity.sealed import DataKey, Sealed

FOLDER: Final = "evidence"
_MAGIC: Final = b"GMV1"
_NONCE_BYTES: Final = 12
_YOUNG: Final = timedelta(days=1)
_FILE, _KEY = b"file", b"key"


class Unreadable(OurFault):
    """This evidence cannot be opened: it, or its key, is not what was sealed."""

    default_next_step = mark("Tell the operator of this portal; the log names the record.")


class Shredded(OurFault):
    """This evidence was shredded: its time was over, or it was withdrawn."""

    default_next_step = mark("Who checked it, when, and the outcome are still on the page of the check.")


@transaction.atomic
def seal(*, content: bytes, purpose: str) -> Sealed:
    """Encrypt `content` with a key of its own, and keep both.

    The ciphertext is on the disk before the row exists; if the transaction fails, what is left of it has no key.
    """
    sealed = Sealed.objects.create(id=uuid4(), purpose=purpose, sealed_at=clock.now())
    data_key = secrets.token_bytes(keyring.KEY_BYTES)
    _write(path_of(sealed.pk), _MAGIC + _encrypted(data_key, content, _bound_to(sealed, _FILE)))
    master = _masters()[0]
    wrapped = _encrypted(master.secret, data_key, _bound_to(sealed, _KEY))
    DataKey.objects.create(sealed=sealed, master_key_id=master.id, wrapped=wrapped)
    return sealed


def unseal(sealed: Sealed) -> bytes:
    """What was sealed. Raises `Shredded`, or `Unreadable` if anything of it is not as it was."""
    key = DataKey.objects.filter(sealed=sealed).first()
    if key is None:
        raise Shredded
    try:
        stored = path_of(sealed.pk).read_bytes()
        if not stored.startswith(_MAGIC):
            raise Unreadable
        return _decrypted(_data_key(key, _masters()), stored.removeprefix(_MAGIC), _bound_to(sealed, _FILE))
    except (OSError, InvalidTag) as error:
        raise Unreadable from error


@transaction.atomic
def shred(sealed_ids: list[UUID]) -> int:
    """Destroy the data keys, and the ciphertexts once the transaction commits; the number of keys destroyed.

    Call `scrubbing.scrub` afterwards, outside of any transaction: until then the log of the database may hold the old bytes.
    """
    destroyed, _per_model = DataKey.objects.filter(sealed__in=sealed_ids).delete()
    for sealed_id in sealed_ids:
        transaction.on_commit(partial(path_of(sealed_id).unlink, missing_ok=True))
    return destroyed


def sweep(*, now: datetime) -> int:
    """Remove ciphertexts of yesterday and before whose key is gone, or never came to be; the number of files removed.

    They are left behind where the portal died between a commit and what follows it. Nobody can read them.
    """
    folder, removed = path_of(UUID(int=0)).parent, 0
    if not folder.is_dir():
        return 0
    readable = {sealed_id.hex for sealed_id in DataKey.objects.values_list("sealed_id", flat=True)}
    for path in folder.iterdir():
        if path.name not in readable and path.stat().st_mtime < (now - _YOUNG).timestamp():
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def rotate(*, forget_old: bool) -> int:
    """Put a new master key first and wrap every data key with it; the number of keys that were wrapped anew.

    The new key is in the file before any row needs it, an old one leaves it (if `forget_old`) after the last row that needs
    it. Sealing reads the file inside its transaction, which waits for this one: so no row is wrapped with a key that is gone.
    """
    directory: Path = settings.DATA_DIR
    with transaction.atomic():
        known = list(_masters())
        fresh = MasterKey.generate(now=clock.now())
        keyring.replace(directory, [fresh, *known])
        rows = list(DataKey.objects.select_for_update().select_related("sealed"))
        for row in rows:
            bound = _bound_to(row.sealed, _KEY)
            row.wrapped = _encrypted(fresh.secret, _data_key(row, known), bound)
            row.master_key_id = fresh.id
        DataKey.objects.bulk_update(rows, ["wrapped", "master_key_id"], batch_size=100)
    if forget_old:
        with transaction.atomic():
            needed = {fresh.id, *DataKey.objects.values_list("master_key_id", flat=True).distinct()}
            keyring.replace(directory, [key for key in keyring.read(directory) if key.id in needed])
    return len(rows)


def path_of(sealed_id: UUID) -> Path:
    """Where the ciphertext of a record lies."""
    root: Path = settings.DATA_DIR
    return root / FOLDER / sealed_id.hex


def _masters() -> tuple[MasterKey, ...]:
    """The keys, made on first use. A file that is missing while records exist was lost: it is not replaced."""
    directory: Path = settings.DATA_DIR
    if not DataKey.objects.exists():
        keyring.ensure(directory, now=clock.now())
    return keyring.read(directory)


def _data_key(row: DataKey, masters: "tuple[MasterKey, ...] | list[MasterKey]") -> bytes:
    master = next((key for key in masters if key.id == row.master_key_id), None)
    if master is None:
        raise Unreadable
    try:
        return _decrypted(master.secret, bytes(row.wrapped), _bound_to(row.sealed, _KEY))
    except InvalidTag as error:
        raise Unreadable from error


def _bound_to(sealed: Sealed, part: bytes) -> bytes:
    return b"\0".join([b"guildmark evidence 1", part, sealed.purpose.encode(), sealed.pk.bytes])


def _encrypted(key: bytes, content: bytes, bound_to: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, bound_to)


def _decrypted(key: bytes, stored: bytes, bound_to: bytes) -> bytes:
    if len(stored) < _NONCE_BYTES:
        raise InvalidTag
    return AESGCM(key).decrypt(stored[:_NONCE_BYTES], stored[_NONCE_BYTES:], bound_to)


def _write(path: Path, content: bytes) -> None:
    """Write a new file that only its owner reads, on the disk when this returns."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
