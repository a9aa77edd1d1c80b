"""Receipts as files: `/exam/UUID/receipts.zip` has all of an attempt with the keys to check them, `receipt.json` one.

Each is the very document that was signed, so that it can be checked without the portal: `guildmark verify`.
"""

import json
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from guildmark.packs.bundle import pack_zip
from guildmark_portal.credentials.queries import certificate_of
from guildmark_portal.exams.facts import submissions
from guildmark_portal.exams.keyring import public_keys
from guildmark_portal.exams.models import Attempt, Submission
from guildmark_portal.exams.receipts import receipt_of
from guildmark_portal.web.ownership import own_attempt


@login_required
@never_cache
@require_safe
def archive(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """Every receipt of the attempt and its certificate, with the portal's keys and how to check."""
    attempt = own_attempt(request, attempt_id)
    files = {f"receipts/{_name(one)}": _document(receipt_of(one).model_dump(mode="json")) for one in submissions(attempt)}
    if not files:
        raise Http404(gettext("There is no receipt yet: nothing was submitted."))
    certificate = certificate_of(attempt)
    if certificate is not None:
        files["certificate.json"] = _document(certificate.document)
    files["keys.json"] = _document([key.model_dump(mode="json") for key in public_keys()])
    files["README.txt"] = _about(attempt).encode()
    return _attached(pack_zip(files), f"receipts-{str(attempt.pk)[:8]}.zip", "application/zip")


@login_required
@never_cache
@require_safe
def receipt(request: HttpRequest, attempt_id: UUID, submission_id: UUID) -> HttpResponse:
    """One receipt."""
    found = next((one for one in submissions(own_attempt(request, attempt_id)) if one.pk == submission_id), None)
    if found is None:
        raise Http404(gettext("There is no such submission in this attempt."))
    return _attached(_document(receipt_of(found).model_dump(mode="json")), _name(found), "application/json")


def _name(submission: Submission) -> str:
    """`category1-20300115T120000Z-5f1c2a34.json`: sorts by category and time."""
    return f"{submission.category}-{submission.received_at:%Y%m%dT%H%M%SZ}-{str(submission.pk)[:8]}.json"


def _document(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=2).encode() + b"\n"


def _about(attempt: Attempt) -> str:
    return render_to_string("guildmark/receipts_about.txt", {"attempt": attempt.pk}).strip() + "\n"


def _attached(content: bytes, name: str, content_type: str) -> HttpResponse:
    return HttpResponse(content, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
