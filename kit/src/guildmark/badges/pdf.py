"""The PDF of a certificate: whether the issuer signed all of it, and the credential that is attached to it.

A PDF can be edited behind its signature, and readers differ on what of it they show. So a stranger's file is never understood
before its signature holds. Up to then it is a row of bytes: the signature's `/ByteRange` must cover every byte of the file but
the hex digits of the signature itself, and that must be one of the issuer's published certificates; the certificates in the
file, and the machine's own, count for nothing. What holds is, byte for byte, what the issuer made, and only that is parsed.
Several signatures may stand in a file: the issuer's must cover it whole. All of this is linear in the length of the file.
"""

import hashlib
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any, Final, NoReturn

from asn1crypto import cms, x509
from pyhanko.pdf_utils.decode_limits import DecodeLimits, DocumentDecodeBudget, StreamDecodeLimits
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity

from guildmark.badges.verdict import Doubtful, Reason, Standing, Subject

ATTACHMENT: Final = "credential.json"
_MOST_SIGNATURES: Final = 8
_LONGEST_SIGNATURE: Final = 256 * 1024
_DIGESTS: Final = frozenset({"sha256", "sha384", "sha512"})
_RANGE: Final = re.compile(rb"/ByteRange\s{0,8}\[\s{0,8}(\d{1,9})\s{1,8}(\d{1,9})\s{1,8}(\d{1,9})\s{1,8}(\d{1,9})\s{0,8}\]")
_HEX: Final = re.compile(rb"<([0-9A-Fa-f]{2,})>")
_MIB: Final = 1024 * 1024
_LIMITS: Final = DecodeLimits(
    per_stream=StreamDecodeLimits(max_ratio=1100, ratio_floor=_MIB, max_output_size=16 * _MIB),
    document_budget=DocumentDecodeBudget(base_allowance=32 * _MIB, max_ratio=4),
)
_DEEPEST: Final = 8
_MOST_ATTACHMENTS: Final = 64
_UNPARSABLE: Final = (PdfError, ArithmeticError, AttributeError, LookupError, OSError, RecursionError, TypeError, ValueError)
"""What the readers of PDF, CMS and DER raise for what is none, or a broken one."""


@dataclass(frozen=True)
class PdfSigner:
    """A certificate that signs PDFs, as the issuer publishes it: its key's id there, and DER."""

    key_id: str
    certificate: bytes


@dataclass(frozen=True)
class SignedPdf:
    """What stands in a PDF whose signature holds: its credential, and when it was signed, None where it does not say."""

    credential: bytes
    signed_at: datetime | None


def signer_of(content: bytes, signers: Sequence[PdfSigner]) -> str:
    """The id of the key, one of `signers`, that signed the whole of `content`.

    Raises `Doubtful`: NOT_OURS where none of `signers` signed it, ALTERED where one did and the file has become another.
    """
    candidates = list(_candidates(content))
    if not candidates:
        raise Doubtful(Standing.NOT_OURS, Subject.SIGNATURE, Reason.UNSIGNED)
    tried = [candidate.tried_by(signer) for candidate in candidates for signer in signers]
    for held in tried:
        if isinstance(held, str):
            return held
    raise next(
        (doubt for doubt in tried if isinstance(doubt, Doubtful) and doubt.standing is Standing.ALTERED),
        Doubtful(Standing.NOT_OURS, Subject.KEY, Reason.UNKNOWN_KEY),
    )


def signed_content(content: bytes) -> SignedPdf:
    """What a PDF carries whose signature holds. Raises `Doubtful` where no credential is attached to it, or several are."""
    try:
        reader = PdfFileReader(BytesIO(content), decode_limits=_LIMITS)
        if reader.encrypted:
            raise Doubtful(Standing.UNREADABLE, Subject.FORM, Reason.FORBIDDEN)
        found = list(_attachments(reader))
        times = [signature.self_reported_timestamp for signature in reader.embedded_signatures]
    except _UNPARSABLE as error:
        raise Doubtful(Standing.UNREADABLE, Subject.FORM, Reason.BROKEN) from error
    if len(found) != 1:
        raise Doubtful(Standing.UNREADABLE, Subject.FORM, Reason.SEVERAL if found else Reason.NONE_INSIDE)
    return SignedPdf(found[0], max((told for told in times if told is not None), default=None))


@dataclass(frozen=True)
class _Candidate:
    """What may be a signature: its CMS, the digests of what it covers, and whether that is the whole file."""

    signed: Any
    covered: tuple[bytes, bytes]
    is_whole: bool

    def tried_by(self, signer: PdfSigner) -> str | Doubtful:
        """The id of `signer`'s key if it signed the whole file as it stands, or why it is none."""
        try:
            return self._signed_by(signer)
        except Doubtful as doubt:
            return doubt

    def _signed_by(self, signer: PdfSigner) -> str:
        certificate = x509.Certificate.load(signer.certificate)
        try:
            (info,) = self.signed["signer_infos"]
            digest_name = info["digest_algorithm"]["algorithm"].native
            # Without signed attributes, those of another signature could be passed off as the content that was signed.
            if digest_name not in _DIGESTS or info["signed_attrs"].native is None or not _names(info, certificate):
                _refuse(Standing.NOT_OURS, Reason.UNKNOWN_KEY)
            digest = hashlib.new(digest_name)
            for part in self.covered:
                digest.update(part)
            intact, valid = validate_sig_integrity(info, certificate, "data", digest.digest())
        except (SignatureValidationError, *_UNPARSABLE) as error:
            raise Doubtful(Standing.NOT_OURS, Subject.KEY, Reason.UNKNOWN_KEY) from error
        if not (intact and valid):
            _refuse(Standing.ALTERED, Reason.SIGNATURE)
        if not self.is_whole:
            _refuse(Standing.ALTERED, Reason.EDITED)
        return signer.key_id


def _names(info: Any, certificate: Any) -> bool:
    """Whether a signature names `certificate` as its signer's."""
    sid = info["sid"].chosen
    if isinstance(sid, cms.IssuerAndSerialNumber):
        return bool(sid["serial_number"].native == certificate.serial_number and sid["issuer"] == certificate.issuer)
    return bool(sid.native == certificate.key_identifier)


def _candidates(content: bytes) -> Iterator[_Candidate]:
    """Every byte range in `content` with a signature in its gap; the last ones first, and no more than `_MOST_SIGNATURES`."""
    for found in reversed(deque(_RANGE.finditer(content), _MOST_SIGNATURES)):
        start, length, behind, rest = map(int, found.groups())
        end = behind + rest
        if not (start == 0 < length < behind < end <= len(content)) or behind - length > _LONGEST_SIGNATURE:
            continue
        gap = _HEX.fullmatch(content[length:behind])
        if gap is None or len(gap.group(1)) % 2:
            continue
        signed = _cms(bytes.fromhex(gap.group(1).decode()))
        if signed is not None:
            yield _Candidate(signed, (content[:length], content[behind:end]), end == len(content))


def _cms(padded: bytes) -> Any:
    """The signed data in `padded`, behind which there is nothing but zeros; None for anything else."""
    try:
        message = cms.ContentInfo.load(padded)
        if padded[len(message.dump()) :].strip(b"\0") or message["content_type"].native != "signed_data":
            return None
        return message["content"]
    except _UNPARSABLE:
        return None


def _attachments(reader: PdfFileReader) -> Iterator[bytes]:
    if "/Names" not in reader.root or "/EmbeddedFiles" not in reader.root["/Names"]:
        return
    for name, specification in _names_in(reader.root["/Names"]["/EmbeddedFiles"], depth=0):
        if ATTACHMENT in {name, *(str(specification[key]) for key in ("/F", "/UF") if key in specification)}:
            yield specification["/EF"]["/F"].data


def _names_in(tree: Any, *, depth: int) -> Iterator[tuple[str, Any]]:
    """The entries of a PDF's tree of names."""
    entries, branches = _of(tree, "/Names"), _of(tree, "/Kids")
    if depth > _DEEPEST or len(entries) > 2 * _MOST_ATTACHMENTS or len(branches) > _MOST_ATTACHMENTS:
        raise ValueError("too many attachments")
    for place in range(0, len(entries), 2):
        yield str(entries[place]), entries[place + 1]
    for place in range(len(branches)):
        yield from _names_in(branches[place], depth=depth + 1)


def _of(tree: Any, key: str) -> Any:
    """What stands under `key`, references followed, which pyHanko's `get` does not."""
    return tree[key] if key in tree else ()  # noqa: SIM401 - see above


def _refuse(standing: Standing, reason: Reason) -> NoReturn:
    subject = Subject.KEY if reason is Reason.UNKNOWN_KEY else Subject.FILE if reason is Reason.EDITED else Subject.SIGNATURE
    raise Doubtful(standing, subject, reason)
