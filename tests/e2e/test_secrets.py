"""What a candidate gets holds no question before the clock runs, and no hidden data ever."""

import zipfile
from pathlib import Path

import httpx
import numpy as np
from demo.portal import Portal


def test_s3_before_begin_no_question_can_be_read_from_what_is_delivered(portal: Portal, person) -> None:
    ada = person("ada")
    headers = {"Authorization": f"Bearer {ada.token}", "Guildmark-Protocol": "1"}
    with httpx.Client(base_url=portal.url, headers=headers) as api:
        attempt = api.post("/api/v1/attempts", json={"program": "quick-demo"}).json()["id"]
        offer = api.post(f"/api/v1/attempts/{attempt}/prepare").json()
        delivered = [
            api.get(offer["url"]).content,
            api.get(f"/api/v1/attempts/{attempt}").content,
            api.get("/api/v1/programs").content,
            ada.browser.get(f"/exam/{attempt}/").content,
        ]
    for part in delivered:
        assert part
        assert not any(
            word in part for word in (b"UNGUESSABLE", b"straight line in four", b"line-1", b"train.csv", b"PK\x03\x04")
        )


def test_x15_no_byte_that_a_candidate_gets_holds_hidden_data(portal: Portal, quick_bank: Path, person) -> None:
    ada = person("ada")
    attempt = ada.begin()
    delivered = [file.read_bytes() for file in ada.folder.rglob("*") if file.is_file()]
    delivered.append(ada.browser.get(f"/exam/{attempt}/").content)
    delivered += [blob.read_bytes() for blob in (portal.data / "blobs").rglob("*") if blob.is_file()]
    unpacked = [archive.read(name) for archive in public_archives(quick_bank) for name in archive.namelist()]

    hidden = [row for archive in sorted((quick_bank / "hidden").glob("*.zip")) for row in hidden_rows(archive)]
    assert len(hidden) > 100
    everything = b"\n".join((*delivered, *unpacked))
    assert not [row for row in hidden if row in everything]


def public_archives(bank: Path) -> list[zipfile.ZipFile]:
    return [zipfile.ZipFile(path) for path in sorted((bank / "public").glob("*.zip"))]


def hidden_rows(archive: Path) -> list[bytes]:
    """Hidden rows as bytes and as text: some of each archive."""
    with zipfile.ZipFile(archive) as opened, opened.open("inputs.npy") as file:
        rows = np.load(file, allow_pickle=False)[:20]
    return [row.tobytes() for row in rows] + [b",".join(b"%.18e" % value for value in row) for row in rows]
