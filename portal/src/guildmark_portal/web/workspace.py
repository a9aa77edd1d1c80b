"""`/exam/UUID/workspace.zip`: the five folders, for who does not use the terminal. Only once the clock runs."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from guildmark.errors import Refused
from guildmark_portal.exams import services
from guildmark_portal.web import wording
from guildmark_portal.web.ownership import own_attempt


@login_required
@never_cache
@require_safe
def download(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """The workspace as one archive."""
    try:
        content = services.workspace_zip(own_attempt(request, attempt_id))
    except Refused as refusal:
        messages.error(request, wording.refusal(refusal))
        return redirect("web:exam", attempt_id)
    return HttpResponse(
        content, content_type="application/zip", headers={"Content-Disposition": 'attachment; filename="workspace.zip"'}
    )
