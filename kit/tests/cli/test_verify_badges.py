import json
import subprocess
import sys
import zipfile

import pytest
from kit.tests.badges import issuing
from loopback_portal import Portal

from guildmark.client.issuer_files import issuer_at
from guildmark.errors import Refused

NAMES = {"credential": "c.json", "token": "c.jwt", "png": "badge.png", "svg": "badge.svg", "pdf": "certificate.pdf"}


@pytest.fixture
def issuer(portal):
    """Who issues at the portal, which publishes its file; the lists are of today."""
    made = issuing.Issuer(url=portal.url, now=issuing.now())
    portal.issuer_file = made.file.model_dump_json().encode()
    return made


@pytest.fixture
def file(issuer, tmp_path):
    path = tmp_path / "issuer.json"
    path.write_bytes(issuer.file.model_dump_json().encode())
    return path


def kept(folder, name, content):
    path = folder / name
    path.write_bytes(content)
    return path


def standings(answer):
    return [one["standing"] for one in answer.json["documents"]]


@pytest.mark.parametrize("kind", NAMES)
def test_x13_a_certificate_of_any_kind_is_checked_without_the_portal(guildmark, issuer, file, portal, tmp_path, kind):
    portal.issuer_file = None
    path = kept(tmp_path, "renamed.txt", getattr(issuer, kind))
    answer = guildmark("verify", str(path), "--keys", str(file))
    assert answer.status == 0
    assert f"{path.name}: Valid." in answer.out
    assert all(told in answer.out for told in ("Ada Lovelace", "Practitioner in TensorFlow", "GM-7K2M-9QXD-4HTB"))
    assert "2026-03-02 to 2029-03-02" in answer.out
    assert answer.out.splitlines()[1] == "  Identity: checked by the issuer's reviewers"
    assert "issuer, key, signature, wording" in answer.out
    assert ("The picture is not signed" in answer.out) == (kind in {"png", "svg"})
    assert not [line for line in portal.log if "verify" in line]


def test_x13_a_forged_one_tells_nothing_of_what_it_says_and_leaves_with_3(guildmark, issuer, file, tmp_path):
    path = kept(tmp_path, "c.json", issuer.credential.replace(b"Ada Lovelace", b"Eve Forger"))
    answer = guildmark("verify", str(path), "--keys", str(file))
    assert answer.status == 3
    assert "c.json: Altered: it is not what the issuer signed." in answer.out
    assert "The signature does not fit what it says." in answer.out
    assert "Eve" not in answer.out
    assert "GM-" not in answer.out


def test_it_answers_programs_with_every_check(guildmark, issuer, file, tmp_path):
    answer = guildmark("verify", str(kept(tmp_path, "c.json", issuer.credential)), "--keys", str(file), "--json")
    (found,) = answer.json["documents"]
    assert (found["kind"], found["standing"], found["certificate"]["holder"]) == ("credential", "valid", "Ada Lovelace")
    assert {check["outcome"] for check in found["certificate"]["checks"]} == {"ok"}


DEMONSTRATION = "Demonstration: the signature is genuine, but it certifies nothing."


@pytest.mark.parametrize(
    ("listed", "standing", "status", "told"),
    [
        ({}, "valid", 0, DEMONSTRATION),
        ({"revocation": [4711]}, "revoked", 3, "Demonstration, which certifies nothing. Revoked."),
    ],
)
def test_x13_a_demonstration_says_so_before_it_says_how_it_stands(
    guildmark, issuer, file, tmp_path, listed, standing, status, told
):
    demo = issuer.but(changes={"demonstration": True, "identity_check": "none"}, listed=listed)
    file.write_bytes(demo.file.model_dump_json().encode())
    path = kept(tmp_path, "badge.png", demo.png)
    answer = guildmark("verify", str(path), "--keys", str(file))
    assert answer.status == status
    assert answer.out.splitlines()[:2] == [f"badge.png: {told}", "  Identity: not checked"]
    (found,) = guildmark("verify", str(path), "--keys", str(file), "--json").json["documents"]
    assert (found["standing"], found["demonstration"], found["message"]) == (standing, True, told)
    assert found["certificate"]["identity_check"] == "none"


def test_x13_pictures_and_letters_beside_certificates_are_named_and_not_counted(guildmark, issuer, file, tmp_path):
    folder = tmp_path / "application"
    folder.mkdir()
    strangers = {"cv.pdf": issuing.unsigned_pdf(), "logo.svg": issuing.SVG.encode(), "photo.png": issuing.bare_png()}
    for name, content in {**strangers, "badge.png": issuer.png, "certificate.pdf": issuer.pdf}.items():
        kept(folder, name, content)
    answer = guildmark("verify", str(folder), "--keys", str(file), "--json")
    assert (answer.status, standings(answer), answer.json["none_of_ours"]) == (0, ["valid", "valid"], sorted(strangers))
    kept(folder, "forged.pdf", issuing.unsigned_pdf(issuer.credential))
    answer = guildmark("verify", str(folder), "--keys", str(file), "--json")
    assert (answer.status, standings(answer)) == (3, ["valid", "valid", "not_ours"])


def test_x13_the_files_of_a_holder_are_checked_together(guildmark, issuer, file, tmp_path):
    with zipfile.ZipFile(tmp_path / "mine.zip", "w", zipfile.ZIP_DEFLATED) as made:
        for kind, name in NAMES.items():
            made.writestr(name, getattr(issuer, kind))
        made.writestr("forged.pdf", issuing.updated(issuer.pdf))
        made.writestr("older.json", issuer.older)
        made.writestr("issuer.json", issuing.Issuer().file.model_dump_json())
        made.writestr("README.txt", "hello")
    answer = guildmark("verify", str(tmp_path / "mine.zip"), "--keys", str(file), "--json")
    assert (answer.status, standings(answer)) == (3, ["valid"] * 5 + ["altered", "genuine"])
    assert answer.json["not_looked_at"] == ["README.txt", "issuer.json"]


@pytest.mark.parametrize(
    ("purpose", "standing", "status"),
    [("revocation", "revoked", 3), ("suspension", "suspended", 3), ("refresh", "superseded", 0)],
)
def test_x13_what_was_taken_back_the_portal_tells(guildmark, issuer, portal, tmp_path, purpose, standing, status):
    path = kept(tmp_path, "badge.png", issuer.png)
    assert guildmark("verify", str(path)).status == 0
    portal.issuer_file = issuer.but(listed={purpose: [4711]}).file.model_dump_json().encode()
    answer = guildmark("verify", str(path), "--json")
    assert (answer.status, standings(answer)) == (status, [standing])


def test_x13_when_the_portal_is_gone_its_kept_file_stands_in_and_says_of_when_it_is(guildmark, tmp_path):
    with Portal() as running:
        issuer = issuing.Issuer(url=running.url, now=issuing.now())
        running.issuer_file = issuer.file.model_dump_json().encode()
        path = kept(tmp_path, "badge.png", issuer.png)
        assert guildmark("verify", str(path), "--server", running.url).status == 0
    answer = guildmark("verify", str(path), "--server", running.url)
    assert (answer.status, "badge.png: Valid." in answer.out) == (0, True)
    assert "did not answer. What was taken back after" in answer.err
    gone = kept(tmp_path, "other.png", issuer.png)
    (tmp_path / "config" / "cache" / "issuers").rename(tmp_path / "lost")
    answer = guildmark("verify", str(gone), "--server", running.url, "--json")
    assert (answer.status, answer.json["error"]["code"]) == (5, "server_unreachable")


def test_an_older_portal_that_publishes_no_such_file_is_told_politely(guildmark, issuer, portal, tmp_path):
    portal.issuer_file = None
    answer = guildmark("verify", str(kept(tmp_path, "c.json", issuer.credential)), "--json")
    assert (answer.status, answer.json["error"]["code"]) == (3, "no_issuer_file")
    assert "--keys FILE" in answer.json["error"]["next_step"]


def test_an_older_list_of_keys_is_not_enough_for_a_certificate_but_is_for_a_document(guildmark, issuer, tmp_path):
    keys = kept(tmp_path, "keys.json", b"[" + issuer.file.receipt_keys[0].model_dump_json().encode() + b"]")
    assert guildmark("verify", str(kept(tmp_path, "older.json", issuer.older)), "--keys", str(keys)).status == 0
    answer = guildmark("verify", str(kept(tmp_path, "c.jwt", issuer.token)), "--keys", str(keys), "--json")
    assert (answer.status, "/verify/issuer.json" in answer.json["error"]["next_step"]) == (2, True)


@pytest.mark.parametrize("content", [b"", b"<h1>Welcome</h1>", b"[]", b"{}", b'{"format": 2}'])
def test_what_is_no_issuers_file_is_not_kept(guildmark, issuer, portal, tmp_path, content):
    portal.issuer_file = content
    answer = guildmark("verify", str(kept(tmp_path, "c.json", issuer.credential)), "--json")
    assert (answer.status, answer.json["error"]["code"]) == (1, "bad_reply")
    assert not (tmp_path / "config" / "cache").exists()


def test_x13_a_portal_cannot_answer_for_another_issuer(issuer, portal):
    portal.issuer_file = issuing.Issuer(url="https://exam.example").file.model_dump_json().encode()
    with pytest.raises(Refused) as refusal:
        issuer_at(portal.url)
    assert refusal.value.code == "other_issuer"


def test_without_what_checks_certificates_it_says_how_to_install_it(issuer, file, tmp_path):
    path = kept(tmp_path, "c.json", issuer.credential)
    bare = "import sys; sys.modules.update(pyld=None, pyhanko=None, asn1crypto=None); from guildmark.cli import main; main()"
    command = [sys.executable, "-c", bare, "verify", str(path), "--keys", str(file), "--json"]
    answer = subprocess.run(command, capture_output=True, check=False, timeout=60)
    told = json.loads(answer.stdout)["error"]
    assert (answer.returncode, told["code"]) == (2, "verify_unavailable")
    assert told["next_step"] == 'Run: pip install "guildmark[verify]"'


def test_a_name_cannot_write_to_the_terminal_and_neither_can_a_holder(guildmark, issuer, file, tmp_path):
    with zipfile.ZipFile(tmp_path / "r.zip", "w") as made:
        made.writestr("a\x1b[2Jvalid.png", issuer.png)
    answer = guildmark("verify", str(tmp_path / "r.zip"), "--keys", str(file))
    assert (answer.status, "\x1b" in answer.out) == (0, False)
