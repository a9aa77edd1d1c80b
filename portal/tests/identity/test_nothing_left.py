"""Shredding leaves nothing that can be read: in the database, its log, files, the portal's log, and backups made afterwards.

What can be read is what somebody finds who has everything: database, files and master keys. They search the raw bytes, and open
whatever still has a key. The same search finds all of it before, which shows that it looks in the right places.
"""

import io
import json
import logging
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connection
from portal.tests.identity.conftest import picture, see_all
from portal.tests.identity.test_pages import answers, browser, file_of
from portal.tests.on_postgresql import about_sqlite

from guildmark.rules.identity import Verdict
from guildmark_portal.identity import services, vault
from guildmark_portal.identity.models import Check, Evidence
from guildmark_portal.identity.sealed import DataKey
from guildmark_portal.jobs.runner import Runner

DAY = 86_400
NAME, EXPIRES = "Zelda Unmistakable", date(2037, 3, 7)
ZONE = "P<UTOUNMISTAKABLE<<ZELDA<<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F3703070ZE184226B<<<<<16"


@dataclass(frozen=True)
class Place:
    """A database with its log, and a folder of files: the portal's own, or a backup of both."""

    database: Path
    files: Path

    def raw(self) -> Iterator[bytes]:
        """Every byte that lies there, a file at a time."""
        beside = (Path(f"{self.database}{end}") for end in ("", "-wal", "-journal"))
        yield from (path.read_bytes() for path in beside if path.exists())
        yield from (path.read_bytes() for path in self.files.rglob("*") if path.is_file())

    def opened(self) -> Iterator[bytes]:
        """Every sealed record that still has a key, opened as the documentation of the vault says."""
        masters = json.loads((self.files / "identity-keys.json").read_text())["keys"]
        secrets = {master["id"]: bytes.fromhex(master["key"]) for master in masters}
        asked = (
            "SELECT s.id, s.purpose, k.master_key_id, k.wrapped "
            "FROM identity_datakey k JOIN identity_sealed s ON s.id = k.sealed_id"
        )
        reader = sqlite3.connect(self.database)
        try:
            rows = reader.execute(asked).fetchall()
        finally:
            reader.close()
        for record, purpose, master, wrapped in rows:
            bound = [
                b"\0".join([b"guildmark evidence 1", part, purpose.encode(), bytes.fromhex(record)])
                for part in (b"key", b"file")
            ]
            key = AESGCM(secrets[master]).decrypt(wrapped[:12], wrapped[12:], bound[0])
            stored = (self.files / "evidence" / record).read_bytes().removeprefix(b"GMV1")
            yield AESGCM(key).decrypt(stored[:12], stored[12:], bound[1])

    def found(self, needles: dict[str, bytes]) -> set[str]:
        """Which of the needles can be read here."""
        everything = b"\n".join([*self.raw(), *self.opened()])
        return {name for name, needle in needles.items() if needle in everything}


@pytest.fixture
def alive(data_dir):
    return Place(Path(str(connection.settings_dict["NAME"])), data_dir)


@pytest.fixture
def backup(alive, tmp_path):
    """Make a backup of everything, master keys included."""

    def make(name):
        folder = tmp_path / name
        shutil.copytree(alive.files, folder / "data")
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(folder / "database.sqlite3")])
        return Place(folder / "database.sqlite3", folder / "data")

    return make


@pytest.fixture
def logged(data_dir, monkeypatch):
    """Everything that is logged, from the first upload on; temporary files lie where they are searched for meanwhile."""
    folder, written, root = data_dir / "temporary", io.StringIO(), logging.getLogger()
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    handler, level = logging.StreamHandler(written), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    logging.getLogger("guildmark_portal.identity").error("control: what is logged is seen")
    yield written.getvalue
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
def given(logged, candidate, named, stopped_clock):
    """Papers come in as they do from a browser; the check."""
    named(candidate)
    mine, large = browser(candidate), picture(2200, 1700, "PNG", compress_level=0)
    document = {"kind": "passport", "name": NAME, "zone": ZONE, "expires_on": EXPIRES.isoformat(), "address_country": ""}
    assert mine.post("/identity/document/", answers(stopped_clock, **document, pictures=file_of(large))).status_code == 302
    bill = {"kind": "proof_of_address", "name": f"{NAME} Bill", "expires_on": ""}
    assert mine.post("/identity/document/", answers(stopped_clock, **bill)).status_code == 302
    assert mine.post("/identity/photo/", {"photo": file_of(picture(900, 600))}).status_code == 302
    return Check.objects.get()


def needles_of(check):
    """What is to be gone: words, dates and pictures of the papers, and what protects them."""
    found = {"name": NAME.encode(), "zone": ZONE[:44].encode(), "expiry": EXPIRES.isoformat().encode()}
    for evidence in Evidence.objects.filter(of_check=check):
        name = evidence.document.kind if evidence.document else "photo"
        found[f"picture of {name}"] = vault.unseal(evidence.sealed)[-200:]
        found[f"ciphertext of {name}"] = vault.path_of(evidence.sealed_id).read_bytes()[40:140]
    for key in DataKey.objects.select_related("sealed"):
        found[f"key {key.sealed_id}"] = bytes(key.wrapped)
    return found


@pytest.mark.django_db(transaction=True)
@about_sqlite
def test_x16_after_the_retention_nothing_of_the_papers_can_be_read_anywhere(
    given, alive, backup, logged, reviewer, stopped_clock, settings
):
    settings.IDENTITY_RETENTION_DAYS = 30
    services.submit(check=given, now=stopped_clock.at)
    services.assign(check=given, reviewer=reviewer, now=stopped_clock.at)
    see_all(given, reviewer, stopped_clock.at)
    services.decide(check=given, reviewer=reviewer, verdict=Verdict.APPROVED, now=stopped_clock.at)
    Runner().run_due()
    needles = needles_of(given)
    assert len(needles) == 14
    assert alive.found(needles) == backup("before").found(needles) == set(needles)

    for _day in range(30):
        stopped_clock.advance(DAY)
        Runner().run_due()
    assert (alive.found(needles), backup("after").found(needles)) == (set(), set())
    assert [name for name, needle in needles.items() if needle in logged().encode()] == []
    assert "control: what is logged is seen" in logged()


@pytest.mark.django_db(transaction=True)
@about_sqlite
def test_x16_of_a_document_that_is_taken_back_nothing_can_be_read_and_the_rest_stays(given, alive, backup, logged, candidate):
    passport = given.documents.get(kind="passport")
    gone = {str(passport.particulars_id), *(str(page.sealed_id) for page in passport.pages.all())}
    needles = needles_of(given)
    assert alive.found(needles) == set(needles)
    assert browser(candidate).post(f"/identity/withdraw/{passport.pk}/").status_code == 302
    Runner().run_due()
    stays = {name for name in needles if "photo" in name or "proof_of_address" in name}
    stays |= {name for name in needles if name.startswith("key ") and name.removeprefix("key ") not in gone}
    stays |= {"name"}  # it stands on the bill too
    assert alive.found(needles) == backup("after").found(needles) == stays
    assert len(stays) < len(needles)
    assert [name for name, needle in needles.items() if needle in logged().encode()] == []
