"""Handing in a model without JavaScript: a plain form, the same services as the resumable upload of the API."""

import hashlib
from datetime import datetime
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from guildmark.errors import Refused
from guildmark_portal.arrival import arrived_at
from guildmark_portal.exams import services
from guildmark_portal.exams.models import Attempt
from guildmark_portal.web import wording
from guildmark_portal.web.ownership import own_attempt

_CHUNK_BYTES: Final = 4 * 1024 * 1024


@login_required
@require_POST
def receive(request: HttpRequest, attempt_id: UUID, category: str) -> HttpResponse:
    """Take the file of the form, and go back to its category."""
    attempt = own_attempt(request, attempt_id)
    model = request.FILES.get("model")
    if model is None:
        messages.error(request, gettext("No file was chosen. Choose the saved model, then submit it."))
    else:
        try:
            _submit(attempt, category, model, now=arrived_at(request))
        except Refused as refusal:
            messages.error(request, wording.refusal(refusal))
        else:
            messages.success(
                request,
                gettext("The model has arrived. Load the page again in a moment: its category then says what came of it."),
            )
    return HttpResponseRedirect(f"{reverse('web:exam', args=[attempt_id])}#{category}")


def _submit(attempt: Attempt, category: str, model: "UploadedFile[bytes]", *, now: datetime) -> None:
    digest = hashlib.sha256()
    for chunk in model.chunks(_CHUNK_BYTES):
        digest.update(chunk)
    upload = services.open_upload(
        attempt=attempt,
        category=category,
        file_name=model.name or "model",
        sha256=digest.hexdigest(),
        size=model.size or 0,
        now=now,
    )
    if not upload.is_open:  # these bytes were sent before, and are not needed again
        return
    offset = upload.offset  # another device may have sent a part of them
    model.seek(offset)
    while chunk := model.read(_CHUNK_BYTES):
        services.receive_bytes(upload=upload, offset=offset, chunk=chunk, now=now)
        offset += len(chunk)
