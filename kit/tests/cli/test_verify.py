import json
import tracemalloc
import zipfile
from datetime import timedelta

import pytest
from command_answers import model
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from loopback_exam import START

from guildmark.client.signed import Standing, keys_in, papers
from guildmark.errors import UsageError
from guildmark.signing import key_id, public_hex, sign

CERTIFICATE = {
    "identifier": "GM-7K2M-9QXD-4HTB",
    "holder": "Ada Lovelace",
    "program": "practitioner",
    "exam_title": "Practitioner",
    "exam_version": "2026.1",
    "level": "Practitioner",
    "framework": "TensorFlow",
    "demonstration": False,
    "points": 95.0,
    "points_possible": 100,
    "categories": [],
    "issued_on": "2026-03-02",
    "expires_on": "2029-03-02",
    "issuer": "Guild of Examiners",
    "url": "https://exam.example/certificates/GM-7K2M-9QXD-4HTB/",
}


@pytest.fixture
def receipt(guildmark, started):
    """The one that the exam folder keeps."""
    model(started, 1, "score 4")
    guildmark("submit", "1", "--no-check")
    (path,) = (started / ".guildmark" / "receipts").iterdir()
    return path


@pytest.fixture
def keys(portal, tmp_path):
    path = tmp_path / "keys.json"
    path.write_text(json.dumps([key.model_dump(mode="json") for key in portal.exam.public_keys()]))
    return path


@pytest.fixture
def offline(portal):
    portal.faults.drop = 1000


def altered(path, **changes):
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
    return path


def signed_by(key, path, document):
    path.write_text(json.dumps(sign(document, key)))
    return path


def standings(answer):
    return [one["standing"] for one in answer.json["documents"]]


def test_x9_the_receipts_of_the_exam_folder_are_checked_without_the_portal(guildmark, receipt, offline):
    answer = guildmark("verify")
    assert answer.status == 0
    assert f"{receipt.name}: genuine." in answer.out
    assert "The portal took 7 bytes for category 1" in answer.out


def test_x9_a_receipt_is_checked_by_a_file_of_keys_anywhere(guildmark, receipt, keys, offline, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    answer = guildmark("verify", str(receipt), "--keys", str(keys), "--json")
    (found,) = answer.json["documents"]
    assert (answer.status, answer.json["genuine"], found["kind"], found["standing"]) == (0, True, "receipt", "genuine")
    assert found["document"]["submission"] == "s1"


def test_elsewhere_the_portal_is_asked_for_its_keys_and_nobody_signs_in(guildmark, receipt, portal, tmp_path, monkeypatch):
    portal.access.clear()
    monkeypatch.chdir(tmp_path)
    assert guildmark("verify", str(receipt), "--server", portal.url).status == 0


def test_without_the_portal_and_without_keys_it_says_what_helps(guildmark, receipt, offline, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    answer = guildmark("verify", str(receipt), "--json")
    assert (answer.status, answer.json["error"]["code"]) == (5, "server_unreachable")
    assert "--keys FILE" in answer.json["error"]["next_step"]


def test_where_no_portal_is_known_it_asks_for_one(guildmark, receipt, signed_in, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GUILDMARK_SERVER")
    monkeypatch.setenv("GUILDMARK_CONFIG_DIR", str(tmp_path / "nobody"))
    answer = guildmark("verify", str(receipt), "--json")
    assert (answer.status, answer.json["error"]["message"]) == (2, "No portal is known.")
    assert "--keys FILE" in answer.json["error"]["next_step"]


@pytest.mark.parametrize(
    "changes",
    [
        {"received_at": "2026-03-02T08:00:00Z"},
        {"sha256": "0" * 64},
        {"category": "category2"},
        {"said_by_a_newer_server": 2},
        {"signature": "00" * 64},
        {"signature": "no hex"},
        {"added": True},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_x9_one_changed_field_and_it_is_forged(guildmark, receipt, changes):
    answer = guildmark("verify", str(altered(receipt, **changes)), "--json")
    assert (answer.status, answer.json["genuine"], standings(answer)) == (3, False, ["forged"])


def test_a_key_that_is_not_the_portals_is_unknown(guildmark, receipt, portal, tmp_path):
    path = signed_by(Ed25519PrivateKey.generate(), tmp_path / "own.json", json.loads(receipt.read_text()))
    answer = guildmark("verify", str(path), "--json")
    assert (answer.status, standings(answer)) == (3, ["unknown_key"])


def test_a_key_that_only_bears_the_id_of_the_portals_is_no_key(guildmark, receipt, keys, tmp_path):
    forger = Ed25519PrivateKey.generate()
    path = signed_by(forger, tmp_path / "own.json", json.loads(receipt.read_text()))
    (published,) = json.loads(keys.read_text())
    altered(path, key_id=published["key_id"])
    keys.write_text(json.dumps([{**published, "public_key": public_hex(forger)}]))
    answer = guildmark("verify", str(path), "--keys", str(keys), "--json")
    assert (answer.status, standings(answer)) == (3, ["forged"])


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"{}", b"\xff\xfe", b'"x"', b"[" * 100_000, b"1" * 5000])
def test_what_cannot_be_read_is_damaged(guildmark, receipt, content):
    receipt.write_bytes(content)
    answer = guildmark("verify", str(receipt), "--json")
    assert (answer.status, standings(answer)) == (3, ["damaged"])


def test_a_receipt_without_one_of_its_fields_is_damaged(guildmark, receipt):
    document = json.loads(receipt.read_text())
    del document["received_at"]
    receipt.write_text(json.dumps(document))
    assert standings(guildmark("verify", str(receipt), "--json")) == ["damaged"]


@pytest.mark.parametrize(("seconds", "standing"), [(0, "genuine"), (-1, "key_retired")])
def test_a_key_signs_until_it_is_retired(guildmark, receipt, keys, seconds, standing):
    (published,) = json.loads(keys.read_text())
    retired = (START + timedelta(seconds=seconds)).isoformat()
    keys.write_text(json.dumps([{**published, "retired_at": retired}]))
    assert standings(guildmark("verify", str(receipt), "--keys", str(keys), "--json")) == [standing]


def test_x13_a_certificate_is_checked_the_same_way(guildmark, portal, keys, tmp_path, offline):
    path = signed_by(portal.exam.signing_key, tmp_path / "certificate.json", CERTIFICATE)
    answer = guildmark("verify", str(path), "--keys", str(keys))
    assert answer.status == 0
    assert "Ada Lovelace passed Practitioner 2026.1 with 95 of 100 points" in answer.out
    assert "valid until 2029-03-02" in answer.out
    altered(path, holder="Eve")
    assert guildmark("verify", str(path), "--keys", str(keys)).status == 3


def test_a_demonstration_says_so_before_anything_else(guildmark, portal, keys, tmp_path):
    path = signed_by(portal.exam.signing_key, tmp_path / "c.json", {**CERTIFICATE, "demonstration": True})
    answer = guildmark("verify", str(path), "--keys", str(keys))
    assert answer.status == 0
    assert answer.out.startswith("c.json: Demonstration: the signature is genuine, but it certifies nothing.\n")
    (found,) = guildmark("verify", str(path), "--keys", str(keys), "--json").json["documents"]
    assert (found["standing"], found["demonstration"]) == ("genuine", True)
    (forged,) = guildmark("verify", str(altered(path, holder="Eve")), "--keys", str(keys), "--json").json["documents"]
    assert (forged["standing"], forged["demonstration"]) == ("forged", False)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({}, "Identity: the certificate does not say whether it was checked"),
        ({"identity_check": "none"}, "Identity: not checked"),
        ({"identity_check": "reviewed"}, "Identity: checked by the issuer's reviewers"),
    ],
)
def test_whether_the_identity_was_checked_stands_below_the_verdict(guildmark, portal, keys, tmp_path, said, told):
    path = signed_by(portal.exam.signing_key, tmp_path / "c.json", {**CERTIFICATE, **said})
    assert guildmark("verify", str(path), "--keys", str(keys)).out.splitlines()[1].strip() == told


def archive(path, **files):
    with zipfile.ZipFile(path, "w") as made:
        for name, content in files.items():
            made.writestr(name, content)
    return path


def test_every_document_of_an_archive_is_checked(guildmark, receipt, keys, tmp_path):
    good, forged = receipt.read_text(), altered(receipt, size=1).read_text()
    path = archive(tmp_path / "r.zip", **{"receipts/a.json": good, "receipts/b.json": forged, "README.txt": "hello"})
    answer = guildmark("verify", str(path), "--keys", str(keys), "--json")
    assert (answer.status, standings(answer)) == (3, ["genuine", "forged"])


def test_keys_in_the_archive_are_not_trusted(guildmark, receipt, keys, tmp_path):
    forger = Ed25519PrivateKey.generate()
    theirs = {"key_id": key_id(public_hex(forger)), "public_key": public_hex(forger), "retired_at": None}
    own = json.dumps(sign(json.loads(receipt.read_text()), forger))
    path = archive(tmp_path / "r.zip", **{"receipts/a.json": own, "keys.json": json.dumps([theirs])})
    answer = guildmark("verify", str(path), "--keys", str(keys), "--json")
    assert (answer.status, standings(answer)) == (3, ["unknown_key"])


def test_a_folder_is_checked_whole(guildmark, receipt, keys, tmp_path):
    (tmp_path / "all" / "x.json").mkdir(parents=True)
    (tmp_path / "all" / "keys.json").write_bytes(keys.read_bytes())
    (tmp_path / "all" / "one.json").write_bytes(receipt.read_bytes())
    assert standings(guildmark("verify", str(tmp_path / "all"), "--keys", str(keys), "--json")) == ["genuine"]


def test_names_in_an_archive_cannot_write_to_the_terminal(guildmark, receipt, keys, tmp_path):
    path = archive(tmp_path / "r.zip", **{"a\x1b[2Jgenuine.json": "{}"})
    assert "\x1b" not in guildmark("verify", str(path), "--keys", str(keys)).out


WRONG = [
    (("nothing.json",), "There is no file nothing.json."),
    (("empty.zip",), "empty.zip holds neither a receipt nor a certificate."),
    (("broken.zip",), "broken.zip is damaged."),
    (("keys.json", "--keys", "one.json"), "one.json is no list of a portal's keys."),
    (("one.json", "--keys", "nothing.json"), "nothing.json is no list of a portal's keys."),
]


@pytest.mark.parametrize(("args", "message"), WRONG, ids=[args[-1] + args[0] for args, _ in WRONG])
def test_wrong_usage_is_said(guildmark, receipt, keys, tmp_path, monkeypatch, args, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "one.json").write_bytes(receipt.read_bytes())
    archive(tmp_path / "empty.zip")
    whole = archive(tmp_path / "broken.zip", **{"a.json": "{}" * 500}).read_bytes()
    (tmp_path / "broken.zip").write_bytes(whole.replace(b"{}{}{}", b"{}{x}{", 1))
    answer = guildmark("verify", *args, "--json")
    assert (answer.status, answer.json["error"]["message"]) == (2, message)


def test_without_a_file_outside_an_exam_it_asks_for_one(guildmark):
    answer = guildmark("verify", "--json")
    assert (answer.status, answer.json["error"]["next_step"]) == (2, "Name it: guildmark verify FILE")


@pytest.mark.parametrize("packed", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_x9_an_archive_with_one_changed_byte_is_refused_or_says_the_same(receipt, keys, tmp_path, packed):
    path, passed_over = tmp_path / "r.zip", []
    with zipfile.ZipFile(path, "w", packed) as made:
        for name, content in (("a.json", receipt.read_bytes()), ("b.json", receipt.read_bytes()), ("README.txt", b"hello")):
            made.writestr(name, content)
    whole, known = path.read_bytes(), keys_in(keys)
    (told, *_more) = papers(receipt)
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            found = [(paper.standing(known), paper.reading) for paper in papers(path, passed_over)]
        except UsageError:
            found = []
        assert all(reading == told.reading for standing, reading in found if standing is Standing.GENUINE)
        assert {standing for standing, _reading in found} != {Standing.GENUINE} or len(found) + len(passed_over) == 3
        passed_over.clear()


@pytest.mark.parametrize("packed", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_an_archive_that_is_packed_in_an_unusual_way_is_refused(guildmark, receipt, tmp_path, packed):
    with zipfile.ZipFile(tmp_path / "r.zip", "w", packed) as made:
        made.write(receipt, "a.json")
    assert guildmark("verify", str(tmp_path / "r.zip"), "--json").status == 2


def test_a_bomb_takes_no_memory(receipt, keys, tmp_path):
    known = keys_in(keys)
    within = json.dumps({**json.loads(receipt.read_text()), "x": [[]] * 15_000}).replace(" ", "")
    beyond = '["holder",' + "[]," * 350_000 + "[]]"
    with zipfile.ZipFile(tmp_path / "r.zip", "w", zipfile.ZIP_DEFLATED) as made:
        for number in range(20):
            made.writestr(f"{number}.json", within if number % 2 else beyond)
    tracemalloc.start()
    found = [paper.standing(known) for paper in papers(tmp_path / "r.zip")]
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == [Standing.DAMAGED, Standing.FORGED] * 10
    assert peak < 5 * 1024 * 1024


def test_x9_more_than_is_checked_at_once_is_refused_before_any_of_it_is_told(guildmark, receipt, keys, tmp_path):
    path = tmp_path / "r.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.write(receipt, "a.json")
        for number in range(9_999):
            made.writestr(f"{number}.txt", b"")
    assert guildmark("verify", str(path), "--keys", str(keys)).status == 0
    with zipfile.ZipFile(path, "a") as made:
        made.writestr("z.json", altered(receipt, size=1).read_text())
    answer = guildmark("verify", str(path), "--keys", str(keys))
    assert (answer.status, "genuine" in answer.out, "more than is checked at once" in answer.err) == (2, False, True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("long.json", b" " * 64 * 1024 * 1024 + b" ")
    assert "more than is checked at once" in guildmark("verify", str(path), "--keys", str(keys)).err


@pytest.mark.parametrize("as_folder", [True, False])
def test_x9_what_is_not_looked_at_is_named_and_a_json_is_looked_at_however_it_is_written(
    guildmark, receipt, keys, tmp_path, as_folder
):
    files = {"a.json": receipt.read_text(), "keys.json": keys.read_text(), "certificate.txt": "{}", "x/note": ""}
    path = tmp_path / "r"
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(content)
    answer = guildmark(
        "verify", str(path if as_folder else archive(tmp_path / "r.zip", **files)), "--keys", str(keys), "--json"
    )
    assert (answer.status, sorted(answer.json["not_looked_at"])) == (0, ["certificate.txt", "keys.json", "x/note"])
    assert "certificate.txt" in guildmark("verify", str(path), "--keys", str(keys)).out
    (path / "certificate.JSON").write_text(json.dumps(CERTIFICATE))
    zipped = archive(tmp_path / "r.zip", **files, **{"certificate.JSON": json.dumps(CERTIFICATE)})
    answer = guildmark("verify", str(path if as_folder else zipped), "--keys", str(keys), "--json")
    assert (answer.status, sorted(standings(answer))) == (3, ["damaged", "genuine"])


STRANGERS = {
    "logo.png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1 and so on",
    "photo.png": b"\xff\xd8\xff\xe0\0\x10JFIF\0",
    "drawing.svg": b'<!DOCTYPE svg><svg xmlns="http://www.w3.org/2000/svg"/>',
    "cv.pdf": b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n%%EOF\n",
    "package.json": b'{"name": "portfolio"}',
    "numbers.json": b"[1, 2]",
    "lock.json": b'{"packages": [' + b"{}," * 60_000 + b"{}]}",
}


@pytest.mark.parametrize("as_folder", [True, False])
def test_what_bears_nothing_of_a_portal_is_named_and_changes_no_verdict(guildmark, receipt, keys, tmp_path, as_folder):
    folder = tmp_path / "r"
    folder.mkdir()
    for name, content in {"a.json": receipt.read_bytes(), **STRANGERS}.items():
        (folder / name).write_bytes(content)
    path = folder if as_folder else archive(tmp_path / "r.zip", **{"a.json": receipt.read_text(), **STRANGERS})
    answer = guildmark("verify", str(path), "--keys", str(keys), "--json")
    assert (answer.status, standings(answer), sorted(answer.json["none_of_ours"])) == (0, ["genuine"], sorted(STRANGERS))
    told = " ".join(guildmark("verify", str(path), "--keys", str(keys)).out.split())
    assert "Neither receipts nor certificates, and not counted:" in told
    assert all(name in told for name in STRANGERS)


def test_who_names_a_file_that_bears_nothing_has_it_judged(guildmark, receipt, keys, tmp_path):
    (tmp_path / "package.json").write_bytes(STRANGERS["package.json"])
    answer = guildmark("verify", str(tmp_path / "package.json"), "--keys", str(keys), "--json")
    assert (answer.status, standings(answer)) == (3, ["damaged"])


def test_a_folder_of_nothing_but_strangers_is_no_good_news(guildmark, keys, tmp_path):
    path = archive(tmp_path / "r.zip", **STRANGERS)
    answer = guildmark("verify", str(path), "--keys", str(keys), "--json")
    assert (answer.status, answer.json["error"]["message"]) == (2, f"{path} holds neither a receipt nor a certificate.")


@pytest.mark.parametrize("content", [b"", b"\0" * 400, b'{"submission": "s1", "att', b'{"holder": "Ada"}', b'{"key_id": 1}'])
def test_what_may_have_been_a_document_is_damaged_in_a_folder_too(guildmark, receipt, keys, content):
    (receipt.parent / "b.json").write_bytes(content)
    answer = guildmark("verify", str(receipt.parent), "--keys", str(keys), "--json")
    assert (answer.status, sorted(standings(answer))) == (3, ["damaged", "genuine"])


def test_x9_a_document_that_says_a_thing_twice_is_not_genuine(guildmark, receipt):
    receipt.write_text('{"sha256":"' + "f" * 64 + '",' + receipt.read_text().lstrip()[1:])
    assert standings(guildmark("verify", str(receipt), "--json")) == ["damaged"]


def test_a_document_behind_which_an_archive_was_hung_is_no_archive(guildmark, receipt, keys, tmp_path):
    hung = archive(tmp_path / "r.zip", **{"certificate.json": receipt.read_text()}).read_bytes()
    (tmp_path / "certificate.json").write_bytes(json.dumps(CERTIFICATE).encode() + hung)
    assert standings(guildmark("verify", str(tmp_path / "certificate.json"), "--keys", str(keys), "--json")) == ["damaged"]


def test_a_receipt_with_something_nested_deep_in_it_is_forged(guildmark, receipt):
    receipt.write_text(receipt.read_text().rstrip()[:-1] + ',"x":' + "[" * 600 + "]" * 600 + "}")
    assert standings(guildmark("verify", str(receipt), "--json")) == ["forged"]
