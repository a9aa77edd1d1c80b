"""Forged PDFs."""

import io
from datetime import timedelta

from kit.tests.badges.forging import (
    EDITED,
    FORGERS_PDF,
    KEY_COMPROMISED,
    KEY_RETIRED,
    SIGNATURE,
    UNKNOWN_KEY,
    UNSIGNED,
    Forgery,
    as_it_is,
    for_eve,
    made_of,
)
from kit.tests.badges.issuing import ISSUED, PdfKey, signature_in, unsigned_pdf, updated
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer


def same_name(issuer):
    """A forger's key whose certificate bears the names and the number of the issuer's."""
    return PdfKey.generate(serial=issuer.pdf_key.certificate.serial_number)


def signed_over(_issuer, genuine):
    """Edited, and signed once more by a forger."""
    return FORGERS_PDF.sign(updated(genuine), field="Second")


def encrypted(issuer, _genuine):
    writer = copy_into_new_writer(_reader(unsigned_pdf(issuer.credential)))
    writer.encrypt("owner", "")
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()


def _reader(content):

    return PdfFileReader(io.BytesIO(content))


def with_wider_range(_issuer, genuine):
    """Something hung behind its end, and the signature told to cover it."""
    start = genuine.index(b"/ByteRange")
    end = genuine.index(b"]", start)
    first = genuine[start:end].split(b"[")[1].split()
    first[3] = str(int(first[3]) + 9).encode()
    written = b"/ByteRange [" + b" ".join(first)
    return genuine[:start] + written.ljust(end - start)[: end - start] + genuine[end:] + b"\n%EVE%%EVE"[:9]


def _signature_changed(genuine):
    """Another digit in the middle of the signature itself, the last part of what stands in hex."""
    start, end = signature_in(genuine)
    last = len(genuine[start : end - 1].rstrip(b"0")) + start - 20
    return genuine[:last] + (b"1" if genuine[last : last + 1] != b"1" else b"2") + genuine[last + 1 :]


PDF_FORGERIES = made_of(
    "pdf",
    Forgery("edited after it was signed", lambda _i, g: updated(g), EDITED),
    Forgery("edited, and signed again by a forger", signed_over, EDITED),
    Forgery("bytes behind its end", lambda _i, g: g + b"\n", EDITED),
    Forgery("a letter on its page", lambda _i, g: g.replace(b"Ada Lovelace", b"Eva Lovelace", 1), SIGNATURE),
    Forgery("a digit of its signature", lambda _i, g: _signature_changed(g), SIGNATURE),
    Forgery("its signature told to cover more", with_wider_range, SIGNATURE),
    Forgery(
        "the genuine credential, signed by a forger", lambda i, _g: FORGERS_PDF.sign(unsigned_pdf(i.credential)), UNKNOWN_KEY
    ),
    Forgery(
        "signed by a forger under the issuer's names", lambda i, _g: same_name(i).sign(unsigned_pdf(i.credential)), UNKNOWN_KEY
    ),
    Forgery(
        "two credentials, signed by a forger",
        lambda i, _g: FORGERS_PDF.sign(unsigned_pdf(i.credential, for_eve(i).encode())),
        UNKNOWN_KEY,
    ),
    Forgery("not signed", lambda i, _g: unsigned_pdf(i.credential), UNSIGNED),
    Forgery("encrypted", encrypted, UNSIGNED),
    Forgery("cut", lambda _i, g: g[: len(g) // 2], UNSIGNED),
    Forgery("signed by a key that fell into wrong hands", as_it_is, KEY_COMPROMISED, compromised="pdf"),
    Forgery("signed by a key after it was retired", as_it_is, KEY_RETIRED, retired=("pdf", ISSUED - timedelta(seconds=1))),
)
