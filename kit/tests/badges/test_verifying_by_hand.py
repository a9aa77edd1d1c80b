"""What `docs/verifying.md` tells people to do, done."""

import base64
import gzip
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from kit.tests.badges import forging, issuing

pytestmark = pytest.mark.certificates

HANDBOOK = (Path(__file__).parents[3] / "docs" / "verifying.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def issuer():
    return issuing.Issuer()


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", HANDBOOK, re.DOTALL)


def by_openssl(folder, issuer, pdf):
    """What the steps with OpenSSL find."""
    (folder / "certificate.pdf").write_bytes(pdf)
    (folder / "did.json").write_text(json.dumps(issuer.did_document))
    (steps,) = blocks("sh")
    return subprocess.run(["bash", "-ec", steps], cwd=folder, capture_output=True, text=True, check=False, timeout=60)


def test_x13_a_pdf_is_checked_with_openssl_alone(issuer, tmp_path):
    assert "CMS Verification successful" in by_openssl(tmp_path, issuer, issuer.pdf).stderr


@pytest.mark.parametrize("case", ["edited", "a letter", "a forger's", "a key in wrong hands"])
def test_x13_a_forged_pdf_is_found_out_with_openssl_alone(issuer, tmp_path, case):
    pdf = {
        "edited": lambda: issuing.updated(issuer.pdf),
        "a letter": lambda: issuer.pdf.replace(b"Ada Lovelace", b"Eva Lovelace", 1),
        "a forger's": lambda: forging.FORGERS_PDF.sign(issuing.unsigned_pdf(issuer.credential)),
        "a key in wrong hands": lambda: issuer.pdf,
    }[case]()
    known = issuer.but(compromised={"pdf": issuing.NOW}) if case == "a key in wrong hands" else issuer
    found = by_openssl(tmp_path, known, pdf)
    assert (found.returncode == 0, "successful" in found.stderr) == (False, False)


@pytest.mark.parametrize(("index", "is_set"), [(4711, True), (4710, False), (0, False)])
def test_x13_a_place_in_a_list_is_found_as_written(issuer, index, is_set):
    steps = next(block for block in blocks("python") if "encodedList" in block)
    names = {"base64": base64, "gzip": gzip, "index": index}
    names["status_list"] = issuer.but(listed={"revocation": [4711]}).status_list("revocation")
    exec(steps, names)  # noqa: S102 - the handbook's own lines
    assert names["is_set"] is is_set


def by_python(folder, known, content):
    """What the lines for Python print."""
    (folder / "issuer.json").write_text(known.file.model_dump_json())
    (folder / "certificate.pdf").write_bytes(content)
    steps = next(block for block in blocks("python") if "IssuerFile" in block)
    done = subprocess.run([sys.executable, "-c", steps], cwd=folder, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("case", "told"),
    [
        ("genuine", ["valid", "Ada Lovelace, Practitioner in TensorFlow; identity: reviewed"]),
        (
            "a demonstration",
            ["demonstration", "Ada Lovelace, Practitioner in TensorFlow (demonstration); identity: none"],
        ),
        (
            "revoked",
            [
                "revoked",
                "Ada Lovelace, Practitioner in TensorFlow; identity: reviewed",
                "revocation failed: It stands on the issuer's list of revoked certificates.",
            ],
        ),
        ("edited", ["altered", "file failed: It was edited after it was signed."]),
    ],
)
def test_x13_the_lines_for_python_say_how_a_file_stands_and_why(issuer, tmp_path, case, told):
    known = {
        "a demonstration": lambda: issuer.but(changes={"demonstration": True, "identity_check": "none"}, now=issuing.now()),
        "revoked": lambda: issuer.but(listed={"revocation": [4711]}, now=issuing.now()),
    }.get(case, lambda: issuer.but(now=issuing.now()))()
    assert by_python(tmp_path, known, issuing.updated(known.pdf) if case == "edited" else known.pdf) == told
