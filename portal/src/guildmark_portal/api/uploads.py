"""tus 1.0: creation, HEAD, PATCH, termination. `Upload-Metadata` names `category`, `filename` and `sha256`.

The body of a PATCH is read in pieces, so that a large one is never held in memory; each piece counts by itself, and after
an interruption the client asks HEAD how far it came. What counts is when the bytes arrived, not when a thread was free.
"""

import base64
import binascii
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router
from pydantic import Field, ValidationError

from guildmark.errors import UsageError
from guildmark.protocol import SUBMISSION_HEADER, CategoryId, Request, Sha256
from guildmark_portal import clock
from guildmark_portal.api.people import person
from guildmark_portal.arrival import arrived_at
from guildmark_portal.exams import queries, services
from guildmark_portal.exams.models import Upload
from guildmark_portal.exams.refusals import TooManyBytes, UploadClosed

router = Router(tags=["uploads"])
TUS_VERSION = "1.0.0"
_PIECE = 4 * 1024 * 1024
_LONGEST_NUMBER = 18  # digits: what 64 bits hold
_OFFSET_STREAM = "application/offset+octet-stream"
_FACTS = {"Tus-Resumable": TUS_VERSION, "Cache-Control": "no-store"}


class UnfitRequest(UsageError):
    """This is not a tus 1.0 request that the portal understands."""


class _Announced(Request):
    """What a creation request says of the file."""

    category: CategoryId
    filename: str = Field(max_length=1000)
    sha256: Sha256
    size: int


@router.api_operation(
    ["OPTIONS"], "/attempts/{attempt}/uploads", auth=None, response={204: None}, operation_id="get_upload_capabilities"
)
def capabilities(request: HttpRequest, attempt: str) -> HttpResponse:  # noqa: ARG001 - ninja's signature
    """What the portal can do of tus."""
    return _empty(HTTPStatus.NO_CONTENT, {"Tus-Version": TUS_VERSION, "Tus-Extension": "creation,termination"})


@router.post("/attempts/{attempt}/uploads", response={201: None}, operation_id="create_upload")
def create(request: HttpRequest, attempt: str) -> HttpResponse:
    """Announce a file, or find the upload of it that stands; bytes that this attempt sent before are not sent again."""
    owned = queries.own_attempt(user=person(request), attempt_id=attempt)
    _require_tus(request)
    announced = _announced(request)
    upload = services.open_upload(
        attempt=owned,
        category=announced.category,
        file_name=announced.filename,
        sha256=announced.sha256,
        size=announced.size,
        now=arrived_at(request),
    )
    return _empty(HTTPStatus.CREATED, {"Location": f"/api/v1/uploads/{upload.pk}", **_standing(upload)})


@router.api_operation(["HEAD"], "/uploads/{upload}", response={200: None}, operation_id="get_upload")
def standing(request: HttpRequest, upload: str) -> HttpResponse:
    """How many bytes arrived; for a complete upload its submission too."""
    owned = _own(request, upload)
    if owned.abandoned_at is not None:
        raise UploadClosed
    return _empty(HTTPStatus.OK, {"Upload-Length": str(owned.size), **_standing(owned)})


@router.patch("/uploads/{upload}", response={204: None}, operation_id="append_to_upload")
def append(request: HttpRequest, upload: str) -> HttpResponse:
    """The next bytes. With the last one the answer names the submission."""
    owned = _own(request, upload)
    _require_tus(request)
    if request.content_type != _OFFSET_STREAM:
        raise UnfitRequest(_("The bytes of an upload are sent as %(type)s.") % {"type": _OFFSET_STREAM})
    offset = _number(request, "Upload-Offset")
    if offset + int(request.headers.get("Content-Length") or 0) > owned.size:
        raise TooManyBytes
    received = services.Received(offset=offset, submission=None)
    while received.submission is None:
        chunk = request.read(_PIECE)
        if not chunk and received.offset > offset:
            break
        received = services.receive_bytes(upload=owned, offset=received.offset, chunk=chunk, now=arrived_at(request))
        if not chunk:
            break
    headers = {"Upload-Offset": str(received.offset)}
    if received.submission is not None:
        headers[SUBMISSION_HEADER] = str(received.submission.pk)
    return _empty(HTTPStatus.NO_CONTENT, headers)


@router.delete("/uploads/{upload}", response={204: None}, operation_id="terminate_upload")
def terminate(request: HttpRequest, upload: str) -> HttpResponse:
    """Give the upload up."""
    owned = _own(request, upload)
    _require_tus(request)
    services.abandon_upload(upload=owned, now=clock.now())
    return _empty(HTTPStatus.NO_CONTENT, {})


def _own(request: HttpRequest, upload: str) -> Upload:
    return queries.upload_of(user=person(request), upload_id=upload)


def _require_tus(request: HttpRequest) -> None:
    if request.headers.get("Tus-Resumable") != TUS_VERSION:
        raise UnfitRequest(_("An upload is sent with the header Tus-Resumable: %(version)s.") % {"version": TUS_VERSION})


def _announced(request: HttpRequest) -> _Announced:
    metadata = _metadata(request.headers.get("Upload-Metadata", ""))
    try:
        return _Announced.model_validate({**metadata, "size": _number(request, "Upload-Length")})
    except ValidationError as error:
        names = ", ".join(".".join(str(part) for part in one["loc"]) for one in error.errors())
        raise UnfitRequest(_("Upload-Metadata is not understood: %(names)s.") % {"names": names}) from error


def _metadata(header: str) -> dict[str, str]:
    try:
        pairs = [pair.split(" ") for pair in header.split(",") if pair]
        return {name.strip(): base64.b64decode(value, validate=True).decode() for name, value in pairs}
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise UnfitRequest(_("Upload-Metadata is not understood: names with base64 values, by commas.")) from error


def _number(request: HttpRequest, header: str) -> int:
    value = request.headers.get(header, "")
    if not value.isdecimal() or not value.isascii() or len(value) > _LONGEST_NUMBER:
        raise UnfitRequest(_("The header %(header)s must be a number.") % {"header": header})
    return int(value)


def _standing(upload: Upload) -> dict[str, str]:
    headers = {"Upload-Offset": str(upload.offset)}
    if upload.completed_at is not None:
        headers[SUBMISSION_HEADER] = str(upload.submission.pk)
    return headers


def _empty(status: int, headers: dict[str, str]) -> HttpResponse:
    return HttpResponse(status=status, headers={**_FACTS, **headers})
