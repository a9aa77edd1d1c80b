import io
import time

import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.hashes import SHA256
from kit.tests.badges import forging, issuing
from kit.tests.badges.issuing import NOW, PdfKey, serialization, unsigned_pdf, updated
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from guildmark.badges.pdf import PdfSigner, signed_content, signer_of
from guildmark.badges.verdict import Doubtful, Reason, Standing
from guildmark.badges.verification import verify

pytestmark = pytest.mark.certificates


@pytest.fixture(scope="module")
def issuer():
    return issuing.Issuer()


def signer(key, name="ours"):
    return PdfSigner(name, key.certificate.public_bytes(serialization.Encoding.DER))


def reason(call, *args):
    with pytest.raises(Doubtful) as refusal:
        call(*args)
    return refusal.value.standing, refusal.value.reason


def coverage(pdf):
    """What pyHanko, which understands the file, finds that its last signature covers."""
    last = PdfFileReader(io.BytesIO(pdf)).embedded_signatures[-1]
    assert isinstance(last, EmbeddedPdfSignature)
    last.compute_integrity_info()
    return last.coverage


def test_x13_the_signer_is_found_by_its_certificate_whoever_else_is_known(issuer):
    known = [signer(PdfKey.generate(), "another"), signer(issuer.pdf_key)]
    assert signer_of(issuer.pdf, known) == "ours"
    assert reason(signer_of, issuer.pdf, known[:1]) == (Standing.NOT_OURS, Reason.UNKNOWN_KEY)
    assert reason(signer_of, issuer.pdf, []) == (Standing.NOT_OURS, Reason.UNKNOWN_KEY)


def test_what_covers_the_whole_file_here_does_so_by_another_reader_too(issuer):
    assert coverage(issuer.pdf) is SignatureCoverageLevel.ENTIRE_FILE
    assert coverage(updated(issuer.pdf)) is not SignatureCoverageLevel.ENTIRE_FILE


def test_x13_every_byte_but_the_digits_of_the_signature_counts(issuer):
    start, end = issuing.signature_in(issuer.pdf)
    for place in [*range(0, start + 1, 97), *range(end - 1, len(issuer.pdf), 29), len(issuer.pdf) - 1, start]:
        forged = issuer.pdf[:place] + bytes([issuer.pdf[place] ^ 1]) + issuer.pdf[place + 1 :]
        with pytest.raises(Doubtful):
            signer_of(forged, [signer(issuer.pdf_key)])


def test_x13_nothing_hides_behind_the_signature_in_its_own_digits(issuer):
    _start, end = issuing.signature_in(issuer.pdf)
    forged = issuer.pdf[: end - 5] + b"4576" + issuer.pdf[end - 1 :]
    assert reason(signer_of, forged, [signer(issuer.pdf_key)]) == (Standing.NOT_OURS, Reason.UNSIGNED)


def test_a_signature_under_another_one_of_ours_is_no_harm(issuer):
    twice = issuer.pdf_key.sign(forging.FORGERS_PDF.sign(unsigned_pdf(issuer.credential), field="First"), field="Second")
    assert verify(twice, issuer.file, NOW).standing is Standing.VALID


def test_x13_a_signature_over_the_bare_content_counts_for_nothing_even_by_our_key(issuer):
    """Such a one could be another signature's attributes, passed off as a file."""
    start, end = issuing.signature_in(issuer.pdf)
    message = cms.ContentInfo.load(bytes.fromhex(issuer.pdf[start + 1 : end - 1].decode()))
    (info,) = message["content"]["signer_infos"]
    bare = {name: info[name] for name in ("version", "sid", "digest_algorithm", "signature_algorithm")}
    bare["signature"] = issuer.pdf_key.key.private.sign(issuer.pdf[:start] + issuer.pdf[end:], ECDSA(SHA256()))
    message["content"]["signer_infos"] = [cms.SignerInfo(bare)]
    digits = message.dump().hex().encode().ljust(end - start - 2, b"0")
    forged = issuer.pdf[: start + 1] + digits + issuer.pdf[end - 1 :]
    assert reason(signer_of, forged, [signer(issuer.pdf_key)]) == (Standing.NOT_OURS, Reason.UNKNOWN_KEY)


@pytest.mark.parametrize(
    ("credentials", "name", "expected"),
    [
        ([], "credential.json", Reason.NONE_INSIDE),
        ([b"{}"], "credential.txt", Reason.NONE_INSIDE),
        ([b"{}", b"{}"], "credential.json", Reason.SEVERAL),
        ([b" " * 20_000_000], "credential.json", Reason.BROKEN),
    ],
)
def test_x13_even_signed_by_us_it_carries_one_credential(credentials, name, expected):
    pdf = PdfKey.generate().sign(unsigned_pdf(*credentials, name=name))
    assert reason(signed_content, pdf) == (Standing.UNREADABLE, expected)


def test_x13_a_genuine_paper_around_a_forged_credential_is_found_out(issuer):
    pdf = issuer.pdf_key.sign(unsigned_pdf(issuer.credential.replace(b"Ada", b"Eve")))
    verdict = verify(pdf, issuer.file, NOW)
    assert (verdict.standing, verdict.reason) == (Standing.ALTERED, Reason.SIGNATURE)


HOSTILE = {
    "a thousand ranges": b"%PDF-1.7\n" + b"/ByteRange [0 9 99 9]<00>" * 1000,
    "ranges that overlap": b"%PDF-1.7\n/ByteRange [0 5 3 50]<3000>" + b" " * 50,
    "a range of nothing": b"%PDF-1.7\n/ByteRange [0 0 0 0]",
    "numbers without end": b"%PDF-1.7\n/ByteRange [" + b"9" * 1_000_000,
    "spaces without end": b"%PDF-1.7\n" + b"/ByteRange " + b" " * 1_000_000,
    "only zeros": b"%PDF-1.7\n/ByteRange [0 37 41 2]".ljust(37) + b"<00>" + b"\n\n",
    "nested": b"%PDF-1.7\n" + b"[" * 1_000_000,
}


@pytest.mark.parametrize("case", HOSTILE)
def test_x13_a_hostile_pdf_is_refused_at_once(issuer, case):
    began = time.process_time()
    standing, told = reason(signer_of, HOSTILE[case], [signer(issuer.pdf_key)])
    assert (standing, told) in {(Standing.NOT_OURS, Reason.UNSIGNED), (Standing.NOT_OURS, Reason.UNKNOWN_KEY)}
    assert time.process_time() - began < 1


def test_x13_a_strangers_pdf_is_not_even_parsed(issuer, monkeypatch):
    monkeypatch.setattr("guildmark.badges.pdf.PdfFileReader", lambda *_args, **_named: pytest.fail("parsed"))
    forged = forging.FORGERS_PDF.sign(unsigned_pdf(issuer.credential))
    assert verify(forged, issuer.file, NOW).reason is Reason.UNKNOWN_KEY
