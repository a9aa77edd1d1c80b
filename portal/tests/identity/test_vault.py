"""The vault: what is sealed opens only as it was sealed, and what is shredded is nowhere any more."""

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection, transaction
from portal.tests.on_postgresql import about_sqlite

from guildmark_portal.accounts import scrubbing
from guildmark_portal.datadir import DataDirectoryUnusable
from guildmark_portal.identity import keyring, vault
from guildmark_portal.identity.sealed import DataKey, Sealed

SECRET = b"guildmark-secret-on-paper" * 40


@pytest.fixture
def sealed(db):
    return vault.seal(content=SECRET, purpose="page")


def database_files() -> list[Path]:
    path = Path(str(connection.settings_dict["NAME"]))
    return [found for found in (path, Path(f"{path}-wal"), Path(f"{path}-journal")) if found.exists()]


def anywhere(pattern: bytes, root: Path) -> list[str]:
    """The files below `root`, and of the database, that hold the bytes."""
    files = [*database_files(), *(found for found in root.rglob("*") if found.is_file())]
    return [path.name for path in files if pattern in path.read_bytes()]


def test_what_is_sealed_is_read_again_and_lies_nowhere_in_plain(sealed, data_dir):
    assert vault.unseal(sealed) == SECRET
    assert anywhere(SECRET[:25], data_dir) == []
    path = vault.path_of(sealed.pk)
    assert (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode)) == (0o600, 0o700)
    assert stat.S_IMODE((data_dir / "identity-keys.json").stat().st_mode) == 0o600


def test_every_record_has_a_key_of_its_own_and_looks_like_noise(db):
    one, two = (vault.seal(content=SECRET, purpose="page") for _time in range(2))
    assert vault.path_of(one.pk).read_bytes()[4:] != vault.path_of(two.pk).read_bytes()[4:]
    assert bytes(one.key.wrapped) != bytes(two.key.wrapped)


@pytest.mark.parametrize("place", [0, 3, 4, 15, 16, 500, -17, -1])
def test_a_flipped_byte_of_the_file_is_noticed(sealed, place):
    path = vault.path_of(sealed.pk)
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(vault.Unreadable):
        vault.unseal(sealed)


@pytest.mark.parametrize("place", [0, 11, 12, 40, -1])
def test_a_flipped_byte_of_the_wrapped_key_is_noticed(sealed, place):
    wrapped = bytearray(sealed.key.wrapped)
    wrapped[place] ^= 1
    DataKey.objects.update(wrapped=bytes(wrapped))
    with pytest.raises(vault.Unreadable):
        vault.unseal(sealed)


def test_a_shortened_and_a_missing_file_are_noticed(sealed):
    path = vault.path_of(sealed.pk)
    path.write_bytes(path.read_bytes()[:10])
    with pytest.raises(vault.Unreadable):
        vault.unseal(sealed)
    path.unlink()
    with pytest.raises(vault.Unreadable):
        vault.unseal(sealed)


def test_what_was_swapped_does_not_open(sealed):
    other = vault.seal(content=b"another person's", purpose="page")
    first, second = vault.path_of(sealed.pk), vault.path_of(other.pk)
    mine, theirs = first.read_bytes(), second.read_bytes()
    first.write_bytes(theirs)
    with pytest.raises(vault.Unreadable):
        vault.unseal(sealed)
    # Key and file together, in the other's place: both are bound to their record.
    second.write_bytes(mine)
    keys = {key.sealed_id: bytes(key.wrapped) for key in DataKey.objects.all()}
    DataKey.objects.filter(sealed=sealed).update(wrapped=keys[other.pk])
    DataKey.objects.filter(sealed=other).update(wrapped=keys[sealed.pk])
    for record in (sealed, other):
        with pytest.raises(vault.Unreadable):
            vault.unseal(record)


def test_a_record_does_not_open_for_another_purpose(sealed):
    Sealed.objects.update(purpose="photo")
    with pytest.raises(vault.Unreadable):
        vault.unseal(Sealed.objects.get())


def test_after_a_rotation_the_first_key_wraps_and_all_unwrap(sealed, data_dir):
    (first,) = keyring.read(data_dir)
    wrapped = bytes(sealed.key.wrapped)
    assert vault.rotate(forget_old=False) == 1
    keys = keyring.read(data_dir)
    key = DataKey.objects.get()
    assert ([known.id for known in keys[1:]], key.master_key_id) == ([first.id], keys[0].id)
    assert bytes(key.wrapped) != wrapped
    assert vault.unseal(Sealed.objects.get()) == SECRET
    DataKey.objects.update(wrapped=wrapped, master_key_id=first.id)  # as in a backup from before
    assert vault.unseal(Sealed.objects.get()) == SECRET


def test_a_rotation_that_forgets_makes_what_the_old_key_wrapped_worthless(sealed, data_dir):
    (first,) = keyring.read(data_dir)
    wrapped = bytes(sealed.key.wrapped)
    assert vault.rotate(forget_old=True) == 1
    (second,) = keyring.read(data_dir)
    assert second.id != first.id
    assert vault.unseal(Sealed.objects.get()) == SECRET
    assert anywhere(first.secret.hex().encode(), data_dir) == []
    DataKey.objects.update(wrapped=wrapped, master_key_id=first.id)
    with pytest.raises(vault.Unreadable):
        vault.unseal(Sealed.objects.get())


def test_a_file_of_keys_that_was_lost_is_not_silently_made_anew(sealed, data_dir):
    (data_dir / "identity-keys.json").unlink()
    with pytest.raises(DataDirectoryUnusable, match="Restore it from your backup"):
        vault.unseal(sealed)
    with pytest.raises(DataDirectoryUnusable):
        vault.seal(content=SECRET, purpose="page")
    assert not (data_dir / "identity-keys.json").exists()


@pytest.mark.parametrize("broken", ["", "{}", '{"keys": []}', '{"keys": [{"id": "a", "key": "00", "created_at": "x"}]}', "[]"])
def test_broken_keys_are_refused_and_not_shown(broken, sealed, data_dir):
    (data_dir / "identity-keys.json").write_text(broken)
    with pytest.raises(DataDirectoryUnusable) as refusal:
        vault.unseal(sealed)
    assert json.dumps(broken)[1:-1] not in str(refusal.value) or not broken


def test_what_failed_to_be_kept_leaves_no_key(db):
    def fails():
        with transaction.atomic():
            vault.seal(content=SECRET, purpose="page")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert (Sealed.objects.count(), DataKey.objects.count()) == (0, 0)


def test_a_key_is_never_shown(sealed, data_dir):
    (master,) = keyring.read(data_dir)
    assert master.secret.hex() not in repr(master)
    assert str(master.secret) not in repr(master)


@pytest.mark.django_db(transaction=True)
@about_sqlite
def test_x16_after_shredding_nothing_can_be_read_in_files_database_or_its_log(data_dir, caplog):
    records = [vault.seal(content=SECRET + bytes([number]), purpose="page") for number in range(60)]
    keys = {record.pk: bytes(record.key.wrapped) for record in records}
    gone, kept = records[::2], records[1::2]
    sample = vault.path_of(gone[0].pk).read_bytes()[40:80]
    assert all(anywhere(keys[record.pk], data_dir) for record in records)
    assert anywhere(sample, data_dir)
    assert vault.shred([record.pk for record in gone]) == 30
    assert scrubbing.scrub() is True
    assert [record.pk for record in gone if anywhere(keys[record.pk], data_dir)] == []
    assert anywhere(sample, data_dir) == []
    assert [vault.path_of(record.pk).exists() for record in gone] == [False] * 30
    for record in gone:
        with pytest.raises(vault.Shredded):
            vault.unseal(record)
    assert [vault.unseal(record)[-1] for record in kept] == list(range(1, 60, 2))
    assert caplog.text == ""


@pytest.mark.django_db(transaction=True)
@about_sqlite
def test_x16_a_backup_made_afterwards_holds_nothing_of_it(data_dir, tmp_path):
    sealed = vault.seal(content=SECRET, purpose="page")
    wrapped = bytes(sealed.key.wrapped)
    vault.shred([sealed.pk])
    scrubbing.scrub()
    backup = tmp_path / "backup.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(backup)])
    assert wrapped not in backup.read_bytes()
    assert sealed.pk.hex.encode() in backup.read_bytes()  # that there was a record, everybody may know


@pytest.mark.django_db(transaction=True)
def test_shredding_that_is_rolled_back_shreds_nothing(data_dir):
    sealed = vault.seal(content=SECRET, purpose="page")

    def fails():
        with transaction.atomic():
            vault.shred([sealed.pk])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert vault.unseal(Sealed.objects.get()) == SECRET


@pytest.mark.django_db(transaction=True)
@about_sqlite
def test_while_somebody_reads_the_log_cannot_be_emptied_and_says_so(data_dir):
    import sqlite3

    vault.seal(content=SECRET, purpose="page")
    reader = sqlite3.connect(str(connection.settings_dict["NAME"]), isolation_level=None)
    try:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM identity_sealed").fetchone()
        vault.seal(content=SECRET, purpose="page")
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout=50")
        assert scrubbing.scrub() is False
        reader.execute("COMMIT")
        assert scrubbing.scrub() is True
    finally:
        reader.close()
        connection.close()


def test_ciphertexts_without_a_key_are_swept_after_a_day(sealed):
    kept, left = vault.path_of(sealed.pk), vault.path_of(UUID(int=7))
    left.write_bytes(b"left behind")
    written = datetime.fromtimestamp(left.stat().st_mtime, UTC)
    assert vault.sweep(now=written + timedelta(hours=23)) == 0
    assert vault.sweep(now=written + timedelta(hours=25)) == 1
    assert (kept.exists(), left.exists()) == (True, False)


@about_sqlite
def test_inside_a_transaction_nothing_can_be_scrubbed(db):
    with pytest.raises(RuntimeError, match="outside of a transaction"):
        scrubbing.scrub()
